/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/secret-extract.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "job/yaml-emit.h"
#include "job/yaml-merge.h"
#include "util/string-list.h"

#define ID_BYTES ((size_t) SECRET_ID_LENGTH / 2)
#define HEX_DIGITS "0123456789abcdef"

void secret_values_done(SecretValues *values) {
        if (!values)
                return;

        for (size_t i = 0; i < values->n_items; i++) {
                if (values->items[i].value)
                        explicit_bzero(values->items[i].value, strlen(values->items[i].value));
                free(values->items[i].value);
                free(values->items[i].id);
        }
        free(values->items);
        *values = (SecretValues){ 0 };
}

static int make_id(char **ret) {
        uint8_t bytes[ID_BYTES];
        char *id;

        if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t) sizeof(bytes))
                return -EIO; /* does not happen to so few, once the machine has booted */
        id = malloc(SECRET_ID_LENGTH + 1);
        if (!id)
                return -ENOMEM;
        for (size_t i = 0; i < ID_BYTES; i++) {
                id[2 * i] = HEX_DIGITS[bytes[i] >> 4];
                id[2 * i + 1] = HEX_DIGITS[bytes[i] & 15];
        }
        id[SECRET_ID_LENGTH] = '\0';
        *ret = id;
        return 0;
}

/* *ret_id is borrowed. */
static int add_value(SecretValues *values, const char *text, const char **ret_id) {
        SecretValue *items = reallocarray(values->items, values->n_items + 1, sizeof(*items));
        SecretValue *item;
        int r;

        if (!items)
                return -ENOMEM;
        values->items = items;
        item = &items[values->n_items++];
        *item = (SecretValue){ .value = strdup(text) };
        r = item->value ? make_id(&item->id) : -ENOMEM;
        if (r >= 0)
                *ret_id = item->id;
        return r;
}

/* --- in a definition ------------------------------------------------------------------------------- */

typedef struct Extraction {
        YamlTree tree;
        const YamlNode *root;
        const JobTemplate *template;
        Buffer replacement; /* YAML that is laid over the definition */
        SecretValues values;
} Extraction;

static void extraction_done(Extraction *extraction) {
        yaml_tree_done(&extraction->tree);
        buffer_done(&extraction->replacement);
        secret_values_done(&extraction->values);
}

static const YamlNode *member(const YamlNode *mapping, const char *key, YamlKind kind) {
        const YamlNode *found = mapping && mapping->kind == YAML_KIND_MAPPING
                        ? yaml_mapping_find(mapping, key)
                        : NULL;

        return found && found->value && found->value->kind == kind ? found->value : NULL;
}

/* What the job declares itself stands before what its template does. */
static bool is_secret(const Extraction *extraction, const char *name) {
        const YamlNode *declared = member(
                        member(extraction->root, "parameters", YAML_KIND_MAPPING), name, YAML_KIND_MAPPING);
        const YamlNode *type = member(declared, "type", YAML_KIND_SCALAR);
        const Parameter *parameter;

        if (type)
                return strcmp(type->text, parameter_type_to_string(PARAMETER_SECRET)) == 0;
        parameter = extraction->template ? parameter_set_find(&extraction->template->parameters, name) : NULL;
        return parameter && parameter->type == PARAMETER_SECRET;
}

static int parse(YamlTree *tree, const char *text, const YamlNode **ret) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;
        int r = yaml_tree_add_source(tree, NULL);

        if (r >= 0)
                r = yaml_tree_parse(tree, r, text, strlen(text), &diagnostics, &root);
        if (r >= 0)
                *ret = root;
        return r;
}

/* The id of that secret before the change; NULL: there was none. */
static const char *known_id(const YamlNode *previous, const char *name) {
        const YamlNode *before =
                        member(member(previous, "values", YAML_KIND_MAPPING), name, YAML_KIND_SCALAR);

        return before && secret_id_valid(before->text) ? before->text : NULL;
}

static void put_id(Extraction *extraction, const char *name, const char *id) {
        (void) buffer_add_format(
                        &extraction->replacement, "%s  %s: \"%s\"\n",
                        extraction->replacement.size == 0 ? "values:\n" : "", name, id);
}

static int take(Extraction *extraction, const YamlNode *key) {
        /* The node's text is memory of the tree, which is ours. */
        char *text = (char *) key->value->text;
        const char *id = NULL;
        int r = add_value(&extraction->values, text, &id);

        if (r < 0)
                return r;
        explicit_bzero(text, strlen(text));
        put_id(extraction, key->text, id);
        return 0;
}

/* An id that is not known here could be somebody else's. */
static int take_value(Extraction *extraction, const YamlNode *key, const char *id) {
        const char *text = key->value->text;
        bool stands_for_one = parameter_credential(text, NULL) > 0 || parameter_secret_reference(text) ||
                        (id && strcmp(text, id) == 0);

        return stands_for_one ? 0 : take(extraction, key);
}

static int dereference(Extraction *extraction, const YamlNode *key, const char *id) {
        const char *reference = parameter_secret_reference(key->value->text);

        if (reference && id && strncmp(reference, id, SECRET_ID_LENGTH) == 0)
                put_id(extraction, key->text, id);
        return 0;
}

/* What becomes of the value of a secret parameter. `id` stood for it before the change; NULL: none did. */
typedef int (*Treatment)(Extraction *extraction, const YamlNode *key, const char *id);

static int treat_all(Extraction *extraction, const YamlNode *previous, Treatment treat) {
        const YamlNode *values = member(extraction->root, "values", YAML_KIND_MAPPING);
        int r = 0;

        if (!values)
                return 0;
        YAML_FOREACH(key, values) {
                if (key->value->kind != YAML_KIND_SCALAR || yaml_node_is_null(key->value) ||
                    !parameter_name_valid(key->text) || !is_secret(extraction, key->text))
                        continue;
                r = treat(extraction, key, known_id(previous, key->text));
                if (r < 0)
                        break;
        }
        return r;
}

static int write_anew(Extraction *extraction, char **ret) {
        const YamlNode *over = NULL, *merged = NULL;
        CLEANUP(buffer_done) Buffer text = { 0 };
        int r;

        if (extraction->replacement.failed)
                return -ENOMEM;
        r = parse(&extraction->tree, extraction->replacement.data, &over);
        if (r >= 0)
                r = yaml_merge(&extraction->tree, extraction->root, over, NULL, &merged);
        if (r < 0)
                return r;
        yaml_emit(merged, &text);
        return buffer_take(&text, ret);
}

/* Returns 1 with *ret_definition if something was put in the place of something else, 0, or -ENOMEM. */
static int rewrite(
                Extraction *extraction,
                const char *definition,
                const char *previous,
                const JobTemplates *templates,
                Treatment treat,
                char **ret_definition) {

        const YamlNode *template, *before = NULL;
        int r;

        r = parse(&extraction->tree, definition, &extraction->root);
        if (r >= 0 && previous)
                r = parse(&extraction->tree, previous, &before);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        template = member(extraction->root, "template", YAML_KIND_SCALAR);
        extraction->template = template ? job_templates_find(templates, template->text) : NULL;

        r = treat_all(extraction, before, treat);
        if (r < 0 || extraction->replacement.size == 0)
                return r;
        r = write_anew(extraction, ret_definition);
        return r < 0 ? r : 1;
}

int secret_extract(
                const char *definition,
                const char *previous,
                const JobTemplates *templates,
                char **ret_definition,
                SecretValues *ret) {

        CLEANUP(extraction_done) Extraction extraction = { 0 };
        int r;

        assert(definition);
        assert(templates);
        assert(ret_definition);
        assert(ret);

        r = rewrite(&extraction, definition, previous, templates, take_value, ret_definition);
        if (r <= 0)
                return r;
        *ret = extraction.values;
        extraction.values = (SecretValues){ 0 };
        return 1;
}

int secret_dereference(
                const char *definition,
                const char *previous,
                const JobTemplates *templates,
                char **ret) {

        CLEANUP(extraction_done) Extraction extraction = { 0 };

        assert(definition);
        assert(templates);
        assert(ret);

        return previous ? rewrite(&extraction, definition, previous, templates, dereference, ret) : 0;
}

/* --- in a list ------------------------------------------------------------------------------------- */

static int take_item(const Parameter *parameter, const char *value, char ***list, SecretValues *values) {
        const char *id = NULL;
        char *line;
        int r = add_value(values, value, &id);

        if (r < 0)
                return r;
        return asprintf(&line, "%s=%s", parameter->name, id) < 0 ? -ENOMEM
                                                                 : string_list_take_push(list, line);
}

static const Parameter *find_secret(const ParameterSet *declared, const char *line) {
        CLEANUP_FREE char *name = strndup(line, strcspn(line, "="));
        const Parameter *parameter = name ? parameter_set_find(declared, name) : NULL;

        return parameter && parameter->type == PARAMETER_SECRET ? parameter : NULL;
}

int secret_extract_list(
                const ParameterSet *declared,
                char *const *list,
                char ***ret_list,
                SecretValues *ret) {

        CLEANUP(secret_values_done) SecretValues values = { 0 };
        CLEANUP(string_list_freep) char **copy = NULL;
        int r = 0;

        STRING_LIST_FOREACH(line, list) {
                const Parameter *parameter = find_secret(declared, *line);
                const char *value = strchr(*line, '=');

                if (parameter && value && parameter_credential(value + 1, NULL) == 0)
                        r = take_item(parameter, value + 1, &copy, &values);
                else
                        r = string_list_push(&copy, *line);
                if (r < 0)
                        return r;
        }
        *ret_list = TAKE_PTR(copy);
        *ret = values;
        values = (SecretValues){ 0 };
        return 0;
}

int secret_ids_in_text(const char *text, Buffer *ids) {
        for (size_t length; *text != '\0'; text += length) {
                length = strspn(text, HEX_DIGITS);
                if (length == SECRET_ID_LENGTH)
                        (void) buffer_add(ids, text, length);
                if (length == 0)
                        length = strcspn(text, HEX_DIGITS);
        }
        return ids->failed ? -ENOMEM : 0;
}
