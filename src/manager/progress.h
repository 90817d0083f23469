/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What running jobs say of themselves: 42 %, "copying /home".
 *
 * One commit follows the other, so what comes fast is written together, and always with the end. The runner
 * says it again to whoever connects, so a crash loses nothing.
 */

#include "manager/execution.h"

/* `progress` -1, `status_text` NULL: it has not said any. */
void execution_on_progress(Execution *execution, unsigned attempt, int progress, const char *status_text);
/* A new attempt begins: it has not said anything. */
void execution_forget_progress(Execution *execution);
