/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-intake.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

static const ActionParameter no_parameters[] = { { .name = NULL } };
static const ActionProgram program = { .name = "file", .parameters = no_parameters };

#define ABC_MD5 "900150983cd24fb0d6963f7d28e17f72"
#define ABC_SHA1 "a9993e364706816aba3e25717850c26c9cd0d89d"
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* clang-format off */
static const struct {
        const char *from, *to, *checksum;
        uint64_t max_bytes;
        const char *in, *out; /* NULL: it fails, with the message */
        const char *message;
} cases[] = {
        { NULL, NULL, NULL, 9, "", "", NULL },
        { NULL, NULL, NULL, 3, "abc", "abc", NULL },
        { NULL, NULL, NULL, 2, "abc", NULL, "It is larger than the 2 bytes that 'max-bytes' allows" },
        { NULL, NULL, "md5:" ABC_MD5, 9, "abc", "abc", NULL },
        { NULL, NULL, "sha1:" ABC_SHA1, 9, "abc", "abc", NULL },
        { NULL, NULL, "sha256:" ABC_SHA256, 9, "abc", "abc", NULL },
        { NULL, NULL, "sha256:" ABC_SHA256, 9, "abd", NULL, "The content has another sha256 than 'checksum' says: it is damaged, or another one" },
        { "UTF-8", "ISO-8859-1", NULL, 9, "h\xc3\xa4llo", "h\xe4llo", NULL },
        { "ISO-8859-1", "UTF-8", "md5:" ABC_MD5, 9, "abc", "abc", NULL }, /* of what comes in */
        { "UTF-8", "UTF-16LE", NULL, 9, "a", "a", NULL }, /* and a NUL */
        { "UTF-8", "ISO-8859-1", NULL, 9, "ab\xe2\x82\xac", NULL, "What is at byte 2 is not 'UTF-8', or has no place in 'ISO-8859-1'" },
        { "UTF-8", "ISO-8859-1", NULL, 9, "abc\xff", NULL, "What is at byte 3 is not 'UTF-8', or has no place in 'ISO-8859-1'" },
        { "UTF-8", "ISO-8859-1", NULL, 9, "abc\xc3", NULL, "What is at byte 3 is not 'UTF-8', or has no place in 'ISO-8859-1'" },
        { "UTF-8", "ISO-2022-JP", NULL, 99, "\xe6\x97\xa5", "\x1b$BF|\x1b(B", NULL }, /* ends in its first state */
};
/* clang-format on */

/* In pieces of `step` bytes: a character may be cut anywhere. */
static int take_in(FileIntake *intake, const char *in, size_t step) {
        size_t size = strlen(in);
        int r = 0;

        for (size_t i = 0; i < size && r >= 0; i += step)
                r = file_intake_write(intake, in + i, MIN(step, size - i));
        return r < 0 ? r : file_intake_finish(intake);
}

START_TEST(what_comes_in_goes_out) {
        for (size_t step = 1; step <= 8; step++) {
                FileRequest request = { .encoding_from = (char *) cases[_i].from,
                                        .encoding_to = (char *) cases[_i].to,
                                        .checksum = (char *) cases[_i].checksum,
                                        .max_bytes = cases[_i].max_bytes };
                CLEANUP(file_intake_done) FileIntake intake = { .fd = -EBADF };
                CLEANUP(buffer_done) Buffer out = { 0 };
                CLEANUP(action_done) Action action;
                int r;

                action_init(&action, &program);
                ck_assert_int_eq(file_intake_init(&intake, &action, &request, -EBADF, &out), 0);
                r = take_in(&intake, cases[_i].in, step);
                ck_assert_int_eq(r, cases[_i].out ? 0 : -ECANCELED);
                if (cases[_i].out)
                        ck_assert_str_eq(out.data ?: "", cases[_i].out);
                else
                        ck_assert_str_eq(action.message, cases[_i].message);
        }
}
END_TEST

static const char *const wrong_checksums[] = {
        "",
        "sha256",
        "sha256:",
        "sha256:zz",
        ABC_SHA256,
        "sha257:" ABC_SHA256,
        "md5:" ABC_SHA256,
        "sha256:" ABC_SHA256 "00",
        "sha256:" ABC_MD5 "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
};

START_TEST(a_checksum_that_is_none_is_refused) {
        FileRequest request = { .checksum = (char *) wrong_checksums[_i] };
        CLEANUP(file_intake_done) FileIntake intake = { .fd = -EBADF };
        CLEANUP(action_done) Action action;

        action_init(&action, &program);
        ck_assert_int_eq(file_intake_init(&intake, &action, &request, -EBADF, NULL), -ECANCELED);
        ck_assert_ptr_nonnull(strstr(action.message, "file.checksum expects"));
}
END_TEST

START_TEST(the_result_has_size_and_hash) {
        FileRequest request = { .max_bytes = UINT64_MAX };
        CLEANUP(file_intake_done) FileIntake intake = { .fd = -EBADF };
        CLEANUP_FREE char *result = NULL;
        CLEANUP(action_done) Action action;

        action_init(&action, &program);
        ck_assert_int_eq(file_intake_init(&intake, &action, &request, -EBADF, NULL), 0);
        ck_assert_int_eq(take_in(&intake, "abc", 2), 0);
        file_intake_report(&intake, &action.result);
        ck_assert_int_eq(action_finish(&action, 0, &result), 0);
        ck_assert_str_eq(result, "{\"bytes\":3,\"sha256\":\"" ABC_SHA256 "\"}\n");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("file-intake");
        TCase *intake = tcase_create("intake");

        tcase_add_loop_test(intake, what_comes_in_goes_out, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(intake, a_checksum_that_is_none_is_refused, 0, ARRAY_SIZE(wrong_checksums));
        tcase_add_test(intake, the_result_has_size_and_hash);
        suite_add_tcase(suite, intake);
        return suite;
}
