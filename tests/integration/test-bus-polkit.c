/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The server on a bus of its own, with a polkit that answers as the test says: a private dbus-daemon, the
 * server and the false polkit in this process, clients as other users in forked ones.
 */

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

#define OTHER_UID 65534U /* nobody: dbus-daemon refuses who has no account */
#define POLKIT_NAME "org.freedesktop.PolicyKit1"

static const BusFixtureJob root_jobs[] = {
        { "alpha", "command: /bin/true\ndescription: of root\n", 0 },
        { "owned", "command: /bin/true\n", OTHER_UID },
};

static const char config[] =
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
                "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                "<busconfig><type>system</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>"
                "<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/><allow send_type=\"*\"/>"
                "<allow send_destination=\"*\"/><allow receive_type=\"*\"/></policy></busconfig>\n";

/* What the false polkit says to an action: 'y', 'n', 'c' (a challenge), or 's' (nothing at all). */
typedef struct FalsePolkit {
        sd_bus *bus;
        char view, view_all, run, manage_own, manage;
        unsigned n_questions;
        char last_subject[64];
        uint32_t last_flags;
} FalsePolkit;

static BusFixture fixture;
static FalsePolkit polkit;
static char directory[40];
static char address[80];
static pid_t daemon_pid;

/* --- polkit ---------------------------------------------------------------------------------------- */

static char answer_to(const char *action) {
        const struct {
                const char *id;
                char answer;
        } answers[] = {
                { "org.jobsched1.view", polkit.view },     { "org.jobsched1.view-all", polkit.view_all },
                { "org.jobsched1.run", polkit.run },       { "org.jobsched1.manage-own", polkit.manage_own },
                { "org.jobsched1.manage", polkit.manage },
        };

        for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
                if (strcmp(answers[i].id, action) == 0)
                        return answers[i].answer;
        return '?';
}

static int method_check(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *subject, *action;
        char answer;

        polkit.n_questions++;
        if (sd_bus_message_enter_container(message, 'r', "sa{sv}") < 0 ||
            sd_bus_message_read(message, "s", &subject) < 0 || sd_bus_message_skip(message, "a{sv}") < 0 ||
            sd_bus_message_exit_container(message) < 0 || sd_bus_message_read(message, "s", &action) < 0 ||
            sd_bus_message_skip(message, "a{ss}") < 0 ||
            sd_bus_message_read(message, "u", &polkit.last_flags) < 0)
                return -EBADMSG;
        (void) snprintf(polkit.last_subject, sizeof(polkit.last_subject), "%s", subject);

        answer = answer_to(action);
        if (answer == 's')
                return 1;
        if (answer == 'e')
                return sd_bus_error_set(reterr, POLKIT_NAME ".Error.Failed", "Not today.");
        return sd_bus_reply_method_return(message, "(bba{ss})", answer == 'y', answer == 'c', 0);
}

/* clang-format off */
static const sd_bus_vtable polkit_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", method_check, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};
/* clang-format on */

static sd_bus *connect_bus(void) {
        sd_bus *bus = NULL;

        ck_assert_int_ge(sd_bus_new(&bus), 0);
        ck_assert_int_ge(sd_bus_set_address(bus, address), 0);
        ck_assert_int_ge(sd_bus_set_bus_client(bus, 1), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(bus, 1), 0);
        ck_assert_int_ge(sd_bus_start(bus), 0);
        return bus;
}

static void start_polkit(void) {
        polkit = (FalsePolkit){ .view = 'y', .view_all = 'n', .run = 'n', .manage_own = 'y', .manage = 'n' };
        polkit.bus = connect_bus();
        ck_assert_int_ge(
                        sd_bus_add_object_vtable(
                                        polkit.bus, NULL, "/org/freedesktop/PolicyKit1/Authority",
                                        "org.freedesktop.PolicyKit1.Authority", polkit_vtable, NULL),
                        0);
        ck_assert_int_ge(sd_bus_request_name(polkit.bus, POLKIT_NAME, 0), 0);
        ck_assert_int_ge(sd_bus_attach_event(polkit.bus, fixture.event, 0), 0);
}

/* --- the bus --------------------------------------------------------------------------------------- */

static void start_daemon(void) {
        CLEANUP_FREE char *path = NULL, *text = NULL;

        ck_assert_int_gt(asprintf(&path, "%s/bus.conf", directory), 0);
        ck_assert_int_gt(asprintf(&text, config, directory), 0);
        ck_assert_int_eq(file_replace(path, text, strlen(text), 0644, false), 0);
        daemon_pid = fork();
        ck_assert_int_ge(daemon_pid, 0);
        if (daemon_pid == 0) {
                CLEANUP_FREE char *option = NULL;

                if (asprintf(&option, "--config-file=%s", path) > 0)
                        (void) execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nopidfile",
                                      "--nosyslog", NULL);
                _exit(127);
        }
}

static void stop_daemon(void) {
        (void) kill(daemon_pid, SIGKILL);
        (void) waitpid(daemon_pid, NULL, 0);
}

static void wait_for_name(bool wanted) {
        usec_t deadline_usec = clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + 20 * USEC_PER_SEC;

        while (bus_server_has_name(fixture.server) != wanted) {
                ck_assert_int_ge(sd_event_run(fixture.event, 100000), 0);
                ck_assert_int_lt(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), deadline_usec);
        }
}

static void setup(void) {
        BusFixtureJob jobs[ARRAY_SIZE(root_jobs)];

        (void) snprintf(directory, sizeof(directory), "/tmp/jobsched-test-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
        ck_assert_int_eq(chmod(directory, 0755), 0);
        (void) snprintf(address, sizeof(address), "unix:path=%s/bus", directory);
        ck_assert_int_eq(setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1), 0);

        bus_fixture_init(&fixture);
        fixture.server->host.owner_uid = 0;
        memcpy(jobs, root_jobs, sizeof(jobs));
        if (getuid() != 0)
                jobs[1].owner_uid = getuid(); /* whom the one test for ordinary users asks as */
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        /* The server waits for a bus that is not there yet. */
        ck_assert_int_eq(bus_server_open_bus(fixture.server, BUS_SYSTEM), 0);
        bus_fixture_settle(&fixture);
        ck_assert(!bus_server_has_name(fixture.server));
        start_daemon();
        wait_for_name(true);
}

static void teardown(void) {
        CLEANUP_FREE char *command = NULL;

        polkit.bus = sd_bus_flush_close_unref(polkit.bus);
        bus_fixture_done(&fixture);
        stop_daemon();
        if (asprintf(&command, "rm -rf '%s'", directory) > 0)
                ck_assert_int_eq(system(command), 0);
}

/* --- a client of another user ---------------------------------------------------------------------- */

typedef struct Question {
        uid_t uid;
        bool interactive;
        const char *path, *interface, *member, *types, *argument;
} Question;

/* "File=…" of the properties of a job, "faults" of a reload, the first text of anything else, or "ok". */
static const char *text_of(sd_bus_message *reply) {
        static char text[256];
        const char *signature = sd_bus_message_get_signature(reply, 1), *name = "", *value = "";

        (void) snprintf(text, sizeof(text), "ok");
        if (strcmp(signature, "as") == 0)
                return "faults";
        if (signature[0] == 's' && sd_bus_message_read(reply, "s", &value) > 0)
                (void) snprintf(text, sizeof(text), "%s", value);
        if (strcmp(signature, "a{sv}") != 0)
                return text;

        (void) sd_bus_message_enter_container(reply, 'a', "{sv}");
        while (sd_bus_message_enter_container(reply, 'e', "sv") > 0 &&
               sd_bus_message_read(reply, "s", &name) > 0) {
                if (strcmp(name, "File") == 0 && sd_bus_message_read(reply, "v", "s", &value) > 0)
                        (void) snprintf(text, sizeof(text), "File=%s", value);
                else if (strcmp(name, "File") != 0)
                        (void) sd_bus_message_skip(reply, "v");
                (void) sd_bus_message_exit_container(reply);
        }
        return text;
}

static int ask(const Question *question, int answer_fd) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        sd_bus *bus = NULL;
        const char *text;

        if (setresgid(question->uid, question->uid, question->uid) < 0 ||
            setresuid(question->uid, question->uid, question->uid) < 0 || sd_bus_new(&bus) < 0 ||
            sd_bus_set_address(bus, address) < 0 || sd_bus_set_bus_client(bus, 1) < 0 ||
            sd_bus_start(bus) < 0)
                return 2;
        if (sd_bus_message_new_method_call(
                            bus, &call, BUS_NAME, question->path, question->interface, question->member) <
                            0 ||
            (question->types &&
             sd_bus_message_append(call, question->types, question->argument, (int64_t) 0, (int64_t) 0) <
                             0) ||
            sd_bus_message_set_allow_interactive_authorization(call, question->interactive) < 0)
                return 3;
        if (sd_bus_call(bus, call, 20 * USEC_PER_SEC, &error, &reply) < 0)
                text = error.name;
        else
                text = text_of(reply);
        return fd_write_all(answer_fd, text, strlen(text)) < 0 ? 4 : 0;
}

/* The text of the answer, the name of the error, or "ok". */
static char *answer_of(const Question *question) {
        CLEANUP_CLOSE int read_end = -EBADF;
        int ends[2], status = -1;
        bool done = false;
        pid_t pid;

        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
        read_end = ends[0];
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
                _exit(ask(question, ends[1]));
        (void) close(ends[1]);

        for (unsigned i = 0; i < 4000 && !done; i++) {
                (void) sd_event_run(fixture.event, 10000);
                done = waitpid(pid, &status, WNOHANG) == pid;
        }
        ck_assert(done);
        ck_assert_int_eq(status, 0);
        return test_read_fd(read_end, NULL);
}

static void expect(const Question *question, const char *expected) {
        CLEANUP_FREE char *answer = answer_of(question);

        ck_assert_str_eq(answer, expected);
}

static Question manager_question(const char *member, const char *types, const char *argument) {
        return (Question){ OTHER_UID, false, MANAGER_PATH, MANAGER_INTERFACE, member, types, argument };
}

/* --- tests ----------------------------------------------------------------------------------------- */

START_TEST(without_polkit_everybody_has_their_own) {
        Question question = manager_question("PauseJob", "sx", "alpha");

        expect(&question, ERROR_NO_SUCH_JOB);
        question.argument = "owned";
        expect(&question, "ok");
        question = manager_question("Reload", NULL, NULL);
        expect(&question, SD_BUS_ERROR_ACCESS_DENIED);
        question.uid = 0;
        expect(&question, "faults");
}
END_TEST

/* clang-format off */
static const struct {
        const char *member, *types, *argument;
        char answer; /* of the action that decides */
        const char *expected;
} cases[] = {
        /* view is allowed by default: others' jobs are there, but no private thing of them */
        { "GetDefinition", "s",  "alpha", 'n', SD_BUS_ERROR_ACCESS_DENIED },
        { "GetDefinition", "s",  "alpha", 'c', SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED },
        { "GetDefinition", "s",  "alpha", 'e', SD_BUS_ERROR_ACCESS_DENIED },
        { "PauseJob",      "sx", "alpha", 'n', SD_BUS_ERROR_ACCESS_DENIED },
        { "PauseJob",      "sx", "alpha", 'c', SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED },
        { "PauseJob",      "sx", "alpha", 'y', "ok" },
        { "PauseJob",      "sx", "owned", 'n', "ok" }, /* manage-own decides, which says yes */
        { "Reload",        NULL, NULL,    'n', SD_BUS_ERROR_ACCESS_DENIED },
        { "Reload",        NULL, NULL,    'y', "faults" },
};
/* clang-format on */

START_TEST(polkit_decides) {
        Question question = manager_question(cases[_i].member, cases[_i].types, cases[_i].argument);

        start_polkit();
        polkit.view_all = polkit.manage = cases[_i].answer;
        expect(&question, cases[_i].expected);
        ck_assert_uint_gt(polkit.n_questions, 0);
        ck_assert_str_eq(polkit.last_subject, "system-bus-name");
        ck_assert_uint_eq(polkit.last_flags, 0);
}
END_TEST

START_TEST(what_is_own_needs_polkits_consent_too) {
        Question question = manager_question("PauseJob", "sx", "owned");

        start_polkit();
        polkit.manage_own = 'n';
        expect(&question, SD_BUS_ERROR_ACCESS_DENIED);
}
END_TEST

START_TEST(a_caller_may_be_asked_for_a_password) {
        Question question = manager_question("Reload", NULL, NULL);

        start_polkit();
        polkit.manage = 'y';
        question.interactive = true;
        expect(&question, "faults");
        ck_assert_uint_eq(polkit.last_flags, 1);
}
END_TEST

START_TEST(private_fields_are_shown_with_view_all_only) {
        const Question question = {
                OTHER_UID,
                false,
                JOB_PATH_PREFIX "/alpha",
                "org.freedesktop.DBus.Properties",
                "GetAll",
                "s",
                JOB_INTERFACE,
        };

        start_polkit();
        polkit.view_all = 'y';
        expect(&question, "File=/etc/jobsched.d/test.yaml");
        polkit.view_all = 'n';
        expect(&question, "File=");
        polkit.view = 'n';
        expect(&question, SD_BUS_ERROR_UNKNOWN_OBJECT);
}
END_TEST

START_TEST(root_is_not_asked_about) {
        Question question = manager_question("Reload", NULL, NULL);

        start_polkit();
        polkit.view = polkit.view_all = polkit.manage = 'n';
        question.uid = 0;
        expect(&question, "faults");
        ck_assert_uint_eq(polkit.n_questions, 0);
}
END_TEST

/* A polkit that goes away while it is asked has not said yes. */
START_TEST(a_polkit_that_crashes_says_no) {
        Question question = manager_question("Reload", NULL, NULL);
        pid_t pid;
        int status = -1;
        bool done = false;

        start_polkit();
        polkit.manage = 's';
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                int ends[2];
                char text[64] = "";
                int r = pipe2(ends, O_CLOEXEC) < 0 ? 9 : ask(&question, ends[1]);

                _exit(r != 0 ? r
                             : read(ends[0], text, sizeof(text) - 1) <= 0 ||
                                                      strcmp(text, SD_BUS_ERROR_ACCESS_DENIED) != 0);
        }
        while (polkit.n_questions < 3) /* view-all, view, manage */
                ck_assert_int_ge(sd_event_run(fixture.event, 100000), 0);
        polkit.bus = sd_bus_flush_close_unref(polkit.bus);
        for (unsigned i = 0; i < 2000 && !done; i++) {
                (void) sd_event_run(fixture.event, 10000);
                done = waitpid(pid, &status, WNOHANG) == pid;
        }
        ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_bus_that_breaks_is_connected_again) {
        Question question = manager_question("PauseJob", "sx", "owned");

        stop_daemon();
        wait_for_name(false);
        start_daemon();
        wait_for_name(true);
        expect(&question, "ok");
}
END_TEST

/* A client of the control socket is a process to polkit. */
START_TEST(a_peer_is_judged_by_its_process) {
        sd_bus *client = bus_fixture_client(&fixture, OTHER_UID);
        sd_bus_message *reply;

        start_polkit();
        polkit.manage = 'y';
        reply = bus_fixture_ask(&fixture, client, "Reload", NULL);
        ck_assert_str_eq(polkit.last_subject, "unix-process");
        (void) sd_bus_message_unref(reply);

        /* The bus was there and is gone: nobody can say yes any more. */
        stop_daemon();
        wait_for_name(false);
        test_expect_error(
                        bus_fixture_call(&fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "Reload", NULL),
                        SD_BUS_ERROR_ACCESS_DENIED);
        start_daemon();
        (void) sd_bus_close_unref(client);
}
END_TEST

static int on_heard(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        unsigned *n = userdata;

        *n += sd_bus_message_is_signal(message, MANAGER_INTERFACE, "JobChanged") > 0;
        return 0;
}

START_TEST(signals_on_the_bus_go_to_subscribers) {
        sd_bus *listener = connect_bus(), *silent = connect_bus();
        unsigned n_heard = 0, n_overheard = 0;
        sd_bus_message *reply;
        Question pause = manager_question("PauseJob", "sx", "owned");

        pause.uid = getuid();
        ck_assert_int_ge(sd_bus_attach_event(listener, fixture.event, 0), 0);
        ck_assert_int_ge(sd_bus_attach_event(silent, fixture.event, 0), 0);
        ck_assert_int_ge(sd_bus_add_filter(listener, NULL, on_heard, &n_heard), 0);
        ck_assert_int_ge(sd_bus_add_filter(silent, NULL, on_heard, &n_overheard), 0);
        ck_assert_int_ge(sd_bus_add_match_async(silent, NULL, "type='signal'", NULL, NULL, NULL), 0);
        reply = test_expect_return(bus_fixture_call_to(
                        &fixture, listener, BUS_NAME, MANAGER_PATH, MANAGER_INTERFACE, "Subscribe", NULL));
        (void) sd_bus_message_unref(reply);

        expect(&pause, "ok");
        bus_fixture_settle(&fixture);
        ck_assert_uint_ge(n_heard, 1);
        ck_assert_uint_eq(n_overheard, 0);

        /* Who leaves the bus is forgotten. */
        (void) sd_bus_flush_close_unref(listener);
        bus_fixture_settle(&fixture);
        (void) sd_bus_flush_close_unref(silent);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-polkit");
        TCase *bus = tcase_create("bus");

        tcase_set_timeout(bus, 60);
        tcase_add_checked_fixture(bus, setup, teardown);
        if (getuid() == 0) { /* else nobody else can be impersonated */
                tcase_add_test(bus, without_polkit_everybody_has_their_own);
                tcase_add_loop_test(bus, polkit_decides, 0, ARRAY_SIZE(cases));
                tcase_add_test(bus, what_is_own_needs_polkits_consent_too);
                tcase_add_test(bus, a_caller_may_be_asked_for_a_password);
                tcase_add_test(bus, private_fields_are_shown_with_view_all_only);
                tcase_add_test(bus, root_is_not_asked_about);
                tcase_add_test(bus, a_polkit_that_crashes_says_no);
                tcase_add_test(bus, a_bus_that_breaks_is_connected_again);
                tcase_add_test(bus, a_peer_is_judged_by_its_process);
        }
        tcase_add_test(bus, signals_on_the_bus_go_to_subscribers);
        suite_add_tcase(suite, bus);
        return suite;
}
