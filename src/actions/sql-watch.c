/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/sql-watch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/file.h"
#include "util/json-writer.h"

/* SQLCancel() is without effect when it comes just before the call that it is meant for: it is repeated. */
#define REPEAT_USEC (100 * USEC_PER_MSEC)
#define GRACE_USEC (5 * USEC_PER_SEC)

struct SqlWatch {
        pthread_t thread;
        pthread_mutex_t lock; /* for what follows */
        SqlPhase phase;
        SQLHSTMT statement;
        const char *reason;

        usec_t timeout_usec;
        int signal_fd;
        int end_fd; /* readable when the caller is done */
};

static usec_t monotonic_now(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail on Linux */
        return now.tv_sec * USEC_PER_SEC + now.tv_nsec / NSEC_PER_USEC;
}

static int milliseconds(usec_t usec) {
        return usec == USEC_INFINITY ? -1 : (int) MIN((usec + 999) / USEC_PER_MSEC, (usec_t) INT32_MAX);
}

typedef enum Wakeup {
        WAKEUP_TIME,
        WAKEUP_SIGNAL,
        WAKEUP_END
} Wakeup;

static Wakeup wait_until(SqlWatch *watch, usec_t deadline_usec) {
        struct pollfd fds[] = { { .fd = watch->end_fd, .events = POLLIN },
                                { .fd = watch->signal_fd, .events = POLLIN } };

        for (;;) {
                usec_t left = deadline_usec == USEC_INFINITY
                                ? USEC_INFINITY
                                : MAX(deadline_usec - monotonic_now(), (usec_t) 0);
                int r = poll(fds, ARRAY_SIZE(fds), milliseconds(left));

                if (fds[0].revents != 0)
                        return WAKEUP_END;
                if (r > 0)
                        return WAKEUP_SIGNAL;
                if (r == 0 && left == 0)
                        return WAKEUP_TIME;
        }
}

/* The caller hangs in a call of the driver: the connection ends with the process, and with it the work. */
static void end_process(SqlWatch *watch, SqlPhase phase) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter json;

        json_writer_init(&json, &buffer);
        json_writer_begin_object(&json, NULL);
        if (phase == SQL_CONNECTING)
                json_writer_string(&json, "message", watch->reason);
        else if (phase == SQL_COMMITTING)
                json_writer_string(
                                &json, "message",
                                "The database did not say in time whether it committed: look whether the "
                                "changes are there");
        else
                json_writer_string(
                                &json, "message",
                                "The database did not react to being cancelled in time: the connection "
                                "was cut");
        json_writer_end_object(&json);
        (void) buffer_add_char(&buffer, '\n');
        (void) fd_write_all(STDOUT_FILENO, buffer.data, buffer.size);
        (void) fd_write_all(STDERR_FILENO, buffer.data, buffer.size);
        _exit(EXIT_FAILURE);
}

static SqlPhase cancel(SqlWatch *watch) {
        SqlPhase phase;

        (void) pthread_mutex_lock(&watch->lock);
        phase = watch->phase;
        if (phase == SQL_WORKING && watch->statement != SQL_NULL_HSTMT)
                (void) SQLCancel(watch->statement);
        (void) pthread_mutex_unlock(&watch->lock);
        return phase;
}

static void *watch_thread(void *userdata) {
        SqlWatch *watch = userdata;
        usec_t give_up_usec;
        Wakeup wakeup;

        wakeup = wait_until(
                        watch,
                        watch->timeout_usec == USEC_INFINITY ? USEC_INFINITY
                                                             : monotonic_now() + watch->timeout_usec);
        if (wakeup == WAKEUP_END)
                return NULL;
        (void) pthread_mutex_lock(&watch->lock);
        watch->reason = wakeup == WAKEUP_TIME ? "It took longer than its 'timeout', and was cancelled"
                                              : "It was told to stop, and cancelled";
        (void) pthread_mutex_unlock(&watch->lock);
        watch->signal_fd = fd_close(watch->signal_fd); /* poll() passes over -1: one is enough */

        give_up_usec = monotonic_now() + GRACE_USEC;
        do {
                SqlPhase phase = cancel(watch);

                if (phase == SQL_CONNECTING || monotonic_now() >= give_up_usec)
                        end_process(watch, phase);
        } while (wait_until(watch, monotonic_now() + REPEAT_USEC) != WAKEUP_END);
        return NULL;
}

static int open_descriptors(SqlWatch *watch) {
        sigset_t signals;

        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigaddset(&signals, SIGHUP);
        watch->end_fd = eventfd(0, EFD_CLOEXEC);
        watch->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
        if (watch->end_fd < 0 || watch->signal_fd < 0 || sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
                return -errno;
        return 0;
}

int sql_watch_new(usec_t timeout_usec, SqlWatch **ret) {
        SqlWatch *watch = calloc(1, sizeof(*watch));
        int r;

        if (!watch)
                return -ENOMEM;
        watch->timeout_usec = timeout_usec;
        watch->signal_fd = watch->end_fd = -EBADF;
        (void) pthread_mutex_init(&watch->lock, NULL); /* cannot fail with these attributes */
        r = open_descriptors(watch);
        if (r >= 0)
                r = -pthread_create(&watch->thread, NULL, watch_thread, watch);
        if (r < 0) {
                (void) fd_close(watch->end_fd);
                (void) fd_close(watch->signal_fd);
                free(watch);
                return r;
        }
        *ret = watch;
        return 0;
}

SqlWatch *sql_watch_free(SqlWatch *watch) {
        const uint64_t one = 1;

        if (!watch)
                return NULL;
        (void) fd_write_all(watch->end_fd, &one, sizeof(one));
        (void) pthread_join(watch->thread, NULL);
        (void) pthread_mutex_destroy(&watch->lock);
        (void) fd_close(watch->end_fd);
        (void) fd_close(watch->signal_fd);
        free(watch);
        return NULL;
}

void sql_watch_set_phase(SqlWatch *watch, SqlPhase phase) {
        (void) pthread_mutex_lock(&watch->lock);
        watch->phase = phase;
        (void) pthread_mutex_unlock(&watch->lock);
}

void sql_watch_set_statement(SqlWatch *watch, SQLHSTMT statement) {
        (void) pthread_mutex_lock(&watch->lock);
        watch->statement = statement;
        (void) pthread_mutex_unlock(&watch->lock);
}

const char *sql_watch_reason(SqlWatch *watch) {
        const char *reason;

        (void) pthread_mutex_lock(&watch->lock);
        reason = watch->reason;
        (void) pthread_mutex_unlock(&watch->lock);
        return reason;
}
