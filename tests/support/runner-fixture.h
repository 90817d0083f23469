/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A real jobsched-runner in a directory of its own, and a client of it that remembers what it hears. */

#include <sys/resource.h>
#include <systemd/sd-event.h>

#include "protocol/connection.h"

#define RUNNER_FIXTURE_RUNS_MAX 2048U
#define RUNNER_FIXTURE_ERRANDS_MAX 64U
#define RUNNER_FIXTURE_PATH_SIZE 96U

typedef struct RunnerFixture {
        sd_event *event;
        char directory[64];
        char store[33]; /* of this process alone: a runner that recovers kills what carries its store's marks
                         */
        bool system;    /* as root, with a user "jobsched" in a mount namespace of its own */
        rlim_t open_files; /* 0: as the test has it */
        pid_t pid;
        Connection *connection;

        /* What was heard since the last connect; indices are execution ids. */
        MessageWelcome welcome;
        MessageListed listed[RUNNER_FIXTURE_RUNS_MAX];
        MessageStarted started[RUNNER_FIXTURE_RUNS_MAX];
        MessageEnded ended[RUNNER_FIXTURE_RUNS_MAX];
        MessageLookedUp looked_up;
        MessageErrandDone errand_done[RUNNER_FIXTURE_ERRANDS_MAX]; /* by cookie; `text` NULL: not yet */
        int64_t progress;                                          /* the last one */
        char status_text[2048];
        size_t n_progress;
        size_t n_welcomes, n_listed, n_list_ends, n_started, n_ended, n_looked_up, n_output_ends, n_closed;
        size_t n_errands_done;
        Buffer output; /* live */
} RunnerFixture;

/* Directory and loop. The program is $JOBSCHED_RUNNER_PROGRAM, or ./jobsched-runner. */
void runner_fixture_init(RunnerFixture *fixture);
/* Kills the runner if it runs, and removes the directory. */
void runner_fixture_done(RunnerFixture *fixture);

/* Starts the program and waits for its socket. */
void runner_fixture_start(RunnerFixture *fixture);
/* Waits for its end. Returns the status of waitpid(). */
int runner_fixture_wait(RunnerFixture *fixture);
/* Forgets what was heard, connects, says hello and waits for the end of the list. */
void runner_fixture_connect(RunnerFixture *fixture);
void runner_fixture_disconnect(RunnerFixture *fixture);
/* Connects without a word. */
int runner_fixture_connect_raw(RunnerFixture *fixture);

/* Runs the loop until `*value` is at least `expected`; fails the test after a deadline. */
void runner_fixture_run_until(RunnerFixture *fixture, const size_t *value, size_t expected);

/* A start with sane values: /bin/sh -c `script`. The caller may change it before it sends it. */
MessageStart runner_fixture_script(uint64_t execution_id, const char *script);
void runner_fixture_send_start(RunnerFixture *fixture, const MessageStart *start);
void runner_fixture_send(RunnerFixture *fixture, const Message *message);
/* Sends it, waits for the outcome, acknowledges it. */
const MessageEnded *runner_fixture_run(RunnerFixture *fixture, const MessageStart *start);

/* Runs it, and expects that it is not started, for this reason. */
void runner_fixture_expect_failure(RunnerFixture *fixture, const MessageStart *start, const char *message);

/* A file in its directory; where it is goes to `ret_path`, RUNNER_FIXTURE_PATH_SIZE bytes or NULL. */
void runner_fixture_write_file(
                const RunnerFixture *fixture,
                const char *name,
                const char *content,
                char *ret_path);
/* Runs the loop until a job has made such a file; fails the test after a deadline. */
void runner_fixture_wait_for_file(RunnerFixture *fixture, const char *name);

/* Sends the errand with its cookie, and waits for its answer. */
const MessageErrandDone *runner_fixture_run_errand(RunnerFixture *fixture, const MessageErrand *errand);

/* The bytes of one stream (0: all but remarks) of a stored output; to be freed. NUL-terminated. */
char *test_output_text(const MessageEnded *ended, uint8_t stream, size_t *ret_size);
/* Waits until the process is gone; fails the test after a deadline. */
void test_wait_gone(pid_t pid);
