/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/call-text.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "protocol/http-piece.h"
#include "util/json-writer.h"
#include "util/string-list.h"

#define TEXT_SIZE_MAX ((size_t) 16 * 1024 * 1024)
#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

int call_error(CallReader *reader, const char *format, ...) {
        va_list arguments;
        int n;

        if (reader->error)
                return -EINVAL;
        va_start(arguments, format);
        n = vasprintf(&reader->error, format, arguments);
        va_end(arguments);
        if (n < 0)
                reader->error = NULL;
        return n < 0 ? -ENOMEM : -EINVAL;
}

int call_keep(CallReader *reader, char *text) {
        HttpCall *call = reader->call;
        char **grown = reallocarray(call->texts, call->n_texts + 1, sizeof(*grown));

        if (!grown) {
                explicit_bzero(text, strlen(text));
                free(text);
                return -ENOMEM;
        }
        call->texts = grown;
        call->texts[call->n_texts++] = text;
        return 0;
}

/* --- parts ----------------------------------------------------------------------------------------- */

typedef struct Part {
        const char *data;
        size_t size;
} Part;

/* A credential that was written with an editor ends with a line feed that nobody means. */
static int find_credential(CallReader *reader, const char *what, const char *name, Part *ret) {
        HttpPiece piece;

        if (!http_piece_find(
                            reader->call->pieces, reader->call->pieces_size, HTTP_PIECE_CREDENTIAL, name,
                            &piece))
                return call_error(
                                reader, "'%s' needs the credential '%.128s', which is not there", what, name);
        if (memchr(piece.data, '\0', piece.size))
                return call_error(
                                reader, "the credential '%.128s' is no text, as '%s' needs one", name, what);
        *ret = (Part){ piece.data, piece.size };
        if (ret->size > 0 && ret->data[ret->size - 1] == '\n')
                ret->size--;
        return 0;
}

static int find_part(CallReader *reader, const char *what, const json_t *value, Part *ret) {
        const char *name = json_string_value(json_object_get(value, "credential"));

        if (name) {
                reader->has_credential = true;
                return find_credential(reader, what, name, ret);
        }
        if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
                return call_error(reader, "'%s' of the request is no text", what);
        *ret = (Part){ json_string_value(value), json_string_length(value) };
        return 0;
}

/* Twice over the parts: the text is written where it stays, so that no copy of a secret is left behind. */
static int join_parts(CallReader *reader, const char *what, const json_t *list, char **ret) {
        size_t n = json_is_array(list) ? json_array_size(list) : 1, size = 0, at = 0;
        CLEANUP_FREE Part *parts = calloc(n + 1, sizeof(*parts));
        char *text;

        if (!parts)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int r =
                                find_part(reader, what, json_is_array(list) ? json_array_get(list, i) : list,
                                          &parts[i]);

                if (r < 0)
                        return r;
                size += parts[i].size;
        }
        if (size > TEXT_SIZE_MAX)
                return call_error(reader, "'%s' is longer than 16 MiB", what);
        text = malloc(size + 1);
        if (!text)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                memcpy(text + at, parts[i].data, parts[i].size);
                at += parts[i].size;
        }
        text[size] = '\0';
        *ret = text;
        return 0;
}

int call_text_resolve(
                CallReader *reader,
                const char *what,
                const json_t *value,
                CallTextKind kind,
                char **ret) {

        char *text = NULL;
        int r;

        r = join_parts(reader, what, value, &text);
        if (r >= 0)
                r = call_keep(reader, text);
        if (r < 0)
                return r;
        if (kind == CALL_TEXT_LINE && text[strcspn(text, "\r\n")] != '\0')
                return call_error(
                                reader, "'%s' has a line break in it, by a credential or a parameter", what);
        *ret = text;
        return 0;
}

/* What grew is copied to where it stays, and wiped. */
static int keep_buffer(CallReader *reader, Buffer *buffer, char **ret) {
        char *text = buffer->failed ? NULL : strdup(buffer->data ?: "");
        int r = text ? call_keep(reader, text) : -ENOMEM;

        if (buffer->data)
                explicit_bzero(buffer->data, buffer->allocated);
        buffer_done(buffer);
        if (r >= 0)
                *ret = text;
        return r;
}

int call_json_join(CallReader *reader, const char *what, const json_t *list, char **ret) {
        Buffer buffer = { 0 };
        JsonWriter writer;
        int r = json_is_array(list) ? 0 : call_error(reader, "'%s' of the request is no value", what);

        for (size_t i = 0; r >= 0 && i < json_array_size(list); i++) {
                const json_t *item = json_array_get(list, i), *raw = json_object_get(item, "raw");
                char *text = NULL;

                if (json_is_string(raw)) {
                        (void) buffer_add(&buffer, json_string_value(raw), json_string_length(raw));
                        continue;
                }
                r = call_text_resolve(reader, what, json_object_get(item, "text"), CALL_TEXT_ANY, &text);
                json_writer_init(&writer, &buffer);
                if (r >= 0)
                        json_writer_string(&writer, NULL, text);
        }
        if (r >= 0)
                return keep_buffer(reader, &buffer, ret);
        (void) keep_buffer(reader, &buffer, &(char *){ NULL });
        return r;
}

static void add_encoded(Buffer *buffer, const char *text) {
        for (; *text; text++) {
                if (strchr(UNRESERVED, *text))
                        (void) buffer_add_char(buffer, *text);
                else
                        (void) buffer_add_format(buffer, "%%%02X", (unsigned) (unsigned char) *text);
        }
}

int call_pair_read(
                CallReader *reader,
                const char *what,
                const json_t *item,
                CallTextKind kind,
                CallPair *ret) {

        const json_t *value = json_object_get(item, "value");
        char *name = NULL, *text = NULL;
        int r;

        r = call_text_resolve(reader, what, json_object_get(item, "name"), CALL_TEXT_LINE, &name);
        if (r >= 0 && value)
                r = call_text_resolve(reader, name, value, kind, &text);
        if (r >= 0)
                *ret = (CallPair){ name, text ?: "" };
        return r;
}

static int add_form(CallReader *reader, const char *what, const json_t *list, Buffer *buffer) {
        for (size_t i = 0; i < json_array_size(list); i++) {
                CallPair pair;
                int r = call_pair_read(reader, what, json_array_get(list, i), CALL_TEXT_ANY, &pair);

                if (r < 0)
                        return r;
                if (i > 0)
                        (void) buffer_add_char(buffer, '&');
                add_encoded(buffer, pair.name);
                (void) buffer_add_char(buffer, '=');
                add_encoded(buffer, pair.value);
        }
        return 0;
}

int call_form_join(CallReader *reader, const char *what, const json_t *list, char **ret) {
        Buffer buffer = { 0 };
        int r = add_form(reader, what, list, &buffer), r_keep = keep_buffer(reader, &buffer, ret);

        return r < 0 ? r : r_keep;
}

int call_file_find(CallReader *reader, const char *what, const json_t *number, HttpContent *ret) {
        HttpPiece piece;
        char name[24];

        (void) snprintf(name, sizeof(name), "%" JSON_INTEGER_FORMAT, json_integer_value(number));
        if (!json_is_integer(number) ||
            !http_piece_find(reader->call->pieces, reader->call->pieces_size, HTTP_PIECE_FILE, name, &piece))
                return call_error(reader, "'%s' needs a file that did not come along", what);
        *ret = (HttpContent){ piece.data, piece.size };
        return 0;
}

/* --- the URL --------------------------------------------------------------------------------------- */

static const char *appended_id(const CallReader *reader, char buffer[static 24]) {
        const char *kind = json_string_value(json_object_get(reader->request, "append-id")) ?: "";

        (void) snprintf(buffer, 24, "%" PRIu64, reader->message->execution_id);
        return strcmp(kind, "job") == 0                  ? reader->message->job
                        : strcmp(kind, "execution") == 0 ? buffer
                                                         : NULL;
}

static int check_url(CallReader *reader, const char *url) {
        if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
                return call_error(reader, "the URL is none of http or https");
        for (; *url; url++) {
                if ((unsigned char) *url <= 0x20 || *url == 0x7F)
                        return call_error(reader, "the URL has a blank or a control character in it");
        }
        return 0;
}

int call_url_build(CallReader *reader, const char **ret) {
        const json_t *query = json_object_get(reader->request, "query");
        CLEANUP_FREE char *id_buffer = malloc(24);
        char *url = NULL, *built = NULL;
        const char *id, *rest, *path;
        Buffer buffer = { 0 };
        int r, r_keep;

        if (!id_buffer)
                return -ENOMEM;
        r = call_text_resolve(reader, "url", json_object_get(reader->request, "url"), CALL_TEXT_LINE, &url);
        if (r >= 0)
                r = check_url(reader, url);
        if (r < 0)
                return r;
        url[strcspn(url, "#")] = '\0';
        rest = url + strcspn(url, "?");
        id = appended_id(reader, id_buffer);
        (void) buffer_add(&buffer, url, (size_t) (rest - url));
        if (id) {
                path = strstr(url, "://") + 3;
                if (rest > path && rest[-1] != '/')
                        (void) buffer_add_char(&buffer, '/');
                add_encoded(&buffer, id);
        }
        (void) buffer_add_string(&buffer, rest);
        if (json_array_size(query) > 0) {
                (void) buffer_add_char(&buffer, *rest ? '&' : '?');
                r = add_form(reader, "query", query, &buffer);
        }
        r_keep = keep_buffer(reader, &buffer, &built);
        *ret = built;
        return r < 0 ? r : r_keep;
}
