/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/notify-message.h"

#include <stdlib.h>

#include "support/test-support.h"

#define TEXT(text) (text), sizeof(text) - 1

/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        int result, progress;
        const char *status;
} cases[] = {
        { TEXT("X_PROGRESS=42"),                1, 42,  NULL },
        { TEXT("X_PROGRESS=42%\n"),             1, 42,  NULL },
        { TEXT("X_PROGRESS=0\nX_PROGRESS=100"), 1, 100, NULL },
        { TEXT("STATUS=half done"),             1, -1,  "half done" },
        { TEXT("STATUS="),                      1, -1,  "" },
        { TEXT("STATUS=a\nSTATUS=b\n"),         1, -1,  "b" },
        { TEXT("READY=1\nSTATUS=up\nX_PROGRESS=7\nMAINPID=1\n"), 1, 7, "up" },
        { TEXT("STATUS=a\x1b[31m\tb\x7f"),      1, -1,  "a [31m b " },
        { TEXT("STATUS=a\xc2\x9b" "b"),         1, -1,  "a  b" },
        { TEXT("STATUS=gr\xc3\xbc\xc3\x9f"),    1, -1,  "gr\xc3\xbc\xc3\x9f" },
        { TEXT("STATUS=\xff\0x"),               1, -1,  "\xef\xbf\xbd\xef\xbf\xbdx" },
        { TEXT(""),                             0, -1,  NULL },
        { TEXT("\n\n\n"),                       0, -1,  NULL },
        { TEXT("READY=1"),                      0, -1,  NULL },
        { TEXT("X_PROGRESS=101"),               0, -1,  NULL },
        { TEXT("X_PROGRESS=-1"),                0, -1,  NULL },
        { TEXT("X_PROGRESS="),                  0, -1,  NULL },
        { TEXT("X_PROGRESS=%"),                 0, -1,  NULL },
        { TEXT("X_PROGRESS=4x"),                0, -1,  NULL },
        { TEXT("X_PROGRESS=0000000000042"),     0, -1,  NULL },
        { TEXT("X_PROGRESS"),                   0, -1,  NULL },
        { TEXT(" STATUS=x"),                    0, -1,  NULL },
};
/* clang-format on */

START_TEST(what_a_job_says_is_heard) {
        NotifyMessage message = { .progress = -1 };

        ck_assert_int_eq(notify_message_parse(cases[_i].data, cases[_i].size, &message), cases[_i].result);
        ck_assert_int_eq(message.progress, cases[_i].progress);
        if (cases[_i].status)
                ck_assert_str_eq(message.status, cases[_i].status);
        else
                ck_assert_ptr_null(message.status);
        notify_message_done(&message);
}
END_TEST

START_TEST(a_long_status_is_cut_between_characters) {
        char text[8 + 3 * NOTIFY_STATUS_MAX];
        NotifyMessage message;

        memcpy(text, "STATUS=", 7);
        for (size_t i = 7; i + 2 < sizeof(text); i += 2)
                memcpy(text + i, "\xc3\xbc", 2);
        ck_assert_int_eq(notify_message_parse(text, sizeof(text) - 2, &message), 1);
        ck_assert_uint_eq(strlen(message.status), NOTIFY_STATUS_MAX);
        notify_message_done(&message);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notify-message");
        TCase *tcase = tcase_create("notify-message");

        tcase_add_loop_test(tcase, what_a_job_says_is_heard, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, a_long_status_is_cut_between_characters);
        suite_add_tcase(suite, tcase);
        return suite;
}
