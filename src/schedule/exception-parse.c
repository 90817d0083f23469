/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An item of "except", from its texts. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schedule/exception-rule.h"
#include "schedule/ics-read.h"
#include "schedule/schedule-kind.h"
#include "util/civil-date.h"

#define BLANKS " \t"
#define N_WEEKDAYS 7U

static const char *const weekday_names[] = {
        "sun",    "mon",    "tue",     "wed",       "thu",      "fri",    "sat",
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
};

/* A place in a text that may not be right. */
typedef struct Reader {
        const char *text, *at;
        ScheduleError *error;
} Reader;

static void skip_blanks(Reader *reader) {
        reader->at += strspn(reader->at, BLANKS);
}

static bool skip_text(Reader *reader, const char *text) {
        size_t length = strlen(text);

        if (strncmp(reader->at, text, length) != 0)
                return false;
        reader->at += length;
        return true;
}

static int expected(const Reader *reader, const char *what) {
        return schedule_error(reader->error, (size_t) (reader->at - reader->text), "%s expected", what);
}

/* Exactly so many digits. */
static bool read_digits(Reader *reader, unsigned n_digits, int *ret) {
        int value = 0;

        for (unsigned i = 0; i < n_digits; i++) {
                if (reader->at[i] < '0' || reader->at[i] > '9')
                        return false;
                value = value * 10 + (reader->at[i] - '0');
        }
        if (reader->at[n_digits] >= '0' && reader->at[n_digits] <= '9')
                return false;
        reader->at += n_digits;
        *ret = value;
        return true;
}

static int read_weekday(Reader *reader, unsigned *ret) {
        size_t length = 0;

        skip_blanks(reader);
        while ((reader->at[length] | 0x20) >= 'a' && (reader->at[length] | 0x20) <= 'z')
                length++;
        for (unsigned i = 0; i < ARRAY_SIZE(weekday_names); i++)
                if (strlen(weekday_names[i]) == length &&
                    strncasecmp(reader->at, weekday_names[i], length) == 0) {
                        reader->at += length;
                        skip_blanks(reader);
                        *ret = i % N_WEEKDAYS;
                        return 0;
                }
        return expected(reader, "a day of the week such as \"Sat\"");
}

int weekdays_parse(const char *text, uint8_t *ret, ScheduleError *reterr) {
        Reader reader = { text, text, reterr };
        uint8_t mask = 0;
        int r;

        assert(text);
        assert(ret);

        do {
                unsigned first, last;

                r = read_weekday(&reader, &first);
                if (r < 0)
                        return r;
                last = first;
                if (skip_text(&reader, "..") || skip_text(&reader, "-"))
                        r = read_weekday(&reader, &last);
                if (r < 0)
                        return r;
                for (unsigned day = first;; day = (day + 1) % N_WEEKDAYS) {
                        mask |= (uint8_t) (1U << day);
                        if (day == last)
                                break;
                }
        } while (skip_text(&reader, ","));

        if (*reader.at)
                return expected(&reader, "\",\", \"..\" or the end");
        *ret = mask;
        return 0;
}

/* "2026-12-24" or "12-25"; a 29 February needs no year that has it. */
static int read_date(Reader *reader, bool *ret_yearly, int64_t *ret) {
        CivilDate date = { .year = 2000 };
        const char *begin = reader->at;
        bool yearly;

        yearly = !read_digits(reader, 4, &date.year);
        if ((!yearly && !skip_text(reader, "-")) || !read_digits(reader, 2, &date.month) ||
            !skip_text(reader, "-") || !read_digits(reader, 2, &date.day))
                return expected(reader, "a date such as 2026-12-24, or 12-24 for each year,");

        if (date.year < 1 || !civil_date_valid(date)) {
                reader->at = begin;
                return schedule_error(
                                reader->error, (size_t) (begin - reader->text),
                                "the calendar has no such day");
        }
        *ret_yearly = yearly;
        *ret = yearly ? date.month * 32 + date.day : civil_date_to_days(date);
        return 0;
}

static int parse_dates(const char *text, ExceptionDates *ret, ScheduleError *reterr) {
        Reader reader = { text, text, reterr };
        bool yearly = false;
        int r;

        skip_blanks(&reader);
        r = read_date(&reader, &ret->yearly, &ret->first);
        if (r < 0)
                return r;
        ret->last = ret->first;

        skip_blanks(&reader);
        if (skip_text(&reader, "..")) {
                skip_blanks(&reader);
                r = read_date(&reader, &yearly, &ret->last);
                if (r < 0)
                        return r;
                if (yearly != ret->yearly)
                        return schedule_error(
                                        reterr, 0, "one end of the range has a year and the other has none");
                if (!yearly && ret->last < ret->first)
                        return schedule_error(reterr, 0, "the range ends before it begins");
        }

        skip_blanks(&reader);
        return *reader.at ? expected(&reader, "\"..\" or the end") : 0;
}

static int rule_parse_dates(const char *const *texts, ExceptionRule *rule, ScheduleError *reterr) {
        size_t n = 0;
        int r;

        while (texts[n])
                n++;
        if (n == 0)
                return schedule_error(reterr, 0, "the list of dates is empty");
        if (n > EXCEPTION_N_DATES_MAX)
                return schedule_error(reterr, 0, "there are more than %u dates", EXCEPTION_N_DATES_MAX);

        rule->dates = calloc(n, sizeof(*rule->dates));
        if (!rule->dates)
                return -ENOMEM;
        for (; rule->n_dates < n; rule->n_dates++) {
                r = parse_dates(texts[rule->n_dates], &rule->dates[rule->n_dates], reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* "22:00", "22:00:30"; as the end of a range "24:00", too. */
static int read_time(Reader *reader, bool is_end, usec_t *ret) {
        int hour, minute, second = 0;

        skip_blanks(reader);
        if (!read_digits(reader, 2, &hour) || !skip_text(reader, ":") || !read_digits(reader, 2, &minute) ||
            (skip_text(reader, ":") && !read_digits(reader, 2, &second)))
                return expected(reader, "a time of day such as 22:00");
        skip_blanks(reader);

        *ret = hour * USEC_PER_HOUR + minute * USEC_PER_MINUTE + second * USEC_PER_SEC;
        if (minute > 59 || second > 59 || *ret > (is_end ? USEC_PER_DAY : USEC_PER_DAY - 1))
                return schedule_error(reader->error, 0, "the day has no such time");
        return 0;
}

static int rule_parse_time(const char *text, ExceptionRule *rule, ScheduleError *reterr) {
        Reader reader = { text, text, reterr };
        int r;

        r = read_time(&reader, false, &rule->time_begin_usec);
        if (r < 0)
                return r;
        if (!skip_text(&reader, "..") && !skip_text(&reader, "-"))
                return expected(&reader, "\"..\" and the time at which it ends");
        r = read_time(&reader, true, &rule->time_end_usec);
        if (r < 0)
                return r;
        if (*reader.at)
                return expected(&reader, "the end of the text");
        if (rule->time_begin_usec == rule->time_end_usec)
                return schedule_error(reterr, 0, "the range is empty: it ends when it begins");
        rule->has_time = true;
        return 0;
}

/* What an occurrence covers, by what the text says of the time of day. */
static usec_t calendar_granularity(const char *text) {
        const char *colon = strchr(text, ':');

        if (colon)
                return strchr(colon + 1, ':') ? USEC_PER_SEC : USEC_PER_MINUTE;
        return strcasestr(text, "hourly") || strcasestr(text, "minutely") ? USEC_PER_MINUTE : USEC_PER_DAY;
}

/*
 * What a gap moves to its end is excepted there. A repeated time is so in both passes; for a day it is enough
 * that it has one.
 */
static int parse_schedule(
                ScheduleKind kind,
                const char *text,
                usec_t granularity,
                Schedule **ret,
                ScheduleError *reterr) {

        const ScheduleOptions options = {
                .dst.gap = DST_GAP_RUN,
                .dst.overlap = granularity == USEC_PER_DAY ? DST_OVERLAP_FIRST : DST_OVERLAP_BOTH,
        };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        int r;

        r = schedule_parse(kind, text, &options, &schedule, reterr);
        if (r < 0)
                return r;
        if (schedule_kind(schedule) != kind)
                return schedule_error(reterr, 0, "this names no time of the day or the week");
        *ret = TAKE_PTR(schedule);
        return 0;
}

static int parse_events(const ExceptionItem *item, ExceptionRule *rule, ScheduleError *reterr) {
        rule->has_events = true;
#if HAVE_LIBICAL
        return ics_read(item, &rule->instants, &rule->locals, reterr);
#else
        return schedule_error(
                        reterr, 0,
                        "this build reads no iCalendar files: configure found no libical (--with-libical)");
#endif
}

void exception_rule_done(ExceptionRule *rule) {
        free(rule->dates);
        rule->calendar = schedule_free(rule->calendar);
        rule->cron = schedule_free(rule->cron);
        event_list_done(&rule->instants);
        event_list_done(&rule->locals);
        *rule = (ExceptionRule){};
}

int exception_rule_parse(
                const ExceptionItem *item,
                ExceptionRule *ret,
                const char **reterr_key,
                ScheduleError *reterr) {

        int r = 0;

        if (!item->days && !item->dates && !item->time && !item->calendar && !item->cron && !item->ics) {
                *reterr_key = "except";
                return schedule_error(reterr, 0, "days, dates, time, calendar, cron or ics expected");
        }
        if (item->days) {
                *reterr_key = "days";
                r = weekdays_parse(item->days, &ret->weekdays, reterr);
        }
        if (r >= 0 && item->dates) {
                *reterr_key = "dates";
                r = rule_parse_dates(item->dates, ret, reterr);
        }
        if (r >= 0 && item->time) {
                *reterr_key = "time";
                r = rule_parse_time(item->time, ret, reterr);
        }
        if (r >= 0 && item->calendar) {
                *reterr_key = "calendar";
                ret->calendar_granularity_usec = calendar_granularity(item->calendar);
                r =
                                parse_schedule(SCHEDULE_CALENDAR, item->calendar,
                                               ret->calendar_granularity_usec, &ret->calendar, reterr);
        }
        if (r >= 0 && item->cron) {
                *reterr_key = "cron";
                r = parse_schedule(SCHEDULE_CRON, item->cron, USEC_PER_MINUTE, &ret->cron, reterr);
        }
        if (r >= 0 && item->ics) {
                *reterr_key = "ics";
                r = parse_events(item, ret, reterr);
        }
        return r;
}
