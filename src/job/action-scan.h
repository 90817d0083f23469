/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which action programs lie in the directories: names and stamps, but not what they say. */

#include "util/types.h"

#define ACTION_STAMP_MAX 128U

typedef struct ActionFile {
        char *name; /* of the kind */
        char *path;
        bool builtin;                 /* of the last directory, which has those that come with jobsched */
        char stamp[ACTION_STAMP_MAX]; /* another one when the file is another */
} ActionFile;

typedef struct ActionFiles {
        ActionFile *items; /* by name */
        size_t n_items;
        char **refused; /* sentences on what looks like one and is none */
} ActionFiles;

void action_files_done(ActionFiles *files);

/*
 * Of each name the first directory's file counts. A missing directory is an empty one; what is not executable
 * is not a program. Returns 0, or -ENOMEM.
 */
int action_files_scan(char *const *directories, ActionFiles *ret);
