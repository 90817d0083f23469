/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `queues:`, and the keys by which a job says which queue it is in. */

#include "job/queue-decode.h"

#include <string.h>

#include "job/job-fields.h"
#include "util/string-list.h"

#define QUEUE_NAME_RULE "letters, digits, '_', '.', '@' and '-', the first a letter, digit or '_'"

/* clang-format off */
static const YamlField queue_fields[] = {
        { YAML_UNSIGNED("slots", QueueDefinition, slots, 1, QUEUE_SLOTS_MAX), .required = true,
          .type = "number from 1 to 1000000", .fallback = "" },
        { .key = NULL },
};

const YamlField queue_name_fields[] = {
        { .key = "NAME", .fields = queue_fields, .type = "mapping", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

static bool queue_name_valid(const char *name) {
        return job_name_valid(name) && !strchr(name, '/');
}

static int decode_queue(
                const YamlContext *context,
                const YamlNode *mapping,
                const YamlNode *key,
                QueueDefinitions *definitions) {

        QueueDefinition definition = { .name = (char *) key->text, .slots = 0, .line = key->line };
        int r;

        if (!yaml_key_check(context, mapping, key))
                return 0;
        if (!queue_name_valid(key->text)) {
                yaml_error(context, key, "'%.160s' is not a name for a queue: " QUEUE_NAME_RULE, key->text);
                return 0;
        }
        if (key->value->kind != YAML_KIND_MAPPING) {
                yaml_error(context, key->value, "queue '%s' expects a mapping such as {slots: 2}, not %s",
                           key->text, yaml_kind_phrase(key->value));
                return 0;
        }

        r = yaml_fields_decode(context, queue_fields, key->value, &definition);
        if (r < 0 || definition.slots == 0)
                return r;
        definition.file = (char *) yaml_tree_source(context->tree, key);
        return queue_definitions_add(definitions, &definition);
}

int queue_definitions_decode(
                const YamlContext *context,
                const YamlNode *node,
                QueueDefinitions *definitions) {

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'queues' expects a mapping such as {NAME: {slots: 2}}, not %s",
                           yaml_kind_phrase(node));
                return 0;
        }
        YAML_FOREACH(key, node) {
                int r = decode_queue(context, node, key, definitions);

                if (r < 0)
                        return r;
        }
        return 0;
}

static bool queue_allowed(const JobDecodeContext *context, const char *name) {
        return !job_is_of_ordinary_user(context) ||
                        (context->site && string_list_matches(context->site->allow_queues, name));
}

int job_decode_queue(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        const char *name = yaml_text(context, node, field->key);

        if (!name)
                return 0;
        if (!queue_name_valid(name)) {
                yaml_error(context, node, "'%.160s' is not a name for a queue: " QUEUE_NAME_RULE, name);
                return 0;
        }
        if (!queue_allowed(job_decode_context(context), name)) {
                yaml_error(context, node,
                           "queue '%s' is not for jobs of ordinary users: the setting 'allow-queues' does "
                           "not name it",
                           name);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}
