/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Rows, compared with what a test expects and with the schedule. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/simulator-internal.h"
#include "support/test-time.h"
#include "util/buffer.h"

typedef struct Rows {
        ExecutionRecord *items; /* newest first */
        size_t n, allocated;
} Rows;

static int collect(void *userdata, const ExecutionRecord *record) {
        Rows *rows = userdata;

        if (rows->n == rows->allocated) {
                rows->allocated = MAX(rows->allocated * 2, (size_t) 64);
                rows->items = reallocarray(rows->items, rows->allocated, sizeof(*rows->items));
                ck_assert_ptr_nonnull(rows->items);
        }
        return execution_record_copy(record, &rows->items[rows->n++]);
}

static void rows_done(Rows *rows) {
        for (size_t i = 0; i < rows->n; i++)
                execution_record_done(&rows->items[i]);
        free(rows->items);
}

static void read_rows(Sim *sim, const char *name, Rows *rows) {
        char *names[] = { (char *) name, NULL };
        ExecutionFilter filter = { .jobs = names };
        size_t before;

        do {
                before = rows->n;
                ck_assert_int_eq(store_list_executions(sim->store, &filter, collect, rows), 0);
                if (rows->n > 0)
                        filter.before_id = rows->items[rows->n - 1].id;
        } while (rows->n > before);
}

char *sim_rows(Sim *sim, const char *name) {
        CLEANUP(rows_done) Rows rows = { 0 };
        Buffer text = { 0 };
        char *taken = NULL;

        read_rows(sim, name, &rows);
        for (size_t i = rows.n; i-- > 0;) {
                const ExecutionRecord *row = &rows.items[i];
                const char *reason = execution_reason_to_string(row->reason);
                char due[TIMESTAMP_MAX], last[TIMESTAMP_MAX];

                (void) buffer_add_format(
                                &text, "%s%s%s %s %s", execution_state_to_string(row->state),
                                reason[0] ? " " : "", reason, execution_cause_to_string(row->cause),
                                test_timestamp(row->due_usec, due));
                if (row->due_last_usec != row->due_usec)
                        (void) buffer_add_format(
                                        &text, "..%s x%" PRIu64, test_timestamp(row->due_last_usec, last),
                                        row->count);
                (void) buffer_add_char(&text, '\n');
        }
        ck_assert_int_eq(buffer_take(&text, &taken), 0);
        return taken;
}

void sim_expect_rows(Sim *sim, const char *name, const char *expected) {
        CLEANUP_FREE char *rows = sim_rows(sim, name);

        SIM_ASSERT(sim, strcmp(rows, expected) == 0, "rows of '%s':\n%s", name, rows);
}

uint64_t sim_revision(Sim *sim, uint64_t id) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };

        execution_record_init(&row);
        ck_assert_int_eq(store_read_execution(sim->store, id, &row), 1);
        return row.job_revision;
}

static ScheduleContext context_of(const ScheduledJob *job) {
        return (ScheduleContext){
                .zone = job->job->zone,
                .anchor_usec = job->stored.anchor_usec,
                .boot_usec = USEC_INFINITY,
                .startup_usec = USEC_INFINITY,
                .resume_usec = USEC_INFINITY,
                .last_end_usec = USEC_INFINITY,
        };
}

/* What of the row lies in [from, until] is exactly what the schedule has there. */
static usec_t check_row(Sim *sim, const ScheduledJob *job, const ExecutionRecord *row, usec_t expected_usec) {
        const ScheduleContext context = context_of(job);
        OccurrenceSpan span;
        Occurrence next;
        char due[TIMESTAMP_MAX], wanted[TIMESTAMP_MAX];

        SIM_ASSERT(sim, row->due_usec == expected_usec,
                   "'%s': the row %" PRIu64 " (%s) is for %s, expected is %s", row->job, row->id,
                   execution_state_to_string(row->state), test_timestamp(row->due_usec, due),
                   test_timestamp(expected_usec, wanted));
        timetable_count(&job->job->timetable, &context, row->due_usec - 1, row->due_last_usec, &span);
        SIM_ASSERT(sim, span.n_occurrences == row->count || row->due_usec == row->due_last_usec,
                   "'%s': the row %" PRIu64 " counts %" PRIu64 ", the schedule %" PRIu64, row->job, row->id,
                   row->count, span.n_occurrences);
        return timetable_next(&job->job->timetable, &context, row->due_last_usec, &next, NULL) > 0
                        ? next.due_usec
                        : USEC_INFINITY;
}

static int compare_due(const void *a, const void *b) {
        const ExecutionRecord *x = a, *y = b;

        return x->due_usec < y->due_usec ? -1 : x->due_usec > y->due_usec;
}

/* What exceptions took away has rows of its own, which may lie among those of the others. */
static void check_excepted(const Rows *rows, const ScheduledJob *job, Sim *sim, usec_t from_usec) {
        const ScheduleContext context = context_of(job);
        usec_t until_usec = from_usec;
        OccurrenceSpan span;
        uint64_t n = 0;

        for (size_t i = 0; i < rows->n; i++) {
                const ExecutionRecord *row = &rows->items[i];

                if (row->reason != REASON_EXCEPTED || row->due_usec <= from_usec)
                        continue;
                SIM_ASSERT(sim, row->due_usec > until_usec, "'%s': excepted rows overlap", row->job);
                until_usec = row->due_last_usec;
                n += row->count;
        }
        timetable_excepted(&job->job->timetable, &context, from_usec, until_usec, &span);
        SIM_ASSERT(sim, n == span.n_occurrences, "'%s': rows for %" PRIu64 " excepted ones of %" PRIu64,
                   job->stored.name, n, span.n_occurrences);
}

void sim_check_coverage(Sim *sim, const char *name, usec_t from_usec, usec_t until_usec) {
        CLEANUP(rows_done) Rows rows = { 0 };
        const ScheduledJob *job = manager_find_job(sim->manager, name);
        ScheduleContext context;
        Occurrence first;
        usec_t expected_usec;

        ck_assert_ptr_nonnull(job);
        context = context_of(job);
        ck_assert_int_eq(timetable_next(&job->job->timetable, &context, from_usec, &first, NULL), 1);
        expected_usec = first.due_usec;

        read_rows(sim, name, &rows);
        qsort(rows.items, rows.n, sizeof(*rows.items), compare_due);
        for (size_t i = 0; i < rows.n; i++)
                if (rows.items[i].cause != CAUSE_MANUAL && rows.items[i].cause != CAUSE_DEPENDENCY &&
                    rows.items[i].state != EXECUTION_ARMED && rows.items[i].reason != REASON_EXCEPTED &&
                    rows.items[i].due_usec > from_usec)
                        expected_usec = check_row(sim, job, &rows.items[i], expected_usec);
        SIM_ASSERT(sim, expected_usec > until_usec, "'%s': nothing covers %" PRIi64, name, expected_usec);
        check_excepted(&rows, job, sim, from_usec);
}

size_t sim_count_launches(const Sim *sim, const char *name) {
        size_t n = 0;

        for (size_t i = 0; i < sim->n_runs; i++)
                n += strcmp(sim->runs[i].job, name) == 0;
        return n;
}

const SimRun *sim_last_run(const Sim *sim, const char *name) {
        for (size_t i = sim->n_runs; i-- > 0;)
                if (strcmp(sim->runs[i].job, name) == 0)
                        return &sim->runs[i];
        return NULL;
}
