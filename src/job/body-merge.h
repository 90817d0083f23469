/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Bodies of jobs, one laid over another. */

#include "job/job-decode.h"
#include "job/yaml-node.h"

/* A body without the keys that are refused in the jobs of ordinary users, as new nodes of `tree`. Returns 0
 * or -ENOMEM. */
int job_body_unprivileged(YamlTree *tree, const YamlNode *body, const YamlNode **ret);

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
