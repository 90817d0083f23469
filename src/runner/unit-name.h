/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How a run's transient unit is called, and how a unit is recognised as that of a run. Pure. */

#include "runner/run-record.h"

#define UNIT_NAME_SIZE 256U
/* Also matches units that are not ours, the runner's own among them: unit_description_parse() decides. */
#define UNIT_NAME_PATTERN "jobsched-*.service"

/*
 * "jobsched-JOB-EXECUTION.service", with "-ATTEMPT" behind the execution from the second attempt on. What may
 * not stand in the name of a unit is escaped as systemd does it, and a name that would be too long is cut:
 * the execution makes it unique.
 */
const char *unit_name_format(const RunKey *key, const char *job, char buffer[static UNIT_NAME_SIZE]);

/*
 * What systemctl shows; it ends with the generation of runs/ and the key, by which the unit is found again.
 * Returns 0 or -ENOMEM.
 */
int unit_description_format(const char *generation, const RunKey *key, const char *job, char **ret);
/* -EINVAL: not the description of a run's unit, or one of another runner's. */
int unit_description_parse(const char *description, const char *generation, RunKey *ret);
