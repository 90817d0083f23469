/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-emit.h"

#include <assert.h>
#include <string.h>

#define INDENT 2U
#define PLAIN_KEY_MAX 128U

typedef struct Emitter {
        Buffer *buffer;
        bool nulls; /* what is null is said, too */
} Emitter;

static void emit_node(const Emitter *emitter, const YamlNode *node, unsigned depth);

static void emit_indent(unsigned depth, Buffer *buffer) {
        static const char spaces[] = "                                ";
        size_t n = (size_t) depth * INDENT;

        while (n > 0) {
                size_t step = MIN(n, sizeof(spaces) - 1);

                (void) buffer_add(buffer, spaces, step);
                n -= step;
        }
}

/* Line breaks of Unicode, which readers fold, and the byte order mark begin with these bytes. */
static bool is_plain_character(unsigned char c) {
        return c >= 0x20 && c != 0x7F && c != 0xC2 && c != 0xE2 && c != 0xEF;
}

static bool has_newline_only_breaks(const YamlNode *node) {
        for (uint32_t i = 0; i < node->size; i++)
                if (node->text[i] != '\n' && node->text[i] != '\t' &&
                    !is_plain_character((unsigned char) node->text[i]))
                        return false;
        return true;
}

/* A script of several lines is best read as it is: each line is text, and exactly one newline or none ends
 * it. */
static bool suits_literal(const YamlNode *node) {
        const char *text = node->text;

        if (!memchr(text, '\n', node->size) || strchr(" \t\n", text[0]) || !has_newline_only_breaks(node))
                return false;
        if (node->size >= 2 && text[node->size - 1] == '\n' && text[node->size - 2] == '\n')
                return false;

        /* A line of blanks alone would be lost. */
        for (const char *line = text; line; line = strchr(line, '\n')) {
                size_t n_blanks;

                line += *line == '\n' ? 1 : 0;
                n_blanks = strspn(line, " \t");
                if (n_blanks > 0 && (line[n_blanks] == '\n' || line[n_blanks] == '\0'))
                        return false;
        }
        return true;
}

static void emit_literal(const YamlNode *node, unsigned depth, Buffer *buffer) {
        const char *line = node->text;
        const char *end = node->text + node->size;

        (void) buffer_add_string(buffer, end[-1] == '\n' ? "|\n" : "|-\n");
        while (line < end) {
                const char *newline = memchr(line, '\n', (size_t) (end - line)) ?: end;

                if (newline > line)
                        emit_indent(depth, buffer);
                (void) buffer_add(buffer, line, (size_t) (newline - line));
                (void) buffer_add_char(buffer, '\n');
                line = newline + 1;
        }
}

static void emit_escape(unsigned char c, Buffer *buffer) {
        static const struct {
                char character;
                const char *escape;
        } escapes[] = {
                { '"', "\\\"" }, { '\\', "\\\\" }, { '\n', "\\n" },
                { '\t', "\\t" }, { '\r', "\\r" },  { 0x1B, "\\e" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(escapes); i++)
                if (escapes[i].character == (char) c) {
                        (void) buffer_add_string(buffer, escapes[i].escape);
                        return;
                }
        (void) buffer_add_format(buffer, "\\x%02X", c);
}

/* The bytes of one UTF-8 character that a reader would fold or refuse: U+0080…U+009F, U+2028, U+2029, U+FEFF.
 */
static size_t special_character(const char *text, size_t size, unsigned *ret) {
        const unsigned char *p = (const unsigned char *) text;

        if (size >= 2 && p[0] == 0xC2 && p[1] < 0xA0) {
                *ret = p[1];
                return 2;
        }
        if (size >= 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9)) {
                *ret = 0x2000U + (p[2] & 0x3FU);
                return 3;
        }
        if (size >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) {
                *ret = 0xFEFF;
                return 3;
        }
        return 0;
}

static void emit_quoted(const YamlNode *node, Buffer *buffer) {
        const char *begin = node->text;
        const char *end = node->text + node->size;

        (void) buffer_add_char(buffer, '"');
        for (const char *p = begin; p < end;) {
                unsigned code = 0;
                size_t n = special_character(p, (size_t) (end - p), &code);
                unsigned char c = (unsigned char) *p;

                if (n == 0 && c >= 0x20 && c != 0x7F && c != '"' && c != '\\') {
                        p++;
                        continue;
                }
                (void) buffer_add(buffer, begin, (size_t) (p - begin));
                if (n > 0)
                        (void) buffer_add_format(buffer, "\\u%04X", code);
                else
                        emit_escape(c, buffer);
                p += n > 0 ? n : 1;
                begin = p;
        }
        (void) buffer_add(buffer, begin, (size_t) (end - begin));
        (void) buffer_add_char(buffer, '"');
}

/* In "[-]" this is text, at the end of a line it is not. */
static bool ends_as_indicator(const YamlNode *node) {
        char last = node->text[node->size - 1];

        return last == ':' || (node->size == 1 && last == '-');
}

static bool stays_plain(const YamlNode *node) {
        return (node->flags & YAML_FLAG_PLAIN) && node->size > 0 && !memchr(node->text, '\n', node->size) &&
                        !ends_as_indicator(node);
}

static void emit_scalar(const YamlNode *node, unsigned depth, Buffer *buffer) {
        if (yaml_node_is_null(node))
                (void) buffer_add_string(buffer, "null\n");
        else if (stays_plain(node)) {
                (void) buffer_add(buffer, node->text, node->size);
                (void) buffer_add_char(buffer, '\n');
        } else if (suits_literal(node))
                emit_literal(node, depth, buffer);
        else {
                emit_quoted(node, buffer);
                (void) buffer_add_char(buffer, '\n');
        }
}

static void emit_key(const YamlNode *key, Buffer *buffer) {
        if (stays_plain(key) && key->size <= PLAIN_KEY_MAX)
                (void) buffer_add(buffer, key->text, key->size);
        else
                emit_quoted(key, buffer);
        (void) buffer_add_char(buffer, ':');
}

static bool is_said(const Emitter *emitter, const YamlNode *key) {
        return !(key->flags & YAML_FLAG_DUPLICATE) && (emitter->nulls || !yaml_node_is_null(key->value));
}

static bool has_children(const Emitter *emitter, const YamlNode *node) {
        if (node->kind == YAML_KIND_LIST)
                return node->size > 0;

        YAML_FOREACH(key, node)
        if (is_said(emitter, key))
                return true;
        return false;
}

/* What follows "key:" or "-": on the same line, or below it. */
static void emit_value(const Emitter *emitter, const YamlNode *node, unsigned depth) {
        if (node->kind != YAML_KIND_SCALAR && has_children(emitter, node)) {
                (void) buffer_add_char(emitter->buffer, '\n');
                emit_node(emitter, node, depth);
                return;
        }
        (void) buffer_add_char(emitter->buffer, ' ');
        emit_node(emitter, node, depth);
}

/* The first key of a mapping in a list stands behind the dash. */
static void emit_mapping(const Emitter *emitter, const YamlNode *node, unsigned depth, bool behind_dash) {
        YAML_FOREACH(key, node) {
                if (!is_said(emitter, key))
                        continue;
                if (!behind_dash)
                        emit_indent(depth, emitter->buffer);
                behind_dash = false;
                emit_key(key, emitter->buffer);
                emit_value(emitter, key->value, depth + 1);
        }
}

static void emit_list(const Emitter *emitter, const YamlNode *node, unsigned depth) {
        YAML_FOREACH(item, node) {
                emit_indent(depth, emitter->buffer);
                (void) buffer_add_char(emitter->buffer, '-');
                if (item->kind == YAML_KIND_MAPPING && has_children(emitter, item)) {
                        (void) buffer_add_char(emitter->buffer, ' ');
                        emit_mapping(emitter, item, depth + 1, true);
                } else
                        emit_value(emitter, item, depth + 1);
        }
}

static void emit_node(const Emitter *emitter, const YamlNode *node, unsigned depth) {
        if (node->kind == YAML_KIND_SCALAR)
                emit_scalar(node, depth, emitter->buffer);
        else if (!has_children(emitter, node))
                (void) buffer_add_string(emitter->buffer, node->kind == YAML_KIND_LIST ? "[]\n" : "{}\n");
        else if (node->kind == YAML_KIND_LIST)
                emit_list(emitter, node, depth);
        else
                emit_mapping(emitter, node, depth, false);
}

void yaml_emit(const YamlNode *node, Buffer *buffer) {
        const Emitter emitter = { .buffer = buffer };

        assert(node);
        assert(buffer);

        emit_node(&emitter, node, 0);
}

void yaml_emit_with_nulls(const YamlNode *node, Buffer *buffer) {
        const Emitter emitter = { .buffer = buffer, .nulls = true };

        assert(node);
        assert(buffer);

        emit_node(&emitter, node, 0);
}
