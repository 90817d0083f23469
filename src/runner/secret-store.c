/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/secret-store.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/instance.h"
#include "protocol/secret-id.h"
#include "util/cleanup.h"
#include "util/file.h"

static bool store_is_valid(const char *store) {
        return store[0] != '\0' &&
                        strspn(store, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") ==
                        strlen(store);
}

int secret_path(const char *directory, const char *store, const char *id, char **ret) {
        char *path = NULL;

        if (!secret_id_valid(id) || !store_is_valid(store))
                return -EINVAL;
        if (asprintf(&path, "%s/%s.%s", directory, store, id) < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

/* That a new directory is in its parent has to be on the disk too. */
static int make_directory(const char *directory) {
        CLEANUP_FREE char *parent = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        bool is_new = access(directory, F_OK) < 0;
        int r;

        r = instance_make_directory(directory, 0700);
        if (r < 0 || !is_new)
                return r;
        r = path_join(directory, "..", &parent);
        if (r < 0)
                return r;
        fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int secret_keep(const char *directory, const char *store, const char *id, const void *value, size_t size) {
        CLEANUP_FREE char *path = NULL;
        int r;

        if (size > SECRET_SIZE_MAX)
                return -E2BIG;
        r = secret_path(directory, store, id, &path);
        if (r >= 0)
                r = make_directory(directory);
        return r < 0 ? r : file_replace(path, value, size, 0600, true);
}

int secret_drop(const char *directory, const char *store, const char *id) {
        CLEANUP_FREE char *path = NULL;
        int r = secret_path(directory, store, id, &path);

        if (r < 0)
                return r;
        return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int compare_ids(const void *a, const void *b) {
        return memcmp(a, b, SECRET_ID_LENGTH);
}

/* Whether a name is one of that store's, and if so of a secret that is not among the ids. */
static bool is_to_go(const char *name, const char *store, const char *ids, size_t n_ids) {
        size_t length = strlen(store);

        name += name[0] == '.'; /* what file_replace() had begun: more follows the id */
        if (strncmp(name, store, length) != 0 || name[length] != '.')
                return false;
        name += length + 1;
        return !secret_id_valid(name) || n_ids == 0 ||
                        !bsearch(name, ids, n_ids, SECRET_ID_LENGTH, compare_ids);
}

int secret_drop_others(const char *directory, const char *store, const char *ids, size_t n_ids) {
        DIR *entries = opendir(directory);
        const struct dirent *entry;
        int n = 0, r = 0;

        if (!entries)
                return errno == ENOENT ? 0 : -errno;
        while ((entry = readdir(entries))) {
                if (!is_to_go(entry->d_name, store, ids, n_ids))
                        continue;
                if (unlinkat(dirfd(entries), entry->d_name, 0) < 0 && errno != ENOENT)
                        r = -errno;
                else
                        n++;
        }
        (void) closedir(entries);
        return r < 0 ? r : n;
}
