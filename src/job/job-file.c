/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-file.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

#include "job/job-body.h"
#include "job/job-limits.h"
#include "job/queue-decode.h"
#include "job/yaml-field.h"
#include "job/yaml-merge.h"
#include "util/string-table.h"

#define OVERRIDES_MAX 1000U
#define SUGGESTIONS_MAX 1000U /* jobs of a file that are looked at for "did you mean" */

/* The top level of one file. */
typedef struct Document {
        const YamlNode *defaults, *jobs, *queues;
        YamlIndex index; /* of jobs */
} Document;

/* A file on the way from text to jobs. */
typedef struct Reading {
        JobFileReader *reader;
        JobFile *file;
        Document base;
        Document *overrides;
        size_t n_overrides;
        const YamlNode *under; /* all defaults, merged */
        bool defaults_checked;
        Diagnostics defaults_faults;
} Reading;

/* clang-format off */
static const YamlField document_fields[] = {
        { YAML_NODE("defaults", Document, defaults), .may_be_empty = true },
        { YAML_NODE("jobs",     Document, jobs),     .may_be_empty = true },
        { YAML_NODE("queues",   Document, queues),   .may_be_empty = true },
        { .key = NULL },
};
/* clang-format on */

void diagnostic_done(Diagnostic *diagnostic) {
        free(diagnostic->file);
        free(diagnostic->message);
        *diagnostic = (Diagnostic){ 0 };
}

int diagnostic_copy(const Diagnostic *diagnostic, Diagnostic *ret) {
        Diagnostic copy = *diagnostic;

        copy.file = diagnostic->file ? strdup(diagnostic->file) : NULL;
        copy.message = strdup(diagnostic->message ?: "");
        if ((diagnostic->file && !copy.file) || !copy.message) {
                diagnostic_done(&copy);
                return -ENOMEM;
        }
        *ret = copy;
        return 0;
}

JobFile *job_file_free(JobFile *file) {
        if (!file)
                return NULL;

        for (size_t i = 0; i < file->n_entries; i++) {
                free(file->entries[i].name);
                (void) job_unref(file->entries[i].job);
                diagnostic_done(&file->entries[i].error);
        }
        for (size_t i = 0; i < file->n_others; i++)
                free(file->others[i].path);
        free(file->others);
        free(file->entries);
        queue_definitions_done(&file->queues);
        free(file->path);
        free(file->stamps);
        diagnostic_done(&file->held);
        diagnostics_done(&file->diagnostics);
        free(file);
        return NULL;
}

void job_file_reader_rest(JobFileReader *reader) {
        assert(reader);

        yaml_tree_done(&reader->tree);
        buffer_done(&reader->text);
}

static void reading_done(Reading *reading) {
        free(reading->overrides);
        diagnostics_done(&reading->defaults_faults);
}

static int first_error(const Diagnostics *diagnostics, Diagnostic *ret) {
        static const Diagnostic unknown = { .severity = DIAGNOSTIC_ERROR, .message = (char *) "faulty" };

        for (size_t i = 0; i < diagnostics->n_items; i++)
                if (diagnostics->items[i].severity == DIAGNOSTIC_ERROR)
                        return diagnostic_copy(&diagnostics->items[i], ret);
        return diagnostic_copy(&unknown, ret);
}

/* --- from text to nodes ----------------------------------------------------------------------------------
 */

static int read_text(int fd, off_t size, Buffer *text) {
        size_t wanted = size > 0 ? (size_t) size + 1 : 4096;

        buffer_clear(text);
        for (;;) {
                char chunk[16384];
                ssize_t n = read(fd, chunk, MIN(sizeof(chunk), wanted));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return 0;
                if (text->size + (size_t) n > JOB_FILE_SIZE_MAX)
                        return -EFBIG;
                if (buffer_add(text, chunk, (size_t) n) < 0)
                        return -ENOMEM;

                /* One byte more was asked for than there should be: a short answer is the end. */
                wanted -= MIN(wanted, (size_t) n);
                if (size > 0 && wanted == 1 && n < (ssize_t) sizeof(chunk))
                        return 0;
                wanted = MAX(wanted, 1U);
        }
}

static int index_document(Reading *reading, Document *document) {
        YamlContext context = { .tree = &reading->reader->tree, .diagnostics = &reading->file->diagnostics };

        if (document->jobs && yaml_node_is_null(document->jobs))
                document->jobs = NULL;
        if (document->defaults && yaml_node_is_null(document->defaults))
                document->defaults = NULL;
        if (document->queues && yaml_node_is_null(document->queues))
                document->queues = NULL;
        if (document->jobs && document->jobs->kind != YAML_KIND_MAPPING) {
                yaml_error(&context, document->jobs, "'jobs' expects a mapping, not %s",
                           yaml_kind_phrase(document->jobs));
                return 0;
        }
        return yaml_index_init(&document->index, &reading->reader->tree, document->jobs);
}

/* Parses reader->text. Returns 0 or -ENOMEM; a fault of the whole file is in its diagnostics. */
static int parse_document(Reading *reading, const char *path, Document *ret) {
        JobFileReader *reader = reading->reader;
        YamlContext context = { .tree = &reader->tree, .diagnostics = &reading->file->diagnostics };
        YamlNode *root = NULL;
        int source, r;

        source = yaml_tree_add_source(&reader->tree, path);
        if (source < 0)
                return source;

        r =
                        yaml_tree_parse(&reader->tree, source, reader->text.data ?: "", reader->text.size,
                                        &reading->file->diagnostics, &root);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        if (!root || yaml_node_is_null(root))
                return 0;

        r = yaml_fields_decode(&context, document_fields, root, ret);
        return r < 0 ? r : index_document(reading, ret);
}

static int read_document(
                Reading *reading,
                int fd,
                const struct stat *status,
                const char *path,
                Document *ret) {
        Diagnostics *diagnostics = &reading->file->diagnostics;
        int r;

        r = job_file_stamp(reading->file, status);
        if (r < 0)
                return r;

        r = status->st_size > (off_t) JOB_FILE_SIZE_MAX
                        ? -EFBIG
                        : read_text(fd, status->st_size, &reading->reader->text);
        if (r == -EFBIG) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, 0,
                                "this file is larger than 64 MiB, so it is not read");
                return 0;
        }
        if (r == -EIO || r == -EISDIR) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, 0, "this file cannot be read: %s",
                                strerror(-r));
                return 0;
        }
        return r < 0 ? r : parse_document(reading, path, ret);
}

/* --- overrides -------------------------------------------------------------------------------------------
 */

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

/* The path has to live as long as the tree that names it. */
static char *path_in_tree(Reading *reading, const DirectoryScan *scan, const ScanFile *file) {
        CLEANUP_FREE char *path = directory_scan_path(scan, file);
        char *copy = path ? yaml_tree_allocate(&reading->reader->tree, strlen(path) + 1) : NULL;

        return copy ? strcpy(copy, path) : NULL;
}

static int read_override(Reading *reading, const DirectoryScan *overrides, const ScanFile *file) {
        const ScanDirectory *directory = &overrides->directories[file->directory];
        Diagnostics *diagnostics = &reading->file->diagnostics;
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat status;
        const char *path;
        int r;

        if (directory->fault.message) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, directory->fault.file, 0, 0, "%s",
                                directory->fault.message);
                return 0;
        }

        path = path_in_tree(reading, overrides, file);
        if (!path)
                return -ENOMEM;
        r = directory_scan_open(overrides, file, &reading->reader->trust, diagnostics, &fd, &status);
        if (r <= 0)
                return r == -EPERM ? 0 : r;
        return read_document(reading, fd, &status, path, &reading->overrides[reading->n_overrides++]);
}

static int read_overrides(Reading *reading, const DirectoryScan *overrides) {
        int r;

        if (!overrides || overrides->n_files == 0)
                return 0;
        if (overrides->n_files > OVERRIDES_MAX) {
                diagnostics_add(&reading->file->diagnostics, DIAGNOSTIC_ERROR, reading->file->path, 0, 0,
                                "more than %u files override this one", OVERRIDES_MAX);
                return 0;
        }

        reading->overrides = calloc(overrides->n_files, sizeof(*reading->overrides));
        if (!reading->overrides)
                return -ENOMEM;
        for (size_t i = 0; i < overrides->n_files; i++) {
                r = read_override(reading, overrides, &overrides->files[i]);
                if (r < 0)
                        return r;
        }

        return 0;
}

/* --- from nodes to jobs ----------------------------------------------------------------------------------
 */

static int merge_defaults(Reading *reading) {
        YamlTree *tree = &reading->reader->tree;
        int r;

        r = yaml_merge(tree, reading->reader->defaults, reading->base.defaults, job_whole_keys,
                       &reading->under);
        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++)
                r = yaml_merge(tree, reading->under, reading->overrides[i].defaults, job_whole_keys,
                               &reading->under);
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

static int merge_body(Reading *reading, const YamlNode *key, const YamlNode **ret) {
        YamlTree *tree = &reading->reader->tree;
        int r;

        r = yaml_merge(tree, reading->under, key->value, job_whole_keys, ret);
        for (size_t i = 0; r >= 0 && i < reading->n_overrides; i++) {
                const YamlNode *over = yaml_index_find(&reading->overrides[i].index, key->text);

                if (over)
                        r = yaml_merge(tree, *ret, over->value, job_whole_keys, ret);
        }
        return r;
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

static int decode_entry(Reading *reading, const JobDecodeContext *context, const YamlNode *key) {
        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        JobFileEntry *entry = &reading->file->entries[reading->file->n_entries];
        JobBody body = { .tree = &reading->reader->tree, .name = key->text, .line = key->line };
        int r;

        r = merge_body(reading, key, &body.node);
        if (r < 0)
                return r;

        *entry = (JobFileEntry){ .line = key->line, .name = strdup(key->text) };
        if (!entry->name)
                return -ENOMEM;
        reading->file->n_entries++;

        r = job_decode_body(context, &body, &found, &entry->job);
        if (r < 0 && r != -EINVAL)
                return r;
        if (r == -EINVAL) {
                r = first_error(&found, &entry->error);
                if (r >= 0)
                        r = check_defaults(reading, context);
                if (r < 0)
                        return r;
        }
        add_to_file(reading, &found);
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

static size_t count_nodes(const YamlNode *node) {
        size_t n = 1;

        if (node->kind != YAML_KIND_SCALAR)
                YAML_FOREACH(child, node)
        n += child->value ? 1 + count_nodes(child->value) : count_nodes(child);
        return n;
}

/* Each job gets its own copy of the defaults, so a small file could ask for more than there is of everything.
 */
static bool defaults_are_too_large(Reading *reading) {
        size_t n_jobs = reading->base.jobs ? reading->base.jobs->size : 0;

        if (!reading->under || n_jobs == 0 || count_nodes(reading->under) <= JOB_INHERITED_NODES_MAX / n_jobs)
                return false;

        diagnostics_add(&reading->file->diagnostics, DIAGNOSTIC_ERROR, reading->file->path, 0, 0,
                        "the defaults are too large to be given to each of %zu jobs", n_jobs);
        return true;
}

static int on_file(void *userdata, const char *path, const struct stat *status) {
        return job_file_stamp_other(userdata, path, status);
}

static int decode_entries(Reading *reading) {
        JobDecodeContext context = *reading->reader->context;
        const YamlNode *jobs = reading->base.jobs;
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
                                : first_error(&reading->file->diagnostics, &reading->file->held);
        if (reading->base.defaults || reading->n_overrides > 0) {
                r = check_defaults(reading, &context);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < reading->n_overrides; i++)
                check_override(reading, &reading->overrides[i]);
        if (!jobs || jobs->kind != YAML_KIND_MAPPING || jobs->size == 0)
                return 0;

        reading->file->entries = calloc(jobs->size, sizeof(*reading->file->entries));
        if (!reading->file->entries)
                return -ENOMEM;
        YAML_FOREACH(key, jobs) {
                if (!check_name(reading, key))
                        continue;
                r = decode_entry(reading, &context, key);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- one file --------------------------------------------------------------------------------------------
 */

static int reading_init(Reading *reading, JobFileReader *reader, const char *path) {
        JobFile *file;

        *reading = (Reading){ .reader = reader };
        yaml_tree_clear(&reader->tree);
        if (yaml_tree_add_source(&reader->tree, reader->defaults_file) < 0)
                return -ENOMEM;

        file = calloc(1, sizeof(*file));
        if (!file)
                return -ENOMEM;
        file->path = strdup(path);
        if (!file->path) {
                free(file);
                return -ENOMEM;
        }
        reading->file = file;
        return 0;
}

/* The jobs of a held file are read for their faults only, which are then all told of in one pass. */
static int hold(Reading *reading) {
        int r;

        r = first_error(&reading->file->diagnostics, &reading->file->held);
        if (r < 0 ||
            reading->n_overrides > 0) /* without a faulty override they would not be what was meant */
                return r;
        return decode_entries(reading);
}

/* Faults above the level of jobs hold the whole file: else a misspelt "jobs:" would drop all of them. */
static int finish(Reading *reading, const DirectoryScan *overrides) {
        int r;

        if (reading->file->diagnostics.n_errors == 0) {
                r = read_overrides(reading, overrides);
                if (r >= 0)
                        r = decode_queues(reading);
                if (r < 0)
                        return r;
        }
        return reading->file->diagnostics.n_errors > 0 ? hold(reading) : decode_entries(reading);
}

int job_file_read(
                JobFileReader *reader,
                const DirectoryScan *scan,
                const ScanFile *file,
                const DirectoryScan *overrides,
                JobFile **ret) {

        CLEANUP_FREE char *path = directory_scan_path(scan, file);
        CLEANUP(reading_done) Reading reading = { 0 };
        CLEANUP(job_file_freep) JobFile *result = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat status;
        int r;

        assert(ret);

        if (!path)
                return -ENOMEM;
        r = reading_init(&reading, reader, path);
        if (r < 0)
                return r;
        result = reading.file;

        r = directory_scan_open(scan, file, &reader->trust, &result->diagnostics, &fd, &status);
        if (r == 0)
                return 0;
        if (r > 0)
                r = read_document(&reading, fd, &status, result->path, &reading.base);
        if (r >= 0 || r == -EPERM)
                r = finish(&reading, overrides);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(result);
        return 1;
}

int job_file_read_path(JobFileReader *reader, const char *path, JobFile **ret) {
        CLEANUP(reading_done) Reading reading = { 0 };
        CLEANUP(job_file_freep) JobFile *result = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat status;
        int r;

        assert(ret);

        r = reading_init(&reading, reader, path);
        if (r < 0)
                return r;
        result = reading.file;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 || fstat(fd, &status) < 0)
                diagnostics_add(&result->diagnostics, DIAGNOSTIC_ERROR, path, 0, 0,
                                "this file cannot be opened: %s", strerror(errno));
        else if (S_ISDIR(status.st_mode))
                diagnostics_add(&result->diagnostics, DIAGNOSTIC_ERROR, path, 0, 0, "this is a directory");
        else {
                r = read_document(&reading, fd, &status, result->path, &reading.base);
                if (r < 0)
                        return r;
        }

        r = finish(&reading, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(result);
        return 1;
}
