/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/upload-name.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buffer.h"
#include "util/cleanup.h"

#define SUFFIX ".part"

void upload_name_done(UploadName *name) {
        for (size_t i = 0; i < UPLOAD_COMMANDS; i++)
                free(name->commands[i]);
        free(name->url);
        *name = (UploadName){ 0 };
}

static int decode(const char *text, char **ret) {
        int length = 0;
        char *raw = curl_easy_unescape(NULL, text, 0, &length), *copy;

        if (!raw)
                return -ENOMEM;
        copy = strdup(raw);
        curl_free(raw);
        if (!copy)
                return -ENOMEM;
        for (int i = 0; i < length; i++) {
                if ((unsigned char) copy[i] < 0x20 || copy[i] == 0x7F) {
                        free(copy);
                        return -EINVAL;
                }
        }
        *ret = copy;
        return 0;
}

/* In the directory of the file, which is the current one then. */
static int name_for_ftp(UploadName *name, const char *path) {
        CLEANUP_FREE char *file = NULL;
        int r;

        r = decode(strrchr(path, '/') + 1, &file);
        if (r < 0)
                return r;
        if (asprintf(&name->commands[0], "RNFR %s" SUFFIX, file) < 0) {
                name->commands[0] = NULL;
                return -ENOMEM;
        }
        if (asprintf(&name->commands[1], "RNTO %s", file) < 0) {
                name->commands[1] = NULL;
                return -ENOMEM;
        }
        return 1;
}

static int quote(const char *path, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        for (; *path != '\0'; path++) {
                if (strchr("\"'\\", *path))
                        (void) buffer_add_char(&buffer, '\\');
                (void) buffer_add_char(&buffer, *path);
        }
        return buffer.failed ? -ENOMEM : buffer_take(&buffer, ret);
}

/* Its servers rename over nothing: the old file goes a moment before. */
static int name_for_sftp(UploadName *name, const char *path) {
        CLEANUP_FREE char *file = NULL, *quoted = NULL;
        int r;

        r = decode(path, &file);
        if (r >= 0)
                r = quote(file + (strncmp(file, "/~/", 3) == 0 ? 3 : 0), &quoted);
        if (r < 0)
                return r;
        if (asprintf(&name->commands[0], "*rm \"%s\"", quoted) < 0) {
                name->commands[0] = NULL;
                return -ENOMEM;
        }
        if (asprintf(&name->commands[1], "rename \"%s" SUFFIX "\" \"%s\"", quoted, quoted) < 0) {
                name->commands[1] = NULL;
                return -ENOMEM;
        }
        return 1;
}

static int set_path(CURLU *parts, const char *path, char **ret) {
        CLEANUP_FREE char *longer = NULL;
        char *url = NULL;

        if (asprintf(&longer, "%s" SUFFIX, path) < 0) {
                longer = NULL;
                return -ENOMEM;
        }
        if (curl_url_set(parts, CURLUPART_PATH, longer, 0) != CURLUE_OK ||
            curl_url_get(parts, CURLUPART_URL, &url, 0) != CURLUE_OK)
                return -ENOMEM;
        *ret = strdup(url);
        curl_free(url);
        return *ret ? 0 : -ENOMEM;
}

static int name_parts(UploadName *name, CURLU *parts, const char *scheme, const char *path) {
        bool is_ftp = strcmp(scheme, "ftp") == 0 || strcmp(scheme, "ftps") == 0;
        const char *file = strrchr(path, '/');
        int r;

        if ((!is_ftp && strcmp(scheme, "sftp") != 0) || (is_ftp && strstr(path, ";type=")))
                return 0;
        if (!file || file[1] == '\0')
                return -EINVAL;
        r = set_path(parts, path, &name->url);
        if (r < 0)
                return r;
        return is_ftp ? name_for_ftp(name, path) : name_for_sftp(name, path);
}

int upload_name_init(UploadName *name, const char *url) {
        char *scheme = NULL, *path = NULL;
        CURLU *parts = curl_url();
        int r = -EINVAL;

        *name = (UploadName){ 0 };
        if (!parts)
                return -ENOMEM;
        if (curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
            curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
            curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK)
                r = name_parts(name, parts, scheme, path);
        curl_free(scheme);
        curl_free(path);
        curl_url_cleanup(parts);
        return r;
}
