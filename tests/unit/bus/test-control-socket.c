/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The control socket against clients of every kind: other users, many at once, silent, rude, huge. */

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define N_CLIENTS 200U
#define OTHER_UID 4242U

static const BusFixtureJob jobs[] = {
        { "alpha", "command: /bin/true\n", 0 },
        { "other", "command: /bin/true\n", OTHER_UID },
};

static BusFixture fixture;
static char directory[] = "/tmp/jobsched-test-XXXXXX";
static char path[64];

static void setup(void) {
        (void) snprintf(directory, sizeof(directory), "/tmp/jobsched-test-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
        ck_assert_int_eq(chmod(directory, 0755), 0);
        (void) snprintf(path, sizeof(path), "%s/control", directory);
        bus_fixture_init(&fixture);
        fixture.instance.user = true; /* else the group of the host would get the socket */
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        ck_assert_int_eq(bus_server_open_control(fixture.server, path), 0);
}

static void teardown(void) {
        bus_fixture_done(&fixture);
        ck_assert_int_ne(access(path, F_OK), 0);
        (void) rmdir(directory);
}

static int connect_raw(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        ck_assert_int_ge(fd, 0);
        memcpy(address.sun_path, path, strlen(path) + 1);
        ck_assert_int_eq(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        return fd;
}

static sd_bus *connect_client(void) {
        sd_bus *client = NULL;
        int fd = connect_raw();

        ck_assert_int_ge(sd_bus_new(&client), 0);
        ck_assert_int_ge(sd_bus_set_fd(client, fd, fd), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(client, 1), 0);
        ck_assert_int_ge(sd_bus_start(client), 0);
        ck_assert_int_ge(sd_bus_attach_event(client, fixture.event, 0), 0);
        return client;
}

/* The daemon still answers. */
static void expect_alive(void) {
        sd_bus *client = connect_client();

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "GetJob", "s", "alpha"));
        (void) sd_bus_close_unref(client);
}

START_TEST(the_socket_belongs_to_its_user) {
        struct stat status;

        ck_assert_int_eq(lstat(path, &status), 0);
        ck_assert(S_ISSOCK(status.st_mode));
        ck_assert_uint_eq(status.st_mode & 07777U, 0600);
        expect_alive();
}
END_TEST

typedef struct Count {
        unsigned n_answers;
        bool done;
} Count;

static int on_counted(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        Count *count = userdata;

        ck_assert(!sd_bus_message_is_method_error(reply, NULL));
        count->done = ++count->n_answers == N_CLIENTS * 3;
        return 0;
}

START_TEST(two_hundred_clients_call_at_once) {
        sd_bus *clients[N_CLIENTS];
        Count count = { 0 };

        for (unsigned i = 0; i < N_CLIENTS; i++) {
                clients[i] = connect_client();
                for (unsigned n = 0; n < 2; n++)
                        ck_assert_int_ge(
                                        sd_bus_call_method_async(
                                                        clients[i], NULL, NULL, MANAGER_PATH,
                                                        MANAGER_INTERFACE, "ListJobs", on_counted, &count,
                                                        "a{sv}su", 0, "", 0U),
                                        0);
                ck_assert_int_ge(
                                sd_bus_call_method_async(
                                                clients[i], NULL, NULL, MANAGER_PATH, MANAGER_INTERFACE,
                                                "Dump", on_counted, &count, "sa{sv}", "jobs", 0),
                                0);
        }
        bus_fixture_run_until(&fixture, &count.done);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), N_CLIENTS);
        for (unsigned i = 0; i < N_CLIENTS; i++)
                (void) sd_bus_close_unref(clients[i]);
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), 0);
}
END_TEST

static int on_ignored(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return 0;
}

static void ask_without_reading(sd_bus *client) {
        ck_assert_int_ge(
                        sd_bus_call_method_async(
                                        client, NULL, NULL, MANAGER_PATH, MANAGER_INTERFACE, "ListJobs",
                                        on_ignored, NULL, "a{sv}su", 0, "", 0U),
                        0);
        (void) sd_event_run(fixture.event, 0);
}

START_TEST(who_never_reads_an_answer_is_dropped) {
        sd_bus *client = connect_client();

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "GetJob", "s", "alpha"));
        (void) sd_bus_detach_event(client);
        for (unsigned i = 0; i < 20000 && bus_server_n_peers(fixture.server) > 0; i++)
                ask_without_reading(client);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), 0);
        (void) sd_bus_close_unref(client);
        expect_alive();
}
END_TEST

/* clang-format off */
static const struct {
        const char *bytes;
        size_t size;
} rubbish[] = {
        { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 26 },
        { "\0\0\0\0\0\0\0\0", 8 },
        { "\0AUTH EXTERNAL zz\r\n", 19 },
        { "\0AUTH ANONYMOUS\r\n", 17 },
        { "\0AUTH EXTERNAL 393939\r\n", 23 },          /* uid 999, which it is not */
        { "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\nl\1\0\1\377\377\377\377\377\377\377\377\377\377\377\377", 45 },
        { "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\nnonsense that is no message at all", 63 },
};
/* clang-format on */

START_TEST(rubbish_is_dropped_without_harm) {
        int fd = connect_raw();
        char answer[256];
        ssize_t n = -1;

        ck_assert_int_eq(write(fd, rubbish[_i].bytes, rubbish[_i].size), (ssize_t) rubbish[_i].size);
        bus_fixture_settle(&fixture);
        (void) shutdown(fd, SHUT_WR);
        for (unsigned i = 0; i < 100 && n != 0; i++) {
                bus_fixture_settle(&fixture);
                n = read(fd, answer, sizeof(answer));
        }
        ck_assert_int_le(n, 0);
        (void) close(fd);
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), 0);
        expect_alive();
}
END_TEST

START_TEST(who_says_nothing_is_dropped_at_its_deadline) {
        int fd = connect_raw();
        char byte;

        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), 1);
        fixture.server->peers->deadline_usec = 1; /* long ago */
        bus_peers_check_deadlines(fixture.server);
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), 0);
        ck_assert_int_le(read(fd, &byte, 1), 0);
        (void) close(fd);
}
END_TEST

START_TEST(who_spoke_in_time_stays_though_we_were_late) {
        static const char start[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";
        int fd = connect_raw();

        bus_fixture_settle(&fixture);
        ck_assert_int_eq(write(fd, start, sizeof(start) - 1), (ssize_t) sizeof(start) - 1);
        fixture.server->peers->deadline_usec = 1; /* long ago; the loop has not come round since */
        bus_peers_check_deadlines(fixture.server);
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(bus_server_n_peers(fixture.server), 1);
        ck_assert(fixture.server->peers->is_authenticated);
        (void) close(fd);
}
END_TEST

START_TEST(silent_clients_make_room_for_new_ones) {
        int fds[300];

        for (unsigned i = 0; i < ARRAY_SIZE(fds); i++) {
                fds[i] = connect_raw();
                (void) sd_event_run(fixture.event, 0);
        }
        bus_fixture_settle(&fixture);
        ck_assert_uint_le(bus_server_n_peers(fixture.server), 257);
        expect_alive();
        for (unsigned i = 0; i < ARRAY_SIZE(fds); i++)
                (void) close(fds[i]);
}
END_TEST

/* GetJob("alpha") as GDBus sends it: in one write with the end of the authentication. */
START_TEST(a_first_message_behind_begin_is_answered) {
        static const char start[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";
        CLEANUP(buffer_done) Buffer bytes = { 0 };
        /* clang-format off */
        static const unsigned char header[] = {
                'l', 1, 0, 1,  10, 0, 0, 0,  1, 0, 0, 0,  101, 0, 0, 0,
                1, 1, 'o', 0,  14, 0, 0, 0, '/', 'o', 'r', 'g', '/', 'j', 'o', 'b', 's', 'c', 'h', 'e', 'd', '1', 0, 0,
                2, 1, 's', 0,  21, 0, 0, 0, 'o', 'r', 'g', '.', 'j', 'o', 'b', 's', 'c', 'h', 'e', 'd', '1', '.',
                                            'M', 'a', 'n', 'a', 'g', 'e', 'r', 0, 0, 0,
                3, 1, 's', 0,   6, 0, 0, 0, 'G', 'e', 't', 'J', 'o', 'b', 0, 0,
                8, 1, 'g', 0,   1, 's', 0, 0,
                0, 0, 0, 0, 0,  0, 0, 0,
        };
        /* clang-format on */
        char answer[4096];
        ssize_t n = 0;
        int fd = connect_raw();

        (void) buffer_add(&bytes, start, sizeof(start) - 1);
        (void) buffer_add(&bytes, header, 16 + 24 + 32 + 16 + 8);
        (void) buffer_add(&bytes, "\5\0\0\0alpha", 10);
        bytes.data[sizeof(start) - 1 + 12] = 24 + 32 + 16 + 7; /* length of the fields, without the padding */
        ck_assert_int_eq(write(fd, bytes.data, bytes.size), (ssize_t) bytes.size);

        for (unsigned i = 0; i < 50 && !(n > 0 && memmem(answer, (size_t) n, "/job/alpha", 10)); i++) {
                bus_fixture_settle(&fixture);
                n = recv(fd, answer, sizeof(answer), MSG_PEEK);
        }
        ck_assert_int_gt(n, 0);
        ck_assert_ptr_nonnull(memmem(answer, (size_t) n, "/job/alpha", 10));
        (void) close(fd);
}
END_TEST

START_TEST(a_huge_message_is_an_error_and_no_more) {
        const size_t size = (size_t) 127 * 1024 * 1024;
        CLEANUP_FREE char *name = malloc(size + 1);
        sd_bus *client = connect_client();

        ck_assert_ptr_nonnull(name);
        memset(name, 'x', size);
        name[size] = '\0';
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "GetJob", "s",
                                        name),
                        ERROR_NO_SUCH_JOB);
        (void) sd_bus_close_unref(client);
        expect_alive();
}
END_TEST

/* Another user's process: the kernel says who it is. Exit status 0: it was told as expected. */
static int ask_as(uid_t uid) {
        CLEANUP(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        char address[128];

        if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
                return 2;
        (void) snprintf(address, sizeof(address), "unix:path=%s", path);
        if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, address) < 0 || sd_bus_start(bus) < 0)
                return 3;
        if (sd_bus_call_method(
                            bus, NULL, MANAGER_PATH, MANAGER_INTERFACE, "GetJob", &error, NULL, "s",
                            "alpha") >= 0 ||
            !sd_bus_error_has_name(&error, ERROR_NO_SUCH_JOB))
                return 4;
        if (sd_bus_call_method(
                            bus, NULL, MANAGER_PATH, MANAGER_INTERFACE, "GetJob", NULL, NULL, "s", "other") <
            0)
                return 5;
        return 0;
}

START_TEST(the_kernel_says_who_a_client_is) {
        bool done = false;
        int status = -1;
        pid_t pid;

        if (getuid() != 0)
                return; /* nobody else can be impersonated */
        ck_assert_int_eq(chmod(path, 0666), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
                _exit(ask_as(OTHER_UID));
        for (unsigned i = 0; i < 1000 && !done; i++) {
                (void) sd_event_run(fixture.event, 10000);
                done = waitpid(pid, &status, WNOHANG) == pid;
        }
        ck_assert(done);
        ck_assert(WIFEXITED(status));
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("control-socket");
        TCase *clients = tcase_create("clients");

        tcase_set_timeout(clients, 120);
        tcase_add_checked_fixture(clients, setup, teardown);
        tcase_add_test(clients, the_socket_belongs_to_its_user);
        tcase_add_test(clients, two_hundred_clients_call_at_once);
        tcase_add_test(clients, who_never_reads_an_answer_is_dropped);
        tcase_add_loop_test(clients, rubbish_is_dropped_without_harm, 0, ARRAY_SIZE(rubbish));
        tcase_add_test(clients, who_says_nothing_is_dropped_at_its_deadline);
        tcase_add_test(clients, who_spoke_in_time_stays_though_we_were_late);
        tcase_add_test(clients, silent_clients_make_room_for_new_ones);
        tcase_add_test(clients, a_first_message_behind_begin_is_answered);
        tcase_add_test(clients, a_huge_message_is_an_error_and_no_more);
        tcase_add_test(clients, the_kernel_says_who_a_client_is);
        suite_add_tcase(suite, clients);
        return suite;
}
