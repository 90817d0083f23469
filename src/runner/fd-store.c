/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/fd-store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/string-list.h"

/* "KEY.1" is stdout, "KEY.2" stderr. */
static const char *name_of(const RunKey *key, size_t i, char buffer[static RUN_NAME_MAX + 4]) {
        char name[RUN_NAME_MAX];

        (void) snprintf(buffer, RUN_NAME_MAX + 4, "%s.%zu", run_key_format(key, name), i + 1);
        return buffer;
}

static int parse_name(const char *text, RunKey *ret_key, size_t *ret_i) {
        char name[RUN_NAME_MAX];
        size_t length = strlen(text);

        if (length < 3 || length >= sizeof(name) || text[length - 2] != '.' ||
            (text[length - 1] != '1' && text[length - 1] != '2'))
                return -EINVAL;
        memcpy(name, text, length - 2);
        name[length - 2] = '\0';
        *ret_i = (size_t) (text[length - 1] - '1');
        return run_key_parse(name, ret_key);
}

/* FDPOLL=0: a pipe whose writer has ended is not to be dropped, there may be output in it. */
void fd_store_add(const RunKey *key, const int fds[static 2]) {
        for (size_t i = 0; i < 2; i++) {
                char name[RUN_NAME_MAX + 4], text[RUN_NAME_MAX + 64];
                int r;

                (void) snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name_of(key, i, name));
                r = sd_pid_notify_with_fds(0, 0, text, &fds[i], 1);
                if (r < 0)
                        (void) log_debug_errno(r, "Cannot give a pipe into the care of systemd: %m");
        }
}

void fd_store_remove(const RunKey *key) {
        for (size_t i = 0; i < 2; i++) {
                char name[RUN_NAME_MAX + 4];

                (void) sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name_of(key, i, name));
        }
}

static StoredFds *find(FdStore *store, const RunKey *key) {
        for (size_t i = 0; i < store->n; i++) {
                if (memcmp(&store->items[i].key, key, sizeof(*key)) == 0)
                        return &store->items[i];
        }
        return NULL;
}

static void sort_one(FdStore *store, const char *name, int fd) {
        StoredFds *item;
        RunKey key;
        size_t i;

        if (parse_name(name, &key, &i) < 0) {
                store->others[store->n_others++] = fd;
                return;
        }
        item = find(store, &key);
        if (!item) {
                item = &store->items[store->n++];
                *item = (StoredFds){ .key = key, .fds = { -EBADF, -EBADF } };
        }
        if (item->fds[i] >= 0)
                (void) fd_close(item->fds[i]); /* given into care twice */
        item->fds[i] = fd;
        (void) fcntl(fd, F_SETFD, FD_CLOEXEC);
        (void) fcntl(fd, F_SETFL, O_NONBLOCK);
}

int fd_store_sort(FdStore *ret, char *const *names, size_t n, int first) {
        *ret = (FdStore){ 0 };
        ret->items = calloc(n + 1, sizeof(*ret->items));
        ret->others = calloc(n + 1, sizeof(*ret->others));
        if (!ret->items || !ret->others) {
                fd_store_done(ret);
                return -ENOMEM;
        }
        for (size_t i = 0; i < n; i++)
                sort_one(ret, names ? names[i] : "", first + (int) i);
        return 0;
}

int fd_store_load(FdStore *ret) {
        CLEANUP(string_list_freep) char **names = NULL;
        int n = sd_listen_fds_with_names(1, &names);

        if (n < 0)
                return n;
        return fd_store_sort(ret, names, (size_t) n, SD_LISTEN_FDS_START);
}

void fd_store_take(FdStore *store, const RunKey *key, int ret[static 2]) {
        StoredFds *item = find(store, key);

        for (size_t i = 0; i < 2; i++)
                ret[i] = item ? TAKE_FD(item->fds[i]) : -EBADF;
}

void fd_store_done(FdStore *store) {
        for (size_t i = 0; i < store->n; i++) {
                StoredFds *item = &store->items[i];

                if (item->fds[0] < 0 && item->fds[1] < 0)
                        continue;
                (void) fd_close(item->fds[0]);
                (void) fd_close(item->fds[1]);
                fd_store_remove(&item->key);
        }
        free(store->items);
        free(store->others);
        *store = (FdStore){ 0 };
}
