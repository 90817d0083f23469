/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `parameters:` declares them, `values:` gives some of them; a profile gives values to whoever declares them.
 */

#include "job/parameter-decode.h"

#include <string.h>

#include "job/expand-part.h"
#include "job/job-fields.h"
#include "util/string-list.h"
#include "util/string-table.h"

#define LENGTH_MAX PARAMETER_VALUE_MAX
#define CHOICES_MAX 1000U
#define PARAMETER_NAME_RULE "up to 64 small letters, digits and '-', the first a letter"

static const char *const type_names[] = { "integer", "number", "string", "boolean",
                                          "choice",  "date",   "secret", NULL };

/* One declaration, before its rules are judged together. */
typedef struct Declaration {
        Parameter parameter;
        const YamlNode *type, *fallback, *minimum, *maximum, *min_length, *max_length, *pattern, *choices;
} Declaration;

/* clang-format off */
static const YamlField declaration_fields[] = {
        { YAML_NODE("type",         Declaration, type), .required = true,
          .type = "integer | number | string | boolean | choice | date | secret", .fallback = "" },
        { YAML_NODE("default",      Declaration, fallback),
          .type = "value", .fallback = "" },
        { YAML_BOOL("required",     Declaration, parameter.required),
          .type = "true | false", .fallback = "false" },
        { YAML_BOOL("hidden",       Declaration, parameter.hidden),
          .type = "true | false", .fallback = "false" },
        { YAML_STRING("label",      Declaration, parameter.label),
          .type = "text", .fallback = "" },
        { YAML_STRING("help",       Declaration, parameter.help),
          .type = "text", .fallback = "" },
        { YAML_NODE("minimum",      Declaration, minimum),
          .type = "number", .fallback = "" },
        { YAML_NODE("maximum",      Declaration, maximum),
          .type = "number", .fallback = "" },
        { YAML_NODE("min-length",   Declaration, min_length),
          .type = "number of characters", .fallback = "0" },
        { YAML_NODE("max-length",   Declaration, max_length),
          .type = "number of characters", .fallback = "64 KiB" },
        { YAML_NODE("pattern",      Declaration, pattern),
          .type = "regular expression", .fallback = "" },
        { YAML_NODE("choices",      Declaration, choices),
          .type = "list of texts", .fallback = "" },
        { .key = NULL },
};

const YamlField parameter_name_fields[] = {
        { .key = "NAME", .fields = declaration_fields, .type = "mapping", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

static void declaration_done(Declaration *declaration) {
        parameter_done(&declaration->parameter);
}

/* The text of a value, or NULL with an error: where a text is meant, it may not be taken for something else.
 */
static const char *value_text(
                const YamlContext *context,
                const Parameter *parameter,
                const YamlNode *node,
                const char *what) {

        switch (parameter->type) {
        case PARAMETER_STRING:
        case PARAMETER_CHOICE:
        case PARAMETER_SECRET:
                return yaml_text(context, node, what);
        default:
                return yaml_scalar(context, node, what, "a value");
        }
}

/*
 * What may stand for a secret: in a file a credential alone. At run time it is sent as it is, and whoever
 * stores the job has put an id in its place.
 */
static bool check_secret(const YamlContext *context, const Parameter *parameter, const YamlNode *node) {
        const JobDecodeContext *job = job_decode_context(context);
        const char *name = NULL;
        size_t size;

        if (parameter->type != PARAMETER_SECRET || node->kind != YAML_KIND_SCALAR)
                return true;

        size = parameter_credential(node->text, &name);
        if (size > 0 && !expand_credential_name_valid(name, size))
                yaml_error(context, node,
                           "'%.*s' is no name for a credential: letters, digits, '_', '-' and '.'",
                           (int) MIN(size, 64U), name);
        else if (size > 0 && context->unprivileged)
                yaml_error(context, node,
                           "the secret parameter '%s' cannot be a credential in the job of an ordinary user",
                           parameter->name);
        else if (size == 0 && job->origin == JOB_ORIGIN_FILE)
                yaml_error(context, node,
                           "the secret parameter '%s' expects ${credential:NAME} in a file: a secret is not "
                           "written down",
                           parameter->name);
        else
                return true;
        return false;
}

/* Returns 0 with *ret, NULL if it is faulty, or -ENOMEM. */
static int decode_value(
                const YamlContext *context,
                const Parameter *parameter,
                const YamlNode *node,
                const char *what,
                char **ret) {

        CLEANUP_FREE char *error = NULL;
        const char *text;
        int r;

        *ret = NULL;
        if (!check_secret(context, parameter, node))
                return 0;
        text = value_text(context, parameter, node, what);
        if (!text)
                return 0;
        r = parameter_check(parameter, text, ret, &error);
        if (r == -EINVAL)
                yaml_error(context, node, "%s", error);
        return r == -EINVAL ? 0 : r;
}

/* --- declarations ----------------------------------------------------------------------------------------
 */

static bool type_has(const Declaration *declaration, unsigned types) {
        return types & 1U << declaration->parameter.type;
}

#define TYPE(type) (1U << PARAMETER_##type)

static const struct {
        const char *key;
        size_t offset;
        unsigned types;
        const char *of; /* in words */
} rules[] = {
        { "minimum", offsetof(Declaration, minimum), TYPE(INTEGER) | TYPE(NUMBER), "integer and number" },
        { "maximum", offsetof(Declaration, maximum), TYPE(INTEGER) | TYPE(NUMBER), "integer and number" },
        { "min-length", offsetof(Declaration, min_length), TYPE(STRING) | TYPE(SECRET), "string and secret" },
        { "max-length", offsetof(Declaration, max_length), TYPE(STRING) | TYPE(SECRET), "string and secret" },
        { "pattern", offsetof(Declaration, pattern), TYPE(STRING), "string" },
        { "choices", offsetof(Declaration, choices), TYPE(CHOICE), "choice" },
};

static void check_rules(const YamlContext *context, const Declaration *declaration) {
        for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
                const void *member = (const char *) declaration + rules[i].offset;
                const YamlNode *node = *(const YamlNode *const *) member;

                if (node && !type_has(declaration, rules[i].types))
                        yaml_error(context, node, "'%s' is for parameters of type %s, not %s", rules[i].key,
                                   rules[i].of, type_names[declaration->parameter.type]);
        }
}

static int decode_limits(const YamlContext *context, Declaration *declaration) {
        Parameter *parameter = &declaration->parameter;
        int r = 0;

        /* Each is a value of that type, and the other one's limit. */
        if (declaration->minimum)
                r = decode_value(context, parameter, declaration->minimum, "minimum", &parameter->minimum);
        if (r >= 0 && declaration->maximum)
                r = decode_value(context, parameter, declaration->maximum, "maximum", &parameter->maximum);
        return r;
}

static int decode_lengths(const YamlContext *context, Declaration *declaration) {
        static const YamlField fields[] = {
                { YAML_UNSIGNED("min-length", Parameter, min_length, 0, LENGTH_MAX) },
                { YAML_UNSIGNED("max-length", Parameter, max_length, 1, LENGTH_MAX) },
        };
        Parameter *parameter = &declaration->parameter;
        int r = 0;

        if (declaration->min_length)
                r = yaml_decode_unsigned(
                                context, &fields[0], declaration->min_length, &parameter->min_length);
        if (r >= 0 && declaration->max_length)
                r = yaml_decode_unsigned(
                                context, &fields[1], declaration->max_length, &parameter->max_length);
        if (r >= 0 && declaration->max_length && parameter->max_length > 0 &&
            parameter->min_length > parameter->max_length)
                yaml_error(context, declaration->max_length, "'max-length' is less than 'min-length'");
        return r;
}

static int decode_pattern(const YamlContext *context, Declaration *declaration) {
        static const YamlField field = { YAML_STRING("pattern", Parameter, pattern) };
        CLEANUP_FREE char *error = NULL;
        const char *text = declaration->pattern ? yaml_text(context, declaration->pattern, "pattern") : NULL;
        int r;

        if (!text)
                return 0;
        r = parameter_pattern_check(text, &error);
        if (r == -EINVAL)
                yaml_error(context, declaration->pattern, "'pattern': %s", error);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        return yaml_decode_string(context, &field, declaration->pattern, &declaration->parameter.pattern);
}

static int decode_choices(const YamlContext *context, const YamlNode *key, Declaration *declaration) {
        static const YamlField field = { YAML_STRING_LIST("choices", Parameter, choices) };
        char ***choices = &declaration->parameter.choices;
        int r;

        if (!declaration->choices) {
                yaml_error(context, key, "parameter '%s' is a choice and needs 'choices'", key->text);
                return 0;
        }
        if (declaration->choices->kind == YAML_KIND_LIST &&
            (declaration->choices->size == 0 || declaration->choices->size > CHOICES_MAX)) {
                yaml_error(context, declaration->choices, "'choices' expects from 1 to %u texts",
                           CHOICES_MAX);
                return 0;
        }
        r = yaml_decode_string_list(context, &field, declaration->choices, choices);
        if (r < 0)
                return r;
        for (size_t i = 0; *choices && (*choices)[i]; i++)
                if (string_list_contains(*choices + i + 1, (*choices)[i])) {
                        yaml_error(context, declaration->choices, "'choices' has '%.64s' twice",
                                   (*choices)[i]);
                        break;
                }
        return 0;
}

static int decode_rules(const YamlContext *context, const YamlNode *key, Declaration *declaration) {
        int r = 0;

        check_rules(context, declaration);
        switch (declaration->parameter.type) {
        case PARAMETER_INTEGER:
        case PARAMETER_NUMBER:
                return decode_limits(context, declaration);
        case PARAMETER_STRING:
                r = decode_pattern(context, declaration);
                return r < 0 ? r : decode_lengths(context, declaration);
        case PARAMETER_SECRET:
                return decode_lengths(context, declaration);
        case PARAMETER_CHOICE:
                return decode_choices(context, key, declaration);
        default:
                return 0;
        }
}

static int decode_declaration(const YamlContext *context, const YamlNode *key, Declaration *declaration) {
        static const YamlField type_field = { YAML_ENUM("type", Parameter, type, ParameterType, type_names) };
        YamlContext whole = *context;
        size_t n_errors = context->diagnostics->n_errors;
        int r;

        whole.partial = false; /* a template's body is a part of one, but its declarations are whole */
        r = yaml_fields_decode(&whole, declaration_fields, key->value, declaration);
        if (r >= 0 && declaration->type)
                r = yaml_decode_enum(context, &type_field, declaration->type, &declaration->parameter.type);
        if (r < 0 || !declaration->type || context->diagnostics->n_errors > n_errors)
                return r;

        r = decode_rules(context, key, declaration);
        if (r < 0 || !declaration->fallback || context->diagnostics->n_errors > n_errors)
                return r;
        return decode_value(
                        context, &declaration->parameter, declaration->fallback, "default",
                        &declaration->parameter.fallback);
}

/* False with an error. */
static bool check_name(const YamlContext *context, const YamlNode *mapping, const YamlNode *key) {
        if (!yaml_key_check(context, mapping, key))
                return false;
        if (parameter_name_valid(key->text))
                return true;
        yaml_error(context, key, "'%.80s' is not a name for a parameter: " PARAMETER_NAME_RULE, key->text);
        return false;
}

static int add_declaration(const YamlContext *context, const YamlNode *key, ParameterSet *set) {
        CLEANUP(declaration_done) Declaration declaration = { 0 };
        size_t n_errors = context->diagnostics->n_errors;
        int r;

        if (key->value->kind != YAML_KIND_MAPPING) {
                yaml_error(context, key->value,
                           "parameter '%s' expects a mapping such as {type: string}, not %s", key->text,
                           yaml_kind_phrase(key->value));
                return 0;
        }
        declaration.parameter.name = strdup(key->text);
        if (!declaration.parameter.name)
                return -ENOMEM;
        r = decode_declaration(context, key, &declaration);
        if (r < 0)
                return r;

        /* What is partly wrong is declared all the same: else each mention of it would be one more fault. */
        if (context->diagnostics->n_errors > n_errors)
                declaration.parameter.required = false;
        set->items[set->n_items++] = declaration.parameter;
        declaration.parameter = (Parameter){ 0 };
        return 0;
}

int parameter_set_decode(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        CLEANUP(parameter_set_done) ParameterSet set = { 0 };

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'%s' expects a mapping such as {NAME: {type: string}}, not %s",
                           field->key, yaml_kind_phrase(node));
                return 0;
        }
        if (node->size > PARAMETERS_MAX) {
                yaml_error(context, node, "'%s' declares more than %u", field->key, PARAMETERS_MAX);
                return 0;
        }

        set.items = calloc((size_t) node->size + 1, sizeof(*set.items));
        if (!set.items)
                return -ENOMEM;
        YAML_FOREACH(key, node) {
                int r;

                /* null takes one of the template away */
                if (!check_name(context, node, key) || yaml_node_is_null(key->value))
                        continue;
                r = add_declaration(context, key, &set);
                if (r < 0)
                        return r;
        }
        parameter_set_done(member);
        *(ParameterSet *) member = set;
        set = (ParameterSet){ 0 };
        return 0;
}

/* --- values ----------------------------------------------------------------------------------------------
 */

static int push_assignment(char ***list, const char *name, const char *value) {
        char *assignment;

        if (asprintf(&assignment, "%s=%s", name, value) < 0)
                return -ENOMEM;
        return string_list_take_push(list, assignment);
}

static void report_unknown(const YamlContext *context, const ParameterSet *declared, const YamlNode *key) {
        const char *names[PARAMETERS_MAX + 1];
        const char *nearest;
        size_t n = 0;

        while (n < declared->n_items && n < PARAMETERS_MAX) {
                names[n] = declared->items[n].name;
                n++;
        }
        names[n] = NULL;

        nearest = string_nearest(key->text, names);
        if (nearest)
                yaml_error(context, key, "there is no parameter '%.64s'; did you mean '%s'?", key->text,
                           nearest);
        else
                yaml_error(context, key, "there is no parameter '%.64s'%s", key->text,
                           n == 0 ? ": the job declares none, and has none from a template" : "");
}

int parameter_values_decode(
                const YamlContext *context,
                const YamlNode *node,
                const ParameterSet *declared,
                char ***ret) {

        CLEANUP(string_list_freep) char **list = NULL;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'values' expects a mapping such as {NAME: value}, not %s",
                           yaml_kind_phrase(node));
                return 0;
        }
        YAML_FOREACH(key, node) {
                const Parameter *parameter;
                CLEANUP_FREE char *value = NULL;
                int r;

                if (!yaml_key_check(context, node, key) || yaml_node_is_null(key->value))
                        continue;
                parameter = parameter_set_find(declared, key->text);
                if (!parameter) {
                        report_unknown(context, declared, key);
                        continue;
                }
                r = decode_value(context, parameter, key->value, key->text, &value);
                if (r >= 0 && value)
                        r = push_assignment(&list, key->text, value);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

/* Whoever declares the parameter says what it is: true and false may be plain, as a number may. */
static const char *profile_text(const YamlContext *context, const YamlNode *key) {
        const YamlNode *node = key->value;

        if (node->kind == YAML_KIND_SCALAR &&
            (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0))
                return node->text;
        return yaml_text(context, node, key->text);
}

int profile_values_decode(const YamlContext *context, const YamlNode *node, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;

        if (node->size > PARAMETERS_MAX) {
                yaml_error(context, node, "a profile has at most %u values", PARAMETERS_MAX);
                return 0;
        }
        YAML_FOREACH(key, node) {
                const char *text;
                int r;

                if (!check_name(context, node, key) || yaml_node_is_null(key->value))
                        continue;
                text = profile_text(context, key);
                if (!text)
                        continue;
                if (strlen(text) > PARAMETER_VALUE_MAX) {
                        yaml_error(context, key->value, "'%s' is longer than 64 KiB", key->text);
                        continue;
                }
                r = push_assignment(&list, key->text, text);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}
