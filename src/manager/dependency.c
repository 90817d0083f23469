/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/dependency.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "manager/admission.h"
#include "manager/circle.h"
#include "manager/decision.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

/* --- who is meant ----------------------------------------------------------------------------------- */

ScheduledJob *dependency_find(const ScheduledJob *job, const char *name) {
        ScheduledJob *found = manager_find_job(job->manager, name);
        uid_t owner_uid = job->stored.owner_uid;

        /* An ordinary user's jobs neither start nor watch those of others. */
        if (!found || (owner_uid != job->manager->host.owner_uid && owner_uid != found->stored.owner_uid))
                return NULL;
        return found;
}

bool dependency_is_trigger(const ScheduledJob *job) {
        return job->job && job->job->after.jobs && job->job->timetable.n_entries == 0;
}

bool dependency_is_gate(const ScheduledJob *job) {
        return job->job && job->job->after.jobs && job->job->timetable.n_entries > 0;
}

const char *dependency_unknown(const ScheduledJob *job) {
        char **names = job->job ? job->job->after.jobs : NULL;

        for (size_t i = 0; names && names[i]; i++)
                if (!dependency_find(job, names[i]))
                        return names[i];
        return NULL;
}

/* --- the index -------------------------------------------------------------------------------------- */

void dependency_forget(Manager *manager) {
        manager->dependents_known = false;
}

/* A name that a definition has in `after:` or `trigger:`. */
typedef struct NamedJob {
        UT_hash_handle hh;
        char name[];
} NamedJob;

void dependency_done(Manager *manager) {
        NamedJob *named, *next;

        HASH_ITER(hh, manager->named_jobs, named, next) {
                HASH_DEL(manager->named_jobs, named);
                free(named);
        }
}

/* Without memory for it, whoever comes or goes under that name is noticed at the next reload only. */
static void add_named(Manager *manager, char *const *names) {
        STRING_LIST_FOREACH(name, names) {
                size_t size = strlen(*name) + 1;
                NamedJob *named = NULL;

                HASH_FIND_STR(manager->named_jobs, *name, named);
                named = named ? NULL : calloc(1, sizeof(*named) + size);
                if (!named)
                        continue;
                memcpy(named->name, *name, size);
                HASH_ADD_STR(manager->named_jobs, name, named);
        }
}

bool dependency_concerns(const ScheduledJob *job, const Job *definition) {
        NamedJob *named = NULL;

        if (circle_is_possible(definition))
                return true;
        HASH_FIND_STR(job->manager->named_jobs, job->stored.name, named);
        return named != NULL;
}

static int add_dependent(ScheduledJob *predecessor, ScheduledJob *job) {
        size_t n = predecessor->n_dependents;
        ScheduledJob **grown;

        if (n > 0 && predecessor->dependents[n - 1] == job)
                return 0; /* it names it twice */
        if ((n & (n - 1)) == 0) {
                grown = reallocarray(predecessor->dependents, n == 0 ? 1 : 2 * n, sizeof(ScheduledJob *));
                if (!grown)
                        return -ENOMEM;
                predecessor->dependents = grown;
        }
        predecessor->dependents[predecessor->n_dependents++] = job;
        return 0;
}

static int build_index(Manager *manager) {
        ScheduledJob *job, *next;
        int r;

        if (manager->dependents_known)
                return 0;

        HASH_ITER(hh, manager->jobs, job, next)
                job->n_dependents = 0;
        HASH_ITER(hh, manager->jobs, job, next) {
                char **names = scheduled_job_is_listed(job) && job->job ? job->job->after.jobs : NULL;

                for (size_t i = 0; names && names[i]; i++) {
                        ScheduledJob *predecessor = dependency_find(job, names[i]);

                        r = predecessor ? add_dependent(predecessor, job) : 0;
                        if (r < 0)
                                return r;
                }
        }
        manager->dependents_known = true;
        return 0;
}

size_t dependency_dependents(ScheduledJob *job, ScheduledJob *const **ret) {
        int r = build_index(job->manager);

        if (r < 0) { /* what waits for this end is found when it is looked at for another reason */
                (void) log_error_errno(r, "Cannot find out what comes after job '%s': %m", job->stored.name);
                return 0;
        }
        *ret = job->dependents;
        return job->n_dependents;
}

/* --- the join --------------------------------------------------------------------------------------- */

JoinPart dependency_part(const ScheduledJob *job, const char *name) {
        const ScheduledJob *predecessor = dependency_find(job, name);

        if (!predecessor)
                return (JoinPart){ .ended_usec = USEC_INFINITY };
        return (JoinPart){
                .known = true,
                .execution_id = predecessor->stored.last_execution_id,
                .state = predecessor->stored.last_state,
                .ended_usec = predecessor->stored.last_ended_usec,
        };
}

usec_t dependency_since(const ScheduledJob *job) {
        const StoredJob *stored = &job->stored;

        if (stored->joined_usec != USEC_INFINITY)
                return stored->joined_usec;
        /* One that an execution was found of, and that never was defined, has no first load. */
        return stored->added_usec == USEC_INFINITY ? INT64_MIN : stored->added_usec - 1;
}

static Join join_of(const ScheduledJob *job) {
        const AfterPolicy *after = &job->job->after;
        Join join = { 0 };

        for (size_t i = 0; after->jobs[i]; i++) {
                JoinPart part = dependency_part(job, after->jobs[i]);

                join_add(&join, &part, after->when, dependency_since(job));
        }
        return join;
}

/* Whether a start that another job's end asks for can be decided at all. */
static bool takes_starts(const ScheduledJob *job) {
        return scheduled_job_is_listed(job) && job->job && job->job->enabled;
}

/* An instant of its own schedule is another occurrence, so the due time of this one must not be the same. */
static usec_t free_due(const ScheduledJob *job, usec_t due_usec) {
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence same;

        if (job->job->timetable.n_entries > 0 && planner_next(&view, due_usec - 1, &same) > 0 &&
            same.occurrence.due_usec == due_usec)
                due_usec--;
        return due_usec;
}

static PlannedOccurrence plan(const ScheduledJob *job, usec_t ended_usec, uint64_t parent_id) {
        usec_t due_usec = free_due(job, MIN(ended_usec, manager_now(job->manager)));

        return (PlannedOccurrence){
                .occurrence = { .due_usec = due_usec, .nominal_usec = due_usec, .count = 1 },
                .kind = SCHEDULE_AT,
                .parent_id = parent_id,
        };
}

static int begin(ScheduledJob *job, usec_t ended_usec, uint64_t parent_id) {
        const PlannedOccurrence planned = plan(job, ended_usec, parent_id);

        if (scheduled_job_is_paused(job))
                return decision_skip(job, &planned, CAUSE_DEPENDENCY, REASON_PAUSED, NULL);
        admission_supersede(job);
        return decision_begin(job, &planned, CAUSE_DEPENDENCY);
}

void dependency_look(ScheduledJob *job) {
        usec_t before_usec = job->stored.joined_usec;
        Store *store = job->manager->host.store;
        Join join;
        int r;

        if (!dependency_is_trigger(job) || !takes_starts(job) || scheduled_job_is_paused(job) ||
            scheduled_job_is_held(job) || manager_is_frozen(job->manager))
                return;
        join = join_of(job);
        if (!join_is_complete(&join))
                return;

        store_begin_group(store);
        job->stored.joined_usec = join.ended_usec;
        r = begin(job, join.ended_usec, join.last_execution_id);
        if (r < 0) {
                job->stored.joined_usec = before_usec; /* the next look finds it again */
                (void) manager_store_error(job->manager, r, "a start after other jobs");
        } else {
                scheduled_job_save_state(job);
        }
        store_end_group(store);
}

int dependency_drop(ScheduledJob *job) {
        PlannedOccurrence planned;
        Join join;

        if (!dependency_is_trigger(job) || scheduled_job_is_paused(job))
                return 0;
        join = join_of(job);
        if (!join_is_complete(&join))
                return 0;

        planned = plan(job, join.ended_usec, join.last_execution_id);
        job->stored.joined_usec = join.ended_usec;
        return decision_skip(job, &planned, CAUSE_DEPENDENCY, REASON_FROZEN, NULL);
}

/* --- starts and ends -------------------------------------------------------------------------------- */

void dependency_job_started(ScheduledJob *job, usec_t started_usec) {
        StoredJob *stored = &job->stored;

        if (started_usec == USEC_INFINITY)
                return;
        started_usec = MIN(started_usec, manager_now(job->manager));
        stored->joined_usec =
                        MAX(dependency_since(job), started_usec - 1); /* an end at that instant counts */
}

static void pull_triggers(const Execution *execution) {
        const ExecutionRecord *record = &execution->record;
        const ScheduledJob *job = execution->scheduled_job;
        char **names = NULL;
        int r;

        if (job->job && join_is_success(record->state))
                names = job->job->triggers.on_success;
        else if (job->job && join_is_failure(record->state))
                names = job->job->triggers.on_failure;

        for (size_t i = 0; names && names[i]; i++) {
                ScheduledJob *target = dependency_find(job, names[i]);

                if (!target || !takes_starts(target))
                        continue;
                r = begin(target, record->ended_usec, record->id);
                if (r < 0)
                        (void) manager_store_error(job->manager, r, "a start that a job triggers");
        }
}

void dependency_job_ended(const Execution *execution) {
        ScheduledJob *const *dependents = NULL;
        size_t n;

        if (!join_counts(&execution->record))
                return;
        n = dependency_dependents(execution->scheduled_job, &dependents);
        for (size_t i = 0; i < n; i++)
                dependency_look(dependents[i]);
        pull_triggers(execution);
}

void dependency_end_on_disk(ScheduledJob *job) {
        ScheduledJob *const *dependents = NULL;
        size_t n = dependency_dependents(job, &dependents);

        for (size_t i = 0; i < n; i++)
                if (dependency_is_gate(dependents[i]) && dependents[i]->executions)
                        scheduled_job_replan(dependents[i]);
}

/* --- changes ---------------------------------------------------------------------------------------- */

void dependency_definition_changed(ScheduledJob *job, const Job *old) {
        const Job *new = job->job;

        if (old && old->enabled &&
            old->after.when == new->after.when &&string_list_equal(old->after.jobs, new->after.jobs))
                return;
        job->stored.joined_usec = MAX(dependency_since(job), manager_now(job->manager) - 1);
}

static const char *unknown_target(const ScheduledJob *job) {
        const Triggers *triggers = &job->job->triggers;

        STRING_LIST_FOREACH(name, triggers->on_success)
                if (!dependency_find(job, *name))
                        return *name;
        STRING_LIST_FOREACH(name, triggers->on_failure)
                if (!dependency_find(job, *name))
                        return *name;
        return NULL;
}

static void warn_unknown(const ScheduledJob *job, const char *key, const char *name, const char *so) {
        (void) manager_log(
                        LOG_WARNING, 0, MESSAGE_ID_LOAD_FAULT, job->stored.name, 0,
                        "%s:%u: job '%s': there is no job '%s', which its '%s:' names%s: %s",
                        job->job->file ?: "(no file)", job->job->line, job->stored.name, name, key,
                        job->stored.owner_uid == job->manager->host.owner_uid ? ""
                                                                              : ", or none of the same owner",
                        so);
}

static void look_for_unknown(ScheduledJob *job) {
        bool listed = scheduled_job_is_listed(job) && job->job;
        const char *predecessor = listed ? dependency_unknown(job) : NULL;
        const char *target = listed ? unknown_target(job) : NULL;
        bool was_blocked = job->is_blocked;
        ApplyNotice *notice = NULL;

        if (predecessor && !was_blocked)
                warn_unknown(job, "after", predecessor, "it is blocked until there is");
        if (target && !job->has_unknown_target)
                warn_unknown(job, "trigger", target, "nothing is started in its place");
        job->is_blocked = predecessor != NULL;
        job->has_unknown_target = target != NULL;
        if (was_blocked == job->is_blocked)
                return;

        if (apply_notice_new(job->manager, 1, &notice) >= 0) { /* otherwise only the news is lost */
                apply_notice_add(notice, JOB_NOTICE_CHANGED, job->stored.name);
                apply_notice_queue(notice);
        }
        if (was_blocked)
                scheduled_job_replan(job);
}

void dependency_definitions_changed(Manager *manager) {
        ScheduledJob *job, *next;

        dependency_forget(manager);
        dependency_done(manager);
        HASH_ITER(hh, manager->jobs, job, next) {
                if (scheduled_job_is_listed(job) && circle_is_possible(job->job)) {
                        add_named(manager, job->job->after.jobs);
                        add_named(manager, job->job->triggers.on_success);
                        add_named(manager, job->job->triggers.on_failure);
                }
                look_for_unknown(job);
        }
}

void dependency_clock_set_back(Manager *manager, usec_t now_usec) {
        usec_t latest_usec = INT64_MIN, delta_usec;
        ScheduledJob *job, *next;

        HASH_ITER(hh, manager->jobs, job, next) {
                if (job->stored.last_ended_usec != USEC_INFINITY)
                        latest_usec = MAX(latest_usec, job->stored.last_ended_usec);
                if (job->stored.joined_usec != USEC_INFINITY)
                        latest_usec = MAX(latest_usec, job->stored.joined_usec);
        }
        if (latest_usec <= now_usec)
                return;

        /* Ends and what they were used for keep their order: all are moved by the same, to before now. */
        delta_usec = latest_usec - now_usec + 1;
        HASH_ITER(hh, manager->jobs, job, next) {
                if (job->stored.id == 0)
                        continue;
                if (job->stored.last_ended_usec != USEC_INFINITY)
                        job->stored.last_ended_usec -= delta_usec;
                job->stored.joined_usec = dependency_since(job) - delta_usec;
                scheduled_job_save_state(job);
        }
}
