/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-decode.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

#include "job/action-decode.h"
#include "job/http-decode.h"
#include "job/job-body.h"
#include "job/job-fields.h"
#include "job/job-keys.h"
#include "job/parameter-decode.h"
#include "job/yaml-emit.h"
#include "util/string-list.h"

#define ACCURACY_MAX_USEC USEC_PER_DAY
#define DEFINITION_SIZE_MAX ((size_t) 1024 * 1024)

/* The other keys say how a schedule is read, wherever they stand: see decode_rest(). */
static int leave_for_later(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        return 0;
}

/* clang-format off */
static const YamlField job_fields[] = {
        { YAML_STRING  ("description", Job, description),
          .type = "text", .fallback = "" },
        { YAML_OBJECT  ("schedule", leave_for_later), .fields = schedule_fields,
          .type = "cron expression | mapping | list", .fallback = "none: by hand only" },
        { YAML_OBJECT  ("timezone", job_decode_timezone),
          .type = "time zone", .fallback = "local" },
        { YAML_ENUM    ("dialect", Job, dialect, CronDialect, cron_dialect_names),
          .type = "default | vixie", .fallback = "default" },
        { YAML_ENUM    ("days", Job, days, CronDays, cron_days_names),
          .type = "auto | or | and", .fallback = "auto" },
        { YAML_MAPPING ("dst", Job, dst, DstRule, dst_fields),
          .type = "mapping", .fallback = "" },
        { YAML_STRING  ("hash-key", Job, hash_key),
          .type = "text", .fallback = "the job's name" },
        { YAML_CUSTOM  ("random-delay", Job, random_delay, RandomDelay, job_decode_random_delay),
          .fields = random_delay_fields,
          .type = "duration | mapping", .fallback = "0" },
        { YAML_CUSTOM  ("except", Job, timetable.exceptions, Exceptions *, job_decode_except),
          .fields = except_fields,
          .type = "mapping | list of mappings", .fallback = "" },
        { YAML_ENUM    ("on-except", Job, timetable.on_except, OnExcept, on_except_names),
          .type = "skip | next-day | previous-day | next-business-day | previous-business-day",
          .fallback = "skip" },
        { YAML_CUSTOM  ("wake", Job, wake, bool, job_decode_wake),
          .type = "true | false", .fallback = "false" },
        { YAML_DURATION("accuracy", Job, accuracy_usec, 0, ACCURACY_MAX_USEC),
          .type = "duration from 0 to 1d", .fallback = "0" },
        { YAML_OBJECT  ("command", job_decode_command),
          .type = "text | list of texts", .fallback = "" },
        { YAML_OBJECT  ("http", leave_for_later), .fields = http_action_fields,
          .type = "mapping", .fallback = "" },
        { YAML_CUSTOM  ("shell", Job, command.shell, char *, job_decode_path),
          .type = "absolute path", .fallback = "/bin/sh" },
        { YAML_CUSTOM  ("user", Job, process.user, char *, job_decode_account), .privileged = true,
          .type = "user", .fallback = "the owner" },
        { YAML_CUSTOM  ("group", Job, process.group, char *, job_decode_account), .privileged = true,
          .type = "group", .fallback = "the user's" },
        { YAML_CUSTOM  ("groups", Job, process.groups, char **, job_decode_groups), .privileged = true,
          .type = "list of groups", .fallback = "the user's" },
        { YAML_CUSTOM  ("directory", Job, process.directory, char *, job_decode_path),
          .type = "absolute path", .fallback = "the user's home" },
        { YAML_CUSTOM  ("umask", Job, process.umask, mode_t, job_decode_umask),
          .type = "quoted number in octal", .fallback = "\"0022\"" },
        { YAML_CUSTOM  ("environment", Job, process.environment, char **, job_decode_environment),
          .type = "mapping of texts", .fallback = "" },
        { YAML_CUSTOM  ("environment-file", Job, process.environment_files, char **, job_decode_environment_files),
          .type = "path | list of paths", .fallback = "" },
        { YAML_CUSTOM  ("credentials", Job, process.credentials, char **, job_decode_credentials), .privileged = true,
          .type = "credential | list of credentials", .fallback = "" },
        { YAML_STRING  ("stdin", Job, process.input),
          .type = "text", .fallback = "" },
        { YAML_OBJECT  ("nice", job_decode_nice), .minimum = (uint64_t) INT64_C(-20), .maximum = 19,
          .type = "number from -20 to 19", .fallback = "0" },
        { YAML_CUSTOM  ("io-class", Job, process.io_class, IoClass, job_decode_io_class), .names = io_class_names,
          .type = "none | realtime | best-effort | idle", .fallback = "none" },
        { YAML_CUSTOM  ("io-priority", Job, process.io_priority, unsigned, job_decode_io_priority), .maximum = 7,
          .type = "number from 0 to 7", .fallback = "4" },
        { YAML_OBJECT  ("cpu-affinity", job_decode_affinity),
          .type = "CPUs | list of CPUs", .fallback = "all" },
        { YAML_OBJECT  ("oom-score", job_decode_nice), .minimum = (uint64_t) INT64_C(-1000), .maximum = 1000,
          .type = "number from -1000 to 1000", .fallback = "0" },
        { YAML_MAPPING ("limits", Job, process.limits, LimitsPolicy, limits_fields),
          .type = "mapping", .fallback = "" },
        { YAML_OBJECT  ("unit", job_decode_unit), .privileged = true,
          .type = "mapping", .fallback = "" },
        { YAML_ENUM    ("left-behind", Job, process.left_behind, LeftBehind, left_behind_names),
          .type = "kill | wait | leave", .fallback = "kill" },
        { YAML_DURATION("timeout", Job, process.timeout_usec, 1, USEC_INFINITY),
          .type = "duration", .fallback = "infinity" },
        { YAML_DURATION("start-timeout", Job, process.start_timeout_usec, 1, USEC_INFINITY),
          .type = "duration", .fallback = "30s" },
        { YAML_DURATION("kill-timeout", Job, process.kill_timeout_usec, 0, USEC_INFINITY),
          .type = "duration", .fallback = "10s" },
        { YAML_CUSTOM  ("kill-signal", Job, process.kill_signal, int, job_decode_signal),
          .type = "signal", .fallback = "TERM" },
        { YAML_CUSTOM  ("success-codes", Job, success_codes, SuccessCodes, job_decode_success_codes),
          .type = "list of exit codes and signals", .fallback = "[0]" },
        { YAML_CUSTOM  ("overlap", Job, overlap, Overlap, job_decode_overlap), .fields = overlap_fields,
          .type = "skip | queue | replace | allow | mapping", .fallback = "skip" },
        { YAML_CUSTOM  ("max-instances", Job, overlap.max_instances, uint64_t, job_decode_max_instances),
          .type = "number | infinity", .fallback = "1, with allow infinity" },
        { YAML_CUSTOM  ("retry", Job, retry, RetryPolicy, job_decode_retry), .fields = retry_fields,
          .type = "mapping", .fallback = "" },
        { YAML_CUSTOM  ("queue", Job, queue, char *, job_decode_queue),
          .type = "queue", .fallback = "" },
        { YAML_CUSTOM  ("priority", Job, priority, uint64_t, job_decode_priority), .maximum = PRIORITY_MAX,
          .type = "number from 0 to 100", .fallback = "50" },
        { YAML_CUSTOM  ("after", Job, after, AfterPolicy, job_decode_after), .fields = after_fields,
          .type = "job | list of jobs | mapping", .fallback = "" },
        { YAML_MAPPING ("trigger", Job, triggers, Triggers, trigger_fields),
          .type = "mapping", .fallback = "" },
        { YAML_CUSTOM  ("conditions", Job, conditions, Conditions, job_decode_conditions), .fields = conditions_fields,
          .type = "mapping", .fallback = "" },
        { YAML_CUSTOM  ("catch-up", Job, catch_up, CatchUp, job_decode_catch_up), .fields = catch_up_fields,
          .type = "none | latest | all | mapping", .fallback = "latest" },
        { YAML_CUSTOM  ("output", Job, output, OutputPolicy, job_decode_output), .fields = output_fields,
          .type = "mapping", .fallback = "" },
        { YAML_MAPPING ("notify", Job, notify, NotifyPolicy, notify_fields),
          .type = "mapping", .fallback = "" },
        { YAML_DURATION("expect-within", Job, expect_within_usec, USEC_PER_SEC, USEC_INFINITY),
          .type = "duration", .fallback = "infinity" },
        { YAML_MAPPING ("keep", Job, keep, KeepPolicy, keep_fields),
          .type = "mapping", .fallback = "" },
        { YAML_CUSTOM  ("template", Job, template, char *, job_decode_template),
          .type = "template", .fallback = "" },
        { YAML_CUSTOM  ("parameters", Job, parameters, ParameterSet, parameter_set_decode), .fields = parameter_name_fields,
          .type = "mapping", .fallback = "those of the template" },
        { YAML_OBJECT  ("values", leave_for_later),
          .type = "mapping of values", .fallback = "" },
        { YAML_CUSTOM  ("profile", Job, profile, char *, job_decode_profile),
          .type = "profile", .fallback = "" },
        { YAML_CUSTOM  ("tags", Job, tags, char **, job_decode_tags),
          .type = "word | list of words", .fallback = "" },
        { YAML_CUSTOM  ("renamed-from", Job, renamed_from, char *, job_decode_renamed_from),
          .type = "job", .fallback = "" },
        { YAML_BOOL    ("enabled", Job, enabled),
          .type = "true | false", .fallback = "true" },
        { .key = NULL },
};
/* clang-format on */

const char *const job_whole_keys[] = { "schedule", "except", NULL };

bool job_key_describe(size_t index, KeyDescription *ret) {
        assert(ret);

        ret->path[0] = '\0';
        return yaml_key_describe(job_fields, &index, ret);
}

bool job_key_is_known(const char *key) {
        for (const YamlField *field = job_fields; field->key; field++)
                if (strcmp(field->key, key) == 0)
                        return true;
        return false;
}

static int job_new(const JobDecodeContext *context, const JobBody *body, Job **ret) {
        CLEANUP(job_unrefp) Job *job = NULL;

        job = calloc(1, sizeof(*job));
        if (!job)
                return -ENOMEM;

        job->n_refs = 1;
        job->owner_uid = context->owner_uid;
        job->origin = context->origin;
        job->line = body->line;
        job->enabled = true;
        job->process.umask = 022;
        job->process.timeout_usec = USEC_INFINITY;
        job->process.start_timeout_usec = 30 * USEC_PER_SEC;
        job->process.kill_timeout_usec = 10 * USEC_PER_SEC;
        job->process.kill_signal = SIGTERM;
        job->success_codes.exit_codes[0] = 1;
        job->catch_up = (CatchUp) CATCH_UP_DEFAULT;
        job->overlap = (Overlap) OVERLAP_DEFAULT;
        job->retry = (RetryPolicy) RETRY_DEFAULT;
        job->priority = PRIORITY_DEFAULT;
        job->after.wait_usec = USEC_INFINITY;
        job->output = (OutputPolicy) OUTPUT_DEFAULT;
        job->notify = (NotifyPolicy) NOTIFY_DEFAULT;
        job->expect_within_usec = USEC_INFINITY;
        job->process.io_priority = 4;
        job->process.limits = (LimitsPolicy) LIMITS_DEFAULT;
        job->keep = (KeepPolicy) KEEP_DEFAULT;
        job->timetable.business_days = context->site ? context->site->business_days : 0;

        job->name = strdup(body->name);
        if (!job->name)
                return -ENOMEM;
        if (context->file) {
                job->file = strdup(context->file);
                if (!job->file)
                        return -ENOMEM;
        }

        *ret = TAKE_PTR(job);
        return 0;
}

static int decode_rest(const YamlContext *yaml, const YamlNode *node, Job *job) {
        const YamlNode *schedule = yaml_mapping_find(node, "schedule");

        return schedule && !yaml_node_is_null(schedule->value)
                        ? job_decode_schedules(yaml, schedule->value, job)
                        : 0;
}

/* The keys of action programs, as rows beside those of the table. */
static size_t action_rows(const ActionCatalog *actions, YamlField rows[static ACTIONS_MAX]) {
        size_t n = 0;

        for (size_t i = 0; actions && i < actions->n_items && n < ACTIONS_MAX; i++)
                rows[n++] = (YamlField){ YAML_OBJECT(actions->items[i].name, leave_for_later) };
        return n;
}

static bool is_like_a_key(const char *word) {
        const char *keys[ARRAY_SIZE(job_fields)] = { NULL };

        for (size_t i = 0; job_fields[i].key; i++)
                keys[i] = job_fields[i].key;
        return job_key_is_known(word) || string_nearest(word, keys);
}

/* What could be one, where nobody can say which there are. */
static size_t possible_action_rows(const YamlNode *node, YamlField *rows, size_t n_max) {
        size_t n = 0;

        if (node->kind != YAML_KIND_MAPPING)
                return 0;
        YAML_FOREACH(key, node)
        if (n < n_max && key->kind == YAML_KIND_SCALAR && key->value->kind == YAML_KIND_MAPPING &&
            !is_like_a_key(key->text))
                rows[n++] = (YamlField){ YAML_OBJECT(key->text, leave_for_later) };
        return n;
}

static int decode_fields(const YamlContext *yaml, const YamlNode *node, Job *job) {
        const JobDecodeContext *context = job_decode_context(yaml);
        YamlField rows[ACTIONS_MAX + 1];
        size_t n;

        n = action_rows(context->site ? context->site->actions : NULL, rows);
        if (context->any_action)
                n += possible_action_rows(node, rows + n, ACTIONS_MAX - n);
        rows[n] = (YamlField){ .key = NULL };
        return yaml_fields_decode_with(yaml, job_fields, rows, node, job);
}

static int complete_command(const YamlContext *yaml, const YamlNode *body, const YamlNode *key, Job *job) {
        if (job->command.shell)
                return 0;
        job->command.shell = strdup("/bin/sh");
        return job->command.shell ? 0 : -ENOMEM;
}

static int complete_http(const YamlContext *yaml, const YamlNode *body, const YamlNode *key, Job *job) {
        return job_decode_http(yaml, body, key->value, job);
}

/* Those that are compiled in; every other kind is an action program's. */
static const struct {
        const char *key;
        int (*complete)(const YamlContext *yaml, const YamlNode *body, const YamlNode *key, Job *job);
} actions[] = {
        { "command", complete_command },
        { "http", complete_http },
};

bool job_key_is_action(const JobSite *site, const char *key) {
        for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
                if (strcmp(actions[i].key, key) == 0)
                        return true;
        for (size_t i = 0; site && site->actions && i < site->actions->n_items; i++)
                if (strcmp(site->actions->items[i].name, key) == 0)
                        return true;
        return false;
}

/* Returns 1 with the one key, 0 if there is none or, with an error, more than one. */
static int find_action(const YamlContext *yaml, const JobBody *body, const YamlNode **ret) {
        const JobSite *site = job_decode_context(yaml)->site;
        const YamlNode *action = NULL;

        YAML_FOREACH(key, body->node) {
                if (yaml_node_is_null(key->value) || (key->flags & YAML_FLAG_DUPLICATE) ||
                    !job_key_is_action(site, key->text))
                        continue;
                if (action) {
                        yaml_error(yaml, key, "job '%s' can do one thing: '%s' and '%s' exclude each other",
                                   body->name, action->text, key->text);
                        return 0;
                }
                action = key;
        }
        *ret = action;
        return action ? 1 : 0;
}

static int decode_action(const YamlContext *yaml, const JobBody *body, const YamlNode *key, Job *job) {
        const JobSite *site = job_decode_context(yaml)->site;

        for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
                if (strcmp(actions[i].key, key->text) == 0)
                        return actions[i].complete(yaml, body->node, key, job);
        return action_decode(yaml, action_catalog_find(site->actions, key->text), body->node, key, job);
}

static int complete_action(const YamlContext *yaml, const JobBody *body, Job *job) {
        const YamlNode *action = NULL;

        if (find_action(yaml, body, &action) > 0)
                return decode_action(yaml, body, action, job);
        if (yaml->diagnostics->n_errors == 0 && job->template)
                yaml_error(yaml, body->node,
                           "job '%s' has nothing to do: neither it nor its template '%s' has 'command', "
                           "'http', or the key of an action program",
                           body->name, job->template);
        else if (yaml->diagnostics->n_errors == 0)
                yaml_error(yaml, body->node,
                           "job '%s' has nothing to do: it needs 'command', 'http', or the key of an action "
                           "program",
                           body->name);
        return 0;
}

static int complete_zone(
                const JobDecodeContext *context,
                const YamlContext *yaml,
                const JobBody *body,
                Job *job) {
        int r;

        if (job->timezone)
                return 0;

        job->timezone = strdup("local");
        if (!job->timezone)
                return -ENOMEM;
        r = time_zone_cache_get(context->zones, "local", &job->zone);
        if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
                return r;
        if (r < 0)
                yaml_error(yaml, body->node, "the local time zone: %s", time_zone_strerror(r));
        return 0;
}

static void complete_overlap(const JobBody *body, Job *job) {
        const YamlNode *max_instances = yaml_mapping_find(body->node, "max-instances");

        if (job->overlap.policy == OVERLAP_ALLOW &&
            (!max_instances || yaml_node_is_null(max_instances->value)))
                job->overlap.max_instances = INSTANCES_UNLIMITED;
}

/* What follows from several keys together. */
static void check_whole(const YamlContext *yaml, const JobBody *body, Job *job) {
        complete_overlap(body, job);
        job_complete_io(yaml, body->node, job);
        job_check_after(yaml, body->node, job);
        job_check_notify(yaml, body->node, job);
        job_check_retry(yaml, body->node, job);
        job_check_unit(yaml, body->node);
}

static int emit_definition(const YamlContext *yaml, const JobBody *body, Job *job) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        yaml_emit(body->node, &buffer);
        if (!buffer.failed && buffer.size > DEFINITION_SIZE_MAX) {
                yaml_error(yaml, body->node, "job '%s' is longer than 1 MiB", body->name);
                return 0;
        }
        return buffer_take(&buffer, &job->definition);
}

static int keep_warnings(const Diagnostics *diagnostics, Job *job) {
        for (size_t i = 0; i < diagnostics->n_items; i++) {
                Diagnostic item = diagnostics->items[i];
                char *text;
                int r;

                if (item.severity != DIAGNOSTIC_WARNING)
                        continue;
                r = diagnostic_format(&item, &text);
                if (r < 0)
                        return r;
                r = string_list_take_push(&job->warnings, text);
                if (r < 0) {
                        free(text);
                        return r;
                }
        }
        return 0;
}

static int compare_places(const void *a, const void *b) {
        const Diagnostic *x = a, *y = b;
        int r = strcmp(x->file ?: "", y->file ?: "");

        if (r != 0)
                return r;
        if (x->line != y->line)
                return x->line < y->line ? -1 : 1;
        return (x->column > y->column) - (x->column < y->column);
}

int job_decode_body(
                const JobDecodeContext *context,
                const JobBody *body,
                Diagnostics *diagnostics,
                Job **ret) {
        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        JobDecodeContext named = *context;
        YamlContext yaml = { .tree = body->tree,
                             .diagnostics = &found,
                             .userdata = &named,
                             .unprivileged = job_is_of_ordinary_user(context) };
        bool faulty;
        int r;

        named.name = body->name;
        r = job_new(context, body, &job);
        if (r < 0)
                return r;

        if (body->node->kind != YAML_KIND_MAPPING)
                yaml_error(&yaml, body->node, "job '%s' expects a mapping, not %s", body->name,
                           yaml_kind_phrase(body->node));
        else {
                r = decode_fields(&yaml, body->node, job);
                if (r >= 0)
                        r = complete_zone(context, &yaml, body, job);
                if (r >= 0)
                        r = decode_rest(&yaml, body->node, job);
                if (r >= 0)
                        r = complete_action(&yaml, body, job);
                if (r >= 0)
                        r = job_complete_values(&yaml, body->node, job);
                if (r >= 0)
                        r = job_check_expansions(&yaml, body->node, job);
                check_whole(&yaml, body, job);
                if (r >= 0)
                        r = emit_definition(&yaml, body, job);
                if (r >= 0)
                        r = keep_warnings(&found, job);
                if (r < 0)
                        return r;
        }

        /* Inherited keys were decoded first, wherever they stand. */
        if (found.n_items > 1)
                qsort(found.items, found.n_items, sizeof(*found.items), compare_places);
        faulty = found.n_errors > 0;
        diagnostics_move(diagnostics, &found);
        if (faulty)
                return -EINVAL;

        *ret = TAKE_PTR(job);
        return 0;
}

/* A part of a body, below the keys of jobs: what is there is right, and nothing is missing. */
static int check_part(const YamlContext *yaml, const JobBody *body, Job *job) {
        int r;

        if (body->node->kind != YAML_KIND_MAPPING) {
                yaml_error(yaml, body->node, "'%s' expects a mapping, not %s", body->name,
                           yaml_kind_phrase(body->node));
                return 0;
        }
        r = decode_fields(yaml, body->node, job);
        return r < 0 ? r : decode_rest(yaml, body->node, job);
}

static int check_default_actions(const YamlContext *yaml, const YamlNode *node) {
        const YamlNode *http = yaml_mapping_find(node, "http");

        return http && !yaml_node_is_null(http->value) ? job_check_http(yaml, http->value) : 0;
}

int job_check_defaults(
                const JobDecodeContext *context,
                const YamlTree *tree,
                const YamlNode *node,
                Diagnostics *diagnostics) {

        const JobBody body = { .tree = tree, .node = node, .name = "defaults" };
        CLEANUP(job_unrefp) Job *job = NULL;
        YamlContext yaml = { .tree = tree,
                             .diagnostics = diagnostics,
                             .partial = true,
                             .userdata = context,
                             .unprivileged = job_is_of_ordinary_user(context) };
        int r;

        r = job_new(context, &body, &job);
        if (r >= 0)
                r = check_part(&yaml, &body, job);
        return r < 0 ? r : check_default_actions(&yaml, node);
}

int job_check_template(
                const JobDecodeContext *context,
                const JobBody *body,
                Diagnostics *diagnostics,
                ParameterSet *ret) {

        CLEANUP(job_unrefp) Job *job = NULL;
        YamlContext yaml = {
                .tree = body->tree, .diagnostics = diagnostics, .partial = true, .userdata = context
        };
        const YamlNode *action = NULL;
        int r;

        r = job_new(context, body, &job);
        if (r >= 0)
                r = check_part(&yaml, body, job);
        if (r < 0 || body->node->kind != YAML_KIND_MAPPING)
                return r;
        if (find_action(&yaml, body, &action) > 0) {
                YamlContext whole = yaml;

                whole.partial = false; /* actions replace one another, so each is a whole one */
                r = decode_action(&whole, body, action, job);
        }
        if (r >= 0)
                r = job_complete_values(&yaml, body->node, job);
        if (r >= 0)
                r = job_check_expansions(&yaml, body->node, job);
        if (r < 0)
                return r;

        *ret = job->parameters;
        job->parameters = (ParameterSet){ 0 };
        return 0;
}

int job_decode_definition(
                const JobDecodeContext *context,
                const char *name,
                const char *text,
                size_t size,
                Diagnostics *diagnostics,
                Job **ret) {

        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        JobBody body = { .tree = &tree, .name = name, .line = 1 };
        YamlNode *root = NULL;
        int source, r;

        assert(context);
        assert(context->zones);
        assert(name);
        assert(diagnostics);
        assert(ret);

        if (size > DEFINITION_SIZE_MAX)
                return -EFBIG;
        if (!job_name_valid(name)) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, context->file, 0, 0,
                                "'%.160s' is not a name for a job: " JOB_NAME_RULE, name);
                return -EINVAL;
        }

        source = yaml_tree_add_source(&tree, context->file);
        if (source < 0)
                return source;
        r = yaml_tree_parse(&tree, source, text, size, diagnostics, &root);
        if (r < 0)
                return r;
        if (!root) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, context->file, 0, 0, "job '%s' is empty",
                                name);
                return -EINVAL;
        }

        body.node = root;
        return job_decode_body(context, &body, diagnostics, ret);
}
