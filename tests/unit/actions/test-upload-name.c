/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/upload-name.h"

#include <errno.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *url;
        int r;
        const char *sent_to, *first, *second;
} cases[] = {
        { "ftp://h/in/a.pdf",        1, "ftp://h/in/a.pdf.part",  "RNFR a.pdf.part", "RNTO a.pdf" },
        { "ftps://u:p@h:21/a",       1, "ftps://u:p@h:21/a.part", "RNFR a.part",     "RNTO a" },
        { "ftp://h//etc/a%20b",      1, "ftp://h//etc/a%20b.part", "RNFR a b.part",  "RNTO a b" },
        { "sftp://h/in/a",           1, "sftp://h/in/a.part",     "*rm \"/in/a\"",   "rename \"/in/a.part\" \"/in/a\"" },
        { "sftp://h/~/a",            1, "sftp://h/~/a.part",      "*rm \"a\"",       "rename \"a.part\" \"a\"" },
        { "sftp://h/a%22b%5cc%20d",  1, "sftp://h/a%22b%5cc%20d.part", "*rm \"/a\\\"b\\\\c d\"",
          "rename \"/a\\\"b\\\\c d.part\" \"/a\\\"b\\\\c d\"" },
        { "ftp://h/a;type=a",        0, NULL, NULL, NULL },
        { "http://h/a",              0, NULL, NULL, NULL },
        { "https://h/",              0, NULL, NULL, NULL },
        { "ftp://h/in/",       -EINVAL, NULL, NULL, NULL },
        { "sftp://h",          -EINVAL, NULL, NULL, NULL },
        { "ftp://h/a%0D%0ADELE%20b", -EINVAL, NULL, NULL, NULL },
        { "sftp://h/a%00b",    -EINVAL, NULL, NULL, NULL },
        { "sftp://",           -EINVAL, NULL, NULL, NULL },
};
/* clang-format on */

static void expect_text(const char *wanted, const char *got) {
        if (wanted)
                ck_assert_str_eq(got, wanted);
}

START_TEST(a_file_is_sent_under_another_name) {
        UploadName name;
        int r = upload_name_init(&name, cases[_i].url);

        ck_assert_int_eq(r, cases[_i].r);
        expect_text(cases[_i].sent_to, name.url);
        expect_text(cases[_i].first, name.commands[0]);
        expect_text(cases[_i].second, name.commands[1]);
        upload_name_done(&name);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("upload-name");
        TCase *names = tcase_create("names");

        tcase_add_loop_test(names, a_file_is_sent_under_another_name, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, names);
        return suite;
}
