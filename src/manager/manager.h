/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The manager: decides what starts when, records it, and explains it.
 *
 * It computes and touches nothing by itself: the time comes from a Clock, rows go to the Store, launches to
 * the Executor, and the shell is asked for one wake-up. What happened goes up through ManagerObserver, after
 * it is on disk.
 */

#include <uthash.h>

#include "exec/executor.h"
#include "job/audit-record.h"
#include "job/filter.h"
#include "job/job-composer.h"
#include "job/job-loader.h"
#include "job/job.h"
#include "manager/host-facts.h"
#include "manager/run-queue.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/diagnostics.h"
#include "util/heap.h"
#include "util/string-table.h"
#include "util/types.h"

typedef struct Manager Manager;
typedef struct ScheduledJob ScheduledJob;
typedef struct Execution Execution;

typedef enum JobState {
        JOB_IDLE,
        JOB_WAITING,
        JOB_RUNNING,
        JOB_PAUSED,
        JOB_DISABLED,
        JOB_FINISHED,
        JOB_BLOCKED,
        JOB_FAILED_TO_LOAD, /* and no good version is known */
        JOB_STATE_COUNT,
} JobState;

DECLARE_STRING_TABLE(job_state, JobState);

/* Where an execution stands among those of its job. */
typedef enum ExecutionPlace {
        PLACE_NONE, /* it is over, or taken back */
        PLACE_ARMED,
        PLACE_DELAYED, /* held back until start_after; the earliest first */
        PLACE_QUEUED,  /* waits for others of its job to end; here and below the oldest first */
        PLACE_GATED,   /* overlap has let it pass, a gate has not yet */
        PLACE_STARTED, /* starting or running */
        PLACE_RETRYING,
        EXECUTION_PLACE_COUNT,
} ExecutionPlace;

/* What is counted beside. */
typedef enum ExecutionMark {
        MARK_RUNNING,
        MARK_RECOVERED, /* found open at start; the runner has not said what became of it */
        MARK_ENDING,    /* active, and being replaced */
        MARK_CATCH_UP,  /* active or queued, to catch up */
        MARK_CATCHING,  /* active, to catch up */
        MARK_PARKED,    /* gated, and not at the queue yet */
        EXECUTION_MARK_COUNT,
} ExecutionMark;

/*
 * An execution that has not ended, or whose end is not on disk yet. `record` is what the next commit will
 * show; observers hear of it after that.
 */
struct Execution {
        Manager *manager;
        ScheduledJob *scheduled_job;
        Job *job; /* the revision of its first attempt; a reference */
        ExecutionRecord record;
        UT_hash_handle hh;      /* by record.id */
        Execution *prev, *next; /* in scheduled_job->executions */

        /* Private to the manager. */
        struct JobQueue *queue; /* that it waits in or has a slot of; NULL: none but what all pass */
        RunQueueEntry turn;     /* while it waits for a slot */
        bool has_slot;
        unsigned phase;
        unsigned n_pending;                   /* changes that are not on disk yet */
        struct ConditionWait *condition_wait; /* NULL: none */
        struct UserUse *user_use;             /* what is counted of its owner; NULL: nothing */
        struct Order *start_order;            /* who waits for its start; NULL: nobody */
        bool progress_changed;      /* by what it said of itself, since the commit that is under way */
        HeapNode long_run;          /* when whoever wants to know is told that it still runs */
        const ListedLaunch *listed; /* while a list from the runner is compared */
        ExecutionPlace place;
        uint32_t marks;                     /* bit per ExecutionMark */
        Execution *place_prev, *place_next; /* in scheduled_job->places */
        ExecutionState last_state;          /* of its last attempt; EXECUTION_ARMED: not known */
        usec_t attempt_started_usec;        /* of this attempt; USEC_INFINITY: not known */
        bool stop_sent;                     /* the runner was asked to end it, on this connection */
        bool is_unsaved;                    /* it waits, which its row does not say yet */
        Execution *held_prev, *held_next;   /* in manager->held */
};

/* One job by name: its definition in force, and the state that survives a reload. */
struct ScheduledJob {
        Manager *manager;
        Job *job; /* NULL: failed to load and no good version is known */
        /* Without `definition`, `file` and `line` while there is a `job`, which holds them. */
        StoredJob stored;
        Diagnostic load_error; /* message == NULL: none */
        Execution *executions; /* those that have not ended, in no order */

        HeapNode wake;        /* when it has to be looked at next */
        HeapNode expectation; /* `expect-within: …`: when it is overdue */
        HeapNode alarm;       /* `wake: true`: when the machine has to be awake for it */
        usec_t next_due_usec; /* USEC_INFINITY: never (nothing scheduled, paused, disabled) */
        usec_t next_start_usec;

        UT_hash_handle hh; /* by stored.name */

        /* Private to the manager. */
        Execution *places[EXECUTION_PLACE_COUNT];
        size_t n_places[EXECUTION_PLACE_COUNT], n_marks[EXECUTION_MARK_COUNT];
        ExecutionRecord *fold;      /* the row that the next equal skip folds into; NULL: none */
        bool fold_known;            /* false after a start: the store knows whether there is one */
        bool cursor_checked;        /* false after a start: rows behind the cursor may be on disk */
        usec_t elapsed_cursor_usec; /* stands for the stored one while the clock is not to be trusted */
        usec_t last_end_usec; /* of its last execution, as the clock shows it now; USEC_INFINITY: none */
        usec_t startup_usec;  /* when the daemon started, if it was there then; USEC_INFINITY */
        unsigned apply_mark;
        uint64_t stamp;            /* what its composition went by, of a job that was made at run time */
        unsigned n_leaves;         /* removals that are not on disk yet */
        bool is_being_made;        /* an execution that is to be started with it is yet to come */
        ScheduledJob **dependents; /* who comes after it, as dependency.c last counted */
        size_t n_dependents;
        bool is_blocked; /* it comes after a job that there is not */
        bool has_unknown_target;
        char **warnings;     /* those of `job` and that its profile is missing; NULL: it is not */
        unsigned n_unpruned; /* executions that have ended since its history was pruned */
        usec_t pruned_usec;
};

/* Called in the manager's thread. NULL members are skipped. */
typedef struct ManagerObserver {
        void (*on_job_added)(void *userdata, const ScheduledJob *job);
        void (*on_job_changed)(
                        void *userdata,
                        const ScheduledJob *job); /* definition, state or next due time */
        void (*on_job_removed)(void *userdata, const char *name);
        void (*on_execution_changed)(void *userdata, const ExecutionRecord *record); /* on disk */
        void (*on_output)(
                        void *userdata,
                        uint64_t execution_id,
                        OutputStream stream,
                        const void *data,
                        size_t size);
        void (*on_manager_changed)(void *userdata); /* counts, runner, store trouble, load faults */
        void *userdata;
} ManagerObserver;

/* What the shell gives. All borrowed; they outlive the manager. */
typedef struct ManagerHost {
        const Clock *clock;
        Store *store;
        const Executor *executor;
        TimeZoneCache *zones;
        const JobSite *site;         /* what the settings say of all definitions; NULL: nothing */
        const JobComposer *composer; /* for jobs made at run time; NULL: they stand for themselves */
        /* One timer: call manager_wakeup() at that instant of CLOCK_REALTIME. USEC_INFINITY: disarm. */
        void (*set_wakeup)(void *userdata, usec_t realtime_usec);
        /* Whether something keeps the real-time clock right (adjtimex); NULL: yes. */
        bool (*clock_synchronized)(void *userdata);
        /* Any number, each as likely, for what is to be spread; NULL: always 0. */
        uint64_t (*random)(void *userdata);
        const HostFacts *facts; /* for conditions; NULL: this machine tells nothing */
        /* `boot` schedules: boot id + start time of PID 1; --user: of the first daemon in it. */
        const char *boot_identity;
        const char *boot_id;
        const char *host_name;
        const char *machine_id; /* what a stable random delay is spread by, beside owner and job; NULL:
                                   nothing */
        uid_t owner_uid;
        /* The user that the daemon runs as, for the audit; the name is NULL if it has none. */
        uid_t daemon_uid;
        const char *daemon_user;
        bool system_mode;
        usec_t write_ahead_usec;
        void *userdata;
} ManagerHost;

/*
 * Takes over the executor's events and the store's completions. What is queued in the store when the manager
 * is freed is still committed.
 */
int manager_new(const ManagerHost *host, Manager **ret);
Manager *manager_free(Manager *manager);
DEFINE_CLEANUP(Manager, manager_free);

/* Several may watch; each is removed by its userdata. */
int manager_add_observer(Manager *manager, const ManagerObserver *callbacks);
void manager_remove_observer(Manager *manager, void *userdata);

/* How messages are sent, and who hears of the daemon's own trouble. Borrowed until the next call. */
typedef struct NotifySite {
        const char *sendmail;            /* absolute path; NULL: no mail can be sent */
        const char *mail_from;           /* NULL: as the mailer has it */
        const NotifyTargets *on_trouble; /* NULL: nobody */
} NotifySite;
void manager_set_notify(Manager *manager, const NotifySite *site);

/* Reads jobs, state and open executions from the store. Once, before the first manager_apply(). */
int manager_load(Manager *manager);

/*
 * Puts what a scan found in force: new, changed, removed and faulty jobs; whole or not at all. Running
 * executions and all state stay. The first call also decides what was missed while the daemon was down.
 * Consumes the content of *set. `caller` NULL: noticed by the daemon itself (a file changed).
 */
int manager_apply(Manager *manager, JobSet *set, const Caller *caller);

/* The wake-up is due. */
void manager_wakeup(Manager *manager);

/* A fact that is watched may be another now. */
void manager_host_changed(Manager *manager, ConditionKind kind);

/* Why the clocks no longer agree with what was planned. */
typedef enum ClockChange {
        CLOCK_CHANGE_SET,     /* the real-time clock was set, by delta_usec */
        CLOCK_CHANGE_RESUMED, /* the machine slept for delta_usec */
} ClockChange;
void manager_clock_changed(Manager *manager, ClockChange change, usec_t delta_usec);

/* --- orders ---------------------------------------------------------------------------------------- */

/*
 * The answer to an order, after its change is on disk. `result` is 0 or a negative errno, `text` a sentence
 * for the caller when it failed: -ENOENT no such job or execution, -EBUSY overlap (the occurrence was
 * recorded as skipped), -ENOEXEC not loaded, -ENOTCONN no runner, -ESRCH not active, -EALREADY already so,
 * -EIO the store refuses.
 */
typedef void (*manager_reply_t)(void *userdata, int result, uint64_t execution_id, const char *text);

typedef struct StartOptions {
        bool force;              /* neither overlap nor queue nor conditions hold it */
        char *const *parameters; /* "name=value", checked by what the job declares; NULL: none */
        const char *profile;     /* instead of the job's own; NULL: that */
} StartOptions;

/* Each calls `reply` exactly once, at once or later. `caller` is copied. `options` NULL: none. */
void manager_start_job(
                Manager *manager,
                const char *name,
                const StartOptions *options,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);
void manager_pause_job(
                Manager *manager,
                const char *name,
                usec_t until_usec,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);
void manager_resume_job(
                Manager *manager,
                const char *name,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);
/* kill-signal, then SIGKILL; the execution ends as cancelled (operator). */
void manager_stop_execution(
                Manager *manager,
                uint64_t id,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);
void manager_kill_execution(
                Manager *manager,
                uint64_t id,
                int signal,
                bool everything,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);
/* Ask the runner for live output: on_output() follows. Counted: each `true` wants a `false`. */
int manager_follow_execution(Manager *manager, uint64_t id, bool on);

/* --- definitions ----------------------------------------------------------------------------------- */

typedef enum JobChangeKind {
        JOB_CHANGE_CREATE,  /* -EEXIST: there is a job of that name */
        JOB_CHANGE_REPLACE, /* -ENOENT: there is none */
        JOB_CHANGE_PUT,     /* either */
        JOB_CHANGE_MERGE,   /* RFC 7396: the definition is a patch of what is there; never un-pauses */
        JOB_CHANGE_DELETE,
        JOB_CHANGE_RENAME, /* with history, cursor and anchor */
        JOB_CHANGE_ENABLE,
        JOB_CHANGE_DISABLE,
        JOB_CHANGE_KIND_COUNT,
} JobChangeKind;

DECLARE_STRING_TABLE(job_change_kind, JobChangeKind);

/* One change of a job that was made at run time. Those of files and crontabs are refused: -EROFS, and the
 * text names the place. All borrowed. */
typedef struct JobChange {
        JobChangeKind kind;
        const char *name;         /* the full one; with CREATE and `numbered` what comes before "-NUMBER" */
        bool numbered;            /* the manager completes the name: it is new for sure */
        uid_t owner_uid;          /* CREATE, PUT: whose it is */
        const char *definition;   /* YAML mapping: CREATE, REPLACE, PUT, MERGE */
        const char *new_name;     /* RENAME */
        uint64_t if_revision;     /* -ESTALE unless that is the one in force; 0: any */
        bool one_shot;            /* CREATE: leaves the list once nothing is due and all has ended */
        bool paused;              /* CREATE, PUT: is paused from then on; without it a pause stays as it is */
        usec_t paused_until_usec; /* and that ends by itself; 0: it does not. One that is over is none */
        bool start;               /* CREATE: and one execution is started at once (`run`) */
} JobChange;

typedef enum JobChangeEffect {
        JOB_EFFECT_NONE, /* it was so already, or the whole was refused */
        JOB_EFFECT_CREATED,
        JOB_EFFECT_CHANGED,
        JOB_EFFECT_DELETED,
        JOB_EFFECT_COUNT,
} JobChangeEffect;

DECLARE_STRING_TABLE(job_change_effect, JobChangeEffect);

typedef struct JobChangeResult {
        int result; /* of this one: 0 or a negative errno */
        char *text; /* sentences on what was wrong, or warnings; NULL: none */
        char *name;
        uint64_t revision;     /* that is in force now; 0: none */
        uint64_t execution_id; /* with `start`; 0: none */
        JobChangeEffect effect;
} JobChangeResult;

/* `result` 0: all are on disk. Negative: nothing has changed; which one is at fault is in the results. */
typedef void (*manager_changed_t)(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text);

/* All or nothing, in order, in one transaction, each audited. With `trial` nothing is changed. */
void manager_change_jobs(
                Manager *manager,
                const JobChange *changes,
                size_t n_changes,
                bool trial,
                const Caller *caller,
                manager_changed_t reply,
                void *userdata);

/* What was written when the job was made or last changed at run time. Returns 1 with *ret, 0 (it was not made
 * at run time), or -ENOMEM. */
int manager_get_source(Manager *manager, const ScheduledJob *job, char **ret);

/* The next `n` occurrences from now on will be skipped (operator); n = 0: none any more. The text of the
 * reply names the last. -ESRCH: there is none ahead. */
void manager_skip_job(
                Manager *manager,
                const char *name,
                unsigned n,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);

/* Nothing new starts until it is thawed; what runs goes on. -EALREADY. `skip_missed`: what was held back is
 * not owed. */
void manager_freeze(Manager *manager, const Caller *caller, manager_reply_t reply, void *userdata);
/* Nothing new starts for the rest of this manager's life; of that nothing is recorded. */
void manager_rest(Manager *manager);
void manager_thaw(
                Manager *manager,
                bool skip_missed,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);

/* --- queues ---------------------------------------------------------------------------------------- */

/* What the settings and files say. */
typedef struct QueueLimits {
        const QueueDefinitions *queues; /* each name once */
        uint64_t default_slots;         /* of a queue that nothing defines */
        uint64_t max_running;           /* executions of all jobs at one time */
        double starts_per_second;       /* INFINITY: no limit */
} QueueLimits;

/*
 * Puts limits in force. Where there are fewer slots than before, what runs goes on and nothing new starts
 * until there are. Returns 0, or -ENOMEM and some of them are still the old ones.
 */
int manager_set_queues(Manager *manager, const QueueLimits *limits);

typedef struct QueueStatus {
        const char *name;
        uint64_t slots; /* RUN_QUEUE_UNLIMITED: any number */
        uint64_t used, waiting;
        usec_t paused_since_usec; /* USEC_INFINITY: it is not paused */
        bool is_offered;          /* ordinary users' jobs may be in it */
} QueueStatus;

/* By name: those that are declared, named by jobs, in use or paused. `visit` as with manager_list_jobs(). */
int manager_list_queues(
                Manager *manager,
                int (*visit)(void *userdata, const QueueStatus *queue),
                void *userdata);

/* What runs goes on, nothing new starts. -ENOENT: no such queue; -EALREADY: already so; -EIO. */
void manager_pause_queue(
                Manager *manager,
                const char *name,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);
void manager_resume_queue(
                Manager *manager,
                const char *name,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata);

/* --- questions ------------------------------------------------------------------------------------- */

typedef struct JobFilter {
        char *const *names;            /* globs, any of them; NULL: all */
        uint32_t states;               /* bit per JobState; 0: all */
        const JobSelection *selection; /* NULL: all */
        usec_t since_usec, until_usec; /* on next_start; 0: open */
        const uid_t *owner_uid;        /* NULL: all */
        const char *after;             /* cursor: names behind it; NULL: from the first */
        unsigned limit;                /* 0: LIST_LIMIT_MAX */
        bool by_next_start; /* timers: by next_start instead of name; `after` is then not supported */
} JobFilter;

ScheduledJob *manager_find_job(Manager *manager, const char *name);
/* Whose job it is, or was before it left the list. Returns 1, 0 (nobody knows the name), or an errno. */
int manager_find_owner(Manager *manager, const char *name, uid_t *ret);
Execution *manager_find_execution(Manager *manager, uint64_t id); /* active ones only */

/* `visit` returns 0 to go on, 1 to stop, negative to fail. */
int manager_list_jobs(
                Manager *manager,
                const JobFilter *filter,
                int (*visit)(void *userdata, const ScheduledJob *job),
                void *userdata);

JobState scheduled_job_state(const ScheduledJob *job);
/* When it is due next: as planned; while all is frozen, as its schedule says. USEC_INFINITY: never. */
usec_t scheduled_job_next_due(const ScheduledJob *job);

typedef struct ManagerStatus {
        usec_t started_usec;
        uint64_t n_jobs, n_failed_jobs, n_paused_jobs, n_running, n_waiting;
        usec_t next_start_usec;
        char *const *load_errors;  /* lines as diagnostic_format() gives them */
        const char *store_trouble; /* NULL: all is well */
        usec_t frozen_since_usec;  /* nothing starts; USEC_INFINITY: it may */
        bool runner_connected;
        uint64_t n_undelivered;     /* messages */
        const char *delivery_error; /* of the last of them; NULL: none yet */
        char *const *notes;         /* "untrusted clock …" and the like */
} ManagerStatus;

/* Something can be started. */
bool manager_has_runner(const Manager *manager);

/* Borrowed until the manager changes. */
void manager_get_status(const Manager *manager, ManagerStatus *ret);

typedef enum WhyWhen {
        WHY_PAST,
        WHY_NOW,
        WHY_FUTURE,
        WHY_WHEN_COUNT,
} WhyWhen;

DECLARE_STRING_TABLE(why_when, WhyWhen);

/* The answer to `why` (SEMANTICS 5). */
typedef struct WhyAnswer {
        usec_t time_usec; /* what was asked */
        bool scheduled;   /* the schedule contains it, or a row covers it */
        usec_t due_usec;  /* USEC_INFINITY: none */
        WhyWhen when;
        int state; /* ExecutionState; -1: no row */
        ExecutionReason reason;
        int condition; /* ConditionKind of REASON_CONDITION; -1: none */
        char *text;    /* in words */
        char **blockers;
        uint64_t execution_id;                   /* 0: none */
        usec_t previous_due_usec, next_due_usec; /* neighbours; USEC_INFINITY: none */
} WhyAnswer;

void why_answer_done(WhyAnswer *answer);

/*
 * Explains an occurrence: any due in [from, until] matches (a minute, when only a minute was given). from ==
 * USEC_INFINITY: the last one that was decided. Returns 0, or -ENOENT (no such job).
 */
int manager_why(Manager *manager, const char *name, usec_t from_usec, usec_t until_usec, WhyAnswer *ret);

/* The same for one execution, also one that was asked for by hand. *ret_job: the name of its job. */
int manager_why_execution(Manager *manager, uint64_t id, WhyAnswer *ret, char **ret_job);

/* History, past the manager's own view of active executions. */
int manager_list_executions(
                Manager *manager,
                const ExecutionFilter *filter,
                store_visit_execution_t visit,
                void *userdata);
int manager_read_execution(Manager *manager, uint64_t id, ExecutionRecord *ret); /* 1, 0, or an errno */
int manager_read_attempt(Manager *manager, uint64_t id, unsigned attempt, AttemptRecord *ret);
/* As the store has them, and behind those the one that runs. */
int manager_list_attempts(
                Manager *manager,
                uint64_t id,
                int (*visit)(void *userdata, const AttemptRecord *attempt),
                void *userdata);
int manager_list_audit(
                Manager *manager,
                const AuditFilter *filter,
                store_visit_audit_t visit,
                void *userdata);
/* What `prune` deletes. All borrowed; the zero value matches everything. */
typedef struct PruneRequest {
        char *const *jobs;             /* name globs; NULL: all */
        uint32_t states;               /* bit per ExecutionState; 0: all */
        const JobSelection *selection; /* NULL: all */
        const uint64_t *ids;           /* only these executions */
        size_t n_ids;                  /* 0: all */
        usec_t since_usec, until_usec; /* on due; 0: open */
        const uid_t *owner_uid;        /* NULL: all */
        uint64_t keep;                 /* the newest so many of each job that match stay */
        bool all;                      /* also each job's last execution, which stays otherwise */
        bool dry_run;                  /* only counts */
} PruneRequest;

/* `result` is 0 or a negative errno, `n_rows` how many rows went, or would go. */
typedef void (*manager_prune_reply_t)(void *userdata, int result, uint64_t n_rows, const char *text);

/*
 * Deletes history: rows that have ended, with their attempts and output. In steps between which the loop goes
 * on; answered once all of it, and its audit row, is on disk. What has not ended stays.
 */
void manager_prune_history(
                Manager *manager,
                const PruneRequest *request,
                const Caller *caller,
                manager_prune_reply_t reply,
                void *userdata);
int manager_backup(Manager *manager, void (*done)(void *userdata, int fd_or_error), void *userdata);

/* The name of a uid, from the executor: `done` comes once. Returns 0, or a negative errno: nobody can be
 * asked. */
int manager_lookup_user(Manager *manager, uid_t uid, executor_user_t done, void *done_userdata);
