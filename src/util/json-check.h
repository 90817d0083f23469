/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Whether a text from a stranger is a JSON object, without building anything of it: RFC 8259 to the letter,
 * valid UTF-8, no NUL even as \u0000, no lone surrogate, and no number that does not fit into 64 bits or a
 * double. What passes is taken by every JSON library.
 */

#include "util/types.h"

typedef struct JsonFault {
        size_t offset;      /* the byte where it was noticed */
        const char *reason; /* static text, as in "…, byte 7" */
} JsonFault;

/*
 * The text is one object with nothing but white space around it, at most `depth_max` objects and lists deep.
 * Returns 0, or -EINVAL with *reterr.
 */
int json_check_object(const char *text, size_t size, unsigned depth_max, JsonFault *reterr);
