/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From an expression to a program, in one pass. Jumps are relative, so that what is repeated can be copied,
 * and moved when something has to stand before it.
 */

#include "util/pattern.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/pattern-program.h"

#define INSTRUCTIONS_MAX 4000U
#define REPETITIONS_MAX 1000U
#define NESTING_MAX 100U
#define UNLIMITED UINT32_MAX

typedef struct Parser {
        const char *at; /* the rest of the text */
        Pattern *pattern;
        unsigned depth;
        const char *fault;
} Parser;

static int fail(Parser *parser, const char *fault) {
        parser->fault = fault;
        return -EINVAL;
}

/* --- the program ----------------------------------------------------------------------------------- */

/* Makes room for `n` at `index`. */
static int make_room(Parser *parser, size_t index, size_t n) {
        Pattern *pattern = parser->pattern;
        size_t n_wanted = pattern->n_instructions + n;
        PatternInstruction *grown;

        if (n_wanted > INSTRUCTIONS_MAX)
                return fail(parser, "is too long with its repetitions written out");
        if (n_wanted > pattern->n_allocated) {
                size_t n_allocated = MAX(n_wanted, 2 * pattern->n_allocated);

                grown = reallocarray(pattern->program, n_allocated, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                pattern->program = grown;
                pattern->n_allocated = n_allocated;
        }
        memmove(pattern->program + index + n, pattern->program + index,
                (pattern->n_instructions - index) * sizeof(*pattern->program));
        pattern->n_instructions = n_wanted;
        return 0;
}

static int insert(Parser *parser, size_t index, PatternOp op, int64_t argument) {
        int r = make_room(parser, index, 1);

        if (r >= 0)
                parser->pattern->program[index] =
                                (PatternInstruction){ .op = op, .argument = (int32_t) argument };
        return r;
}

static int append(Parser *parser, PatternOp op, int64_t argument) {
        return insert(parser, parser->pattern->n_instructions, op, argument);
}

static int append_all(Parser *parser, const PatternInstruction *instructions, size_t n) {
        size_t end = parser->pattern->n_instructions;
        int r = make_room(parser, end, n);

        if (r >= 0 && n > 0)
                memcpy(parser->pattern->program + end, instructions, n * sizeof(*instructions));
        return r;
}

/* --- sets ------------------------------------------------------------------------------------------ */

static int set_add(PatternSet *set, uint32_t first, uint32_t last) {
        PatternRange *grown;

        for (uint32_t c = first; c <= last && c < PATTERN_ASCII; c++)
                set->ascii[c / 64] |= UINT64_C(1) << c % 64;
        if (last < PATTERN_ASCII)
                return 0;
        grown = reallocarray(set->ranges, set->n_ranges + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        set->ranges = grown;
        set->ranges[set->n_ranges++] = (PatternRange){ MAX(first, PATTERN_ASCII), last };
        return 0;
}

static void set_add_class(PatternSet *set, int (*is_in)(int)) {
        for (uint32_t c = 0; c < PATTERN_ASCII; c++)
                if (is_in((int) c))
                        set->ascii[c / 64] |= UINT64_C(1) << c % 64;
}

/* Takes the set. */
static int append_set(Parser *parser, PatternSet *set) {
        Pattern *pattern = parser->pattern;
        PatternSet *grown = reallocarray(pattern->sets, pattern->n_sets + 1, sizeof(*grown));

        if (!grown) {
                free(set->ranges);
                return -ENOMEM;
        }
        pattern->sets = grown;
        pattern->sets[pattern->n_sets++] = *set;
        return append(parser, PATTERN_OP_SET, (int64_t) pattern->n_sets - 1);
}

/* What is in no set of characters but line feed, where lines count. */
static int negate(const Parser *parser, PatternSet *set) {
        set->negated = true;
        return (parser->pattern->flags & PATTERN_LINES) != 0 ? set_add(set, '\n', '\n') : 0;
}

static int is_word_byte(int c) {
        return pattern_is_word((uint32_t) c);
}

static const struct {
        const char *name;
        int (*is_in)(int);
} classes[] = {
        { "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
        { "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
        { "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
};

/* Behind "[:". */
static int parse_class(Parser *parser, PatternSet *set) {
        const char *end = strstr(parser->at, ":]");
        size_t length = end ? (size_t) (end - parser->at) : 0;

        for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
                if (strlen(classes[i].name) != length || strncmp(classes[i].name, parser->at, length) != 0)
                        continue;
                set_add_class(set, classes[i].is_in);
                parser->at = end + 2;
                return 0;
        }
        return fail(parser, "has a class in '[]' that is not known");
}

static uint32_t take_character(Parser *parser) {
        size_t length;
        uint32_t character = pattern_character(parser->at, strlen(parser->at), &length);

        parser->at += length;
        return character;
}

/* One character of a set, or a range of them. */
static int parse_range(Parser *parser, PatternSet *set) {
        uint32_t first, last;

        if (parser->at[0] == '[' && parser->at[1] == ':') {
                parser->at += 2;
                return parse_class(parser, set);
        }
        if (parser->at[0] == '[' && (parser->at[1] == '.' || parser->at[1] == '='))
                return fail(parser, "has a class in '[]' that is not known");
        first = last = take_character(parser);
        if (parser->at[0] == '-' && parser->at[1] != ']' && parser->at[1] != '\0') {
                parser->at++;
                last = take_character(parser);
        }
        if (first > last)
                return fail(parser, "has a range in '[]' that runs backwards");
        return set_add(set, first, last);
}

/* Behind its '['. A ']' that comes first is one of the set. */
static int parse_set(Parser *parser) {
        bool negated = *parser->at == '^';
        PatternSet set = { 0 };
        const char *begin;
        int r = 0;

        parser->at += negated ? 1 : 0;
        begin = parser->at;
        while (r >= 0 && *parser->at != '\0' && (*parser->at != ']' || parser->at == begin))
                r = parse_range(parser, &set);
        if (r >= 0 && *parser->at == '\0')
                r = fail(parser, "has a '[' without its ']'");
        if (r >= 0 && negated)
                r = negate(parser, &set);
        if (r < 0) {
                free(set.ranges);
                return r;
        }
        parser->at++;
        return append_set(parser, &set);
}

/* --- repetitions ----------------------------------------------------------------------------------- */

/* Digits, if there are any. */
static uint32_t take_number(Parser *parser, uint32_t without) {
        uint32_t number = 0;

        if (!isdigit((unsigned char) *parser->at))
                return without;
        for (; isdigit((unsigned char) *parser->at); parser->at++)
                number = MIN(number * 10 + (uint32_t) (*parser->at - '0'), REPETITIONS_MAX + 1);
        return number;
}

/* Behind its '{': "n", "n,", ",m" or "n,m". */
static int parse_counts(Parser *parser, uint32_t *ret_least, uint32_t *ret_most) {
        const char *begin = parser->at;
        uint32_t least = take_number(parser, 0), most = least;

        if (*parser->at == ',') {
                parser->at++;
                most = take_number(parser, UNLIMITED);
        }
        if (*parser->at != '}' || parser->at == begin || (most != UNLIMITED && least > most))
                return fail(parser, "has a '{' that is no number of repetitions");
        if (least > REPETITIONS_MAX || (most != UNLIMITED && most > REPETITIONS_MAX))
                return fail(parser, "repeats more than 1000 times");
        parser->at++;
        *ret_least = least;
        *ret_most = most;
        return 0;
}

/* As often as one likes; what it is has been written `n_times` before. */
static int append_loop(Parser *parser, const PatternInstruction *piece, size_t n, uint32_t n_times) {
        int r;

        if (n_times > 0)
                return append(parser, PATTERN_OP_SPLIT, -(int64_t) n);
        r = append(parser, PATTERN_OP_SPLIT, (int64_t) n + 2);
        if (r >= 0)
                r = append_all(parser, piece, n);
        return r < 0 ? r : append(parser, PATTERN_OP_JUMP, -(int64_t) n - 1);
}

static int write_repeated(
                Parser *parser,
                const PatternInstruction *piece,
                size_t n,
                uint32_t least,
                uint32_t most) {

        int r = 0;

        for (uint32_t i = 0; i < least && r >= 0; i++)
                r = append_all(parser, piece, n);
        if (most == UNLIMITED)
                return r < 0 ? r : append_loop(parser, piece, n, least);
        for (uint32_t i = least; i < most && r >= 0; i++) {
                r = append(parser, PATTERN_OP_SPLIT, (int64_t) ((most - i) * (n + 1)));
                if (r >= 0)
                        r = append_all(parser, piece, n);
        }
        return r;
}

/* What begins at `index` becomes `least` to `most` of it. */
static int repeat(Parser *parser, size_t index, uint32_t least, uint32_t most) {
        Pattern *pattern = parser->pattern;
        size_t n = pattern->n_instructions - index;
        CLEANUP_FREE PatternInstruction *piece = calloc(n + 1, sizeof(*piece));

        if (!piece)
                return -ENOMEM;
        if (n > 0)
                memcpy(piece, pattern->program + index, n * sizeof(*piece));
        pattern->n_instructions = index;
        return write_repeated(parser, piece, n, least, most);
}

static bool is_repetition(char c) {
        return c == '*' || c == '+' || c == '?' || c == '{';
}

/* Behind a piece that begins at `index`: how often it is there. */
static int parse_repetition(Parser *parser, size_t index) {
        uint32_t least = 0, most = UNLIMITED;
        char c = *parser->at++;
        int r = 0;

        if (c == '+')
                least = 1;
        else if (c == '?')
                most = 1;
        else if (c == '{')
                r = parse_counts(parser, &least, &most);
        return r < 0 ? r : repeat(parser, index, least, most);
}

/* --- pieces ---------------------------------------------------------------------------------------- */

static int append_class(Parser *parser, int (*is_in)(int), bool negated) {
        PatternSet set = { 0 };

        set_add_class(&set, is_in);
        if (negated && negate(parser, &set) < 0)
                return -ENOMEM;
        return append_set(parser, &set);
}

static int append_any(Parser *parser) {
        PatternSet set = { 0 };

        return negate(parser, &set) < 0 ? -ENOMEM : append_set(parser, &set);
}

/* Behind the backslash. */
static int parse_escape(Parser *parser) {
        char c = *parser->at;

        if (c == '\0')
                return fail(parser, "ends in a backslash");
        parser->at++;
        switch (c) {
        case 'w':
        case 'W':
                return append_class(parser, is_word_byte, c == 'W');
        case 's':
        case 'S':
                return append_class(parser, isspace, c == 'S');
        case 'b':
                return append(parser, PATTERN_OP_EDGE, 0);
        case 'B':
                return append(parser, PATTERN_OP_NO_EDGE, 0);
        default:
                break;
        }
        if (c >= '1' && c <= '9')
                return fail(parser, "refers back to a group, which is not supported");
        /* To libc, \< \> \` and \' are edges. */
        if (!ispunct((unsigned char) c) || strchr("<>`'", c))
                return fail(parser, "has a backslash before what it gives no meaning to");
        return append(parser, PATTERN_OP_CHARACTER, c);
}

static int parse_alternatives(Parser *parser);

/* Behind its '('. */
static int parse_group(Parser *parser) {
        int r;

        if (++parser->depth > NESTING_MAX)
                return fail(parser, "has groups that are nested more than 100 deep");
        r = parse_alternatives(parser);
        if (r < 0)
                return r;
        if (*parser->at != ')')
                return fail(parser, "has a '(' without its ')'");
        parser->at++;
        parser->depth--;
        return 0;
}

static int parse_piece(Parser *parser) {
        char c = *parser->at;

        if (is_repetition(c))
                return fail(parser, "has nothing that its '*', '+', '?' or '{' could repeat");
        if (!strchr("([.^$\\", c))
                return append(parser, PATTERN_OP_CHARACTER, take_character(parser));
        parser->at++;
        switch (c) {
        case '(':
                return parse_group(parser);
        case '[':
                return parse_set(parser);
        case '.':
                return append_any(parser);
        case '^':
                return append(parser, PATTERN_OP_BEGIN, 0);
        case '$':
                return append(parser, PATTERN_OP_END, 0);
        default:
                return parse_escape(parser);
        }
}

static int parse_sequence(Parser *parser) {
        int r = 0;

        while (r >= 0 && *parser->at != '\0' && *parser->at != '|' && *parser->at != ')') {
                size_t index = parser->pattern->n_instructions;

                r = parse_piece(parser);
                while (r >= 0 && is_repetition(*parser->at))
                        r = parse_repetition(parser, index);
        }
        return r;
}

/* Each but the last has a split before it, to the next one, and a jump behind it, over all others. */
static int parse_alternatives(Parser *parser) {
        Pattern *pattern = parser->pattern;
        size_t begin = pattern->n_instructions, jump;
        int r;

        r = parse_sequence(parser);
        if (r < 0 || *parser->at != '|')
                return r;
        parser->at++;
        r = insert(parser, begin, PATTERN_OP_SPLIT, (int64_t) (pattern->n_instructions - begin) + 2);
        if (r < 0)
                return r;
        jump = pattern->n_instructions;
        r = append(parser, PATTERN_OP_JUMP, 0);
        if (r >= 0)
                r = parse_alternatives(parser);
        if (r >= 0)
                pattern->program[jump].argument = (int32_t) (pattern->n_instructions - jump);
        return r;
}

/* --- life ------------------------------------------------------------------------------------------ */

static int parse(Parser *parser, const char *text) {
        int r;

        if (strlen(text) > PATTERN_SIZE_MAX)
                return fail(parser, "is longer than 1024 bytes");
        r = parse_alternatives(parser);
        if (r < 0)
                return r;
        if (*parser->at != '\0')
                return fail(parser, "has a ')' without its '('");
        return append(parser, PATTERN_OP_MATCH, 0);
}

int pattern_new(const char *text, unsigned flags, Pattern **ret, const char **ret_fault) {
        CLEANUP(pattern_freep) Pattern *pattern = calloc(1, sizeof(*pattern));
        Parser parser = { .at = text, .pattern = pattern };
        int r;

        assert(text);
        assert(ret);
        assert(ret_fault);

        if (!pattern)
                return -ENOMEM;
        pattern->flags = flags;
        r = parse(&parser, text);
        if (r < 0) {
                *ret_fault = parser.fault;
                return r;
        }
        *ret = TAKE_PTR(pattern);
        return 0;
}

Pattern *pattern_free(Pattern *pattern) {
        if (!pattern)
                return NULL;
        for (size_t i = 0; i < pattern->n_sets; i++)
                free(pattern->sets[i].ranges);
        free(pattern->sets);
        free(pattern->program);
        free(pattern);
        return NULL;
}
