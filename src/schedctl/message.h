/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What goes to standard error, and the exit codes. */

#include "client/client-error.h"
#include "util/types.h"

typedef enum ExitStatus {
        STATUS_OK = 0,
        STATUS_FAILURE = 1,
        STATUS_USAGE = 2,
        STATUS_NOT_ACTIVE = 3, /* of `status` */
        STATUS_NO_SUCH = 4,
        STATUS_OWN_FAULT = 125, /* of `start --follow`, whose other codes are the job's */
} ExitStatus;

/* "schedctl: TEXT." */
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

/* The same of a negative errno: "schedctl: TEXT: REASON." Returns STATUS_FAILURE. */
int complain_errno(int error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Prints the error with its hint, frees it, and returns the exit code that goes with it. `thing` may be NULL.
 */
int complain_client(int r, ClientError *error, const char *thing);
