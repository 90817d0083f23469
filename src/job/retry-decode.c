/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `retry:` */

#include <string.h>

#include "job/job-fields.h"

#define ATTEMPTS_MAX 1000U

static int decode_on(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);

/* clang-format off */
const YamlField retry_fields[] = {
        { YAML_UNSIGNED("attempts",    RetryPolicy, attempts, 1, ATTEMPTS_MAX),
          .type = "number from 1 to 1000", .fallback = "1" },
        { YAML_DURATION("delay",       RetryPolicy, delay_usec, 0, USEC_INFINITY - 1),
          .type = "duration", .fallback = "10s" },
        { YAML_ENUM    ("backoff",     RetryPolicy, backoff, Backoff, backoff_names),
          .type = "constant | linear | exponential", .fallback = "constant" },
        { YAML_DURATION("max-delay",   RetryPolicy, max_delay_usec, 0, USEC_INFINITY),
          .type = "duration", .fallback = "infinity" },
        { YAML_PERCENTAGE("jitter",    RetryPolicy, jitter, 0, 100),
          .type = "percentage", .fallback = "0%" },
        { YAML_DURATION("max-elapsed", RetryPolicy, max_elapsed_usec, 1, USEC_INFINITY),
          .type = "duration", .fallback = "infinity" },
        { YAML_OBJECT  ("on",          decode_on),
          .type = "list of exit codes, signals, failed, timeout, lost", .fallback = "[failed, timeout]" },
        { .key = NULL },
};
/* clang-format on */

static void decode_case(const YamlContext *context, const YamlNode *node, RetryPolicy *policy) {
        const char *text = yaml_scalar(context, node, "on", "exit codes, signals, failed, timeout and lost");

        if (!text)
                return;
        if (strcmp(text, "failed") == 0)
                policy->on_failed = true;
        else if (strcmp(text, "timeout") == 0)
                policy->on_timeout = true;
        else if (strcmp(text, "lost") == 0)
                policy->on_lost = true;
        else if (strcmp(text, "0") == 0)
                yaml_error(context, node, "'on' expects what is a failure, and exit code 0 never is one");
        else if (!job_find_code(node, &policy->on_codes))
                yaml_error(context, node,
                           "'on' expects exit codes from 1 to 255, names of signals, failed, timeout and "
                           "lost, not '%.64s'",
                           text);
}

static int decode_on(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        RetryPolicy *policy = member;

        if (node->kind == YAML_KIND_MAPPING) {
                yaml_error(context, node, "'on' expects a list, not a mapping");
                return 0;
        }
        if (node->kind == YAML_KIND_LIST && node->size == 0) {
                yaml_error(context, node, "'on' is empty, so nothing would be tried again: use attempts: 1");
                return 0;
        }

        policy->on_failed = policy->on_timeout = policy->on_lost = false;
        if (node->kind == YAML_KIND_SCALAR) {
                decode_case(context, node, policy);
                return 0;
        }
        YAML_FOREACH(item, node)
        decode_case(context, item, policy);
        return 0;
}

static void warn_of_no_effect(const YamlContext *context, const YamlNode *node, const RetryPolicy *policy) {
        const YamlNode *attempts = yaml_mapping_find(node, "attempts");
        const YamlNode *max_delay = yaml_mapping_find(node, "max-delay");

        if (policy->attempts == 1 && node->size > (attempts ? 1 : 0))
                yaml_warning(context, attempts ? attempts->value : node,
                             "'retry' has no effect: 'attempts' is 1, and the first one counts");
        else if (max_delay && policy->max_delay_usec < policy->delay_usec)
                yaml_warning(context, max_delay->value,
                             "'max-delay' is shorter than 'delay', which therefore never takes effect");
        else if (max_delay && policy->backoff == BACKOFF_CONSTANT && policy->max_delay_usec != USEC_INFINITY)
                yaml_warning(context, max_delay->value,
                             "'max-delay' has no effect: without 'backoff' no delay grows");
        else if (policy->attempts > 1 && policy->max_elapsed_usec <= policy->delay_usec)
                yaml_warning(context, node,
                             "'max-elapsed' is not longer than 'delay', so nothing is ever tried again");
}

static bool share_codes(const SuccessCodes *a, const SuccessCodes *b) {
        for (size_t i = 0; i < ARRAY_SIZE(a->exit_codes); i++)
                if (a->exit_codes[i] & b->exit_codes[i])
                        return true;
        return (a->signals & b->signals) != 0;
}

void job_check_retry(const YamlContext *context, const YamlNode *body, const Job *job) {
        const YamlNode *retry = yaml_mapping_find(body, "retry");
        const YamlNode *on = retry ? yaml_mapping_find(retry->value, "on") : NULL;

        if (on && share_codes(&job->retry.on_codes, &job->success_codes))
                yaml_warning(context, on,
                             "'on' lists what 'success-codes' makes a success: that is never tried again");
}

int job_decode_retry(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        size_t n_errors = context->diagnostics->n_errors;
        RetryPolicy *policy = member;
        int r;

        r = yaml_decode_mapping(context, field, node, policy);
        policy->jitter /= 100; /* it was written as a percentage */
        if (r >= 0 && !context->partial && context->diagnostics->n_errors == n_errors)
                warn_of_no_effect(context, node, member);
        return r;
}
