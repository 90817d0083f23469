/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The client against a Manager that answers what the test expects, over a real control socket; the server is
 * a child process, since the client's calls block.
 */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "client/client.h"
#include "protocol/names.h"
#include "support/test-support.h"
#include "util/file.h"
#include "util/string-list.h"

static char directory[] = "/tmp/test-client-XXXXXX";
static char socket_path[64];
static pid_t server;

/* --- the server ------------------------------------------------------------------------------------ */

static int reply_fd(sd_bus_message *call, const char *text) {
        CLEANUP_CLOSE int fd = memfd_new_sealed("test", text, strlen(text));

        return sd_bus_reply_method_return(call, "h", fd);
}

/* Answers with what it was asked: the filter is read key by key. */
static int method_dump(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        char text[512];
        const char *what, *key, *name = "", *state = "";
        int64_t number, sum = 0;

        ck_assert_int_ge(sd_bus_message_read(call, "s", &what), 0);
        ck_assert_int_ge(sd_bus_message_enter_container(call, 'a', "{sv}"), 0);
        while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
                ck_assert_int_ge(sd_bus_message_read(call, "s", &key), 0);
                if (strcmp(key, "names") == 0)
                        ck_assert_int_ge(sd_bus_message_read(call, "v", "as", 1, &name), 0);
                else if (strcmp(key, "states") == 0)
                        ck_assert_int_ge(sd_bus_message_read(call, "v", "as", 1, &state), 0);
                else if (strcmp(key, "since") == 0 || strcmp(key, "until") == 0)
                        ck_assert_int_ge(sd_bus_message_read(call, "v", "x", &number), 0);
                else
                        ck_assert_int_ge(sd_bus_message_read(call, "v", "t", &number), 0);
                if (strlen(key) == 5 || strlen(key) == 6)
                        sum += strcmp(key, "names") == 0 || strcmp(key, "states") == 0 ? 0 : number;
                ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
        }
        (void) snprintf(text, sizeof(text),
                        "{\"what\":\"%s\",\"name\":\"%s\",\"state\":\"%s\",\"sum\":%" PRIi64 "}\n{}\n", what,
                        name, state, sum);
        return reply_fd(call, text);
}

static int method_definition(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        return sd_bus_reply_method_return(call, "ssu", "command: x\n", "/etc/x.yaml", 7U);
}

/* The change is told before the start is answered: a client that subscribes late would never hear of it. */
static int method_start(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        const char *name;

        ck_assert_int_ge(sd_bus_message_read(call, "s", &name), 0);
        if (strcmp(name, "none") == 0)
                return sd_bus_error_set(reterr, ERROR_NO_SUCH_JOB, "There is no job 'none'.");

        ck_assert_int_ge(
                        sd_bus_emit_signal(
                                        sd_bus_message_get_bus(call), MANAGER_PATH, MANAGER_INTERFACE,
                                        "ExecutionChanged", "toa{sv}", UINT64_C(41),
                                        "/org/jobsched1/execution/41", 8, "Id", "t", UINT64_C(41), "Job", "s",
                                        name, "State", "s", "failed", "Reason", "s", "", "Started", "x",
                                        INT64_C(1774746000000000), "Ended", "x", INT64_MAX, "ExitCode", "i",
                                        3, "Signal", "i", -1),
                        0);
        return sd_bus_reply_method_return(call, "t", UINT64_C(41));
}

static int method_why(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        return sd_bus_reply_method_return(call, "s", "{\"scheduled\":true}");
}

static int method_output(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        return reply_fd(call, "\1");
}

static int method_attempts(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        return sd_bus_reply_method_return(
                        call, "aa{sv}", 2, 3, "Attempt", "u", 1U, "State", "s", "failed", "ExitCode", "i", 7,
                        3, "Attempt", "u", 2U, "State", "s", "succeeded", "ExitCode", "i", -1);
}

static int method_reload(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        return sd_bus_reply_method_return(call, "as", 2, "a.yaml:1:2: error: x", "b.yaml:3:4: error: y");
}

static int method_empty(sd_bus_message *call, void *userdata, sd_bus_error *reterr) {
        return sd_bus_reply_method_return(call, "");
}

static int property_errors(
                sd_bus *bus,
                const char *path,
                const char *interface,
                const char *property,
                sd_bus_message *reply,
                void *userdata,
                sd_bus_error *reterr) {

        return sd_bus_message_append(reply, "as", 1, "x.yaml:1:1: error: no");
}

static int property_descriptions(
                sd_bus *bus,
                const char *path,
                const char *interface,
                const char *property,
                sd_bus_message *reply,
                void *userdata,
                sd_bus_error *reterr) {

        return sd_bus_message_append(reply, "as", 2, "at 02:30 every day", "every 90s");
}

static const struct {
        const char *version;
        int64_t started, next_start;
        uint64_t jobs;
        int connected;
} properties = { "1.2", 1774746000000000, INT64_MAX, 12, 1 };

/* clang-format off */
static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Dump",          "sa{sv}", "h",   method_dump,       SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetDefinition", "s",      "ssu", method_definition, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StartJob",      "sa{sv}", "t",   method_start,      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Why",           "sxx",    "s",   method_why,        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ListAttempts",  "t",      "aa{sv}", method_attempts, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetOutput",     "tu",     "h",   method_output,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Backup",        "",       "h",   method_output,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Follow",        "t",      "h",   method_output,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Reload",        "",       "as",  method_reload,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("PauseJob",      "sx",     "",    method_empty,      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("KillExecution", "tsi",    "",    method_empty,      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Subscribe",     "",       "",    method_empty,      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Version",         "s",  NULL,            offsetof(__typeof__(properties), version),    0),
        SD_BUS_PROPERTY("Started",         "x",  NULL,            offsetof(__typeof__(properties), started),    0),
        SD_BUS_PROPERTY("NextStart",       "x",  NULL,            offsetof(__typeof__(properties), next_start), 0),
        SD_BUS_PROPERTY("Jobs",            "t",  NULL,            offsetof(__typeof__(properties), jobs),       0),
        SD_BUS_PROPERTY("RunnerConnected", "b",  NULL,            offsetof(__typeof__(properties), connected),  0),
        SD_BUS_PROPERTY("LoadErrors",      "as", property_errors, 0,                                            0),
        SD_BUS_VTABLE_END,
};
/* clang-format on */

/* clang-format off */
static const sd_bus_vtable job_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("ScheduleDescriptions", "as", property_descriptions, 0, 0),
        SD_BUS_VTABLE_END,
};
/* clang-format on */

static void serve(int listener) {
        for (;;) {
                sd_bus *bus = NULL;
                sd_id128_t id = { 0 };
                int fd = accept(listener, NULL, NULL);

                ck_assert_int_ge(fd, 0);
                ck_assert_int_ge(sd_bus_new(&bus), 0);
                ck_assert_int_ge(sd_bus_set_fd(bus, fd, fd), 0);
                ck_assert_int_ge(sd_bus_set_server(bus, 1, id), 0);
                ck_assert_int_ge(sd_bus_negotiate_fds(bus, 1), 0);
                ck_assert_int_ge(
                                sd_bus_add_object_vtable(
                                                bus, NULL, MANAGER_PATH, MANAGER_INTERFACE, vtable,
                                                (void *) &properties),
                                0);
                ck_assert_int_ge(
                                sd_bus_add_object_vtable(
                                                bus, NULL, JOB_PATH_PREFIX "/a_2eb", JOB_INTERFACE,
                                                job_vtable, NULL),
                                0);
                ck_assert_int_ge(sd_bus_start(bus), 0);
                for (;;) {
                        int r = sd_bus_process(bus, NULL);

                        if (r < 0)
                                break;
                        if (r == 0 && sd_bus_wait(bus, UINT64_MAX) < 0)
                                break;
                }
                sd_bus_close_unref(bus);
        }
}

static void start_server(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int listener;

        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(socket_path, sizeof(socket_path), "%s/control", directory);
        ck_assert_int_eq(setenv("JOBSCHED_RUNTIME_DIR", directory, 1), 0);
        ck_assert_int_eq(setenv("HOME", directory, 1), 0);
        (void) strcpy(address.sun_path, socket_path);

        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(listener, 0);
        ck_assert_int_eq(bind(listener, (const struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_eq(listen(listener, 4), 0);

        server = fork();
        ck_assert_int_ge(server, 0);
        if (server == 0) {
                serve(listener);
                _exit(1);
        }
        (void) close(listener);
}

static void stop_server(void) {
        (void) kill(server, SIGKILL);
        (void) waitpid(server, NULL, 0);
        (void) unlink(socket_path);
        (void) rmdir(directory);
}

static Client *connect_client(void) {
        ClientError error = { 0 };
        Client *client = NULL;

        ck_assert_int_eq(client_open(&(const ClientOptions){ .user = true }, &client, &error), 0);
        return client;
}

/* --- the facts ------------------------------------------------------------------------------------- */

START_TEST(a_dump_takes_the_filter_and_gives_lines) {
        CLEANUP(client_freep) Client *client = connect_client();
        CLEANUP_JSON json_t *json = NULL;
        char *const names[] = { (char *) "back*", NULL };
        char *const states[] = { (char *) "failed", NULL };
        const ClientFilter filter = {
                .names = names,
                .states = states,
                .since_usec = 1,
                .until_usec = 20,
                .before_id = 300,
                .limit = 4000,
        };
        ClientError error = { 0 };
        ClientLines lines = { 0 };

        ck_assert_int_eq(client_dump(client, "executions", &filter, &lines, &error), 0);

        ck_assert_uint_eq(lines.n_lines, 2);
        ck_assert_int_eq(client_line_parse(&lines.lines[0], &json), 0);
        ck_assert_str_eq(json_string_value(json_object_get(json, "what")), "executions");
        ck_assert_str_eq(json_string_value(json_object_get(json, "name")), "back*");
        ck_assert_str_eq(json_string_value(json_object_get(json, "state")), "failed");
        ck_assert_int_eq(json_integer_value(json_object_get(json, "sum")), 4321);
        client_lines_done(&lines);
}
END_TEST

START_TEST(properties_become_json) {
        CLEANUP(client_freep) Client *client = connect_client();
        CLEANUP_JSON json_t *json = NULL;
        CLEANUP_FREE char *text = NULL;
        ClientError error = { 0 };

        ck_assert_int_eq(client_get_status(client, &json, &error), 0);

        text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
        ck_assert_str_eq(
                        text,
                        "{\"jobs\":12,\"load_errors\":[\"x.yaml:1:1: error: no\"],\"next_start\":null,"
                        "\"runner_connected\":true,\"started\":\"2026-03-29T01:00:00.000000Z\",\"version\":"
                        "\"1.2\"}");
}
END_TEST

START_TEST(schedules_are_described_by_the_daemon) {
        CLEANUP(client_freep) Client *client = connect_client();
        CLEANUP(string_list_freep) char **texts = NULL;
        CLEANUP(string_list_freep) char **none = NULL;
        ClientError error = { 0 };

        ck_assert_int_eq(client_get_schedule_descriptions(client, "a.b", &texts, &error), 0);
        ck_assert_uint_eq(string_list_length(texts), 2);
        ck_assert_str_eq(texts[0], "at 02:30 every day");

        ck_assert_int_lt(client_get_schedule_descriptions(client, "other", &none, &error), 0);
        ck_assert_ptr_nonnull(error.text);
        client_error_done(&error);
}
END_TEST

typedef struct Heard {
        unsigned n;
        json_t *execution;
} Heard;

static void on_event(void *userdata, const ClientEvent *event) {
        Heard *heard = userdata;

        ck_assert_int_eq(event->kind, CLIENT_EVENT_EXECUTION_CHANGED);
        ck_assert_uint_eq(event->id, 41);
        ck_assert_str_eq(event->job, "backup");
        heard->n++;
        heard->execution = json_incref(event->execution);
}

static void on_gone(void *userdata) {
        ck_abort_msg("the server went away");
}

START_TEST(a_change_that_comes_before_the_reply_is_heard) {
        CLEANUP(client_freep) Client *client = connect_client();
        Heard heard = { 0 };
        const ClientWatcher watcher = { .on_event = on_event, .on_gone = on_gone, .userdata = &heard };
        CLEANUP_FREE char *text = NULL;
        ClientError error = { 0 };
        uint64_t id = 0;

        ck_assert_int_eq(client_watch(client, &watcher, &error), 0);
        ck_assert_int_eq(client_start_job(client, &(ClientStart){ .job = "backup" }, &id, &error), 0);
        ck_assert_uint_eq(id, 41);
        while (sd_bus_process(client_bus(client), NULL) > 0)
                ;

        ck_assert_uint_eq(heard.n, 1);
        text = json_dumps(heard.execution, JSON_COMPACT);
        ck_assert_str_eq(
                        text,
                        "{\"id\":41,\"job\":\"backup\",\"state\":\"failed\",\"reason\":null,"
                        "\"started\":\"2026-03-29T01:00:00.000000Z\",\"ended\":null,\"exit_code\":3,"
                        "\"signal\":null}");
        json_decref(heard.execution);
}
END_TEST

START_TEST(an_error_of_the_daemon_is_told_with_its_kind) {
        CLEANUP(client_freep) Client *client = connect_client();
        ClientError error = { 0 };
        uint64_t id = 0;

        ck_assert_int_lt(client_start_job(client, &(ClientStart){ .job = "none" }, &id, &error), 0);
        ck_assert_int_eq(error.fault, CLIENT_FAULT_NO_SUCH);
        ck_assert_str_eq(error.text, "There is no job 'none'.");

        ck_assert_int_lt(
                        client_resume_job(client, "x", &error), 0); /* this server does not know the method */
        ck_assert_int_eq(error.fault, CLIENT_FAULT_OTHER);
        client_error_done(&error);
}
END_TEST

START_TEST(every_method_decodes_its_reply) {
        CLEANUP(client_freep) Client *client = connect_client();
        CLEANUP(string_list_freep) char **faults = NULL;
        CLEANUP_FREE char *output = NULL;
        CLEANUP_CLOSE int copy = -EBADF, pipe = -EBADF;
        CLEANUP_JSON json_t *attempts = NULL;
        CLEANUP_JSON json_t *answer = NULL;
        ClientDefinition definition = { 0 };
        ClientError error = { 0 };
        size_t size = 0;

        ck_assert_int_eq(client_get_definition(client, "x", &definition, &error), 0);
        ck_assert_str_eq(definition.text, "command: x\n");
        ck_assert_str_eq(definition.file, "/etc/x.yaml");
        ck_assert_uint_eq(definition.line, 7);
        client_definition_done(&definition);

        ck_assert_int_eq(client_reload(client, &faults, &error), 0);
        ck_assert_uint_eq(string_list_length(faults), 2);
        ck_assert_int_eq(client_get_output(client, 41, 0, &output, &size, &error), 0);
        ck_assert_uint_eq(size, 1);
        ck_assert_int_eq(client_list_attempts(client, 41, &attempts, &error), 0);
        ck_assert_uint_eq(json_array_size(attempts), 2);
        ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(attempts, 0), "exit_code")), 7);
        ck_assert(json_is_null(json_object_get(json_array_get(attempts, 1), "exit_code")));
        ck_assert_int_eq(client_why(client, "x", 0, 0, &answer, &error), 0);
        ck_assert(json_is_true(json_object_get(answer, "scheduled")));
        ck_assert_int_eq(client_backup(client, &copy, &error), 0);
        ck_assert_int_ge(copy, 3);
        ck_assert_int_eq(client_follow(client, 41, &pipe, &error), 0);
        ck_assert_int_ge(pipe, 3);
        ck_assert_int_eq(client_pause_job(client, "x", 0, &error), 0);
        ck_assert_int_eq(client_kill_execution(client, 41, "all", 15, &error), 0);
}
END_TEST

START_TEST(no_daemon_is_told_with_what_to_do) {
        CLEANUP(client_freep) Client *client = NULL;
        ClientError error = { 0 };

        ck_assert_int_eq(setenv("JOBSCHED_RUNTIME_DIR", "/nonexistent", 1), 0);
        ck_assert_int_eq(setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1), 0);
        ck_assert_int_lt(client_open(&(const ClientOptions){ .user = true }, &client, &error), 0);

        ck_assert_int_eq(error.fault, CLIENT_FAULT_UNREACHABLE);
        ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/control"));
        ck_assert_ptr_nonnull(strstr(error.hint, "jobschedd --user"));
        client_error_done(&error);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("client-call");
        TCase *calls = tcase_create("calls");

        tcase_add_unchecked_fixture(calls, start_server, stop_server);
        tcase_add_test(calls, a_dump_takes_the_filter_and_gives_lines);
        tcase_add_test(calls, properties_become_json);
        tcase_add_test(calls, a_change_that_comes_before_the_reply_is_heard);
        tcase_add_test(calls, an_error_of_the_daemon_is_told_with_its_kind);
        tcase_add_test(calls, schedules_are_described_by_the_daemon);
        tcase_add_test(calls, every_method_decodes_its_reply);
        tcase_add_test(calls, no_daemon_is_told_with_what_to_do);
        suite_add_tcase(suite, calls);
        return suite;
}
