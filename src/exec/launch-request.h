/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The request of an action, as it goes to who does it, and what its result says. */

#include "exec/executor.h"

/*
 * The job's mapping with its parameters in it: paths with their % patterns, texts with credentials as lists
 * of parts (expand.h). Returns 0 with *ret (JSON), -EINVAL (it cannot be expanded), or -ENOMEM.
 */
int launch_request_expand(const Launch *launch, char **ret);

/* The files that its request sends, in their order, as paths. Returns 0, -EINVAL, or -ENOMEM. */
int launch_request_files(const Launch *launch, char ***ret);

/* The credentials of the job and those that its request names, each once. Returns 0 or -ENOMEM. */
int launch_request_credentials(const Job *job, char ***ret);

/* The sentence that a result has for people, its member "message". Returns 1 with *ret, 0 (none), or -ENOMEM.
 */
int launch_result_message(const char *result, char **ret);
