/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job/expand-part.h"
#include "util/buffer.h"
#include "util/string-list.h"
#include "util/string-table.h"

#define CREDENTIAL_PREFIX "credential:"

/* --- the parts of a text ---------------------------------------------------------------------------------
 */

static bool starts_with(const char *text, const char *prefix) {
        return strncmp(text, prefix, strlen(prefix)) == 0;
}

int expand_next_part(const char **cursor, ExpandPart *ret) {
        const char *p = *cursor, *end;

        if (*p == '\0')
                return 0;

        if (starts_with(p, "$${")) {
                *ret = (ExpandPart){ EXPAND_PART_TEXT, p + 1, strlen("${") };
                *cursor = p + strlen("$${");
                return 1;
        }
        if (!starts_with(p, "${")) {
                for (end = p; *end && !starts_with(end, "${") && !starts_with(end, "$${"); end++)
                        ;
                *ret = (ExpandPart){ EXPAND_PART_TEXT, p, (size_t) (end - p) };
                *cursor = end;
                return 1;
        }

        p += strlen("${");
        end = strchr(p, '}');
        if (!end)
                return -EINVAL;
        *ret = (ExpandPart){ EXPAND_PART_PARAMETER, p, (size_t) (end - p) };
        if (starts_with(p, CREDENTIAL_PREFIX))
                *ret = (ExpandPart){ EXPAND_PART_CREDENTIAL, p + strlen(CREDENTIAL_PREFIX),
                                     (size_t) (end - p) - strlen(CREDENTIAL_PREFIX) };
        *cursor = end + 1;
        return 1;
}

bool expand_part_is(const ExpandPart *part, const char *name) {
        return strlen(name) == part->size && memcmp(part->text, name, part->size) == 0;
}

bool expand_is_needed(const char *text) {
        return strstr(text, "${") != NULL;
}

/* --- at load ---------------------------------------------------------------------------------------------
 */

static int say(char **ret_error, int n_written) {
        if (n_written < 0) {
                *ret_error = NULL;
                return -ENOMEM;
        }
        return -EINVAL;
}

static const Parameter *find_declared(const ParameterSet *declared, const ExpandPart *part) {
        for (size_t i = 0; i < declared->n_items; i++)
                if (expand_part_is(part, declared->items[i].name))
                        return &declared->items[i];
        return NULL;
}

static int refuse_unknown(const ExpandPart *part, const ParameterSet *declared, char **ret_error) {
        CLEANUP_FREE char *name = strndup(part->text, part->size);
        const char *names[PARAMETERS_MAX + 1];
        const char *nearest;
        size_t n = 0;

        if (!name)
                return -ENOMEM;
        while (n < declared->n_items && n < PARAMETERS_MAX) {
                names[n] = declared->items[n].name;
                n++;
        }
        names[n] = NULL;

        nearest = string_nearest(name, names);
        if (nearest)
                return say(ret_error,
                           asprintf(ret_error, "there is no parameter '%.64s'; did you mean '%s'?", name,
                                    nearest));
        return say(ret_error,
                   asprintf(ret_error, "there is no parameter '%.64s'; '$${' stands for a plain '${'", name));
}

static int check_parameter(
                const ExpandPart *part,
                const ParameterSet *declared,
                unsigned flags,
                char **ret_error) {

        const Parameter *parameter = find_declared(declared, part);

        if (!parameter)
                return refuse_unknown(part, declared, ret_error);
        if (parameter->type == PARAMETER_SECRET && !(flags & EXPAND_CREDENTIALS))
                return say(ret_error,
                           asprintf(ret_error,
                                    "the secret parameter '%s' cannot stand here: a command finds it in the "
                                    "file $CREDENTIALS_DIRECTORY/parameter.%s",
                                    parameter->name, parameter->name));
        return 0;
}

bool expand_credential_name_valid(const char *name, size_t size) {
        static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

        return size > 0 && size <= CREDENTIAL_NAME_MAX && name[0] != '.' && strspn(name, characters) >= size;
}

static int check_credential(const ExpandPart *part, unsigned flags, char **ret_error) {
        if (!(flags & EXPAND_CREDENTIALS))
                return say(ret_error,
                           asprintf(ret_error,
                                    "a credential cannot stand here: a command finds those of 'credentials' "
                                    "in $CREDENTIALS_DIRECTORY"));
        if (!expand_credential_name_valid(part->text, part->size))
                return say(ret_error,
                           asprintf(ret_error,
                                    "'%.*s' is no name for a credential: letters, digits, '_', '-' and '.'",
                                    (int) MIN(part->size, 64U), part->text));
        return 0;
}

int expand_check(const char *text, const ParameterSet *declared, unsigned flags, char **ret_error) {
        ExpandPart part;
        int r;

        assert(text);
        assert(declared);
        assert(ret_error);

        while ((r = expand_next_part(&text, &part)) > 0) {
                if (part.kind == EXPAND_PART_PARAMETER)
                        r = check_parameter(&part, declared, flags, ret_error);
                else if (part.kind == EXPAND_PART_CREDENTIAL)
                        r = check_credential(&part, flags, ret_error);
                if (r < 0)
                        return r;
        }
        return r < 0 ? say(ret_error,
                           asprintf(ret_error, "'%.32s' has no closing '}'; '$${' stands for a plain '${'",
                                    text))
                     : 0;
}

const Parameter *expand_find(const char *text, const ParameterSet *declared) {
        assert(text);
        assert(declared);

        for (text = strstr(text, "${"); text; text = strstr(text, "${")) {
                size_t size;

                text += strlen("${");
                size = strcspn(text, "}");
                if (text[size] == '}') {
                        const ExpandPart part = { EXPAND_PART_PARAMETER, text, size };
                        const Parameter *parameter = find_declared(declared, &part);

                        if (parameter)
                                return parameter;
                }
        }
        return NULL;
}

int expand_escape(const char *text, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        for (const char *p = text; *p; p++) {
                if (starts_with(p, "${"))
                        (void) buffer_add_char(&buffer, '$');
                (void) buffer_add_char(&buffer, *p);
        }
        return buffer_take(&buffer, ret);
}

int expand_credentials(const char *text, char ***list) {
        ExpandPart part;

        while (expand_next_part(&text, &part) > 0) {
                CLEANUP_FREE char *name = NULL;
                int r;

                if (part.kind != EXPAND_PART_CREDENTIAL)
                        continue;
                name = strndup(part.text, part.size);
                if (!name)
                        return -ENOMEM;
                if (string_list_contains(*list, name))
                        continue;
                r = string_list_push(list, name);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- at launch -------------------------------------------------------------------------------------------
 */

const ParameterValue *expand_find_value(const ParameterValues *values, const ExpandPart *part) {
        for (size_t i = 0; values && i < values->n_items; i++)
                if (expand_part_is(part, values->items[i].name))
                        return &values->items[i];
        return NULL;
}

static int check_path(const ParameterValue *value, char **ret_error) {
        const char *fault = NULL;

        if (strchr(value->text, '/'))
                fault = "'/'";
        else if (strstr(value->text, ".."))
                fault = "'..'";
        if (!fault)
                return 0;
        return say(ret_error,
                   asprintf(ret_error, "parameter '%s' stands in a path, so its value can hold no %s",
                            value->name, fault));
}

static int add_value(const ParameterValue *value, unsigned flags, Buffer *buffer, char **ret_error) {
        int r = 0;

        if (value->is_secret) /* expand_check() was not asked */
                return say(ret_error,
                           asprintf(ret_error, "the secret parameter '%s' cannot stand in this text",
                                    value->name));
        if (flags & EXPAND_PATH)
                r = check_path(value, ret_error);
        if (r < 0 || !(flags & EXPAND_PERCENT))
                return r < 0 ? r : buffer_add_string(buffer, value->text);

        for (const char *p = value->text; *p; p++) {
                if (*p == '%')
                        (void) buffer_add_char(buffer, '%');
                (void) buffer_add_char(buffer, *p);
        }
        return 0;
}

int expand_text(const char *text,
                const ParameterValues *values,
                unsigned flags,
                char **ret,
                char **ret_error) {

        CLEANUP(buffer_done) Buffer buffer = { 0 };
        ExpandPart part;
        int r;

        assert(text);
        assert(ret);
        assert(ret_error);

        while ((r = expand_next_part(&text, &part)) > 0) {
                const ParameterValue *value;

                if (part.kind == EXPAND_PART_TEXT) {
                        (void) buffer_add(&buffer, part.text, part.size);
                        continue;
                }
                if (part.kind == EXPAND_PART_CREDENTIAL)
                        return say(ret_error, asprintf(ret_error, "a credential cannot stand in this text"));
                value = expand_find_value(values, &part);
                r = value ? add_value(value, flags, &buffer, ret_error) : 0;
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return say(ret_error, asprintf(ret_error, "'%.32s' has no closing '}'", text));
        return buffer_take(&buffer, ret);
}
