/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/output-path.h"

#include <errno.h>
#include <fnmatch.h>

#include "support/test-support.h"
#include "support/test-time.h"

static OutputPathFacts facts_of(const char *job, const TimeZone *zone) {
        return (OutputPathFacts){
                .job = job,
                .execution_id = 4711,
                .due_usec = test_usec("2026-03-29T01:00:00Z"),
                .zone = zone,
        };
}

/* clang-format off */
static const struct {
        const char *text, *job, *path, *pattern;
} expand_cases[] = {
        { "/var/log/backup.log",   "backup",  "/var/log/backup.log",               "" },
        { "/var/log/%n.log",       "backup",  "/var/log/backup.log",               "" },
        { "/var/log/%n.log",       "alice/b", "/var/log/alice_b.log",              "" },
        { "/l/%n-%i",              "b",       "/l/b-4711",                         "b-+([0-9])" },
        { "/l/%t",                 "b",       "/l/20260329T010000Z",
          "[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z" },
        { "/l/%Y/x",               "b",       "/l/2026/x",                         "" },
        { "/l/%H%M%S",             "b",       "/l/030000",
          "[0-9][0-9][0-9][0-9][0-9][0-9]" }, /* the gap's other side: 03:00 in Berlin */
        { "/l/%Z",                 "b",       "/l/CEST",                           "+([A-Za-z0-9+-])" },
        { "/l/%z",                 "b",       "/l/+0200",                          "[+-][0-9][0-9][0-9][0-9]" },
        { "/l/%s",                 "b",       "/l/1774746000",                     "?(-)+([0-9])" },
        { "/l/%j-%u-%a",           "b",       "/l/088-7-Sun",                      "[0-9][0-9][0-9]-[0-9]-+([A-Za-z])" },
        { "/l/%y%m%d",             "b",       "/l/260329",                         "[0-9][0-9][0-9][0-9][0-9][0-9]" },
        { "/l/100%%",              "b",       "/l/100%",                           "" },
        { "/l/[a]*%i",             "b",       "/l/[a]*4711",                       "\\[a\\]\\*+([0-9])" },
        { "/l/%n%i",               "a.b@c",   "/l/a.b@c4711",                      "a.b\\@c+([0-9])" },
};
/* clang-format on */

START_TEST(each_conversion_has_its_text_and_its_pattern) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        const OutputPathFacts facts = facts_of(expand_cases[_i].job, zone);
        CLEANUP_FREE char *path = NULL, *pattern = NULL;

        ck_assert_int_eq(output_path_expand(expand_cases[_i].text, &facts, &path), 0);
        ck_assert_int_eq(output_path_pattern(expand_cases[_i].text, &facts, &pattern), 0);
        ck_assert_str_eq(path, expand_cases[_i].path);
        ck_assert_str_eq(pattern, expand_cases[_i].pattern);
        if (pattern[0] != '\0')
                ck_assert_int_eq(fnmatch(pattern, strrchr(path, '/') + 1, FNM_EXTMATCH), 0);
}
END_TEST

static const struct {
        const char *text, *job, *name;
} other_cases[] = {
        { "/l/%n-%i.log", "a", "a-b-4711.log" }, { "/l/%n-%i.log", "a", "a-4711.log.gz" },
        { "/l/%n-%i.log", "a", "a-.log" },       { "/l/%n-%Y.log", "a", "a-20260.log" },
        { "/l/%n-%Z.log", "a", "a-../x.log" },
};

START_TEST(a_pattern_does_not_match_what_is_another_jobs) {
        const OutputPathFacts facts = facts_of(other_cases[_i].job, NULL);
        CLEANUP_FREE char *pattern = NULL;

        ck_assert_int_eq(output_path_pattern(other_cases[_i].text, &facts, &pattern), 0);
        ck_assert_int_eq(fnmatch(pattern, other_cases[_i].name, FNM_EXTMATCH), FNM_NOMATCH);
}
END_TEST

static const struct {
        const char *text, *reason;
} wrong_cases[] = {
        { "log", "it is not an absolute path" },
        { "", "it is not an absolute path" },
        { "/var/log/", "it names a directory, not a file" },
        { "/var/log/.", "it names a directory, not a file" },
        { "/var/../log", "it has a '..' in it" },
        { "/var/log/..", "it has a '..' in it" },
        { "/l/%D", "a '%' is followed by none of" },
        { "/l/%", "a '%' is followed by none of" },
        { "/l/%-d", "a '%' is followed by none of" },
};

START_TEST(what_is_wrong_has_a_reason) {
        const OutputPathFacts facts = facts_of("b", NULL);
        const char *reason = NULL;
        char *path = NULL;

        ck_assert_int_eq(output_path_check(wrong_cases[_i].text, &reason), -EINVAL);
        ck_assert_int_eq(strncmp(reason, wrong_cases[_i].reason, strlen(wrong_cases[_i].reason)), 0);
        ck_assert_int_eq(output_path_expand(wrong_cases[_i].text, &facts, &path), -EINVAL);
        ck_assert_int_eq(output_path_pattern(wrong_cases[_i].text, &facts, &path), -EINVAL);
        ck_assert_ptr_null(path);
}
END_TEST

START_TEST(an_expansion_makes_nothing_too_long) {
        const OutputPathFacts facts = facts_of("b", NULL);
        char text[OUTPUT_PATH_LENGTH_MAX + 1] = "/", *path = NULL;

        for (size_t i = 1; i + 2 < sizeof(text); i += 2)
                memcpy(text + i, "%t", 3);
        ck_assert_int_eq(output_path_expand(text, &facts, &path), -ENAMETOOLONG);
        ck_assert_ptr_null(path);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("output-path");
        TCase *tcase = tcase_create("output-path");

        tcase_add_loop_test(tcase, each_conversion_has_its_text_and_its_pattern, 0, ARRAY_SIZE(expand_cases));
        tcase_add_loop_test(tcase, a_pattern_does_not_match_what_is_another_jobs, 0, ARRAY_SIZE(other_cases));
        tcase_add_loop_test(tcase, what_is_wrong_has_a_reason, 0, ARRAY_SIZE(wrong_cases));
        tcase_add_test(tcase, an_expansion_makes_nothing_too_long);
        suite_add_tcase(suite, tcase);
        return suite;
}
