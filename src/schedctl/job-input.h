/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Definitions of jobs as the user gives them: a text or a file with one job's keys or a whole file of jobs,
 * or the options of the command line. */

#include "schedctl/context.h"
#include "schedctl/draft.h"

typedef struct JobInputItem {
        char *name;
        char *source; /* YAML, the keys of a job */
} JobInputItem;

typedef struct JobInput {
        Draft draft;
        JobInputItem *items;
        size_t n_items;
        bool as_written;                          /* the source is the text itself */
        const YamlNode *profiles, *paused, *once; /* of a whole file: mappings of it; NULL: none */
} JobInput;

void job_input_done(JobInput *input);

/*
 * Reads a text. With a `name`, or without a key `jobs`, it is one job's; else a file of jobs, whose
 * `defaults` go into each. `file` names it in messages. Says what is wrong. Returns a status.
 */
int job_input_parse(JobInput *input, const char *file, const char *name, const char *text, size_t size);

/* The same of a file, or of standard input ("-", or NULL). */
int job_input_read(JobInput *input, const char *path, const char *name);

/* A job of the options: --schedule, --every, --http, --set, …, and the command behind "--". Returns a status.
 */
int job_input_from_options(JobInput *input, const Context *context, const char *name);

/* Puts what the options say into a draft, without an action of its own. Returns a status. */
int job_options_apply(const Context *context, Draft *draft);

/* Whether any option defines something of a job. */
bool job_options_given(const Context *context);
