/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/verbs.h"

#include <ctype.h>
#include <string.h>

#include "support/test-support.h"

START_TEST(each_verb_is_found_by_its_name) {
        size_t n = 0;

        for (const Verb *verb = verbs; verb->name; verb++, n++) {
                ck_assert_ptr_eq(verb_find(verb->name), verb); /* also: no name is there twice */
                ck_assert_ptr_nonnull(verb->run);
                ck_assert_msg(verb->n_min <= verb->n_max, "%s", verb->name);
                ck_assert_msg(verb->group < VERB_GROUP_COUNT, "%s", verb->name);
                ck_assert_msg(verb->arguments < VERB_ARGUMENTS_COUNT, "%s", verb->name);
        }
        ck_assert_uint_gt(n, 20);
}
END_TEST

/* "[A]" may be left out, "A" may not, "…" may be many. */
START_TEST(a_synopsis_says_how_many_arguments_there_are) {
        for (const Verb *verb = verbs; verb->name; verb++) {
                bool required = *verb->synopsis && verb->synopsis[0] != '[';

                ck_assert_msg((verb->n_max > 0) == (*verb->synopsis != 0), "%s", verb->name);
                ck_assert_msg((verb->n_min > 0) == required, "%s", verb->name);
                ck_assert_msg((verb->n_max == VERB_ANY_NUMBER) == (strstr(verb->synopsis, "…") != NULL), "%s",
                              verb->name);
        }
}
END_TEST

START_TEST(help_is_a_phrase_without_a_full_stop) {
        for (const Verb *verb = verbs; verb->name; verb++) {
                ck_assert_msg(isupper((unsigned char) verb->help[0]), "%s", verb->name);
                ck_assert_msg(verb->help[strlen(verb->help) - 1] != '.', "%s", verb->name);
        }
        for (VerbGroup group = 0; group < VERB_GROUP_COUNT; group++)
                ck_assert_ptr_nonnull(verb_group_title(group));
}
END_TEST

START_TEST(what_is_no_verb_is_not_found) {
        static const char *const names[] = { "", "list", "List-jobs", "list-jobs ", "--help" };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                ck_assert_ptr_null(verb_find(names[i]));
}
END_TEST

/* A misspelt name in a row of options would hide the option from its verb. */
START_TEST(options_go_with_verbs_that_exist) {
        for (const OptionRow *row = option_rows; row->name; row++) {
                char text[1024], *rest = text;

                ck_assert_int_lt(snprintf(text, sizeof(text), "%s", row->verbs ?: ""), (int) sizeof(text));
                for (char *word; (word = strsep(&rest, " "));)
                        if (*word) {
                                ck_assert_msg(verb_find(word), "--%s: %s", row->name, word);
                                ck_assert(option_row_has_verb(row, word));
                        }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("verbs");
        TCase *table = tcase_create("verbs");

        tcase_add_test(table, each_verb_is_found_by_its_name);
        tcase_add_test(table, a_synopsis_says_how_many_arguments_there_are);
        tcase_add_test(table, help_is_a_phrase_without_a_full_stop);
        tcase_add_test(table, what_is_no_verb_is_not_found);
        tcase_add_test(table, options_go_with_verbs_that_exist);
        suite_add_tcase(suite, table);
        return suite;
}
