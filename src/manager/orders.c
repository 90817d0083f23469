/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What people ask for: start, stop, kill, pause, resume. Each is answered once its change is on disk. */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "manager/decision.h"
#include "manager/execution-parameters.h"
#include "manager/execution.h"
#include "manager/freeze.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "manager/start-request.h"
#include "manager/user-limits.h"
#include "util/string-list.h"

int order_new(Manager *manager, manager_reply_t reply, void *userdata, Order **ret) {
        Order *order = calloc(1, sizeof(*order));

        if (!order)
                return -ENOMEM;

        order->manager = manager;
        order->reply = reply;
        order->userdata = userdata;
        DL_APPEND(manager->orders, order);
        *ret = order;
        return 0;
}

Order *order_free(Order *order) {
        if (!order)
                return NULL;

        DL_DELETE(order->manager->orders, order);
        free(order->text);
        free(order->changed_job);
        free(order);
        return NULL;
}

void order_reply(Order *order, int result, uint64_t execution_id, const char *text) {
        if (order->reply)
                order->reply(order->userdata, result, execution_id, text);
        (void) order_free(order);
}

static void on_order_committed(void *userdata, int result) {
        Order *order = userdata;
        ScheduledJob *job;

        if (result < 0) {
                order_reply(order, -EIO, 0, "The daemon is stopping");
                return;
        }
        job = order->changed_job ? manager_find_job(order->manager, order->changed_job) : NULL;
        if (job) {
                manager_notify_job(order->manager, JOB_NOTICE_CHANGED, job, NULL);
                manager_notify_manager(order->manager);
        }
        order_reply(order, order->result, order->execution_id, order->text);
}

void order_reply_after_commit(Order *order) {
        int r;

        r = store_after_commit(order->manager->host.store, on_order_committed, order);
        if (r < 0)
                order_reply(order, r, 0, "Out of memory");
}

void order_refuse(manager_reply_t reply, void *userdata, int result, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;
        int r;

        if (!reply)
                return;
        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0)
                text = NULL;
        reply(userdata, result, 0, text ?: "Out of memory");
}

bool order_is_one_too_many(Manager *manager, const Caller *caller, manager_reply_t reply, void *userdata) {
        CLEANUP_FREE char *refusal = NULL;
        int r = user_limits_count_change(manager, caller, &refusal);

        if (r < 0)
                order_refuse(reply, userdata, r, "%s", refusal ?: "Out of memory");
        return r < 0;
}

ScheduledJob *order_find_job(Manager *manager, const char *name, manager_reply_t reply, void *userdata) {
        ScheduledJob *job = manager_find_job(manager, name);

        if (!job)
                order_refuse(reply, userdata, -ENOENT, "There is no job '%s'", name);
        else if (!job->job)
                order_refuse(reply, userdata, -ENOEXEC,
                             "Job '%s' failed to load, and no good version of it is known; 'schedctl status' "
                             "says "
                             "why",
                             name);
        else if (manager->store_trouble)
                order_refuse(reply, userdata, -EIO, "Nothing can be recorded now: %s",
                             manager->store_trouble);
        else
                return job;
        return NULL;
}

/* Returns 0, or as freeze_refuse(). */
static int check_frozen(const Manager *manager, const char *name, char **reterr) {
        CLEANUP_FREE char *what = NULL;

        if (asprintf(&what, "Job '%s'", name) < 0)
                what = NULL;
        return freeze_refuse(manager, what ?: "The job", reterr);
}

/* --- start ----------------------------------------------------------------------------------------- */

/* A name for the row: the user's, else the number. */
static const char *caller_name(const Caller *caller, char buffer[static 24]) {
        if (!caller)
                return NULL;
        if (caller->user)
                return caller->user;
        (void) snprintf(buffer, 24, "%u", (unsigned) caller->uid);
        return buffer;
}

/* What whoever asked for it hears when its row is on disk. */
static void answer_skipped(const ScheduledJob *job, const StartAnswer *answer, Order *order) {
        const Execution *blocker = scheduled_job_blocker(job);
        int r;

        if (answer->reason == REASON_USER_LIMIT)
                r = asprintf(&order->text,
                             "The owner of job '%s' has as many executions, or starts in this minute, as the "
                             "setting 'user-limits' allows: the start was skipped",
                             job->stored.name);
        else if (answer->reason == REASON_QUEUE_FULL)
                r = asprintf(&order->text,
                             "Job '%s' has as many executions waiting as it may: the start was skipped",
                             job->stored.name);
        else if (blocker && blocker->record.state == EXECUTION_WAITING)
                r = asprintf(&order->text,
                             "Job '%s' waits already (execution %" PRIu64
                             "): the start was skipped; with --force it would not wait",
                             job->stored.name, blocker->record.id);
        else
                r = asprintf(&order->text,
                             "Job '%s' is active still (execution %" PRIu64
                             "): the start was skipped; with --force it would run beside it",
                             job->stored.name, blocker ? blocker->record.id : 0);
        if (r < 0)
                order->text = NULL;
        order->result = answer->reason == REASON_USER_LIMIT ? -EDQUOT : -EBUSY;
        order->execution_id = answer->execution_id;
        order_reply_after_commit(order);
}

/* Returns 1 if there is an execution now, 0 if the start was skipped. */
static int start(ScheduledJob *job, const StartOptions *options, const Caller *caller, Order *order) {
        bool forced = options && options->force;
        StartAnswer answer = { 0 };
        char number[24];
        int r;

        r =
                        start_request(job,
                                      &(StartRequest){
                                                      .cause = CAUSE_MANUAL,
                                                      .due_usec = manager_now(job->manager),
                                                      .requested_by = caller_name(caller, number),
                                                      .forced = forced,
                                                      .options = options,
                                      },
                                      &answer);
        if (r < 0)
                return r;

        if (!answer.execution) {
                answer_skipped(job, &answer, order);
                return 0;
        }
        answer.execution->start_order = order;
        (void) manager_queue_audit(
                        job->manager, AUDIT_EXECUTION_STARTED, job->stored.name, answer.execution_id, caller,
                        forced ? "by force: neither overlap nor queue nor conditions were asked" : NULL);
        return 1;
}

/* A start whose secrets are being kept. */
typedef struct SecretStart {
        Order *order;
        char *job, *profile;
        char **parameters; /* with ids in the place of secrets */
        bool force;
        Caller caller;
} SecretStart;

static SecretStart *secret_start_free(SecretStart *start) {
        (void) string_list_free(start->parameters);
        caller_done(&start->caller);
        free(start->profile);
        free(start->job);
        free(start);
        return NULL;
}
DEFINE_CLEANUP(SecretStart, secret_start_free);

/* Much may have happened while they were written down. */
static bool on_secrets_kept(void *userdata, int error) {
        CLEANUP(secret_start_freep) SecretStart *pending = userdata;
        const StartOptions options = {
                .force = pending->force,
                .parameters = pending->parameters,
                .profile = pending->profile,
        };
        const char *text = "The runner cannot keep the values of its secret parameters; its log says why";
        CLEANUP_FREE char *refusal = NULL;
        ScheduledJob *job;

        if (error == -ESHUTDOWN) /* the order goes with the manager */
                return false;
        job = manager_find_job(pending->order->manager, pending->job);
        if (error >= 0 && (!job || !job->job)) {
                error = -ENOENT;
                text = "The job was removed meanwhile";
        } else if (error >= 0) {
                error = check_frozen(job->manager, pending->job, &refusal);
                text = refusal ?: "Out of memory";
        }
        if (error >= 0) {
                error = start(job, &options, &pending->caller, pending->order);
                text = error == -EINVAL ? "The job was changed meanwhile: these are no parameters of it"
                                        : "Out of memory";
        }
        if (error < 0)
                order_reply(pending->order, error, 0, text);
        return error > 0;
}

/* The values go to the runner first. Returns 0, or a negative errno: nobody has been answered. */
static int start_with_secrets(
                ScheduledJob *job,
                const StartOptions *options,
                const Caller *caller,
                Order *order) {

        CLEANUP(secret_start_freep) SecretStart *pending = calloc(1, sizeof(*pending));
        CLEANUP(secret_values_done) SecretValues values = { 0 };
        int r;

        if (!pending)
                return -ENOMEM;
        pending->order = order;
        pending->force = options->force;
        pending->job = strdup(job->stored.name);
        pending->profile = options->profile ? strdup(options->profile) : NULL;
        if (!pending->job || (options->profile && !pending->profile))
                return -ENOMEM;
        r = caller ? caller_copy(caller, &pending->caller) : 0;
        if (r >= 0)
                r = secret_extract_list(
                                &job->job->parameters, options->parameters, &pending->parameters, &values);
        if (r >= 0)
                r = secrets_keep(job->manager, &values, on_secrets_kept, pending);
        if (r >= 0)
                (void) TAKE_PTR(pending);
        return r;
}

void manager_start_job(
                Manager *manager,
                const char *name,
                const StartOptions *options,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        ScheduledJob *job = order_find_job(manager, name, reply, userdata);
        bool is_asked = options && (options->parameters || options->profile);
        CLEANUP_FREE char *error = NULL;
        Order *order = NULL;
        int r;

        if (!job)
                return;
        r = check_frozen(manager, name, &error);
        if (r < 0) {
                reply(userdata, r, 0, error ?: "Out of memory");
                return;
        }
        /* Whoever asks is told, and nothing is recorded; where nobody is there, it fails when it begins. */
        if (parameters_check(job, options, &error) < 0) {
                order_refuse(reply, userdata, -EINVAL, "Job '%s' cannot be started so: %s", name,
                             error ?: "out of memory");
                return;
        }
        if (!manager->connected) {
                order_refuse(reply, userdata, -ENOTCONN,
                             "Job '%s' cannot be started: there is no connection to the runner", name);
                return;
        }

        r = order_new(manager, reply, userdata, &order);
        if (r < 0) {
                order_refuse(reply, userdata, r, "Job '%s' cannot be started: out of memory", name);
                return;
        }
        r = is_asked ? start_with_secrets(job, options, caller, order) : start(job, options, caller, order);
        if (r < 0)
                order_reply(order, r, 0, r == -ENOTCONN ? "The runner has gone" : "Out of memory");
}

/* --- pause and resume ------------------------------------------------------------------------------ */

Order *order_new_for_job(ScheduledJob *job, manager_reply_t reply, void *userdata) {
        Order *order = NULL;

        if (order_new(job->manager, reply, userdata, &order) >= 0)
                order->changed_job = strdup(job->stored.name);
        if (order && !order->changed_job)
                order = order_free(order);
        if (!order)
                order_refuse(reply, userdata, -ENOMEM, "Job '%s': out of memory", job->stored.name);
        return order;
}

void order_audit_pause(const ScheduledJob *job, const Caller *caller) {
        usec_t until_usec = job->stored.paused_until_usec;
        CLEANUP_FREE char *detail = NULL;
        char until[TIMESTAMP_MAX];

        if (until_usec != USEC_INFINITY &&
            asprintf(&detail, "until %s", timestamp_format_utc(until_usec, until)) < 0)
                detail = NULL;
        (void) manager_queue_audit(job->manager, AUDIT_JOB_PAUSED, job->stored.name, 0, caller, detail);
}

int order_pause(ScheduledJob *job, usec_t until_usec, const Caller *caller) {
        Manager *manager = job->manager;

        scheduled_job_replan(job); /* what is due was due before the pause */
        if (scheduled_job_is_paused(job) && job->stored.paused_until_usec == until_usec)
                return -EALREADY;
        if (!scheduled_job_is_paused(job)) {
                /* A paused job owes nothing, so neither what the freeze has held back of it until here. */
                if (manager_is_frozen(manager) && decision_drop_frozen(job, manager_now(manager)) < 0)
                        (void) manager_store_error(manager, -ENOMEM, "what the freeze has held back");
                job->stored.paused_since_usec = manager_now(manager);
        }
        job->stored.paused_until_usec = until_usec;
        scheduled_job_save_state(job);
        order_audit_pause(job, caller);
        return 0;
}

void manager_pause_job(
                Manager *manager,
                const char *name,
                usec_t until_usec,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        ScheduledJob *job = order_find_job(manager, name, reply, userdata);
        Order *order;
        int r;

        if (!job || order_is_one_too_many(manager, caller, reply, userdata))
                return;
        if (until_usec <= manager_now(manager)) {
                order_refuse(reply, userdata, -EINVAL, "Job '%s' cannot be paused until a time in the past",
                             name);
                return;
        }

        order = order_new_for_job(job, reply, userdata);
        if (!order)
                return;
        r = order_pause(job, until_usec, caller);
        if (r < 0) {
                (void) order_free(order);
                order_refuse(reply, userdata, r, "Job '%s' is paused already", name);
                return;
        }
        manager_invalidate(manager);
        scheduled_job_replan(job);
        order_reply_after_commit(order);
}

void manager_resume_job(
                Manager *manager,
                const char *name,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        ScheduledJob *job = order_find_job(manager, name, reply, userdata);
        Order *order;
        int r;

        if (!job || order_is_one_too_many(manager, caller, reply, userdata))
                return;
        if (!scheduled_job_is_paused(job)) {
                order_refuse(reply, userdata, -EALREADY, "Job '%s' is not paused", name);
                return;
        }

        order = order_new_for_job(job, reply, userdata);
        if (!order)
                return;
        r = decision_end_pause(job, manager_now(manager));
        if (r < 0) {
                order_reply(order, r, 0, "The skipped occurrences cannot be recorded: the job stays paused");
                return;
        }
        (void) manager_queue_audit(manager, AUDIT_JOB_RESUMED, name, 0, caller, NULL);
        manager_invalidate(manager);
        scheduled_job_replan(job);
        order_reply_after_commit(order);
}

/* --- stop and kill --------------------------------------------------------------------------------- */

static void refuse_inactive(Manager *manager, uint64_t id, manager_reply_t reply, void *userdata) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        char number[24];
        int r;

        (void) snprintf(number, sizeof(number), "%" PRIu64, id);
        execution_record_init(&record);
        r = store_read_execution(manager->host.store, id, &record);
        if (r > 0)
                order_refuse(reply, userdata, -ESRCH, "Execution %s has ended already", number);
        else if (r == 0)
                order_refuse(reply, userdata, -ENOENT, "There is no execution %s", number);
        else
                order_refuse(reply, userdata, r, "Execution %s cannot be read from the database", number);
}

typedef struct SignalOrder {
        bool stop; /* kill-signal and escalation; else just `signal` */
        int signal;
        bool everything;
} SignalOrder;

static int send_signal(Execution *execution, const SignalOrder *what) {
        const Executor *executor = execution->manager->host.executor;
        LaunchId id = execution_launch_id(execution);

        return what->stop ? executor->stop(executor->userdata, id)
                          : executor->kill(executor->userdata, id, what->signal, what->everything);
}

static void signal_execution(
                Manager *manager,
                uint64_t id,
                const SignalOrder *what,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        Execution *execution = manager_find_execution(manager, id);
        char detail[96], number[24];
        Order *order = NULL;
        int r = 0;

        if (!execution || (!execution_is_active(execution) && execution->place != PLACE_RETRYING)) {
                refuse_inactive(manager, id, reply, userdata);
                return;
        }
        if (order_is_one_too_many(manager, caller, reply, userdata))
                return;
        (void) snprintf(number, sizeof(number), "%" PRIu64, id);
        if (!execution_is_unsent(execution))
                r = send_signal(execution, what);
        if (r >= 0)
                r = order_new(manager, reply, userdata, &order);
        if (r < 0) {
                order_refuse(reply, userdata, r,
                             r == -ENOTCONN ? "Execution %s cannot be reached: there is no connection to the "
                                              "runner"
                                            : "The runner cannot be asked to end execution %s",
                             number);
                return;
        }

        order->execution_id = id;
        (void) snprintf(detail, sizeof(detail), "execution %s: signal %d to %s", number, what->signal,
                        what->everything ? "everything that it started" : "its main process");
        (void) manager_queue_audit(
                        manager, what->stop ? AUDIT_EXECUTION_STOPPED : AUDIT_EXECUTION_KILLED,
                        execution->record.job, id, caller, what->stop ? NULL : detail);
        if (what->stop && !execution_is_unsent(execution))
                execution->stop_sent = true;
        if (what->stop || execution_is_unsent(execution))
                execution_cancel(execution);
        order_reply_after_commit(order);
}

void manager_stop_execution(
                Manager *manager,
                uint64_t id,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        signal_execution(manager, id, &(SignalOrder){ .stop = true }, caller, reply, userdata);
}

void manager_kill_execution(
                Manager *manager,
                uint64_t id,
                int signal,
                bool everything,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        const SignalOrder what = { .signal = signal, .everything = everything };

        signal_execution(manager, id, &what, caller, reply, userdata);
}

int manager_follow_execution(Manager *manager, uint64_t id, bool on) {
        Execution *execution = manager_find_execution(manager, id);
        const Executor *executor = manager->host.executor;

        if (!execution || !execution_is_active(execution))
                return -ESRCH;
        return executor->follow(executor->userdata, execution_launch_id(execution), on);
}

int manager_lookup_user(Manager *manager, uid_t uid, executor_user_t done, void *done_userdata) {
        const Executor *executor = manager->host.executor;

        return executor->lookup_user(executor->userdata, NULL, uid, done, done_userdata);
}
