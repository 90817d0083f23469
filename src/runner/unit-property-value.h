/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Values of `unit:` as texts of a unit file, to numbers and words. Pure. */

#include "protocol/unit-property.h"
#include "util/types.h"

/* Each returns 0, or -EINVAL: it is not one. Numbers may be "infinity" (UINT64_MAX) where systemd takes that.
 */
int unit_value_boolean(const char *text, bool *ret);
int unit_value_integer(const char *text, int32_t *ret);
int unit_value_signal(const char *text, int32_t *ret); /* "TERM", "SIGTERM", "15", "RTMIN+3" */
int unit_value_mode(const char *text, uint32_t *ret);
int unit_value_index(const char *text, const char *const *choices, int32_t *ret);
/* UNIT_TASKS, UNIT_WEIGHT, UNIT_QUOTA, UNIT_DURATION, UNIT_BYTES, UNIT_LIMIT_…, as the kind says. */
int unit_value_number(UnitPropertyKind kind, const char *text, uint64_t *ret);
/* "12.5%" as a part of UINT32_MAX. */
int unit_value_scale(const char *text, uint32_t *ret);
int unit_value_capabilities(const char *text, uint64_t *ret);
int unit_value_namespaces(const char *text, uint64_t *ret);
/* "0-3 8,9" as bits; *ret_size is how many bytes of the mask are needed. */
int unit_value_cpus(const char *text, uint8_t mask[static UNIT_CPUS_MAX / 8], size_t *ret_size);

/* Blank-separated words; quotes and backslashes join. Returns 0, -EINVAL (a quote stays open) or -ENOMEM. */
int unit_value_words(const char *text, char ***ret);
