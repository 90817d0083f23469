/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From what was given in several places to the effective values of one execution. */

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "job/parameter.h"
#include "protocol/secret-id.h"
#include "util/buffer.h"
#include "util/json-writer.h"
#include "util/string-table.h"

/* The value in a list of "name=value"; NULL: there is none. The last one counts. */
static const char *find_value(char *const *list, const char *name) {
        size_t n = strlen(name);
        const char *value = NULL;

        for (char *const *item = list; item && *item; item++)
                if (strncmp(*item, name, n) == 0 && (*item)[n] == '=')
                        value = *item + n + 1;
        return value;
}

static void add_sentence(Buffer *errors, const char *sentence) {
        if (errors->size > 0)
                (void) buffer_add_string(errors, "; ");
        (void) buffer_add_string(errors, sentence);
}

static void report_unknown(const ParameterSet *declared, const char *name, Buffer *errors) {
        const char *names[PARAMETERS_MAX + 1];
        const char *nearest;
        size_t n = 0;

        while (n < declared->n_items && n < PARAMETERS_MAX) {
                names[n] = declared->items[n].name;
                n++;
        }
        names[n] = NULL;

        nearest = string_nearest(name, names);
        if (errors->size > 0)
                (void) buffer_add_string(errors, "; ");
        (void) buffer_add_format(errors, "there is no parameter '%.64s'", name);
        if (nearest)
                (void) buffer_add_format(errors, "; did you mean '%s'?", nearest);
        else if (n == 0)
                (void) buffer_add_string(errors, ": the job has none");
}

static int check_names(const ParameterSet *declared, char *const *list, Buffer *errors) {
        for (char *const *item = list; item && *item; item++) {
                CLEANUP_FREE char *name = strndup(*item, strcspn(*item, "="));

                if (!name)
                        return -ENOMEM;
                if (!parameter_set_find(declared, name))
                        report_unknown(declared, name, errors);
        }
        return 0;
}

/* NULL: no value. A profile's are told apart: it does not know which of its values are secrets. */
static const char *find_in_sources(
                const Parameter *parameter,
                const ParameterSources *sources,
                bool *ret_of_profile) {

        const struct {
                char *const *list;
                bool is_profile;
        } order[] = {
                { sources->start, false },
                { sources->start_profile, true },
                { sources->values, false },
                { sources->profile, true },
        };

        for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
                const char *text = find_value(order[i].list, parameter->name);

                if (text) {
                        *ret_of_profile = order[i].is_profile;
                        return text;
                }
        }
        *ret_of_profile = false;
        return parameter->fallback;
}

/* What is wrong with it is added to the errors, and *ret NULL. */
static int check_value(
                const Parameter *parameter,
                const char *text,
                bool of_profile,
                Buffer *errors,
                char **ret) {

        CLEANUP_FREE char *error = NULL;
        int r;

        *ret = NULL;
        if (of_profile && parameter->type == PARAMETER_SECRET && parameter_credential(text, NULL) == 0 &&
            !secret_id_valid(text)) {
                (void) buffer_add_format(
                                errors,
                                "%sparameter '%s' is a secret, which a profile can give as "
                                "${credential:NAME} only",
                                errors->size > 0 ? "; " : "", parameter->name);
                return 0;
        }
        r = parameter_check(parameter, text, ret, &error);
        if (r == -EINVAL)
                add_sentence(errors, error);
        return r == -EINVAL ? 0 : r;
}

static int resolve_one(
                const Parameter *parameter,
                const ParameterSources *sources,
                ParameterValues *values,
                Buffer *errors) {

        ParameterValue *item = &values->items[values->n_items];
        CLEANUP_FREE char *value = NULL;
        bool of_profile;
        const char *text = find_in_sources(parameter, sources, &of_profile);
        int r;

        if (!text) {
                if (parameter->required)
                        (void) buffer_add_format(
                                        errors, "%sparameter '%s' needs a value",
                                        errors->size > 0 ? "; " : "", parameter->name);
                return 0;
        }
        r = check_value(parameter, text, of_profile, errors, &value);
        if (r < 0 || !value)
                return r;

        item->name = strdup(parameter->name);
        if (!item->name)
                return -ENOMEM;
        item->text = TAKE_PTR(value);
        item->is_secret = parameter->type == PARAMETER_SECRET;
        values->n_items++;
        return 0;
}

int parameter_values_resolve(
                const ParameterSet *declared,
                const ParameterSources *sources,
                ParameterValues *ret,
                char **ret_error) {

        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP(buffer_done) Buffer errors = { 0 };
        int r;

        assert(declared);
        assert(sources);
        assert(ret);
        assert(ret_error);

        values.items = calloc(declared->n_items + 1, sizeof(*values.items));
        if (!values.items)
                return -ENOMEM;

        r = check_names(declared, sources->start, &errors);
        if (r >= 0)
                r = check_names(declared, sources->values, &errors);
        for (size_t i = 0; r >= 0 && i < declared->n_items; i++)
                r = resolve_one(&declared->items[i], sources, &values, &errors);
        if (r < 0)
                return r;
        if (errors.failed)
                return -ENOMEM;
        if (errors.size > 0) {
                r = buffer_take(&errors, ret_error);
                return r < 0 ? r : -EINVAL;
        }

        *ret = values;
        values = (ParameterValues){ 0 };
        return 0;
}

/* Their normal forms are JSON's. */
static bool is_json(const Parameter *parameter) {
        return parameter &&
                        (parameter->type == PARAMETER_INTEGER || parameter->type == PARAMETER_NUMBER ||
                         parameter->type == PARAMETER_BOOLEAN);
}

static void write_value(JsonWriter *writer, const Parameter *parameter, const ParameterValue *value) {
        if (is_json(parameter))
                json_writer_raw(writer, value->name, value->text);
        else
                json_writer_string(writer, value->name, value->is_secret ? "***" : value->text);
}

int parameter_values_format(const ParameterSet *declared, const ParameterValues *values, char **ret_json) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        assert(declared);
        assert(values);
        assert(ret_json);

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        for (size_t i = 0; i < values->n_items; i++)
                write_value(&writer, parameter_set_find(declared, values->items[i].name), &values->items[i]);
        json_writer_end_object(&writer);
        return buffer_take(&buffer, ret_json);
}
