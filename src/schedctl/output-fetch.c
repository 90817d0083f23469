/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/output-fetch.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "schedctl/selection.h"
#include "schedctl/view.h"
#include "util/buffer.h"

#define CHUNK_SIZE ((size_t) 64 * 1024)
/*
 * A live stream has no mark for "so far": what comes at once is that. When nothing comes for a while, or it
 * goes on for longer, that was it.
 */
#define SILENCE_MSEC 200
#define SO_FAR_USEC (400 * USEC_PER_MSEC)
#define SO_FAR_MAX ((size_t) 4 * 1024 * 1024) /* of a job that never stops printing */

/* Returns 1 with more in the buffer, 0 at the end, or a negative errno. */
static int read_more(int fd, char *chunk, Buffer *buffer) {
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
        ssize_t n;
        int r;

        r = poll(&poll_fd, 1, SILENCE_MSEC);
        if (r <= 0)
                return r < 0 && errno != EINTR ? -errno : 0;
        n = read(fd, chunk, CHUNK_SIZE);
        if (n <= 0)
                return n < 0 ? -errno : 0;
        r = buffer_add(buffer, chunk, (size_t) n);
        return r < 0 ? r : 1;
}

static int read_so_far(const Clock *clock, int fd, char **ret, size_t *ret_size) {
        CLEANUP_FREE char *chunk = malloc(CHUNK_SIZE);
        usec_t end_usec = clock_now(clock, CLOCK_KIND_MONOTONIC) + SO_FAR_USEC;
        Buffer buffer = { 0 };
        size_t size;
        int r = 1;

        if (!chunk)
                return -ENOMEM;
        while (r > 0 && buffer.size < SO_FAR_MAX && clock_now(clock, CLOCK_KIND_MONOTONIC) < end_usec)
                r = read_more(fd, chunk, &buffer);

        size = buffer.size;
        if (r < 0) {
                buffer_done(&buffer);
                return r;
        }
        r = buffer_take(&buffer, ret);
        if (r >= 0)
                *ret_size = size;
        return r;
}

int output_fetch(
                Context *context,
                const json_t *execution,
                char **ret,
                size_t *ret_size,
                ClientError *reterr) {
        uint64_t id = (uint64_t) view_integer(execution, "id", 0);
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        /* An attempt that still runs has kept nothing yet. */
        if ((context->options.attempt > 0 &&
             context->options.attempt != (uint64_t) view_integer(execution, "attempts", 0)) ||
            execution_state_is_over(view_text(execution, "state")))
                return client_get_output(
                                context->client, id, (unsigned) context->options.attempt, ret, ret_size,
                                reterr);

        r = client_follow(context->client, id, &fd, reterr);
        if (r < 0)
                return r;
        r = read_so_far(context->clock, fd, ret, ret_size);
        return r < 0 ? client_error_set_bus(reterr, r, NULL) : 0;
}
