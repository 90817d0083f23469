/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The request of a job (http, or an action program's) with the values of one execution: whether it can be. */

#include "job/job.h"

/*
 * Whether the values can stand where they would: paths, and texts that have to become a URL. `values` may be
 * NULL: none. Returns 0, -EINVAL with *ret_error (a sentence), or -ENOMEM.
 */
int expand_request_check(const Job *job, const ParameterValues *values, char **ret_error);
