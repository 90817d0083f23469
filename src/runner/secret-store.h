/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Values of secret parameters, kept for the daemon, which itself knows no more than their ids: one file each,
 * 0600 of the runner's user, named STORE.ID, so that a daemon with another store drops only its own.
 */

#include "util/types.h"

#define SECRET_SIZE_MAX ((size_t) 64 * 1024)

/* The file of a secret. Returns 0, -EINVAL (no such name can be), or -ENOMEM. */
int secret_path(const char *directory, const char *store, const char *id, char **ret);

/*
 * Makes the directory if it has to. What is there under that id is replaced. It is on the disk on return: the
 * caller waits for it, which is short and rare. Returns 0, -EINVAL, -E2BIG, or another errno.
 */
int secret_keep(const char *directory, const char *store, const char *id, const void *value, size_t size);

/* Returns 0, also if there is none, or a negative errno. */
int secret_drop(const char *directory, const char *store, const char *id);

/*
 * Drops the secrets of that store but those of `ids`, which are sorted, each SECRET_ID_LENGTH long and next
 * to each other; also what a runner that was killed had not written to its end. Returns how many, or a
 * negative errno.
 */
int secret_drop_others(const char *directory, const char *store, const char *ids, size_t n_ids);
