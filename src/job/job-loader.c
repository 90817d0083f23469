/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-loader.h"

#include <assert.h>
#include <string.h>

#include "job/job-cache.h"
#include "job/job-collection.h"
#include "job/job-compose.h"
#include "job/yaml-import.h"
#include "util/hash.h"
#include "util/string-list.h"

struct JobLoader {
        char **directories;
        size_t n_directories;
        char *defaults_text, *defaults_file;
        YamlTree defaults_tree;
        JobDecodeContext context;
        JobFileReader reader;
        JobCache cache;
        TemplateLibrary *library;
        uint64_t *library_files; /* serials of the files that it is made of */
        size_t n_library_files;
        bool has_all_jobs;
};

void job_loader_flush(JobLoader *loader) {
        assert(loader);

        job_cache_flush(&loader->cache);
}

int job_loader_other_files(const JobLoader *loader, char ***ret) {
        assert(loader);
        assert(ret);

        return job_cache_other_files(&loader->cache, ret);
}

/* --- scanning --------------------------------------------------------------------------------------------
 */

static int scan_overrides(
                JobLoader *loader,
                const char *name,
                Diagnostics *diagnostics,
                char ***paths,
                DirectoryScan *ret) {
        for (size_t i = 0; i < loader->n_directories; i++) {
                char *path;
                int r;

                if (asprintf(&path, "%s/%s.d", loader->directories[i], name) < 0)
                        return -ENOMEM;
                r = string_list_take_push(paths, path);
                if (r < 0) {
                        free(path);
                        return r;
                }
        }
        return directory_scan_read(*paths, loader->n_directories, &loader->reader.trust, diagnostics, ret);
}

/* A file of a scan on its way into the collection. */
typedef struct ScannedFile {
        const ScanFile *entry;
        CachedFile *cached; /* NULL: there is nothing, or its directory is at fault */
} ScannedFile;

static int read_anew(
                JobLoader *loader,
                const DirectoryScan *scan,
                const DirectoryScan *overrides,
                ScannedFile *scanned) {

        JobFile *file;
        int r;

        r = job_file_read(&loader->reader, scan, scanned->entry, overrides, &file);
        if (r < 0)
                return r;
        if (r == 0) {
                scanned->cached = NULL;
                return 0;
        }
        if (file->held.message && scanned->cached)
                job_file_move_shared(scanned->cached->file, file);
        return job_cache_keep(&loader->cache, file, &scanned->cached);
}

/* Brings the cache up to date for one file. Returns 0 or an errno. */
static int refresh(
                JobLoader *loader,
                const DirectoryScan *scan,
                const DirectoryScan *overrides,
                ScannedFile *scanned) {

        CLEANUP_FREE char *path = directory_scan_path(scan, scanned->entry);

        if (!path)
                return -ENOMEM;

        scanned->cached = job_cache_find(&loader->cache, path);
        if (!scanned->cached || !job_file_is_current(scanned->cached->file, scan, scanned->entry, overrides))
                return read_anew(loader, scan, overrides, scanned);
        scanned->cached->generation = loader->cache.generation;
        return 0;
}

/* Does one step for a file, with its overrides at hand. */
static int with_overrides(
                JobLoader *loader,
                const DirectoryScan *scan,
                ScannedFile *scanned,
                Diagnostics *diagnostics,
                int (*step)(JobLoader *, const DirectoryScan *, const DirectoryScan *, ScannedFile *)) {

        CLEANUP(directory_scan_done) DirectoryScan overrides = { 0 };
        CLEANUP(string_list_freep) char **paths = NULL;
        int r;

        if (!directory_scan_has_overrides(scan, scanned->entry->name))
                return step(loader, scan, NULL, scanned);
        r = scan_overrides(loader, scanned->entry->name, diagnostics, &paths, &overrides);
        return r < 0 ? r : step(loader, scan, &overrides, scanned);
}

static const ScanDirectory *directory_of(const DirectoryScan *scan, const ScannedFile *scanned) {
        return &scan->directories[scanned->entry->directory];
}

static int refresh_all(
                JobLoader *loader,
                const DirectoryScan *scan,
                ScannedFile *files,
                Diagnostics *diagnostics) {

        for (size_t i = 0; i < scan->n_files; i++) {
                int r = 0;

                files[i].entry = &scan->files[i];
                if (!directory_of(scan, &files[i])->fault.message)
                        r = with_overrides(loader, scan, &files[i], diagnostics, refresh);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- templates -------------------------------------------------------------------------------------------
 */

static int make_library(JobLoader *loader, const TemplateFile *files, size_t n) {
        CLEANUP(template_library_freep) TemplateLibrary *library = NULL;
        int r;

        r = template_library_new(&loader->context, files, n, &library);
        if (r < 0)
                return r;
        (void) template_library_free(loader->library);
        loader->library = TAKE_PTR(library);
        loader->reader.library = loader->library;
        loader->reader.library_serial++;
        return 0;
}

/* Makes the library anew if it is not of these files as they are. */
static int refresh_library(JobLoader *loader, const ScannedFile *files, size_t n_files) {
        CLEANUP_FREE TemplateFile *sources = calloc(n_files + 1, sizeof(*sources));
        CLEANUP_FREE uint64_t *serials = calloc(n_files + 1, sizeof(*serials));
        size_t n = 0;
        int r;

        if (!sources || !serials)
                return -ENOMEM;
        for (size_t i = 0; i < n_files; i++) {
                const JobFile *file = files[i].cached ? files[i].cached->file : NULL;

                if (!file || !file->templates)
                        continue;
                sources[n] = (TemplateFile){ file->path, &file->template_tree, file->templates };
                serials[n++] = files[i].cached->serial;
        }
        if (n == loader->n_library_files &&
            (n == 0 || memcmp(serials, loader->library_files, n * sizeof(*serials)) == 0))
                return 0;

        r = make_library(loader, sources, n);
        if (r < 0)
                return r;
        free(loader->library_files);
        loader->library_files = TAKE_PTR(serials);
        loader->n_library_files = n;
        return 0;
}

/* What is made from templates is made of those that there are now. */
static bool has_other_templates(const JobLoader *loader, const JobFile *file) {
        return (file->uses_templates || file->templates) &&
                        file->library_serial != loader->reader.library_serial;
}

static uint64_t state_of(const JobFile *file) {
        return hash_add(HASH_START, file->stamps, file->n_stamps * sizeof(*file->stamps));
}

static int remake_jobs(JobLoader *loader, const DirectoryScan *scan, ScannedFile *files) {
        CLEANUP(diagnostics_done) Diagnostics told_already = { 0 };

        for (size_t i = 0; i < scan->n_files; i++) {
                int r = 0;

                if (files[i].cached && has_other_templates(loader, files[i].cached->file)) {
                        uint64_t serial = files[i].cached->serial, state = state_of(files[i].cached->file);

                        r = with_overrides(loader, scan, &files[i], &told_already, read_anew);
                        if (r >= 0 && files[i].cached && state_of(files[i].cached->file) == state)
                                files[i].cached->serial = serial; /* its templates are what they were */
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- the whole -------------------------------------------------------------------------------------------
 */

static int collect(const DirectoryScan *scan, const ScannedFile *files, JobCollection *collection) {
        for (size_t i = 0; i < scan->n_files; i++) {
                const Diagnostic *fault = &directory_of(scan, &files[i])->fault;
                int r = 0;

                if (fault->message) {
                        CLEANUP_FREE char *path = directory_scan_path(scan, files[i].entry);

                        r = path ? job_collection_add_held(collection, path, fault) : -ENOMEM;
                } else if (files[i].cached)
                        r = job_collection_add(collection, files[i].cached->file);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int finish(const JobLoader *loader, JobCollection *collection, JobSet *ret) {
        int r;

        if (loader->library)
                diagnostics_add_all(
                                &collection->set.diagnostics, template_library_diagnostics(loader->library));
        r = template_library_copy(loader->library, &collection->set.templates);
        return r < 0 ? r : job_collection_finish(collection, ret);
}

static void warn_of_lone_overrides(const DirectoryScan *scan, Diagnostics *diagnostics) {
        size_t file = 0;

        for (size_t i = 0; i < scan->n_override_names; i++) {
                while (file < scan->n_files && strcmp(scan->files[file].name, scan->override_names[i]) < 0)
                        file++;
                if (file < scan->n_files && strcmp(scan->files[file].name, scan->override_names[i]) == 0)
                        continue;
                diagnostics_add(diagnostics, DIAGNOSTIC_WARNING, NULL, 0, 0,
                                "'%s.d' overrides nothing: there is no file '%s', or it is masked",
                                scan->override_names[i], scan->override_names[i]);
        }
}

/* First of all, so that they count where a file defines the same. */
static const QueueDefinitions *site_queues(const JobLoader *loader) {
        return loader->context.site ? loader->context.site->queues : NULL;
}

static int scan_files(JobLoader *loader, const DirectoryScan *scan, JobCollection *collection) {
        CLEANUP_FREE ScannedFile *files = calloc(scan->n_files + 1, sizeof(*files));
        int r;

        if (!files)
                return -ENOMEM;
        r = refresh_all(loader, scan, files, &collection->set.diagnostics);
        if (r >= 0)
                r = refresh_library(loader, files, scan->n_files);
        if (r >= 0)
                r = remake_jobs(loader, scan, files);
        return r < 0 ? r : collect(scan, files, collection);
}

int job_loader_scan(JobLoader *loader, JobSet *ret) {
        CLEANUP(directory_scan_done) DirectoryScan scan = { 0 };
        CLEANUP(job_collection_done) JobCollection collection = { 0 };
        int r;

        assert(loader);
        assert(ret);

        loader->cache.generation++;
        collection.has_all_jobs = loader->has_all_jobs;
        r = directory_scan_read(
                        loader->directories, loader->n_directories, &loader->reader.trust,
                        &collection.set.diagnostics, &scan);
        if (r >= 0)
                r = job_collection_add_queues(&collection, site_queues(loader));
        if (r >= 0)
                r = scan_files(loader, &scan, &collection);
        job_file_reader_rest(&loader->reader);
        if (r >= 0) {
                warn_of_lone_overrides(&scan, &collection.set.diagnostics);
                r = finish(loader, &collection, ret);
        }
        if (r < 0)
                return r;

        job_cache_drop_unmet(&loader->cache);
        return 0;
}

/* The templates of a file beside those of the last scan, in which it may have stood as it was before. */
static int lend_library(JobLoader *loader, const JobFile *file, TemplateLibrary **ret) {
        CLEANUP_FREE TemplateFile *files = NULL;
        size_t n = 0;

        files = calloc(HASH_COUNT(loader->cache.files) + 1U, sizeof(*files));
        if (!files)
                return -ENOMEM;
        files[n++] = (TemplateFile){ file->path, &file->template_tree, file->templates };
        for (const CachedFile *cached = loader->cache.files; cached; cached = cached->hh.next)
                if (cached->file->templates && strcmp(cached->file->path, file->path) != 0)
                        files[n++] = (TemplateFile){ cached->file->path, &cached->file->template_tree,
                                                     cached->file->templates };
        return template_library_new(&loader->context, files, n, ret);
}

static int check_with_library(JobLoader *loader, const char *path, TemplateLibrary *library, JobSet *ret) {
        CLEANUP(job_file_freep) JobFile *file = NULL;
        CLEANUP(job_collection_done) JobCollection collection = { 0 };
        const TemplateLibrary *known = loader->reader.library;
        int r;

        loader->reader.library = library ?: known;
        r = job_file_read_path(&loader->reader, path, &file);
        loader->reader.library = known;
        job_file_reader_rest(&loader->reader);
        if (r < 0)
                return r;
        if (library)
                diagnostics_add_all(&collection.set.diagnostics, template_library_diagnostics(library));
        r = template_library_copy(library, &collection.set.templates);
        if (r >= 0)
                r = job_collection_add_queues(&collection, site_queues(loader));
        if (r >= 0)
                r = job_collection_add(&collection, file);
        return r < 0 ? r : job_collection_finish(&collection, ret);
}

int job_loader_check_file(JobLoader *loader, const char *path, JobSet *ret) {
        CLEANUP(job_file_freep) JobFile *file = NULL;
        CLEANUP(template_library_freep) TemplateLibrary *library = NULL;
        int r;

        assert(loader);
        assert(path);
        assert(ret);

        /* Templates, its own and those of the directories, have to be known before jobs can be made. */
        r = job_file_read_path(&loader->reader, path, &file);
        if (r >= 0 && file->uses_templates && loader->cache.generation == 0) {
                CLEANUP(job_set_done) JobSet set = { 0 };

                r = job_loader_scan(loader, &set);
        }
        if (r >= 0 && file->templates)
                r = lend_library(loader, file, &library);
        return r < 0 ? r : check_with_library(loader, path, library, ret);
}

/* --- jobs made at run time -------------------------------------------------------------------------------
 */

int job_loader_compose(
                JobLoader *loader,
                const char *name,
                uid_t owner_uid,
                usec_t made_usec,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret) {

        JobDecodeContext context = loader->context;

        context.origin = JOB_ORIGIN_RUNTIME;
        context.owner_uid = owner_uid;
        return job_compose(
                        &(JobComposition){
                                        .context = &context,
                                        .defaults = loader->reader.defaults,
                                        .defaults_file = loader->defaults_file,
                                        .library = loader->library,
                        },
                        name, made_usec, source, diagnostics, ret);
}

uint64_t job_loader_stamp(const JobLoader *loader, const char *template_name) {
        const char *defaults = loader->defaults_text ?: "";
        uint64_t stamp = hash_add(HASH_START, defaults, strlen(defaults));
        const LibraryTemplate *template =
                        template_name ? template_library_find(loader->library, template_name) : NULL;

        return template ? hash_add(stamp, &template->stamp, sizeof(template->stamp)) : stamp;
}

/* --- life ------------------------------------------------------------------------------------------------
 */

/* Their lines were lost when the settings were read, which checked them; no line is better than a wrong one.
 */
static void forget_places(YamlNode *node) {
        yaml_node_place(node, &(YamlNode){ .source = node->source });
}

static int parse_defaults(JobLoader *loader) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;
        int source, r;

        if (!loader->defaults_text)
                return 0;

        source = yaml_tree_add_source(&loader->defaults_tree, loader->defaults_file);
        if (source < 0)
                return source;
        r =
                        yaml_tree_parse(&loader->defaults_tree, source, loader->defaults_text,
                                        strlen(loader->defaults_text), &diagnostics, &root);
        if (r < 0)
                return r;
        if (!root || yaml_node_is_null(root))
                return 0;
        if (root->kind != YAML_KIND_MAPPING)
                return -EINVAL;

        forget_places(root);
        loader->reader.defaults = root;
        return 0;
}

static int copy_options(JobLoader *loader, const JobLoaderOptions *options) {
        int r;

        r = string_list_copy(options->directories, &loader->directories);
        if (r < 0)
                return r;
        loader->n_directories = string_list_length(loader->directories);

        if (options->defaults) {
                loader->defaults_text = strdup(options->defaults);
                if (!loader->defaults_text)
                        return -ENOMEM;
        }
        if (options->defaults_file) {
                loader->defaults_file = strdup(options->defaults_file);
                if (!loader->defaults_file)
                        return -ENOMEM;
        }
        return 0;
}

int job_loader_new(const JobLoaderOptions *options, JobLoader **ret) {
        CLEANUP(job_loader_freep) JobLoader *loader = NULL;
        int r;

        assert(options);
        assert(options->zones);
        assert(ret);

        loader = calloc(1, sizeof(*loader));
        if (!loader)
                return -ENOMEM;

        r = copy_options(loader, options);
        if (r < 0)
                return r;
        loader->context = (JobDecodeContext){
                .zones = options->zones,
                .origin = JOB_ORIGIN_FILE,
                .owner_uid = options->owner_uid,
                .system_mode = options->system_mode,
                .site = options->site,
                .clock = options->clock,
        };
        loader->has_all_jobs = options->has_all_jobs;
        loader->reader.context = &loader->context;
        loader->reader.trust = (FileTrust){
                .owner_uid = options->owner_uid,
                .system_mode = options->system_mode,
        };
        loader->reader.defaults_file = loader->defaults_file;

        r = parse_defaults(loader);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(loader);
        return 0;
}

JobLoader *job_loader_free(JobLoader *loader) {
        if (!loader)
                return NULL;

        job_loader_flush(loader);
        job_file_reader_rest(&loader->reader);
        yaml_tree_done(&loader->defaults_tree);
        (void) template_library_free(loader->library);
        free(loader->library_files);
        (void) string_list_free(loader->directories);
        free(loader->defaults_text);
        free(loader->defaults_file);
        free(loader);
        return NULL;
}
