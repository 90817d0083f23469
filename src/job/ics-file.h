/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The iCalendar files that `except:` names. */

#include <sys/stat.h>

#include "job/job-decode.h"

#define ICS_SIZE_MAX ((size_t) 1024 * 1024)

typedef struct IcsFile {
        char *text;         /* NULL: it cannot be had */
        const char *fault;  /* why not, as the end of a sentence; valid if text is NULL; static text */
        struct stat status; /* of what was opened; all zero: nothing */
} IcsFile;

void ics_file_done(IcsFile *file);

/*
 * Reads the file for a job of the context's owner. The system's daemon may read what its users may not: an
 * ordinary user's job gets only what belongs to that user, or is root's and open to all, and is told nothing
 * of anything else. Returns 0, also for a file that cannot be had, or -ENOMEM.
 */
int ics_file_read(const JobDecodeContext *context, const char *path, IcsFile *ret);
