/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What every action program does: --describe, --help, --version, or a request on stdin, a result on stdout.
 */

#include "actions/action-parameter.h"

/* main() of the program. The exit status is 0 when it was done, 1 when it failed, 2 for a wrong usage. */
int action_main(const ActionProgram *program, int argc, char *argv[]);
