/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where the output of the jobs goes line by line: to the journal with its fields, or, where there is none, to
 * standard error as "job[ID]: text". Never blocks: when the sink is full, the stream says so, and whoever
 * reads the job's pipe stops until it is told to go on.
 */

#include <sys/uio.h>

#include "runner/poller.h"
#include "util/buffer.h"
#include "util/types.h"

#define JOURNAL_SOCKET_PATH "/run/systemd/journal/socket"
#define JOURNAL_LINE_MAX ((size_t) 48 * 1024)

typedef struct JournalStream JournalStream;

typedef struct JournalSink {
        Poller *poller;
        Watch watch;    /* for the end of a full socket; its fd is a duplicate */
        int journal_fd; /* -EBADF: standard error is used */
        int stderr_fd;  /* borrowed */
        JournalStream *blocked;
} JournalSink;

/* `socket_path` that cannot be connected to: everything goes to `stderr_fd`. */
void journal_sink_init(JournalSink *sink, Poller *poller, const char *socket_path, int stderr_fd);
/* Gives the blocked streams a last try, and frees those that were closed. */
void journal_sink_done(JournalSink *sink);

typedef struct JournalSource {
        const char *job;
        uint64_t execution_id, attempt;
        bool is_stderr;
        void (*on_unblocked)(void *userdata);
        void *userdata;
} JournalSource;

int journal_stream_new(JournalSink *sink, const JournalSource *source, JournalStream **ret);
/* Sends the last line, also one without an end; what the sink does not take yet follows later. */
JournalStream *journal_stream_close(JournalStream *stream);

/* Returns 0, or 1: full, stop reading until on_unblocked(). */
int journal_stream_write(JournalStream *stream, const void *data, size_t size);

/* The part of a line that has not ended yet, for a re-exec. */
/* Has it said so, and not called on_unblocked() yet? */
bool journal_stream_is_full(const JournalStream *stream);
const Buffer *journal_stream_pending(const JournalStream *stream);
