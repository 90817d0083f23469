/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What tells this machine from others, where jobs are spread by it. */

#define MACHINE_ID_TEXT_MAX 33U /* a 128-bit id in hex, and NUL */

/*
 * Derived from the machine's own id, which is kept to itself: the same for all our programs, as long as the
 * machine keeps its id. "" if it has none, as a container or an early boot may. Returns `buffer`.
 */
const char *machine_id_derive(char buffer[static MACHINE_ID_TEXT_MAX]);
