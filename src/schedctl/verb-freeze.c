/* SPDX-License-Identifier: GPL-2.0-or-later */

/* freeze and thaw, and the line that reminds of it. */

#include <stdio.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"

int verb_freeze(Context *context, char **arguments) {
        ClientError error = { 0 };
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_freeze(context->client, &error);
        return r < 0 ? complain_client(r, &error, NULL) : STATUS_OK;
}

int verb_thaw(Context *context, char **arguments) {
        ClientError error = { 0 };
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_thaw(context->client, context->options.skip_missed, &error);
        return r < 0 ? complain_client(r, &error, NULL) : STATUS_OK;
}

void remark_frozen(const Context *context) {
        ClientError error = { 0 };
        usec_t since_usec = USEC_INFINITY;
        char since[TIME_TEXT_MAX], relative[TIME_TEXT_MAX];
        bool colour = isatty(STDERR_FILENO) > 0;

        if (client_get_frozen(context->client, &since_usec, &error) < 0) {
                client_error_done(&error); /* what was asked for says what is wrong */
                return;
        }
        if (since_usec == USEC_INFINITY)
                return;
        context_remark(context,
                       "%sAll jobs are frozen since %s (%s): nothing starts until 'schedctl thaw'.%s",
                       colour ? "\x1b[1;31m" : "", time_text_format(context->zone, since_usec, since),
                       time_text_relative(since_usec, context_now(context), relative),
                       colour ? "\x1b[0m" : "");
}

void print_frozen(const Context *context, usec_t since_usec) {
        char since[TIME_TEXT_MAX], relative[TIME_TEXT_MAX];

        if (since_usec == USEC_INFINITY)
                return;
        printf("%sAll jobs are FROZEN since %s (%s): nothing starts until 'schedctl thaw'.%s\n",
               screen_colour(&context->screen, COLOUR_RED),
               time_text_format(context->zone, since_usec, since),
               time_text_relative(since_usec, context_now(context), relative),
               screen_reset(&context->screen, COLOUR_RED));
}
