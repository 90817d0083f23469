/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One element of a list: a value, a range, a value by hash, with a step; the signs of days are in
 * cron-sign.c. */

#include <string.h>
#include <strings.h>

#include "schedule/cron-parser.h"
#include "schedule/stable-hash.h"
#include "util/string-table.h"

#define MAX_STEP 999U

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t letters_at(const char *text) {
        size_t n = 0;

        while (is_letter(text[n]))
                n++;
        return n;
}

bool cron_word_at(const char *at, const char *word) {
        size_t n = letters_at(at);

        return n == strlen(word) && strncasecmp(at, word, n) == 0;
}

unsigned cron_field_size(CronField field) {
        return field == CRON_WEEKDAY ? 7 : cron_fields[field].max - cron_fields[field].min + 1;
}

/* The last value of "*" and of "5/2". */
static unsigned field_end(CronField field) {
        return field == CRON_WEEKDAY ? 6 : cron_fields[field].max;
}

int cron_parse_number(CronParser *parser, unsigned *ret) {
        const char *begin = parser->at;
        unsigned value = 0;

        if (!is_digit(*begin))
                return cron_refuse_sign(parser, begin);
        while (is_digit(*parser->at)) {
                if (parser->at - begin >= 6)
                        return CRON_ERROR(parser, begin, "this number is too large");
                value = value * 10 + (unsigned) (*parser->at++ - '0');
        }
        *ret = value;
        return 0;
}

/* Finds a name of the field; cron itself knows the short ones only. */
static bool find_name(const CronParser *parser, size_t length, unsigned *ret) {
        const CronFieldInfo *field = &cron_fields[parser->field];

        for (unsigned i = 0; field->names && field->names[i]; i++) {
                if (cron_is_vixie(parser) && i >= field->n_names)
                        return false;
                if (strlen(field->names[i]) == length &&
                    strncasecmp(field->names[i], parser->at, length) == 0) {
                        *ret = i % field->n_names + field->min;
                        return true;
                }
        }
        return false;
}

static int parse_name(CronParser *parser, unsigned *ret) {
        const CronFieldInfo *field = &cron_fields[parser->field];
        size_t length = letters_at(parser->at);
        const char *nearest;
        char word[24];

        /* The L of "friL" belongs to what follows the name. */
        if (!find_name(parser, length, ret) && parser->field == CRON_WEEKDAY &&
            cron_word_at(parser->at + length - 1, "L"))
                length--;
        if (find_name(parser, length, ret)) {
                parser->at += length;
                return 0;
        }

        if (!field->names || length < 3 || length >= sizeof(word))
                return cron_refuse_sign(parser, parser->at);
        memcpy(word, parser->at, length);
        word[length] = '\0';
        nearest = string_nearest(word, field->names);
        if (!nearest)
                return cron_refuse_sign(parser, parser->at);
        if (strcasecmp(nearest, word) == 0)
                return CRON_ERROR(
                                parser, parser->at,
                                "'%s': the dialect vixie knows names of three letters only", word);
        return CRON_ERROR(
                        parser, parser->at, "'%s' is not a %s; did you mean '%s'?", word, field->name,
                        nearest);
}

int cron_parse_value(CronParser *parser, unsigned *ret) {
        const CronFieldInfo *field = &cron_fields[parser->field];
        const char *begin = parser->at;
        unsigned value = 0;
        int r;

        if (is_letter(*begin))
                return parse_name(parser, ret);

        r = cron_parse_number(parser, &value);
        if (r < 0)
                return r;
        if (value < field->min || value > field->max)
                return CRON_ERROR(
                                parser, begin, "%s %u is out of range: %s expected", field->name, value,
                                field->example);
        *ret = value;
        return 0;
}

static int parse_step(CronParser *parser, CronElement *element) {
        const char *begin = ++parser->at;
        unsigned step = 0;
        int r;

        if (!is_digit(*begin))
                return CRON_ERROR(parser, begin, "a step is missing after '/': a number from 1 expected");
        r = cron_parse_number(parser, &step);
        if (r < 0)
                return r;
        if (step == 0)
                return CRON_ERROR(parser, begin, "a step of 0 never moves on: a number from 1 expected");
        if (step > MAX_STEP)
                return CRON_ERROR(parser, begin, "step %u is too large", step);

        element->step = (uint16_t) step;
        return 0;
}

/* The end of a range; `begin` is where its first value stands. */
static int parse_range_end(CronParser *parser, const char *begin, CronElement *element) {
        unsigned last = 0;
        int r;

        parser->at++;
        r = cron_parse_value(parser, &last);
        if (r < 0)
                return r;

        element->last = (uint16_t) last;
        if (element->first <= last)
                return 0;
        if (cron_is_vixie(parser))
                return CRON_ERROR(
                                parser, begin,
                                "in the dialect vixie no range wraps: its end comes before its begin");
        if (parser->field == CRON_YEAR)
                return CRON_ERROR(
                                parser, begin,
                                "a range of years cannot wrap: its end comes before its begin");
        return 0;
}

/* Behind the H: nothing or "(a-b)". */
static int parse_hash(CronParser *parser, CronElement *element) {
        unsigned first = 0;
        const char *begin;
        int r;

        parser->at++;
        element->kind = CRON_HASH;
        element->first = (uint16_t) cron_fields[parser->field].min;
        element->last = (uint16_t) (parser->field == CRON_DAY ? 28 : field_end(parser->field));
        if (*parser->at != '(')
                return 0;

        begin = ++parser->at;
        r = cron_parse_value(parser, &first);
        if (r < 0)
                return r;
        if (*parser->at != '-')
                return CRON_ERROR(parser, parser->at, "the range of H is two values with a '-': H(0-29)");
        element->kind = CRON_HASH_RANGE;
        element->first = (uint16_t) first;
        r = parse_range_end(parser, begin, element);
        if (r < 0)
                return r;
        if (*parser->at != ')')
                return CRON_ERROR(parser, parser->at, "a ')' is missing here");
        parser->at++;
        return 0;
}

/* Behind the first value of "a~b", which may be left out as the last may. */
static int parse_random(CronParser *parser, const char *begin, CronElement *element) {
        char next = parser->at[1];

        element->kind = CRON_RANDOM;
        if (is_digit(next) || is_letter(next))
                return parse_range_end(parser, begin, element);
        element->last = (uint16_t) field_end(parser->field);
        parser->at++;
        return 0;
}

/* In "7-7", for "0-7" is the whole week; and before any range that cron would take for one that wraps. */
static bool seven_stays(const CronParser *parser) {
        const char *at = parser->at;

        if (*at != '-' && *at != '~')
                return false;
        return cron_is_vixie(parser) || at[1 + strspn(at + 1, "0")] == '7';
}

/* A value and what may follow it. */
static int parse_from_value(CronParser *parser, CronElement *element) {
        const char *begin = parser->at;
        unsigned value = 0;
        bool found = false;
        int r;

        r = cron_parse_value(parser, &value);
        if (r < 0)
                return r;

        if (parser->field == CRON_WEEKDAY && value == 7 && !seven_stays(parser))
                value = 0;
        element->kind = CRON_VALUE;
        element->first = element->last = (uint16_t) value;

        if (*parser->at == '-') {
                element->kind = CRON_RANGE;
                return parse_range_end(parser, begin, element);
        }
        if (cron_is_vixie(parser))
                return 0;
        if (*parser->at == '~')
                return parse_random(parser, begin, element);

        r = cron_parse_day_sign(parser, element, &found);
        if (r < 0 || found)
                return r;
        if (*parser->at == '/')
                element->last = (uint16_t) field_end(parser->field);
        return 0;
}

/* An element without its step. */
static int parse_base(CronParser *parser, CronElement *element) {
        const char *begin = parser->at;
        bool found = false;
        int r;

        element->first = (uint16_t) cron_fields[parser->field].min;
        element->last = (uint16_t) field_end(parser->field);
        if (*begin == '*' || (*begin == '?' && !cron_is_vixie(parser))) {
                element->kind = CRON_ALL;
                parser->at++;
                return 0;
        }
        if (!cron_is_vixie(parser)) {
                if (*begin == '~')
                        return parse_random(parser, begin, element);
                if (cron_word_at(begin, "H"))
                        return parse_hash(parser, element);
                r = cron_parse_last_day(parser, element, &found);
                if (r < 0 || found)
                        return r;
        }
        return parse_from_value(parser, element);
}

int cron_parse_element(CronParser *parser) {
        CronElement element = {};
        int r;

        r = parse_base(parser, &element);
        if (r < 0)
                return r;

        if (*parser->at == '/') {
                if (element.kind > CRON_RANDOM)
                        return CRON_ERROR(parser, parser->at, "L, W and # have no steps");
                if (cron_is_vixie(parser) && element.kind == CRON_VALUE)
                        return CRON_ERROR(
                                        parser, parser->at,
                                        "in the dialect vixie only '*' and a range may have a step");
                r = parse_step(parser, &element);
                if (r < 0)
                        return r;
        }
        if (parser->n_elements >= CRON_MAX_ELEMENTS)
                return CRON_ERROR(parser, parser->at, "more than %u list elements", CRON_MAX_ELEMENTS);

        cron_add_element_values(parser, &element);
        parser->elements[parser->n_elements++] = element;
        return 0;
}

static uint64_t field_hash(const CronParser *parser) {
        const char *key = parser->options->hash_key ?: "", *salt = parser->options->hash_salt;
        StableHash hash;

        stable_hash_init(&hash);
        stable_hash_add(&hash, key, strlen(key) + 1);
        stable_hash_add_byte(&hash, (uint8_t) parser->field);
        if (salt) {
                stable_hash_add_byte(&hash, 0);
                stable_hash_add(&hash, salt, strlen(salt));
        }
        return stable_hash_finish(&hash);
}

unsigned cron_element_size(CronField field, const CronElement *element) {
        unsigned first = element->first, last = element->last;

        return (last >= first ? last - first : last + cron_field_size(field) - first) + 1;
}

static void add_values(CronParser *parser, const CronElement *element) {
        unsigned base = parser->field == CRON_YEAR ? CRON_YEAR_MIN : cron_fields[parser->field].min;
        unsigned shift = parser->field == CRON_YEAR ? 0 : base; /* only years are counted from their first */
        unsigned size = cron_field_size(parser->field), step = MAX(element->step, (uint16_t) 1);
        unsigned begin = 0, end = cron_element_size(parser->field, element);

        if (element->kind >= CRON_HASH && element->kind <= CRON_RANDOM) {
                begin = (unsigned) (field_hash(parser) % (element->step > 0 ? MIN(step, end) : end));
                if (element->step == 0)
                        end = begin + 1;
        }
        for (unsigned i = begin; i < end; i += step) {
                unsigned bit = (element->first - base + i) % size + shift;

                parser->masks[parser->field][bit / 64] |= 1ULL << bit % 64;
        }
}

void cron_add_element_values(CronParser *parser, const CronElement *element) {
        CronDaySet *set = &parser->day_set;

        switch (element->kind) {
        case CRON_FROM_END:
                set->from_end |= 1U << element->first;
                break;
        case CRON_NEAREST:
                set->nearest |= 1U << element->first;
                break;
        case CRON_NEAREST_TO_LAST:
                set->nearest_to_last |= 1U << element->first;
                break;
        case CRON_NTH_WEEKDAY:
                set->nth_weekdays[element->last] |= (uint8_t) (1U << element->first);
                break;
        case CRON_LAST_WEEKDAY:
                set->nth_weekdays[0] |= (uint8_t) (1U << element->first);
                break;
        default:
                add_values(parser, element);
        }
}
