/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/action-check.h"

#include <string.h>

#define KEYS_MAX 64U

static int check_mapping(
                Action *action,
                const json_t *mapping,
                const ActionParameter *parameters,
                const char *where);
static int check_value(
                Action *action,
                const json_t *value,
                const ActionParameter *parameter,
                const char *where);

static const ActionParameter *find_parameter(const ActionParameter *parameters, const char *name) {
        for (; parameters->name; parameters++) {
                if (strcmp(parameters->name, name) == 0)
                        return parameters;
        }
        return NULL;
}

static int fail_unknown(
                Action *action,
                const ActionParameter *parameters,
                const char *where,
                const char *key) {
        const char *names[KEYS_MAX + 1] = { NULL };
        const char *nearest;

        for (size_t i = 0; i < KEYS_MAX && parameters[i].name; i++)
                names[i] = parameters[i].name;
        nearest = string_nearest(key, names);
        return action_fail(
                        action, "%s%s%s: unknown key '%s'%s%s%s", action->program->name, where ? "." : "",
                        where ?: "", key, nearest ? ", did you mean '" : "", nearest ?: "",
                        nearest ? "'?" : "");
}

/* A text whose parts are strings and credentials. */
static bool is_parts(const json_t *value) {
        size_t i;
        json_t *part;

        if (!json_is_array(value))
                return false;
        json_array_foreach((json_t *) value, i, part) {
                if (!json_is_string(part) && !json_is_string(json_object_get(part, "credential")))
                        return false;
        }
        return true;
}

static bool is_text(const json_t *value) {
        return json_is_string(value) || json_is_number(value) || json_is_boolean(value) || is_parts(value);
}

static int check_items( // NOLINT(misc-no-recursion)
                Action *action,
                const json_t *list,
                const ActionParameter *parameter,
                const char *where) {
        static const ActionParameter text = { "", ACTION_STRING };
        size_t i;
        json_t *item;

        json_array_foreach((json_t *) list, i, item) {
                CLEANUP_FREE char *place = NULL;
                int r;

                if (asprintf(&place, "%s[%zu]", where, i + 1) < 0)
                        return -ENOMEM;
                r = check_value(action, item, parameter->item ?: &text, place);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_texts(Action *action, const json_t *mapping, const char *where) {
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) mapping, key, value) {
                if (!is_text(value))
                        return action_fail(
                                        action, "%s.%s.%s expects a text", action->program->name, where, key);
        }
        return 0;
}

/* By the depth of the tables, which are the program's own. */
static int check_value( // NOLINT(misc-no-recursion)
                Action *action,
                const json_t *value,
                const ActionParameter *parameter,
                const char *where) {
        switch (parameter->type) {
        case ACTION_ANY:
                return 0;
        case ACTION_LIST:
                if (json_is_array(value))
                        return check_items(action, value, parameter, where);
                break;
        case ACTION_MAPPING:
                if (!json_is_object(value))
                        break;
                return parameter->members ? check_mapping(action, value, parameter->members, where)
                                          : check_texts(action, value, where);
        default:
                if (is_text(value))
                        return 0;
        }
        return action_fail(
                        action, "%s.%s expects a %s", action->program->name, where,
                        action_type_to_string(parameter->type));
}

static int check_mapping( // NOLINT(misc-no-recursion)
                Action *action,
                const json_t *mapping,
                const ActionParameter *parameters,
                const char *where) {
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) mapping, key, value) {
                const ActionParameter *parameter = find_parameter(parameters, key);
                CLEANUP_FREE char *place = NULL;
                int r;

                if (!parameter)
                        return fail_unknown(action, parameters, where, key);
                if (json_is_null(value))
                        continue;
                if (asprintf(&place, "%s%s%s", where ?: "", where ? "." : "", key) < 0)
                        return -ENOMEM;
                r = check_value(action, value, parameter, place);
                if (r < 0)
                        return r;
        }
        for (; parameters->name; parameters++) {
                if (parameters->flags & ACTION_REQUIRED && !action_find(mapping, parameters->name))
                        return action_fail(
                                        action, "%s%s%s: '%s' is missing", action->program->name,
                                        where ? "." : "", where ?: "", parameters->name);
        }
        return 0;
}

int action_read_request(Action *action, const char *text, size_t size) {
        json_error_t error;
        const char *network;

        action->request = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
        if (!action->request)
                return action_fail(action, "The request is not JSON: line %d: %s", error.line, error.text);
        action->parameters = json_object_get(action->request, "parameters");
        if (!json_is_object(action->parameters))
                return action_fail(action, "The request has no mapping 'parameters'");
        action->job = json_string_value(json_object_get(action->request, "job")) ?: "";
        network = json_string_value(json_object_get(action->request, "network")) ?: "any";
        action->public_only = strcmp(network, "any") != 0;
        return check_mapping(action, action->parameters, action->program->parameters, NULL);
}
