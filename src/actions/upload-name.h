/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How a file that is sent appears at once: by FTP and SFTP it is sent as NAME.part, and gets its name when it
 * is all there.
 */

#include "util/types.h"

#define UPLOAD_COMMANDS 2U

typedef struct UploadName {
        char *url;                       /* to send to */
        char *commands[UPLOAD_COMMANDS]; /* of libcurl's CURLOPT_POSTQUOTE, for after it */
} UploadName;

/*
 * Returns 1, 0: it is sent under its own name (HTTP, where the server sees to it, and an FTP URL that ends
 * with
 * ";type="), -EINVAL: no name of a file, or control characters in it, or -ENOMEM.
 */
int upload_name_init(UploadName *name, const char *url);
void upload_name_done(UploadName *name);
