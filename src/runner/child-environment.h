/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Environment files, read by the child as its user: only async-signal-safe calls, into memory that was there
 * before the fork.
 *
 * The syntax is that of systemd's EnvironmentFile=: NAME=value lines, # and ; comments, single and double
 * quotes, a backslash before a line's end joins it with the next. What systemd would pass over in silence, a
 * line that is no assignment, is a fault here.
 */

#include "util/types.h"

#define ENVIRONMENT_FILES_SIZE_MAX ((size_t) 256 * 1024) /* of all files of a job */
#define ENVIRONMENT_FILES_VARIABLES_MAX 4096U

typedef struct ChildEnvironment {
        char **list; /* NULL-terminated; the first n_fixed are not replaced */
        size_t n, n_max, n_fixed;
        char *memory; /* ENVIRONMENT_FILES_SIZE_MAX and one byte more */
        size_t used;
} ChildEnvironment;

/* What is wrong with a file. */
typedef struct EnvironmentFault {
        int error;     /* a positive errno; EINVAL with a line: the text */
        unsigned line; /* 0: the file as a whole */
} EnvironmentFault;

/*
 * Adds the variables of the file, which replace those of the same name. Only a regular file is read, and no
 * link. Returns false with *reterr.
 */
bool child_environment_read(ChildEnvironment *environment, const char *path, EnvironmentFault *reterr);

/* The same of a text at memory + used, which it overwrites; there must be room for one byte behind it. */
bool child_environment_parse(ChildEnvironment *environment, size_t size, EnvironmentFault *reterr);
