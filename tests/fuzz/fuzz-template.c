/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A mapping of templates, a line "---", and a job that may be made from one: what is composed stands for
 * itself, and its texts take whatever values it has, or say why not. Expanding is done once.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "job/expand-job.h"
#include "job/expand.h"
#include "job/job-compose.h"
#include "job/template-schema.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_MAX_BYTES 65536U
static const char separator[] = "\n---\n";

static TimeZoneCache *zones_get(void) {
        static TimeZoneCache *zones;

        if (!zones && time_zone_cache_new(&zones) < 0)
                abort();
        return zones;
}

static int make_library(const JobDecodeContext *context, const char *text, TemplateLibrary **ret) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        TemplateFile file = { .path = "templates", .tree = &tree };
        YamlNode *root = NULL;

        if (yaml_tree_add_source(&tree, "templates") < 0)
                abort();
        if (yaml_tree_parse(&tree, 0, text, strlen(text), &diagnostics, &root) < 0 || !root ||
            root->kind != YAML_KIND_MAPPING)
                return 0;
        file.templates = root;
        return template_library_new(context, &file, 1, ret);
}

static void check_library(const TemplateLibrary *library) {
        const LibraryTemplate *template;

        for (size_t i = 0; (template = template_library_at(library, i)); i++) {
                CLEANUP_FREE char *json = NULL;

                if (!template->fault.message && template_schema_format(&template->definition, &json) < 0)
                        abort();
        }
}

static void check_texts(const Job *job) {
        const ParameterSources sources = { .values = job->values };
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP(expanded_job_done) ExpandedJob expanded = { 0 };
        CLEANUP_FREE char *error = NULL;
        CLEANUP_FREE char *json = NULL;
        int r;

        if (parameter_values_resolve(&job->parameters, &sources, &values, &error) < 0) {
                if (!error)
                        abort();
                return;
        }
        if (parameter_values_format(&job->parameters, &values, &json) < 0)
                abort();
        r = expand_job(job, &values, &expanded, &error);
        if (r < 0 ? r != -EINVAL || !error : !expanded.arguments != !job->command.arguments)
                abort();
}

/* Its definition alone says the same. */
static void check_definition(const JobDecodeContext *context, const Job *job) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *again = NULL;
        int r;

        r = job_decode_definition(
                        context, "job", job->definition, strlen(job->definition), &diagnostics, &again);
        if (r < 0 || strcmp(again->definition, job->definition) != 0)
                abort();
}

static void check_escape(const char *text) {
        CLEANUP_FREE char *escaped = NULL;
        CLEANUP_FREE char *expanded = NULL;
        CLEANUP_FREE char *error = NULL;

        if (expand_escape(text, &escaped) < 0 || expand_text(escaped, NULL, 0, &expanded, &error) < 0 ||
            strcmp(expanded, text) != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const JobDecodeContext context = {
                .zones = zones_get(), .origin = JOB_ORIGIN_RUNTIME, .system_mode = true, .ignore_files = true
        };
        JobComposition composition = { .context = &context };
        CLEANUP(template_library_freep) TemplateLibrary *library = NULL;
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP_FREE char *text = NULL;
        char *source;
        int r;

        if (size > SIZE_MAX_BYTES)
                return 0;
        text = strndup((const char *) data, size);
        if (!text)
                abort();
        check_escape(text);
        source = strstr(text, separator);
        if (!source)
                return 0;
        *source = '\0';
        source += strlen(separator);

        if (make_library(&context, text, &library) < 0)
                abort();
        check_library(library);
        composition.library = library;
        r = job_compose(&composition, "job", 0, source, &diagnostics, &job);
        if (r < 0 ? r != -EINVAL || diagnostics.n_errors == 0 : !job)
                abort();
        if (r < 0)
                return 0;
        check_texts(job);
        check_definition(&context, job);
        return 0;
}
