/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* JOBSCHED_PARENT_…: what an execution that another job's end has started is told of that end. */

#include "manager/manager-internal.h"

/*
 * Reads the parent, and the others of a join, from the store, so that it is the same after a restart of the
 * daemon. *ret is a list of "NAME=value"; NULL: nothing started it, or it is not known any more. Returns 0 or
 * a negative errno.
 */
int parent_environment(const Execution *execution, char ***ret);
