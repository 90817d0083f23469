/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The TZif format, RFC 8536. Everything that comes from the file is checked before it is used: a zone that
 * was made needs no check later.
 */

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/posix-rule.h"
#include "schedule/time-zone-internal.h"
#include "schedule/time-zone.h"

#define HEADER_SIZE 44U
#define TYPE_SIZE 6U
#define MAX_TYPES 256U
#define MAX_OFFSET_SECONDS (26 * 3600)

/* Earlier transitions are "since ever", later ones "never": neither fits into microseconds. */
#define MAX_TRANSITION_SECONDS (INT64_MAX / USEC_PER_SEC / 2)

/* By the rule of the footer: more than one cycle, so that its last one is without what the file itself says.
 */
#define RULE_YEARS 403
#define RULE_FIRST_YEAR 1900 /* where the file has no transition at all */

typedef struct TzifBlock {
        size_t n_transitions, n_types, n_characters, n_leaps, n_standard, n_ut;
        size_t time_size; /* bytes of an instant */
        size_t size;
        const uint8_t *data;
} TzifBlock;

typedef struct Transition {
        int64_t at_seconds;
        uint16_t type;
} Transition;

/* A zone while it is made. The arrays go over into the TimeZone. */
typedef struct ZoneBuilder {
        int64_t *begins;
        uint16_t *span_types;
        ZoneType *types;
        char *abbreviations;
        size_t n_spans, n_types, n_characters;
} ZoneBuilder;

static void zone_builder_done(ZoneBuilder *builder) {
        free(builder->begins);
        free(builder->span_types);
        free(builder->types);
        free(builder->abbreviations);
}

static uint32_t read_u32(const uint8_t *data) {
        uint32_t value;

        memcpy(&value, data, sizeof(value));
        return be32toh(value);
}

static int64_t read_time(const uint8_t *data, size_t time_size) {
        uint64_t value;

        if (time_size == 4)
                return (int32_t) read_u32(data);
        memcpy(&value, data, sizeof(value));
        return (int64_t) be64toh(value);
}

/* Reads a header at `offset` and checks that its data is there as a whole. */
static int read_block(const uint8_t *data, size_t size, size_t offset, size_t time_size, TzifBlock *ret) {
        const uint8_t *header = data + offset;
        TzifBlock block = { .time_size = time_size };

        if (size - offset < HEADER_SIZE || memcmp(header, "TZif", 4) != 0)
                return -EBADMSG;

        block.n_ut = read_u32(header + 20);
        block.n_standard = read_u32(header + 24);
        block.n_leaps = read_u32(header + 28);
        block.n_transitions = read_u32(header + 32);
        block.n_types = read_u32(header + 36);
        block.n_characters = read_u32(header + 40);
        block.data = header + HEADER_SIZE;

        /* 32-bit counts times small numbers: no overflow in 64 bits. */
        block.size = block.n_transitions * (time_size + 1) + block.n_types * TYPE_SIZE + block.n_characters +
                        block.n_leaps * (time_size + 4) + block.n_standard + block.n_ut;
        if (block.size > size - offset - HEADER_SIZE)
                return -EBADMSG;

        *ret = block;
        return 0;
}

static int builder_allocate(ZoneBuilder *builder, const TzifBlock *block) {
        size_t max_spans = 1 + block->n_transitions + 2 * RULE_YEARS;

        /* Two types and two names more: those of the rule. */
        builder->begins = calloc(max_spans, sizeof(*builder->begins));
        builder->span_types = calloc(max_spans, sizeof(*builder->span_types));
        builder->types = calloc(block->n_types + 2, sizeof(*builder->types));
        builder->abbreviations = calloc(block->n_characters + 1 + 2 * POSIX_RULE_NAME_MAX, 1);
        if (!builder->begins || !builder->span_types || !builder->types || !builder->abbreviations)
                return -ENOMEM;
        return 0;
}

static int read_types(ZoneBuilder *builder, const TzifBlock *block) {
        const uint8_t *types = block->data + block->n_transitions * (block->time_size + 1);

        memcpy(builder->abbreviations, types + block->n_types * TYPE_SIZE, block->n_characters);
        builder->n_characters = block->n_characters + 1;

        for (size_t i = 0; i < block->n_types; i++) {
                const uint8_t *type = types + i * TYPE_SIZE;
                int32_t offset = (int32_t) read_u32(type);

                if (offset < -MAX_OFFSET_SECONDS || offset > MAX_OFFSET_SECONDS || type[4] > 1 ||
                    type[5] >= block->n_characters)
                        return -EBADMSG;

                builder->types[i] = (ZoneType){ offset, type[4] == 1, builder->abbreviations + type[5] };
        }
        builder->n_types = block->n_types;
        return 0;
}

/* One of two spans that are the same but for their begin is left out. */
static void builder_add_span(ZoneBuilder *builder, int64_t begin, uint16_t type) {
        size_t n = builder->n_spans;

        if (n > 0 && builder->span_types[n - 1] == type)
                return;
        builder->begins[n] = begin;
        builder->span_types[n] = type;
        builder->n_spans++;
}

static int read_transitions(ZoneBuilder *builder, const TzifBlock *block) {
        const uint8_t *times = block->data, *types = times + block->n_transitions * block->time_size;
        int64_t last = INT64_MIN;

        builder_add_span(builder, INT64_MIN, 0);

        for (size_t i = 0; i < block->n_transitions; i++) {
                int64_t at = read_time(times + i * block->time_size, block->time_size);

                if ((i > 0 && at <= last) || types[i] >= block->n_types)
                        return -EBADMSG;
                last = at;

                if (at < -MAX_TRANSITION_SECONDS)
                        builder->span_types[0] = types[i];
                else if (at <= MAX_TRANSITION_SECONDS)
                        builder_add_span(builder, at, types[i]);
        }
        return 0;
}

static uint16_t builder_add_type(ZoneBuilder *builder, int32_t offset, bool is_dst, const char *name) {
        char *abbreviation = builder->abbreviations + builder->n_characters;
        size_t i = builder->n_types;

        for (size_t j = 0; j < builder->n_types; j++) {
                const ZoneType *type = &builder->types[j];

                if (type->offset_seconds == offset && type->is_dst == is_dst &&
                    strcmp(type->abbreviation, name) == 0)
                        return (uint16_t) j;
        }

        strcpy(abbreviation, name); /* builder_allocate() made room for both names of a rule */
        builder->n_characters += strlen(name) + 1;
        builder->types[i] = (ZoneType){ offset, is_dst, abbreviation };
        builder->n_types++;
        return (uint16_t) i;
}

/* By instant; where one span ends as the next begins, daylight saving goes on. */
static int transition_compare(const void *a, const void *b) {
        const Transition *x = a, *y = b;

        return (x->at_seconds > y->at_seconds) - (x->at_seconds < y->at_seconds);
}

static void builder_add_rule_spans(
                ZoneBuilder *builder,
                const PosixRule *rule,
                int first_year,
                int64_t last) {
        Transition transitions[2 * RULE_YEARS];
        uint16_t standard, dst;
        size_t n = 0;

        standard = builder_add_type(builder, rule->standard_offset_seconds, false, rule->standard_name);
        dst = builder_add_type(builder, rule->dst_offset_seconds, true, rule->dst_name);

        for (int year = first_year; year < first_year + RULE_YEARS; year++) {
                int64_t begin = posix_rule_date_seconds(&rule->dst_begin, year), end;

                end = posix_rule_date_seconds(&rule->dst_end, year) - rule->dst_offset_seconds;
                begin -= rule->standard_offset_seconds;
                transitions[n++] = (Transition){ begin, dst };
                transitions[n++] = (Transition){ end, standard };
        }
        qsort(transitions, n, sizeof(*transitions), transition_compare);

        for (size_t i = 0; i < n; i++) {
                bool same_as_next = i + 1 < n && transitions[i + 1].at_seconds == transitions[i].at_seconds;

                if (transitions[i].at_seconds <= last)
                        continue;
                if (same_as_next) { /* permanent daylight saving: one ends where the next begins */
                        builder_add_span(builder, transitions[i].at_seconds, dst);
                        i++;
                        continue;
                }
                builder_add_span(builder, transitions[i].at_seconds, transitions[i].type);
        }
}

static void builder_apply_rule(ZoneBuilder *builder, const PosixRule *rule, bool *ret_cycles) {
        int64_t last = builder->begins[builder->n_spans - 1];
        size_t n_before = builder->n_spans;
        int first_year = RULE_FIRST_YEAR;

        *ret_cycles = false;
        if (!rule->has_dst || rule->dst_offset_seconds == rule->standard_offset_seconds)
                return; /* the last type goes on for ever */

        /* Where the year of the rule's first transition is not the calendar's, one year more does no harm. */
        if (builder->n_spans > 1)
                first_year = civil_time_from_usec(last * USEC_PER_SEC).date.year - 1;
        builder_add_rule_spans(builder, rule, first_year, last);
        *ret_cycles = builder->n_spans >= n_before + 2 * (RULE_YEARS - 3);
}

static int read_footer(const uint8_t *data, size_t size, PosixRule *rule, bool *ret_has_rule) {
        const uint8_t *end;

        *ret_has_rule = false;
        if (size < 2 || data[0] != '\n')
                return -EBADMSG;
        end = memchr(data + 1, '\n', size - 1);
        if (!end)
                return -EBADMSG;
        if (end == data + 1)
                return 0;

        *ret_has_rule = true;
        return posix_rule_parse((const char *) data + 1, (size_t) (end - data) - 1, rule);
}

static int builder_finish(ZoneBuilder *builder, const char *name, bool cycles, TimeZone **ret) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;

        zone = calloc(1, sizeof(*zone));
        if (!zone)
                return -ENOMEM;
        zone->n_refs = 1;
        zone->cycles = cycles;
        zone->name = strdup(name);
        if (!zone->name)
                return -ENOMEM;

        zone->n_spans = builder->n_spans;
        zone->n_types = builder->n_types;
        zone->begins_seconds = TAKE_PTR(builder->begins);
        zone->span_types = TAKE_PTR(builder->span_types);
        zone->types = TAKE_PTR(builder->types);
        zone->abbreviations = TAKE_PTR(builder->abbreviations);

        zone->min_offset_seconds = INT32_MAX;
        zone->max_offset_seconds = INT32_MIN;
        for (size_t i = 0; i < zone->n_spans; i++) {
                int32_t offset = zone->types[zone->span_types[i]].offset_seconds;

                zone->min_offset_seconds = MIN(zone->min_offset_seconds, offset);
                zone->max_offset_seconds = MAX(zone->max_offset_seconds, offset);
        }

        *ret = TAKE_PTR(zone);
        return 0;
}

/* Finds the block with the wider instants, and the rule behind it. */
static int read_layout(const uint8_t *data, size_t size, TzifBlock *block, PosixRule *rule, bool *has_rule) {
        size_t offset;
        int r;

        *has_rule = false;
        r = read_block(data, size, 0, 4, block);
        if (r < 0)
                return r;
        if (data[4] == '\0')
                return 0;
        if (data[4] < '2')
                return -EBADMSG;

        offset = HEADER_SIZE + block->size;
        r = read_block(data, size, offset, 8, block);
        if (r < 0)
                return r;
        offset += HEADER_SIZE + block->size;
        return read_footer(data + offset, size - offset, rule, has_rule);
}

int time_zone_parse(const char *name, const void *data, size_t size, TimeZone **ret) {
        CLEANUP(zone_builder_done) ZoneBuilder builder = {};
        bool has_rule, cycles = false;
        TzifBlock block;
        PosixRule rule;
        int r;

        assert(name);
        assert(data || size == 0);
        assert(ret);

        r = read_layout(data, size, &block, &rule, &has_rule);
        if (r < 0)
                return r;

        /* Leap seconds mean that the instants are not those of CLOCK_REALTIME. */
        if (block.n_types == 0 || block.n_types > MAX_TYPES || block.n_leaps > 0)
                return -EBADMSG;

        r = builder_allocate(&builder, &block);
        if (r < 0)
                return r;
        r = read_types(&builder, &block);
        if (r < 0)
                return r;
        r = read_transitions(&builder, &block);
        if (r < 0)
                return r;
        if (has_rule)
                builder_apply_rule(&builder, &rule, &cycles);

        return builder_finish(&builder, name, cycles, ret);
}

int time_zone_new_utc(const char *name, TimeZone **ret) {
        static const uint8_t utc[] = "TZif\0"
                                     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
                                     "\0\0\0\0\0\0"
                                     "UTC";

        return time_zone_parse(name, utc, sizeof(utc), ret);
}
