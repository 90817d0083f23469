/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actions/upload-name.h"
#include "util/address.h"
#include "util/file.h"
#include "util/url-party.h"

#define PROTOCOLS "http,https,ftp,ftps,sftp"
#define CONNECT_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define STALLED_SECONDS 300L

typedef struct Transfer {
        Action *action;
        const char *url;
        CURL *curl;
        struct curl_slist *headers, *commands;
        char *shown; /* the URL for messages */
        char reason[CURL_ERROR_SIZE];
        bool was_denied;
        bool is_confidential; /* a credential stands in its headers */
        bool is_astray;       /* and it was redirected to where it may not go */

        FileIntake *intake; /* to fetch */
        int fault;          /* what it returned */
        int fd;             /* to send */
        uint64_t left;
        off_t offset;
} Transfer;

static void transfer_done(Transfer *transfer) {
        curl_easy_cleanup(transfer->curl);
        curl_slist_free_all(transfer->headers);
        curl_slist_free_all(transfer->commands);
        curl_free(transfer->shown);
        curl_global_cleanup();
}

/* --- what libcurl calls ------------------------------------------------------------------------------ */

/* Every connection passes here, those to which redirections and FTP servers lead as well. */
static curl_socket_t on_open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address) {
        Transfer *transfer = userdata;

        if (transfer->action->public_only && !address_is_public(&address->addr)) {
                transfer->was_denied = true;
                return CURL_SOCKET_BAD;
        }
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A credential is for the host that the job names. */
static int on_before_request(
                void *userdata,
                char *remote_address,
                char *local_address,
                int remote_port,
                int local_port) {

        Transfer *transfer = userdata;
        const char *url = NULL;

        (void) curl_easy_getinfo(transfer->curl, CURLINFO_EFFECTIVE_URL, &url);
        transfer->is_astray = transfer->is_confidential && !url_is_same_party(transfer->url, url ?: "");
        return transfer->is_astray ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata) {
        Transfer *transfer = userdata;

        transfer->fault = file_intake_write(transfer->intake, data, size * n);
        return transfer->fault < 0 ? 0 : size * n;
}

static size_t on_nothing(char *data, size_t size, size_t n, void *userdata) {
        return size * n; /* what a server says to an upload */
}

static size_t on_read(char *data, size_t size, size_t n, void *userdata) {
        Transfer *transfer = userdata;
        ssize_t done = pread(transfer->fd, data, MIN((uint64_t) size * n, transfer->left), transfer->offset);

        if (done < 0)
                return CURL_READFUNC_ABORT;
        transfer->offset += done;
        transfer->left -= (uint64_t) done;
        return (size_t) done;
}

static int on_seek(void *userdata, curl_off_t offset, int origin) {
        Transfer *transfer = userdata;

        if (origin != SEEK_SET)
                return CURL_SEEKFUNC_CANTSEEK;
        transfer->left = transfer->left + (uint64_t) transfer->offset - (uint64_t) offset;
        transfer->offset = offset;
        return CURL_SEEKFUNC_OK;
}

/* --- how it is set up -------------------------------------------------------------------------------- */

/* The URL as it may be shown: without what may be secret. */
static int parse_url(Transfer *transfer) {
        CURLU *url = curl_url();
        CURLUcode result;

        if (!url)
                return -ENOMEM;
        result = curl_url_set(url, CURLUPART_URL, transfer->url, CURLU_NON_SUPPORT_SCHEME);
        if (result == CURLUE_OK) {
                char *password = NULL;

                if (curl_url_get(url, CURLUPART_PASSWORD, &password, CURLU_URLDECODE) == CURLUE_OK)
                        (void) action_add_secret(transfer->action, password);
                curl_free(password);
                (void) curl_url_set(url, CURLUPART_USER, NULL, 0);
                (void) curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
                (void) curl_url_set(url, CURLUPART_OPTIONS, NULL, 0);
                (void) curl_url_set(url, CURLUPART_QUERY, NULL, 0);
                (void) curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
                result = curl_url_get(url, CURLUPART_URL, &transfer->shown, 0);
        }
        curl_url_cleanup(url);
        if (result == CURLUE_OUT_OF_MEMORY)
                return -ENOMEM;
        return result == CURLUE_OK
                        ? 0
                        : action_fail(transfer->action, "The URL is none: %s", curl_url_strerror(result));
}

static int set_text(Transfer *transfer, CURLoption option, const char *key) {
        CLEANUP_FREE char *text = NULL;
        int r;

        r = action_get_text(transfer->action, transfer->action->parameters, key, &text);
        if (r <= 0)
                return r;
        return curl_easy_setopt(transfer->curl, option, text) == CURLE_OK ? 0 : -ENOMEM;
}

static int set_duration(Transfer *transfer, CURLoption option, const char *key, usec_t fallback_usec) {
        usec_t usec;
        int r;

        r = action_get_duration(transfer->action, key, fallback_usec, &usec);
        if (r < 0 || usec == USEC_INFINITY)
                return r;
        (void) curl_easy_setopt(
                        transfer->curl, option,
                        (long) MAX(MIN(usec / USEC_PER_MSEC, (usec_t) INT32_MAX), (usec_t) 1));
        return 0;
}

static int set_headers(Transfer *transfer) {
        const json_t *headers = action_find(transfer->action->parameters, "headers");
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) headers, key, value) {
                CLEANUP_FREE char *text = NULL, *line = NULL;
                struct curl_slist *list;
                int r;

                r = action_text(transfer->action, value, key, &text);
                if (r < 0)
                        return r;
                if (strpbrk(text, "\r\n") || strpbrk(key, ":\r\n ") || *key == '\0')
                        return action_fail(transfer->action, "file.headers: '%s' is no header field", key);
                if (asprintf(&line, *text != '\0' ? "%s: %s" : "%s;%s", key, text) < 0) {
                        line = NULL;
                        return -ENOMEM;
                }
                list = curl_slist_append(transfer->headers, line);
                if (!list)
                        return -ENOMEM;
                transfer->headers = list;
                transfer->is_confidential |= json_is_array(value); /* its parts */
        }
        (void) curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, transfer->headers);
        return 0;
}

static int set_proxy(Transfer *transfer) {
        if (transfer->action->public_only && action_find(transfer->action->parameters, "proxy"))
                return action_fail(
                                transfer->action, "A job that may reach public addresses only has no proxy");
        if (curl_easy_setopt(transfer->curl, CURLOPT_PROXY, "") != CURLE_OK) /* none of the environment's */
                return -ENOMEM;
        return set_text(transfer, CURLOPT_PROXY, "proxy");
}

/* An unknown host is never trusted: without a file libcurl would. */
static int set_ssh(Transfer *transfer) {
        CLEANUP_FREE char *known = NULL;
        const char *home = getenv("HOME");
        int r;

        r = action_get_text(transfer->action, transfer->action->parameters, "known-hosts", &known);
        if (r == 0)
                r = path_join(home ?: "/", ".ssh/known_hosts", &known);
        if (r < 0)
                return r;
        if (curl_easy_setopt(transfer->curl, CURLOPT_SSH_KNOWNHOSTS, known) != CURLE_OK)
                return -ENOMEM;
        return set_text(transfer, CURLOPT_SSH_PRIVATE_KEYFILE, "ssh-key");
}

static int set_redirects(Transfer *transfer) {
        bool is_https = strncmp(transfer->shown, "https:", 6) == 0;
        int64_t n;
        int r;

        r = action_get_integer(transfer->action, "redirects", 0, &n);
        if (r < 0)
                return r;
        (void) curl_easy_setopt(transfer->curl, CURLOPT_FOLLOWLOCATION, n > 0 ? 1L : 0L);
        (void) curl_easy_setopt(transfer->curl, CURLOPT_MAXREDIRS, (long) n);
        (void) curl_easy_setopt(
                        transfer->curl, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https");
        return 0;
}

static void set_common(Transfer *transfer) {
        CURL *curl = transfer->curl;

        (void) curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        (void) curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->reason);
        (void) curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, PROTOCOLS);
        (void) curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
        (void) curl_easy_setopt(curl, CURLOPT_USERAGENT, "jobsched/" PACKAGE_VERSION);
        (void) curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        (void) curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALLED_SECONDS);
        (void) curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
        (void) curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
        (void) curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_before_request);
        (void) curl_easy_setopt(curl, CURLOPT_PREREQDATA, transfer);
}

static int set_up(Transfer *transfer) {
        int r;

        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return -ENOMEM;
        r = parse_url(transfer);
        if (r < 0)
                return r;
        transfer->curl = curl_easy_init();
        if (!transfer->curl || curl_easy_setopt(transfer->curl, CURLOPT_URL, transfer->url) != CURLE_OK)
                return -ENOMEM;
        set_common(transfer);
        r = set_text(transfer, CURLOPT_USERNAME, "user");
        if (r >= 0)
                r = set_text(transfer, CURLOPT_PASSWORD, "password");
        if (r >= 0)
                r = set_text(transfer, CURLOPT_CUSTOMREQUEST, "method");
        if (r >= 0)
                r = set_text(transfer, CURLOPT_CAINFO, "ca-file");
        if (r >= 0)
                r = set_duration(transfer, CURLOPT_TIMEOUT_MS, "timeout", USEC_INFINITY);
        if (r >= 0)
                r = set_duration(
                                transfer, CURLOPT_CONNECTTIMEOUT_MS, "connect-timeout", CONNECT_TIMEOUT_USEC);
        if (r >= 0)
                r = set_headers(transfer);
        if (r >= 0)
                r = set_proxy(transfer);
        if (r >= 0)
                r = set_ssh(transfer);
        return r >= 0 ? set_redirects(transfer) : r;
}

/* --- what becomes of it ------------------------------------------------------------------------------ */

static int fail_status(Transfer *transfer, long status) {
        int r = action_fail(
                        transfer->action, "'%s' answered %ld%s", transfer->shown, status,
                        status >= 300 && status < 400
                                        ? ", a redirection: 'redirects' says how many are followed"
                                        : "");

        json_writer_integer(&transfer->action->result, "http_status", status);
        return r;
}

static int perform(Transfer *transfer, FileTransfer *ret) {
        CURLcode result = curl_easy_perform(transfer->curl);
        bool is_http = strncmp(transfer->shown, "http", 4) == 0;
        long status = 0;

        (void) curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
        if (transfer->fault < 0)
                return transfer->fault;
        if (transfer->was_denied && result != CURLE_OK)
                return action_fail(
                                transfer->action,
                                "'%s' leads to an address that is not public: the jobs of "
                                "ordinary users may not go there",
                                transfer->shown);
        if (transfer->is_astray)
                return action_fail(
                                transfer->action,
                                "'%s' leads to another host, where the credential in 'headers' must not go",
                                transfer->shown);
        if (is_http && (result == CURLE_HTTP_RETURNED_ERROR || (result == CURLE_OK && status >= 300)))
                return fail_status(transfer, status);
        if (result == CURLE_OUT_OF_MEMORY)
                return -ENOMEM;
        if (result != CURLE_OK)
                return action_fail(
                                transfer->action, "'%s': %s", transfer->shown,
                                transfer->reason[0] != '\0' ? transfer->reason : curl_easy_strerror(result));
        ret->status = is_http ? status : 0;
        return 0;
}

int file_fetch(Action *action, const char *url, FileIntake *intake, FileTransfer *ret) {
        CLEANUP(transfer_done) Transfer transfer = { .action = action, .url = url, .intake = intake };
        int r;

        r = set_up(&transfer);
        if (r < 0)
                return r;
        (void) curl_easy_setopt(transfer.curl, CURLOPT_WRITEFUNCTION, on_body);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_WRITEDATA, &transfer);
        r = perform(&transfer, ret);
        return r < 0 ? r : file_intake_finish(intake);
}

static int set_commands(Transfer *transfer, const UploadName *name) {
        for (size_t i = 0; i < UPLOAD_COMMANDS; i++) {
                struct curl_slist *list = curl_slist_append(transfer->commands, name->commands[i]);

                if (!list)
                        return -ENOMEM;
                transfer->commands = list;
        }
        return curl_easy_setopt(transfer->curl, CURLOPT_URL, name->url) == CURLE_OK &&
                                        curl_easy_setopt(
                                                        transfer->curl, CURLOPT_POSTQUOTE,
                                                        transfer->commands) == CURLE_OK
                        ? 0
                        : -ENOMEM;
}

/* Whoever looks there finds the old file or the whole new one. */
static int set_name(Transfer *transfer, bool in_place) {
        UploadName name = { 0 };
        int r;

        r = in_place ? 0 : upload_name_init(&name, transfer->url);
        if (r > 0)
                r = set_commands(transfer, &name);
        else if (r == -EINVAL)
                r = action_fail(transfer->action, "'%s' is no name that a file can get", transfer->shown);
        upload_name_done(&name);
        return r;
}

int file_send(Action *action, const FileRequest *request, int fd, uint64_t size, FileTransfer *ret) {
        CLEANUP(transfer_done)
        Transfer transfer = { .action = action, .url = request->to, .fd = fd, .left = size };
        int r;

        r = set_up(&transfer);
        if (r < 0)
                return r;
        (void) curl_easy_setopt(transfer.curl, CURLOPT_UPLOAD, 1L);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) size);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_READFUNCTION, on_read);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_READDATA, &transfer);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_SEEKFUNCTION, on_seek);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_SEEKDATA, &transfer);
        (void) curl_easy_setopt(transfer.curl, CURLOPT_WRITEFUNCTION, on_nothing);
        if (request->make_directories)
                (void) curl_easy_setopt(
                                transfer.curl, CURLOPT_FTP_CREATE_MISSING_DIRS,
                                (long) CURLFTP_CREATE_DIR_RETRY);
        r = set_name(&transfer, request->in_place);
        return r < 0 ? r : perform(&transfer, ret);
}
