/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/sql-request.h"

#include <errno.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENTS_MAX 1000U
#define RESULT_ROWS 1000U
#define RESULT_BYTES ((uint64_t) 64 * 1024)
#define RESULT_BYTES_MAX ((uint64_t) 192 * 1024) /* the whole result may have 256 KiB */

static const char *const bind_kind_names[] = {
        [BIND_NULL] = "null",     [BIND_TEXT] = "string",     [BIND_INTEGER] = "integer",
        [BIND_NUMBER] = "number", [BIND_BOOLEAN] = "boolean", [BIND_BYTES] = "bytes",
        [BIND_KIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(bind_kind, BindKind, bind_kind_names);

static void statement_done(SqlStatement *statement) {
        for (size_t i = 0; i < statement->n_binds; i++) {
                if (statement->binds[i].data)
                        explicit_bzero(statement->binds[i].data, statement->binds[i].size);
                free(statement->binds[i].data);
        }
        free(statement->binds);
        free(statement->text);
}

void sql_request_done(SqlRequest *request) {
        for (size_t i = 0; i < request->n_statements; i++)
                statement_done(&request->statements[i]);
        free(request->statements);
        if (request->connection)
                explicit_bzero(request->connection, strlen(request->connection));
        free(request->connection);
        free(request->to);
        free(request->root);
        *request = (SqlRequest){ 0 };
}

/* --- what is bound ---------------------------------------------------------------------------------- */

static int fail_bind(Action *action, size_t number, const char *what) {
        return action_fail(action, "sql.bind: value %zu is not %s", number, what);
}

static int decode_base64(SqlBind *bind) {
        struct base64_decode_ctx context;
        size_t size = BASE64_DECODE_LENGTH(bind->size) + 1;
        CLEANUP_FREE char *data = calloc(1, size);

        if (!data)
                return -ENOMEM;
        base64_decode_init(&context);
        if (!base64_decode_update(&context, &size, (uint8_t *) data, bind->size, bind->data) ||
            !base64_decode_final(&context))
                return -EINVAL;
        explicit_bzero(bind->data, bind->size); /* a credential may be in it */
        free(bind->data);
        bind->data = TAKE_PTR(data);
        bind->size = size;
        return 0;
}

/* The text in bind->data becomes what its kind says. */
static int convert_bind(Action *action, size_t number, SqlBind *bind) {
        char *end = bind->data;
        int r;

        errno = 0;
        switch (bind->kind) {
        case BIND_INTEGER:
                bind->integer = strtoll(bind->data, &end, 10);
                return errno != 0 || end == bind->data || *end != '\0'
                                ? fail_bind(action, number, "an integer of 64 bits")
                                : 0;
        case BIND_NUMBER:
                bind->number = strtod(bind->data, &end);
                return errno != 0 || end == bind->data || *end != '\0' ? fail_bind(action, number, "a number")
                                                                       : 0;
        case BIND_BOOLEAN:
                bind->bit = strcmp(bind->data, "true") == 0;
                return bind->bit == 0 && strcmp(bind->data, "false") != 0
                                ? fail_bind(action, number, "true or false")
                                : 0;
        case BIND_BYTES:
                r = decode_base64(bind);
                return r == -EINVAL ? fail_bind(action, number, "base64") : r;
        default:
                return 0;
        }
}

static BindKind kind_of(const json_t *value) {
        if (json_is_null(value))
                return BIND_NULL;
        if (json_is_boolean(value))
                return BIND_BOOLEAN;
        if (json_is_integer(value))
                return BIND_INTEGER;
        return json_is_real(value) ? BIND_NUMBER : BIND_TEXT;
}

/* {type: integer, value: "${user-id}"}: what a parameter gives is a text, and this says what it means. */
static int find_typed(Action *action, size_t number, const json_t **value, BindKind *ret_kind) {
        const char *type = json_string_value(json_object_get(*value, "type"));
        int kind = type ? bind_kind_from_string(type) : -EINVAL;

        if (kind < 0 || json_object_size(*value) > 2 ||
            (json_object_size(*value) == 2 && !json_object_get(*value, "value")))
                return fail_bind(
                                action, number,
                                "{type: TYPE, value: VALUE} with a type of string, integer, number, boolean, "
                                "bytes, null");
        *value = action_find(*value, "value");
        *ret_kind = *value ? (BindKind) kind : BIND_NULL;
        return 0;
}

static int decode_bind(Action *action, size_t number, const json_t *value, SqlBind *bind) {
        int r;

        bind->kind = kind_of(value);
        if (json_is_object(value)) {
                r = find_typed(action, number, &value, &bind->kind);
                if (r < 0)
                        return r;
        }
        if (bind->kind == BIND_NULL)
                return 0;
        if (json_is_real(value) && bind->kind == BIND_NUMBER) {
                bind->number = json_real_value(value); /* exactly */
                return 0;
        }
        r = action_text(action, value, "bind", &bind->data);
        if (r < 0)
                return r;
        bind->size = strlen(bind->data);
        return convert_bind(action, number, bind);
}

static int decode_binds(Action *action, const json_t *list, SqlStatement *statement) {
        size_t i, n = json_array_size(list);
        json_t *value;

        if (n == 0)
                return 0;
        statement->binds = calloc(n, sizeof(*statement->binds));
        if (!statement->binds)
                return -ENOMEM;
        statement->n_binds = n;
        json_array_foreach((json_t *) list, i, value) {
                int r = decode_bind(action, i + 1, value, &statement->binds[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- the rest --------------------------------------------------------------------------------------- */

/* "3", "1-5", "1-" */
static bool parse_range(const char *text, uint64_t *ret_min, uint64_t *ret_max) {
        const char *rest = text + strspn(text, "0123456789");
        char *end;

        if (rest == text)
                return false;
        errno = 0;
        *ret_min = *ret_max = strtoull(text, &end, 10);
        if (*end == '-') {
                rest = end + 1;
                *ret_max = *rest == '\0' ? UINT64_MAX : strtoull(rest, &end, 10);
                if (*rest != '\0' && (*rest < '0' || *rest > '9'))
                        return false;
                end = *rest == '\0' ? (char *) rest : end;
        }
        return errno == 0 && *end == '\0' && *ret_min <= *ret_max;
}

static int decode_statement(Action *action, const json_t *mapping, SqlStatement *statement) {
        CLEANUP_FREE char *expectation = NULL;
        int r;

        r = action_get_text(action, mapping, "statement", &statement->text);
        if (r < 0)
                return r;
        if (r == 0 || statement->text[strspn(statement->text, " \t\r\n;")] == '\0')
                return action_fail(action, "sql: there is no statement");
        r = decode_binds(action, action_find(mapping, "bind"), statement);
        if (r < 0)
                return r;
        r = action_get_text(action, mapping, "expect-rows", &expectation);
        if (r <= 0)
                return r;
        statement->has_expectation = true;
        return parse_range(expectation, &statement->expect_min, &statement->expect_max)
                        ? 0
                        : action_fail(action,
                                      "sql.expect-rows expects a number or a range, as 1-5 or 1-, not '%s'",
                                      expectation);
}

static int decode_statements(Action *action, SqlRequest *request) {
        static const char *const single[] = { "statement", "bind", "expect-rows" };
        const json_t *list = action_find(action->parameters, "statements");
        size_t n = list ? json_array_size(list) : 1;

        for (size_t i = 0; list && i < ARRAY_SIZE(single); i++) {
                if (action_find(action->parameters, single[i]))
                        return action_fail(
                                        action,
                                        "sql: '%s' and 'statements' exclude each other: put it into "
                                        "an item of 'statements'",
                                        single[i]);
        }
        if (n == 0 || n > STATEMENTS_MAX)
                return action_fail(action, "sql.statements expects 1 to %u statements", STATEMENTS_MAX);
        request->is_list = list != NULL;
        request->statements = calloc(n, sizeof(*request->statements));
        if (!request->statements)
                return -ENOMEM;
        request->n_statements = n;
        for (size_t i = 0; i < n; i++) {
                int r = decode_statement(
                                action, list ? json_array_get(list, i) : action->parameters,
                                &request->statements[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int decode_output(Action *action, SqlRequest *request) {
        int64_t max_rows;
        int format, r;

        r = action_get_choice(action, "format", row_format_names, &format);
        if (r < 0)
                return r;
        request->format = format < 0 ? ROW_JSON_LINES : (RowFormat) format;
        r = action_get_text(action, action->parameters, "to", &request->to);
        if (r >= 0)
                r = action_get_text(action, action->parameters, "root", &request->root);
        if (r >= 0)
                r = action_get_mode(action, "mode", (mode_t) -1, &request->mode);
        if (r >= 0)
                r = action_get_integer(action, "max-rows", request->to ? INT64_MAX : RESULT_ROWS, &max_rows);
        if (r >= 0)
                r =
                                action_get_size(action, "max-bytes", request->to ? UINT64_MAX : RESULT_BYTES,
                                                &request->max_bytes);
        if (r < 0)
                return r;
        request->max_rows = (uint64_t) max_rows;
        if (!request->to && request->max_bytes > RESULT_BYTES_MAX)
                return action_fail(
                                action,
                                "sql.max-bytes: a result may have at most 192K of rows; write more "
                                "to a file with 'to'");
        return 0;
}

int sql_request_decode(Action *action, SqlRequest *ret) {
        int r;

        *ret = (SqlRequest){ 0 };
        r = action_get_text(action, action->parameters, "connection", &ret->connection);
        if (r < 0)
                return r;
        r = decode_statements(action, ret);
        if (r < 0)
                return r;
        r = action_get_boolean(action, "transaction", true, &ret->transaction);
        if (r < 0)
                return r;
        r = action_get_duration(action, "timeout", USEC_INFINITY, &ret->timeout_usec);
        if (r < 0)
                return r;
        return decode_output(action, ret);
}
