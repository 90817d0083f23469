/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `notify:` of jobs, and of the settings. */

#include "job/notify-decode.h"

#include <string.h>

#include "job/job-fields.h"
#include "job/notify-text.h"
#include "util/string-list.h"

#define TARGETS_MAX 100U
#define ADDRESS_MAX 320U /* 64 before the '@', 255 behind it */
#define URL_MAX 8192U
#define HEADERS_MAX 100U
#define METHOD_MAX 16U
#define DIGITS "0123456789"
#define UPPER_CASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS UPPER_CASE "abcdefghijklmnopqrstuvwxyz"

/* One target as it is written: exactly one of the three. */
typedef struct TargetSpec {
        const YamlNode *mail, *http, *command;
} TargetSpec;

static int decode_url(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
static int decode_method(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
static int decode_headers(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
static int decode_body(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* clang-format off */
static const YamlField http_fields[] = {
        { YAML_CUSTOM("url",     NotifyTarget, url, char *, decode_url), .required = true,
          .type = "URL", .fallback = "" },
        { YAML_CUSTOM("method",  NotifyTarget, method, char *, decode_method),
          .type = "GET | POST | PUT | …", .fallback = "POST" },
        { YAML_ENUM  ("format",  NotifyTarget, format, NotifyFormat, notify_format_names),
          .type = "json | slack | mattermost | ntfy | healthchecks", .fallback = "json" },
        { YAML_CUSTOM("headers", NotifyTarget, headers, char **, decode_headers),
          .type = "mapping of texts", .fallback = "" },
        { YAML_CUSTOM("body",    NotifyTarget, body, char *, decode_body),
          .type = "text", .fallback = "by format" },
        { .key = NULL },
};

const YamlField notify_target_fields[] = {
        { YAML_NODE("mail",    TargetSpec, mail),
          .type = "address | list of addresses", .fallback = "" },
        { YAML_NODE("http",    TargetSpec, http), .fields = http_fields,
          .type = "URL | mapping", .fallback = "" },
        { YAML_NODE("command", TargetSpec, command),
          .type = "text | list of texts", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

#define EVENT(name, event)                                                                        \
        {                                                                                         \
                YAML_CUSTOM(name, NotifyPolicy, on[event], NotifyTargets, notify_targets_decode), \
                                .type = "target | list of targets", .fallback = ""                \
        }

/* clang-format off */
const YamlField notify_fields[] = {
        { YAML_CUSTOM("on-failure", NotifyPolicy, on[NOTIFY_ON_FAILURE], NotifyTargets, notify_targets_decode),
          .fields = notify_target_fields, .type = "target | list of targets", .fallback = "" },
        EVENT("on-success",      NOTIFY_ON_SUCCESS),
        EVENT("on-recovery",     NOTIFY_ON_RECOVERY),
        EVENT("on-missed",       NOTIFY_ON_MISSED),
        EVENT("on-late",         NOTIFY_ON_LATE),
        EVENT("on-long-running", NOTIFY_ON_LONG_RUNNING),
        EVENT("on-output",       NOTIFY_ON_OUTPUT),
        EVENT("on-overdue",      NOTIFY_ON_OVERDUE),
        { YAML_DURATION("late-after",         NotifyPolicy, late_after_usec, 1, USEC_INFINITY),
          .type = "duration", .fallback = "5min" },
        { YAML_DURATION("long-running-after", NotifyPolicy, long_running_after_usec, 1, USEC_INFINITY),
          .type = "duration", .fallback = "1h" },
        { .key = NULL },
};
/* clang-format on */

/* --- mail ------------------------------------------------------------------------------------------ */

/* What would be an option, a second header or a command to sendmail is none. */
static bool address_valid(const char *text, size_t n) {
        static const char allowed[] = LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~.@";

        /* "|program" and "/file" are no people. */
        if (n == 0 || n > ADDRESS_MAX || strchr("-@|/", text[0]) || text[n - 1] == '@')
                return false;
        for (size_t i = 0; i < n; i++)
                if ((unsigned char) text[i] < 0x80 && !strchr(allowed, text[i]))
                        return false;
        return true;
}

bool notify_address_check(const YamlContext *context, const YamlField *field, const YamlNode *node) {
        const char *text = yaml_text(context, node, field->key);

        if (!text)
                return false;
        for (const char *next = text;; next++) {
                size_t n_blanks = strspn(next, " ");
                size_t n = strcspn(next + n_blanks, ", ");

                if (!address_valid(next + n_blanks, n))
                        break;
                next += n_blanks + n;
                next += strspn(next, " ");
                if (*next == '\0')
                        return true;
                if (*next != ',')
                        break;
        }
        yaml_error(context, node, "'%s' expects an address such as ann@example.org, not '%.64s'", field->key,
                   text);
        return false;
}

static int decode_mail(const YamlContext *context, const YamlNode *node, NotifyTarget *target) {
        static const YamlField field = { .key = "mail" };
        CLEANUP(string_list_freep) char **addresses = NULL;
        bool valid = true;
        int r;

        if (node->kind == YAML_KIND_LIST) {
                for (const YamlNode *item = node->first; item; item = item->next)
                        valid &= notify_address_check(context, &field, item);
                if (node->size == 0) {
                        yaml_error(context, node, "'mail' is empty");
                        valid = false;
                }
        } else
                valid = notify_address_check(context, &field, node);
        if (!valid)
                return 0;

        r = yaml_decode_texts(context, &field, node, &addresses);
        return r < 0 ? r : string_list_join(addresses, ", ", &target->address);
}

/* --- http ------------------------------------------------------------------------------------------ */

static bool has_control_character(const char *text) {
        for (; *text; text++)
                if ((unsigned char) *text < 0x20 || *text == 0x7F)
                        return true;
        return false;
}

static int decode_url(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key), *host;

        if (!text)
                return 0;
        host = strncmp(text, "https://", 8) == 0           ? text + 8
                        : strncmp(text, "http://", 7) == 0 ? text + 7
                                                           : "";
        if (host[strspn(host, "/:?#@")] == '\0' || strchr("/:?#@", host[0]) || strchr(text, ' ') ||
            has_control_character(text) || node->size > URL_MAX) {
                yaml_error(context, node, "'%s' expects a URL such as https://example.org/hook, not '%.64s'",
                           field->key, text);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

static int decode_method(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key);

        if (!text)
                return 0;
        if (node->size == 0 || node->size > METHOD_MAX || text[strspn(text, UPPER_CASE)] != '\0') {
                yaml_error(context, node, "'%s' expects a method of HTTP such as POST, not '%.64s'",
                           field->key, text);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

static int decode_header(
                const YamlContext *context,
                const YamlNode *mapping,
                const YamlNode *key,
                char ***headers) {

        const char *text;
        char *header;

        if (!yaml_key_check(context, mapping, key) || yaml_node_is_null(key->value))
                return 0;
        if (key->size == 0 || key->text[strspn(key->text, LETTERS DIGITS "!#$%&'*+-.^_`|~")] != '\0') {
                yaml_error(context, key, "'%.64s' is not a name for a header", key->text);
                return 0;
        }
        text = yaml_text(context, key->value, key->text);
        if (!text)
                return 0;
        if (has_control_character(text)) {
                yaml_error(context, key->value, "the header '%s' may not have control characters in it",
                           key->text);
                return 0;
        }
        if (asprintf(&header, "%s: %s", key->text, text) < 0)
                return -ENOMEM;
        return string_list_take_push(headers, header);
}

static int decode_headers(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        if (node->kind != YAML_KIND_MAPPING || node->size > HEADERS_MAX) {
                yaml_error(context, node, "'%s' expects a mapping such as {Title: text}, not %s", field->key,
                           node->kind != YAML_KIND_MAPPING ? yaml_kind_phrase(node)
                                                           : "more than 100 of them");
                return 0;
        }
        YAML_FOREACH(key, node) {
                int r = decode_header(context, node, key, member);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int decode_body(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key);
        CLEANUP_FREE char *unknown = NULL;

        if (!text)
                return 0;
        if (notify_template_check(text, &unknown) < 0) {
                yaml_error(context, node, "'%s' has no value for ${%.64s}", field->key, unknown ?: "");
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

static int decode_http(const YamlContext *context, const YamlNode *node, NotifyTarget *target) {
        static const YamlField field = { .key = "http" };
        size_t n_errors = context->diagnostics->n_errors;
        int r;

        if (node->kind == YAML_KIND_SCALAR)
                r = decode_url(context, &field, node, &target->url);
        else if (node->kind == YAML_KIND_LIST) {
                yaml_error(context, node, "'http' expects a URL or a mapping, not a list");
                return 0;
        } else
                r = yaml_fields_decode(context, http_fields, node, target);
        if (r < 0 || context->diagnostics->n_errors > n_errors)
                return r;

        if (target->body && yaml_mapping_find(node, "format"))
                yaml_error(context, node, "'body' and 'format' exclude each other");
        else if (target->body && target->method && strcmp(target->method, "GET") == 0)
                yaml_warning(context, node, "'body' has no effect with 'method: GET'");
        if (!target->method)
                target->method = strdup("POST");
        return target->method ? 0 : -ENOMEM;
}

/* --- targets --------------------------------------------------------------------------------------- */

static int decode_target(const YamlContext *context, const YamlNode *node, NotifyTarget *target) {
        static const YamlField command = { .key = "command" };
        size_t n_errors = context->diagnostics->n_errors;
        TargetSpec spec = { 0 };
        int r;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "a target is a mapping such as {mail: ann@example.org}, not %s",
                           yaml_kind_phrase(node));
                return 0;
        }
        r = yaml_fields_decode(context, notify_target_fields, node, &spec);
        if (r < 0 || context->diagnostics->n_errors > n_errors)
                return r;
        if (!!spec.mail + !!spec.http + !!spec.command != 1) {
                yaml_error(context, node, "a target has exactly one of 'mail', 'http' and 'command'");
                return 0;
        }

        if (spec.mail) {
                target->channel = NOTIFY_MAIL;
                return decode_mail(context, spec.mail, target);
        }
        if (spec.http) {
                target->channel = NOTIFY_HTTP;
                return decode_http(context, spec.http, target);
        }
        target->channel = NOTIFY_COMMAND;
        return job_decode_text_or_arguments(
                        context, &command, spec.command, &target->script, &target->arguments);
}

int notify_targets_decode(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        NotifyTargets *targets = member;
        const YamlNode *first = node->kind == YAML_KIND_LIST ? node->first : node;
        size_t n = node->kind == YAML_KIND_LIST ? node->size : 1;

        if (n > TARGETS_MAX) {
                yaml_error(context, node, "'%s' has more than %u targets", field->key, TARGETS_MAX);
                return 0;
        }
        if (n == 0)
                return 0;
        targets->items = calloc(n, sizeof(*targets->items));
        if (!targets->items)
                return -ENOMEM;

        for (const YamlNode *item = first; item && targets->n_items < n; item = item->next) {
                int r = decode_target(context, item, &targets->items[targets->n_items++]);

                if (r < 0)
                        return r;
        }
        return 0;
}

void job_check_notify(const YamlContext *context, const YamlNode *body, const Job *job) {
        const YamlNode *notify = yaml_mapping_find(body, "notify");
        const YamlNode *overdue = notify ? yaml_mapping_find(notify->value, "on-overdue") : NULL;

        if (overdue && job->notify.on[NOTIFY_ON_OVERDUE].n_items > 0 &&
            job->expect_within_usec == USEC_INFINITY)
                yaml_warning(context, overdue,
                             "'on-overdue' has no effect without 'expect-within', which says when the job is "
                             "overdue");
}
