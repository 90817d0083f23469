/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/timestamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists have hundreds of thousands of instants: digit by digit is five times as fast as a format. */
static char *add_digits(char *at, int value, size_t n_digits) {
        for (size_t i = n_digits; i > 0; i--) {
                at[i - 1] = (char) ('0' + value % 10);
                value /= 10;
        }
        return at + n_digits;
}

/* "2026-03-29T02:30:00"; a year of four digits, or as many as it needs. */
static char *add_civil(char *at, const CivilTime *time) {
        if (time->date.year >= 0 && time->date.year <= 9999)
                at = add_digits(at, time->date.year, 4);
        else
                at += snprintf(at, sizeof("-2147483648"), "%04d", time->date.year);
        *at++ = '-';
        at = add_digits(at, time->date.month, 2);
        *at++ = '-';
        at = add_digits(at, time->date.day, 2);
        *at++ = 'T';
        at = add_digits(at, time->hour, 2);
        *at++ = ':';
        at = add_digits(at, time->minute, 2);
        *at++ = ':';
        return add_digits(at, time->second, 2);
}

static char *add_fraction(char *at, int usec) {
        *at++ = '.';
        return add_digits(at, usec, 6);
}

const char *timestamp_format_utc(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]) {
        CivilTime time = civil_time_from_usec(instant_usec);
        char *at = add_fraction(add_civil(buffer, &time), time.usec);

        *at++ = 'Z';
        *at = '\0';
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
        char *at = add_civil(buffer, &time);
        int offset = abs(offset_seconds);

        if (time.usec > 0)
                at = add_fraction(at, time.usec);
        *at++ = offset_seconds < 0 ? '-' : '+';
        at = add_digits(at, offset / 3600, 2);
        *at++ = ':';
        at = add_digits(at, offset / 60 % 60, 2);
        if (offset % 60 > 0) { /* local mean times have them */
                *at++ = ':';
                at = add_digits(at, offset % 60, 2);
        }
        *at = '\0';
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
        int hours, minutes, seconds = 0;

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
        if (read_char(text, ':') && !read_number(text, 2, 0, 59, &seconds))
                return false;

        timestamp->has_offset = true;
        timestamp->offset_seconds = sign * (hours * 3600 + minutes * 60 + seconds);
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
