/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Facts and other executions are looked at whenever the execution is planned anew. A path is looked at by an
 * errand; while it does not hold, another errand waits for it. A command is run again with growing pauses.
 * What an errand found is good for a short time only, so that all conditions hold at the same time: who found
 * everything else in order looks again at what was seen too long ago.
 */

#include "manager/condition-wait.h"

#include <errno.h>
#include <string.h>
#include <utlist.h>

#include "manager/dependency.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

#define PATH_GOOD_USEC (10 * USEC_PER_SEC)
#define COMMAND_GOOD_USEC (60 * USEC_PER_SEC)
#define ERRAND_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define PAUSE_FIRST_USEC (10 * USEC_PER_SEC)
#define PAUSE_LAST_USEC (60 * USEC_PER_SEC)

typedef struct ConditionItem {
        struct ConditionWait *wait;
        const Condition *condition;
        bool watched;       /* a fact of the host */
        uint64_t errand_id; /* 0: none is under way */
        bool errand_waits;  /* it answers when the path is so */
        bool is_found;      /* there is a finding */
        ConditionFinding finding;
        usec_t found_usec, again_usec; /* of CLOCK_BOOTTIME; again: not to be asked before */
        usec_t pause_usec;
        char detail[CONDITION_DETAIL_MAX];
} ConditionItem;

struct ConditionWait {
        Execution *execution;
        Job *job; /* a reference: the items point into it */
        usec_t deadline_usec;
        bool changed; /* in the list of those that are to be planned anew */
        ConditionItem *items;
        size_t n_items;
        struct ConditionWait *prev, *next;
};

static usec_t now_boottime(const Manager *manager) {
        return clock_now(manager->host.clock, CLOCK_KIND_BOOTTIME);
}

/* --- planned anew ---------------------------------------------------------------------------------- */

/* Planning one may end it and others; so those that are left are found in the list. */
static void replan_changed(Manager *manager) {
        struct ConditionWait *wait;

        while ((wait = manager->condition_changes)) {
                DL_DELETE(manager->condition_changes, wait);
                DL_APPEND(manager->condition_waits, wait);
                wait->changed = false;
                scheduled_job_replan(wait->execution->scheduled_job);
        }
}

static void mark_changed(struct ConditionWait *wait) {
        Manager *manager = wait->execution->manager;

        if (wait->changed)
                return;
        wait->changed = true;
        DL_DELETE(manager->condition_waits, wait);
        DL_APPEND(manager->condition_changes, wait);
}

void manager_host_changed(Manager *manager, ConditionKind kind) {
        struct ConditionWait *wait, *next;

        DL_FOREACH_SAFE(manager->condition_waits, wait, next) {
                for (size_t i = 0; i < wait->n_items; i++) {
                        if (wait->items[i].watched && wait->items[i].condition->kind == kind) {
                                mark_changed(wait);
                                break;
                        }
                }
        }
        replan_changed(manager);
}

static bool waits_for_job(const struct ConditionWait *wait, const ScheduledJob *job) {
        for (size_t i = 0; i < wait->n_items; i++) {
                const Condition *condition = wait->items[i].condition;

                if (condition->kind != CONDITION_NOT_RUNNING)
                        continue;
                STRING_LIST_FOREACH(name, condition->jobs)
                        if (dependency_find(wait->execution->scheduled_job, *name) == job)
                                return true;
        }
        return false;
}

void condition_job_ended(const ScheduledJob *job) {
        struct ConditionWait *wait, *next;

        DL_FOREACH_SAFE(job->manager->condition_waits, wait, next)
        if (waits_for_job(wait, job))
                mark_changed(wait);
        replan_changed(job->manager);
}

/* --- life ------------------------------------------------------------------------------------------ */

static void item_cancel_errand(ConditionItem *item) {
        const Executor *executor = item->wait->execution->manager->host.executor;

        if (item->errand_id != 0)
                executor->cancel_errand(executor->userdata, item->errand_id);
        item->errand_id = 0;
}

static void item_watch(ConditionItem *item, bool on) {
        const HostFacts *facts = item->wait->execution->manager->host.facts;

        if (item->watched == on || !facts)
                return;
        item->watched = on;
        facts->watch(facts->userdata, item->condition->kind, on);
}

void condition_wait_end(Execution *execution) {
        struct ConditionWait *wait = execution->condition_wait;
        Manager *manager = execution->manager;

        if (!wait)
                return;
        for (size_t i = 0; i < wait->n_items; i++) {
                item_cancel_errand(&wait->items[i]);
                item_watch(&wait->items[i], false);
        }
        if (wait->changed)
                DL_DELETE(manager->condition_changes, wait);
        else
                DL_DELETE(manager->condition_waits, wait);
        (void) job_unref(wait->job);
        free(wait->items);
        free(wait);
        execution->condition_wait = NULL;
}

/* What is left of the wait; a clock that was set back meanwhile does not make it longer than it was. */
static usec_t deadline_of(const Execution *execution, bool first, usec_t now_usec) {
        usec_t wait_usec = execution->scheduled_job->job->conditions.wait_usec;
        usec_t since_usec = first ? now_usec : execution->record.waiting_since_usec, waited_usec;

        if (wait_usec == USEC_INFINITY)
                return USEC_INFINITY;
        waited_usec = since_usec == USEC_INFINITY ? 0 : MAX(now_usec - since_usec, (usec_t) 0);
        return now_boottime(execution->manager) + MAX(wait_usec - waited_usec, (usec_t) 0);
}

int condition_wait_ensure(Execution *execution, bool first, usec_t now_usec) {
        Manager *manager = execution->manager;
        Job *job = execution->scheduled_job->job;
        const Conditions *conditions = &job->conditions;
        struct ConditionWait *wait = execution->condition_wait;

        if (wait && wait->job == job && !first)
                return 0;
        condition_wait_end(execution);

        wait = calloc(1, sizeof(*wait));
        if (!wait)
                return -ENOMEM;
        wait->items = calloc(conditions->n_items + 1, sizeof(*wait->items));
        if (!wait->items) {
                free(wait);
                return -ENOMEM;
        }
        wait->execution = execution;
        wait->job = job_ref(job);
        wait->deadline_usec = deadline_of(execution, first, now_usec);
        wait->n_items = conditions->n_items;
        for (size_t i = 0; i < wait->n_items; i++)
                wait->items[i] = (ConditionItem){
                        .wait = wait,
                        .condition = &conditions->items[i],
                        .again_usec = INT64_MIN,
                        .pause_usec = PAUSE_FIRST_USEC,
                };
        DL_APPEND(manager->condition_waits, wait);
        execution->condition_wait = wait;
        return 0;
}

usec_t condition_wait_deadline(const Execution *execution) {
        return execution->condition_wait->deadline_usec;
}

/* --- errands --------------------------------------------------------------------------------------- */

/* The last start of the job; before its first one, when it was first loaded. */
static usec_t last_start_of(const ScheduledJob *job) {
        const StoredJob *stored = &job->stored;
        const Execution *execution;
        usec_t last_usec = stored->last_started_usec == USEC_INFINITY ? stored->added_usec
                                                                      : stored->last_started_usec;

        DL_FOREACH(job->executions, execution)
        if (execution->record.started_usec != USEC_INFINITY)
                last_usec = MAX(last_usec, execution->record.started_usec);
        return last_usec;
}

static void item_found(ConditionItem *item, ConditionFinding finding) {
        item->is_found = finding != CONDITION_UNKNOWN;
        item->finding = finding;
        item->found_usec = now_boottime(item->wait->execution->manager);
}

/* Not asked again before the pause is over. */
static void item_pause(ConditionItem *item) {
        item->again_usec = now_boottime(item->wait->execution->manager) + item->pause_usec;
        item->pause_usec = MIN(item->pause_usec * 2, PAUSE_LAST_USEC);
}

static void on_errand(void *userdata, const ErrandResult *result) {
        ConditionItem *item = userdata;
        struct ConditionWait *wait = item->wait;
        ConditionFinding finding = condition_check_errand(item->condition, result, item->detail);
        bool is_command = item->condition->kind == CONDITION_COMMAND;

        item->errand_id = 0;
        item_found(item, finding);
        if (finding == CONDITION_UNKNOWN || result->error < 0 || (is_command && finding == CONDITION_FAILS))
                item_pause(item);
        else
                item->pause_usec = PAUSE_FIRST_USEC;
        mark_changed(wait);
        replan_changed(wait->execution->manager);
}

static void item_ask(ConditionItem *item, bool wait_for_it) {
        const Execution *execution = item->wait->execution;
        const Executor *executor = execution->manager->host.executor;
        const Condition *condition = item->condition;
        const Errand errand = {
                .kind = condition->kind == CONDITION_COMMAND               ? ERRAND_COMMAND
                                : condition->kind == CONDITION_PATH_EXISTS ? ERRAND_PATH_EXISTS
                                                                           : ERRAND_PATH_CHANGED,
                .job = item->wait->job,
                .arguments = condition->arguments,
                .script = condition->script,
                .path = condition->path,
                .opposite = !condition->enabled,
                .watch = wait_for_it,
                .since_usec = last_start_of(execution->scheduled_job),
                .timeout_usec = wait_for_it ? USEC_INFINITY : ERRAND_TIMEOUT_USEC,
        };
        int r;

        item->errand_waits = wait_for_it;
        r = executor->run_errand(executor->userdata, &errand, on_errand, item, &item->errand_id);
        if (r >= 0)
                return;
        item->errand_id = 0;
        item_found(item, CONDITION_UNKNOWN);
        (void) snprintf(item->detail, sizeof(item->detail), "there is no connection to the runner");
        item_pause(item);
}

/* --- judgement ------------------------------------------------------------------------------------- */

static ConditionFinding judge_fact(ConditionItem *item, bool may_wait) {
        const HostFacts *facts = item->wait->execution->manager->host.facts;
        double value = 0;
        int r;

        item_watch(item, may_wait); /* before it is read: no change goes by unseen */
        r = facts ? facts->read(facts->userdata, item->condition->kind, &value) : -EOPNOTSUPP;
        if (r >= 0)
                return condition_check_fact(item->condition, value, item->detail) ? CONDITION_HOLDS
                                                                                  : CONDITION_FAILS;
        condition_explain_fact(item->condition, r, item->detail);
        return CONDITION_FAILS;
}

/* Started, and not ended for good. */
static const Execution *find_started(const ScheduledJob *job) {
        const Execution *execution;

        if (!job)
                return NULL;
        DL_FOREACH(job->executions, execution)
        if (execution_is_active(execution) && !execution_is_waiting(execution))
                return execution;
        return NULL;
}

static ConditionFinding judge_jobs(ConditionItem *item, bool may_wait) {
        STRING_LIST_FOREACH(name, item->condition->jobs) {
                const Execution *started =
                                find_started(dependency_find(item->wait->execution->scheduled_job, *name));

                if (!started)
                        continue;
                (void) snprintf(item->detail, sizeof(item->detail), "execution %" PRIu64 " of '%.100s' runs",
                                started->record.id, *name);
                return CONDITION_FAILS;
        }
        return CONDITION_HOLDS;
}

/* What was found, or is asked for here. An errand that waits for it keeps what was found before. */
static ConditionFinding judge_errand(ConditionItem *item, bool may_wait, usec_t good_usec) {
        usec_t now_usec = now_boottime(item->wait->execution->manager);
        bool is_path = item->condition->kind != CONDITION_COMMAND;

        if (item->errand_id != 0 && item->errand_waits && !may_wait)
                item_cancel_errand(item);
        if (item->errand_id != 0)
                return item->errand_waits ? item->finding : CONDITION_UNKNOWN;
        if (item->is_found && item->finding == CONDITION_FAILS && !may_wait)
                return CONDITION_FAILS;
        if (item->is_found && item->finding == CONDITION_HOLDS && now_usec - item->found_usec <= good_usec)
                return CONDITION_HOLDS;
        if (now_usec < item->again_usec)
                return item->is_found ? item->finding : CONDITION_UNKNOWN;

        if (is_path && item->is_found && item->finding == CONDITION_FAILS) {
                item_ask(item, true);
                return item->is_found ? CONDITION_FAILS : CONDITION_UNKNOWN;
        }
        if (item->finding != CONDITION_UNKNOWN)
                (void) snprintf(item->detail, sizeof(item->detail), "%s",
                                is_path ? "the path is being looked at" : "the command runs");
        item_ask(item, false);
        return CONDITION_UNKNOWN;
}

static ConditionFinding judge_path(ConditionItem *item, bool may_wait) {
        return judge_errand(item, may_wait, PATH_GOOD_USEC);
}

static ConditionFinding judge_command(ConditionItem *item, bool may_wait) {
        return judge_errand(item, may_wait, COMMAND_GOOD_USEC);
}

static const struct {
        unsigned round; /* those of a round are judged if all before hold, or the wait goes on for them */
        ConditionFinding (*judge)(ConditionItem *item, bool may_wait);
} judges[CONDITION_KIND_COUNT] = {
        [CONDITION_AC_POWER] = { 0, judge_fact },           [CONDITION_NETWORK_ONLINE] = { 0, judge_fact },
        [CONDITION_LOAD_BELOW] = { 0, judge_fact },         [CONDITION_MEMORY_AVAILABLE] = { 0, judge_fact },
        [CONDITION_CPU_PRESSURE_BELOW] = { 0, judge_fact }, [CONDITION_NOT_RUNNING] = { 0, judge_jobs },
        [CONDITION_PATH_EXISTS] = { 1, judge_path },        [CONDITION_PATH_CHANGED] = { 1, judge_path },
        [CONDITION_COMMAND] = { 2, judge_command },
};

#define N_ROUNDS 3U

/* A failure says more than something that is not known yet; of the equal, the first says it. */
static void add_finding(ConditionVerdict *verdict, const ConditionItem *item, ConditionFinding finding) {
        if (finding == CONDITION_HOLDS || verdict->finding == CONDITION_FAILS || verdict->finding == finding)
                return;
        verdict->finding = finding;
        verdict->kind = item->condition->kind;
        memcpy(verdict->detail, item->detail, sizeof(verdict->detail));
}

void condition_wait_judge(Execution *execution, bool may_wait, ConditionVerdict *ret) {
        struct ConditionWait *wait = execution->condition_wait;

        *ret = (ConditionVerdict){ .finding = CONDITION_HOLDS, .again_usec = USEC_INFINITY };
        for (unsigned round = 0; round < N_ROUNDS && ret->finding == CONDITION_HOLDS; round++) {
                for (size_t i = 0; i < wait->n_items; i++) {
                        ConditionItem *item = &wait->items[i];

                        if (judges[item->condition->kind].round != round)
                                continue;
                        add_finding(ret, item, judges[item->condition->kind].judge(item, may_wait));
                        if (item->errand_id == 0 && round > 0 && item->again_usec > INT64_MIN)
                                ret->again_usec = MIN(ret->again_usec, item->again_usec);
                }
        }

        /* If it is not started for all that, it is another gate that will ask again. */
        for (size_t i = 0; i < wait->n_items && ret->finding == CONDITION_HOLDS; i++)
                item_watch(&wait->items[i], false);
}
