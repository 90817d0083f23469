/* SPDX-License-Identifier: GPL-2.0-or-later */

/* timer: an action once, after a while: made, asked how long it will be, and cancelled by its id. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/change.h"
#include "schedctl/job-input.h"
#include "schedctl/message.h"
#include "schedctl/one-shot.h"
#include "schedctl/output-format.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"
#include "util/timestamp.h"

#define PREFIX "timer"

/* --- making one ------------------------------------------------------------------------------------ */

static int make_draft(const Context *context, Draft *draft) {
        int status = STATUS_OK;

        if (string_list_length(context->options.schedules) != 1) {
                complain("a timer has one time: --in=SPAN or --at=TIME");
                return STATUS_USAGE;
        }
        if (draft_init(draft) < 0)
                return complain_errno(-ENOMEM, "cannot make the timer");
        if (context->command && *context->command)
                status = one_shot_take_command(draft, context->command);
        return status == STATUS_OK ? job_options_apply(context, draft) : status;
}

static int create_timer(Context *context) {
        static const OneShot timer = { .prefix = PREFIX };
        CLEANUP_FREE char *name = NULL;
        Draft draft = { 0 };
        uint64_t id = 0;
        int status;

        status = make_draft(context, &draft);
        if (status == STATUS_OK)
                status = one_shot_create(context, &timer, &draft, &name, &id);
        draft_done(&draft);
        if (status != STATUS_OK)
                return status;
        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML) {
                CLEANUP_JSON json_t *object = json_pack("{s:s}", "name", name);

                return output_print_json(context, object);
        }
        (void) puts(name);
        return STATUS_OK;
}

/* --- asking and cancelling ------------------------------------------------------------------------- */

static int print_left(const Context *context, const char *name, usec_t due_usec) {
        usec_t left_usec = due_usec == USEC_INFINITY ? 0 : MAX(due_usec - context_now(context), (usec_t) 0);
        int64_t left_seconds = (left_usec + USEC_PER_SEC - 1) / USEC_PER_SEC;
        char instant[TIMESTAMP_MAX];

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML) {
                CLEANUP_JSON json_t *object = json_pack(
                                "{s:s, s:s?, s:I}", "name", name, "due",
                                due_usec == USEC_INFINITY ? NULL : timestamp_format_utc(due_usec, instant),
                                "left_seconds", (json_int_t) left_seconds);

                return output_print_json(context, object);
        }
        printf("%" PRIi64 "\n", left_seconds);
        return STATUS_OK;
}

/* Of one that is over only its execution is left. */
static int find_over(Context *context, const char *name) {
        CLEANUP_JSON json_t *executions = NULL;
        char *const names[] = { (char *) name, NULL };
        int status;

        status = fetch_executions(context, &(const ClientFilter){ .names = names, .limit = 1 }, &executions);
        if (status != STATUS_OK)
                return status;
        if (json_array_size(executions) == 0) {
                complain("there is no timer '%s', or it is no longer kept", name);
                return STATUS_NO_SUCH;
        }
        return print_left(context, name, USEC_INFINITY);
}

static int tell_left(Context *context, const char *name) {
        CLEANUP_JSON json_t *jobs = NULL;
        char *const names[] = { (char *) name, NULL };
        int status;

        status = fetch_matching_jobs(context, &(const ClientFilter){ .names = names }, &jobs);
        if (status != STATUS_OK)
                return status;
        if (json_array_size(jobs) == 0)
                return find_over(context, name);
        return print_left(context, name, view_instant(json_array_get(jobs, 0), "next_due"));
}

int verb_timer(Context *context, char **arguments) {
        const char *word = arguments[0];
        CLEANUP_FREE char *name = NULL;
        ClientChange cancel = { .kind = "delete" };
        uint64_t number;
        int r;

        if (!word) {
                if (!context->options.cancel)
                        return create_timer(context);
                complain("which timer? schedctl timer --cancel ID");
                return STATUS_USAGE;
        }
        if (job_options_given(context)) {
                complain("a timer has no name to be chosen; its number is printed when it is made");
                return STATUS_USAGE;
        }
        r = asprintf(&name, "%s%s", parse_execution_id(word, &number) ? PREFIX "-" : "", word);
        if (r < 0) {
                name = NULL;
                return complain_errno(-ENOMEM, "cannot look for the timer");
        }
        if (!context->options.cancel)
                return tell_left(context, name);
        cancel.name = name;
        return change_jobs(context, &cancel, 1, false);
}
