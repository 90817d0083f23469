/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-json.h"

#include <string.h>

#include "job/expand.h"

#define DIGITS "0123456789"

typedef struct JsonPieces {
        const YamlContext *context;
        JsonWriter *writer;
        Buffer raw;  /* gathered, until a text comes between */
        bool failed; /* out of memory */
} JsonPieces;

static bool is_number(const char *text) {
        size_t n;

        text += *text == '-';
        n = strspn(text, DIGITS);
        if (n == 0 || (n > 1 && text[0] == '0'))
                return false;
        text += n;
        if (*text == '.') {
                n = strspn(text + 1, DIGITS);
                if (n == 0)
                        return false;
                text += n + 1;
        }
        if (*text == 'e' || *text == 'E') {
                text++;
                text += *text == '-' || *text == '+';
                n = strspn(text, DIGITS);
                if (n == 0)
                        return false;
                text += n;
        }
        return *text == '\0';
}

static bool is_literal(const YamlNode *node) {
        static const char *const words[] = { "true", "false", "null" };

        if (!(node->flags & YAML_FLAG_PLAIN))
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
                if (strcmp(node->text, words[i]) == 0)
                        return true;
        }
        return is_number(node->text);
}

/* Texts are expanded wherever they stand: this one is written so that it comes out as it is. */
static void flush_raw(JsonPieces *pieces) {
        CLEANUP_FREE char *escaped = NULL;

        if (pieces->raw.size == 0)
                return;
        if (pieces->raw.failed || expand_escape(pieces->raw.data, &escaped) < 0) {
                pieces->failed = true;
                return;
        }
        json_writer_begin_object(pieces->writer, NULL);
        json_writer_string(pieces->writer, "raw", escaped);
        json_writer_end_object(pieces->writer);
        buffer_clear(&pieces->raw);
}

static void add_raw_string(JsonPieces *pieces, const char *text) {
        JsonWriter writer;

        json_writer_init(&writer, &pieces->raw);
        json_writer_string(&writer, NULL, text);
}

static void add_scalar(JsonPieces *pieces, const YamlNode *node) {
        /* What is no text is a fault by now: null stands for it. */
        if (yaml_node_is_null(node) ||
            (!is_literal(node) && !yaml_text(pieces->context, node, "the value"))) {
                (void) buffer_add_string(&pieces->raw, "null");
        } else if (is_literal(node)) {
                (void) buffer_add(&pieces->raw, node->text, node->size);
        } else if (!strchr(node->text, '$')) {
                add_raw_string(pieces, node->text);
        } else {
                flush_raw(pieces);
                json_writer_begin_object(pieces->writer, NULL);
                json_writer_string(pieces->writer, "text", node->text);
                json_writer_end_object(pieces->writer);
        }
}

static void add_node(JsonPieces *pieces, const YamlNode *node);

static void add_list(JsonPieces *pieces, const YamlNode *node) {
        (void) buffer_add_char(&pieces->raw, '[');
        YAML_FOREACH(item, node) {
                if (item != node->first)
                        (void) buffer_add_char(&pieces->raw, ',');
                add_node(pieces, item);
        }
        (void) buffer_add_char(&pieces->raw, ']');
}

static void add_mapping(JsonPieces *pieces, const YamlNode *node) {
        (void) buffer_add_char(&pieces->raw, '{');
        YAML_FOREACH(key, node) {
                if (!yaml_key_check(pieces->context, node, key))
                        continue;
                if (key != node->first)
                        (void) buffer_add_char(&pieces->raw, ',');
                add_raw_string(pieces, key->text);
                (void) buffer_add_char(&pieces->raw, ':');
                add_node(pieces, key->value);
        }
        (void) buffer_add_char(&pieces->raw, '}');
}

static void add_node(JsonPieces *pieces, const YamlNode *node) {
        switch ((YamlKind) node->kind) {
        case YAML_KIND_LIST:
                add_list(pieces, node);
                break;
        case YAML_KIND_MAPPING:
                add_mapping(pieces, node);
                break;
        case YAML_KIND_SCALAR:
                add_scalar(pieces, node);
                break;
        }
}

int yaml_json_write(const YamlContext *context, const YamlNode *node, JsonWriter *writer, const char *key) {
        JsonPieces pieces = { .context = context, .writer = writer };

        json_writer_begin_array(writer, key);
        add_node(&pieces, node);
        flush_raw(&pieces);
        json_writer_end_array(writer);
        buffer_done(&pieces.raw);
        return pieces.failed || writer->buffer->failed ? -ENOMEM : 0;
}
