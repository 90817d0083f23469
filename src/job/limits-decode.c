/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys that say how much of the machine a job gets, and before whom: `nice` … `limits`. */

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "job/job-fields.h"

#define DIGITS "0123456789"
#define MEMORY_BYTES_MIN (UINT64_C(1024) * 1024)
#define MEMORY_BYTES_MAX (UINT64_C(1) << 60U)
#define CPU_PERCENT_MAX 1000000U
#define TASKS_MAX 4194304U /* the kernel's limit of processes */
#define IO_WEIGHT_DEFAULT 100U
#define CPUS_MAX (CPU_AFFINITY_WORDS * 64U)

/* {soft: …, hard: …} */
typedef struct BoundsSpec {
        const YamlNode *soft, *hard;
} BoundsSpec;

static int decode_cpu(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
static int decode_io_weight(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
static int decode_resource(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

#define RESOURCE_SIZE(name) \
        { YAML_OBJECT(name, decode_resource), .type = "size | infinity | mapping", .fallback = "" }
#define RESOURCE_NUMBER(name) \
        { YAML_OBJECT(name, decode_resource), .type = "number | infinity | mapping", .fallback = "" }
#define RESOURCE_DURATION(name) \
        { YAML_OBJECT(name, decode_resource), .type = "duration | infinity | mapping", .fallback = "" }

/* clang-format off */
const YamlField limits_fields[] = {
        { YAML_SIZE    ("memory",    LimitsPolicy, memory_bytes, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX),
          .type = "size", .fallback = "" },
        { YAML_CUSTOM  ("cpu",       LimitsPolicy, cpu_percent, uint64_t, decode_cpu),
          .type = "percentage", .fallback = "" },
        { YAML_UNSIGNED("tasks",     LimitsPolicy, tasks, 1, TASKS_MAX),
          .type = "number from 1 to 4194304", .fallback = "" },
        { YAML_CUSTOM  ("io-weight", LimitsPolicy, io_weight, uint64_t, decode_io_weight),
          .type = "number from 1 to 10000", .fallback = "" },
        RESOURCE_NUMBER  ("open-files"),
        RESOURCE_SIZE    ("core-size"),
        RESOURCE_SIZE    ("file-size"),
        RESOURCE_SIZE    ("locked-memory"),
        RESOURCE_SIZE    ("address-space"),
        RESOURCE_SIZE    ("stack-size"),
        RESOURCE_SIZE    ("data-size"),
        RESOURCE_NUMBER  ("processes"),
        RESOURCE_DURATION("cpu-time"),
        RESOURCE_NUMBER  ("pending-signals"),
        RESOURCE_SIZE    ("message-queues"),
        RESOURCE_NUMBER  ("realtime-priority"),
        RESOURCE_DURATION("realtime-time"),
        { .key = NULL },
};

/*
 * What the keys are to setrlimit(). The hard limits that ordinary users may ask for are those that a login of
 * theirs has by default.
 */
static const struct {
        const char *key;
        int resource;
        YamlDecode decode;
        uint64_t usec_per_unit; /* of a duration */
        uint64_t user_maximum;
} resources[] = {
        { "open-files",        RLIMIT_NOFILE,     yaml_decode_unsigned, 0,            524288 },
        { "core-size",         RLIMIT_CORE,       yaml_decode_size,     0,            UINT64_MAX },
        { "file-size",         RLIMIT_FSIZE,      yaml_decode_size,     0,            UINT64_MAX },
        { "locked-memory",     RLIMIT_MEMLOCK,    yaml_decode_size,     0,            UINT64_C(8) * 1024 * 1024 },
        { "address-space",     RLIMIT_AS,         yaml_decode_size,     0,            UINT64_MAX },
        { "stack-size",        RLIMIT_STACK,      yaml_decode_size,     0,            UINT64_MAX },
        { "data-size",         RLIMIT_DATA,       yaml_decode_size,     0,            UINT64_MAX },
        { "processes",         RLIMIT_NPROC,      yaml_decode_unsigned, 0,            TASKS_MAX },
        { "cpu-time",          RLIMIT_CPU,        yaml_decode_duration, USEC_PER_SEC, UINT64_MAX },
        { "pending-signals",   RLIMIT_SIGPENDING, yaml_decode_unsigned, 0,            TASKS_MAX },
        { "message-queues",    RLIMIT_MSGQUEUE,   yaml_decode_size,     0,            819200 },
        { "realtime-priority", RLIMIT_RTPRIO,     yaml_decode_unsigned, 0,            0 },
        { "realtime-time",     RLIMIT_RTTIME,     yaml_decode_duration, 1,            UINT64_MAX },
};

static const YamlField bounds_fields[] = {
        { YAML_NODE("soft", BoundsSpec, soft), .required = true },
        { YAML_NODE("hard", BoundsSpec, hard), .required = true },
        { .key = NULL },
};
/* clang-format on */

static int decode_cpu(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        YamlField percentage = { .key = field->key, .minimum = 1, .maximum = CPU_PERCENT_MAX };
        double value = 0;
        int r;

        r = yaml_decode_percentage(context, &percentage, node, &value);
        if (r < 0 || value <= 0)
                return r;
        if (value != (double) (uint64_t) value)
                yaml_error(context, node, "'%s' expects a whole percentage, not '%.40s'", field->key,
                           node->text);
        else
                *(uint64_t *) member = (uint64_t) value;
        return 0;
}

static void refuse_raised(const YamlContext *context, const YamlField *field, const YamlNode *node) {
        yaml_error(context, node, "'%s' may not be so high in the job of an ordinary user", field->key);
}

static int decode_io_weight(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        YamlField number = { .key = field->key, .minimum = 1, .maximum = 10000 };
        uint64_t value = 0;
        int r;

        r = yaml_decode_unsigned(context, &number, node, &value);
        if (r < 0 || value == 0)
                return r;
        if (value > IO_WEIGHT_DEFAULT && job_is_of_ordinary_user(job_decode_context(context)))
                refuse_raised(context, field, node);
        else
                *(uint64_t *) member = value;
        return 0;
}

/* Returns 1 with *ret, 0 with an error in the diagnostics, or an errno. */
static int decode_bound(
                const YamlContext *context,
                const YamlField *field,
                size_t index,
                const YamlNode *node,
                uint64_t *ret) {

        bool is_duration = resources[index].usec_per_unit > 0;
        YamlField scalar = { .key = field->key, .maximum = is_duration ? INT64_MAX - 1 : UINT64_MAX - 1 };
        size_t n_errors = context->diagnostics->n_errors;
        uint64_t value = 0;
        int r;

        if (node->kind == YAML_KIND_SCALAR && strcmp(node->text, "infinity") == 0)
                value = UINT64_MAX;
        else {
                r = resources[index].decode(context, &scalar, node, &value);
                if (r < 0 || context->diagnostics->n_errors > n_errors)
                        return r;
                if (is_duration)
                        value = (value + resources[index].usec_per_unit - 1) / resources[index].usec_per_unit;
        }
        if (value > resources[index].user_maximum && job_is_of_ordinary_user(job_decode_context(context))) {
                refuse_raised(context, field, node);
                return 0;
        }
        *ret = value;
        return 1;
}

/* A value for both limits, or {soft: …, hard: …}. */
static int decode_bounds(
                const YamlContext *context,
                const YamlField *field,
                size_t index,
                const YamlNode *node,
                ResourceLimit *limit) {

        BoundsSpec spec = { 0 };
        int r;

        if (node->kind != YAML_KIND_MAPPING) {
                r = decode_bound(context, field, index, node, &limit->hard);
                limit->soft = limit->hard;
                return r;
        }

        r = yaml_fields_decode(context, bounds_fields, node, &spec);
        if (r < 0 || !spec.soft || !spec.hard)
                return r;
        r = decode_bound(context, field, index, spec.soft, &limit->soft);
        if (r <= 0)
                return r;
        r = decode_bound(context, field, index, spec.hard, &limit->hard);
        if (r > 0 && limit->soft > limit->hard) {
                yaml_error(context, spec.soft, "'soft' of '%s' is higher than 'hard'", field->key);
                return 0;
        }
        return r;
}

static int decode_resource(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        LimitsPolicy *limits = member;
        ResourceLimit limit = { 0 }, *all;
        size_t index = 0;
        int r;

        while (strcmp(resources[index].key, field->key) != 0)
                index++;
        limit.resource = resources[index].resource;
        r = decode_bounds(context, field, index, node, &limit);
        if (r <= 0)
                return r;

        all = reallocarray(limits->resources, limits->n_resources + 1, sizeof(*all));
        if (!all)
                return -ENOMEM;
        limits->resources = all;
        all[limits->n_resources++] = limit;
        return 0;
}

/* --- before whom ----------------------------------------------------------------------------------- */

int job_decode_nice(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        ProcessPolicy *process = &((Job *) member)->process;
        size_t n_errors = context->diagnostics->n_errors;
        int value = 0, r;

        r = yaml_decode_integer(context, field, node, &value);
        if (r < 0 || context->diagnostics->n_errors > n_errors)
                return r;
        if (value < 0 && job_is_of_ordinary_user(job_decode_context(context))) {
                yaml_error(context, node, "'%s' may not be negative in the job of an ordinary user",
                           field->key);
                return 0;
        }

        if (strcmp(field->key, "nice") == 0) {
                process->nice = value;
                process->has_nice = true;
        } else {
                process->oom_score = value;
                process->has_oom_score = true;
        }
        return 0;
}

int job_decode_priority(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        uint64_t value = PRIORITY_DEFAULT;
        int r;

        r = yaml_decode_unsigned(context, field, node, &value);
        if (r < 0)
                return r;
        if (value < PRIORITY_DEFAULT && job_is_of_ordinary_user(job_decode_context(context)))
                yaml_error(context, node, "'%s' may not be below %u in the job of an ordinary user",
                           field->key, PRIORITY_DEFAULT);
        else
                *(uint64_t *) member = value;
        return 0;
}

int job_decode_wake(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        bool value = false;
        int r;

        r = yaml_decode_bool(context, field, node, &value);
        if (r < 0)
                return r;
        if (value && job_is_of_ordinary_user(job_decode_context(context)))
                yaml_error(context, node, "'%s' may not be set in the job of an ordinary user", field->key);
        else
                *(bool *) member = value;
        return 0;
}

int job_decode_io_class(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        IoClass value = IO_CLASS_NONE;
        int r;

        r = yaml_decode_enum(context, field, node, &value);
        if (r < 0)
                return r;
        if (value == IO_CLASS_REALTIME && job_is_of_ordinary_user(job_decode_context(context)))
                yaml_error(context, node, "'%s' may not be realtime in the job of an ordinary user",
                           field->key);
        else
                *(IoClass *) member = value;
        return 0;
}

int job_decode_io_priority(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        uint64_t value = *(unsigned *) member;
        int r;

        r = yaml_decode_unsigned(context, field, node, &value);
        *(unsigned *) member = (unsigned) value;
        return r;
}

/* A priority alone is one among the ordinary ones, as with ionice. */
void job_complete_io(const YamlContext *context, const YamlNode *body, Job *job) {
        const YamlNode *priority = yaml_mapping_find(body, "io-priority");

        if (!priority || yaml_node_is_null(priority->value))
                return;
        if (job->process.io_class == IO_CLASS_NONE)
                job->process.io_class = IO_CLASS_BEST_EFFORT;
        else if (job->process.io_class == IO_CLASS_IDLE)
                yaml_warning(context, priority, "'io-priority' has no effect with 'io-class: idle'");
}

/* "3" or "0-3"; false for anything else. */
static bool add_cpu_range(const char *text, size_t n, uint64_t words[static CPU_AFFINITY_WORDS]) {
        size_t n_first = strspn(text, DIGITS), n_last = 0;
        unsigned long first = strtoul(text, NULL, 10), last = first;

        if (n_first < n && text[n_first] == '-') {
                n_last = strspn(text + n_first + 1, DIGITS);
                last = strtoul(text + n_first + 1, NULL, 10);
        }
        if (n_first == 0 || n != n_first + (n_last > 0 ? n_last + 1 : 0) || first > last || last >= CPUS_MAX)
                return false;
        for (unsigned long cpu = first; cpu <= last; cpu++)
                words[cpu / 64] |= UINT64_C(1) << (cpu % 64);
        return true;
}

static void decode_cpus(const YamlContext *context, const YamlNode *node, ProcessPolicy *process) {
        const char *text = yaml_scalar(context, node, "cpu-affinity", "numbers of CPUs such as 0-3");
        const char *next = text;

        for (; next; next = next[strcspn(next, ",")] == ',' ? next + strcspn(next, ",") + 1 : NULL)
                if (!add_cpu_range(next, strcspn(next, ","), process->affinity)) {
                        yaml_error(context, node,
                                   "'cpu-affinity' expects numbers of CPUs from 0 to %u, such as 0-3, not "
                                   "'%.40s'",
                                   CPUS_MAX - 1, text);
                        return;
                }
}

int job_decode_affinity(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        ProcessPolicy *process = &((Job *) member)->process;

        if (node->kind == YAML_KIND_MAPPING || (node->kind == YAML_KIND_LIST && node->size == 0)) {
                yaml_error(context, node, "'%s' expects numbers of CPUs such as [0, 2-3]", field->key);
                return 0;
        }
        process->has_affinity = true;
        if (node->kind == YAML_KIND_SCALAR) {
                decode_cpus(context, node, process);
                return 0;
        }
        YAML_FOREACH(item, node)
        decode_cpus(context, item, process);
        return 0;
}
