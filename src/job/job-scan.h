/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which files of the drop-in directories count: names, precedence and masks, but not what is in them. */

#include <sys/stat.h>

#include "util/diagnostics.h"
#include "util/file-trust.h"
#include "util/types.h"

typedef struct ScanDirectory {
        int fd;           /* -EBADF: missing */
        const char *path; /* borrowed */
        Diagnostic fault; /* valid (message != NULL) if it is not trusted */
} ScanDirectory;

typedef struct ScanFile {
        char *name;
        unsigned directory; /* index */
        bool may_be_link;   /* or something else that is no regular file */
} ScanFile;

typedef struct DirectoryScan {
        ScanDirectory *directories;
        size_t n_directories;
        ScanFile *files; /* "*.yaml" in effect, sorted by name; masked ones are left out */
        size_t n_files;
        char **override_names; /* "NAME.yaml" of each directory "NAME.yaml.d", sorted, each once */
        size_t n_override_names;
} DirectoryScan;

void directory_scan_done(DirectoryScan *scan);

/*
 * Lists the directories, highest precedence first. A missing one is an empty one. Returns 0, -E2BIG with an
 * error in `diagnostics` for too many files, or an errno of the system.
 */
int directory_scan_read(
                char *const *paths,
                size_t n_paths,
                const FileTrust *trust,
                Diagnostics *diagnostics,
                DirectoryScan *ret);

bool directory_scan_has_overrides(const DirectoryScan *scan, const char *name);

/* "DIRECTORY/NAME"; NULL: out of memory. */
char *directory_scan_path(const DirectoryScan *scan, const ScanFile *file);

/*
 * Opens a file and judges it. Returns 1 with a descriptor of a regular file, 0 if there is nothing (it has
 * gone, or is masked), -EPERM with one error in `diagnostics`, or an errno of the system.
 */
int directory_scan_open(
                const DirectoryScan *scan,
                const ScanFile *file,
                const FileTrust *trust,
                Diagnostics *diagnostics,
                int *ret_fd,
                struct stat *ret_status);
