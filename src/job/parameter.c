/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"

static const char *const parameter_type_names[] = {
        [PARAMETER_INTEGER] = "integer", [PARAMETER_NUMBER] = "number", [PARAMETER_STRING] = "string",
        [PARAMETER_BOOLEAN] = "boolean", [PARAMETER_CHOICE] = "choice", [PARAMETER_DATE] = "date",
        [PARAMETER_SECRET] = "secret",
};

DEFINE_STRING_TABLE(parameter_type, ParameterType, parameter_type_names);

static void parameter_done(Parameter *parameter) {
        free(parameter->name);
        free(parameter->label);
        free(parameter->help);
        free(parameter->fallback);
        free(parameter->minimum);
        free(parameter->maximum);
        free(parameter->pattern);
        (void) string_list_free(parameter->choices);
}

void parameter_set_done(ParameterSet *set) {
        if (!set)
                return;

        for (size_t i = 0; i < set->n_items; i++)
                parameter_done(&set->items[i]);
        free(set->items);
        *set = (ParameterSet){ 0 };
}

const Parameter *parameter_set_find(const ParameterSet *set, const char *name) {
        assert(set);
        assert(name);

        for (size_t i = 0; i < set->n_items; i++)
                if (strcmp(set->items[i].name, name) == 0)
                        return &set->items[i];
        return NULL;
}

void parameter_values_done(ParameterValues *values) {
        if (!values)
                return;

        for (size_t i = 0; i < values->n_items; i++) {
                free(values->items[i].name);
                free(values->items[i].text);
        }
        free(values->items);
        *values = (ParameterValues){ 0 };
}

const ParameterValue *parameter_values_find(const ParameterValues *values, const char *name) {
        assert(values);
        assert(name);

        for (size_t i = 0; i < values->n_items; i++)
                if (strcmp(values->items[i].name, name) == 0)
                        return &values->items[i];
        return NULL;
}
