/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys that say how an execution ends and what is kept of it. */

#include <string.h>

#include "job/job-fields.h"
#include "job/signal-name.h"

#define EXECUTIONS_MAX 1000000000U
#define CATCH_UP_MAX 100000U
#define OVERLAP_LIMIT_MAX 1000000U
#define INSTANCES_MAX 1000000U
#define DIGITS "0123456789"

/* clang-format off */
const YamlField overlap_fields[] = {
        { YAML_ENUM    ("policy", Overlap, policy, OverlapPolicy, overlap_policy_names),
          .type = "skip | queue | replace | allow", .fallback = "skip" },
        { YAML_UNSIGNED("limit",  Overlap, limit, 1, OVERLAP_LIMIT_MAX),
          .type = "number from 1 to 1000000", .fallback = "10" },
        { .key = NULL },
};

const YamlField catch_up_fields[] = {
        { YAML_ENUM    ("policy", CatchUp, policy, CatchUpPolicy, catch_up_policy_names),
          .type = "none | latest | all", .fallback = "latest" },
        { YAML_DURATION("within", CatchUp, within_usec, 1, USEC_INFINITY),
          .type = "duration", .fallback = "infinity" },
        { YAML_UNSIGNED("max",    CatchUp, max, 1, CATCH_UP_MAX),
          .type = "number from 1 to 100000", .fallback = "100" },
        { .key = NULL },
};

const YamlField keep_fields[] = {
        { YAML_UNSIGNED("executions", KeepPolicy, executions, 1, EXECUTIONS_MAX),
          .type = "number", .fallback = "1000" },
        { YAML_DURATION("age",        KeepPolicy, age_usec, USEC_PER_SEC, USEC_INFINITY),
          .type = "duration", .fallback = "90d" },
        { .key = NULL },
};
/* clang-format on */

int job_decode_signal(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_scalar(context, node, field->key, "the name of a signal such as TERM");
        int number;

        if (!text)
                return 0;

        number = signal_from_name(text);
        if (number < 0)
                yaml_error(context, node, "'%s' expects the name of a signal such as TERM, not '%.64s'",
                           field->key, text);
        else
                *(int *) member = number;
        return 0;
}

bool job_find_code(const YamlNode *node, SuccessCodes *codes) {
        size_t n_digits = strspn(node->text, DIGITS);
        unsigned long code;
        int number;

        if (n_digits > 0 && node->text[n_digits] == '\0') {
                code = strtoul(node->text, NULL, 10);
                if (code > 255 || yaml_plain_ambiguity(node))
                        return false;
                codes->exit_codes[code / 64] |= UINT64_C(1) << (code % 64);
                return true;
        }

        number = signal_from_name(node->text);
        if (number < 1 || number > 63)
                return false;
        codes->signals |= UINT64_C(1) << (unsigned) number;
        return true;
}

static void decode_success_code(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                SuccessCodes *codes) {

        const char *text = yaml_scalar(context, node, field->key, "exit codes and names of signals");

        if (text && !job_find_code(node, codes))
                yaml_error(context, node,
                           "'%s' expects exit codes from 0 to 255 and names of signals, not '%.64s'",
                           field->key, text);
}

int job_decode_success_codes(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        if (node->kind == YAML_KIND_MAPPING) {
                yaml_error(context, node, "'%s' expects a list, not a mapping", field->key);
                return 0;
        }
        if (node->kind == YAML_KIND_SCALAR) {
                decode_success_code(context, field, node, member);
                return 0;
        }

        YAML_FOREACH(item, node)
        decode_success_code(context, field, item, member);
        return 0;
}

int job_decode_overlap(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const YamlNode *limit = yaml_mapping_find(node, "limit");
        YamlField policy = overlap_fields[0];
        Overlap *overlap = member;
        int r;

        if (node->kind != YAML_KIND_MAPPING) {
                policy.key = field->key;
                return yaml_decode_enum(context, &policy, node, &overlap->policy);
        }

        r = yaml_fields_decode(context, overlap_fields, node, overlap);
        if (r >= 0 && !context->partial && limit && overlap->policy != OVERLAP_QUEUE)
                yaml_warning(context, limit, "'limit' has no effect: it is for 'policy: queue'");
        return r;
}

int job_decode_max_instances(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        YamlField number = { .key = field->key, .minimum = 1, .maximum = INSTANCES_MAX };

        if (node->kind == YAML_KIND_SCALAR && strcmp(node->text, "infinity") == 0) {
                *(uint64_t *) member = INSTANCES_UNLIMITED;
                return 0;
        }
        return yaml_decode_unsigned(context, &number, node, member);
}

int job_decode_catch_up(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        YamlField policy = catch_up_fields[0];

        if (node->kind == YAML_KIND_MAPPING)
                return yaml_fields_decode(context, catch_up_fields, node, member);

        policy.key = field->key;
        return yaml_decode_enum(context, &policy, node, (char *) member + policy.offset);
}
