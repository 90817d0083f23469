/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter-record.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "protocol/secret-id.h"
#include "util/string-list.h"

#define CREDENTIAL "credential:"

int parameter_record_secrets(const ParameterValues *values, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;

        assert(values);
        assert(ret);

        for (size_t i = 0; i < values->n_items; i++) {
                const ParameterValue *value = &values->items[i];
                const char *name = NULL;
                size_t length;
                char *line;
                int r;

                if (!value->is_secret)
                        continue;
                length = parameter_credential(value->text, &name);
                if (length == 0 && !secret_id_valid(value->text))
                        return -EINVAL;
                if (length > 0)
                        r = asprintf(&line, "%s=" CREDENTIAL "%.*s", value->name, (int) length, name);
                else
                        r = asprintf(&line, "%s=%s", value->name, value->text);
                r = r < 0 ? -ENOMEM : string_list_take_push(&list, line);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

/* *ret is NULL: nothing was recorded of it. */
static int restore_secret(const char *name, char *const *secrets, char **ret) {
        size_t length = strlen(name);

        *ret = NULL;
        STRING_LIST_FOREACH(secret, secrets) {
                const char *value = *secret + length + 1;
                int r;

                if (strncmp(*secret, name, length) != 0 || (*secret)[length] != '=')
                        continue;
                if (strncmp(value, CREDENTIAL, strlen(CREDENTIAL)) == 0)
                        r = asprintf(ret, "${%s}", value);
                else
                        r = asprintf(ret, "%s", value);
                return r < 0 ? -ENOMEM : 0;
        }
        return 0;
}

/* Numbers are brought into their normal form again: a JSON parser may have read another one of the same. */
static int restore_text(const Parameter *parameter, const json_t *json, char **ret) {
        CLEANUP_FREE char *text = NULL, *error = NULL;
        int r;

        if (json_is_string(json)) {
                *ret = strdup(json_string_value(json));
                return *ret ? 0 : -ENOMEM;
        }
        text = json_dumps(json, JSON_ENCODE_ANY);
        if (!text)
                return -ENOMEM;
        r = parameter_check(parameter, text, ret, &error);
        return r == -EINVAL ? -EBADMSG : r;
}

static int restore_one(
                const Parameter *parameter,
                const json_t *object,
                char *const *secrets,
                ParameterValues *values) {

        const json_t *json = json_object_get(object, parameter->name);
        ParameterValue *item = &values->items[values->n_items];
        bool is_secret = parameter->type == PARAMETER_SECRET;
        int r;

        if (!json)
                return 0;
        r = is_secret ? restore_secret(parameter->name, secrets, &item->text)
                      : restore_text(parameter, json, &item->text);
        if (r < 0 || !item->text)
                return r;
        item->is_secret = is_secret;
        values->n_items++;
        item->name = strdup(parameter->name);
        return item->name ? 0 : -ENOMEM;
}

int parameter_record_restore(
                const ParameterSet *declared,
                const char *json,
                char *const *secrets,
                ParameterValues *ret) {

        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        json_t *object;
        int r = 0;

        assert(declared);
        assert(json);
        assert(ret);

        object = json_loads(json, 0, NULL);
        if (!json_is_object(object)) {
                json_decref(object);
                return -EBADMSG;
        }
        values.items = calloc(declared->n_items + 1, sizeof(*values.items));
        if (!values.items)
                r = -ENOMEM;
        for (size_t i = 0; r >= 0 && i < declared->n_items; i++)
                r = restore_one(&declared->items[i], object, secrets, &values);
        json_decref(object);
        if (r < 0)
                return r;
        *ret = values;
        values = (ParameterValues){ 0 };
        return 0;
}
