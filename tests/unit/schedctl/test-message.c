/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/file.h"

/* Takes standard error for as long as the test, a process of its own, lives. */
static int capture(void) {
        int fd = memfd_create("stderr", MFD_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
        return fd;
}

static void expect_said(int fd, const char *expected) {
        CLEANUP_FREE char *text = NULL;
        size_t size;

        (void) fflush(stderr);
        ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
        ck_assert_int_eq(fd_read_all(fd, 4096, &text, &size), 0);
        ck_assert_str_eq(text, expected);
}

/* clang-format off */
static const struct {
        const char *text, *said;
} texts[] = {
        { "no such job: 'a'",         "schedctl: no such job: 'a'.\n" },
        { "That is all.",             "schedctl: That is all.\n" },
        { "really?",                  "schedctl: really?\n" },
        { "blanks  ",                 "schedctl: blanks.\n" },
        /* what a terminal would obey stays out */
        { "job '\x1b[31mred\x1b[m'",  "schedctl: job '\\x1b[31mred\\x1b[m'.\n" },
        { "job 'a\nb'",               "schedctl: job 'a b'.\n" },
};
/* clang-format on */

START_TEST(a_complaint_is_one_clean_sentence) {
        CLEANUP_CLOSE int fd = capture();

        complain("%s", texts[_i].text);
        expect_said(fd, texts[_i].said);
}
END_TEST

START_TEST(an_errno_is_the_reason) {
        CLEANUP_CLOSE int fd = capture();

        ck_assert_int_eq(complain_errno(-ENOENT, "cannot open '%s'", "f"), STATUS_FAILURE);
        expect_said(fd, "schedctl: cannot open 'f': No such file or directory.\n");
}
END_TEST

/* clang-format off */
static const struct {
        int r;
        ClientFault fault;
        const char *text, *hint, *thing;
        int status;
        const char *said;
} clients[] = {
        { -ENOENT,  CLIENT_FAULT_NO_SUCH, "There is no job 'a'.", NULL, "a", STATUS_NO_SUCH,
          "schedctl: There is no job 'a'.\n" },
        { -ENOENT,  CLIENT_FAULT_NO_SUCH, "There is no such job.", NULL, "a", STATUS_NO_SUCH,
          "schedctl: a: There is no such job.\n" },
        { -EACCES,  CLIENT_FAULT_OTHER, NULL, NULL, NULL, STATUS_FAILURE, "schedctl: Permission denied.\n" },
        { -EACCES,  CLIENT_FAULT_OTHER, "You may not.", "Try sudo.", NULL, STATUS_FAILURE,
          "schedctl: You may not.\nTry sudo.\n" },
};
/* clang-format on */

START_TEST(an_error_of_the_daemon_has_a_hint_and_a_status) {
        CLEANUP_CLOSE int fd = capture();
        ClientError error = {
                .fault = clients[_i].fault,
                .text = clients[_i].text ? strdup(clients[_i].text) : NULL,
                .hint = clients[_i].hint,
        };

        ck_assert_int_eq(complain_client(clients[_i].r, &error, clients[_i].thing), clients[_i].status);
        expect_said(fd, clients[_i].said);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("message");
        TCase *message = tcase_create("message");

        tcase_add_loop_test(message, a_complaint_is_one_clean_sentence, 0, ARRAY_SIZE(texts));
        tcase_add_test(message, an_errno_is_the_reason);
        tcase_add_loop_test(message, an_error_of_the_daemon_has_a_hint_and_a_status, 0, ARRAY_SIZE(clients));
        suite_add_tcase(suite, message);
        return suite;
}
