/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/posix-rule.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "util/civil-date.h"

#define DEFAULT_TRANSITION_SECONDS (2 * 3600)

/* What POSIX systems take where no dates are written. */
static const char default_dst_dates[] = ",M3.2.0,M11.1.0";

/* What is left to read. */
typedef struct RuleText {
        const char *at, *end;
} RuleText;

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool take_char(RuleText *text, char c) {
        if (text->at >= text->end || *text->at != c)
                return false;
        text->at++;
        return true;
}

static int take_number(RuleText *text, int min, int max, int *ret) {
        const char *begin = text->at;
        int value = 0;

        while (text->at < text->end && is_digit(*text->at)) {
                value = value * 10 + (*text->at++ - '0');
                if (value > max)
                        return -EBADMSG;
        }
        if (text->at == begin || value < min)
                return -EBADMSG;

        *ret = value;
        return 0;
}

/* [+-]h[h[h]][:mm[:ss]] */
static int take_time(RuleText *text, int max_hours, int32_t *ret) {
        int hours, minutes = 0, seconds = 0;
        bool negative;
        int r;

        negative = take_char(text, '-');
        if (!negative)
                (void) take_char(text, '+');

        r = take_number(text, 0, max_hours, &hours);
        if (r < 0)
                return r;
        if (take_char(text, ':')) {
                r = take_number(text, 0, 59, &minutes);
                if (r < 0)
                        return r;
                if (take_char(text, ':')) {
                        r = take_number(text, 0, 59, &seconds);
                        if (r < 0)
                                return r;
                }
        }

        *ret = (hours * 3600 + minutes * 60 + seconds) * (negative ? -1 : 1);
        return 0;
}

/* Letters, or anything that an abbreviation may have between < and >. */
static int take_name(RuleText *text, char name[static POSIX_RULE_NAME_MAX]) {
        bool quoted = take_char(text, '<');
        size_t n = 0;

        while (text->at < text->end) {
                char c = *text->at;
                bool fits = is_letter(c) || (quoted && (is_digit(c) || c == '+' || c == '-'));

                if (!fits)
                        break;
                if (n + 1 >= POSIX_RULE_NAME_MAX)
                        return -EBADMSG;
                name[n++] = c;
                text->at++;
        }
        if (n < 3 || (quoted && !take_char(text, '>')))
                return -EBADMSG;

        name[n] = '\0';
        return 0;
}

static int take_weekday_rule(RuleText *text, PosixRuleDate *date) {
        int r;

        date->kind = POSIX_RULE_WEEKDAY;
        r = take_number(text, 1, 12, &date->month);
        if (r < 0)
                return r;
        if (!take_char(text, '.'))
                return -EBADMSG;
        r = take_number(text, 1, 5, &date->week);
        if (r < 0)
                return r;
        if (!take_char(text, '.'))
                return -EBADMSG;
        return take_number(text, 0, 6, &date->day);
}

static int take_date(RuleText *text, PosixRuleDate *date) {
        int r;

        if (!take_char(text, ','))
                return -EBADMSG;

        if (take_char(text, 'M'))
                r = take_weekday_rule(text, date);
        else if (take_char(text, 'J')) {
                date->kind = POSIX_RULE_DAY_WITHOUT_LEAP;
                r = take_number(text, 1, 365, &date->day);
        } else {
                date->kind = POSIX_RULE_DAY_OF_YEAR;
                r = take_number(text, 0, 365, &date->day);
        }
        if (r < 0)
                return r;

        date->time_seconds = DEFAULT_TRANSITION_SECONDS;
        return take_char(text, '/') ? take_time(text, 167, &date->time_seconds) : 0;
}

static int take_dates(RuleText *text, PosixRule *rule) {
        int r;

        r = take_date(text, &rule->dst_begin);
        if (r < 0)
                return r;
        return take_date(text, &rule->dst_end);
}

static int take_dst(RuleText *text, PosixRule *rule) {
        RuleText defaults = { default_dst_dates, default_dst_dates + strlen(default_dst_dates) };
        int32_t west;
        int r;

        r = take_name(text, rule->dst_name);
        if (r < 0)
                return r;

        rule->has_dst = true;
        rule->dst_offset_seconds = rule->standard_offset_seconds + 3600;
        if (text->at < text->end && *text->at != ',') {
                r = take_time(text, 24, &west);
                if (r < 0)
                        return r;
                rule->dst_offset_seconds = -west;
        }

        return take_dates(text->at < text->end ? text : &defaults, rule);
}

int posix_rule_parse(const char *text, size_t size, PosixRule *ret) {
        RuleText rest = { text, text + size };
        PosixRule rule = {};
        int32_t west;
        int r;

        assert(text);
        assert(ret);

        r = take_name(&rest, rule.standard_name);
        if (r < 0)
                return r;
        r = take_time(&rest, 24, &west);
        if (r < 0)
                return r;
        rule.standard_offset_seconds = -west;

        if (rest.at < rest.end) {
                r = take_dst(&rest, &rule);
                if (r < 0)
                        return r;
        }
        if (rest.at != rest.end)
                return -EBADMSG;

        *ret = rule;
        return 0;
}

static int64_t weekday_rule_days(const PosixRuleDate *date, int year) {
        CivilDate first = { year, date->month, 1 };
        int day = 1 + (date->day - civil_date_weekday(first) + 7) % 7 + (date->week - 1) * 7;

        if (day > civil_days_in_month(year, date->month))
                day -= 7;
        return civil_date_to_days(first) + day - 1;
}

int64_t posix_rule_date_seconds(const PosixRuleDate *date, int year) {
        int64_t days;

        assert(date);

        if (date->kind == POSIX_RULE_WEEKDAY)
                days = weekday_rule_days(date, year);
        else {
                days = civil_date_to_days((CivilDate){ year, 1, 1 }) + date->day;
                if (date->kind == POSIX_RULE_DAY_WITHOUT_LEAP)
                        days += date->day > 59 && civil_days_in_month(year, 2) == 29 ? 0 : -1;
        }

        return days * 86400 + date->time_seconds;
}
