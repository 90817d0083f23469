/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The runner's end of `output.file`: a pipe to the process that writes (output-writer.h), which is never
 * waited for. A pipe that is full makes output_file_write() say so; the job's own pipes are not read then.
 */

#include "runner/account.h"
#include "runner/deadline.h"
#include "runner/launch.h"
#include "runner/poller.h"
#include "util/buffer.h"

/* Callbacks are never called from within the functions below. */
typedef struct OutputFileEvents {
        /* failure NULL: it is open. Otherwise a sentence; nothing else comes then. */
        void (*on_opened)(void *userdata, const char *failure);
        void (*on_unblocked)(void *userdata);
        void (*on_note)(void *userdata, const char *text);
        void (*on_closed)(void *userdata);
        void *userdata;
} OutputFileEvents;

typedef struct OutputFile {
        Poller *poller;
        Deadlines *deadlines;
        OutputFileEvents events;
        Watch pipe;   /* looked at only while it is full */
        Watch report; /* what the writer says */
        int error_fd; /* of its launch; -EBADF once it is open */
        int pid_fd;
        Buffer pending; /* what the pipe has not taken yet */
        char line[512];
        size_t line_size;
        bool line_too_long;
        bool open, finished, closed;
        uint64_t lost_bytes; /* that the writer never got */
        Deadline patience;
} OutputFile;

/* The zero state, in which nothing is open. */
void output_file_init(OutputFile *file, Poller *poller, Deadlines *deadlines, const OutputFileEvents *events);

/* Starts the writer. Returns 0, or a negative errno with a sentence in *reterr_message (NULL: no memory). */
int output_file_open(
                OutputFile *file,
                const LaunchDefaults *defaults,
                const char *program,
                const MessageStart *start,
                const Account *account,
                char **reterr_message);
/* Is there one to write to? */
static inline bool output_file_is_open(const OutputFile *file) {
        return file->open && !file->closed;
}
static inline bool output_file_is_full(const OutputFile *file) {
        return file->pending.size > 0;
}
void output_file_write(OutputFile *file, const void *data, size_t size);
/* No more comes; on_closed() follows when the writer has written it all, or is killed for not doing so. */
void output_file_finish(OutputFile *file);
/* Lets go of everything at once. The writer writes what it has, and ends. */
void output_file_done(OutputFile *file);

/* Takes up where another program of this process left it. Takes the descriptors over, also on failure. */
int output_file_restore(OutputFile *file, int pipe_fd, int report_fd, const void *pending, size_t size);
