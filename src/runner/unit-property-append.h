/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The job's `unit:` properties, as texts of a unit file, to what systemd takes over D-Bus. */

#include <systemd/sd-bus.h>

#include "util/types.h"

/*
 * Appends the (sv) or several of them that "LINE:NAME=VALUE" stands for. Returns 0, or a negative errno, with
 * a sentence in *reterr_message for -EINVAL (NULL: out of memory); the message is of no use then.
 */
int unit_property_append(sd_bus_message *message, const char *text, char **reterr_message);
/* (sv) of type ay. */
int unit_property_append_bytes(sd_bus_message *message, const char *name, const void *bytes, size_t size);

/*
 * How surely systemd's message speaks of the property in `text` ("LINE:NAME=VALUE"): more than 1 if its name
 * stands there, as it is written or on D-Bus, 1 if its value does, else 0.
 */
size_t unit_property_is_meant(const char *text, const char *message);
