/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Editing the definition of a job that was made at run time. */

#include "schedctl/context.h"

/*
 * Edits the job of that name if it is one: what was written when it was made or changed, which the daemon
 * takes only if it is good, and only if nobody else has changed it meanwhile. *ret_done is false if there is
 * no daemon or no such job of its. Returns a status.
 */
int edit_runtime_job(Context *context, const char *name, bool *ret_done);
