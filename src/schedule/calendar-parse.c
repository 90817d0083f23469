/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The OnCalendar grammar of systemd.time(7): [WEEKDAYS] [[YEAR-]MONTH-DAY] [HOUR:MINUTE[:SECOND]] [ZONE], a
 * word such as "daily", or @SECONDS. It takes and refuses what systemd 252 does.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schedule/calendar-parser.h"
#include "schedule/time-zone-internal.h"
#include "util/civil-date.h"
#include "util/string-table.h"

/* clang-format off */
static const struct {
        const char *word, *expression;
} words[] = {
        { "minutely",      "*-*-* *:*:00" },
        { "hourly",        "*-*-* *:00:00" },
        { "daily",         "*-*-* 00:00:00" },
        { "weekly",        "Mon *-*-* 00:00:00" },
        { "monthly",       "*-*-01 00:00:00" },
        { "quarterly",     "*-01,04,07,10-01 00:00:00" },
        { "semiannually",  "*-01,07-01 00:00:00" },
        { "semi-annually", "*-01,07-01 00:00:00" },
        { "biannually",    "*-01,07-01 00:00:00" },
        { "bi-annually",   "*-01,07-01 00:00:00" },
        { "yearly",        "*-01-01 00:00:00" },
        { "annually",      "*-01-01 00:00:00" },
        { "anually",       "*-01-01 00:00:00" },
};
/* clang-format on */

static void parser_done(CalendarParser *parser) {
        (void) time_zone_unref(parser->zone);
}

/* Steps over one of the signs, or reports what stands there. */
static int expect(CalendarParser *parser, const char *signs, CalendarField before) {
        if (*parser->at && strchr(signs, *parser->at)) {
                parser->at++;
                return 0;
        }
        if (*parser->at == '\0' || *parser->at == ' ')
                return CALENDAR_ERROR(
                                parser, parser->at, "'%c' and the %s expected here", signs[0],
                                calendar_limits[before].name);
        return calendar_refuse_sign(parser, before - 1, parser->at, true);
}

static int parse_weekday(CalendarParser *parser, int *ret) {
        size_t length = calendar_word_length(parser->at);

        for (unsigned i = 0; i < CALENDAR_N_WEEKDAY_NAMES; i++) {
                size_t n = strlen(calendar_words[i]);

                /* A "-" is a range between two names. */
                if (n > length || strncasecmp(parser->at, calendar_words[i], n) != 0 ||
                    calendar_is_letter(parser->at[n]))
                        continue;
                parser->at += n;
                if (*parser->at && !strchr("-., ", *parser->at))
                        return CALENDAR_ERROR(parser, parser->at, "a blank is missing after the weekday");
                *ret = (int) (i % 7);
                return 0;
        }
        if (length > 0)
                return calendar_refuse_word(parser, parser->at);
        return CALENDAR_ERROR(parser, parser->at, "a weekday is expected here: Mon to Sun");
}

/* "Mon", "Mon..Fri", or "Mon-Fri" as older texts have it. */
static int parse_weekday_range(CalendarParser *parser) {
        const char *begin = parser->at;
        int first, last, r;

        r = parse_weekday(parser, &first);
        if (r < 0)
                return r;

        last = first;
        if (*parser->at == '-' || strncmp(parser->at, "..", 2) == 0) {
                parser->at += *parser->at == '-' ? 1 : 2;
                r = parse_weekday(parser, &last);
                if (r < 0)
                        return r;
                if (last < first)
                        return CALENDAR_ERROR(
                                        parser, begin,
                                        "the week ends on Sunday: write a range that goes over its end as "
                                        "two, such as Sat,Sun,Mon");
        }
        if (*parser->at && *parser->at != ',' && *parser->at != ' ')
                return CALENDAR_ERROR(
                                parser, parser->at,
                                "'%c' has no meaning here: a weekday range is two names with '..' between",
                                *parser->at);
        parser->weekdays |= ((2U << last) - 1) & ~((1U << first) - 1);
        return 0;
}

static int parse_weekdays(CalendarParser *parser) {
        int r;

        if (!calendar_is_letter(*parser->at)) {
                parser->weekdays = CALENDAR_ALL_WEEKDAYS;
                return 0;
        }

        do {
                r = parse_weekday_range(parser);
                if (r < 0)
                        return r;
                if (*parser->at == ',')
                        parser->at++; /* one may be the last */
        } while (*parser->at && *parser->at != ' ');

        parser->at += strspn(parser->at, " ");
        return 0;
}

/* "2026-12-24", "12-24", "*-02~1". */
static int parse_date(CalendarParser *parser) {
        size_t length = strcspn(parser->at, " "), n_signs = 0;
        int r;

        for (size_t i = 0; i < length; i++)
                n_signs += parser->at[i] == '-' || parser->at[i] == '~';
        if (n_signs == 0 || memchr(parser->at, ':', length)) {
                const char *sign = memchr(parser->at, 'T', length);

                if (sign)
                        return CALENDAR_ERROR(
                                        parser, sign, "a blank and not 'T' stands between date and time");
                for (CalendarField field = CALENDAR_YEAR; field <= CALENDAR_DAY; field++)
                        calendar_begin_list(parser, field);
                return 0; /* it is a time */
        }

        calendar_begin_list(parser, CALENDAR_YEAR);
        if (n_signs > 1) {
                r = calendar_parse_list(parser, CALENDAR_YEAR);
                if (r < 0)
                        return r;
                if (*parser->at == '~')
                        return CALENDAR_ERROR(parser, parser->at, "'~' stands before the day, not the month");
                r = expect(parser, "-", CALENDAR_MONTH);
                if (r < 0)
                        return r;
        }

        r = calendar_parse_list(parser, CALENDAR_MONTH);
        if (r < 0)
                return r;
        parser->from_end = *parser->at == '~';
        r = expect(parser, "-~", CALENDAR_DAY);
        if (r < 0)
                return r;

        r = calendar_parse_list(parser, CALENDAR_DAY);
        if (r < 0)
                return r;
        if (parser->element_begin[CALENDAR_DAY] == parser->n_elements)
                parser->from_end = false; /* "~*" are all days */
        if (*parser->at && *parser->at != ' ')
                return calendar_refuse_sign(parser, CALENDAR_DAY, parser->at, true);

        parser->at += strspn(parser->at, " ");
        return 0;
}

/* A field that was not written is 0. */
static int parse_time_field(CalendarParser *parser, CalendarField field, bool written) {
        int r;

        if (written && field > CALENDAR_HOUR) {
                r = expect(parser, ":", field);
                if (r < 0)
                        return r;
        }
        if (written)
                return calendar_parse_list(parser, field);

        calendar_begin_list(parser, field);
        return calendar_add_value(parser, 0);
}

/* "10:00", "10:00:00.5"; nothing at all is midnight. */
static int parse_time(CalendarParser *parser) {
        bool written = *parser->at != '\0';
        int r;

        for (CalendarField field = CALENDAR_HOUR; field < CALENDAR_FIELD_COUNT; field++) {
                if (field == CALENDAR_SECOND && *parser->at == '\0')
                        written = false;
                r = parse_time_field(parser, field, written);
                if (r < 0)
                        return r;
        }
        if (*parser->at)
                return calendar_refuse_sign(parser, CALENDAR_SECOND, parser->at, true);
        return 0;
}

/* "@SECONDS", a moment in UTC. */
static int parse_epoch(CalendarParser *parser) {
        const char *begin = parser->at + 1 + strspn(parser->at + 1, " \t");
        int64_t seconds = 0, end;
        CivilTime time;
        int r;

        begin += *begin == '+';
        if (!calendar_is_digit(*begin))
                return CALENDAR_ERROR(
                                parser, begin,
                                *begin == '-' ? "the time is before 1970"
                                              : "a number of seconds is missing after '@'");
        end = civil_time_to_usec((CivilTime){ .date = { CALENDAR_YEAR_MAX + 1, 1, 1 } }) / USEC_PER_SEC;
        for (parser->at = begin; calendar_is_digit(*parser->at); parser->at++)
                seconds = MIN(seconds * 10 + (*parser->at - '0'), end);
        if (*parser->at)
                return CALENDAR_ERROR(
                                parser, parser->at, "nothing may follow the whole number of seconds of '@'");
        if (seconds >= end)
                return CALENDAR_ERROR(parser, begin, "the time is after the year %d", CALENDAR_YEAR_MAX);

        (void) time_zone_unref(TAKE_PTR(parser->zone));
        r = time_zone_new_utc("UTC", &parser->zone);
        if (r < 0)
                return r;

        time = civil_time_from_usec(seconds * USEC_PER_SEC);
        const int32_t values[] = {
                time.date.year, time.date.month, time.date.day,
                time.hour,      time.minute,     time.second * (int32_t) USEC_PER_SEC,
        };
        for (CalendarField field = 0; field < CALENDAR_FIELD_COUNT; field++) {
                calendar_begin_list(parser, field);
                (void) calendar_add_value(parser, values[field]); /* there is room for one each */
        }
        return 0;
}

/* What time_zone_load() knows beyond the names of zones. */
static bool is_other_name(const char *name) {
        return strcmp(name, "local") == 0 || strcmp(name, "Z") == 0;
}

/* Cuts the zone off the text. Only a zone is a word behind a blank. */
static int parse_zone(CalendarParser *parser) {
        char *blank = strrchr(parser->text, ' ');
        const char *name = blank ? blank + 1 : NULL;
        int r;

        if (!name || !calendar_is_letter(*name))
                return 0;

        if (strcasecmp(name, "UTC") == 0) {
                r = time_zone_new_utc("UTC", &parser->zone);
                if (r < 0)
                        return r;
        } else if (!parser->options->find_zone)
                return CALENDAR_ERROR(parser, name, "no other time zone than UTC can stand here");
        else {
                r = is_other_name(name)
                                ? -ENOENT
                                : parser->options->find_zone(
                                                  parser->options->find_zone_userdata, name, &parser->zone);
                if (r == -ENOMEM)
                        return r;
                if (r < 0 && string_nearest(name, calendar_words))
                        return calendar_refuse_word(parser, name);
                if (r < 0)
                        return CALENDAR_ERROR(
                                        parser, name, "time zone '%.40s': %s", name, time_zone_strerror(r));
        }
        *blank = '\0';
        return 0;
}

/* A word stands for an expression. */
static void expand_word(CalendarParser *parser) {
        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
                if (strcasecmp(parser->text, words[i].word) == 0) {
                        (void) stpcpy(parser->text, words[i].expression);
                        return;
                }
}

static int parse_text(CalendarParser *parser) {
        int r;

        r = parse_zone(parser);
        if (r < 0)
                return r;
        expand_word(parser);

        r = parse_weekdays(parser);
        if (r < 0)
                return r;
        if (*parser->at == '@')
                return parse_epoch(parser);

        r = parse_date(parser);
        if (r < 0)
                return r;
        return parse_time(parser);
}

static int normalize_list(
                CalendarParser *parser,
                CalendarField field,
                CalendarElement *elements,
                size_t *n_elements) {

        bool from_end = field == CALENDAR_DAY && parser->from_end;
        int r;

        for (size_t i = 0; i < *n_elements; i++)
                calendar_element_normalize(field, &elements[i]);
        *n_elements = calendar_elements_sort(elements, *n_elements);

        for (size_t i = 0; i < *n_elements; i++) {
                r = calendar_element_check(field, from_end, i, &elements[i], parser->error);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Each list in the normal form, behind the one before. */
static int normalize_lists(CalendarParser *parser) {
        size_t n = 0, begin = 0;
        int r;

        parser->element_begin[CALENDAR_FIELD_COUNT] = (uint16_t) parser->n_elements;
        for (CalendarField field = 0; field < CALENDAR_FIELD_COUNT; field++) {
                size_t end = parser->element_begin[field + 1], n_elements = end - begin;

                memmove(&parser->elements[n], &parser->elements[begin], n_elements * sizeof(CalendarElement));
                r = normalize_list(parser, field, &parser->elements[n], &n_elements);
                if (r < 0)
                        return r;

                parser->element_begin[field] = (uint16_t) n;
                n += n_elements;
                begin = end;
        }
        parser->element_begin[CALENDAR_FIELD_COUNT] = (uint16_t) n;
        parser->n_elements = n;
        return 0;
}

static const char *calendar_warning(const Schedule *schedule) {
        return ((const CalendarSchedule *) schedule)->warning;
}

static bool calendar_is_interval_like(const Schedule *schedule) {
        return ((const CalendarSchedule *) schedule)->interval_like;
}

static const ScheduleOperations calendar_operations = {
        .kind = SCHEDULE_CALENDAR,
        .format = calendar_format,
        .describe = calendar_describe,
        .warning = calendar_warning,
        .is_interval_like = calendar_is_interval_like,
        .next = calendar_next,
        .previous = calendar_previous,
        .count = calendar_count,
};

/* The normal form may be the longer text, and has to parse again. */
static int check_length(const CalendarSchedule *calendar, ScheduleError *reterr) {
        CLEANUP(buffer_done) Buffer buffer = {};

        calendar_format(&calendar->base, &buffer);
        if (buffer.failed)
                return -ENOMEM;
        if (buffer.size > SCHEDULE_TEXT_MAX)
                return schedule_error(
                                reterr, 0, "the text in full is longer than %u characters",
                                SCHEDULE_TEXT_MAX);
        return 0;
}

static int parser_finish(CalendarParser *parser, Schedule **ret) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CalendarSchedule *calendar;
        int r;

        r = normalize_lists(parser);
        if (r < 0)
                return r;

        calendar = calloc(1, sizeof(*calendar) + parser->n_elements * sizeof(CalendarElement));
        if (!calendar)
                return -ENOMEM;

        schedule = &calendar->base;
        schedule->operations = &calendar_operations;
        calendar->base.zone = TAKE_PTR(parser->zone);
        calendar->weekdays = (uint8_t) parser->weekdays;
        calendar->from_end = parser->from_end;
        memcpy(calendar->element_begin, parser->element_begin, sizeof(calendar->element_begin));
        memcpy(calendar->elements, parser->elements, parser->n_elements * sizeof(CalendarElement));
        calendar_fill_masks(calendar);

        r = check_length(calendar, parser->error);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(schedule);
        return 0;
}

int calendar_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        CLEANUP(parser_done) CalendarParser parser = { .error = reterr, .options = options };
        int r;

        assert(text);
        assert(options);
        assert(ret);

        if (strlen(text) > SCHEDULE_TEXT_MAX)
                return schedule_error(reterr, 0, "the text is longer than %u characters", SCHEDULE_TEXT_MAX);
        (void) stpcpy(parser.text, text);
        parser.at = parser.text;

        r = parse_text(&parser);
        if (r < 0)
                return r;
        return parser_finish(&parser, ret);
}
