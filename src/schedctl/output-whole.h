/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The whole output of an execution of which the database keeps the begin and the end only: in the journal. */

#include <jansson.h>

#include "schedctl/output-printer.h"

/*
 * Prints the output of the execution's last attempt, line by line as it is read. Returns 1, 0 when the
 * journal has nothing of it or cannot be read by the caller (nothing was printed then), or a negative errno.
 */
int output_whole_print(const Context *context, const json_t *execution, OutputPrinter *printer);
