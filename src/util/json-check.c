/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/json-check.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

#define DEPTH_LIMIT 64U
/* A longer one says nothing more: a double has 17 digits. */
#define NUMBER_MAX 400U

/* What may come next; the containers that are open are bits of `in_object`. */
typedef struct Reader {
        const char *text;
        size_t size, offset;
        unsigned depth, depth_max;
        uint64_t in_object;
        const char *reason;
} Reader;

static bool fail(Reader *reader, const char *reason) {
        reader->reason = reason;
        return false;
}

/* '\0' at the end, which is no character of JSON either. */
static char peek(const Reader *reader) {
        return reader->offset < reader->size ? reader->text[reader->offset] : '\0';
}

static bool accept(Reader *reader, char character) {
        if (reader->offset >= reader->size || reader->text[reader->offset] != character)
                return false;
        reader->offset++;
        return true;
}

static void skip_space(Reader *reader) {
        while (accept(reader, ' ') || accept(reader, '\t') || accept(reader, '\n') || accept(reader, '\r'))
                ;
}

static bool is_digit(char character) {
        return character >= '0' && character <= '9';
}

static int hex_value(char character) {
        if (is_digit(character))
                return character - '0';
        if (character >= 'a' && character <= 'f')
                return character - 'a' + 10;
        if (character >= 'A' && character <= 'F')
                return character - 'A' + 10;
        return -1;
}

/* The four digits behind "\u". */
static bool read_unit(Reader *reader, unsigned *ret) {
        unsigned value = 0;

        for (int i = 0; i < 4; i++) {
                int digit = hex_value(peek(reader));

                if (digit < 0)
                        return fail(reader, "a '\\u' without four hexadecimal digits");
                value = value << 4 | (unsigned) digit;
                reader->offset++;
        }
        *ret = value;
        return true;
}

static bool read_unicode_escape(Reader *reader) {
        unsigned first, second;

        if (!read_unit(reader, &first))
                return false;
        if (first == 0)
                return fail(reader, "a NUL character");
        if (first < 0xD800 || first > 0xDFFF)
                return true;
        if (first > 0xDBFF || !accept(reader, '\\') || !accept(reader, 'u'))
                return fail(reader, "half of a surrogate pair");
        if (!read_unit(reader, &second))
                return false;
        return (second >= 0xDC00 && second <= 0xDFFF) || fail(reader, "half of a surrogate pair");
}

static bool read_escape(Reader *reader) {
        char character = peek(reader);

        if (character == '\0' || !strchr("\"\\/bfnrtu", character))
                return fail(reader, "an unknown escape in a text");
        reader->offset++;
        return character != 'u' || read_unicode_escape(reader);
}

/* Behind the opening quote. */
static bool read_text(Reader *reader) {
        while (reader->offset < reader->size) {
                const char *at = reader->text + reader->offset;
                size_t length;

                if (accept(reader, '"'))
                        return true;
                if (accept(reader, '\\')) {
                        if (!read_escape(reader))
                                return false;
                        continue;
                }
                if ((unsigned char) *at < 0x20)
                        return fail(reader, "a control character in a text");
                length = utf8_length(at, reader->size - reader->offset);
                if (length == 0)
                        return fail(reader, "not UTF-8");
                reader->offset += length;
        }
        return fail(reader, "a text without an end");
}

static size_t read_digits(Reader *reader) {
        size_t begin = reader->offset;

        while (is_digit(peek(reader)))
                reader->offset++;
        return reader->offset - begin;
}

/* In the range of what programs have for it. */
static bool number_fits(Reader *reader, size_t begin, bool is_whole) {
        char text[NUMBER_MAX + 1];
        size_t length = reader->offset - begin;

        if (length > NUMBER_MAX)
                return fail(reader, "a number that is too long");
        memcpy(text, reader->text + begin, length);
        text[length] = '\0';
        errno = 0;
        if (is_whole) {
                (void) strtoll(text, NULL, 10);
                return errno == 0 || fail(reader, "a number that does not fit into 64 bits");
        }
        return isfinite(strtod(text, NULL)) || fail(reader, "a number that is too large");
}

static bool read_number(Reader *reader) {
        size_t begin = reader->offset;
        bool is_whole = true;

        (void) accept(reader, '-');
        if (!accept(reader, '0') && read_digits(reader) == 0)
                return fail(reader, "neither a text nor a number, a list, an object, true, false or null");
        if (accept(reader, '.')) {
                is_whole = false;
                if (read_digits(reader) == 0)
                        return fail(reader, "a number without digits behind its point");
        }
        if (accept(reader, 'e') || accept(reader, 'E')) {
                is_whole = false;
                (void) (accept(reader, '+') || accept(reader, '-'));
                if (read_digits(reader) == 0)
                        return fail(reader, "a number without digits in its exponent");
        }
        return number_fits(reader, begin, is_whole);
}

static bool read_word(Reader *reader, const char *word) {
        size_t length = strlen(word);

        if (reader->size - reader->offset < length ||
            memcmp(reader->text + reader->offset, word, length) != 0)
                return fail(reader, "an unknown word");
        reader->offset += length;
        return true;
}

static bool read_scalar(Reader *reader) {
        switch (peek(reader)) {
        case '"':
                reader->offset++;
                return read_text(reader);
        case 't':
                return read_word(reader, "true");
        case 'f':
                return read_word(reader, "false");
        case 'n':
                return read_word(reader, "null");
        default:
                return read_number(reader);
        }
}

static bool is_in_object(const Reader *reader) {
        return reader->in_object & UINT64_C(1) << (reader->depth - 1);
}

static bool open_container(Reader *reader, bool is_object) {
        uint64_t bit;

        if (reader->depth == reader->depth_max)
                return fail(reader, "nested too deeply");
        bit = UINT64_C(1) << reader->depth++;
        reader->in_object = is_object ? reader->in_object | bit : reader->in_object & ~bit;
        return true;
}

/* The name of a member and its colon; in a list there is none. */
static bool read_key(Reader *reader) {
        if (!is_in_object(reader))
                return true;
        if (!accept(reader, '"'))
                return fail(reader, "a member without a name in quotes");
        if (!read_text(reader))
                return false;
        skip_space(reader);
        if (!accept(reader, ':'))
                return fail(reader, "a member's name without a colon");
        skip_space(reader);
        return true;
}

/* Closes what ends here. *ret_more: behind a comma another value follows. */
static bool close_containers(Reader *reader, bool *ret_more) {
        *ret_more = false;
        while (reader->depth > 0) {
                skip_space(reader);
                if (accept(reader, ',')) {
                        skip_space(reader);
                        *ret_more = true;
                        return read_key(reader);
                }
                if (!accept(reader, is_in_object(reader) ? '}' : ']'))
                        return fail(reader, "neither a comma nor the end of a list or object");
                reader->depth--;
        }
        return true;
}

/* A value that is none or opens a container. *ret_opened: its first value follows. */
static bool read_value(Reader *reader, bool *ret_opened) {
        bool is_object = peek(reader) == '{';

        *ret_opened = false;
        if (!accept(reader, '{') && !accept(reader, '['))
                return read_scalar(reader);
        if (!open_container(reader, is_object))
                return false;
        skip_space(reader);
        if (accept(reader, is_object ? '}' : ']')) {
                reader->depth--;
                return true;
        }
        *ret_opened = true;
        return read_key(reader);
}

static bool read_document(Reader *reader) {
        bool more = true;

        skip_space(reader);
        if (peek(reader) != '{')
                return fail(reader, "not an object");
        while (more) {
                bool opened;

                if (!read_value(reader, &opened))
                        return false;
                if (!opened && !close_containers(reader, &more))
                        return false;
        }
        skip_space(reader);
        return reader->offset == reader->size || fail(reader, "something behind the object");
}

int json_check_object(const char *text, size_t size, unsigned depth_max, JsonFault *reterr) {
        Reader reader = { .text = text, .size = size, .depth_max = depth_max };

        assert(text || size == 0);
        assert(depth_max > 0 && depth_max <= DEPTH_LIMIT);

        if (read_document(&reader))
                return 0;
        if (reterr)
                *reterr = (JsonFault){ .offset = reader.offset, .reason = reader.reason };
        return -EINVAL;
}
