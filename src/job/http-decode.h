/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `http:` to the request that the worker for HTTP understands (src/http/http-request.h has its members): the
 * texts of the mapping with their ${…} as they are, contents of files by their number in Job.request.files.
 */

#include "job/job.h"
#include "job/yaml-field.h"

/*
 * Fills job->request from the value of 'http' in `body`, and bounds job's time-out by that of the request,
 * once the job's other keys are known: parameters say what may stand in ${…}. Faults are in the diagnostics.
 * Returns 0 or -ENOMEM.
 */
int job_decode_http(const YamlContext *context, const YamlNode *body, const YamlNode *node, Job *job);
/* The same for `defaults:`: checks what can be checked of a part of it. */
int job_check_http(const YamlContext *context, const YamlNode *node);

extern const YamlField http_action_fields[];
