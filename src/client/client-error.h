/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Why a call to the daemon failed, in words for the person who made it. */

#include <systemd/sd-bus.h>

#include "util/cleanup.h"
#include "util/types.h"

typedef enum ClientFault {
        CLIENT_FAULT_OTHER,
        CLIENT_FAULT_UNREACHABLE, /* no daemon, or it went away */
        CLIENT_FAULT_DENIED,
        CLIENT_FAULT_NO_SUCH,    /* no such job, execution, queue or occurrence */
        CLIENT_FAULT_NOT_ACTIVE, /* there is nothing to stop or kill */
        CLIENT_FAULT_COUNT,
} ClientFault;

/* The zero value is "no fault". */
typedef struct ClientError {
        ClientFault fault;
        char *text;       /* a sentence without its full stop; NULL: out of memory, or nothing happened */
        const char *hint; /* what to do about it, a sentence; static text; NULL: none */
} ClientError;

void client_error_done(ClientError *error);

/* Each forgets what *error held before and returns `number`, a negative errno. */
int client_error_set(
                ClientError *error,
                int number,
                ClientFault fault,
                const char *hint,
                const char *format,
                ...) PRINTF_LIKE(5, 6);
int client_error_set_bus(ClientError *error, int number, const sd_bus_error *bus_error);
