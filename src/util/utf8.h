/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Text that came from elsewhere. */

#include "util/buffer.h"

/*
 * The length of the character at `text`, or 0 if it is not UTF-8: cut short, longer than it need be, a
 * surrogate, or beyond U+10FFFF. `size` is at least 1.
 */
size_t utf8_length(const char *text, size_t size);

/*
 * The bytes as text of at most `max_bytes`: what is not UTF-8, and each NUL, becomes U+FFFD; no character is
 * cut in two. Returns 0 or -ENOMEM.
 */
int utf8_clean(const void *data, size_t size, size_t max_bytes, char **ret);

/*
 * Adds the bytes as plain text: U+FFFD for whatever is not UTF-8 and for control characters but newline and
 * tab; carriage returns are left out. Returns 0 or -ENOMEM.
 */
int utf8_add_plain(Buffer *buffer, const char *text, size_t size);

#define UTF8_REPLACEMENT "\xef\xbf\xbd"
