/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Look-ups, by known facts and beside glibc, which reads the same files on its own. */

#include "schedule/time-zone.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schedule/time-zone-internal.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/cleanup.h"

#define ZONE_TABLE "/usr/share/zoneinfo/zone1970.tab"
#define MAX_ZONES 600U
#define INSTANTS_PER_ZONE 400

/* clang-format off */
static const struct {
        const char *zone, *instant, *local, *abbreviation;
        bool is_dst;
} local_cases[] = {
        { "UTC",                 "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", "UTC",  false },
        { "Europe/Berlin",       "2026-03-29T00:59:59Z", "2026-03-29T01:59:59Z", "CET",  false },
        { "Europe/Berlin",       "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z", "CEST", true },
        { "Europe/Berlin",       "2500-07-01T00:00:00Z", "2500-07-01T02:00:00Z", "CEST", true },  /* footer */
        { "Europe/Berlin",       "9000-07-01T00:00:00Z", "9000-07-01T02:00:00Z", "CEST", true },  /* many cycles later */
        { "Europe/Berlin",       "9000-12-31T23:00:00Z", "9001-01-01T00:00:00Z", "CET",  false },
        { "Europe/Berlin",       "1800-01-01T00:00:00Z", "1800-01-01T00:53:28Z", "LMT",  false },
        { "Europe/London",       "1941-07-01T00:00:00Z", "1941-07-01T02:00:00Z", "BDST", true },  /* double summer time */
        { "Europe/Dublin",       "2026-07-01T00:00:00Z", "2026-07-01T01:00:00Z", "IST",  false }, /* negative DST: winter is it */
        { "Australia/Lord_Howe", "2026-01-01T00:00:00Z", "2026-01-01T11:00:00Z", "+11",  true },  /* half an hour of DST */
        { "Australia/Lord_Howe", "2026-07-01T00:00:00Z", "2026-07-01T10:30:00Z", "+1030", false },
        { "Asia/Kathmandu",      "2026-07-01T00:00:00Z", "2026-07-01T05:45:00Z", "+0545", false },
        { "Pacific/Apia",        "2011-12-30T09:59:59Z", "2011-12-29T23:59:59Z", "-10",  true },
        { "Pacific/Apia",        "2011-12-30T10:00:00Z", "2011-12-31T00:00:00Z", "+14",  true },
        { "Pacific/Kiritimati",  "2026-07-01T00:00:00Z", "2026-07-01T14:00:00Z", "+14",  false },

        /* aliases */
        { "US/Eastern",          "2026-07-01T00:00:00Z", "2026-06-30T20:00:00Z", "EDT",  true },
        { "Asia/Calcutta",       "2026-07-01T00:00:00Z", "2026-07-01T05:30:00Z", "IST",  false },
        { "GB-Eire",             "2026-07-01T00:00:00Z", "2026-07-01T01:00:00Z", "BST",  true },
        { "Etc/GMT+5",           "2026-07-01T00:00:00Z", "2026-06-30T19:00:00Z", "-05",  false },

        /* 30 and 45 minutes, with daylight saving on top */
        { "America/St_Johns",    "2026-07-01T00:00:00Z", "2026-06-30T21:30:00Z", "NDT",  true },
        { "Australia/Adelaide",  "2026-01-01T00:00:00Z", "2026-01-01T10:30:00Z", "ACDT", true },
        { "Pacific/Chatham",     "2026-01-01T00:00:00Z", "2026-01-01T13:45:00Z", "+1345", true },
        { "Australia/Eucla",     "2026-07-01T00:00:00Z", "2026-07-01T08:45:00Z", "+0845", false },
        { "Pacific/Chatham",     "7000-01-01T00:00:00Z", "7000-01-01T13:45:00Z", "+1345", true },

        /* another base offset: by 30 minutes, and there and back again; with seconds; for good */
        { "America/Caracas",     "2007-12-09T06:59:59Z", "2007-12-09T02:59:59Z", "-04",  false },
        { "America/Caracas",     "2007-12-09T07:00:00Z", "2007-12-09T02:30:00Z", "-0430", false },
        { "America/Caracas",     "2016-05-01T07:00:00Z", "2016-05-01T03:00:00Z", "-04",  false },
        { "Asia/Pyongyang",      "2016-01-01T00:00:00Z", "2016-01-01T08:30:00Z", "KST",  false },
        { "Asia/Pyongyang",      "2019-01-01T00:00:00Z", "2019-01-01T09:00:00Z", "KST",  false },
        { "Africa/Monrovia",     "1971-01-01T00:00:00Z", "1970-12-31T23:15:30Z", "MMT",  false },
        { "Africa/Monrovia",     "1973-01-01T00:00:00Z", "1973-01-01T00:00:00Z", "GMT",  false },
        { "Europe/Istanbul",     "2500-01-01T00:00:00Z", "2500-01-01T03:00:00Z", "+03",  false },
};

static const struct {
        const char *zone, *local;      /* as if UTC */
        const char *first, *second;    /* both NULL: a gap */
        const char *transition;
        usec_t gap_usec;
} instant_cases[] = {
        { "UTC",                 "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z", NULL, NULL, 0 },
        { "Europe/Berlin",       "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z", NULL, NULL, 0 },
        { "Europe/Berlin",       "2026-03-29T02:00:00Z", NULL, NULL, "2026-03-29T01:00:00Z", USEC_PER_HOUR },
        { "Europe/Berlin",       "2026-03-29T02:59:59Z", NULL, NULL, "2026-03-29T01:00:00Z", USEC_PER_HOUR },
        { "Europe/Berlin",       "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z", NULL, NULL, 0 },
        { "Europe/Berlin",       "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z", NULL, NULL, 0 },
        { "Europe/Berlin",       "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", NULL, 0 },
        { "Europe/Berlin",       "2026-10-25T02:59:59Z", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z", NULL, 0 },
        { "Europe/Berlin",       "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", NULL, NULL, 0 },
        { "Europe/Berlin",       "2826-03-29T02:30:00Z", NULL, NULL, "2826-03-29T01:00:00Z", USEC_PER_HOUR },
        { "America/Sao_Paulo",   "2018-11-04T00:00:00Z", NULL, NULL, "2018-11-04T03:00:00Z", USEC_PER_HOUR },
        { "Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", NULL, 0 },
        { "Australia/Lord_Howe", "2026-10-04T02:15:00Z", NULL, NULL, "2026-10-03T15:30:00Z", USEC_PER_HOUR / 2 },
        { "Pacific/Apia",        "2011-12-30T12:00:00Z", NULL, NULL, "2011-12-30T10:00:00Z", USEC_PER_DAY },
        { "Europe/London",       "1941-05-04T02:30:00Z", NULL, NULL, "1941-05-04T01:00:00Z", USEC_PER_HOUR },
        { "Europe/London",       "1941-08-10T02:30:00Z", "1941-08-10T00:30:00Z", "1941-08-10T01:30:00Z", NULL, 0 },
        { "Europe/Dublin",       "2026-03-29T01:30:00Z", NULL, NULL, "2026-03-29T01:00:00Z", USEC_PER_HOUR },
        { "Europe/Dublin",       "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", NULL, 0 },
        { "Antarctica/Troll",    "2026-03-29T02:30:00Z", NULL, NULL, "2026-03-29T01:00:00Z", 2 * USEC_PER_HOUR },
        { "America/Caracas",     "2007-12-09T02:45:00Z", "2007-12-09T06:45:00Z", "2007-12-09T07:15:00Z", NULL, 0 },
        { "America/Caracas",     "2016-05-01T02:45:00Z", NULL, NULL, "2016-05-01T07:00:00Z", USEC_PER_HOUR / 2 },
};
/* clang-format on */

static usec_t local_usec(const LocalTime *local) {
        return civil_time_to_usec(local->civil);
}

START_TEST(an_instant_has_one_local_time) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(local_cases[_i].zone);
        char buffer[TIMESTAMP_MAX];
        LocalTime local;

        if (!zone)
                return;

        time_zone_to_local(zone, test_usec(local_cases[_i].instant), &local);
        ck_assert_str_eq(test_timestamp(local_usec(&local), buffer), local_cases[_i].local);
        ck_assert_str_eq(local.abbreviation, local_cases[_i].abbreviation);
        ck_assert_int_eq(local.is_dst, local_cases[_i].is_dst);
}
END_TEST

START_TEST(a_local_time_has_one_or_two_instants_or_is_in_a_gap) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(instant_cases[_i].zone);
        CivilTime local = civil_time_from_usec(test_usec(instant_cases[_i].local));
        const char *first = instant_cases[_i].first, *second = instant_cases[_i].second;
        ZoneInstants instants;

        if (!zone)
                return;

        time_zone_from_local(zone, &local, &instants);
        ck_assert_uint_eq(instants.n_instants, (first ? 1 : 0) + (second ? 1 : 0));
        if (first)
                ck_assert_int_eq(instants.instants[0], test_usec(first));
        if (second)
                ck_assert_int_eq(instants.instants[1], test_usec(second));
        if (!first) {
                ck_assert_int_eq(instants.transition_usec, test_usec(instant_cases[_i].transition));
                ck_assert_int_eq(instants.gap_usec, instant_cases[_i].gap_usec);
        }
}
END_TEST

START_TEST(a_span_is_what_lies_between_two_changes_of_the_offset) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        usec_t begin, end;

        if (!zone)
                return;

        time_zone_span(zone, test_usec("2026-07-01T00:00:00Z"), &begin, &end);
        ck_assert_int_eq(begin, test_usec("2026-03-29T01:00:00Z"));
        ck_assert_int_eq(end, test_usec("2026-10-25T01:00:00Z"));

        time_zone_span(zone, test_usec("1800-01-01T00:00:00Z"), &begin, &end);
        ck_assert_int_eq(begin, -USEC_INFINITY);

        time_zone_span(time_zone_utc(), 0, &begin, &end);
        ck_assert_int_eq(begin, -USEC_INFINITY);
        ck_assert_int_eq(end, USEC_INFINITY);
}
END_TEST

/* What stands in for a zone that cannot be read is let go as any other. */
START_TEST(utc_may_be_owned) {
        TimeZone *zone = time_zone_ref((TimeZone *) time_zone_utc());

        ck_assert_ptr_eq(zone, time_zone_utc());
        ck_assert_ptr_null(time_zone_unref(zone));
        ck_assert_ptr_null(time_zone_unref(zone));
        ck_assert_str_eq(time_zone_name(time_zone_utc()), "UTC");
}
END_TEST

START_TEST(the_ends_of_time_are_no_trouble) {
        static const usec_t ends[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX };
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        ZoneOffset offset;
        LocalTime local;

        for (size_t i = 0; zone && i < ARRAY_SIZE(ends); i++) {
                time_zone_to_local(zone, ends[i], &local);
                time_zone_offset_at(zone, ends[i], &offset);
                ck_assert_int_lt(offset.begin_usec, offset.end_usec);
        }
}
END_TEST

static size_t read_zone_names(char names[MAX_ZONES][64]) {
        static const char *const more[] = { "Etc/GMT+12", "EST5EDT", "WET", "Africa/Casablanca",
                                            "posix/Asia/Tokyo" };
        CLEANUP_FCLOSE FILE *file = fopen(ZONE_TABLE, "re");
        char line[512];
        size_t n = 0;

        if (!file) {
                (void) fprintf(stderr, "skipped: there is no %s\n", ZONE_TABLE);
                return 0;
        }
        for (size_t i = 0; i < ARRAY_SIZE(more); i++)
                strcpy(names[n++], more[i]);
        while (n < MAX_ZONES && fgets(line, sizeof(line), file))
                if (line[0] != '#' && sscanf(line, "%*s %*s %63s", names[n]) == 1)
                        n++;
        return n;
}

/* Half of them are near a change of the offset. */
static usec_t random_instant(TestRandom *random, const TimeZone *zone) {
        usec_t instant = test_random_between(random, -4500000000, 20000000000) * USEC_PER_SEC, begin, end;

        if (test_random(random) % 2 == 0)
                return instant;
        time_zone_span(zone, instant, &begin, &end);
        if (end == USEC_INFINITY)
                return instant;
        return end + test_random_between(random, -26 * 3600, 26 * 3600) * USEC_PER_SEC;
}

static struct tm glibc_local(usec_t instant_usec) {
        time_t seconds = instant_usec / USEC_PER_SEC;
        struct tm tm = {};

        ck_assert_ptr_nonnull(localtime_r(&seconds, &tm));
        return tm;
}

static usec_t glibc_local_usec(usec_t instant_usec) {
        return instant_usec + glibc_local(instant_usec).tm_gmtoff * USEC_PER_SEC;
}

static void check_to_local(const TimeZone *zone, usec_t instant, uint64_t seed) {
        struct tm expected = glibc_local(instant);
        LocalTime local;

        time_zone_to_local(zone, instant, &local);
        ck_assert_msg(local.offset_seconds == expected.tm_gmtoff && local.is_dst == (expected.tm_isdst > 0) &&
                                      strcmp(local.abbreviation, expected.tm_zone) == 0 &&
                                      local.civil.date.year == expected.tm_year + 1900 &&
                                      local.civil.date.month == expected.tm_mon + 1 &&
                                      local.civil.date.day == expected.tm_mday &&
                                      local.civil.hour == expected.tm_hour &&
                                      local.civil.minute == expected.tm_min &&
                                      local.civil.second == expected.tm_sec,
                      "%s at %" PRId64 ": %d %s, but glibc has %ld %s (JOBSCHED_TEST_SEED=%" PRIu64 ")",
                      time_zone_name(zone), instant / USEC_PER_SEC, local.offset_seconds, local.abbreviation,
                      expected.tm_gmtoff, expected.tm_zone, seed);
}

/* All instants whose local time it is, by trying each offset that glibc has in the days around. */
static unsigned glibc_instants(usec_t local, usec_t ret[static 2]) {
        unsigned n = 0;

        for (int64_t hours = 27; hours >= -27; hours--) {
                usec_t instant = local - glibc_local(local + hours * USEC_PER_HOUR).tm_gmtoff * USEC_PER_SEC;
                bool known = false;

                for (unsigned i = 0; i < n; i++)
                        known |= ret[i] == instant;
                if (!known && n < 2 && glibc_local_usec(instant) == local)
                        ret[n++] = instant;
        }
        if (n == 2 && ret[0] > ret[1]) {
                usec_t first = ret[1];

                ret[1] = ret[0];
                ret[0] = first;
        }
        return n;
}

static void check_from_local(const TimeZone *zone, usec_t local, uint64_t seed) {
        CivilTime civil = civil_time_from_usec(local);
        ZoneInstants instants;
        usec_t expected[2];
        unsigned n = glibc_instants(local, expected);

        time_zone_from_local(zone, &civil, &instants);
        ck_assert_msg(instants.n_instants == n && (n < 1 || instants.instants[0] == expected[0]) &&
                                      (n < 2 || instants.instants[1] == expected[1]),
                      "%s: local time %" PRId64 ": %u instants, but glibc has %u (JOBSCHED_TEST_SEED=%" PRIu64
                      ")",
                      time_zone_name(zone), local / USEC_PER_SEC, instants.n_instants, n, seed);
        if (n > 0)
                return;

        ck_assert_int_lt(glibc_local_usec(instants.transition_usec - USEC_PER_SEC), local);
        ck_assert_int_gt(glibc_local_usec(instants.transition_usec), local);
        ck_assert_int_eq(
                        glibc_local_usec(instants.transition_usec) -
                                        glibc_local_usec(instants.transition_usec - USEC_PER_SEC) -
                                        USEC_PER_SEC,
                        instants.gap_usec);
}

START_TEST(every_zone_agrees_with_glibc) {
        static char names[MAX_ZONES][64];
        TestRandom random = test_random_new();
        size_t n_zones = read_zone_names(names);

        for (size_t i = 0; i < n_zones; i++) {
                CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(names[i]);

                if (!zone)
                        continue;
                ck_assert_int_eq(setenv("TZ", names[i], 1), 0);
                tzset();
                for (int j = 0; j < INSTANTS_PER_ZONE; j++) {
                        usec_t instant = random_instant(&random, zone);

                        check_to_local(zone, instant, random.seed);
                        if (j % 8 == 0)
                                check_from_local(zone, glibc_local_usec(instant), random.seed);
                        if (j % 8 == 1)
                                check_from_local(
                                                zone,
                                                instant +
                                                                test_random_between(&random, -12, 14) *
                                                                                USEC_PER_HOUR,
                                                random.seed);
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("time-zone");
        TCase *facts = tcase_create("facts"), *glibc = tcase_create("glibc");

        tcase_add_loop_test(facts, an_instant_has_one_local_time, 0, ARRAY_SIZE(local_cases));
        tcase_add_loop_test(
                        facts, a_local_time_has_one_or_two_instants_or_is_in_a_gap, 0,
                        ARRAY_SIZE(instant_cases));
        tcase_add_test(facts, a_span_is_what_lies_between_two_changes_of_the_offset);
        tcase_add_test(facts, utc_may_be_owned);
        tcase_add_test(facts, the_ends_of_time_are_no_trouble);
        suite_add_tcase(suite, facts);

        tcase_set_timeout(glibc, 120);
        tcase_add_test(glibc, every_zone_agrees_with_glibc);
        suite_add_tcase(suite, glibc);
        return suite;
}
