/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of manager/ share. Nobody else includes this. */

#include "manager/manager.h"
#include "manager/queues.h"
#include "util/log.h"
#include "util/message-ids.h"

/*
 * A due time that is met later than this was not met in time: what lies further back is judged by
 * `catch-up`. A daemon that is merely busy stays below it.
 */
#define LATE_TOLERANCE_USEC (5 * USEC_PER_SEC)
/* A start by hand that the runner could not be told of for longer than this is not made up for. */
#define MANUAL_TOLERANCE_USEC USEC_PER_MINUTE
/* Clocks that drift apart by less than this are being slewed, not set. */
#define CLOCK_STEP_MIN_USEC USEC_PER_SEC
#define UNTRUSTED_BEHIND_USEC USEC_PER_HOUR
#define UNTRUSTED_FOR_USEC (10 * USEC_PER_MINUTE)
/* After what went wrong for want of memory. */
#define RETRY_DELAY_USEC USEC_PER_SEC

typedef enum ExecutionPhase {
        PHASE_BEGINNING, /* its begin row is queued */
        PHASE_READY,     /* the row is on disk, START has not been sent */
        PHASE_MARKING,   /* which runner will get it is being written */
        PHASE_SENT,
        PHASE_RUNNING,
        PHASE_RECOVERED, /* found open at start; the runner has not said yet what became of it */
        PHASE_BETWEEN,   /* an attempt's end is queued, and another follows; acknowledged like an end */
        PHASE_ENDED,     /* its end is queued; the runner waits for the acknowledgement */
        PHASE_CLOSED,    /* its end is queued; no runner knows of it */
        PHASE_WITHDRAWN, /* its row is taken back or was never written */
} ExecutionPhase;

/* Somebody waits for a commit. */
typedef struct Order {
        Manager *manager;
        manager_reply_t reply; /* NULL: nobody is told */
        void *userdata;
        int result;
        uint64_t execution_id;
        char *text;
        char *changed_job; /* observers hear of it; NULL: none */
        struct Order *prev, *next;
} Order;

/* What observers hear of a row that never was an Execution. */
typedef struct RecordNotice {
        Manager *manager;
        ExecutionRecord record;
        struct RecordNotice *prev, *next;
} RecordNotice;

typedef enum JobNoticeKind {
        JOB_NOTICE_ADDED,
        JOB_NOTICE_CHANGED,
        JOB_NOTICE_REMOVED,
} JobNoticeKind;

typedef struct JobNotice {
        JobNoticeKind kind;
        char *name;
} JobNotice;

/* What observers hear of one manager_apply(), when it is on disk. */
typedef struct ApplyNotice {
        Manager *manager;
        JobNotice *items;
        size_t n_items, n_allocated;
        struct ApplyNotice *prev, *next;
} ApplyNotice;

typedef struct Observer {
        ManagerObserver callbacks;
        bool removed;
        struct Observer *prev, *next;
} Observer;

/* A span in which nothing was decided, as it was noticed: (from, until]. */
typedef struct Gap {
        usec_t from_usec, until_usec;
        ExecutionReason reason;
        const char *detail; /* static */
} Gap;

struct Manager {
        ManagerHost host;

        ScheduledJob *jobs;    /* by name, the removed ones too: their history goes on under the name */
        ScheduledJob **sorted; /* the listed ones by name; valid if sorted_valid */
        size_t n_sorted;
        bool sorted_valid;
        Execution *executions;                                                 /* by id */
        Execution *held;                                                       /* execution_hold() */
        size_t n_places[EXECUTION_PLACE_COUNT], n_marks[EXECUTION_MARK_COUNT]; /* of all jobs */

        JobTemplates templates;   /* of the last scan */
        struct Profile *profiles; /* by name, also those that were removed */
        struct ProfileOrder *profile_orders;
        struct SecretUse *secrets; /* secrets.c */
        Queues queues;
        Heap wakes, alarms;
        Heap expectations, long_runs;
        struct NotificationQueue *notifications;
        NotifySite notify;
        usec_t loaded_latest_usec; /* the last thing that the last daemon wrote */
        unsigned n_batches;
        usec_t wakeup_usec; /* what set_wakeup() was last asked for; USEC_INFINITY: nothing */
        usec_t alarm_usec;  /* the same of the executor's wake_at() */

        uint64_t last_execution_id;
        int64_t last_job_id;
        unsigned apply_mark;
        bool applied;
        bool dependents_known;     /* those of the jobs are as the definitions say */
        uint64_t zones_generation; /* with which the jobs were decoded */
        bool boot_is_new;          /* no stored job had seen this boot */

        bool connected;
        usec_t disconnected_usec; /* when the runner went; USEC_INFINITY: none has yet */
        char incarnation[ID_TEXT_MAX], generation[ID_TEXT_MAX];

        usec_t started_usec;
        usec_t resumed_usec; /* when the machine last woke up; USEC_INFINITY: not since the start */
        Gap gap;
        usec_t realtime_offset_usec, sleep_offset_usec; /* realtime - boottime, boottime - monotonic */
        usec_t set_back_until_usec;                     /* before the clock was set back it was this late */
        usec_t frozen_since_usec;                       /* nothing starts; USEC_INFINITY: it may */
        bool is_resting; /* nothing starts, since the daemon is being stopped */
        Gap thawed;      /* the last freeze that has ended */
        bool untrusted;
        usec_t untrusted_stored_usec, untrusted_deadline_usec; /* the deadline is of CLOCK_BOOTTIME */

        char *store_trouble;
        usec_t store_trouble_since_usec;
        char **load_errors;
        char **notes;
        ManagerStatus counts; /* of jobs; valid if counts_valid */
        bool counts_valid;

        Observer *observers;
        unsigned n_notifying;
        Order *orders;
        RecordNotice *record_notices;
        ApplyNotice *apply_notices;
        struct JobLeave *leaves;
        struct ChangeOrder *change_orders;
        struct NamedJob *named_jobs; /* that definitions name in `after:` and `trigger:` */

        struct UserUse *users; /* ordinary ones of whom something has run */

        struct ConditionWait *condition_waits, *condition_changes;

        ScheduledJob *prune_next; /* where the walk at start has come to */
        bool pruning;
        struct PruneOrder *prune_orders;
        usec_t forgotten_usec; /* when jobs that have expired were last looked for */
};

usec_t manager_now(const Manager *manager);
/* Asks for the earliest wake-up, of daemon and machine, if it is another. Nothing while a batch is open. */
void manager_arm_timer(Manager *manager);
void manager_begin_batch(Manager *manager);
void manager_end_batch(Manager *manager);
/* Counts or order of jobs have changed. */
void manager_invalidate(Manager *manager);
/* Whoever cannot queue a write says so here; the daemon goes on. Returns r. */
int manager_store_error(Manager *manager, int r, const char *what);
ScheduledJob *manager_find_any_job(Manager *manager, const char *name); /* the removed ones too */
void manager_replan_all(Manager *manager);

/* By order, or since it ends. */
static inline bool manager_is_frozen(const Manager *manager) {
        return manager->frozen_since_usec != USEC_INFINITY || manager->is_resting;
}

/* Active: it occupies the job. A row that is only written ahead does not. */
static inline bool execution_is_active(const Execution *execution) {
        return execution->phase != PHASE_WITHDRAWN && execution_state_is_active(execution->record.state);
}

static inline bool execution_is_waiting(const Execution *execution) {
        return execution->record.state == EXECUTION_WAITING && execution->phase != PHASE_WITHDRAWN;
}

/* It stands for an instant of its job's schedule. */
static inline bool cause_is_of_schedule(ExecutionCause cause) {
        return cause != CAUSE_MANUAL && cause != CAUSE_DEPENDENCY;
}

/* replan.c: decides what is due, then plans the next look. For whatever may have changed either. */
void scheduled_job_replan(ScheduledJob *job);
/* Forgets its plan: it was removed or has no definition. */
void scheduled_job_unplan(ScheduledJob *job);

/* waiting.c: its begin row is on disk. */
void waiting_on_disk(Execution *execution);

/* manager-notify.c */
bool manager_is_observed(const Manager *manager);
void manager_notify_execution(Manager *manager, const ExecutionRecord *record);
void manager_notify_job(Manager *manager, JobNoticeKind kind, const ScheduledJob *job, const char *name);
void manager_notify_manager(Manager *manager);
void manager_notify_output(
                Manager *manager,
                uint64_t execution_id,
                OutputStream stream,
                const void *data,
                size_t size);
/* Takes the record. Observers hear of it when all that is queued so far is on disk. */
void manager_announce_record(Manager *manager, ExecutionRecord *record);
void manager_notices_done(Manager *manager);
int apply_notice_new(Manager *manager, size_t n_max, ApplyNotice **ret);
ApplyNotice *apply_notice_free(ApplyNotice *notice);
DEFINE_CLEANUP(ApplyNotice, apply_notice_free);
void apply_notice_add(ApplyNotice *notice, JobNoticeKind kind, const char *name);
/* Takes the notice. */
void apply_notice_queue(ApplyNotice *notice);

/* Logs with the fields that the catalog and journalctl know. Returns -abs(error). */
int manager_log(int level,
                int error,
                const char *message_id,
                const char *job,
                uint64_t execution_id,
                const char *format,
                ...) PRINTF_LIKE(6, 7);

/* audit.c: `caller` NULL is the daemon itself. */
int manager_queue_audit(
                Manager *manager,
                AuditEvent event,
                const char *job,
                uint64_t execution_id,
                const Caller *caller,
                const char *detail);

/* manager-prune.c */
void manager_prune_start(Manager *manager);
void manager_prune_after_end(ScheduledJob *job);
/* Jobs that were removed long ago are forgotten, if it is time to look for them. */
void manager_forget_expired(Manager *manager);

/* profile-order.c */
void manager_profile_orders_done(Manager *manager);

/* prune-order.c */
void manager_prune_orders_done(Manager *manager);

/* runner-events.c */
extern const ExecutorEvents manager_executor_events;

/* clock-change.c */
void clock_watch_init(Manager *manager);
/* Compares the clocks with each other; what went by while nobody looked is noted. */
void clock_watch_check(Manager *manager);
/* After the store has been read. */
void clock_watch_load(Manager *manager);
/* When the untrusted clock has to be looked at again; USEC_INFINITY: it is trusted. */
usec_t clock_watch_wakeup(const Manager *manager);

/* orders.c */
int order_new(Manager *manager, manager_reply_t reply, void *userdata, Order **ret);
Order *order_free(Order *order); /* without an answer */
/* Answers and frees. `text` is copied; NULL: none. */
void order_reply(Order *order, int result, uint64_t execution_id, const char *text);
/* Answers what is in the order when all that is queued is on disk. */
void order_reply_after_commit(Order *order);
/* An answer to what has not become an order. */
void order_refuse(manager_reply_t reply, void *userdata, int result, const char *format, ...)
                PRINTF_LIKE(4, 5);
/* Counts it; true: the caller has given too many within this minute, and was answered so. */
bool order_is_one_too_many(Manager *manager, const Caller *caller, manager_reply_t reply, void *userdata);
/* The job that an order is about, loaded and able to be recorded of; NULL: it was refused. */
ScheduledJob *order_find_job(Manager *manager, const char *name, manager_reply_t reply, void *userdata);
/* From now on, with what is to be written of it. Returns 0, or -EALREADY if it is so. The caller re-plans the
 * job. */
int order_pause(ScheduledJob *job, usec_t until_usec, const Caller *caller);
void order_audit_pause(const ScheduledJob *job, const Caller *caller);
/* Observers will hear of the job. NULL: it was refused. */
Order *order_new_for_job(ScheduledJob *job, manager_reply_t reply, void *userdata);
