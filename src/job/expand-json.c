/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Requests: texts become JSON, with credentials as parts of their own. */

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "job/expand-part.h"
#include "job/expand.h"
#include "util/buffer.h"

#define CREDENTIAL_OF_PARAMETER "parameter."

/* A text on the way to its parts: what stands before the next credential is collected. */
typedef struct Parts {
        json_t *array; /* NULL until there is a credential */
        Buffer text;
} Parts;

static void parts_done(Parts *parts) {
        json_decref(parts->array);
        buffer_done(&parts->text);
}

static int flush_text(Parts *parts) {
        json_t *item;

        if (parts->text.failed)
                return -ENOMEM;
        if (parts->text.size == 0)
                return 0;
        item = json_stringn(parts->text.data, parts->text.size);
        buffer_clear(&parts->text);
        return json_array_append_new(parts->array, item) < 0 ? -ENOMEM : 0;
}

static int add_credential(Parts *parts, const char *prefix, const ExpandPart *name) {
        CLEANUP_FREE char *whole = NULL;
        int r;

        if (!parts->array)
                parts->array = json_array();
        if (!parts->array)
                return -ENOMEM;
        r = flush_text(parts);
        if (r < 0)
                return r;
        if (asprintf(&whole, "%s%.*s", prefix, (int) name->size, name->text) < 0)
                return -ENOMEM;
        return json_array_append_new(parts->array, json_pack("{s:s}", "credential", whole)) < 0 ? -ENOMEM : 0;
}

static int add_part(Parts *parts, const ExpandPart *part, const ParameterValues *values) {
        const ParameterValue *value;

        if (part->kind == EXPAND_PART_TEXT)
                return buffer_add(&parts->text, part->text, part->size);
        if (part->kind == EXPAND_PART_CREDENTIAL)
                return add_credential(parts, "", part);

        value = expand_find_value(values, part);
        if (!value)
                return 0;
        return value->is_secret ? add_credential(parts, CREDENTIAL_OF_PARAMETER, part)
                                : buffer_add_string(&parts->text, value->text);
}

static int take_parts(Parts *parts, json_t **ret) {
        int r;

        if (!parts->array) {
                if (parts->text.failed)
                        return -ENOMEM;
                *ret = json_stringn(parts->text.data ?: "", parts->text.size);
                return *ret ? 0 : -ENOMEM;
        }
        r = flush_text(parts);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(parts->array);
        return 0;
}

int expand_json(const char *text, const ParameterValues *values, json_t **ret, char **ret_error) {
        CLEANUP(parts_done) Parts parts = { 0 };
        ExpandPart part;
        int r;

        assert(text);
        assert(ret);
        assert(ret_error);

        while ((r = expand_next_part(&text, &part)) > 0) {
                r = add_part(&parts, &part, values);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return asprintf(ret_error, "'%.32s' has no closing '}'", text) < 0 ? -ENOMEM : -EINVAL;
        return take_parts(&parts, ret);
}

static int expand_array(const json_t *array, const ParameterValues *values, json_t **ret, char **ret_error) {
        json_t *copy = json_array();
        int r = copy ? 0 : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < json_array_size(array); i++) {
                json_t *item = NULL;

                r = expand_json_tree(json_array_get(array, i), values, &item, ret_error);
                if (r >= 0 && json_array_append_new(copy, item) < 0)
                        r = -ENOMEM;
        }
        if (r < 0) {
                json_decref(copy);
                return r;
        }
        *ret = copy;
        return 0;
}

static int expand_object(
                const json_t *object,
                const ParameterValues *values,
                json_t **ret,
                char **ret_error) {

        json_t *copy = json_object(), *value;
        const char *key;
        int r = copy ? 0 : -ENOMEM;

        json_object_foreach((json_t *) object, key, value) {
                json_t *item = NULL;

                if (r >= 0)
                        r = expand_json_tree(value, values, &item, ret_error);
                if (r >= 0 && json_object_set_new(copy, key, item) < 0)
                        r = -ENOMEM;
        }
        if (r < 0) {
                json_decref(copy);
                return r;
        }
        *ret = copy;
        return 0;
}

int expand_json_tree(const json_t *tree, const ParameterValues *values, json_t **ret, char **ret_error) {
        assert(tree);
        assert(ret);

        if (json_is_string(tree))
                return expand_json(json_string_value(tree), values, ret, ret_error);
        if (json_is_array(tree))
                return expand_array(tree, values, ret, ret_error);
        if (json_is_object(tree))
                return expand_object(tree, values, ret, ret_error);
        *ret = json_deep_copy(tree);
        return *ret ? 0 : -ENOMEM;
}
