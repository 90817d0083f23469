/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/text.h"

#include <string.h>
#include <wchar.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Decodes one character. Returns its length, or 0 when the bytes are not UTF-8. */
static size_t decode(const char *text, size_t size, uint32_t *ret) {
        static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
        const unsigned char *c = (const unsigned char *) text;
        size_t length;
        uint32_t value;

        if (c[0] < 0x80) {
                *ret = c[0];
                return 1;
        }
        length = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
        if (c[0] < 0xc2 || c[0] > 0xf4 || length > size)
                return 0;

        value = c[0] & (0xffU >> (length + 1));
        for (size_t i = 1; i < length; i++) {
                if ((c[i] & 0xc0) != 0x80)
                        return 0;
                value = value << 6 | (c[i] & 0x3f);
        }
        if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
                return 0;

        *ret = value;
        return length;
}

/* How many bytes at the beginning are printable ASCII, each one column wide: nearly all that is ever shown.
 */
static size_t plain_length(const char *text) {
        size_t n = 0;

        while (text[n] >= 0x20 && text[n] < 0x7f)
                n++;
        return n;
}

static bool is_control(uint32_t character) {
        return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/* Marks that turn the reading order around could make a name look like another. */
static bool is_deceptive(uint32_t character) {
        return (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
}

static void add_character(Buffer *buffer, const char *bytes, size_t length, uint32_t character) {
        if (length == 0)
                (void) buffer_add_string(buffer, REPLACEMENT);
        else if (is_control(character))
                (void) buffer_add_format(buffer, "\\x%02x", character);
        else if (is_deceptive(character))
                (void) buffer_add_format(buffer, "\\u%04x", character);
        else
                (void) buffer_add(buffer, bytes, length);
}

int text_clean(Buffer *buffer, const char *text) {
        size_t plain = plain_length(text);

        (void) buffer_add(buffer, text, plain); /* told at the end */
        text += plain;
        for (size_t size = strlen(text); size > 0;) {
                uint32_t character = 0;
                size_t length = decode(text, size, &character);

                if (*text == '\n' || *text == '\t' || *text == '\r')
                        (void) buffer_add_char(buffer, ' ');
                else
                        add_character(buffer, text, length, character);
                text += MAX(length, (size_t) 1);
                size -= MAX(length, (size_t) 1);
        }
        return buffer->failed ? -ENOMEM : 0;
}

/* "ESC [ 1;31 m" sets a colour and nothing else. Returns its length, or 0. */
static size_t colour_sequence(const char *data, size_t size) {
        size_t i = 2;

        if (size < 3 || data[0] != '\x1b' || data[1] != '[')
                return 0;
        while (i < size && (data[i] == ';' || (data[i] >= '0' && data[i] <= '9')))
                i++;
        return i < size && data[i] == 'm' ? i + 1 : 0;
}

int text_clean_output(Buffer *buffer, const char *data, size_t size, bool may_return) {
        while (size > 0) {
                uint32_t character = 0;
                size_t length = colour_sequence(data, size);
                bool ends_line = *data == '\n' || (*data == '\r' && size > 1 && data[1] == '\n');

                if (length == 0 && (ends_line || *data == '\t' || (*data == '\r' && may_return)))
                        length = 1;
                if (length > 0) {
                        (void) buffer_add(buffer, data, length);
                } else {
                        length = decode(data, size, &character);
                        add_character(buffer, data, length, character);
                }
                data += MAX(length, (size_t) 1);
                size -= MAX(length, (size_t) 1);
        }
        return buffer->failed ? -ENOMEM : 0;
}

static size_t character_width(uint32_t character) {
        int width = wcwidth((wchar_t) character);

        return width < 0 ? 1 : (size_t) width;
}

size_t text_width(const char *text) {
        size_t width = plain_length(text), size;

        text += width;
        size = strlen(text);

        while (size > 0) {
                uint32_t character = '?';
                size_t length = MAX(decode(text, size, &character), (size_t) 1);

                width += character_width(character);
                text += length;
                size -= length;
        }
        return width;
}

size_t text_add_cut(Buffer *buffer, const Screen *screen, const char *text, size_t width) {
        const char *ellipsis = screen_glyph(screen, GLYPH_ELLIPSIS);
        size_t used = 0, full = text_width(text), room;

        if (full <= width) {
                (void) buffer_add_string(buffer, text);
                return full;
        }

        room = width > text_width(ellipsis) ? width - text_width(ellipsis) : 0;
        for (size_t size = strlen(text); size > 0;) {
                uint32_t character = '?';
                size_t length = MAX(decode(text, size, &character), (size_t) 1);

                if (used + character_width(character) > room)
                        break;
                (void) buffer_add(buffer, text, length);
                used += character_width(character);
                text += length;
                size -= length;
        }
        (void) buffer_add_string(buffer, ellipsis);
        return used + text_width(ellipsis);
}
