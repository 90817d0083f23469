/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How far a job is moved away from its due times, so that many of them do not start at once. */

#include <sys/types.h>

#include "util/types.h"

/*
 * The same for a job whenever it is asked for: from 0 up to, but not including, `up_to_usec`; 0 if that is 0.
 * `machine_id` NULL: it is the same on all machines.
 */
usec_t stable_delay(const char *machine_id, uid_t owner_uid, const char *job, usec_t up_to_usec);
