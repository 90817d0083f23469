/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Made-up files: what the format allows, and what must be refused. */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "schedule/time-zone.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/buffer.h"

typedef struct FileSpec {
        char version; /* '\0', '2', … */
        uint32_t n_transitions;
        const int64_t *transitions;
        const uint8_t *transition_types;
        uint32_t n_types; /* type i has i hours and the abbreviation "ABC" */
        int32_t offset_seconds;
        uint8_t is_dst, abbreviation;
        uint32_t n_leaps;
        const char *footer;
} FileSpec;

static const int64_t rising[] = { 0, 1000, 2000 };
static const int64_t falling[] = { 0, 2000, 1000 };
static const int64_t extreme[] = { INT64_MIN, 0, INT64_MAX };
static const uint8_t types_in_turn[] = { 0, 1, 0 };
static const uint8_t types_unknown[] = { 0, 2, 0 };

static void add_u32(Buffer *buffer, uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8)
                (void) buffer_add_char(buffer, (char) (value >> shift));
}

static void add_block(Buffer *buffer, const FileSpec *spec, bool wide) {
        (void) buffer_add(buffer, "TZif", 4);
        (void) buffer_add_char(buffer, spec->version);
        for (int i = 0; i < 15; i++)
                (void) buffer_add_char(buffer, '\0');
        add_u32(buffer, 0);
        add_u32(buffer, 0);
        add_u32(buffer, spec->n_leaps);
        add_u32(buffer, spec->n_transitions);
        add_u32(buffer, spec->n_types);
        add_u32(buffer, 4);

        for (uint32_t i = 0; i < spec->n_transitions; i++) {
                if (wide)
                        add_u32(buffer, (uint32_t) ((uint64_t) spec->transitions[i] >> 32));
                add_u32(buffer, (uint32_t) spec->transitions[i]);
        }
        (void) buffer_add(buffer, spec->transition_types, spec->n_transitions);
        for (uint32_t i = 0; i < spec->n_types; i++) {
                add_u32(buffer, (uint32_t) spec->offset_seconds + i * 3600);
                (void) buffer_add_char(buffer, (char) spec->is_dst);
                (void) buffer_add_char(buffer, (char) spec->abbreviation);
        }
        (void) buffer_add(buffer, "ABC", 4);
        for (uint32_t i = 0; i < spec->n_leaps * (wide ? 3 : 2); i++)
                add_u32(buffer, i);
}

static void add_file(Buffer *buffer, const FileSpec *spec) {
        add_block(buffer, spec, false);
        if (spec->version != '\0') {
                add_block(buffer, spec, true);
                (void) buffer_add_string(buffer, spec->footer ?: "\n\n");
        }
        ck_assert(!buffer->failed);
}

/* clang-format off */
#define TRANSITIONS(times, kinds) .n_transitions = 3, .transitions = (times), .transition_types = (kinds)
static const struct {
        const char *what;
        FileSpec spec;
        int result;
} cases[] = {
        { "version 1",               { .n_types = 1 }, 0 },
        { "version 1, transitions",  { .n_types = 2, TRANSITIONS(rising, types_in_turn) }, 0 },
        { "version 2",               { .version = '2', .n_types = 2, TRANSITIONS(rising, types_in_turn) }, 0 },
        { "version 4",               { .version = '4', .n_types = 1 }, 0 },
        { "footer",                  { .version = '2', .n_types = 1, .footer = "\nCET-1CEST,M3.5.0,M10.5.0/3\n" }, 0 },
        { "permanent DST",           { .version = '3', .n_types = 1, .footer = "\nXXX3EDT4,0/0,J365/23\n" }, 0 },
        { "DST that changes nothing", { .version = '2', .n_types = 1, .footer = "\nAAA0BBB0,M3.5.0,M10.5.0\n" }, 0 },
        { "since ever, and never",   { .version = '2', .n_types = 2, TRANSITIONS(extreme, types_in_turn) }, 0 },
        { "no type",                 { .n_types = 0 }, -EBADMSG },
        { "too many types",          { .n_types = 300 }, -EBADMSG },
        { "version 0 as a digit",    { .version = '0', .n_types = 1 }, -EBADMSG },
        { "unsorted",                { .n_types = 2, TRANSITIONS(falling, types_in_turn) }, -EBADMSG },
        { "unknown type",            { .n_types = 2, TRANSITIONS(rising, types_unknown) }, -EBADMSG },
        { "leap seconds",            { .n_types = 1, .n_leaps = 2 }, -EBADMSG },
        { "DST is 2",                { .n_types = 1, .is_dst = 2 }, -EBADMSG },
        { "abbreviation outside",    { .n_types = 1, .abbreviation = 4 }, -EBADMSG },
        { "offset of a week",        { .n_types = 1, .offset_seconds = 7 * 86400 }, -EBADMSG },
        { "no footer",               { .version = '2', .n_types = 1, .footer = "x" }, -EBADMSG },
        { "footer without end",      { .version = '2', .n_types = 1, .footer = "\nUTC0" }, -EBADMSG },
        { "footer is no rule",       { .version = '2', .n_types = 1, .footer = "\nUTC\n" }, -EBADMSG },
};
/* clang-format on */

START_TEST(only_consistent_files_are_read) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        CLEANUP(buffer_done) Buffer buffer = {};
        int r;

        add_file(&buffer, &cases[_i].spec);
        r = time_zone_parse("Test/Zone", buffer.data, buffer.size, &zone);

        ck_assert_msg(r == cases[_i].result, "%s: %d", cases[_i].what, r);
        if (r == 0)
                ck_assert_str_eq(time_zone_name(zone), "Test/Zone");
}
END_TEST

START_TEST(every_shorter_file_is_refused) {
        CLEANUP(buffer_done) Buffer buffer = {};
        TimeZone *zone = NULL;

        add_file(&buffer, &cases[4].spec);
        for (size_t size = 0; size < buffer.size; size++)
                ck_assert_int_eq(time_zone_parse("Test/Zone", buffer.data, size, &zone), -EBADMSG);
}
END_TEST

START_TEST(permanent_daylight_saving_has_no_gaps) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        CLEANUP(buffer_done) Buffer buffer = {};
        LocalTime local;

        add_file(&buffer, &cases[5].spec);
        ck_assert_int_eq(time_zone_parse("Test/Zone", buffer.data, buffer.size, &zone), 0);

        for (usec_t at = test_usec("2030-12-31T00:00:00Z"); at < test_usec("2031-01-02T00:00:00Z");
             at += USEC_PER_MINUTE) {
                time_zone_to_local(zone, at, &local);
                ck_assert_int_eq(local.offset_seconds, -4 * 3600);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("time-zone-parse");
        TCase *parse = tcase_create("parse");

        tcase_add_loop_test(parse, only_consistent_files_are_read, 0, ARRAY_SIZE(cases));
        tcase_add_test(parse, every_shorter_file_is_refused);
        tcase_add_test(parse, permanent_daylight_saving_has_no_gaps);
        suite_add_tcase(suite, parse);
        return suite;
}
