/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/ics-zone.h"

#include <assert.h>
#include <stdlib.h>

#include "schedule/local-search.h"
#include "schedule/rrule.h"
#include "util/cleanup.h"

#define N_ONSETS_MAX 10000U
#define OFFSET_MAX 86400 /* seconds */

void ics_zone_done(IcsZone *zone) {
        assert(zone);

        zone->system = time_zone_unref(zone->system);
        free(zone->onsets);
        *zone = (IcsZone){};
}

static int add_onset(IcsZone *zone, IcsOnset onset, usec_t local_usec, ScheduleError *reterr) {
        IcsOnset *onsets;

        if (zone->n_onsets == N_ONSETS_MAX)
                return schedule_error(reterr, 0, "its time zone changes more than %u times", N_ONSETS_MAX);
        onsets = reallocarray(zone->onsets, zone->n_onsets + 1, sizeof(*onsets));
        if (!onsets)
                return -ENOMEM;
        onset.instant_usec = local_usec - onset.before_usec;
        onsets[zone->n_onsets++] = onset;
        zone->onsets = onsets;
        return 0;
}

/* The local time of a property's value; false: the calendar has none such. */
static bool to_local(struct icaltimetype from, usec_t *ret) {
        CivilTime time = { { from.year, from.month, from.day }, from.hour, from.minute, from.second, 0 };

        if (icaltime_is_null_time(from) || from.year < 1 || from.year > 9999 ||
            !civil_date_valid(time.date) || time.hour > 23 || time.minute > 59 || time.second > 60)
                return false;
        *ret = civil_time_to_usec(time);
        return true;
}

static int add_rule(
                IcsZone *zone,
                IcsOnset onset,
                usec_t start,
                icalproperty *property,
                ScheduleError *reterr) {
        char *value = icalproperty_get_value_as_string_r(property);
        CLEANUP_FREE char *text = NULL;
        usec_t at = start + 1, last = ICS_HORIZON;
        RecurrenceSeries series;
        RruleUntil until;
        Recurrence rule;
        int r;

        if (!value)
                return -ENOMEM;
        r = rrule_read(value, &rule, &until, &text, reterr);
        icalmemory_free_buffer(value);
        if (r < 0)
                return r;

        if (until.written)
                last = MIN(last, until.usec + (until.is_instant ? onset.before_usec : 0));
        recurrence_series_init(&series, &rule, start, last);
        for (; recurrence_next(&series, at, &at); at++) {
                r = add_onset(zone, onset, at, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A STANDARD or DAYLIGHT part: the times at which it begins. */
static int read_part(IcsZone *zone, icalcomponent *part, ScheduleError *reterr) {
        icalproperty *start = icalcomponent_get_first_property(part, ICAL_DTSTART_PROPERTY);
        icalproperty *from = icalcomponent_get_first_property(part, ICAL_TZOFFSETFROM_PROPERTY);
        icalproperty *to = icalcomponent_get_first_property(part, ICAL_TZOFFSETTO_PROPERTY);
        icalproperty *more;
        int before, offset, r;
        IcsOnset onset;
        usec_t local;

        if (!start || !from || !to || !to_local(icalproperty_get_dtstart(start), &local))
                return schedule_error(
                                reterr, 0,
                                "its time zone has a part without DTSTART, TZOFFSETFROM or TZOFFSETTO");
        before = icalproperty_get_tzoffsetfrom(from);
        offset = icalproperty_get_tzoffsetto(to);
        if (before < -OFFSET_MAX || before > OFFSET_MAX || offset < -OFFSET_MAX || offset > OFFSET_MAX)
                return schedule_error(reterr, 0, "its time zone has an offset of more than a day");
        onset = (IcsOnset){ .before_usec = before * USEC_PER_SEC, .offset_usec = offset * USEC_PER_SEC };

        r = add_onset(zone, onset, local, reterr);
        more = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY);
        if (r >= 0 && more)
                r = add_rule(zone, onset, local, more, reterr);
        more = icalcomponent_get_first_property(part, ICAL_RDATE_PROPERTY);
        for (; r >= 0 && more; more = icalcomponent_get_next_property(part, ICAL_RDATE_PROPERTY))
                if (to_local(icalproperty_get_rdate(more).time, &local))
                        r = add_onset(zone, onset, local, reterr);
        return r;
}

static int compare_onsets(const void *a, const void *b) {
        usec_t x = ((const IcsOnset *) a)->instant_usec, y = ((const IcsOnset *) b)->instant_usec;

        return x < y ? -1 : x > y;
}

int ics_zone_read(icalcomponent *component, IcsZone *ret, ScheduleError *reterr) {
        static const icalcomponent_kind kinds[] = { ICAL_XSTANDARD_COMPONENT, ICAL_XDAYLIGHT_COMPONENT };

        assert(component);
        assert(ret);

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                icalcompiter iterator = icalcomponent_begin_component(component, kinds[i]);

                for (icalcomponent *part = icalcompiter_deref(&iterator); part;
                     part = icalcompiter_next(&iterator)) {
                        int r = read_part(ret, part, reterr);

                        if (r < 0)
                                return r;
                }
        }
        if (ret->n_onsets == 0)
                return schedule_error(reterr, 0, "its time zone has no offset");
        qsort(ret->onsets, ret->n_onsets, sizeof(*ret->onsets), compare_onsets);
        return 0;
}

/*
 * The offset behind the last onset that is not later. A local time (`is_local`) is behind it once both
 * offsets say so.
 */
static usec_t offset_at(const IcsZone *zone, usec_t at_usec, bool is_local) {
        size_t low = 0, high = zone->n_onsets;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const IcsOnset *onset = &zone->onsets[middle];

                if (onset->instant_usec + (is_local ? MAX(onset->before_usec, onset->offset_usec) : 0) <=
                    at_usec)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low > 0 ? zone->onsets[low - 1].offset_usec : zone->onsets[0].before_usec;
}

usec_t ics_zone_to_instant(const IcsZone *zone, usec_t local_usec) {
        if (zone->system)
                return local_search_instant(zone->system, local_usec).due_usec;
        return local_usec - offset_at(zone, local_usec, true);
}

usec_t ics_zone_to_local(const IcsZone *zone, usec_t instant_usec) {
        LocalTime local;

        if (zone->system) {
                time_zone_to_local(zone->system, instant_usec, &local);
                return instant_usec + local.offset_seconds * USEC_PER_SEC;
        }
        return instant_usec + offset_at(zone, instant_usec, false);
}
