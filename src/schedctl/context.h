/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What every verb works with. Made by main(); the daemon is called when a verb first needs it.
 *
 * Where a function here or of a verb returns a "status", it is an ExitStatus: 0, or what the program is to
 * exit with after the message was printed.
 */

#include "client/client.h"
#include "schedctl/options.h"
#include "schedctl/screen.h"
#include "schedule/time-zone.h"
#include "util/clock.h"

typedef struct Verb Verb;

typedef struct Context {
        Options options;
        const Verb *verb;
        char **command; /* behind "--", of a verb that takes one; NULL: there is none */
        Screen screen;
        const Clock *clock;
        TimeZone *zone; /* of the caller */
        Client *client; /* NULL until context_client() */
        pid_t pager;    /* 0: none */
} Context;

void context_done(Context *context);

usec_t context_now(const Context *context);

/* Connects unless that was done. Returns a status. */
int context_client(Context *context);

/*
 * Reads a time of the command line. `end` asks for the end of what it covers instead of its begin. Returns a
 * status.
 */
int context_parse_time(
                const Context *context,
                const char *option,
                const char *text,
                bool end,
                usec_t *ret_usec);

/* The part of it that options make which choose by what a job is; borrowed from the options. */
void context_choice(const Context *context, ClientFilter *ret);

/* The filter that --since, --until, --state, --lines and the options that choose jobs make; borrowed from the
 * options. Returns a status. */
int context_filter(const Context *context, char *const *names, ClientFilter *ret);

/* A remark for people, on standard error, unless --quiet. */
void context_remark(const Context *context, const char *format, ...) PRINTF_LIKE(2, 3);
