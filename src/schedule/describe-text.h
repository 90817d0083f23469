/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Sets of times and days in English, for the descriptions of schedules. They are said as the set is, not as
 * it was written: "0-59" and "*" are the same words. A set is a bit mask and never empty.
 */

#include "util/buffer.h"
#include "util/types.h"

#define DESCRIBE_ALL_MINUTES ((1ULL << 60) - 1)
#define DESCRIBE_ALL_HOURS ((1ULL << 24) - 1)
#define DESCRIBE_ALL_MONTHS 0x1ffeU /* bit 1 is January */
#define DESCRIBE_ALL_WEEKDAYS 0x7fU /* bit 0 is Sunday */

static inline unsigned describe_count(uint64_t mask) {
        return (unsigned) __builtin_popcountll(mask);
}

static inline unsigned describe_lowest(uint64_t mask) {
        return (unsigned) __builtin_ctzll(mask);
}

static inline unsigned describe_highest(uint64_t mask) {
        return 63 - (unsigned) __builtin_clzll(mask);
}

/* The step of a series that goes on evenly from one turn of its field to the next; 0 if it is none. */
unsigned describe_even_step(uint64_t mask, unsigned size);

/* "1, 5 to 9 and 20", or "1 to 31 in steps of 2". */
void describe_values(uint64_t mask, Buffer *buffer);

/* "Monday, Wednesday and Friday", "Friday to Monday"; `as_adverb`: "weekdays" and "weekends", too. */
void describe_weekdays(unsigned weekdays, bool as_adverb, Buffer *buffer);

/* `before` and "March and June to August"; nothing for all months. */
void describe_months(const char *before, unsigned months, Buffer *buffer);

/* " between 09:00 and 17:59", " in the hours 1 and 5"; nothing for all hours. */
void describe_hours(uint64_t hours, Buffer *buffer);

/* "every 15 minutes between 09:00 and 17:59", "every hour at minute 5": times that are too many to list. */
void describe_minutes(uint64_t hours, uint64_t minutes, Buffer *buffer);
