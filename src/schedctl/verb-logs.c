/* SPDX-License-Identifier: GPL-2.0-or-later */

/* logs: what a job printed; with --follow what it prints, execution after execution. */

#include <stdio.h>
#include <string.h>

#include "schedctl/live.h"
#include "schedctl/message.h"
#include "schedctl/output-fetch.h"
#include "schedctl/output-whole.h"
#include "schedctl/pager.h"
#include "schedctl/selection.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"

typedef struct Logs {
        Context *context;
        const char *job; /* NULL: an execution was named */
        Live live;
        OutputPrinter printer;
        uint64_t last_id; /* that was shown or is */
        uint64_t next_id; /* that began meanwhile; 0: none */
        int status;
} Logs;

static void print_title(const Context *context, const json_t *execution) {
        char text[TIME_TEXT_MAX];

        if (context->options.quiet || context->options.no_legend || context->options.output != OUTPUT_TABLE)
                return;
        printf("%s-- %s, execution %" PRIi64 ", %s: %s --%s\n", screen_colour(&context->screen, COLOUR_GREY),
               view_text(execution, "job"), view_integer(execution, "id", 0),
               time_text_format(context->zone, view_instant(execution, "started"), text),
               view_text(execution, "state"), screen_reset(&context->screen, COLOUR_GREY));
        (void) fflush(stdout);
}

static int print_kept(Context *context, const json_t *execution) {
        uint64_t n_lines = context->options.has_lines ? context->options.lines : UINT64_MAX;
        CLEANUP_FREE char *data = NULL;
        ClientError error = { 0 };
        OutputPrinter printer = {
                .context = context,
                .execution_id = (uint64_t) view_integer(execution, "id", 0),
                .job = view_text(execution, "job"),
        };
        bool titled = false;
        size_t size = 0;
        int r;

        /* Whether more was written than is kept is known of the last attempt only. */
        if (context->options.attempt == 0 && view_true(execution, "output_truncated") &&
            n_lines == UINT64_MAX) {
                print_title(context, execution);
                titled = true;
                r = output_whole_print(context, execution, &printer);
                if (r != 0) {
                        output_printer_end(&printer);
                        return r < 0 ? complain_errno(r, "cannot read the journal") : STATUS_OK;
                }
        }
        r = output_fetch(context, execution, &data, &size, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);

        if (!titled)
                print_title(context, execution);
        r = output_printer_tail(&printer, data, size, n_lines);
        output_printer_end(&printer);
        output_printer_done(&printer);
        return r < 0 ? complain_errno(r, "cannot read the output of execution %" PRIu64, printer.execution_id)
                     : STATUS_OK;
}

/* Newest first; the last one unless a span of time was given. */
static int find_executions(Context *context, const char *job, json_t **ret) {
        char *const names[] = { (char *) job, NULL };
        ClientFilter filter;
        int status;

        status = context_filter(context, names, &filter);
        if (status != STATUS_OK)
                return status;
        filter.states = (char *const *) started_states;
        filter.limit = context->options.since || context->options.until ? 0 : 1;

        status = fetch_executions(context, &filter, ret);
        if (status == STATUS_OK && json_array_size(*ret) == 0) {
                CLEANUP_JSON json_t *jobs = json_array();

                status = fetch_jobs(context, job, jobs); /* complains if it is not even there */
        }
        return status;
}

static int print_past(Context *context, const json_t *executions) {
        int status = STATUS_OK;

        pager_open(context);
        for (size_t i = json_array_size(executions); i > 0 && status == STATUS_OK; i--)
                status = print_kept(context, json_array_get(executions, i - 1));
        return status;
}

/* --- --follow -------------------------------------------------------------------------------------- */

static int follow(Logs *logs, uint64_t id) {
        CLEANUP_JSON json_t *execution = NULL;
        int status;

        status = fetch_execution(logs->context, id, &execution);
        if (status != STATUS_OK)
                return status;

        print_title(logs->context, execution);
        output_printer_done(&logs->printer);
        logs->printer = (OutputPrinter){
                .context = logs->context,
                .execution_id = id,
                .job = logs->job,
        };
        logs->last_id = id;
        return live_follow(&logs->live, id, false, &logs->printer);
}

static void on_event(void *userdata, const ClientEvent *event) {
        Logs *logs = userdata;

        if (!logs->job || !event->execution || strcmp(event->job, logs->job) != 0 ||
            event->id <= logs->last_id || strcmp(view_text(event->execution, "state"), "running") != 0)
                return;
        if (logs->next_id == 0)
                logs->next_id = event->id;
        if (!logs->live.printer)
                live_end(&logs->live);
}

static void on_output_end(void *userdata, OutputPrinter *printer) {
        Logs *logs = userdata;

        if (!logs->job || logs->next_id != 0)
                live_end(&logs->live);
}

/* One execution ends by itself; a job is followed until Ctrl-C. */
static int follow_on(Logs *logs) {
        LiveEnd end = LIVE_DONE;
        int status = STATUS_OK;

        while (status == STATUS_OK) {
                status = live_run(&logs->live, &end);
                if (status != STATUS_OK || end == LIVE_INTERRUPTED)
                        return status;
                if (end == LIVE_GONE) {
                        complain("the connection to jobschedd broke; the job goes on");
                        return STATUS_FAILURE;
                }
                if (logs->next_id == 0)
                        return STATUS_OK;

                status = follow(logs, logs->next_id);
                logs->next_id = 0;
        }
        return status;
}

static int follow_first(Logs *logs, uint64_t id) {
        CLEANUP_JSON json_t *executions = NULL;
        const json_t *newest;
        int status;

        if (!logs->job)
                return follow(logs, id);

        status = find_executions(logs->context, logs->job, &executions);
        newest = json_array_get(executions, 0);
        if (status != STATUS_OK || !newest)
                return status;
        if (!execution_state_is_over(view_text(newest, "state")))
                return follow(logs, (uint64_t) view_integer(newest, "id", 0));

        logs->last_id = (uint64_t) view_integer(newest, "id", 0);
        return print_kept(logs->context, newest);
}

static int follow_logs(Context *context, const char *job, uint64_t id) {
        Logs logs = { .context = context, .job = job };
        const LiveWatcher watcher = {
                .on_event = on_event,
                .on_output_end = on_output_end,
                .userdata = &logs,
        };
        int status;

        status = live_open(&logs.live, context, &watcher);
        if (status != STATUS_OK)
                return status;

        status = follow_first(&logs, id);
        if (status == STATUS_OK)
                status = follow_on(&logs);
        live_close(&logs.live);
        output_printer_done(&logs.printer);
        return status;
}

int verb_logs(Context *context, char **arguments) {
        CLEANUP_JSON json_t *executions = NULL, *execution = NULL;
        const char *word = arguments[0];
        bool is_id;
        uint64_t id = 0;
        int status;

        if (context->options.output == OUTPUT_YAML) {
                complain("logs prints table, json or short, not yaml");
                return STATUS_USAGE;
        }
        is_id = parse_execution_id(word, &id);
        if (context->options.follow)
                return follow_logs(context, is_id ? NULL : word, id);

        if (is_id) {
                status = fetch_execution(context, id, &execution);
                if (status == STATUS_OK)
                        pager_open(context);
                return status == STATUS_OK ? print_kept(context, execution) : status;
        }
        status = find_executions(context, word, &executions);
        if (status == STATUS_OK && json_array_size(executions) == 0)
                context_remark(context, "'%s' has not run%s.", word,
                               context->options.since ? " in that time" : " yet");
        return status == STATUS_OK ? print_past(context, executions) : status;
}
