/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-compose.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/body-merge.h"
#include "job/made-body.h"
#include "job/yaml-node.h"

#define SOURCE_SIZE_MAX ((size_t) 1024 * 1024)

/* What is on the way. */
typedef struct Composing {
        const JobComposition *composition;
        YamlTree *tree;
        Diagnostics *diagnostics;
        usec_t made_usec;
        const YamlNode *own; /* as it was sent */
        bool is_one_shot, is_of_template;
} Composing;

static int parse(Composing *composing, const char *source) {
        YamlNode *root = NULL;
        int of_defaults, own, r;

        of_defaults = yaml_tree_add_source(composing->tree, composing->composition->defaults_file);
        if (of_defaults < 0)
                return of_defaults;
        own = yaml_tree_add_source(composing->tree, composing->composition->context->file);
        if (own < 0)
                return own;
        r = yaml_tree_parse(composing->tree, own, source, strlen(source), composing->diagnostics, &root);
        if (r < 0)
                return r;
        if (!root) {
                diagnostics_add(composing->diagnostics, DIAGNOSTIC_ERROR, NULL, 0, 0, "the job is empty");
                return -EINVAL;
        }
        composing->own = root;
        return 0;
}

/* The settings say as whom jobs run; one of an ordinary user runs as that user all the same. */
static int lay_defaults(const Composing *composing, const YamlNode **ret) {
        const JobDecodeContext *context = composing->composition->context;
        const YamlNode *defaults = composing->composition->defaults;

        if (!defaults || !context->system_mode || context->owner_uid == 0) {
                *ret = defaults;
                return 0;
        }
        return job_body_allowed(context, composing->tree, defaults, ret);
}

static int lay_template(
                Composing *composing,
                const YamlNode *name,
                const MadeFrom *from,
                const YamlNode **body) {
        CLEANUP(made_bodies_done) MadeBodies bodies = { 0 };
        const LibraryTemplate *template;
        size_t n_errors = composing->diagnostics->n_errors;
        const YamlNode *under = *body;
        int r;

        r = made_bodies_lay(&bodies, from, name, &under);
        if (r < 0)
                return r;
        if (composing->diagnostics->n_errors > n_errors)
                return -EINVAL;
        r = job_body_merge(from->site, from->tree, under, composing->own, body);
        if (r < 0)
                return r;

        template = template_library_find(from->library, name->text);
        r = made_body_schedule(from, template, composing->made_usec, body, &composing->is_of_template);
        composing->is_one_shot = composing->is_of_template && !template->definition.reschedule;
        return r;
}

static int make_body(Composing *composing, const YamlNode **ret) {
        const JobComposition *composition = composing->composition;
        const MadeFrom from = {
                .library = composition->library,
                .site = composition->context->site,
                .tree = composing->tree,
                .diagnostics = composing->diagnostics,
        };
        const YamlNode *name;
        int r;

        r = lay_defaults(composing, ret);
        if (r < 0)
                return r;
        name = made_body_template(composing->own, *ret);
        if (name)
                return lay_template(composing, name, &from, ret);
        return job_body_merge(from.site, from.tree, *ret, composing->own, ret);
}

int job_compose(const JobComposition *composition,
                const char *name,
                usec_t made_usec,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret) {

        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        Composing composing = {
                .composition = composition,
                .tree = &tree,
                .diagnostics = diagnostics,
                .made_usec = made_usec,
        };
        JobBody body = { .tree = &tree, .name = name, .line = 1 };
        int r;

        assert(composition);
        assert(name);
        assert(source);
        assert(diagnostics);
        assert(ret);

        if (strlen(source) > SOURCE_SIZE_MAX)
                return -EFBIG;
        if (!job_name_valid(name)) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, NULL, 0, 0,
                                "'%.160s' is not a name for a job: " JOB_NAME_RULE, name);
                return -EINVAL;
        }
        r = parse(&composing, source);
        if (r >= 0)
                r = make_body(&composing, &body.node);
        if (r >= 0)
                r = job_decode_body(composition->context, &body, diagnostics, ret);
        if (r < 0)
                return r;
        (*ret)->one_shot = composing.is_one_shot;
        (*ret)->of_template = composing.is_of_template;
        return 0;
}
