/* SPDX-License-Identifier: GPL-2.0-or-later */

/* --help, made from the tables. */

#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/pager.h"
#include "schedctl/text.h"
#include "schedctl/verbs.h"

#define TEXT_COLUMN ((size_t) 34)

static void print_row(const char *left, const char *right) {
        size_t width = text_width(left);

        printf("  %s%*s%s\n", left, width + 2 < TEXT_COLUMN ? (int) (TEXT_COLUMN - width - 2) : 1, "", right);
}

static void print_title(const Context *context, const char *title) {
        printf("\n%s%s:%s\n", screen_colour(&context->screen, COLOUR_BOLD), title,
               screen_reset(&context->screen, COLOUR_BOLD));
}

static void print_verb(const Verb *verb) {
        char left[128];

        (void) snprintf(left, sizeof(left), "%s%s%s", verb->name, *verb->synopsis ? " " : "", verb->synopsis);
        print_row(left, verb->help);
}

static void print_option(const OptionRow *row) {
        char left[128], letter[8] = "   ";

        if (row->letter)
                (void) snprintf(letter, sizeof(letter), "-%c ", row->letter);
        (void) snprintf(left, sizeof(left), "%s--%s%s%s%s", letter, row->name,
                        !row->metavar                   ? ""
                                        : row->optional ? "[="
                                                        : "=",
                        row->metavar ?: "", row->optional ? "]" : "");
        print_row(left, row->help);
}

static int print_all(Context *context) {
        printf("schedctl [OPTION…] VERB [ARGUMENT…]\n\n"
               "Look at and control the jobs of jobschedd.\n");

        for (VerbGroup group = 0; group < VERB_GROUP_COUNT; group++) {
                print_title(context, verb_group_title(group));
                for (const Verb *verb = verbs; verb->name; verb++)
                        if (verb->group == group)
                                print_verb(verb);
        }

        print_title(context, "Options");
        for (const OptionRow *row = option_rows; row->name; row++)
                if (row->help)
                        print_option(row);

        printf("\nExit codes: 0 all right, 1 failure, 2 usage, 3 not active (status), 4 no such thing.\n"
               "Without a verb: list-jobs. See schedctl(1).\n");
        return STATUS_OK;
}

static int print_one(Context *context, const Verb *verb) {
        printf("schedctl [OPTION…] %s%s%s\n\n%s.\n", verb->name, *verb->synopsis ? " " : "", verb->synopsis,
               verb->help);

        print_title(context, "Options");
        for (const OptionRow *row = option_rows; row->name; row++)
                if (row->help && option_row_has_verb(row, verb->name))
                        print_option(row);
        return STATUS_OK;
}

int verb_help(Context *context, char **arguments) {
        const Verb *verb = NULL;

        if (*arguments) {
                verb = verb_find(*arguments);
                if (!verb)
                        return STATUS_USAGE;
        } else if (context->verb && strcmp(context->verb->name, "help") != 0) {
                verb = context->verb; /* VERB --help */
        }

        pager_open(context);
        return verb ? print_one(context, verb) : print_all(context);
}
