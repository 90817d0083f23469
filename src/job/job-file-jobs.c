/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From the nodes of a file to its jobs. */

#include <string.h>

#include "job/body-merge.h"
#include "job/job-file-reading.h"
#include "job/job-limits.h"
#include "job/profile-decode.h"
#include "job/queue-decode.h"
#include "job/yaml-field.h"
#include "job/yaml-import.h"
#include "job/yaml-merge.h"
#include "util/string-table.h"

#define SUGGESTIONS_MAX 1000U /* jobs of a file that are looked at for "did you mean" */

static int merge_defaults(Reading *reading) {
        const JobSite *site = reading->reader->context->site;
        YamlTree *tree = &reading->reader->tree;
        int r;

        r = job_body_merge(site, tree, reading->reader->defaults, reading->base.defaults, &reading->under);
        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++)
                r = job_body_merge(
                                site, tree, reading->under, reading->overrides[i].defaults, &reading->under);
        return r;
}

/* What is wrong with a queue holds the file: its jobs were not meant to run with other limits. */
static int decode_queues(Reading *reading) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };
        const YamlNode *queues = reading->base.queues;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++)
                r = yaml_merge(&reading->reader->tree, queues, reading->overrides[i].queues, NULL, &queues);
        return r < 0 || !queues ? r : queue_definitions_decode(&context, queues, &reading->file->queues);
}

/* Merged before anything is looked at: a key of it may be an override's. */
static int decode_profiles(Reading *reading) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };
        const YamlNode *profiles = reading->base.profiles;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++)
                r = yaml_merge(&reading->reader->tree, profiles, reading->overrides[i].profiles, NULL,
                               &profiles);
        return r < 0 || !profiles ? r
                                  : profile_definitions_decode(&context, profiles, &reading->file->profiles);
}

/* Each template is judged on its own, with those of all files: only what none can be made of is a fault here.
 */
static int keep_templates(Reading *reading) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };
        const YamlNode *templates = reading->base.templates;
        JobFile *file = reading->file;
        YamlNode *kept = NULL;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++)
                r = template_nodes_merge(
                                reading->reader->context->site, &reading->reader->tree, templates,
                                reading->overrides[i].templates, &templates);
        if (r < 0 || !templates)
                return r;
        if (templates->kind != YAML_KIND_MAPPING) {
                yaml_error(&context, templates, "'templates' expects a mapping, not %s",
                           yaml_kind_phrase(templates));
                return 0;
        }
        r = yaml_tree_import(&file->template_tree, &reading->reader->tree, templates, &kept);
        file->templates = kept;
        return r;
}

int job_file_decode_shared(Reading *reading) {
        int r;

        r = decode_queues(reading);
        if (r >= 0)
                r = decode_profiles(reading);
        return r < 0 ? r : keep_templates(reading);
}

static int merge_overrides(Reading *reading, const char *name, const YamlNode **node) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++) {
                const YamlNode *over = yaml_index_find(&reading->overrides[i].index, name);

                if (over)
                        r =
                                        job_body_merge(reading->reader->context->site, &reading->reader->tree,
                                                       *node, over->value, node);
        }
        return r;
}

/* The job's own keys, over those of its template, over the defaults. Errors are in `found`. */
static int merge_body(Reading *reading, const YamlNode *key, Diagnostics *found, const YamlNode **ret) {
        const JobSite *site = reading->reader->context->site;
        YamlTree *tree = &reading->reader->tree;
        const YamlNode *own = key->value, *under = reading->under, *template;
        int r;

        r = merge_overrides(reading, key->text, &own);
        if (r < 0)
                return r;
        template = made_body_template(own, under);
        if (template) {
                reading->file->uses_templates = true;
                r = made_bodies_lay(
                                &reading->made, &(MadeFrom){ reading->reader->library, site, tree, found },
                                template, &under);
        }
        return r < 0 ? r : job_body_merge(site, tree, under, own, ret);
}

static int check_defaults(Reading *reading, const JobDecodeContext *context) {
        int r;

        if (reading->defaults_checked || !reading->under)
                return 0;

        reading->defaults_checked = true;
        r = job_check_defaults(context, &reading->reader->tree, reading->under, &reading->defaults_faults);
        for (size_t i = 0; r >= 0 && i < reading->defaults_faults.n_items; i++) {
                const Diagnostic *item = &reading->defaults_faults.items[i];

                diagnostics_add(&reading->file->diagnostics, item->severity, item->file, item->line,
                                item->column, "%s", item->message);
        }
        return r;
}

static bool same_place(const Diagnostic *a, const Diagnostic *b) {
        return a->line == b->line && a->column == b->column && strcmp(a->message, b->message) == 0;
}

static bool is_of_defaults(const Reading *reading, const Diagnostic *item) {
        for (size_t i = 0; i < reading->defaults_faults.n_items; i++)
                if (same_place(&reading->defaults_faults.items[i], item))
                        return true;
        return false;
}

/* A fault of the defaults is one fault, however many jobs inherit it. */
static void add_to_file(Reading *reading, const Diagnostics *found) {
        for (size_t i = 0; i < found->n_items; i++) {
                const Diagnostic *item = &found->items[i];

                if (!is_of_defaults(reading, item))
                        diagnostics_add(&reading->file->diagnostics, item->severity, item->file, item->line,
                                        item->column, "%s", item->message);
        }
}

/* Adds the job of a body, or what is wrong with it, which `found` may hold already. */
static int add_entry(
                Reading *reading,
                const JobDecodeContext *context,
                const JobBody *body,
                Diagnostics *found) {

        JobFileEntry *entry = &reading->file->entries[reading->file->n_entries];
        int r;

        *entry = (JobFileEntry){ .line = body->line, .name = strdup(body->name) };
        if (!entry->name)
                return -ENOMEM;
        reading->file->n_entries++;

        r = found->n_errors > 0 ? -EINVAL : job_decode_body(context, body, found, &entry->job);
        if (r < 0 && r != -EINVAL)
                return r;
        if (r == -EINVAL) {
                r = diagnostics_first_error(found, &entry->error);
                if (r >= 0)
                        r = check_defaults(reading, context);
                if (r < 0)
                        return r;
        }
        add_to_file(reading, found);
        return 0;
}

static int decode_entry(Reading *reading, const JobDecodeContext *context, const YamlNode *key) {
        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        JobBody body = { .tree = &reading->reader->tree, .name = key->text, .line = key->line };
        int r;

        r = merge_body(reading, key, &found, &body.node);
        return r < 0 ? r : add_entry(reading, context, &body, &found);
}

/* The job that a template of this file makes by itself. */
static int decode_own_job(
                Reading *reading,
                const JobDecodeContext *context,
                const LibraryTemplate *template) {

        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        const JobSite *site = reading->reader->context->site;
        YamlTree *tree = &reading->reader->tree;
        JobBody body = { .tree = tree, .name = template->definition.name, .line = template->definition.line };
        const MadeFrom from = { reading->reader->library, site, tree, &found };
        int r;

        r = made_bodies_of_template(&reading->made, &from, template, reading->under, &body.node);
        return r < 0 ? r : add_entry(reading, context, &body, &found);
}

static bool makes_job(const Reading *reading, const LibraryTemplate *template) {
        return template && !template->fault.message && !template->definition.user_triggered &&
                        strcmp(template->path, reading->file->path) == 0;
}

static int decode_own_jobs(Reading *reading, const JobDecodeContext *context) {
        const JobFile *file = reading->file;
        const TemplateLibrary *library = reading->reader->library;

        if (!file->templates)
                return 0;
        YAML_FOREACH(key, file->templates) {
                const LibraryTemplate *template = template_library_find(library, key->text);
                int r = 0;

                if (!(key->flags & YAML_FLAG_DUPLICATE) && makes_job(reading, template))
                        r = decode_own_job(reading, context, template);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool check_name(Reading *reading, const YamlNode *key) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };

        if (!yaml_key_check(&context, reading->base.jobs, key))
                return false;
        if (job_name_valid(key->text) && !strchr(key->text, '/'))
                return true;
        yaml_error(&context, key, "'%.160s' is not a name for a job: " JOB_NAME_RULE, key->text);
        return false;
}

/* Each job gets its own copy of the defaults, so a small file could ask for more than there is of everything.
 */
static bool defaults_are_too_large(Reading *reading) {
        size_t n_jobs = reading->base.jobs ? reading->base.jobs->size : 0;

        if (!reading->under || n_jobs == 0 ||
            yaml_node_count(reading->under) <= JOB_INHERITED_NODES_MAX / n_jobs)
                return false;

        diagnostics_add(&reading->file->diagnostics, DIAGNOSTIC_ERROR, reading->file->path, 0, 0,
                        "the defaults are too large to be given to each of %zu jobs", n_jobs);
        return true;
}

static int on_file(void *userdata, const char *path, const struct stat *status) {
        return job_file_stamp_other(userdata, path, status);
}

static void report_unknown_override(Reading *reading, const YamlNode *key) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };
        const char *names[SUGGESTIONS_MAX + 1];
        const char *nearest;
        size_t n = 0;

        for (const YamlNode *job = reading->base.jobs ? reading->base.jobs->first : NULL;
             job && n < SUGGESTIONS_MAX; job = job->next)
                names[n++] = job->text;
        names[n] = NULL;

        nearest = string_nearest(key->text, names);
        if (nearest)
                yaml_error(&context, key, "'%s' has no job '%.128s' to override; did you mean '%s'?",
                           reading->file->path, key->text, nearest);
        else
                yaml_error(&context, key, "'%s' has no job '%.128s' to override", reading->file->path,
                           key->text);
}

static void check_override(Reading *reading, const Document *override) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };

        if (!override->jobs || override->jobs->kind != YAML_KIND_MAPPING)
                return;

        YAML_FOREACH(key, override->jobs)
        if (yaml_key_check(&context, override->jobs, key) &&
            !yaml_index_find(&reading->base.index, key->text))
                report_unknown_override(reading, key);
}

static int decode_jobs(Reading *reading, const JobDecodeContext *context, const YamlNode *jobs) {
        YAML_FOREACH(key, jobs) {
                int r = check_name(reading, key) ? decode_entry(reading, context, key) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

int job_file_decode_jobs(Reading *reading) {
        JobDecodeContext context = *reading->reader->context;
        const YamlNode *jobs = reading->base.jobs;
        size_t n = 0;
        int r;

        context.file = reading->file->path;
        context.on_file = on_file;
        context.on_file_userdata = reading->file;
        r = merge_defaults(reading);
        if (r < 0)
                return r;
        if (defaults_are_too_large(reading))
                return reading->file->held.message
                                ? 0
                                : diagnostics_first_error(&reading->file->diagnostics, &reading->file->held);
        if (reading->base.defaults || reading->n_overrides > 0) {
                r = check_defaults(reading, &context);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < reading->n_overrides; i++)
                check_override(reading, &reading->overrides[i]);
        if (jobs && jobs->kind == YAML_KIND_MAPPING)
                n = jobs->size;
        if (reading->file->templates)
                n += reading->file->templates->size;
        if (n == 0)
                return 0;

        reading->file->entries = calloc(n, sizeof(*reading->file->entries));
        if (!reading->file->entries)
                return -ENOMEM;
        r = jobs && jobs->kind == YAML_KIND_MAPPING ? decode_jobs(reading, &context, jobs) : 0;
        return r < 0 ? r : decode_own_jobs(reading, &context);
}
