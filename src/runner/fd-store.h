/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Our ends of the output pipes of units, in the care of systemd (FileDescriptorStoreMax=): it gives them to
 * the next runner when this one is killed or restarted. Without systemd, or with a full store, nothing is
 * kept.
 */

#include "runner/run-record.h"

/* stdout and stderr of a run. */
void fd_store_add(const RunKey *key, const int fds[static 2]);
void fd_store_remove(const RunKey *key);

typedef struct StoredFds {
        RunKey key;
        int fds[2]; /* -EBADF: none */
} StoredFds;

/* What was passed on to this process. */
typedef struct FdStore {
        StoredFds *items;
        size_t n;
        int *others; /* descriptors that are not of a run: sockets */
        size_t n_others;
} FdStore;

/* Returns 0 or a negative errno. The descriptors are the caller's. */
int fd_store_load(FdStore *ret);
/* The same of descriptors from `first` on with these names; for tests. */
int fd_store_sort(FdStore *ret, char *const *names, size_t n, int first);
/* Gives those of a run away; *ret are -EBADF when there are none. */
void fd_store_take(FdStore *store, const RunKey *key, int ret[static 2]);
/* Closes what nobody has taken, here and in systemd's care. */
void fd_store_done(FdStore *store);
