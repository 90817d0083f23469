/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-cache.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"

static void drop(JobCache *cache, CachedFile *cached) {
        HASH_DEL(cache->files, cached);
        (void) job_file_free(cached->file);
        free(cached);
}

void job_cache_flush(JobCache *cache) {
        CachedFile *cached, *next;

        assert(cache);

        HASH_ITER(hh, cache->files, cached, next) {
                drop(cache, cached);
        }
}

void job_cache_drop_unmet(JobCache *cache) {
        CachedFile *cached, *next;

        assert(cache);

        HASH_ITER(hh, cache->files, cached, next) {
                if (cached->generation != cache->generation)
                        drop(cache, cached);
        }
}

CachedFile *job_cache_find(JobCache *cache, const char *path) {
        CachedFile *cached = NULL;

        HASH_FIND_STR(cache->files, path, cached);
        return cached;
}

int job_cache_keep(JobCache *cache, JobFile *file, CachedFile **inout) {
        CachedFile *cached = *inout;

        if (cached) {
                /* The key of the table is the path within the file. */
                HASH_DEL(cache->files, cached);
                (void) job_file_free(cached->file);
        } else {
                cached = calloc(1, sizeof(*cached));
                if (!cached) {
                        (void) job_file_free(file);
                        return -ENOMEM;
                }
        }

        cached->file = file;
        cached->serial = ++cache->last_serial;
        cached->generation = cache->generation;
        cached->is_lost = false;
        HASH_ADD_KEYPTR(hh, cache->files, file->path, strlen(file->path), cached);
        if (cached->is_lost) {
                (void) job_file_free(file);
                free(cached);
                *inout = NULL;
                return -ENOMEM;
        }
        *inout = cached;
        return 0;
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

int job_cache_other_files(const JobCache *cache, char ***ret) {
        CLEANUP(string_list_freep) char **paths = NULL;
        const CachedFile *cached;
        size_t n = 0, n_max = 0;

        assert(cache);
        assert(ret);

        for (cached = cache->files; cached; cached = cached->hh.next)
                n_max += cached->file->n_others;
        paths = calloc(n_max + 1, sizeof(*paths));
        if (!paths)
                return -ENOMEM;

        for (cached = cache->files; cached; cached = cached->hh.next)
                for (size_t i = 0; i < cached->file->n_others; i++) {
                        paths[n] = strdup(cached->file->others[i].path);
                        if (!paths[n++])
                                return -ENOMEM;
                }
        sort_paths(paths, n);
        *ret = TAKE_PTR(paths);
        return 0;
}
