/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/credential-directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "util/cleanup.h"
#include "util/file.h"

#define DEPTH_MAX 64U

void credential_done(Credential *credential) {
        if (credential->data)
                explicit_bzero(credential->data, credential->size);
        free(credential->data);
        free(credential->name);
        *credential = (Credential){ 0 };
}

static int open_directory(int at_fd, const char *name) {
        int fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

/* Through descriptors only: whoever owns the directory may swap names while we walk. */
static void remove_tree(int at_fd, const char *name, unsigned depth) {
        int fd = open_directory(at_fd, name);
        struct dirent *entry;
        DIR *directory;

        if (fd >= 0 && depth < DEPTH_MAX) {
                (void) fchmod(fd, 0700); /* with --user it is our own, and closed to us, too */
                directory = fdopendir(fd);
                while (directory && (entry = readdir(directory))) {
                        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                                continue;
                        if (unlinkat(fd, entry->d_name, 0) < 0 && (errno == EISDIR || errno == EPERM))
                                remove_tree(fd, entry->d_name, depth + 1);
                }
                if (directory) {
                        (void) closedir(directory);
                        fd = -EBADF;
                }
        }
        (void) fd_close(fd);
        if (unlinkat(at_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                (void) unlinkat(at_fd, name, 0);
}

static bool is_in_memory(int fd) {
        struct statfs st;

        return fstatfs(fd, &st) >= 0 && (st.f_type == TMPFS_MAGIC || st.f_type == RAMFS_MAGIC);
}

static int write_one(int directory_fd, const Credential *credential, const CredentialOwner *owner) {
        CLEANUP_CLOSE int fd =
                        openat(directory_fd, credential->name,
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
        int r;

        if (fd < 0)
                return -errno;
        r = fd_write_all(fd, credential->data, credential->size);
        if (r < 0)
                return r;
        if (owner->change && fchown(fd, owner->uid, owner->gid) < 0)
                return -errno;
        return 0;
}

/* The owner comes last: until then nobody else gets in. */
static int fill(int base_fd,
                const char *name,
                const Credential *items,
                size_t n,
                const CredentialOwner *owner) {
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        if (mkdirat(base_fd, name, 0700) < 0)
                return -errno;
        fd = open_directory(base_fd, name);
        if (fd < 0)
                return fd;
        for (size_t i = 0; i < n; i++) {
                r = write_one(fd, &items[i], owner);
                if (r < 0)
                        return r;
        }
        if (fchmod(fd, 0500) < 0 || (owner->change && fchown(fd, owner->uid, owner->gid) < 0))
                return -errno;
        return 0;
}

static int make(const char *base,
                const char *name,
                const Credential *items,
                size_t n,
                const CredentialOwner *owner) {
        CLEANUP_CLOSE int base_fd = open_directory(AT_FDCWD, base);
        int r;

        if (base_fd < 0)
                return base_fd;
        if (!is_in_memory(base_fd))
                return -EOPNOTSUPP;
        remove_tree(base_fd, name, 0); /* of an earlier try */
        r = fill(base_fd, name, items, n, owner);
        if (r < 0)
                remove_tree(base_fd, name, 0);
        return r;
}

int credential_directory_make(
                const char *base,
                const RunKey *key,
                const Credential *credentials,
                size_t n,
                const CredentialOwner *owner,
                char **ret_path,
                char **reterr_message) {

        char name[RUN_NAME_MAX], *path;
        int r;

        r = path_join(base, run_key_format(key, name), &path);
        if (r < 0)
                return r;
        r = make(base, name, credentials, n, owner);
        if (r < 0) {
                free(path);
                if (asprintf(reterr_message, "cannot put its credentials below '%s': %s", base,
                             r == -EOPNOTSUPP ? "that is not in memory (tmpfs or ramfs)" : strerror(-r)) < 0)
                        *reterr_message = NULL;
                return r;
        }
        *ret_path = path;
        return 0;
}

void credential_directory_remove(const char *base, const RunKey *key) {
        CLEANUP_CLOSE int base_fd = open_directory(AT_FDCWD, base);
        char name[RUN_NAME_MAX];

        if (base_fd >= 0 && faccessat(base_fd, run_key_format(key, name), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                remove_tree(base_fd, name, 0);
}

void credential_directory_sweep(
                const char *base,
                bool (*is_alive)(void *userdata, const RunKey *key),
                void *userdata) {

        int base_fd = open_directory(AT_FDCWD, base);
        DIR *directory = base_fd < 0 ? NULL : fdopendir(base_fd);
        struct dirent *entry;

        while (directory && (entry = readdir(directory))) {
                RunKey key;

                if (entry->d_name[0] == '.')
                        continue;
                if (run_key_parse(entry->d_name, &key) < 0 || !is_alive(userdata, &key))
                        remove_tree(base_fd, entry->d_name, 0);
        }
        if (directory)
                (void) closedir(directory);
        else
                (void) fd_close(base_fd);
}
