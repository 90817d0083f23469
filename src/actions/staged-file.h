/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A file that comes into being all at once: written without a name, or where the file system cannot do that
 * under a hidden one, beside the place where it is published. Whoever is killed before leaves the old file,
 * and nothing of the new one.
 */

#include <sys/stat.h>

#include "actions/place.h"

typedef struct StagedFile {
        int fd; /* for writing and reading */
        int directory_fd;
        char *temporary; /* its hidden name; NULL: it has none yet */
} StagedFile;

#define STAGED_FILE_NONE ((StagedFile){ .fd = -EBADF, .directory_fd = -EBADF })

/* Returns 0 or a negative errno. The directory of the place has to stay open as long. */
int staged_file_open(const Place *place, StagedFile *ret);
void staged_file_done(StagedFile *file);

/*
 * Syncs it and gives it the name of the place: with `replace` whatever is there, else -EEXIST if there is
 * anything. Returns 0 or a negative errno.
 */
int staged_file_publish(StagedFile *file, const Place *place, bool replace);

/* The mode of a new file where none was asked for: of what it replaces, else `wanted` less the umask. */
mode_t staged_file_mode(const Place *place, mode_t wanted);
