/* SPDX-License-Identifier: GPL-2.0-or-later */

/* why: whether an occurrence ran, and if not, what stood in its way. */

#include <stdio.h>
#include <string.h>

#include "schedctl/columns.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/selection.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"

static void print_instant(const Context *context, const char *name, usec_t instant_usec) {
        char text[TIME_TEXT_MAX], relative[TIME_TEXT_MAX];

        if (instant_usec == USEC_INFINITY)
                return;
        printf("%10s: %s; %s\n", name, time_text_format(context->zone, instant_usec, text),
               time_text_relative(instant_usec, context_now(context), relative));
}

static void print_answer(const Context *context, const json_t *answer) {
        const char *state = view_text(answer, "state"), *reason = view_text(answer, "reason");
        CLEANUP_FREE char *blockers = NULL;

        printf("%s%s%s", screen_colour(&context->screen, COLOUR_BOLD), view_text(answer, "job"),
               screen_reset(&context->screen, COLOUR_BOLD));
        if (*state)
                printf(": %s%s%s%s%s%s", screen_colour(&context->screen, state_colour(state)), state,
                       screen_reset(&context->screen, state_colour(state)), *reason ? " (" : "", reason,
                       *reason ? ")" : "");
        printf("\n%s\n", view_text(answer, "text"));

        print_instant(context, "Due", view_instant(answer, "due"));
        if (view_joined(answer, "blockers", ", ", &blockers) >= 0 && *blockers)
                printf("%10s: %s\n", "Blocked by", blockers);
        if (view_integer(answer, "execution", 0) > 0)
                printf("%10s: %" PRIi64 "\n", "Execution", view_integer(answer, "execution", 0));
        print_instant(context, "Previous", view_instant(answer, "previous_due"));
        print_instant(context, "Next", view_instant(answer, "next_due"));
}

static int ask(Context *context, const char *job, const TimeMeaning *time, json_t **ret) {
        ClientError error = { 0 };
        int r;

        r = client_why(context->client, job, time->from_usec, time->until_usec, ret, &error);
        return r < 0 ? complain_client(r, &error, NULL) : STATUS_OK;
}

/* `job` NULL: of whichever it is. */
static int ask_execution(Context *context, const char *job, uint64_t id, json_t **ret) {
        CLEANUP_JSON json_t *answer = NULL;
        ClientError error = { 0 };
        char thing[48];
        int r;

        (void) snprintf(thing, sizeof(thing), "execution %" PRIu64, id);
        r = client_why_execution(context->client, id, &answer, &error);
        if (r < 0)
                return complain_client(r, &error, thing);
        if (job && strcmp(view_text(answer, "job"), job) != 0) {
                complain("execution %" PRIu64 " is of job '%s', not of '%s'", id, view_text(answer, "job"),
                         job);
                return STATUS_NO_SUCH;
        }
        *ret = TAKE_PTR(answer);
        return STATUS_OK;
}

/* A local time that comes twice stands for both passes; the first that is scheduled answers. */
static int ask_all(Context *context, char **arguments, json_t **ret) {
        TimeMeanings times = { .n_meanings = 1 };
        int status = STATUS_OK;
        uint64_t id;

        if (!arguments[1] && parse_execution_id(arguments[0], &id))
                return ask_execution(context, NULL, id, ret);
        if (arguments[1] && parse_execution_id(arguments[1], &id))
                return ask_execution(context, arguments[0], id, ret);

        if (arguments[1] && time_text_parse(context->zone, context_now(context), arguments[1], &times) < 0) {
                complain("why does not understand the time '%s'; write it like 2026-03-29T02:30, 02:30 or "
                         "-2h, or name an execution by its number",
                         arguments[1]);
                return STATUS_USAGE;
        }

        for (unsigned i = 0; i < times.n_meanings; i++) {
                CLEANUP_JSON json_t *answer = NULL;

                status = ask(context, arguments[0], &times.meanings[i], &answer);
                if (status != STATUS_OK)
                        return status;
                if (view_true(answer, "scheduled") || i + 1 == times.n_meanings) {
                        *ret = TAKE_PTR(answer);
                        return STATUS_OK;
                }
        }
        return status;
}

int verb_why(Context *context, char **arguments) {
        CLEANUP_JSON json_t *answer = NULL;
        int status;

        status = context_client(context);
        if (status == STATUS_OK)
                status = ask_all(context, arguments, &answer);
        if (status != STATUS_OK)
                return status;

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML)
                status = output_print_json(context, answer);
        else if (context->options.output == OUTPUT_SHORT)
                (void) puts(view_text(answer, "text"));
        else
                print_answer(context, answer);

        if (status == STATUS_OK && arguments[1] && !view_true(answer, "scheduled"))
                return STATUS_NO_SUCH;
        return status;
}
