/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-mail.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "util/buffer.h"
#include "util/civil-date.h"
#include "util/utf8.h"

#define LINE_MAX_LENGTH 76U /* RFC 2045, RFC 2047 */
#define WORD_BYTES 33U      /* 56 characters as an encoded word: beside the longest name on one line */

static bool is_printable(const char *text) {
        for (; *text != '\0'; text++)
                if (*text < 0x20 || *text > 0x7e)
                        return false;
        return true;
}

/* --- headers --------------------------------------------------------------------------------------- */

static void add_base64(Buffer *buffer, const char *text, size_t size) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const unsigned char *bytes = (const unsigned char *) text;

        for (size_t i = 0; i < size; i += 3) {
                uint32_t word = (uint32_t) bytes[i] << 16;

                if (i + 1 < size)
                        word |= (uint32_t) bytes[i + 1] << 8;
                if (i + 2 < size)
                        word |= bytes[i + 2];
                (void) buffer_add_char(buffer, letters[word >> 18 & 63]);
                (void) buffer_add_char(buffer, letters[word >> 12 & 63]);
                (void) buffer_add_char(buffer, i + 1 < size ? letters[word >> 6 & 63] : '=');
                (void) buffer_add_char(buffer, i + 2 < size ? letters[word & 63] : '=');
        }
}

/* How many bytes of whole characters fit into one encoded word. */
static size_t word_length(const char *text, size_t size) {
        size_t length = 0;

        while (length < size) {
                size_t next = MAX(utf8_length(text + length, size - length), (size_t) 1);

                if (length + next > WORD_BYTES)
                        break;
                length += next;
        }
        return length;
}

/* Text of any kind; what is no plain ASCII on one short line is encoded, so that it cannot be a header. */
static void add_unstructured(Buffer *buffer, const char *name, const char *text) {
        CLEANUP(buffer_done) Buffer clean = { 0 };
        size_t at = 0;

        (void) buffer_add_format(buffer, "%s:", name);
        if (is_printable(text) && strlen(name) + strlen(text) + 2 <= LINE_MAX_LENGTH && !strstr(text, "=?")) {
                (void) buffer_add_format(buffer, " %s\n", text);
                return;
        }

        if (utf8_add_plain(&clean, text, strlen(text)) < 0)
                buffer->failed = true;
        while (at < clean.size) {
                size_t length = word_length(clean.data + at, clean.size - at);

                (void) buffer_add_string(buffer, at == 0 ? " =?UTF-8?B?" : "\n =?UTF-8?B?");
                add_base64(buffer, clean.data + at, length);
                (void) buffer_add_string(buffer, "?=");
                at += length;
        }
        (void) buffer_add_char(buffer, '\n');
}

/* Addresses are the administrator's; a line break among them would begin another header all the same. */
static void add_addresses(Buffer *buffer, const char *name, const char *addresses) {
        (void) buffer_add_format(buffer, "%s: ", name);
        for (; *addresses != '\0'; addresses++)
                (void) buffer_add_char(buffer, (unsigned char) *addresses < 0x20 ? ' ' : *addresses);
        (void) buffer_add_char(buffer, '\n');
}

static void add_date(Buffer *buffer, usec_t usec) {
        static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        CivilTime civil = civil_time_from_usec(usec);

        (void) buffer_add_format(
                        buffer, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\n",
                        days[civil_date_weekday(civil.date)], civil.date.day, months[civil.date.month - 1],
                        civil.date.year, civil.hour, civil.minute, civil.second);
}

/* --- text ------------------------------------------------------------------------------------------ */

/* One line of text, broken softly where it is too long. */
static void add_quoted_line(Buffer *buffer, const char *line, size_t size) {
        size_t width = 0;

        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char) line[i];
                bool blank_at_end = (c == ' ' || c == '\t') && i + 1 == size;
                bool plain = ((c >= 0x20 && c < 0x7f && c != '=') || c == '\t') && !blank_at_end;
                size_t needed = plain ? 1 : 3;

                if (width + needed > LINE_MAX_LENGTH - 1) {
                        (void) buffer_add_string(buffer, "=\n");
                        width = 0;
                }
                if (plain)
                        (void) buffer_add_char(buffer, (char) c);
                else
                        (void) buffer_add_format(buffer, "=%02X", c);
                width += needed;
        }
        (void) buffer_add_char(buffer, '\n');
}

static void add_quoted_printable(Buffer *buffer, const char *text) {
        CLEANUP(buffer_done) Buffer clean = { 0 };
        const char *line;

        if (utf8_add_plain(&clean, text, strlen(text)) < 0)
                buffer->failed = true;
        for (line = clean.data ?: ""; *line != '\0';) {
                size_t size = strcspn(line, "\n");

                add_quoted_line(buffer, line, size);
                line += size + (line[size] == '\n');
        }
}

int mail_format(const Mail *mail, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        assert(mail);
        assert(mail->to && mail->subject && mail->text && mail->message_id);
        assert(ret);

        add_addresses(&buffer, "To", mail->to);
        if (mail->from)
                add_addresses(&buffer, "From", mail->from);
        add_unstructured(&buffer, "Subject", mail->subject);
        add_date(&buffer, mail->date_usec);
        (void) buffer_add_format(&buffer, "Message-ID: <%s>\n", mail->message_id);
        (void) buffer_add_string(&buffer, "Auto-Submitted: auto-generated\n");
        for (const char *const *header = mail->headers; header && *header; header += 2)
                if (header[1][0] != '\0')
                        add_unstructured(&buffer, header[0], header[1]);
        (void) buffer_add_string(
                        &buffer,
                        "MIME-Version: 1.0\n"
                        "Content-Type: text/plain; charset=UTF-8\n"
                        "Content-Transfer-Encoding: quoted-printable\n\n");
        add_quoted_printable(&buffer, mail->text);
        return buffer_take(&buffer, ret);
}
