/* SPDX-License-Identifier: GPL-2.0-or-later */

/* list-jobs, list-timers, list-executions, list-queues and audit: a dump, row by row into a table. */

#include <stdio.h>
#include <string.h>

#include "job/execution-record.h"
#include "schedctl/columns.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/output-printer.h"
#include "schedctl/pager.h"
#include "schedctl/selection.h"
#include "schedctl/text.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"

typedef struct List {
        const char *what;      /* of the dump */
        const char *short_key; /* that --output=short prints */
        const char *singular, *plural;
        const TableColumn *columns;
        size_t n_columns;
        void (*add)(Table *table, const Context *context, const json_t *row);
        bool (*is_state)(const char *state); /* NULL: there are no states */
        /* Instead of a table, with --full; NULL: the table. */
        void (*print_full)(const Context *context, const json_t *row);
} List;

static void reverse(ClientLines *lines) {
        for (size_t i = 0, j = lines->n_lines; i + 1 < j; i++, j--) {
                ClientLine line = lines->lines[i];

                lines->lines[i] = lines->lines[j - 1];
                lines->lines[j - 1] = line;
        }
}

static int print_full(const List *list, const Context *context, const ClientLines *lines) {
        for (size_t i = 0; i < lines->n_lines; i++) {
                CLEANUP_JSON json_t *row = NULL;
                int r = client_line_parse(&lines->lines[i], &row);

                if (r < 0)
                        return complain_errno(r, "cannot read what jobschedd answered");
                list->print_full(context, row);
        }
        return STATUS_OK;
}

static int check_states(const List *list, const Context *context) {
        STRING_LIST_FOREACH(state, context->options.states) {
                if (list->is_state(*state))
                        continue;
                complain("'%s' is no state of %s; 'schedctl help' and schedctl(1) list them", *state,
                         list->plural);
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

static int print_table(const List *list, const Context *context, const ClientLines *lines) {
        CLEANUP(table_freep) Table *table = NULL;
        int r;

        r = table_new(list->columns, list->n_columns, &table);
        for (size_t i = 0; i < lines->n_lines && r >= 0; i++) {
                CLEANUP_JSON json_t *row = NULL;

                r = client_line_parse(&lines->lines[i], &row);
                if (r >= 0)
                        list->add(table, context, row);
        }
        if (r >= 0)
                r = table_print(table, &context->screen, !context->options.no_legend, "", stdout);
        if (r < 0)
                return complain_errno(r, "cannot show the list");

        if (!context->options.no_legend)
                printf("\n%zu %s listed.\n", lines->n_lines,
                       lines->n_lines == 1 ? list->singular : list->plural);
        return STATUS_OK;
}

/* A name that was spelt out and is not there is an error; a pattern may match nothing. */
static int check_names(const List *list, char **names, const ClientLines *lines) {
        if (lines->n_lines > 0 || !*names)
                return STATUS_OK;
        for (char **name = names; *name; name++)
                if (strpbrk(*name, "*?["))
                        return STATUS_OK;

        complain("no such %s: '%s'", list->singular, *names);
        return STATUS_NO_SUCH;
}

static int print_list(const List *list, Context *context, ClientLines *lines) {
        if (context->options.reverse)
                reverse(lines);

        pager_open(context);
        if (context->options.output == OUTPUT_TABLE && context->options.full && list->print_full)
                return print_full(list, context, lines);
        return context->options.output == OUTPUT_TABLE ? print_table(list, context, lines)
                                                       : output_print_lines(context, lines, list->short_key);
}

/* What is listed by its number goes on behind a number, jobs behind a name. */
static int read_cursor(const List *list, const Context *context, ClientFilter *filter) {
        const char *cursor = context->options.cursor;

        if (!cursor)
                return STATUS_OK;
        if (strcmp(list->short_key, "id") != 0) {
                filter->after = cursor;
                return STATUS_OK;
        }
        if (!parse_execution_id(cursor, &filter->before_id) || filter->before_id == 0) {
                complain("--cursor takes the number of the last one that was seen, not '%s'", cursor);
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

static int run_list(const List *list, Context *context, char **names, bool names_must_exist) {
        ClientError error = { 0 };
        ClientLines lines = { 0 };
        ClientFilter filter;
        int r, status;

        status = check_states(list, context);
        if (status == STATUS_OK)
                status = context_filter(context, names, &filter);
        if (status == STATUS_OK)
                status = read_cursor(list, context, &filter);
        if (status == STATUS_OK)
                status = context_client(context);
        if (status != STATUS_OK)
                return status;

        r = client_dump(context->client, list->what, &filter, &lines, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);

        remark_frozen(context);
        if (names_must_exist && !options_choose(&context->options) && !filter.since_usec &&
            !filter.until_usec && !filter.after)
                status = check_names(list, names, &lines);
        if (status == STATUS_OK)
                status = print_list(list, context, &lines);
        client_lines_done(&lines);
        return status;
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* clang-format off */
static const TableColumn job_columns[] = {
        { "" },
        { "JOB", .shrink = true },
        { "KIND" },
        { "STATE" },
        { "NEXT" },
        { "LEFT" },
        { "LAST" },
        { "RESULT" },
        { "SCHEDULE", .shrink = true },
};
/* clang-format on */

static void add_job(Table *table, const Context *context, const json_t *job) {
        CLEANUP_FREE char *schedule = NULL;
        const char *state = view_text(job, "state"), *last = view_text(job, "last_state");
        bool faulty = json_is_object(json_object_get(job, "load_error"));

        (void) view_joined(job, "schedule", "; ", &schedule);
        if (faulty)
                table_add_colour(table, screen_glyph(&context->screen, GLYPH_FAILED), COLOUR_RED);
        else
                column_glyph(table, context, state);
        table_add(table, view_text(job, "name"));
        table_add(table, view_text(job, "kind"));
        table_add_colour(table, state, state_colour(state));
        column_instant(table, context, view_instant(job, "next_start"));
        column_relative(table, context, view_instant(job, "next_start"));
        column_instant(table, context, view_instant(job, "last_due"));
        table_add_colour(table, last, state_colour(last));
        table_add(table, schedule);
}

static bool is_job_state(const char *state) {
        return string_list_contains((char *const *) job_states, state);
}

static const List jobs_list = {
        .what = "jobs",
        .short_key = "name",
        .singular = "job",
        .plural = "jobs",
        .columns = job_columns,
        .n_columns = ARRAY_SIZE(job_columns),
        .add = add_job,
        .is_state = is_job_state,
};

int verb_list_jobs(Context *context, char **arguments) {
        return run_list(&jobs_list, context, arguments, true);
}

/* --- timers ---------------------------------------------------------------------------------------- */

/* clang-format off */
static const TableColumn timer_columns[] = {
        { "NEXT" },
        { "LEFT" },
        { "LAST" },
        { "PASSED" },
        { "JOB", .shrink = true },
        { "SCHEDULE", .shrink = true },
};
/* clang-format on */

static void add_timer(Table *table, const Context *context, const json_t *timer) {
        CLEANUP_FREE char *schedule = NULL;

        (void) view_joined(timer, "schedule", "; ", &schedule);
        /* While all is frozen it is due, and does not start. */
        column_instant(table, context,
                       MIN(view_instant(timer, "next_start"), view_instant(timer, "next_due")));
        column_relative(table, context, view_instant(timer, "next_start"));
        column_instant(table, context, view_instant(timer, "last_started"));
        column_relative(table, context, view_instant(timer, "last_started"));
        table_add(table, view_text(timer, "job"));
        table_add(table, schedule && *schedule ? schedule : view_text(timer, "schedule"));
}

static const List timers_list = {
        .what = "timers",
        .short_key = "job",
        .singular = "timer",
        .plural = "timers",
        .columns = timer_columns,
        .n_columns = ARRAY_SIZE(timer_columns),
        .add = add_timer,
        .is_state = is_job_state,
};

int verb_list_timers(Context *context, char **arguments) {
        return run_list(&timers_list, context, arguments, false);
}

/* --- queues ---------------------------------------------------------------------------------------- */

/* clang-format off */
static const TableColumn queue_columns[] = {
        { "QUEUE", .shrink = true },
        { "SLOTS", .right = true },
        { "USED", .right = true },
        { "WAITING", .right = true },
        { "STATE" },
};
/* clang-format on */

static void add_queue(Table *table, const Context *context, const json_t *queue) {
        int64_t slots = view_integer(queue, "slots", 0), used = view_integer(queue, "used", 0);
        const char *state = used < slots ? "open" : "full";

        table_add(table, view_text(queue, "name"));
        table_add_format(table, "%" PRIi64, slots);
        table_add_format(table, "%" PRIi64, used);
        table_add_format(table, "%" PRIi64, view_integer(queue, "waiting", 0));
        if (view_true(queue, "paused"))
                table_add_colour(table, "paused", COLOUR_YELLOW);
        else
                table_add(table, state);
}

static const List queues_list = {
        .what = "queues",
        .short_key = "name",
        .singular = "queue",
        .plural = "queues",
        .columns = queue_columns,
        .n_columns = ARRAY_SIZE(queue_columns),
        .add = add_queue,
};

int verb_list_queues(Context *context, char **arguments) {
        return run_list(&queues_list, context, arguments, true);
}

/* --- templates and profiles ------------------------------------------------------------------------ */

static const TableColumn template_columns[] = {
        { "TEMPLATE", .shrink = true },
        { "PARAMETERS", .shrink = true },
        { "DESCRIPTION", .shrink = true },
};

static void add_template(Table *table, const Context *context, const json_t *template) {
        CLEANUP(buffer_done) Buffer names = { 0 };
        const json_t *parameter;
        size_t i;

        json_array_foreach(json_object_get(template, "parameters"), i, parameter) {
                if (!view_true(parameter, "hidden"))
                        (void) buffer_add_format(
                                        &names, "%s%s", names.size > 0 ? ", " : "",
                                        view_text(parameter, "name"));
        }
        table_add(table, view_text(template, "name"));
        table_add(table, names.data);
        table_add(table, view_text(template, "description"));
}

static const List templates_list = {
        .what = "templates",
        .short_key = "name",
        .singular = "template",
        .plural = "templates",
        .columns = template_columns,
        .n_columns = ARRAY_SIZE(template_columns),
        .add = add_template,
};

int verb_list_templates(Context *context, char **arguments) {
        return run_list(&templates_list, context, arguments, true);
}

static const TableColumn profile_columns[] = {
        { "PROFILE", .shrink = true }, { "REVISION", .right = true }, { "ORIGIN" },
        { "VALUES", .shrink = true },  { "USED BY", .shrink = true },
};

static void add_profile(Table *table, const Context *context, const json_t *profile) {
        CLEANUP(buffer_done) Buffer values = { 0 };
        CLEANUP_FREE char *used_by = NULL;
        const json_t *value;
        const char *name;

        json_object_foreach((json_t *) json_object_get(profile, "values"), name, value)(void)
                        buffer_add_format(
                                        &values, "%s%s=%s", values.size > 0 ? " " : "", name,
                                        json_string_value(value));
        (void) view_joined(profile, "used_by", ", ", &used_by); /* NULL shows as none */
        table_add(table, view_text(profile, "name"));
        table_add_format(table, "%" PRIi64, view_integer(profile, "revision", 0));
        if (view_true(profile, "hidden"))
                table_add_colour(table, "runtime (hidden)", COLOUR_YELLOW);
        else
                table_add(table, view_text(profile, "origin"));
        table_add(table, values.data);
        table_add(table, used_by);
}

static const List profiles_list = {
        .what = "profiles",
        .short_key = "name",
        .singular = "profile",
        .plural = "profiles",
        .columns = profile_columns,
        .n_columns = ARRAY_SIZE(profile_columns),
        .add = add_profile,
};

int verb_list_profiles(Context *context, char **arguments) {
        return run_list(&profiles_list, context, arguments, true);
}

/* --- executions ------------------------------------------------------------------------------------ */

static bool is_execution_state(const char *state) {
        return execution_state_from_string(state) >= 0;
}

int verb_list_executions(Context *context, char **arguments) {
        const List list = {
                .what = "executions",
                .short_key = "id",
                .singular = "execution",
                .plural = "executions",
                .columns = execution_columns,
                .n_columns = n_execution_columns,
                .add = columns_add_execution,
                .is_state = is_execution_state,
        };

        return run_list(&list, context, arguments, false);
}

/* --- audit ----------------------------------------------------------------------------------------- */

/* clang-format off */
static const TableColumn audit_columns[] = {
        { "TIME" },
        { "EVENT" },
        { "JOB", .shrink = true },
        { "USER" },
        { "ORIGIN" },
        { "DETAIL", .shrink = true },
};
/* clang-format on */

static void add_audit(Table *table, const Context *context, const json_t *event) {
        column_instant(table, context, view_instant(event, "time"));
        table_add(table, view_text(event, "event"));
        table_add(table, view_text(event, "job"));
        if (*view_text(event, "user"))
                table_add(table, view_text(event, "user"));
        else
                table_add_format(table, "%" PRIi64, view_integer(event, "uid", -1));
        table_add(table, view_text(event, "origin"));
        table_add(table, view_text(event, "detail"));
}

/* A definition or a difference has lines, which a table has no place for. */
static void print_audit(const Context *context, const json_t *event) {
        OutputPrinter printer = { .context = context, .indent = "    " };
        const char *detail = view_text(event, "detail"), *job = view_text(event, "job");
        CLEANUP_FREE char *clean = NULL;
        Buffer buffer = { 0 };
        char text[TIME_TEXT_MAX];

        (void) text_clean(&buffer, job);
        if (buffer_take(&buffer, &clean) < 0)
                return;
        printf("%s  %s%s%s%s%s  by %s (uid %" PRIi64 ", %s)\n",
               time_text_format(context->zone, view_instant(event, "time"), text),
               screen_colour(&context->screen, COLOUR_BOLD), view_text(event, "event"),
               screen_reset(&context->screen, COLOUR_BOLD), *clean ? "  " : "", clean,
               view_text(event, "user"), view_integer(event, "uid", -1), view_text(event, "origin"));
        if (*detail && output_printer_text(&printer, detail) >= 0)
                output_printer_end(&printer);
}

static const List audit_list = {
        .what = "audit",
        .short_key = "id",
        .singular = "event",
        .plural = "events",
        .columns = audit_columns,
        .n_columns = ARRAY_SIZE(audit_columns),
        .add = add_audit,
        .print_full = print_audit,
};

int verb_audit(Context *context, char **arguments) {
        return run_list(&audit_list, context, arguments, false);
}
