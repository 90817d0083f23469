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
#include "util/string-list.h"

/* Executions of a job that began while another one was followed: enough for any burst that is worth reading.
 */
#define PENDING_MAX 1024U

typedef struct Logs {
        Context *context;
        const char *job; /* NULL: an execution was named */
        Live live;
        OutputPrinter printer;
        uint64_t id;        /* that is followed; 0: none */
        unsigned attempt;   /* of it, that is or was the last to write */
        uint64_t n_printed; /* bytes of it, over all connections */
        uint64_t n_before;  /* of these, what the attempts before that one wrote */
        bool is_over, output_ended;
        uint64_t last_id; /* the newest that was shown, is, or is to be */
        uint64_t pending[PENDING_MAX];
        size_t n_pending;
} Logs;

static void print_title(const Context *context, const json_t *execution) {
        usec_t instant = view_instant(execution, "started");
        char text[TIME_TEXT_MAX], attempt[32] = "";

        if (context->options.quiet || context->options.no_legend || context->options.output != OUTPUT_TABLE)
                return;
        if (context->options.attempt > 0)
                (void) snprintf(attempt, sizeof(attempt), ", attempt %" PRIu64, context->options.attempt);
        printf("%s-- %s, execution %" PRIi64 ", %s: %s%s --%s\n",
               screen_colour(&context->screen, COLOUR_GREY), view_text(execution, "job"),
               view_integer(execution, "id", 0),
               time_text_format(
                               context->zone,
                               instant == USEC_INFINITY ? view_instant(execution, "due") : instant, text),
               view_text(execution, "state"), attempt, screen_reset(&context->screen, COLOUR_GREY));
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

static bool is_done(const Logs *logs) {
        return logs->id == 0 || (logs->is_over && logs->output_ended);
}

/* An execution ends by itself; of a job the next one is shown, at once or when it begins. */
static void end_if_done(Logs *logs) {
        if (is_done(logs) && (!logs->job || logs->n_pending > 0))
                live_end(&logs->live);
}

static void add_pending(Logs *logs, uint64_t id) {
        if (id <= logs->last_id || logs->n_pending == PENDING_MAX)
                return;
        logs->pending[logs->n_pending++] = id;
        logs->last_id = id;
}

static void note_state(Logs *logs, const json_t *execution) {
        unsigned attempt = (unsigned) view_integer(execution, "attempts", 0);

        logs->is_over = logs->is_over || execution_state_is_over(view_text(execution, "state"));
        if (attempt <= logs->attempt)
                return;
        if (logs->attempt > 0) /* else it is the first that we hear of */
                logs->n_before = MAX(logs->n_printed, logs->printer.n_bytes);
        logs->attempt = attempt;
}

/* Begins with an execution, or goes on with it after a restart of the daemon, which tells of the present
 * attempt from its begin. */
static int follow(Logs *logs, uint64_t id, bool again) {
        CLEANUP_JSON json_t *execution = NULL;
        int status;

        status = fetch_execution(logs->context, id, &execution);
        if (status != STATUS_OK)
                return status;

        if (!again) {
                print_title(logs->context, execution);
                logs->printer.n_bytes = logs->n_printed = logs->n_before = 0;
                logs->attempt = 0;
                logs->is_over = false;
        }
        logs->n_printed = MAX(logs->n_printed, logs->printer.n_bytes);
        note_state(logs, execution);
        output_printer_done(&logs->printer);
        logs->printer = (OutputPrinter){
                .context = logs->context,
                .execution_id = id,
                .job = logs->job,
                .skip_bytes = logs->n_printed - logs->n_before,
                .n_bytes = logs->n_before,
        };
        logs->id = id;
        logs->last_id = MAX(logs->last_id, id);
        logs->output_ended = false;
        return live_follow(&logs->live, id, again, &logs->printer);
}

static void on_event(void *userdata, const ClientEvent *event) {
        Logs *logs = userdata;

        if (!event->execution)
                return;
        if (event->id == logs->id)
                note_state(logs, event->execution);
        else if (logs->job && strcmp(event->job, logs->job) == 0 &&
                 string_list_contains((char *const *) started_states, view_text(event->execution, "state")))
                add_pending(logs, event->id);
        end_if_done(logs);
}

static void on_output_end(void *userdata, OutputPrinter *printer) {
        Logs *logs = userdata;

        logs->output_ended = true;
        end_if_done(logs);
}

/* What began while there was no daemon to tell of it. */
static int find_missed(Logs *logs) {
        CLEANUP_JSON json_t *executions = NULL;
        char *const names[] = { (char *) logs->job, NULL };
        ClientFilter filter;
        int status;

        status = context_filter(logs->context, names, &filter);
        if (status != STATUS_OK)
                return status;
        filter.states = (char *const *) started_states;
        filter.limit = PENDING_MAX;
        status = fetch_executions(logs->context, &filter, &executions);
        for (size_t i = json_array_size(executions); i > 0 && status == STATUS_OK; i--)
                add_pending(logs, (uint64_t) view_integer(json_array_get(executions, i - 1), "id", 0));
        return status;
}

static int recover(Logs *logs, LiveEnd *ret) {
        int status;

        context_remark(logs->context, "jobschedd went away; waiting for it%s.",
                       is_done(logs) ? "" : ", the job goes on");
        status = live_reopen(&logs->live, ret);
        if (status != STATUS_OK || *ret == LIVE_INTERRUPTED)
                return status;

        if (logs->job)
                status = find_missed(logs);
        if (status == STATUS_OK && !is_done(logs))
                status = follow(logs, logs->id, true);
        if (status == STATUS_OK)
                end_if_done(logs);
        return status;
}

/* One execution ends by itself; a job is followed until Ctrl-C. */
static int follow_on(Logs *logs) {
        LiveEnd end = LIVE_DONE;
        int status = STATUS_OK;

        while (status == STATUS_OK) {
                status = live_run(&logs->live, &end);
                if (status == STATUS_OK && end == LIVE_GONE)
                        status = recover(logs, &end);
                if (status != STATUS_OK || end == LIVE_INTERRUPTED)
                        return status;
                if (!is_done(logs) || (logs->job && logs->n_pending == 0))
                        continue;
                if (!logs->job)
                        return STATUS_OK;

                logs->id = logs->pending[0];
                memmove(logs->pending, logs->pending + 1, --logs->n_pending * sizeof(logs->pending[0]));
                status = follow(logs, logs->id, false);
        }
        return status;
}

static int follow_first(Logs *logs, uint64_t id) {
        CLEANUP_JSON json_t *executions = NULL;
        const json_t *newest;
        int status;

        if (!logs->job)
                return follow(logs, id, false);

        status = find_executions(logs->context, logs->job, &executions);
        newest = json_array_get(executions, 0);
        if (status != STATUS_OK || !newest)
                return status;
        if (!execution_state_is_over(view_text(newest, "state")))
                return follow(logs, (uint64_t) view_integer(newest, "id", 0), false);

        logs->last_id = MAX(logs->last_id, (uint64_t) view_integer(newest, "id", 0));
        return print_kept(logs->context, newest);
}

static int follow_logs(Context *context, const char *job, uint64_t id) {
        CLEANUP_FREE Logs *logs = calloc(1, sizeof(*logs));
        const LiveWatcher watcher = {
                .on_event = on_event,
                .on_output_end = on_output_end,
                .userdata = logs,
        };
        int status;

        if (!logs)
                return complain_errno(-ENOMEM, "cannot follow");
        logs->context = context;
        logs->job = job;
        status = live_open(&logs->live, context, &watcher);
        if (status != STATUS_OK)
                return status;

        status = follow_first(logs, id);
        if (status == STATUS_OK)
                status = follow_on(logs);
        live_close(&logs->live);
        output_printer_done(&logs->printer);
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
