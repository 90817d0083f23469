/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The regular files of one directory whose names match a pattern. */

#include "util/types.h"

/*
 * The last part of `path` is the pattern, as of the shell: a leading dot has to be written. *ret is sorted,
 * NULL if there are none. Returns 0, an error of place_open(), -E2BIG (more than 10,000), or another negative
 * errno.
 */
int file_glob(const char *root, const char *path, char ***ret);
