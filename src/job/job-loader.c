/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-loader.h"

#include <assert.h>
#include <string.h>

#include "job/job-collection.h"
#include "job/job-file.h"
#include "util/string-list.h"

/* uthash would end the process when memory runs out; this leaves the item out of the table instead. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->is_lost = true)
#include <uthash.h>

/* A file that was read, kept until it changes. */
typedef struct CachedFile {
        JobFile *file;
        uint64_t generation; /* of the last scan that met it */
        bool is_lost;
        UT_hash_handle hh; /* by file->path */
} CachedFile;

struct JobLoader {
        char **directories;
        size_t n_directories;
        char *defaults_text, *defaults_file;
        YamlTree defaults_tree;
        JobDecodeContext context;
        JobFileReader reader;
        CachedFile *cache;
        uint64_t generation;
        bool has_all_jobs;
};

/* --- the cache -------------------------------------------------------------------------------------------
 */

static void drop(JobLoader *loader, CachedFile *cached) {
        HASH_DEL(loader->cache, cached);
        (void) job_file_free(cached->file);
        free(cached);
}

static CachedFile *find_cached(JobLoader *loader, const char *path) {
        CachedFile *cached = NULL;

        HASH_FIND_STR(loader->cache, path, cached);
        return cached;
}

/* Takes the file over in any case. Returns 0 or -ENOMEM. */
static int keep(JobLoader *loader, JobFile *file, CachedFile *cached) {
        if (cached) {
                /* The key of the table is the path within the file. */
                HASH_DEL(loader->cache, cached);
                (void) job_file_free(cached->file);
        } else {
                cached = calloc(1, sizeof(*cached));
                if (!cached) {
                        (void) job_file_free(file);
                        return -ENOMEM;
                }
        }

        cached->file = file;
        cached->generation = loader->generation;
        cached->is_lost = false;
        HASH_ADD_KEYPTR(hh, loader->cache, file->path, strlen(file->path), cached);
        if (!cached->is_lost)
                return 0;

        (void) job_file_free(file);
        free(cached);
        return -ENOMEM;
}

static void drop_unmet(JobLoader *loader) {
        CachedFile *cached, *next;

        HASH_ITER(hh, loader->cache, cached, next) {
                if (cached->generation != loader->generation)
                        drop(loader, cached);
        }
}

void job_loader_flush(JobLoader *loader) {
        CachedFile *cached, *next;

        assert(loader);

        HASH_ITER(hh, loader->cache, cached, next) {
                drop(loader, cached);
        }
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

/* Brings the cache up to date for one file. Returns 1 with *ret, 0 if there is nothing, or an errno. */
static int refresh(
                JobLoader *loader,
                const DirectoryScan *scan,
                const ScanFile *entry,
                const DirectoryScan *overrides,
                const JobFile **ret) {

        CLEANUP_FREE char *path = directory_scan_path(scan, entry);
        CachedFile *cached;
        JobFile *file;
        int r;

        if (!path)
                return -ENOMEM;

        cached = find_cached(loader, path);
        if (cached && job_file_is_current(cached->file, scan, entry, overrides)) {
                cached->generation = loader->generation;
                *ret = cached->file;
                return 1;
        }

        r = job_file_read(&loader->reader, scan, entry, overrides, &file);
        if (r <= 0)
                return r;
        if (file->held.message && cached) {
                queue_definitions_done(&file->queues);
                file->queues = cached->file->queues;
                cached->file->queues = (QueueDefinitions){ 0 };
        }
        r = keep(loader, file, cached);
        if (r < 0)
                return r;
        *ret = file;
        return 1;
}

static int scan_file(
                JobLoader *loader,
                const DirectoryScan *scan,
                const ScanFile *entry,
                JobCollection *collection) {
        const ScanDirectory *directory = &scan->directories[entry->directory];
        CLEANUP(directory_scan_done) DirectoryScan overrides = { 0 };
        CLEANUP(string_list_freep) char **paths = NULL;
        bool overridden = directory_scan_has_overrides(scan, entry->name);
        const JobFile *file;
        int r;

        if (directory->fault.message) {
                CLEANUP_FREE char *path = directory_scan_path(scan, entry);

                return path ? job_collection_add_held(collection, path, &directory->fault) : -ENOMEM;
        }

        if (overridden) {
                r = scan_overrides(loader, entry->name, &collection->set.diagnostics, &paths, &overrides);
                if (r < 0)
                        return r;
        }
        r = refresh(loader, scan, entry, overridden ? &overrides : NULL, &file);
        return r <= 0 ? r : job_collection_add(collection, file);
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

int job_loader_scan(JobLoader *loader, JobSet *ret) {
        CLEANUP(directory_scan_done) DirectoryScan scan = { 0 };
        CLEANUP(job_collection_done) JobCollection collection = { 0 };
        int r;

        assert(loader);
        assert(ret);

        loader->generation++;
        collection.has_all_jobs = loader->has_all_jobs;
        r = directory_scan_read(
                        loader->directories, loader->n_directories, &loader->reader.trust,
                        &collection.set.diagnostics, &scan);
        if (r >= 0)
                r = job_collection_add_queues(&collection, site_queues(loader));
        for (size_t i = 0; r >= 0 && i < scan.n_files; i++)
                r = scan_file(loader, &scan, &scan.files[i], &collection);
        job_file_reader_rest(&loader->reader);
        if (r >= 0) {
                warn_of_lone_overrides(&scan, &collection.set.diagnostics);
                r = job_collection_finish(&collection, ret);
        }
        if (r < 0)
                return r;

        drop_unmet(loader);
        return 0;
}

int job_loader_check_file(JobLoader *loader, const char *path, JobSet *ret) {
        CLEANUP(job_file_freep) JobFile *file = NULL;
        CLEANUP(job_collection_done) JobCollection collection = { 0 };
        int r;

        assert(loader);
        assert(path);
        assert(ret);

        r = job_file_read_path(&loader->reader, path, &file);
        job_file_reader_rest(&loader->reader);
        if (r < 0)
                return r;
        r = job_collection_add_queues(&collection, site_queues(loader));
        if (r >= 0)
                r = job_collection_add(&collection, file);
        return r < 0 ? r : job_collection_finish(&collection, ret);
}

static int compare_paths(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Sorted, each once; the others are freed. */
static void sort_paths(char **paths, size_t n) {
        size_t n_kept = 0;

        if (n > 1)
                qsort(paths, n, sizeof(*paths), compare_paths);
        for (size_t i = 0; i < n; i++)
                if (n_kept > 0 && strcmp(paths[n_kept - 1], paths[i]) == 0)
                        free(paths[i]);
                else
                        paths[n_kept++] = paths[i];
        paths[n_kept] = NULL;
}

int job_loader_other_files(const JobLoader *loader, char ***ret) {
        CLEANUP(string_list_freep) char **paths = NULL;
        const CachedFile *cached;
        size_t n = 0, n_max = 0;

        assert(loader);
        assert(ret);

        for (cached = loader->cache; cached; cached = cached->hh.next)
                n_max += cached->file->n_others;
        paths = calloc(n_max + 1, sizeof(*paths));
        if (!paths)
                return -ENOMEM;

        for (cached = loader->cache; cached; cached = cached->hh.next)
                for (size_t i = 0; i < cached->file->n_others; i++) {
                        paths[n] = strdup(cached->file->others[i].path);
                        if (!paths[n++])
                                return -ENOMEM;
                }
        sort_paths(paths, n);
        *ret = TAKE_PTR(paths);
        return 0;
}

/* --- life ------------------------------------------------------------------------------------------------
 */

/* Their lines were lost when the settings were read, which checked them; no line is better than a wrong one.
 */
static void forget_places(YamlNode *node) {
        node->line = node->column = 0;
        node->flags &= (uint8_t) ~YAML_FLAG_VERBATIM;

        if (node->kind == YAML_KIND_SCALAR)
                return;
        for (YamlNode *child = node->first; child; child = child->next) {
                forget_places(child);
                if (child->value)
                        forget_places(child->value);
        }
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
        (void) string_list_free(loader->directories);
        free(loader->defaults_text);
        free(loader->defaults_file);
        free(loader);
        return NULL;
}
