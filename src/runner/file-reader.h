/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The process that reads the files of an HTTP request: the runner's own program, as the job's user, so that
 * nothing is read that the user may not, and so that a file system that hangs stops nobody else. It writes
 * them as pieces (http-piece.h) to standard input, which is a memfd; then "done" to standard output, or
 * "failed TEXT".
 */

#include "util/types.h"

#define FILE_READER_LINE_MAX 512U
#define FILE_READER_SIZE_MAX ((size_t) 16 * 1024 * 1024) /* of all files together */

/* The command line of it. Returns 0 or -ENOMEM. */
int file_reader_arguments(const char *program, char *const *paths, char ***ret);
/* `paths` are the arguments behind the option. Returns an exit status. */
int file_reader_main(char *const *paths);
