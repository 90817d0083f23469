/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is sent, and how. */

#include <string.h>
#include <strings.h>

#include "http/transfer.h"
#include "util/string-list.h"

#define TIMEOUT_MAX_USEC (24 * USEC_PER_DAY) /* in milliseconds it fits wherever libcurl keeps it */

static const struct {
        CURLcode code;
        int error;
} errors[] = {
        { CURLE_OPERATION_TIMEDOUT, ETIMEDOUT },         { CURLE_COULDNT_CONNECT, ECONNREFUSED },
        { CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH },    { CURLE_URL_MALFORMAT, EINVAL },
        { CURLE_UNSUPPORTED_PROTOCOL, EPROTONOSUPPORT }, { CURLE_OUT_OF_MEMORY, ENOMEM },
        { CURLE_PEER_FAILED_VERIFICATION, EPERM },
};

int transfer_errno(CURLcode code) {
        for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
                if (errors[i].code == code)
                        return -errors[i].error;
        return -EIO;
}

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

        if (!is_one_line(header) || header[strcspn(header, ":;")] == '\0')
                return -EINVAL;
        list = curl_slist_append(transfer->headers, header);
        if (!list)
                return -ENOMEM;
        transfer->headers = list;
        return 0;
}

static bool has_header(const HttpRequest *request, const char *name) {
        size_t length = strlen(name);

        STRING_LIST_FOREACH(header, request->headers)
                if (strncasecmp(*header, name, length) == 0 && strchr(":;", (*header)[length]))
                        return true;
        return false;
}

static int check_request(HttpTransfer *transfer, const HttpRequest *request) {
        int r;

        if ((request->method && !is_method(request->method)) || !is_one_line(request->url))
                return -EINVAL;
        r = add_header(transfer, "Expect:"); /* no round trip before the body */
        /* A POST of nothing is no form, whatever libcurl takes it for. */
        if (r >= 0 && !request->body.data && !request->parts && !has_header(request, "Content-Type"))
                r = add_header(transfer, "Content-Type:");
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

/* libcurl counts the second request of a digest as one. */
static long max_redirects(const HttpRequest *request) {
        if (request->redirects == 0)
                return -1; /* none is followed anyway */
        return (long) request->redirects + (request->auth == HTTP_AUTH_DIGEST ? 1 : 0);
}

static CURLcode set_limits(HttpTransfer *transfer, const HttpRequest *request) {
        usec_t longest_usec = request->timeout_usec == USEC_INFINITY ? HTTP_TIMEOUT_USEC : TIMEOUT_MAX_USEC;
        usec_t timeout_usec = MIN(request->timeout_usec, longest_usec);
        usec_t connect_usec = request->connect_timeout_usec > 0 ? request->connect_timeout_usec
                                                                : HTTP_CONNECT_TIMEOUT_USEC;
        CURLcode code = CURLE_OK;

        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, request->redirects > 0 ? 1L : 0L);
        SET(CURLOPT_MAXREDIRS, max_redirects(request));
        SET(CURLOPT_PROXY, request->proxy ?: "");
        SET(CURLOPT_NOPROXY, "");
        SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
        /* A time-out must not wait for the thread of a name look-up. */
        SET(CURLOPT_QUICK_EXIT, 1L);
        SET(CURLOPT_CONNECTTIMEOUT_MS, (long) MAX(connect_usec / USEC_PER_MSEC, (usec_t) 1));
        SET(CURLOPT_TIMEOUT_MS, (long) MAX(timeout_usec / USEC_PER_MSEC, (usec_t) 1));
        return code;
}

static CURLcode set_tls(HttpTransfer *transfer, const HttpRequest *request) {
        const struct {
                CURLoption option;
                const HttpContent *content;
        } blobs[] = {
                { CURLOPT_SSLCERT_BLOB, &request->certificate },
                { CURLOPT_SSLKEY_BLOB, request->key.data ? &request->key : &request->certificate },
                { CURLOPT_CAINFO_BLOB, &request->ca },
        };
        CURLcode code = CURLE_OK;

        /* One bundle, kept parsed between connections; Debian's directory beside it defeats that. */
        SET(CURLOPT_CAPATH, NULL);
        for (size_t i = 0; i < ARRAY_SIZE(blobs); i++) {
                struct curl_blob blob = { .data = (void *) blobs[i].content->data,
                                          .len = blobs[i].content->size,
                                          .flags = CURL_BLOB_NOCOPY };

                if (blobs[i].content->data)
                        SET(blobs[i].option, &blob);
        }
        if (request->certificate.data) {
                SET(CURLOPT_SSLCERTTYPE, "PEM");
                SET(CURLOPT_SSLKEYTYPE, "PEM");
        }
        if (request->key_password)
                SET(CURLOPT_KEYPASSWD, request->key_password);
        SET(CURLOPT_SSL_VERIFYPEER, request->no_verify ? 0L : 1L);
        SET(CURLOPT_SSL_VERIFYHOST, request->no_verify ? 0L : 2L);
        return code;
}

static const long curl_versions[HTTP_VERSION_COUNT] = {
        [HTTP_VERSION_AUTO] = CURL_HTTP_VERSION_2TLS,
        [HTTP_VERSION_1_0] = CURL_HTTP_VERSION_1_0,
        [HTTP_VERSION_1_1] = CURL_HTTP_VERSION_1_1,
        [HTTP_VERSION_2] = CURL_HTTP_VERSION_2_0,
        [HTTP_VERSION_2_ONLY] = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
};

static CURLcode set_auth(HttpTransfer *transfer, const HttpRequest *request) {
        static const unsigned long kinds[] = {
                [HTTP_AUTH_BASIC] = CURLAUTH_BASIC,
                [HTTP_AUTH_DIGEST] = CURLAUTH_DIGEST,
                [HTTP_AUTH_BEARER] = CURLAUTH_BEARER,
        };
        CURLcode code = CURLE_OK;

        SET(CURLOPT_HTTP_VERSION, curl_versions[request->version]);
        if (request->auth == HTTP_AUTH_NONE)
                return code;
        SET(CURLOPT_HTTPAUTH, (long) kinds[request->auth]);
        if (request->auth == HTTP_AUTH_BEARER) {
                SET(CURLOPT_XOAUTH2_BEARER, request->password);
        } else {
                SET(CURLOPT_USERNAME, request->user);
                SET(CURLOPT_PASSWORD, request->password);
        }
        return code;
}

static CURLcode add_part(HttpTransfer *transfer, const HttpPart *part) {
        curl_mimepart *mime = curl_mime_addpart(transfer->mime);
        const char *data = part->text ?: part->content.data;
        size_t size = part->text ? strlen(part->text) : part->content.size;
        CURLcode code;

        code = mime ? curl_mime_name(mime, part->name) : CURLE_OUT_OF_MEMORY;
        if (code == CURLE_OK)
                code = curl_mime_data(mime, data ?: "", size);
        if (code == CURLE_OK && part->file_name)
                code = curl_mime_filename(mime, part->file_name);
        if (code == CURLE_OK && part->type)
                code = curl_mime_type(mime, part->type);
        return code;
}

static CURLcode set_parts(HttpTransfer *transfer, const HttpRequest *request) {
        CURLcode code = CURLE_OK;

        transfer->mime = curl_mime_init(transfer->easy);
        if (!transfer->mime)
                return CURLE_OUT_OF_MEMORY;
        for (size_t i = 0; i < request->n_parts && code == CURLE_OK; i++)
                code = add_part(transfer, &request->parts[i]);
        SET(CURLOPT_MIMEPOST, transfer->mime);
        return code;
}

static CURLcode set_body(HttpTransfer *transfer, const HttpRequest *request) {
        bool has_body = request->body.data || request->parts;
        const char *method = request->method ?: (has_body ? "POST" : "GET");
        CURLcode code = CURLE_OK;

        if (strcmp(method, "HEAD") == 0) {
                SET(CURLOPT_NOBODY, 1L);
                return code;
        }
        if (request->parts) {
                code = set_parts(transfer, request);
        } else if (request->body.data || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0) {
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body.size);
                SET(CURLOPT_POSTFIELDS, request->body.data ?: "");
        } else {
                SET(CURLOPT_HTTPGET, 1L);
        }
        /*
         * Said only where it is another one: a redirect turns POST into GET. Any other method keeps its body
         * with itself, else a PUT would arrive empty; 303 is in transfer-answer.c.
         */
        if (strcmp(method, has_body || strcmp(method, "GET") != 0 ? "POST" : "GET") != 0) {
                SET(CURLOPT_CUSTOMREQUEST, method);
                SET(CURLOPT_POSTREDIR, CURL_REDIR_POST_301 | CURL_REDIR_POST_302);
        }
        return code;
}

static CURLcode set_request(HttpTransfer *transfer, const HttpRequest *request) {
        CURLcode code = transfer_receive(transfer);

        SET(CURLOPT_PRIVATE, transfer);
        /* An answer is unpacked, and its unpacked size bounded, also where the server was not asked to pack
         * it. */
        SET(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
        SET(CURLOPT_ERRORBUFFER, transfer->error);
        if (code == CURLE_OK)
                code = set_limits(transfer, request);
        if (code == CURLE_OK)
                code = set_tls(transfer, request);
        if (code == CURLE_OK)
                code = set_auth(transfer, request);
        SET(CURLOPT_URL, request->url);
        SET(CURLOPT_USERAGENT, "jobsched/" PACKAGE_VERSION);
        SET(CURLOPT_HTTPHEADER, transfer->headers);
        return code == CURLE_OK ? set_body(transfer, request) : code;
}

#undef SET

int transfer_setup(HttpTransfer *transfer) {
        CURLcode code;
        int r;

        r = check_request(transfer, transfer->request);
        if (r < 0)
                return r;
        transfer->easy = curl_easy_init();
        code = transfer->easy ? set_request(transfer, transfer->request) : CURLE_OUT_OF_MEMORY;
        return code == CURLE_OK ? 0 : transfer_errno(code);
}
