/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Completion for shells, made from the tables of verbs and options. */

#include "util/buffer.h"

/* "bash zsh fish" */
extern const char completion_shells[];

/* Adds the script for `shell`. Returns 0, -EINVAL (no such shell) or -ENOMEM. */
int completion_write(const char *shell, Buffer *buffer);
