/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Action programs: the executables of the actions directories, each of the name of the kind that it does.
 *
 * One is opened and judged as job files are, and executed by that descriptor: what is found in its place
 * later is of no account. The directories are few, and root's or those of the user whose private runner this
 * is, so that looking into them holds nobody up.
 */

#include "util/file-trust.h"
#include "util/types.h"

/* As the keys of jobs: [a-z][a-z0-9-]{0,31}. */
bool action_kind_valid(const char *kind);

/*
 * Opens the program of a kind in the first directory that has one. *ret_fd can only be executed. Returns 0
 * with *ret_path, or a negative errno with a sentence in *reterr_message (NULL: out of memory): -EINVAL (no
 * name of a kind), -ENOENT, -EPERM (others could change it), -EACCES (it is no executable file).
 */
int action_program_find(
                char *const *directories,
                const FileTrust *trust,
                const char *kind,
                int *ret_fd,
                char **ret_path,
                char **reterr_message);

/* The same of one file, whose path is absolute. */
int action_program_open(const char *path, const FileTrust *trust, int *ret_fd, char **reterr_message);
