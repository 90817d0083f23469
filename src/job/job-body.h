/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A job as nodes: between the files, which are merged as nodes, and the decoder. */

#include "job/job-decode.h"
#include "job/yaml-node.h"

#define JOB_NAME_RULE "up to 128 letters, digits, '_', '.', '@' and '-', the first a letter, digit or '_'"

typedef struct JobBody {
        const YamlTree *tree; /* names the files of the nodes */
        const YamlNode *node; /* merged */
        const char *name;
        unsigned line;
} JobBody;

/* Keys that replace as a whole when bodies are merged, NULL-terminated. */
extern const char *const job_whole_keys[];

/* Whether it is a key of jobs, beside the kinds of action programs. */
bool job_key_is_known(const char *key);

/* "command", "http", or the kind of an action program: a job has one of them. */
bool job_key_is_action(const JobSite *site, const char *key);

/* Returns 0, -EINVAL with errors in `diagnostics`, or another errno. Warnings are added in any case. */
int job_decode_body(
                const JobDecodeContext *context,
                const JobBody *body,
                Diagnostics *diagnostics,
                Job **ret);

/*
 * Adds the faults of the body that a template lays below its jobs, `parameters` included: nothing is missing,
 * but what is there is right. Fills *ret with what it declares, also if it is faulty. As below.
 */
int job_check_template(
                const JobDecodeContext *context,
                const JobBody *body,
                Diagnostics *diagnostics,
                ParameterSet *ret);

/* Adds the faults of a `defaults:` mapping. Returns 0 or an errno that is not the user's. */
int job_check_defaults(
                const JobDecodeContext *context,
                const YamlTree *tree,
                const YamlNode *node,
                Diagnostics *diagnostics);
