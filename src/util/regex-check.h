/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "util/types.h"

/*
 * Whether an extended regular expression of somebody whom we need not trust can be compiled and matched in
 * bounded time and memory: not too long, without references back, and its repetitions multiply to no more
 * than some thousand. *ret_fault: why not, static text. Whether it is an expression is not looked at.
 */
bool regex_check(const char *text, const char **ret_fault);
