/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The worker whole: a runner's end of the socket, and a server that answers as the test says. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "http/http-service.h"
#include "protocol/connection.h"
#include "support/test-support.h"

static sd_event *event;
static HttpService *service;
static Connection *runner;
static int listen_fd = -EBADF;
static unsigned port;
static Message answers[8];
static size_t n_answers;

static void on_message(void *userdata, Message *message) {
        ck_assert(message->type == MESSAGE_ERRAND_DONE || message->type == MESSAGE_HTTP_ANSWER);
        ck_assert_uint_lt(n_answers, ARRAY_SIZE(answers));
        answers[n_answers++] = *message;
        *message = (Message){ 0 };
}

static void on_closed(void *userdata, int error) {
        ck_abort_msg("the worker hung up: %d", error);
}

static void listen_locally(void) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof(address);

        listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(listen_fd, 0);
        ck_assert_int_eq(bind(listen_fd, (struct sockaddr *) &address, size), 0);
        ck_assert_int_eq(listen(listen_fd, 16), 0);
        ck_assert_int_eq(getsockname(listen_fd, (struct sockaddr *) &address, &size), 0);
        port = ntohs(address.sin_port);
}

static void setup(void) {
        int fds[2];

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
        ck_assert_int_eq(http_service_new(event, fds[0], &service), 0);
        ck_assert_int_eq(
                        connection_new(event, fds[1],
                                       &(ConnectionEvents){ .on_message = on_message,
                                                            .on_closed = on_closed },
                                       &runner),
                        0);
        n_answers = 0;
        listen_locally();
}

static void teardown(void) {
        for (size_t i = 0; i < n_answers; i++)
                message_done(&answers[i]);
        runner = connection_free(runner);
        service = http_service_free(service);
        event = sd_event_unref(event);
        listen_fd = fd_close(listen_fd);
}

static void ask(uint64_t cookie, const char *url, const char *method, const char *body, char **headers) {
        const Message message = {
                .type = MESSAGE_ERRAND,
                .errand = {
                        .cookie = cookie,
                        .work = ERRAND_WORK_HTTP,
                        .url = (char *) url,
                        .method = (char *) method,
                        .headers = headers,
                        .input = (char *) body,
                        .input_size = strlen(body),
                        .timeout_usec = 20 * USEC_PER_SEC,
                },
        };

        ck_assert_int_eq(connection_send(runner, &message), 0);
}

static bool is_ready(int fd) {
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

        return poll(&poll_fd, 1, 0) > 0;
}

/* Turns the loop until there is something to read. */
static void turn_until_ready(int fd) {
        while (!is_ready(fd))
                ck_assert_int_ge(sd_event_run(event, 10 * USEC_PER_MSEC), 0);
}

static void turn_until_answered(size_t n) {
        while (n_answers < n)
                ck_assert_int_ge(sd_event_run(event, (uint64_t) -1), 0);
}

/* Takes one request and answers it; what came goes to `request`. Returns the connection. */
static int serve(int fd, const char *answer, char *request, size_t size) {
        size_t n = 0;

        if (fd < 0) {
                turn_until_ready(listen_fd);
                fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
                ck_assert_int_ge(fd, 0);
        }
        do {
                ssize_t got;

                turn_until_ready(fd);
                got = recv(fd, request + n, size - n - 1, 0);
                ck_assert_int_gt(got, 0);
                n += (size_t) got;
                request[n] = '\0';
        } while (!strstr(request, "\r\n\r\n") ||
                 (strstr(request, "Content-Length: 4") && !strstr(request, "body")));
        ck_assert_int_eq(send(fd, answer, strlen(answer), MSG_NOSIGNAL), (ssize_t) strlen(answer));
        return fd;
}

static const char *url(const char *path) {
        static char text[128];

        (void) snprintf(text, sizeof(text), "http://127.0.0.1:%u%s", port, path);
        return text;
}

/* clang-format off */
static const struct {
        const char *answer;
        int64_t status, retry_after_usec;
        const char *text;
} answer_cases[] = {
        { "HTTP/1.1 204 No Content\r\n\r\n",                                                     204, -1, "" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",                                   200, -1, "hello" },
        { "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",                    429, 7 * USEC_PER_SEC, "" },
        { "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",    302, -1, "" },
        { "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n\xff!",                                   500, -1, "\xef\xbf\xbd!" },
};
/* clang-format on */

START_TEST(an_answer_comes_back) {
        char *headers[] = { (char *) "X-Test: yes", (char *) "Content-Type: text/plain", NULL };
        const MessageErrandDone *done = &answers[0].errand_done;
        CLEANUP_CLOSE int fd = -EBADF;
        char request[4096];

        ask(9, url("/path?a=b"), "POST", "body", headers);
        fd = serve(-EBADF, answer_cases[_i].answer, request, sizeof(request));
        turn_until_answered(1);

        ck_assert_ptr_nonnull(strstr(request, "POST /path?a=b HTTP/1.1\r\n"));
        ck_assert_ptr_nonnull(strstr(request, "\r\nX-Test: yes\r\n"));
        ck_assert_ptr_nonnull(strstr(request, "\r\n\r\nbody"));
        ck_assert_uint_eq(done->cookie, 9);
        ck_assert_uint_eq(done->error, 0);
        ck_assert_int_eq(done->http_status, answer_cases[_i].status);
        ck_assert_int_eq(done->retry_after_usec, answer_cases[_i].retry_after_usec);
        ck_assert_str_eq(done->text, answer_cases[_i].text);
}
END_TEST

START_TEST(a_connection_is_used_again) {
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        CLEANUP_CLOSE int fd = -EBADF;
        char request[4096];

        ask(1, url("/one"), "GET", "", NULL);
        fd = serve(-EBADF, answer, request, sizeof(request));
        turn_until_answered(1);
        ask(2, url("/two"), "PUT", "body", NULL);
        (void) serve(fd, answer, request, sizeof(request));
        turn_until_answered(2);
        ck_assert_ptr_nonnull(strstr(request, "PUT /two HTTP/1.1\r\n"));
        ck_assert_int_eq(answers[1].errand_done.http_status, 200);
}
END_TEST

static void request(uint64_t cookie, uint64_t owner_uid, bool allow_private) {
        char text[256];
        const Message message = {
                .type = MESSAGE_HTTP_REQUEST,
                .http_request = {
                        .cookie = cookie,
                        .owner_uid = owner_uid,
                        .allow_private = allow_private,
                        .execution_id = 7,
                        .store_uuid = (char *) "uuid",
                        .job = (char *) "job",
                        .request = text,
                        .timeout_usec = 20 * USEC_PER_SEC,
                        .output_max = 3,
                },
        };

        (void) snprintf(text, sizeof(text),
                        "{\"url\": \"%s\", \"expect-status\": [{\"from\": 200, \"to\": 299}]}", url("/"));
        ck_assert_int_eq(connection_send_secret(runner, &message), 0);
}

START_TEST(a_request_of_a_run_is_judged_and_reported) {
        CLEANUP_CLOSE int fd = -EBADF;
        char asked[4096];

        request(1, 0, true);
        fd = serve(-EBADF, "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nhello", asked, sizeof(asked));
        turn_until_answered(1);
        ck_assert_ptr_nonnull(strstr(asked, "Idempotency-Key: uuid-7\r\n"));
        ck_assert_uint_eq(answers[0].http_answer.end, HTTP_ANSWERED);
        ck_assert_uint_eq(answers[0].http_answer.verdict, RESULT_BAD_STATUS);
        ck_assert_int_eq(answers[0].http_answer.http_status, 500);
        ck_assert_uint_eq(answers[0].http_answer.output_size, 3);
        ck_assert_uint_eq(answers[0].http_answer.output_total_bytes, 5);
        ck_assert_ptr_nonnull(strstr(answers[0].http_answer.result, "\"body\":\"hello\""));
}
END_TEST

START_TEST(owners_have_connections_of_their_own) {
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        CLEANUP_CLOSE int of_root = -EBADF, of_user = -EBADF;
        char asked[4096];

        request(1, 0, true);
        of_root = serve(-EBADF, answer, asked, sizeof(asked));
        turn_until_answered(1);
        request(2, 1000, true); /* on a connection that is opened now */
        of_user = serve(-EBADF, answer, asked, sizeof(asked));
        turn_until_answered(2);
        request(3, 0, true); /* on that which there is */
        (void) serve(of_root, answer, asked, sizeof(asked));
        turn_until_answered(3);
        ck_assert_uint_eq(answers[2].http_answer.end, HTTP_ANSWERED);
}
END_TEST

START_TEST(an_open_connection_leads_nobody_where_he_may_not_go) {
        CLEANUP_CLOSE int fd = -EBADF;
        char asked[4096];

        request(1, 1000, true);
        fd = serve(-EBADF, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", asked, sizeof(asked));
        turn_until_answered(1);
        request(2, 1000, false);
        turn_until_answered(2);
        ck_assert_uint_eq(answers[1].http_answer.end, HTTP_DENIED);
        ck_assert_ptr_nonnull(strstr(answers[1].http_answer.message, "127.0.0.1 is not a public one"));
}
END_TEST

START_TEST(of_a_long_answer_the_begin_is_kept) {
        static char answer[200000] = "HTTP/1.1 200 OK\r\n\r\n";
        CLEANUP_CLOSE int fd = -EBADF;
        char request[4096];

        memset(answer + strlen(answer), 'x', sizeof(answer) - strlen(answer) - 1);
        ask(1, url("/"), "GET", "", NULL);
        fd = serve(-EBADF, answer, request, sizeof(request));
        turn_until_answered(1);
        ck_assert_int_eq(answers[0].errand_done.http_status, 200);
        ck_assert_uint_eq(strlen(answers[0].errand_done.text), HTTP_ANSWER_TEXT_MAX);
}
END_TEST

START_TEST(what_is_cancelled_is_not_answered) {
        const Message cancel = { .type = MESSAGE_ERRAND_CANCEL, .errand_cancel = { .cookie = 1 } };
        CLEANUP_CLOSE int fd = -EBADF, other = -EBADF;
        char request[4096];

        ask(1, url("/hangs"), "GET", "", NULL);
        turn_until_ready(listen_fd);
        fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
        ck_assert_int_eq(connection_send(runner, &cancel), 0);
        ck_assert_int_eq(connection_send(runner, &cancel), 0);
        ask(2, url("/other"), "GET", "", NULL);
        other = serve(-EBADF, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", request, sizeof(request));
        turn_until_answered(1);
        ck_assert_uint_eq(answers[0].errand_done.cookie, 2);
}
END_TEST

/* clang-format off */
static const struct {
        const char *url, *method, *header;
        int error;
} bad_cases[] = {
        { "ftp://127.0.0.1/",            "GET",      NULL,          EPROTONOSUPPORT },
        { "file:///etc/passwd",          "GET",      NULL,          EPROTONOSUPPORT },
        { "http://127.0.0.1:1/",         "GET",      NULL,          ECONNREFUSED },
        { "http://[",                    "GET",      NULL,          EINVAL },
        { "http://127.0.0.1/\r\nX: y",   "GET",      NULL,          EINVAL },
        { "http://127.0.0.1/",           "GET /x\n", NULL,          EINVAL },
        { "http://127.0.0.1/",           "",         NULL,          EINVAL },
        { "http://127.0.0.1/",           "GET",      "A: b\r\nC: d", EINVAL },
        { "http://127.0.0.1/",           "GET",      "nothing",     EINVAL },
};
/* clang-format on */

START_TEST(what_is_not_valid_is_refused) {
        char *headers[] = { (char *) bad_cases[_i].header, NULL };

        ask(5, bad_cases[_i].url, bad_cases[_i].method, "", headers);
        turn_until_answered(1);
        ck_assert_uint_eq(answers[0].errand_done.cookie, 5);
        ck_assert_uint_eq(answers[0].errand_done.error, (uint64_t) bad_cases[_i].error);
        ck_assert_int_eq(answers[0].errand_done.http_status, -1);
        ck_assert_str_ne(answers[0].errand_done.text, "");
}
END_TEST

START_TEST(a_server_that_hangs_up_is_an_error) {
        int fd;

        ask(1, url("/"), "GET", "", NULL);
        turn_until_ready(listen_fd);
        fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
        turn_until_ready(fd);
        (void) fd_close(fd);
        turn_until_answered(1);
        ck_assert_uint_ne(answers[0].errand_done.error, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("http-service");
        TCase *requests = tcase_create("requests");

        tcase_add_checked_fixture(requests, setup, teardown);
        tcase_set_timeout(requests, 60);
        tcase_add_loop_test(requests, an_answer_comes_back, 0, ARRAY_SIZE(answer_cases));
        tcase_add_test(requests, a_connection_is_used_again);
        tcase_add_test(requests, a_request_of_a_run_is_judged_and_reported);
        tcase_add_test(requests, owners_have_connections_of_their_own);
        tcase_add_test(requests, an_open_connection_leads_nobody_where_he_may_not_go);
        tcase_add_test(requests, of_a_long_answer_the_begin_is_kept);
        tcase_add_test(requests, what_is_cancelled_is_not_answered);
        tcase_add_loop_test(requests, what_is_not_valid_is_refused, 0, ARRAY_SIZE(bad_cases));
        tcase_add_test(requests, a_server_that_hangs_up_is_an_error);
        suite_add_tcase(suite, requests);
        return suite;
}
