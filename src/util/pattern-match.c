/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs a program at all places of it at once: at each character it knows all instructions that could be
 * reached by then, each once. What that costs is counted.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "util/pattern-program.h"
#include "util/utf8.h"

/* What is meant well takes a few steps for each character. */
#define STEPS_PER_BYTE 200U
#define STEPS_AT_LEAST 200000U

#define NOTHING UINT32_MAX /* before the begin, and behind the end */

typedef struct PlaceList {
        uint32_t *items;
        size_t n;
} PlaceList;

typedef struct Run {
        const Pattern *pattern;
        PlaceList now;      /* instructions that take a character, and the match */
        PlaceList next;     /* where those go on that took this one */
        uint32_t *marks;    /* of each instruction: at which character it was reached last */
        uint32_t mark;      /* of this character */
        uint32_t *unopened; /* where `now` is to be looked for still */
        size_t n_unopened;
        uint32_t before, after; /* the characters around this place */
        uint64_t n_steps, n_steps_max;
        bool has_matched;
} Run;

uint32_t pattern_character(const char *text, size_t size, size_t *ret_length) {
        static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
        const unsigned char *bytes = (const unsigned char *) text;
        size_t length = utf8_length(text, size);
        uint32_t character;

        if (length == 0) {
                *ret_length = 1;
                return PATTERN_BYTE_BASE + bytes[0];
        }
        character = bytes[0] & masks[length];
        for (size_t i = 1; i < length; i++)
                character = character << 6 | (bytes[i] & 0x3fU);
        *ret_length = length;
        return character;
}

bool pattern_is_word(uint32_t c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* --- one character --------------------------------------------------------------------------------- */

static bool set_has(Run *run, const PatternSet *set, uint32_t character) {
        if (character < PATTERN_ASCII)
                return ((set->ascii[character / 64] >> character % 64 & 1) != 0) != set->negated;
        run->n_steps += set->n_ranges;
        for (size_t i = 0; i < set->n_ranges; i++)
                if (character >= set->ranges[i].first && character <= set->ranges[i].last)
                        return !set->negated;
        return set->negated;
}

static bool takes(Run *run, const PatternInstruction *instruction, uint32_t character) {
        if (instruction->op == PATTERN_OP_CHARACTER)
                return (uint32_t) instruction->argument == character;
        return instruction->op == PATTERN_OP_SET &&
                        set_has(run, &run->pattern->sets[instruction->argument], character);
}

static void step(Run *run, uint32_t character) {
        const PatternInstruction *program = run->pattern->program;

        run->next.n = 0;
        for (size_t i = 0; i < run->now.n; i++) {
                run->n_steps++;
                if (takes(run, &program[run->now.items[i]], character))
                        run->next.items[run->next.n++] = run->now.items[i] + 1;
        }
}

/* --- one place ------------------------------------------------------------------------------------- */

static bool is_word(uint32_t character) {
        return character != NOTHING && pattern_is_word(character);
}

static bool is_at(const Run *run, PatternOp op) {
        bool lines = (run->pattern->flags & PATTERN_LINES) != 0;
        bool at_edge = is_word(run->before) != is_word(run->after);

        switch (op) {
        case PATTERN_OP_BEGIN:
                return run->before == NOTHING || (lines && run->before == '\n');
        case PATTERN_OP_END:
                return run->after == NOTHING || (lines && run->after == '\n');
        case PATTERN_OP_EDGE:
                return at_edge;
        default:
                return !at_edge;
        }
}

static void reach(Run *run, uint32_t place) {
        if (run->marks[place] == run->mark)
                return;
        run->marks[place] = run->mark;
        run->unopened[run->n_unopened++] = place;
}

static void open_place(Run *run, uint32_t place) {
        const PatternInstruction *instruction = &run->pattern->program[place];
        uint32_t target = place + (uint32_t) instruction->argument;

        run->n_steps++;
        switch (instruction->op) {
        case PATTERN_OP_CHARACTER:
        case PATTERN_OP_SET:
                run->now.items[run->now.n++] = place;
                break;
        case PATTERN_OP_SPLIT:
                reach(run, place + 1);
                reach(run, target);
                break;
        case PATTERN_OP_JUMP:
                reach(run, target);
                break;
        case PATTERN_OP_MATCH:
                run->has_matched = (run->pattern->flags & PATTERN_WHOLE) == 0 || run->after == NOTHING;
                break;
        default:
                if (is_at(run, instruction->op))
                        reach(run, place + 1);
                break;
        }
}

/* All that can be reached from `next` without taking a character, and from the begin where one is. */
static void arrive(Run *run, bool at_begin) {
        run->mark++;
        run->now.n = 0;
        for (size_t i = 0; i < run->next.n; i++)
                reach(run, run->next.items[i]);
        if (at_begin)
                reach(run, 0);
        while (run->n_unopened > 0)
                open_place(run, run->unopened[--run->n_unopened]);
}

static int run_all(Run *run, const char *text, size_t size) {
        bool whole = (run->pattern->flags & PATTERN_WHOLE) != 0;
        size_t at = 0, length = 0;

        run->before = NOTHING;
        do {
                run->after = at < size ? pattern_character(text + at, size - at, &length) : NOTHING;
                arrive(run, !whole || at == 0);
                if (run->has_matched)
                        return 1;
                if (run->n_steps > run->n_steps_max)
                        return -E2BIG;
                step(run, run->after);
                run->before = run->after;
                at += length;
        } while (run->before != NOTHING && (!whole || run->next.n > 0));
        return 0;
}

int pattern_match(const Pattern *pattern, const char *text, size_t size) {
        Run run = { .pattern = pattern, .n_steps_max = STEPS_AT_LEAST + STEPS_PER_BYTE * (uint64_t) size };
        CLEANUP_FREE uint32_t *memory = NULL;
        size_t n;

        assert(pattern);
        assert(text || size == 0);

        n = pattern->n_instructions;
        memory = calloc(4 * n, sizeof(*memory));
        if (!memory)
                return -ENOMEM;
        run.now.items = memory;
        run.next.items = memory + n;
        run.marks = memory + 2 * n;
        run.unopened = memory + 3 * n;
        return run_all(&run, text, size);
}
