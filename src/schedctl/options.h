/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The options: one table for parsing, --help, completion and the check of the manual page. */

#include "schedctl/screen.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum OutputFormat {
        OUTPUT_TABLE,
        OUTPUT_JSON,
        OUTPUT_YAML,
        OUTPUT_SHORT,
        OUTPUT_FORMAT_COUNT,
} OutputFormat;

DECLARE_STRING_TABLE(output_format, OutputFormat);

/* Texts are borrowed from the command line. */
typedef struct Options {
        bool help, version;
        bool user, bus;
        OutputFormat output;
        bool no_legend, no_pager, quiet, full, all, reverse;
        ColourMode colour;
        bool has_lines;
        uint64_t lines;
        const char *since, *until;
        char **states;     /* NULL-terminated, owned */
        char **properties; /* likewise */
        bool value;
        bool wait, follow, force, skip_missed;
        const char *signal, *kill_whom;
        char **paths, **durations; /* likewise */
        bool batch;
        bool dry_run, yes;
        uint64_t keep;    /* 0: not given */
        uint64_t attempt; /* 0: the last */
        const char *older_than;
        char **kinds, **templates, **profiles, **owners, **tags; /* likewise */
        uint64_t *ids;                                           /* owned */
        size_t n_ids;
        const char *cursor;
        uint64_t if_revision; /* 0: any */
        /* What defines a job. */
        char **schedules;                     /* "OPTION=EXPRESSION" */
        char **parameters, **sets, **headers; /* "NAME=VALUE", "KEY=VALUE", "NAME: VALUE"; owned */
        const char *description, *run_as, *http, *method, *data, *with_profile, *queue, *timeout;
        const char *file, *stamp;
        bool paused, replace, mail, cancel, standard_input;
        const char *timezone, *from, *schedule_kind;
        size_t n_before_dashes; /* words that stand before "--"; SIZE_MAX: there is no "--" */
        const char *days, *dialect, *dst_gap, *dst_overlap, *hash_key, *start, *end, *random_delay;
} Options;

void options_done(Options *options);

/* Whether any option chooses jobs or executions by what they are: --state, --kind, --tag, … */
bool options_choose(const Options *options);

typedef struct OptionRow OptionRow;

struct OptionRow {
        const char *name;
        char letter;         /* 0: none */
        const char *metavar; /* NULL: takes no argument */
        bool optional;       /* the argument may be left out, and follows a "=" if there is one */
        const char *values;  /* what the argument may be, separated by blanks; NULL: free */
        const char *verbs;   /* those that it goes with, separated by blanks; NULL: all */
        const char *help;    /* NULL: another spelling, shown nowhere */
        int (*set)(const OptionRow *row, const char *argument, Options *options);
        size_t offset;
        int constant;
};

/* Ended by a row without a name. A name or a letter may be there more than once, for different verbs. */
extern const OptionRow option_rows[];

bool option_row_has_verb(const OptionRow *row, const char *verb);

/*
 * Sorts the command line: options into *ret, the rest stays in order in *ret_arguments (NULL-terminated, an
 * array of its own with borrowed texts). Returns 0, -EINVAL after it said on standard error what is wrong, or
 * -ENOMEM. Options in `ret` are checked against the verb by options_check_verb().
 */
int options_parse(char **argv, Options *ret, char ***ret_arguments);

/* Says which option does not go with the verb. Returns 0 or -EINVAL. */
int options_check_verb(char **argv, const char *verb);
