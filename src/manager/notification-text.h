/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A message in words, from the values of notification-content.h. Pure. */

#include "job/notification-record.h"

/* One line: "backup failed (exit code 3) and 11 more since 2026-…". */
int notification_subject(const NotificationRecord *record, char *const *values, char **ret);

/* The whole: what happened, the facts, the last output, what else was told with it, where to see more. */
int notification_text(const NotificationRecord *record, char *const *values, char **ret);
