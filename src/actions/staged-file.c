/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/staged-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>

#define NAME_TRIES 100U

static int hidden_name(char **ret) {
        uint64_t number;

        if (getrandom(&number, sizeof(number), 0) != (ssize_t) sizeof(number))
                return -errno;
        return asprintf(ret, ".jobsched-%016" PRIx64, number) < 0 ? -ENOMEM : 0;
}

static int open_named(StagedFile *file) {
        int r;

        r = hidden_name(&file->temporary);
        if (r < 0)
                return r;
        file->fd = openat(file->directory_fd, file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file->fd >= 0)
                return 0;
        r = -errno;
        free(TAKE_PTR(file->temporary)); /* there is none, or it is not ours */
        return r;
}

int staged_file_open(const Place *place, StagedFile *ret) {
        *ret = (StagedFile){ .fd = -EBADF, .directory_fd = place->directory_fd };
        if (access("/proc/self/fd", X_OK) < 0)
                return open_named(ret); /* without it a file that has no name can get none */
        ret->fd = openat(place->directory_fd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
        if (ret->fd >= 0)
                return 0;
        return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL ? open_named(ret) : -errno;
}

void staged_file_done(StagedFile *file) {
        if (file->temporary)
                (void) unlinkat(file->directory_fd, file->temporary, 0);
        free(file->temporary);
        file->fd = fd_close(file->fd);
        *file = STAGED_FILE_NONE;
}

static int link_as(const StagedFile *file, const char *name) {
        char path[64];

        if (file->temporary)
                return linkat(file->directory_fd, file->temporary, file->directory_fd, name, 0) < 0 ? -errno
                                                                                                    : 0;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
        return linkat(AT_FDCWD, path, file->directory_fd, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* Only a file with a name can be moved over another. */
static int give_hidden_name(StagedFile *file) {
        int r = file->temporary ? 0 : -EEXIST;

        for (unsigned i = 0; r == -EEXIST && i < NAME_TRIES; i++) {
                CLEANUP_FREE char *name = NULL;

                r = hidden_name(&name);
                if (r >= 0)
                        r = link_as(file, name);
                if (r >= 0)
                        file->temporary = TAKE_PTR(name);
        }
        return r;
}

static int rename_over(StagedFile *file, const Place *place) {
        int r;

        r = give_hidden_name(file);
        if (r < 0)
                return r;
        if (renameat(file->directory_fd, file->temporary, place->directory_fd, place->name) < 0)
                return -errno;
        free(TAKE_PTR(file->temporary));
        return 0;
}

/* A directory that may be written but not read cannot be synced: the file itself is on disk. */
static void sync_directory(const Place *place) {
        CLEANUP_CLOSE int fd = openat(place->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd >= 0)
                (void) fsync(fd);
}

int staged_file_publish(StagedFile *file, const Place *place, bool replace) {
        int r;

        if (fsync(file->fd) < 0)
                return -errno;
        r = replace ? rename_over(file, place) : link_as(file, place->name);
        if (r >= 0)
                sync_directory(place);
        return r;
}

mode_t staged_file_mode(const Place *place, mode_t wanted) {
        struct stat st;
        mode_t mask;

        if (fstatat(place->directory_fd, place->name, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(st.st_mode))
                return st.st_mode & 07777;
        mask = umask(0);
        (void) umask(mask);
        return wanted & ~mask;
}
