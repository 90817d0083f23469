/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What recording costs: begin (insert), update and outcome (update, attempt with output, job state) of one
 * execution, with every begin durable before its outcome is queued. Group commit beside one commit for each
 * operation, and beside the machine's floor: one fdatasync() of a log that grows by a page for each
 * execution.
 *
 *         bench-store [DIRECTORY [EXECUTIONS]]
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "util/clock.h"

#define N_EXECUTIONS_DEFAULT 20000U
#define N_AT_ONCE 1000U
#define N_JOBS 1000U
#define FLOOR_SYNCS 2000U

typedef struct Bench {
        Store *store;
        uint64_t n_wanted, n_begun, n_ended;
        usec_t due_usec;
} Bench;

static usec_t now(void) {
        return clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

static void check(int r, const char *what) {
        if (r >= 0)
                return;
        (void) fprintf(stderr, "bench-store: %s failed: %s\n", what, strerror(-r));
        exit(EXIT_FAILURE);
}

static void fill_record(const Bench *bench, uint64_t id, ExecutionRecord *record) {
        execution_record_init(record);
        record->id = id;
        record->job_id = (int64_t) (id % N_JOBS + 1);
        record->job = (char *) "some-job-of-the-benchmark";
        record->job_revision = 1;
        record->state = EXECUTION_STARTING;
        record->due_usec = record->due_last_usec = record->nominal_usec = bench->due_usec + (usec_t) id;
        record->queued_usec = record->start_after_usec = record->due_usec;
        record->host = (char *) "host";
        (void) snprintf(record->boot_id, sizeof(record->boot_id), "%032x", 1);
        (void) snprintf(record->runner_incarnation, sizeof(record->runner_incarnation), "%032x", 2);
        (void) snprintf(record->runner_generation, sizeof(record->runner_generation), "%032x", 3);
}

static void on_ended(void *userdata, int result) {
        Bench *bench = userdata;

        check(result, "a commit");
        bench->n_ended++;
}

static void on_begun(void *userdata, uint64_t id, int result, unsigned pass) {
        static const char output[] = "some output of the job, two lines of it or so\nand the second one\n";
        Bench *bench = userdata;
        AttemptRecord attempt = { .execution_id = id, .attempt = 1, .state = EXECUTION_SUCCEEDED };
        ExecutionRecord record;
        StoredJob job;

        check(result, "an insert");
        fill_record(bench, id, &record);
        record.state = EXECUTION_RUNNING;
        record.started_usec = record.due_usec + 100;
        record.pid = 4711;
        check(store_update_execution(bench->store, &record), "an update");

        record.state = EXECUTION_SUCCEEDED;
        record.ended_usec = record.due_usec + 200;
        record.exit_code = 0;
        check(store_update_execution(bench->store, &record), "an update");

        attempt.output = (OutputRecord){ (char *) output, sizeof(output) - 1, sizeof(output) - 1 };
        check(store_put_attempt(bench->store, &attempt), "an attempt");

        stored_job_init(&job);
        job.id = record.job_id;
        job.cursor_usec = job.last_due_usec = record.due_usec;
        job.last_execution_id = id;
        check(store_put_job_state(bench->store, &job), "a job's state");
        check(store_after_commit(bench->store, on_ended, bench), "a completion");
}

static void run(Bench *bench) {
        while (bench->n_ended < bench->n_wanted) {
                struct pollfd poll_fd = { .fd = store_get_fd(bench->store), .events = POLLIN };

                while (bench->n_begun < bench->n_wanted && bench->n_begun - bench->n_ended < N_AT_ONCE) {
                        ExecutionRecord record;

                        fill_record(bench, ++bench->n_begun, &record);
                        check(store_insert_execution(bench->store, &record, 0, on_begun, bench), "an insert");
                }
                if (poll(&poll_fd, 1, -1) < 0 && errno != EINTR)
                        check(-errno, "poll");
                (void) store_dispatch(bench->store); /* counted by the completions */
        }
}

/* Executions per second. */
static double measure(const char *path, uint64_t commit_rows, uint64_t n_executions) {
        Bench bench = { .n_wanted = n_executions, .due_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME) };
        StoreOptions options = { .path = path, .commit_rows = commit_rows };
        CLEANUP_FREE char *error = NULL;
        usec_t begin_usec, spent_usec;
        int r;

        (void) unlink(path); /* usually there is none */
        r = store_open(&options, &bench.store, &error);
        if (r < 0)
                (void) fprintf(stderr, "%s\n", error ?: "");
        check(r, "store_open");

        for (int64_t id = 1; id <= N_JOBS; id++) {
                StoredJob job;

                stored_job_init(&job);
                job.id = id;
                job.name = (char *) "some-job-of-the-benchmark";
                check(store_put_job(bench.store, &job), "a job");
        }
        check(store_flush(bench.store), "store_flush");

        begin_usec = now();
        run(&bench);
        spent_usec = now() - begin_usec;
        (void) store_close(bench.store);
        (void) unlink(path);
        return (double) n_executions * (double) USEC_PER_SEC / (double) spent_usec;
}

static double measure_floor(const char *path) {
        CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        char page[4096] = { 1 };
        usec_t begin_usec = now();

        check(fd < 0 ? -errno : 0, "open");
        for (unsigned i = 0; i < FLOOR_SYNCS; i++) {
                if (write(fd, page, sizeof(page)) != (ssize_t) sizeof(page) || fdatasync(fd) < 0)
                        check(-errno, "write");
        }
        (void) unlink(path);
        return FLOOR_SYNCS * (double) USEC_PER_SEC / (double) (now() - begin_usec);
}

int main(int argc, char **argv) {
        const char *directory = argc > 1 ? argv[1] : ".";
        uint64_t n_executions = argc > 2 ? strtoull(argv[2], NULL, 10) : N_EXECUTIONS_DEFAULT;
        CLEANUP_FREE char *path = NULL;
        double syncs, grouped, single;

        if (n_executions == 0 || asprintf(&path, "%s/bench-store.db", directory) < 0)
                return EXIT_FAILURE;

        syncs = measure_floor(path);
        grouped = measure(path, 1000, n_executions);
        single = measure(path, 1, n_executions / 10 + 1);

        (void) printf("floor: write and fdatasync of a page  %10.0f /s\n", syncs);
        (void) printf("executions, group commit              %10.0f /s\n", grouped);
        (void) printf("executions, a commit per operation    %10.0f /s\n", single);
        (void) printf("group commit is faster by             %10.1f times\n", grouped / single);
        return EXIT_SUCCESS;
}
