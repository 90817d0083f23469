/* SPDX-License-Identifier: GPL-2.0-or-later */

/* schedctl: the client of jobschedd. */

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/pager.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"

static int check_arguments(const Verb *verb, char **arguments) {
        size_t n = string_list_length(arguments);

        if (n < verb->n_min) {
                complain("'%s' needs %s: schedctl %s %s", verb->name,
                         verb->n_min == 1 ? "an argument" : "more arguments", verb->name, verb->synopsis);
                return STATUS_USAGE;
        }
        if (n > verb->n_max) {
                complain("'%s' takes %s: schedctl %s%s%s", verb->name,
                         verb->n_max == 0 ? "no arguments" : "fewer arguments", verb->name,
                         *verb->synopsis ? " " : "", verb->synopsis);
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

/* The words behind "--" become a list of their own; the "--" itself has left room for the end of the first.
 */
static void split_command(Context *context, char **arguments) {
        size_t n_before = context->options.n_before_dashes, n = string_list_length(arguments);

        if (!context->verb->takes_command || n_before == SIZE_MAX)
                return;
        memmove(arguments + n_before + 1, arguments + n_before, (n - n_before + 1) * sizeof(*arguments));
        arguments[n_before] = NULL;
        context->command = arguments + n_before + 1;
}

/* Of `run` the other codes are the command's. */
static int usage_status(char **argv) {
        for (char **arg = argv + 1; *arg; arg++)
                if (**arg != '-')
                        return strcmp(*arg, "run") == 0 ? STATUS_OWN_FAULT : STATUS_USAGE;
        return STATUS_USAGE;
}

static int dispatch(Context *context, char **argv, char **arguments) {
        char *none[] = { NULL };
        const char *name = *arguments ?: "list-jobs";
        int status;

        if (context->options.version)
                return verb_version(context, NULL);

        if (*arguments || !context->options.help) {
                context->verb = verb_find(name);
                if (!context->verb || options_check_verb(argv, name) < 0)
                        return usage_status(argv);
        }
        if (context->options.help)
                return verb_help(context, none);

        split_command(context, arguments);
        if (*arguments)
                arguments++;
        status = check_arguments(context->verb, arguments);
        return status == STATUS_OK ? context->verb->run(context, arguments) : status;
}

/* What could not be written must not look like success. */
static int finish(Context *context, int status) {
        bool failed = context->pager == 0 && (fflush(stdout) != 0 || ferror(stdout));

        pager_close(context);
        context_done(context);
        if (!failed)
                return status;
        complain("cannot write all of the output");
        return status == STATUS_OK ? STATUS_FAILURE : status;
}

int main(int argc, char *argv[]) {
        CLEANUP_FREE char **arguments = NULL;
        Context context = { .clock = &system_clock };
        int r;

        (void) setlocale(LC_CTYPE, "");

        r = options_parse(argv, &context.options, &arguments);
        if (r == -ENOMEM)
                return complain_errno(r, "cannot read the command line");
        if (r < 0)
                return usage_status(argv);

        screen_init(&context.screen, context.options.colour, context.options.full);
        context.zone = time_text_local_zone();
        return finish(&context, dispatch(&context, argv, arguments));
}
