/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/status-view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/columns.h"
#include "schedctl/dependency-tree.h"
#include "schedctl/output-fetch.h"
#include "schedctl/output-printer.h"
#include "schedctl/parameters-text.h"
#include "schedctl/progress-bar.h"
#include "schedctl/reason-text.h"
#include "schedctl/selection.h"
#include "schedctl/statistics.h"
#include "schedctl/text.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/duration.h"
#include "util/size.h"

#define LINES_DEFAULT 10U

/* --- fields ---------------------------------------------------------------------------------------- */

/* "     Loaded: …"; nothing for an empty text. */
static void print_field(const Context *context, const char *name, Colour colour, const char *format, ...)
                PRINTF_LIKE(4, 5);

static void print_field(const Context *context, const char *name, Colour colour, const char *format, ...) {
        CLEANUP_FREE char *text = NULL, *clean = NULL;
        Buffer buffer = { 0 };
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        va_end(arguments);

        if (!text || !*text || text_clean(&buffer, text) < 0 || buffer_take(&buffer, &clean) < 0) {
                buffer_done(&buffer);
                return;
        }
        printf("%12s: %s%s%s\n", name, screen_colour(&context->screen, colour), clean,
               screen_reset(&context->screen, colour));
}

static void print_instant(const Context *context, const char *name, usec_t instant_usec) {
        char text[TIME_TEXT_MAX], relative[TIME_TEXT_MAX];

        if (instant_usec == USEC_INFINITY)
                return;
        print_field(context, name, COLOUR_NONE, "%s; %s", time_text_format(context->zone, instant_usec, text),
                    time_text_relative(instant_usec, context_now(context), relative));
}

static void print_head(
                const Context *context,
                Glyph glyph,
                Colour colour,
                const char *name,
                const char *text) {
        CLEANUP_FREE char *clean = NULL;
        Buffer buffer = { 0 };

        (void) text_clean(&buffer, text);
        if (buffer_take(&buffer, &clean) < 0)
                return;
        printf("%s%s%s %s%s%s%s%s\n", screen_colour(&context->screen, colour),
               screen_glyph(&context->screen, glyph), screen_reset(&context->screen, colour),
               screen_colour(&context->screen, COLOUR_BOLD), name,
               screen_reset(&context->screen, COLOUR_BOLD), *clean ? " - " : "", clean);
}

static void print_list(
                const Context *context,
                const json_t *object,
                const char *key,
                const char *name,
                Colour colour) {
        const json_t *item;
        size_t i;

        json_array_foreach(json_object_get(object, key), i, item)
                        print_field(context, name, colour, "%s", json_string_value(item) ?: "");
}

/* The end of the output of an execution. */
static void print_output(Context *context, const json_t *execution) {
        uint64_t id = (uint64_t) view_integer(execution, "id", 0);
        OutputPrinter printer = { .context = context, .execution_id = id, .indent = "    " };
        uint64_t n_lines = context->options.has_lines ? context->options.lines : LINES_DEFAULT;
        CLEANUP_FREE char *data = NULL;
        ClientError error = { 0 };
        size_t size = 0;

        if (n_lines == 0)
                return;
        if (output_fetch(context, execution, &data, &size, &error) < 0 || size == 0) {
                client_error_done(&error); /* not kept, or not for us: the rest was shown */
                return;
        }
        printf("\n%sOutput of execution %" PRIu64 ":%s\n", screen_colour(&context->screen, COLOUR_BOLD), id,
               screen_reset(&context->screen, COLOUR_BOLD));
        (void) output_printer_tail(&printer, data, size, n_lines);
        output_printer_end(&printer);
        output_printer_done(&printer);
}

/* --- the daemon ------------------------------------------------------------------------------------ */

/* clang-format off */
static const TableColumn timer_columns[] = {
        { "NEXT" },
        { "LEFT" },
        { "JOB", .shrink = true },
};
/* clang-format on */

static void print_timers(const Context *context, const ClientLines *timers) {
        CLEANUP(table_freep) Table *table = NULL;

        if (table_new(timer_columns, ARRAY_SIZE(timer_columns), &table) < 0)
                return;
        for (size_t i = 0; i < timers->n_lines; i++) {
                CLEANUP_JSON json_t *timer = NULL;

                if (client_line_parse(&timers->lines[i], &timer) < 0 ||
                    view_instant(timer, "next_start") == USEC_INFINITY)
                        continue;
                column_instant(table, context, view_instant(timer, "next_start"));
                column_relative(table, context, view_instant(timer, "next_start"));
                table_add(table, view_text(timer, "job"));
        }
        if (table_n_rows(table) == 0)
                return;
        (void) puts("");
        (void) table_print(table, &context->screen, !context->options.no_legend, "  ", stdout);
}

static void print_counts(const Context *context, const json_t *manager) {
        print_field(context, "Jobs", COLOUR_NONE,
                    "%" PRIi64 " (%" PRIi64 " failed to load, %" PRIi64 " paused)",
                    view_integer(manager, "jobs", 0), view_integer(manager, "failed_jobs", 0),
                    view_integer(manager, "paused_jobs", 0));
        print_field(context, "Executions", COLOUR_NONE, "%" PRIi64 " running, %" PRIi64 " waiting",
                    view_integer(manager, "running", 0), view_integer(manager, "waiting", 0));
}

/* What was ordered and is easily forgotten: that nothing starts there. */
static void print_paused_queues(const Context *context, const ClientLines *queues) {
        for (size_t i = 0; i < queues->n_lines; i++) {
                CLEANUP_JSON json_t *queue = NULL;
                int64_t n_waiting;

                if (client_line_parse(&queues->lines[i], &queue) < 0 || !view_true(queue, "paused"))
                        continue;
                n_waiting = view_integer(queue, "waiting", 0);
                print_field(context, "Queue", COLOUR_YELLOW, "'%s' is paused; %" PRIi64 " execution%s",
                            view_text(queue, "name"), n_waiting, n_waiting == 1 ? " waits" : "s wait");
        }
}

static void print_runner(const Context *context, const json_t *manager) {
        if (!view_true(manager, "runner_connected")) {
                print_field(context, "Runner", COLOUR_RED, "not connected: nothing can be started");
                return;
        }
        print_field(context, "Runner", COLOUR_NONE, "connected; pid %" PRIi64 ", version %s, %s",
                    view_integer(manager, "runner_pid", 0), view_text(manager, "runner_version"),
                    view_true(manager, "runner_cgroup") ? "a cgroup for each execution"
                                                        : "no cgroups (leftovers are found by best effort)");
}

static void print_undelivered(const Context *context, const json_t *manager) {
        int64_t n = view_integer(manager, "undelivered", 0);
        const char *error = view_text(manager, "delivery_error");

        if (n > 0)
                print_field(context, "Messages", COLOUR_YELLOW, "%" PRIi64 " not delivered yet%s%s", n,
                            *error ? "; the last error: " : "", error);
}

static void print_waiting(const Context *context, const json_t *executions) {
        const json_t *execution;
        size_t i;

        json_array_foreach(executions, i, execution) {
                if (*view_text(execution, "waits"))
                        print_field(context, "Waiting", COLOUR_NONE, "%s: %s", view_text(execution, "job"),
                                    view_text(execution, "waits"));
        }
}

void status_print_daemon(
                const Context *context,
                const json_t *manager,
                const json_t *waiting,
                const ClientLines *queues,
                const ClientLines *timers) {

        const char *trouble = view_text(manager, "store_trouble");
        bool faults = json_array_size(json_object_get(manager, "load_errors")) > 0;
        bool runner = view_true(manager, "runner_connected");
        const char *state = !runner || *trouble ? "failing" : faults ? "degraded" : "running";
        Colour colour = !runner || *trouble ? COLOUR_RED : faults ? COLOUR_YELLOW : COLOUR_GREEN;

        print_frozen(context, view_instant(manager, "frozen"));
        print_head(context, GLYPH_ACTIVE, colour, "jobschedd", view_text(manager, "version"));
        print_field(context, "State", colour, "%s (%s)", state, view_text(manager, "mode"));
        print_instant(context, "Since", view_instant(manager, "started"));
        print_counts(context, manager);
        print_waiting(context, waiting);
        print_paused_queues(context, queues);
        print_runner(context, manager);
        print_field(context, "Store", *trouble ? COLOUR_RED : COLOUR_NONE, "%s",
                    *trouble ? trouble : "all is written");
        print_undelivered(context, manager);
        print_instant(context, "Next start", view_instant(manager, "next_start"));
        print_list(context, manager, "notes", "Note", COLOUR_YELLOW);
        print_list(context, manager, "load_errors", "Fault", COLOUR_RED);
        print_timers(context, timers);
}

/* --- jobs ------------------------------------------------------------------------------------------ */

static bool is_started_by_others(const json_t *job) {
        const json_t *edge;
        size_t i;

        json_array_foreach(json_object_get(job, "dependencies"), i, edge) {
                if (strcmp(view_text(edge, "job"), view_text(job, "name")) == 0)
                        return true;
        }
        return false;
}

/* Each schedule in English, with the text as it was written. */
static void print_schedules(const Context *context, const json_t *job) {
        const json_t *descriptions = json_object_get(job, "schedule_descriptions"), *item;
        size_t i;

        json_array_foreach(json_object_get(job, "schedule"), i, item) {
                const char *description = json_string_value(json_array_get(descriptions, i));
                const char *text = json_string_value(item) ?: "";

                if (description && strcmp(description, text) != 0)
                        print_field(context, "Schedule", COLOUR_NONE, "%s (%s; %s)", description, text,
                                    view_text(job, "timezone"));
                else
                        print_field(context, "Schedule", COLOUR_NONE, "%s (%s)", text,
                                    view_text(job, "timezone"));
        }
        if (i == 0)
                print_field(context, "Schedule", COLOUR_NONE,
                            is_started_by_others(job) ? "none: starts with the end of others"
                                                      : "none: starts by hand only");
}

static void print_loaded(const Context *context, const json_t *job) {
        const json_t *fault = json_object_get(job, "load_error");
        const char *file = view_text(job, "file");

        if (*file)
                print_field(context, "Loaded", COLOUR_NONE, "%s:%" PRIi64 " (revision %" PRIi64 ")", file,
                            view_integer(job, "line", 0), view_integer(job, "revision", 0));
        else
                print_field(context, "Loaded", COLOUR_NONE, "%s (revision %" PRIi64 ")",
                            view_text(job, "origin"), view_integer(job, "revision", 0));
        if (json_is_object(fault))
                print_field(context, "Fault", COLOUR_RED, "%s%s%" PRIi64 ":%" PRIi64 ": %s",
                            view_text(fault, "file"), *view_text(fault, "file") ? ":" : "line ",
                            view_integer(fault, "line", 0), view_integer(fault, "column", 0),
                            view_text(fault, "message"));
        if (json_is_object(fault) && strcmp(view_text(job, "state"), "failed-to-load") != 0)
                print_field(context, "In force", COLOUR_NONE, "the last good version");
        print_list(context, job, "warnings", "Warning", COLOUR_YELLOW);
}

static void print_job_state(const Context *context, const json_t *job) {
        const char *state = view_text(job, "state");
        bool pauses_later = json_is_true(json_object_get(job, "paused")) && strcmp(state, "paused") != 0;
        char until[TIME_TEXT_MAX];
        int64_t running = json_is_array(json_object_get(job, "running"))
                        ? (int64_t) json_array_size(json_object_get(job, "running"))
                        : view_integer(job, "running", 0);

        if (view_instant(job, "paused_until") != USEC_INFINITY)
                print_field(context, "State", state_colour(state), "%s%s until %s", state,
                            pauses_later ? ", then paused" : "",
                            time_text_format(context->zone, view_instant(job, "paused_until"), until));
        else
                print_field(context, "State", state_colour(state), "%s%s", state,
                            pauses_later ? ", then paused" : "");
        if (running > 0)
                print_field(context, "Running", COLOUR_GREEN, "%" PRIi64, running);
}

/* "dump (succeeded 5min ago), check (waiting)" of those edges that lead from the job to its `other` ends. */
static void print_edges(
                const Context *context,
                const json_t *job,
                const char *name,
                const char *own,
                const char *other,
                bool triggers) {

        CLEANUP(buffer_done) Buffer line = { 0 };
        const json_t *edge;
        size_t i;

        json_array_foreach(json_object_get(job, "dependencies"), i, edge) {
                CLEANUP(buffer_done) Buffer standing = { 0 };
                const char *when = view_text(edge, "when");

                if (strcmp(view_text(edge, own), view_text(job, "name")) != 0 ||
                    (strcmp(view_text(edge, "kind"), "trigger") == 0) != triggers)
                        continue;
                (void) buffer_add_format(&line, "%s%s", line.size > 0 ? ", " : "", view_text(edge, other));
                if (strcmp(when, "any") != 0 && (triggers || strcmp(when, "success") != 0))
                        (void) buffer_add_format(&line, " on %s", when);
                (void) dependency_standing_text(edge, context_now(context), &standing);
                if (standing.size > 0 && (!triggers || strcmp(view_text(edge, "standing"), "missing") == 0))
                        (void) buffer_add_format(&line, " (%s)", standing.data);
        }
        if (line.size > 0 && !line.failed)
                print_field(context, name, COLOUR_NONE, "%s", line.data);
}

static void print_dependencies(const Context *context, const json_t *job) {
        print_edges(context, job, "After", "job", "predecessor", false);
        print_edges(context, job, "Triggered by", "job", "predecessor", true);
        print_edges(context, job, "Triggers", "predecessor", "job", true);
}

static void print_executions(const Context *context, const json_t *executions) {
        CLEANUP(table_freep) Table *table = NULL;
        const json_t *execution;
        size_t i;

        if (json_array_size(executions) == 0 || table_new(execution_columns, n_execution_columns, &table) < 0)
                return;
        json_array_foreach(executions, i, execution) columns_add_execution(table, context, execution);
        (void) puts("");
        (void) table_print(table, &context->screen, !context->options.no_legend, "  ", stdout);
}

/* While it runs a bar, with what its last runs took; afterwards what it last said. */
static void print_progress(const Context *context, const json_t *execution, const json_t *runs) {
        CLEANUP(buffer_done) Buffer line = { 0 };
        Statistics statistics;

        if (execution_state_is_over(view_text(execution, "state"))) {
                print_field(context, "Remark", COLOUR_NONE, "%s", view_text(execution, "status_text"));
                return;
        }
        statistics_compute(runs, &statistics);
        if (progress_format(execution, context_now(context), statistics.median_usec, &context->screen,
                            &line) >= 0)
                print_field(context, "Progress", COLOUR_NONE, "%s", line.data ?: "");
}

/* Of the oldest one that runs. */
static void print_running(const Context *context, const json_t *job, const json_t *executions) {
        size_t i = json_array_size(executions);

        while (i-- > 0) {
                const json_t *execution = json_array_get(executions, i);

                if (strcmp(view_text(execution, "state"), "running") != 0)
                        continue;
                print_progress(context, execution, json_object_get(job, "runs"));
                return;
        }
}

static void print_expectation(const Context *context, const json_t *job) {
        usec_t expect_by_usec = view_instant(job, "expect_by");
        char text[TIME_TEXT_MAX];

        if (expect_by_usec != USEC_INFINITY)
                print_field(context, "Expected", view_true(job, "overdue") ? COLOUR_RED : COLOUR_NONE,
                            "a success by %s%s", time_text_format(context->zone, expect_by_usec, text),
                            view_true(job, "overdue") ? "; it is overdue" : "");
}

static void print_statistics(const Context *context, const json_t *job) {
        CLEANUP_FREE char *line = NULL;
        char median[DURATION_SHORT_MAX], p95[DURATION_SHORT_MAX];
        Statistics statistics;
        Buffer buffer = { 0 };

        statistics_compute(json_object_get(job, "runs"), &statistics);
        if (statistics.n_runs == 0)
                return;
        if (statistics.n_judged > 0)
                print_field(context, "Runs", COLOUR_NONE, "%zu of the last %zu succeeded (%zu%%)",
                            statistics.n_succeeded, statistics.n_judged,
                            statistics.n_succeeded * 100 / statistics.n_judged);
        print_field(context, "Duration", COLOUR_NONE, "%s in the middle, 95%% within %s",
                    duration_format_short(statistics.median_usec, median),
                    duration_format_short(statistics.p95_usec, p95));
        (void) statistics_sparkline(&statistics, &context->screen, &buffer);
        if (statistics.n_runs > 1 && buffer_take(&buffer, &line) >= 0)
                printf("%12s: %s\n", "Trend", line);
        buffer_done(&buffer);
}

void status_print_job(Context *context, const json_t *job) {
        const json_t *executions = json_object_get(job, "executions"), *execution;
        const char *state = view_text(job, "state"), *last = view_text(job, "last_state");
        char text[TIME_TEXT_MAX], relative[TIME_TEXT_MAX];
        usec_t last_usec = view_instant(job, "last_due");
        size_t i;

        print_head(context, state_glyph(state), state_colour(state), view_text(job, "name"),
                   view_text(job, "description"));
        print_loaded(context, job);
        print_job_state(context, job);
        print_field(context, "User", COLOUR_NONE, "%s", view_text(job, "user"));
        print_field(context, "Template", COLOUR_NONE, "%s", view_text(job, "template"));
        print_field(context, "Profile", COLOUR_NONE, "%s", view_text(job, "profile"));
        print_schedules(context, job);
        print_dependencies(context, job);
        print_field(context, "Waiting", COLOUR_NONE, "%s", view_text(json_array_get(executions, 0), "waits"));
        print_instant(context, "Next", view_instant(job, "next_start"));
        if (last_usec != USEC_INFINITY)
                print_field(context, "Last", state_colour(last), "%s; %s%s%s",
                            time_text_format(context->zone, last_usec, text),
                            time_text_relative(last_usec, context_now(context), relative), *last ? ": " : "",
                            last);
        print_expectation(context, job);
        print_statistics(context, job);
        print_running(context, job, executions);
        print_field(context, "Message", COLOUR_NONE, "%s",
                    view_text(json_object_get(json_array_get(executions, 0), "result"), "message"));
        print_executions(context, executions);

        json_array_foreach(executions, i, execution) {
                if (view_instant(execution, "started") == USEC_INFINITY)
                        continue;
                print_output(context, execution);
                break;
        }
}

/* --- executions ------------------------------------------------------------------------------------ */

/* What a request found, as far as it fits on lines; the whole is in the result. */
static void print_http(const Context *context, const json_t *execution) {
        int64_t status = view_integer(execution, "http_status", -1);
        const json_t *result = json_object_get(execution, "result"), *times = json_object_get(result, "time");
        const char *version = view_text(result, "http-version"), *address = view_text(result, "address");
        const char *type = view_text(json_object_get(result, "headers"), "content-type");
        int64_t redirects = view_integer(result, "redirects", 0);
        char size[SIZE_FORMAT_MAX];

        if (status < 0)
                return;
        print_field(context, "Answer", COLOUR_NONE, "HTTP %" PRIi64 "%s%s%s%s", status,
                    *version ? ", version " : "", version, *address ? ", from " : "", address);
        if (redirects > 0)
                print_field(context, "Redirects", COLOUR_NONE, "%" PRIi64, redirects);
        if (view_integer(result, "body-size", 0) > 0)
                print_field(context, "Body", COLOUR_NONE, "%s%s%s%s",
                            size_format((uint64_t) view_integer(result, "body-size", 0), size),
                            *type ? ", " : "", type, view_true(result, "truncated") ? ", cut" : "");
        print_field(context, "Phases", COLOUR_NONE,
                    "resolved %.3fs, connected %.3fs, TLS %.3fs, first byte %.3fs, end %.3fs",
                    view_number(times, "resolve", 0), view_number(times, "connect", 0),
                    view_number(times, "tls", 0), view_number(times, "first-byte", 0),
                    view_number(times, "total", 0));
}

static void print_outcome(const Context *context, const json_t *execution) {
        const char *state = view_text(execution, "state"), *reason = view_text(execution, "reason");
        int64_t number = view_integer(execution, "signal", -1),
                code = view_integer(execution, "exit_code", -1);
        char text[EXIT_TEXT_MAX], parameters[PARAMETERS_TEXT_MAX];

        print_field(context, "State", state_colour(state), "%s%s%s%s", state, *reason ? " (" : "", reason,
                    *reason ? ")" : "");
        print_field(context, "Meaning", COLOUR_NONE, "%s", reason_text(state, reason));
        print_field(context, "Parameters", COLOUR_NONE, "%s", parameters_text(execution, parameters));
        print_field(context, "Waiting", COLOUR_NONE, "%s", view_text(execution, "waits"));
        print_field(context, "Message", COLOUR_NONE, "%s",
                    view_text(json_object_get(execution, "result"), "message"));
        print_progress(context, execution, json_object_get(execution, "runs"));
        if (number > 0)
                print_field(context, "Exit", COLOUR_NONE, "signal %" PRIi64 " (%s)", number,
                            signal_text((int) number, text));
        else if (code >= 0)
                print_field(context, "Exit", COLOUR_NONE, "code %" PRIi64, code);
        print_http(context, execution);
}

static void print_times(const Context *context, const json_t *execution) {
        usec_t duration_usec = execution_duration(execution, context_now(context));
        char text[TIME_TEXT_MAX], span[DURATION_SHORT_MAX];
        int64_t count = view_integer(execution, "count", 1);

        print_instant(context, "Due", view_instant(execution, "due"));
        if (count > 1)
                print_field(context, "Stands for", COLOUR_NONE, "%" PRIi64 " due times, the last %s", count,
                            time_text_format(context->zone, view_instant(execution, "due_last"), text));
        print_instant(context, "Started", view_instant(execution, "started"));
        print_instant(context, "Ended", view_instant(execution, "ended"));
        if (duration_usec != USEC_INFINITY)
                print_field(context, "Duration", COLOUR_NONE, "%s",
                            duration_format_short(duration_usec, span));
}

static void print_resources(const Context *context, const json_t *execution) {
        int64_t memory = view_integer(execution, "memory_peak_bytes", -1);
        int64_t output = view_integer(execution, "output_bytes", -1);
        double cpu = view_number(execution, "cpu_seconds", -1);
        char text[SIZE_FORMAT_MAX];

        if (view_integer(execution, "attempts", 0) > 1)
                print_field(context, "Attempts", COLOUR_NONE, "%" PRIi64,
                            view_integer(execution, "attempts", 0));
        if (view_integer(execution, "pid", 0) > 0)
                print_field(context, "PID", COLOUR_NONE, "%" PRIi64 "%s%s", view_integer(execution, "pid", 0),
                            *view_text(execution, "host") ? " on " : "", view_text(execution, "host"));
        if (cpu >= 0)
                print_field(context, "CPU", COLOUR_NONE, "%.3fs", cpu);
        if (memory >= 0)
                print_field(context, "Memory", COLOUR_NONE, "%s at the peak",
                            size_format((uint64_t) memory, text));
        if (output > 0)
                print_field(context, "Output", COLOUR_NONE, "%s%s", size_format((uint64_t) output, text),
                            view_true(execution, "output_truncated")
                                            ? ", of which the begin and the end are kept"
                                            : "");
}

static const TableColumn attempt_columns[] = {
        { .title = "ATTEMPT", .right = true },
        { .title = "STATE" },
        { .title = "REASON" },
        { .title = "STARTED" },
        { .title = "DURATION" },
        { .title = "EXIT" },
        { .title = "OUTPUT", .right = true },
};

static void print_attempts(const Context *context, const json_t *attempts) {
        CLEANUP(table_freep) Table *table = NULL;
        const json_t *attempt;
        size_t i;

        if (json_array_size(attempts) == 0 ||
            table_new(attempt_columns, ARRAY_SIZE(attempt_columns), &table) < 0)
                return;
        json_array_foreach(attempts, i, attempt) {
                char exit[EXIT_TEXT_MAX], span[DURATION_SHORT_MAX], size[SIZE_FORMAT_MAX];
                usec_t duration_usec = execution_duration(attempt, context_now(context));
                const char *state = view_text(attempt, "state");

                table_add_format(table, "%" PRIi64, view_integer(attempt, "attempt", 0));
                table_add_colour(table, state, state_colour(state));
                table_add(table, view_text(attempt, "reason"));
                column_instant(table, context, view_instant(attempt, "started"));
                table_add(table,
                          duration_usec == USEC_INFINITY ? "" : duration_format_short(duration_usec, span));
                table_add(table, exit_text(attempt, exit));
                table_add(table, size_format((uint64_t) view_integer(attempt, "output_bytes", 0), size));
        }
        (void) puts("");
        (void) table_print(table, &context->screen, !context->options.no_legend, "  ", stdout);
}

void status_print_execution(Context *context, const json_t *execution) {
        const char *state = view_text(execution, "state"), *by = view_text(execution, "requested_by");
        int64_t id = view_integer(execution, "id", 0);
        char name[32];

        (void) snprintf(name, sizeof(name), "%" PRIi64, id);
        print_head(context, state_glyph(state), state_colour(state), name, view_text(execution, "job"));
        print_outcome(context, execution);
        print_field(context, "Cause", COLOUR_NONE, "%s%s%s", view_text(execution, "cause"),
                    *by ? ", by " : "", by);
        print_field(context, "Revision", COLOUR_NONE, "%" PRIi64 " of the job",
                    view_integer(execution, "job_revision", 0));
        print_times(context, execution);
        print_resources(context, execution);
        print_attempts(context, json_object_get(execution, "each_attempt"));
        if (view_instant(execution, "started") != USEC_INFINITY)
                print_output(context, execution);
}
