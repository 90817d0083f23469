/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Watching the daemon until something ends it: the watcher itself, Ctrl-C, or the daemon's end. */

#include <systemd/sd-event.h>

#include "schedctl/context.h"
#include "schedctl/output-printer.h"

typedef enum LiveEnd {
        LIVE_DONE,        /* live_end() was called */
        LIVE_INTERRUPTED, /* Ctrl-C, SIGTERM, or once: what is printed cannot be written any more */
        LIVE_GONE,        /* no more daemon */
} LiveEnd;

typedef struct LiveWatcher {
        void (*on_event)(void *userdata, const ClientEvent *event);
        void (*before_output)(void *userdata); /* some is about to be printed; NULL: no matter */
        /* The output of an execution has ended: its outcome is on disk, or the daemon is gone. */
        void (*on_output_end)(void *userdata, OutputPrinter *printer);
        void *userdata;
} LiveWatcher;

typedef struct Live {
        Context *context;
        LiveWatcher watcher;
        sd_event *event;
        bool stopped;
        bool is_unread;         /* nobody takes what is printed */
        LiveEnd end;            /* why */
        OutputPrinter *printer; /* of the output that is followed; NULL: none */
        sd_event_source *output;
        int output_fd;
} Live;

/* From its return on no event is missed. Returns a status; with any other than STATUS_OK nothing is left
 * open. */
int live_open(Live *live, Context *context, const LiveWatcher *watcher);
void live_close(Live *live);

/*
 * Prints the output of an execution as it comes, one execution at a time. `patient`: a daemon that has just
 * started may not have found its runner yet, so a refusal is not taken at once. Returns a status.
 */
int live_follow(Live *live, uint64_t id, bool patient, OutputPrinter *printer);

/* Until one of LiveEnd happens; may be called again. Returns a status. */
int live_run(Live *live, LiveEnd *ret);
void live_end(Live *live);

/*
 * After LIVE_GONE: waits for a daemon, which may only be restarted, and watches that one: *ret is LIVE_DONE
 * then, or LIVE_INTERRUPTED. Returns a status.
 */
int live_reopen(Live *live, LiveEnd *ret);
