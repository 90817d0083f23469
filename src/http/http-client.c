/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-client.h"

#include <assert.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <utlist.h>

#include "http/transfer.h"
#include "util/clock.h"
#include "util/string-list.h"

#define EVENTS_PER_TURN 64
#define CONNECTIONS_MAX 1024L
#define CONNECTIONS_PER_HOST_MAX 128L
#define MESSAGE_MAX 192

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
        curl_mime_free(transfer->mime);
        for (struct curl_slist *header = transfer->headers; header; header = header->next)
                wipe(header->data, strlen(header->data));
        curl_slist_free_all(transfer->headers);
        wipe(transfer->answer.data, transfer->answer.size);
        buffer_done(&transfer->answer);
        (void) string_list_free(transfer->answer_headers);
        free(transfer);
}

static void say_denied(const HttpTransfer *transfer, char buffer[static MESSAGE_MAX]) {
        (void) snprintf(buffer, MESSAGE_MAX,
                        "the address %s is not a public one, which is all that this job may reach",
                        transfer->denied);
}

static const char *explain(const HttpTransfer *transfer, CURLcode code) {
        /* libcurl says the same of both. */
        if (code == CURLE_OUT_OF_MEMORY)
                return "out of memory, or a header of the answer is longer than 100 KiB";
        return transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code);
}

static void finish(HttpTransfer *transfer, CURLcode code) {
        HttpResult result = {
                .message = "", .status = -1, .retry_after_usec = -1, .version = "", .body = "", .address = ""
        };
        char denied[MESSAGE_MAX];

        transfer_read_answer(transfer, &result);
        if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && transfer->full)) {
                result.error = transfer_errno(code);
                result.message = explain(transfer, code);
                if (transfer->denied[0] != '\0' && code == CURLE_COULDNT_CONNECT) {
                        say_denied(transfer, denied);
                        /* Where a name has other addresses as well, one of those may answer the next time. */
                        result.error = transfer->may_connect ? result.error : -EADDRNOTAVAIL;
                        result.message = denied;
                }
        }
        if (transfer->astray) {
                result.error = -EADDRNOTAVAIL;
                result.message = "it was redirected to another host, or from https to http, and has a "
                                 "credential in its headers or its body";
        }
        transfer->done(transfer->userdata, &result);
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

int http_client_start(
                HttpClient *client,
                const HttpRequest *request,
                http_done_t done,
                void *userdata,
                HttpTransfer **ret) {

        HttpTransfer *transfer;
        int r;

        assert(client);
        assert(request && request->url);
        assert(ret);

        transfer = calloc(1, sizeof(*transfer));
        if (!transfer)
                return -ENOMEM;
        transfer->client = client;
        transfer->request = request;
        transfer->done = done;
        transfer->userdata = userdata;
        DL_APPEND(client->transfers, transfer);

        r = transfer_setup(transfer);
        if (r >= 0 && curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
                r = -ENOMEM;
        if (r < 0) {
                transfer_free(transfer);
                return r;
        }
        *ret = transfer;
        return 0;
}

bool http_client_is_busy(const HttpClient *client) {
        return client->transfers != NULL;
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
