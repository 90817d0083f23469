/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/connection.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "support/test-support.h"
#include "util/file.h"

#define DEADLINE_USEC ((uint64_t) 20 * USEC_PER_SEC)

/* What one end heard. */
typedef struct Heard {
        Connection *connection;
        size_t n_messages, n_bytes, n_closed, n_drained;
        uint64_t last_cookie;
        int error;
        bool free_on_message;
} Heard;

static void on_message(void *userdata, Message *message) {
        Heard *heard = userdata;

        heard->n_messages++;
        if (message->type == MESSAGE_OUTPUT)
                heard->n_bytes += message->output.data_size;
        if (message->type == MESSAGE_LOOKUP)
                heard->last_cookie = message->lookup.cookie;
        if (heard->free_on_message)
                heard->connection = connection_free(heard->connection);
}

static void on_closed(void *userdata, int error) {
        Heard *heard = userdata;

        heard->n_closed++;
        heard->error = error;
        heard->connection = connection_free(heard->connection);
}

static void on_drained(void *userdata) {
        ((Heard *) userdata)->n_drained++;
}

/* Two ends of a socket on one loop; `raw` speaks by hand. */
typedef struct Pair {
        sd_event *event;
        Heard a, b;
        int raw;
} Pair;

static void make_end(Pair *pair, int fd, Heard *heard) {
        ConnectionEvents events = { on_message, on_closed, on_drained, heard };

        ck_assert_int_eq(connection_new(pair->event, fd, &events, &heard->connection), 0);
}

static void pair_init(Pair *pair, bool raw) {
        int fds[2];

        *pair = (Pair){ .raw = -EBADF };
        ck_assert_int_ge(sd_event_new(&pair->event), 0);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
        make_end(pair, fds[0], &pair->a);
        if (raw)
                pair->raw = fds[1];
        else
                make_end(pair, fds[1], &pair->b);
}

static void pair_done(Pair *pair) {
        (void) connection_free(pair->a.connection);
        (void) connection_free(pair->b.connection);
        (void) fd_close(pair->raw);
        (void) sd_event_unref(pair->event);
}

/* Runs the loop until `*value` is `expected`. */
static void run_until(Pair *pair, const size_t *value, size_t expected) {
        while (*value < expected)
                ck_assert_int_gt(sd_event_run(pair->event, DEADLINE_USEC), 0);
        ck_assert_uint_eq(*value, expected);
}

static int send_lookup(Connection *connection, uint64_t cookie) {
        Message message = { .type = MESSAGE_LOOKUP, .lookup = { .cookie = cookie } };

        return connection_send(connection, &message);
}

static int send_output(Connection *connection, size_t size) {
        CLEANUP_FREE char *data = calloc(1, size);
        Message message = { .type = MESSAGE_OUTPUT, .output = { 1, 1, 1, data, size } };

        ck_assert_ptr_nonnull(data);
        return connection_send(connection, &message);
}

START_TEST(records_arrive_in_order_in_few_frames) {
        Pair pair;
        char frame[FRAME_SIZE_MAX];

        pair_init(&pair, true);
        for (uint64_t i = 0; i < 1000; i++)
                ck_assert_int_eq(send_lookup(pair.a.connection, i), 0);
        ck_assert_int_eq(connection_flush(pair.a.connection), 1);

        /* 28 bytes each: all in one frame. */
        ck_assert_int_eq(recv(pair.raw, frame, sizeof(frame), MSG_DONTWAIT), 28000);
        ck_assert_int_eq(recv(pair.raw, frame, sizeof(frame), MSG_DONTWAIT), -1);
        pair_done(&pair);
}
END_TEST

/* clang-format off */
static const size_t sizes[] = { 0, 1, RECORD_INLINE_MAX - 100, RECORD_INLINE_MAX, RECORD_INLINE_MAX + 1,
                                FRAME_SIZE_MAX, 4 * 1024 * 1024 };
/* clang-format on */

START_TEST(records_of_any_size_arrive) {
        Pair pair;

        pair_init(&pair, false);
        for (int i = 0; i < 5; i++)
                ck_assert_int_eq(send_output(pair.a.connection, sizes[_i]), 0);
        ck_assert_int_eq(send_lookup(pair.a.connection, 77), 0);

        run_until(&pair, &pair.b.n_messages, 6);

        ck_assert_uint_eq(pair.b.n_bytes, 5 * sizes[_i]);
        ck_assert_uint_eq(pair.b.last_cookie, 77);
        ck_assert_uint_eq(connection_queued_bytes(pair.a.connection), 0);
        pair_done(&pair);
}
END_TEST

START_TEST(more_than_the_socket_takes_waits_and_arrives) {
        enum {
                N = 200000
        };
        Pair pair;

        pair_init(&pair, false);
        for (uint64_t i = 0; i < N; i++)
                ck_assert_int_eq(send_lookup(pair.a.connection, i), 0);
        ck_assert_uint_gt(connection_queued_bytes(pair.a.connection), 0);

        run_until(&pair, &pair.b.n_messages, N);

        ck_assert_uint_eq(pair.b.last_cookie, N - 1);
        run_until(&pair, &pair.a.n_drained, 1);
        ck_assert_uint_eq(connection_queued_bytes(pair.a.connection), 0);
        pair_done(&pair);
}
END_TEST

START_TEST(many_large_records_arrive) {
        enum {
                N = 300
        };
        Pair pair;

        pair_init(&pair, false);
        for (int i = 0; i < N; i++)
                ck_assert_int_eq(send_output(pair.a.connection, RECORD_INLINE_MAX + 1000), 0);

        run_until(&pair, &pair.b.n_messages, N);
        pair_done(&pair);
}
END_TEST

START_TEST(a_peer_that_never_reads_is_given_up) {
        Pair pair;
        int r;

        pair_init(&pair, true);
        do
                r = send_output(pair.a.connection, 1024 * 1024);
        while (r == 0);

        ck_assert_int_eq(r, -ENOBUFS);
        ck_assert_uint_eq(pair.a.n_closed, 0); /* told from the loop only */
        run_until(&pair, &pair.a.n_closed, 1);
        ck_assert_int_eq(pair.a.error, -ENOBUFS);
        pair_done(&pair);
}
END_TEST

/* The kernel reports the peer's hurried end before the peer's last words. */
START_TEST(what_a_dead_peer_had_sent_is_read_first) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        Message message = { .type = MESSAGE_LOOKUP, .lookup = { .cookie = 5 } };
        Pair pair;

        pair_init(&pair, true);
        ck_assert_int_eq(message_encode(&message, &buffer), 0);
        ck_assert_int_eq(send(pair.raw, buffer.data, buffer.size, 0), (ssize_t) buffer.size);
        ck_assert_int_eq(send_lookup(pair.a.connection, 1), 0);
        ck_assert_int_eq(connection_flush(pair.a.connection), 1);
        pair.raw = fd_close(pair.raw);
        ck_assert_int_eq(send_lookup(pair.a.connection, 2), 0);

        run_until(&pair, &pair.a.n_closed, 1);

        ck_assert_uint_eq(pair.a.n_messages, 1);
        ck_assert_uint_eq(pair.a.last_cookie, 5);
        ck_assert_int_eq(pair.a.error, 0);
        pair_done(&pair);
}
END_TEST

/* clang-format off */
static const struct {
        const char *what, *bytes;
        size_t size;
        bool with_fd;
} rubbish_cases[] = {
        { "text",                       "GET / HTTP/1.0\r\n\r\n", 18, false },
        { "a placeholder without fd",   "\0\0\0\0\0\0\0\0", 8, false },
        { "an unsealed memfd",          "\0\0\0\0\0\0\0\0", 8, true },
        { "an fd that nobody announced", "\0\0\0\0\x09\0\0\0", 8, true },
};
/* clang-format on */

static void send_raw(int socket_fd, const char *data, size_t size, int fd) {
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control = { 0 };
        struct iovec vector = { .iov_base = (char *) data, .iov_len = size };
        struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };

        if (fd >= 0) {
                message.msg_control = &control;
                message.msg_controllen = sizeof(control);
                control.header.cmsg_level = SOL_SOCKET;
                control.header.cmsg_type = SCM_RIGHTS;
                control.header.cmsg_len = CMSG_LEN(sizeof(int));
                memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
        }
        ck_assert_int_eq(sendmsg(socket_fd, &message, 0), (ssize_t) size);
}

START_TEST(rubbish_ends_the_connection) {
        CLEANUP_CLOSE int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        Pair pair;

        pair_init(&pair, true);
        send_raw(pair.raw, rubbish_cases[_i].bytes, rubbish_cases[_i].size,
                 rubbish_cases[_i].with_fd ? fd : -EBADF);

        run_until(&pair, &pair.a.n_closed, 1);
        ck_assert_msg(pair.a.error == -EBADMSG, "%s: %d", rubbish_cases[_i].what, pair.a.error);
        pair_done(&pair);
}
END_TEST

START_TEST(a_frame_that_is_too_long_ends_the_connection) {
        static char large[FRAME_SIZE_MAX + 1];
        Pair pair;

        pair_init(&pair, true);
        ck_assert_int_eq(send(pair.raw, large, sizeof(large), 0), (ssize_t) sizeof(large));

        run_until(&pair, &pair.a.n_closed, 1);
        ck_assert_int_eq(pair.a.error, -EBADMSG);
        pair_done(&pair);
}
END_TEST

START_TEST(it_may_be_freed_while_it_tells_of_a_message) {
        Pair pair;

        pair_init(&pair, false);
        pair.b.free_on_message = true;
        ck_assert_int_eq(send_lookup(pair.a.connection, 1), 0);
        ck_assert_int_eq(send_lookup(pair.a.connection, 2), 0);

        run_until(&pair, &pair.a.n_closed, 1);

        ck_assert_uint_eq(pair.b.n_messages, 1);
        ck_assert_ptr_null(pair.b.connection);
        pair_done(&pair);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("connection");
        TCase *transport = tcase_create("transport");

        tcase_set_timeout(transport, 60);
        tcase_add_test(transport, records_arrive_in_order_in_few_frames);
        tcase_add_loop_test(transport, records_of_any_size_arrive, 0, ARRAY_SIZE(sizes));
        tcase_add_test(transport, more_than_the_socket_takes_waits_and_arrives);
        tcase_add_test(transport, many_large_records_arrive);
        tcase_add_test(transport, a_peer_that_never_reads_is_given_up);
        tcase_add_test(transport, what_a_dead_peer_had_sent_is_read_first);
        tcase_add_loop_test(transport, rubbish_ends_the_connection, 0, ARRAY_SIZE(rubbish_cases));
        tcase_add_test(transport, a_frame_that_is_too_long_ends_the_connection);
        tcase_add_test(transport, it_may_be_freed_while_it_tells_of_a_message);
        suite_add_tcase(suite, transport);
        return suite;
}
