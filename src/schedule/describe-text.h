/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Sets of times and days in English, for the descriptions of schedules. They are said as the set is, not as
 * it was written: "0-59" and "*" are the same words, and whatever has no nicer form is listed. A set is a bit
 * mask and never empty.
 */

#include "util/buffer.h"
#include "util/types.h"

#define DESCRIBE_ALL_SECONDS ((1ULL << 60) - 1)
#define DESCRIBE_ALL_MINUTES ((1ULL << 60) - 1)
#define DESCRIBE_ALL_HOURS ((1ULL << 24) - 1)
#define DESCRIBE_ALL_DAYS 0xfffffffeU /* bit 1 is the first of the month */
#define DESCRIBE_ALL_MONTHS 0x1ffeU   /* bit 1 is January */
#define DESCRIBE_ALL_WEEKDAYS 0x7fU   /* bit 0 is Sunday */

/* So many times of the day are listed one by one. */
#define DESCRIBE_TIMES_MAX 6U

typedef struct DescribeTimes {
        uint64_t hours, minutes, seconds;
} DescribeTimes;

static inline unsigned describe_count(uint64_t mask) {
        return (unsigned) __builtin_popcountll(mask);
}

static inline unsigned describe_lowest(uint64_t mask) {
        return (unsigned) __builtin_ctzll(mask);
}

/* What stands before item `i` of `n` in an enumeration: nothing, ", " or " and ". */
void describe_separator(unsigned i, unsigned n, Buffer *buffer);

/* "1, 5 to 9 and 20", or "1 to 31 in steps of 2"; `words` NULL: the numbers themselves. */
void describe_values(uint64_t mask, const char *const *words, Buffer *buffer);

/* "Monday, Wednesday and Friday", "Friday to Monday"; `as_adverb`: "weekdays" and "weekends", too. */
void describe_weekdays(unsigned weekdays, bool as_adverb, Buffer *buffer);
const char *describe_weekday(unsigned weekday);

/* `before` and "March and June to August"; nothing for all months. */
void describe_months(const char *before, unsigned months, Buffer *buffer);
const char *describe_month(unsigned month);

/* " of the month" or " of March and June". */
void describe_of_months(unsigned months, Buffer *buffer);

/* " in minutes 0 and 5 of the hour between 09:00 and 17:59"; nothing for what is not restricted. */
void describe_minute_window(uint64_t hours, uint64_t minutes, Buffer *buffer);

/*
 * "at 02:30", "every 15 minutes", "every hour at minute 5". Returns true if single times of the day are
 * named, which read on as "on weekdays" or "every day".
 */
bool describe_times(const DescribeTimes *times, Buffer *buffer);
