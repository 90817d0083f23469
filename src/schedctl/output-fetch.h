/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <jansson.h>

#include "schedctl/context.h"

/*
 * The output of an execution as pieces: what was kept when it has ended, what there is so far while it runs.
 * Returns 0 or a negative errno, with *reterr filled then.
 */
int output_fetch(
                Context *context,
                const json_t *execution,
                char **ret,
                size_t *ret_size,
                ClientError *reterr);
