/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/template-library.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "job/body-merge.h"
#include "job/job-body.h"
#include "job/yaml-emit.h"
#include "job/yaml-field.h"
#include "job/yaml-import.h"
#include "job/yaml-merge.h"
#include "util/hash.h"
#include "util/string-table.h"

#define TEMPLATES_MAX 10000U
#define CHAIN_MAX 16U /* templates that build on one another */
#define SUGGESTIONS_MAX 1000U
#define DELAY_MAX_USEC (366 * USEC_PER_DAY)

typedef enum BuildState {
        NOT_BUILT,
        BEING_BUILT,
        BUILT,
} BuildState;

typedef struct Entry {
        LibraryTemplate template;
        const YamlNode *key;   /* with its own mapping as the value */
        const YamlNode *whole; /* the mapping, that of the base below it */
        size_t sequence;
        BuildState state;
} Entry;

struct TemplateLibrary {
        YamlTree tree;
        Entry *entries; /* sorted by name, each once */
        size_t n_entries;
        Diagnostics diagnostics;
};

/* The keys of a template. */
typedef struct TemplateSpec {
        char *description, *base;
        bool user_triggered, reschedule;
        usec_t delay_usec; /* USEC_INFINITY: not written */
        const YamlNode *parameters, *job;
} TemplateSpec;

/* clang-format off */
static const YamlField template_fields[] = {
        { YAML_STRING  ("description",    TemplateSpec, description) },
        { YAML_STRING  ("template",       TemplateSpec, base) },
        { YAML_NODE    ("parameters",     TemplateSpec, parameters) },
        { YAML_BOOL    ("user-triggered", TemplateSpec, user_triggered) },
        { YAML_DURATION("delay",          TemplateSpec, delay_usec, 0, DELAY_MAX_USEC) },
        { YAML_BOOL    ("reschedule",     TemplateSpec, reschedule) },
        { YAML_NODE    ("job",            TemplateSpec, job), .required = true },
        { .key = NULL },
};
/* clang-format on */

static const char *const template_whole_keys[] = { "job", NULL };

TemplateLibrary *template_library_free(TemplateLibrary *library) {
        if (!library)
                return NULL;

        for (size_t i = 0; i < library->n_entries; i++) {
                job_template_done(&library->entries[i].template.definition);
                diagnostic_done(&library->entries[i].template.fault);
        }
        free(library->entries);
        yaml_tree_done(&library->tree);
        diagnostics_done(&library->diagnostics);
        free(library);
        return NULL;
}

/* --- collecting ------------------------------------------------------------------------------------------
 */

static bool check_name(const YamlContext *context, const YamlNode *mapping, const YamlNode *key) {
        if (!yaml_key_check(context, mapping, key))
                return false;
        if (job_name_valid(key->text) && !strchr(key->text, '/'))
                return true;
        yaml_error(context, key, "'%.160s' is not a name for a template: " JOB_NAME_RULE, key->text);
        return false;
}

static int add_entry(TemplateLibrary *library, const char *path, const YamlNode *key) {
        Entry *entries, *entry;
        char *copy = yaml_tree_allocate(&library->tree, strlen(path) + 1);

        entries = reallocarray(library->entries, library->n_entries + 1, sizeof(*entries));
        if (!copy || !entries) {
                library->entries = entries ?: library->entries;
                return -ENOMEM;
        }
        library->entries = entries;

        entry = &entries[library->n_entries];
        *entry = (Entry){ .key = key, .sequence = library->n_entries };
        entry->template.path = strcpy(copy, path);
        library->n_entries++;
        return 0;
}

static int add_file(TemplateLibrary *library, const TemplateFile *file) {
        YamlContext context = { .tree = &library->tree, .diagnostics = &library->diagnostics };
        YamlNode *templates = NULL;
        int r;

        r = yaml_tree_import(&library->tree, file->tree, file->templates, &templates);
        if (r < 0)
                return r;
        YAML_FOREACH(key, templates) {
                if (!check_name(&context, templates, key))
                        continue;
                if (yaml_node_is_null(key->value)) {
                        yaml_error(&context, key->value,
                                   "template '%s' expects a mapping such as {job: …}, not null", key->text);
                        continue;
                }
                if (library->n_entries >= TEMPLATES_MAX) {
                        yaml_error(&context, key, "more than %u templates: '%s' is left out", TEMPLATES_MAX,
                                   key->text);
                        return 0;
                }
                r = add_entry(library, file->path, key);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_entries(const void *a, const void *b) {
        const Entry *x = a, *y = b;
        int r = strcmp(x->key->text, y->key->text);

        return r != 0 ? r : (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static void sort_entries(TemplateLibrary *library) {
        YamlContext context = { .tree = &library->tree, .diagnostics = &library->diagnostics };
        size_t n = 0;

        if (library->n_entries > 1)
                qsort(library->entries, library->n_entries, sizeof(*library->entries), compare_entries);
        for (size_t i = 0; i < library->n_entries; i++) {
                const Entry *entry = &library->entries[i], *first = n > 0 ? &library->entries[n - 1] : NULL;

                if (first && strcmp(first->key->text, entry->key->text) == 0)
                        yaml_error(&context, entry->key,
                                   "template '%s' is defined in '%s', line %u, already; that one counts",
                                   entry->key->text, yaml_tree_source(&library->tree, first->key) ?: "",
                                   first->key->line);
                else
                        library->entries[n++] = *entry;
        }
        library->n_entries = n;
}

/* --- building --------------------------------------------------------------------------------------------
 */

static int compare_name(const void *name, const void *item) {
        return strcmp(name, ((const Entry *) item)->key->text);
}

static Entry *find_entry(const TemplateLibrary *library, const char *name) {
        return library->n_entries == 0 ? NULL
                                       : bsearch(name, library->entries, library->n_entries,
                                                 sizeof(*library->entries), compare_name);
}

/* One on the way through the templates that it builds on. */
typedef struct Chain {
        const struct Chain *up;
        Entry *entry;
        unsigned depth;
} Chain;

static int build(TemplateLibrary *library, const JobDecodeContext *context, Entry *entry, const Chain *up);

/* "a -> b -> a", from where the circle begins. */
static void report_circle(
                const YamlContext *yaml,
                const YamlNode *place,
                const Chain *chain,
                const Entry *first) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const Entry *entries[CHAIN_MAX + 2];
        size_t n = 0;

        for (; chain && n < ARRAY_SIZE(entries); chain = chain->up) {
                entries[n++] = chain->entry;
                if (chain->entry == first)
                        break;
        }
        while (n-- > 0)
                (void) buffer_add_format(&buffer, "%s -> ", entries[n]->key->text);
        yaml_error(yaml, place, "template '%s' would build on itself: %s%s", first->key->text,
                   buffer.data ?: "", first->key->text);
}

/* Returns 1 with *ret, 0 with an error or if it builds on nothing, or an errno. */
static int build_base(
                TemplateLibrary *library,
                const JobDecodeContext *context,
                const YamlContext *yaml,
                const Chain *chain,
                const Entry **ret) {

        const YamlNode *key = yaml_mapping_find(chain->entry->key->value, "template");
        const char *name;
        Entry *base;
        int r;

        if (!key || yaml_node_is_null(key->value))
                return 0;
        name = yaml_text(yaml, key->value, "template");
        if (!name)
                return 0;
        base = find_entry(library, name);
        if (!base) {
                const char *nearest = template_library_nearest(library, name);

                yaml_error(yaml, key->value, "there is no template '%.128s'%s%s%s", name,
                           nearest ? "; did you mean '" : "", nearest ?: "", nearest ? "'?" : "");
                return 0;
        }
        if (base->state == BEING_BUILT) {
                report_circle(yaml, key->value, chain, base);
                return 0;
        }
        if (chain->depth >= CHAIN_MAX) {
                yaml_error(yaml, key->value, "more than %u templates build on one another", CHAIN_MAX);
                return 0;
        }
        r = build(library, context, base, chain);
        if (r < 0)
                return r;
        if (base->template.fault.message) {
                yaml_error(yaml, key->value, "it builds on template '%s', which cannot be used", name);
                return 0;
        }
        *ret = base;
        return 1;
}

static void set_value(YamlNode *mapping, const char *name, const YamlNode *value) {
        for (YamlNode *key = mapping->first; key; key = key->next)
                if (strcmp(key->text, name) == 0)
                        key->value = (YamlNode *) value;
}

/* One template over another: an action and a schedule replace whatever there was. */
static int merge_templates(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *under,
                const YamlNode *over,
                const YamlNode **ret) {

        const YamlNode *job_under = yaml_mapping_find(under, "job"),
                       *job_over = yaml_mapping_find(over, "job");
        const YamlNode *job = NULL;
        int r;

        r = yaml_merge(tree, under, over, template_whole_keys, ret);
        if (r < 0 || !job_under || !job_over)
                return r;
        r = job_body_merge(site, tree, job_under->value, job_over->value, &job);
        if (r < 0)
                return r;
        set_value((YamlNode *) *ret, "job", job); /* the merged mapping and its keys are new ones */
        return 0;
}

int template_nodes_merge(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *under,
                const YamlNode *over,
                const YamlNode **ret) {
        int r;

        r = yaml_merge(tree, under, over, NULL, ret);
        if (r < 0 || !under || !over || (*ret)->kind != YAML_KIND_MAPPING)
                return r;
        for (YamlNode *key = ((YamlNode *) *ret)->first; key; key = key->next) {
                const YamlNode *one = yaml_mapping_find(under, key->text);
                const YamlNode *other = yaml_mapping_find(over, key->text), *merged = NULL;

                if (!one || !other)
                        continue;
                r = merge_templates(site, tree, one->value, other->value, &merged);
                if (r < 0)
                        return r;
                key->value = (YamlNode *) merged;
        }
        return 0;
}

static void spec_done(TemplateSpec *spec) {
        free(spec->description);
        free(spec->base);
}

/* What is laid below jobs: the keys of `job`, and `parameters`. */
static int make_body(TemplateLibrary *library, const TemplateSpec *spec, const YamlNode **ret) {
        YamlNode *parameters = yaml_tree_allocate(&library->tree, sizeof(*parameters));
        YamlNode *mapping = yaml_tree_allocate(&library->tree, sizeof(*mapping));

        if (!parameters || !mapping)
                return -ENOMEM;
        if (!spec->parameters) {
                *ret = spec->job;
                return 0;
        }
        *parameters = (YamlNode){
                .kind = YAML_KIND_SCALAR,
                .flags = YAML_FLAG_PLAIN,
                .source = spec->parameters->source,
                .line = spec->parameters->line,
                .column = spec->parameters->column,
                .size = strlen("parameters"),
                .text = "parameters",
                .value = (YamlNode *) spec->parameters,
        };
        *mapping = *spec->parameters;
        mapping->kind = YAML_KIND_MAPPING;
        mapping->size = 1;
        mapping->first = parameters;
        mapping->next = mapping->value = NULL;
        return yaml_merge(&library->tree, mapping, spec->job, NULL, ret);
}

static void refuse_keys(const YamlContext *yaml, const YamlNode *job) {
        static const char *const keys[] = { "template", "parameters", "renamed-from" };

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                const YamlNode *key = yaml_mapping_find(job, keys[i]);

                if (key && i < 2)
                        yaml_error(yaml, key, "'%s' of a template stands beside 'job', not in it", keys[i]);
                else if (key)
                        yaml_error(yaml, key,
                                   "'%s' is for one job, not for all that are made from a template", keys[i]);
        }
}

static int fill_definition(
                TemplateLibrary *library,
                const JobSite *site,
                const TemplateSpec *spec,
                Entry *entry) {

        JobTemplate *definition = &entry->template.definition;
        const YamlNode *action = job_body_action(site, entry->template.body);
        const char *file = yaml_tree_source(&library->tree, entry->key);
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        definition->user_triggered = spec->user_triggered;
        definition->has_delay = spec->delay_usec != USEC_INFINITY;
        definition->delay_usec = definition->has_delay ? spec->delay_usec : 0;
        definition->reschedule = spec->reschedule;
        definition->line = entry->key->line;
        definition->name = strdup(entry->key->text);
        definition->description = spec->description ? strdup(spec->description) : NULL;
        definition->base = spec->base ? strdup(spec->base) : NULL;
        definition->kind = action ? strdup(action->text) : NULL;
        definition->file = file ? strdup(file) : NULL;
        if (!definition->name || (spec->description && !definition->description) ||
            (spec->base && !definition->base) || (action && !definition->kind) || (file && !definition->file))
                return -ENOMEM;

        yaml_emit(entry->whole, &buffer);
        entry->template.stamp = hash_add(HASH_START, buffer.data ?: "", buffer.size);
        return buffer_take(&buffer, &definition->definition);
}

static int decode_whole(
                TemplateLibrary *library,
                const JobDecodeContext *context,
                const YamlContext *yaml,
                Entry *entry) {

        CLEANUP(spec_done) TemplateSpec spec = { .user_triggered = true, .delay_usec = USEC_INFINITY };
        JobBody body = { .tree = &library->tree, .name = entry->key->text, .line = entry->key->line };
        int r;

        r = yaml_fields_decode(yaml, template_fields, entry->whole, &spec);
        if (r < 0 || !spec.job)
                return r;
        if (spec.job->kind == YAML_KIND_MAPPING)
                refuse_keys(yaml, spec.job);
        r = make_body(library, &spec, &body.node);
        if (r >= 0)
                r = job_check_template(
                                context, &body, yaml->diagnostics, &entry->template.definition.parameters);
        if (r < 0)
                return r;
        entry->template.body = body.node;
        entry->template.n_nodes = yaml_node_count(body.node);
        return yaml->diagnostics->n_errors > 0 ? 0 : fill_definition(library, context->site, &spec, entry);
}

static int build(TemplateLibrary *library, const JobDecodeContext *context, Entry *entry, const Chain *up) {

        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        YamlContext yaml = { .tree = &library->tree, .diagnostics = &found, .userdata = context };
        const Chain chain = { .up = up, .entry = entry, .depth = up ? up->depth + 1 : 1 };
        const Entry *base = NULL;
        int r;

        if (entry->state != NOT_BUILT)
                return 0;
        entry->state = BEING_BUILT;
        entry->whole = entry->key->value;
        r = build_base(library, context, &yaml, &chain, &base);
        if (r > 0)
                r = merge_templates(
                                context->site, &library->tree, base->whole, entry->key->value, &entry->whole);
        if (r >= 0 && found.n_errors == 0)
                r = decode_whole(library, context, &yaml, entry);
        entry->state = BUILT;
        if (r >= 0 && found.n_errors > 0)
                r = diagnostics_first_error(&found, &entry->template.fault);
        diagnostics_move(&library->diagnostics, &found);
        return r;
}

int template_library_new(
                const JobDecodeContext *context,
                const TemplateFile *files,
                size_t n_files,
                TemplateLibrary **ret) {

        CLEANUP(template_library_freep) TemplateLibrary *library = calloc(1, sizeof(*library));
        JobDecodeContext plain = *context;
        int r = 0;

        assert(ret);

        if (!library)
                return -ENOMEM;
        for (size_t i = 0; r >= 0 && i < n_files; i++)
                r = add_file(library, &files[i]);
        if (r < 0)
                return r;
        sort_entries(library);

        plain.ignore_files = true; /* its jobs take from them */
        for (size_t i = 0; i < library->n_entries; i++) {
                r = build(library, &plain, &library->entries[i], NULL);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(library);
        return 0;
}

/* --- asking ----------------------------------------------------------------------------------------------
 */

const Diagnostics *template_library_diagnostics(const TemplateLibrary *library) {
        return &library->diagnostics;
}

const YamlTree *template_library_tree(const TemplateLibrary *library) {
        return &library->tree;
}

const LibraryTemplate *template_library_find(const TemplateLibrary *library, const char *name) {
        const Entry *entry = library ? find_entry(library, name) : NULL;

        return entry ? &entry->template : NULL;
}

const LibraryTemplate *template_library_at(const TemplateLibrary *library, size_t index) {
        return library && index < library->n_entries ? &library->entries[index].template : NULL;
}

const char *template_library_nearest(const TemplateLibrary *library, const char *name) {
        const char *names[SUGGESTIONS_MAX + 1];
        size_t n = 0;

        for (; library && n < library->n_entries && n < SUGGESTIONS_MAX; n++)
                names[n] = library->entries[n].key->text;
        names[n] = NULL;
        return string_nearest(name, names);
}

int template_library_copy(const TemplateLibrary *library, JobTemplates *ret) {
        CLEANUP(job_templates_done) JobTemplates templates = { 0 };

        for (size_t i = 0; library && i < library->n_entries; i++) {
                const LibraryTemplate *template = &library->entries[i].template;
                int r = template->fault.message ? 0 : job_templates_add(&templates, &template->definition);

                if (r < 0)
                        return r;
        }
        *ret = templates;
        templates = (JobTemplates){ 0 };
        return 0;
}
