/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* calendar --batch: requests as lines of JSON, and for each a line of answer, in order. */

#include "schedctl/calendar-answer.h"
#include "util/buffer.h"

/* A longer line is not read, but answered with an error. */
#define CALENDAR_LINE_MAX ((size_t) 1 << 20)

/*
 * Answers one line, which is without its line break; what is wrong with it is said in the answer, which ends
 * with a line break. `scratch` is kept from line to line. Returns 0, -ENOMEM or what reading a zone's file
 * may give.
 */
int calendar_batch_answer(
                const CalendarEnvironment *environment,
                const char *line,
                size_t size,
                CalendarAnswer *scratch,
                Buffer *answers);

/*
 * Answers all of `input` on `output`. What is ready is written before reading would block. Returns 0 when
 * each line has its answer, or a negative errno of reading or writing.
 */
int calendar_batch(const CalendarEnvironment *environment, int input, int output);
