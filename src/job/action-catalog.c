/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/action-catalog.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "job/job-keys.h"
#include "protocol/message.h"
#include "util/json-check.h"
#include "util/string-list.h"

#define NAME_LENGTH_MAX 32U
#define JSON_DEPTH_MAX 32U
#define PATH_LENGTH_MAX 256U
#define SHOWN "%.64s"

static const char *const action_value_type_names[] = {
        [ACTION_VALUE_INTEGER] = "integer",   [ACTION_VALUE_NUMBER] = "number",
        [ACTION_VALUE_STRING] = "string",     [ACTION_VALUE_BOOLEAN] = "boolean",
        [ACTION_VALUE_CHOICE] = "choice",     [ACTION_VALUE_DATE] = "date",
        [ACTION_VALUE_DURATION] = "duration", [ACTION_VALUE_SIZE] = "size",
        [ACTION_VALUE_PATH] = "path",         [ACTION_VALUE_LIST] = "list",
        [ACTION_VALUE_MAPPING] = "mapping",   [ACTION_VALUE_ANY] = "any",
        [ACTION_VALUE_TYPE_COUNT] = NULL,
};

DEFINE_STRING_TABLE(action_value_type, ActionValueType, action_value_type_names);

/* The rules of a parameter of a template are checked by parameter.h. */
static const ParameterType rule_of_type[] = {
        [ACTION_VALUE_INTEGER] = PARAMETER_INTEGER, [ACTION_VALUE_NUMBER] = PARAMETER_NUMBER,
        [ACTION_VALUE_STRING] = PARAMETER_STRING,   [ACTION_VALUE_BOOLEAN] = PARAMETER_BOOLEAN,
        [ACTION_VALUE_CHOICE] = PARAMETER_CHOICE,   [ACTION_VALUE_DATE] = PARAMETER_DATE,
        [ACTION_VALUE_DURATION] = PARAMETER_STRING, [ACTION_VALUE_SIZE] = PARAMETER_STRING,
        [ACTION_VALUE_PATH] = PARAMETER_STRING,     [ACTION_VALUE_LIST] = PARAMETER_STRING,
        [ACTION_VALUE_MAPPING] = PARAMETER_STRING,  [ACTION_VALUE_ANY] = PARAMETER_STRING,
};

_Static_assert(ARRAY_SIZE(rule_of_type) == ACTION_VALUE_TYPE_COUNT, "each type has a rule");

/* --- what there is ----------------------------------------------------------------------------------- */

static void action_parameter_done(ActionParameter *parameter);

/* As deep as ACTION_DEPTH_MAX. */
static void action_parameters_free( // NOLINT(misc-no-recursion)
                ActionParameter *parameters,
                size_t n) {
        for (size_t i = 0; i < n; i++)
                action_parameter_done(&parameters[i]);
        free(parameters);
}

static void action_parameter_done(ActionParameter *parameter) { // NOLINT(misc-no-recursion)
        parameter_done(&parameter->rule);
        action_parameters_free(parameter->item, parameter->item ? 1 : 0);
        action_parameters_free(parameter->members, parameter->n_members);
        *parameter = (ActionParameter){ 0 };
}

void action_description_done(ActionDescription *description) {
        free(description->name);
        free(description->path);
        free(description->schema);
        free(description->error);
        free(description->description);
        free(description->notes);
        free(description->example);
        action_parameter_done(&description->parameters);
        *description = (ActionDescription){ 0 };
}

void action_catalog_done(ActionCatalog *catalog) {
        if (!catalog)
                return;

        for (size_t i = 0; i < catalog->n_items; i++)
                action_description_done(&catalog->items[i]);
        free(catalog->items);
        *catalog = (ActionCatalog){ 0 };
}

const ActionDescription *action_catalog_find(const ActionCatalog *catalog, const char *name) {
        for (size_t i = 0; catalog && i < catalog->n_items; i++) {
                if (strcmp(catalog->items[i].name, name) == 0)
                        return &catalog->items[i];
        }
        return NULL;
}

const char *action_name_fault(const char *name) {
        size_t length = strlen(name);
        KeyDescription key;

        if (length == 0 || length > NAME_LENGTH_MAX || name[0] < 'a' || name[0] > 'z' ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
                return "the name of a kind is a lower case letter and up to 31 more, digits or '-'";
        for (size_t i = 0; job_key_describe(i, &key); i++) {
                if (strcmp(key.path, name) == 0)
                        return "jobs have a key of that name";
        }
        return NULL;
}

/* --- what it says ------------------------------------------------------------------------------------ */

/* Where the reader is, for messages: "parameters.bind.items". */
typedef struct Place {
        char path[PATH_LENGTH_MAX];
        unsigned depth;
        char **ret_error;
} Place;

PRINTF_LIKE(2, 3) static int fault(const Place *place, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0) {
                text = NULL;
                return -ENOMEM;
        }
        if (asprintf(place->ret_error, "its description%s%s %s", place->path[0] ? ": " : "", place->path,
                     text) < 0) {
                *place->ret_error = NULL;
                return -ENOMEM;
        }
        return -EINVAL;
}

static Place place_inside(const Place *place, const char *name) {
        Place inside = { .depth = place->depth + 1, .ret_error = place->ret_error };

        (void) snprintf(inside.path, sizeof(inside.path), "%.180s%s" SHOWN, place->path,
                        place->path[0] ? "." : "", name);
        return inside;
}

static int take_text(const Place *place, const char *key, const json_t *value, char **ret) {
        if (!json_is_string(value))
                return fault(place, "has a '%s' that is not a text", key);
        free(*ret);
        *ret = strdup(json_string_value(value));
        return *ret ? 0 : -ENOMEM;
}

static int take_boolean(const Place *place, const char *key, const json_t *value, bool *ret) {
        if (!json_is_boolean(value))
                return fault(place, "has a '%s' that is neither true nor false", key);
        *ret = json_is_true(value);
        return 0;
}

static int take_length(const Place *place, const char *key, const json_t *value, uint64_t *ret) {
        if (!json_is_integer(value) || json_integer_value(value) < 0)
                return fault(place, "has a '%s' that is not a number of characters", key);
        *ret = (uint64_t) json_integer_value(value);
        return 0;
}

/* A limit or default, as the text that it would be in YAML. */
static int scalar_text(const Place *place, const char *key, const json_t *value, char **ret) {
        if (json_is_string(value))
                *ret = strdup(json_string_value(value));
        else if (json_is_boolean(value))
                *ret = strdup(json_is_true(value) ? "true" : "false");
        else if (json_is_number(value))
                *ret = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        else
                return fault(place, "has a '%s' that is neither a text, a number, true nor false", key);
        return *ret ? 0 : -ENOMEM;
}

/* In its normal form, if it is one of the type. */
static int take_value(
                const Place *place,
                const char *key,
                const json_t *value,
                const Parameter *rule,
                char **ret) {

        CLEANUP_FREE char *text = NULL, *error = NULL;
        char *checked;
        int r;

        r = scalar_text(place, key, value, &text);
        if (r < 0)
                return r;
        r = parameter_check(rule, text, &checked, &error);
        if (r == -EINVAL)
                return fault(place, "has a '%s' that is none: %s", key, error ?: "it breaks a rule");
        if (r < 0)
                return r;
        free(*ret);
        *ret = checked;
        return 0;
}

static int take_choices(const Place *place, const json_t *value, Parameter *rule) {
        size_t i;
        json_t *choice;

        if (!json_is_array(value) || json_array_size(value) == 0)
                return fault(place, "has 'choices' that are not a list of texts");
        json_array_foreach(value, i, choice) {
                int r;

                if (!json_is_string(choice))
                        return fault(place, "has 'choices' that are not a list of texts");
                r = string_list_push(&rule->choices, json_string_value(choice));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int take_pattern(const Place *place, const json_t *value, Parameter *rule) {
        CLEANUP_FREE char *error = NULL;
        int r;

        r = take_text(place, "pattern", value, &rule->pattern);
        if (r < 0)
                return r;
        r = parameter_pattern_check(rule->pattern, &error);
        return r == -EINVAL ? fault(place, "has a 'pattern' that is none: %s", error ?: "it is faulty") : r;
}

static int read_parameter(const Place *place, const json_t *value, ActionParameter *ret);
static int read_members(const Place *place, const json_t *value, ActionParameter *ret);

static int take_item(const Place *place, const json_t *value, ActionParameter *ret) {
        Place inside = place_inside(place, "items");

        ret->item = calloc(1, sizeof(*ret->item));
        if (!ret->item)
                return -ENOMEM;
        ret->item->rule.name = strdup(ret->rule.name); /* faults in an item are faults of its list */
        if (!ret->item->rule.name)
                return -ENOMEM;
        return read_parameter(&inside, value, ret->item);
}

/* Which rules go with which types. */
#define TYPE(type) (1U << (ACTION_VALUE_##type))
#define TYPES_OF_NUMBERS (TYPE(INTEGER) | TYPE(NUMBER))
#define TYPES_OF_TEXTS (TYPE(STRING) | TYPE(PATH) | TYPE(LIST) | TYPE(MAPPING) | TYPE(ANY))
#define TYPES_OF_SCALARS                                                                                \
        (TYPES_OF_NUMBERS | TYPE(STRING) | TYPE(BOOLEAN) | TYPE(CHOICE) | TYPE(DATE) | TYPE(DURATION) | \
         TYPE(SIZE) | TYPE(PATH))
#define TYPES_ALL ((1U << ACTION_VALUE_TYPE_COUNT) - 1)

typedef enum Member {
        MEMBER_TYPE,
        MEMBER_REQUIRED,
        MEMBER_HIDDEN,
        MEMBER_LABEL,
        MEMBER_HELP,
        MEMBER_MINIMUM,
        MEMBER_MAXIMUM,
        MEMBER_MIN_LENGTH,
        MEMBER_MAX_LENGTH,
        MEMBER_PATTERN,
        MEMBER_CHOICES,
        MEMBER_CREDENTIALS,
        MEMBER_EXPAND,
        MEMBER_ITEMS,
        MEMBER_PARAMETERS,
        MEMBER_DEFAULT, /* the last: the others are its rules */
        MEMBER_COUNT,
} Member;

/* clang-format off */
static const char *const member_names[] = {
        [MEMBER_TYPE]        = "type",        [MEMBER_REQUIRED]   = "required",   [MEMBER_HIDDEN]     = "hidden",
        [MEMBER_LABEL]       = "label",       [MEMBER_HELP]       = "help",       [MEMBER_MINIMUM]    = "minimum",
        [MEMBER_MAXIMUM]     = "maximum",     [MEMBER_MIN_LENGTH] = "min-length", [MEMBER_MAX_LENGTH] = "max-length",
        [MEMBER_PATTERN]     = "pattern",     [MEMBER_CHOICES]    = "choices",    [MEMBER_CREDENTIALS] = "credentials",
        [MEMBER_EXPAND]      = "expand",      [MEMBER_ITEMS]      = "items",      [MEMBER_PARAMETERS] = "parameters",
        [MEMBER_DEFAULT]     = "default",     [MEMBER_COUNT]      = NULL,
};

static const unsigned member_types[MEMBER_COUNT] = {
        [MEMBER_TYPE]        = TYPES_ALL,
        [MEMBER_REQUIRED]    = TYPES_ALL,
        [MEMBER_HIDDEN]      = TYPES_ALL,
        [MEMBER_LABEL]       = TYPES_ALL,
        [MEMBER_HELP]        = TYPES_ALL,
        [MEMBER_MINIMUM]     = TYPES_OF_NUMBERS,
        [MEMBER_MAXIMUM]     = TYPES_OF_NUMBERS,
        [MEMBER_MIN_LENGTH]  = TYPE(STRING),
        [MEMBER_MAX_LENGTH]  = TYPE(STRING),
        [MEMBER_PATTERN]     = TYPE(STRING),
        [MEMBER_CHOICES]     = TYPE(CHOICE),
        [MEMBER_CREDENTIALS] = TYPES_OF_TEXTS,
        [MEMBER_EXPAND]      = TYPES_OF_TEXTS,
        [MEMBER_ITEMS]       = TYPE(LIST),
        [MEMBER_PARAMETERS]  = TYPE(MAPPING),
        [MEMBER_DEFAULT]     = TYPES_OF_SCALARS,
};
/* clang-format on */

static int take_member( // NOLINT(misc-no-recursion)
                const Place *place,
                Member member,
                const json_t *value,
                ActionParameter *ret) {

        Parameter *rule = &ret->rule;
        const char *key = member_names[member];
        bool expand = true;
        int r = 0;

        switch (member) {
        case MEMBER_REQUIRED:
                return take_boolean(place, key, value, &rule->required);
        case MEMBER_HIDDEN:
                return take_boolean(place, key, value, &rule->hidden);
        case MEMBER_LABEL:
                return take_text(place, key, value, &rule->label);
        case MEMBER_HELP:
                return take_text(place, key, value, &rule->help);
        case MEMBER_MINIMUM:
                return take_value(place, key, value, rule, &rule->minimum);
        case MEMBER_MAXIMUM:
                return take_value(place, key, value, rule, &rule->maximum);
        case MEMBER_MIN_LENGTH:
                return take_length(place, key, value, &rule->min_length);
        case MEMBER_MAX_LENGTH:
                return take_length(place, key, value, &rule->max_length);
        case MEMBER_PATTERN:
                return take_pattern(place, value, rule);
        case MEMBER_CHOICES:
                return take_choices(place, value, rule);
        case MEMBER_CREDENTIALS:
                return take_boolean(place, key, value, &ret->credentials);
        case MEMBER_EXPAND:
                r = take_boolean(place, key, value, &expand);
                ret->literal = !expand;
                return r;
        case MEMBER_ITEMS:
                return take_item(place, value, ret);
        case MEMBER_PARAMETERS:
                ret->is_open = false;
                return read_members(place, value, ret);
        case MEMBER_DEFAULT:
                return take_value(place, key, value, rule, &rule->fallback);
        case MEMBER_TYPE: /* was read first */
        case MEMBER_COUNT:
                break;
        }
        return r;
}

static int read_type(const Place *place, const json_t *value, ActionParameter *ret) {
        const json_t *type = json_object_get(value, "type");
        int found;

        if (!json_is_string(type))
                return fault(place, "has no 'type'");
        found = action_value_type_from_string(json_string_value(type));
        if (found < 0) {
                const char *nearest = string_nearest(json_string_value(type), action_value_type_names);

                return fault(place, "has the type '" SHOWN "', which there is not%s%s%s",
                             json_string_value(type), nearest ? "; did you mean '" : "", nearest ?: "",
                             nearest ? "'?" : "");
        }
        ret->type = (ActionValueType) found;
        ret->rule.type = rule_of_type[found];
        ret->is_open = found == ACTION_VALUE_MAPPING;
        return 0;
}

static int refuse_member(const Place *place, const char *key, ActionValueType type) {
        const char *nearest = string_nearest(key, member_names);

        if (string_table_find(member_names, key) >= 0)
                return fault(place, "has a '%s', which means nothing for the type '%s'", key,
                             action_value_type_to_string(type));
        return fault(place, "has the unknown member '" SHOWN "'%s%s%s", key,
                     nearest ? "; did you mean '" : "", nearest ?: "", nearest ? "'?" : "");
}

static int check_members(const Place *place, const json_t *value, ActionValueType type) {
        const char *key;
        json_t *member;

        json_object_foreach((json_t *) value, key, member) {
                int found = string_table_find(member_names, key);

                if (found < 0 || !(member_types[found] & 1U << type))
                        return refuse_member(place, key, type);
        }
        return 0;
}

static int check_whole(const Place *place, const ActionParameter *parameter) {
        const Parameter *rule = &parameter->rule;

        if (parameter->type == ACTION_VALUE_CHOICE && !rule->choices)
                return fault(place, "has no 'choices'");
        if (parameter->literal && parameter->credentials)
                return fault(place, "has 'credentials' though \"expand\": false takes ${…} as it is written");
        if (rule->max_length > 0 && rule->min_length > rule->max_length)
                return fault(place, "has a 'min-length' above its 'max-length'");
        return 0;
}

static int read_parameter( // NOLINT(misc-no-recursion)
                const Place *place,
                const json_t *value,
                ActionParameter *ret) {
        int r;

        if (place->depth > ACTION_DEPTH_MAX)
                return fault(place, "is declared too deep inside of others");
        if (!json_is_object(value))
                return fault(place, "is not an object");
        r = read_type(place, value, ret);
        if (r >= 0)
                r = check_members(place, value, ret->type);
        for (int i = 0; r >= 0 && i < MEMBER_COUNT; i++) {
                const json_t *member = json_object_get(value, member_names[i]);

                if (member)
                        r = take_member(place, (Member) i, member, ret);
        }
        return r < 0 ? r : check_whole(place, ret);
}

static int read_members( // NOLINT(misc-no-recursion)
                const Place *place,
                const json_t *value,
                ActionParameter *ret) {

        const char *key;
        json_t *member;

        if (!json_is_object(value))
                return fault(place, "has 'parameters' that are not an object");
        if (json_object_size(value) > PARAMETERS_MAX)
                return fault(place, "has more than %u parameters", PARAMETERS_MAX);
        ret->members = calloc(json_object_size(value) + 1, sizeof(*ret->members));
        if (!ret->members)
                return -ENOMEM;
        json_object_foreach((json_t *) value, key, member) {
                ActionParameter *parameter = &ret->members[ret->n_members++];
                Place inside = place_inside(place, key);
                int r;

                if (!parameter_name_valid(key))
                        return fault(&inside, "is no name for a parameter, as 'max-rows'");
                parameter->rule.name = strdup(key);
                if (!parameter->rule.name)
                        return -ENOMEM;
                r = read_parameter(&inside, member, parameter);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_name(const Place *place, const ActionDescription *description, const json_t *value) {
        const char *name = json_string_value(value);

        if (!name)
                return fault(place, "has no 'name'");
        if (strcmp(name, description->name) != 0)
                return fault(place, "says that its name is '" SHOWN "', but the file is called '%s'", name,
                             description->name);
        return 0;
}

static int read_root(const Place *place, const json_t *root, ActionDescription *description) {
        Place parameters = place_inside(place, "parameters");
        const char *key;
        json_t *value;
        int r;

        description->parameters.type = ACTION_VALUE_MAPPING;
        r = read_name(place, description, json_object_get(root, "name"));
        if (r < 0)
                return r;
        json_object_foreach((json_t *) root, key, value) {
                if (strcmp(key, "description") == 0)
                        r = take_text(place, key, value, &description->description);
                else if (strcmp(key, "notes") == 0)
                        r = take_text(place, key, value, &description->notes);
                else if (strcmp(key, "example") == 0)
                        r = take_text(place, key, value, &description->example);
                else if (strcmp(key, "parameters") == 0)
                        r = read_members(&parameters, value, &description->parameters);
                else if (strcmp(key, "name") != 0)
                        r = fault(place, "has the unknown member '" SHOWN "'", key);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void forget(ActionDescription *description) {
        ActionDescription old = *description;

        *description = (ActionDescription){
                .name = old.name, .path = old.path, .builtin = old.builtin, .error = old.error
        };
        old.name = old.path = old.error = NULL;
        action_description_done(&old);
}

static int keep_schema(const json_t *root, ActionDescription *description) {
        const json_t *parameters = json_object_get(root, "parameters");

        description->schema = parameters ? json_dumps(parameters, JSON_COMPACT) : strdup("{}");
        return description->schema ? 0 : -ENOMEM;
}

int action_description_parse(ActionDescription *description, const char *answer, char **ret_error) {
        const Place place = { .ret_error = ret_error };
        size_t size = strlen(answer);
        JsonFault bad = { 0 };
        json_t *root;
        int r;

        assert(description->name);
        assert(ret_error);

        forget(description);
        if (size > DESCRIPTION_SIZE_MAX)
                return fault(&place, "is larger than %zu KiB", DESCRIPTION_SIZE_MAX / 1024);
        if (json_check_object(answer, size, JSON_DEPTH_MAX, &bad) < 0)
                return fault(&place, "is not a JSON object: %s, byte %zu", bad.reason, bad.offset);
        root = json_loadb(answer, size, JSON_REJECT_DUPLICATES, NULL);
        if (!root)
                return fault(&place, "has a member twice");
        r = read_root(&place, root, description);
        if (r >= 0)
                r = keep_schema(root, description);
        json_decref(root);
        if (r < 0)
                forget(description);
        return r;
}
