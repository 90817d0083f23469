/* SPDX-License-Identifier: GPL-2.0-or-later */

/* simulate: jobs played through a time to come. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/pager.h"
#include "schedctl/simulation-jobs.h"
#include "schedctl/simulation-view.h"
#include "schedctl/verbs.h"
#include "util/timestamp.h"

#define LINES_DEFAULT 50U
#define FLUSH_SIZE ((size_t) 64 * 1024)

typedef struct Report {
        const Context *context;
        Simulation simulation;
        SimulationEvents events; /* of a table */
        Buffer buffer;           /* of JSON and YAML */
        JsonWriter writer;
} Report;

/* --- events, as they come -------------------------------------------------------------------------- */

static int keep_event(Report *report, const SimulationEvent *event) {
        const Options *options = &report->context->options;
        uint64_t limit = options->has_lines ? options->lines : LINES_DEFAULT;
        SimulationEvents *events = &report->events;

        events->n_all++;
        if (events->n_items >= limit)
                return 0;
        if (events->n_items == events->n_allocated) {
                size_t n = MAX(events->n_allocated * 2, (size_t) 64);
                SimulationEvent *items = reallocarray(events->items, n, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                events->items = items;
                events->n_allocated = n;
        }
        events->items[events->n_items++] = *event;
        return 0;
}

/* JSON may be long, so it is not kept; YAML is made of the whole. */
static int flush_buffer(Report *report, size_t more_than) {
        if (report->buffer.failed)
                return -ENOMEM;
        if (report->context->options.output != OUTPUT_JSON || report->buffer.size <= more_than)
                return 0;
        (void) fwrite(report->buffer.data, 1, report->buffer.size, stdout);
        buffer_clear(&report->buffer);
        return 0;
}

static int on_event(void *userdata, const SimulationEvent *event) {
        Report *report = userdata;
        char text[TIMESTAMP_MAX];

        switch (report->context->options.output) {
        case OUTPUT_JSON:
        case OUTPUT_YAML:
                simulation_encode_event(&report->simulation, event, &report->writer);
                return flush_buffer(report, FLUSH_SIZE);
        case OUTPUT_SHORT:
                if (event->fate == SIMULATION_RUNS)
                        printf("%s %s\n", timestamp_format_utc(event->start_usec, text),
                               report->simulation.jobs[event->job].job->name);
                return 0;
        default:
                return keep_event(report, event);
        }
}

/* --- printing -------------------------------------------------------------------------------------- */

static bool is_for_programs(const Report *report) {
        return report->context->options.output == OUTPUT_JSON ||
                        report->context->options.output == OUTPUT_YAML;
}

static void begin_report(Report *report) {
        if (!is_for_programs(report))
                return;
        json_writer_init(&report->writer, &report->buffer);
        json_writer_begin_object(&report->writer, NULL);
        json_writer_instant(&report->writer, "from", report->simulation.from_usec);
        json_writer_instant(&report->writer, "until", report->simulation.until_usec);
        json_writer_begin_array(&report->writer, "events");
}

static int end_json(Report *report) {
        CLEANUP_JSON json_t *json = NULL;

        json_writer_end_array(&report->writer);
        simulation_encode_sums(&report->simulation, &report->writer);
        json_writer_end_object(&report->writer);
        (void) buffer_add_char(&report->buffer, '\n');
        if (report->context->options.output == OUTPUT_JSON)
                return flush_buffer(report, 0) < 0 ? complain_errno(-ENOMEM, "cannot print") : STATUS_OK;

        json = report->buffer.failed ? NULL : json_loadb(report->buffer.data, report->buffer.size, 0, NULL);
        return json ? output_print_json(report->context, json) : complain_errno(-ENOMEM, "cannot print");
}

static int end_report(Report *report) {
        if (is_for_programs(report))
                return end_json(report);
        if (report->context->options.output == OUTPUT_TABLE)
                return simulation_print(report->context, &report->simulation, &report->events);
        return STATUS_OK;
}

/* --- the verb -------------------------------------------------------------------------------------- */

static int read_span(const Context *context, Simulation *simulation) {
        const Options *options = &context->options;
        LocalTime local;
        int status = STATUS_OK;

        simulation->from_usec = context_now(context);
        if (options->from)
                status = context_parse_time(context, "--from", options->from, false, &simulation->from_usec);
        simulation->until_usec = usec_add(simulation->from_usec, USEC_PER_DAY - 1);
        if (status == STATUS_OK && options->until)
                status = context_parse_time(
                                context, "--until", options->until, true, &simulation->until_usec);
        if (status != STATUS_OK)
                return status;

        /* hours are those of the wall clock */
        time_zone_to_local(context->zone, simulation->from_usec, &local);
        simulation->first_hour_usec = simulation->from_usec - local.civil.minute * USEC_PER_MINUTE -
                        local.civil.second * USEC_PER_SEC - local.civil.usec;
        return STATUS_OK;
}

static int complain_run(int r) {
        if (r == -ERANGE) {
                complain("--until is before --from, or the span is longer than 100 years");
                return STATUS_USAGE;
        }
        if (r == -E2BIG) {
                complain("there are more than %u occurrences in that time; choose a shorter span, or fewer "
                         "jobs",
                         SIMULATION_EVENTS_MAX);
                return STATUS_FAILURE;
        }
        return complain_errno(r, "cannot simulate");
}

static int run_report(Report *report) {
        int r;

        if (report->context->options.output == OUTPUT_TABLE)
                pager_open((Context *) report->context);
        begin_report(report);
        r = simulation_run(&report->simulation);
        return r < 0 ? complain_run(r) : end_report(report);
}

int verb_simulate(Context *context, char **arguments) {
        Report report = {
                .context = context,
                .simulation = { .on_event = on_event, .userdata = &report },
        };
        SimulationJobs jobs;
        int status;

        status = read_span(context, &report.simulation);
        if (status != STATUS_OK)
                return status;

        status = simulation_jobs_load(context, arguments, &jobs);
        if (status == STATUS_OK) {
                report.simulation.jobs = jobs.items;
                report.simulation.n_jobs = jobs.n_items;
                status = run_report(&report);
        }
        simulation_done(&report.simulation);
        simulation_jobs_done(&jobs);
        buffer_done(&report.buffer);
        free(report.events.items);
        return status;
}
