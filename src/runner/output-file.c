/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "runner/output-writer.h"
#include "util/clock.h"
#include "util/string-list.h"
#include "util/utf8.h"

/* A writer that has been told the end, and hangs: a file server that does not answer, or a stopped process.
 */
#define CLOSE_TIMEOUT_USEC (10 * USEC_PER_SEC)
#define MARK "output-writer" /* of no run: it outlives the runner until all is written */
#define REPORT_READS_MAX 16

static void flush_pending(OutputFile *file) {
        Buffer *pending = &file->pending;

        while (pending->size > 0) {
                ssize_t n = write(file->pipe.fd, pending->data, pending->size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return;
                if (n < 0) { /* the writer is gone */
                        file->lost_bytes += pending->size;
                        buffer_done(pending);
                        poller_close(file->poller, &file->pipe);
                        return;
                }
                buffer_consume(pending, (size_t) n);
        }
        buffer_done(pending);
}

static void on_writable(Watch *watch, uint32_t events) {
        OutputFile *file = watch->userdata;

        flush_pending(file);
        if (file->pending.size > 0)
                return;
        if (file->finished)
                poller_close(file->poller, &file->pipe);
        else
                poller_pause(file->poller, &file->pipe);
        file->events.on_unblocked(file->events.userdata);
}

static void note_lost(OutputFile *file, uint64_t bytes, const char *reason) {
        char text[256];

        if (bytes == 0)
                return;
        (void) snprintf(text, sizeof(text), "%" PRIu64 " bytes were not written to the output file: %s",
                        bytes, reason);
        file->events.on_note(file->events.userdata, text);
}

/* The user may stand behind these words: they are shown, and nothing hangs on them. */
static void on_line(OutputFile *file, const char *line) {
        CLEANUP_FREE char *text = NULL;
        char *reason;
        uint64_t lost;

        if (utf8_clean(line, strlen(line), OUTPUT_WRITER_LINE_MAX, &text) < 0)
                return;
        if (strcmp(text, "opened") == 0 && !file->open) {
                file->open = true;
                file->error_fd = fd_close(file->error_fd);
                file->events.on_opened(file->events.userdata, NULL);
        } else if (strncmp(text, "failed ", 7) == 0 && !file->open) {
                file->closed = true;
                file->events.on_opened(file->events.userdata, text + 7);
        } else if (strncmp(text, "note ", 5) == 0) {
                file->events.on_note(file->events.userdata, text + 5);
        } else if (strncmp(text, "lost ", 5) == 0) {
                lost = strtoull(text + 5, &reason, 10);
                note_lost(file, lost, *reason == ' ' ? reason + 1 : "unknown");
        }
}

static void add_to_line(OutputFile *file, const char *data, size_t size) {
        for (size_t i = 0; i < size && !file->closed; i++) {
                if (data[i] != '\n' && file->line_size + 1 < sizeof(file->line)) {
                        file->line[file->line_size++] = data[i];
                } else if (data[i] != '\n') {
                        file->line_too_long = true;
                } else {
                        file->line[file->line_size] = '\0';
                        if (!file->line_too_long)
                                on_line(file, file->line);
                        file->line_size = 0;
                        file->line_too_long = false;
                }
        }
}

static const char *explain_end(OutputFile *file) {
        ChildError error;

        if (file->error_fd >= 0 && read(file->error_fd, &error, sizeof(error)) == (ssize_t) sizeof(error))
                return strerror(error.error);
        return "the process that writes it ended";
}

/* The writer has ended, or was given up. */
static void close_all(OutputFile *file, const char *reason) {
        bool was_open = file->open;

        if (file->closed)
                return;
        file->closed = true;
        file->lost_bytes += file->pending.size;
        deadline_clear(file->deadlines, &file->patience);
        buffer_done(&file->pending);
        poller_close(file->poller, &file->pipe);
        poller_close(file->poller, &file->report);
        file->pid_fd = fd_close(file->pid_fd);
        if (!was_open) {
                file->events.on_opened(file->events.userdata, reason);
                return;
        }
        note_lost(file, file->lost_bytes, reason);
        if (file->finished)
                file->events.on_closed(file->events.userdata);
        else
                file->events.on_unblocked(file->events.userdata); /* what comes now is only counted */
}

static void on_report(Watch *watch, uint32_t events) {
        OutputFile *file = watch->userdata;
        char data[OUTPUT_WRITER_LINE_MAX];

        for (int i = 0; i < REPORT_READS_MAX && watch->fd >= 0; i++) {
                ssize_t n = read(watch->fd, data, sizeof(data));

                if (n < 0 && (errno == EAGAIN || errno == EINTR))
                        return;
                if (n <= 0) {
                        close_all(file, explain_end(file));
                        return;
                }
                add_to_line(file, data, (size_t) n);
        }
}

static void on_patience(Deadline *deadline) {
        OutputFile *file = deadline->userdata;

        if (file->pid_fd >= 0)
                (void) pidfd_send_signal(file->pid_fd, SIGKILL, NULL, 0);
        close_all(file, "the process that writes it did not end in time");
}

void output_file_init(
                OutputFile *file,
                Poller *poller,
                Deadlines *deadlines,
                const OutputFileEvents *events) {
        *file = (OutputFile){
                .poller = poller,
                .deadlines = deadlines,
                .events = *events,
                .pipe = { .fd = -EBADF, .on_ready = on_writable, .userdata = file },
                .report = { .fd = -EBADF, .on_ready = on_report, .userdata = file },
                .error_fd = -EBADF,
                .pid_fd = -EBADF,
        };
        deadline_init(&file->patience, on_patience, file);
}

void output_file_done(OutputFile *file) {
        deadline_clear(file->deadlines, &file->patience);
        poller_close(file->poller, &file->pipe);
        poller_close(file->poller, &file->report);
        file->error_fd = fd_close(file->error_fd);
        file->pid_fd = fd_close(file->pid_fd);
        buffer_done(&file->pending);
        file->closed = true;
}

/* In the state that they have between two outputs: the pipe is only looked at while it is full. */
static int watch_both(OutputFile *file, int pipe_fd, int report_fd) {
        int r;

        r = poller_add(file->poller, &file->report, report_fd, EPOLLIN);
        if (r < 0) {
                (void) fd_close(pipe_fd);
                return r;
        }
        if (pipe_fd < 0)
                return 0; /* it was closed before a re-exec */
        r = poller_add(file->poller, &file->pipe, pipe_fd, EPOLLOUT);
        if (r >= 0)
                poller_pause(file->poller, &file->pipe);
        return r;
}

static int launch_writer(
                OutputFile *file,
                const LaunchDefaults *defaults,
                const MessageStart *writer,
                const Account *account,
                char **reterr_message) {

        static const ProcessSettings no_settings;
        CLEANUP_CLOSE int read_fd = -EBADF, write_fd = -EBADF;
        Launched launched;
        int fds[2], r;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        read_fd = fds[0];
        write_fd = fds[1];
        if (fcntl(write_fd, F_SETFL, O_WRONLY | O_NONBLOCK) < 0)
                return -errno;
        r = launch(defaults, writer, account,
                   &(LaunchTarget){
                                   .mark = MARK,
                                   .record_fd = -EBADF,
                                   .program_fd = -EBADF,
                                   .cgroup_fd = -EBADF,
                                   .input_fd = read_fd,
                                   .settings = &no_settings,
                   },
                   &launched, reterr_message);
        if (r < 0)
                return r;
        file->error_fd = launched.error_fd;
        file->pid_fd = pidfd_open(launched.pid, 0); /* not reaped yet; without it nobody is killed */
        (void) fd_close(launched.stderr_fd);
        return watch_both(file, TAKE_FD(write_fd), launched.stdout_fd);
}

int output_file_open(
                OutputFile *file,
                const LaunchDefaults *defaults,
                const char *program,
                const MessageStart *start,
                const Account *account,
                char **reterr_message) {

        const OutputWriter writer = {
                .path = start->output_file,
                .pattern = start->output_pattern,
                .keep_files = start->output_keep_files,
                .keep_age_usec = start->output_keep_age_usec,
                .anew = start->attempt == 1, /* a retry goes on in the file of its execution */
        };
        CLEANUP(string_list_freep) char **arguments = NULL;
        MessageStart writer_start = {
                .job = start->job,
                .cause = (char *) "",
                .directory = (char *) "/",
                .umask = start->umask,
        };
        int r;

        r = output_writer_arguments(program, &writer, &arguments);
        if (r < 0)
                return r;
        writer_start.arguments = arguments;
        r = launch_writer(file, defaults, &writer_start, account, reterr_message);
        if (r < 0)
                output_file_done(file);
        return r;
}

void output_file_write(OutputFile *file, const void *data, size_t size) {
        bool was_full = output_file_is_full(file);

        if (file->pipe.fd < 0) {
                file->lost_bytes += size;
                return;
        }
        if (buffer_add(&file->pending, data, size) < 0) {
                buffer_done(&file->pending);
                file->lost_bytes += size;
                return;
        }
        if (!was_full)
                flush_pending(file);
        if (output_file_is_full(file) && !was_full)
                (void) poller_resume(file->poller, &file->pipe, EPOLLOUT);
}

void output_file_finish(OutputFile *file) {
        file->finished = true;
        if (!output_file_is_full(file))
                poller_close(file->poller, &file->pipe);
        (void) deadline_set(
                        file->deadlines, &file->patience,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + CLOSE_TIMEOUT_USEC);
}

int output_file_restore(OutputFile *file, int pipe_fd, int report_fd, const void *pending, size_t size) {
        int r;

        file->open = true;
        r = watch_both(file, pipe_fd, report_fd);
        if (r >= 0 && size > 0 && pipe_fd >= 0) {
                r = buffer_add(&file->pending, pending, size);
                if (r >= 0)
                        r = poller_resume(file->poller, &file->pipe, EPOLLOUT);
        }
        return r;
}
