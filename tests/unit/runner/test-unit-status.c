/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-status.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define NOT_STOPPED (-1)

/* clang-format off */
static const struct {
        /* what systemd says */
        const char *active, *sub, *result;
        int code, status;
        bool was_active;
        /* what the runner knows */
        int escalated;
        bool others, has_output;
        const char *job_result;
        /* the outcome */
        EndKind kind;
        int exit_code, signal;
        bool oom;
        const char *message; /* a part of it; NULL: none */
} outcome_cases[] = {
        { "active", "exited", "success", CLD_EXITED, 0, true, NOT_STOPPED, false, false, "done", END_EXITED, 0, -1, false, NULL },
        { "failed", "failed", "exit-code", CLD_EXITED, 7, true, NOT_STOPPED, false, false, "done", END_EXITED, 7, -1, false, NULL },
        { "failed", "failed", "signal", CLD_KILLED, SIGSEGV, true, NOT_STOPPED, false, false, "done", END_SIGNALED, -1, SIGSEGV, false, NULL },
        { "failed", "failed", "core-dump", CLD_DUMPED, SIGABRT, true, NOT_STOPPED, false, false, "done", END_SIGNALED, -1, SIGABRT, false, NULL },
        { "failed", "failed", "oom-kill", CLD_KILLED, SIGKILL, true, NOT_STOPPED, false, false, "done", END_SIGNALED, -1, SIGKILL, true, NULL },

        /* stopped: by us, by the time-out, by somebody else */
        { "active", "exited", "success", CLD_KILLED, SIGTERM, true, END_STOPPED, false, false, "done", END_STOPPED, -1, SIGTERM, false, NULL },
        { "failed", "failed", "exit-code", CLD_EXITED, 3, true, END_TIMED_OUT, false, false, "done", END_TIMED_OUT, 3, -1, false, NULL },
        { "inactive", "dead", "success", CLD_KILLED, SIGTERM, true, NOT_STOPPED, true, false, "done", END_SHUTDOWN, -1, SIGTERM, false, "systemd stopped" },
        { "failed", "failed", "timeout", CLD_KILLED, SIGTERM, true, NOT_STOPPED, false, false, "done", END_TIMED_OUT, -1, SIGTERM, false, "RuntimeMaxSec=" },
        { "failed", "failed", "watchdog", CLD_DUMPED, SIGABRT, true, NOT_STOPPED, false, false, "done", END_SIGNALED, -1, SIGABRT, false, "watchdog" },

        /* before the program was executed */
        { "failed", "failed", "exit-code", CLD_EXITED, 203, false, NOT_STOPPED, false, false, "failed", END_LAUNCH, -1, -1, false, "203/EXEC" },
        { "failed", "failed", "exit-code", CLD_EXITED, 217, false, NOT_STOPPED, false, false, "failed", END_LAUNCH, -1, -1, false, "changing to its user" },
        { "failed", "failed", "resources", 0, 0, false, NOT_STOPPED, false, false, "failed", END_LAUNCH, -1, -1, false, "resources" },
        { "inactive", "dead", "success", 0, 0, false, NOT_STOPPED, false, false, "dependency", END_LAUNCH, -1, -1, false, "a unit that it needs" },
        { "inactive", "dead", "success", 0, 0, false, NOT_STOPPED, false, false, "done", END_LAUNCH, -1, -1, false, "condition" },
        { "inactive", "dead", "success", 0, 0, false, END_STOPPED, false, false, "canceled", END_STOPPED, -1, -1, false, "cancelled" },

        /* a program may use the same codes */
        { "failed", "failed", "exit-code", CLD_EXITED, 203, true, NOT_STOPPED, false, false, "done", END_EXITED, 203, -1, false, NULL },
        { "failed", "failed", "exit-code", CLD_EXITED, 203, false, NOT_STOPPED, false, true, "failed", END_EXITED, 203, -1, false, NULL },
        { "failed", "failed", "exit-code", CLD_EXITED, 1, false, NOT_STOPPED, false, false, "failed", END_EXITED, 1, -1, false, NULL },
};
/* clang-format on */

START_TEST(what_systemd_says_becomes_an_outcome) {
        UnitCircumstances circumstances = {
                .escalated = outcome_cases[_i].escalated,
                .stopped_by_others = outcome_cases[_i].others,
                .has_output = outcome_cases[_i].has_output,
                .job_result = outcome_cases[_i].job_result,
        };
        CLEANUP_FREE char *message = NULL;
        MessageEnded ended = { 0 };
        UnitStatus status;

        unit_status_init(&status);
        strcpy(status.active_state, outcome_cases[_i].active);
        strcpy(status.sub_state, outcome_cases[_i].sub);
        strcpy(status.result, outcome_cases[_i].result);
        status.exec_main_code = outcome_cases[_i].code;
        status.exec_main_status = outcome_cases[_i].status;
        status.active_usec = outcome_cases[_i].was_active;

        ck_assert_int_eq(unit_status_outcome(&status, &circumstances, &ended, &message), 0);

        ck_assert_int_eq(ended.kind, outcome_cases[_i].kind);
        ck_assert_int_eq(ended.exit_code, outcome_cases[_i].exit_code);
        ck_assert_int_eq(ended.signal, outcome_cases[_i].signal);
        ck_assert_int_eq(ended.oom, outcome_cases[_i].oom);
        ck_assert_int_eq(ended.cpu_usec, -1);
        if (outcome_cases[_i].message)
                ck_assert_ptr_nonnull(strstr(message, outcome_cases[_i].message));
        else
                ck_assert_ptr_null(message);
}
END_TEST

static int other_end = -EBADF;

/* Its messages are only looked at; nobody answers. */
static sd_bus *make_bus(void) {
        sd_bus *bus = NULL;
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        other_end = fd_close(other_end);
        other_end = fds[1];
        ck_assert_int_ge(sd_bus_new(&bus), 0);
        ck_assert_int_ge(sd_bus_set_fd(bus, fds[0], fds[0]), 0);
        ck_assert_int_ge(sd_bus_start(bus), 0);
        return bus;
}

static void read_status(UnitStatus *status, sd_bus *bus, const char *name, const char *type, uint64_t value) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;

        ck_assert_int_ge(sd_bus_message_new_signal(bus, &message, "/x", "a.b", "C"), 0);
        if (type[0] == 't')
                ck_assert_int_ge(
                                sd_bus_message_append(
                                                message, "a{sv}", 2, "Other", "as", 0, name, type, value),
                                0);
        else
                ck_assert_int_ge(
                                sd_bus_message_append(
                                                message, "a{sv}", 2, "Other", "as", 0, name, type,
                                                (int) value),
                                0);
        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
        ck_assert_int_ge(unit_status_read(status, message), 0);
}

START_TEST(properties_are_read_and_others_passed_over) {
        CLEANUP(sd_bus_close_unrefp) sd_bus *bus = make_bus();
        UnitStatus status;

        unit_status_init(&status);
        ck_assert(!unit_status_has_executed(&status));
        ck_assert(!unit_status_has_ended(&status, false));
        read_status(&status, bus, "ActiveEnterTimestamp", "t", 5);
        read_status(&status, bus, "CPUUsageNSec", "t", 7000);
        read_status(&status, bus, "ExecMainCode", "i", CLD_EXITED);
        read_status(&status, bus, "MainPID", "u", 0);

        ck_assert_uint_eq(status.cpu_nsec, 7000);
        ck_assert(unit_status_has_executed(&status));
        ck_assert(unit_status_has_ended(&status, false));
        ck_assert(!unit_status_has_ended(&status, true));
}
END_TEST

START_TEST(a_property_of_another_type_is_a_fault) {
        CLEANUP(sd_bus_close_unrefp) sd_bus *bus = make_bus();
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        UnitStatus status;

        unit_status_init(&status);
        ck_assert_int_ge(sd_bus_message_new_signal(bus, &message, "/x", "a.b", "C"), 0);
        ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 1, "MainPID", "s", "12"), 0);
        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
        ck_assert_int_lt(unit_status_read(&status, message), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-status");
        TCase *outcomes = tcase_create("outcomes");
        TCase *reading = tcase_create("reading");

        tcase_add_loop_test(outcomes, what_systemd_says_becomes_an_outcome, 0, ARRAY_SIZE(outcome_cases));
        suite_add_tcase(suite, outcomes);
        tcase_add_test(reading, properties_are_read_and_others_passed_over);
        tcase_add_test(reading, a_property_of_another_type_is_a_fault);
        suite_add_tcase(suite, reading);
        return suite;
}
