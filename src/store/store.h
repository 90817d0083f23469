/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The store: the one place that survives. The manager sees this interface only, so that a shared server
 * database can stand behind it later.
 *
 * Writing is a queue: each store_put_…() copies its argument, never blocks and never touches the disk. One
 * writer thread commits what has gathered as one transaction ("group commit", bounded by rows and age).
 * Completions run in the caller's thread, in store_dispatch(), in the order of queueing, after the
 * transaction is on disk (synchronous=FULL). Who must not act before something is durable acts in its
 * completion.
 *
 * When the disk refuses (full, read-only, failing), nothing is lost or reordered: the batch is tried again,
 * the trouble handler hears of it once, and once when it is over; a batch is never half applied.
 *
 * Reading runs at once on a connection of its own and sees committed batches only.
 */

#include "job/audit-record.h"
#include "job/execution-record.h"
#include "job/filter.h"
#include "job/job.h"
#include "job/notification-record.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/types.h"

typedef struct Store Store;

typedef struct StoreOptions {
        const char *path;         /* database file; NULL: in memory */
        uint64_t commit_rows;     /* at most so many operations in one transaction; 0: 1000 */
        usec_t commit_delay_usec; /* how long a commit may wait for company; 0: not at all */
        bool inline_commits; /* no thread: store_dispatch() commits. For the simulator; implied by memory */
        const Clock *clock;  /* NULL: the system's; the writer thread waits by that one */
} StoreOptions;

/*
 * Opens, migrates (numbered migrations, one transaction each) and checks. *reterr gets a sentence for the
 * user. Returns 0, -EBADMSG (corrupt; never touched), -EPROTONOSUPPORT (made by a newer version; never
 * touched), -EROFS/-EACCES/-ENOSPC, -EBUSY (another daemon holds it), or another errno.
 */
int store_open(const StoreOptions *options, Store **ret, char **reterr);

/*
 * Commits what is queued (as far as the disk allows: it is asked once more, not waited for) and stops the
 * writer. Runs no completions but those of store_after_commit() and store_backup(), with -ESHUTDOWN, so that
 * their owners can let go of what they hold.
 */
Store *store_close(Store *store);
DEFINE_CLEANUP(Store, store_close);

/* For an owner that goes before the store: no completion of inserts and commits is called any more. */
void store_forget_owner(Store *store);

/* Becomes readable when completions wait; with inline commits, when something is queued. */
int store_get_fd(const Store *store);
/*
 * Runs the completions that are due. Returns how many ran. With inline commits it commits first; what the
 * disk refuses then is tried again when more is queued. Not from a completion.
 */
int store_dispatch(Store *store);

/*
 * Blocks until all that is queued is on disk and its completions have run, also what those queue. For
 * shutdown and tests. When the disk refuses it returns the errno after one more attempt; the rest stays
 * queued. Not from a completion.
 */
int store_flush(Store *store);

/*
 * What is queued between the two is one transaction, or part of one: after a crash all of it is there or
 * nothing. They nest. No store_dispatch() and no store_flush() before the end.
 */
void store_begin_group(Store *store);
void store_end_group(Store *store);

/* How many operations are not on disk yet. The queue has no bound of its own: who fills it looks here. */
size_t store_queue_length(Store *store);

typedef struct StoreTroubleHandler {
        void (*on_trouble)(void *userdata, int error, const char *message);
        void (*on_recovered)(void *userdata);
        void *userdata;
} StoreTroubleHandler;

void store_set_trouble_handler(Store *store, const StoreTroubleHandler *handler);

/* Random, made with the database. 32 hex digits. */
const char *store_uuid(const Store *store);

/* The largest execution id that was ever given, and the latest instant on any row (0: none). */
uint64_t store_last_execution_id(const Store *store);
usec_t store_latest_usec(const Store *store);

/* --- jobs ------------------------------------------------------------------------------------------ */

/* A job's durable side: its identity, the last good definition, and the state that outlives reloads. */
typedef struct StoredJob {
        int64_t id; /* from 1; given by the manager: store_last_job_id() + 1 … */
        char *name;
        uid_t owner_uid;
        JobOrigin origin;
        uint64_t revision; /* from 1 */
        char *definition;
        char *source;  /* what was written, of a job that was made at run time; NULL: it was not */
        bool one_shot; /* Job.one_shot */
        char *file;
        unsigned line;
        usec_t added_usec;   /* first load; anchor of `every` unless the schedule has a start */
        usec_t removed_usec; /* USEC_INFINITY: in the list */
        usec_t expires_usec; /* of a removed one: from then on it may be forgotten; USEC_INFINITY: never */

        usec_t paused_since_usec; /* USEC_INFINITY: not paused */
        usec_t paused_until_usec; /* USEC_INFINITY: until resumed */
        usec_t cursor_usec;       /* last instant decided; never moves back but by a clock set back */
        usec_t anchor_usec;
        char *boot_identity;  /* the last one that `boot` was decided for; NULL: none */
        usec_t boot_due_usec; /* realtime instant at which that boot was first seen; USEC_INFINITY: none */
        uint64_t last_execution_id; /* 0: none */
        ExecutionState last_state;  /* of the last final execution; valid if last_ended_usec is known */
        usec_t last_due_usec, last_started_usec;
        usec_t last_ended_usec; /* on the clock as it is now: shifted when it is set back; USEC_INFINITY:
                                   never */
        usec_t joined_usec;     /* what ended until then is used up for `after:`; USEC_INFINITY: nothing is */
        usec_t last_success_usec; /* end of the last that succeeded; USEC_INFINITY: never */
        usec_t overdue_usec;      /* `expect-within:` was over then; USEC_INFINITY: it is not */
        usec_t expect_usec;       /* from here `expect-within:` counts; USEC_INFINITY: it does not */
        usec_t failing_usec;      /* end of the first failure since the last success; USEC_INFINITY: none */
        usec_t skip_until_usec;   /* what is due until then is skipped by order; USEC_INFINITY: nothing */
} StoredJob;

void stored_job_init(StoredJob *job);
void stored_job_done(StoredJob *job);
/* *ret need not be initialised. Returns 0 or -ENOMEM. */
int stored_job_copy(const StoredJob *job, StoredJob *ret);

int64_t store_last_job_id(const Store *store);

/* Calls `visit` for each job, the removed ones too (history stays under the name), but for those that were
 * made at run time and are over. A negative return stops and goes up. */
int store_load_jobs(Store *store, int (*visit)(void *userdata, const StoredJob *job), void *userdata);

/* The job of that name: the listed one, else the last that had it. Returns 1 with *ret, 0, or an errno. */
int store_read_job(Store *store, const char *name, StoredJob *ret);

/* Inserts or replaces the whole; a changed definition also goes to the table of revisions. */
int store_put_job(Store *store, const StoredJob *job);
/* Only the fields from paused_since_usec on. */
int store_put_job_state(Store *store, const StoredJob *job);
/* The text of an older revision. Returns 1, 0 (not known) or a negative errno. */
int store_read_revision(Store *store, int64_t job_id, uint64_t revision, char **ret_definition);

/* --- profiles --------------------------------------------------------------------------------------- */

/* A named set of values as it is, or as it last was, in one origin: a file, or at run time. */
typedef struct StoredProfile {
        char *name;
        JobOrigin origin;
        uid_t owner_uid;
        uint64_t revision; /* from 1; a number is used once for a name, whatever its origin */
        char *definition;  /* JSON object of texts */
        usec_t changed_usec;
        usec_t removed_usec; /* USEC_INFINITY: it is there */
} StoredProfile;

void stored_profile_done(StoredProfile *profile);

/* Inserts or replaces the one of that name and origin; its values also go to the table of revisions. */
int store_put_profile(Store *store, const StoredProfile *profile);
/* By name, the removed ones too. A negative return of `visit` stops and goes up. */
int store_load_profiles(
                Store *store,
                int (*visit)(void *userdata, const StoredProfile *profile),
                void *userdata);
/* The values of a revision. Returns 1, 0 (not known) or a negative errno. */
int store_read_profile_revision(Store *store, const char *name, uint64_t revision, char **ret_definition);

/* --- action programs -------------------------------------------------------------------------------- */

/* What the program at `path` answered while it was the file of that stamp; NULL: it is forgotten. */
int store_put_action_description(Store *store, const char *path, const char *stamp, const char *description);
/* By path. A negative return of `visit` stops and goes up. */
int store_load_action_descriptions(
                Store *store,
                int (*visit)(void *userdata, const char *path, const char *stamp, const char *description),
                void *userdata);

/* --- queues ---------------------------------------------------------------------------------------- */

typedef int (*store_visit_queue_t)(void *userdata, const char *name, usec_t paused_since_usec);

/* The queue is paused since then; USEC_INFINITY: it is not any more. */
int store_put_queue_pause(Store *store, const char *name, usec_t paused_since_usec);
/* By name. A negative return of `visit` stops and goes up. */
int store_load_paused_queues(Store *store, store_visit_queue_t visit, void *userdata);

/* --- freeze ---------------------------------------------------------------------------------------- */

/* Nothing starts since then; USEC_INFINITY: it may. */
int store_put_freeze(Store *store, usec_t since_usec);
int store_read_freeze(Store *store, usec_t *ret_since_usec);

/* --- executions ------------------------------------------------------------------------------------ */

/*
 * What became of an insert. `result` is 0, or -EEXIST: (job, due, pass) has been started before and nothing
 * was written. *pass is the one that was stored.
 */
typedef void (*store_inserted_t)(void *userdata, uint64_t execution_id, int result, unsigned pass);
typedef void (*store_committed_t)(void *userdata, int result);

typedef enum StoreInsertFlags {
        STORE_INSERT_NEXT_PASS =
                        1 << 0, /* met again after the clock was set back: take pass + 1 (SEMANTICS 1.1) */
} StoreInsertFlags;

/*
 * Inserts a row. The unique index covers the causes schedule, catch-up, boot and dependency. A row in the way
 * that never started (missed, skipped) does not block: the new one takes the next pass. `inserted` may be
 * NULL.
 */
int store_insert_execution(
                Store *store,
                const ExecutionRecord *record,
                unsigned flags,
                store_inserted_t inserted,
                void *userdata);

/* Writes every changeable column of the row with that id. */
int store_update_execution(Store *store, const ExecutionRecord *record);
/* Takes an armed row back. */
int store_delete_execution(Store *store, uint64_t execution_id);
/* Inserts or replaces an attempt with its output. */
int store_put_attempt(Store *store, const AttemptRecord *attempt);
int store_add_audit(Store *store, const AuditRecord *record);

/* Called once everything queued so far is on disk (result 0), or given up at close (-ESHUTDOWN). */
int store_after_commit(Store *store, store_committed_t committed, void *userdata);

/*
 * Retention of one job, in the writer, in small steps: a row goes when either limit is passed, never the last
 * execution, never one that has not ended.
 */
int store_prune_job(Store *store, int64_t job_id, const KeepPolicy *keep, usec_t now_usec);

/* Forgets the jobs that have expired, with all that is known of them: likewise in small steps. */
int store_forget_jobs(Store *store, usec_t now_usec);

/* So many ids go into one step. */
#define STORE_DELETE_IDS_MAX 100U

/*
 * Deletes the rows of these executions, with attempts and output, at most STORE_DELETE_IDS_MAX; what has not
 * ended, or is not there, is left alone. Returns 0, or a negative errno: nothing is queued.
 */
int store_delete_history(Store *store, const uint64_t *ids, size_t n_ids);

/* Inserts or replaces a message by its id. */
int store_put_notification(Store *store, const NotificationRecord *record);
int store_delete_notification(Store *store, uint64_t id);
/* All of them, by id: for start-up. A negative return stops and goes up. */
int store_load_notifications(
                Store *store,
                int (*visit)(void *userdata, const NotificationRecord *record),
                void *userdata);

/* --- reading --------------------------------------------------------------------------------------- */

typedef int (*store_visit_execution_t)(void *userdata, const ExecutionRecord *record);
typedef int (*store_visit_audit_t)(void *userdata, const AuditRecord *record);

/* Newest first (by id). `visit` returns 0 to go on, 1 to stop, negative to fail. */
int store_list_executions(
                Store *store,
                const ExecutionFilter *filter,
                store_visit_execution_t visit,
                void *userdata);
/* Rows that have not ended, oldest first: for start-up. */
int store_list_open_executions(Store *store, store_visit_execution_t visit, void *userdata);
/* Returns 1 with *ret, 0 (no such row), or a negative errno. */
int store_read_execution(Store *store, uint64_t execution_id, ExecutionRecord *ret);
/* The row that covers an instant of a job: due <= instant <= due_last. Returns 1, 0, or a negative errno. */
int store_find_execution(
                Store *store,
                int64_t job_id,
                usec_t from_usec,
                usec_t until_usec,
                ExecutionRecord *ret);
/* All rows that do, the latest due first: a folded row also spans what others cover. As a list. */
int store_find_executions(
                Store *store,
                int64_t job_id,
                usec_t from_usec,
                usec_t until_usec,
                store_visit_execution_t visit,
                void *userdata);
/* number 0: the last one. Returns 1 with *ret, 0 (no such attempt), or a negative errno. */
int store_read_attempt(Store *store, uint64_t execution_id, unsigned number, AttemptRecord *ret);
/* Those that have ended, the first one first, without what they wrote: only how much. */
int store_list_attempts(
                Store *store,
                uint64_t execution_id,
                int (*visit)(void *userdata, const AttemptRecord *attempt),
                void *userdata);
int store_list_audit(Store *store, const AuditFilter *filter, store_visit_audit_t visit, void *userdata);

/* --- backup ---------------------------------------------------------------------------------------- */

/*
 * A consistent copy of the live database as an unlinked file or memfd at offset 0, made in a thread of its
 * own; `done` gets the descriptor (owned by it) or a negative errno, in store_dispatch().
 */
int store_backup(Store *store, void (*done)(void *userdata, int fd_or_error), void *userdata);
