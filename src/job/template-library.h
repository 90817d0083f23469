/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The templates of all files of a scan, each merged with what it builds on: what jobs are made from.
 */

#include "job/job-decode.h"
#include "job/job-template.h"
#include "job/yaml-node.h"
#include "util/cleanup.h"

typedef struct TemplateLibrary TemplateLibrary;

/* The `templates:` of one file with its overrides; all borrowed. */
typedef struct TemplateFile {
        const char *path;
        const YamlTree *tree;
        const YamlNode *templates; /* a mapping */
} TemplateFile;

/* A template of the library. */
typedef struct LibraryTemplate {
        JobTemplate definition;
        const char *path;     /* of the file, whichever of its overrides the text is from */
        const YamlNode *body; /* what is laid below its jobs, `parameters` included; in the library's tree */
        size_t n_nodes;       /* of the body */
        Diagnostic fault;     /* valid (message != NULL): it cannot be used */
        uint64_t stamp;       /* of its text: another one when it says something else */
} LibraryTemplate;

/*
 * Lays the templates of an override over those of its file, as new nodes of `tree`. Either may be NULL.
 * Returns 0 or -ENOMEM.
 */
int template_nodes_merge(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *under,
                const YamlNode *over,
                const YamlNode **ret);

/*
 * Of two templates of one name the one of the earlier file counts. What is wrong is in the library's
 * diagnostics. The library does not borrow from the files. Returns 0 or an errno that is not the user's.
 */
int template_library_new(
                const JobDecodeContext *context,
                const TemplateFile *files,
                size_t n_files,
                TemplateLibrary **ret);
TemplateLibrary *template_library_free(TemplateLibrary *library);
DEFINE_CLEANUP(TemplateLibrary, template_library_free);

const Diagnostics *template_library_diagnostics(const TemplateLibrary *library);
const YamlTree *template_library_tree(const TemplateLibrary *library);

/* A library of NULL has none. */
const LibraryTemplate *template_library_find(const TemplateLibrary *library, const char *name);
/* By name; NULL after the last. */
const LibraryTemplate *template_library_at(const TemplateLibrary *library, size_t index);

/* For "did you mean"; NULL: none is near. */
const char *template_library_nearest(const TemplateLibrary *library, const char *name);

/* Copies of those that can be used. Returns 0 or -ENOMEM. */
int template_library_copy(const TemplateLibrary *library, JobTemplates *ret);
