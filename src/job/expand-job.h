/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which texts of a job take parameters: the items of a `command` list, the values of `environment`, `stdin`,
 * `directory` and `output.file`, if the job declares any; requests see to their own.
 */

#include "job/job.h"

/*
 * True for an item of a command list that a shell will read as a program: what follows its "-c". No parameter
 * may stand in it, and it is taken as it is written.
 */
bool expand_is_script(char *const *arguments, size_t index);

/* How an item of a command list is expanded: EXPAND_PATH for the program. */
unsigned expand_argument_flags(size_t index);

/* What a job's own texts are with the values of one execution. */
typedef struct ExpandedJob {
        char **arguments;   /* NULL: the command is a text, or there is none */
        char **environment; /* "NAME=value", JOBSCHED_P_… of the parameters after the job's own */
        char *input;        /* NULL: none */
        char *directory;    /* NULL: none */
        char *output_file;  /* with its % patterns, and those of values taken for what they are; NULL: none */
} ExpandedJob;

void expanded_job_done(ExpandedJob *expanded);

/*
 * `values` may be NULL: none. Returns 0, -EINVAL with *ret_error (a value cannot stand where it would), or
 * -ENOMEM.
 */
int expand_job(const Job *job, const ParameterValues *values, ExpandedJob *ret, char **ret_error);

/* Only that, before the % patterns: NULL if there is none. As above. */
int expand_output_file(const Job *job, const ParameterValues *values, char **ret, char **ret_error);
