/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/dependency-list.h"

#include <assert.h>

#include "manager/dependency.h"
#include "util/string-list.h"

static const char *const dependency_kind_names[] = {
        [DEPENDENCY_AFTER] = "after",
        [DEPENDENCY_GATE] = "gate",
        [DEPENDENCY_TRIGGER] = "trigger",
        [DEPENDENCY_KIND_COUNT] = NULL,
};

static const char *const join_standing_names[] = {
        [JOIN_UNKNOWN] = "missing", [JOIN_WAITING] = "waiting",   [JOIN_OTHER_END] = "not-met",
        [JOIN_MET] = "done",        [JOIN_STANDING_COUNT] = NULL,
};

DEFINE_STRING_TABLE(dependency_kind, DependencyKind, dependency_kind_names);
DEFINE_STRING_TABLE(join_standing, JoinStanding, join_standing_names);

typedef struct Walk {
        char *const *names;
        manager_visit_dependency_t visit;
        void *userdata;
} Walk;

static bool is_asked_for(const Walk *walk, const Dependency *dependency) {
        return !walk->names || string_list_matches(walk->names, dependency->job_name) ||
                        string_list_matches(walk->names, dependency->predecessor_name);
}

static int visit_one(const Walk *walk, const Dependency *dependency) {
        return is_asked_for(walk, dependency) ? walk->visit(walk->userdata, dependency) : 0;
}

static int walk_after(const Walk *walk, const ScheduledJob *job) {
        const AfterPolicy *after = &job->job->after;
        int r = 0;

        for (char **name = after->jobs; name && *name && r == 0; name++) {
                const JoinPart part = dependency_part(job, *name);
                const Dependency dependency = {
                        .declared_by = job,
                        .job_name = job->stored.name,
                        .predecessor_name = *name,
                        .job = job,
                        .predecessor = dependency_find(job, *name),
                        .kind = dependency_is_gate(job) ? DEPENDENCY_GATE : DEPENDENCY_AFTER,
                        .when = after->when,
                        .standing = join_judge(&part, after->when, dependency_since(job)),
                };

                r = visit_one(walk, &dependency);
        }
        return r;
}

static int walk_targets(const Walk *walk, const ScheduledJob *job, char **names, AfterWhen when) {
        int r = 0;

        for (char **name = names; name && *name && r == 0; name++) {
                const ScheduledJob *target = dependency_find(job, *name);
                const Dependency dependency = {
                        .declared_by = job,
                        .job_name = *name,
                        .predecessor_name = job->stored.name,
                        .job = target,
                        .predecessor = job,
                        .kind = DEPENDENCY_TRIGGER,
                        .when = when,
                        .standing = target ? JOIN_WAITING : JOIN_UNKNOWN,
                };

                r = visit_one(walk, &dependency);
        }
        return r;
}

static int visit_job(void *userdata, const ScheduledJob *job) {
        const Walk *walk = userdata;
        int r;

        if (!job->job)
                return 0;
        r = walk_after(walk, job);
        if (r == 0)
                r = walk_targets(walk, job, job->job->triggers.on_success, AFTER_SUCCESS);
        if (r == 0)
                r = walk_targets(walk, job, job->job->triggers.on_failure, AFTER_FAILURE);
        return r;
}

int manager_list_dependencies(
                Manager *manager,
                const JobFilter *filter,
                manager_visit_dependency_t visit,
                void *userdata) {

        Walk walk = { .names = filter->names, .visit = visit, .userdata = userdata };
        JobFilter all = { .owner_uid = filter->owner_uid, .limit = UINT32_MAX };

        assert(manager);
        assert(visit);

        return manager_list_jobs(manager, &all, visit_job, &walk);
}
