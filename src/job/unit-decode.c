/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `unit:` - names and types are checked here, all else by systemd when the job starts. */

#include <string.h>

#include "job/job-fields.h"
#include "protocol/unit-value.h"

#define PROPERTIES_MAX 1000U

static int add_property(
                const YamlContext *context,
                const YamlNode *key,
                const YamlNode *node,
                ProcessPolicy *process) {

        UnitProperty *property, *all;

        if (process->n_unit >= PROPERTIES_MAX) {
                yaml_error(context, node, "'unit' sets more than %u values", PROPERTIES_MAX);
                return 0;
        }
        all = reallocarray(process->unit, process->n_unit + 1, sizeof(*all));
        if (!all)
                return -ENOMEM;
        process->unit = all;

        property = &all[process->n_unit++];
        *property = (UnitProperty){ .line = key->line };
        property->name = strdup(key->text);
        property->value = strdup(node->text);
        return property->name && property->value ? 0 : -ENOMEM;
}

static int report_value(
                const YamlContext *context,
                const UnitPropertyType *type,
                const YamlNode *node,
                const char *found) {
        CLEANUP_FREE char *expectation = NULL;
        int r;

        r = unit_property_expectation(type, &expectation);
        if (r < 0)
                return r;
        yaml_error(context, node, "'%s' expects %s, not %s", type->name, expectation, found);
        return 0;
}

/* The text as it is written: a property's type says what it means, as in a unit file. */
static int decode_value(
                const YamlContext *context,
                const UnitPropertyType *type,
                const YamlNode *key,
                const YamlNode *node,
                ProcessPolicy *process) {

        CLEANUP_FREE char *quoted = NULL;
        UnitValue value;
        int r;

        if (node->kind != YAML_KIND_SCALAR || yaml_node_is_null(node))
                return report_value(context, type, node, yaml_kind_phrase(node));

        r = strpbrk(node->text, "\n\r") ? -EINVAL : unit_property_parse(type, node->text, &value);
        if (r == -EINVAL)
                return asprintf(&quoted, "'%.64s'", node->text) < 0
                                ? -ENOMEM
                                : report_value(context, type, node, quoted);
        return r < 0 ? r : add_property(context, key, node, process);
}

static int decode_values(
                const YamlContext *context,
                const UnitPropertyType *type,
                const YamlNode *key,
                ProcessPolicy *process) {

        if (key->value->kind != YAML_KIND_LIST || !unit_property_is_list(type->kind))
                return decode_value(context, type, key, key->value, process);
        YAML_FOREACH(item, key->value) {
                int r = decode_value(context, type, key, item, process);

                if (r < 0)
                        return r;
        }
        return 0;
}

static void report_name(const YamlContext *context, const YamlNode *key) {
        const char *reason = unit_property_refusal(key->text);
        const char *nearest = unit_property_nearest(key->text);

        if (reason)
                yaml_error(context, key, "'%s' cannot be set in 'unit': %s", key->text, reason);
        else if (nearest)
                yaml_error(context, key,
                           "'%.64s' is no property of a unit that 'unit' can set; did you mean '%s'?",
                           key->text, nearest);
        else
                yaml_error(context, key, "'%.64s' is no property of a unit that 'unit' can set", key->text);
}

static bool systemd_is_there(const YamlContext *context, const YamlNode *node) {
        const JobDecodeContext *job = job_decode_context(context);

        if (!job->site || job->site->has_systemd)
                return true;
        if (job->system_mode)
                yaml_error(context, node, "'unit' needs systemd, which is not what has booted this host");
        else
                yaml_error(context, node, "'unit' needs the user's systemd, which is not running");
        return false;
}

int job_decode_unit(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        ProcessPolicy *process = &((Job *) member)->process;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'%s' expects a mapping such as {MemoryMax: 512M}, not %s",
                           field->key, yaml_kind_phrase(node));
                return 0;
        }
        if (!systemd_is_there(context, node))
                return 0;

        process->is_unit = true;
        YAML_FOREACH(key, node) {
                const UnitPropertyType *type = unit_property_find(key->text);
                int r;

                if (!yaml_key_check(context, node, key) || yaml_node_is_null(key->value))
                        continue;
                if (!type) {
                        report_name(context, key);
                        continue;
                }
                r = decode_values(context, type, key, process);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What a job's own keys say already; "limits.X" stands below `limits`. */
static const struct {
        const char *property, *parent, *key;
} equivalents[] = {
        { "MemoryMax", "limits", "memory" },
        { "CPUQuota", "limits", "cpu" },
        { "TasksMax", "limits", "tasks" },
        { "IOWeight", "limits", "io-weight" },
        { "LimitNOFILE", "limits", "open-files" },
        { "LimitCORE", "limits", "core-size" },
        { "LimitFSIZE", "limits", "file-size" },
        { "LimitMEMLOCK", "limits", "locked-memory" },
        { "LimitAS", "limits", "address-space" },
        { "LimitSTACK", "limits", "stack-size" },
        { "LimitDATA", "limits", "data-size" },
        { "LimitNPROC", "limits", "processes" },
        { "LimitCPU", "limits", "cpu-time" },
        { "LimitSIGPENDING", "limits", "pending-signals" },
        { "LimitMSGQUEUE", "limits", "message-queues" },
        { "LimitRTPRIO", "limits", "realtime-priority" },
        { "LimitRTTIME", "limits", "realtime-time" },
        { "Nice", NULL, "nice" },
        { "OOMScoreAdjust", NULL, "oom-score" },
        { "IOSchedulingClass", NULL, "io-class" },
        { "IOSchedulingPriority", NULL, "io-priority" },
        { "CPUAffinity", NULL, "cpu-affinity" },
        { "WorkingDirectory", NULL, "directory" },
        { "SupplementaryGroups", NULL, "groups" },
        { "UMask", NULL, "umask" },
        { "RuntimeMaxSec", NULL, "timeout" },
        { "TimeoutStopSec", NULL, "kill-timeout" },
        { "KillSignal", NULL, "kill-signal" },
};

/* NULL: it is not given. */
static const YamlNode *find_given(const YamlNode *mapping, const char *key) {
        const YamlNode *pair = yaml_mapping_find(mapping, key);

        return pair && !yaml_node_is_null(pair->value) ? pair : NULL;
}

void job_check_unit(const YamlContext *context, const YamlNode *body) {
        const YamlNode *unit = find_given(body, "unit");

        for (size_t i = 0; unit && i < ARRAY_SIZE(equivalents); i++) {
                const YamlNode *property = find_given(unit->value, equivalents[i].property);
                const YamlNode *parent =
                                equivalents[i].parent ? find_given(body, equivalents[i].parent) : NULL;
                const YamlNode *mapping = equivalents[i].parent ? parent ? parent->value : NULL : body;

                if (property && mapping && find_given(mapping, equivalents[i].key))
                        yaml_error(context, property,
                                   "'%s' and the job's '%s%s%s' say the same: leave one of "
                                   "them out",
                                   equivalents[i].property, equivalents[i].parent ?: "",
                                   equivalents[i].parent ? "." : "", equivalents[i].key);
        }
}
