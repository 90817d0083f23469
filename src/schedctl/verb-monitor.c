/* SPDX-License-Identifier: GPL-2.0-or-later */

/* monitor: changes of jobs and executions, a line each, as they happen. */

#include <stdio.h>

#include "schedctl/columns.h"
#include "schedctl/live.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/progress-bar.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/duration.h"
#include "util/string-list.h"
#include "util/timestamp.h"

static const char *const event_names[CLIENT_EVENT_KIND_COUNT] = {
        [CLIENT_EVENT_JOB_ADDED] = "job-added",
        [CLIENT_EVENT_JOB_CHANGED] = "job-changed",
        [CLIENT_EVENT_JOB_REMOVED] = "job-removed",
        [CLIENT_EVENT_EXECUTION_CHANGED] = "execution-changed",
};

typedef struct Monitor {
        const Context *context;
        char **patterns; /* none: all */
} Monitor;

static bool wanted(const Monitor *monitor, const char *job) {
        return !*monitor->patterns || string_list_matches(monitor->patterns, job);
}

static void print_json(const Monitor *monitor, const ClientEvent *event) {
        char now[TIMESTAMP_MAX];
        json_t *object =
                        json_pack("{s:s, s:s, s:s, s:O?}", "time",
                                  timestamp_format_utc(context_now(monitor->context), now), "event",
                                  event_names[event->kind], "job", event->job, "execution", event->execution);

        if (object)
                output_print_event(object);
}

static void print_progress(const Monitor *monitor, const json_t *execution) {
        CLEANUP(buffer_done) Buffer line = { 0 };

        if (progress_format(execution, context_now(monitor->context), USEC_INFINITY,
                            &monitor->context->screen, &line) >= 0 &&
            line.size > 0)
                printf(" %s", line.data);
}

static void print_execution(const Monitor *monitor, const json_t *execution) {
        const Screen *screen = &monitor->context->screen;
        const char *state = view_text(execution, "state"), *reason = view_text(execution, "reason");
        usec_t duration_usec = execution_duration(execution, USEC_INFINITY);
        char exit[EXIT_TEXT_MAX], span[DURATION_SHORT_MAX];

        printf(" execution %" PRIi64 " %s%s%s", view_integer(execution, "id", 0),
               screen_colour(screen, state_colour(state)), state, screen_reset(screen, state_colour(state)));
        if (*reason)
                printf(" (%s)", reason);
        print_progress(monitor, execution);
        if (*exit_text(execution, exit))
                printf(", exit %s", exit_text(execution, exit));
        if (view_instant(execution, "ended") != USEC_INFINITY && duration_usec != USEC_INFINITY)
                printf(", after %s", duration_format_short(duration_usec, span));
}

static void on_event(void *userdata, const ClientEvent *event) {
        const Monitor *monitor = userdata;
        char now[TIME_TEXT_MAX];

        if (!wanted(monitor, event->job))
                return;
        if (monitor->context->options.output == OUTPUT_JSON) {
                print_json(monitor, event);
                return;
        }

        if (monitor->context->options.output != OUTPUT_SHORT)
                printf("%s  ", time_text_format(monitor->context->zone, context_now(monitor->context), now));
        printf("%s", event->job);
        if (event->execution)
                print_execution(monitor, event->execution);
        else
                printf(" %s", event_names[event->kind]);
        (void) putchar('\n');
        (void) fflush(stdout);
}

static void on_output_end(void *userdata, OutputPrinter *printer) {
        /* nothing is followed here */
}

int verb_monitor(Context *context, char **arguments) {
        Monitor monitor = { .context = context, .patterns = arguments };
        const LiveWatcher watcher = {
                .on_event = on_event,
                .on_output_end = on_output_end,
                .userdata = &monitor,
        };
        LiveEnd end = LIVE_GONE;
        Live live;
        int status;

        if (context->options.output == OUTPUT_YAML) {
                complain("monitor prints table, json or short, not yaml");
                return STATUS_USAGE;
        }
        status = live_open(&live, context, &watcher);
        if (status != STATUS_OK)
                return status;

        while (status == STATUS_OK) {
                status = live_run(&live, &end);
                if (status != STATUS_OK || end != LIVE_GONE)
                        break;
                context_remark(context, "-- jobschedd went away; waiting for it --");
                status = live_reopen(&live, &end);
                if (status != STATUS_OK || end != LIVE_DONE)
                        break;
                context_remark(context, "-- jobschedd is back --");
        }
        live_close(&live);
        return status;
}
