/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a definition may not be, although each of its keys is good. */

#include "manager/manager-internal.h"

/*
 * An `at` of `job` that has gone by, and that the definition before it (NULL: none) did not have;
 * USEC_INFINITY: none. One that is hardly late is none: it was "now" when it was written.
 */
usec_t definition_past_instant(const Manager *manager, const Job *job, const Job *before);

/*
 * From when on a job with nothing but `at` owes what is due: its first one that is hardly late, or now. What
 * falls due before the definition is applied is not in the past, then. 0: it has another schedule, or none.
 */
usec_t definition_owes_from(const Manager *manager, const Job *job);
