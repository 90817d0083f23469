/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Taking up units that an earlier runner had asked for. */

#include "runner/fd-store.h"
#include "runner/run-context.h"

/*
 * Makes a run of a record without an outcome that has a start; it takes the start over. The pipes come from
 * the store, or, where it has none, from the job's own end of them.
 */
int unit_take_up(RunContext *context, RunRecord *record, FdStore *store, Run **ret);
