/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "schedctl/message.h"

#define CHUNK_SIZE ((size_t) 64 * 1024)
/* A restart takes a second; a daemon that is away for longer is away. */
#define REOPEN_TRIES 100
#define REOPEN_DELAY_MSEC 200

/* The first reason counts. */
static void stop(Live *live, LiveEnd end) {
        if (live->stopped)
                return;
        live->stopped = true;
        live->end = end;
}

static void on_event(void *userdata, const ClientEvent *event) {
        Live *live = userdata;

        live->watcher.on_event(live->watcher.userdata, event);
}

static void on_gone(void *userdata) {
        Live *live = userdata;

        stop(live, LIVE_GONE);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Live *live = userdata;

        stop(live, LIVE_INTERRUPTED);
        return 0;
}

void live_end(Live *live) {
        stop(live, LIVE_DONE);
}

static void stop_following(Live *live) {
        live->output = sd_event_source_disable_unref(live->output);
        live->output_fd = fd_close(live->output_fd);
        live->printer = NULL;
}

static void stop_signals(sigset_t *ret) {
        (void) sigemptyset(ret);
        (void) sigaddset(ret, SIGINT);
        (void) sigaddset(ret, SIGTERM);
}

static int start_loop(Live *live) {
        sigset_t signals;
        int r;

        r = sd_event_new(&live->event);
        if (r < 0)
                return r;

        stop_signals(&signals);
        if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
                return -errno;
        r = sd_event_add_signal(live->event, NULL, SIGINT, on_signal, live);
        if (r < 0)
                return r;
        r = sd_event_add_signal(live->event, NULL, SIGTERM, on_signal, live);
        if (r < 0)
                return r;

        return sd_bus_attach_event(client_bus(live->context->client), live->event, SD_EVENT_PRIORITY_NORMAL);
}

static int watch(Live *live) {
        const ClientWatcher watcher = { .on_event = on_event, .on_gone = on_gone, .userdata = live };
        ClientError error = { 0 };
        int r;

        r = start_loop(live);
        if (r < 0)
                return complain_errno(r, "cannot start watching");
        r = client_watch(live->context->client, &watcher, &error);
        return r < 0 ? complain_client(r, &error, NULL) : STATUS_OK;
}

static void stop_loop(Live *live) {
        stop_following(live);
        live->stopped = false;
        if (live->context->client)
                (void) sd_bus_detach_event(client_bus(live->context->client));
        live->event = sd_event_unref(live->event);
}

int live_open(Live *live, Context *context, const LiveWatcher *watcher) {
        int status;

        *live = (Live){ .context = context, .watcher = *watcher, .output_fd = -EBADF };
        status = context_client(context);
        if (status == STATUS_OK)
                status = watch(live);
        if (status != STATUS_OK)
                live_close(live);
        return status;
}

void live_close(Live *live) {
        stop_loop(live);
}

/* Where SIGPIPE is ignored, a reader that has gone away is as good as Ctrl-C. */
static void look_at_reader(Live *live) {
        (void) fflush(stdout);
        if (!ferror(stdout) || live->is_unread)
                return;
        live->is_unread = true;
        stop(live, LIVE_INTERRUPTED);
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        CLEANUP_FREE char *chunk = malloc(CHUNK_SIZE);
        Live *live = userdata;
        OutputPrinter *printer = live->printer;
        ssize_t n;

        if (!chunk)
                return -ENOMEM;
        n = read(fd, chunk, CHUNK_SIZE);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0) {
                int r;

                if (live->watcher.before_output)
                        live->watcher.before_output(live->watcher.userdata);
                r = output_printer_add(printer, chunk, (size_t) n);
                look_at_reader(live);
                if (r >= 0)
                        return 0;
                (void) complain_errno(
                                r, "cannot read the output of execution %" PRIu64, printer->execution_id);
        }

        stop_following(live);
        output_printer_end(printer);
        live->watcher.on_output_end(live->watcher.userdata, printer);
        return 0;
}

/* Waits until the next try. Returns false on Ctrl-C. */
static bool pause_between_tries(void) {
        const struct timespec delay = { .tv_nsec = (long) REOPEN_DELAY_MSEC * 1000 * 1000 };
        sigset_t signals;

        stop_signals(&signals);
        return sigtimedwait(&signals, NULL, &delay) <= 0;
}

int live_follow(Live *live, uint64_t id, bool patient, OutputPrinter *printer) {
        ClientError error = { 0 };
        int r;

        stop_following(live);
        r = client_follow(live->context->client, id, &live->output_fd, &error);
        for (int i = 0; i < REOPEN_TRIES && r < 0 && patient; i++) {
                if (!pause_between_tries()) {
                        client_error_done(&error);
                        stop(live, LIVE_INTERRUPTED);
                        return STATUS_OK;
                }
                r = client_follow(live->context->client, id, &live->output_fd, &error);
        }
        if (r < 0)
                return complain_client(r, &error, NULL);
        client_error_done(&error);

        live->printer = printer;
        r = sd_event_add_io(live->event, &live->output, live->output_fd, EPOLLIN, on_output, live);
        return r < 0 ? complain_errno(r, "cannot read the output of execution %" PRIu64, id) : STATUS_OK;
}

int live_run(Live *live, LiveEnd *ret) {
        int r;

        while (!live->stopped) {
                r = sd_event_run(live->event, UINT64_MAX);
                if (r < 0)
                        return complain_errno(r, "cannot go on watching");
        }
        live->stopped = false;
        *ret = live->end;
        return STATUS_OK;
}

int live_reopen(Live *live, LiveEnd *ret) {
        const ClientOptions options = { .user = live->context->options.user,
                                        .bus = live->context->options.bus };
        ClientError error = { 0 };
        int r = -ENOTCONN;

        stop_loop(live);
        live->context->client = client_free(live->context->client);
        for (int i = 0; i < REOPEN_TRIES && r < 0; i++) {
                if (!pause_between_tries()) {
                        client_error_done(&error);
                        *ret = LIVE_INTERRUPTED;
                        return STATUS_OK;
                }
                r = client_open(&options, &live->context->client, &error);
        }
        if (r < 0)
                return complain_client(r, &error, NULL);
        client_error_done(&error);

        *ret = LIVE_DONE;
        return watch(live);
}
