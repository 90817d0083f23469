/* SPDX-License-Identifier: GPL-2.0-or-later */

/* backup: the daemon gives a descriptor of a consistent copy, and it is written here, as the caller. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "schedctl/verbs.h"
#include "util/file.h"

#define CHUNK_SIZE ((size_t) 256 * 1024)

static int copy_all(int from, int to) {
        CLEANUP_FREE char *chunk = malloc(CHUNK_SIZE);
        off_t at = 0;

        if (!chunk)
                return -ENOMEM;
        for (;;) {
                ssize_t n = pread(from, chunk, CHUNK_SIZE, at);
                int r;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                r = fd_write_all(to, chunk, (size_t) n);
                if (r < 0)
                        return r;
                at += n;
        }
}

/* Whole or not at all, and readable by its owner only: it holds definitions and output. */
static int write_file(int from, const char *path) {
        CLEANUP_FREE char *temporary = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
                temporary = NULL;
                return -ENOMEM;
        }
        fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return -errno;

        r = copy_all(from, fd);
        if (r >= 0 && fsync(fd) < 0)
                r = -errno;
        if (r >= 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r < 0)
                (void) unlink(temporary);
        return r;
}

int verb_backup(Context *context, char **arguments) {
        const char *path = arguments[0];
        ClientError error = { 0 };
        CLEANUP_CLOSE int fd = -EBADF;
        int r, status;

        if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO)) {
                complain("a database is nothing for a terminal; name a file");
                return STATUS_USAGE;
        }
        status = context_client(context);
        if (status != STATUS_OK)
                return status;

        r = client_backup(context->client, &fd, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);

        r = strcmp(path, "-") == 0 ? copy_all(fd, STDOUT_FILENO) : write_file(fd, path);
        if (r < 0)
                return complain_errno(r, "cannot write the backup to '%s'", path);
        return STATUS_OK;
}
