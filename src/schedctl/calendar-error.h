/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Why a question to `calendar` has no answer. */

#include "util/json-writer.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum CalendarErrorCode {
        CALENDAR_ERROR_JSON,   /* the line is no JSON object, or too long */
        CALENDAR_ERROR_FIELD,  /* a key that is not known, or the one that has to be there is missing */
        CALENDAR_ERROR_VALUE,  /* a value of the wrong type, or one that is not allowed */
        CALENDAR_ERROR_ZONE,   /* `timezone` names none */
        CALENDAR_ERROR_SYNTAX, /* the expression is wrong */
        CALENDAR_ERROR_CODE_COUNT,
} CalendarErrorCode;

DECLARE_STRING_TABLE(calendar_error_code, CalendarErrorCode);

/* Why there is no answer. */
typedef struct CalendarError {
        CalendarErrorCode code;
        char field[64]; /* the key at fault; "" for none */
        size_t offset;  /* byte from 0 in the expression; only with CALENDAR_ERROR_SYNTAX */
        char message[320];
} CalendarError;

/* Fills *reterr and returns -EINVAL; `field` may be NULL. */
int calendar_error(CalendarError *reterr, CalendarErrorCode code, const char *field, const char *format, ...)
                PRINTF_LIKE(4, 5);

/* Adds the key "error" to an object that is open. */
void calendar_error_encode(const CalendarError *error, JsonWriter *writer);
