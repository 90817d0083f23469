/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/size.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
        const char *suffix;
        unsigned shift;
} size_units[] = { { "T", 40 }, { "G", 30 }, { "M", 20 }, { "K", 10 }, { "B", 0 }, { "", 0 } };

int size_parse(const char *text, uint64_t *ret_bytes) {
        static const char digits[] = "0123456789";
        size_t n_digits = strspn(text, digits), n_fraction = 0;
        const char *suffix = text + n_digits;
        unsigned __int128 value = 0, part = 0, divisor = 1;
        size_t i = 0;

        if (n_digits == 0)
                return -EINVAL;
        if (*suffix == '.') {
                n_fraction = strspn(suffix + 1, digits);
                if (n_fraction == 0)
                        return -EINVAL;
                suffix += 1 + n_fraction;
        }
        while (i < ARRAY_SIZE(size_units) && strcmp(size_units[i].suffix, suffix) != 0)
                i++;
        if (i == ARRAY_SIZE(size_units) || (n_fraction > 0 && size_units[i].shift == 0))
                return -EINVAL;

        for (size_t j = 0; j < n_digits; j++) {
                value = value * 10 + (unsigned) (text[j] - '0');
                if (value > UINT64_MAX)
                        return -ERANGE;
        }
        for (size_t j = 0; j < MIN(n_fraction, (size_t) 18); j++) {
                part = part * 10 + (unsigned) (text[n_digits + 1 + j] - '0');
                divisor *= 10;
        }
        value = (value << size_units[i].shift) + (part << size_units[i].shift) / divisor;
        if (value > UINT64_MAX)
                return -ERANGE;

        *ret_bytes = (uint64_t) value;
        return 0;
}

const char *size_format(uint64_t size_bytes, char buffer[static SIZE_FORMAT_MAX]) {
        size_t i = 0;
        uint64_t unit, tenths;

        while (size_units[i].shift > 0 && size_bytes < UINT64_C(1) << size_units[i].shift)
                i++;
        unit = UINT64_C(1) << size_units[i].shift;
        tenths = size_bytes % unit * 10 / unit;

        if (tenths > 0)
                (void) snprintf(buffer, SIZE_FORMAT_MAX, "%" PRIu64 ".%" PRIu64 "%s", size_bytes / unit,
                                tenths, size_units[i].suffix);
        else
                (void) snprintf(buffer, SIZE_FORMAT_MAX, "%" PRIu64 "%s", size_bytes / unit,
                                size_units[i].suffix);
        return buffer;
}
