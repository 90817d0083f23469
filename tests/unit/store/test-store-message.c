/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-message.h"

#include <errno.h>
#include <stdlib.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/types.h"

/* clang-format off */
static const struct {
        const char *path;
        int error;
        const char *text;
} message_cases[] = {
        { "/a.db", -ENOSPC, "'/a.db' cannot be written, since its file system is full: free some space there" },
        { "/a.db", ENOSPC,  "'/a.db' cannot be written, since its file system is full: free some space there" },
        { NULL,    -ENOMEM, "the database in memory needs more memory than there is: free some memory" },
        { "/a.db", -EXDEV,  "'/a.db' cannot be used: Invalid cross-device link" },
        { "/a.db", -99999,  "'/a.db' cannot be used: unknown error" },
};
/* clang-format on */

START_TEST(a_sentence_names_file_fault_and_advice) {
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(store_message(message_cases[_i].path, message_cases[_i].error, &text), 0);
        ck_assert_str_eq(text, message_cases[_i].text);
}
END_TEST

START_TEST(an_open_error_goes_up_unchanged) {
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(store_open_error("/a.db", -EROFS, &text), -EROFS);
        ck_assert_ptr_nonnull(text);
        ck_assert_int_eq(store_open_error("/a.db", -EROFS, NULL), -EROFS);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-message");
        TCase *tcase = tcase_create("message");

        tcase_add_loop_test(tcase, a_sentence_names_file_fault_and_advice, 0, ARRAY_SIZE(message_cases));
        tcase_add_test(tcase, an_open_error_goes_up_unchanged);
        suite_add_tcase(suite, tcase);
        return suite;
}
