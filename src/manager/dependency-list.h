/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The dependencies between jobs as edges, each as it stands now: for people who ask. */

#include "manager/join.h"
#include "manager/manager.h"

typedef enum DependencyKind {
        DEPENDENCY_AFTER,   /* `after:` without a schedule: the end starts the job */
        DEPENDENCY_GATE,    /* `after:` with one: what is due waits for it */
        DEPENDENCY_TRIGGER, /* `trigger:` of the predecessor */
        DEPENDENCY_KIND_COUNT,
} DependencyKind;

DECLARE_STRING_TABLE(dependency_kind, DependencyKind);
DECLARE_STRING_TABLE(join_standing, JoinStanding);

/* `job` runs after `predecessor`. All borrowed. */
typedef struct Dependency {
        const ScheduledJob *declared_by; /* whose definition says so */
        const char *job_name, *predecessor_name;
        const ScheduledJob *job, *predecessor; /* NULL: there is no such job */
        DependencyKind kind;
        AfterWhen when;
        JoinStanding standing; /* of a trigger: JOIN_UNKNOWN, or JOIN_WAITING for the next end */
} Dependency;

typedef int (*manager_visit_dependency_t)(void *userdata, const Dependency *dependency);

/*
 * By the name of the job that declares them, in the order of its definition: first what it comes after, then
 * what it triggers. `filter` picks the edges that touch a job of these names; its owner_uid is that of the
 * declaring job. `visit` returns 0 to go on, 1 to stop, negative to fail.
 */
int manager_list_dependencies(
                Manager *manager,
                const JobFilter *filter,
                manager_visit_dependency_t visit,
                void *userdata);
