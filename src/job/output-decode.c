/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `output:` */

#include <string.h>

#include "job/job-fields.h"
#include "job/output-path.h"

#define CAPTURE_BYTES_MAX ((uint64_t) 16 * 1024 * 1024)
#define KEEP_FILES_MAX 1000000U

static int decode_file(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key);
        const char *reason = NULL;

        if (!text)
                return 0;
        if (output_path_check(text, &reason) < 0) {
                yaml_error(context, node, "'%s' of 'output': %s", field->key, reason);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

/* clang-format off */
const YamlField output_fields[] = {
        { YAML_SIZE    ("capture",    OutputPolicy, capture_bytes, 0, CAPTURE_BYTES_MAX),
          .type = "size", .fallback = "64K" },
        { YAML_BOOL    ("journal",    OutputPolicy, journal),
          .type = "true | false", .fallback = "true" },
        { YAML_CUSTOM  ("file",       OutputPolicy, file, char *, decode_file),
          .type = "absolute path", .fallback = "" },
        { YAML_UNSIGNED("keep-files", OutputPolicy, keep_files, 1, KEEP_FILES_MAX),
          .type = "number from 1 to 1000000", .fallback = "all" },
        { YAML_DURATION("keep-age",   OutputPolicy, keep_age_usec, USEC_PER_SEC, USEC_INFINITY),
          .type = "duration", .fallback = "infinity" },
        { .key = NULL },
};
/* clang-format on */

int job_decode_output(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        static const char *const keys[] = { "keep-files", "keep-age" };
        size_t n_errors = context->diagnostics->n_errors;
        const OutputPolicy *policy = member;
        int r;

        r = yaml_decode_mapping(context, field, node, member);
        if (r < 0 || policy->file || context->partial || context->diagnostics->n_errors > n_errors)
                return r;
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                const YamlNode *key = yaml_mapping_find(node, keys[i]);

                if (key && !yaml_node_is_null(key->value))
                        yaml_warning(context, key, "'%s' has no effect without 'file'", keys[i]);
        }
        return 0;
}
