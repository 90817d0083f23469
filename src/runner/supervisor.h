/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The program as a whole: its parts on one event loop, its signals, and its orderly end. */

#include "runner/supervisor-parts.h"

/* Runs until it is told to stop. Errors are logged. Returns 0 or a negative errno. */
int supervisor_run(const SupervisorOptions *options);
