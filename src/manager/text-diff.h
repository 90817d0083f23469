/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The difference of two small texts by lines: "-old", "+new", " same" around them, for the audit log.
 * Texts of more than TEXT_DIFF_LINES_MAX lines are given as all removed and all added.
 * Returns 0 or -ENOMEM.
 */

#define TEXT_DIFF_LINES_MAX 1000U

int text_diff(const char *old_text, const char *new_text, char **ret);
