/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The words of `why`: what a row says, as sentences for people. */

#include "manager/manager-internal.h"
#include "util/buffer.h"

typedef struct Why {
        Manager *manager;
        ScheduledJob *job;
        usec_t now_usec;
        Buffer text;
        WhyAnswer *answer;
} Why;

#define SAY(why, ...) ((void) buffer_add_format(&(why)->text, __VA_ARGS__)) /* checked when it is taken */

/* Local time of the job, with its offset; to the second, since this is prose. */
const char *why_local_time(const Why *why, usec_t instant_usec, char buffer[static TIMESTAMP_MAX]);

/* What a reason means, to stand after "skipped: ", "missed: ", "failed: " and so on; "" for none. */
const char *why_reason_phrase(ExecutionReason reason);

/* The sentence of a row, without its end. */
void why_say_row(Why *why, const ExecutionRecord *record);
