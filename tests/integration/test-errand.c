/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Errands of the real jobsched-runner: commands and paths. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/runner-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

static RunnerFixture fixture;
static char place[96]; /* an empty directory for the test's own files */

static void set_up(void) {
        runner_fixture_init(&fixture);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
        (void) snprintf(place, sizeof(place), "%s/place", fixture.directory);
        ck_assert_int_eq(mkdir(place, 0755), 0);
}

static void set_up_system(void) {
        runner_fixture_init(&fixture);
        fixture.system = true;
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
        (void) snprintf(place, sizeof(place), "%s/place", fixture.directory);
        ck_assert_int_eq(mkdir(place, 0755), 0);
        ck_assert_int_eq(chmod(fixture.directory, 0711), 0);
}

static void tear_down(void) {
        runner_fixture_done(&fixture);
}

static MessageErrand make_command(uint64_t cookie, const char *script) {
        return (MessageErrand){
                .cookie = cookie,
                .work = ERRAND_WORK_COMMAND,
                .job = (char *) "test-job",
                .owner_uid = getuid(),
                .directory = (char *) "/",
                .script = (char *) script,
                .timeout_usec = 60 * USEC_PER_SEC,
        };
}

static MessageErrand make_path(uint64_t cookie, ErrandWork work, const char *path, bool watch) {
        return (MessageErrand){
                .cookie = cookie,
                .work = work,
                .owner_uid = getuid(),
                .directory = place,
                .path = (char *) path,
                .watch = watch,
                .timeout_usec = USEC_INFINITY,
        };
}

static void send_errand(const MessageErrand *errand) {
        runner_fixture_send(&fixture, &(Message){ .type = MESSAGE_ERRAND, .errand = *errand });
        ck_assert_int_eq(connection_flush(fixture.connection), 1); /* what follows waits beside the loop */
}

static void cancel_errand(uint64_t cookie) {
        runner_fixture_send(
                        &fixture,
                        &(Message){ .type = MESSAGE_ERRAND_CANCEL, .errand_cancel.cookie = cookie });
}

static const char *place_path(const char *name) {
        static char paths[4][160];
        static size_t next;

        next = (next + 1) % ARRAY_SIZE(paths);
        (void) snprintf(paths[next], sizeof(paths[next]), "%s/%s", place, name);
        return paths[next];
}

static void write_file(const char *name, const char *text) {
        ck_assert_int_eq(file_replace(place_path(name), text, strlen(text), 0644, false), 0);
}

/* --- commands -------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *script, *input;
        int exit_code, signal;
        const char *text;
} command_cases[] = {
        { "exit 0",                                NULL,   0,  -1, "" },
        { "echo out; echo err >&2; exit 3",        NULL,   3,  -1, "out\nerr\n" },
        { "kill -9 $$",                            NULL,   -1, 9,  "" },
        { "cat",                                   NULL,   0,  -1, "" },
        { "cat",                                   "to\n", 0,  -1, "to\n" },
        { "echo $JOBSCHED_JOB ${JOBSCHED_EXECUTION-none} $MORE", NULL, 0, -1, "test-job none more\n" },
        { "printf 'a\\377b'",                      NULL,   0,  -1, "a\xef\xbf\xbd" "b" },
        { "ls /proc/self/fd | wc -l; pwd; umask",  NULL,   0,  -1, "4\n/\n0022\n" },
        { "sleep 1000 & exit 4",                   NULL,   4,  -1, "" },
};
/* clang-format on */

START_TEST(a_command_is_answered_with_its_status_and_what_it_said) {
        char *environment[] = { (char *) "MORE=more", NULL };
        MessageErrand errand = make_command(1, command_cases[_i].script);
        const MessageErrandDone *done;

        errand.environment = environment;
        errand.input = (char *) command_cases[_i].input;
        errand.input_size = errand.input ? strlen(errand.input) : 0;
        done = runner_fixture_run_errand(&fixture, &errand);

        ck_assert_uint_eq(done->error, 0);
        ck_assert_int_eq(done->exit_code, command_cases[_i].exit_code);
        ck_assert_int_eq(done->signal, command_cases[_i].signal);
        ck_assert_int_eq(done->http_status, -1);
        ck_assert_str_eq(done->text, command_cases[_i].text);
}
END_TEST

START_TEST(of_a_flood_the_first_kilobyte_comes_back) {
        MessageErrand errand = make_command(1, "head -c 1000000 /dev/zero | tr '\\0' x; exit 2");
        const MessageErrandDone *done = runner_fixture_run_errand(&fixture, &errand);

        ck_assert_int_eq(done->exit_code, 2);
        ck_assert_uint_eq(strlen(done->text), 1024);
        ck_assert_uint_eq(strspn(done->text, "x"), 1024);
}
END_TEST

#define ARGUMENTS(...) ((char *[]){ __VA_ARGS__, NULL })

START_TEST(what_cannot_be_done_says_why) {
        /* clang-format off */
        const struct {
                MessageErrand errand;
                int error;
                const char *text;
        } cases[] = {
                { { .arguments = ARGUMENTS((char *) "/no/such/program") }, ENOENT,
                  "cannot execute '/no/such/program': No such file or directory" },
                { { .script = (char *) "true", .directory = (char *) "/no/directory" }, ENOENT,
                  "cannot change to directory '/no/directory': No such file or directory" },
                { { .script = (char *) "true", .user = (char *) "no-such-user" }, ENOENT,
                  "no such user 'no-such-user'" },
                { { .work = ERRAND_WORK_COMMAND }, EINVAL, "the job has no command" },
                { { .work = ERRAND_WORK_PATH_EXISTS }, EINVAL, "cannot prepare it" },
        };
        /* clang-format on */

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                MessageErrand errand = cases[i].errand;
                const MessageErrandDone *done;

                errand.cookie = i;
                errand.owner_uid = getuid();
                errand.timeout_usec = 60 * USEC_PER_SEC;
                done = runner_fixture_run_errand(&fixture, &errand);

                ck_assert_str_eq(done->text, cases[i].text);
                ck_assert_uint_eq(done->error, cases[i].error);
                ck_assert_int_eq(done->exit_code, -1);
        }
}
END_TEST

/*
 * Ignores SIGTERM, and has children in sessions of their own, one of them an orphan: their pids come as lines
 * of a file, which takes its name when all are there.
 */
#define STUBBORN_SCRIPT                                                                             \
        "trap '' TERM; exec >pids.new; setsid sleep 1000 & echo $!; (setsid sh -c 'echo $$; sleep " \
        "1000 & echo $!; mv pids.new pids; wait' &); echo $$; while :; do sleep 1000 & wait; done"

static MessageErrand make_stubborn(uint64_t cookie) {
        MessageErrand errand = make_command(cookie, STUBBORN_SCRIPT);

        errand.directory = place;
        return errand;
}

static void wait_for_file(const char *name) {
        CLEANUP_CLOSE int fd = inotify_init1(IN_CLOEXEC);
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        char events[4096];

        ck_assert_int_ge(inotify_add_watch(fd, place, IN_CREATE | IN_MOVED_TO), 0);
        while (access(place_path(name), F_OK) < 0) {
                ck_assert_int_eq(poll(&ready, 1, 20 * 1000), 1);
                (void) !read(fd, events, sizeof(events));
        }
}

static void check_pids_gone(void) {
        CLEANUP_FREE char *text = NULL;
        char *rest, *end;
        size_t n = 0;

        ck_assert_int_eq(file_read(place_path("pids"), 4096, &text, NULL), 0);
        rest = text;
        for (long pid; (pid = strtol(rest, &end, 10)) > 0 && end != rest; rest = end, n++)
                test_wait_gone((pid_t) pid);
        ck_assert_uint_ge(n, 3);
}

START_TEST(a_time_out_leaves_nothing_behind) {
        MessageErrand errand = make_stubborn(1);
        const MessageErrandDone *done;

        errand.timeout_usec = 5 * USEC_PER_SEC; /* by then all of them are there */
        done = runner_fixture_run_errand(&fixture, &errand);

        ck_assert_uint_eq(done->error, ETIMEDOUT);
        ck_assert_str_eq(done->text, "it did not end in time and was killed");
        check_pids_gone();
}
END_TEST

START_TEST(a_cancelled_one_leaves_nothing_behind) {
        MessageErrand errand = make_stubborn(1), other = make_command(2, "true");

        send_errand(&errand);
        wait_for_file("pids");
        cancel_errand(1);
        cancel_errand(1);
        cancel_errand(77);
        (void) runner_fixture_run_errand(&fixture, &other);

        check_pids_gone();
        ck_assert_uint_eq(fixture.n_errands_done, 1);
        errand = make_command(1, "exit 9"); /* its cookie is free */
        ck_assert_int_eq(runner_fixture_run_errand(&fixture, &errand)->exit_code, 9);
}
END_TEST

START_TEST(with_the_connection_they_end) {
        MessageErrand errand = make_stubborn(1), path = make_path(2, ERRAND_WORK_PATH_EXISTS, "x", true);

        send_errand(&errand);
        send_errand(&path);
        wait_for_file("pids");
        runner_fixture_disconnect(&fixture);
        check_pids_gone();

        runner_fixture_connect(&fixture);
        errand = make_command(1, "exit 0");
        ck_assert_uint_eq(runner_fixture_run_errand(&fixture, &errand)->error, 0);
        ck_assert_uint_eq(fixture.n_errands_done, 1);
}
END_TEST

/* The connection stays: whoever waits is told, and asks again. */
START_TEST(a_reexec_drops_them) {
        MessageErrand errand = make_stubborn(1);

        send_errand(&errand);
        wait_for_file("pids");
        ck_assert_int_eq(kill(fixture.pid, SIGUSR2), 0);
        runner_fixture_run_until(&fixture, &fixture.n_errands_done, 1);
        ck_assert_uint_eq(fixture.errand_done[1].error, ENOTCONN);
        check_pids_gone();

        if (!fixture.connection)
                runner_fixture_connect(&fixture);
        errand = make_command(2, "exit 3");
        ck_assert_int_eq(runner_fixture_run_errand(&fixture, &errand)->exit_code, 3);
}
END_TEST

START_TEST(a_killed_runner_takes_its_commands_with_it) {
        MessageErrand errand = make_command(1, "echo $$ >pid.new; mv pid.new pid; exec sleep 1000");
        CLEANUP_FREE char *text = NULL;

        errand.directory = place;
        send_errand(&errand);
        wait_for_file("pid");
        ck_assert_int_eq(kill(fixture.pid, SIGKILL), 0);
        (void) runner_fixture_wait(&fixture);
        ck_assert_int_eq(file_read(place_path("pid"), 64, &text, NULL), 0);
        test_wait_gone((pid_t) atoi(text));
}
END_TEST

START_TEST(a_runner_that_stops_waits_for_none) {
        MessageErrand errand = make_stubborn(1);
        int status;

        send_errand(&errand);
        wait_for_file("pids");
        ck_assert_int_eq(kill(fixture.pid, SIGTERM), 0);
        runner_fixture_run_until(&fixture, &fixture.n_closed, 1);
        status = runner_fixture_wait(&fixture);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        check_pids_gone();
}
END_TEST

START_TEST(a_cookie_that_is_in_use_ends_the_connection) {
        MessageErrand errand = make_command(1, "sleep 1000");

        send_errand(&errand);
        send_errand(&errand);
        runner_fixture_run_until(&fixture, &fixture.n_closed, 1);
}
END_TEST

/* --- paths ----------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *path;
        ErrandWork work;
        bool opposite;
        usec_t since_usec;
        int exit_code;
} look_cases[] = {
        { "there",         ERRAND_WORK_PATH_EXISTS,  false, 0, 0 },
        { "there",         ERRAND_WORK_PATH_EXISTS,  true,  0, 1 },
        { "absent",        ERRAND_WORK_PATH_EXISTS,  false, 0, 1 },
        { "absent",        ERRAND_WORK_PATH_EXISTS,  true,  0, 0 },
        { "there/nothing", ERRAND_WORK_PATH_EXISTS,  false, 0, 1 },
        { "/",             ERRAND_WORK_PATH_EXISTS,  false, 0, 0 },
        { "-dash",         ERRAND_WORK_PATH_EXISTS,  false, 0, 1 },
        { "there",         ERRAND_WORK_PATH_CHANGED, false, 0, 0 },
        { "there",         ERRAND_WORK_PATH_CHANGED, false, INT64_C(4000000000000000), 1 },
        { "absent",        ERRAND_WORK_PATH_CHANGED, false, 0, 1 },
};
/* clang-format on */

START_TEST(a_look_tells_how_it_is) {
        MessageErrand errand = make_path(1, look_cases[_i].work, look_cases[_i].path, false);
        const MessageErrandDone *done;

        write_file("there", "text");
        errand.opposite = look_cases[_i].opposite;
        errand.since_usec = look_cases[_i].since_usec;
        done = runner_fixture_run_errand(&fixture, &errand);
        ck_assert_str_eq(done->text, "");
        ck_assert_uint_eq(done->error, 0);
        ck_assert_int_eq(done->exit_code, look_cases[_i].exit_code);
}
END_TEST

START_TEST(it_is_followed_as_its_parts_appear) {
        MessageErrand errand = make_path(1, ERRAND_WORK_PATH_EXISTS, place_path("a/b/c"), true);

        send_errand(&errand);
        ck_assert_int_eq(mkdir(place_path("other"), 0755), 0);
        ck_assert_int_eq(mkdir(place_path("a"), 0755), 0);
        write_file("a/other", "");
        ck_assert_int_eq(mkdir(place_path("a/b"), 0755), 0);
        ck_assert_uint_eq(fixture.n_errands_done, 0);
        write_file("a/b/c", "now");
        runner_fixture_run_until(&fixture, &fixture.n_errands_done, 1);
        ck_assert_int_eq(fixture.errand_done[1].exit_code, 0);
}
END_TEST

START_TEST(a_change_and_an_end_are_noticed) {
        MessageErrand changed = make_path(1, ERRAND_WORK_PATH_CHANGED, "file", true);
        MessageErrand absent = make_path(2, ERRAND_WORK_PATH_EXISTS, "file", true);
        MessageErrand look = make_path(3, ERRAND_WORK_PATH_EXISTS, "file", false);
        struct stat status;

        write_file("file", "old");
        ck_assert_int_eq(stat(place_path("file"), &status), 0);
        changed.since_usec = (usec_t) status.st_ctim.tv_sec * USEC_PER_SEC +
                        status.st_ctim.tv_nsec / NSEC_PER_USEC;
        absent.opposite = true;
        send_errand(&changed);
        send_errand(&absent);
        (void) runner_fixture_run_errand(&fixture, &look);
        ck_assert_uint_eq(fixture.n_errands_done, 1);

        write_file("file", "new");
        runner_fixture_run_until(&fixture, &fixture.n_errands_done, 2);
        ck_assert_int_eq(fixture.errand_done[1].exit_code, 0);

        ck_assert_int_eq(unlink(place_path("file")), 0);
        runner_fixture_run_until(&fixture, &fixture.n_errands_done, 3);
        ck_assert_int_eq(fixture.errand_done[2].exit_code, 0);
}
END_TEST

/* --- as another user ------------------------------------------------------------------------------- */

START_TEST(it_is_done_as_the_user) {
        const struct passwd *nobody = getpwnam("nobody");
        MessageErrand command = make_command(1, "id -u");
        MessageErrand path = make_path(2, ERRAND_WORK_PATH_EXISTS, place_path("secret/file"), false);
        MessageErrand foreign = make_command(3, "id -u"), refused = make_command(4, "true");
        char expected[32];

        if (!nobody)
                return;
        (void) snprintf(expected, sizeof(expected), "%u\n", (unsigned) nobody->pw_uid);
        ck_assert_int_eq(mkdir(place_path("secret"), 0700), 0);
        write_file("secret/file", "");

        command.user = (char *) "nobody";
        ck_assert_str_eq(runner_fixture_run_errand(&fixture, &command)->text, expected);

        ck_assert_int_eq(runner_fixture_run_errand(&fixture, &path)->exit_code, 0);
        path.cookie = 5;
        path.user = (char *) "nobody";
        ck_assert_int_eq(runner_fixture_run_errand(&fixture, &path)->exit_code, 1);

        foreign.owner_uid = nobody->pw_uid;
        foreign.user = (char *) "root";
        ck_assert_uint_eq(runner_fixture_run_errand(&fixture, &foreign)->error, EPERM);
        refused.user = (char *) "jobsched";
        ck_assert_uint_eq(runner_fixture_run_errand(&fixture, &refused)->error, EPERM);
}
END_TEST


Suite *test_suite(void) {
        Suite *suite = suite_create("errand");
        TCase *command = tcase_create("command"), *path = tcase_create("path"), *user = tcase_create("user");

        tcase_add_checked_fixture(command, set_up, tear_down);
        tcase_add_loop_test(
                        command, a_command_is_answered_with_its_status_and_what_it_said, 0,
                        ARRAY_SIZE(command_cases));
        tcase_add_test(command, of_a_flood_the_first_kilobyte_comes_back);
        tcase_add_test(command, what_cannot_be_done_says_why);
        tcase_add_test(command, a_time_out_leaves_nothing_behind);
        tcase_add_test(command, a_cancelled_one_leaves_nothing_behind);
        tcase_add_test(command, with_the_connection_they_end);
        tcase_add_test(command, a_reexec_drops_them);
        tcase_add_test(command, a_killed_runner_takes_its_commands_with_it);
        tcase_add_test(command, a_runner_that_stops_waits_for_none);
        tcase_add_test(command, a_cookie_that_is_in_use_ends_the_connection);
        tcase_set_timeout(command, 60);
        suite_add_tcase(suite, command);

        tcase_add_checked_fixture(path, set_up, tear_down);
        tcase_add_loop_test(path, a_look_tells_how_it_is, 0, ARRAY_SIZE(look_cases));
        tcase_add_test(path, it_is_followed_as_its_parts_appear);
        tcase_add_test(path, a_change_and_an_end_are_noticed);
        tcase_set_timeout(path, 60);
        suite_add_tcase(suite, path);

        if (getuid() == 0) {
                tcase_add_checked_fixture(user, set_up_system, tear_down);
                tcase_add_test(user, it_is_done_as_the_user);
                tcase_set_timeout(user, 60);
        }
        suite_add_tcase(suite, user);
        return suite;
}
