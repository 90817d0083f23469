/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/ics-file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"

#define NOBODY 65534

static char directory[] = "/tmp/jobsched-ics-XXXXXX";
static char path[sizeof(directory) + 16];

static void set_up(void) {
        (void) strcpy(directory, "/tmp/jobsched-ics-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
        ck_assert_int_eq(chmod(directory, 0755), 0);
        (void) snprintf(path, sizeof(path), "%s/a.ics", directory);
        ck_assert_int_eq(file_replace(path, "BEGIN", 5, 0644, false), 0);
}

static void tear_down(void) {
        (void) unlink(path);
        (void) rmdir(directory);
}

static IcsFile ics(bool system_mode, uid_t owner_uid, const char *name) {
        JobDecodeContext context = { .system_mode = system_mode, .owner_uid = owner_uid };
        IcsFile file = { 0 };

        ck_assert_int_eq(ics_file_read(&context, name, &file), 0);
        ck_assert_int_eq(!file.text, file.fault != NULL);
        return file;
}

START_TEST(a_file_is_read_and_known_again) {
        CLEANUP(ics_file_done) IcsFile file = ics(true, 0, path);
        struct stat status;

        ck_assert_str_eq(file.text, "BEGIN");
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_uint_eq(file.status.st_ino, status.st_ino);
}
END_TEST

START_TEST(what_cannot_be_had_is_told) {
        CLEANUP(ics_file_done) IcsFile missing = ics(true, 0, "/nonexistent/a.ics");
        CLEANUP(ics_file_done) IcsFile device = ics(true, 0, "/dev/null");
        CLEANUP(ics_file_done) IcsFile folder = ics(true, 0, directory);
        CLEANUP(ics_file_done) IcsFile odd = { 0 };
        CLEANUP(ics_file_done) IcsFile large = { 0 };

        ck_assert_str_eq(missing.fault, "does not exist");
        ck_assert_uint_eq(missing.status.st_ino, 0);
        ck_assert_str_eq(device.fault, "is not a regular file");
        ck_assert_str_eq(folder.fault, "is not a regular file");

        ck_assert_int_eq(file_replace(path, "a\0b", 3, 0644, false), 0);
        odd = ics(true, 0, path);
        ck_assert_str_eq(odd.fault, "is not a text: it holds a NUL byte");

        ck_assert_int_eq(truncate(path, (off_t) ICS_SIZE_MAX + 1), 0);
        large = ics(true, 0, path);
        ck_assert_str_eq(large.fault, "is larger than 1 MiB");
        ck_assert_uint_ne(large.status.st_ino, 0);
}
END_TEST

/* The daemon could read all of them; the user learns nothing of those that are not for him. */
START_TEST(a_users_job_gets_only_what_the_user_may_read) {
        static const char refusal[] =
                        "is not a file that belongs to the job's owner or is readable by everyone";
        CLEANUP(ics_file_done) IcsFile open = { 0 };
        CLEANUP(ics_file_done) IcsFile closed = { 0 };
        CLEANUP(ics_file_done) IcsFile hidden = { 0 };
        CLEANUP(ics_file_done) IcsFile own = { 0 };
        CLEANUP(ics_file_done) IcsFile private = { 0 };
        CLEANUP(ics_file_done) IcsFile missing = ics(true, NOBODY, "/nonexistent/a.ics");

        if (geteuid() != 0)
                return; /* nothing here would be root's */

        ck_assert_str_eq(missing.fault, refusal);
        open = ics(true, NOBODY, path);
        ck_assert_str_eq(open.text, "BEGIN");

        ck_assert_int_eq(chmod(path, 0640), 0);
        closed = ics(true, NOBODY, path);
        ck_assert_str_eq(closed.fault, refusal);

        ck_assert_int_eq(chmod(path, 0644), 0);
        ck_assert_int_eq(chmod(directory, 0700), 0);
        hidden = ics(true, NOBODY, path);
        ck_assert_str_eq(hidden.fault, refusal);

        ck_assert_int_eq(chown(directory, NOBODY, NOBODY), 0);
        ck_assert_int_eq(chown(path, NOBODY, NOBODY), 0);
        ck_assert_int_eq(chmod(path, 0600), 0);
        own = ics(true, NOBODY, path);
        ck_assert_str_eq(own.text, "BEGIN");
        private = ics(false, NOBODY, path);
        ck_assert_str_eq(private.text, "BEGIN");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("ics-file");
        TCase *tcase = tcase_create("ics-file");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, a_file_is_read_and_known_again);
        tcase_add_test(tcase, what_cannot_be_had_is_told);
        tcase_add_test(tcase, a_users_job_gets_only_what_the_user_may_read);
        suite_add_tcase(suite, tcase);
        return suite;
}
