/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where a file is: its directory, held open, and its name in it. With a root no part of the path may lead out
 * of it, through links or "..", whoever changes them meanwhile (openat2(2), RESOLVE_BENEATH); a kernel that
 * cannot promise that is an error.
 */

#include "util/cleanup.h"
#include "util/types.h"

typedef struct Place {
        int directory_fd; /* O_PATH */
        char *name;       /* no '/' in it, neither "." nor ".." */
} Place;

#define PLACE_NONE ((Place){ .directory_fd = -EBADF })

typedef enum PlaceFlags {
        PLACE_MAKE_DIRECTORIES = 1 << 0,
} PlaceFlags;

/*
 * `root` may be NULL; both are absolute. Returns 0, -EINVAL (not absolute, no name of a file), -EXDEV (not
 * below the root), -ENOSYS (no openat2), or another negative errno.
 */
int place_open(const char *root, const char *path, unsigned flags, Place *ret);
void place_done(Place *place);

/*
 * Opens the regular file for reading; without a root the last part may be a link, with one it may be a link
 * that stays below. Returns the descriptor, the errors of place_open(), -EISDIR, or -ENOTSUP if it is neither
 * file nor directory.
 */
int place_read(const char *root, const char *path);
/* The same for appending to a file that is there. */
int place_append(const char *root, const char *path);

/* What such an error means, for "Cannot read 'PATH': …". */
const char *place_strerror(int error);
