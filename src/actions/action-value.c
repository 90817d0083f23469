/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The values of a request: text first, then what it says. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "actions/action.h"
#include "util/duration.h"
#include "util/file.h"
#include "util/size.h"

const json_t *action_find(const json_t *mapping, const char *key) {
        const json_t *value = json_object_get(mapping, key);

        return json_is_null(value) ? NULL : value;
}

static bool is_credential_name(const char *name) {
        return *name != '\0' && *name != '.' && !strchr(name, '/');
}

static int read_credential(Action *action, const char *name, char **ret) {
        const char *directory = getenv("CREDENTIALS_DIRECTORY");
        CLEANUP_FREE char *path = NULL, *text = NULL;
        size_t size;
        int r;

        if (!directory || !is_credential_name(name))
                return action_fail(action, "There is no credential '%s'", name);
        r = path_join(directory, name, &path);
        if (r < 0)
                return r;
        r = file_read(path, ACTION_CREDENTIAL_MAX, &text, &size);
        if (r < 0)
                return action_fail_errno(action, -r, "Cannot read credential '%s'", name);
        if (memchr(text, '\0', size))
                return action_fail(action, "Credential '%s' has a NUL in it and cannot be a text", name);
        if (size > 0 && text[size - 1] == '\n')
                text[--size] = '\0';
        r = action_add_secret(action, text);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(text);
        return 0;
}

static int join_parts(Action *action, const json_t *parts, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        size_t i;
        json_t *part;

        json_array_foreach((json_t *) parts, i, part) {
                const char *name = json_string_value(json_object_get(part, "credential"));
                CLEANUP_FREE char *secret = NULL;
                int r;

                r = name ? read_credential(action, name, &secret) : 0;
                if (r < 0)
                        return r;
                (void) buffer_add_string(&buffer, secret ?: json_string_value(part) ?: "");
        }
        return buffer_take(&buffer, ret);
}

int action_text(Action *action, const json_t *value, const char *what, char **ret) {
        char *text;

        if (json_is_array(value))
                return join_parts(action, value, ret);
        if (json_is_string(value)) {
                if (strlen(json_string_value(value)) != json_string_length(value))
                        return action_fail(action, "%s.%s has a NUL in it", action->program->name, what);
                text = strdup(json_string_value(value));
        } else if (json_is_boolean(value)) {
                text = strdup(json_is_true(value) ? "true" : "false");
        } else if (json_is_number(value)) {
                text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        } else {
                return action_fail(action, "%s.%s expects a text", action->program->name, what);
        }
        if (!text)
                return -ENOMEM;
        *ret = text;
        return 0;
}

int action_get_text(Action *action, const json_t *mapping, const char *key, char **ret) {
        const json_t *value = action_find(mapping, key);
        int r;

        if (!value) {
                *ret = NULL;
                return 0;
        }
        r = action_text(action, value, key, ret);
        return r < 0 ? r : 1;
}

/* It may be a credential: the value is not shown. */
static int fail_expects(Action *action, const char *key, const char *what) {
        return action_fail(action, "%s.%s expects %s", action->program->name, key, what);
}

int action_get_boolean(Action *action, const char *key, bool fallback, bool *ret) {
        CLEANUP_FREE char *text = NULL;
        int r;

        r = action_get_text(action, action->parameters, key, &text);
        if (r < 0)
                return r;
        if (r > 0 && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
                return fail_expects(action, key, "true or false");
        *ret = r > 0 ? text[0] == 't' : fallback;
        return 0;
}

int action_get_integer(Action *action, const char *key, int64_t fallback, int64_t *ret) {
        CLEANUP_FREE char *text = NULL;
        const ActionParameter *row = action->program->parameters;
        char *end = NULL;
        long long number;
        int r;

        r = action_get_text(action, action->parameters, key, &text);
        if (r <= 0) {
                *ret = fallback;
                return r;
        }
        while (row->name && strcmp(row->name, key) != 0)
                row++;
        errno = 0;
        number = strtoll(text, &end, 10);
        if (errno != 0 || end == text || *end != '\0')
                return fail_expects(action, key, "an integer");
        if ((row->minimum != 0 || row->maximum != 0) && (number < row->minimum || number > row->maximum))
                return action_fail(
                                action, "%s.%s expects an integer from %" PRId64 " to %" PRId64,
                                action->program->name, key, row->minimum, row->maximum);
        *ret = number;
        return 0;
}

int action_get_size(Action *action, const char *key, uint64_t fallback, uint64_t *ret) {
        CLEANUP_FREE char *text = NULL;
        int r;

        r = action_get_text(action, action->parameters, key, &text);
        if (r <= 0) {
                *ret = fallback;
                return r;
        }
        return size_parse(text, ret) < 0 ? fail_expects(action, key, "a size, as 64K") : 0;
}

int action_get_duration(Action *action, const char *key, usec_t fallback_usec, usec_t *ret_usec) {
        CLEANUP_FREE char *text = NULL;
        int r;

        r = action_get_text(action, action->parameters, key, &text);
        if (r <= 0) {
                *ret_usec = fallback_usec;
                return r;
        }
        return duration_parse(text, ret_usec) < 0 ? fail_expects(action, key, "a duration, as 30s") : 0;
}

int action_get_mode(Action *action, const char *key, mode_t fallback, mode_t *ret) {
        CLEANUP_FREE char *text = NULL;
        char *end = NULL;
        unsigned long mode;
        int r;

        r = action_get_text(action, action->parameters, key, &text);
        if (r <= 0) {
                *ret = fallback;
                return r;
        }
        mode = strtoul(text, &end, 8);
        if (text[0] < '0' || text[0] > '7' || *end != '\0' || mode > 07777)
                return fail_expects(action, key, "an octal file mode in quotes, as \"0644\"");
        *ret = (mode_t) mode;
        return 0;
}

int action_get_choice(Action *action, const char *key, const char *const *choices, int *ret) {
        CLEANUP_FREE char *text = NULL;
        CLEANUP(buffer_done) Buffer names = { 0 };
        int r;

        r = action_get_text(action, action->parameters, key, &text);
        if (r <= 0) {
                *ret = -1;
                return r;
        }
        r = string_table_find(choices, text);
        if (r >= 0) {
                *ret = r;
                return 0;
        }
        for (size_t i = 0; choices[i]; i++)
                (void) buffer_add_format(&names, "%s%s", i > 0 ? ", " : "", choices[i]);
        return names.failed ? -ENOMEM
                            : action_fail(action, "%s.%s expects one of %s", action->program->name, key,
                                          names.data);
}
