/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/dependency-tree.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/columns.h"
#include "schedctl/text.h"
#include "schedctl/time-text.h"
#include "schedctl/view.h"

static const char *from_key(const DependencyTree *tree) {
        return tree->reverse ? "predecessor" : "job";
}

static const char *to_key(const DependencyTree *tree) {
        return tree->reverse ? "job" : "predecessor";
}

/* --- the graph -------------------------------------------------------------------------------------- */

/* What a job does now says more than how it ended, unless it does nothing. */
static int set_state(DependencyTree *tree, const char *name, const json_t *edge, const char *key) {
        const char *state = view_text(edge, key), *last = view_text(edge, "last_state");
        bool is_predecessor = strcmp(key, "predecessor_state") == 0;

        if (!*state)
                return json_object_set_new(tree->states, name, json_null());
        if (is_predecessor && *last && strcmp(state, "idle") == 0)
                state = last;
        else if (!is_predecessor && json_object_get(tree->states, name))
                return 0; /* known better from where it is the predecessor */
        return json_object_set_new(tree->states, name, json_string(state));
}

static int add_edge(DependencyTree *tree, json_t *edge) {
        const char *from = view_text(edge, from_key(tree));
        json_t *list = json_object_get(tree->children, from);

        if (!list) {
                list = json_array();
                if (json_object_set_new(tree->children, from, list) < 0)
                        return -ENOMEM;
        }
        if (json_array_append(list, edge) < 0 ||
            json_object_set_new(tree->parents, view_text(edge, to_key(tree)), json_true()) < 0 ||
            set_state(tree, view_text(edge, "predecessor"), edge, "predecessor_state") < 0 ||
            set_state(tree, view_text(edge, "job"), edge, "job_state") < 0)
                return -ENOMEM;
        return 0;
}

int dependency_tree_init(DependencyTree *tree, json_t *edges, bool reverse) {
        DependencyTree made = { .reverse = reverse,
                                .children = json_object(),
                                .parents = json_object(),
                                .states = json_object() };
        json_t *edge;
        size_t i;
        int r = made.children && made.parents && made.states ? 0 : -ENOMEM;

        assert(tree);

        json_array_foreach(edges, i, edge) {
                if (r >= 0)
                        r = add_edge(&made, edge);
        }
        if (r < 0) {
                dependency_tree_done(&made);
                return r;
        }
        *tree = made;
        return 0;
}

void dependency_tree_done(DependencyTree *tree) {
        json_decref(tree->children);
        json_decref(tree->parents);
        json_decref(tree->states);
        *tree = (DependencyTree){ 0 };
}

int dependency_tree_reach(const DependencyTree *tree, const char *root, json_t *reached) {
        CLEANUP_JSON json_t *left = json_array();
        json_t *edge;
        size_t i;

        if (!left || json_array_append_new(left, json_string(root)) < 0)
                return -ENOMEM;
        while (json_array_size(left) > 0) {
                size_t last = json_array_size(left) - 1;
                CLEANUP_JSON json_t *name = json_incref(json_array_get(left, last));

                (void) json_array_remove(left, last); /* it is there */
                if (json_object_get(reached, json_string_value(name)))
                        continue;
                if (json_object_set_new(reached, json_string_value(name), json_true()) < 0)
                        return -ENOMEM;
                json_array_foreach(json_object_get(tree->children, json_string_value(name)), i, edge) {
                        if (json_array_append(left, json_object_get(edge, to_key(tree))) < 0)
                                return -ENOMEM;
                }
        }
        return 0;
}

int dependency_tree_roots(const DependencyTree *tree, json_t *ret) {
        CLEANUP_JSON json_t *reached = json_object();
        const char *name;
        json_t *edges;
        int r = reached ? 0 : -ENOMEM;

        for (int circles = 0; circles < 2; circles++)
                json_object_foreach(tree->children, name, edges) {
                        if (r < 0 || json_object_get(reached, name) ||
                            (!circles && json_object_get(tree->parents, name)))
                                continue;
                        r = dependency_tree_reach(tree, name, reached);
                        if (r >= 0 && json_object_set_new(ret, name, json_true()) < 0)
                                r = -ENOMEM;
                }
        return r;
}

/* --- words ------------------------------------------------------------------------------------------ */

static void add_last(const json_t *edge, usec_t now_usec, Buffer *buffer) {
        char ago[TIME_TEXT_MAX];

        (void) buffer_add_format(
                        buffer, "%s %s", view_text(edge, "last_state"),
                        time_text_relative(view_instant(edge, "last_ended"), now_usec, ago));
}

int dependency_standing_text(const json_t *edge, usec_t now_usec, Buffer *buffer) {
        const char *standing = view_text(edge, "standing");
        bool has_last = *view_text(edge, "last_state") != '\0';

        if (strcmp(standing, "missing") == 0)
                return buffer_add_string(buffer, "no such job");
        if (strcmp(view_text(edge, "kind"), "trigger") != 0 && strcmp(standing, "waiting") == 0)
                return buffer_add_string(buffer, "waiting");
        if (has_last)
                add_last(edge, now_usec, buffer);
        if (strcmp(standing, "not-met") == 0)
                (void) buffer_add_string(buffer, ", which does not count");
        return buffer->failed ? -ENOMEM : 0;
}

static const char *relation_text(const DependencyTree *tree, const json_t *edge) {
        /* clang-format off */
        static const struct {
                const char *kind, *when, *forward, *backward;
        } relations[] = {
                { "after",   "success", "",                   "after success" },
                { "after",   "failure", "on failure",         "after failure" },
                { "after",   "any",     "however it ends",    "after any end" },
                { "gate",    "success", "gate",               "gate, after success" },
                { "gate",    "failure", "gate, on failure",   "gate, after failure" },
                { "gate",    "any",     "gate, however it ends", "gate, after any end" },
                { "trigger", "success", "triggers on success", "triggered on success" },
                { "trigger", "failure", "triggers on failure", "triggered on failure" },
        };
        /* clang-format on */

        for (size_t i = 0; i < ARRAY_SIZE(relations); i++)
                if (strcmp(relations[i].kind, view_text(edge, "kind")) == 0 &&
                    strcmp(relations[i].when, view_text(edge, "when")) == 0)
                        return tree->reverse ? relations[i].backward : relations[i].forward;
        return "";
}

static void add_remark(Buffer *remarks, const char *text) {
        if (!*text)
                return;
        (void) buffer_add_string(remarks, remarks->size > 0 ? "; " : "");
        (void) buffer_add_string(remarks, text);
}

/* --- drawing ---------------------------------------------------------------------------------------- */

/* One job whose children are being drawn. */
typedef struct Level {
        const json_t *edges;
        size_t next;
} Level;

typedef struct Drawing {
        const DependencyTree *tree;
        const Screen *screen;
        usec_t now_usec;
        json_t *seen;
        Level *levels;
        size_t n_levels, n_allocated;
        Buffer *buffer;
} Drawing;

static void drawing_done(Drawing *drawing) {
        json_decref(drawing->seen);
        free(drawing->levels);
}

/* Follows a job, if it was not before. */
static int push_level(Drawing *drawing, const char *name) {
        const json_t *edges = json_object_get(drawing->tree->children, name);
        Level *grown;
        size_t n;

        if (!edges || json_object_get(drawing->seen, name))
                return 0;
        if (json_object_set_new(drawing->seen, name, json_true()) < 0)
                return -ENOMEM;
        if (drawing->n_levels == drawing->n_allocated) {
                n = MAX((size_t) 16, 2 * drawing->n_allocated);
                grown = reallocarray(drawing->levels, n, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                drawing->levels = grown;
                drawing->n_allocated = n;
        }
        drawing->levels[drawing->n_levels++] = (Level){ .edges = edges };
        return 0;
}

static bool is_missing(const DependencyTree *tree, const char *name) {
        return json_is_null(json_object_get(tree->states, name));
}

static void add_glyph(Drawing *drawing, const char *name) {
        const char *text = json_string_value(json_object_get(drawing->tree->states, name)) ?: "";
        bool missing = is_missing(drawing->tree, name);
        Colour colour = missing ? COLOUR_RED : state_colour(text);

        (void) buffer_add_format(
                        drawing->buffer, "%s%s%s ", screen_colour(drawing->screen, colour),
                        screen_glyph(drawing->screen, missing ? GLYPH_FAILED : state_glyph(text)),
                        screen_reset(drawing->screen, colour));
}

static void add_branches(Drawing *drawing) {
        for (size_t i = 0; i < drawing->n_levels; i++) {
                const Level *level = &drawing->levels[i];
                bool last = level->next == json_array_size(level->edges), own = i + 1 == drawing->n_levels;
                Glyph glyph = own      ? last ? GLYPH_TREE_LAST : GLYPH_TREE_BRANCH
                                : last ? GLYPH_TREE_SPACE
                                       : GLYPH_TREE_VERTICAL;

                (void) buffer_add_string(drawing->buffer, screen_glyph(drawing->screen, glyph));
        }
}

/* How the predecessor stands is of use where it is what the line is about. */
static int add_standing(const Drawing *drawing, const json_t *edge, const char *name, Buffer *remarks) {
        CLEANUP(buffer_done) Buffer standing = { 0 };
        int r;

        if (is_missing(drawing->tree, name)) {
                add_remark(remarks, "no such job");
                return 0;
        }
        if (drawing->tree->reverse || strcmp(view_text(edge, "standing"), "missing") == 0)
                return 0;
        r = dependency_standing_text(edge, drawing->now_usec, &standing);
        if (r >= 0)
                add_remark(remarks, standing.data ?: "");
        return r;
}

static int add_remarks(Drawing *drawing, const json_t *edge, const char *name, bool seen) {
        CLEANUP(buffer_done) Buffer remarks = { 0 };
        int r;

        add_remark(&remarks, relation_text(drawing->tree, edge));
        r = add_standing(drawing, edge, name, &remarks);
        if (r < 0)
                return r;
        if (seen)
                add_remark(&remarks, "see above");
        if (remarks.size > 0)
                (void) buffer_add_format(
                                drawing->buffer, " %s(%s)%s", screen_colour(drawing->screen, COLOUR_GREY),
                                remarks.data, screen_reset(drawing->screen, COLOUR_GREY));
        return remarks.failed ? -ENOMEM : 0;
}

static int draw_child(Drawing *drawing, const json_t *edge) {
        const DependencyTree *tree = drawing->tree;
        const char *name = view_text(edge, to_key(tree));
        bool seen = json_object_get(drawing->seen, name) != NULL;
        int r;

        add_glyph(drawing, name);
        add_branches(drawing);
        (void) text_clean(drawing->buffer, name);
        r = add_remarks(drawing, edge, name, seen);
        (void) buffer_add_char(drawing->buffer, '\n');
        return r < 0 ? r : push_level(drawing, name);
}

int dependency_tree_draw(
                const DependencyTree *tree,
                const Screen *screen,
                usec_t now_usec,
                const char *root,
                Buffer *buffer) {

        CLEANUP(drawing_done)
        Drawing drawing = {
                .tree = tree,
                .screen = screen,
                .now_usec = now_usec,
                .seen = json_object(),
                .buffer = buffer,
        };
        int r = drawing.seen ? 0 : -ENOMEM;

        add_glyph(&drawing, root);
        (void) buffer_add_string(buffer, screen_colour(screen, COLOUR_BOLD));
        (void) text_clean(buffer, root);
        (void) buffer_add_format(
                        buffer, "%s%s\n", screen_reset(screen, COLOUR_BOLD),
                        is_missing(tree, root) ? " (no such job)" : "");

        if (r >= 0)
                r = push_level(&drawing, root);
        while (drawing.n_levels > 0 && r >= 0) {
                Level *level = &drawing.levels[drawing.n_levels - 1];

                if (level->next == json_array_size(level->edges))
                        drawing.n_levels--;
                else
                        r = draw_child(&drawing, json_array_get(level->edges, level->next++));
        }
        return r < 0 ? r : buffer->failed ? -ENOMEM : 0;
}
