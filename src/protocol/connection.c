/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/connection.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utlist.h>

#include "util/file.h"

/* How many frames one turn of the loop reads: a busy peer must not starve the other sources. */
#define FRAMES_PER_TURN 16
/* Stands in a frame for a record that travels in a memfd beside it. No record begins with zeros. */
#define PLACEHOLDER_SIZE 8U

typedef struct Frame Frame;
struct Frame {
        char *data;
        size_t size;
        size_t weight; /* what it counts in the queue: the bytes in memfds too */
        int fds[FRAME_FDS_MAX];
        size_t n_fds;
        bool is_secret; /* wiped when it is sent */
        Frame *prev, *next;
};

struct Connection {
        sd_event *event;
        sd_event_source *io, *deferred;
        int fd;
        ConnectionEvents events;

        /* The frame that gathers records, then the closed ones that wait for the socket. */
        Buffer gathered;
        size_t gathered_weight;
        bool gathered_is_secret;
        int gathered_fds[FRAME_FDS_MAX];
        size_t n_gathered_fds;
        Frame *queue;
        size_t queued_bytes;
        Buffer record; /* scratch */

        char *received; /* FRAME_SIZE_MAX + 1: one more byte shows a frame that is too long */
        int error;      /* what on_closed() will be told */
        bool broken;    /* on_closed() is due */
        bool closed;    /* on_closed() was called */
        bool mute;      /* the peer no longer reads; what it sent is still to be read */
        bool was_full;
        bool busy;  /* inside a callback: the memory must stay */
        bool freed; /* connection_free() was called meanwhile */
};

static Frame *frame_free(Frame *frame) {
        if (frame->is_secret)
                explicit_bzero(frame->data, frame->size);
        for (size_t i = 0; i < frame->n_fds; i++)
                (void) fd_close(frame->fds[i]);
        free(frame->data);
        free(frame);
        return NULL;
}

static void drop_output(Connection *connection) {
        Frame *frame, *next;

        DL_FOREACH_SAFE(connection->queue, frame, next) {
                DL_DELETE(connection->queue, frame);
                (void) frame_free(frame);
        }
        for (size_t i = 0; i < connection->n_gathered_fds; i++)
                (void) fd_close(connection->gathered_fds[i]);
        connection->n_gathered_fds = 0;
        buffer_clear(&connection->gathered);
        connection->gathered_weight = 0;
        connection->queued_bytes = 0;
}

static void connection_destroy(Connection *connection) {
        drop_output(connection);
        buffer_done(&connection->gathered);
        buffer_done(&connection->record);
        free(connection->received);
        free(connection);
}

/* Ends what the loop and the kernel know of it; the memory may have to stay for a caller further up. */
static void connection_detach(Connection *connection) {
        connection->io = sd_event_source_disable_unref(connection->io);
        connection->deferred = sd_event_source_disable_unref(connection->deferred);
        connection->event = sd_event_unref(connection->event);
        connection->fd = fd_close(connection->fd);
}

Connection *connection_free(Connection *connection) {
        if (!connection)
                return NULL;

        connection_detach(connection);
        connection->freed = true;
        if (!connection->busy)
                connection_destroy(connection);
        return NULL;
}

int connection_fd(const Connection *connection) {
        return connection->fd;
}

/* Leaves a callback: returns false if the connection was freed in it, and is gone now. */
static bool leave_callback(Connection *connection) {
        connection->busy = false;
        if (!connection->freed)
                return true;
        connection_destroy(connection);
        return false;
}

/* Tells of the end once. The connection may be gone afterwards. */
static void tell_closed(Connection *connection) {
        if (connection->closed)
                return;

        connection->closed = true;
        drop_output(connection);
        connection_detach(connection);
        connection->busy = true;
        connection->events.on_closed(connection->events.userdata, connection->error);
        (void) leave_callback(connection);
}

/* The end is told from the loop: whoever is sending may not be ready to hear of it. */
static void connection_break(Connection *connection, int error) {
        if (connection->broken || connection->closed)
                return;
        connection->broken = true;
        connection->error = error;
        (void) sd_event_source_set_enabled(connection->deferred, SD_EVENT_ONESHOT);
}

static void want_writable(Connection *connection, bool on) {
        if (connection->was_full == on || !connection->io)
                return;
        connection->was_full = on;
        (void) sd_event_source_set_io_events(connection->io, (uint32_t) (on ? EPOLLIN | EPOLLOUT : EPOLLIN));
}

/* Closes the frame that gathers records and queues it. */
static int close_frame(Connection *connection) {
        Frame *frame;
        int r;

        if (connection->gathered.size == 0)
                return 0;
        frame = calloc(1, sizeof(*frame));
        if (!frame)
                return -ENOMEM;

        frame->size = connection->gathered.size;
        frame->is_secret = connection->gathered_is_secret;
        connection->gathered_is_secret = false;
        r = buffer_take(&connection->gathered, &frame->data);
        if (r < 0) {
                free(frame);
                return r;
        }
        frame->weight = connection->gathered_weight;
        frame->n_fds = connection->n_gathered_fds;
        memcpy(frame->fds, connection->gathered_fds, sizeof(int) * frame->n_fds);
        connection->n_gathered_fds = 0;
        connection->gathered_weight = 0;
        DL_APPEND(connection->queue, frame);
        return 0;
}

static int send_frame(int fd, const Frame *frame) {
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int) * FRAME_FDS_MAX)];
        } control = { 0 };
        struct iovec vector = { .iov_base = frame->data, .iov_len = frame->size };
        struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
        ssize_t n;

        if (frame->n_fds > 0) {
                message.msg_control = &control;
                message.msg_controllen = CMSG_SPACE(sizeof(int) * frame->n_fds);
                control.header.cmsg_level = SOL_SOCKET;
                control.header.cmsg_type = SCM_RIGHTS;
                control.header.cmsg_len = CMSG_LEN(sizeof(int) * frame->n_fds);
                memcpy(CMSG_DATA(&control.header), frame->fds, sizeof(int) * frame->n_fds);
        }

        do
                n = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -errno : 0;
}

/* A peer that is gone no longer reads, but what it sent before counts: it is read to its end first. */
static bool error_is_gone(int r) {
        return r == -EPIPE || r == -ECONNRESET || r == -ENOTCONN;
}

int connection_flush(Connection *connection) {
        int r;

        if (connection->closed || connection->mute)
                return 1;
        r = close_frame(connection);
        if (r < 0) {
                connection_break(connection, r);
                return 1;
        }

        while (connection->queue) {
                Frame *frame = connection->queue;

                r = send_frame(connection->fd, frame);
                /* Too many descriptors are in flight: the peer will take some out of the socket. */
                if (r == -EAGAIN || r == -ETOOMANYREFS) {
                        want_writable(connection, true);
                        return 0;
                }
                if (error_is_gone(r)) {
                        connection->mute = true;
                        drop_output(connection);
                        break;
                }
                if (r < 0) {
                        connection_break(connection, r);
                        return 1;
                }
                connection->queued_bytes -= frame->weight;
                DL_DELETE(connection->queue, frame);
                (void) frame_free(frame);
        }
        want_writable(connection, false);
        return 1;
}

static int gather_memfd(Connection *connection) {
        static const char placeholder[PLACEHOLDER_SIZE];
        int fd, r;

        fd = memfd_new_sealed("jobsched-record", connection->record.data, connection->record.size);
        if (fd < 0)
                return fd;
        r = buffer_add(&connection->gathered, placeholder, sizeof(placeholder));
        if (r < 0) {
                (void) fd_close(fd);
                return r;
        }
        connection->gathered_fds[connection->n_gathered_fds++] = fd;
        return 0;
}

static int gather_record(Connection *connection, bool apart) {
        bool large = apart || connection->record.size > RECORD_INLINE_MAX;
        size_t size = large ? PLACEHOLDER_SIZE : connection->record.size;
        int r;

        if (connection->gathered.size + size > FRAME_SIZE_MAX ||
            (large && connection->n_gathered_fds == FRAME_FDS_MAX)) {
                r = close_frame(connection);
                if (r < 0)
                        return r;
                if (!connection->was_full)
                        (void) connection_flush(connection);
        }

        r = large ? gather_memfd(connection)
                  : buffer_add(&connection->gathered, connection->record.data, connection->record.size);
        if (r < 0)
                return r;
        connection->gathered_weight += connection->record.size;
        connection->queued_bytes += connection->record.size;
        return 0;
}

static int send_record(Connection *connection, const Message *message, bool apart) {
        int r;

        if (connection->closed || connection->mute || connection->broken)
                return -ENOTCONN;

        buffer_clear(&connection->record);
        r = message_encode(message, &connection->record);
        if (r < 0)
                return r;
        /* Much may have been gathered in this turn that the peer would take at once. */
        if (connection->queued_bytes + connection->record.size > CONNECTION_QUEUE_MAX)
                (void) connection_flush(connection);
        if (connection->queued_bytes + connection->record.size > CONNECTION_QUEUE_MAX) {
                connection_break(connection, -ENOBUFS);
                return -ENOBUFS;
        }
        r = gather_record(connection, apart);
        if (message->type == MESSAGE_KEEP_SECRET) {
                explicit_bzero(connection->record.data, connection->record.size);
                connection->gathered_is_secret = true;
        }
        if (r < 0)
                return r;

        /* Nothing to do while the socket is full: it goes out when that ends. */
        if (connection->was_full || connection->mute)
                return 0;
        return sd_event_source_set_enabled(connection->deferred, SD_EVENT_ONESHOT);
}

int connection_send(Connection *connection, const Message *message) {
        return send_record(connection, message, false);
}

int connection_send_secret(Connection *connection, const Message *message) {
        int r = send_record(connection, message, true);

        if (connection->record.data)
                explicit_bzero(connection->record.data, connection->record.allocated);
        return r;
}

size_t connection_queued_bytes(const Connection *connection) {
        return connection->queued_bytes;
}

/* What recvmsg() handed over beside the bytes; closed when its frame has been read. */
typedef struct ReceivedFds {
        int fds[FRAME_FDS_MAX];
        size_t n_fds, n_taken;
} ReceivedFds;

static void received_fds_done(ReceivedFds *received) {
        for (size_t i = 0; i < received->n_fds; i++)
                (void) fd_close(received->fds[i]);
}

static void collect_fds(struct msghdr *message, ReceivedFds *received) {
        for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
                size_t n;

                if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                        continue;
                n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                n = MIN(n, FRAME_FDS_MAX - received->n_fds); /* the buffer has no room for more */
                memcpy(received->fds + received->n_fds, CMSG_DATA(header), n * sizeof(int));
                received->n_fds += n;
        }
}

/* Returns the size of the frame, 0 at the end, -EAGAIN, -EBADMSG, or another negative errno. */
static ssize_t receive_frame(Connection *connection, ReceivedFds *received) {
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int) * FRAME_FDS_MAX)];
        } control;
        struct iovec vector = { .iov_base = connection->received, .iov_len = FRAME_SIZE_MAX + 1 };
        struct msghdr message = {
                .msg_iov = &vector,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        ssize_t n;

        do
                n = recvmsg(connection->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;

        collect_fds(&message, received);
        if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || (size_t) n > FRAME_SIZE_MAX)
                return -EBADMSG;
        return n;
}

/* There may be secrets in it. */
static void wipe_and_free(char *data, size_t size) {
        explicit_bzero(data, size);
        free(data);
}

static int decode_memfd(ReceivedFds *received, Message *ret) {
        char *data;
        size_t size, consumed;
        int r;

        if (received->n_taken == received->n_fds)
                return -EBADMSG;
        r = memfd_read_sealed(received->fds[received->n_taken++], RECORD_SIZE_MAX, &data, &size);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        r = message_decode(data, size, ret, &consumed);
        wipe_and_free(data, size);
        if (r < 0)
                return r;
        if (consumed == size)
                return 0;
        message_done(ret);
        return -EBADMSG;
}

static int decode_next(const char *data, size_t size, ReceivedFds *received, Message *ret, size_t *ret_used) {
        static const char placeholder[PLACEHOLDER_SIZE];

        if (size >= PLACEHOLDER_SIZE && memcmp(data, placeholder, PLACEHOLDER_SIZE) == 0) {
                *ret_used = PLACEHOLDER_SIZE;
                return decode_memfd(received, ret);
        }
        return message_decode(data, size, ret, ret_used);
}

/* Hands over the records of a frame. Returns 1 if it was freed by a callback (busy is still set), 0 if not.
 */
static int read_records(Connection *connection, size_t size, ReceivedFds *received) {
        char *data = connection->received;

        while (size > 0) {
                Message message;
                size_t used;
                int r;

                r = decode_next(data, size, received, &message, &used);
                if (r < 0)
                        return r;
                if (message.type == MESSAGE_KEEP_SECRET) /* the receiver has a copy, and wipes it */
                        explicit_bzero(data, used);
                connection->events.on_message(connection->events.userdata, &message);
                message_done(&message);
                if (connection->freed || connection->closed)
                        return 1;
                data += used;
                size -= used;
        }
        return received->n_taken == received->n_fds ? 0 : -EBADMSG;
}

static int read_frame(Connection *connection) {
        CLEANUP(received_fds_done) ReceivedFds received = { 0 };
        ssize_t n;

        n = receive_frame(connection, &received);
        /*
         * The kernel reports once that the peer left without reading all, and does so before what the peer
         * sent: that is still to be read.
         */
        if (error_is_gone((int) n)) {
                connection->mute = true;
                return 0;
        }
        if (n < 0)
                return (int) n;
        if (n == 0)
                return -ENODATA;
        return read_records(connection, (size_t) n, &received);
}

static void read_frames(Connection *connection) {
        int r = 0;

        connection->busy = true;
        for (int i = 0; i < FRAMES_PER_TURN && r == 0; i++)
                r = read_frame(connection);
        if (!leave_callback(connection))
                return;
        if (r >= 0 || r == -EAGAIN)
                return;

        connection->error = r == -ENODATA ? 0 : r;
        tell_closed(connection);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Connection *connection = userdata;

        if ((revents & EPOLLOUT) != 0 && connection->was_full && connection_flush(connection) == 1 &&
            connection->events.on_drained && !connection->broken && !connection->mute) {
                connection->busy = true;
                connection->events.on_drained(connection->events.userdata);
                if (!leave_callback(connection) || connection->closed)
                        return 0;
        }
        if ((revents & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
                read_frames(connection);
        return 0;
}

static int on_deferred(sd_event_source *source, void *userdata) {
        Connection *connection = userdata;

        if (!connection->broken)
                (void) connection_flush(connection);
        if (connection->broken)
                tell_closed(connection);
        return 0;
}

static int connection_attach(Connection *connection, sd_event *event) {
        int flags, r;

        flags = fcntl(connection->fd, F_GETFL);
        if (flags < 0 || fcntl(connection->fd, F_SETFL, flags | O_NONBLOCK) < 0)
                return -errno;
        connection->received = malloc(FRAME_SIZE_MAX + 1);
        if (!connection->received)
                return -ENOMEM;

        connection->event = sd_event_ref(event);
        r = sd_event_add_io(event, &connection->io, connection->fd, EPOLLIN, on_io, connection);
        if (r < 0)
                return r;
        r = sd_event_add_defer(event, &connection->deferred, on_deferred, connection);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(connection->deferred, SD_EVENT_OFF);
}

int connection_new(sd_event *event, int fd, const ConnectionEvents *events, Connection **ret) {
        CLEANUP(connection_freep) Connection *connection = NULL;
        int r;

        connection = calloc(1, sizeof(*connection));
        if (!connection) {
                (void) fd_close(fd);
                return -ENOMEM;
        }
        connection->fd = fd;
        connection->events = *events;

        r = connection_attach(connection, event);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(connection);
        return 0;
}
