/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From a run whose user is known to a unit that systemd has accepted; and the orders to such a unit. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

#include "runner/fd-store.h"
#include "runner/run-output.h"
#include "runner/run.h"
#include "runner/unit-context.h"
#include "runner/unit-request.h"
#include "runner/unit.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"

#define REQUEST_TIMEOUT_USEC (60 * USEC_PER_SEC)
#define CANCEL_PATIENCE_USEC (10 * USEC_PER_SEC)

static usec_t now_monotonic(void) {
        return clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

typedef struct Ends {
        int read_fds[2], write_fds[2], input_fd;
} Ends;

static void ends_done(Ends *ends) {
        for (size_t i = 0; i < 2; i++) {
                (void) fd_close(ends->read_fds[i]);
                (void) fd_close(ends->write_fds[i]);
        }
        (void) fd_close(ends->input_fd);
}

/*
 * The unit's end is open for reading too: while no runner is there to read, its writes wait instead of
 * failing. It belongs to the job's user, who may then open /dev/stdout.
 */
static int open_output(Ends *ends, size_t i, uid_t uid) {
        char path[64];
        int fds[2], fd;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        ends->read_fds[i] = fds[0];
        ends->write_fds[i] = fds[1];
        if (fcntl(fds[0], F_SETFL, O_RDONLY | O_NONBLOCK) < 0)
                return -errno;
        if (uid != geteuid() && fchown(fds[1], uid, (gid_t) -1) < 0)
                return -errno;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
        fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return -errno;
        (void) fd_close(ends->write_fds[i]);
        ends->write_fds[i] = fd;
        return 0;
}

static int ends_open(const MessageStart *start, uid_t uid, Ends *ends) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < 2; i++)
                r = open_output(ends, i, uid);
        if (r < 0 || !start->has_input)
                return r;
        ends->input_fd = memfd_new_sealed("jobsched-stdin", start->input, strlen(start->input));
        return ends->input_fd < 0 ? ends->input_fd : 0;
}

static void fail(UnitRun *unit, char *message) {
        Run *run = unit->run;

        (void) run_output_finish(run);
        run_output_end(run);
        run_fail(run, END_LAUNCH, message);
}

/* systemd did not answer, or could not: whether it has the unit shows when the link is there again. */
static bool is_undecided(const sd_bus_error *error) {
        return sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
                        sd_bus_error_has_name(error, SD_BUS_ERROR_DISCONNECTED) ||
                        sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT) ||
                        sd_bus_error_get_errno(error) == ECONNRESET;
}

static int on_start_reply(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        UnitRun *unit = userdata;

        unit->start_call = sd_bus_slot_unref(unit->start_call);
        if (error && !is_undecided(error) && unit->run->phase == RUN_STARTING)
                fail(unit, unit_request_explain(&unit->run->start, error));
        return 0;
}

static int send_request(UnitRun *unit, const Account *account, const Ends *ends, char **reterr_message) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        Units *units = unit->run->context->units;
        const UnitRequest request = {
                .name = unit->name,
                .generation = unit->run->context->records.generation,
                .key = &unit->run->key,
                .start = &unit->run->start,
                .account = account,
                .defaults = &unit->run->context->launch,
                .notify_socket = unit->run->notify.path,
                .places = &unit->run->context->credential_places,
                .stdin_fd = ends->input_fd,
                .stdout_fd = ends->write_fds[0],
                .stderr_fd = ends->write_fds[1],
        };
        int r;

        r = unit_request_build(units->bus, &request, &message, reterr_message);
        if (r < 0)
                return r;
        return sd_bus_call_async(
                        units->bus, &unit->start_call, message, on_start_reply, unit, REQUEST_TIMEOUT_USEC);
}

/* What a later runner needs to go on with it. One that is asked for again after a lost link has it already.
 */
static int write_record(Run *run) {
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        fd = run_record_begin(&run->context->records, &run->key, run->start.job);
        if (fd == -EEXIST)
                return 0;
        if (fd < 0)
                return fd;
        r = run_record_add_start(fd, &run->start);
        return r;
}

static int launch_unit(UnitRun *unit, const Account *account, char **reterr_message) {
        CLEANUP(ends_done) Ends ends = { { -EBADF, -EBADF }, { -EBADF, -EBADF }, -EBADF };
        Run *run = unit->run;
        int r;

        r = write_record(run);
        if (r < 0)
                return r;
        r = ends_open(&run->start, account->uid, &ends);
        if (r < 0)
                return r;
        run->begun_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME);
        r = send_request(unit, account, &ends, reterr_message);
        if (r < 0)
                return r;
        unit->requested = true;
        run->phase = RUN_STARTING;
        fd_store_add(&run->key, ends.read_fds);
        r = run_output_open(run, TAKE_FD(ends.read_fds[0]), TAKE_FD(ends.read_fds[1]));
        if (r < 0)
                (void) log_warning_errno(
                                r, "Cannot read the output of execution %" PRIu64 " of job '%s': %m",
                                run->key.execution_id, run->start.job);
        (void) deadline_set(
                        &run->context->deadlines, &run->deadline,
                        usec_add(now_monotonic(), run->start.start_timeout_usec));
        return 0;
}

void unit_launch(Run *run, const Account *account) {
        UnitRun *unit = run->unit;
        char *message = NULL;
        int r;

        if (!run->context->units->bus) { /* lost meanwhile: once more, when it is back */
                unit_settle(unit);
                unit->stage = UNIT_WAITING;
                DL_PREPEND(run->context->units->waiting, unit);
                return;
        }
        r = launch_unit(unit, account, &message);
        if (r >= 0)
                return;
        if (!message && asprintf(&message, "cannot ask systemd for its unit: %s", strerror(-r)) < 0)
                message = NULL;
        unit->start_call = sd_bus_slot_unref(unit->start_call);
        fail(unit, message);
}

void unit_signal(UnitRun *unit, int signal_number, bool all) {
        (void) units_send(
                        unit->run->context->units, "KillUnit", "ssi", unit->name, all ? "all" : "main",
                        signal_number);
}

void unit_cancel_start(UnitRun *unit) {
        (void) units_send(unit->run->context->units, "StopUnit", "ss", unit->name, "replace");
}

void unit_on_start_timeout(UnitRun *unit) {
        Run *run = unit->run;

        unit_cancel_start(unit);
        unit_signal(unit, SIGKILL, true);
        if (run->start_timed_out) { /* not even that has helped */
                fail(unit, strdup("systemd did not start its unit within the start-timeout"));
                return;
        }
        run->start_timed_out = true;
        (void) deadline_set(&run->context->deadlines, &run->deadline, now_monotonic() + CANCEL_PATIENCE_USEC);
}

/* A unit that has failed is kept until it is reset, one that has not, until it is stopped. */
void unit_release(UnitRun *unit) {
        Units *units = unit->run->context->units;

        if (!unit->requested)
                return;
        (void) units_send(units, "StopUnit", "ss", unit->name, "replace");
        (void) units_send(units, "ResetFailedUnit", "s", unit->name);
}
