/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

#define READ_MIN 4096U
#define MEMFD_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static ssize_t read_retrying(int fd, void *data, size_t size) {
        ssize_t n;

        do
                n = read(fd, data, size);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -errno : n;
}

/* How much to make room for at first: what fstat() says, if it says anything. */
static size_t size_hint(int fd, size_t max_bytes) {
        struct stat st;

        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
                return MIN((size_t) READ_MIN, max_bytes);
        return MIN((size_t) st.st_size, max_bytes);
}

int fd_read_all(int fd, size_t max_bytes, char **ret, size_t *ret_size) {
        CLEANUP_FREE char *data = NULL;
        size_t allocated = 0, size = 0;

        assert(max_bytes < SIZE_MAX / 4);

        for (;;) {
                ssize_t n;

                /* One byte more than the content: for the NUL, and to see that there is no more. */
                if (size + 1 >= allocated) {
                        size_t wanted = allocated == 0 ? size_hint(fd, max_bytes) : allocated * 2;
                        char *grown = realloc(data, MIN(wanted, max_bytes) + 2);

                        if (!grown)
                                return -ENOMEM;
                        data = grown;
                        allocated = MIN(wanted, max_bytes) + 2;
                }

                n = read_retrying(fd, data + size, allocated - 1 - size);
                if (n < 0)
                        return (int) n;
                if (n == 0)
                        break;
                size += (size_t) n;
                if (size > max_bytes)
                        return -EFBIG;
        }

        data[size] = '\0';
        *ret = TAKE_PTR(data);
        if (ret_size)
                *ret_size = size;
        return 0;
}

int file_read(const char *path, size_t max_bytes, char **ret, size_t *ret_size) {
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat st;

        /* O_NONBLOCK: a FIFO must not hold us up before fstat() can refuse it. */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        if (!S_ISREG(st.st_mode))
                return -EINVAL;
        return fd_read_all(fd, max_bytes, ret, ret_size);
}

int fd_write_all(int fd, const void *data, size_t size) {
        const char *rest = data;

        while (size > 0) {
                ssize_t n = write(fd, rest, size);

                if (n < 0) {
                        if (errno == EINTR)
                                continue;
                        return -errno;
                }
                rest += n;
                size -= (size_t) n;
        }
        return 0;
}

/* "DIRECTORY/.NAME.XXXXXX": hidden, so that whoever reads the directory passes it over. */
static int temporary_name(const char *path, char **ret_name, char **ret_directory) {
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        CLEANUP_FREE char *directory = NULL;

        if (name[0] == '\0')
                return -EINVAL;
        if (slash)
                directory = strndup(path, (size_t) (slash - path) + 1);
        else
                directory = strdup("./");
        if (!directory)
                return -ENOMEM;
        if (asprintf(ret_name, "%s.%s.XXXXXX", directory, name) < 0)
                return -ENOMEM;

        *ret_directory = TAKE_PTR(directory);
        return 0;
}

static int write_new(int fd, const void *data, size_t size, mode_t mode, bool sync) {
        int r;

        if (fchmod(fd, mode) < 0)
                return -errno;
        r = fd_write_all(fd, data, size);
        if (r < 0)
                return r;
        if (sync && fsync(fd) < 0)
                return -errno;
        return 0;
}

static int directory_sync(const char *path) {
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0 || fsync(fd) < 0)
                return -errno;
        return 0;
}

int file_replace(const char *path, const void *data, size_t size, mode_t mode, bool sync) {
        CLEANUP_FREE char *temporary = NULL, *directory = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        r = temporary_name(path, &temporary, &directory);
        if (r < 0)
                return r;
        fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return -errno;

        r = write_new(fd, data, size, mode, sync);
        if (r >= 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r < 0) {
                (void) unlink(temporary); /* the first fault is the one to tell */
                return r;
        }
        return sync ? directory_sync(directory) : 0;
}

int memfd_new_sealed(const char *name, const void *data, size_t size) {
        CLEANUP_CLOSE int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int r;

        if (fd < 0)
                return -errno;
        r = fd_write_all(fd, data, size);
        if (r < 0)
                return r;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        if (fcntl(fd, F_ADD_SEALS, MEMFD_SEALS) < 0)
                return -errno;
        return TAKE_FD(fd);
}

int memfd_read_sealed(int fd, size_t max_bytes, char **ret, size_t *ret_size) {
        CLEANUP_FREE char *data = NULL;
        struct stat st;
        size_t size, done = 0;
        int seals;

        seals = fcntl(fd, F_GET_SEALS);
        if (seals < 0)
                return errno == EINVAL ? -EPERM : -errno; /* not a memfd at all */
        if ((seals & MEMFD_SEALS) != MEMFD_SEALS)
                return -EPERM;
        if (fstat(fd, &st) < 0)
                return -errno;
        size = (size_t) st.st_size;
        if (size > max_bytes)
                return -EFBIG;

        data = malloc(size + 1);
        if (!data)
                return -ENOMEM;

        /* pread(): whoever sent the descriptor shares its offset and could move it meanwhile. */
        while (done < size) {
                ssize_t n = pread(fd, data + done, size - done, (off_t) done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                done += (size_t) n;
        }

        data[size] = '\0';
        *ret = TAKE_PTR(data);
        if (ret_size)
                *ret_size = size;
        return 0;
}

int directory_make_all(const char *path, mode_t mode) {
        CLEANUP_FREE char *partial = NULL;
        struct stat st;

        if (path[0] == '\0')
                return -EINVAL;
        partial = strdup(path);
        if (!partial)
                return -ENOMEM;

        for (char *end = partial; end;) {
                end = strchr(end + 1, '/');
                if (end)
                        *end = '\0';
                if (mkdir(partial, mode) < 0 && errno != EEXIST) {
                        int error = errno;

                        /* On a read-only file system a directory that exists may say EROFS, not EEXIST. */
                        if (stat(partial, &st) < 0)
                                return -error;
                }
                if (end)
                        *end = '/';
        }

        if (stat(path, &st) < 0)
                return -errno;
        return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int path_join(const char *directory, const char *name, char **ret) {
        size_t length = strlen(directory);
        bool at_root;

        while (length > 0 && directory[length - 1] == '/')
                length--;
        at_root = length == 0 && directory[0] == '/';
        name += strspn(name, "/");
        if (asprintf(ret, "%.*s%s%s", (int) length, directory, length > 0 || at_root ? "/" : "", name) < 0)
                return -ENOMEM;
        return 0;
}
