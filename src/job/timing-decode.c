/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys beside `schedule:` that say when an occurrence is due and when it starts. */

#include <string.h>

#include "job/job-fields.h"

#define RANDOM_DELAY_MAX_USEC (366 * USEC_PER_DAY)

typedef enum DelayKind {
        DELAY_STABLE,
        DELAY_FRESH,
        DELAY_KIND_COUNT,
} DelayKind;

static const char *const delay_kind_names[] = {
        [DELAY_STABLE] = "stable",
        [DELAY_FRESH] = "fresh",
        [DELAY_KIND_COUNT] = NULL,
};

typedef struct DelaySpec {
        usec_t up_to_usec;
        DelayKind kind;
} DelaySpec;

/* clang-format off */
const YamlField random_delay_fields[] = {
        { YAML_DURATION("up-to", DelaySpec, up_to_usec, 0, RANDOM_DELAY_MAX_USEC), .required = true,
          .type = "duration", .fallback = "" },
        { YAML_ENUM    ("kind",  DelaySpec, kind, DelayKind, delay_kind_names),
          .type = "stable | fresh", .fallback = "stable" },
        { .key = NULL },
};

const YamlField dst_fields[] = {
        { YAML_ENUM("gap",     DstRule, gap, DstGap, dst_gap_names),
          .type = "auto | run | skip | shift", .fallback = "auto" },
        { YAML_ENUM("overlap", DstRule, overlap, DstOverlap, dst_overlap_names),
          .type = "auto | first | second | both", .fallback = "auto" },
        { .key = NULL },
};
/* clang-format on */

int job_decode_random_delay(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        RandomDelay *delay = member;
        DelaySpec spec = { 0 };
        int r;

        if (node->kind == YAML_KIND_MAPPING)
                r = yaml_fields_decode(context, random_delay_fields, node, &spec);
        else {
                YamlField up_to = random_delay_fields[0];

                up_to.key = field->key;
                r = yaml_decode_duration(context, &up_to, node, &spec.up_to_usec);
        }

        *delay = (RandomDelay){ .up_to_usec = spec.up_to_usec, .fresh = spec.kind == DELAY_FRESH };
        return r;
}
