/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/made-body.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "job/body-merge.h"
#include "job/job-limits.h"
#include "job/yaml-field.h"
#include "job/yaml-import.h"
#include "job/yaml-merge.h"
#include "util/buffer.h"
#include "util/duration.h"
#include "util/timestamp.h"

typedef struct MadeBody {
        const LibraryTemplate *template;
        YamlNode *body;
} MadeBody;

void made_bodies_done(MadeBodies *bodies) {
        free(bodies->items);
        *bodies = (MadeBodies){ 0 };
}

static const YamlNode *find_given(const YamlNode *mapping, const char *key) {
        const YamlNode *pair = yaml_mapping_find(mapping, key);

        return pair && !yaml_node_is_null(pair->value) ? pair->value : NULL;
}

const YamlNode *made_body_template(const YamlNode *own, const YamlNode *under) {
        const YamlNode *key = yaml_mapping_find(own, "template");
        const YamlNode *name = key ? find_given(own, "template") : find_given(under, "template");

        return name && name->kind == YAML_KIND_SCALAR ? name : NULL;
}

/* --- what a template lays below a job --------------------------------------------------------------------
 */

static int bring(
                MadeBodies *bodies,
                const MadeFrom *from,
                const LibraryTemplate *template,
                const YamlNode **ret) {
        MadeBody *items;
        int r;

        for (size_t i = 0; i < bodies->n_items; i++)
                if (bodies->items[i].template == template) {
                        *ret = bodies->items[i].body;
                        return 0;
                }
        items = reallocarray(bodies->items, bodies->n_items + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        bodies->items = items;

        items[bodies->n_items] = (MadeBody){ .template = template };
        r = yaml_tree_import(
                        from->tree, template_library_tree(from->library), template->body,
                        &items[bodies->n_items].body);
        if (r < 0)
                return r;
        *ret = items[bodies->n_items++].body;
        return 0;
}

static int lay(MadeBodies *bodies,
               const MadeFrom *from,
               const LibraryTemplate *template,
               const YamlNode *place,
               const YamlNode **under) {

        YamlContext yaml = { .tree = from->tree, .diagnostics = from->diagnostics };
        const YamlNode *body = NULL;
        int r;

        bodies->n_nodes += template->n_nodes;
        if (bodies->n_nodes > JOB_INHERITED_NODES_MAX) {
                yaml_error(&yaml, place, "the templates are too large to be given to so many jobs");
                return 0;
        }
        r = bring(bodies, from, template, &body);
        return r < 0 ? r : job_body_merge(from->site, from->tree, *under, body, under);
}

static void report_unknown(const MadeFrom *from, const YamlNode *name) {
        YamlContext yaml = { .tree = from->tree, .diagnostics = from->diagnostics };
        const char *nearest = template_library_nearest(from->library, name->text);

        if (nearest)
                yaml_error(&yaml, name, "there is no template '%.128s'; did you mean '%s'?", name->text,
                           nearest);
        else
                yaml_error(&yaml, name, "there is no template '%.128s'", name->text);
}

static int report_faulty(const MadeFrom *from, const YamlNode *name, const LibraryTemplate *template) {
        YamlContext yaml = { .tree = from->tree, .diagnostics = from->diagnostics };
        CLEANUP_FREE char *fault = NULL;
        int r;

        r = diagnostic_format(&template->fault, &fault);
        if (r < 0)
                return r;
        yaml_error(&yaml, name, "template '%s' cannot be used: %s", name->text, fault);
        return 0;
}

int made_bodies_lay(MadeBodies *bodies, const MadeFrom *from, const YamlNode *name, const YamlNode **under) {
        const LibraryTemplate *template = template_library_find(from->library, name->text);

        if (!template) {
                report_unknown(from, name);
                return 0;
        }
        if (template->fault.message)
                return report_faulty(from, name, template);
        return lay(bodies, from, template, name, under);
}

/* --- when it is due --------------------------------------------------------------------------------------
 */

/* Lays a text of ours over the body, at the place of another node. */
static int lay_text(const MadeFrom *from, const char *text, const YamlNode *place, const YamlNode **body) {
        YamlNode *over = NULL;
        int r;

        r = yaml_tree_parse(from->tree, place->source, text, strlen(text), from->diagnostics, &over);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        yaml_node_place(over, place);
        return job_body_merge(from->site, from->tree, *body, over, body);
}

static int format_every(usec_t delay_usec, char **ret) {
        return duration_format(MAX(delay_usec, USEC_PER_SEC), ret);
}

int made_bodies_of_template(
                MadeBodies *bodies,
                const MadeFrom *from,
                const LibraryTemplate *template,
                const YamlNode *under,
                const YamlNode **ret) {

        const JobTemplate *definition = &template->definition;
        CLEANUP_FREE char *delay = NULL;
        CLEANUP_FREE char *every = NULL;
        CLEANUP(buffer_done) Buffer text = { 0 };
        const YamlNode *place;
        int r;

        r = bring(bodies, from, template, &place);
        if (r >= 0)
                r = lay(bodies, from, template, place, &under);
        if (r >= 0)
                r = duration_format(definition->delay_usec, &delay);
        if (r >= 0)
                r = format_every(definition->delay_usec, &every);
        if (r < 0)
                return r;

        (void) buffer_add_format(&text, "template: \"%s\"\n", definition->name);
        if (!find_given(under, "schedule")) {
                (void) buffer_add_format(&text, "schedule: [{startup: %s}", delay);
                if (definition->reschedule)
                        (void) buffer_add_format(&text, ", {every: %s, from: end}", every);
                (void) buffer_add_string(&text, "]\n");
        }
        if (text.failed)
                return -ENOMEM;
        *ret = under;
        return lay_text(from, text.data, place, ret);
}

int made_body_schedule(
                const MadeFrom *from,
                const LibraryTemplate *template,
                usec_t made_usec,
                const YamlNode **body,
                bool *ret_is_made) {

        const JobTemplate *definition = &template->definition;
        CLEANUP_FREE char *every = NULL;
        CLEANUP(buffer_done) Buffer text = { 0 };
        char due[TIMESTAMP_MAX];
        int r;

        *ret_is_made = false;
        if (!(definition->has_delay || definition->reschedule) || find_given(*body, "schedule") ||
            find_given(*body, "after"))
                return 0;

        r = format_every(definition->delay_usec, &every);
        if (r < 0)
                return r;
        (void) timestamp_format_utc(made_usec + definition->delay_usec, due);
        if (definition->reschedule)
                (void) buffer_add_format(
                                &text, "schedule: {every: %s, from: end, start: \"%s\"}\n", every, due);
        else
                (void) buffer_add_format(&text, "schedule: {at: \"%s\"}\n", due);
        if (text.failed)
                return -ENOMEM;
        *ret_is_made = true;
        return lay_text(from, text.data, *body, body);
}
