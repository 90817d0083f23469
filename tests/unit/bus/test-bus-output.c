/* SPDX-License-Identifier: GPL-2.0-or-later */

/* GetOutput and Follow. */

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

static const BusFixtureJob jobs[] = {
        { "alpha", "command: /bin/true\n", 0 },
        { "again", "command: /bin/true\nretry: {attempts: 3, delay: 0}\n", 0 },
};

static BusFixture fixture;
static sd_bus *client;
static uint64_t id;

static void setup(void) {
        sd_bus_message *reply;

        bus_fixture_init(&fixture);
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        client = bus_fixture_client(&fixture, (uid_t) -1);
        reply = bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", "alpha", 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "t", &id), 0);
        (void) sd_bus_message_unref(reply);
}

static void teardown(void) {
        (void) sd_bus_close_unref(client);
        bus_fixture_done(&fixture);
}

static int take_fd(sd_bus_message *reply) {
        int fd, copy;

        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        ck_assert_int_ge(copy, 0);
        (void) sd_bus_message_unref(reply);
        return copy;
}

static int follow(void) {
        return take_fd(bus_fixture_ask(&fixture, client, "Follow", "t", id));
}

/* The pieces as "1:text|3:remark|", of all that comes until the end. */
static char *read_pieces(int fd) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_FREE char *data = NULL;
        char *text;
        size_t size;

        data = test_read_fd(fd, &size);
        for (size_t at = 0; at < size;) {
                size_t length;

                ck_assert_uint_ge(size - at, 8);
                length = (size_t) (unsigned char) data[at + 4] | (size_t) (unsigned char) data[at + 5] << 8 |
                                (size_t) (unsigned char) data[at + 6] << 16;
                ck_assert_uint_ge(size - at - 8, length);
                (void) buffer_add_format(
                                &buffer, "%d:%.*s|", data[at], (int) MIN(length, (size_t) 60), data + at + 8);
                at += 8 + length;
        }
        ck_assert_int_eq(buffer_take(&buffer, &text), 0);
        (void) close(fd);
        return text;
}

static bool is_readable(int fd) {
        struct pollfd entry = { .fd = fd, .events = POLLIN };

        return poll(&entry, 1, 0) > 0;
}

START_TEST(output_that_was_kept_is_given) {
        CLEANUP_FREE char *empty = NULL, *text = NULL;

        empty = read_pieces(take_fd(bus_fixture_ask(&fixture, client, "GetOutput", "tu", id, 0U)));
        ck_assert_str_eq(empty, "");

        bus_fixture_started(&fixture, 0);
        bus_fixture_ended(&fixture, 0, 0, "hello\n");
        text = read_pieces(take_fd(bus_fixture_ask(&fixture, client, "GetOutput", "tu", id, 1U)));
        ck_assert_str_eq(text, "1:hello\n|");
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "GetOutput", "tu",
                                        id, 2U),
                        ERROR_NO_SUCH_EXECUTION);
}
END_TEST

START_TEST(attempts_are_listed_one_by_one) {
        uint64_t bytes = 0;
        sd_bus_message *reply;
        const char *key;

        bus_fixture_started(&fixture, 0);
        bus_fixture_ended(&fixture, 0, 0, "hello\n");
        reply = bus_fixture_ask(&fixture, client, "ListAttempts", "t", id);
        ck_assert_str_eq(sd_bus_message_get_signature(reply, 1), "aa{sv}");
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "a{sv}"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
        while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
                ck_assert_int_gt(sd_bus_message_read(reply, "s", &key), 0);
                if (strcmp(key, "OutputBytes") == 0)
                        ck_assert_int_gt(sd_bus_message_read(reply, "v", "t", &bytes), 0);
                else
                        ck_assert_int_ge(sd_bus_message_skip(reply, "v"), 0);
                ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
        }
        ck_assert_uint_eq(bytes, 6);
        ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
        ck_assert_int_gt(sd_bus_message_at_end(reply, 0), 0); /* there is but one */
        (void) sd_bus_message_unref(reply);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "ListAttempts",
                                        "t", UINT64_C(4711)),
                        ERROR_NO_SUCH_EXECUTION);
}
END_TEST

START_TEST(a_follower_gets_what_comes_and_ends_with_the_execution) {
        CLEANUP_FREE char *text = NULL;
        int fd;

        bus_fixture_started(&fixture, 0);
        fd = follow();
        ck_assert_uint_eq(fixture.n_follows, 1);
        ck_assert(!is_readable(fd));

        bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, "one\n");
        ck_assert(is_readable(fd));
        bus_fixture_output(&fixture, 0, OUTPUT_STDERR, "two\n");
        bus_fixture_ended(&fixture, 0, 0, "one\n");
        text = read_pieces(fd);
        ck_assert_str_eq(text, "1:one\n|2:two\n|");
}
END_TEST

START_TEST(a_later_follower_gets_what_was_before) {
        CLEANUP_FREE char *first = NULL, *second = NULL;
        int fds[2];

        bus_fixture_started(&fixture, 0);
        fds[0] = follow();
        bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, "one\n");
        fds[1] = follow();
        bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, "two\n");
        bus_fixture_ended(&fixture, 0, 0, NULL);

        ck_assert_uint_eq(fixture.n_follows, 1);
        first = read_pieces(fds[0]);
        second = read_pieces(fds[1]);
        ck_assert_str_eq(first, "1:one\n|1:two\n|");
        ck_assert_str_eq(second, first);
}
END_TEST

START_TEST(an_execution_is_followed_from_its_start) {
        CLEANUP_FREE char *text = NULL;
        int fd = follow();

        ck_assert_uint_eq(fixture.n_follows, 0);
        bus_fixture_started(&fixture, 0);
        ck_assert_uint_eq(fixture.n_follows, 1);
        bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, "late\n");
        bus_fixture_ended(&fixture, 0, 0, NULL);
        text = read_pieces(fd);
        ck_assert_str_eq(text, "1:late\n|");
}
END_TEST

START_TEST(an_ended_execution_gives_what_was_kept) {
        CLEANUP_FREE char *text = NULL;

        bus_fixture_started(&fixture, 0);
        bus_fixture_ended(&fixture, 0, 0, "kept\n");
        text = read_pieces(follow());
        ck_assert_str_eq(text, "1:kept\n|");
}
END_TEST

START_TEST(an_end_before_any_live_output_gives_what_was_kept) {
        CLEANUP_FREE char *text = NULL;
        int fd = follow();

        bus_fixture_started(&fixture, 0);
        bus_fixture_ended(&fixture, 0, 0, "quick\n");
        text = read_pieces(fd);
        ck_assert_str_eq(text, "1:quick\n|");
}
END_TEST

/* Drains the descriptor and lets the loop fill it again, until its end. */
static size_t drain(int fd, Buffer *buffer) {
        char chunk[65536];
        ssize_t n;

        while ((n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT)) != 0) {
                if (n > 0)
                        ck_assert_int_eq(buffer_add(buffer, chunk, (size_t) n), 0);
                else
                        bus_fixture_settle(&fixture);
        }
        return buffer->size;
}

static uint64_t start(const char *job) {
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", job, 0);
        uint64_t execution;

        ck_assert_int_gt(sd_bus_message_read(reply, "t", &execution), 0);
        (void) sd_bus_message_unref(reply);
        return execution;
}

START_TEST(each_attempt_is_followed) {
        CLEANUP_FREE char *text = NULL;
        int fd;

        id = start("again");
        fd = follow();
        bus_fixture_started(&fixture, 1);
        bus_fixture_output(&fixture, 1, OUTPUT_STDOUT, "one\n");
        bus_fixture_ended(&fixture, 1, 1, "one\n");

        /* The second ends before the runner has heard that somebody listens. */
        bus_fixture_settle(&fixture);
        bus_fixture_started(&fixture, 2);
        ck_assert_uint_eq(fixture.n_follows, 2);
        bus_fixture_ended(&fixture, 2, 1, "two\n");

        bus_fixture_settle(&fixture);
        bus_fixture_started(&fixture, 3);
        ck_assert_uint_eq(fixture.n_follows, 3);
        bus_fixture_output(&fixture, 3, OUTPUT_STDERR, "three\n");
        bus_fixture_ended(&fixture, 3, 0, "three\n");

        text = read_pieces(fd);
        ck_assert_str_eq(text, "1:one\n|1:two\n|2:three\n|");
}
END_TEST

START_TEST(a_slow_reader_is_told_what_it_missed) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_FREE char *block = malloc(65537);
        int fd;

        memset(block, 'x', 65536);
        block[65536] = '\0';
        bus_fixture_started(&fixture, 0);
        fd = follow();
        for (unsigned n = 0; n < 64; n++) /* 4 MiB: the socket and the queue hold a good one of them */
                bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, block);
        bus_fixture_ended(&fixture, 0, 0, NULL);

        ck_assert_uint_lt(drain(fd, &buffer), (size_t) 2 * 1024 * 1024);
        ck_assert_uint_gt(buffer.size, (size_t) 1024 * 1024);
        ck_assert_ptr_nonnull(
                        memmem(buffer.data, buffer.size, "bytes left out: this reader is too slow", 39));
        (void) close(fd);
}
END_TEST

#define LINE_SIZE 1000U
#define N_LINES 4000U /* four times what is kept for who joins later */

static void print_lines(void) {
        char line[LINE_SIZE + 1];

        for (unsigned n = 0; n < N_LINES; n++) {
                (void) snprintf(line, sizeof(line), "%0*u", (int) LINE_SIZE, n);
                bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, line);
        }
}

START_TEST(a_late_follower_gets_the_newest_output) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        unsigned long long n_left_out = 0;
        size_t n_kept, at;
        int first, late;

        bus_fixture_started(&fixture, 0);
        first = follow();
        print_lines();
        late = follow();
        bus_fixture_ended(&fixture, 0, 0, NULL);
        (void) drain(late, &buffer);

        /* A remark of what is not there any more, and then piece after piece to the last. */
        ck_assert_int_eq(sscanf(buffer.data + 8, "… %llu bytes left out", &n_left_out), 1);
        ck_assert_uint_eq(n_left_out % LINE_SIZE, 0);
        n_kept = N_LINES - (size_t) n_left_out / LINE_SIZE;
        ck_assert_uint_eq(n_kept, (size_t) 1024 * 1024 / (LINE_SIZE + 8));
        at = buffer.size - n_kept * (LINE_SIZE + 8);
        for (size_t i = 0; i < n_kept; i++, at += LINE_SIZE + 8) {
                ck_assert_int_eq(buffer.data[at], OUTPUT_STDOUT);
                ck_assert_uint_eq(
                                strtoul(buffer.data + at + 8 + LINE_SIZE - 10, NULL, 10),
                                N_LINES - n_kept + i);
        }
        (void) close(first);
        (void) close(late);
}
END_TEST

START_TEST(a_reader_that_leaves_is_forgotten) {
        int fd;

        bus_fixture_started(&fixture, 0);
        fd = follow();
        (void) close(fd);
        bus_fixture_settle(&fixture);
        bus_fixture_output(&fixture, 0, OUTPUT_STDOUT, "nobody reads this\n");

        /* A new one begins anew: the stream of the first is gone. */
        fd = follow();
        ck_assert_uint_eq(fixture.n_follows, 2);
        (void) close(fd);
        bus_fixture_ended(&fixture, 0, 0, NULL);
}
END_TEST

START_TEST(what_does_not_exist_cannot_be_followed) {
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "Follow", "t",
                                        (uint64_t) 4711),
                        ERROR_NO_SUCH_EXECUTION);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-output");
        TCase *output = tcase_create("output");

        tcase_add_checked_fixture(output, setup, teardown);
        tcase_add_test(output, output_that_was_kept_is_given);
        tcase_add_test(output, attempts_are_listed_one_by_one);
        tcase_add_test(output, a_follower_gets_what_comes_and_ends_with_the_execution);
        tcase_add_test(output, a_later_follower_gets_what_was_before);
        tcase_add_test(output, an_execution_is_followed_from_its_start);
        tcase_add_test(output, an_ended_execution_gives_what_was_kept);
        tcase_add_test(output, an_end_before_any_live_output_gives_what_was_kept);
        tcase_add_test(output, each_attempt_is_followed);
        tcase_add_test(output, a_slow_reader_is_told_what_it_missed);
        tcase_add_test(output, a_late_follower_gets_the_newest_output);
        tcase_add_test(output, a_reader_that_leaves_is_forgotten);
        tcase_add_test(output, what_does_not_exist_cannot_be_followed);
        suite_add_tcase(suite, output);
        return suite;
}
