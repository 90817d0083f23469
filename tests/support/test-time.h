/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Times and zones in the tables of tests. What does not parse fails the test. */

#include "schedule/time-zone.h"
#include "util/timestamp.h"
#include "util/types.h"

/* An ISO instant with "Z" or an offset. */
usec_t test_usec(const char *instant);

/* "2026-01-01T02:30:00Z", with a fraction only if there is one. */
const char *test_timestamp(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]);

/* A new reference; NULL if this host has no such zone data. */
TimeZone *test_zone(const char *name);
