/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/action-decode.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "job/expand.h"
#include "job/output-path.h"
#include "util/duration.h"
#include "util/size.h"
#include "util/string-list.h"
#include "util/string-table.h"

typedef struct Decoder {
        const YamlContext *context;
        Job *job;
        unsigned depth; /* 1: the keys of the kind itself */
} Decoder;

/*
 * All that decode: *ret is what goes into the request, NULL for what is at fault or not given. They return 0
 * or -ENOMEM. Nodes are as deep as YAML_DEPTH_MAX at most.
 */
static int decode_value(Decoder *decoder, const ActionParameter *rule, const YamlNode *node, json_t **ret);

static int take(json_t *value, json_t **ret) {
        *ret = value;
        return value ? 0 : -ENOMEM;
}

/* --- texts ------------------------------------------------------------------------------------------- */

/* What begins with a value cannot be a path, in which a value holds no '/'. */
static bool is_url_of_value(const char *text) {
        return strncmp(text, "${", 2) == 0 && strncmp(text, "${credential:", 13) != 0;
}

static bool is_url(const char *text) {
        return strstr(text, "://") != NULL || is_url_of_value(text);
}

/* `expand: false`: what looks like a parameter and would never become one is a mistake. */
static int decode_literal(
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                const char *text,
                json_t **ret) {

        const Parameter *named = expand_find(text, &decoder->job->parameters);
        CLEANUP_FREE char *escaped = NULL;
        int r;

        if (named) {
                yaml_error(decoder->context, node,
                           "'%s' is taken as it is written: '${%s}' in it would not become its value",
                           rule->rule.name, named->name);
                return 0;
        }
        r = expand_escape(text, &escaped);
        return r < 0 ? r : take(json_string(escaped), ret);
}

static int keep_credentials(Decoder *decoder, const YamlNode *node, const char *text) {
        RequestAction *request = &decoder->job->request;
        size_t before = string_list_length(request->credentials);
        int r = expand_credentials(text, &request->credentials);

        if (r >= 0 && decoder->context->unprivileged && string_list_length(request->credentials) > before)
                yaml_error(decoder->context, node,
                           "credentials are not allowed in the job of an ordinary user");
        return r;
}

/* A text with ${…} in it, checked as far as that can be done before it is expanded. */
static int decode_expandable(
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                const char *text,
                json_t **ret) {

        bool is_path = rule->type == ACTION_VALUE_PATH && !is_url(text);
        unsigned flags = (rule->credentials ? EXPAND_CREDENTIALS : 0) | (is_path ? EXPAND_PATH : 0);
        CLEANUP_FREE char *error = NULL;
        int r;

        r = expand_check(text, &decoder->job->parameters, flags, &error);
        if (r == -EINVAL) {
                yaml_error(decoder->context, node, "'%s': %s", rule->rule.name,
                           error ?: "it cannot be expanded");
                return 0;
        }
        if (r >= 0 && rule->credentials)
                r = keep_credentials(decoder, node, text);
        return r < 0 ? r : take(json_string(text), ret);
}

/* Nobody could say before it runs whether that is a URL. */
static bool begins_with_secret(const Decoder *decoder, const char *text) {
        const Parameter *first = expand_find(text, &decoder->job->parameters);

        return first && first->type == PARAMETER_SECRET;
}

static bool check_path(
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                const char *text) {
        const char *reason;

        if (is_url_of_value(text) ? decoder->depth == 1 && !begins_with_secret(decoder, text) : is_url(text))
                return true;
        if (text[0] != '/') {
                yaml_error(decoder->context, node, "'%s' expects an absolute path, not '%.64s'",
                           rule->rule.name, text);
                return false;
        }
        if (decoder->depth == 1 && output_path_check(text, &reason) < 0) {
                yaml_error(decoder->context, node, "'%s': %s", rule->rule.name, reason);
                return false;
        }
        return true;
}

static int keep_path(Decoder *decoder, const ActionParameter *rule, const char *text) {
        RequestAction *request = &decoder->job->request;

        if (decoder->depth != 1)
                return 0;
        if (is_url_of_value(text))
                return string_list_push(&request->urls, rule->rule.name);
        return is_url(text) ? 0 : string_list_push(&request->paths, rule->rule.name);
}

static int decode_path(Decoder *decoder, const ActionParameter *rule, const YamlNode *node, json_t **ret) {
        const char *text = yaml_text(decoder->context, node, rule->rule.name);
        int r;

        if (!text || !check_path(decoder, rule, node, text))
                return 0;
        r = keep_path(decoder, rule, text);
        if (r < 0)
                return r;
        return rule->literal ? decode_literal(decoder, rule, node, text, ret)
                             : decode_expandable(decoder, rule, node, text, ret);
}

/* --- scalars ------------------------------------------------------------------------------------------ */

static json_t *typed_scalar(ActionValueType type, const char *text) {
        switch (type) {
        case ACTION_VALUE_INTEGER:
                return json_integer(strtoll(text, NULL, 10));
        case ACTION_VALUE_NUMBER:
                return json_real(strtod(text, NULL));
        case ACTION_VALUE_BOOLEAN:
                return json_boolean(strcmp(text, "true") == 0);
        default:
                return json_string(text);
        }
}

static int decode_ruled(
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                const char *text,
                json_t **ret) {

        CLEANUP_FREE char *checked = NULL, *escaped = NULL, *error = NULL;
        int r;

        r = parameter_check(&rule->rule, text, &checked, &error);
        if (r == -EINVAL) {
                yaml_error(decoder->context, node, "%s", error ?: "it breaks a rule");
                return 0;
        }
        if (r < 0)
                return r;
        if (rule->type != ACTION_VALUE_STRING)
                return take(typed_scalar(rule->type, checked), ret);
        r = expand_escape(checked, &escaped);
        return r < 0 ? r : take(json_string(escaped), ret);
}

static int decode_scalar(Decoder *decoder, const ActionParameter *rule, const YamlNode *node, json_t **ret) {
        CLEANUP_FREE char *expected = NULL;
        const char *text;
        int r;

        r = parameter_describe(&rule->rule, &expected);
        if (r < 0)
                return r;
        text = rule->type == ACTION_VALUE_STRING
                        ? yaml_text(decoder->context, node, rule->rule.name)
                        : yaml_scalar(decoder->context, node, rule->rule.name, expected);
        if (!text)
                return 0;
        if (rule->literal)
                return decode_literal(decoder, rule, node, text, ret);
        if (expand_is_needed(text))
                return decode_expandable(decoder, rule, node, text, ret);
        return decode_ruled(decoder, rule, node, text, ret);
}

/* Kept as it is written: each program has its own idea of a unit. */
static int decode_measure(Decoder *decoder, const ActionParameter *rule, const YamlNode *node, json_t **ret) {
        bool is_duration = rule->type == ACTION_VALUE_DURATION;
        const char *expected = is_duration ? "a duration, as 1min 30s" : "a size, as 64K";
        const char *text = yaml_scalar(decoder->context, node, rule->rule.name, expected);
        uint64_t size;
        usec_t span;

        if (!text)
                return 0;
        if (expand_is_needed(text))
                return decode_expandable(decoder, rule, node, text, ret);
        if ((is_duration ? duration_parse(text, &span) : size_parse(text, &size)) < 0) {
                yaml_error(decoder->context, node, "'%s' expects %s, not '%.64s'", rule->rule.name, expected,
                           text);
                return 0;
        }
        return take(json_string(text), ret);
}

/* --- lists and mappings ------------------------------------------------------------------------------- */

static const ActionParameter plain_text = { .type = ACTION_VALUE_STRING };

/* A text of its list or mapping, with what that lets stand in it; its rule's strings are borrowed. */
static ActionParameter text_inside(const ActionParameter *rule) {
        ActionParameter text = plain_text;

        text.rule.name = rule->rule.name;
        text.rule.type = PARAMETER_STRING;
        text.credentials = rule->credentials;
        text.literal = rule->literal;
        return text;
}

/* A value that is at fault leaves a gap, which nobody gets to see. */
static int decode_list( // NOLINT(misc-no-recursion)
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                json_t **ret) {

        const ActionParameter text = text_inside(rule), *item_rule = rule->item ?: &text;
        CLEANUP(json_decrefp) json_t *list = NULL;

        if (node->kind != YAML_KIND_LIST) {
                yaml_error(decoder->context, node, "'%s' expects a list, not %s", rule->rule.name,
                           yaml_kind_phrase(node));
                return 0;
        }
        list = json_array();
        if (!list)
                return -ENOMEM;
        YAML_FOREACH(item, node) {
                json_t *value = NULL;
                int r;

                r = decode_value(decoder, item_rule, item, &value);
                if (r < 0)
                        return r;
                if (value && json_array_append_new(list, value) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

static const ActionParameter *find_member(const ActionParameter *rule, const char *name) {
        for (size_t i = 0; i < rule->n_members; i++) {
                if (strcmp(rule->members[i].rule.name, name) == 0)
                        return &rule->members[i];
        }
        return NULL;
}

static void report_unknown(Decoder *decoder, const ActionParameter *rule, const YamlNode *key) {
        const char *names[PARAMETERS_MAX + 1] = { NULL }, *nearest;

        for (size_t i = 0; i < rule->n_members; i++)
                names[i] = rule->members[i].rule.name;
        nearest = string_nearest(key->text, names);
        if (nearest)
                yaml_error(decoder->context, key, "unknown key '%.64s'; did you mean '%s'?", key->text,
                           nearest);
        else
                yaml_error(decoder->context, key, "unknown key '%.64s'", key->text);
}

static int decode_pair( // NOLINT(misc-no-recursion)
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *key,
                json_t *object) {

        const ActionParameter text = text_inside(rule);
        const ActionParameter *member = rule->is_open ? &text : find_member(rule, key->text);
        json_t *value = NULL;
        int r;

        if (!member) {
                report_unknown(decoder, rule, key);
                return 0;
        }
        if (yaml_node_is_empty(key->value)) {
                yaml_error(decoder->context, key, "'%.64s' has no value; write null for its default",
                           key->text);
                return 0;
        }
        if (yaml_node_is_null(key->value))
                return 0;
        r = decode_value(decoder, member, key->value, &value);
        if (r < 0 || !value)
                return r;
        return json_object_set_new(object, key->text, value) < 0 ? -ENOMEM : 0;
}

static void report_missing(Decoder *decoder, const ActionParameter *rule, const YamlNode *node) {
        if (decoder->context->partial)
                return;
        for (size_t i = 0; i < rule->n_members; i++) {
                const Parameter *member = &rule->members[i].rule;
                const YamlNode *key = member->required ? yaml_mapping_find(node, member->name) : NULL;

                if (member->required && (!key || yaml_node_is_null(key->value)))
                        yaml_error(decoder->context, node, "key '%s' is missing", member->name);
        }
}

static int decode_mapping( // NOLINT(misc-no-recursion)
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                json_t **ret) {

        CLEANUP(json_decrefp) json_t *object = NULL;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(decoder->context, node, "'%s' expects a mapping, not %s", rule->rule.name,
                           yaml_kind_phrase(node));
                return 0;
        }
        object = json_object();
        if (!object)
                return -ENOMEM;
        decoder->depth++;
        YAML_FOREACH(key, node) {
                int r = yaml_key_check(decoder->context, node, key) ? decode_pair(decoder, rule, key, object)
                                                                    : 0;

                if (r < 0)
                        return r;
        }
        decoder->depth--;
        report_missing(decoder, rule, node);
        *ret = TAKE_PTR(object);
        return 0;
}

/* --- whatever is written ------------------------------------------------------------------------------ */

/* A number as JSON has them; NULL: it is none, or one that does not fit. */
static json_t *plain_number(const char *text) {
        json_error_t error;
        json_t *number;

        if (text[0] != '-' && (text[0] < '0' || text[0] > '9'))
                return NULL;
        number = json_loads(text, JSON_DECODE_ANY, &error);
        if (number && !json_is_number(number)) {
                json_decref(number);
                return NULL;
        }
        return number;
}

static int decode_any_scalar(
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                json_t **ret) {

        const ActionParameter text = text_inside(rule);

        if (yaml_node_is_null(node))
                return take(json_null(), ret);
        if (node->flags & YAML_FLAG_PLAIN) {
                if (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)
                        return take(json_boolean(node->text[0] == 't'), ret);
                *ret = plain_number(node->text);
                if (*ret)
                        return 0;
        }
        return decode_scalar(decoder, &text, node, ret);
}

static int decode_any( // NOLINT(misc-no-recursion)
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                json_t **ret) {

        CLEANUP(json_decrefp) json_t *object = NULL;
        ActionParameter list = *rule;

        if (node->kind == YAML_KIND_SCALAR)
                return decode_any_scalar(decoder, rule, node, ret);
        if (node->kind == YAML_KIND_LIST) {
                list.item = (ActionParameter *) rule;
                return decode_list(decoder, &list, node, ret);
        }
        object = json_object();
        if (!object)
                return -ENOMEM;
        YAML_FOREACH(key, node) {
                json_t *value = NULL;
                int r;

                if (!yaml_key_check(decoder->context, node, key))
                        continue;
                r = decode_any(decoder, rule, key->value, &value);
                if (r < 0)
                        return r;
                if (value && json_object_set_new(object, key->text, value) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(object);
        return 0;
}

static int decode_value( // NOLINT(misc-no-recursion)
                Decoder *decoder,
                const ActionParameter *rule,
                const YamlNode *node,
                json_t **ret) {

        static int (*const by_type[ACTION_VALUE_TYPE_COUNT])(
                        Decoder * decoder, const ActionParameter *rule, const YamlNode *node,
                        json_t **ret) = {
                [ACTION_VALUE_INTEGER] = decode_scalar,   [ACTION_VALUE_NUMBER] = decode_scalar,
                [ACTION_VALUE_STRING] = decode_scalar,    [ACTION_VALUE_BOOLEAN] = decode_scalar,
                [ACTION_VALUE_CHOICE] = decode_scalar,    [ACTION_VALUE_DATE] = decode_scalar,
                [ACTION_VALUE_DURATION] = decode_measure, [ACTION_VALUE_SIZE] = decode_measure,
                [ACTION_VALUE_PATH] = decode_path,        [ACTION_VALUE_LIST] = decode_list,
                [ACTION_VALUE_MAPPING] = decode_mapping,  [ACTION_VALUE_ANY] = decode_any,
        };

        return by_type[rule->type](decoder, rule, node, ret);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

/* Keys that say how a command is run, and nothing to a program with a request. */
static void check_others(const YamlContext *context, const YamlNode *body, const char *kind) {
        static const struct {
                const char *key, *why;
        } refused[] = {
                { "stdin", "its standard input is its request" },
                { "unit", "systemd would not execute the file that was checked" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
                const YamlNode *key = yaml_mapping_find(body, refused[i].key);

                if (key && !yaml_node_is_null(key->value))
                        yaml_error(context, key, "'%s' cannot be together with '%s', an action program: %s",
                                   refused[i].key, kind, refused[i].why);
        }
}

static int take_request(Job *job, const char *kind, const json_t *value) {
        job->action = ACTION_PROGRAM;
        job->request.kind = strdup(kind);
        job->request.request = json_dumps(value, JSON_COMPACT);
        return job->request.kind && job->request.request ? 0 : -ENOMEM;
}

int action_decode(
                const YamlContext *context,
                const ActionDescription *description,
                const YamlNode *body,
                const YamlNode *key,
                Job *job) {

        Decoder decoder = { .context = context, .job = job };
        CLEANUP(json_decrefp) json_t *value = NULL;
        ActionParameter whole;
        int r;

        assert(description);

        if (!description->schema) {
                if (description->error)
                        yaml_error(context, key, "the action program '%s' cannot be used: %s",
                                   description->name, description->error);
                else
                        yaml_pending(context, key,
                                     "the action program '%s' has not said yet what it takes; this job is "
                                     "loaded when it has",
                                     description->name);
                return 0;
        }
        check_others(context, body, description->name);
        whole = description->parameters;
        whole.rule.name = description->name;
        r = decode_mapping(&decoder, &whole, key->value, &value);
        job->request.allow_private = !context->unprivileged;
        return r < 0 || !value ? r : take_request(job, description->name, value);
}
