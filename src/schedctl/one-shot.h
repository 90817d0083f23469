/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Jobs for once: at, timer and run make one and are told its name. */

#include "schedctl/context.h"
#include "schedctl/draft.h"

typedef struct OneShot {
        const char *prefix; /* of its name, before "-NUMBER" */
        bool starts;        /* at once; else its definition says when */
} OneShot;

/* The caller's directory, and the command as it stands: a job without parameters has nothing expanded.
 * Returns a status. */
int one_shot_take_command(Draft *draft, char *const *command);

/* The caller's environment and umask, as at(1) keeps them. Returns a status. */
int one_shot_take_surroundings(Draft *draft);

/* Sets the schedule to one instant. Returns a status. */
int one_shot_set_due(Draft *draft, usec_t due_usec);

/* Makes the job. *ret_execution_id is 0 unless it starts. Returns a status. */
int one_shot_create(
                Context *context,
                const OneShot *one_shot,
                const Draft *draft,
                char **ret_name,
                uint64_t *ret_execution_id);
