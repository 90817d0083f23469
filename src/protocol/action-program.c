/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/action-program.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/file.h"
#include "util/string-list.h"

#define KIND_LENGTH_MAX 32U

bool action_kind_valid(const char *kind) {
        size_t length = strlen(kind);

        return length > 0 && length <= KIND_LENGTH_MAX && kind[0] >= 'a' && kind[0] <= 'z' &&
                        strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static int refuse(char **reterr_message, int error, const char *path, const char *fault) {
        if (asprintf(reterr_message, "the action program '%s' %s", path, fault) < 0)
                *reterr_message = NULL;
        return error;
}

static int refuse_directory(char **reterr_message, const char *path, const Diagnostics *faults) {
        const Diagnostic *fault = faults->n_items > 0 ? &faults->items[0] : NULL;

        if (!fault)
                return refuse(reterr_message, -EPERM, path, "lies where it is not trusted");
        if (asprintf(reterr_message, "the action program '%s' is not trusted: %s: %s", path,
                     fault->file ?: "/", fault->message) < 0)
                *reterr_message = NULL;
        return -EPERM;
}

int action_program_open(const char *path, const FileTrust *trust, int *ret_fd, char **reterr_message) {
        CLEANUP(diagnostics_done) Diagnostics faults = { 0 };
        CLEANUP_CLOSE int fd = -EBADF;
        const char *fault;
        struct stat status;
        int r;

        assert(ret_fd);
        assert(reterr_message);

        if (path[0] != '/')
                return refuse(reterr_message, -EINVAL, path, "has no absolute path");
        r = file_trust_check_directories(path, trust, &faults);
        if (r == -EPERM)
                return refuse_directory(reterr_message, path, &faults);
        if (r == -ENOENT)
                return refuse(reterr_message, r, path, "does not exist");
        if (r < 0)
                return refuse(reterr_message, r, path, strerror(-r));

        /* Neither a device nor a file that one may execute but not read is read here. */
        fd = open(path, O_PATH | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) < 0)
                return refuse(reterr_message, -errno, path, strerror(errno));
        if (!S_ISREG(status.st_mode))
                return refuse(reterr_message, -EACCES, path, "is not a regular file");
        fault = file_trust_fault(&status, trust);
        if (fault)
                return refuse(reterr_message, -EPERM, path, fault);
        if ((status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
                return refuse(reterr_message, -EACCES, path, "is not executable (chmod a+x)");
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int refuse_kind(char **reterr_message, int error, const char *kind, const char *fault) {
        if (asprintf(reterr_message, "'%s' is no kind of action: %s", kind, fault) < 0)
                *reterr_message = NULL;
        return error;
}

int action_program_find(
                char *const *directories,
                const FileTrust *trust,
                const char *kind,
                int *ret_fd,
                char **ret_path,
                char **reterr_message) {

        assert(ret_path);

        if (!action_kind_valid(kind))
                return refuse_kind(reterr_message, -EINVAL, kind, "that cannot be its name");
        STRING_LIST_FOREACH(directory, directories) {
                CLEANUP_FREE char *path = NULL;
                struct stat status;
                int r;

                r = path_join(*directory, kind, &path);
                if (r < 0)
                        return r;
                /* One that is there and cannot be used is not passed over: the next is another program. */
                if (lstat(path, &status) < 0 && (errno == ENOENT || errno == ENOTDIR))
                        continue;
                r = action_program_open(path, trust, ret_fd, reterr_message);
                if (r >= 0)
                        *ret_path = TAKE_PTR(path);
                return r;
        }
        return refuse_kind(reterr_message, -ENOENT, kind, "there is no program of that name");
}
