/* SPDX-License-Identifier: GPL-2.0-or-later */

/* list-dependencies: which jobs wait for which, as a tree for each. */

#include <stdio.h>
#include <string.h>

#include "schedctl/dependency-tree.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/pager.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"

static int parse_edges(const ClientLines *lines, json_t *edges) {
        for (size_t i = 0; i < lines->n_lines; i++) {
                json_t *edge = NULL;
                int r = client_line_parse(&lines->lines[i], &edge);

                if (r < 0)
                        return complain_errno(r, "cannot read what jobschedd answered");
                (void) json_array_append_new(edges, edge);
        }
        return STATUS_OK;
}

/* The jobs that were named, or all that a tree begins with. */
static int choose_roots(Context *context, const DependencyTree *tree, char **words, json_t *roots) {
        CLEANUP(string_list_freep) char **names = NULL;
        int r, status;

        if (!*words) {
                r = dependency_tree_roots(tree, roots);
                return r < 0 ? complain_errno(r, "cannot show the tree") : STATUS_OK;
        }
        status = select_jobs(context, words, &names);
        STRING_LIST_FOREACH(name, names)
                (void) json_object_set_new(roots, *name, json_true());
        return status;
}

static int draw_all(Context *context, const DependencyTree *tree, const json_t *roots) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const char *name;
        json_t *value;
        int r = 0;

        json_object_foreach((json_t *) roots, name, value) {
                if (buffer.size > 0)
                        (void) buffer_add_char(&buffer, '\n');
                if (r >= 0)
                        r = dependency_tree_draw(tree, &context->screen, context_now(context), name, &buffer);
        }
        if (r < 0)
                return complain_errno(r, "cannot show the tree");
        if (buffer.size > 0)
                (void) fputs(buffer.data, stdout);
        else if (!context->options.no_legend && json_object_size(roots) == 0)
                (void) puts("No job comes after another one.");
        return STATUS_OK;
}

/* For programs: the edges themselves, those that the trees would show. */
static int print_edges(
                const Context *context,
                const DependencyTree *tree,
                const json_t *edges,
                const json_t *roots,
                ClientLines *lines) {

        CLEANUP_JSON json_t *reached = json_object();
        const char *name, *from = tree->reverse ? "predecessor" : "job";
        json_t *value;
        size_t n = 0;
        int r = reached ? 0 : -ENOMEM;

        json_object_foreach((json_t *) roots, name, value) {
                if (r >= 0)
                        r = dependency_tree_reach(tree, name, reached);
        }
        if (r < 0)
                return complain_errno(r, "cannot show the list");

        for (size_t i = 0; i < lines->n_lines; i++)
                if (json_object_get(reached,
                                    json_string_value(json_object_get(json_array_get(edges, i), from))))
                        lines->lines[n++] = lines->lines[i];
        lines->n_lines = n;
        return output_print_lines(context, lines, tree->reverse ? "job" : "predecessor");
}

static int show(Context *context, char **words, ClientLines *lines) {
        CLEANUP_JSON json_t *edges = json_array(), *roots = json_object();
        CLEANUP(dependency_tree_done) DependencyTree tree = { 0 };
        int r, status, shown;

        status = parse_edges(lines, edges);
        if (status != STATUS_OK)
                return status;
        r = dependency_tree_init(&tree, edges, context->options.reverse);
        if (r < 0)
                return complain_errno(r, "cannot show the tree");

        status = choose_roots(context, &tree, words, roots);
        if (status != STATUS_OK && json_object_size(roots) == 0)
                return status;
        pager_open(context);
        shown = context->options.output == OUTPUT_TABLE ? draw_all(context, &tree, roots)
                                                        : print_edges(context, &tree, edges, roots, lines);
        return MAX(status, shown);
}

int verb_list_dependencies(Context *context, char **arguments) {
        ClientError error = { 0 };
        ClientLines lines = { 0 };
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_dump(context->client, "dependencies", &(const ClientFilter){ 0 }, &lines, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);
        status = show(context, arguments, &lines);
        client_lines_done(&lines);
        return status;
}
