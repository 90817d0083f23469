/* SPDX-License-Identifier: GPL-2.0-or-later */

/* prune: deletes history in the daemon. What is asked for is counted first, and a person is asked once more.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/verbs.h"
#include "util/duration.h"

static int parse_age(const Context *context, const char *text, usec_t *ret_until_usec) {
        usec_t age_usec;

        if (duration_parse(text, &age_usec) < 0 || age_usec == USEC_INFINITY) {
                complain("--older-than expects a time span such as 30d, not '%s'", text);
                return STATUS_USAGE;
        }
        *ret_until_usec = context_now(context) - age_usec;
        return STATUS_OK;
}

static int make_filter(const Context *context, char **arguments, ClientFilter *ret) {
        const Options *options = &context->options;
        usec_t until_usec = 0;
        int status;

        if (!*arguments && !options_choose(options) && !options->since && !options->until &&
            !options->older_than && options->keep == 0 && !options->all) {
                complain("nothing says what is to be deleted: name jobs, a --state, a --kind, an age "
                         "(--older-than), or a number to --keep; --all is everything");
                return STATUS_USAGE;
        }

        status = context_filter(context, *arguments ? arguments : NULL, ret);
        if (status == STATUS_OK && options->older_than)
                status = parse_age(context, options->older_than, &until_usec);
        if (status != STATUS_OK)
                return status;
        if (until_usec != 0 && (ret->until_usec == 0 || until_usec < ret->until_usec))
                ret->until_usec = until_usec;
        ret->limit = 0;
        ret->all = options->all;
        ret->keep = options->keep;
        return STATUS_OK;
}

static bool confirmed(uint64_t n_rows) {
        char answer[16];

        (void) fprintf(stderr, "Delete %" PRIu64 " execution%s with output and all? [y/N] ", n_rows,
                       n_rows == 1 ? "" : "s");
        return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int report(Context *context, uint64_t n_rows) {
        bool dry_run = context->options.dry_run;
        CLEANUP_JSON json_t *object = NULL;

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML) {
                object = json_pack("{s:I, s:b}", "executions", (json_int_t) n_rows, "deleted", !dry_run);
                return output_print_json(context, object);
        }
        if (context->options.output == OUTPUT_SHORT)
                printf("%" PRIu64 "\n", n_rows);
        else if (!context->options.quiet)
                printf("%" PRIu64 " execution%s %s deleted.\n", n_rows, n_rows == 1 ? "" : "s",
                       dry_run                       ? "would be"
                                       : n_rows == 1 ? "was"
                                                     : "were");
        if (n_rows == 0 && !context->options.all && context->options.output == OUTPUT_TABLE)
                context_remark(context, "The last execution of each job stays; with --all it goes too.");
        return STATUS_OK;
}

int verb_prune(Context *context, char **arguments) {
        bool asks = !context->options.yes && !context->options.dry_run && isatty(STDIN_FILENO);
        ClientError error = { 0 };
        ClientFilter filter = { 0 };
        uint64_t n_rows = 0;
        int r, status;

        status = make_filter(context, arguments, &filter);
        if (status == STATUS_OK)
                status = context_client(context);
        if (status != STATUS_OK)
                return status;

        if (asks || context->options.dry_run) {
                r = client_prune(context->client, &filter, true, &n_rows, &error);
                if (r < 0)
                        return complain_client(r, &error, NULL);
                if (context->options.dry_run || n_rows == 0)
                        return report(context, n_rows);
                if (!confirmed(n_rows))
                        return STATUS_FAILURE;
        }

        r = client_prune(context->client, &filter, false, &n_rows, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);
        return report(context, n_rows);
}
