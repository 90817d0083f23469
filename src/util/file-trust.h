/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Who may write a file that says what is run: nobody but root, or but root and oneself with --user. */

#include <sys/stat.h>

#include "util/diagnostics.h"
#include "util/types.h"

typedef struct FileTrust {
        uid_t owner_uid;  /* trusted beside root */
        bool system_mode; /* only root is trusted */
} FileTrust;

/*
 * Of a descriptor's fstat(). Returns NULL, or what is wrong with it, as in "PATH …": static text. A directory
 * that everyone may write to is fine if it is sticky, as /tmp: what lies in it is judged by its own owner.
 */
const char *file_trust_fault(const struct stat *status, const FileTrust *trust);

/*
 * Judges each directory on the way to `path`, which is absolute, and each link: also those that other links
 * lead to, for whoever could change one of them could say which file is read. Returns 0, -EPERM with one
 * error in `diagnostics`, or another errno (-ENOENT …).
 */
int file_trust_check_directories(const char *path, const FileTrust *trust, Diagnostics *diagnostics);
