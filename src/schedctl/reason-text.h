/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A reason of SEMANTICS 5 as a sentence without its full stop; by the state where there is no reason. Static.
 */
const char *reason_text(const char *state, const char *reason);
