/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `conditions:` */

#include <limits.h>
#include <string.h>

#include "job/job-fields.h"

#define CONDITIONS_MAX 1000U
#define LOAD_MAX 1000000U
#define ARRAY_STEP 8U

static int decode_condition(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* clang-format off */
const YamlField conditions_fields[] = {
        { YAML_OBJECT  ("ac-power",           decode_condition), .type = "true | false", .fallback = "" },
        { YAML_OBJECT  ("network-online",     decode_condition), .type = "true | false", .fallback = "" },
        { YAML_OBJECT  ("load-below",         decode_condition), .maximum = LOAD_MAX, .type = "number", .fallback = "" },
        { YAML_OBJECT  ("memory-available",   decode_condition), .minimum = 1, .maximum = UINT64_MAX, .type = "size", .fallback = "" },
        { YAML_OBJECT  ("cpu-pressure-below", decode_condition), .minimum = 1, .maximum = 100, .type = "percentage", .fallback = "" },
        { YAML_OBJECT  ("path-exists",        decode_condition), .type = "absolute path | list of absolute paths", .fallback = "" },
        { YAML_OBJECT  ("path-changed",       decode_condition), .type = "absolute path | list of absolute paths", .fallback = "" },
        { YAML_OBJECT  ("not-running",        decode_condition), .type = "job | list of jobs", .fallback = "" },
        { YAML_OBJECT  ("command",            decode_condition), .type = "text | list of texts", .fallback = "" },
        { YAML_DURATION("wait", Conditions, wait_usec, 0, USEC_INFINITY), .type = "duration", .fallback = "0" },
        { .key = NULL },
};
/* clang-format on */

/* The new last one, zeroed but for its kind; NULL: out of memory. */
static Condition *add_condition(Conditions *conditions, ConditionKind kind) {
        Condition *items = conditions->items;

        if (conditions->n_items % ARRAY_STEP == 0) {
                items = reallocarray(items, conditions->n_items + ARRAY_STEP, sizeof(*items));
                if (!items)
                        return NULL;
                conditions->items = items;
        }
        items[conditions->n_items] = (Condition){ .kind = kind, .enabled = true };
        return &items[conditions->n_items++];
}

/* A '!' in front asks for the opposite, if it may. Returns 0, also with an error in the diagnostics. */
static int decode_path(
                const YamlContext *context,
                const YamlField *field,
                ConditionKind kind,
                const YamlNode *node,
                Conditions *conditions) {

        const char *text = yaml_text(context, node, field->key);
        bool negated = text && text[0] == '!' && kind == CONDITION_PATH_EXISTS;
        Condition *condition;

        if (!text)
                return 0;
        text += negated;
        if (text[0] != '/') {
                yaml_error(context, node, "'%s' expects absolute paths, not '%.64s'", field->key, text);
                return 0;
        }
        if (strlen(text) >= PATH_MAX) {
                yaml_error(context, node, "'%s' is longer than a path can be", field->key);
                return 0;
        }

        condition = add_condition(conditions, kind);
        if (!condition)
                return -ENOMEM;
        condition->enabled = !negated;
        condition->path = strdup(text);
        return condition->path ? 0 : -ENOMEM;
}

static int decode_paths(
                const YamlContext *context,
                const YamlField *field,
                ConditionKind kind,
                const YamlNode *node,
                Conditions *conditions) {

        if (node->kind == YAML_KIND_SCALAR)
                return decode_path(context, field, kind, node, conditions);
        if (node->kind == YAML_KIND_MAPPING || node->size > CONDITIONS_MAX) {
                yaml_error(context, node, "'%s' expects up to %u absolute paths%s", field->key,
                           CONDITIONS_MAX, node->kind == YAML_KIND_MAPPING ? ", not a mapping" : "");
                return 0;
        }
        YAML_FOREACH(item, node) {
                int r = decode_path(context, field, kind, item, conditions);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int decode_value(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                Condition *condition) {

        switch (condition->kind) {
        case CONDITION_AC_POWER:
        case CONDITION_NETWORK_ONLINE:
                return yaml_decode_bool(context, field, node, &condition->enabled);
        case CONDITION_LOAD_BELOW:
                return yaml_decode_decimal(context, field, node, &condition->threshold);
        case CONDITION_CPU_PRESSURE_BELOW:
                return yaml_decode_percentage(context, field, node, &condition->threshold);
        case CONDITION_MEMORY_AVAILABLE:
                return yaml_decode_size(context, field, node, &condition->size_bytes);
        case CONDITION_NOT_RUNNING:
                return job_decode_references(context, field, node, &condition->jobs);
        case CONDITION_COMMAND:
                return job_decode_text_or_arguments(
                                context, field, node, &condition->script, &condition->arguments);
        case CONDITION_PATH_EXISTS:
        case CONDITION_PATH_CHANGED:
        case CONDITION_KIND_COUNT:
                break;
        }
        return -EINVAL; /* decode_condition() does not ask for these */
}

/* The rows stand in any order: a condition's name is its kind's. */
static int decode_condition(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        ConditionKind kind = (ConditionKind) condition_kind_from_string(field->key);
        Conditions *conditions = member;
        Condition *condition;
        int r;

        if (kind == CONDITION_PATH_EXISTS || kind == CONDITION_PATH_CHANGED)
                return decode_paths(context, field, kind, node, conditions);

        condition = add_condition(conditions, kind);
        if (!condition)
                return -ENOMEM;
        r = decode_value(context, field, node, condition);
        if (kind == CONDITION_NOT_RUNNING && !condition->jobs) /* "[]": nothing is asked for */
                conditions->n_items--;
        return r;
}

int job_decode_conditions(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        Conditions *conditions = member;
        size_t n_errors = context->diagnostics->n_errors;
        int r;

        r = yaml_decode_mapping(context, field, node, conditions);
        if (r < 0 || context->partial || context->diagnostics->n_errors > n_errors)
                return r;
        if (conditions->wait_usec > 0 && conditions->n_items == 0)
                yaml_warning(context, node, "'wait' has no effect: there is no condition to wait for");
        return 0;
}
