/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/string-list.h"

#include <string.h>

#include "support/test-support.h"

static char *none[] = { NULL };
static char *ab[] = { (char *) "a", (char *) "b", NULL };
static char *ab_again[] = { (char *) "a", (char *) "b", NULL };
static char *ba[] = { (char *) "b", (char *) "a", NULL };
static char *abc[] = { (char *) "a", (char *) "b", (char *) "c", NULL };

/* clang-format off */
static const struct {
        char **a, **b;
        bool equal;
} equal_cases[] = {
        { NULL, NULL,     true  },
        { NULL, none,     true  },
        { none, NULL,     true  },
        { ab,   ab_again, true  },
        { ab,   ba,       false },
        { ab,   abc,      false },
        { abc,  ab,       false },
        { NULL, ab,       false },
};

static const struct {
        char **list;
        const char *separator, *joined;
        size_t length;
} join_cases[] = {
        { NULL, ", ", "",        0 },
        { none, ", ", "",        0 },
        { ab,   ", ", "a, b",    2 },
        { abc,  "",   "abc",     3 },
        { abc,  ":",  "a:b:c",   3 },
};
/* clang-format on */

START_TEST(equal_means_same_strings_in_the_same_order) {
        ck_assert_int_eq(string_list_equal(equal_cases[_i].a, equal_cases[_i].b), equal_cases[_i].equal);
}
END_TEST

START_TEST(join_puts_the_separator_between) {
        CLEANUP_FREE char *joined = NULL;

        ck_assert_int_eq(string_list_join(join_cases[_i].list, join_cases[_i].separator, &joined), 0);

        ck_assert_str_eq(joined, join_cases[_i].joined);
        ck_assert_uint_eq(string_list_length(join_cases[_i].list), join_cases[_i].length);
}
END_TEST

START_TEST(copy_is_equal_and_its_own) {
        char **lists[] = { NULL, none, ab, abc };

        for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
                CLEANUP(string_list_freep) char **copy = NULL;

                ck_assert_int_eq(string_list_copy(lists[i], &copy), 0);
                ck_assert(string_list_equal(copy, lists[i]));
                if (lists[i] && lists[i][0])
                        ck_assert_ptr_ne(copy[0], lists[i][0]);
        }
}
END_TEST

START_TEST(contains_compares_whole_strings) {
        ck_assert(string_list_contains(abc, "b"));
        ck_assert(!string_list_contains(abc, "B"));
        ck_assert(!string_list_contains(abc, "ab"));
        ck_assert(!string_list_contains(abc, ""));
        ck_assert(!string_list_contains(NULL, "a"));
}
END_TEST

/* clang-format off */
static const struct {
        const char *text;
        bool matches; /* "back*", "?", "a/b" */
} match_cases[] = {
        { "backup", true  },
        { "back",   true  },
        { "x",      true  },
        { "a/b",    true  },
        { "xy",     false },
        { "Backup", false },
        { "",       false },
};
/* clang-format on */

START_TEST(one_pattern_is_enough) {
        static char *const patterns[] = { (char *) "back*", (char *) "?", (char *) "a/b", NULL };

        ck_assert_int_eq(string_list_matches(patterns, match_cases[_i].text), match_cases[_i].matches);
        ck_assert(!string_list_matches(NULL, match_cases[_i].text));
        ck_assert(!string_list_matches(none, match_cases[_i].text));
}
END_TEST

START_TEST(push_appends_a_copy) {
        CLEANUP(string_list_freep) char **list = NULL;
        char text[] = "a";

        ck_assert_int_eq(string_list_push(&list, text), 0);
        text[0] = 'z';
        ck_assert_int_eq(string_list_push(&list, "b"), 0);
        ck_assert_int_eq(string_list_push(&list, "c"), 0);

        ck_assert(string_list_equal(list, abc));
}
END_TEST

START_TEST(take_push_appends_the_string_itself) {
        CLEANUP(string_list_freep) char **list = NULL;
        char *text = strdup("a");

        ck_assert_int_eq(string_list_take_push(&list, text), 0);

        ck_assert_ptr_eq(list[0], text);
        ck_assert_ptr_null(list[1]);
}
END_TEST

START_TEST(foreach_visits_each_in_order) {
        char **lists[] = { NULL, none, abc };
        size_t expected[] = { 0, 0, 3 };

        for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
                size_t n = 0;

                STRING_LIST_FOREACH(item, lists[i])
                        ck_assert_str_eq(*item, abc[n++]);
                ck_assert_uint_eq(n, expected[i]);
        }
}
END_TEST

START_TEST(free_takes_null) {
        ck_assert_ptr_null(string_list_free(NULL));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("string-list");
        TCase *list = tcase_create("list");

        tcase_add_loop_test(list, equal_means_same_strings_in_the_same_order, 0, ARRAY_SIZE(equal_cases));
        tcase_add_loop_test(list, join_puts_the_separator_between, 0, ARRAY_SIZE(join_cases));
        tcase_add_test(list, copy_is_equal_and_its_own);
        tcase_add_test(list, contains_compares_whole_strings);
        tcase_add_loop_test(list, one_pattern_is_enough, 0, ARRAY_SIZE(match_cases));
        tcase_add_test(list, push_appends_a_copy);
        tcase_add_test(list, take_push_appends_the_string_itself);
        tcase_add_test(list, foreach_visits_each_in_order);
        tcase_add_test(list, free_takes_null);
        suite_add_tcase(suite, list);
        return suite;
}
