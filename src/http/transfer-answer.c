/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What comes in, and from where. */

#include <arpa/inet.h>
#include <string.h>

#include "http/transfer.h"
#include "util/address.h"
#include "util/string-list.h"
#include "util/url-party.h"

#define ANSWER_HEADERS_MAX 200U
#define ANSWER_HEADERS_SIZE_MAX ((size_t) 64 * 1024)
#define RETRY_AFTER_MAX (365 * 86400)

static size_t on_data(char *data, size_t size, size_t n, void *userdata) {
        HttpTransfer *transfer = userdata;
        size_t total = size * n;
        size_t kept = MIN(total, transfer->request->response_max - transfer->answer.size);

        if (buffer_add(&transfer->answer, data, kept) < 0)
                return 0;
        transfer->full = kept < total;
        return kept; /* less than there was ends the transfer */
}

static void forget_headers(HttpTransfer *transfer) {
        transfer->answer_headers = string_list_free(transfer->answer_headers);
        transfer->n_answer_headers = transfer->answer_headers_size = 0;
}

/* "HTTP/1.1 303 See Other" */
static bool is_status(const char *line, size_t length, const char *status) {
        const char *blank = memchr(line, ' ', length);

        return blank && length - (size_t) (blank - line) >= 4 && memcmp(blank + 1, status, 3) == 0;
}

static void heed_status(HttpTransfer *transfer, const char *line, size_t length) {
        /* What follows is a GET, which libcurl does only to methods that it knows. */
        if (transfer->request->redirects > 0 && is_status(line, length, "303"))
                (void) curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, NULL);
        if (transfer->request->auth == HTTP_AUTH_DIGEST && is_status(line, length, "401"))
                transfer->n_challenges++;
}

/* Those of the last answer: of what was redirected, or asked for a password first, nobody wants to know. */
static size_t on_header(char *data, size_t size, size_t n, void *userdata) {
        HttpTransfer *transfer = userdata;
        size_t total = size * n, length = total;
        char *line;

        while (length > 0 && (data[length - 1] == '\r' || data[length - 1] == '\n'))
                length--;
        if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) {
                forget_headers(transfer);
                transfer->may_connect = false;
                heed_status(transfer, data, length);
                return total;
        }
        if (length == 0 || !memchr(data, ':', length) || transfer->n_answer_headers == ANSWER_HEADERS_MAX ||
            transfer->answer_headers_size + length > ANSWER_HEADERS_SIZE_MAX)
                return total;
        line = strndup(data, length);
        if (!line || string_list_take_push(&transfer->answer_headers, line) < 0)
                return 0;
        transfer->n_answer_headers++;
        transfer->answer_headers_size += length;
        return total;
}

static void address_format(const struct sockaddr *address, char buffer[static INET6_ADDRSTRLEN]) {
        const void *bytes = address->sa_family == AF_INET6
                        ? (const void *) &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr
                        : (const void *) &((const struct sockaddr_in *) (const void *) address)->sin_addr;

        if (!inet_ntop(address->sa_family, bytes, buffer, INET6_ADDRSTRLEN))
                (void) snprintf(buffer, INET6_ADDRSTRLEN, "(unknown)");
}

/* Here the name has been resolved, of a redirect and of a proxy as well. */
static curl_socket_t on_open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address) {
        HttpTransfer *transfer = userdata;
        int fd;

        if (transfer->request->public_only && !address_is_public(&address->addr)) {
                address_format(&address->addr, transfer->denied);
                return CURL_SOCKET_BAD;
        }
        transfer->may_connect = true;
        fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Connected, also by an earlier transfer, and nothing has been sent. */
static int on_before_request(
                void *userdata,
                char *remote_address,
                char *local_address,
                int remote_port,
                int local_port) {

        HttpTransfer *transfer = userdata;
        const char *url = NULL;

        (void) curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
        if (transfer->request->confidential && !url_is_same_party(transfer->request->url, url ?: "")) {
                transfer->astray = true;
                return CURL_PREREQFUNC_ABORT;
        }
        return CURL_PREREQFUNC_OK;
}

static const char *version_text(long version) {
        return version == CURL_HTTP_VERSION_1_0            ? "1.0"
                        : version == CURL_HTTP_VERSION_1_1 ? "1.1"
                        : version == CURL_HTTP_VERSION_2_0 ? "2"
                        : version == CURL_HTTP_VERSION_3   ? "3"
                                                           : "";
}

static void read_times(CURL *easy, HttpTimes *ret) {
        const struct {
                CURLINFO info;
                usec_t *target;
        } times[] = {
                { CURLINFO_NAMELOOKUP_TIME_T, &ret->resolve_usec },
                { CURLINFO_CONNECT_TIME_T, &ret->connect_usec },
                { CURLINFO_APPCONNECT_TIME_T, &ret->tls_usec },
                { CURLINFO_STARTTRANSFER_TIME_T, &ret->first_byte_usec },
                { CURLINFO_TOTAL_TIME_T, &ret->total_usec },
        };

        for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
                curl_off_t value = 0;

                (void) curl_easy_getinfo(easy, times[i].info, &value);
                *times[i].target = (usec_t) value;
        }
}

/* libcurl counts the requests with which it answers challenges as well. */
static unsigned n_redirects(const HttpTransfer *transfer, long status) {
        long n = 0;

        (void) curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_COUNT, &n);
        n -= (long) transfer->n_challenges - (status == 401 && transfer->n_challenges > 0 ? 1 : 0);
        return (unsigned) MAX(n, 0L);
}

void transfer_read_answer(HttpTransfer *transfer, HttpResult *result) {
        curl_off_t retry_after = 0;
        long status = 0, version = 0, port = 0;
        const char *ip = NULL;

        (void) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        (void) curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
        (void) curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
        (void) curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &ip);
        (void) curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_PORT, &port);
        read_times(transfer->easy, &result->times);
        if (status > 0)
                result->status = (int) status;
        if (retry_after > 0)
                result->retry_after_usec =
                                (usec_t) MIN(retry_after, (curl_off_t) RETRY_AFTER_MAX) * USEC_PER_SEC;
        result->version = version_text(version);
        result->redirects = n_redirects(transfer, status);
        if (ip && *ip)
                (void) snprintf(transfer->address, sizeof(transfer->address),
                                strchr(ip, ':') ? "[%s]:%ld" : "%s:%ld", ip, port);
        result->address = transfer->address;
        result->headers = transfer->answer_headers;
        result->body = transfer->answer.data ?: "";
        result->body_size = transfer->answer.size;
        result->truncated = transfer->full;
}

CURLcode transfer_receive(HttpTransfer *transfer) {
        CURLcode code;

        code = curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_data);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, transfer);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_PREREQFUNCTION, on_before_request);
        if (code == CURLE_OK)
                code = curl_easy_setopt(transfer->easy, CURLOPT_PREREQDATA, transfer);
        return code;
}
