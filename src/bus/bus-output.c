/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The output of executions: GetOutput gives what was kept, Follow a stream of what comes.
 *
 * One Stream for each execution that is followed, which gets its pieces from the manager and keeps the last
 * of them for who joins later; one Follower for each reader, with a queue of its own. A reader that is too
 * slow loses pieces and is told how much; the job and the others never wait for it.
 */

#include <assert.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>
#include <utlist.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "util/buffer.h"
#include "util/file.h"

#define FOLLOWERS_MAX 1024U
#define FOLLOWERS_OF_USER_MAX 64U
#define FOLLOWER_QUEUE_MAX ((size_t) 1024 * 1024)
#define BACKLOG_MAX ((size_t) 1024 * 1024)
#define PIECE_HEADER_SIZE 8U

typedef struct Stream Stream;
typedef struct Follower Follower;

struct Follower {
        FollowTable *table;
        Stream *stream; /* NULL: only what is queued is still to be sent */
        uid_t uid;
        int fd;
        sd_event_source *source;
        Buffer queue;
        uint64_t n_left_out; /* bytes since the last piece that found room */
        Follower *prev, *next;
};

struct Stream {
        uint64_t execution_id;
        Buffer backlog;
        size_t n_stale;       /* bytes at the front of the backlog that are forgotten already */
        uint64_t n_forgotten; /* bytes of output that the backlog had before */
        unsigned asked;       /* the attempt of which the runner was told that somebody listens; 0: none */
        unsigned told;        /* the last attempt whose end was told to the followers */
        bool has_output;      /* of the present attempt */
        size_t n_followers;
        UT_hash_handle hh;
};

struct FollowTable {
        BusServer *server;
        Stream *streams;
        Follower *followers;
        size_t n_followers;
};

/* --- pieces ---------------------------------------------------------------------------------------- */

static void add_piece(Buffer *buffer, OutputStream stream, const void *data, size_t size) {
        unsigned char header[PIECE_HEADER_SIZE] = { (unsigned char) stream };

        for (unsigned i = 0; i < 4; i++)
                header[4 + i] = (unsigned char) (size >> (8 * i));
        (void) buffer_add(buffer, header, sizeof(header));
        (void) buffer_add(buffer, data, size);
}

static size_t piece_size(const char *data) {
        const unsigned char *header = (const unsigned char *) data;
        size_t size = 0;

        for (unsigned i = 0; i < 4; i++)
                size |= (size_t) header[4 + i] << (8 * i);
        return size;
}

static void add_remark(Buffer *buffer, uint64_t n_bytes, const char *why) {
        char text[128];
        int n = snprintf(text, sizeof(text), "… %" PRIu64 " bytes left out%s …\n", n_bytes, why);

        add_piece(buffer, OUTPUT_NOTE, text, (size_t) n);
}

/*
 * Forgets the oldest pieces until there is room for `size` more bytes. What is left moves to the front only
 * when as much is stale: a job that prints lines without end would otherwise have a megabyte moved for each
 * of them.
 */
static void backlog_make_room(Stream *stream, size_t size) {
        Buffer *backlog = &stream->backlog;

        while (stream->n_stale < backlog->size && backlog->size - stream->n_stale + size > BACKLOG_MAX) {
                size_t content = piece_size(backlog->data + stream->n_stale);

                stream->n_forgotten += content;
                stream->n_stale += PIECE_HEADER_SIZE + content;
        }
        if (stream->n_stale < BACKLOG_MAX)
                return;
        buffer_consume(backlog, stream->n_stale);
        stream->n_stale = 0;
}

/* --- followers ------------------------------------------------------------------------------------- */

static Follower *follower_free(Follower *follower) {
        FollowTable *table = follower->table;
        Stream *stream = follower->stream;

        (void) sd_event_source_disable_unref(follower->source);
        (void) fd_close(follower->fd);
        buffer_done(&follower->queue);
        DL_DELETE(table->followers, follower);
        table->n_followers--;
        free(follower);

        if (stream && --stream->n_followers == 0) {
                HASH_DEL(table->streams, stream);
                (void) manager_follow_execution(
                                table->server->host.manager, stream->execution_id,
                                false); /* it may have ended */
                buffer_done(&stream->backlog);
                free(stream);
        }
        return NULL;
}

/* Returns false if the follower has gone. */
static bool follower_send(Follower *follower) {
        bool is_over;

        while (follower->queue.size > 0) {
                ssize_t n =
                                send(follower->fd, follower->queue.data, follower->queue.size,
                                     MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0) {
                        (void) follower_free(follower);
                        return false;
                }
                buffer_consume(&follower->queue, (size_t) n);
        }

        is_over = !follower->stream && follower->queue.size == 0;
        if (is_over || follower->queue.failed ||
            sd_event_source_set_io_events(follower->source, follower->queue.size > 0 ? EPOLLOUT : 0) < 0) {
                (void) follower_free(follower);
                return false;
        }
        return true;
}

static int on_follower_ready(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Follower *follower = userdata;

        if ((events & (EPOLLHUP | EPOLLERR)) != 0)
                (void) follower_free(follower);
        else
                (void) follower_send(follower);
        return 0;
}

static void follower_add(Follower *follower, OutputStream stream, const void *data, size_t size) {
        if (follower->queue.size + size > FOLLOWER_QUEUE_MAX) {
                follower->n_left_out += size;
                return;
        }
        if (follower->n_left_out > 0)
                add_remark(&follower->queue, follower->n_left_out, ": this reader is too slow");
        follower->n_left_out = 0;
        add_piece(&follower->queue, stream, data, size);
}

static size_t count_followers(const FollowTable *table, uid_t uid) {
        const Follower *follower;
        size_t n = 0;

        DL_FOREACH(table->followers, follower)
        n += follower->uid == uid;
        return n;
}

static int follower_new(FollowTable *table, uid_t uid, int *ret_client_fd, Follower **ret) {
        int fds[2], r;
        Follower *follower = NULL;

        follower = calloc(1, sizeof(*follower));
        if (!follower)
                return -ENOMEM;
        follower->table = table;
        follower->uid = uid;
        follower->fd = -EBADF;
        DL_APPEND(table->followers, follower);
        table->n_followers++;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
                r = -errno;
                (void) follower_free(follower);
                return r;
        }
        follower->fd = fds[0];
        r = sd_event_add_io(table->server->event, &follower->source, fds[0], 0, on_follower_ready, follower);
        if (r < 0) {
                (void) fd_close(fds[1]);
                (void) follower_free(follower);
                return r;
        }

        *ret_client_fd = fds[1];
        *ret = follower;
        return 0;
}

/* --- streams --------------------------------------------------------------------------------------- */

static Stream *find_stream(const FollowTable *table, uint64_t id) {
        Stream *stream = NULL;

        HASH_FIND(hh, table->streams, &id, sizeof(id), stream);
        return stream;
}

/*
 * Only what runs can be listened to, each attempt by itself; the runner then sends what it captured so far
 * first, so that nothing is lost by waiting for that. If it cannot be asked, the follower gets what was kept
 * once the attempt has ended.
 */
static void stream_ask(FollowTable *table, Stream *stream, const ExecutionRecord *record) {
        if (record->state != EXECUTION_RUNNING || stream->asked == record->attempts)
                return;
        if (manager_follow_execution(table->server->host.manager, stream->execution_id, true) >= 0)
                stream->asked = record->attempts;
}

/* Adds the follower to the execution's stream; the first one makes it. */
static int stream_join(FollowTable *table, const Execution *execution, Follower *follower) {
        uint64_t id = execution->record.id;
        Stream *stream = find_stream(table, id);

        if (!stream) {
                stream = calloc(1, sizeof(*stream));
                if (!stream)
                        return -ENOMEM;
                stream->execution_id = id;
                if (execution->record.state == EXECUTION_RETRYING)
                        stream->told = execution->record.attempts;
                HASH_ADD(hh, table->streams, execution_id, sizeof(stream->execution_id), stream);
        }
        follower->stream = stream;
        stream->n_followers++;

        if (stream->n_forgotten > 0)
                add_remark(&follower->queue, stream->n_forgotten, "");
        if (stream->backlog.size > stream->n_stale)
                (void) buffer_add(
                                &follower->queue, stream->backlog.data + stream->n_stale,
                                stream->backlog.size - stream->n_stale);
        stream_ask(table, stream, &execution->record);
        return 0;
}

/* What was kept of the last attempt goes to the follower whole. */
static int follower_add_stored(Follower *follower, uint64_t id) {
        AttemptRecord attempt = { 0 };
        int r;

        r = manager_read_attempt(follower->table->server->host.manager, id, 0, &attempt);
        if (r > 0) {
                r = buffer_add(&follower->queue, attempt.output.data, attempt.output.size);
                attempt_record_done(&attempt);
        }
        return r;
}

void follow_table_output(
                FollowTable *table,
                uint64_t id,
                OutputStream stream_kind,
                const void *data,
                size_t size) {

        Stream *stream = find_stream(table, id);
        Follower *follower, *next;

        if (!stream || size == 0)
                return;

        stream->has_output = true;
        if (size <= BACKLOG_MAX) {
                backlog_make_room(stream, size + PIECE_HEADER_SIZE);
                add_piece(&stream->backlog, stream_kind, data, size);
        }

        /* The stream goes away with its last follower: it is not looked at again. */
        DL_FOREACH_SAFE(table->followers, follower, next) {
                bool waits = follower->queue.size > 0; /* it is sent to when its socket has room again */

                if (follower->stream != stream)
                        continue;
                follower_add(follower, stream_kind, data, size);
                if (!waits)
                        (void) follower_send(follower);
        }
}

/* The stream goes away with its last follower: it is not looked at again. */
static void stream_send(const FollowTable *table, const Stream *stream) {
        Follower *follower, *next;

        DL_FOREACH_SAFE(table->followers, follower, next) {
                if (follower->stream == stream)
                        (void) follower_send(follower);
        }
}

/* The outcome of the attempt is on disk. It may have ended before the runner heard that somebody listens. */
static void stream_end_attempt(const FollowTable *table, Stream *stream, const ExecutionRecord *record) {
        bool is_told = stream->has_output || (stream->told > 0 && stream->told == record->attempts);
        Follower *follower;

        DL_FOREACH(table->followers, follower) {
                if (follower->stream == stream && !is_told)
                        (void) follower_add_stored(follower, record->id);
        }
        stream->has_output = false;
        stream->told = record->attempts;
}

/* Once the outcome is on disk, what is queued is the rest. */
void follow_table_execution_changed(FollowTable *table, const ExecutionRecord *record) {
        Stream *stream;
        Follower *follower, *next;

        stream = find_stream(table, record->id);
        if (!stream)
                return;
        if (record->state == EXECUTION_RETRYING || execution_state_is_final(record->state))
                stream_end_attempt(table, stream, record);
        if (record->state == EXECUTION_RETRYING) {
                stream_send(table, stream);
                return;
        }
        if (!execution_state_is_final(record->state)) {
                stream_ask(table, stream, record);
                return;
        }

        HASH_DEL(table->streams, stream);
        (void) manager_follow_execution(table->server->host.manager, record->id, false); /* it has ended */

        DL_FOREACH_SAFE(table->followers, follower, next) {
                if (follower->stream != stream)
                        continue;
                follower->stream = NULL;
                if (follower->n_left_out > 0)
                        add_remark(&follower->queue, follower->n_left_out, ": this reader is too slow");
                (void) follower_send(follower);
        }
        buffer_done(&stream->backlog);
        free(stream);
}

/* --- methods --------------------------------------------------------------------------------------- */

/* Returns 1, 0 (parked), or negative: the execution is there, and the caller may read what it wrote. */
static int require_output(BusCall *call, uint64_t id, unsigned *ret_attempts, sd_bus_error *reterr) {
        ExecutionRecord record;
        int r;

        execution_record_init(&record);
        r = bus_read_execution(call, id, &record, reterr);
        if (r >= 0)
                r = bus_require(call, ACTION_VIEW_ALL, &record.owner_uid, record.job, reterr);
        *ret_attempts = record.attempts;
        execution_record_done(&record);
        return r;
}

int bus_output_get(BusCall *call, uint64_t id, unsigned number, sd_bus_error *reterr) {
        CLEANUP_CLOSE int fd = -EBADF;
        AttemptRecord attempt = { 0 };
        unsigned n_attempts;
        int r;

        r = require_output(call, id, &n_attempts, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;
        if (number > n_attempts)
                return sd_bus_error_setf(
                                reterr, ERROR_NO_SUCH_EXECUTION,
                                "Execution %" PRIu64 " has no attempt %u: there %s %u so far.", id, number,
                                n_attempts == 1 ? "was" : "were", n_attempts);

        r = manager_read_attempt(call->connection->server->host.manager, id, number, &attempt);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);

        /* It has not ended yet: nothing is kept so far. */
        fd = memfd_new_sealed("jobsched-output", attempt.output.data ?: "", attempt.output.size);
        attempt_record_done(&attempt);
        if (fd < 0)
                return bus_error_set(reterr, fd, NULL);
        return sd_bus_reply_method_return(call->message, "h", fd);
}

static int start_following(FollowTable *table, BusCall *call, uint64_t id, Follower *follower) {
        const Execution *execution = manager_find_execution(call->connection->server->host.manager, id);

        if (execution)
                return stream_join(table, execution, follower);
        return follower_add_stored(follower, id);
}

int bus_output_follow(BusCall *call, uint64_t id, sd_bus_error *reterr) {
        CLEANUP_CLOSE int client_fd = -EBADF;
        FollowTable *table = call->connection->server->follows;
        Follower *follower = NULL;
        unsigned n_attempts;
        int r;

        r = require_output(call, id, &n_attempts, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        if (table->n_followers >= FOLLOWERS_MAX ||
            (!call->is_privileged && count_followers(table, call->caller.uid) >= FOLLOWERS_OF_USER_MAX))
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many readers follow executions already; close some first.");

        r = follower_new(table, call->caller.uid, &client_fd, &follower);
        if (r < 0)
                return r;
        r = start_following(table, call, id, follower);
        if (r >= 0)
                r = sd_bus_reply_method_return(call->message, "h", client_fd);
        if (r < 0) {
                (void) follower_free(follower);
                return bus_error_set(reterr, r, NULL);
        }

        (void) follower_send(follower);
        return 1;
}

/* --- life ------------------------------------------------------------------------------------------ */

int follow_table_new(BusServer *server, FollowTable **ret) {
        FollowTable *table = calloc(1, sizeof(*table));

        if (!table)
                return -ENOMEM;
        table->server = server;

        *ret = table;
        return 0;
}

FollowTable *follow_table_free(FollowTable *table) {
        if (!table)
                return NULL;

        while (table->followers)
                (void) follower_free(table->followers);
        free(table);
        return NULL;
}
