/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The process that keeps a run's whole output in a file: the runner's own program, as the job's user, so that
 * nothing is opened, renamed or removed that the user may not, and so that a slow disk stops nobody else. It
 * writes what it reads on standard input until that ends.
 *
 * On standard output it says, a line each: "opened", "failed TEXT" (and ends), "note TEXT", and at the end,
 * if something could not be written, "lost BYTES TEXT".
 */

#include "util/types.h"

#define OUTPUT_WRITER_LINE_MAX 512U

typedef struct OutputWriter {
        const char *path;
        const char *pattern;  /* fnmatch() of the names of all files of its kind; "": PATH.1 … are */
        uint64_t keep_files;  /* 0: all */
        usec_t keep_age_usec; /* USEC_INFINITY: for ever */
        bool anew;            /* what is in PATH becomes PATH.1, if there is no pattern and any limit */
} OutputWriter;

/* The command line of it, for output_writer_main(). Returns 0 or -ENOMEM. */
int output_writer_arguments(const char *program, const OutputWriter *writer, char ***ret);
/* `arguments` are those behind the option. Returns an exit status. */
int output_writer_main(char *const *arguments);

/* PATH becomes PATH.1, PATH.1 becomes PATH.2, and so on. Returns 0 or a negative errno. */
int output_writer_rotate(const OutputWriter *writer);
/* Removes what is too old or too much, never PATH itself. Returns 0 or a negative errno. */
int output_writer_purge(const OutputWriter *writer, usec_t now_usec);
