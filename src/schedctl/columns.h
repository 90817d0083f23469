/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Cells that several tables have. */

#include <jansson.h>

#include "schedctl/context.h"
#include "schedctl/table.h"

/* How a state of a job or of an execution looks. */
Colour state_colour(const char *state);
Glyph state_glyph(const char *state);

/* "code 3", "SIGKILL", "" */
#define EXIT_TEXT_MAX 32U
const char *exit_text(const json_t *execution, char buffer[static EXIT_TEXT_MAX]);

/* "SIGKILL", or "signal 42" where it has no name. */
const char *signal_text(int number, char buffer[static EXIT_TEXT_MAX]);

/* From its start to its end, or to now while it runs; USEC_INFINITY: it never started. */
usec_t execution_duration(const json_t *execution, usec_t now_usec);

void column_instant(Table *table, const Context *context, usec_t instant_usec);
void column_relative(Table *table, const Context *context, usec_t instant_usec);
void column_glyph(Table *table, const Context *context, const char *state);

/* The table of executions, which `status` shows too. */
extern const TableColumn execution_columns[];
extern const size_t n_execution_columns;
void columns_add_execution(Table *table, const Context *context, const json_t *execution);
