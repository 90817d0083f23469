/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Every verb and every option is in each completion and in --help: they come from the same tables. */

#include "schedctl/completion.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/verbs.h"
#include "support/test-support.h"

static const char *const shells[] = { "bash", "zsh", "fish" };

static char *write_completion(const char *shell) {
        Buffer buffer = { 0 };
        char *text = NULL;

        ck_assert_int_eq(completion_write(shell, &buffer), 0);
        ck_assert_int_eq(buffer_take(&buffer, &text), 0);
        return text;
}

static bool is_word(char character) {
        return character == '-' || (character >= 'a' && character <= 'z') ||
                        (character >= '0' && character <= '9');
}

/* As a whole word. */
static bool has_word(const char *text, const char *word) {
        size_t length = strlen(word);

        for (const char *at = text; (at = strstr(at, word)); at += length)
                if ((at == text || !is_word(at[-1])) && !is_word(at[length]))
                        return true;
        return false;
}

START_TEST(a_completion_knows_all_verbs_and_options) {
        CLEANUP_FREE char *text = write_completion(shells[_i]);
        bool fish = strcmp(shells[_i], "fish") == 0;

        for (const Verb *verb = verbs; verb->name; verb++)
                ck_assert_msg(has_word(text, verb->name), "%s: no verb %s", shells[_i], verb->name);
        for (const OptionRow *row = option_rows; row->name; row++) {
                char option[64];

                (void) snprintf(option, sizeof(option), "%s%s", fish ? "-l " : "--", row->name);
                ck_assert_msg(has_word(text, fish ? row->name : option), "%s: no %s", shells[_i], option);
        }
}
END_TEST

START_TEST(an_unknown_shell_has_none) {
        Buffer buffer = { 0 };

        ck_assert_int_eq(completion_write("tcsh", &buffer), -EINVAL);
}
END_TEST

/* Prints with stdout turned to a file, since that is where help goes. */
static char *print_help(void) {
        char *none[] = { NULL };
        Context context = { 0 };
        FILE *file = tmpfile();
        char *text = calloc(1, 65536);
        int saved = dup(STDOUT_FILENO);

        ck_assert(file && text && saved >= 0);
        (void) fflush(stdout);
        ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
        ck_assert_int_eq(verb_help(&context, none), 0);
        (void) fflush(stdout);
        ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
        (void) close(saved);

        rewind(file);
        ck_assert_uint_gt(fread(text, 1, 65535, file), 0);
        (void) fclose(file);
        return text;
}

START_TEST(help_knows_all_verbs_and_options) {
        CLEANUP_FREE char *text = print_help();

        for (const Verb *verb = verbs; verb->name; verb++) {
                ck_assert_msg(has_word(text, verb->name), "no verb %s", verb->name);
                ck_assert_ptr_nonnull(strstr(text, verb->help));
        }
        for (const OptionRow *row = option_rows; row->name; row++) {
                char option[64];

                (void) snprintf(option, sizeof(option), "--%s", row->name);
                ck_assert_msg(!row->help || has_word(text, option), "no option %s", option);
        }
}
END_TEST

START_TEST(the_verbs_are_consistent) {
        for (const Verb *verb = verbs; verb->name; verb++) {
                ck_assert_ptr_nonnull(verb->run);
                ck_assert_uint_le(verb->n_min, verb->n_max);
                ck_assert_int_eq(*verb->synopsis == 0, verb->n_max == 0);
                ck_assert_int_eq(verb->n_min == 0, *verb->synopsis == 0 || *verb->synopsis == '[');
                ck_assert_ptr_eq(verb_find(verb->name), verb);
                for (const Verb *other = verb + 1; other->name; other++)
                        ck_assert_str_ne(verb->name, other->name);
        }
        ck_assert_ptr_null(verb_find("lst-jobs"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("completion");
        TCase *tables = tcase_create("tables");

        tcase_add_loop_test(tables, a_completion_knows_all_verbs_and_options, 0, (int) ARRAY_SIZE(shells));
        tcase_add_test(tables, an_unknown_shell_has_none);
        tcase_add_test(tables, help_knows_all_verbs_and_options);
        tcase_add_test(tables, the_verbs_are_consistent);
        suite_add_tcase(suite, tables);
        return suite;
}
