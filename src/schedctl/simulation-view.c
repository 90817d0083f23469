/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/simulation-view.h"

#include <stdio.h>

#include "schedctl/columns.h"
#include "schedctl/message.h"
#include "schedctl/table.h"
#include "schedctl/time-text.h"
#include "util/duration.h"

#define BAR_WIDTH ((uint64_t) 40)
#define HOURS_PER_DAY 24U

/* --- events ---------------------------------------------------------------------------------------- */

/* clang-format off */
static const TableColumn event_columns[] = {
        { "START" },
        { "END" },
        { "JOB", .shrink = true },
        { "WHAT" },
        { "NOTE", .shrink = true },
};
/* clang-format on */

static void add_notes(Table *table, unsigned notes) {
        CLEANUP(buffer_done) Buffer text = { 0 };

        for (unsigned bit = 0; bit < SCHEDULE_N_NOTES; bit++)
                if (notes & (1U << bit))
                        (void) buffer_add_format(
                                        &text, "%s%s", text.size > 0 ? ", " : "", schedule_note_name(bit));
        table_add(table, text.data);
}

static void add_event(
                Table *table,
                const Context *context,
                const Simulation *simulation,
                const SimulationEvent *event) {

        bool runs = event->fate == SIMULATION_RUNS;

        column_instant(table, context, event->start_usec);
        column_instant(table, context, runs ? event->end_usec : USEC_INFINITY);
        table_add(table, simulation->jobs[event->job].job->name);
        if (runs)
                table_add_colour(table, "runs", COLOUR_GREEN);
        else if (event->count == 1)
                table_add_format(table, "skipped (%s)", simulation_fate_to_string(event->fate));
        else
                table_add_format(
                                table, "skipped (%s, %" PRIu64 " times)",
                                simulation_fate_to_string(event->fate), event->count);
        add_notes(table, event->notes);
}

static int print_events(
                const Context *context,
                const Simulation *simulation,
                const SimulationEvents *events) {
        CLEANUP(table_freep) Table *table = NULL;
        int r;

        r = table_new(event_columns, ARRAY_SIZE(event_columns), &table);
        if (r < 0)
                return r;
        for (size_t i = 0; i < events->n_items; i++)
                add_event(table, context, simulation, &events->items[i]);
        r = table_print(table, &context->screen, !context->options.no_legend, "", stdout);
        if (r >= 0 && events->n_all > events->n_items)
                printf("… and %" PRIu64 " more; --lines=N shows N.\n", events->n_all - events->n_items);
        return r;
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* clang-format off */
static const TableColumn job_columns[] = {
        { "JOB", .shrink = true },
        { "STARTS", .right = true },
        { "OVERLAP", .right = true },
        { "EXCEPTED", .right = true },
        { "PAUSED", .right = true },
        { "EACH" },
        { "BUSY" },
};
/* clang-format on */

static int print_jobs(const Context *context, const Simulation *simulation) {
        CLEANUP(table_freep) Table *table = NULL;
        char each[DURATION_SHORT_MAX], busy[DURATION_SHORT_MAX];
        int r;

        r = table_new(job_columns, ARRAY_SIZE(job_columns), &table);
        if (r < 0)
                return r;
        for (size_t i = 0; i < simulation->n_jobs; i++) {
                const SimulationJob *job = &simulation->jobs[i];

                table_add(table, job->job->name);
                for (SimulationFate fate = 0; fate < SIMULATION_FATE_COUNT; fate++)
                        table_add_format(table, "%" PRIu64, job->n_fates[fate]);
                table_add(table, duration_format_short(job->duration_usec, each));
                table_add(table, duration_format_short(job->busy_usec, busy));
        }
        (void) puts("");
        return table_print(table, &context->screen, !context->options.no_legend, "", stdout);
}

/* --- hours ----------------------------------------------------------------------------------------- */

static usec_t hour_begin(const Simulation *simulation, size_t hour) {
        return simulation->first_hour_usec + (usec_t) hour * USEC_PER_HOUR;
}

static void raise_bar(SimulationBar *bar, usec_t begin_usec, const SimulationHour *hour) {
        if (hour->n_starts > bar->most.n_starts || bar->begin_usec == USEC_INFINITY) {
                bar->begin_usec = begin_usec;
                bar->most.n_starts = hour->n_starts;
        }
        bar->most.n_most = MAX(bar->most.n_most, hour->n_most);
}

size_t simulation_bars(
                const Simulation *simulation,
                const TimeZone *zone,
                SimulationBar bars[static SIMULATION_BARS_MAX]) {

        bool fold = simulation->n_hours > SIMULATION_BARS_MAX;
        size_t n = fold ? HOURS_PER_DAY : simulation->n_hours;

        for (size_t i = 0; i < n; i++)
                bars[i] = (SimulationBar){ .begin_usec = USEC_INFINITY };
        for (size_t i = 0; i < simulation->n_hours; i++) {
                usec_t begin_usec = hour_begin(simulation, i);
                LocalTime local;

                time_zone_to_local(zone, begin_usec, &local);
                raise_bar(&bars[fold ? (size_t) local.civil.hour : i], begin_usec, &simulation->hours[i]);
        }
        return n;
}

static void print_bar(const Context *context, const SimulationBar *bar, bool fold, uint64_t most) {
        const char *block = context->screen.utf8 ? "█" : "#";
        uint64_t width = most > 0 ? (bar->most.n_starts * BAR_WIDTH + most - 1) / most : 0;
        char text[TIME_TEXT_MAX];
        LocalTime local;

        if (fold) {
                time_zone_to_local(context->zone, bar->begin_usec, &local);
                printf("  %02d:00 ", local.civil.hour);
        } else {
                /* "Sun 2026-11-22 02:30": without seconds and zone */
                printf("  %.20s ", time_text_format(context->zone, bar->begin_usec, text));
        }
        (void) fputs(screen_colour(&context->screen, COLOUR_BLUE), stdout);
        for (uint64_t i = 0; i < width; i++)
                (void) fputs(block, stdout);
        (void) fputs(screen_reset(&context->screen, COLOUR_BLUE), stdout);
        if (bar->most.n_starts > 0 || bar->most.n_most > 0)
                printf("%s%" PRIu64 " (%" PRIu64 " at once)", width > 0 ? " " : "", bar->most.n_starts,
                       bar->most.n_most);
        (void) puts("");
}

static void print_chart(const Context *context, const Simulation *simulation) {
        SimulationBar bars[SIMULATION_BARS_MAX];
        size_t n = simulation_bars(simulation, context->zone, bars);
        bool fold = simulation->n_hours > SIMULATION_BARS_MAX;
        const SimulationBar *busiest = &bars[0];
        char text[TIME_TEXT_MAX];

        if (simulation->n_starts == 0) {
                (void) puts("\nNothing starts in that time.");
                return;
        }
        for (size_t i = 0; i < n; i++)
                if (bars[i].most.n_starts > busiest->most.n_starts)
                        busiest = &bars[i];

        printf("\nStarts in each hour%s:\n", fold ? " of the day, on the day that has most" : "");
        for (size_t i = 0; i < n; i++)
                print_bar(context, &bars[i], fold, busiest->most.n_starts);
        printf("\nMost starts in an hour: %" PRIu64 ", from %s.\n", busiest->most.n_starts,
               time_text_format(context->zone, busiest->begin_usec, text));
        printf("Most at once: %" PRIu64 ", at %s.\n", simulation->n_most,
               time_text_format(context->zone, simulation->most_usec, text));
}

int simulation_print(const Context *context, const Simulation *simulation, const SimulationEvents *events) {
        int r;

        r = print_events(context, simulation, events);
        if (r >= 0)
                r = print_jobs(context, simulation);
        if (r < 0)
                return complain_errno(r, "cannot show the simulation");
        print_chart(context, simulation);
        return STATUS_OK;
}

/* --- programs -------------------------------------------------------------------------------------- */

void simulation_encode_event(const Simulation *simulation, const SimulationEvent *event, JsonWriter *writer) {
        bool runs = event->fate == SIMULATION_RUNS;

        json_writer_begin_object(writer, NULL);
        json_writer_string(writer, "job", simulation->jobs[event->job].job->name);
        json_writer_string(writer, "state", runs ? "runs" : "skipped");
        json_writer_string(writer, "reason", runs ? NULL : simulation_fate_to_string(event->fate));
        json_writer_instant(writer, "due", event->due_usec);
        json_writer_instant(writer, "due_last", event->due_last_usec);
        json_writer_integer(writer, "count", (int64_t) event->count);
        json_writer_instant(writer, "start", runs ? event->start_usec : USEC_INFINITY);
        json_writer_instant(writer, "end", runs ? event->end_usec : USEC_INFINITY);
        json_writer_begin_array(writer, "notes");
        for (unsigned bit = 0; bit < SCHEDULE_N_NOTES; bit++)
                if (event->notes & (1U << bit))
                        json_writer_string(writer, NULL, schedule_note_name(bit));
        json_writer_end_array(writer);
        json_writer_end_object(writer);
}

static void encode_job(const SimulationJob *job, JsonWriter *writer) {
        json_writer_begin_object(writer, NULL);
        json_writer_string(writer, "job", job->job->name);
        json_writer_integer(writer, "starts", (int64_t) job->n_fates[SIMULATION_RUNS]);
        for (SimulationFate fate = SIMULATION_RUNS + 1; fate < SIMULATION_FATE_COUNT; fate++)
                json_writer_integer(writer, simulation_fate_to_string(fate), (int64_t) job->n_fates[fate]);
        json_writer_double(writer, "duration_seconds", (double) job->duration_usec / USEC_PER_SEC);
        json_writer_double(writer, "busy_seconds", (double) job->busy_usec / USEC_PER_SEC);
        json_writer_end_object(writer);
}

void simulation_encode_sums(const Simulation *simulation, JsonWriter *writer) {
        json_writer_begin_array(writer, "jobs");
        for (size_t i = 0; i < simulation->n_jobs; i++)
                encode_job(&simulation->jobs[i], writer);
        json_writer_end_array(writer);

        json_writer_begin_array(writer, "hours");
        for (size_t i = 0; i < simulation->n_hours; i++) {
                const SimulationHour *hour = &simulation->hours[i];

                if (hour->n_starts == 0 && hour->n_most == 0)
                        continue;
                json_writer_begin_object(writer, NULL);
                json_writer_instant(writer, "begin", hour_begin(simulation, i));
                json_writer_integer(writer, "starts", (int64_t) hour->n_starts);
                json_writer_integer(writer, "most", (int64_t) hour->n_most);
                json_writer_end_object(writer);
        }
        json_writer_end_array(writer);

        json_writer_integer(writer, "starts", (int64_t) simulation->n_starts);
        json_writer_integer(writer, "most", (int64_t) simulation->n_most);
        json_writer_instant(
                        writer, "most_at", simulation->n_starts > 0 ? simulation->most_usec : USEC_INFINITY);
}
