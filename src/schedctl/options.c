/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/message.h"
#include "util/string-list.h"

/* Several verbs may give one name or letter different meanings: that of `verb` comes first. */
static const OptionRow *better_row(const OptionRow *found, const OptionRow *row, const char *verb) {
        if (!found)
                return row;
        return verb && !option_row_has_verb(found, verb) && option_row_has_verb(row, verb) ? row : found;
}

static const OptionRow *find_long(const char *verb, const char *name, size_t length) {
        const OptionRow *found = NULL;

        for (const OptionRow *row = option_rows; row->name; row++)
                if (strlen(row->name) == length && strncmp(row->name, name, length) == 0)
                        found = better_row(found, row, verb);
        return found;
}

static const OptionRow *find_letter(const char *verb, char letter) {
        const OptionRow *found = NULL;

        for (const OptionRow *row = option_rows; row->name; row++)
                if (row->letter && row->letter == letter)
                        found = better_row(found, row, verb);
        return found;
}

static int unknown_option(const char *name) {
        const char *names[128] = { NULL };
        const char *nearest;
        size_t n = 0;

        for (const OptionRow *row = option_rows; row->name && n + 1 < ARRAY_SIZE(names); row++)
                names[n++] = row->name;
        nearest = string_nearest(name, names);

        complain("unknown option '--%s'%s%s%s", name,
                 nearest ? "; did you mean '--" : "; 'schedctl --help' shows all", nearest ?: "",
                 nearest ? "'?" : "");
        return -EINVAL;
}

static int apply(const OptionRow *row, const char *argument, Options *options) {
        int r = row->set(row, argument, options);

        if (r != -EINVAL)
                return r;
        complain("'%s' is no value for --%s, which takes %s", argument, row->name,
                 row->values ?: row->metavar);
        return -EINVAL;
}

static int missing_argument(const OptionRow *row) {
        complain("option '--%s' needs an argument: --%s=%s", row->name, row->name, row->metavar);
        return -EINVAL;
}

/* What one word of the command line is. */
typedef struct Word {
        const OptionRow *row;
        const char *argument;
        bool takes_next; /* its argument is the next word */
} Word;

static int parse_long(const char *verb, const char *word, Word *ret) {
        size_t length = strcspn(word, "=");
        const char *argument = word[length] ? word + length + 1 : NULL;
        const OptionRow *row = find_long(verb, word, length);

        if (!row) {
                CLEANUP_FREE char *name = strndup(word, length);

                return name ? unknown_option(name) : -ENOMEM;
        }
        if (argument && !row->metavar) {
                complain("option '--%s' takes no argument", row->name);
                return -EINVAL;
        }
        *ret = (Word){
                .row = row,
                .argument = argument,
                .takes_next = row->metavar && !row->optional && !argument,
        };
        return 0;
}

/* One letter of "-fn5"; *cursor moves behind what was used. */
static int parse_letter(const char *verb, const char **cursor, Word *ret) {
        const OptionRow *row = find_letter(verb, **cursor);
        const char *rest = *cursor + 1;

        if (!row) {
                complain("unknown option '-%c'; 'schedctl --help' shows all", **cursor);
                return -EINVAL;
        }
        *ret = (Word){ .row = row };
        if (row->metavar && *rest) {
                ret->argument = *rest == '=' ? rest + 1 : rest;
                rest += strlen(rest);
        } else {
                ret->takes_next = row->metavar && !row->optional;
        }
        *cursor = rest;
        return 0;
}

typedef int (*visit_option_t)(const Word *word, void *userdata);

/* One way through the command line. */
typedef struct Walk {
        const char *verb; /* whose options they are; NULL: not known */
        visit_option_t visit;
        void *userdata;
        char **arguments; /* gets the words that are no options; NULL: they are not wanted */
        size_t n_arguments;
        size_t n_dashes; /* as many of them stand before "--"; SIZE_MAX: there is none */
} Walk;

/* All options of the word at *arg, which moves on if the next word is an argument. */
static int walk_word(const Walk *walk, char ***arg) {
        const char *cursor = **arg + 1;

        while (*cursor) {
                Word word = { 0 };
                int r;

                if (*cursor == '-') {
                        r = parse_long(walk->verb, cursor + 1, &word);
                        cursor = "";
                } else {
                        r = parse_letter(walk->verb, &cursor, &word);
                }
                if (r < 0)
                        return r;

                if (word.takes_next) {
                        if (!(*arg)[1])
                                return missing_argument(word.row);
                        word.argument = *++*arg;
                }
                r = walk->visit(&word, walk->userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int walk_all(Walk *walk, char **argv) {
        walk->n_arguments = 0;
        walk->n_dashes = SIZE_MAX;

        for (char **arg = argv + 1; *arg; arg++) {
                bool options_end = walk->n_dashes != SIZE_MAX;
                int r = 0;

                if (!options_end && strcmp(*arg, "--") == 0)
                        walk->n_dashes = walk->n_arguments;
                else if (!options_end && **arg == '-' && (*arg)[1])
                        r = walk_word(walk, &arg);
                else if (walk->arguments)
                        walk->arguments[walk->n_arguments++] = *arg;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int visit_nothing(const Word *word, void *userdata) {
        return 0;
}

static int visit_apply(const Word *word, void *userdata) {
        return apply(word->row, word->argument, userdata);
}

int options_parse(char **argv, Options *ret, char ***ret_arguments) {
        CLEANUP_FREE char **arguments = NULL;
        Options options = { 0 };
        Walk walk = { .visit = visit_nothing };
        int r;

        arguments = calloc(string_list_length(argv) + 1, sizeof(*arguments));
        if (!arguments)
                return -ENOMEM;
        walk.arguments = arguments;

        /* the verb says what its options mean, and may stand behind them */
        r = walk_all(&walk, argv);
        if (r < 0)
                return r;
        walk.verb = walk.n_arguments > 0 ? arguments[0] : NULL;
        walk.visit = visit_apply;
        walk.userdata = &options;
        r = walk_all(&walk, argv);
        if (r < 0) {
                options_done(&options);
                return r;
        }

        arguments[walk.n_arguments] = NULL;
        options.n_before_dashes = walk.n_dashes;
        *ret = options;
        *ret_arguments = TAKE_PTR(arguments);
        return 0;
}

static int visit_check(const Word *word, void *userdata) {
        const char *verb = userdata;

        if (option_row_has_verb(word->row, verb))
                return 0;
        complain("option '--%s' does not go with '%s'; it belongs to: %s", word->row->name, verb,
                 word->row->verbs);
        return -EINVAL;
}

int options_check_verb(char **argv, const char *verb) {
        Walk walk = { .verb = verb, .visit = visit_check, .userdata = (void *) verb };

        return walk_all(&walk, argv);
}
