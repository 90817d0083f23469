/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "util/file.h"

#define DIRECTORY_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)
#define FILE_FLAGS (O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_beneath(int root_fd, const char *path, int flags) {
        struct open_how how = {
                .flags = (uint64_t) flags,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
        };
        long fd;

        /* EAGAIN: somebody renamed something on the way, and the kernel could not be sure. */
        do
                fd = syscall(SYS_openat2, root_fd, *path != '\0' ? path : ".", &how, sizeof(how));
        while (fd < 0 && (errno == EAGAIN || errno == EINTR));
        return fd < 0 ? -errno : (int) fd;
}

static const char *skip_slashes(const char *text) {
        return text + strspn(text, "/");
}

/* The rest of `path` below `root`, compared part by part; NULL if it is not below. */
static const char *rest_below(const char *root, const char *path) {
        for (root = skip_slashes(root); *root != '\0'; root = skip_slashes(root)) {
                size_t length = strcspn(root, "/");

                path = skip_slashes(path);
                if (strcspn(path, "/") != length || strncmp(path, root, length) != 0)
                        return NULL;
                root += length;
                path += length;
        }
        path = skip_slashes(path);
        return *path != '\0' ? path : NULL;
}

/* Splits into the directory, "" for none, and the name. */
static int split(const char *path, char **ret_directory, char **ret_name) {
        const char *slash = strrchr(path, '/');
        CLEANUP_FREE char *name = strdup(slash ? slash + 1 : path);
        char *directory;

        if (!name)
                return -ENOMEM;
        if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                return -EINVAL;
        directory = strndup(path, slash ? (size_t) (slash - path) : 0);
        if (!directory)
                return -ENOMEM;
        *ret_directory = directory;
        *ret_name = TAKE_PTR(name);
        return 0;
}

static int make_below(int root_fd, const char *directory) {
        CLEANUP_FREE char *partial = strdup(directory);
        char *end;

        if (!partial)
                return -ENOMEM;
        for (char *part = partial; part && *part != '\0'; part = end ? end + 1 : NULL) {
                CLEANUP_CLOSE int above = -EBADF;

                end = strchr(part, '/');
                if (end)
                        *end = '\0';
                if (part > partial)
                        part[-1] = '\0';
                above = open_beneath(root_fd, part > partial ? partial : "", DIRECTORY_FLAGS);
                if (above < 0)
                        return above;
                if (*part != '\0' && mkdirat(above, part, 0777) < 0 && errno != EEXIST)
                        return -errno;
                if (part > partial)
                        part[-1] = '/';
                if (end)
                        *end = '/';
        }
        return 0;
}

static int open_root(const char *root) {
        int fd = open(root, DIRECTORY_FLAGS);

        return fd < 0 ? -errno : fd;
}

static int open_directory_below(const char *root, const char *directory, unsigned flags) {
        CLEANUP_CLOSE int root_fd = open_root(root);
        int r;

        if (root_fd < 0)
                return root_fd;
        r = flags & PLACE_MAKE_DIRECTORIES ? make_below(root_fd, directory) : 0;
        if (r < 0)
                return r;
        return open_beneath(root_fd, directory, DIRECTORY_FLAGS);
}

static int open_directory(const char *directory, unsigned flags) {
        const char *path = *directory != '\0' ? directory : "/";
        int fd, r;

        r = flags & PLACE_MAKE_DIRECTORIES ? directory_make_all(path, 0777) : 0;
        if (r < 0)
                return r;
        fd = open(path, DIRECTORY_FLAGS);
        return fd < 0 ? -errno : fd;
}

int place_open(const char *root, const char *path, unsigned flags, Place *ret) {
        CLEANUP_FREE char *directory = NULL, *name = NULL;
        int fd, r;

        if (path[0] != '/' || (root && root[0] != '/'))
                return -EINVAL;
        if (root) {
                path = rest_below(root, path);
                if (!path)
                        return -EXDEV;
        }
        r = split(path, &directory, &name);
        if (r < 0)
                return r;
        fd = root ? open_directory_below(root, directory, flags) : open_directory(directory, flags);
        if (fd < 0)
                return fd;
        *ret = (Place){ .directory_fd = fd, .name = TAKE_PTR(name) };
        return 0;
}

void place_done(Place *place) {
        place->directory_fd = fd_close(place->directory_fd);
        free(place->name);
        *place = PLACE_NONE;
}

static int open_file(const char *root, const char *path, int flags) {
        CLEANUP_CLOSE int root_fd = -EBADF, fd = -EBADF;
        struct stat st;

        if (path[0] != '/' || (root && root[0] != '/'))
                return -EINVAL;
        if (root) {
                path = rest_below(root, path);
                if (!path)
                        return -EXDEV;
                root_fd = open_root(root);
                if (root_fd < 0)
                        return root_fd;
        }
        /* O_NONBLOCK: a FIFO must not hold us up before fstat() can refuse it. */
        fd = root ? open_beneath(root_fd, path, flags | FILE_FLAGS) : open(path, flags | FILE_FLAGS);
        if (fd < 0)
                return root ? fd : -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
        return TAKE_FD(fd);
}

int place_read(const char *root, const char *path) {
        return open_file(root, path, O_RDONLY);
}

int place_append(const char *root, const char *path) {
        return open_file(root, path, O_WRONLY | O_APPEND);
}

const char *place_strerror(int error) {
        switch (error) {
        case -EXDEV:
                return "it leads out of the root";
        case -ENOSYS:
                return "this kernel cannot keep it below the root: it has no openat2()";
        case -ENOTSUP:
                return "it is not a regular file";
        default:
                return strerror(-error); // NOLINT(concurrency-mt-unsafe)
        }
}
