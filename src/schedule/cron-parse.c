/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schedule/cron.h"
#include "util/civil-date.h"
#include "util/string-table.h"

#define BLANKS " \t"
#define MAX_ELEMENTS 256U
#define MAX_STEP 999U

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
static const struct {
        const char *name;
        unsigned min, max;
        const char *const *names; /* short ones, then long ones, from `min` up */
        unsigned n_names;
        const char *example;
} fields[] = {
        [CRON_MINUTE]  = { "minute",           0, 59, NULL,          0,  "0 to 59" },
        [CRON_HOUR]    = { "hour",             0, 23, NULL,          0,  "0 to 23" },
        [CRON_DAY]     = { "day of the month", 1, 31, NULL,          0,  "1 to 31" },
        [CRON_MONTH]   = { "month",            1, 12, month_names,   12, "1 to 12 or jan to dec" },
        [CRON_WEEKDAY] = { "day of the week",  0, 7,  weekday_names, 7,  "0 to 7 or sun to sat" },
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

static const char *const macro_names[] = {
        "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@every", "@reboot", NULL,
};

/* Letters and signs of other dialects. */
static const struct {
        const char *text, *meaning;
} dialect_signs[] = {
        { "?",  "no particular day" },
        { "LW", "the last weekday of the month" },
        { "L",  "the last day" },
        { "W",  "the nearest weekday" },
        { "#",  "the n-th weekday of the month" },
        { "H",  "a value by hash" },
        { "~",  "a random value" },
};
/* clang-format on */

typedef struct CronParser {
        const char *text;
        const char *at;
        CronField field;
        ScheduleError *error;
        CronElement elements[MAX_ELEMENTS];
        size_t n_elements;
        uint64_t masks[CRON_FIELD_COUNT];
        size_t offsets[CRON_FIELD_COUNT + 1]; /* where each field begins in the text */
        uint16_t element_begin[CRON_FIELD_COUNT + 1];
} CronParser;

#define PARSER_ERROR(parser, where, ...) \
        schedule_error((parser)->error, (size_t) ((where) - (parser)->text), __VA_ARGS__)

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_field_end(char c) {
        return c == '\0' || c == ' ' || c == '\t';
}

static size_t letters_at(const char *text) {
        size_t n = 0;

        while (is_letter(text[n]))
                n++;
        return n;
}

/* Reports what stands at `at` and fits nowhere: by its name, if another dialect knows it. */
static int refuse_sign(CronParser *parser, const char *at) {
        size_t n = MAX(letters_at(at), (size_t) 1);

        for (size_t i = 0; i < ARRAY_SIZE(dialect_signs); i++) {
                const char *sign = dialect_signs[i].text;

                if (strlen(sign) == n && strncasecmp(at, sign, n) == 0)
                        return PARSER_ERROR(
                                        parser, at, "'%s' (%s) is not known to this version", sign,
                                        dialect_signs[i].meaning);
        }

        if (is_field_end(*at))
                return PARSER_ERROR(
                                parser, at, "a value is missing here: %s expected",
                                fields[parser->field].example);
        if (*at < ' ' || *at > '~')
                return PARSER_ERROR(parser, at, "a character that no cron expression has");
        return PARSER_ERROR(
                        parser, at, "'%.*s' has no meaning here: %s expected for the %s",
                        (int) MIN(n, (size_t) 20), at, fields[parser->field].example,
                        fields[parser->field].name);
}

static int parse_number(CronParser *parser, unsigned *ret) {
        const char *begin = parser->at;
        unsigned value = 0;

        while (is_digit(*parser->at)) {
                if (parser->at - begin >= 6)
                        return PARSER_ERROR(parser, begin, "this number is too large");
                value = value * 10 + (unsigned) (*parser->at++ - '0');
        }
        *ret = value;
        return 0;
}

static int parse_name(CronParser *parser, unsigned *ret) {
        const char *const *names = fields[parser->field].names, *nearest;
        size_t length = letters_at(parser->at);
        char word[24];

        if (names && length < sizeof(word)) {
                memcpy(word, parser->at, length);
                word[length] = '\0';

                for (unsigned i = 0; names[i]; i++)
                        if (strcasecmp(names[i], word) == 0) {
                                *ret = i % fields[parser->field].n_names + fields[parser->field].min;
                                parser->at += length;
                                return 0;
                        }

                nearest = string_nearest(word, names);
                if (nearest && length > 2)
                        return PARSER_ERROR(
                                        parser, parser->at, "'%s' is not a %s; did you mean '%s'?", word,
                                        fields[parser->field].name, nearest);
        }
        return refuse_sign(parser, parser->at);
}

static int parse_value(CronParser *parser, unsigned *ret) {
        const char *begin = parser->at;
        unsigned value;
        int r;

        if (is_letter(*begin))
                return parse_name(parser, ret);
        if (!is_digit(*begin))
                return refuse_sign(parser, begin);

        r = parse_number(parser, &value);
        if (r < 0)
                return r;
        if (value < fields[parser->field].min || value > fields[parser->field].max)
                return PARSER_ERROR(
                                parser, begin, "%s %u is out of range: %s expected",
                                fields[parser->field].name, value, fields[parser->field].example);
        *ret = value;
        return 0;
}

static int parse_step(CronParser *parser, CronElement *element) {
        const char *begin = parser->at;
        unsigned step;
        int r;

        if (!is_digit(*begin))
                return PARSER_ERROR(parser, begin, "a step is missing after '/': a number from 1 expected");
        r = parse_number(parser, &step);
        if (r < 0)
                return r;
        if (step == 0)
                return PARSER_ERROR(parser, begin, "a step of 0 never moves on: a number from 1 expected");
        if (step > MAX_STEP)
                return PARSER_ERROR(parser, begin, "step %u is too large", step);

        element->step = (uint16_t) step;
        return 0;
}

/* Number of values that the field can tell apart: a weekday 7 is a 0. */
static unsigned field_size(CronField field) {
        return field == CRON_WEEKDAY ? 7 : fields[field].max - fields[field].min + 1;
}

static uint64_t element_mask(CronField field, const CronElement *element) {
        unsigned min = fields[field].min, size = field_size(field), step = MAX(element->step, (uint16_t) 1);
        unsigned first = element->first, last = element->last, length;
        uint64_t mask = 0;

        length = last >= first ? last - first : last + size - first;

        for (unsigned i = 0; i <= length; i += step)
                mask |= 1ULL << ((first - min + i) % size + min);
        return mask;
}

/* "*", "5", "9-17", "fri-mon", each with an optional step; from a single value with a step up to the end. */
static int parse_element(CronParser *parser) {
        unsigned first = fields[parser->field].min, last;
        CronElement element = {};
        int r;

        last = parser->field == CRON_WEEKDAY ? 6 : fields[parser->field].max;
        if (*parser->at == '*') {
                element.star = true;
                parser->at++;
        } else {
                unsigned end = last;

                r = parse_value(parser, &first);
                if (r < 0)
                        return r;
                if (parser->field == CRON_WEEKDAY && first == 7 && strncmp(parser->at, "-7", 2) != 0)
                        first = 0; /* the 7 of "7-7" stays: "0-7" is the whole week */
                last = first;
                if (*parser->at == '-') {
                        element.range = true;
                        parser->at++;
                        r = parse_value(parser, &last);
                        if (r < 0)
                                return r;
                } else if (*parser->at == '/')
                        last = end;
        }
        element.first = (uint8_t) first;
        element.last = (uint8_t) last;

        if (*parser->at == '/') {
                parser->at++;
                r = parse_step(parser, &element);
                if (r < 0)
                        return r;
        }
        if (parser->n_elements >= MAX_ELEMENTS)
                return PARSER_ERROR(parser, parser->at, "more than %u list elements", MAX_ELEMENTS);

        parser->masks[parser->field] |= element_mask(parser->field, &element);
        parser->elements[parser->n_elements++] = element;
        return 0;
}

static int parse_field(CronParser *parser) {
        int r;

        parser->element_begin[parser->field] = (uint16_t) parser->n_elements;
        for (;;) {
                r = parse_element(parser);
                if (r < 0)
                        return r;
                if (is_field_end(*parser->at))
                        return 0;
                if (*parser->at != ',')
                        return refuse_sign(parser, parser->at);
                parser->at++;
        }
}

int cron_check_fields(const char *text, ScheduleError *reterr) {
        size_t n = 0, offset = 0, length, fifth_end = 0;
        bool year = false;

        for (const char *at = text + strspn(text, BLANKS); *at; at += strspn(at, BLANKS)) {
                length = strcspn(at, BLANKS);
                if (n++ == CRON_FIELD_COUNT) {
                        offset = (size_t) (at - text);
                        year = length == 4 && strspn(at, "0123456789") == 4;
                }
                at += length;
                if (n == CRON_FIELD_COUNT)
                        fifth_end = (size_t) (at - text);
        }

        if (n == CRON_FIELD_COUNT)
                return 0;
        if (n == CRON_FIELD_COUNT + 1 && year)
                return schedule_error(reterr, offset, "a year needs 7 fields");
        return schedule_error(
                        reterr, n > CRON_FIELD_COUNT ? offset : MAX(fifth_end, strlen(text)),
                        "expected 5 fields (minute, hour, day of the month, month, day of the week), got %zu",
                        n);
}

/* A day that none of the months has; with "either" the weekday still comes. */
static int check_days_exist(CronParser *parser, bool either) {
        uint64_t days = parser->masks[CRON_DAY], months = parser->masks[CRON_MONTH];
        int first = __builtin_ctzll(days);

        if (either)
                return 0;
        for (int month = 1; month <= 12; month++)
                if (months >> month & 1 && first <= civil_days_in_month(2000, month))
                        return 0;

        if (__builtin_popcountll(months) == 1)
                return schedule_error(
                                parser->error, parser->offsets[CRON_DAY],
                                "%s has no day %d: this would never be due",
                                month_names[12 + __builtin_ctzll(months) - 1], first);
        return schedule_error(
                        parser->error, parser->offsets[CRON_DAY],
                        "none of the months has a day %d: this would never be due", first);
}

static bool begins_with_star(const CronParser *parser, CronField field) {
        return parser->elements[parser->element_begin[field]].star;
}

static bool is_interval_like(const CronParser *parser) {
        for (size_t i = 0; i < parser->element_begin[CRON_HOUR + 1]; i++) {
                const CronElement *element = &parser->elements[i];

                if (element->star || element->range || element->step > 0)
                        return true;
        }
        return false;
}

static const char *find_warning(const CronParser *parser) {
        for (CronField field = 0; field < CRON_FIELD_COUNT; field++)
                for (size_t i = parser->element_begin[field]; i < parser->element_begin[field + 1]; i++) {
                        const CronElement *element = &parser->elements[i];

                        if (element->step >= field_size(field))
                                return "a step is as large as its field or larger, so only the first value "
                                       "of its range is ever due";
                        if (field <= CRON_HOUR && element->star && element->step > 0 &&
                            field_size(field) % element->step != 0)
                                return "a step does not divide its field evenly, so the last interval "
                                       "before the field begins anew is shorter";
                }
        return NULL;
}

static int parser_finish(CronParser *parser, CronSchedule **ret) {
        bool either = !begins_with_star(parser, CRON_DAY) && !begins_with_star(parser, CRON_WEEKDAY);
        CronSchedule *cron;
        int r;

        r = check_days_exist(parser, either);
        if (r < 0)
                return r;

        cron = calloc(1, sizeof(*cron) + parser->n_elements * sizeof(CronElement));
        if (!cron)
                return -ENOMEM;

        cron->minutes = parser->masks[CRON_MINUTE];
        cron->hours = (uint32_t) parser->masks[CRON_HOUR];
        cron->days = (uint32_t) parser->masks[CRON_DAY];
        cron->months = (uint16_t) parser->masks[CRON_MONTH];
        cron->weekdays = (uint8_t) parser->masks[CRON_WEEKDAY];
        cron->days_either = either;
        cron->interval_like = is_interval_like(parser);
        cron->warning = find_warning(parser);
        memcpy(cron->element_begin, parser->element_begin, sizeof(cron->element_begin));
        memcpy(cron->elements, parser->elements, parser->n_elements * sizeof(CronElement));

        *ret = cron;
        return 0;
}

static int parse_expression(const char *text, CronSchedule **ret, ScheduleError *reterr) {
        CronParser parser = { .text = text, .at = text, .error = reterr };
        int r;

        r = cron_check_fields(text, reterr);
        if (r < 0)
                return r;

        for (parser.field = 0; parser.field < CRON_FIELD_COUNT; parser.field++) {
                parser.at += strspn(parser.at, BLANKS);
                parser.offsets[parser.field] = (size_t) (parser.at - text);
                r = parse_field(&parser);
                if (r < 0)
                        return r;
        }
        parser.element_begin[CRON_FIELD_COUNT] = (uint16_t) parser.n_elements;

        return parser_finish(&parser, ret);
}

static void format_element(Buffer *buffer, const CronElement *element) {
        if (element->star)
                (void) buffer_add_char(buffer, '*');
        else
                (void) buffer_add_format(buffer, "%u", element->first);
        if (element->range)
                (void) buffer_add_format(buffer, "-%u", element->last);
        if (element->step > 0)
                (void) buffer_add_format(buffer, "/%u", element->step);
}

void cron_format(const Schedule *schedule, Buffer *buffer) {
        const CronSchedule *cron = (const CronSchedule *) schedule;

        for (CronField field = 0; field < CRON_FIELD_COUNT; field++) {
                if (field > 0)
                        (void) buffer_add_char(buffer, ' ');
                for (unsigned i = cron->element_begin[field]; i < cron->element_begin[field + 1]; i++) {
                        if (i > cron->element_begin[field])
                                (void) buffer_add_char(buffer, ',');
                        format_element(buffer, &cron->elements[i]);
                }
        }
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

/* "@every 90s" and "@reboot" are other kinds in cron's clothes. */
static int parse_macro(
                const char *text,
                const ScheduleOptions *options,
                Schedule **ret,
                ScheduleError *reterr) {

        size_t length = strcspn(text, BLANKS), rest = length + strspn(text + length, BLANKS);
        CLEANUP_FREE char *word = NULL;
        const char *nearest;
        int r;

        if (length == strlen("@every") && strncasecmp(text, "@every", length) == 0) {
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

int cron_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        CronSchedule *cron = NULL;
        int r;

        assert(text);
        assert(ret);

        if (text[0] == '@')
                return parse_macro(text, options, ret, reterr);

        r = parse_expression(text, &cron, reterr);
        if (r < 0)
                return r;

        cron->base.operations = &cron_operations;
        *ret = &cron->base;
        return 0;
}
