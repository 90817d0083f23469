/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The words are read one after the other into a wish: a date, a time of day, and something to add. What was
 * not said is taken from now.
 */

#include "schedctl/at-time.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"
#include "util/timestamp.h"

#define WORD_MAX 16U
#define NUMBER_DIGITS_MAX 9U
#define YEAR_MAX 9999
#define LEAP_CYCLE_YEARS 8 /* every date comes within so many years */

typedef enum Unit {
        UNIT_MINUTE,
        UNIT_HOUR,
        UNIT_DAY,
        UNIT_WEEK,
        UNIT_MONTH,
        UNIT_YEAR,
        UNIT_COUNT,
} Unit;

typedef struct Wish {
        CivilTime now; /* in the zone, without seconds */
        CivilTime time;
        bool has_date, has_time, has_year, is_now, is_utc;
        int64_t amount; /* to be added */
        Unit unit;
        const char *error;
} Wish;

static const char *const month_names[] = { "january",  "february", "march",  "april",     "may",
                                           "june",     "july",     "august", "september", "october",
                                           "november", "december", NULL };
static const char *const weekday_names[] = { "sunday",   "monday", "tuesday",  "wednesday",
                                             "thursday", "friday", "saturday", NULL };
static const char *const unit_names[] = {
        [UNIT_MINUTE] = "minute", [UNIT_HOUR] = "hour", [UNIT_DAY] = "day", [UNIT_WEEK] = "week",
        [UNIT_MONTH] = "month",   [UNIT_YEAR] = "year", [UNIT_COUNT] = NULL
};

static int fail(Wish *wish, const char *sentence) {
        wish->error = sentence;
        return -EINVAL;
}

/* --- words ----------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *at) {
        return at + strspn(at, " \t\n");
}

/* Lower-case letters at *cursor, which moves behind them; "" if there are none, or too many. */
static void take_word(const char **cursor, char word[static WORD_MAX]) {
        size_t n = 0;

        while (isalpha((unsigned char) (*cursor)[n]))
                n++;
        for (size_t i = 0; i < n && n < WORD_MAX; i++)
                word[i] = (char) tolower((unsigned char) (*cursor)[i]);
        word[n < WORD_MAX ? n : 0] = '\0';
        *cursor += n;
}

/* Digits at *cursor, which moves behind them. Returns how many, 0 if there are none or too many. */
static size_t take_number(const char **cursor, int64_t *ret) {
        size_t n = strspn(*cursor, "0123456789");

        if (n == 0 || n > NUMBER_DIGITS_MAX)
                return 0;
        *ret = strtoll(*cursor, NULL, 10);
        *cursor += n;
        return n;
}

/* By the whole name or its first three letters. Returns the index or -1. */
static int find_name(const char *const *names, const char *word) {
        for (int i = 0; names[i]; i++)
                if (strcmp(word, names[i]) == 0 || (strlen(word) == 3 && strncmp(word, names[i], 3) == 0))
                        return i;
        return -1;
}

/* "minute", "minutes", "min", "mins", "hour", … */
static int find_unit(const char *word) {
        for (int i = 0; i < UNIT_COUNT; i++) {
                size_t length = strlen(unit_names[i]);

                if (strncmp(word, unit_names[i], length) == 0 &&
                    (word[length] == '\0' || strcmp(word + length, "s") == 0))
                        return i;
        }
        return strcmp(word, "min") == 0 || strcmp(word, "mins") == 0 ? UNIT_MINUTE : -1;
}

/* --- dates ----------------------------------------------------------------------------------------- */

static int set_date(Wish *wish, int64_t year, int64_t month, int64_t day) {
        if (wish->has_date)
                return fail(wish, "there are two dates");
        if (month < 1 || month > 12)
                return fail(wish, "months are 1 to 12");
        if (day < 1 || day > 31)
                return fail(wish, "there is no such day");
        if (year < 100)
                year += year < 70 ? 2000 : 1900;
        if (year > YEAR_MAX)
                return fail(wish, "that year is too far away");

        wish->has_date = true;
        wish->time.date = (CivilDate){ (int) year, (int) month, (int) day };
        return 0;
}

static int set_year_date(Wish *wish, int64_t year, int64_t month, int64_t day) {
        wish->has_year = true;
        return set_date(wish, year, month, day);
}

/* So many days from today. */
static int set_relative_date(Wish *wish, int64_t days) {
        CivilDate date = civil_date_from_days(civil_date_to_days(wish->now.date) + days);

        return set_year_date(wish, date.year, date.month, date.day);
}

static int set_weekday(Wish *wish, int weekday) {
        int days = (weekday - civil_date_weekday(wish->now.date) + 7) % 7;

        return set_relative_date(wish, days > 0 ? days : 7);
}

/* Three numbers with `separator` between them. */
static bool take_three(
                const char **cursor,
                char separator,
                int64_t numbers[static 3],
                size_t lengths[static 3]) {
        const char *at = *cursor;

        for (unsigned i = 0; i < 3; i++) {
                if (i > 0 && *at++ != separator)
                        return false;
                lengths[i] = take_number(&at, &numbers[i]);
                if (lengths[i] == 0)
                        return false;
        }
        *cursor = at;
        return true;
}

/* 2026-03-29, 3/29/26, 29.3.26, 032926, 03292026. Returns 1 if it was one. */
static int parse_numeric_date(Wish *wish, const char **cursor) {
        const char *at = *cursor;
        int64_t n[3] = { 0 };
        size_t lengths[3] = { 0 };
        int r = -EINVAL;

        if (take_three(&at, '-', n, lengths) && lengths[0] == 4)
                r = set_year_date(wish, n[0], n[1], n[2]);
        else if (at = *cursor, take_three(&at, '/', n, lengths))
                r = set_year_date(wish, n[2], n[0], n[1]);
        else if (at = *cursor, take_three(&at, '.', n, lengths))
                r = set_year_date(wish, n[2], n[1], n[0]);
        else if (at = *cursor, (lengths[0] = take_number(&at, &n[0])) == 6)
                r = set_year_date(wish, n[0] % 100, n[0] / 10000, n[0] / 100 % 100);
        else if (lengths[0] == 8)
                r = set_year_date(wish, n[0] % 10000, n[0] / 1000000, n[0] / 10000 % 100);
        else
                return 0;

        *cursor = at;
        return r < 0 ? r : 1;
}

/* A year behind day and month: four digits, a comma may stand before them. */
static int parse_year(Wish *wish, const char **cursor, int64_t month, int64_t day) {
        const char *at = skip_blanks(*cursor);
        int64_t year = 0;

        if (*at == ',')
                at = skip_blanks(at + 1);
        if (take_number(&at, &year) != 4 || *at == ':')
                return set_date(wish, wish->now.date.year, month, day);
        *cursor = at;
        return set_year_date(wish, year, month, day);
}

/* "31 Jul [2027]" at a number. Returns 1 if it was one. */
static int parse_day_month(Wish *wish, const char **cursor) {
        const char *at = *cursor;
        char word[WORD_MAX] = "";
        int64_t day = 0;
        int month, r;

        if (take_number(&at, &day) == 0)
                return 0;
        at = skip_blanks(at);
        take_word(&at, word);
        month = find_name(month_names, word);
        if (month < 0)
                return 0;

        *cursor = at;
        r = parse_year(wish, cursor, month + 1, day);
        return r < 0 ? r : 1;
}

/* Behind "Jul". */
static int parse_month_day(Wish *wish, const char **cursor, int month) {
        const char *at = skip_blanks(*cursor);
        int64_t day = 0;

        if (take_number(&at, &day) == 0)
                return fail(wish, "a month needs a day behind it");
        *cursor = at;
        return parse_year(wish, cursor, month + 1, day);
}

/* Behind "next". */
static int parse_next(Wish *wish, const char **cursor) {
        char word[WORD_MAX] = "";
        int unit, weekday;

        *cursor = skip_blanks(*cursor);
        take_word(cursor, word);
        weekday = find_name(weekday_names, word);
        if (weekday >= 0)
                return set_weekday(wish, weekday);

        unit = find_unit(word);
        if (unit < 0)
                return fail(wish, "behind 'next' comes minute, hour, day, week, month, year or a weekday");
        if (wish->amount != 0)
                return fail(wish, "there are two spans");
        wish->amount = 1;
        wish->unit = (Unit) unit;
        return set_relative_date(wish, 0);
}

/* --- times of day ---------------------------------------------------------------------------------- */

static int set_time(Wish *wish, int64_t hour, int64_t minute) {
        if (wish->has_time || wish->is_now)
                return fail(wish, "there are two times of day");
        if (hour > 24 || (hour == 24 && minute > 0))
                return fail(wish, "hours are 0 to 23");
        if (minute > 59)
                return fail(wish, "minutes are 0 to 59");

        wish->has_time = true;
        wish->time.hour = (int) hour; /* 24 is the end of the day */
        wish->time.minute = (int) minute;
        return 0;
}

/* "am" or "pm" behind an hour. Returns 1 if it was there, 0 if not. */
static int parse_half(Wish *wish, const char **cursor, int64_t *hour) {
        const char *at = skip_blanks(*cursor);
        char word[WORD_MAX] = "";
        bool is_pm;

        take_word(&at, word);
        is_pm = strcmp(word, "pm") == 0;
        if (!is_pm && strcmp(word, "am") != 0)
                return 0;
        if (*hour > 12)
                return fail(wish, "am and pm go with hours up to 12");
        *hour = *hour % 12 + (is_pm ? 12 : 0);
        *cursor = at;
        return 1;
}

/* 0930, 9:30 (also 9.30, 9,30, 9'30, 9h30), 9am, 9:30 pm. Returns 1 if it was one. */
static int parse_clock(Wish *wish, const char **cursor) {
        const char *at = *cursor;
        int64_t hour = 0, minute = 0;
        size_t length = take_number(&at, &hour);
        bool has_minute = length == 4;
        int half, r;

        if (length == 0 || length > 4 || length == 3)
                return 0;
        if (has_minute) {
                minute = hour % 100;
                hour /= 100;
        } else if (*at && strchr(":.,'hH", *at) && isdigit((unsigned char) at[1])) {
                at++;
                if (take_number(&at, &minute) != 2)
                        return fail(wish, "minutes have two digits");
                has_minute = true;
        }
        half = parse_half(wish, &at, &hour);
        if (half < 0 || (half == 0 && !has_minute))
                return half;

        *cursor = at;
        r = set_time(wish, hour, minute);
        return r < 0 ? r : 1;
}

/* --- all ------------------------------------------------------------------------------------------- */

/* Behind the sign. */
static int parse_amount(Wish *wish, const char **cursor, bool is_negative) {
        const char *at = skip_blanks(*cursor);
        char word[WORD_MAX] = "";
        int64_t amount = 0;
        int unit;

        if (wish->amount != 0)
                return fail(wish, "there are two spans");
        if (take_number(&at, &amount) == 0)
                return fail(wish, "behind '+' comes a number");
        at = skip_blanks(at);
        take_word(&at, word);
        unit = find_unit(word);
        if (unit < 0)
                return fail(wish, "units are minutes, hours, days, weeks, months and years");

        wish->amount = is_negative ? -amount : amount;
        wish->unit = (Unit) unit;
        *cursor = at;
        return 0;
}

static int parse_word(Wish *wish, const char **cursor) {
        static const struct {
                const char *name;
                int hour;
        } times[] = { { "noon", 12 }, { "midnight", 0 }, { "teatime", 16 } };
        char word[WORD_MAX] = "";
        int index;

        take_word(cursor, word);
        for (size_t i = 0; i < ARRAY_SIZE(times); i++)
                if (strcmp(word, times[i].name) == 0)
                        return set_time(wish, times[i].hour, 0);
        if (strcmp(word, "now") == 0) {
                if (wish->has_time || wish->is_now)
                        return fail(wish, "there are two times of day");
                wish->is_now = true;
                return 0;
        }
        if (strcmp(word, "utc") == 0 && wish->has_time && !wish->is_utc) {
                wish->is_utc = true;
                return 0;
        }
        if (strcmp(word, "today") == 0)
                return set_relative_date(wish, 0);
        if (strcmp(word, "tomorrow") == 0)
                return set_relative_date(wish, 1);
        if (strcmp(word, "next") == 0)
                return parse_next(wish, cursor);

        index = find_name(weekday_names, word);
        if (index >= 0)
                return set_weekday(wish, index);
        index = find_name(month_names, word);
        if (index >= 0)
                return parse_month_day(wish, cursor, index);
        return fail(wish, "that is no time");
}

static int parse_number(Wish *wish, const char **cursor) {
        static int (*const parsers[])(Wish *, const char **) = {
                parse_numeric_date,
                parse_day_month,
                parse_clock,
        };

        for (size_t i = 0; i < ARRAY_SIZE(parsers); i++) {
                int r = parsers[i](wish, cursor);

                if (r != 0)
                        return MIN(r, 0);
        }
        return fail(wish, "a number alone is no time; write 9:30, 0930 or 9am");
}

static int parse_wish(Wish *wish, const char *text) {
        int r = 0;

        for (const char *at = skip_blanks(text); r >= 0 && *at; at = skip_blanks(at)) {
                if (*at == '+' || *at == '-') {
                        bool is_negative = *at++ == '-';

                        r = parse_amount(wish, &at, is_negative);
                } else if (isdigit((unsigned char) *at)) {
                        r = parse_number(wish, &at);
                } else {
                        r = parse_word(wish, &at);
                }
        }
        if (r < 0)
                return r;
        if (!wish->has_date && !wish->has_time && !wish->is_now && wish->amount == 0)
                return fail(wish, "it says no time");
        if (wish->is_now && wish->has_date)
                return fail(wish, "'now' goes with no date");
        return 0;
}

/* Without a year the next such day is meant, today included. */
static int complete_date(Wish *wish) {
        CivilDate *date = &wish->time.date;
        int last = wish->has_year ? date->year : date->year + LEAP_CYCLE_YEARS;

        while (date->year <= last) {
                bool is_good = civil_date_valid(*date);

                if (is_good &&
                    (wish->has_year || civil_date_to_days(*date) >= civil_date_to_days(wish->now.date)))
                        return 0;
                date->year++;
        }
        return fail(wish, "the month has no such day");
}

/* Months and years keep the day, or take the last one that there is. */
static int add_months(Wish *wish, CivilDate *date, int64_t months) {
        int64_t month = (int64_t) date->year * 12 + date->month - 1 + months;

        if (month < 12 || month / 12 > YEAR_MAX)
                return fail(wish, "that year is too far away");
        date->year = (int) (month / 12);
        date->month = (int) (month % 12) + 1;
        date->day = MIN(date->day, civil_days_in_month(date->year, date->month));
        return 0;
}

static int add_days(Wish *wish, CivilDate *date, int64_t days) {
        static const CivilDate last = { YEAR_MAX, 12, 31 }, first = { 1, 1, 1 };
        int64_t sum = civil_date_to_days(*date) + days;

        if (sum > civil_date_to_days(last) || sum < civil_date_to_days(first))
                return fail(wish, "that year is too far away");
        *date = civil_date_from_days(sum);
        return 0;
}

static usec_t instant_of(const TimeZone *zone, const CivilTime *time) {
        ZoneInstants instants;

        time_zone_from_local(zone, time, &instants);
        return instants.n_instants > 0 ? instants.instants[0] : instants.transition_usec;
}

static int find_instant(Wish *wish, const TimeZone *zone, usec_t now_usec, int64_t more_days, usec_t *ret) {
        CivilTime time = wish->time;
        bool is_anchored = wish->has_time || wish->has_date;
        int64_t days = more_days, elapsed_usec = 0;
        int r = 0;

        if (time.hour == 24) {
                time.hour = 0;
                days++;
        }
        if (wish->unit == UNIT_MINUTE)
                elapsed_usec = wish->amount * USEC_PER_MINUTE;
        else if (wish->unit == UNIT_HOUR)
                elapsed_usec = wish->amount * USEC_PER_HOUR;
        else if (wish->unit == UNIT_DAY || wish->unit == UNIT_WEEK)
                days += wish->amount * (wish->unit == UNIT_WEEK ? 7 : 1);
        else
                r = add_months(wish, &time.date, wish->amount * (wish->unit == UNIT_YEAR ? 12 : 1));
        if (r >= 0)
                r = add_days(wish, &time.date, days);
        if (r < 0)
                return r;

        /* now itself is known better than by what the clock on the wall shows */
        if (!is_anchored && memcmp(&time, &wish->now, sizeof(time)) == 0)
                *ret = now_usec - now_usec % USEC_PER_MINUTE + elapsed_usec;
        else
                *ret = instant_of(zone, &time) + elapsed_usec;
        return 0;
}

static bool is_same_day(const TimeZone *zone, usec_t a_usec, usec_t b_usec) {
        LocalTime a, b;

        time_zone_to_local(zone, a_usec, &a);
        time_zone_to_local(zone, b_usec, &b);
        return civil_date_to_days(a.civil.date) == civil_date_to_days(b.civil.date);
}

static void init_wish(Wish *wish, const TimeZone *zone, usec_t now_usec) {
        LocalTime now;

        time_zone_to_local(zone, now_usec, &now);
        *wish = (Wish){ .now = now.civil };
        wish->now.second = wish->now.usec = 0;
        wish->time = wish->now;
}

static int parse_words(
                const TimeZone *zone,
                usec_t now_usec,
                const char *text,
                usec_t *ret,
                const char **reterr) {
        const TimeZone *used = zone;
        Wish wish;
        int r;

        init_wish(&wish, zone, now_usec);
        r = parse_wish(&wish, text);
        if (r >= 0 && wish.is_utc) { /* again: another day may be today there */
                used = time_zone_utc();
                init_wish(&wish, used, now_usec);
                r = parse_wish(&wish, text);
        }
        if (r >= 0 && wish.has_date)
                r = complete_date(&wish);
        if (r >= 0)
                r = find_instant(&wish, used, now_usec, 0, ret);
        if (r >= 0 && wish.has_time && !wish.has_date && *ret <= now_usec &&
            is_same_day(used, *ret, now_usec))
                r = find_instant(&wish, used, now_usec, 1, ret);
        if (r < 0)
                *reterr = wish.error;
        return r;
}

int at_time_parse(
                const TimeZone *zone,
                usec_t now_usec,
                const char *text,
                usec_t *ret_usec,
                const char **reterr) {

        Timestamp timestamp;

        /* a date alone is at's: it keeps the time of day */
        if (timestamp_parse(text, &timestamp) >= 0 && (timestamp.has_time || timestamp.has_offset)) {
                *ret_usec = timestamp.has_offset ? timestamp_to_usec(&timestamp)
                                                 : instant_of(zone, &timestamp.local);
                return 0;
        }
        return parse_words(zone, now_usec, text, ret_usec, reterr);
}

int at_time_parse_stamp(
                const TimeZone *zone,
                usec_t now_usec,
                const char *text,
                usec_t *ret_usec,
                const char **reterr) {

        size_t length = strspn(text, "0123456789");
        const char *seconds = text + length;
        CivilTime time = { 0 };
        LocalTime now;
        int century = -1, year = -1;
        bool has_seconds = *seconds == '.';

        *reterr = "-t takes [[CC]YY]MMDDhhmm[.ss]";
        if ((length != 8 && length != 10 && length != 12) ||
            (*seconds &&
             (!has_seconds || sscanf(seconds, ".%2d", &time.second) != 1 || strlen(seconds) != 3)))
                return -EINVAL;

        time_zone_to_local(zone, now_usec, &now);
        if (length == 12 && sscanf(text, "%2d", &century) != 1)
                return -EINVAL;
        if (length >= 10 && sscanf(text + length - 10, "%2d", &year) != 1)
                return -EINVAL;
        if (sscanf(seconds - 8, "%2d%2d%2d%2d", &time.date.month, &time.date.day, &time.hour, &time.minute) !=
            4)
                return -EINVAL;
        if (year < 0)
                time.date.year = now.civil.date.year;
        else if (century >= 0)
                time.date.year = century * 100 + year;
        else
                time.date.year = year + (year < 69 ? 2000 : 1900);

        if (!civil_date_valid(time.date) || time.hour > 23 || time.minute > 59 || time.second > 59) {
                *reterr = "there is no such day or time";
                return -EINVAL;
        }
        *ret_usec = instant_of(zone, &time);
        return 0;
}
