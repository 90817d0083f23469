/* SPDX-License-Identifier: GPL-2.0-or-later */

/* status: the daemon, a job or an execution at a glance. */

#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/pager.h"
#include "schedctl/selection.h"
#include "schedctl/statistics.h"
#include "schedctl/status-view.h"
#include "schedctl/trouble-view.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"
#include "util/timestamp.h"

#define EXECUTIONS_SHOWN 5U

static bool as_json(const Context *context) {
        return context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML;
}

static const char *const waiting_states[] = { "waiting", "retrying", NULL };

/* What keeps it from starting, in a sentence that is true now. */
static void add_waiting(Context *context, json_t *execution) {
        CLEANUP_JSON json_t *answer = NULL;
        ClientError error = { 0 };

        if (!string_list_contains((char *const *) waiting_states, view_text(execution, "state")))
                return;
        if (client_why_execution(
                            context->client, (uint64_t) view_integer(execution, "id", 0), &answer, &error) <
            0)
                client_error_done(&error); /* it has started by now, or is not ours: the rest is shown */
        else
                (void) json_object_set(execution, "waits", json_object_get(answer, "text"));
}

/* --- the daemon ------------------------------------------------------------------------------------ */

/* The newest of those that wait, each with what for. */
static int fetch_waiting(Context *context, json_t **ret) {
        json_t *execution;
        size_t i;
        int status;

        status = fetch_executions(
                        context,
                        &(const ClientFilter){ .states = (char *const *) waiting_states,
                                               .limit = EXECUTIONS_SHOWN },
                        ret);
        json_array_foreach(*ret, i, execution) {
                add_waiting(context, execution);
        }
        return status;
}

static int status_of_daemon(Context *context) {
        CLEANUP_JSON json_t *manager = NULL, *waiting = NULL, *troubles = NULL;
        ClientLines timers = { 0 }, queues = { 0 };
        ClientError error = { 0 };
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_get_status(context->client, &manager, &error);
        if (r >= 0)
                r = client_dump(context->client, "queues", &(const ClientFilter){ 0 }, &queues, &error);
        if (r >= 0)
                r = client_dump(context->client, "timers",
                                &(const ClientFilter){ .limit = STATUS_TIMERS_SHOWN }, &timers, &error);
        if (r < 0) {
                client_lines_done(&queues);
                return complain_client(r, &error, NULL);
        }

        if (!as_json(context))
                status = fetch_waiting(context, &waiting);
        if (!as_json(context) && status == STATUS_OK)
                status = trouble_fetch(context, &troubles);
        pager_open(context);
        if (as_json(context)) {
                status = output_print_json(context, manager);
        } else {
                status_print_daemon(context, manager, waiting, &queues, &timers);
                trouble_print(context, troubles);
        }
        client_lines_done(&queues);
        client_lines_done(&timers);
        return status;
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* In force is what may start by itself or runs; the rest is "not active". */
static int code_of_job(const json_t *job) {
        static const char *const in_force[] = { "idle", "waiting", "running", NULL };

        return string_list_contains((char *const *) in_force, view_text(job, "state")) ? STATUS_OK
                                                                                       : STATUS_NOT_ACTIVE;
}

static int add_executions(Context *context, json_t *job) {
        char *const names[] = { (char *) view_text(job, "name"), NULL };
        json_t *executions = NULL;
        int status;

        status = fetch_executions(
                        context, &(const ClientFilter){ .names = names, .limit = EXECUTIONS_SHOWN },
                        &executions);
        if (status == STATUS_OK)
                (void) json_object_set_new(job, "executions", executions);
        return status;
}

/* The last runs, under a key of their own; for programs what they say. */
static int add_statistics(Context *context, json_t *job) {
        CLEANUP_JSON json_t *runs = NULL;
        Statistics statistics;
        int status;

        status = fetch_last_runs(context, view_text(job, "name"), &runs);
        if (status != STATUS_OK)
                return status;
        statistics_compute(runs, &statistics);
        if (as_json(context))
                (void) json_object_set_new(job, "statistics", statistics_to_json(&statistics));
        else
                (void) json_object_set(job, "runs", runs);
        return STATUS_OK;
}

/* What it comes after and what it triggers, each as it stands. */
static int add_dependencies(Context *context, json_t *job) {
        char *const names[] = { (char *) view_text(job, "name"), NULL };
        json_t *edges = NULL;
        int status = fetch_dependencies(context, &(const ClientFilter){ .names = names }, &edges);

        if (status == STATUS_OK)
                (void) json_object_set_new(job, "dependencies", edges);
        return status;
}

/* Without them the schedules are shown as they were written. */
static void add_descriptions(Context *context, json_t *job) {
        CLEANUP(string_list_freep) char **descriptions = NULL;
        ClientError error = { 0 };
        json_t *array;

        if (client_get_schedule_descriptions(context->client, view_text(job, "name"), &descriptions, &error) <
            0) {
                client_error_done(&error);
                return;
        }
        array = json_array();
        for (size_t i = 0; i < string_list_length(descriptions); i++)
                (void) json_array_append_new(array, json_string(descriptions[i]));
        (void) json_object_set_new(job, "schedule_descriptions", array);
}

/* Without it the job is shown as if nothing were expected. */
static void add_expectation(Context *context, json_t *job) {
        usec_t expect_by_usec = USEC_INFINITY;
        ClientError error = { 0 };
        char text[TIMESTAMP_MAX];
        bool overdue = false;

        if (client_get_expectation(
                            context->client, view_text(job, "name"), &expect_by_usec, &overdue, &error) < 0) {
                client_error_done(&error);
                return;
        }
        if (expect_by_usec == USEC_INFINITY)
                return;
        (void) json_object_set_new(job, "expect_by", json_string(timestamp_format_utc(expect_by_usec, text)));
        (void) json_object_set_new(job, "overdue", json_boolean(overdue));
}

/*
 * A job that is over and has left the list, as timers do: what is known of it are its executions. Returns
 * STATUS_OK with *ret, which is NULL if the job is in the list or nothing is known of the name.
 */
static int fetch_left(Context *context, const char *word, json_t **ret) {
        CLEANUP_JSON json_t *listed = NULL, *executions = NULL;
        char *const names[] = { (char *) word, NULL };
        int status;

        *ret = NULL;
        if (is_pattern(word))
                return STATUS_OK;
        status = fetch_matching_jobs(context, &(const ClientFilter){ .names = names, .limit = 1 }, &listed);
        if (status != STATUS_OK || json_array_size(listed) > 0)
                return status;
        status = fetch_executions(
                        context, &(const ClientFilter){ .names = names, .limit = EXECUTIONS_SHOWN },
                        &executions);
        if (status == STATUS_OK && json_array_size(executions) > 0)
                *ret = TAKE_PTR(executions);
        return status;
}

static int status_of_left(Context *context, const char *word, json_t *executions, bool first, json_t *array) {

        json_t *last = json_array_get(executions, 0);

        if (as_json(context)) {
                (void) json_array_append_new(
                                array,
                                json_pack("{s:O, s:n, s:O}", "name", json_object_get(last, "job"), "state",
                                          "executions", executions));
                return STATUS_NOT_ACTIVE;
        }
        if (!first)
                (void) puts("");
        (void) printf("Job '%s' is not in the list any more; its last execution:\n\n", word);
        status_print_execution(context, last);
        return STATUS_NOT_ACTIVE;
}

static int status_of_jobs(Context *context, const char *word, bool first, json_t *array) {
        CLEANUP_JSON json_t *jobs = json_array(), *left = NULL;
        json_t *job;
        size_t i;
        int status;

        status = fetch_left(context, word, &left);
        if (status != STATUS_OK)
                return status;
        if (left)
                return status_of_left(context, word, left, first, array);

        status = fetch_jobs(context, word, jobs);
        json_array_foreach(jobs, i, job) {
                int one = add_executions(context, job), statistics = add_statistics(context, job);
                int dependencies = add_dependencies(context, job);

                if (as_json(context)) {
                        (void) json_array_append(array, job);
                } else {
                        if (!first || i > 0)
                                (void) puts("");
                        add_descriptions(context, job);
                        add_waiting(context, json_array_get(json_object_get(job, "executions"), 0));
                        add_expectation(context, job);
                        status_print_job(context, job);
                }
                status = MAX(status, statistics);
                status = MAX(status, dependencies);
                one = MAX(one, code_of_job(job));
                status = MAX(status, one);
        }
        return status;
}

/* --- executions ------------------------------------------------------------------------------------ */

/* One by one; for people where there are several. Without them only their number is shown. */
static void add_attempts(Context *context, json_t *execution) {
        ClientError error = { 0 };
        json_t *attempts = NULL;

        if (!as_json(context) && view_integer(execution, "attempts", 0) <= 1 &&
            strcmp(view_text(execution, "state"), "retrying") != 0)
                return;
        if (client_list_attempts(
                            context->client, (uint64_t) view_integer(execution, "id", 0), &attempts, &error) <
            0)
                client_error_done(&error);
        else
                (void) json_object_set_new(execution, "each_attempt", attempts);
}

static int status_of_execution(Context *context, uint64_t id, bool first, json_t *array) {
        CLEANUP_JSON json_t *execution = NULL, *runs = NULL;
        int status;

        status = fetch_execution(context, id, &execution);
        if (status != STATUS_OK)
                return status;

        add_attempts(context, execution);
        if (as_json(context)) {
                (void) json_array_append(array, execution);
        } else {
                if (!first)
                        (void) puts("");
                add_waiting(context, execution);
                if (!execution_state_is_over(view_text(execution, "state")) &&
                    fetch_last_runs(context, view_text(execution, "job"), &runs) == STATUS_OK)
                        (void) json_object_set(execution, "runs", runs);
                status_print_execution(context, execution);
        }
        return execution_state_is_over(view_text(execution, "state")) ? STATUS_NOT_ACTIVE : STATUS_OK;
}

int verb_status(Context *context, char **arguments) {
        CLEANUP_JSON json_t *array = json_array();
        CLEANUP(string_list_freep) char **words = NULL;
        bool chooses = options_choose(&context->options);
        bool single = !chooses && string_list_length(arguments) == 1 && !is_pattern(arguments[0]);
        int worst;

        if (!*arguments && !chooses)
                return status_of_daemon(context);

        worst = context_client(context);
        if (worst != STATUS_OK)
                return worst;
        worst = select_words(context, arguments, &words);
        if (!words)
                return worst;
        pager_open(context);
        STRING_LIST_FOREACH(word, words) {
                uint64_t id;
                int status = parse_execution_id(*word, &id)
                                ? status_of_execution(context, id, word == words, array)
                                : status_of_jobs(context, *word, word == words, array);

                worst = MAX(worst, status);
        }
        if (as_json(context) && json_array_size(array) > 0)
                (void) output_print_json(context, single ? json_array_get(array, 0) : array);
        return worst;
}
