/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-request.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "schedctl/calendar-except.h"
#include "util/duration.h"
#include "util/timestamp.h"

#define RANDOM_DELAY_MAX_SECONDS (54 * 7 * 86400) /* a year and some days */

/* What a value is read into, and with what. */
typedef struct Reader {
        CalendarRequest *request;
        const CalendarEnvironment *environment;
        const char *key;
        CalendarError *error;
} Reader;

typedef struct Key {
        const char *name;
        int (*read)(const Reader *reader, const json_t *value);
} Key;

/* --- values ---------------------------------------------------------------------------------------- */

static const char *type_phrase(const json_t *value) {
        switch (json_typeof(value)) {
        case JSON_OBJECT:
                return "an object";
        case JSON_ARRAY:
                return "an array";
        case JSON_STRING:
                return "a string";
        case JSON_INTEGER:
        case JSON_REAL:
                return "a number";
        case JSON_NULL:
                return "null";
        default:
                return "a boolean";
        }
}

static int wrong_type(const Reader *reader, const json_t *value, const char *wanted) {
        return calendar_error(
                        reader->error, CALENDAR_ERROR_VALUE, reader->key, "'%s' is %s, not %s", reader->key,
                        wanted, type_phrase(value));
}

static int read_text(const Reader *reader, const json_t *value, const char **ret) {
        if (!json_is_string(value))
                return wrong_type(reader, value, "a string");
        if (strlen(json_string_value(value)) < json_string_length(value))
                return calendar_error(
                                reader->error, CALENDAR_ERROR_VALUE, reader->key, "'%s' has a zero byte",
                                reader->key);
        *ret = json_string_value(value);
        return 0;
}

typedef int (*word_from_string_t)(const char *text);

/* One of a few words. */
static int read_word(
                const Reader *reader,
                const json_t *value,
                word_from_string_t from_string,
                const char *words,
                int *ret) {

        const char *text;
        int r;

        r = read_text(reader, value, &text);
        if (r < 0)
                return r;
        r = from_string(text);
        if (r < 0)
                return calendar_error(
                                reader->error, CALENDAR_ERROR_VALUE, reader->key,
                                "'%s' is one of %s, not '%.40s'", reader->key, words, text);
        *ret = r;
        return 0;
}

static int read_timestamp(const Reader *reader, const json_t *value, Timestamp *ret) {
        const char *text;
        int r;

        r = read_text(reader, value, &text);
        if (r < 0)
                return r;
        if (timestamp_parse(text, ret) < 0)
                return calendar_error(
                                reader->error, CALENDAR_ERROR_VALUE, reader->key,
                                "'%s' is a time such as 2026-03-29T02:30 or @1774746000, not '%.40s'",
                                reader->key, text);
        return 0;
}

/* A local time that is skipped is the first instant after the gap; one that comes twice is the first. */
static usec_t local_instant(const TimeZone *zone, usec_t local_usec) {
        CivilTime local = civil_time_from_usec(local_usec);
        ZoneInstants instants;

        time_zone_from_local(zone, &local, &instants);
        return instants.n_instants > 0 ? instants.instants[0] : instants.transition_usec;
}

/* `later_usec` is added in local time. */
static usec_t timestamp_instant(const Reader *reader, const Timestamp *timestamp, usec_t later_usec) {
        if (timestamp->has_offset)
                return timestamp_to_usec(timestamp) + later_usec;
        return local_instant(reader->request->zone, civil_time_to_usec(timestamp->local) + later_usec);
}

/* --- keys ------------------------------------------------------------------------------------------ */

/* Whatever it is, it is for who asks. */
static int read_id(const Reader *reader, const json_t *value) {
        return 0;
}

static int read_expression(const Reader *reader, const json_t *value) {
        return read_text(reader, value, &reader->request->expression);
}

static int read_kind(const Reader *reader, const json_t *value) {
        return read_word(
                        reader, value, schedule_kind_from_string,
                        "cron, calendar, every, at, boot, startup, resume and rrule", &reader->request->kind);
}

static int read_timezone(const Reader *reader, const json_t *value) {
        TimeZone *zone = NULL;
        const char *name;
        int r;

        r = read_text(reader, value, &name);
        if (r < 0)
                return r;
        r = time_zone_cache_get(reader->environment->zones, name, &zone);
        if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
                return r;
        if (r < 0)
                return calendar_error(
                                reader->error, CALENDAR_ERROR_ZONE, reader->key, "time zone '%.64s': %s",
                                name, time_zone_strerror(r));
        (void) time_zone_unref(reader->request->zone);
        reader->request->zone = zone;
        return 0;
}

static int read_from(const Reader *reader, const json_t *value) {
        Timestamp timestamp;
        int r;

        r = read_timestamp(reader, value, &timestamp);
        if (r < 0)
                return r;
        reader->request->from_usec = timestamp_instant(reader, &timestamp, 0);
        return 0;
}

/* It belongs to what is asked for: a mere date does so as a whole day, unless that is where to stop going
 * back. */
static int read_until(const Reader *reader, const json_t *value) {
        CalendarRequest *request = reader->request;
        Timestamp timestamp;
        int r;

        r = read_timestamp(reader, value, &timestamp);
        if (r < 0)
                return r;
        request->has_until = true;
        request->until_usec = timestamp.has_time || request->reverse
                        ? timestamp_instant(reader, &timestamp, 0)
                        : timestamp_instant(reader, &timestamp, USEC_PER_DAY) - 1;
        return 0;
}

static int read_count(const Reader *reader, const json_t *value) {
        json_int_t count = json_integer_value(value);

        if (!json_is_integer(value))
                return wrong_type(reader, value, "a whole number");
        if (count < 0 || count > CALENDAR_COUNT_MAX)
                return calendar_error(
                                reader->error, CALENDAR_ERROR_VALUE, reader->key,
                                "'count' is from 0 to %u, not %" JSON_INTEGER_FORMAT, CALENDAR_COUNT_MAX,
                                count);
        reader->request->count = (uint64_t) count;
        return 0;
}

static int read_reverse(const Reader *reader, const json_t *value) {
        if (!json_is_boolean(value))
                return wrong_type(reader, value, "true or false");
        reader->request->reverse = json_is_true(value);
        return 0;
}

static int read_days(const Reader *reader, const json_t *value) {
        int word = 0, r = read_word(reader, value, cron_days_from_string, "auto, or and and", &word);

        if (r >= 0)
                reader->request->options.days = (CronDays) word;
        return r;
}

static int read_dialect(const Reader *reader, const json_t *value) {
        int word = 0, r = read_word(reader, value, cron_dialect_from_string, "default and vixie", &word);

        if (r >= 0)
                reader->request->options.dialect = (CronDialect) word;
        return r;
}

static int read_dst_gap(const Reader *reader, const json_t *value) {
        int word = 0, r = read_word(reader, value, dst_gap_from_string, "auto, run, skip and shift", &word);

        if (r >= 0)
                reader->request->options.dst.gap = (DstGap) word;
        return r;
}

static int read_dst_overlap(const Reader *reader, const json_t *value) {
        int word = 0, r;

        r = read_word(reader, value, dst_overlap_from_string, "auto, first, second and both", &word);
        if (r >= 0)
                reader->request->options.dst.overlap = (DstOverlap) word;
        return r;
}

static int read_hash_key(const Reader *reader, const json_t *value) {
        return read_text(reader, value, &reader->request->options.hash_key);
}

static int read_start(const Reader *reader, const json_t *value) {
        int r = read_timestamp(reader, value, &reader->request->start);

        if (r >= 0)
                reader->request->options.start = &reader->request->start;
        return r;
}

static int read_end(const Reader *reader, const json_t *value) {
        int r = read_timestamp(reader, value, &reader->request->end);

        if (r >= 0)
                reader->request->options.end = &reader->request->end;
        return r;
}

static int read_except(const Reader *reader, const json_t *value) {
        return calendar_except_read(value, &reader->request->exceptions, reader->error);
}

/* A bare number is seconds, as in job files. */
static int read_random_delay(const Reader *reader, const json_t *value) {
        usec_t *delay_usec = &reader->request->random_delay_usec;
        const char *text;
        int r;

        if (json_is_number(value)) {
                double seconds = json_number_value(value);

                if (!(seconds >= 0 && seconds <= RANDOM_DELAY_MAX_SECONDS))
                        return calendar_error(
                                        reader->error, CALENDAR_ERROR_VALUE, reader->key,
                                        "'random_delay' is a duration of at most a year");
                *delay_usec = (usec_t) (seconds * (double) USEC_PER_SEC);
                return 0;
        }
        r = read_text(reader, value, &text);
        if (r < 0)
                return r;
        r = duration_parse(text, delay_usec);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || *delay_usec > RANDOM_DELAY_MAX_SECONDS * USEC_PER_SEC)
                return calendar_error(
                                reader->error, CALENDAR_ERROR_VALUE, reader->key,
                                "'random_delay' is a duration such as 10min, of at most a year, not '%.40s'",
                                text);
        return 0;
}

/* In the order in which they are read: times need the zone, and `until` the direction. */
/* clang-format off */
static const Key keys[] = {
        { "id",           read_id },
        { "expression",   read_expression },
        { "kind",         read_kind },
        { "timezone",     read_timezone },
        { "reverse",      read_reverse },
        { "from",         read_from },
        { "until",        read_until },
        { "count",        read_count },
        { "days",         read_days },
        { "dialect",      read_dialect },
        { "dst_gap",      read_dst_gap },
        { "dst_overlap",  read_dst_overlap },
        { "hash_key",     read_hash_key },
        { "start",        read_start },
        { "end",          read_end },
        { "except",       read_except },
        { "random_delay", read_random_delay },
};
/* clang-format on */

static int unknown_key(const char *name, CalendarError *reterr) {
        const char *names[ARRAY_SIZE(keys) + 1] = { NULL };
        const char *nearest;

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                names[i] = keys[i].name;
        nearest = string_nearest(name, names);
        return calendar_error(
                        reterr, CALENDAR_ERROR_FIELD, name, "unknown key '%.40s'%s%s%s", name,
                        nearest ? "; did you mean '" : "", nearest ?: "", nearest ? "'?" : "");
}

/* Puts each value where its key stands in the table; null is as if it were not there. */
static int sort_values(json_t *json, const json_t *values[static ARRAY_SIZE(keys)], CalendarError *reterr) {
        const char *name;
        json_t *value;

        json_object_foreach(json, name, value) {
                size_t i = 0;

                while (i < ARRAY_SIZE(keys) && strcmp(keys[i].name, name) != 0)
                        i++;
                if (i == ARRAY_SIZE(keys))
                        return unknown_key(name, reterr);
                values[i] = json_is_null(value) ? NULL : value;
        }
        return 0;
}

static int read_values(const Reader *reader, const json_t *values[static ARRAY_SIZE(keys)]) {
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                Reader own = *reader;
                int r;

                own.key = keys[i].name;
                r = values[i] ? keys[i].read(&own, values[i]) : 0;
                if (r < 0)
                        return r;
        }
        if (!reader->request->expression)
                return calendar_error(
                                reader->error, CALENDAR_ERROR_FIELD, "expression", "'expression' is missing");
        return 0;
}

int calendar_request_read(
                json_t *json,
                const CalendarEnvironment *environment,
                CalendarRequest *ret,
                CalendarError *reterr) {

        const json_t *values[ARRAY_SIZE(keys)] = { NULL };
        const Reader reader = { .request = ret, .environment = environment, .error = reterr };
        int r;

        assert(environment && environment->zone);
        assert(ret);
        assert(reterr);

        if (!json_is_object(json))
                return calendar_error(reterr, CALENDAR_ERROR_JSON, NULL, "a request is a JSON object");
        r = sort_values(json, values, reterr);
        if (r < 0)
                return r;

        *ret = (CalendarRequest){
                .json = json_incref(json),
                .kind = -1,
                .zone = time_zone_ref(environment->zone),
                .from_usec = environment->now_usec,
                .count = 1,
        };
        r = read_values(&reader, values);
        if (r < 0)
                calendar_request_done(ret);
        return r;
}

void calendar_request_done(CalendarRequest *request) {
        request->zone = time_zone_unref(request->zone);
        request->exceptions = exceptions_free(request->exceptions);
        json_decref(request->json);
        request->json = NULL;
}
