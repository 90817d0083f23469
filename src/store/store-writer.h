/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Group commit: by the one thread of the store, or by the owner itself. */

#include "store/store-private.h"

int store_writer_start(Store *store);
/* Lets the writer commit what is queued, as far as the disk allows, and waits for its end. */
void store_writer_stop(Store *store);

/* Inline: commits all that is queued. On failure it stays queued and the trouble is on its way. */
int store_writer_commit_queued(Store *store);
