/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What an action program has answered to --describe: whether it is worth handing on. */

#include "util/buffer.h"

#define DESCRIPTION_DEPTH_MAX 16U
/* It is a look at a file, in effect: whoever takes longer does something else. */
#define DESCRIPTION_USEC_MAX (5 * USEC_PER_SEC)

/*
 * `answer` is its standard output, of which a byte more than DESCRIPTION_SIZE_MAX is enough, `complaint` what
 * it wrote to standard error, `status` that of waitpid(). Returns 0 with *ret, the JSON object; or a positive
 * errno with *ret, a sentence (NULL: out of memory).
 */
int description_judge(const Buffer *answer, const Buffer *complaint, int status, char **ret);
