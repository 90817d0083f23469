/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * libical takes the file apart; which events recur
 * when is found by recurrence.c. Nothing is looked up outside of the file.
 */

#include "schedule/ics-read.h"

#include <assert.h>
#include <libical/ical.h>
#include <string.h>
#include <strings.h>

#include "schedule/ics-zone.h"
#include "schedule/rrule.h"
#include "util/cleanup.h"

#define N_EVENTS_MAX 10000U
#define N_OVERRIDES_MAX 1000U
#define N_SPANS_MAX 200000U
#define N_ZONES_MAX 64U

/* A time as a property gives it. */
typedef struct IcsTime {
        usec_t local_usec;
        bool is_date, is_utc;
        const IcsZone *zone; /* of the file; NULL: none */
} IcsTime;

/* An event that stands in for one occurrence of a recurring one. */
typedef struct Override {
        const char *uid; /* libical's */
        IcsTime time;
} Override;

typedef struct Reader {
        const ExceptionItem *item;
        EventList *instants, *locals;
        ScheduleError *error;
        unsigned n_events; /* of which the last is being read */
        Override overrides[N_OVERRIDES_MAX];
        size_t n_overrides;
        IcsZone zones[N_ZONES_MAX]; /* of the calendar that is being read */
        size_t n_zones;
} Reader;

/* One event while it is taken apart. */
typedef struct Event {
        Reader *reader;
        icalcomponent *calendar, *component;
        const char *uid; /* "": none */
        IcsTime start;
        usec_t length_usec; /* of local time */
        EventList left_out; /* in local time */
} Event;

static void component_freep(icalcomponent **component) {
        if (*component)
                icalcomponent_free(*component);
}

static void event_done(Event *event) {
        event_list_done(&event->left_out);
}

static int fault(const Reader *reader, const char *reason) {
        return schedule_error(reader->error, 0, "event %u: %s", reader->n_events, reason);
}

static icalcomponent *find_definition(icalcomponent *calendar, const char *id) {
        icalcompiter iterator = icalcomponent_begin_component(calendar, ICAL_VTIMEZONE_COMPONENT);

        for (icalcomponent *zone = icalcompiter_deref(&iterator); zone; zone = icalcompiter_next(&iterator)) {
                icalproperty *property = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);

                if (property && strcmp(icalproperty_get_tzid(property) ?: "", id) == 0)
                        return zone;
        }
        return NULL;
}

/* Many files name the zones that everybody has and leave the definition out. */
static int find_system_zone(const Event *event, const char *id, IcsZone *ret) {
        const ExceptionItem *item = event->reader->item;
        int r = item->find_zone ? item->find_zone(item->find_zone_userdata, id, &ret->system) : -ENOENT;

        if (r >= 0 || r == -ENOMEM || r == -EMFILE || r == -ENFILE)
                return MIN(r, 0);
        return schedule_error(
                        event->reader->error, 0,
                        "event %u: the file does not define its time zone '%.60s', and there is none of that "
                        "name here",
                        event->reader->n_events, id);
}

static int find_zone(const Event *event, const char *id, const IcsZone **ret) {
        Reader *reader = event->reader;
        IcsZone *zone = &reader->zones[reader->n_zones];
        ScheduleError error = {};
        icalcomponent *component;
        int r;

        for (size_t i = 0; i < reader->n_zones; i++)
                if (strcmp(reader->zones[i].id, id) == 0) {
                        *ret = &reader->zones[i];
                        return 0;
                }

        if (reader->n_zones == N_ZONES_MAX)
                return fault(reader, "there are too many time zones");

        component = find_definition(event->calendar, id);
        r = component ? ics_zone_read(component, zone, &error) : find_system_zone(event, id, zone);
        if (r < 0) {
                ics_zone_done(zone);
                return r == -EINVAL && component ? fault(reader, error.reason) : r;
        }
        zone->id = id;
        reader->n_zones++;
        *ret = zone;
        return 0;
}

static int time_from(const Event *event, icalproperty *property, struct icaltimetype from, IcsTime *ret) {
        icalparameter *zone = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
        CivilTime civil = { { from.year, from.month, from.day }, from.hour, from.minute, from.second, 0 };
        bool valid = from.year >= 1 && from.year <= 9999 && civil_date_valid(civil.date) && from.hour >= 0 &&
                        from.hour <= 23 && from.minute >= 0 && from.minute <= 59 && from.second >= 0 &&
                        from.second <= 60;

        if (icaltime_is_null_time(from) || !valid)
                return fault(event->reader, "one of its times is none that a calendar has");
        *ret = (IcsTime){
                .local_usec = civil_time_to_usec(civil),
                .is_date = from.is_date,
                .is_utc = icaltime_is_utc(from),
        };
        if (zone && !ret->is_date && !ret->is_utc && icalparameter_get_tzid(zone))
                return find_zone(event, icalparameter_get_tzid(zone), &ret->zone);
        return 0;
}

/* The instant of a local time of the file, or the local time itself if that is what the event has. */
static usec_t place_of(const IcsTime *form, usec_t local_usec) {
        return form->zone ? ics_zone_to_instant(form->zone, local_usec) : local_usec;
}

static bool is_instant(const IcsTime *time) {
        return time->is_utc || time->zone;
}

static usec_t local_of(const IcsTime *form, usec_t instant_usec) {
        return form->zone ? ics_zone_to_local(form->zone, instant_usec) : instant_usec;
}

/* The same time as the event's own are written. */
static usec_t to_form(const IcsTime *form, const IcsTime *time) {
        if (is_instant(form) && is_instant(time))
                return local_of(form, place_of(time, time->local_usec));
        return time->local_usec;
}

static int leave_out(Event *event, const IcsTime *time) {
        usec_t local = to_form(&event->start, time);

        return event_list_add(&event->left_out, local, local + (time->is_date ? USEC_PER_DAY : 1));
}

/* What EXDATE names, and what another event stands in for. */
static int read_left_out(Event *event) {
        const Reader *reader = event->reader;
        icalproperty *property = icalcomponent_get_first_property(event->component, ICAL_EXDATE_PROPERTY);
        int r = 0;

        for (; property; property = icalcomponent_get_next_property(event->component, ICAL_EXDATE_PROPERTY)) {
                IcsTime time = {};

                r = time_from(event, property, icalproperty_get_exdate(property), &time);
                if (r >= 0)
                        r = leave_out(event, &time);
                if (r < 0)
                        return r;
        }
        if (!icalcomponent_get_first_property(event->component, ICAL_RECURRENCEID_PROPERTY))
                for (size_t i = 0; i < reader->n_overrides && r >= 0; i++)
                        if (strcmp(reader->overrides[i].uid, event->uid) == 0)
                                r = leave_out(event, &reader->overrides[i].time);
        event_list_seal(&event->left_out);
        return r;
}

static int add_occurrence(const Event *event, usec_t local_usec) {
        const Reader *reader = event->reader;
        EventList *list = is_instant(&event->start) ? reader->instants : reader->locals;
        EventSpan span;

        if (event_list_find(&event->left_out, local_usec, &span))
                return 0;
        if (reader->instants->n_spans + reader->locals->n_spans >= N_SPANS_MAX)
                return schedule_error(
                                reader->error, 0, "the events come more than %u times until the year 2100",
                                N_SPANS_MAX);
        return event_list_add(
                        list, place_of(&event->start, local_usec),
                        place_of(&event->start, local_usec + event->length_usec));
}

static int add_rule(const Event *event, icalproperty *property) {
        CLEANUP_FREE char *text = NULL;
        ScheduleError error = {};
        RecurrenceSeries series;
        RruleUntil until;
        Recurrence rule;
        char *value;
        usec_t at = event->start.local_usec + 1, last;
        int r;

        value = icalproperty_get_value_as_string_r(property);
        if (!value)
                return -ENOMEM;
        r = rrule_read(value, &rule, &until, &text, &error);
        icalmemory_free_buffer(value);
        if (r == -EINVAL)
                return fault(event->reader, error.reason);
        if (r < 0)
                return r;

        last = ICS_HORIZON;
        if (until.written)
                last = MIN(ICS_HORIZON, until.is_instant ? local_of(&event->start, until.usec) : until.usec);
        recurrence_series_init(&series, &rule, event->start.local_usec, last);
        for (; recurrence_next(&series, at, &at); at++) {
                r = add_occurrence(event, at);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_date(const Event *event, icalproperty *property) {
        struct icaldatetimeperiodtype date = icalproperty_get_rdate(property);
        IcsTime time = {};
        int r;

        r = time_from(event, property, icaltime_is_null_time(date.time) ? date.period.start : date.time,
                      &time);
        if (r < 0)
                return r;
        return add_occurrence(event, to_form(&event->start, &time));
}

/* DTEND, else DURATION, else the day if it is one. Without any of them nothing is covered. */
static int read_length(Event *event) {
        icalproperty *end = icalcomponent_get_first_property(event->component, ICAL_DTEND_PROPERTY);
        icalproperty *duration = icalcomponent_get_first_property(event->component, ICAL_DURATION_PROPERTY);
        IcsTime time = {};
        int r;

        if (end) {
                r = time_from(event, end, icalproperty_get_dtend(end), &time);
                if (r < 0)
                        return r;
                event->length_usec = to_form(&event->start, &time) - event->start.local_usec;
        } else if (duration) {
                struct icaldurationtype span = icalproperty_get_duration(duration);

                event->length_usec = (usec_t) span.weeks * USEC_PER_WEEK + (usec_t) span.days * USEC_PER_DAY +
                                (usec_t) span.hours * USEC_PER_HOUR +
                                (usec_t) span.minutes * USEC_PER_MINUTE +
                                (usec_t) span.seconds * USEC_PER_SEC;
        } else {
                event->length_usec = event->start.is_date ? USEC_PER_DAY : 0;
        }
        if (event->length_usec > ICS_HORIZON)
                return fault(event->reader, "it is too long");
        return 0;
}

/* What libical could not read it leaves out, which is no matter for a phone number but is for a time. */
static int check_errors(const Event *event) {
        static const char *const matters[] = { "DTSTART", "DTEND",  "DURATION",     "RRULE",
                                               "RDATE",   "EXDATE", "RECURRENCE-ID" };
        icalproperty *error = icalcomponent_get_first_property(event->component, ICAL_XLICERROR_PROPERTY);

        for (; error; error = icalcomponent_get_next_property(event->component, ICAL_XLICERROR_PROPERTY)) {
                const char *text = icalproperty_get_xlicerror(error) ?: "";

                for (size_t i = 0; i < ARRAY_SIZE(matters); i++)
                        if (strstr(text, matters[i]))
                                return schedule_error(
                                                event->reader->error, 0, "event %u: its %s is not right",
                                                event->reader->n_events, matters[i]);
        }
        return 0;
}

static int read_start(Event *event) {
        icalproperty *start = icalcomponent_get_first_property(event->component, ICAL_DTSTART_PROPERTY);
        int r;

        event->uid = icalcomponent_get_uid(event->component) ?: "";
        r = check_errors(event);
        if (r < 0)
                return r;
        if (!start)
                return fault(event->reader, "it has no DTSTART");
        return time_from(event, start, icalproperty_get_dtstart(start), &event->start);
}

/* Adds all times at which it takes place. */
static int add_occurrences(Event *event) {
        icalproperty *property;
        int r;

        r = read_length(event);
        if (r >= 0)
                r = read_left_out(event);
        if (r >= 0)
                r = add_occurrence(event, event->start.local_usec);
        if (r < 0)
                return r;

        if (icalcomponent_count_properties(event->component, ICAL_RRULE_PROPERTY) > 1)
                return fault(event->reader, "it has more than one RRULE");
        property = icalcomponent_get_first_property(event->component, ICAL_RRULE_PROPERTY);
        if (property)
                r = add_rule(event, property);

        property = icalcomponent_get_first_property(event->component, ICAL_RDATE_PROPERTY);
        for (; r >= 0 && property;
             property = icalcomponent_get_next_property(event->component, ICAL_RDATE_PROPERTY))
                r = add_date(event, property);
        return r;
}

static int read_event(Reader *reader, icalcomponent *calendar, icalcomponent *component) {
        CLEANUP(event_done) Event event = { .reader = reader, .calendar = calendar, .component = component };
        int r;

        r = read_start(&event);
        if (r < 0 || icalcomponent_get_status(component) == ICAL_STATUS_CANCELLED)
                return r;
        return add_occurrences(&event);
}

static int read_override(Reader *reader, icalcomponent *calendar, icalcomponent *component) {
        Event event = { .reader = reader, .calendar = calendar, .component = component };
        icalproperty *property = icalcomponent_get_first_property(component, ICAL_RECURRENCEID_PROPERTY);
        Override *override = &reader->overrides[reader->n_overrides];
        int r;

        if (!property)
                return 0;
        if (reader->n_overrides == N_OVERRIDES_MAX)
                return schedule_error(
                                reader->error, 0, "more than %u events have a RECURRENCE-ID",
                                N_OVERRIDES_MAX);
        r = time_from(&event, property, icalproperty_get_recurrenceid(property), &override->time);
        if (r < 0)
                return r;
        override->uid = icalcomponent_get_uid(component) ?: "";
        reader->n_overrides++;
        return 0;
}

static int read_events(Reader *reader, icalcomponent *calendar) {
        static int (*const passes[])(
                        Reader *, icalcomponent *, icalcomponent *) = { read_override, read_event };

        for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
                icalcompiter iterator = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);

                reader->n_events = 0;
                for (icalcomponent *event = icalcompiter_deref(&iterator); event;
                     event = icalcompiter_next(&iterator)) {
                        int r;

                        if (++reader->n_events > N_EVENTS_MAX)
                                return schedule_error(
                                                reader->error, 0, "there are more than %u events",
                                                N_EVENTS_MAX);
                        r = passes[i](reader, calendar, event);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static int read_calendar(Reader *reader, icalcomponent *calendar) {
        int r = read_events(reader, calendar);

        for (size_t i = 0; i < reader->n_zones; i++)
                ics_zone_done(&reader->zones[i]);
        reader->n_zones = 0;
        reader->n_overrides = 0;
        return r;
}

/* Each BEGIN has its END: libical would print what it thinks of a file in which they do not. */
static bool is_nested(const char *text) {
        int depth = 0;

        for (const char *line = text; *line && depth >= 0;) {
                size_t length = strcspn(line, "\r\n");

                if (strncasecmp(line, "BEGIN:", 6) == 0)
                        depth++;
                else if (strncasecmp(line, "END:", 4) == 0)
                        depth--;
                line += length;
                line += strspn(line, "\r\n");
        }
        return depth == 0;
}

int ics_read(const ExceptionItem *item, EventList *instants, EventList *locals, ScheduleError *reterr) {
        const char *text = item->ics;
        CLEANUP(component_freep) icalcomponent *root = NULL;
        CLEANUP_FREE Reader *reader = NULL;
        int r = 0;

        assert(text);
        assert(instants && locals);

        if (strnlen(text, ICS_SIZE_MAX + 1) > ICS_SIZE_MAX)
                return schedule_error(reterr, 0, "the file is larger than %zu bytes", ICS_SIZE_MAX);

        if (!is_nested(text))
                return schedule_error(
                                reterr, 0, "this is no iCalendar file: its BEGIN and END lines do not match");

        reader = calloc(1, sizeof(*reader));
        if (!reader)
                return -ENOMEM;
        *reader = (Reader){ .item = item, .instants = instants, .locals = locals, .error = reterr };

        icalerror_set_errors_are_fatal(false);
        root = icalparser_parse_string(text);
        if (root && icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) {
                r = read_calendar(reader, root);
        } else {
                icalcompiter iterator;
                icalcomponent *calendar = NULL;

                if (root) {
                        iterator = icalcomponent_begin_component(root, ICAL_VCALENDAR_COMPONENT);
                        calendar = icalcompiter_deref(&iterator);
                }
                if (!calendar)
                        return schedule_error(reterr, 0, "this is no iCalendar file: it has no VCALENDAR");
                for (; r >= 0 && calendar; calendar = icalcompiter_next(&iterator))
                        r = read_calendar(reader, calendar);
        }
        if (r < 0)
                return r;
        event_list_seal(instants);
        event_list_seal(locals);
        return 0;
}
