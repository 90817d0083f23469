/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/ics-file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/file.h"

void ics_file_done(IcsFile *file) {
        free(file->text);
        *file = (IcsFile){ 0 };
}

/* Whether everybody, or the user as its owner, may pass through all directories above the file. */
static bool is_reachable(char *path, uid_t uid) {
        struct stat status;
        char *slash;

        while ((slash = strrchr(path, '/'))) {
                *slash = '\0';
                if (stat(path[0] != '\0' ? path : "/", &status) < 0)
                        return false;
                if (!(status.st_mode & S_IXOTH) && status.st_uid != uid)
                        return false;
        }
        return true;
}

/* As far as modes tell: groups and access lists are not asked, so that some who may read it are refused. */
static bool is_open_to(const char *path, const struct stat *status, uid_t uid) {
        CLEANUP_FREE char *real = NULL;

        if (status->st_uid != uid && !(status->st_uid == 0 && (status->st_mode & S_IROTH)))
                return false;
        real = realpath(path, NULL);
        return real && is_reachable(real, uid);
}

static const char *read_opened(int fd, const struct stat *status, char **ret) {
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        if (!S_ISREG(status->st_mode))
                return "is not a regular file";
        r = fd_read_all(fd, ICS_SIZE_MAX, &text, &size);
        if (r == -EFBIG)
                return "is larger than 1 MiB";
        if (r < 0)
                return "cannot be read";
        if (strlen(text) != size)
                return "is not a text: it holds a NUL byte";
        *ret = TAKE_PTR(text);
        return NULL;
}

static const char *open_fault(int error) {
        switch (error) {
        case ENOENT:
        case ENOTDIR:
                return "does not exist";
        case EACCES:
        case EPERM:
                return "may not be read by the daemon";
        case ELOOP:
                return "leads round in a circle of links";
        default:
                return "cannot be opened";
        }
}

int ics_file_read(const JobDecodeContext *context, const char *path, IcsFile *ret) {
        bool is_restricted = context->system_mode && context->owner_uid != 0;
        CLEANUP_CLOSE int fd = -EBADF;
        IcsFile file = { 0 };

        assert(path);
        assert(ret);

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 || fstat(fd, &file.status) < 0) {
                if (errno == ENOMEM)
                        return -ENOMEM;
                file.fault = open_fault(errno);
        } else if (!is_restricted || is_open_to(path, &file.status, context->owner_uid))
                file.fault = read_opened(fd, &file.status, &file.text);

        if (is_restricted && !file.text)
                file.fault = "is not a file that belongs to the job's owner or is readable by everyone";
        *ret = file;
        return 0;
}
