/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/table.h"

#include <locale.h>
#include <stdlib.h>

#include "support/test-support.h"

static const TableColumn columns[] = {
        { "" },
        { "NAME", .shrink = true },
        { "N", .right = true },
        { "TEXT", .shrink = true },
};

static char *print(const Table *table, const Screen *screen, bool legend, const char *indent) {
        char *text = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&text, &size);

        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(table_print(table, screen, legend, indent, file), 0);
        ck_assert_int_eq(fclose(file), 0);
        return text;
}

static Table *make_table(void) {
        Table *table = NULL;

        ck_assert_int_eq(table_new(columns, ARRAY_SIZE(columns), &table), 0);
        table_add_colour(table, "*", COLOUR_GREEN);
        table_add(table, "a");
        table_add_format(table, "%d", 7);
        table_add(table, "first");
        table_add(table, "*");
        table_add(table, "a-rather-long-name");
        table_add(table, "123");
        table_add(table, "ünï\n\x1b[31mcode");
        ck_assert_uint_eq(table_n_rows(table), 2);
        return table;
}

/* clang-format off */
static const struct {
        Screen screen;
        bool legend;
        const char *indent, *text;
} cases[] = {
        /* not a terminal: no glyphs, nothing cut, no trailing blanks */
        { { .utf8 = true }, true, "",
          "NAME                  N  TEXT\n"
          "a                     7  first\n"
          "a-rather-long-name  123  ünï \\x1b[31mcode\n" },
        { { .utf8 = true }, false, "  ",
          "  a                     7  first\n"
          "  a-rather-long-name  123  ünï \\x1b[31mcode\n" },
        /* a terminal of 30 columns */
        { { .utf8 = true, .terminal = true, .columns = 30 }, true, "",
          "   NAME          N  TEXT\n"
          "*  a             7  first\n"
          "*  a-rather-…  123  ünï \\x1b[…\n" },
        { { .terminal = true, .columns = 30 }, true, "",
          "   NAME          N  TEXT\n"
          "*  a             7  first\n"
          "*  a-rathe...  123  ünï \\x1...\n" },
        /* too narrow for anything: columns stay readable and the lines are too long */
        { { .utf8 = true, .terminal = true, .columns = 5 }, false, "",
          "*  a           7  first\n"
          "*  a-rathe…  123  ünï \\x1…\n" },
        { { .utf8 = true, .terminal = true, .colour = true, .columns = 80 }, false, "",
          "\x1b[0;1;32m*\x1b[0m  a                     7  first\n"
          "*  a-rather-long-name  123  ünï \\x1b[31mcode\n" },
};
/* clang-format on */

START_TEST(rows_are_aligned_and_cut_to_the_screen) {
        CLEANUP(table_freep) Table *table = make_table();
        CLEANUP_FREE char *text = print(table, &cases[_i].screen, cases[_i].legend, cases[_i].indent);

        ck_assert_str_eq(text, cases[_i].text);
}
END_TEST

START_TEST(nothing_shows_as_a_dash) {
        static const TableColumn two[] = { { "A" }, { "B" } };
        const Screen screen = { 0 };
        CLEANUP(table_freep) Table *table = NULL;
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(table_new(two, ARRAY_SIZE(two), &table), 0);
        table_add(table, NULL);
        table_add(table, "");
        text = print(table, &screen, true, "");

        ck_assert_str_eq(text, "A  B\n-  -\n");
}
END_TEST

static void set_locale(void) {
        ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

Suite *test_suite(void) {
        Suite *suite = suite_create("table");
        TCase *table = tcase_create("table");

        tcase_add_unchecked_fixture(table, set_locale, NULL);
        tcase_add_loop_test(table, rows_are_aligned_and_cut_to_the_screen, 0, (int) ARRAY_SIZE(cases));
        tcase_add_test(table, nothing_shows_as_a_dash);
        suite_add_tcase(suite, table);
        return suite;
}
