/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/verbs.h"
#include "support/test-support.h"
#include "util/string-list.h"

static Options options;
static char **arguments;

static int parse(const char *const *words) {
        return options_parse((char **) words, &options, &arguments);
}

static void clean_up(void) {
        options_done(&options);
        free(arguments);
        arguments = NULL;
}

START_TEST(options_and_arguments_may_be_mixed) {
        static const char *const words[] = { "schedctl",     "logs", "-fn5",       "backup",
                                             "--output",     "json", "--no-pager", "-",
                                             "--state=a,,b", "--",   "--user",     NULL };
        static const char *const rest[] = { "logs", "backup", "-", "--user", NULL };

        ck_assert_int_eq(parse(words), 0);

        ck_assert(string_list_equal(arguments, (char *const *) rest));
        ck_assert(options.follow);
        ck_assert(options.has_lines);
        ck_assert_uint_eq(options.lines, 5);
        ck_assert_int_eq(options.output, OUTPUT_JSON);
        ck_assert(options.no_pager);
        ck_assert(!options.user);
        ck_assert_uint_eq(string_list_length(options.states), 2);
}
END_TEST

START_TEST(an_optional_argument_is_never_the_next_word) {
        static const char *const words[] = { "schedctl", "--color", "never", NULL };
        static const char *const with[] = { "schedctl", "--colour=never", NULL };

        ck_assert_int_eq(parse(words), 0);
        ck_assert_int_eq(options.colour, COLOUR_ALWAYS);
        ck_assert_str_eq(arguments[0], "never");
        clean_up();

        ck_assert_int_eq(parse(with), 0);
        ck_assert_int_eq(options.colour, COLOUR_NEVER);
}
END_TEST

START_TEST(the_last_of_two_counts) {
        static const char *const words[] = { "schedctl", "--user", "--system", "-n", "3", "-n=all", NULL };

        ck_assert_int_eq(parse(words), 0);
        ck_assert(!options.user);
        ck_assert(!options.has_lines);
}
END_TEST

/* clang-format off */
static const char *const bad_cases[][4] = {
        { "schedctl", "--usr" },
        { "schedctl", "-Z" },
        { "schedctl", "--output=xml" },
        { "schedctl", "--output" },
        { "schedctl", "-n" },
        { "schedctl", "-n", "-1" },
        { "schedctl", "-n", "5x" },
        { "schedctl", "-n", "99999999999999999999" },
        { "schedctl", "--user=yes" },
        { "schedctl", "--color=perhaps" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_refused) {
        ck_assert_int_eq(parse(bad_cases[_i]), -EINVAL);
}
END_TEST

static const struct {
        const char *option, *verb;
        int result;
} verb_cases[] = {
        { "--follow", "logs", 0 },
        { "--follow", "start", 0 },
        { "--follow", "list-jobs", -EINVAL },
        { "--wait", "logs", -EINVAL },
        { "--user", "backup", 0 },
        { "-r", "audit", 0 },
        { "--since=now", "why", -EINVAL },
        { "-n3", "list-queues", -EINVAL },
        { "-n3", "calendar", 0 },
};

START_TEST(an_option_goes_with_its_verbs_only) {
        const char *const words[] = { "schedctl", verb_cases[_i].option, NULL };

        ck_assert_int_eq(options_check_verb((char **) words, verb_cases[_i].verb), verb_cases[_i].result);
}
END_TEST

/* No verb may have both. */
static void check_disjoint(const OptionRow *row, const OptionRow *other) {
        for (const Verb *verb = verbs; verb->name; verb++)
                ck_assert_msg(!option_row_has_verb(row, verb->name) ||
                                              !option_row_has_verb(other, verb->name),
                              "--%s and --%s are both of '%s'", row->name, other->name, verb->name);
}

START_TEST(the_table_is_consistent) {
        for (const OptionRow *row = option_rows; row->name; row++) {
                CLEANUP_FREE char *list = strdup(row->verbs ?: "");
                char *rest = NULL;

                ck_assert_ptr_nonnull(row->set);
                for (const OptionRow *other = row + 1; other->name; other++)
                        if (strcmp(row->name, other->name) == 0 ||
                            (row->letter && row->letter == other->letter))
                                check_disjoint(row, other);
                for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
                        const Verb *verb = verb_find(word);

                        ck_assert_msg(verb, "--%s belongs to '%s', which is no verb", row->name, word);
                        ck_assert(option_row_has_verb(row, word));
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("options");
        TCase *parsing = tcase_create("parsing");

        tcase_add_checked_fixture(parsing, NULL, clean_up);
        tcase_add_test(parsing, options_and_arguments_may_be_mixed);
        tcase_add_test(parsing, an_optional_argument_is_never_the_next_word);
        tcase_add_test(parsing, the_last_of_two_counts);
        tcase_add_loop_test(parsing, what_is_wrong_is_refused, 0, (int) ARRAY_SIZE(bad_cases));
        tcase_add_loop_test(parsing, an_option_goes_with_its_verbs_only, 0, (int) ARRAY_SIZE(verb_cases));
        tcase_add_test(parsing, the_table_is_consistent);
        suite_add_tcase(suite, parsing);
        return suite;
}
