/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the service manager is asked for: StartTransientUnit() with the properties that a START amounts to. */

#include <systemd/sd-bus.h>

#include "protocol/message.h"
#include "runner/account.h"
#include "runner/credential-find.h"
#include "runner/launch.h"

typedef struct UnitRequest {
        const char *name;
        const char *generation; /* of runs/ */
        const RunKey *key;
        const MessageStart *start;
        const Account *account;
        const LaunchDefaults *defaults;
        const char *notify_socket; /* NULL: none */
        const CredentialPlaces *places;
        int stdin_fd; /* -EBADF: /dev/null */
        int stdout_fd, stderr_fd;
} UnitRequest;

/*
 * Values travel as values: systemd expands neither specifiers (%) nor variables ($) in them. Returns 0, or a
 * negative errno with a sentence in *reterr_message (NULL: out of memory).
 */
int unit_request_build(sd_bus *bus, const UnitRequest *request, sd_bus_message **ret, char **reterr_message);

/* systemd's refusal as a sentence, with line and key of the property it names. NULL: out of memory. */
char *unit_request_explain(const MessageStart *start, const sd_bus_error *error);
