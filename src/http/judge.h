/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Whether an answer is what the job expects. */

#include "http/http-call.h"

/* `*ret_message`: why it is not, a sentence; NULL where it is. Returns 0 or -ENOMEM. */
int judge(const HttpCall *call, const HttpResult *result, ResultVerdict *ret, char **ret_message);

/*
 * The value at "data.items.0.id", or at "/data/items/0/id" (RFC 6901); "" is the whole. NULL: there is none.
 */
const json_t *judge_find(const json_t *document, const char *path);
