/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Between the manager's words (Launch, LaunchOutcome) and the protocol's (MessageStart, MessageEnded). */

#include "exec/executor.h"
#include "protocol/message.h"

/* *ret borrows from the launch and its job: for message_encode(), never for message_done(). */
void launch_to_message(const Launch *launch, MessageStart *ret);

/* *ret borrows from the message and `output`. */
void launch_outcome_from_message(const MessageEnded *ended, const OutputRecord *output, LaunchOutcome *ret);

LaunchListed launch_listed_from_message(uint64_t listed_state);
