/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/http-encode.h"

#include <limits.h>
#include <string.h>

#include "job/expand.h"
#include "job/yaml-json.h"
#include "util/string-list.h"

#define FIELDS_MAX 1000U
#define STATUS_MIN 100U
#define STATUS_MAX 599U
#define TOKEN_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"

const char *const http_version_names[] = {
        [HTTP_VERSION_AUTO] = "auto", [HTTP_VERSION_1_0] = "1.0",       [HTTP_VERSION_1_1] = "1.1",
        [HTTP_VERSION_2] = "2",       [HTTP_VERSION_2_ONLY] = "2-only", [HTTP_VERSION_SPEC_COUNT] = NULL,
};

const char *const http_append_names[] = {
        [HTTP_APPEND_NONE] = "none",
        [HTTP_APPEND_JOB] = "job",
        [HTTP_APPEND_EXECUTION] = "execution",
        [HTTP_APPEND_SPEC_COUNT] = NULL,
};

typedef struct Encoder {
        const YamlContext *context;
        const ParameterSet *declared;
        RequestAction *action;
        JsonWriter writer;
        bool failed; /* out of memory */
} Encoder;

typedef struct LoginSpec {
        const YamlNode *user, *password;
} LoginSpec;

typedef struct PartSpec {
        const YamlNode *value, *file, *name, *type;
} PartSpec;

/* clang-format off */
const YamlField http_login_fields[] = {
        { YAML_NODE("user",     LoginSpec, user), .required = true, .type = "text", .fallback = "" },
        { YAML_NODE("password", LoginSpec, password), .required = true, .type = "text", .fallback = "" },
        { .key = NULL },
};

static const YamlField part_fields[] = {
        { YAML_NODE("value", PartSpec, value), .type = "text", .fallback = "" },
        { YAML_NODE("file",  PartSpec, file), .type = "absolute path", .fallback = "" },
        { YAML_NODE("name",  PartSpec, name), .type = "text", .fallback = "" },
        { YAML_NODE("type",  PartSpec, type), .type = "content type", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

/* --- texts and files ------------------------------------------------------------------------------- */

static void check_text(Encoder *encoder, const YamlNode *node, unsigned flags) {
        CLEANUP_FREE char *fault = NULL;
        int r = expand_check(node->text, encoder->declared, flags, &fault);

        if (r == -EINVAL)
                yaml_error(encoder->context, node, "%s", fault);
        else if (r < 0)
                encoder->failed = true;
}

static void note_references(Encoder *encoder, const YamlNode *node) {
        check_text(encoder, node, EXPAND_CREDENTIALS);
        if (expand_credentials(node->text, &encoder->action->credentials) < 0)
                encoder->failed = true;
}

/* Of lists and mappings too, for `json`. */
static void note_references_below(Encoder *encoder, const YamlNode *node) {
        if (node->kind == YAML_KIND_SCALAR) {
                note_references(encoder, node);
                return;
        }
        YAML_FOREACH(item, node)
        note_references_below(encoder, node->kind == YAML_KIND_MAPPING ? item->value : item);
}

static void add_text(Encoder *encoder, const char *key, const YamlNode *node, const char *what) {
        const char *text = yaml_text(encoder->context, node, what);

        if (!text)
                return;
        note_references(encoder, node);
        json_writer_string(&encoder->writer, key, text);
}

static void add_json(Encoder *encoder, const char *key, const YamlNode *node) {
        note_references_below(encoder, node);
        if (yaml_json_write(encoder->context, node, &encoder->writer, key) < 0)
                encoder->failed = true;
}

/* The number of the file stands in the request, its path goes to the runner. */
static void add_file(Encoder *encoder, const char *key, const YamlNode *node, const char *what) {
        const char *text = yaml_text(encoder->context, node, what);

        if (!text)
                return;
        if (text[0] != '/' || node->size >= PATH_MAX || strstr(text, "${credential:")) {
                yaml_error(encoder->context, node,
                           "'%s' expects an absolute path, in which no credential may stand, not '%.64s'",
                           what, text);
                return;
        }
        check_text(encoder, node, EXPAND_PATH);
        json_writer_integer(&encoder->writer, key, (int64_t) string_list_length(encoder->action->files));
        if (string_list_push(&encoder->action->files, text) < 0)
                encoder->failed = true;
}

/* A path, or the content itself, which is for credentials. */
static void add_content(Encoder *encoder, const char *key, const YamlNode *node, const char *what) {
        const char *text = yaml_text(encoder->context, node, what);

        if (!text)
                return;
        json_writer_begin_object(&encoder->writer, key);
        if (text[0] == '/')
                add_file(encoder, "file", node, what);
        else if (expand_is_needed(text) || strstr(text, "-----BEGIN "))
                add_text(encoder, "text", node, what);
        else
                yaml_error(encoder->context, node,
                           "'%s' expects an absolute path, or ${credential:NAME} for what is kept there, not "
                           "'%.64s'",
                           what, text);
        json_writer_end_object(&encoder->writer);
}

/* --- lists of names and values --------------------------------------------------------------------- */

static void add_pair(Encoder *encoder, const YamlNode *key, const YamlNode *value) {
        json_writer_begin_object(&encoder->writer, NULL);
        json_writer_string(&encoder->writer, "name", key->text);
        add_text(encoder, "value", value, key->text);
        json_writer_end_object(&encoder->writer);
}

static bool is_header_name(const YamlNode *key) {
        return key->size > 0 && key->text[strspn(key->text, TOKEN_CHARACTERS)] == '\0';
}

static void add_pairs_of(Encoder *encoder, const YamlNode *key, bool headers) {
        if (headers && !is_header_name(key)) {
                yaml_error(encoder->context, key, "'%.64s' is not the name of a header", key->text);
                return;
        }
        if (key->value->kind != YAML_KIND_LIST) {
                add_pair(encoder, key, key->value);
                return;
        }
        YAML_FOREACH(item, key->value)
        add_pair(encoder, key, item);
}

static void add_pairs(Encoder *encoder, const char *name, const YamlNode *node) {
        bool headers = strcmp(name, "headers") == 0;

        if (node->kind != YAML_KIND_MAPPING || node->size > FIELDS_MAX) {
                yaml_error(encoder->context, node, "'%s' expects a mapping of at most %u texts, not %s", name,
                           FIELDS_MAX, yaml_kind_phrase(node));
                return;
        }
        json_writer_begin_array(&encoder->writer, name);
        YAML_FOREACH(key, node) {
                if (yaml_key_check(encoder->context, node, key))
                        add_pairs_of(encoder, key, headers);
        }
        json_writer_end_array(&encoder->writer);
}

/* --- body ------------------------------------------------------------------------------------------ */

static void add_part(Encoder *encoder, const YamlNode *key, const YamlNode *value) {
        PartSpec part = { 0 };

        if (value->kind != YAML_KIND_MAPPING)
                part.value = value;
        else if (yaml_fields_decode(encoder->context, part_fields, value, &part) < 0)
                encoder->failed = true;
        if (!part.value == !part.file) {
                yaml_error(encoder->context, value, "'%.64s' expects a text, or one of 'value' and 'file'",
                           key->text);
                return;
        }
        json_writer_begin_object(&encoder->writer, NULL);
        json_writer_string(&encoder->writer, "name", key->text);
        if (part.value)
                add_text(encoder, "value", part.value, key->text);
        else
                add_file(encoder, "file", part.file, "file");
        if (part.name)
                add_text(encoder, "file-name", part.name, "name");
        else if (part.file && part.file->kind == YAML_KIND_SCALAR && strrchr(part.file->text, '/'))
                json_writer_string(&encoder->writer, "file-name", strrchr(part.file->text, '/') + 1);
        if (part.type)
                add_text(encoder, "type", part.type, "type");
        json_writer_end_object(&encoder->writer);
}

static void add_parts_of(Encoder *encoder, const YamlNode *key) {
        if (key->value->kind != YAML_KIND_LIST) {
                add_part(encoder, key, key->value);
                return;
        }
        YAML_FOREACH(item, key->value)
        add_part(encoder, key, item);
}

static void add_multipart(Encoder *encoder, const YamlNode *node) {
        if (node->kind != YAML_KIND_MAPPING || node->size == 0 || node->size > FIELDS_MAX) {
                yaml_error(encoder->context, node, "'multipart' expects a mapping of texts and files, not %s",
                           yaml_kind_phrase(node));
                return;
        }
        json_writer_begin_array(&encoder->writer, "multipart");
        YAML_FOREACH(key, node) {
                if (yaml_key_check(encoder->context, node, key))
                        add_parts_of(encoder, key);
        }
        json_writer_end_array(&encoder->writer);
}

static void add_body_content(Encoder *encoder, const HttpBodySpec *body) {
        if (body->text)
                add_text(encoder, "text", body->text, "text");
        if (body->json)
                add_json(encoder, "json", body->json);
        if (body->form)
                add_pairs(encoder, "form", body->form);
        if (body->multipart)
                add_multipart(encoder, body->multipart);
        if (body->file)
                add_file(encoder, "file", body->file, "file");
        if (body->type)
                add_text(encoder, "type", body->type, "type");
}

static void add_body(Encoder *encoder, const HttpSpec *spec) {
        const HttpBodySpec *body = &spec->body_spec;
        int n = !!body->text + !!body->json + !!body->form + !!body->multipart + !!body->file;

        if (!spec->body)
                return;
        json_writer_begin_object(&encoder->writer, "body");
        if (spec->body->kind != YAML_KIND_MAPPING)
                add_text(encoder, "text", spec->body, "body");
        else if (n == 1)
                add_body_content(encoder, body);
        else
                yaml_error(encoder->context, spec->body,
                           "'body' expects a text, or one of 'text', 'json', 'form', 'multipart' and 'file'");
        json_writer_end_object(&encoder->writer);
}

/* --- auth, TLS ------------------------------------------------------------------------------------- */

static void add_login(Encoder *encoder, const char *kind, const YamlNode *node) {
        LoginSpec login = { 0 };

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(encoder->context, node, "'%s' expects 'user' and 'password'", kind);
                return;
        }
        if (yaml_fields_decode(encoder->context, http_login_fields, node, &login) < 0)
                encoder->failed = true;
        json_writer_begin_object(&encoder->writer, kind);
        if (login.user)
                add_text(encoder, "user", login.user, "user");
        if (login.password)
                add_text(encoder, "password", login.password, "password");
        json_writer_end_object(&encoder->writer);
}

static void add_auth(Encoder *encoder, const HttpSpec *spec) {
        const HttpAuthSpec *auth = &spec->auth_spec;

        if (!spec->auth)
                return;
        if (!!auth->bearer + !!auth->basic + !!auth->digest != 1) {
                yaml_error(encoder->context, spec->auth,
                           "'auth' expects one of 'bearer', 'basic' and 'digest'");
                return;
        }
        json_writer_begin_object(&encoder->writer, "auth");
        if (auth->bearer)
                add_text(encoder, "bearer", auth->bearer, "bearer");
        if (auth->basic)
                add_login(encoder, "basic", auth->basic);
        if (auth->digest)
                add_login(encoder, "digest", auth->digest);
        json_writer_end_object(&encoder->writer);
}

static void add_tls(Encoder *encoder, const HttpSpec *spec) {
        bool system = spec->ca && spec->ca->kind == YAML_KIND_SCALAR && strcmp(spec->ca->text, "system") == 0;

        if (spec->certificate)
                add_content(encoder, "certificate", spec->certificate, "certificate");
        if (spec->key)
                add_content(encoder, "key", spec->key, "key");
        if (spec->key_password)
                add_text(encoder, "key-password", spec->key_password, "key-password");
        if (spec->ca && !system)
                add_content(encoder, "ca", spec->ca, "ca");
        json_writer_bool(&encoder->writer, "verify", spec->verify);
}

/* --- what is expected ------------------------------------------------------------------------------ */

/* "204" or "200-299". */
static bool parse_codes(const char *text, unsigned *ret_first, unsigned *ret_last) {
        int end = 0;
        int n = sscanf(text, "%3u%n-%3u%n", ret_first, &end, ret_last, &end);

        if (n == 1)
                *ret_last = *ret_first;
        return n >= 1 && text[end] == '\0' && strspn(text, "0123456789-") == strlen(text) &&
                        *ret_first >= STATUS_MIN && *ret_first <= *ret_last && *ret_last <= STATUS_MAX;
}

static void add_codes(Encoder *encoder, const YamlNode *node) {
        unsigned first = 0, last = 0;

        if (node->kind != YAML_KIND_SCALAR || !parse_codes(node->text, &first, &last)) {
                yaml_error(encoder->context, node,
                           "'expect-status' expects 'any', or codes and ranges such as 204 and 200-299, "
                           "not '%.64s'",
                           node->kind == YAML_KIND_SCALAR ? node->text : yaml_kind_phrase(node));
                return;
        }
        json_writer_begin_object(&encoder->writer, NULL);
        json_writer_integer(&encoder->writer, "from", first);
        json_writer_integer(&encoder->writer, "to", last);
        json_writer_end_object(&encoder->writer);
}

static void add_expected_status(Encoder *encoder, const YamlNode *node) {
        if (node->kind == YAML_KIND_SCALAR && strcmp(node->text, "any") == 0)
                return; /* nothing is judged */
        json_writer_begin_array(&encoder->writer, "expect-status");
        if (node->kind == YAML_KIND_LIST && node->size > 0 && node->size <= FIELDS_MAX)
                YAML_FOREACH(item, node)
        add_codes(encoder, item);
        else add_codes(encoder, node);
        json_writer_end_array(&encoder->writer);
}

static void add_expected_json(Encoder *encoder, const YamlNode *node) {
        if (node->kind != YAML_KIND_MAPPING || node->size == 0 || node->size > FIELDS_MAX) {
                yaml_error(encoder->context, node,
                           "'expect-json' expects a mapping such as {status: ok, data.count: 3}, not %s",
                           yaml_kind_phrase(node));
                return;
        }
        json_writer_begin_array(&encoder->writer, "expect-json");
        YAML_FOREACH(key, node) {
                if (!yaml_key_check(encoder->context, node, key))
                        continue;
                json_writer_begin_object(&encoder->writer, NULL);
                json_writer_string(&encoder->writer, "path", key->text);
                add_json(encoder, "value", key->value);
                json_writer_end_object(&encoder->writer);
        }
        json_writer_end_array(&encoder->writer);
}

static void add_expectations(Encoder *encoder, const HttpSpec *spec) {
        if (spec->expect_status) {
                add_expected_status(encoder, spec->expect_status);
        } else {
                json_writer_begin_array(&encoder->writer, "expect-status");
                json_writer_begin_object(&encoder->writer, NULL);
                json_writer_integer(&encoder->writer, "from", 200);
                json_writer_integer(&encoder->writer, "to", 299);
                json_writer_end_object(&encoder->writer);
                json_writer_end_array(&encoder->writer);
        }
        if (spec->expect_body)
                add_text(encoder, "expect-body", spec->expect_body, "expect-body");
        if (spec->expect_json)
                add_expected_json(encoder, spec->expect_json);
}

static void add_saved(Encoder *encoder, const YamlNode *node) {
        CLEANUP(string_list_freep) char **names = NULL;
        static const YamlField field = { .key = "save" };

        if (node && yaml_decode_texts(encoder->context, &field, node, &names) < 0)
                encoder->failed = true;
        STRING_LIST_FOREACH(name, names) {
                if (strcmp(*name, "headers") != 0 && strcmp(*name, "body") != 0)
                        yaml_error(encoder->context, node,
                                   "'save' expects a list of 'headers' and 'body', not '%.64s'", *name);
        }
        json_writer_bool(&encoder->writer, "save-headers", !node || string_list_contains(names, "headers"));
        json_writer_bool(&encoder->writer, "save-body", !node || string_list_contains(names, "body"));
}

/* --- the whole ------------------------------------------------------------------------------------- */

static void add_options(Encoder *encoder, const HttpSpec *spec) {
        JsonWriter *writer = &encoder->writer;

        if (spec->proxy)
                add_text(encoder, "proxy", spec->proxy, "proxy");
        json_writer_string(writer, "http-version", http_version_names[spec->version]);
        json_writer_integer(writer, "redirects", (int64_t) spec->redirects);
        json_writer_integer(writer, "connect-timeout-usec", spec->connect_timeout_usec);
        json_writer_integer(writer, "response-max", (int64_t) spec->response_max_bytes);
        if (spec->append_id != HTTP_APPEND_NONE)
                json_writer_string(writer, "append-id", http_append_names[spec->append_id]);
        add_saved(encoder, spec->save);
}

int http_encode(const YamlContext *context,
                const HttpSpec *spec,
                const ParameterSet *declared,
                RequestAction *action,
                Buffer *buffer) {

        Encoder encoder = { .context = context, .declared = declared, .action = action };

        json_writer_init(&encoder.writer, buffer);
        json_writer_begin_object(&encoder.writer, NULL);
        add_text(&encoder, "url", spec->url, "url");
        if (spec->method)
                add_text(&encoder, "method", spec->method, "method");
        if (spec->headers)
                add_pairs(&encoder, "headers", spec->headers);
        if (spec->query)
                add_pairs(&encoder, "query", spec->query);
        add_body(&encoder, spec);
        add_auth(&encoder, spec);
        add_tls(&encoder, spec);
        add_expectations(&encoder, spec);
        add_options(&encoder, spec);
        json_writer_end_object(&encoder.writer);
        return encoder.failed || buffer->failed ? -ENOMEM : 0;
}
