/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cron expression as a whole: its fields, macros, and what can only be judged when all fields are read.
 *
 * The dialect vixie is what Debian's cron 3.0 reads, less what that accepts without a meaning: a range that
 * ends before it begins matches nothing there, and rubbish behind a value is skipped. Both are refused here.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schedule/cron-parser.h"
#include "util/civil-date.h"
#include "util/string-table.h"

#define BLANKS " \t"
#define DIGITS "0123456789"

#define MIN_FIELDS 5U
#define MAX_FIELDS 7U

static const char *const month_names[] = {
        "jan",  "feb",    "mar",       "apr",     "may",      "jun",      "jul",   "aug", "sep",
        "oct",  "nov",    "dec",       "January", "February", "March",    "April", "May", "June",
        "July", "August", "September", "October", "November", "December", NULL,
};

static const char *const weekday_names[] = {
        "sun",    "mon",     "tue",       "wed",      "thu",    "fri",      "sat", "sunday",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", NULL,
};

/* clang-format off */
const CronFieldInfo cron_fields[CRON_FIELD_COUNT] = {
        [CRON_SECOND]  = { "second",           0, 59, NULL,          0,  "0 to 59" },
        [CRON_MINUTE]  = { "minute",           0, 59, NULL,          0,  "0 to 59" },
        [CRON_HOUR]    = { "hour",             0, 23, NULL,          0,  "0 to 23" },
        [CRON_DAY]     = { "day of the month", 1, 31, NULL,          0,  "1 to 31" },
        [CRON_MONTH]   = { "month",            1, 12, month_names,   12, "1 to 12 or jan to dec" },
        [CRON_WEEKDAY] = { "day of the week",  0, 7,  weekday_names, 7,  "0 to 7 or sun to sat" },
        [CRON_YEAR]    = { "year", CRON_YEAR_MIN, CRON_YEAR_MAX, NULL, 0, "1970 to 2199" },
};

static const struct {
        const char *name, *expression;
} macros[] = {
        { "@yearly",   "0 0 1 1 *" },
        { "@annually", "0 0 1 1 *" },
        { "@monthly",  "0 0 1 * *" },
        { "@weekly",   "0 0 * * 0" },
        { "@daily",    "0 0 * * *" },
        { "@midnight", "0 0 * * *" },
        { "@hourly",   "0 * * * *" },
};
/* clang-format on */

static const char *const macro_names[] = {
        "@yearly",   "@annually", "@monthly", "@weekly", "@daily",
        "@midnight", "@hourly",   "@every",   "@reboot", NULL,
};

static bool is_field_end(char c) {
        return c == '\0' || c == ' ' || c == '\t';
}

/* In a list, "1,15W" could be meant as "1W,15W". */
static int check_nearest_in_list(CronParser *parser, const char *where) {
        bool plain = false, nearest = false;

        for (size_t i = parser->element_begin[parser->field]; i < parser->n_elements; i++) {
                plain = plain || parser->elements[i].kind <= CRON_RANDOM;
                nearest = nearest || parser->elements[i].kind == CRON_NEAREST;
        }
        if (!plain || !nearest)
                return 0;
        return CRON_ERROR(
                        parser, where,
                        "W is for a single day: in a list with others each day needs its own, as in 1W,15W");
}

static int parse_field(CronParser *parser) {
        const char *nearest = NULL;
        int r;

        parser->at += strspn(parser->at, BLANKS);
        parser->offsets[parser->field] = (size_t) (parser->at - parser->text);
        for (;;) {
                const char *begin = parser->at;

                r = cron_parse_element(parser);
                if (r < 0)
                        return r;
                if (parser->elements[parser->n_elements - 1].kind == CRON_NEAREST)
                        nearest = begin;
                if (is_field_end(*parser->at))
                        return nearest ? check_nearest_in_list(parser, nearest) : 0;
                if (*parser->at != ',')
                        return cron_refuse_sign(parser, parser->at);
                parser->at++;
        }
}

/* A field that is not written: the second is 0, and every year matches. */
static void add_default_field(CronParser *parser) {
        static const CronElement second = { .kind = CRON_VALUE };
        static const CronElement year = { .kind = CRON_ALL, .first = CRON_YEAR_MIN, .last = CRON_YEAR_MAX };
        const CronElement *element = parser->field == CRON_YEAR ? &year : &second;

        cron_add_element_values(parser, element);
        parser->elements[parser->n_elements++] = *element;
}

/* Finds how many fields there are, and where the one behind the first `n_wanted` begins. */
static size_t count_fields(const char *text, size_t n_wanted, const char **ret_next) {
        size_t n = 0;

        for (const char *at = text + strspn(text, BLANKS); *at; at += strspn(at, BLANKS)) {
                if (n++ == n_wanted)
                        *ret_next = at;
                at += strcspn(at, BLANKS);
        }
        return n;
}

static bool looks_like_year(const char *text) {
        return strspn(text, DIGITS) == 4;
}

static int check_fields(const CronParser *parser, size_t *ret_n_fields) {
        const char *text = parser->text, *next = NULL;
        size_t n = count_fields(text, MIN_FIELDS, &next);

        if (n == MIN_FIELDS + 1 && looks_like_year(next))
                return CRON_ERROR(parser, next, "a year needs 7 fields");
        if (cron_is_vixie(parser) && n > MIN_FIELDS)
                return CRON_ERROR(parser, next, "the dialect vixie has 5 fields, got %zu", n);
        if (n >= MIN_FIELDS && n <= MAX_FIELDS) {
                *ret_n_fields = n;
                return 0;
        }

        next = text + strlen(text);
        (void) count_fields(text, MAX_FIELDS, &next);
        return CRON_ERROR(
                        parser, next,
                        "expected 5 fields (minute, hour, day of the month, month, day of the week), "
                        "6 (a second first) or 7 (a year last), got %zu",
                        n);
}

static bool begins_with_star(const CronParser *parser, CronField field) {
        return parser->elements[parser->element_begin[field]].kind == CRON_ALL;
}

static bool is_unrestricted(const CronParser *parser, CronField field) {
        const CronElement *first = &parser->elements[parser->element_begin[field]];

        return first->kind == CRON_ALL && first->step <= 1;
}

/* A field that restricts nothing is no alternative to the other: with `days: or`, too, "* mon" is Mondays. */
static bool is_either_day(const CronParser *parser) {
        switch (parser->options->days) {
        case CRON_DAYS_AND:
                return false;
        case CRON_DAYS_OR:
                return !is_unrestricted(parser, CRON_DAY) && !is_unrestricted(parser, CRON_WEEKDAY);
        default:
                return !begins_with_star(parser, CRON_DAY) && !begins_with_star(parser, CRON_WEEKDAY);
        }
}

/* Debian's cron asks whether the text of minute or hour begins with a star, and nothing else. */
static bool is_interval_like(const CronParser *parser) {
        if (cron_is_vixie(parser))
                return begins_with_star(parser, CRON_MINUTE) || begins_with_star(parser, CRON_HOUR);

        for (size_t i = 0; i < parser->element_begin[CRON_HOUR + 1]; i++) {
                const CronElement *element = &parser->elements[i];

                if (element->kind == CRON_ALL || element->kind == CRON_RANGE || element->step > 0)
                        return true;
        }
        return false;
}

static bool is_whole_field(const CronElement *element) {
        return element->kind == CRON_ALL || element->kind == CRON_HASH;
}

static const char *find_warning(const CronParser *parser) {
        for (CronField field = 0; field < CRON_FIELD_COUNT; field++)
                for (size_t i = parser->element_begin[field]; i < parser->element_begin[field + 1]; i++) {
                        const CronElement *element = &parser->elements[i];

                        if (element->step > 1 && element->step >= cron_element_size(field, element))
                                return "a step is as large as its range or larger, so only one value of it "
                                       "is ever due";
                        if (field <= CRON_HOUR && is_whole_field(element) && element->step > 0 &&
                            cron_field_size(field) % element->step != 0)
                                return "a step does not divide its field evenly, so the last interval "
                                       "before the field begins anew is shorter";
                }
        return NULL;
}

/* Says why no day ever matches. */
static int refuse_days(const CronParser *parser, const CronSchedule *cron) {
        const CronDaySet *set = &cron->day_set;
        size_t offset = parser->offsets[CRON_DAY];
        bool special = set->from_end || set->nearest || set->nearest_to_last;
        int first = set->days ? __builtin_ctz(set->days) : 0;

        for (int month = 1; month <= 12; month++)
                special = special || (cron->months >> month & 1 && first <= civil_days_in_month(2000, month));
        if (special)
                return schedule_error(
                                parser->error, offset,
                                "none of the months has such a day: this would never be due");
        if (__builtin_popcount(cron->months) == 1)
                return schedule_error(
                                parser->error, offset, "%s has no day %d: this would never be due",
                                month_names[12 + __builtin_ctz(cron->months) - 1], first);
        return schedule_error(
                        parser->error, offset, "none of the months has a day %d: this would never be due",
                        first);
}

/* Also puts the masks in place, on which all else depends. */
static int resolve_dates(const CronParser *parser, CronSchedule *cron) {
        bool any_year = false;

        for (size_t i = parser->element_begin[CRON_YEAR]; i < parser->element_begin[CRON_FIELD_COUNT]; i++)
                any_year = any_year ||
                                (parser->elements[i].kind == CRON_ALL && parser->elements[i].step <= 1);

        cron->months = (uint16_t) parser->masks[CRON_MONTH][0];
        cron->day_set = parser->day_set;
        cron->day_set.days = (uint32_t) parser->masks[CRON_DAY][0];
        cron->day_set.weekdays = (uint8_t) parser->masks[CRON_WEEKDAY][0];
        cron->day_set.either = is_either_day(parser);
        memcpy(cron->years, parser->masks[CRON_YEAR], sizeof(cron->years));

        cron_resolve_days(cron);
        cron->any_year = true;
        if (!cron_resolve_years(cron))
                return refuse_days(parser, cron);
        cron->any_year = any_year;
        if (!cron_resolve_years(cron))
                return schedule_error(
                                parser->error, parser->offsets[CRON_YEAR],
                                "none of the years has such a day: this would never be due");
        return 0;
}

static const char *cron_warning(const Schedule *schedule) {
        return ((const CronSchedule *) schedule)->warning;
}

static bool cron_is_interval_like(const Schedule *schedule) {
        return ((const CronSchedule *) schedule)->interval_like;
}

static const ScheduleOperations cron_operations = {
        .kind = SCHEDULE_CRON,
        .format = cron_format,
        .describe = cron_describe,
        .warning = cron_warning,
        .is_interval_like = cron_is_interval_like,
        .next = cron_next,
        .previous = cron_previous,
        .count = cron_count,
};

static int parser_finish(const CronParser *parser, CronSchedule **ret) {
        CLEANUP_FREE CronSchedule *cron = NULL;
        int r;

        cron = calloc(1, sizeof(*cron) + parser->n_elements * sizeof(CronElement));
        if (!cron)
                return -ENOMEM;

        r = resolve_dates(parser, cron);
        if (r < 0)
                return r;
        cron->base.operations = &cron_operations;
        cron->seconds = parser->masks[CRON_SECOND][0];
        cron->minutes = parser->masks[CRON_MINUTE][0];
        cron->hours = (uint32_t) parser->masks[CRON_HOUR][0];
        cron->interval_like = is_interval_like(parser);
        cron->warning = find_warning(parser);
        memcpy(cron->element_begin, parser->element_begin, sizeof(cron->element_begin));
        memcpy(cron->elements, parser->elements, parser->n_elements * sizeof(CronElement));

        *ret = TAKE_PTR(cron);
        return 0;
}

static int parse_expression(
                const char *text,
                const ScheduleOptions *options,
                CronSchedule **ret,
                ScheduleError *reterr) {

        CronParser parser = { .text = text, .at = text, .options = options, .error = reterr };
        size_t n_fields = 0;
        int r;

        r = check_fields(&parser, &n_fields);
        if (r < 0)
                return r;

        for (parser.field = 0; parser.field < CRON_FIELD_COUNT; parser.field++) {
                bool absent = (parser.field == CRON_SECOND && n_fields < 6) ||
                                (parser.field == CRON_YEAR && n_fields < 7);

                parser.element_begin[parser.field] = (uint16_t) parser.n_elements;
                if (absent) {
                        add_default_field(&parser);
                        continue;
                }
                r = parse_field(&parser);
                if (r < 0)
                        return r;
        }
        parser.element_begin[CRON_FIELD_COUNT] = (uint16_t) parser.n_elements;

        return parser_finish(&parser, ret);
}

static int refuse_macro(const char *text, size_t length, ScheduleError *reterr) {
        CLEANUP_FREE char *word = NULL;
        const char *nearest;

        word = strndup(text, length);
        if (!word)
                return -ENOMEM;
        nearest = string_nearest(word, macro_names);
        return schedule_error(
                        reterr, 0,
                        nearest ? "'%.32s' is no macro; did you mean '%s'?"
                                : "'%.32s' is no macro; one such as @daily or @hourly was expected",
                        word, nearest);
}

/* "@every 90s" and "@reboot" are other kinds in cron's clothes. */
static int parse_macro(
                const char *text,
                const ScheduleOptions *options,
                Schedule **ret,
                ScheduleError *reterr) {

        size_t length = strcspn(text, BLANKS), rest = length + strspn(text + length, BLANKS);
        int r;

        if (length == strlen("@every") && strncasecmp(text, "@every", length) == 0) {
                if (options->dialect == CRON_DIALECT_VIXIE)
                        return schedule_error(reterr, 0, "the dialect vixie has no @every");
                r = every_parse(text + rest, options, ret, reterr);
                if (r == -EINVAL && reterr)
                        reterr->offset += rest;
                return r;
        }
        if (text[rest])
                return schedule_error(reterr, rest, "nothing may follow a macro but the span of @every");
        if (strcasecmp(text, "@reboot") == 0)
                return boot_parse(text, options, ret, reterr);

        for (size_t i = 0; i < ARRAY_SIZE(macros); i++)
                if (strcasecmp(text, macros[i].name) == 0)
                        return cron_parse(macros[i].expression, options, ret, reterr);
        return refuse_macro(text, length, reterr);
}

int cron_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        CronSchedule *cron = NULL;
        int r;

        assert(text);
        assert(options);
        assert(ret);

        if (text[0] == '@')
                return parse_macro(text, options, ret, reterr);

        r = parse_expression(text, options, &cron, reterr);
        if (r < 0)
                return r;

        *ret = &cron->base;
        return 0;
}
