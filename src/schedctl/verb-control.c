/* SPDX-License-Identifier: GPL-2.0-or-later */

/* stop, kill, pause, resume and reload: one order for each thing that was named, and the worst answer counts.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/at-time.h"
#include "schedctl/change.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"

/* --- executions ------------------------------------------------------------------------------------ */

/* "SIGTERM", "TERM", "15". Returns the number or -EINVAL. */
static int parse_signal(const char *text) {
        char *end = NULL;
        long number = strtol(text, &end, 10);

        if (end != text)
                return !*end && number > 0 && number <= SIGRTMAX ? (int) number : -EINVAL;
        if (strncasecmp(text, "SIG", 3) == 0)
                text += 3;
        for (int i = 1; i <= SIGRTMAX; i++) {
                const char *name = sigabbrev_np(i);

                if (name && strcasecmp(name, text) == 0)
                        return i;
        }
        return -EINVAL;
}

typedef struct Order {
        const char *whom; /* NULL: stop */
        int signal;
} Order;

static int order_one(Context *context, const Order *order, uint64_t id) {
        ClientError error = { 0 };
        char thing[48];
        int r;

        if (order->whom)
                r = client_kill_execution(context->client, id, order->whom, order->signal, &error);
        else
                r = client_stop_execution(context->client, id, &error);
        if (r >= 0)
                return STATUS_OK;

        /* what was to be stopped has stopped: that is what was wanted */
        if (!order->whom && error.fault == CLIENT_FAULT_NOT_ACTIVE) {
                context_remark(context, "Execution %" PRIu64 " is not active.", id);
                client_error_done(&error);
                return STATUS_OK;
        }
        (void) snprintf(thing, sizeof(thing), "execution %" PRIu64, id);
        return complain_client(r, &error, thing);
}

static int order_all(Context *context, const Order *order, char **words) {
        CLEANUP(string_list_freep) char **chosen = NULL;
        ExecutionIds ids = { 0 };
        int status, selected;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;

        status = select_words(context, words, &chosen);
        selected = select_executions(context, chosen, &ids);
        status = MAX(status, selected);
        for (size_t i = 0; i < ids.n_ids; i++) {
                int one = order_one(context, order, ids.ids[i]);

                status = MAX(status, one);
        }
        execution_ids_done(&ids);
        return status;
}

int verb_stop(Context *context, char **arguments) {
        return order_all(context, &(const Order){ 0 }, arguments);
}

int verb_kill(Context *context, char **arguments) {
        Order order = { .whom = context->options.kill_whom ?: "all", .signal = SIGTERM };

        if (strcmp(order.whom, "main") != 0 && strcmp(order.whom, "all") != 0) {
                complain("--kill-whom is main or all, not '%s'", order.whom);
                return STATUS_USAGE;
        }
        if (context->options.signal)
                order.signal = parse_signal(context->options.signal);
        if (order.signal < 0) {
                complain("there is no signal '%s'", context->options.signal);
                return STATUS_USAGE;
        }
        return order_all(context, &order, arguments);
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* No names are left if there is nothing to do. */
static int select_to_change(Context *context, const char *doing, char **words, char ***names) {
        bool done = false;
        int status, confirmed;

        status = select_jobs(context, words, names);
        confirmed = change_confirm(context, doing, words, *names, false, &done);
        if (done || confirmed != STATUS_OK)
                *names = string_list_free(*names);
        return MAX(status, confirmed);
}

/* When a pause ends lies ahead, so that "8:00" in the evening means tomorrow, as `at` understands it. */
static int parse_end_of_pause(const Context *context, usec_t *ret_usec) {
        const char *text = context->options.until, *reason;
        usec_t now_usec = context_now(context);
        TimeMeanings times;
        bool is_time;

        is_time = time_text_parse(context->zone, now_usec, text, &times) >= 0;
        if (is_time)
                *ret_usec = times.meanings[0].from_usec;
        if (is_time && *ret_usec > now_usec)
                return STATUS_OK;

        if (at_time_parse(context->zone, now_usec, text, ret_usec, &reason) < 0 && !is_time) {
                complain("--until does not understand the time '%s'; write it like +2h, 18:30, \"tomorrow "
                         "8:00\", "
                         "monday, 2026-03-29T02:30 or @SECONDS",
                         text);
                return STATUS_USAGE;
        }
        if (*ret_usec <= now_usec) {
                complain("--until=%s is not in the future", text);
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

int verb_pause(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **names = NULL;
        usec_t until_usec = 0;
        int status = STATUS_OK;

        if (context->options.until)
                status = parse_end_of_pause(context, &until_usec);
        if (status != STATUS_OK)
                return status;

        status = select_to_change(context, "Pause", arguments, &names);
        STRING_LIST_FOREACH(name, names) {
                ClientError error = { 0 };
                int r = client_pause_job(context->client, *name, until_usec, &error);
                int one = r < 0 ? complain_client(r, &error, *name) : STATUS_OK;

                status = MAX(status, one);
        }
        return status;
}

int verb_resume(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **names = NULL;
        int status;

        status = select_to_change(context, "Resume", arguments, &names);
        STRING_LIST_FOREACH(name, names) {
                ClientError error = { 0 };
                int r = client_resume_job(context->client, *name, &error);
                int one = r < 0 ? complain_client(r, &error, *name) : STATUS_OK;

                status = MAX(status, one);
        }
        return status;
}

/* --- all ------------------------------------------------------------------------------------------- */

int verb_reload(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **faults = NULL;
        ClientError error = { 0 };
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;

        r = client_reload(context->client, &faults, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);
        if (!faults || !*faults)
                return STATUS_OK;

        STRING_LIST_FOREACH(fault, faults)
                (void) fprintf(stderr, "%s\n", *fault);
        complain("the definitions have faults; what is good is in force, of what is not the last good "
                 "version");
        return STATUS_FAILURE;
}
