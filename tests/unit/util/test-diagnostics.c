/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/diagnostics.h"

#include "support/test-support.h"

/* clang-format off */
static const struct {
        DiagnosticSeverity severity;
        const char *file;
        unsigned line, column;
        const char *text;
} format_cases[] = {
        { DIAGNOSTIC_ERROR,   "/etc/a.yaml", 3, 7, "/etc/a.yaml:3:7: error: Unknown key 'x'" },
        { DIAGNOSTIC_WARNING, "/etc/a.yaml", 3, 7, "/etc/a.yaml:3:7: warning: Unknown key 'x'" },
        { DIAGNOSTIC_ERROR,   "/etc/a.yaml", 3, 0, "/etc/a.yaml:3: error: Unknown key 'x'" },
        { DIAGNOSTIC_ERROR,   "/etc/a.yaml", 0, 0, "/etc/a.yaml: error: Unknown key 'x'" },
        { DIAGNOSTIC_ERROR,   "/etc/a.yaml", 0, 7, "/etc/a.yaml: error: Unknown key 'x'" },
        { DIAGNOSTIC_ERROR,   NULL,          3, 7, "3:7: error: Unknown key 'x'" },
        { DIAGNOSTIC_ERROR,   NULL,          0, 0, "error: Unknown key 'x'" },
};
/* clang-format on */

static void add_many(Diagnostics *diagnostics, DiagnosticSeverity severity, size_t n) {
        for (size_t i = 0; i < n; i++)
                diagnostics_add(diagnostics, severity, "f", (unsigned) i + 1, 1, "number %zu", i);
}

START_TEST(format_leaves_out_what_is_unknown) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP_FREE char *text = NULL;

        diagnostics_add(&diagnostics, format_cases[_i].severity, format_cases[_i].file, format_cases[_i].line,
                        format_cases[_i].column, "Unknown key '%s'", "x");

        ck_assert_uint_eq(diagnostics.n_items, 1);
        ck_assert_int_eq(diagnostic_format(&diagnostics.items[0], &text), 0);
        ck_assert_str_eq(text, format_cases[_i].text);
}
END_TEST

START_TEST(only_errors_count_as_errors) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };

        add_many(&diagnostics, DIAGNOSTIC_WARNING, 3);
        ck_assert_uint_eq(diagnostics.n_errors, 0);
        add_many(&diagnostics, DIAGNOSTIC_ERROR, 2);

        ck_assert_uint_eq(diagnostics.n_errors, 2);
        ck_assert_uint_eq(diagnostics.n_items, 5);
        ck_assert(!diagnostics.truncated);
}
END_TEST

START_TEST(beyond_the_limit_errors_still_count) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };

        add_many(&diagnostics, DIAGNOSTIC_ERROR, DIAGNOSTICS_MAX);
        ck_assert(!diagnostics.truncated);
        add_many(&diagnostics, DIAGNOSTIC_ERROR, 1);

        ck_assert(diagnostics.truncated);
        ck_assert_uint_eq(diagnostics.n_items, DIAGNOSTICS_MAX);
        ck_assert_uint_eq(diagnostics.n_errors, DIAGNOSTICS_MAX + 1);
        ck_assert_str_eq(diagnostics.items[DIAGNOSTICS_MAX - 1].message, "number 999");
}
END_TEST

START_TEST(move_appends_and_empties_the_source) {
        CLEANUP(diagnostics_done) Diagnostics target = { 0 }, source = { 0 };

        add_many(&target, DIAGNOSTIC_ERROR, 7);
        add_many(&source, DIAGNOSTIC_WARNING, 20);
        source.truncated = true;

        diagnostics_move(&target, &source);

        ck_assert_uint_eq(target.n_items, 27);
        ck_assert_uint_eq(target.n_errors, 7);
        ck_assert(target.truncated);
        ck_assert_str_eq(target.items[6].message, "number 6");
        ck_assert_str_eq(target.items[7].message, "number 0");
        ck_assert_str_eq(target.items[26].message, "number 19");
        ck_assert_uint_eq(source.n_items, 0);
        ck_assert(!source.truncated);
        add_many(&source, DIAGNOSTIC_ERROR, 1);
        ck_assert_uint_eq(source.n_items, 1);
}
END_TEST

START_TEST(move_keeps_the_limit) {
        CLEANUP(diagnostics_done) Diagnostics target = { 0 }, source = { 0 };

        add_many(&target, DIAGNOSTIC_ERROR, DIAGNOSTICS_MAX - 1);
        add_many(&source, DIAGNOSTIC_ERROR, 5);

        diagnostics_move(&target, &source);

        ck_assert(target.truncated);
        ck_assert_uint_eq(target.n_items, DIAGNOSTICS_MAX);
        ck_assert_uint_eq(target.n_errors, DIAGNOSTICS_MAX + 4);
}
END_TEST

START_TEST(move_of_nothing_changes_nothing) {
        CLEANUP(diagnostics_done) Diagnostics target = { 0 }, source = { 0 };

        diagnostics_move(&target, &source);

        ck_assert_ptr_null(target.items);
        ck_assert(!target.truncated);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("diagnostics");
        TCase *diagnostics = tcase_create("diagnostics");

        tcase_add_loop_test(diagnostics, format_leaves_out_what_is_unknown, 0, ARRAY_SIZE(format_cases));
        tcase_add_test(diagnostics, only_errors_count_as_errors);
        tcase_add_test(diagnostics, beyond_the_limit_errors_still_count);
        tcase_add_test(diagnostics, move_appends_and_empties_the_source);
        tcase_add_test(diagnostics, move_keeps_the_limit);
        tcase_add_test(diagnostics, move_of_nothing_changes_nothing);
        suite_add_tcase(suite, diagnostics);
        return suite;
}
