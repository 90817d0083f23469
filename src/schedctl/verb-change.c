/* SPDX-License-Identifier: GPL-2.0-or-later */

/* delete, skip, set, rename, enable, disable: changes of jobs that there are, by name or by what they are. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/change.h"
#include "schedctl/draft.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/selection.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"
#include "util/timestamp.h"

typedef struct BulkOrder {
        ClientChange pattern;
        const char *doing; /* for the question: "Delete" */
        bool destroys;
} BulkOrder;

static int change_names(Context *context, const BulkOrder *order, char *const *names) {
        size_t n_names = string_list_length(names);
        CLEANUP_FREE ClientChange *changes = calloc(n_names + 1, sizeof(*changes));

        if (!changes)
                return complain_errno(-ENOMEM, "cannot give the orders");
        for (size_t i = 0; i < n_names; i++) {
                changes[i] = order->pattern;
                changes[i].name = names[i];
        }
        return change_jobs(context, changes, n_names, false);
}

static int change_selected(Context *context, const BulkOrder *order, char **words) {
        CLEANUP(string_list_freep) char **names = NULL;
        bool done = false;
        int status;

        status = select_jobs(context, words, &names);
        if (status != STATUS_OK)
                return status;
        if (context->options.if_revision > 0 && string_list_length(names) != 1) {
                complain("--if-revision is for one job");
                return STATUS_USAGE;
        }
        if (context->options.dry_run) /* the daemon says what would become of each */
                return change_names(context, order, names);
        status = change_confirm(context, order->doing, words, names, order->destroys, &done);
        return status != STATUS_OK || done ? status : change_names(context, order, names);
}

int verb_delete(Context *context, char **arguments) {
        const BulkOrder order = {
                .pattern = { .kind = "delete", .if_revision = context->options.if_revision },
                .doing = "Delete",
                .destroys = true,
        };

        return change_selected(context, &order, arguments);
}

int verb_enable(Context *context, char **arguments) {
        const BulkOrder order = { .pattern = { .kind = "enable" }, .doing = "Enable" };

        return change_selected(context, &order, arguments);
}

int verb_disable(Context *context, char **arguments) {
        const BulkOrder order = { .pattern = { .kind = "disable" }, .doing = "Disable" };

        return change_selected(context, &order, arguments);
}

int verb_rename(Context *context, char **arguments) {
        const ClientChange change = {
                .kind = "rename",
                .name = arguments[0],
                .new_name = arguments[1],
                .if_revision = context->options.if_revision,
        };

        return change_jobs(context, &change, 1, false);
}

/* --- skip ------------------------------------------------------------------------------------------ */

static bool as_json(const Context *context) {
        return context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML;
}

static int skip_one(Context *context, const char *name, unsigned n, json_t *skips) {
        char text[TIME_TEXT_MAX], instant[TIMESTAMP_MAX];
        ClientError error = { 0 };
        usec_t until_usec = 0;
        int r;

        r = client_skip_job(context->client, name, n, &until_usec, &error);
        if (r < 0)
                return complain_client(r, &error, name);
        if (n > 0)
                (void) timestamp_format_utc(until_usec, instant);
        (void) json_array_append_new(
                        skips, json_pack("{s:s, s:s?}", "job", name, "skips_until", n > 0 ? instant : NULL));
        if (context->options.quiet || as_json(context))
                return STATUS_OK;
        if (n == 0)
                printf("%s: skips nothing\n", name);
        else
                printf("%s: skips until %s\n", name, time_text_format(context->zone, until_usec, text));
        return STATUS_OK;
}

int verb_skip(Context *context, char **arguments) {
        uint64_t n = context->options.has_lines ? context->options.lines : 1;
        CLEANUP(string_list_freep) char **names = NULL;
        CLEANUP_JSON json_t *skips = json_array();
        bool done = false;
        int status;

        if (n > UINT32_MAX) {
                complain("so many occurrences are not skipped; pause the job");
                return STATUS_USAGE;
        }
        status = select_jobs(context, arguments, &names);
        if (status == STATUS_OK)
                status = change_confirm(context, "Skip", arguments, names, false, &done);
        if (status != STATUS_OK || done)
                return status;
        STRING_LIST_FOREACH(name, names) {
                int one = skip_one(context, *name, (unsigned) n, skips);

                status = MAX(status, one);
        }
        if (as_json(context) && json_array_size(skips) > 0)
                (void) output_print_json(
                                context, json_array_size(skips) == 1 ? json_array_get(skips, 0) : skips);
        return status;
}

/* --- set ------------------------------------------------------------------------------------------- */

/* Words with a "=" are assignments, the others say which jobs: no name of a job has one. */
static int read_patch(char **words, Draft *draft, char ***ret_jobs) {
        bool is_empty = true;

        STRING_LIST_FOREACH(word, words) {
                int status = STATUS_OK;

                if (strchr(*word, '=')) {
                        status = draft_assign(draft, *word);
                        is_empty = false;
                } else if (string_list_push(ret_jobs, *word) < 0) {
                        status = complain_errno(-ENOMEM, "cannot remember the jobs");
                }
                if (status != STATUS_OK)
                        return status;
        }
        if (is_empty) {
                complain("nothing says what is to be set: schedctl set JOB KEY=VALUE");
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

static int set_by_patch(Context *context, Draft *draft, char **words) {
        CLEANUP(string_list_freep) char **jobs = NULL;
        CLEANUP_FREE char *patch = NULL;
        BulkOrder order = { .pattern = { .kind = "merge" }, .doing = "Change" };
        int r, status;

        status = read_patch(words, draft, &jobs);
        if (status != STATUS_OK)
                return status;
        r = draft_format(draft, true, &patch);
        if (r < 0)
                return complain_errno(r, "cannot make the patch");
        order.pattern.definition = patch;
        order.pattern.if_revision = context->options.if_revision;
        return change_selected(context, &order, jobs);
}

int verb_set(Context *context, char **arguments) {
        Draft draft;
        int r, status;

        r = draft_init(&draft);
        status = r < 0 ? complain_errno(r, "cannot make the patch")
                       : set_by_patch(context, &draft, arguments);
        draft_done(&draft);
        return status;
}
