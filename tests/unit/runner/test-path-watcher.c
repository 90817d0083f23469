/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/path-watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"
#include "util/string-list.h"

/* clang-format off */
static const struct {
        const char *arguments[6];
        int r;
        PathWatch watch;
} parse_cases[] = {
        { { "exists", "once", "0", "/a" },       0, { PATH_EXISTS, false, 0, "/a" } },
        { { "absent", "wait", "-5", "-a b" },    0, { PATH_ABSENT, true, -5, "-a b" } },
        { { "changed", "wait", "12", "a" },      0, { PATH_CHANGED, true, 12, "a" } },
        { { "changed", "wait", "12" },           -EINVAL, { 0 } },
        { { "changed", "wait", "12", "" },       -EINVAL, { 0 } },
        { { "changed", "wait", "12", "a", "b" }, -EINVAL, { 0 } },
        { { "moved", "wait", "12", "a" },        -EINVAL, { 0 } },
        { { "exists", "often", "12", "a" },      -EINVAL, { 0 } },
        { { "exists", "wait", "12s", "a" },      -EINVAL, { 0 } },
        { { "exists", "wait", "", "a" },         -EINVAL, { 0 } },
        { { "exists", "wait", "99999999999999999999", "a" }, -EINVAL, { 0 } },
        { { NULL },                              -EINVAL, { 0 } },
};
/* clang-format on */

START_TEST(a_command_line_is_read_and_written) {
        CLEANUP(string_list_freep) char **arguments = NULL;
        char **given = (char **) parse_cases[_i].arguments;
        const PathWatch *expected = &parse_cases[_i].watch;
        PathWatch watch = { 0 };

        ck_assert_int_eq(path_watcher_parse(given, string_list_length(given), &watch), parse_cases[_i].r);
        if (parse_cases[_i].r < 0)
                return;
        ck_assert_int_eq(watch.kind, expected->kind);
        ck_assert_int_eq(watch.wait, expected->wait);
        ck_assert_int_eq(watch.since_usec, expected->since_usec);
        ck_assert_str_eq(watch.path, expected->path);

        ck_assert_int_eq(path_watcher_arguments("runner", &watch, &arguments), 0);
        ck_assert_str_eq(arguments[0], "runner");
        ck_assert_str_eq(arguments[1], "--path-watcher");
        for (size_t i = 0; given[i]; i++)
                ck_assert_str_eq(arguments[i + 2], given[i]);
}
END_TEST

START_TEST(a_path_is_looked_at) {
        /* clang-format off */
        const struct {
                PathWatch watch;
                int r;
        } cases[] = {
                { { PATH_EXISTS,  false, 0, "/" }, 1 },
                { { PATH_EXISTS,  false, 0, "/no/such/path" }, 0 },
                { { PATH_EXISTS,  false, 0, "/etc/passwd/part" }, 0 },
                { { PATH_ABSENT,  false, 0, "/" }, 0 },
                { { PATH_ABSENT,  false, 0, "/no/such/path" }, 1 },
                { { PATH_ABSENT,  false, 0, "/etc/passwd/part" }, 1 },
                { { PATH_CHANGED, false, 0, "/" }, 1 },
                { { PATH_CHANGED, false, USEC_INFINITY, "/" }, 0 },
                { { PATH_CHANGED, false, 0, "/no/such/path" }, 0 },
        };
        /* clang-format on */
        char path[5000];

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                ck_assert_int_eq(path_watch_check(&cases[i].watch), cases[i].r);
        memset(path, 'x', sizeof(path));
        path[sizeof(path) - 1] = '\0';
        ck_assert_int_eq(path_watch_check(&(PathWatch){ .path = path }), -ENAMETOOLONG);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("path-watcher");
        TCase *tcase = tcase_create("path-watcher");

        tcase_add_loop_test(tcase, a_command_line_is_read_and_written, 0, ARRAY_SIZE(parse_cases));
        tcase_add_test(tcase, a_path_is_looked_at);
        suite_add_tcase(suite, tcase);
        return suite;
}
