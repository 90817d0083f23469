/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One file with its overrides, parsed, merged and decoded. */

#include "job/job-decode.h"
#include "job/job-scan.h"
#include "job/template-library.h"
#include "job/yaml-node.h"
#include "util/buffer.h"

/* A job of the file. */
typedef struct JobFileEntry {
        char *name;
        unsigned line;
        Job *job;         /* NULL: faulty */
        Diagnostic error; /* valid (message != NULL) if job is NULL */
} JobFileEntry;

/* Tells a file that has changed from one that has not. */
typedef struct FileStamp {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec modified, changed;
} FileStamp;

/* Another file that the jobs of a file take something from. */
typedef struct OtherFile {
        char *path;
        FileStamp stamp; /* all zero: it could not be opened */
} OtherFile;

typedef struct JobFile {
        char *path;
        FileStamp *stamps; /* of the file and of its overrides in order */
        size_t n_stamps;
        OtherFile *others; /* each path once */
        size_t n_others;
        bool fresh;      /* changed so recently that a further change could leave the stamps as they are */
        Diagnostic held; /* valid (message != NULL) if the file as a whole is at fault */
        JobFileEntry *entries;
        size_t n_entries;
        /* Those of a held file are what they were before, as far as that is known. */
        QueueDefinitions queues;
        ProfileDefinitions profiles;
        const YamlNode *templates; /* a mapping, in template_tree; NULL: none */
        YamlTree template_tree;
        bool uses_templates;     /* it has jobs that are made from some */
        uint64_t library_serial; /* of the library that they were looked for in */
        Diagnostics diagnostics;
} JobFile;

JobFile *job_file_free(JobFile *file);
DEFINE_CLEANUP(JobFile, job_file_free);

/* What all files of a scan share. The tree and the text are used for one file after the other. */
typedef struct JobFileReader {
        const JobDecodeContext *context; /* but for the file's name */
        FileTrust trust;
        const YamlNode *defaults; /* of the settings, source 0; NULL: none */
        const char *defaults_file;
        const TemplateLibrary *library; /* what jobs are made from; NULL: nothing */
        uint64_t library_serial;
        YamlTree tree;
        Buffer text;
} JobFileReader;

/* Gives `to` the queues, profiles and templates of `from`, which loses them. */
void job_file_move_shared(JobFile *from, JobFile *to);

/* Gives back the memory that reading needs, until the next time. */
void job_file_reader_rest(JobFileReader *reader);

/*
 * Reads a file of a scan; `overrides` is the scan of its override directories, or NULL. Returns 1 with *ret,
 * 0 if there is nothing (it has gone, or is masked), or an errno of the system. What the user did wrong is in
 * *ret.
 */
int job_file_read(
                JobFileReader *reader,
                const DirectoryScan *scan,
                const ScanFile *file,
                const DirectoryScan *overrides,
                JobFile **ret);

/* Reads any file, without overrides and without asking who may write it. As above; a missing one is held. */
int job_file_read_path(JobFileReader *reader, const char *path, JobFile **ret);

/* True if the files are as they were when `file` was read. */
bool job_file_is_current(
                const JobFile *file,
                const DirectoryScan *scan,
                const ScanFile *entry,
                const DirectoryScan *overrides);

/* Notes the state of one more of its files, by the fstat() before it is read. Returns 0 or -ENOMEM. */
int job_file_stamp(JobFile *file, const struct stat *status);

/* The same for a file that a definition names, unless it is noted already. Returns 0 or -ENOMEM. */
int job_file_stamp_other(JobFile *file, const char *path, const struct stat *status);
