/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Starting executions and, if so wished, staying until they have ended. */

#include "schedctl/context.h"

typedef struct Attendance Attendance;

typedef struct AttendStyle {
        bool wait;              /* until all have ended; the status is OK if all have succeeded */
        bool follow;            /* shows the output of the one, and exits with its status */
        bool stop_on_interrupt; /* Ctrl-C stops what was started, instead of leaving it alone */
        bool is_input;          /* what it writes is somebody's input: some left out is a fault */
        const char *job;        /* if there is only one, its name: progress is shown by its last runs */
} AttendStyle;

/* Starts executions, and calls attend() for each. Returns a status. */
typedef int (*attend_begin_t)(void *userdata, Attendance *attendance);

/* Takes note of an execution, and tells the user. Returns a status. */
int attend(Attendance *run, const char *job, uint64_t id);

/* Returns a status: what could not be started, or what became of it; with `follow` that of the job, or
 * STATUS_OWN_FAULT. */
int attend_all(Context *context, const AttendStyle *style, attend_begin_t begin, void *userdata);
