/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"

/* Standard error goes into a file, which says at the end what was written. Each test is a process of its own.
 */
static int stderr_capture(void) {
        int fd = memfd_create("stderr", MFD_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
        (void) unsetenv("JOURNAL_STREAM");
        return fd;
}

static void assert_captured(int fd, const char *expected) {
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
        ck_assert_int_eq(fd_read_all(fd, 100000, &text, NULL), 0);
        ck_assert_str_eq(text, expected);
}

/* Tells the log that standard error is a stream of the journal, as systemd does for a service. */
static void set_journal_stream(unsigned inode_offset) {
        char stream[64];
        struct stat st;

        ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
        (void) snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t) st.st_dev,
                        (uintmax_t) st.st_ino + inode_offset);
        ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
}

/* clang-format off */
static const struct {
        const char *text;
        int level;
} level_cases[] = {
        { "emerg",   LOG_EMERG },
        { "alert",   LOG_ALERT },
        { "crit",    LOG_CRIT },
        { "error",   LOG_ERR },
        { "warning", LOG_WARNING },
        { "notice",  LOG_NOTICE },
        { "info",    LOG_INFO },
        { "debug",   LOG_DEBUG },
        { "0",       LOG_EMERG },
        { "7",       LOG_DEBUG },
        { "8",       -EINVAL },
        { "-1",      -EINVAL },
        { "07",      -EINVAL },
        { "",        -EINVAL },
        { "Error",   -EINVAL },
        { "verbose", -EINVAL },
};
/* clang-format on */

START_TEST(levels_have_names_and_numbers) {
        ck_assert_int_eq(log_level_parse(level_cases[_i].text), level_cases[_i].level);
}
END_TEST

START_TEST(stderr_gets_the_identifier_and_the_text) {
        CLEANUP_CLOSE int fd = stderr_capture();

        log_open("jobschedd", LOG_TARGET_STDERR);
        log_info("Started %d jobs", 3);
        log_error("%s", "");

        assert_captured(fd, "jobschedd: Started 3 jobs\njobschedd: \n");
}
END_TEST

START_TEST(the_error_is_returned_negative_and_named) {
        CLEANUP_CLOSE int fd = stderr_capture();

        log_open("x", LOG_TARGET_STDERR);
        errno = EXDEV;

        ck_assert_int_eq(log_error_errno(-ENOENT, "Cannot open '%s': %m", "f"), -ENOENT);
        ck_assert_int_eq(log_warning_errno(EACCES, "Cannot read: %m"), -EACCES);
        ck_assert_int_eq(log_full(LOG_ERR, 0, NULL, "No error"), 0);
        ck_assert_int_eq(log_debug_errno(-EIO, "Not shown: %m"), -EIO);

        ck_assert_int_eq(errno, EXDEV);
        assert_captured(fd,
                        "x: Cannot open 'f': No such file or directory\n"
                        "x: Cannot read: Permission denied\n"
                        "x: No error\n");
}
END_TEST

START_TEST(levels_beyond_the_limit_are_left_out) {
        CLEANUP_CLOSE int fd = stderr_capture();

        log_open("x", LOG_TARGET_STDERR);
        ck_assert_int_eq(log_get_max_level(), LOG_INFO);
        log_debug("debug at info");
        log_set_max_level(LOG_DEBUG);
        log_debug("debug at debug");
        log_set_max_level(LOG_ERR);
        log_warning("warning at error");
        log_error("error at error");
        ck_assert_int_eq(log_get_max_level(), LOG_ERR);

        assert_captured(fd, "x: debug at debug\nx: error at error\n");
}
END_TEST

START_TEST(a_journal_stream_gets_the_priority_on_each_line) {
        CLEANUP_CLOSE int fd = stderr_capture();

        set_journal_stream(0);
        log_open("x", LOG_TARGET_STDERR);
        log_error("first\nsecond");
        log_notice("third");

        assert_captured(fd, "<3>first\n<3>second\n<5>third\n");
}
END_TEST

START_TEST(a_journal_stream_that_is_not_stderr_changes_nothing) {
        CLEANUP_CLOSE int fd = stderr_capture();

        set_journal_stream(1);
        log_open("x", LOG_TARGET_STDERR);
        log_error("first\nsecond");

        assert_captured(fd, "x: first\nx: second\n");
}
END_TEST

START_TEST(no_target_gets_nothing) {
        CLEANUP_CLOSE int fd = stderr_capture();

        log_open("x", LOG_TARGET_NONE);

        ck_assert_int_eq(log_error_errno(-EIO, "text"), -EIO);
        assert_captured(fd, "");
}
END_TEST

START_TEST(a_log_that_was_not_opened_works) {
        CLEANUP_CLOSE int fd = stderr_capture();
        CLEANUP_FREE char *expected = NULL;

        log_warning("early");

        ck_assert_int_ge(asprintf(&expected, "%s: early\n", program_invocation_short_name), 0);
        assert_captured(fd, expected);
}
END_TEST

static bool write_file(const char *path, const char *text) {
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);

        return fd >= 0 && fd_write_all(fd, text, strlen(text)) >= 0;
}

/* Whoever is not root becomes root of a user namespace of its own. */
static bool become_root(void) {
        char user_map[64], group_map[64];

        (void) snprintf(user_map, sizeof(user_map), "0 %u 1", (unsigned) geteuid());
        (void) snprintf(group_map, sizeof(group_map), "0 %u 1", (unsigned) getegid());
        return geteuid() == 0 ||
                        (unshare(CLONE_NEWUSER) >= 0 && write_file("/proc/self/uid_map", user_map) &&
                         write_file("/proc/self/setgroups", "deny") &&
                         write_file("/proc/self/gid_map", group_map));
}

/* An empty /run that only this process sees. False if the machine does not allow it. */
static bool private_run(void) {
        return become_root() && unshare(CLONE_NEWNS) >= 0 &&
                        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) >= 0 &&
                        mount("tmpfs", "/run", "tmpfs", 0, NULL) >= 0;
}

/* The receiving end of the journal's socket. */
static int journal_socket(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(directory_make_all("/run/systemd/journal", 0755), 0);
        ck_assert_int_eq(bind(fd, (const struct sockaddr *) &address, sizeof(address)), 0);
        return fd;
}

static void assert_entry(int fd, const char *expected) {
        struct pollfd item = { .fd = fd, .events = POLLIN };
        char entry[4096];
        ssize_t n;

        ck_assert_int_eq(poll(&item, 1, 10000), 1);
        n = recv(fd, entry, sizeof(entry) - 1, 0);
        ck_assert_int_ge(n, 0);
        entry[n] = '\0';
        ck_assert_str_eq(entry, expected);
}

START_TEST(the_journal_gets_an_entry_with_fields) {
        static const char *const fields[] = { "JOBSCHED_JOB=backup", "JOBSCHED_EXECUTION=7", NULL };
        CLEANUP_CLOSE int captured = -EBADF;
        CLEANUP_CLOSE int journal = -EBADF;

        if (!private_run())
                return;
        journal = journal_socket();
        captured = stderr_capture();

        log_open("jobschedd", _i == 0 ? LOG_TARGET_AUTO : LOG_TARGET_JOURNAL);
        ck_assert_int_eq(log_full(LOG_ERR, -ENOENT, fields, "Cannot open: %m"), -ENOENT);
        log_notice("Ready");

        assert_entry(journal,
                     "MESSAGE=Cannot open: No such file or "
                     "directory\nSYSLOG_IDENTIFIER=jobschedd\nPRIORITY=3\n"
                     "ERRNO=2\nJOBSCHED_JOB=backup\nJOBSCHED_EXECUTION=7\n");
        assert_entry(journal, "MESSAGE=Ready\nSYSLOG_IDENTIFIER=jobschedd\nPRIORITY=5\n");
        assert_captured(captured, "");
}
END_TEST

START_TEST(without_a_journal_nothing_is_lost) {
        static const char *const fields[] = { "JOBSCHED_JOB=backup", NULL };
        CLEANUP_CLOSE int captured = -EBADF;

        if (!private_run())
                return;
        captured = stderr_capture();

        log_open("x", _i == 0 ? LOG_TARGET_AUTO : LOG_TARGET_JOURNAL);
        (void) log_full(LOG_INFO, 0, fields, "text");

        assert_captured(captured, "x: text\n");
}
END_TEST

START_TEST(a_journal_that_goes_away_is_noticed) {
        CLEANUP_CLOSE int captured = -EBADF;
        CLEANUP_CLOSE int journal = -EBADF;

        if (!private_run())
                return;
        journal = journal_socket();
        captured = stderr_capture();

        log_open("x", LOG_TARGET_JOURNAL);
        log_info("before");
        assert_entry(journal, "MESSAGE=before\nSYSLOG_IDENTIFIER=x\nPRIORITY=6\n");
        ck_assert_int_eq(unlink("/run/systemd/journal/socket"), 0);
        log_info("after");

        assert_captured(captured, "x: after\n");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("log");
        TCase *lines = tcase_create("stderr"), *journal = tcase_create("journal");

        tcase_add_loop_test(lines, levels_have_names_and_numbers, 0, ARRAY_SIZE(level_cases));
        tcase_add_test(lines, stderr_gets_the_identifier_and_the_text);
        tcase_add_test(lines, the_error_is_returned_negative_and_named);
        tcase_add_test(lines, levels_beyond_the_limit_are_left_out);
        tcase_add_test(lines, a_journal_stream_gets_the_priority_on_each_line);
        tcase_add_test(lines, a_journal_stream_that_is_not_stderr_changes_nothing);
        tcase_add_test(lines, no_target_gets_nothing);
        tcase_add_test(lines, a_log_that_was_not_opened_works);
        suite_add_tcase(suite, lines);

        tcase_add_loop_test(journal, the_journal_gets_an_entry_with_fields, 0, 2);
        tcase_add_loop_test(journal, without_a_journal_nothing_is_lost, 0, 2);
        tcase_add_test(journal, a_journal_that_goes_away_is_noticed);
        suite_add_tcase(suite, journal);
        return suite;
}
