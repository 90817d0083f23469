/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/string-table.h"

#include <errno.h>

#include "support/test-support.h"

typedef enum Colour {
        COLOUR_RED,
        COLOUR_GREEN,
        COLOUR_BLUE,
        COLOUR_COUNT,
} Colour;

static const char *const colour_names[] = {
        [COLOUR_RED] = "red",
        [COLOUR_GREEN] = "green",
        [COLOUR_BLUE] = "blue",
        [COLOUR_COUNT] = NULL,
};

DECLARE_STRING_TABLE(colour, Colour);
DEFINE_STRING_TABLE(colour, Colour, colour_names);

#define LONG_64 "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"

static const char *const keys[] = { "command", "schedule", "shell", "user", "tz", LONG_64, NULL };

/* clang-format off */
static const struct {
        const char *word, *nearest;
} nearest_cases[] = {
        { "command",      "command"  },
        { "comand",       "command"  }, /* deleted */
        { "commmand",     "command"  }, /* inserted */
        { "commznd",      "command"  }, /* replaced */
        { "comamnd",      "command"  }, /* swapped: 1, not 2 */
        { "resu",         NULL       },
        { "sched",        "schedule" }, /* 3 of 8 away, but how it begins */
        { "She",          "shell"    },
        { "sc",           NULL       }, /* too little to tell */
        { "Schedule",     "schedule" }, /* case is nothing */
        { "SCHEDUEL",     "schedule" },
        { "chedu",        NULL       }, /* 3 of 8 away */
        { "shedul",       "schedule" },
        { "uesr",         "user"     },
        { "ux",           NULL       },
        { "t",            NULL       }, /* 1 of 2 away */
        { "",             NULL       },
        { "frobnicate",   NULL       },
        { LONG_64,        LONG_64    },
        { LONG_64 "d",    NULL       }, /* too long to look at */
};
/* clang-format on */

START_TEST(names_and_values_convert_both_ways) {
        const char *name = colour_to_string((Colour) _i);

        ck_assert_str_eq(name, colour_names[_i]);
        ck_assert_int_eq(colour_from_string(name), _i);
}
END_TEST

START_TEST(what_is_not_in_the_table_has_no_name) {
        ck_assert_ptr_null(colour_to_string(COLOUR_COUNT));
        ck_assert_ptr_null(colour_to_string((Colour) -1));
        ck_assert_int_eq(colour_from_string("Red"), -EINVAL);
        ck_assert_int_eq(colour_from_string("re"), -EINVAL);
        ck_assert_int_eq(colour_from_string(""), -EINVAL);
        ck_assert_int_eq(colour_from_string(NULL), -EINVAL);
}
END_TEST

START_TEST(nearest_is_at_most_a_third_away) {
        const char *nearest = string_nearest(nearest_cases[_i].word, keys);

        if (nearest_cases[_i].nearest)
                ck_assert_pstr_eq(nearest, nearest_cases[_i].nearest);
        else
                ck_assert_pstr_eq(nearest, NULL);
}
END_TEST

START_TEST(nearest_of_nothing_is_nothing) {
        static const char *const nothing[] = { NULL };

        ck_assert_ptr_null(string_nearest("word", nothing));
}
END_TEST

START_TEST(the_first_of_equally_near_ones_is_taken) {
        static const char *const alike[] = { "start", "stark", NULL };

        ck_assert_str_eq(string_nearest("stars", alike), "start");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("string-table");
        TCase *table = tcase_create("table"), *nearest = tcase_create("nearest");

        tcase_add_loop_test(table, names_and_values_convert_both_ways, 0, COLOUR_COUNT);
        tcase_add_test(table, what_is_not_in_the_table_has_no_name);
        tcase_add_loop_test(nearest, nearest_is_at_most_a_third_away, 0, ARRAY_SIZE(nearest_cases));
        tcase_add_test(nearest, nearest_of_nothing_is_nothing);
        tcase_add_test(nearest, the_first_of_equally_near_ones_is_taken);
        suite_add_tcase(suite, table);
        suite_add_tcase(suite, nearest);
        return suite;
}
