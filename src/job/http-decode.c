/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `http:` */

#include "job/http-decode.h"

#include <string.h>

#include "job/expand.h"
#include "job/http-encode.h"
#include "job/job-fields.h"
#include "util/pattern.h"

#define URL_MAX 8192U
#define METHOD_MAX 16U
#define REDIRECTS_MAX 20U
#define RESPONSE_MAX_DEFAULT (UINT64_C(1024) * 1024)
#define RESPONSE_MAX_MAX (UINT64_C(16) * 1024 * 1024)
#define TIMEOUT_DEFAULT_USEC (5 * USEC_PER_MINUTE)
#define CONNECT_TIMEOUT_DEFAULT_USEC (15 * USEC_PER_SEC)
#define UPPER_CASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* clang-format off */
static const YamlField body_part_fields[] = {
        { YAML_NODE("text",      HttpBodySpec, text), .type = "text", .fallback = "" },
        { YAML_NODE("json",      HttpBodySpec, json), .type = "any value", .fallback = "" },
        { YAML_NODE("form",      HttpBodySpec, form), .type = "mapping of texts", .fallback = "" },
        { YAML_NODE("multipart", HttpBodySpec, multipart), .type = "mapping of texts or files", .fallback = "" },
        { YAML_NODE("file",      HttpBodySpec, file), .type = "absolute path", .fallback = "" },
        { YAML_NODE("type",      HttpBodySpec, type), .type = "content type", .fallback = "as the body is" },
        { .key = NULL },
};

static const YamlField auth_part_fields[] = {
        { YAML_NODE("bearer", HttpAuthSpec, bearer), .type = "text", .fallback = "" },
        { YAML_NODE("basic",  HttpAuthSpec, basic), .fields = http_login_fields, .type = "mapping", .fallback = "" },
        { YAML_NODE("digest", HttpAuthSpec, digest), .type = "mapping as for basic", .fallback = "" },
        { .key = NULL },
};

const YamlField http_action_fields[] = {
        { YAML_NODE    ("url",          HttpSpec, url), .type = "URL", .fallback = "" },
        { YAML_NODE    ("method",       HttpSpec, method), .type = "GET | POST | PUT | …",
          .fallback = "GET, with a body POST" },
        { YAML_NODE    ("headers",      HttpSpec, headers), .type = "mapping of texts", .fallback = "" },
        { YAML_NODE    ("query",        HttpSpec, query), .type = "mapping of texts", .fallback = "" },
        { YAML_NODE    ("body",         HttpSpec, body), .fields = body_part_fields,
          .type = "text | mapping", .fallback = "" },
        { YAML_NODE    ("auth",         HttpSpec, auth), .fields = auth_part_fields,
          .type = "mapping", .fallback = "" },
        { YAML_NODE    ("certificate",  HttpSpec, certificate), .type = "absolute path | text", .fallback = "" },
        { YAML_NODE    ("key",          HttpSpec, key), .type = "absolute path | text",
          .fallback = "in the certificate's file" },
        { YAML_NODE    ("key-password", HttpSpec, key_password), .type = "text", .fallback = "" },
        { YAML_NODE    ("ca",           HttpSpec, ca), .type = "system | absolute path | text", .fallback = "system" },
        { YAML_BOOL    ("verify",       HttpSpec, verify), .type = "true | false", .fallback = "true" },
        { YAML_NODE    ("proxy",        HttpSpec, proxy), .type = "URL", .fallback = "" },
        { YAML_ENUM    ("http-version", HttpSpec, version, HttpVersionSpec, http_version_names),
          .type = "auto | 1.0 | 1.1 | 2 | 2-only", .fallback = "auto" },
        { YAML_UNSIGNED("redirects",    HttpSpec, redirects, 0, REDIRECTS_MAX),
          .type = "number from 0 to 20", .fallback = "0" },
        { YAML_DURATION("timeout",      HttpSpec, timeout_usec, 1000, USEC_PER_DAY),
          .type = "duration", .fallback = "5min" },
        { YAML_DURATION("connect-timeout", HttpSpec, connect_timeout_usec, 1000, USEC_PER_DAY),
          .type = "duration", .fallback = "15s" },
        { YAML_SIZE    ("response-max", HttpSpec, response_max_bytes, 0, RESPONSE_MAX_MAX),
          .type = "size up to 16M", .fallback = "1M" },
        { YAML_NODE    ("expect-status", HttpSpec, expect_status),
          .type = "any | code | list of codes and ranges", .fallback = "[200-299]" },
        { YAML_NODE    ("expect-body",  HttpSpec, expect_body), .type = "regular expression", .fallback = "" },
        { YAML_NODE    ("expect-json",  HttpSpec, expect_json), .type = "mapping of paths to values", .fallback = "" },
        { YAML_ENUM    ("append-id",    HttpSpec, append_id, HttpAppendSpec, http_append_names),
          .type = "none | job | execution", .fallback = "none" },
        { YAML_BOOL    ("allow-private", HttpSpec, allow_private), .type = "true | false",
          .fallback = "true, for ordinary users false" },
        { YAML_NODE    ("save",         HttpSpec, save), .type = "list of headers and body",
          .fallback = "[headers, body]" },
        { .key = NULL },
};
/* clang-format on */

/* --- checks ---------------------------------------------------------------------------------------- */

static bool has_control_character(const char *text) {
        for (; *text; text++)
                if ((unsigned char) *text < 0x20 || *text == 0x7F)
                        return true;
        return false;
}

/* As much of it as is known before parameters and credentials are put in. */
static bool url_is_valid(const char *text, size_t size) {
        const char *host;

        if (size > URL_MAX || has_control_character(text) || strchr(text, ' '))
                return false;
        if (strncmp(text, "${", 2) == 0)
                return true;
        host = strncmp(text, "https://", 8) == 0           ? text + 8
                        : strncmp(text, "http://", 7) == 0 ? text + 7
                                                           : "";
        return *host != '\0' && !strchr("/:?#@", *host);
}

static void check_url(const YamlContext *context, const YamlNode *node) {
        const char *text = yaml_text(context, node, "url");

        if (text && !url_is_valid(text, node->size))
                yaml_error(context, node, "'url' expects a URL such as https://example.org/path, not '%.64s'",
                           text);
}

static void check_method(const YamlContext *context, const YamlNode *node) {
        const char *text = yaml_text(context, node, "method");

        if (text && (node->size == 0 || node->size > METHOD_MAX || text[strspn(text, UPPER_CASE)] != '\0'))
                yaml_error(context, node, "'method' expects a method of HTTP such as POST, not '%.64s'",
                           text);
}

static void check_proxy(const YamlContext *context, const YamlNode *node) {
        static const char *const schemes[] = { "http://", "https://", "socks5://", "socks5h://", "${" };
        const char *text = yaml_text(context, node, "proxy");

        if (!text)
                return;
        for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
                size_t length = strlen(schemes[i]);

                if (strncmp(text, schemes[i], length) == 0 && text[length] != '\0' &&
                    !has_control_character(text))
                        return;
        }
        yaml_error(context, node,
                   "'proxy' expects a URL such as http://proxy.example.org:3128 (also https, socks5 and "
                   "socks5h), not '%.64s'",
                   text);
}

static void check_expression(const YamlContext *context, const YamlNode *node) {
        const char *text = yaml_text(context, node, "expect-body");
        CLEANUP(pattern_freep) Pattern *pattern = NULL;
        char fault[PATTERN_FAULT_MAX];

        if (text && !expand_is_needed(text) && pattern_new(text, PATTERN_LINES, &pattern, fault) == -EINVAL)
                yaml_error(context, node, "'expect-body' %s", fault);
}

static const struct {
        size_t offset;
        void (*check)(const YamlContext *context, const YamlNode *node);
} checks[] = {
        { offsetof(HttpSpec, url), check_url },
        { offsetof(HttpSpec, method), check_method },
        { offsetof(HttpSpec, proxy), check_proxy },
        { offsetof(HttpSpec, expect_body), check_expression },
};

static const YamlNode *node_at(const HttpSpec *spec, size_t offset) {
        return *(const YamlNode *const *) (const void *) ((const char *) spec + offset);
}

static int decode_spec(const YamlContext *context, const YamlNode *node, HttpSpec *ret) {
        int r;

        *ret = (HttpSpec){
                .verify = true,
                .timeout_usec = TIMEOUT_DEFAULT_USEC,
                .connect_timeout_usec = CONNECT_TIMEOUT_DEFAULT_USEC,
                .response_max_bytes = RESPONSE_MAX_DEFAULT,
                .allow_private = !context->unprivileged,
        };
        r = yaml_fields_decode(context, http_action_fields, node, ret);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
                const YamlNode *member = node_at(ret, checks[i].offset);

                if (member)
                        checks[i].check(context, member);
        }
        if (ret->body) {
                r = ret->body->kind == YAML_KIND_MAPPING
                                ? yaml_fields_decode(context, body_part_fields, ret->body, &ret->body_spec)
                                : 0;
                if (r < 0)
                        return r;
        }
        return ret->auth ? yaml_fields_decode(context, auth_part_fields, ret->auth, &ret->auth_spec) : 0;
}

static void check_whole(const YamlContext *context, const YamlNode *node, const HttpSpec *spec) {
        if (!spec->url)
                yaml_error(context, node, "'http' needs 'url'");
        if (context->unprivileged && spec->allow_private)
                yaml_error(context, node,
                           "'allow-private' is for jobs of root only: jobs of ordinary users reach public "
                           "addresses");
        if (spec->key && !spec->certificate)
                yaml_error(context, spec->key, "'key' needs 'certificate'");
        if (spec->key_password && !spec->certificate)
                yaml_error(context, spec->key_password, "'key-password' needs 'certificate'");
}

int job_check_http(const YamlContext *context, const YamlNode *node) {
        HttpSpec spec;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'http' expects a mapping, not %s", yaml_kind_phrase(node));
                return 0;
        }
        return decode_spec(context, node, &spec);
}

/* --- the whole ------------------------------------------------------------------------------------- */

static void check_credentials(const YamlContext *context, const YamlNode *node, const RequestAction *action) {
        if (context->unprivileged && action->credentials)
                yaml_error(context, node,
                           "'${credential:%.64s}': credentials of the host are for jobs of root only; a "
                           "secret parameter is for everybody",
                           action->credentials[0]);
}

/* It would say nothing. What limits processes may stand in the defaults of many jobs. */
static void check_others(const YamlContext *context, const YamlNode *body) {
        const YamlNode *key = yaml_mapping_find(body, "stdin");

        if (key && !yaml_node_is_null(key->value))
                yaml_error(context, key,
                           "'stdin' cannot be together with 'http': what a request sends is 'http.body'");
}

int job_decode_http(const YamlContext *context, const YamlNode *body, const YamlNode *node, Job *job) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        RequestAction *action = &job->request;
        HttpSpec spec;
        int r;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'http' expects a mapping, not %s", yaml_kind_phrase(node));
                return 0;
        }
        check_others(context, body);
        r = decode_spec(context, node, &spec);
        if (r < 0)
                return r;
        check_whole(context, node, &spec);
        if (!spec.url)
                return 0;

        job->action = ACTION_HTTP;
        action->allow_private = spec.allow_private;
        action->kind = strdup("http");
        if (!action->kind)
                return -ENOMEM;
        r = http_encode(context, &spec, &job->parameters, action, &buffer);
        if (r < 0)
                return r;
        check_credentials(context, node, action);
        job->process.timeout_usec = MIN(job->process.timeout_usec, spec.timeout_usec);
        return buffer_take(&buffer, &action->request);
}
