/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/ics-file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

/*
 * As far as modes tell: groups and access lists are not asked, so that some who may read it are refused. The
 * way to it is that of what was opened: the user may have changed what `path` leads to meanwhile.
 */
static bool is_open_to(const char *descriptor_path, const struct stat *status, uid_t uid) {
        char real[PATH_MAX];
        ssize_t size;

        if (status->st_uid != uid && !(status->st_uid == 0 && (status->st_mode & S_IROTH)))
                return false;
        size = readlink(descriptor_path, real, sizeof(real) - 1);
        if (size <= 0 || (size_t) size >= sizeof(real) - 1 || real[0] != '/')
                return false;
        real[size] = '\0';
        return is_reachable(real, uid);
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

static const char *read_opened(const char *descriptor_path, char **ret) {
        CLEANUP_CLOSE int fd = open(descriptor_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        if (fd < 0)
                return open_fault(errno);
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

int ics_file_read(const JobDecodeContext *context, const char *path, IcsFile *ret) {
        bool is_restricted = context->system_mode && context->owner_uid != 0;
        CLEANUP_CLOSE int fd = -EBADF;
        char descriptor_path[sizeof("/proc/self/fd/") + 16];
        IcsFile file = { 0 };

        assert(path);
        assert(ret);

        /* Looked at before it is opened: opening a device may do something. */
        fd = open(path, O_PATH | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &file.status) < 0) {
                if (errno == ENOMEM)
                        return -ENOMEM;
                file.fault = open_fault(errno);
        } else {
                (void) snprintf(descriptor_path, sizeof(descriptor_path), "/proc/self/fd/%d", fd);
                if (!S_ISREG(file.status.st_mode))
                        file.fault = "is not a regular file";
                else if (!is_restricted || is_open_to(descriptor_path, &file.status, context->owner_uid))
                        file.fault = read_opened(descriptor_path, &file.text);
        }

        if (is_restricted && !file.text)
                file.fault = "is not a file that belongs to the job's owner or is readable by everyone";
        *ret = file;
        return 0;
}
