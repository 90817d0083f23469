/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/trouble-view.h"

#include "client/client.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *executions, *counts;
} cases[] = {
        { "[]",                                                                                 "" },
        { "[{\"state\": \"failed\"}]",                                                          "1 failed" },
        { "[{\"state\": \"missed\", \"count\": 7}, {\"state\": \"failed\", \"count\": 1}, {\"state\": \"failed\"}]", "2 failed, 7 missed" },
        { "[{\"state\": \"lost\"}, {\"state\": \"timed-out\"}]",                                "1 timed-out, 1 lost" },
};
/* clang-format on */

START_TEST(troubles_are_counted_by_state) {
        CLEANUP_JSON json_t *executions = json_loads(cases[_i].executions, 0, NULL);
        CLEANUP_FREE char *counts = NULL;
        Buffer buffer = { 0 };

        ck_assert_ptr_nonnull(executions);
        ck_assert_int_eq(trouble_count(executions, &buffer), 0);
        ck_assert_int_eq(buffer_take(&buffer, &counts), 0);
        ck_assert_str_eq(counts, cases[_i].counts);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("trouble-view");
        TCase *tcase = tcase_create("counts");

        tcase_add_loop_test(tcase, troubles_are_counted_by_state, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
