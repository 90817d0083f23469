/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Bodies of jobs, one laid over another. */

#include "job/job-decode.h"
#include "job/yaml-node.h"

/*
 * A body without the keys that are refused in a job of the context's owner, as new nodes of `tree`: an
 * ordinary user's job is none of those that the defaults run as somebody, or first of all. Returns 0 or an
 * errno that is not the user's.
 */
int job_body_allowed(
                const JobDecodeContext *context,
                YamlTree *tree,
                const YamlNode *body,
                const YamlNode **ret);

/* The first key of a body that says what the job does; NULL: none. */
const YamlNode *job_body_action(const JobSite *site, const YamlNode *body);

/*
 * Lays one body over another, as new nodes of `tree`: as yaml_merge() with job_whole_keys, and an action
 * replaces whatever action there was. Either may be NULL. Returns 0 or -ENOMEM.
 */
int job_body_merge(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *under,
                const YamlNode *over,
                const YamlNode **ret);
