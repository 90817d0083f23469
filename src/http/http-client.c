/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-client.h"

#include <assert.h>
#include <curl/curl.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <utlist.h>

#include "util/buffer.h"
#include "util/clock.h"
#include "util/string-list.h"

#define EVENTS_PER_TURN 64
#define RETRY_AFTER_MAX (365 * 86400)
#define CONNECTIONS_MAX 256L
#define CONNECTIONS_PER_HOST_MAX 16L

struct HttpTransfer {
        HttpClient *client;
        CURL *easy;
        struct curl_slist *headers;
        char *body;
        size_t body_size;
        Buffer answer;
        size_t response_max;
        bool full; /* the rest of the answer is of no interest */
        char error[CURL_ERROR_SIZE];
        http_done_t done;
        void *userdata;
        HttpTransfer *prev, *next;
};

struct HttpClient {
        CURLM *multi;
        int epoll_fd;
        sd_event *event;
        sd_event_source *sockets, *timer;
        HttpTransfer *transfers;
};

/* --- transfers ------------------------------------------------------------------------------------- */

/* Bodies and headers may hold what is nobody's business. */
static void wipe(void *memory, size_t size) {
        if (memory)
                explicit_bzero(memory, size);
}

static void transfer_free(HttpTransfer *transfer) {
        DL_DELETE(transfer->client->transfers, transfer);
        if (transfer->easy) {
                (void) curl_multi_remove_handle(transfer->client->multi, transfer->easy);
                curl_easy_cleanup(transfer->easy);
        }
        for (struct curl_slist *header = transfer->headers; header; header = header->next)
                wipe(header->data, strlen(header->data));
        curl_slist_free_all(transfer->headers);
        wipe(transfer->body, transfer->body_size);
        free(transfer->body);
        wipe(transfer->answer.data, transfer->answer.size);
        buffer_done(&transfer->answer);
        free(transfer);
}

static size_t on_data(char *data, size_t size, size_t n, void *userdata) {
        HttpTransfer *transfer = userdata;
        size_t total = size * n;
        size_t kept = MIN(total, transfer->response_max - transfer->answer.size);

        if (buffer_add(&transfer->answer, data, kept) < 0)
                return 0;
        transfer->full = kept < total;
        return kept; /* less than there was ends the transfer */
}

static const struct {
        CURLcode code;
        int error;
} errors[] = {
        { CURLE_OPERATION_TIMEDOUT, ETIMEDOUT },         { CURLE_COULDNT_CONNECT, ECONNREFUSED },
        { CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH },    { CURLE_URL_MALFORMAT, EINVAL },
        { CURLE_UNSUPPORTED_PROTOCOL, EPROTONOSUPPORT }, { CURLE_OUT_OF_MEMORY, ENOMEM },
        { CURLE_PEER_FAILED_VERIFICATION, EPERM },
};

static int errno_of(CURLcode code) {
        for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
                if (errors[i].code == code)
                        return -errors[i].error;
        return -EIO;
}

static void finish(HttpTransfer *transfer, CURLcode code) {
        HttpResult result = { .message = "", .status = -1, .retry_after_usec = -1 };
        http_done_t done = transfer->done;
        void *userdata = transfer->userdata;
        curl_off_t retry_after = 0;
        long status = 0;

        (void) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        (void) curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
        if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && transfer->full)) {
                result.error = errno_of(code);
                result.message = transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code);
        } else if (status > 0) {
                result.status = (int) status;
                if (retry_after > 0)
                        result.retry_after_usec = (usec_t) MIN(retry_after, (curl_off_t) RETRY_AFTER_MAX) *
                                        USEC_PER_SEC;
        }
        result.body = transfer->answer.data ?: "";
        result.body_size = transfer->answer.size;
        done(userdata, &result);
        transfer_free(transfer);
}

/* --- libcurl and the loop --------------------------------------------------------------------------- */

static void finish_all(HttpClient *client) {
        CURLMsg *message;
        int n_left;

        while ((message = curl_multi_info_read(client->multi, &n_left))) {
                HttpTransfer *transfer = NULL;

                if (message->msg != CURLMSG_DONE)
                        continue;
                if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &transfer) ==
                    CURLE_OK)
                        finish(transfer, message->data.result);
        }
}

static int on_sockets(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct epoll_event events[EVENTS_PER_TURN];
        HttpClient *client = userdata;
        int n_running, n = epoll_wait(fd, events, EVENTS_PER_TURN, 0);

        for (int i = 0; i < n; i++) {
                int bits = 0;

                if (events[i].events & (EPOLLIN | EPOLLHUP))
                        bits |= CURL_CSELECT_IN;
                if (events[i].events & EPOLLOUT)
                        bits |= CURL_CSELECT_OUT;
                if (events[i].events & EPOLLERR)
                        bits |= CURL_CSELECT_ERR;
                (void) curl_multi_socket_action(client->multi, events[i].data.fd, bits, &n_running);
        }
        finish_all(client);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        HttpClient *client = userdata;
        int n_running;

        (void) curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
        finish_all(client);
        return 0;
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_userdata) {
        HttpClient *client = userdata;
        struct epoll_event event = { .data.fd = fd };

        if (what == CURL_POLL_REMOVE) {
                (void) epoll_ctl(client->epoll_fd, EPOLL_CTL_DEL, fd, NULL); /* it may be closed already */
                return 0;
        }
        if (what & CURL_POLL_IN)
                event.events |= EPOLLIN;
        if (what & CURL_POLL_OUT)
                event.events |= EPOLLOUT;
        if (epoll_ctl(client->epoll_fd, EPOLL_CTL_MOD, fd, &event) >= 0)
                return 0;
        return errno == ENOENT && epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &event) >= 0 ? 0 : -1;
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *userdata) {
        HttpClient *client = userdata;
        usec_t now_usec = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
        int r;

        if (timeout_ms < 0)
                return sd_event_source_set_enabled(client->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
        r = sd_event_source_set_time(
                        client->timer, (uint64_t) usec_add(now_usec, (usec_t) timeout_ms * USEC_PER_MSEC));
        if (r >= 0)
                r = sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT);
        return r < 0 ? -1 : 0;
}

/* --- requests --------------------------------------------------------------------------------------- */

static bool is_one_line(const char *text) {
        for (; *text != '\0'; text++)
                if ((unsigned char) *text < 0x20 && *text != '\t')
                        return false;
        return true;
}

static bool is_method(const char *text) {
        size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

        return length > 0 && length <= 16 && text[length] == '\0';
}

static int add_header(HttpTransfer *transfer, const char *header) {
        struct curl_slist *list;

        if (!is_one_line(header) || !strchr(header, ':'))
                return -EINVAL;
        list = curl_slist_append(transfer->headers, header);
        if (!list)
                return -ENOMEM;
        transfer->headers = list;
        return 0;
}

static int copy_request(HttpTransfer *transfer, const HttpRequest *request) {
        int r;

        if (!is_method(request->method) || !is_one_line(request->url))
                return -EINVAL;
        transfer->body = malloc(MAX(request->body_size, (size_t) 1));
        if (!transfer->body)
                return -ENOMEM;
        if (request->body_size > 0)
                memcpy(transfer->body, request->body, request->body_size);
        transfer->body_size = request->body_size;

        r = add_header(transfer, "Expect:"); /* no round trip before the body */
        STRING_LIST_FOREACH(header, request->headers)
                if (r >= 0)
                        r = add_header(transfer, *header);
        return r;
}

#define SET(option, value)                                                      \
        do {                                                                    \
                if (code == CURLE_OK)                                           \
                        code = curl_easy_setopt(transfer->easy, option, value); \
        } while (0)

static CURLcode set_limits(HttpTransfer *transfer, usec_t timeout_usec) {
        CURLcode code = CURLE_OK;

        timeout_usec = MIN(timeout_usec, HTTP_TIMEOUT_USEC);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_MAXREDIRS, 0L);
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
        /* One bundle, kept parsed between connections; Debian's directory beside it defeats that. */
        SET(CURLOPT_CAPATH, NULL);
        /* A time-out must not wait for the thread of a name look-up. */
        SET(CURLOPT_QUICK_EXIT, 1L);
        SET(CURLOPT_CONNECTTIMEOUT_MS, (long) (HTTP_CONNECT_TIMEOUT_USEC / USEC_PER_MSEC));
        SET(CURLOPT_TIMEOUT_MS, (long) MAX(timeout_usec / USEC_PER_MSEC, (usec_t) 1));
        return code;
}

static CURLcode set_request(HttpTransfer *transfer, const HttpRequest *request) {
        CURLcode code = CURLE_OK;

        SET(CURLOPT_PRIVATE, transfer);
        SET(CURLOPT_ERRORBUFFER, transfer->error);
        SET(CURLOPT_URL, request->url);
        SET(CURLOPT_USERAGENT, "jobsched/" PACKAGE_VERSION);
        SET(CURLOPT_HTTPHEADER, transfer->headers);
        SET(CURLOPT_WRITEFUNCTION, on_data);
        SET(CURLOPT_WRITEDATA, transfer);
        if (strcmp(request->method, "HEAD") == 0) {
                SET(CURLOPT_NOBODY, 1L);
        } else if (strcmp(request->method, "GET") == 0 && request->body_size == 0) {
                SET(CURLOPT_HTTPGET, 1L);
        } else {
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_size);
                SET(CURLOPT_POSTFIELDS, transfer->body);
                SET(CURLOPT_CUSTOMREQUEST, request->method);
        }
        return code;
}

#undef SET

int http_client_start(
                HttpClient *client,
                const HttpRequest *request,
                http_done_t done,
                void *userdata,
                HttpTransfer **ret) {

        HttpTransfer *transfer;
        CURLcode code;
        int r;

        assert(client);
        assert(request && request->url && request->method);
        assert(ret);

        transfer = calloc(1, sizeof(*transfer));
        if (!transfer)
                return -ENOMEM;
        transfer->client = client;
        transfer->response_max = request->response_max;
        transfer->done = done;
        transfer->userdata = userdata;
        DL_APPEND(client->transfers, transfer);

        r = copy_request(transfer, request);
        if (r >= 0) {
                transfer->easy = curl_easy_init();
                code = transfer->easy ? set_limits(transfer, request->timeout_usec) : CURLE_OUT_OF_MEMORY;
                if (code == CURLE_OK)
                        code = set_request(transfer, request);
                if (code != CURLE_OK)
                        r = errno_of(code);
                else if (curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
                        r = -ENOMEM;
        }
        if (r < 0) {
                transfer_free(transfer);
                return r;
        }
        *ret = transfer;
        return 0;
}

void http_client_cancel(HttpTransfer *transfer) {
        if (transfer)
                transfer_free(transfer);
}

/* --- life ------------------------------------------------------------------------------------------- */

static int init_multi(HttpClient *client) {
        client->multi = curl_multi_init();
        if (!client->multi)
                return -ENOMEM;
        if (curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted) != CURLM_OK ||
            curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client) != CURLM_OK ||
            curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted) != CURLM_OK ||
            curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client) != CURLM_OK ||
            curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX) != CURLM_OK ||
            curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS_PER_HOST_MAX) !=
                            CURLM_OK)
                return -EINVAL;
        return 0;
}

int http_client_new(sd_event *event, HttpClient **ret) {
        CLEANUP(http_client_freep) HttpClient *client = NULL;
        int r;

        assert(event);
        assert(ret);

        client = calloc(1, sizeof(*client));
        if (!client)
                return -ENOMEM;
        client->event = sd_event_ref(event);
        client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (client->epoll_fd < 0)
                return -errno;
        r = sd_event_add_io(event, &client->sockets, client->epoll_fd, EPOLLIN, on_sockets, client);
        if (r >= 0)
                r = sd_event_add_time(event, &client->timer, CLOCK_MONOTONIC, 0, 1, on_timer, client);
        if (r >= 0)
                r = sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = init_multi(client);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(client);
        return 0;
}

HttpClient *http_client_free(HttpClient *client) {
        HttpTransfer *transfer, *next;

        if (!client)
                return NULL;

        DL_FOREACH_SAFE(client->transfers, transfer, next)
        transfer_free(transfer);
        if (client->multi)
                (void) curl_multi_cleanup(client->multi);
        (void) sd_event_source_disable_unref(client->sockets);
        (void) sd_event_source_disable_unref(client->timer);
        (void) sd_event_unref(client->event);
        (void) fd_close(client->epoll_fd);
        free(client);
        return NULL;
}
