/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-node.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

#include "job/yaml-fault.h"

#define FEW_PAIRS 16U /* up to here, looking at each key is the fastest way to find duplicates */

/* A node that may be named again by an alias. */
typedef struct Anchor {
        char *name;
        const YamlNode *node; /* NULL: still open, so an alias would be a cycle */
        size_t weight;        /* nodes that it stands for */
        unsigned height;
} Anchor;

/* A list or mapping whose end has not come yet. */
typedef struct Frame {
        YamlNode *node;
        YamlNode *last; /* item or key */
        bool expects_value;
        unsigned height;     /* of the highest child */
        size_t weight_start; /* Builder.weight when it began */
        size_t anchor;       /* index, or SIZE_MAX */
} Frame;

typedef struct Builder {
        YamlTree *tree;
        uint16_t source;
        const char *text, *end;
        Diagnostics *diagnostics;

        Frame frames[YAML_DEPTH_MAX];
        size_t n_frames;
        YamlNode *root;
        bool has_document;

        Anchor *anchors;
        size_t n_anchors;
        size_t weight, alias_weight;

        /* libyaml counts characters: where a known one is in bytes. Moves forward only. */
        size_t cursor_index;
        const char *cursor;
} Builder;

static void builder_done(Builder *builder) {
        for (size_t i = 0; i < builder->n_anchors; i++)
                free(builder->anchors[i].name);
        free(builder->anchors);
}

static const char *file_of(const Builder *builder) {
        return builder->tree->sources[builder->source];
}

static int fault(Builder *builder, const yaml_mark_t *mark, const char *message) {
        diagnostics_add(builder->diagnostics, DIAGNOSTIC_ERROR, file_of(builder), (unsigned) mark->line + 1,
                        (unsigned) mark->column + 1, "%s", message);
        return -EINVAL;
}

static size_t count_characters(const char *text, size_t size) {
        size_t n = 0;

        for (size_t i = 0; i < size; i++)
                n += ((unsigned char) text[i] & 0xC0U) != 0x80U;
        return n;
}

static const char *byte_at(Builder *builder, size_t index) {
        while (builder->cursor_index < index && builder->cursor < builder->end) {
                builder->cursor++;
                while (builder->cursor < builder->end && ((unsigned char) *builder->cursor & 0xC0U) == 0x80U)
                        builder->cursor++;
                builder->cursor_index++;
        }
        return builder->cursor;
}

static bool comment_follows(Builder *builder, const yaml_mark_t *mark) {
        const char *p = byte_at(builder, mark->index);
        const char *begin = p;

        while (p < builder->end && (*p == ' ' || *p == '\t'))
                p++;
        return p > begin && p < builder->end && *p == '#';
}

static int node_new(Builder *builder, YamlKind kind, const yaml_mark_t *mark, YamlNode **ret) {
        YamlNode *node;

        if (++builder->weight > YAML_NODES_MAX)
                return fault(builder, mark, "too many values for one file (at most 5,000,000)");

        node = yaml_tree_allocate(builder->tree, sizeof(*node));
        if (!node)
                return -ENOMEM;

        *node = (YamlNode){
                .kind = (uint8_t) kind,
                .source = builder->source,
                .line = (uint32_t) mark->line + 1,
                .column = (uint32_t) mark->column + 1,
        };
        *ret = node;
        return 0;
}

/* Not by comparing hashes of attacker's choice: sorting has no bad case. */
static int compare_keys(const void *a, const void *b) {
        const YamlNode *x = *(const YamlNode *const *) a, *y = *(const YamlNode *const *) b;
        int r = strcmp(x->text, y->text);

        if (r != 0)
                return r;
        return x->line != y->line ? (x->line < y->line ? -1 : 1) : (x->column < y->column ? -1 : 1);
}

static void mark_duplicates_few(YamlNode *mapping) {
        for (YamlNode *key = mapping->first; key; key = key->next)
                for (YamlNode *other = key->next; other; other = other->next)
                        if (key->size == other->size && memcmp(key->text, other->text, key->size) == 0)
                                other->flags |= YAML_FLAG_DUPLICATE;
}

static int mark_duplicates(YamlNode *mapping) {
        CLEANUP_FREE YamlNode **keys = NULL;
        size_t n = 0;

        if (mapping->size <= FEW_PAIRS) {
                mark_duplicates_few(mapping);
                return 0;
        }

        keys = reallocarray(NULL, mapping->size, sizeof(*keys));
        if (!keys)
                return -ENOMEM;
        for (YamlNode *key = mapping->first; key; key = key->next)
                keys[n++] = key;

        qsort(keys, n, sizeof(*keys), compare_keys);
        for (size_t i = 1; i < n; i++)
                if (strcmp(keys[i - 1]->text, keys[i]->text) == 0)
                        keys[i]->flags |= YAML_FLAG_DUPLICATE;
        return 0;
}

/* Hangs a node into the innermost open list or mapping. */
static int attach(Builder *builder, YamlNode *node, const yaml_mark_t *mark, unsigned height) {
        Frame *frame;

        if (builder->n_frames == 0) {
                builder->root = node;
                return 0;
        }

        frame = &builder->frames[builder->n_frames - 1];
        frame->height = MAX(frame->height, height);

        if (frame->node->kind == YAML_KIND_MAPPING && frame->expects_value) {
                frame->last->value = node;
                frame->expects_value = false;
                return 0;
        }
        if (frame->node->kind == YAML_KIND_MAPPING) {
                if (node->kind != YAML_KIND_SCALAR)
                        return fault(builder, mark,
                                     "a key must be a text; quote a value that begins with "
                                     "'{' or '['");
                frame->expects_value = true;
        }

        if (frame->last)
                frame->last->next = node;
        else
                frame->node->first = node;
        frame->last = node;
        frame->node->size++;
        return 0;
}

static int anchor_add(
                Builder *builder,
                const yaml_char_t *name,
                const yaml_mark_t *mark,
                const YamlNode *node,
                size_t *ret) {
        Anchor *anchors;
        char *copy;

        *ret = SIZE_MAX;
        if (!name)
                return 0;
        if (builder->n_anchors >= YAML_ANCHORS_MAX)
                return fault(builder, mark, "too many anchors for one file (at most 1,000)");

        anchors = reallocarray(builder->anchors, builder->n_anchors + 1, sizeof(*anchors));
        if (!anchors)
                return -ENOMEM;
        builder->anchors = anchors;

        copy = strdup((const char *) name);
        if (!copy)
                return -ENOMEM;

        anchors[builder->n_anchors] = (Anchor){ .name = copy, .node = node, .weight = 1 };
        *ret = builder->n_anchors++;
        return 0;
}

static int on_scalar(Builder *builder, const yaml_event_t *event) {
        const char *value = (const char *) event->data.scalar.value;
        size_t size = event->data.scalar.length, width, anchor;
        bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        bool flow = plain || event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                        event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
        const yaml_mark_t *begin = &event->start_mark, *end = &event->end_mark;
        YamlNode *node;
        char *text;
        int r;

        if (event->data.scalar.tag)
                return fault(builder, begin,
                             "a tag ('!') is not supported; quote a value that begins with '!'");
        if (memchr(value, '\0', size))
                return fault(builder, begin, "a text cannot hold a NUL character ('\\0')");

        r = node_new(builder, YAML_KIND_SCALAR, begin, &node);
        if (r < 0)
                return r;

        text = yaml_tree_allocate(builder->tree, size + 1);
        if (!text)
                return -ENOMEM;
        memcpy(text, value, size);
        text[size] = '\0';
        node->text = text;
        node->size = (uint32_t) size;

        width = count_characters(text, size) + (plain ? 0 : 2);
        if (plain)
                node->flags |= YAML_FLAG_PLAIN;
        if (flow && begin->line == end->line && end->column - begin->column == width)
                node->flags |= YAML_FLAG_VERBATIM;
        if (plain && size > 0 && comment_follows(builder, end))
                node->flags |= YAML_FLAG_CUT;

        r = anchor_add(builder, event->data.scalar.anchor, begin, node, &anchor);
        if (r < 0)
                return r;
        return attach(builder, node, begin, 0);
}

static int on_begin(
                Builder *builder,
                YamlKind kind,
                const yaml_char_t *tag,
                const yaml_char_t *anchor,
                const yaml_mark_t *mark) {

        Frame frame = { .weight_start = builder->weight };
        int r;

        if (tag)
                return fault(builder, mark,
                             "a tag ('!') is not supported; quote a value that begins with '!'");
        if (builder->n_frames >= YAML_DEPTH_MAX)
                return fault(builder, mark, "lists and mappings are nested too deeply (at most 64 levels)");

        r = node_new(builder, kind, mark, &frame.node);
        if (r < 0)
                return r;
        r = anchor_add(builder, anchor, mark, NULL, &frame.anchor);
        if (r < 0)
                return r;
        r = attach(builder, frame.node, mark, 0);
        if (r < 0)
                return r;

        builder->frames[builder->n_frames++] = frame;
        return 0;
}

static int on_end(Builder *builder) {
        Frame *frame = &builder->frames[--builder->n_frames];

        if (frame->anchor != SIZE_MAX) {
                Anchor *anchor;

                assert(frame->anchor < builder->n_anchors && builder->anchors);
                anchor = &builder->anchors[frame->anchor];
                anchor->node = frame->node;
                anchor->weight = builder->weight - frame->weight_start;
                anchor->height = frame->height + 1;
        }
        if (builder->n_frames > 0) {
                Frame *parent = &builder->frames[builder->n_frames - 1];

                parent->height = MAX(parent->height, frame->height + 1);
        }
        return frame->node->kind == YAML_KIND_MAPPING ? mark_duplicates(frame->node) : 0;
}

static const Anchor *find_anchor(const Builder *builder, const char *name) {
        for (size_t i = builder->n_anchors; i > 0; i--)
                if (strcmp(builder->anchors[i - 1].name, name) == 0)
                        return &builder->anchors[i - 1];
        return NULL;
}

static int on_alias(Builder *builder, const yaml_event_t *event) {
        const char *name = (const char *) event->data.alias.anchor;
        const yaml_mark_t *mark = &event->start_mark;
        const Anchor *anchor = find_anchor(builder, name);
        YamlNode *node;

        if (!anchor) {
                diagnostics_add(builder->diagnostics, DIAGNOSTIC_ERROR, file_of(builder),
                                (unsigned) mark->line + 1, (unsigned) mark->column + 1,
                                "'*%s' is an alias of nothing; a value that begins with '*' must be quoted",
                                name);
                return -EINVAL;
        }
        if (!anchor->node)
                return fault(builder, mark, "an alias stands inside of what it stands for");
        if (builder->n_frames + anchor->height > YAML_DEPTH_MAX)
                return fault(builder, mark, "lists and mappings are nested too deeply (at most 64 levels)");

        builder->weight += anchor->weight;
        builder->alias_weight += anchor->weight;
        if (builder->alias_weight > YAML_ALIAS_NODES_MAX || builder->weight > YAML_NODES_MAX)
                return fault(builder, mark, "the aliases stand for too much (at most 100,000 values)");

        /* The copy shares the children; it keeps the place of the original, where the text stands. */
        node = yaml_tree_allocate(builder->tree, sizeof(*node));
        if (!node)
                return -ENOMEM;
        *node = *anchor->node;
        node->next = node->value = NULL;
        node->flags &= (uint8_t) ~YAML_FLAG_DUPLICATE;
        return attach(builder, node, mark, anchor->height);
}

static int on_document(Builder *builder, const yaml_event_t *event) {
        if (builder->has_document)
                return fault(builder, &event->start_mark,
                             "a second document ('---') is not supported: one file, one "
                             "document");
        if (event->data.document_start.version_directive ||
            event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
                return fault(builder, &event->start_mark, "directives ('%') are not supported");

        builder->has_document = true;
        return 0;
}

static int on_event(Builder *builder, const yaml_event_t *event) {
        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
                return on_document(builder, event);
        case YAML_SCALAR_EVENT:
                return on_scalar(builder, event);
        case YAML_SEQUENCE_START_EVENT:
                return on_begin(builder, YAML_KIND_LIST, event->data.sequence_start.tag,
                                event->data.sequence_start.anchor, &event->start_mark);
        case YAML_MAPPING_START_EVENT:
                return on_begin(builder, YAML_KIND_MAPPING, event->data.mapping_start.tag,
                                event->data.mapping_start.anchor, &event->start_mark);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                return on_end(builder);
        case YAML_ALIAS_EVENT:
                return on_alias(builder, event);
        default:
                return 0;
        }
}

static int build(Builder *builder, yaml_parser_t *parser) {
        for (;;) {
                yaml_event_t event;
                yaml_event_type_t type;
                int r;

                if (!yaml_parser_parse(parser, &event)) {
                        if (parser->error == YAML_MEMORY_ERROR)
                                return -ENOMEM;
                        yaml_fault_report(
                                        parser, file_of(builder), builder->text,
                                        (size_t) (builder->end - builder->text), builder->diagnostics);
                        return -EINVAL;
                }

                type = event.type;
                r = on_event(builder, &event);
                yaml_event_delete(&event);
                if (r < 0)
                        return r;
                if (type == YAML_STREAM_END_EVENT)
                        return 0;
        }
}

int yaml_tree_parse(
                YamlTree *tree,
                int source,
                const char *text,
                size_t size,
                Diagnostics *diagnostics,
                YamlNode **ret) {

        CLEANUP(yaml_parser_delete) yaml_parser_t parser = { 0 };
        CLEANUP(builder_done) Builder builder = { 0 };
        int r;

        assert(tree);
        assert(source >= 0 && (size_t) source < tree->n_sources);
        assert(text || size == 0);
        assert(ret);

        /* A byte order mark is harmless at the start, and all that an editor on another system may add. */
        if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
                text += 3;
                size -= 3;
        }

        builder = (Builder){
                .tree = tree,
                .source = (uint16_t) source,
                .text = text,
                .end = text + size,
                .diagnostics = diagnostics,
                .cursor = text,
        };

        if (!yaml_parser_initialize(&parser))
                return -ENOMEM;
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, (const unsigned char *) text, size);

        r = build(&builder, &parser);
        if (r < 0)
                return r;

        *ret = builder.root;
        return 0;
}
