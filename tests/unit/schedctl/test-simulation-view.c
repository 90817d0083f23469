/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/simulation-view.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define FROM "2026-03-28T00:00:00Z"

/* Each hour has as many starts as its number. */
static void number_hours(SimulationHour *hours, size_t n) {
        for (size_t i = 0; i < n; i++)
                hours[i] = (SimulationHour){ .n_starts = i, .n_most = 1 };
}

START_TEST(a_short_span_has_a_bar_for_each_hour) {
        SimulationHour hours[SIMULATION_BARS_MAX];
        const Simulation simulation = { .hours = hours,
                                        .n_hours = ARRAY_SIZE(hours),
                                        .first_hour_usec = test_usec(FROM) };
        SimulationBar bars[SIMULATION_BARS_MAX];

        number_hours(hours, ARRAY_SIZE(hours));

        ck_assert_uint_eq(simulation_bars(&simulation, time_zone_utc(), bars), ARRAY_SIZE(hours));

        for (size_t i = 0; i < ARRAY_SIZE(hours); i++) {
                ck_assert_uint_eq(bars[i].most.n_starts, i);
                ck_assert_int_eq(bars[i].begin_usec, test_usec(FROM) + (usec_t) i * USEC_PER_HOUR);
        }
}
END_TEST

/* The 29th has no hour from 2 to 3: what is folded goes by the wall clock. */
START_TEST(a_long_span_is_folded_into_a_day) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        SimulationHour hours[72];
        const Simulation simulation = { .hours = hours,
                                        .n_hours = ARRAY_SIZE(hours),
                                        .first_hour_usec = test_usec("2026-03-27T23:00:00Z") };
        SimulationBar bars[SIMULATION_BARS_MAX];

        number_hours(hours, ARRAY_SIZE(hours));

        ck_assert_uint_eq(simulation_bars(&simulation, zone, bars), 24);

        ck_assert_uint_eq(bars[0].most.n_starts, 71); /* the 31st, at 00:00 */
        ck_assert_uint_eq(bars[2].most.n_starts, 49); /* the 30th */
        ck_assert_int_eq(bars[2].begin_usec, test_usec("2026-03-30T00:00:00Z"));
        ck_assert_uint_eq(bars[23].most.n_starts, 70);
        ck_assert_uint_eq(bars[2].most.n_most, 1);
}
END_TEST

START_TEST(everything_is_encoded) {
        CLEANUP(job_unrefp) Job *job = test_job("command: [/bin/true]\n");
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        SimulationHour hours[2] = { { 0, 0 }, { 2, 1 } };
        SimulationJob item = { .job = job,
                               .duration_usec = 90 * USEC_PER_SEC,
                               .n_fates = { 2, 1, 0, 0 },
                               .busy_usec = USEC_PER_SEC / 2 };
        const Simulation simulation = {
                .jobs = &item,
                .n_jobs = 1,
                .hours = hours,
                .n_hours = 2,
                .first_hour_usec = test_usec(FROM),
                .n_starts = 2,
                .n_most = 1,
                .most_usec = test_usec("2026-03-28T01:00:00Z"),
        };
        const SimulationEvent event = {
                .fate = SIMULATION_OVERLAP,
                .due_usec = test_usec(FROM),
                .due_last_usec = test_usec(FROM),
                .count = 1,
                .notes = SCHEDULE_NOTE_GAP,
        };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_begin_array(&writer, "events");
        simulation_encode_event(&simulation, &event, &writer);
        json_writer_end_array(&writer);
        simulation_encode_sums(&simulation, &writer);
        json_writer_end_object(&writer);

        ck_assert_str_eq(
                        buffer.data,
                        "{\"events\":[{\"job\":\"test\",\"state\":\"skipped\",\"reason\":\"overlap\",\"due\":"
                        "\"2026-03-28T00:00:00.000000Z\",\"due_last\":\"2026-03-28T00:00:00.000000Z\","
                        "\"count\":1,\"start\":null,\"end\":null,\"notes\":[\"gap\"]}],\"jobs\":[{\"job\":"
                        "\"test\",\"starts\":2,\"overlap\":1,\"excepted\":0,\"paused\":0,\"duration_"
                        "seconds\":90,\"busy_seconds\":0.5}],\"hours\":[{\"begin\":\"2026-03-28T01:00:00."
                        "000000Z\",\"starts\":2,\"most\":1}],\"starts\":2,\"most\":1,\"most_at\":\"2026-03-"
                        "28T01:00:00.000000Z\"}");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("simulation-view");
        TCase *view = tcase_create("view");

        tcase_add_test(view, a_short_span_has_a_bar_for_each_hour);
        tcase_add_test(view, a_long_span_is_folded_into_a_day);
        tcase_add_test(view, everything_is_encoded);
        suite_add_tcase(suite, view);
        return suite;
}
