/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Action programs of the real jobsched-runner: what they are asked, what is taken from them, who may be one.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "support/runner-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

#define NOBODY 65534U

static RunnerFixture fixture;
static char site[96], own[96]; /* the directories of action programs, the first one counts */

static void make_directory(char *path, size_t size, const char *name) {
        (void) snprintf(path, size, "%s/%s", fixture.directory, name);
        ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void start_runner(bool system) {
        char both[200];

        runner_fixture_init(&fixture);
        fixture.system = system;
        ck_assert_int_eq(chmod(fixture.directory, 0711), 0);
        make_directory(site, sizeof(site), "site");
        make_directory(own, sizeof(own), "own");
        (void) snprintf(both, sizeof(both), "%s:%s", site, own);
        (void) setenv("JOBSCHED_ACTION_PATH", both, 1);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
}

static void set_up(void) {
        start_runner(false);
}

static void set_up_system(void) {
        start_runner(true);
}

static void tear_down(void) {
        runner_fixture_done(&fixture);
}

static void put(const char *directory, const char *name, const char *text, mode_t mode) {
        char path[160];

        (void) snprintf(path, sizeof(path), "%s/%s", directory, name);
        ck_assert_int_eq(file_replace(path, text, strlen(text), mode, false), 0);
}

/* A program of this text; `own` has what comes with jobsched, here. */
static void put_script(const char *name, const char *text) {
        char script[4096];

        (void) snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", text);
        put(own, name, script, 0755);
}

static MessageStart make_start(uint64_t id, const char *kind, const char *request) {
        MessageStart start = runner_fixture_script(id, "");

        start.work = START_WORK_PROGRAM;
        start.kind = (char *) kind;
        start.request = (char *) request;
        return start;
}

static const MessageEnded *run(const char *kind, const char *request) {
        static uint64_t id;
        MessageStart start = make_start(++id % (RUNNER_FIXTURE_RUNS_MAX - 1) + 1, kind, request);

        return runner_fixture_run(&fixture, &start);
}

/* --- the request, and the result ------------------------------------------------------------------- */

START_TEST(the_request_is_read_and_the_result_kept) {
        const MessageEnded *ended;
        CLEANUP_FREE char *output = NULL;
        MessageStart start = make_start(7, "echo", "{\"a\":[1,\"$HOME\"]}");

        put_script("echo", "printf '{\"was\":'; cat; printf '}'; echo out >&2");
        start.due_usec = INT64_C(1767225600) * USEC_PER_SEC;
        ended = runner_fixture_run(&fixture, &start);

        ck_assert_str_eq(ended->message, "");
        ck_assert_uint_eq(ended->kind, END_EXITED);
        ck_assert_int_eq(ended->exit_code, 0);
        ck_assert_uint_eq(ended->verdict, RESULT_GOOD);
        ck_assert_str_eq(
                        ended->result,
                        "{\"was\":{\"kind\":\"echo\",\"job\":\"test-job\",\"execution\":7,\"attempt\":1,"
                        "\"due\":\"2026-01-01T00:00:00.000000Z\",\"network\":\"public\",\"parameters\":{"
                        "\"a\":[1,\"$HOME\"]}}\n}");
        output = test_output_text(ended, 0, NULL);
        ck_assert_str_eq(output, "out\n");
}
END_TEST

START_TEST(a_program_that_is_no_script_does_not_see_its_descriptor) {
        char source[160];
        const MessageEnded *ended;

        (void) snprintf(source, sizeof(source), "%s/descriptors", own);
        ck_assert_int_eq(symlink("/bin/cat", source), 0);
        ended = run("descriptors", "{}");

        ck_assert_str_eq(ended->message, "");
        ck_assert_ptr_nonnull(strstr(ended->result, "\"kind\":\"descriptors\""));
}
END_TEST

START_TEST(it_has_the_environment_and_the_place_of_a_job) {
        const MessageEnded *ended;

        put_script("where",
                   "echo \"{\\\"job\\\":\\\"$JOBSCHED_JOB\\\",\\\"cause\\\":\\\"$JOBSCHED_CAUSE\\\","
                   "\\\"pwd\\\":\\\"$PWD\\\",\\\"umask\\\":\\\"$(umask)\\\"}\"");
        ended = run("where", "{}");

        ck_assert_str_eq(
                        ended->result,
                        "{\"job\":\"test-job\",\"cause\":\"schedule\",\"pwd\":\"/\",\"umask\":\"0022\"}\n");
}
END_TEST

/* clang-format off */
static const struct {
        const char *script;
        int exit_code, signal;
        ResultVerdict verdict;
        const char *result, *message; /* the message: a part of it */
} result_cases[] = {
        { "exit 0",                              0, -1, RESULT_GOOD,        "", "" },
        { "echo; echo",                          0, -1, RESULT_GOOD,        "", "" },
        { "echo '{}'",                           0, -1, RESULT_GOOD,        "{}\n", "" },
        { "echo '{\"rows\":3}'; exit 2",         2, -1, RESULT_GOOD,        "{\"rows\":3}\n", "" },
        { "echo '{}'; kill -9 $$",              -1,  9, RESULT_GOOD,        "{}\n", "" },
        { "echo '[]'",                           0, -1, RESULT_BAD_CONTENT, "", "not an object, byte 0" },
        { "echo done",                           0, -1, RESULT_BAD_CONTENT, "", "which is a JSON object" },
        { "echo '{} {}'",                        0, -1, RESULT_BAD_CONTENT, "", "something behind the object" },
        { "printf '{\"a\":\"\\377\"}'",          0, -1, RESULT_BAD_CONTENT, "", "not UTF-8" },
        { "printf '{\"a\":\"\\0\"}'",            0, -1, RESULT_BAD_CONTENT, "", "a control character" },
        { "echo '{\"a\":\"\\u0000\"}'",          0, -1, RESULT_BAD_CONTENT, "", "a NUL character" },
        { "printf '{\"a\":'; yes '[' | head -n 40 | tr -d '\\n'", 0, -1, RESULT_BAD_CONTENT, "", "nested too deeply" },
        { "printf '{\"a\":\"'; head -c 262144 /dev/zero | tr '\\0' x; printf '\"}'", 0, -1, RESULT_BAD_CONTENT, "", "larger than 256 KiB" },
        { "head -c 50000000 /dev/zero",          0, -1, RESULT_BAD_CONTENT, "", "larger than 256 KiB" },
        { "echo '{\"a\":1e999}'",                0, -1, RESULT_BAD_CONTENT, "", "too large" },

        /* Neither end of its input matters. */
        { "exec <&-; echo '{}'",                 0, -1, RESULT_GOOD,        "{}\n", "" },
        { "exec >&-; exit 3",                    3, -1, RESULT_GOOD,        "", "" },
        /* Nobody waits for what it leaves behind, which holds its output. */
        { "sleep 1000 & echo '{}'",              0, -1, RESULT_GOOD,        "{}\n", "" },
};
/* clang-format on */

START_TEST(a_result_is_a_small_object_or_none) {
        const MessageEnded *ended;

        put_script("case", result_cases[_i].script);
        ended = run("case", "{}");

        if (result_cases[_i].message[0] == '\0')
                ck_assert_str_eq(ended->message, "");
        else
                ck_assert_msg(strstr(ended->message, result_cases[_i].message), "%s", ended->message);
        ck_assert_int_eq(ended->exit_code, result_cases[_i].exit_code);
        ck_assert_int_eq(ended->signal, result_cases[_i].signal);
        ck_assert_uint_eq(ended->verdict, result_cases[_i].verdict);
        ck_assert_str_eq(ended->result, result_cases[_i].result);
}
END_TEST

START_TEST(a_large_request_waits_for_nobody) {
        CLEANUP_FREE char *request = malloc(4 * 1024 * 1024);

        ck_assert_ptr_nonnull(request);
        memset(request, 'x', 4 * 1024 * 1024);
        memcpy(request, "{\"a\":\"", 6);
        memcpy(request + 4 * 1024 * 1024 - 3, "\"}", 3);
        put_script("deaf", "echo '{\"read\":0}'");
        put_script("count", "printf '{\"read\":%s}' \"$(wc -c)\"");

        ck_assert_str_eq(run("deaf", request)->result, "{\"read\":0}\n");
        ck_assert_ptr_nonnull(strstr(run("count", request)->result, "{\"read\":4194"));
}
END_TEST

START_TEST(an_endless_result_ends_with_the_timeout) {
        MessageStart start = make_start(9, "endless", "{}");
        const MessageEnded *ended;

        put_script("endless", "exec yes");
        start.timeout_usec = 300 * USEC_PER_MSEC;
        ended = runner_fixture_run(&fixture, &start);

        ck_assert_uint_eq(ended->kind, END_TIMED_OUT);
        ck_assert_str_eq(ended->result, "");
        ck_assert_uint_eq(ended->output_total_bytes, 0);
}
END_TEST

/* Blocks until the program has opened it too. */
static void open_gate(const char *name) {
        char path[160];
        int fd;

        (void) snprintf(path, sizeof(path), "%s/%s", site, name);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        (void) close(fd);
}

START_TEST(a_result_outlives_an_upgrade_of_the_runner) {
        MessageStart start = make_start(11, "two-halves", "{}");
        char path[160];

        put_script("two-halves", "printf '{\"a\":'; : <first; : <second; printf '1}'");
        start.directory = site;
        for (size_t i = 0; i < 2; i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", site, i == 0 ? "first" : "second");
                ck_assert_int_eq(mkfifo(path, 0600), 0);
        }
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_started, 1);
        open_gate("first");
        ck_assert_int_eq(kill(fixture.pid, SIGUSR2), 0);
        /* The answer comes from the new program. */
        runner_fixture_send(
                        &fixture,
                        &(Message){ .type = MESSAGE_LOOKUP, .lookup = { .name = (char *) "root" } });
        runner_fixture_run_until(&fixture, &fixture.n_looked_up, 1);
        open_gate("second");
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);

        ck_assert_str_eq(fixture.ended[11].message, "");
        ck_assert_str_eq(fixture.ended[11].result, "{\"a\":1}");
}
END_TEST

/* --- which file is executed ------------------------------------------------------------------------ */

START_TEST(a_sites_program_hides_that_of_the_same_name) {
        put_script("twice", "echo '{\"from\":\"own\"}'");
        ck_assert_str_eq(run("twice", "{}")->result, "{\"from\":\"own\"}\n");
        put(site, "twice", "#!/bin/sh\necho '{\"from\":\"site\"}'\n", 0755);
        ck_assert_str_eq(run("twice", "{}")->result, "{\"from\":\"site\"}\n");

        /* One that cannot be used is not passed over. */
        put(site, "twice", "#!/bin/sh\necho '{\"from\":\"site\"}'\n", 0644);
        ck_assert_uint_eq(run("twice", "{}")->kind, END_LAUNCH);
}
END_TEST

START_TEST(what_others_may_write_is_not_executed) {
        char path[160];

        put_script("mine", "echo '{}'");
        (void) snprintf(path, sizeof(path), "%s/mine", own);
        ck_assert_int_eq(chmod(path, 0757), 0);
        ck_assert_ptr_nonnull(strstr(run("mine", "{}")->message, "is writable by everyone"));
        ck_assert_int_eq(chmod(path, 0775), 0);
        ck_assert_ptr_nonnull(strstr(run("mine", "{}")->message, "is writable by its group"));
        ck_assert_int_eq(chmod(path, 0644), 0);
        ck_assert_ptr_nonnull(strstr(run("mine", "{}")->message, "is not executable"));
        ck_assert_int_eq(chmod(path, 0755), 0);
        ck_assert_str_eq(run("mine", "{}")->result, "{}\n");
        ck_assert_int_eq(chmod(own, 0777), 0);
        ck_assert_ptr_nonnull(strstr(run("mine", "{}")->message, "is not trusted"));
        ck_assert_int_eq(chmod(own, 0755), 0);

        ck_assert_ptr_nonnull(strstr(run("none", "{}")->message, "there is no program of that name"));
        ck_assert_ptr_nonnull(strstr(run("../own/mine", "{}")->message, "that cannot be its name"));
        ck_assert_ptr_nonnull(strstr(run("mine", "[]")->message, "its request is not a JSON object"));
}
END_TEST

START_TEST(a_link_is_followed_where_nobody_else_could_lead_it) {
        char path[160], target[160];

        put_script("real", "echo '{\"real\":true}'");
        (void) snprintf(path, sizeof(path), "%s/link", own);
        ck_assert_int_eq(symlink("real", path), 0);
        ck_assert_str_eq(run("link", "{}")->result, "{\"real\":true}\n");
        if (getuid() != 0)
                return;

        make_directory(target, sizeof(target), "theirs");
        ck_assert_int_eq(chown(target, NOBODY, NOBODY), 0);
        put(target, "program", "#!/bin/sh\necho '{\"theirs\":true}'\n", 0755);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(symlink("../theirs/program", path), 0);
        ck_assert_ptr_nonnull(strstr(run("link", "{}")->message, "is not trusted"));
}
END_TEST

/* In system mode the program is the job's user before it is executed. */
START_TEST(it_runs_as_the_jobs_user) {
        MessageStart start = make_start(21, "who", "{}");
        const MessageEnded *ended;

        put_script("who", "printf '{\"uid\":%s,\"groups\":\"%s\"}' \"$(id -u)\" \"$(id -G)\"");
        start.user = (char *) "nobody";
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_str_eq(ended->message, "");
        ck_assert_str_eq(ended->result, "{\"uid\":65534,\"groups\":\"65534\"}");
}
END_TEST

START_TEST(in_system_mode_only_roots_programs_count) {
        char path[160];

        put_script("theirs", "echo '{}'");
        (void) snprintf(path, sizeof(path), "%s/theirs", own);
        ck_assert_int_eq(chown(path, NOBODY, NOBODY), 0);
        ck_assert_ptr_nonnull(strstr(run("theirs", "{}")->message, "does not belong to root"));
        ck_assert_int_eq(lchown(path, 0, 0), 0);
        ck_assert_str_eq(run("theirs", "{}")->result, "{}\n");
}
END_TEST

START_TEST(a_unit_cannot_do_it) {
        MessageStart start = make_start(22, "who", "{}");

        start.is_unit = 1;
        ck_assert_ptr_nonnull(strstr(runner_fixture_run(&fixture, &start)->message, "transient unit"));
}
END_TEST

/* --- what it says of itself ------------------------------------------------------------------------ */

static const MessageErrandDone *describe(const char *name) {
        static uint64_t cookie;
        char path[160];
        MessageErrand errand = {
                .cookie = ++cookie % (RUNNER_FIXTURE_ERRANDS_MAX - 1) + 1,
                .work = ERRAND_WORK_DESCRIBE,
                .owner_uid = getuid(),
                .path = path,
                .timeout_usec = USEC_PER_MINUTE,
        };

        (void) snprintf(path, sizeof(path), "%s/%s", own, name);
        return runner_fixture_run_errand(&fixture, &errand);
}

/* clang-format off */
static const struct {
        const char *script;
        int error;
        const char *text; /* a part of it */
} describe_cases[] = {
        { "echo \"{\\\"name\\\":\\\"$1\\\"}\"",      0,         "{\"name\":\"--describe\"}\n" },
        { "echo noise >&2; echo '{}'",               0,         "{}\n" },
        { "echo what? >&2; echo more >&2; exit 3",   EIO,       "it ended with exit code 3: what?" },
        { "kill -9 $$",                              EIO,       "was killed by signal 9" },
        { "echo usage: case",                        EBADMSG,   "not a JSON object: not an object, byte 0" },
        { "exit 0",                                  EBADMSG,   "not a JSON object" },
        { "exec yes '{'",                            EFBIG,     "is larger than 256 KiB" },
        { "exec sleep 1000",                         ETIMEDOUT, "did not end in time" },
        { "sleep 1000 & echo '{}'",                  0,         "{}\n" },
        { "printf '{\"a\":\"'; head -c 262136 /dev/zero | tr '\\0' x; printf '\"}'", 0, "xxx\"}" },
};
/* clang-format on */

START_TEST(it_describes_itself) {
        const MessageErrandDone *done;

        put_script("case", describe_cases[_i].script);
        done = describe("case");

        ck_assert_msg(strstr(done->text, describe_cases[_i].text), "%.200s", done->text);
        ck_assert_uint_eq(done->error, describe_cases[_i].error);
}
END_TEST

START_TEST(who_is_not_trusted_is_not_asked) {
        char path[160];

        put_script("open", "touch \"$0.was-asked\"; echo '{}'");
        (void) snprintf(path, sizeof(path), "%s/open", own);
        ck_assert_int_eq(chmod(path, 0777), 0);
        ck_assert_uint_eq(describe("open")->error, EPERM);
        ck_assert_uint_eq(describe("nothing")->error, ENOENT);
}
END_TEST

START_TEST(whoever_describes_itself_has_no_rights) {
        const MessageErrandDone *done;

        put_script("who",
                   "printf '{\"uid\":%s,\"caps\":\"%s\",\"pwd\":\"%s\"}' \"$(id -u)\" "
                   "\"$(sed -n 's/^CapEff:.//p' /proc/self/status)\" \"$PWD\"");
        done = describe("who");
        ck_assert_uint_eq(done->error, 0);
        ck_assert_ptr_null(strstr(done->text, "\"uid\":0,"));
        ck_assert_ptr_nonnull(strstr(done->text, "\"caps\":\"0000000000000000\",\"pwd\":\"/\""));
}
END_TEST

/* A bomb stays below what one user, or one cgroup, may have; and nothing of it is left. */
START_TEST(a_fork_bomb_is_bounded_and_cleared_away) {
        put_script("bomb", "f() { f & f & wait; }; trap '' TERM; f 2>/dev/null; echo '{}'");
        (void) describe("bomb");
        put_script("calm", "echo '{}'");
        ck_assert_uint_eq(describe("calm")->error, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action-program");
        TCase *user = tcase_create("user"), *system = tcase_create("system");

        tcase_add_checked_fixture(user, set_up, tear_down);
        tcase_add_test(user, the_request_is_read_and_the_result_kept);
        tcase_add_test(user, a_program_that_is_no_script_does_not_see_its_descriptor);
        tcase_add_test(user, it_has_the_environment_and_the_place_of_a_job);
        tcase_add_loop_test(user, a_result_is_a_small_object_or_none, 0, ARRAY_SIZE(result_cases));
        tcase_add_test(user, a_large_request_waits_for_nobody);
        tcase_add_test(user, an_endless_result_ends_with_the_timeout);
        tcase_add_test(user, a_result_outlives_an_upgrade_of_the_runner);
        tcase_add_test(user, a_sites_program_hides_that_of_the_same_name);
        tcase_add_test(user, what_others_may_write_is_not_executed);
        tcase_add_test(user, a_link_is_followed_where_nobody_else_could_lead_it);
        tcase_add_test(user, a_unit_cannot_do_it);
        tcase_add_loop_test(user, it_describes_itself, 0, ARRAY_SIZE(describe_cases));
        tcase_add_test(user, who_is_not_trusted_is_not_asked);
        suite_add_tcase(suite, user);

        if (getuid() == 0) {
                tcase_add_checked_fixture(system, set_up_system, tear_down);
                tcase_add_test(system, it_runs_as_the_jobs_user);
                tcase_add_test(system, in_system_mode_only_roots_programs_count);
                tcase_add_test(system, whoever_describes_itself_has_no_rights);
                tcase_add_test(system, a_fork_bomb_is_bounded_and_cleared_away);
                suite_add_tcase(suite, system);
        }
        return suite;
}
