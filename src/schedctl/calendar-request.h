/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A question to `calendar`: when is a schedule due?
 *
 * It is a JSON object, a line of --batch; the verb's own options are put into one as well, so that both know
 * the same keys and refuse the same things. Nothing here prints, and no clock is read.
 */

#include <jansson.h>

#include "schedule/schedule.h"
#include "util/cleanup.h"

#define CALENDAR_COUNT_MAX 100000U

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

/* What requests are read and answered with. All borrowed. */
typedef struct CalendarEnvironment {
        TimeZoneCache *zones;
        TimeZone *zone;   /* for requests that name none */
        usec_t now_usec;  /* `from` of requests that have none */
        usec_t boot_usec; /* of this machine */
} CalendarEnvironment;

/* Points into itself and into its JSON: it is not copied. */
typedef struct CalendarRequest {
        json_t *json;
        const char *expression;
        int kind; /* ScheduleKind; -1: to be guessed */
        TimeZone *zone;
        usec_t from_usec; /* exclusive */
        bool has_until;
        usec_t until_usec; /* inclusive */
        uint64_t count;
        bool reverse; /* back in time: strictly before `from`, down to `until` */
        ScheduleOptions options;
        Timestamp start, end;     /* of the options */
        usec_t random_delay_usec; /* 0: none */
} CalendarRequest;

/*
 * Reads the object `json`, of which `ret` keeps a reference. Returns 0, -EINVAL with *reterr, or -ENOMEM (and
 * what else a zone's file may give: -EMFILE …); `ret` needs calendar_request_done() only after 0.
 */
int calendar_request_read(
                json_t *json,
                const CalendarEnvironment *environment,
                CalendarRequest *ret,
                CalendarError *reterr);
void calendar_request_done(CalendarRequest *request);

/* Fills *reterr and returns -EINVAL; `field` may be NULL. */
int calendar_error(CalendarError *reterr, CalendarErrorCode code, const char *field, const char *format, ...)
                PRINTF_LIKE(4, 5);
