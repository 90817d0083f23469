/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The value of a unit's property, from its text. */

#include "protocol/unit-property.h"

/* What a text of the kinds BOOLEAN … LIMIT_USEC and INDEX means. */
typedef struct UnitValue {
        int64_t number; /* of INTEGER, SIGNAL and INDEX; 0 or 1 of BOOLEAN */
        uint64_t value; /* of the others; UINT64_MAX: infinity; of a limit: the hard one */
        uint64_t soft;  /* of a limit */
        bool is_scale;  /* `value` is a share of UINT32_MAX, and belongs to NAME"Scale" */
} UnitValue;

/*
 * Checks a value of any kind; *ret is filled for those named above. Returns 0, -EINVAL for a text of another
 * type, or -ENOMEM.
 */
int unit_property_parse(const UnitPropertyType *type, const char *text, UnitValue *ret);
