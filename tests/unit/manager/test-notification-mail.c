/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-mail.h"

#include <string.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define MIME                                        \
        "MIME-Version: 1.0\n"                       \
        "Content-Type: text/plain; charset=UTF-8\n" \
        "Content-Transfer-Encoding: quoted-printable\n\n"

static char *format(Mail mail) {
        char *text = NULL;

        mail.to = mail.to ?: "ops@example.org";
        mail.subject = mail.subject ?: "s";
        mail.text = mail.text ?: "";
        mail.message_id = "id@host";
        ck_assert_int_eq(mail_format(&mail, &text), 0);
        return text;
}

START_TEST(a_mail_is_complete) {
        const char *const headers[] = { "X-Jobsched-Job", "backup", "X-Jobsched-State", "", NULL };
        CLEANUP_FREE char *text = format((Mail){
                        .from = "jobs@example.org",
                        .subject = "backup failed",
                        .text = "It failed.\n\nBad",
                        .headers = headers,
                        .date_usec = INT64_C(1774746000) * USEC_PER_SEC,
        });

        ck_assert_str_eq(
                        text,
                        "To: ops@example.org\n"
                        "From: jobs@example.org\n"
                        "Subject: backup failed\n"
                        "Date: Sun, 29 Mar 2026 01:00:00 +0000\n"
                        "Message-ID: <id@host>\n"
                        "Auto-Submitted: auto-generated\n"
                        "X-Jobsched-Job: backup\n" MIME "It failed.\n\nBad\n");
}
END_TEST

/* clang-format off */
static const struct {
        const char *subject, *header;
} subject_cases[] = {
        { "plain",                  "Subject: plain\n" },
        { "",                       "Subject: \n" },
        { "\xc3\xa4",               "Subject: =?UTF-8?B?w6Q=?=\n" },
        { "a\nBcc: x@example.org",  "Subject: =?UTF-8?B?YQpCY2M6IHhAZXhhbXBsZS5vcmc=?=\n" },
        { "a\r\nb",                 "Subject: =?UTF-8?B?YQpi?=\n" },
        { "=?UTF-8?B?eA==?=",       "Subject: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=\n" },
        { "\xff",                   "Subject: =?UTF-8?B?77+9?=\n" },
};

static const struct {
        const char *text, *quoted;
} text_cases[] = {
        { "a=b",        "a=3Db\n" },
        { "\xc3\xa4",   "=C3=A4\n" },
        { "end \nnext", "end=20\nnext\n" },
        { "\t",         "=09\n" },
        { "a\n.\nb",    "a\n.\nb\n" },
        { "\x1b[1m",    "=EF=BF=BD[1m\n" },
};
/* clang-format on */

START_TEST(a_subject_stays_one_header) {
        CLEANUP_FREE char *text = format((Mail){ .subject = subject_cases[_i].subject });

        ck_assert_ptr_nonnull(strstr(text, subject_cases[_i].header));
        ck_assert_ptr_null(strstr(text, "\nBcc:"));
}
END_TEST

START_TEST(text_is_quoted) {
        CLEANUP_FREE char *text = format((Mail){ .text = text_cases[_i].text });

        ck_assert_str_eq(strstr(text, MIME) + strlen(MIME), text_cases[_i].quoted);
}
END_TEST

START_TEST(an_address_cannot_begin_a_header) {
        CLEANUP_FREE char *text = format((Mail){ .to = "a@b\nBcc: c@d" });

        ck_assert_ptr_nonnull(strstr(text, "To: a@b Bcc: c@d\n"));
}
END_TEST

START_TEST(no_line_is_too_long) {
        char subject[2000], body[4000];
        CLEANUP_FREE char *text = NULL;

        for (size_t i = 0; i + 1 < sizeof(subject); i++)
                subject[i] = (char) (i % 3 == 0 ? 'x' : i % 3 == 1 ? 0xc3 : 0xa4);
        subject[sizeof(subject) - 1] = '\0';
        memset(body, '=', sizeof(body));
        body[sizeof(body) - 1] = '\0';
        text = format((Mail){ .subject = subject, .text = body });

        for (const char *line = text; *line != '\0';) {
                size_t length = strcspn(line, "\n");

                ck_assert_uint_le(length, 78);
                line += length + 1;
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notification-mail");
        TCase *mails = tcase_create("mails");

        tcase_add_test(mails, a_mail_is_complete);
        tcase_add_loop_test(mails, a_subject_stays_one_header, 0, ARRAY_SIZE(subject_cases));
        tcase_add_loop_test(mails, text_is_quoted, 0, ARRAY_SIZE(text_cases));
        tcase_add_test(mails, an_address_cannot_begin_a_header);
        tcase_add_test(mails, no_line_is_too_long);
        suite_add_tcase(suite, mails);
        return suite;
}
