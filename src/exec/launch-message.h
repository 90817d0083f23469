/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Between the manager's words (Launch, LaunchOutcome) and the protocol's (MessageStart, MessageEnded). */

#include "exec/executor.h"
#include "job/expand-job.h"
#include "protocol/message.h"

typedef struct LaunchMessage {
        /* Borrows from the launch, its job, and what follows: for message_encode(), never for message_done().
         */
        MessageStart start;

        char *affinity, *output_file, *output_pattern, *request;
        char **credentials, **resource_limits, **environment, **unit_properties, **files;
        ExpandedJob expanded; /* the job's own texts, with the values of this execution */
} LaunchMessage;

/* Returns 0, -EINVAL (a value cannot stand where it would: expand_job() says which), or -ENOMEM. */
int launch_to_message(const Launch *launch, LaunchMessage *ret);
void launch_message_done(LaunchMessage *message);

/* *ret borrows from the message and `output`. */
void launch_outcome_from_message(const MessageEnded *ended, const OutputRecord *output, LaunchOutcome *ret);

LaunchListed launch_listed_from_message(uint64_t listed_state);
