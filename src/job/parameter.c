/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/secret-id.h"
#include "util/string-list.h"

#define NAME_MAX_LENGTH 64U
#define VARIABLE_PREFIX "JOBSCHED_P_"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static const char *const parameter_type_names[] = {
        [PARAMETER_INTEGER] = "integer", [PARAMETER_NUMBER] = "number", [PARAMETER_STRING] = "string",
        [PARAMETER_BOOLEAN] = "boolean", [PARAMETER_CHOICE] = "choice", [PARAMETER_DATE] = "date",
        [PARAMETER_SECRET] = "secret",   [PARAMETER_TYPE_COUNT] = NULL,
};

DEFINE_STRING_TABLE(parameter_type, ParameterType, parameter_type_names);

bool parameter_name_valid(const char *name) {
        size_t n = strspn(name, LOWER DIGITS "-");

        return n > 0 && n <= NAME_MAX_LENGTH && name[n] == '\0' && name[0] >= 'a' && name[0] <= 'z';
}

int parameter_variable(const char *name, char **ret) {
        char *variable;

        if (asprintf(&variable, VARIABLE_PREFIX "%s", name) < 0)
                return -ENOMEM;
        for (char *p = variable + strlen(VARIABLE_PREFIX); *p; p++)
                *p = *p == '-' ? '_' : (char) toupper((unsigned char) *p);
        *ret = variable;
        return 0;
}

size_t parameter_credential(const char *text, const char **ret_name) {
        static const char prefix[] = "${credential:";
        size_t n;

        if (strncmp(text, prefix, strlen(prefix)) != 0)
                return 0;
        text += strlen(prefix);
        n = strcspn(text, "}");
        if (n == 0 || strcmp(text + n, "}") != 0)
                return 0;
        if (ret_name)
                *ret_name = text;
        return n;
}

const char *parameter_secret_reference(const char *text) {
        static const char prefix[] = "${secret:";

        if (strncmp(text, prefix, strlen(prefix)) != 0)
                return NULL;
        text += strlen(prefix);
        return secret_id_begins(text) && strcmp(text + SECRET_ID_LENGTH, "}") == 0 ? text : NULL;
}

void parameter_done(Parameter *parameter) {
        free(parameter->name);
        free(parameter->label);
        free(parameter->help);
        free(parameter->fallback);
        free(parameter->minimum);
        free(parameter->maximum);
        free(parameter->pattern);
        (void) string_list_free(parameter->choices);
        *parameter = (Parameter){ 0 };
}

void parameter_set_done(ParameterSet *set) {
        if (!set)
                return;

        for (size_t i = 0; i < set->n_items; i++)
                parameter_done(&set->items[i]);
        free(set->items);
        *set = (ParameterSet){ 0 };
}

/* Returns 0 or -ENOMEM; *ret is NULL for NULL. */
static int copy_text(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

static int parameter_copy(const Parameter *parameter, Parameter *ret) {
        int r;

        *ret = *parameter;
        ret->name = ret->label = ret->help = ret->fallback = ret->minimum = ret->maximum = ret->pattern =
                        NULL;
        ret->choices = NULL;

        r = copy_text(parameter->name, &ret->name);
        if (r >= 0)
                r = copy_text(parameter->label, &ret->label);
        if (r >= 0)
                r = copy_text(parameter->help, &ret->help);
        if (r >= 0)
                r = copy_text(parameter->fallback, &ret->fallback);
        if (r >= 0)
                r = copy_text(parameter->minimum, &ret->minimum);
        if (r >= 0)
                r = copy_text(parameter->maximum, &ret->maximum);
        if (r >= 0)
                r = copy_text(parameter->pattern, &ret->pattern);
        return r < 0 ? r : string_list_copy(parameter->choices, &ret->choices);
}

int parameter_set_copy(const ParameterSet *set, ParameterSet *ret) {
        CLEANUP(parameter_set_done) ParameterSet copy = { 0 };

        assert(set);
        assert(ret);

        copy.items = calloc(set->n_items + 1, sizeof(*copy.items));
        if (!copy.items)
                return -ENOMEM;
        for (size_t i = 0; i < set->n_items; i++) {
                int r = parameter_copy(&set->items[i], &copy.items[copy.n_items++]);

                if (r < 0)
                        return r;
        }
        *ret = copy;
        copy = (ParameterSet){ 0 };
        return 0;
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
