/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/settings.h"

#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>

#include "job/job-body.h"
#include "job/job-fields.h"
#include "job/notify-decode.h"
#include "job/queue-decode.h"
#include "job/yaml-emit.h"
#include "job/yaml-field.h"
#include "util/file-trust.h"
#include "util/file.h"
#include "util/log.h"
#include "util/string-list.h"

#define FILE_SIZE_MAX ((size_t) 1024 * 1024)
#define VARIABLE_MAX 64U
#define KEYS_MAX 32U
#define RUNNING_MAX 1000000U
#define START_RATE_MAX 1000000U
#define MONDAY_TO_FRIDAY 0x3EU

static const char *const store_kind_names[] = {
        [STORE_FILE] = "file",
        [STORE_MEMORY] = "memory",
        [STORE_KIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(store_kind, StoreKind, store_kind_names);

static const char *const hash_seed_names[] = {
        [HASH_SEED_NONE] = "none",
        [HASH_SEED_MACHINE_ID] = "machine-id",
        [HASH_SEED_COUNT] = NULL,
};

DEFINE_STRING_TABLE(hash_seed, HashSeed, hash_seed_names);

static int decode_log_level(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_scalar(context, node, field->key, "a level such as info");

        if (!text)
                return 0;
        if (log_level_parse(text) < 0) {
                yaml_error(context, node,
                           "'%s' expects one of error, warning, notice, info, debug, not '%.64s'", field->key,
                           text);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

static int decode_business_days(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_scalar(context, node, field->key, "weekdays such as Mon..Fri");
        ScheduleError error = { 0 };

        if (text && weekdays_parse(text, member, &error) < 0)
                yaml_error_at(context, node, error.offset, "'%s': %s", field->key, error.reason);
        return 0;
}

/* What is more than a word can be written in the file only. */
static bool may_be_decoded(const YamlContext *context, const YamlField *field, const YamlNode *node) {
        if (node->line != 0)
                return true;

        yaml_error(context, node, "'%s' can be set in the file only", field->key);
        return false;
}

static int decode_defaults(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JobDecodeContext job = { .system_mode = true, .ignore_files = true, .any_action = true };
        char *text;
        int r;

        if (!may_be_decoded(context, field, node))
                return 0;

        r = time_zone_cache_new(&zones);
        if (r < 0)
                return r;
        job.zones = zones;
        r = job_check_defaults(&job, context->tree, node, context->diagnostics);
        if (r < 0)
                return r;

        yaml_emit(node, &buffer);
        r = buffer_take(&buffer, &text);
        if (r < 0)
                return r;
        free(*(char **) member);
        *(char **) member = text;
        return 0;
}

static int decode_queues(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        if (!may_be_decoded(context, field, node))
                return 0;
        return queue_definitions_decode(context, node, member);
}

static int decode_rate(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        if (node->kind == YAML_KIND_SCALAR && strcmp(node->text, "infinity") == 0) {
                *(double *) member = INFINITY;
                return 0;
        }
        return yaml_decode_decimal(context, field, node, member);
}

static int decode_user_limits(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        return may_be_decoded(context, field, node) ? yaml_decode_mapping(context, field, node, member) : 0;
}

static int decode_address(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        return notify_address_check(context, field, node) ? yaml_decode_string(context, field, node, member)
                                                          : 0;
}

#define USER_NUMBER_MAX 1000000U
#define USER_DEFINITION_MAX ((uint64_t) 1024 * 1024)

/* clang-format off */
static const YamlField user_limit_fields[] = {
        { YAML_UNSIGNED("jobs", UserLimits, jobs, 0, USER_NUMBER_MAX),
          .type = "number up to 1000000", .fallback = "1000" },
        { YAML_UNSIGNED("profiles", UserLimits, profiles, 0, USER_NUMBER_MAX),
          .type = "number up to 1000000", .fallback = "100" },
        { YAML_UNSIGNED("running", UserLimits, running, 1, USER_NUMBER_MAX),
          .type = "number from 1 to 1000000", .fallback = "100" },
        { YAML_UNSIGNED("waiting", UserLimits, waiting, 1, USER_NUMBER_MAX),
          .type = "number from 1 to 1000000", .fallback = "1000" },
        { YAML_UNSIGNED("starts-per-minute", UserLimits, starts_per_minute, 1, USER_NUMBER_MAX),
          .type = "number from 1 to 1000000", .fallback = "600" },
        { YAML_UNSIGNED("changes-per-minute", UserLimits, changes_per_minute, 1, USER_NUMBER_MAX),
          .type = "number from 1 to 1000000", .fallback = "2000" },
        { YAML_SIZE    ("definition-size", UserLimits, definition_bytes, 1, USER_DEFINITION_MAX),
          .type = "size up to 1M", .fallback = "64K" },
        { .key = NULL },
};

static const YamlField trouble_fields[] = {
        { YAML_CUSTOM("on-trouble", Settings, on_trouble, NotifyTargets, notify_targets_decode),
          .fields = notify_target_fields, .type = "target | list of targets", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

static int decode_notify(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        return may_be_decoded(context, field, node) ? yaml_decode_mapping(context, field, node, member) : 0;
}

/* clang-format off */
static const YamlField settings_fields[] = {
        { YAML_ENUM    ("store", Settings, store, StoreKind, store_kind_names),
          .type = "file | memory", .fallback = "file" },
        { YAML_CUSTOM  ("log-level", Settings, log_level, char *, decode_log_level),
          .type = "error | warning | notice | info | debug", .fallback = "info" },
        { YAML_UNSIGNED("commit-rows", Settings, commit_rows, 1, 100000),
          .type = "number from 1 to 100000", .fallback = "1000" },
        { YAML_DURATION("commit-delay", Settings, commit_delay_usec, 0, USEC_PER_SEC),
          .type = "duration from 0 to 1s", .fallback = "0" },
        { YAML_DURATION("write-ahead", Settings, write_ahead_usec, 0, 2 * USEC_PER_SEC),
          .type = "duration from 0 to 2s", .fallback = "1s" },
        { YAML_CUSTOM  ("business-days", Settings, business_days, uint8_t, decode_business_days),
          .type = "weekdays", .fallback = "Mon..Fri" },
        { YAML_ENUM    ("hash-seed", Settings, hash_seed, HashSeed, hash_seed_names),
          .type = "none | machine-id", .fallback = "none" },
        { YAML_CUSTOM  ("queues", Settings, queues, QueueDefinitions, decode_queues), .fields = queue_name_fields,
          .type = "mapping", .fallback = "" },
        { YAML_UNSIGNED("default-slots", Settings, default_slots, 1, QUEUE_SLOTS_MAX),
          .type = "number from 1 to 1000000", .fallback = "1" },
        { YAML_UNSIGNED("max-running", Settings, max_running, 1, RUNNING_MAX),
          .type = "number from 1 to 1000000", .fallback = "1000" },
        { YAML_CUSTOM  ("start-rate", Settings, starts_per_second, double, decode_rate), .maximum = START_RATE_MAX,
          .type = "number up to 1000000 | infinity", .fallback = "infinity" },
        { YAML_TEXTS   ("allow-queues", Settings, allow_queues),
          .type = "text | list of texts", .fallback = "[]" },
        { YAML_TEXTS   ("allow-users", Settings, allow_users),
          .type = "text | list of texts", .fallback = "everybody" },
        { YAML_TEXTS   ("deny-users", Settings, deny_users),
          .type = "text | list of texts", .fallback = "[]" },
        { YAML_CUSTOM  ("user-limits", Settings, user_limits, UserLimits, decode_user_limits), .fields = user_limit_fields,
          .type = "mapping", .fallback = "" },
        { YAML_DURATION("shutdown-wait", Settings, shutdown_wait_usec, 0, USEC_INFINITY),
          .type = "duration", .fallback = "0" },
        { YAML_CUSTOM  ("mail-from", Settings, mail_from, char *, decode_address),
          .type = "address", .fallback = "" },
        { YAML_CUSTOM  ("sendmail", Settings, sendmail, char *, job_decode_path),
          .type = "absolute path", .fallback = "/usr/sbin/sendmail" },
        { YAML_OBJECT  ("notify", decode_notify), .fields = trouble_fields,
          .type = "mapping", .fallback = "" },
        { YAML_CUSTOM  ("defaults", Settings, defaults, char *, decode_defaults), .may_be_empty = true,
          .type = "mapping with the keys of a job", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

bool settings_key_describe(size_t index, KeyDescription *ret) {
        assert(ret);

        ret->path[0] = '\0';
        return yaml_key_describe(settings_fields, &index, ret);
}

void settings_done(Settings *settings) {
        if (!settings)
                return;

        free(settings->log_level);
        free(settings->mail_from);
        free(settings->sendmail);
        notify_targets_done(&settings->on_trouble);
        queue_definitions_done(&settings->queues);
        (void) string_list_free(settings->allow_queues);
        (void) string_list_free(settings->allow_users);
        (void) string_list_free(settings->deny_users);
        free(settings->defaults);
        *settings = (Settings){ 0 };
}

JobSite settings_site(const Settings *settings, const char *machine_id) {
        return (JobSite){
                .hash_salt = settings->hash_seed == HASH_SEED_MACHINE_ID ? machine_id : NULL,
                .business_days = settings->business_days,
                .queues = &settings->queues,
                .allow_queues = settings->allow_queues,
                .allow_users = settings->allow_users,
                .deny_users = settings->deny_users,
                .user_limits = settings->user_limits,
        };
}

static int settings_init(Settings *settings) {
        *settings = (Settings){
                .store = STORE_FILE,
                .commit_rows = 1000,
                .write_ahead_usec = USEC_PER_SEC,
                .default_slots = 1,
                .max_running = 1000,
                .starts_per_second = INFINITY,
                .business_days = MONDAY_TO_FRIDAY,
                .user_limits = { .jobs = 1000,
                                 .profiles = 100,
                                 .running = 100,
                                 .waiting = 1000,
                                 .starts_per_minute = 600,
                                 .changes_per_minute = 2000,
                                 .definition_bytes = (uint64_t) 64 * 1024 },
        };
        settings->log_level = strdup("info");
        settings->sendmail = strdup("/usr/sbin/sendmail");
        if (!settings->log_level || !settings->sendmail)
                return -ENOMEM;
        return string_list_push(&settings->allow_users, "*");
}

/* Returns 1 with the text, 0 if there is no file, -EINVAL with an error in `diagnostics`, or another errno.
 */
static int read_settings(const char *path, Diagnostics *diagnostics, char **ret, size_t *ret_size) {
        FileTrust trust = { .owner_uid = geteuid() };
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat status;
        const char *fault;
        int r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        if (fstat(fd, &status) < 0)
                return -errno;
        if (S_ISDIR(status.st_mode))
                return -EISDIR;
        if (!S_ISREG(status.st_mode)) /* a link to /dev/null, for one */
                return 0;

        fault = file_trust_fault(&status, &trust);
        if (fault) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, 0,
                                "this file %s, so it is not trusted", fault);
                return -EINVAL;
        }

        r = fd_read_all(fd, FILE_SIZE_MAX, ret, ret_size);
        return r < 0 ? r : 1;
}

static int load_file(const char *path, Diagnostics *diagnostics, Settings *settings) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        YamlContext context = { .tree = &tree, .diagnostics = diagnostics };
        CLEANUP_FREE char *text = NULL;
        YamlNode *root = NULL;
        size_t size = 0;
        int source, r;

        r = read_settings(path, diagnostics, &text, &size);
        if (r <= 0)
                return r;

        source = yaml_tree_add_source(&tree, path);
        if (source < 0)
                return source;
        r = yaml_tree_parse(&tree, source, text, size, diagnostics, &root);
        if (r < 0)
                return r;
        return root && !yaml_node_is_null(root)
                        ? yaml_fields_decode(&context, settings_fields, root, settings)
                        : 0;
}

/* Decodes a text that is not from a file as if it stood in one, without a line. */
static int apply_text(
                const char *place,
                const YamlField *field,
                const char *text,
                Diagnostics *diagnostics,
                Settings *settings) {

        const char *sources[] = { place };
        YamlTree tree = { .sources = sources, .n_sources = 1 };
        YamlContext context = { .tree = &tree, .diagnostics = diagnostics };
        YamlNode node = { .kind = YAML_KIND_SCALAR, .size = (uint32_t) strlen(text), .text = text };

        /* Plain if it can be, since there are no quotes to write: only true and false have to be. */
        node.flags = YAML_FLAG_PLAIN;
        return field->decode(&context, field, &node, (char *) settings + field->offset);
}

static void variable_name(const char *key, char buffer[static VARIABLE_MAX]) {
        size_t n = strlen("JOBSCHED_");

        memcpy(buffer, "JOBSCHED_", n);
        for (; *key && n < VARIABLE_MAX - 1; key++)
                buffer[n++] = *key == '-' ? '_' : (char) toupper((unsigned char) *key);
        buffer[n] = '\0';
}

static const char *find_variable(char *const *environment, const char *name) {
        size_t n = strlen(name);

        for (char *const *item = environment; item && *item; item++)
                if (strncmp(*item, name, n) == 0 && (*item)[n] == '=' && (*item)[n + 1] != '\0')
                        return *item + n + 1;
        return NULL;
}

static int apply_environment(char *const *environment, Diagnostics *diagnostics, Settings *settings) {
        for (const YamlField *field = settings_fields; field->key; field++) {
                char name[VARIABLE_MAX];
                const char *text;
                int r;

                variable_name(field->key, name);
                text = find_variable(environment, name);
                if (!text)
                        continue;
                r = apply_text(name, field, text, diagnostics, settings);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void report_assignment(const char *assignment, size_t n, Diagnostics *diagnostics) {
        CLEANUP_FREE char *key = strndup(assignment, n);
        const char *keys[KEYS_MAX] = { NULL };
        const char *nearest;

        for (size_t i = 0; settings_fields[i].key && i < KEYS_MAX - 1; i++)
                keys[i] = settings_fields[i].key;
        nearest = key ? string_nearest(key, keys) : NULL;

        diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, "command line", 0, 0, "unknown setting '%.64s'%s%s%s",
                        key ?: "", nearest ? "; did you mean '" : "", nearest ?: "", nearest ? "'?" : "");
}

static int apply_assignment(const char *assignment, Diagnostics *diagnostics, Settings *settings) {
        size_t n = strcspn(assignment, "=");

        if (assignment[n] == '\0') {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, "command line", 0, 0,
                                "expected KEY=VALUE, not '%.64s'", assignment);
                return 0;
        }
        for (const YamlField *field = settings_fields; field->key; field++)
                if (strlen(field->key) == n && strncmp(field->key, assignment, n) == 0)
                        return apply_text("command line", field, assignment + n + 1, diagnostics, settings);

        report_assignment(assignment, n, diagnostics);
        return 0;
}

int settings_load(
                const char *path,
                char *const *environment,
                char *const *assignments,
                Diagnostics *diagnostics,
                Settings *ret) {

        CLEANUP(settings_done) Settings settings = { 0 };
        size_t n_errors;
        int r;

        assert(diagnostics);
        assert(ret);

        n_errors = diagnostics->n_errors;
        r = settings_init(&settings);
        if (r >= 0 && path)
                r = load_file(path, diagnostics, &settings);
        if (r < 0 && r != -EINVAL)
                return r;

        r = apply_environment(environment, diagnostics, &settings);
        if (r < 0)
                return r;
        for (char *const *assignment = assignments; assignment && *assignment; assignment++) {
                r = apply_assignment(*assignment, diagnostics, &settings);
                if (r < 0)
                        return r;
        }
        if (diagnostics->n_errors > n_errors)
                return -EINVAL;

        *ret = settings;
        settings = (Settings){ 0 };
        return 0;
}
