/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a running job says of itself, as a bar, with the time that is probably left. */

#include <jansson.h>

#include "schedctl/screen.h"
#include "util/buffer.h"

/*
 * How long it will take from now on. `progress` is 0…100, -1: not said; `elapsed_usec` since its start;
 * `median_usec` of its last runs, USEC_INFINITY: none. The further it is, the more its own pace counts and
 * the less its history. USEC_INFINITY: nobody knows, or it takes longer than usual already.
 */
usec_t progress_left(int progress, usec_t elapsed_usec, usec_t median_usec);

/*
 * Appends "████████░░░░  42%, 3min left: copying /home", as far as it is known, for an execution that runs;
 * nothing for any other, and for one that says nothing and has no history. Returns 0 or -ENOMEM.
 */
int progress_format(
                const json_t *execution,
                usec_t now_usec,
                usec_t median_usec,
                const Screen *screen,
                Buffer *buffer);
