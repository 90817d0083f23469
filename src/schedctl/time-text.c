/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/time-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/duration.h"
#include "util/timestamp.h"

TimeZone *time_text_local_zone(void) {
        const char *name = getenv("TZ");
        TimeZone *zone = NULL;

        if (name && *name == ':')
                name++;
        if (name && *name && time_zone_load(name, &zone) >= 0)
                return zone;
        if (time_zone_load("local", &zone) >= 0)
                return zone;
        return time_zone_ref((TimeZone *) time_zone_utc());
}

const char *time_text_format(const TimeZone *zone, usec_t instant_usec, char buffer[static TIME_TEXT_MAX]) {
        static const char weekdays[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        LocalTime local;

        if (instant_usec == USEC_INFINITY)
                return "-";

        time_zone_to_local(zone, instant_usec, &local);
        (void) snprintf(buffer, TIME_TEXT_MAX, "%s %04d-%02d-%02d %02d:%02d:%02d %s",
                        weekdays[civil_date_weekday(local.civil.date)], local.civil.date.year,
                        local.civil.date.month, local.civil.date.day, local.civil.hour, local.civil.minute,
                        local.civil.second, local.abbreviation);
        return buffer;
}

const char *time_text_relative(usec_t instant_usec, usec_t now_usec, char buffer[static TIME_TEXT_MAX]) {
        char span[DURATION_SHORT_MAX];
        usec_t difference;

        if (instant_usec == USEC_INFINITY)
                return "-";

        difference = instant_usec - now_usec;
        if (llabs(difference) < USEC_PER_MSEC)
                return "now";

        /* fractions only help below ten seconds */
        if (llabs(difference) >= 10 * USEC_PER_SEC)
                difference -= difference % USEC_PER_SEC;
        (void) snprintf(buffer, TIME_TEXT_MAX, "%s %s", duration_format_short(llabs(difference), span),
                        difference > 0 ? "left" : "ago");
        return buffer;
}

static void set_instant(TimeMeanings *ret, usec_t instant_usec, usec_t precision_usec) {
        *ret = (TimeMeanings){
                .n_meanings = 1,
                .meanings = { { instant_usec, instant_usec + precision_usec } },
        };
}

static void set_local(
                const TimeZone *zone,
                const CivilTime *local,
                usec_t precision_usec,
                TimeMeanings *ret) {
        ZoneInstants instants;

        time_zone_from_local(zone, local, &instants);
        if (instants.n_instants == 0) {
                set_instant(ret, instants.transition_usec, precision_usec);
                return;
        }

        *ret = (TimeMeanings){ .n_meanings = instants.n_instants };
        for (unsigned i = 0; i < instants.n_instants; i++)
                ret->meanings[i] =
                                (TimeMeaning){ instants.instants[i], instants.instants[i] + precision_usec };
}

static CivilDate local_date(const TimeZone *zone, usec_t now_usec) {
        LocalTime local;

        time_zone_to_local(zone, now_usec, &local);
        return local.civil.date;
}

/* "2h ago", "-2h", "+2h". Returns 1 if it was one. */
static int parse_relative(usec_t now_usec, const char *text, TimeMeanings *ret) {
        size_t length = strlen(text);
        char span[64];
        usec_t span_usec;
        bool ago = length > 4 && strcmp(text + length - 4, " ago") == 0;

        if (!ago && *text != '-' && *text != '+')
                return 0;
        if (ago)
                length -= 4;
        if (length >= sizeof(span))
                return 0;

        memcpy(span, text, length);
        span[length] = 0;
        if (duration_parse(ago ? span : span + 1, &span_usec) < 0 || span_usec == USEC_INFINITY)
                return 0;

        set_instant(ret, *text == '+' ? now_usec + span_usec : now_usec - span_usec, 0);
        return 1;
}

/* A minute or a second that was written stands for all of it; a fraction or @SECONDS for itself. */
static usec_t precision(const Timestamp *timestamp, const char *text) {
        if (!timestamp->has_time || strpbrk(text, ".,@"))
                return 0;
        return (timestamp->has_seconds ? USEC_PER_SEC : USEC_PER_MINUTE) - 1;
}

/* A time of the day on `date`. Returns 1 if it was one. */
static int parse_clock(const TimeZone *zone, CivilDate date, const char *text, TimeMeanings *ret) {
        char full[64];
        Timestamp timestamp;

        if (!strchr(text, ':') || strchr(text, '-') || strchr(text, '+') || strlen(text) > 16)
                return 0;
        (void) snprintf(full, sizeof(full), "%04d-%02d-%02d %s", date.year, date.month, date.day, text);
        if (timestamp_parse(full, &timestamp) < 0)
                return 0;

        set_local(zone, &timestamp.local, precision(&timestamp, text), ret);
        return 1;
}

/* "tomorrow", "tomorrow 02:30", "02:30" (today). Returns 1 if it was one. */
static int parse_day(const TimeZone *zone, usec_t now_usec, const char *text, TimeMeanings *ret) {
        static const struct {
                const char *name;
                int days;
        } days[] = { { "today", 0 }, { "yesterday", -1 }, { "tomorrow", 1 } };
        CivilDate today = local_date(zone, now_usec);

        for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
                size_t length = strlen(days[i].name);
                const char *rest = text + length;
                CivilDate date;

                if (strncmp(text, days[i].name, length) != 0 || (*rest && *rest != ' '))
                        continue;
                date = civil_date_from_days(civil_date_to_days(today) + days[i].days);
                if (*rest)
                        return parse_clock(zone, date, rest + strspn(rest, " "), ret);
                set_local(zone, &(const CivilTime){ .date = date }, 0, ret);
                return 1;
        }
        return parse_clock(zone, today, text, ret);
}

int time_text_parse(const TimeZone *zone, usec_t now_usec, const char *text, TimeMeanings *ret) {
        Timestamp timestamp;

        if (strcmp(text, "now") == 0) {
                set_instant(ret, now_usec, 0);
                return 0;
        }
        if (parse_day(zone, now_usec, text, ret) > 0 || parse_relative(now_usec, text, ret) > 0)
                return 0;

        if (timestamp_parse(text, &timestamp) < 0)
                return -EINVAL;

        if (timestamp.has_offset)
                set_instant(ret, timestamp_to_usec(&timestamp), precision(&timestamp, text));
        else
                set_local(zone, &timestamp.local, precision(&timestamp, text), ret);
        return 0;
}
