/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* To and from URLs, by libcurl. Messages show no user, password or query of a URL. */

#include "actions/file-intake.h"

typedef struct FileTransfer {
        long status; /* of HTTP; 0: there is none */
} FileTransfer;

/* Return 0 or a negative errno (explained). */
int file_fetch(Action *action, const char *url, FileIntake *intake, FileTransfer *ret);
/* Sends `size` bytes of the descriptor from its beginning. `make_directories`: with FTP and SFTP. */
int file_send(Action *action, const FileRequest *request, int fd, uint64_t size, FileTransfer *ret);
