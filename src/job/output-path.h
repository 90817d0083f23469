/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `output.file:` - the path with its expansions: %n the job, %i the execution, %t the due time as
 * 20260329T010000Z, %% a percent sign, and of strftime(3), for the due time in the job's zone, those that
 * give one short word or number (%Y %m %d %H %M %S %F %T …). Pure.
 */

#include "schedule/time-zone.h"
#include "util/types.h"

#define OUTPUT_PATH_LENGTH_MAX 4095U

typedef struct OutputPathFacts {
        const char *job;
        uint64_t execution_id;
        usec_t due_usec;
        const TimeZone *zone; /* NULL: UTC */
} OutputPathFacts;

/*
 * Returns 0, or -EINVAL with a reason (static text) in *reterr: not absolute, "..", no name of a file, or a
 * percent sign before something else.
 */
int output_path_check(const char *text, const char **reterr);

/*
 * Expands a path that output_path_check() has found right. The '/' in the name of a user's
 * runtime job becomes '_', so that the directories are those that were written. Returns 0, -EINVAL,
 * -ENAMETOOLONG, or -ENOMEM.
 */
int output_path_expand(const char *text, const OutputPathFacts *facts, char **ret);

/*
 * What all files of the job are called in that directory, for fnmatch() with FNM_EXTMATCH: digits stand for
 * digits, so that the files of a job `a` are not those of a job `a-b`. "" if the name is always the same.
 */
int output_path_pattern(const char *text, const OutputPathFacts *facts, char **ret);
