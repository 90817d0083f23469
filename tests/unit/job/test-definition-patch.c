/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/definition-patch.h"

#include <check.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *source, *patch;
        const char *result; /* NULL: refused, and … */
        const char *fault;  /* … the first fault has this in it */
} cases[] = {
        /* those of RFC 7396, appendix A, as far as a definition can be so */
        { "a: b",               "a: c",                 "a: c\n", NULL },
        { "a: b",               "b: c",                 "a: b\nb: c\n", NULL },
        { "a: b",               "a: null",              "{}\n", NULL },
        { "{a: b, b: c}",       "a: null",              "b: c\n", NULL },
        { "a: [b]",             "a: c",                 "a: c\n", NULL },
        { "a: c",               "a: [b]",               "a:\n  - b\n", NULL },
        { "a: {b: c}",          "a: {b: d, c: null}",   "a:\n  b: d\n", NULL },
        { "a: [{b: c}]",        "a: [1]",               "a:\n  - 1\n", NULL },
        { "e: null",            "a: 1",                 "e: null\na: 1\n", NULL },
        { "a: foo",             "a: {b: {c: null}}",    "a:\n  b: {}\n", NULL },
        { "{}",                 "a: {bb: {ccc: null}}", "a:\n  bb: {}\n", NULL },

        { "a: '1'",             "b: \"null\"",        "a: \"1\"\nb: \"null\"\n", NULL },
        { "a: 1 # why",         "b: 2",                 "a: 1\nb: 2\n", NULL },
        { "a: 1",               "{}",                   "a: 1\n", NULL },

        /* a schedule is of one kind */
        { "schedule: {cron: c, timezone: z}", "schedule: {every: e}", "schedule:\n  timezone: z\n  every: e\n", NULL },
        { "schedule: {every: e, start: s}",   "schedule: {every: f}", "schedule:\n  every: f\n  start: s\n", NULL },
        { "schedule: {every: e}",             "schedule: {start: s}", "schedule:\n  every: e\n  start: s\n", NULL },
        { "schedule: {every: e}",             "schedule: {at: null}", "schedule:\n  every: e\n", NULL },
        { "schedule: {every: e}",             "schedule: {cron: c, at: a}", "schedule:\n  cron: c\n  at: a\n", NULL },
        { "schedule: [{every: e}]",           "schedule: {cron: c}",  "schedule:\n  cron: c\n", NULL },
        { "a: {every: e}",                    "a: {cron: c}",         "a:\n  every: e\n  cron: c\n", NULL },

        { "a: 1",               "[a]",                  NULL, "the change is not a mapping" },
        { "a: 1",               "",                     NULL, "the change is not a mapping" },
        { "[a]",                "a: 1",                 NULL, "the old definition is not a mapping" },
        { "a: 1",               "{a: 2, a: 3}",         NULL, "'a' is given twice" },
        { "a: 1",               "b: {c: 2, c: 3}",      NULL, "'c' is given twice" },
        { "a: 1",               "a: {",                 NULL, "" },
};
/* clang-format on */

START_TEST(a_patch_is_applied_as_rfc_7396_says) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP_FREE char *result = NULL;
        int r;

        r = definition_patch(cases[_i].source, cases[_i].patch, &diagnostics, &result);
        if (cases[_i].result) {
                ck_assert_int_eq(r, 0);
                ck_assert_str_eq(result, cases[_i].result);
                return;
        }
        ck_assert_int_eq(r, -EINVAL);
        ck_assert_uint_ge(diagnostics.n_errors, 1);
        ck_assert_ptr_nonnull(strstr(diagnostics.items[0].message, cases[_i].fault));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("definition-patch");
        TCase *patch = tcase_create("patch");

        tcase_add_loop_test(patch, a_patch_is_applied_as_rfc_7396_says, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, patch);
        return suite;
}
