/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What systemd says of a unit, and what that means for the run. Nothing here talks to anybody. */

#include <systemd/sd-bus.h>

#include "protocol/message.h"

#define UNIT_WORD_SIZE 32U

typedef struct UnitStatus {
        char active_state[UNIT_WORD_SIZE]; /* "active", "deactivating", … "": not heard of yet */
        char sub_state[UNIT_WORD_SIZE];
        char result[UNIT_WORD_SIZE];       /* "success", "exit-code", "oom-kill", "timeout", … */
        uint32_t main_pid;                 /* while it lives */
        uint32_t exec_main_pid;            /* also later; 0: there was none */
        int32_t exec_main_code;            /* CLD_…; 0: it has not ended */
        int32_t exec_main_status;          /* exit code or signal */
        uint64_t active_usec;              /* CLOCK_REALTIME when it became active; 0: never */
        uint64_t started_usec, ended_usec; /* CLOCK_REALTIME of its main process; 0: not yet */
        uint64_t started_monotonic_usec;
        uint64_t cpu_nsec;          /* UINT64_MAX: unknown */
        uint64_t memory_peak_bytes; /* the same */
} UnitStatus;

void unit_status_init(UnitStatus *status);
/*
 * Reads an a{sv} of properties: those that are known here replace what the status holds, others are passed
 * over. Returns 0 or a negative errno.
 */
int unit_status_read(UnitStatus *status, sd_bus_message *message);

/* Its program was executed. */
bool unit_status_has_executed(const UnitStatus *status);
/* Its main process is over; with `wholly` (left-behind: wait) all of it. */
bool unit_status_has_ended(const UnitStatus *status, bool wholly);
/* systemd stops it, and not because of anything that the unit itself did. */
bool unit_status_is_being_stopped(const UnitStatus *status);

/* What the runner knows beside. */
typedef struct UnitCircumstances {
        int64_t escalated; /* EndKind that the runner's stop stands for, or -1 */
        bool start_timed_out;
        bool stopped_by_others; /* unit_status_is_being_stopped() was seen without an order of ours */
        bool has_output;
        const char *job_result; /* of its start job: "done", "dependency", …; "": not heard of */
} UnitCircumstances;

/* Fills kind, code, signal, oom and usage. *ret_message is NULL or a sentence. Returns 0 or -ENOMEM. */
int unit_status_outcome(
                const UnitStatus *status,
                const UnitCircumstances *circumstances,
                MessageEnded *ended,
                char **ret_message);
