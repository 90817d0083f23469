/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/draft.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "job/yaml-emit.h"
#include "schedctl/message.h"
#include "util/string-list.h"

int draft_init(Draft *draft) {
        *draft = (Draft){ 0 };
        if (yaml_tree_add_source(&draft->tree, NULL) < 0)
                return -ENOMEM;
        draft->root = draft_mapping(draft);
        return draft->root ? 0 : -ENOMEM;
}

void draft_done(Draft *draft) {
        yaml_tree_done(&draft->tree);
        diagnostics_done(&draft->faults);
        *draft = (Draft){ 0 };
}

/* --- values ---------------------------------------------------------------------------------------- */

static YamlNode *new_node(Draft *draft, YamlKind kind) {
        YamlNode *node = yaml_tree_allocate(&draft->tree, sizeof(*node));

        if (node)
                *node = (YamlNode){ .kind = (uint8_t) kind };
        return node;
}

/* A word that nobody takes for a number, a truth or nothing. */
static bool is_plain_word(const char *text) {
        static const char *const words[] = { "true", "false", "yes", "no",  "on",   "off", "null",
                                             "y",    "n",     "nan", "inf", "none", NULL };

        if (!isalpha((unsigned char) *text) && *text != '/')
                return false;
        for (size_t i = 0; words[i]; i++)
                if (strcasecmp(text, words[i]) == 0)
                        return false;
        return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")] ==
                        '\0';
}

YamlNode *draft_text(Draft *draft, const char *text) {
        size_t size = strlen(text);
        YamlNode *node = new_node(draft, YAML_KIND_SCALAR);
        char *copy = yaml_tree_allocate(&draft->tree, size + 1);

        if (!node || !copy || size > UINT32_MAX)
                return NULL;
        memcpy(copy, text, size + 1);
        node->text = copy;
        node->size = (uint32_t) size;
        node->flags = is_plain_word(text) ? YAML_FLAG_PLAIN : 0;
        return node;
}

YamlNode *draft_mapping(Draft *draft) {
        return new_node(draft, YAML_KIND_MAPPING);
}

int draft_append(YamlNode *list, YamlNode *item) {
        YamlNode **end = &list->first;

        if (!item)
                return -ENOMEM;
        while (*end)
                end = &(*end)->next;
        *end = item;
        list->size++;
        return 0;
}

YamlNode *draft_list(Draft *draft, char *const *texts) {
        YamlNode *list = new_node(draft, YAML_KIND_LIST), *last = NULL;

        STRING_LIST_FOREACH(text, texts) {
                YamlNode *item = list ? draft_text(draft, *text) : NULL;

                if (!item)
                        return NULL;
                if (last)
                        last->next = item;
                else
                        list->first = item;
                last = item;
                list->size++;
        }
        return list;
}

int draft_parse(Draft *draft, const char *source, const char *text, size_t size, YamlNode **ret) {
        int index;

        diagnostics_done(&draft->faults);
        draft->faults = (Diagnostics){ 0 };
        index = yaml_tree_add_source(&draft->tree, source);
        if (index < 0)
                return index;
        return yaml_tree_parse(&draft->tree, index, text, size, &draft->faults, ret);
}

/* --- keys ------------------------------------------------------------------------------------------ */

static YamlNode *find_key(YamlNode *mapping, const char *name, size_t length) {
        for (YamlNode *key = mapping->first; key; key = key->next)
                if (key->size == length && memcmp(key->text, name, length) == 0)
                        return key;
        return NULL;
}

static int put(Draft *draft, YamlNode *mapping, const char *name, size_t length, YamlNode *value) {
        CLEANUP_FREE char *text = strndup(name, length);
        YamlNode *key = find_key(mapping, name, length), **end = &mapping->first;

        if (!value || !text)
                return -ENOMEM;
        if (!key) {
                key = draft_text(draft, text);
                if (!key)
                        return -ENOMEM;
                while (*end)
                        end = &(*end)->next;
                *end = key;
                mapping->size++;
        }
        key->value = value;
        return 0;
}

int draft_put(Draft *draft, YamlNode *mapping, const char *key, YamlNode *value) {
        return put(draft, mapping, key, strlen(key), value);
}

int draft_put_last(Draft *draft, YamlNode *mapping, YamlNode ***end, const char *key, YamlNode *value) {
        YamlNode *node = draft_text(draft, key);

        if (!node || !value)
                return -ENOMEM;
        if (!*end)
                *end = &mapping->first;
        node->value = value;
        **end = node;
        *end = &node->next;
        mapping->size++;
        return 0;
}

int draft_set(Draft *draft, const char *path, YamlNode *value) {
        YamlNode *mapping = draft->root;
        const char *part = path;

        for (const char *dot; (dot = strchr(part, '.')); part = dot + 1) {
                size_t length = (size_t) (dot - part);
                YamlNode *key = length > 0 ? find_key(mapping, part, length) : NULL;
                YamlNode *inner = key ? key->value : NULL;
                int r;

                if (length == 0 || (inner && inner->kind != YAML_KIND_MAPPING))
                        return -EINVAL;
                if (!inner) {
                        inner = draft_mapping(draft);
                        r = put(draft, mapping, part, length, inner);
                        if (r < 0)
                                return r;
                }
                mapping = inner;
        }
        return *part ? put(draft, mapping, part, strlen(part), value) : -EINVAL;
}

int draft_set_text(Draft *draft, const char *path, const char *text) {
        return text ? draft_set(draft, path, draft_text(draft, text)) : 0;
}

/* Nothing behind the "=" is null, as in YAML. */
static int parse_value(Draft *draft, const char *assignment, const char *text, YamlNode **ret) {
        YamlNode *value = NULL;
        int r;

        r = draft_parse(draft, NULL, text, strlen(text), &value);
        if (r == -EINVAL && draft->faults.n_items > 0) {
                complain("'%s': %s; a text is quoted, as in key='\"TEXT\"'", assignment,
                         draft->faults.items[0].message);
                return STATUS_USAGE;
        }
        if (r >= 0 && !value) {
                value = draft_text(draft, "null");
                if (value)
                        value->flags = YAML_FLAG_PLAIN;
        }
        if (r < 0 || !value)
                return complain_errno(r < 0 ? r : -ENOMEM, "cannot read '%s'", assignment);
        *ret = value;
        return STATUS_OK;
}

int draft_assign(Draft *draft, const char *assignment) {
        const char *equals = strchr(assignment, '=');
        CLEANUP_FREE char *path = equals ? strndup(assignment, (size_t) (equals - assignment)) : NULL;
        YamlNode *value = NULL;
        int r, status;

        if (!equals) {
                complain("'%s' is no KEY=VALUE", assignment);
                return STATUS_USAGE;
        }
        if (!path)
                return complain_errno(-ENOMEM, "cannot read '%s'", assignment);

        status = parse_value(draft, assignment, equals + 1, &value);
        if (status != STATUS_OK)
                return status;
        r = draft_set(draft, path, value);
        if (r == -EINVAL) {
                complain("'%s' is no key that can be set: its parts are keys of mappings, with dots between "
                         "them",
                         path);
                return STATUS_USAGE;
        }
        return r < 0 ? complain_errno(r, "cannot read '%s'", assignment) : STATUS_OK;
}

/* --- text ------------------------------------------------------------------------------------------ */

int draft_format_node(const YamlNode *node, bool is_patch, char **ret) {
        Buffer buffer = { 0 };

        if (is_patch)
                yaml_emit_with_nulls(node, &buffer);
        else
                yaml_emit(node, &buffer);
        return buffer_take(&buffer, ret);
}

int draft_format(const Draft *draft, bool is_patch, char **ret) {
        return draft_format_node(draft->root, is_patch, ret);
}
