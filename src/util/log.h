/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The log: structured journal entries where there is a journal, otherwise lines on standard error.
 *
 * Only manager, bus, daemon, runner and the programs' main() log above LOG_DEBUG; the layers below return
 * errors. A message names the thing, the user's file and line where there is one, and what happens next.
 */

#include <stdarg.h>
#include <syslog.h>

#include "util/types.h"

typedef enum LogTarget {
        LOG_TARGET_AUTO, /* the journal if its socket is there and stderr is not a terminal, else stderr */
        LOG_TARGET_STDERR,
        LOG_TARGET_JOURNAL,
        LOG_TARGET_NONE,
} LogTarget;

void log_open(const char *identifier, LogTarget target);
void log_set_max_level(int level); /* LOG_ERR … LOG_DEBUG; LOG_INFO at start */
int log_get_max_level(void);

/* "error", "warning", "notice", "info", "debug" or a number 0…7. Returns the level or -EINVAL. */
int log_level_parse(const char *text);

/*
 * Further journal fields of one message, e.g. {"JOBSCHED_JOB=backup", "MESSAGE_ID=…", NULL}. On stderr they
 * are left out.
 */
int log_full(int level, int error, const char *const *fields, const char *format, ...) PRINTF_LIKE(4, 5);

/* Each returns -abs(error), so that `return log_error_errno(r, "Cannot open '%s': %m", path);` works. */
#define log_error_errno(error, ...) log_full(LOG_ERR, (error), NULL, __VA_ARGS__)
#define log_warning_errno(error, ...) log_full(LOG_WARNING, (error), NULL, __VA_ARGS__)
#define log_debug_errno(error, ...) log_full(LOG_DEBUG, (error), NULL, __VA_ARGS__)

#define log_error(...) ((void) log_full(LOG_ERR, 0, NULL, __VA_ARGS__))
#define log_warning(...) ((void) log_full(LOG_WARNING, 0, NULL, __VA_ARGS__))
#define log_notice(...) ((void) log_full(LOG_NOTICE, 0, NULL, __VA_ARGS__))
#define log_info(...) ((void) log_full(LOG_INFO, 0, NULL, __VA_ARGS__))
#define log_debug(...) ((void) log_full(LOG_DEBUG, 0, NULL, __VA_ARGS__))
