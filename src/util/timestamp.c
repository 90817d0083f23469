/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/timestamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *timestamp_format_utc(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]) {
        CivilTime time = civil_time_from_usec(instant_usec);

        (void) snprintf(buffer, TIMESTAMP_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", time.date.year,
                        time.date.month, time.date.day, time.hour, time.minute, time.second, time.usec);
        return buffer;
}

const char *timestamp_format_compact(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]) {
        CivilTime time = civil_time_from_usec(instant_usec);

        (void) snprintf(buffer, TIMESTAMP_MAX, "%04d%02d%02dT%02d%02d%02dZ", time.date.year, time.date.month,
                        time.date.day, time.hour, time.minute, time.second);
        return buffer;
}

const char *timestamp_format_offset(
                usec_t instant_usec,
                int32_t offset_seconds,
                char buffer[static TIMESTAMP_MAX]) {

        CivilTime time = civil_time_from_usec(usec_add(instant_usec, offset_seconds * USEC_PER_SEC));
        unsigned offset = (unsigned) abs(offset_seconds);
        char fraction[sizeof(".000000")] = "", seconds[sizeof(":00")] = "";

        if (time.usec > 0)
                (void) snprintf(fraction, sizeof(fraction), ".%06u", (unsigned) time.usec % 1000000);
        if (offset % 60 > 0) /* local mean times have them */
                (void) snprintf(seconds, sizeof(seconds), ":%02u", offset % 60);
        (void) snprintf(buffer, TIMESTAMP_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s%c%02u:%02u%s", time.date.year,
                        time.date.month, time.date.day, time.hour, time.minute, time.second, fraction,
                        offset_seconds < 0 ? '-' : '+', offset / 3600, offset / 60 % 60, seconds);
        return buffer;
}

/* The readers below move *text behind what they read and return false if it is not there. */

static bool read_char(const char **text, char character) {
        if (**text != character)
                return false;
        (*text)++;
        return true;
}

/* Exactly `n_digits` of them, for a number from `min` to `max`. */
static bool read_number(const char **text, size_t n_digits, int min, int max, int *ret) {
        int value = 0;

        if (strspn(*text, "0123456789") < n_digits)
                return false;
        for (size_t i = 0; i < n_digits; i++)
                value = value * 10 + ((*text)[i] - '0');
        if (value < min || value > max)
                return false;

        *text += n_digits;
        *ret = value;
        return true;
}

/* One to nine digits; what is below a microsecond is cut off. */
static bool read_fraction(const char **text, int *ret_usec) {
        size_t n_digits = strspn(*text, "0123456789");
        int usec = 0;

        if (n_digits < 1 || n_digits > 9)
                return false;
        for (size_t i = 0; i < 6; i++)
                usec = usec * 10 + (i < n_digits ? (*text)[i] - '0' : 0);

        *text += n_digits;
        *ret_usec = usec;
        return true;
}

static bool read_date(const char **text, CivilDate *date) {
        return read_number(text, 4, 1, 9999, &date->year) && read_char(text, '-') &&
                        read_number(text, 2, 1, 12, &date->month) && read_char(text, '-') &&
                        read_number(text, 2, 1, 31, &date->day) && civil_date_valid(*date);
}

static bool read_time(const char **text, Timestamp *timestamp) {
        CivilTime *local = &timestamp->local;

        timestamp->has_time = true;
        if (!read_number(text, 2, 0, 23, &local->hour) || !read_char(text, ':') ||
            !read_number(text, 2, 0, 59, &local->minute))
                return false;
        if (!read_char(text, ':'))
                return true;

        timestamp->has_seconds = true;
        if (!read_number(text, 2, 0, 59, &local->second))
                return false;
        return !read_char(text, '.') || read_fraction(text, &local->usec);
}

static bool read_offset(const char **text, Timestamp *timestamp) {
        int sign = **text == '-' ? -1 : 1;
        int hours, minutes;

        if (read_char(text, 'Z')) {
                timestamp->has_offset = true;
                return true;
        }
        if (!read_char(text, '+') && !read_char(text, '-'))
                return true; /* none was written */
        if (!read_number(text, 2, 0, 23, &hours))
                return false;
        (void) read_char(text, ':'); /* may be left out */
        if (!read_number(text, 2, 0, 59, &minutes))
                return false;

        timestamp->has_offset = true;
        timestamp->offset_seconds = sign * (hours * 3600 + minutes * 60);
        return true;
}

static bool read_epoch(const char **text, Timestamp *timestamp) {
        bool negative = read_char(text, '-');
        size_t n_digits = strspn(*text, "0123456789");
        usec_t instant = 0;
        int usec = 0;

        if (n_digits < 1 || n_digits > 12) /* the year 9999 has 12 */
                return false;
        for (size_t i = 0; i < n_digits; i++)
                instant = instant * 10 + ((*text)[i] - '0');
        *text += n_digits;
        if (read_char(text, '.') && !read_fraction(text, &usec))
                return false;

        instant = instant * USEC_PER_SEC + usec;
        timestamp->local = civil_time_from_usec(negative ? -instant : instant);
        timestamp->has_offset = timestamp->has_time = timestamp->has_seconds = true;
        return timestamp->local.date.year >= 1 && timestamp->local.date.year <= 9999;
}

int timestamp_parse(const char *text, Timestamp *ret) {
        Timestamp timestamp = { 0 };

        if (read_char(&text, '@')) {
                if (!read_epoch(&text, &timestamp))
                        return -EINVAL;
        } else {
                if (!read_date(&text, &timestamp.local.date))
                        return -EINVAL;
                if ((read_char(&text, 'T') || read_char(&text, ' ')) && !read_time(&text, &timestamp))
                        return -EINVAL;
                if (!read_offset(&text, &timestamp))
                        return -EINVAL;
        }
        if (*text != '\0')
                return -EINVAL;

        *ret = timestamp;
        return 0;
}

usec_t timestamp_to_usec(const Timestamp *timestamp) {
        return civil_time_to_usec(timestamp->local) - timestamp->offset_seconds * USEC_PER_SEC;
}
