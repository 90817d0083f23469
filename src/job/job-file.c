/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-file.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

#include "job/job-file-reading.h"
#include "job/job-limits.h"
#include "job/yaml-field.h"

#define OVERRIDES_MAX 1000U

/* clang-format off */
static const YamlField document_fields[] = {
        { YAML_NODE("defaults", Document, defaults), .may_be_empty = true },
        { YAML_NODE("jobs",     Document, jobs),     .may_be_empty = true },
        { YAML_NODE("queues",   Document, queues),   .may_be_empty = true },
        { YAML_NODE("templates", Document, templates), .may_be_empty = true },
        { YAML_NODE("profiles", Document, profiles), .may_be_empty = true },
        { .key = NULL },
};
/* clang-format on */

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
        profile_definitions_done(&file->profiles);
        yaml_tree_done(&file->template_tree);
        free(file->path);
        free(file->stamps);
        diagnostic_done(&file->held);
        diagnostics_done(&file->diagnostics);
        free(file);
        return NULL;
}

void job_file_move_shared(JobFile *from, JobFile *to) {
        assert(from);
        assert(to);

        queue_definitions_done(&to->queues);
        profile_definitions_done(&to->profiles);
        yaml_tree_done(&to->template_tree);
        to->queues = from->queues;
        to->profiles = from->profiles;
        to->template_tree = from->template_tree;
        to->templates = from->templates;
        from->queues = (QueueDefinitions){ 0 };
        from->profiles = (ProfileDefinitions){ 0 };
        from->template_tree = (YamlTree){ 0 };
        from->templates = NULL;
}

void job_file_reader_rest(JobFileReader *reader) {
        assert(reader);

        yaml_tree_done(&reader->tree);
        buffer_done(&reader->text);
}

static void reading_done(Reading *reading) {
        free(reading->overrides);
        made_bodies_done(&reading->made);
        diagnostics_done(&reading->defaults_faults);
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

        const YamlNode **parts[] = { &document->jobs, &document->defaults, &document->queues,
                                     &document->templates, &document->profiles };

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                if (*parts[i] && yaml_node_is_null(*parts[i]))
                        *parts[i] = NULL;
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
        file->library_serial = reader->library_serial;
        reading->file = file;
        return 0;
}

/* The jobs of a held file are read for their faults only, which are then all told of in one pass. */
static int hold(Reading *reading) {
        int r;

        r = diagnostics_first_error(&reading->file->diagnostics, &reading->file->held);
        if (r < 0 ||
            reading->n_overrides > 0) /* without a faulty override they would not be what was meant */
                return r;
        return job_file_decode_jobs(reading);
}

/* Faults above the level of jobs hold the whole file: else a misspelt "jobs:" would drop all of them. */
static int finish(Reading *reading, const DirectoryScan *overrides) {
        int r;

        if (reading->file->diagnostics.n_errors == 0) {
                r = read_overrides(reading, overrides);
                if (r >= 0)
                        r = job_file_decode_shared(reading);
                if (r < 0)
                        return r;
        }
        return reading->file->diagnostics.n_errors > 0 ? hold(reading) : job_file_decode_jobs(reading);
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
