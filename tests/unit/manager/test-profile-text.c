/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/profile-text.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "util/string-list.h"
#include "util/types.h"

/* Blanks separate the items of a list. */
static char **list_of(const char *text) {
        char *copy = strdup(text), *rest = copy, *item, **list = NULL;

        while ((item = strsep(&rest, " ")))
                if (*item)
                        ck_assert_int_eq(string_list_push(&list, item), 0);
        free(copy);
        return list;
}

/* clang-format off */
static const struct {
        const char *under, *over, *removed, *result;
} merges[] = {
        { "",        "",          "",    "" },
        { "",        "b=2 a=1",   "",    "a=1 b=2" },
        { "a=1 b=2", "b=3",       "",    "a=1 b=3" },
        { "a=1 b=2", "",          "a",   "b=2" },
        { "a=1 b=2", "a=x=y",     "b c", "a=x=y" },
        { "a=1",     "ab=2 a-b=3", "",   "a=1 a-b=3 ab=2" },
        { "",        "a=1 a=2",   "",    "a=2" },
};
/* clang-format on */

START_TEST(values_are_laid_over_values) {
        CLEANUP(string_list_freep)
        char **under = list_of(merges[_i].under), **over = list_of(merges[_i].over);
        CLEANUP(string_list_freep) char **removed = list_of(merges[_i].removed), **result = NULL;
        CLEANUP_FREE char *joined = NULL, *error = NULL;

        ck_assert_int_eq(profile_values_merge(under, over, removed, &result, &error), 0);
        ck_assert_ptr_nonnull(result);
        ck_assert_int_eq(string_list_join(result, " ", &joined), 0);
        ck_assert_str_eq(joined, merges[_i].result);
}
END_TEST

static const struct {
        const char *over, *error;
} faults[] = {
        { "a", "'a' has no value" },
        { "A=1", "'A' cannot be the name of a parameter" },
        { "=1", "'' cannot be the name of a parameter" },
        { "a=1 9=2 b",
          "'9' cannot be the name of a parameter: small letters, digits and '-' are expected, a "
          "letter first; 'b' has no value" },
};

START_TEST(all_faults_are_said_at_once) {
        CLEANUP(string_list_freep) char **over = list_of(faults[_i].over), **result = NULL;
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(profile_values_merge(NULL, over, NULL, &result, &error), -EINVAL);
        ck_assert_msg(strncmp(error, faults[_i].error, strlen(faults[_i].error)) == 0, "%s", error);
}
END_TEST

START_TEST(there_are_limits) {
        CLEANUP(string_list_freep) char **over = NULL, **result = NULL;
        CLEANUP_FREE char *error = NULL, *large = malloc(70000);

        memset(large, 'x', 70000);
        memcpy(large, "a=", 2);
        large[69999] = '\0';
        ck_assert_int_eq(string_list_push(&over, large), 0);
        for (int i = 0; i < 257; i++) {
                char line[16];

                (void) snprintf(line, sizeof(line), "p%d=", i);
                ck_assert_int_eq(string_list_push(&over, line), 0);
        }
        ck_assert_int_eq(profile_values_merge(NULL, over, NULL, &result, &error), -EINVAL);
        ck_assert_str_eq(error, "'a' has a value of more than 64 KiB; a profile holds at most 256 values");
}
END_TEST

static const char *const roundtrips[] = { "", "a=1", "a= b==\"\\ c=\xc3\xa4\n" };

START_TEST(the_store_gives_them_back) {
        CLEANUP(string_list_freep) char **values = list_of(roundtrips[_i]), **parsed = NULL;
        CLEANUP_FREE char *json = NULL;

        ck_assert_int_eq(profile_values_format(values, &json), 0);
        ck_assert_int_eq(profile_values_parse(json, &parsed), 0);
        ck_assert(string_list_equal(values, parsed));
}
END_TEST

static const char *const bad[] = { "", "[]", "{\"a\": 1}", "{\"a\"" };

START_TEST(what_is_no_profile_is_refused) {
        char **parsed = NULL;

        ck_assert_int_eq(profile_values_parse(bad[_i], &parsed), -EBADMSG);
}
END_TEST

START_TEST(people_read_lines) {
        CLEANUP(string_list_freep) char **values = list_of("a=1 b-c=x=y");
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(profile_values_print(values, &text), 0);
        ck_assert_str_eq(text, "a: 1\nb-c: x=y\n");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("profile-text");
        TCase *text = tcase_create("text");

        tcase_add_loop_test(text, values_are_laid_over_values, 0, ARRAY_SIZE(merges));
        tcase_add_loop_test(text, all_faults_are_said_at_once, 0, ARRAY_SIZE(faults));
        tcase_add_test(text, there_are_limits);
        tcase_add_loop_test(text, the_store_gives_them_back, 0, ARRAY_SIZE(roundtrips));
        tcase_add_loop_test(text, what_is_no_profile_is_refused, 0, ARRAY_SIZE(bad));
        tcase_add_test(text, people_read_lines);
        suite_add_tcase(suite, text);
        return suite;
}
