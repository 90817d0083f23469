/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/utf8.h"

#include <string.h>

/* What the second byte may be depends on the first; the others are alike. */
size_t utf8_length(const char *text, size_t size) {
        /* clang-format off */
        static const struct {
                unsigned char first_min, first_max, second_min, second_max;
                size_t length;
        } forms[] = {
                { 0x00, 0x7f, 0x00, 0x00, 1 },
                { 0xc2, 0xdf, 0x80, 0xbf, 2 },
                { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
                { 0xe1, 0xec, 0x80, 0xbf, 3 },
                { 0xed, 0xed, 0x80, 0x9f, 3 },
                { 0xee, 0xef, 0x80, 0xbf, 3 },
                { 0xf0, 0xf0, 0x90, 0xbf, 4 },
                { 0xf1, 0xf3, 0x80, 0xbf, 4 },
                { 0xf4, 0xf4, 0x80, 0x8f, 4 },
        };
        /* clang-format on */
        const unsigned char *bytes = (const unsigned char *) text;
        size_t form = 0;

        while (form < ARRAY_SIZE(forms) &&
               !(bytes[0] >= forms[form].first_min && bytes[0] <= forms[form].first_max))
                form++;
        if (form == ARRAY_SIZE(forms) || forms[form].length > size)
                return 0;
        if (forms[form].length > 1 &&
            (bytes[1] < forms[form].second_min || bytes[1] > forms[form].second_max))
                return 0;
        for (size_t i = 2; i < forms[form].length; i++)
                if ((bytes[i] & 0xc0U) != 0x80U)
                        return 0;
        return forms[form].length;
}

int utf8_clean(const void *data, size_t size, size_t max_bytes, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const char *text = data;
        size_t i = 0;

        while (i < size) {
                size_t length = text[i] == '\0' ? 0 : utf8_length(text + i, size - i);
                const char *added = length > 0 ? text + i : UTF8_REPLACEMENT;
                size_t n_added = length > 0 ? length : strlen(UTF8_REPLACEMENT);

                if (buffer.size + n_added > max_bytes)
                        break;
                (void) buffer_add(&buffer, added, n_added);
                i += MAX(length, (size_t) 1);
        }
        return buffer_take(&buffer, ret);
}

int utf8_add_plain(Buffer *buffer, const char *text, size_t size) {
        for (size_t at = 0; at < size;) {
                size_t length = utf8_length(text + at, size - at);
                unsigned char first = (unsigned char) text[at];
                bool control = length == 1 && (first < 0x20 || first == 0x7f) && first != '\n' &&
                                first != '\t';

                /* U+0080…U+009F are controls too. */
                control |= length == 2 && first == 0xc2 && (unsigned char) text[at + 1] < 0xa0;
                if (length == 0 || (control && first != '\r'))
                        (void) buffer_add_string(buffer, UTF8_REPLACEMENT);
                else if (!control)
                        (void) buffer_add(buffer, text + at, length);
                at += MAX(length, (size_t) 1);
        }
        return buffer->failed ? -ENOMEM : 0;
}
