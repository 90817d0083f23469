/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/context.h"

#include <stdarg.h>
#include <stdio.h>

#include "schedctl/message.h"
#include "schedctl/time-text.h"

void context_done(Context *context) {
        client_free(context->client);
        time_zone_unref(context->zone);
        options_done(&context->options);
}

usec_t context_now(const Context *context) {
        return clock_now(context->clock, CLOCK_KIND_REALTIME);
}

int context_client(Context *context) {
        ClientOptions options = { .user = context->options.user, .bus = context->options.bus };
        ClientError error = { 0 };
        int r;

        if (context->client)
                return STATUS_OK;

        r = client_open(&options, &context->client, &error);
        return r < 0 ? complain_client(r, &error, NULL) : STATUS_OK;
}

int context_parse_time(
                const Context *context,
                const char *option,
                const char *text,
                bool end,
                usec_t *ret_usec) {
        TimeMeanings times;

        if (time_text_parse(context->zone, context_now(context), text, &times) < 0) {
                complain("%s does not understand the time '%s'; write it like 2026-03-29T02:30, 02:30, "
                         "today, "
                         "-2h, \"2h ago\" or @SECONDS",
                         option, text);
                return STATUS_USAGE;
        }
        *ret_usec = end ? times.meanings[times.n_meanings - 1].until_usec : times.meanings[0].from_usec;
        return STATUS_OK;
}

void context_choice(const Context *context, ClientFilter *ret) {
        *ret = (ClientFilter){
                .states = context->options.states,
                .kinds = context->options.kinds,
                .templates = context->options.templates,
                .profiles = context->options.profiles,
                .owners = context->options.owners,
                .tags = context->options.tags,
                .ids = context->options.ids,
                .n_ids = context->options.n_ids,
        };
}

int context_filter(const Context *context, char *const *names, ClientFilter *ret) {
        ClientFilter filter;
        int status = STATUS_OK;

        context_choice(context, &filter);
        filter.names = names;
        filter.all = context->options.all;

        if (context->options.since)
                status = context_parse_time(
                                context, "--since", context->options.since, false, &filter.since_usec);
        if (status == STATUS_OK && context->options.until)
                status = context_parse_time(
                                context, "--until", context->options.until, true, &filter.until_usec);
        if (context->options.has_lines)
                filter.limit = context->options.lines;

        if (status == STATUS_OK)
                *ret = filter;
        return status;
}

void context_remark(const Context *context, const char *format, ...) {
        va_list arguments;

        if (context->options.quiet)
                return;

        (void) fflush(stdout);
        va_start(arguments, format);
        (void) vfprintf(stderr, format, arguments);
        va_end(arguments);
        (void) fputc('\n', stderr);
}
