/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/parent-environment.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "manager/dependency.h"
#include "manager/scheduled-job.h"
#include "util/buffer.h"
#include "util/string-list.h"

/* The environment of a process has a bound, and so has a message to the runner. */
#define RESULT_MAX 4096U
#define LISTED_MAX 64U

static int add(char ***list, const char *format, ...) PRINTF_LIKE(2, 3);

static int add(char ***list, const char *format, ...) {
        char *line = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&line, format, arguments);
        va_end(arguments);
        return r < 0 ? -ENOMEM : string_list_take_push(list, line);
}

static int add_instant(char ***list, const char *name, usec_t instant_usec) {
        char text[TIMESTAMP_MAX];

        if (instant_usec == USEC_INFINITY)
                return 0;
        return add(list, "JOBSCHED_PARENT_%s=%s", name, timestamp_format_utc(instant_usec, text));
}

/* A part of a JSON text is of no use to anybody: a longer one is left out. */
static int add_result(char ***list, const char *result) {
        size_t size = strlen(result ?: "");

        return size == 0 || size > RESULT_MAX ? 0 : add(list, "JOBSCHED_PARENT_RESULT=%s", result);
}

/* What it ran with, but for secrets and what is too large for an environment. */
static int add_parameter(char ***list, const char *name, const json_t *value) {
        CLEANUP_FREE char *variable = NULL;
        const char *text = json_string_value(value);
        char *json = NULL;
        int r;

        if (text && strcmp(text, PARAMETER_MASK) == 0)
                return 0;
        r = parameter_variable(name, &variable);
        if (r < 0)
                return r;
        if (!text)
                text = json = json_dumps(value, JSON_ENCODE_ANY);
        if (!text)
                return -ENOMEM;
        if (strlen(text) <= RESULT_MAX)
                r = add(list, "JOBSCHED_PARENT_%s=%s", variable + strlen("JOBSCHED_"), text);
        free(json);
        return r;
}

static int add_parameters(char ***list, const char *parameters) {
        json_t *object = parameters ? json_loads(parameters, 0, NULL) : NULL, *value;
        const char *name;
        size_t n = 0;
        int r = 0;

        json_object_foreach(object, name, value) {
                if (r >= 0 && n++ < LISTED_MAX)
                        r = add_parameter(list, name, value);
        }
        json_decref(object);
        return r;
}

static int add_parent(char ***list, const ExecutionRecord *parent) {
        int r;

        r = add(list, "JOBSCHED_PARENT_JOB=%s", parent->job);
        if (r >= 0)
                r = add(list, "JOBSCHED_PARENT_EXECUTION=%" PRIu64, parent->id);
        if (r >= 0)
                r = add(list, "JOBSCHED_PARENT_STATE=%s", execution_state_to_string(parent->state));
        if (r >= 0 && parent->exit_code >= 0)
                r = add(list, "JOBSCHED_PARENT_EXIT_CODE=%d", parent->exit_code);
        if (r >= 0 && parent->exit_code < 0 && parent->signal > 0)
                r = add(list, "JOBSCHED_PARENT_SIGNAL=%d", parent->signal);
        if (r >= 0)
                r = add_instant(list, "DUE", parent->due_usec);
        if (r >= 0)
                r = add_instant(list, "STARTED", parent->started_usec);
        if (r >= 0)
                r = add_instant(list, "ENDED", parent->ended_usec);
        if (r >= 0)
                r = add_parameters(list, parent->parameters);
        return r < 0 ? r : add_result(list, parent->result);
}

/* --- the others of a join --------------------------------------------------------------------------- */

typedef struct LastEnd {
        usec_t until_usec;
        uint64_t execution_id;
        ExecutionState state;
} LastEnd;

static int take_if_ended(void *userdata, const ExecutionRecord *record) {
        LastEnd *last = userdata;

        if (!join_counts(record) || record->ended_usec > last->until_usec)
                return 0;
        last->execution_id = record->id;
        last->state = record->state;
        return 1;
}

/* The newest execution of a predecessor when the join was complete. Returns 1, 0 or a negative errno. */
static int last_end(const ScheduledJob *predecessor, usec_t until_usec, LastEnd *ret) {
        char *names[] = { predecessor->stored.name, NULL };
        uint32_t outcomes = 0;
        LastEnd last = { .until_usec = until_usec };
        int r;

        for (ExecutionState state = EXECUTION_SUCCEEDED; state <= EXECUTION_LOST; state++)
                outcomes |= UINT32_C(1) << state;
        r = store_list_executions(
                        predecessor->manager->host.store,
                        &(ExecutionFilter){ .jobs = names, .states = outcomes, .limit = LISTED_MAX },
                        take_if_ended, &last);
        *ret = last;
        return r < 0 ? r : last.execution_id != 0;
}

typedef struct JoinLists {
        Buffer jobs, executions, states;
} JoinLists;

static void lists_done(JoinLists *lists) {
        buffer_done(&lists->jobs);
        buffer_done(&lists->executions);
        buffer_done(&lists->states);
}

static int fill_lists(const ScheduledJob *job, usec_t until_usec, JoinLists *lists) {
        const char *space = "";
        size_t n = 0;
        int r;

        for (char **name = job->job->after.jobs; *name && n < LISTED_MAX; name++, n++) {
                const ScheduledJob *predecessor = dependency_find(job, *name);
                LastEnd last;

                r = predecessor ? last_end(predecessor, until_usec, &last) : 0;
                if (r < 0)
                        return r;
                if (r == 0)
                        continue; /* removed, or its row is pruned */
                (void) buffer_add_format(&lists->jobs, "%s%s", space, predecessor->stored.name);
                (void) buffer_add_format(&lists->executions, "%s%" PRIu64, space, last.execution_id);
                (void) buffer_add_format(
                                &lists->states, "%s%s", space, execution_state_to_string(last.state));
                space = " ";
        }
        return 0;
}

static int add_list(char ***list, const char *name, Buffer *buffer) {
        CLEANUP_FREE char *text = NULL;
        int r = buffer_take(buffer, &text);

        return r < 0 ? r : add(list, "JOBSCHED_PARENT_%s=%s", name, text);
}

/* Whether it was started by a join that this end has completed, and not by the other job's `trigger:`. */
static bool is_joined(const ScheduledJob *job, const char *parent) {
        if (!dependency_is_trigger(job))
                return false;
        STRING_LIST_FOREACH(name, job->job->after.jobs) {
                const ScheduledJob *predecessor = dependency_find(job, *name);

                if (predecessor && strcmp(predecessor->stored.name, parent) == 0)
                        return true;
        }
        return false;
}

static int add_join(const ScheduledJob *job, usec_t until_usec, char ***list) {
        CLEANUP(lists_done) JoinLists lists = { 0 };
        int r;

        r = fill_lists(job, until_usec, &lists);
        if (r >= 0)
                r = add_list(list, "JOBS", &lists.jobs);
        if (r >= 0)
                r = add_list(list, "EXECUTIONS", &lists.executions);
        if (r >= 0)
                r = add_list(list, "STATES", &lists.states);
        return r;
}

int parent_environment(const Execution *execution, char ***ret) {
        CLEANUP(execution_record_done) ExecutionRecord parent = { 0 };
        const ScheduledJob *job = execution->scheduled_job;
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        *ret = NULL;
        if (execution->record.parent_id == 0)
                return 0;

        execution_record_init(&parent);
        r = store_read_execution(job->manager->host.store, execution->record.parent_id, &parent);
        if (r <= 0)
                return r;
        r = add_parent(&list, &parent);
        if (r >= 0 && is_joined(job, parent.job))
                r = add_join(job, MAX(parent.ended_usec, execution->record.due_usec), &list);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(list);
        return 0;
}
