/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Text from elsewhere, made fit for a terminal. */

#include "schedctl/screen.h"
#include "util/buffer.h"

/*
 * Adds `text` as one line: line breaks and tabs become blanks, other control characters "\xNN", bytes that
 * are not UTF-8 U+FFFD. No job can move the cursor of who looks at it.
 */
int text_clean(Buffer *buffer, const char *text);

/*
 * Output of a job for a terminal: lines and colours stay, every other control sequence is made visible. A
 * carriage return within a line stays if `may_return`; otherwise what stands before could be overwritten.
 */
int text_clean_output(Buffer *buffer, const char *data, size_t size, bool may_return);

/* Columns on a terminal. */
size_t text_width(const char *text);

/* Adds at most `width` columns of it, with an ellipsis where something was left out. Returns what it takes.
 */
size_t text_add_cut(Buffer *buffer, const Screen *screen, const char *text, size_t width);
