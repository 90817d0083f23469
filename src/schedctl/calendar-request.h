/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A question to `calendar`: when is a schedule due?
 *
 * It is a JSON object, a line of --batch; the verb's own options are put into one as well, so that both know
 * the same keys and refuse the same things. Nothing here prints, and no clock is read.
 */

#include <jansson.h>

#include "schedctl/calendar-error.h"
#include "schedule/exceptions.h"
#include "schedule/schedule.h"
#include "util/cleanup.h"

#define CALENDAR_COUNT_MAX 100000U

/* What requests are read and answered with. All borrowed. */
typedef struct CalendarEnvironment {
        TimeZoneCache *zones;
        TimeZone *zone;   /* for requests that name none */
        usec_t now_usec;  /* `from` of requests that have none */
        usec_t boot_usec; /* of this machine */

        /* What a stable random delay is spread by, beside the hash key. */
        const char *machine_id;
        uid_t owner_uid;
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
        Exceptions *exceptions;   /* owned; NULL: none */
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
