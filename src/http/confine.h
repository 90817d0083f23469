/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "util/types.h"

/*
 * Gives up what a process that only speaks HTTP does not need: as root first the identity, for that of the
 * user `jobsched-http`, or else of `nobody`; then new privileges, other programs, debugging, mounts, kernel
 * modules and the like; core files and files of any size. For good.
 *
 * Returns 0, or a negative errno: the process must not go on.
 */
int confine(void);
