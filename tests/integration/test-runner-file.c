/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What comes out of a job: its output in a file of its own, and what it says of its progress. */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/runner-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

static RunnerFixture fixture;

static void set_up(void) {
        runner_fixture_init(&fixture);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
}

static void tear_down(void) {
        runner_fixture_done(&fixture);
}

static char *read_output(const char *name) {
        char path[96], *text = NULL;

        (void) snprintf(path, sizeof(path), "%s/%s", fixture.directory, name);
        ck_assert_int_eq(file_read(path, 64 * 1024 * 1024, &text, NULL), 0);
        return text;
}

START_TEST(the_whole_output_goes_to_a_file) {
        MessageStart start = runner_fixture_script(
                        1,
                        "echo out; until grep -q out log; do sleep 0.02; done; echo err >&2; until grep -q "
                        "err log; do sleep 0.02; done; head -c 1000000 /dev/zero | tr '\\0' x");
        CLEANUP_FREE char *text = NULL;
        const MessageEnded *ended;
        struct stat status;
        char path[96];

        (void) snprintf(path, sizeof(path), "%s/log", fixture.directory);
        start.directory = fixture.directory;
        start.output_file = path;
        start.umask = 007;
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_str_eq(ended->message, "");
        ck_assert_uint_eq(ended->kind, END_EXITED);
        text = read_output("log");
        ck_assert_uint_eq(strlen(text), 1000008);
        ck_assert_int_eq(strncmp(text, "out\nerr\nxxx", 11), 0);
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_uint_eq(status.st_mode & 07777, 0640);

        start.execution_id = 2;
        start.script = (char *) "echo more";
        (void) runner_fixture_run(&fixture, &start);
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_int_eq(status.st_size, 1000013);
}
END_TEST

START_TEST(an_output_file_that_cannot_be_opened_says_why) {
        /* clang-format off */
        static const struct {
                const char *name, *reason;
        } cases[] = {
                { "none/log",  "No such file or directory" },
                { "fifo",      "it is not a regular file" },
                { "link",      "it is a symbolic link" },
                { "directory", "Is a directory" },
        };
        /* clang-format on */
        char path[96], message[256];

        (void) snprintf(path, sizeof(path), "%s/fifo", fixture.directory);
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        (void) snprintf(path, sizeof(path), "%s/link", fixture.directory);
        ck_assert_int_eq(symlink("target", path), 0);
        (void) snprintf(path, sizeof(path), "%s/directory", fixture.directory);
        ck_assert_int_eq(mkdir(path, 0700), 0);
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                MessageStart start = runner_fixture_script(i, "exit 0");

                (void) snprintf(path, sizeof(path), "%s/%s", fixture.directory, cases[i].name);
                start.output_file = path;
                (void) snprintf(message, sizeof(message), "cannot write to its output file '%s': %s", path,
                                cases[i].reason);
                runner_fixture_expect_failure(&fixture, &start, message);
        }
}
END_TEST

START_TEST(a_file_goes_on_over_a_re_exec) {
        CLEANUP_FREE char *script = NULL, *text = NULL;
        MessageStart start = runner_fixture_script(1, NULL);
        char path[96];

        (void) snprintf(path, sizeof(path), "%s/log", fixture.directory);
        ck_assert_int_ge(
                        asprintf(&script,
                                 "cd %s; echo before; touch begun; until [ -e go ]; do sleep 0.02; done; "
                                 "echo after",
                                 fixture.directory),
                        0);
        start.script = script;
        start.output_file = path;
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_wait_for_file(&fixture, "begun");
        runner_fixture_run_until(&fixture, &fixture.n_started, 1);
        ck_assert_int_eq(kill(fixture.pid, SIGUSR2), 0);
        runner_fixture_write_file(&fixture, "go", "", NULL);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_uint_eq(fixture.ended[1].kind, END_EXITED);
        text = read_output("log");
        ck_assert_str_eq(text, "before\nafter\n");
}
END_TEST

/* The writer goes on alone until it has written what it was given. */
START_TEST(a_killed_runner_loses_nothing_that_it_has_read) {
        CLEANUP_FREE char *script = NULL, *text = NULL;
        MessageStart start = runner_fixture_script(1, NULL);
        char path[96];

        (void) snprintf(path, sizeof(path), "%s/log", fixture.directory);
        ck_assert_int_ge(
                        asprintf(&script,
                                 "cd %s; echo before; until grep -q before log; do sleep 0.02; done; "
                                 "touch begun; sleep 100",
                                 fixture.directory),
                        0);
        start.script = script;
        start.output_file = path;
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_wait_for_file(&fixture, "begun");
        ck_assert_int_eq(kill(fixture.pid, SIGKILL), 0);
        (void) runner_fixture_wait(&fixture);
        runner_fixture_disconnect(&fixture);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_uint_eq(fixture.ended[1].kind, END_LOST);
        text = read_output("log");
        ck_assert_str_eq(text, "before\n");
}
END_TEST

static void run_numbered(MessageStart *start, uint64_t id) {
        char script[32];

        (void) snprintf(script, sizeof(script), "echo %" PRIu64, id);
        start->execution_id = id;
        start->script = script;
        (void) runner_fixture_run(&fixture, start);
}

static void assert_content(const char *name, const char *expected) {
        CLEANUP_FREE char *text = NULL;
        char path[96];

        (void) snprintf(path, sizeof(path), "%s/%s", fixture.directory, name);
        if (!expected) {
                ck_assert_int_lt(access(path, F_OK), 0);
                return;
        }
        text = read_output(name);
        ck_assert_str_eq(text, expected);
}

START_TEST(a_fixed_path_is_rotated) {
        MessageStart start = runner_fixture_script(1, NULL);
        char path[96];

        (void) snprintf(path, sizeof(path), "%s/log", fixture.directory);
        start.output_file = path;
        start.output_keep_files = 2;
        for (uint64_t id = 1; id <= 5; id++)
                run_numbered(&start, id);
        assert_content("log", "5\n");
        assert_content("log.1", "4\n");
        assert_content("log.2", "3\n");
        assert_content("log.3", NULL);

        start.execution_id = 6;
        start.attempt = 2; /* goes on where the first attempt was */
        start.script = (char *) "echo again";
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 6);
        assert_content("log", "5\nagain\n");
}
END_TEST

START_TEST(of_a_pattern_the_newest_stay) {
        MessageStart start = runner_fixture_script(1, NULL);
        char path[96], other[96];

        runner_fixture_write_file(&fixture, "other-job", "x", other);
        runner_fixture_write_file(&fixture, "job-x", "x", other);
        start.output_pattern = (char *) "job-+([0-9])";
        start.output_file = path;
        start.output_keep_files = 2;
        for (uint64_t id = 8; id <= 11; id++) {
                (void) snprintf(path, sizeof(path), "%s/job-%" PRIu64, fixture.directory, id);
                run_numbered(&start, id);
        }
        assert_content("job-8", NULL);
        assert_content("job-9", NULL);
        assert_content("job-10", "10\n");
        assert_content("job-11", "11\n");
        assert_content("job-x", "x");
        assert_content("other-job", "x");
}
END_TEST

START_TEST(what_the_disk_does_not_take_is_told_of) {
        const struct rlimit limit = { 100000, 100000 };
        CLEANUP_FREE char *note = NULL;
        MessageStart start;
        const MessageEnded *ended;
        struct rlimit old;
        struct stat status;
        char path[96];

        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ limit.rlim_cur, old.rlim_max }), 0);
        runner_fixture_start(&fixture);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
        runner_fixture_connect(&fixture);

        (void) snprintf(path, sizeof(path), "%s/log", fixture.directory);
        start = runner_fixture_script(1, "head -c 150000 /dev/zero; exit 3");
        start.output_file = path;
        ended = runner_fixture_run(&fixture, &start);
        note = test_output_text(ended, 3, NULL);
        ck_assert_int_eq(ended->exit_code, 3);
        ck_assert_ptr_nonnull(strstr(
                        note, "… 50000 bytes were not written to the output file: File too large …\n"));
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_int_eq(status.st_size, 100000);
}
END_TEST

static int open_notify_socket(uint64_t execution_id, struct sockaddr_un *ret_address) {
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        ck_assert_int_ge(fd, 0);
        *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
        (void) snprintf(ret_address->sun_path, sizeof(ret_address->sun_path), "%s/notify/%.8s-%" PRIu64 ".1",
                        fixture.directory, fixture.store, execution_id);
        ck_assert_int_eq(connect(fd, (struct sockaddr *) ret_address, sizeof(*ret_address)), 0);
        return fd;
}

START_TEST(progress_is_passed_on) {
        MessageStart start = runner_fixture_script(1, NULL);
        CLEANUP_CLOSE int fd = -EBADF;
        struct sockaddr_un address;
        CLEANUP_FREE char *script = NULL;
        struct stat status;

        ck_assert_int_ge(
                        asprintf(&script, "cd %s; touch begun; until [ -e go ]; do sleep 0.02; done; exit 3",
                                 fixture.directory),
                        0);
        start.script = script;
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_wait_for_file(&fixture, "begun");
        fd = open_notify_socket(1, &address);
        ck_assert_int_eq(stat(address.sun_path, &status), 0);
        ck_assert_uint_eq(status.st_mode & 07777, 0600);

        ck_assert_int_gt(send(fd, "X_PROGRESS=10\nSTATUS=first\n", 27, 0), 0);
        runner_fixture_run_until(&fixture, &fixture.n_progress, 1);
        ck_assert_int_eq(fixture.progress, 10);
        ck_assert_str_eq(fixture.status_text, "first");

        /* The sockets stay over a re-exec, and what was said too. */
        ck_assert_int_eq(kill(fixture.pid, SIGUSR2), 0);
        ck_assert_int_gt(send(fd, "X_PROGRESS=20\n", 14, 0), 0);
        runner_fixture_run_until(&fixture, &fixture.n_progress, 2);
        ck_assert_int_eq(fixture.progress, 20);
        ck_assert_str_eq(fixture.status_text, "first");

        /* A daemon that comes later hears it. */
        runner_fixture_disconnect(&fixture);
        runner_fixture_connect(&fixture);
        runner_fixture_run_until(&fixture, &fixture.n_progress, 1);
        ck_assert_int_eq(fixture.progress, 20);

        /* Of what comes in a flood the last one counts. */
        for (int i = 0; i < 1000; i++) {
                char text[32];
                int n = snprintf(text, sizeof(text), "X_PROGRESS=%d\n", i % 90);

                (void) !send(fd, text, (size_t) n, 0); /* a full socket: lost, as a job would find */
        }
        ck_assert_uint_lt(fixture.n_progress, 20);
        runner_fixture_write_file(&fixture, "go", "", NULL);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_int_eq(fixture.ended[1].exit_code, 3);
        ck_assert_int_lt(stat(address.sun_path, &status), 0);
}
END_TEST

static void set_up_directory(void) {
        runner_fixture_init(&fixture);
}

Suite *test_suite(void) {
        TCase *files = tcase_create("files"), *full = tcase_create("full");
        Suite *suite = suite_create("runner-file");

        tcase_add_checked_fixture(files, set_up, tear_down);
        tcase_set_timeout(files, 60);
        tcase_add_test(files, the_whole_output_goes_to_a_file);
        tcase_add_test(files, an_output_file_that_cannot_be_opened_says_why);
        tcase_add_test(files, a_file_goes_on_over_a_re_exec);
        tcase_add_test(files, a_killed_runner_loses_nothing_that_it_has_read);
        tcase_add_test(files, a_fixed_path_is_rotated);
        tcase_add_test(files, of_a_pattern_the_newest_stay);
        tcase_add_test(files, progress_is_passed_on);
        suite_add_tcase(suite, files);

        tcase_add_checked_fixture(full, set_up_directory, tear_down);
        tcase_set_timeout(full, 60);
        tcase_add_test(full, what_the_disk_does_not_take_is_told_of);
        suite_add_tcase(suite, full);

        return suite;
}
