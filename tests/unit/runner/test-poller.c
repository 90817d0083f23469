/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/poller.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define N_PIPES 300U /* more than one batch */

static sd_event *event;
static Poller poller;
static unsigned n_calls;
static uint32_t last_events;

static void setup(void) {
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(poller_init(&poller, event), 0);
}

static void teardown(void) {
        poller_done(&poller);
        (void) sd_event_unref(event);
}

static void on_ready(Watch *watch, uint32_t events) {
        char byte;

        n_calls++;
        last_events = events;
        if (events & EPOLLIN)
                ck_assert_int_eq(read(watch->fd, &byte, 1), 1);
        if (events & EPOLLHUP)
                poller_close(&poller, watch);
}

/* Watches the reading end, returns the writing one. */
static int add_pipe(Watch *watch) {
        int ends[2];

        ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        *watch = (Watch){ .fd = -EBADF, .on_ready = on_ready };
        ck_assert_int_eq(poller_add(&poller, watch, ends[0], EPOLLIN), 0);
        return ends[1];
}

static void turn_until_idle(void) {
        while (sd_event_run(event, 0) > 0)
                ;
}

START_TEST(what_is_ready_is_told_once_for_each_turn) {
        Watch watch;
        int writer = add_pipe(&watch);

        turn_until_idle();
        ck_assert_uint_eq(n_calls, 0);
        ck_assert_int_eq(write(writer, "ab", 2), 2);
        turn_until_idle();
        ck_assert_uint_eq(n_calls, 2); /* level-triggered: a byte each */
        fd_close(writer);
        turn_until_idle();
        ck_assert_uint_eq(last_events, EPOLLHUP);
        ck_assert_int_lt(watch.fd, 0);
        poller_close(&poller, &watch); /* once more is nothing */
}
END_TEST

START_TEST(a_paused_one_is_not_looked_at_even_at_its_end) {
        Watch watch;
        int writer = add_pipe(&watch);

        poller_pause(&poller, &watch);
        poller_pause(&poller, &watch);
        ck_assert_int_eq(write(writer, "a", 1), 1);
        fd_close(writer);
        turn_until_idle();
        ck_assert_uint_eq(n_calls, 0);

        ck_assert_int_eq(poller_resume(&poller, &watch, EPOLLIN), 0);
        ck_assert_int_eq(poller_resume(&poller, &watch, EPOLLIN), 0);
        turn_until_idle();
        ck_assert_uint_gt(n_calls, 0);
        ck_assert_int_lt(watch.fd, 0); /* nothing was lost: the byte, then the end */
}
END_TEST

START_TEST(a_closed_one_that_is_paused_closes_its_descriptor) {
        Watch watch;
        int writer = add_pipe(&watch), fd = watch.fd;

        poller_pause(&poller, &watch);
        poller_close(&poller, &watch);
        ck_assert_int_lt(fcntl(fd, F_GETFD), 0);
        ck_assert_int_eq(poller_resume(&poller, &watch, EPOLLIN), 0); /* nothing to resume */
        fd_close(writer);
}
END_TEST

/* --- one callback, and the others of its batch ---------------------------------------------------- */

static Watch *all;

static void close_others(Watch *watch, uint32_t events) {
        n_calls++;
        for (size_t i = 0; i < N_PIPES; i++)
                if (&all[i] != watch && i % 2 == 0)
                        poller_close(&poller, &all[i]);
                else if (&all[i] != watch)
                        poller_pause(&poller, &all[i]);
        poller_close(&poller, watch);
}

START_TEST(who_was_closed_or_paused_in_the_same_batch_is_not_called) {
        CLEANUP_FREE int *writers = calloc(N_PIPES, sizeof(*writers));

        all = calloc(N_PIPES, sizeof(*all));
        for (size_t i = 0; i < N_PIPES; i++) {
                writers[i] = add_pipe(&all[i]);
                all[i].on_ready = close_others;
                ck_assert_int_eq(write(writers[i], "a", 1), 1);
        }
        turn_until_idle();
        ck_assert_uint_eq(n_calls, 1);

        for (size_t i = 0; i < N_PIPES; i++) {
                poller_close(&poller, &all[i]);
                fd_close(writers[i]);
        }
        free(all);
}
END_TEST

START_TEST(many_are_served) {
        CLEANUP_FREE Watch *watches = calloc(N_PIPES, sizeof(*watches));
        CLEANUP_FREE int *writers = calloc(N_PIPES, sizeof(*writers));

        for (size_t i = 0; i < N_PIPES; i++) {
                writers[i] = add_pipe(&watches[i]);
                ck_assert_int_eq(write(writers[i], "a", 1), 1);
        }
        turn_until_idle();
        ck_assert_uint_eq(n_calls, N_PIPES);
        for (size_t i = 0; i < N_PIPES; i++) {
                poller_close(&poller, &watches[i]);
                fd_close(writers[i]);
        }
}
END_TEST

/* Epoll refuses a regular file. */
START_TEST(what_cannot_be_watched_is_closed) {
        Watch watch = { .on_ready = on_ready };
        int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

        ck_assert_int_eq(poller_add(&poller, &watch, fd, EPOLLIN), -EPERM);
        ck_assert_int_lt(watch.fd, 0);
        ck_assert_int_lt(fcntl(fd, F_GETFD), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("poller");
        TCase *watches = tcase_create("watches");

        tcase_add_checked_fixture(watches, setup, teardown);
        tcase_add_test(watches, what_is_ready_is_told_once_for_each_turn);
        tcase_add_test(watches, a_paused_one_is_not_looked_at_even_at_its_end);
        tcase_add_test(watches, a_closed_one_that_is_paused_closes_its_descriptor);
        tcase_add_test(watches, who_was_closed_or_paused_in_the_same_batch_is_not_called);
        tcase_add_test(watches, many_are_served);
        tcase_add_test(watches, what_cannot_be_watched_is_closed);
        suite_add_tcase(suite, watches);
        return suite;
}
