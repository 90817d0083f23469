/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/alert-events.h"

#include <assert.h>
#include <string.h>

#include "manager/alerts.h"
#include "manager/expectation.h"
#include "manager/notification-content.h"
#include "manager/notification-queue.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

/* --- telling --------------------------------------------------------------------------------------- */

static void tell(Manager *manager, const NotificationFacts *facts, const NotifyTarget *target, bool at_once) {
        const Job *job = facts->job;
        /* A user that there is not cannot send the mail about it: the owner does. */
        bool no_account = facts->record && facts->record->reason == REASON_ACCOUNT;
        const NotificationEvent event = {
                .event = facts->event,
                .job = facts->job_name,
                .owner_uid = job ? job->owner_uid : manager->host.owner_uid,
                .user = job && !no_account ? job->process.user : NULL,
                .shell = job ? job->command.shell : NULL,
                .execution_id = facts->record ? facts->record->id : 0,
                .is_end = facts->event == NOTIFY_ON_OVERDUE && facts->since_usec == USEC_INFINITY,
                .at_once = at_once,
        };
        NotificationEvent whole = event;
        char **content = NULL;
        int r;

        r = notification_content(facts, &content);
        if (r < 0) {
                (void) manager_log(
                                LOG_ERR, r, NULL, facts->job_name, event.execution_id,
                                "A message cannot be written: %s", strerror(-r));
                return;
        }
        whole.content = content;
        notification_queue_add(manager->notifications, &whole, target);
        (void) string_list_free(content);
}

static bool same_target(const NotifyTarget *a, const NotifyTarget *b) {
        return a->channel == b->channel && strcmp(a->address ?: "", b->address ?: "") == 0 &&
                        strcmp(a->url ?: "", b->url ?: "") == 0 &&
                        strcmp(a->script ?: "", b->script ?: "") == 0 &&
                        string_list_equal(a->arguments, b->arguments);
}

/* An event that says more has gone there already. */
static bool is_told(
                const NotifyPolicy *policy,
                const NotifyEvent *events,
                size_t n,
                const NotifyTarget *target) {
        for (size_t i = 0; i < n; i++) {
                const NotifyTargets *targets = &policy->on[events[i]];

                for (size_t k = 0; k < targets->n_items; k++)
                        if (same_target(&targets->items[k], target))
                                return true;
        }
        return false;
}

/* From the event that says most to the one that says least. */
static void tell_all(Manager *manager, NotificationFacts *facts, const NotifyEvent *events, size_t n) {
        const NotifyPolicy *policy;

        if (!facts->job)
                return;
        policy = &facts->job->notify;
        for (size_t i = 0; i < n; i++) {
                const NotifyTargets *targets = &policy->on[events[i]];

                facts->event = events[i];
                for (size_t k = 0; k < targets->n_items; k++)
                        if (!is_told(policy, events, i, &targets->items[k]))
                                tell(manager, facts, &targets->items[k], false);
        }
}

/* Who is to be told is said by the newest definition; of a job that was removed, by the last one. */
static const Job *policy_job(const Execution *execution) {
        return execution->scheduled_job->job ?: execution->job;
}

static NotificationFacts facts_of(
                const ScheduledJob *job,
                const Job *definition,
                const ExecutionRecord *record) {
        return (NotificationFacts){
                .job_name = job->stored.name,
                .job = definition,
                .record = record,
                .host = job->manager->host.host_name,
                .now_usec = manager_now(job->manager),
                .since_usec = USEC_INFINITY,
        };
}

/* USEC_INFINITY: not any more. */
static void tell_overdue(const ScheduledJob *job, usec_t since_usec, const ExecutionRecord *record) {
        const NotifyEvent event = NOTIFY_ON_OVERDUE;
        NotificationFacts facts = facts_of(job, job->job, record);

        facts.since_usec = since_usec;
        tell_all(job->manager, &facts, &event, 1);
}

/* --- executions ------------------------------------------------------------------------------------ */

void alerts_on_ended(Execution *execution, const OutputRecord *output) {
        const ExecutionRecord *record = &execution->record;
        ScheduledJob *job = execution->scheduled_job;
        NotificationFacts facts = facts_of(job, policy_job(execution), record);
        const AlertFacts alert = {
                .state = record->state,
                .was_failing = job->stored.failing_usec != USEC_INFINITY,
                .wrote_output = record->output_bytes > 0,
        };
        NotifyEvent events[ALERTS_MAX];
        size_t n;

        alerts_forget(execution);
        facts.output = output;
        facts.since_usec = job->stored.failing_usec;
        n = alerts_of_end(&alert, events);
        tell_all(job->manager, &facts, events, n);

        if (record->state == EXECUTION_SUCCEEDED) {
                job->stored.failing_usec = USEC_INFINITY;
                if (expectation_met(job, record))
                        tell_overdue(job, USEC_INFINITY, record);
        } else if (alerts_is_failure(record->state) && !alert.was_failing)
                job->stored.failing_usec = record->ended_usec;
}

void alerts_on_missed(const ScheduledJob *job, const ExecutionRecord *record) {
        const NotifyEvent event = NOTIFY_ON_MISSED;
        NotificationFacts facts = facts_of(job, job->job, record);

        tell_all(job->manager, &facts, &event, 1);
}

/* Of a later attempt, adopted by a new daemon, the begin is not known: the alarm comes late, not for nothing.
 */
static usec_t attempt_started_usec(const Execution *execution) {
        if (execution->attempt_started_usec != USEC_INFINITY)
                return execution->attempt_started_usec;
        return execution->record.attempts > 1 ? manager_now(execution->manager)
                                              : execution->record.started_usec;
}

static usec_t long_run_usec(const Execution *execution) {
        const Job *job = policy_job(execution);

        if (!job || job->notify.on[NOTIFY_ON_LONG_RUNNING].n_items == 0)
                return USEC_INFINITY;
        return usec_add(attempt_started_usec(execution), job->notify.long_running_after_usec);
}

void alerts_on_running(Execution *execution, bool adopted) {
        Manager *manager = execution->manager;
        const ExecutionRecord *record = &execution->record;
        NotificationFacts facts = facts_of(execution->scheduled_job, policy_job(execution), record);
        const NotifyEvent event = NOTIFY_ON_LATE;
        usec_t alarm_usec;

        if (!facts.job)
                return;
        if (!adopted && alerts_is_late(record, facts.job->notify.late_after_usec))
                tell_all(manager, &facts, &event, 1);

        alarm_usec = long_run_usec(execution);
        /* What was due under the last daemon was told by it: then its row, of that instant, is on disk. */
        if (alarm_usec == USEC_INFINITY || (adopted && alarm_usec <= manager->loaded_latest_usec))
                return;
        if (heap_put(&manager->long_runs, &execution->long_run, alarm_usec) < 0)
                log_warning("Nobody is told if execution %" PRIu64 " of job '%s' runs long: %s", record->id,
                            record->job, strerror(ENOMEM));
        manager_arm_timer(manager);
}

void alerts_forget(Execution *execution) {
        heap_remove(&execution->manager->long_runs, &execution->long_run);
}

static void run_long(Execution *execution) {
        NotificationFacts facts =
                        facts_of(execution->scheduled_job, policy_job(execution), &execution->record);
        const NotifyEvent event = NOTIFY_ON_LONG_RUNNING;

        alerts_forget(execution);
        if (execution->record.state == EXECUTION_RUNNING)
                tell_all(execution->manager, &facts, &event, 1);
}

/* --- the daemon --------------------------------------------------------------------------- */

void alerts_on_trouble(Manager *manager, const char *sentence, bool at_once) {
        const NotifyTargets *targets = manager->notify.on_trouble;
        const NotificationFacts facts = {
                .event = NOTIFY_ON_TROUBLE,
                .host = manager->host.host_name,
                .now_usec = manager_now(manager),
                .since_usec = USEC_INFINITY,
                .detail = sentence,
        };

        for (size_t i = 0; targets && i < targets->n_items; i++)
                tell(manager, &facts, &targets->items[i], at_once);
}

/* --- time ------------------------------------------------------------------------------------------ */

usec_t alerts_wakeup(const Manager *manager) {
        const HeapNode *long_run = heap_first(&manager->long_runs);
        usec_t wake_usec = long_run ? long_run->key : USEC_INFINITY;

        wake_usec = MIN(wake_usec, expectation_wakeup(manager));
        return MIN(wake_usec, notification_queue_wakeup(manager->notifications));
}

static void become_overdue(ScheduledJob *job) {
        Store *store = job->manager->host.store;

        /* So that it is told once, whatever happens. */
        store_begin_group(store);
        scheduled_job_save_state(job);
        tell_overdue(job, job->stored.expect_usec, NULL);
        store_end_group(store);
        manager_notify_job(job->manager, JOB_NOTICE_CHANGED, job, NULL);
}

void alerts_run(Manager *manager) {
        ScheduledJob *job;
        HeapNode *first;

        while ((first = heap_first(&manager->long_runs)) && first->key <= manager_now(manager))
                run_long(HEAP_CONTAINER(first, Execution, long_run));
        while ((job = expectation_take_overdue(manager)))
                become_overdue(job);
        notification_queue_run(manager->notifications);
}
