/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A rule from its text. libical reads it; as it does not say what is wrong where, the parts are also read one
 * by one. What libical reads becomes bits here, for its iterators only go forward, from DTSTART on, and
 * allocate.
 */

#include <assert.h>
#include <ctype.h>
#include <libical/ical.h>
#include <string.h>
#include <strings.h>

#include "schedule/rrule.h"
#include "util/civil-date.h"

#define PREFIX "RRULE:"

#define F(frequency) (1U << RECURRENCE_##frequency)
#define ALL_FREQUENCIES (2 * F(YEARLY) - 1)

/* The parts that RFC 5545 knows, and the frequencies that each is good for. */
static const struct {
        const char *name;
        unsigned frequencies;
} parts[] = {
        { "FREQ", ALL_FREQUENCIES },
        { "INTERVAL", ALL_FREQUENCIES },
        { "COUNT", ALL_FREQUENCIES },
        { "UNTIL", ALL_FREQUENCIES },
        { "WKST", ALL_FREQUENCIES },
        { "BYSECOND", ALL_FREQUENCIES },
        { "BYMINUTE", ALL_FREQUENCIES },
        { "BYHOUR", ALL_FREQUENCIES },
        { "BYDAY", ALL_FREQUENCIES },
        { "BYMONTHDAY", ALL_FREQUENCIES & ~F(WEEKLY) },
        { "BYYEARDAY", F(SECONDLY) | F(MINUTELY) | F(HOURLY) | F(YEARLY) },
        { "BYWEEKNO", F(YEARLY) },
        { "BYMONTH", ALL_FREQUENCIES },
        { "BYSETPOS", ALL_FREQUENCIES },
};

static const struct {
        icalrecurrencetype_frequency libical;
        RecurrenceFrequency frequency;
} frequencies[] = {
        { ICAL_SECONDLY_RECURRENCE, RECURRENCE_SECONDLY }, { ICAL_MINUTELY_RECURRENCE, RECURRENCE_MINUTELY },
        { ICAL_HOURLY_RECURRENCE, RECURRENCE_HOURLY },     { ICAL_DAILY_RECURRENCE, RECURRENCE_DAILY },
        { ICAL_WEEKLY_RECURRENCE, RECURRENCE_WEEKLY },     { ICAL_MONTHLY_RECURRENCE, RECURRENCE_MONTHLY },
        { ICAL_YEARLY_RECURRENCE, RECURRENCE_YEARLY },
};

/* Upper case, and each "=" and ";" of it at the place that it has in the user's text. */
typedef struct RuleText {
        char text[SCHEDULE_TEXT_MAX + 1];
        size_t offset; /* of the text in the user's */
        size_t places[ARRAY_SIZE(parts)];
        size_t values[ARRAY_SIZE(parts)]; /* SIZE_MAX: not written */
        ScheduleError *error;
} RuleText;

static int fault(const RuleText *rule, size_t place, const char *reason) {
        return schedule_error(rule->error, rule->offset + place, "%s", reason);
}

static bool is_written(const RuleText *rule, const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                if (strcmp(parts[i].name, name) == 0)
                        return rule->values[i] != SIZE_MAX;
        return false;
}

/* A rule that is good for any part, to see whether libical can read that one. */
static bool is_readable(const char *name, const char *value, size_t length) {
        char text[SCHEDULE_TEXT_MAX + 64];
        struct icalrecurrencetype rule;
        bool readable;

        (void) snprintf(text, sizeof(text), "%s%s=%.*s", strcmp(name, "FREQ") == 0 ? "" : "FREQ=YEARLY;",
                        name, (int) length, value);
        rule = icalrecurrencetype_from_string(text);
        readable = rule.freq != ICAL_NO_RECURRENCE;
        icalrecurrencetype_clear(&rule);
        return readable;
}

/* INTERVAL and COUNT, of which libical takes too much. */
static int check_number(const RuleText *rule, const char *name, size_t place, size_t length) {
        unsigned long max = strcmp(name, "COUNT") == 0 ? RRULE_COUNT_MAX : INT16_MAX, value = 0;

        for (size_t i = 0; i < length; i++) {
                char digit = rule->text[place + i];

                if (digit < '0' || digit > '9')
                        return fault(rule, place + i, "a digit expected");
                value = MIN(value * 10 + (unsigned long) (digit - '0'), max + 1);
        }
        if (value < 1 || value > max)
                return schedule_error(
                                rule->error, rule->offset + place, "%s is a number from 1 to %lu", name, max);
        return 0;
}

static int read_part(RuleText *rule, size_t begin, size_t length) {
        const char *text = rule->text + begin, *equal = memchr(text, '=', length);
        size_t name_length = equal ? (size_t) (equal - text) : length, value;

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                const char *name = parts[i].name;

                if (strlen(name) != name_length || strncmp(name, text, name_length) != 0)
                        continue;
                if (!equal || name_length + 1 == length)
                        return fault(rule, begin + length, "\"=\" and a value expected");
                if (rule->values[i] != SIZE_MAX)
                        return schedule_error(
                                        rule->error, rule->offset + begin, "%s is there a second time", name);
                value = begin + name_length + 1;
                rule->places[i] = begin;
                rule->values[i] = value;
                if (strcmp(name, "INTERVAL") == 0 || strcmp(name, "COUNT") == 0)
                        return check_number(rule, name, value, length - name_length - 1);
                if (!is_readable(name, equal + 1, length - name_length - 1))
                        return schedule_error(
                                        rule->error, rule->offset + value, "this is no value of %s", name);
                return 0;
        }
        return fault(rule, begin, "a part of a rule such as FREQ=WEEKLY or BYDAY=MO expected");
}

/* Cuts the text into parts, and looks at each. */
static int read_parts(RuleText *rule) {
        size_t begin = 0;
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                rule->values[i] = SIZE_MAX;

        for (;;) {
                size_t length = strcspn(rule->text + begin, ";");

                r = read_part(rule, begin, length);
                if (r < 0)
                        return r;
                begin += length;
                if (!rule->text[begin])
                        break;
                begin++;
                if (!rule->text[begin])
                        break; /* a last ";" with nothing behind it is common */
        }

        if (!is_written(rule, "FREQ"))
                return fault(rule, 0, "FREQ is missing");
        if (is_written(rule, "COUNT") && is_written(rule, "UNTIL"))
                return fault(rule, 0, "a rule has either COUNT or UNTIL");
        return 0;
}

static RecurrenceFrequency frequency_of(const struct icalrecurrencetype *from) {
        for (size_t i = 0; i < ARRAY_SIZE(frequencies); i++)
                if (frequencies[i].libical == from->freq)
                        return frequencies[i].frequency;
        return RECURRENCE_YEARLY;
}

/* What RFC 5545 forbids, although each part alone is right. */
static int check_together(const RuleText *rule, const Recurrence *recurrence) {
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                if (rule->values[i] != SIZE_MAX && !(parts[i].frequencies >> recurrence->frequency & 1))
                        return schedule_error(
                                        rule->error, rule->offset + rule->places[i],
                                        "%s cannot be with this FREQ", parts[i].name);

        if (recurrence->has_nth_weekdays &&
            (recurrence->frequency < RECURRENCE_MONTHLY || recurrence->weeks || recurrence->weeks_back))
                return fault(rule, 0, "a number in BYDAY needs FREQ=MONTHLY or YEARLY, and no BYWEEKNO");
        if (recurrence->n_positions > 0)
                for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                        if (rule->values[i] != SIZE_MAX && strncmp(parts[i].name, "BY", 2) == 0 &&
                            strcmp(parts[i].name, "BYSETPOS") != 0)
                                return 0;
        return recurrence->n_positions > 0 ? fault(rule, 0, "BYSETPOS needs another BY part to choose from")
                                           : 0;
}

/* A list of libical's into bits, in words of 64, as many as `max` needs; false: a value is out of range. */
static bool list_to_bits(const short *list, size_t size, int max, uint64_t *bits, uint64_t *back) {
        for (size_t i = 0; i < size && list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
                int value = list[i];

                if (value >= 0 && value <= max)
                        bits[value / 64] |= 1ULL << (value % 64);
                else if (value < 0 && value >= -max && back)
                        back[-value / 64] |= 1ULL << (-value % 64);
                else
                        return false;
        }
        return true;
}

static void days_to_bits(const short *list, Recurrence *ret) {
        for (size_t i = 0; i < ICAL_BY_DAY_SIZE && list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
                int weekday = (int) icalrecurrencetype_day_day_of_week(list[i]) - ICAL_SUNDAY_WEEKDAY;
                int n = icalrecurrencetype_day_position(list[i]);

                if (weekday < 0 || weekday > 6 || n < -53 || n > 53)
                        continue;
                if (n == 0)
                        ret->weekdays |= (uint8_t) (1U << weekday);
                else if (n > 0)
                        ret->nth_weekdays[weekday] |= 1ULL << n;
                else
                        ret->nth_weekdays_back[weekday] |= 1ULL << -n;
                ret->has_nth_weekdays |= n != 0;
        }
}

/* No clock shows a second of 60: it is the one before. */
static uint64_t without_leap_second(uint64_t seconds) {
        return seconds >> 60 & 1 ? (seconds | 1ULL << 59) & ~(1ULL << 60) : seconds;
}

static bool recurrence_from(const struct icalrecurrencetype *from, Recurrence *ret) {
        Recurrence to = {
                .frequency = frequency_of(from),
                .interval = (uint32_t) MAX(from->interval, 1),
                .count = (uint32_t) from->count,
                .week_start = (unsigned) (from->week_start - ICAL_SUNDAY_WEEKDAY) % 7,
        };
        uint64_t hours = 0, months = 0, days = 0, days_back = 0;

        if (!list_to_bits(from->by_second, ICAL_BY_SECOND_SIZE, 60, &to.seconds, NULL) ||
            !list_to_bits(from->by_minute, ICAL_BY_MINUTE_SIZE, 59, &to.minutes, NULL) ||
            !list_to_bits(from->by_hour, ICAL_BY_HOUR_SIZE, 23, &hours, NULL) ||
            !list_to_bits(from->by_month, ICAL_BY_MONTH_SIZE, 12, &months, NULL) ||
            !list_to_bits(from->by_month_day, ICAL_BY_MONTHDAY_SIZE, 31, &days, &days_back) ||
            !list_to_bits(from->by_year_day, ICAL_BY_YEARDAY_SIZE, 366, to.year_days, to.year_days_back) ||
            !list_to_bits(from->by_week_no, ICAL_BY_WEEKNO_SIZE, 53, &to.weeks, &to.weeks_back))
                return false;
        days_to_bits(from->by_day, &to);

        to.seconds = without_leap_second(to.seconds);
        to.hours = (uint32_t) hours;
        to.months = (uint16_t) months;
        to.month_days = (uint32_t) days;
        to.month_days_back = (uint32_t) days_back;
        to.has_year_days = from->by_year_day[0] != ICAL_RECURRENCE_ARRAY_MAX;
        for (size_t i = 0; i < ICAL_BY_SETPOS_SIZE && from->by_set_pos[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
                to.positions[to.n_positions++] = from->by_set_pos[i];
        *ret = to;
        return true;
}

/* libical takes a 49th of a 29th month for a date. */
static int until_from(const RuleText *rule, struct icaltimetype from, RruleUntil *ret) {
        CivilTime time = { { from.year, from.month, from.day }, from.hour, from.minute, from.second, 0 };

        *ret = (RruleUntil){ .written = !icaltime_is_null_time(from), .is_instant = icaltime_is_utc(from) };
        if (!ret->written)
                return 0;
        if (from.is_date)
                time.hour = 23, time.minute = 59, time.second = 59;
        if (from.year < 1 || from.year > 9999 || !civil_date_valid(time.date) || time.hour > 23 ||
            time.minute > 59 || time.second > 60)
                return fault(rule, 0, "the calendar has no such time as that of UNTIL");
        ret->usec = civil_time_to_usec(time);
        return 0;
}

static int prepare(const char *text, RuleText *rule) {
        size_t length;

        if (strncasecmp(text, PREFIX, strlen(PREFIX)) == 0)
                rule->offset = strlen(PREFIX);
        text += rule->offset;
        length = strnlen(text, sizeof(rule->text));
        if (length >= sizeof(rule->text))
                return fault(rule, 0, "the rule is too long");
        for (size_t i = 0; i < length; i++)
                rule->text[i] = (char) toupper((unsigned char) text[i]);
        return 0;
}

int rrule_read(const char *text,
               Recurrence *ret,
               RruleUntil *ret_until,
               char **ret_text,
               ScheduleError *reterr) {
        RuleText rule = { .error = reterr };
        struct icalrecurrencetype read;
        Recurrence recurrence;
        char *written;
        int r;

        assert(text);
        assert(ret && ret_until && ret_text);

        /* Its own errors are to be answers, not the end of the process; a global setting, always the same. */
        icalerror_set_errors_are_fatal(false);

        r = prepare(text, &rule);
        if (r >= 0)
                r = read_parts(&rule);
        if (r < 0)
                return r;

        read = icalrecurrencetype_from_string(rule.text);
        if (read.freq == ICAL_NO_RECURRENCE || !recurrence_from(&read, &recurrence)) {
                icalrecurrencetype_clear(&read);
                return fault(&rule, 0, "libical cannot read this rule");
        }
        r = check_together(&rule, &recurrence);
        if (r >= 0)
                r = until_from(&rule, read.until, ret_until);
        written = r >= 0 ? icalrecurrencetype_as_string_r(&read) : NULL;
        icalrecurrencetype_clear(&read);
        if (r < 0)
                return r;
        if (!written)
                return -ENOMEM;

        *ret_text = strdup(written);
        icalmemory_free_buffer(written);
        if (!*ret_text)
                return -ENOMEM;
        *ret = recurrence;
        return 0;
}
