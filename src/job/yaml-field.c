/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-field.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "util/string-table.h"

#define FIELDS_MAX 256U /* rows that are suggestions for a misspelt key */
#define KNOWN_MAX 16U   /* keys of a mapping that are all told */
#define KNOWN_TEXT_MAX 320U

/* An enum is written as an int. */
_Static_assert(sizeof(YamlKind) == sizeof(int), "enums have the size of an int");

static const YamlField no_fields[] = { { .key = NULL } };

static size_t add_candidates(const YamlField *fields, const char **candidates, size_t n) {
        for (; fields->key && n < FIELDS_MAX; fields++)
                candidates[n++] = fields->key;
        candidates[n] = NULL;
        return n;
}

/* "; known are a, b, c" where they are few enough to be read, else nothing. */
static const char *list_known(const char *const *known, size_t n, char buffer[static KNOWN_TEXT_MAX]) {
        size_t length = 0;

        *buffer = 0;
        if (n > KNOWN_MAX)
                return buffer;
        for (size_t i = 0; i < n && length < KNOWN_TEXT_MAX; i++)
                length += (size_t) snprintf(
                                buffer + length, KNOWN_TEXT_MAX - length, "%s%s",
                                i == 0 ? "; known are " : ", ", known[i]);
        return buffer;
}

static void report_unknown(
                const YamlContext *context,
                const YamlField *fields,
                const YamlField *more,
                const YamlNode *key) {

        const char *candidates[FIELDS_MAX + 1];
        char known[KNOWN_TEXT_MAX];
        const char *nearest;
        size_t n;

        n = add_candidates(fields, candidates, 0);
        n = add_candidates(more, candidates, n);

        /* Where more is wrong than can be told, searching would only take time. */
        nearest = context->diagnostics->truncated ? NULL : string_nearest(key->text, candidates);
        if (nearest)
                yaml_error(context, key, "unknown key '%.64s'; did you mean '%s'?", key->text, nearest);
        else if (more != no_fields && key->value->kind == YAML_KIND_MAPPING)
                yaml_error(context, key, "unknown key '%.64s', and there is no action program of that name",
                           key->text);
        else
                yaml_error(context, key, "unknown key '%.64s'%s", key->text,
                           list_known(candidates, n, known));
}

bool yaml_key_check(const YamlContext *context, const YamlNode *mapping, const YamlNode *key) {
        if ((key->flags & YAML_FLAG_PLAIN) && strcmp(key->text, "<<") == 0) {
                yaml_error(context, key, "merging with '<<' is not supported: use 'defaults'");
                return false;
        }
        if (key->flags & YAML_FLAG_DUPLICATE) {
                const YamlNode *first = yaml_mapping_find(mapping, key->text);

                yaml_error(context, key, "key '%.64s' is given twice, first in line %u", key->text,
                           first ? first->line : 0);
                return false;
        }
        return true;
}

static const YamlField *find_field(const YamlField *fields, const YamlNode *key) {
        for (; fields->key; fields++)
                if (fields->key[0] == key->text[0] && strcmp(fields->key, key->text) == 0)
                        return fields;
        return NULL;
}

static int decode_pair(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *key,
                void *object) {

        const YamlNode *value = key->value;

        /* Most likely the rest of the line was forgotten, or is indented wrongly. */
        if (yaml_node_is_empty(value) && !field->may_be_empty) {
                yaml_error(context, key, "'%s' has no value; write null for its default", field->key);
                return 0;
        }
        if (yaml_node_is_null(value))
                return 0;
        if (field->privileged && context->unprivileged) {
                yaml_error(context, key, "'%s' is not allowed in the job of an ordinary user", field->key);
                return 0;
        }
        return field->decode(context, field, value, (char *) object + field->offset);
}

static void report_missing(const YamlContext *context, const YamlField *fields, const YamlNode *node) {

        for (; fields->key; fields++) {
                const YamlNode *key = fields->required ? yaml_mapping_find(node, fields->key) : NULL;

                if (fields->required && (!key || yaml_node_is_null(key->value)))
                        yaml_error(context, node, "key '%s' is missing", fields->key);
        }
}

int yaml_fields_decode(
                const YamlContext *context,
                const YamlField *fields,
                const YamlNode *node,
                void *object) {
        return yaml_fields_decode_with(context, fields, no_fields, node, object);
}

int yaml_fields_decode_with(
                const YamlContext *context,
                const YamlField *fields,
                const YamlField *more,
                const YamlNode *node,
                void *object) {

        assert(context);
        assert(fields);
        assert(more);

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "expected a mapping ('key: value'), not %s",
                           yaml_kind_phrase(node));
                return 0;
        }

        YAML_FOREACH(key, node) {
                const YamlField *field;
                int r;

                if (!yaml_key_check(context, node, key))
                        continue;
                field = find_field(fields, key) ?: find_field(more, key);
                if (!field) {
                        report_unknown(context, fields, more, key);
                        continue;
                }
                r = decode_pair(context, field, key, object);
                if (r < 0)
                        return r;
        }

        if (!context->partial)
                report_missing(context, fields, node);
        return 0;
}

int yaml_decode_mapping(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'%s' expects a mapping, not %s", field->key,
                           yaml_kind_phrase(node));
                return 0;
        }
        return yaml_fields_decode(context, field->fields, node, member);
}

int yaml_decode_node(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        *(const YamlNode **) member = node;
        return 0;
}

bool yaml_key_describe(const YamlField *fields, size_t *index, KeyDescription *ret) {
        size_t n = strlen(ret->path);

        for (const YamlField *field = fields; field && field->key; field++) {
                int n_written = snprintf(
                                ret->path + n, sizeof(ret->path) - n, "%s%s", n > 0 ? "." : "", field->key);

                assert(n_written > 0 && (size_t) n_written < sizeof(ret->path) - n);
                if ((*index)-- == 0) {
                        ret->type = field->type;
                        ret->fallback = field->fallback;
                        return true;
                }
                if (yaml_key_describe(field->fields, index, ret))
                        return true;
        }
        ret->path[n] = '\0';
        return false;
}
