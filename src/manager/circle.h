/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Jobs of all origins that would wait for each other, or start each other, for ever. */

#include "job/job.h"

typedef int (*circle_found_t)(void *userdata, const Job *job, const char *circle);

/* Whether it waits for others, or starts them. */
bool circle_is_possible(const Job *job);

/*
 * Calls `found` for each job that is on a circle with others of these, which is "a -> b -> a"; a negative
 * return stops and goes up. Sorts the jobs by name. Returns 0 or a negative errno.
 */
int circle_search(const Job **jobs, size_t n_jobs, circle_found_t found, void *userdata);
