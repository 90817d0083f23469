/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const error_code_names[] = {
        [CALENDAR_ERROR_JSON] = "json",     [CALENDAR_ERROR_FIELD] = "field",
        [CALENDAR_ERROR_VALUE] = "value",   [CALENDAR_ERROR_ZONE] = "zone",
        [CALENDAR_ERROR_SYNTAX] = "syntax", [CALENDAR_ERROR_CODE_COUNT] = NULL,
};
DEFINE_STRING_TABLE(calendar_error_code, CalendarErrorCode, error_code_names);

int calendar_error(
                CalendarError *reterr,
                CalendarErrorCode code,
                const char *field,
                const char *format,
                ...) {

        va_list arguments;

        *reterr = (CalendarError){ .code = code };
        (void) snprintf(reterr->field, sizeof(reterr->field), "%s", field ?: "");
        va_start(arguments, format);
        (void) vsnprintf(reterr->message, sizeof(reterr->message), format, arguments);
        va_end(arguments);
        return -EINVAL;
}

void calendar_error_encode(const CalendarError *error, JsonWriter *writer) {
        json_writer_begin_object(writer, "error");
        json_writer_string(writer, "code", calendar_error_code_to_string(error->code));
        json_writer_string(writer, "field", *error->field ? error->field : NULL);
        if (error->code == CALENDAR_ERROR_SYNTAX)
                json_writer_integer(writer, "offset", (int64_t) error->offset);
        else
                json_writer_null(writer, "offset");
        json_writer_string(writer, "message", error->message);
        json_writer_end_object(writer);
}
