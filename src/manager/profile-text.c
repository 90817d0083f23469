/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/profile-text.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "job/parameter.h"
#include "util/buffer.h"
#include "util/json-writer.h"
#include "util/string-list.h"

#define SHOWN_MAX 64

static size_t name_length(const char *line) {
        return strcspn(line, "=");
}

int profile_values_format(char *const *values, char **ret_json) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        STRING_LIST_FOREACH(line, values) {
                CLEANUP_FREE char *name = strndup(*line, name_length(*line));

                if (!name)
                        return -ENOMEM;
                json_writer_string(&writer, name, *line + name_length(*line) + 1);
        }
        json_writer_end_object(&writer);
        return buffer_take(&buffer, ret_json);
}

static int add_line(char ***list, const char *name, const char *value) {
        char *line;

        return asprintf(&line, "%s=%s", name, value) < 0 ? -ENOMEM : string_list_take_push(list, line);
}

int profile_values_parse(const char *json, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        json_t *object = json_loads(json, 0, NULL), *value;
        const char *name;
        int r = json_is_object(object) ? 0 : -EBADMSG;

        if (r >= 0) {
                json_object_foreach(object, name, value) {
                        r = json_is_string(value) ? add_line(&list, name, json_string_value(value))
                                                  : -EBADMSG;
                        if (r < 0)
                                break;
                }
        }
        json_decref(object);
        if (r >= 0)
                *ret = TAKE_PTR(list);
        return r;
}

int profile_values_print(char *const *values, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        STRING_LIST_FOREACH(line, values)
                (void) buffer_add_format(
                                &buffer, "%.*s: %s\n", (int) name_length(*line), *line,
                                *line + name_length(*line) + 1);
        return buffer_take(&buffer, ret);
}

/* --- merge ----------------------------------------------------------------------------------------- */

static int compare_names(const char *a, size_t a_length, const char *b, size_t b_length) {
        int order = memcmp(a, b, MIN(a_length, b_length));

        return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_lines(const void *a, const void *b) {
        const char *one = *(char *const *) a, *other = *(char *const *) b;

        return compare_names(one, name_length(one), other, name_length(other));
}

/* The line of the last one of that name; NULL: none. */
static const char *find(char *const *list, const char *line) {
        const char *found = NULL;

        STRING_LIST_FOREACH(item, list)
                if (compare_lines(item, &line) == 0)
                        found = *item;
        return found;
}

static void complain(Buffer *errors, const char *line, const char *what) {
        (void) buffer_add_format(
                        errors, "%s'%.*s' %s", errors->size > 0 ? "; " : "",
                        (int) MIN(name_length(line), (size_t) SHOWN_MAX), line, what);
}

static void check_line(const char *line, Buffer *errors) {
        CLEANUP_FREE char *name = strndup(line, name_length(line));

        if (!name)
                errors->failed = true;
        else if (line[name_length(line)] != '=')
                complain(errors, line, "has no value: NAME=VALUE is expected");
        else if (!parameter_name_valid(name))
                complain(errors, line,
                         "cannot be the name of a parameter: small letters, digits and '-' are expected, a "
                         "letter first");
        else if (strlen(line) - name_length(line) - 1 > PARAMETER_VALUE_MAX)
                complain(errors, line, "has a value of more than 64 KiB");
}

static int add_all(char *const *from, char *const *over, char *const *removed, char ***list) {
        int r = 0;

        STRING_LIST_FOREACH(line, from) {
                if (find(over, *line) || find(removed, *line))
                        continue;
                r = string_list_push(list, *line);
                if (r < 0)
                        break;
        }
        return r;
}

static int check(char *const *list, char *const *over, char **reterr) {
        CLEANUP(buffer_done) Buffer errors = { 0 };
        int r;

        STRING_LIST_FOREACH(line, over)
                check_line(*line, &errors);
        if (string_list_length(list) > PARAMETERS_MAX)
                (void) buffer_add_format(
                                &errors, "%sa profile holds at most %u values", errors.size > 0 ? "; " : "",
                                PARAMETERS_MAX);
        if (errors.failed)
                return -ENOMEM;
        if (errors.size == 0)
                return 0;
        r = buffer_take(&errors, reterr);
        return r < 0 ? r : -EINVAL;
}

int profile_values_merge(
                char *const *under,
                char *const *over,
                char *const *removed,
                char ***ret,
                char **reterr) {

        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        assert(ret);
        assert(reterr);

        r = add_all(under, over, removed, &list);
        STRING_LIST_FOREACH(line, over) {
                if (r >= 0 && find(over, *line) == *line)
                        r = string_list_push(&list, *line);
        }
        if (r >= 0)
                r = check(list, over, reterr);
        if (r < 0)
                return r;
        if (!list)
                list = calloc(1, sizeof(*list)); /* a profile without values is one too */
        if (!list)
                return -ENOMEM;
        qsort(list, string_list_length(list), sizeof(*list), compare_lines);
        *ret = TAKE_PTR(list);
        return 0;
}
