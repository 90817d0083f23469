/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What pattern.c makes of an expression, and pattern-match.c runs. */

#include "util/pattern.h"

typedef enum PatternOp {
        PATTERN_OP_CHARACTER, /* takes the character `argument` */
        PATTERN_OP_SET,       /* takes one of sets[argument] */
        PATTERN_OP_SPLIT,     /* goes on at +1 and at +argument */
        PATTERN_OP_JUMP,      /* goes on at +argument */
        PATTERN_OP_BEGIN,     /* these take nothing: ^ */
        PATTERN_OP_END,       /* $ */
        PATTERN_OP_EDGE,      /* \b */
        PATTERN_OP_NO_EDGE,   /* \B */
        PATTERN_OP_MATCH,
} PatternOp;

typedef struct PatternInstruction {
        PatternOp op;
        int32_t argument;
} PatternInstruction;

typedef struct PatternRange {
        uint32_t first, last;
} PatternRange;

#define PATTERN_ASCII 128U

typedef struct PatternSet {
        uint64_t ascii[PATTERN_ASCII / 64];
        PatternRange *ranges; /* of what is not ASCII */
        size_t n_ranges;
        bool negated;
} PatternSet;

struct Pattern {
        unsigned flags;
        PatternInstruction *program;
        size_t n_instructions, n_allocated;
        PatternSet *sets;
        size_t n_sets;
};

/* A byte that is part of no character is one beyond all others. */
#define PATTERN_BYTE_BASE UINT32_C(0x110000)

/* The character at `text`, of which there is at least a byte; *ret_length: how many it has. */
uint32_t pattern_character(const char *text, size_t size, size_t *ret_length);
bool pattern_is_word(uint32_t character);
