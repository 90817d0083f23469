/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "runner/run-result.h"

#define READS_PER_TURN 8
/* What is read after the end: a leaked holder could go on writing for ever. */
#define DRAIN_MAX_BYTES ((size_t) 4 * 1024 * 1024)

static uint8_t stream_of(const Run *run, const Watch *watch) {
        return watch == &run->output[0] ? STREAM_STDOUT : STREAM_STDERR;
}

static void set_paused(Run *run, size_t i, bool paused) {
        Poller *poller = &run->context->poller;

        if (paused)
                poller_pause(poller, &run->output[i]);
        else if (poller_resume(poller, &run->output[i], EPOLLIN) < 0)
                poller_close(poller, &run->output[i]); /* it cannot be watched any more */
}

/* Read on only when everybody who gets it can take it. */
static void try_resume(Run *run, size_t i) {
        if (run->file && output_file_is_full(run->file))
                return;
        if (!run->journal[i] || !journal_stream_is_full(run->journal[i]))
                set_paused(run, i, false);
}

static void on_stdout_unblocked(void *userdata) {
        try_resume(userdata, 0);
}

static void on_stderr_unblocked(void *userdata) {
        try_resume(userdata, 1);
}

static void on_file_unblocked(void *userdata) {
        try_resume(userdata, 0);
        try_resume(userdata, 1);
}

static void on_file_note(void *userdata, const char *text) {
        run_output_note(userdata, text);
}

static void on_file_closed(void *userdata) {
        run_on_output_closed(userdata);
}

void run_output_init_file(Run *run) {
        const OutputFileEvents events = {
                .on_unblocked = on_file_unblocked,
                .on_note = on_file_note,
                .on_closed = on_file_closed,
                .userdata = run,
        };

        run->file = calloc(1, sizeof(*run->file));
        if (run->file)
                output_file_init(run->file, &run->context->poller, &run->context->deadlines, &events);
}

int run_output_open_file(
                Run *run,
                const Account *account,
                void (*on_opened)(void *userdata, const char *failure),
                char **reterr_message) {

        RunContext *context = run->context;

        run_output_init_file(run);
        if (!run->file)
                return -ENOMEM;
        run->file->events.on_opened = on_opened;
        return output_file_open(
                        run->file, &context->launch, context->program, &run->start, account, reterr_message);
}

/* Without memory for it the output is kept all the same, only not sent on. */
static JournalStream *journal_stream_for(Run *run, size_t i) {
        const JournalSource source = {
                .job = run->start.job,
                .execution_id = run->key.execution_id,
                .attempt = run->key.attempt,
                .is_stderr = i == 1,
                .on_unblocked = i == 0 ? on_stdout_unblocked : on_stderr_unblocked,
                .userdata = run,
        };

        if (!run->journal[i] && run->start.journal)
                (void) journal_stream_new(&run->context->journal, &source, &run->journal[i]);
        return run->journal[i];
}

/* Returns true if somebody who gets it is full. */
static bool take_output(Run *run, uint8_t stream, const void *data, size_t size) {
        JournalStream *journal = journal_stream_for(run, stream - STREAM_STDOUT);

        output_capture_add(&run->capture, stream, data, size);
        if (run->followed)
                run->context->events.on_output(run->context->events.userdata, run, stream, data, size);
        if (run->file)
                output_file_write(run->file, data, size);
        /* The journal gets it in any case. */
        return (journal && journal_stream_write(journal, data, size) > 0) ||
                        (run->file && output_file_is_full(run->file));
}

/* Returns the bytes read, 0 at the end, -EAGAIN, or another errno. */
static ssize_t read_some(Run *run, Watch *watch, bool *ret_full) {
        ssize_t n;

        do
                n = read(watch->fd, run->context->read_buffer, READ_SIZE);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        if (n > 0 && watch == &run->output[0] && run_has_result(run))
                run_result_add(run, run->context->read_buffer, (size_t) n);
        else if (n > 0)
                *ret_full = take_output(run, stream_of(run, watch), run->context->read_buffer, (size_t) n);
        return n;
}

static void on_readable(Watch *watch, uint32_t events) {
        Run *run = watch->userdata;

        for (int i = 0; i < READS_PER_TURN; i++) {
                bool full = false;
                ssize_t n = read_some(run, watch, &full);

                if (n == -EAGAIN)
                        return;
                if (n <= 0) {
                        poller_close(&run->context->poller, watch);
                        return;
                }
                if (full) {
                        poller_pause(&run->context->poller, watch);
                        return;
                }
                if ((size_t) n < READ_SIZE)
                        return; /* probably empty; if not, it is ready again at once */
        }
}

void run_output_add(Run *run, const void *data, size_t size, uint64_t total_bytes) {
        (void) take_output(run, STREAM_STDOUT, data, size); /* it is all there is: nobody has to wait */
        run->capture.total_bytes = MAX(run->capture.total_bytes, total_bytes);
}

void run_output_note(Run *run, const char *text) {
        size_t begin = run->notes.size;

        if (buffer_add_format(&run->notes, "… %s …\n", text) < 0) {
                buffer_clear(&run->notes); /* no memory for remarks: the output goes on without them */
                return;
        }
        if (run->followed)
                run->context->events.on_output(
                                run->context->events.userdata, run, STREAM_REMARK, run->notes.data + begin,
                                run->notes.size - begin);
}

void run_output_init(Run *run) {
        for (size_t i = 0; i < ARRAY_SIZE(run->output); i++)
                run->output[i] = (Watch){ .fd = -EBADF, .on_ready = on_readable, .userdata = run };
        output_capture_init(&run->capture, run->start.capture_bytes);
}

int run_output_open(Run *run, int stdout_fd, int stderr_fd) {
        const int fds[] = { stdout_fd, stderr_fd };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(run->output); i++) {
                if (fds[i] < 0)
                        continue;
                if (r < 0)
                        (void) fd_close(fds[i]);
                else
                        r = poller_add(&run->context->poller, &run->output[i], fds[i], EPOLLIN);
        }
        return r;
}

int run_output_finish(Run *run) {
        for (size_t i = 0; i < ARRAY_SIZE(run->output); i++) {
                size_t done = 0;
                ssize_t n = 1;

                while (run->output[i].fd >= 0 && n > 0 && done < DRAIN_MAX_BYTES) {
                        bool full;

                        n = read_some(run, &run->output[i], &full);
                        done += n > 0 ? (size_t) n : 0;
                }
                poller_close(&run->context->poller, &run->output[i]);
                run->journal[i] = journal_stream_close(run->journal[i]);
        }
        if (!run->file || !output_file_is_open(run->file))
                return 0;
        output_file_finish(run->file);
        return 1;
}

void run_output_end(Run *run) {
        if (run->followed)
                run->context->events.on_output(run->context->events.userdata, run, STREAM_END, NULL, 0);
        run->followed = false;
}

int run_output_format(const Run *run, Buffer *buffer) {
        int r = output_capture_format(&run->capture, buffer);

        if (r < 0 || run->notes.size == 0)
                return r;
        return output_piece_add(buffer, STREAM_REMARK, run->notes.data, run->notes.size);
}

void run_output_replay(Run *run) {
        CLEANUP(buffer_done) Buffer pieces = { 0 };
        const char *rest;
        size_t left;

        if (run_output_format(run, &pieces) < 0)
                return; /* no memory: what comes from now on is shown */
        rest = pieces.data;
        left = pieces.size;
        while (left > 0) {
                const char *data;
                uint8_t stream;
                size_t size, used = output_piece_read(rest, left, &stream, &data, &size);

                if (used == 0)
                        return;
                run->context->events.on_output(run->context->events.userdata, run, stream, data, size);
                rest += used;
                left -= used;
        }
}

void run_output_restore_line(Run *run, size_t i, const char *data, size_t size) {
        JournalStream *journal = size > 0 ? journal_stream_for(run, i) : NULL;

        if (journal)
                (void) journal_stream_write(journal, data, size); /* full: the next read finds out */
}
