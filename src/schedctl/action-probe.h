/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What action programs there are, without a daemon: each is asked here, as the caller. */

#include "job/action-catalog.h"

/*
 * Asks the programs of these directories, those that the daemon would trust. Whoever does not answer in time,
 * or not well, is in the catalog with the reason. Returns 0 or -ENOMEM.
 */
int action_probe(char *const *directories, bool system_mode, ActionCatalog *ret);
