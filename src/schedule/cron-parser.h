/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parser of cron expressions, which is in several files: elements, fields and their whole. */

#include "schedule/cron.h"

#define CRON_MAX_ELEMENTS 256U

typedef struct CronFieldInfo {
        const char *name;
        unsigned min, max;
        const char *const *names; /* n_names short ones, then the long ones, from `min` up; may be NULL */
        unsigned n_names;
        const char *example;
} CronFieldInfo;

extern const CronFieldInfo cron_fields[CRON_FIELD_COUNT];

typedef struct CronParser {
        const char *text;
        const char *at;
        const ScheduleOptions *options;
        ScheduleError *error;
        CronField field;

        CronElement elements[CRON_MAX_ELEMENTS + 1]; /* and that of an absent year */
        size_t n_elements;
        uint16_t element_begin[CRON_FIELD_COUNT + 1];
        size_t offsets[CRON_FIELD_COUNT];    /* where each field begins in the text */
        uint64_t masks[CRON_FIELD_COUNT][4]; /* bit n is value n; of a year it is CRON_YEAR_MIN + n */
        CronDaySet day_set;                  /* only what is no plain value, which is in the masks */
} CronParser;

#define CRON_ERROR(parser, where, ...) \
        schedule_error((parser)->error, (size_t) ((where) - (parser)->text), __VA_ARGS__)

/* Each reads at parser->at and goes on behind what it read. They return 0 or -EINVAL. */
int cron_parse_element(CronParser *parser);
int cron_parse_value(CronParser *parser, unsigned *ret);
int cron_parse_number(CronParser *parser, unsigned *ret);

/* L, L-3, LW, L-3W; then *ret_found is true. */
int cron_parse_last_day(CronParser *parser, CronElement *element, bool *ret_found);

/* What may follow a value: W, L, #2; then *ret_found is true. */
int cron_parse_day_sign(CronParser *parser, CronElement *element, bool *ret_found);

/* The number of values that the field can tell apart: a weekday 7 is a 0. */
unsigned cron_field_size(CronField field);

/* The number of values from the first to the last of an element. */
unsigned cron_element_size(CronField field, const CronElement *element);

/* Reports what stands at `at` and fits nowhere. */
int cron_refuse_sign(CronParser *parser, const char *at);

/* Whether a word of letters stands at `at` and is this one, in any case. */
bool cron_word_at(const char *at, const char *word);

/* Adds the values of an element to the parser's masks and day set. */
void cron_add_element_values(CronParser *parser, const CronElement *element);

static inline bool cron_is_vixie(const CronParser *parser) {
        return parser->options->dialect == CRON_DIALECT_VIXIE;
}
