/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/journal-sink.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <utlist.h>

#include "protocol/names.h"
#include "util/message-ids.h"

struct JournalStream {
        JournalSink *sink;
        Buffer fields; /* the same in every entry */
        Buffer label;  /* "job[ID]: " */
        Buffer pending;
        bool blocked;
        bool closed;
        void (*on_unblocked)(void *userdata);
        void *userdata;
        JournalStream *prev, *next;
};

static int journal_connect(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        CLEANUP_CLOSE int fd = -EBADF;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static void stream_destroy(JournalStream *stream) {
        buffer_done(&stream->fields);
        buffer_done(&stream->label);
        buffer_done(&stream->pending);
        free(stream);
}

/* Returns 0, -EAGAIN, or another errno: the journal does not take it at all. */
static int send_entry(const JournalStream *stream, const char *text, size_t size) {
        uint64_t size_le = htole64(size);
        struct iovec vector[] = {
                { .iov_base = stream->fields.data, .iov_len = stream->fields.size },
                { .iov_base = (char *) "MESSAGE\n", .iov_len = 8 },
                { .iov_base = &size_le, .iov_len = sizeof(size_le) },
                { .iov_base = (char *) text, .iov_len = size },
                { .iov_base = (char *) "\n", .iov_len = 1 },
        };
        const struct msghdr message = { .msg_iov = vector, .msg_iovlen = ARRAY_SIZE(vector) };

        if (sendmsg(stream->sink->journal_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
                return 0;
        return errno == ENOBUFS || errno == EINTR ? -EAGAIN : -errno;
}

/* Whoever looks at it may do so on a terminal: no job is to speak to that, or to look like another's line. */
static void hide_controls(char *text, size_t size) {
        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char) text[i];
                bool is_c1 = c == 0xC2 && i + 1 < size && (unsigned char) text[i + 1] >= 0x80 &&
                                (unsigned char) text[i + 1] < 0xA0;

                if ((c < ' ' && c != '\t') || c == 0x7F || is_c1)
                        text[i] = '?';
                if (is_c1)
                        text[++i] = '?';
        }
}

/*
 * Standard error may be shared with others, so it is not made non-blocking: a poll() says whether a pipe
 * takes PIPE_BUF bytes, and no more than that are written.
 */
static int write_stderr(const JournalStream *stream, const char *text, size_t size) {
        struct pollfd poll_fd = { .fd = stream->sink->stderr_fd, .events = POLLOUT };
        char line[PIPE_BUF];
        size_t label_size = MIN(stream->label.size, sizeof(line) / 2), done = 0;

        do {
                size_t part = MIN(size - done, sizeof(line) - label_size - 1);

                if (poll(&poll_fd, 1, 0) == 0)
                        return done == 0 ? -EAGAIN : 0; /* the rest of a very long line is left out */
                memcpy(line, stream->label.data, label_size);
                memcpy(line + label_size, text + done, part);
                hide_controls(line + label_size, part);
                line[label_size + part] = '\n';
                if (write(poll_fd.fd, line, label_size + part + 1) < 0 && errno == EAGAIN)
                        return done == 0 ? -EAGAIN : 0;
                done += part;
        } while (done < size);
        return 0;
}

static int send_line(JournalStream *stream, const char *text, size_t size) {
        JournalSink *sink = stream->sink;
        int r;

        if (sink->journal_fd >= 0) {
                r = send_entry(stream, text, size);
                if (r >= 0 || r == -EAGAIN)
                        return r;
                /* journald is gone: rather on standard error than nowhere. */
                sink->journal_fd = fd_close(sink->journal_fd);
        }
        return write_stderr(stream, text, size);
}

/* Sends whole lines, and with `all` also what has no end yet. Returns 0 or -EAGAIN. */
static int stream_flush(JournalStream *stream, bool all) {
        Buffer *pending = &stream->pending;
        size_t done = 0;
        int r = 0;

        while (done < pending->size) {
                const char *begin = pending->data + done;
                size_t left = pending->size - done, scanned = MIN(left, JOURNAL_LINE_MAX);
                const char *end = memchr(begin, '\n', scanned);

                if (!end && left < JOURNAL_LINE_MAX && !all)
                        break;
                r = send_line(stream, begin, end ? (size_t) (end - begin) : scanned);
                if (r < 0)
                        break;
                done += end ? (size_t) (end - begin) + 1 : scanned;
        }
        buffer_consume(pending, done);
        return r;
}

static void sink_unwatch_if_idle(JournalSink *sink) {
        if (!sink->blocked)
                poller_close(sink->poller, &sink->watch);
}

static void stream_unblock(JournalStream *stream) {
        JournalSink *sink = stream->sink;

        DL_DELETE(sink->blocked, stream);
        stream->blocked = false;
        if (stream->closed)
                stream_destroy(stream);
        else
                stream->on_unblocked(stream->userdata);
}

static void on_writable(Watch *watch, uint32_t events) {
        JournalSink *sink = watch->userdata;
        JournalStream *stream, *next;

        DL_FOREACH_SAFE(sink->blocked, stream, next) {
                if (stream_flush(stream, stream->closed) < 0)
                        break;
                stream_unblock(stream);
        }
        sink_unwatch_if_idle(sink);
}

/* A duplicate is watched: the descriptor itself may be closed while it stands in the poller. */
static void stream_block(JournalStream *stream) {
        JournalSink *sink = stream->sink;
        int fd;

        if (stream->blocked)
                return;
        stream->blocked = true;
        DL_APPEND(sink->blocked, stream);
        if (sink->watch.fd >= 0)
                return;
        fd = fcntl(sink->journal_fd >= 0 ? sink->journal_fd : sink->stderr_fd, F_DUPFD_CLOEXEC, 3);
        if (fd >= 0)
                (void) poller_add(sink->poller, &sink->watch, fd, EPOLLOUT);
}

void journal_sink_init(JournalSink *sink, Poller *poller, const char *socket_path, int stderr_fd) {
        *sink = (JournalSink){
                .poller = poller,
                .watch = { .fd = -EBADF, .on_ready = on_writable, .userdata = sink },
                .journal_fd = -EBADF,
                .stderr_fd = stderr_fd,
        };
        sink->journal_fd = socket_path ? journal_connect(socket_path) : -EBADF;
}

void journal_sink_done(JournalSink *sink) {
        JournalStream *stream, *next;

        DL_FOREACH_SAFE(sink->blocked, stream, next) {
                (void) stream_flush(stream, stream->closed);
                DL_DELETE(sink->blocked, stream);
                stream->blocked = false;
                if (stream->closed)
                        stream_destroy(stream);
        }
        poller_close(sink->poller, &sink->watch);
        sink->journal_fd = fd_close(sink->journal_fd);
}

int journal_stream_new(JournalSink *sink, const JournalSource *source, JournalStream **ret) {
        JournalStream *stream = calloc(1, sizeof(*stream));

        if (!stream)
                return -ENOMEM;
        stream->sink = sink;
        stream->on_unblocked = source->on_unblocked;
        stream->userdata = source->userdata;

        (void) buffer_add_format(
                        &stream->fields,
                        "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nMESSAGE_ID=" MESSAGE_ID_JOB_OUTPUT
                        "\n" JOURNAL_FIELD_JOB "=%s\n" JOURNAL_FIELD_EXECUTION "=%" PRIu64
                        "\n" JOURNAL_FIELD_ATTEMPT "=%" PRIu64 "\n" JOURNAL_FIELD_STREAM "=%s\n",
                        source->is_stderr ? LOG_WARNING : LOG_INFO, source->job, source->job,
                        source->execution_id, source->attempt, source->is_stderr ? "stderr" : "stdout");
        (void) buffer_add_format(&stream->label, "%s[%" PRIu64 "]: ", source->job, source->execution_id);
        if (stream->fields.failed || stream->label.failed) {
                stream_destroy(stream);
                return -ENOMEM;
        }
        *ret = stream;
        return 0;
}

JournalStream *journal_stream_close(JournalStream *stream) {
        if (!stream)
                return NULL;

        stream->closed = true;
        if (!stream->blocked && stream_flush(stream, true) >= 0)
                stream_destroy(stream);
        else
                stream_block(stream); /* the sink frees it once it has taken the rest */
        return NULL;
}

int journal_stream_write(JournalStream *stream, const void *data, size_t size) {
        if (stream->pending.failed)
                buffer_clear(&stream->pending); /* memory is back, perhaps; what was lost is in the capture */
        (void) buffer_add(&stream->pending, data, size);
        if (!stream->blocked && stream_flush(stream, false) < 0)
                stream_block(stream);
        return stream->blocked ? 1 : 0;
}

const Buffer *journal_stream_pending(const JournalStream *stream) {
        return &stream->pending;
}

bool journal_stream_is_full(const JournalStream *stream) {
        return stream->blocked;
}
