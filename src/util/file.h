/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Files, bounded and whole. */

#include "util/types.h"

/*
 * Reads all of a descriptor, NUL-terminated. `ret_size` may be NULL. Returns 0, -EFBIG when it holds more
 * than `max_bytes`, or another negative errno.
 */
int fd_read_all(int fd, size_t max_bytes, char **ret, size_t *ret_size);

/* The same of a path (regular file, following links). -EISDIR or -EINVAL if it is not a regular file. */
int file_read(const char *path, size_t max_bytes, char **ret, size_t *ret_size);

/* Writes all of it, on a blocking descriptor, through EINTR and short writes. */
int fd_write_all(int fd, const void *data, size_t size);

/*
 * Writes a temporary file beside `path`, syncs if asked, and renames it. The old file stays on any failure,
 * except that of the very last step, the sync of the directory.
 */
int file_replace(const char *path, const void *data, size_t size, mode_t mode, bool sync);

/* A memfd with the content, sealed against WRITE, SHRINK, GROW and SEAL, at offset 0. Returns the fd. */
int memfd_new_sealed(const char *name, const void *data, size_t size);

/* Checks those seals (-EPERM) and the size (-EFBIG), then reads it. For descriptors from another process. */
int memfd_read_sealed(int fd, size_t max_bytes, char **ret, size_t *ret_size);

/* mkdir -p; existing directories keep their mode. */
int directory_make_all(const char *path, mode_t mode);

/* With exactly one slash between them. Returns 0 or -ENOMEM. */
int path_join(const char *directory, const char *name, char **ret);
