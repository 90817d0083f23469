/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How long it takes to load many jobs: as one file each, as one file for all, and again with nothing or one
 * file changed. usage: bench-load [JOBS]
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/job-loader.h"
#include "util/buffer.h"
#include "util/clock.h"
#include "util/file.h"

#define N_JOBS_DEFAULT 100000U

static void write_job(Buffer *buffer, unsigned i) {
        (void) buffer_add_format(
                        buffer,
                        "  job-%06u:\n"
                        "    description: Number %u of many\n"
                        "    schedule: \"%u %u * * *\"\n"
                        "    timezone: Europe/Berlin\n"
                        "    command: [/usr/bin/true, --number, \"%u\"]\n"
                        "    directory: /srv\n"
                        "    environment: {LEVEL: \"3\", MODE: fast}\n"
                        "    timeout: 2h\n"
                        "    keep: {executions: 200, age: 90d}\n",
                        i, i, i % 60, i / 60 % 24, i);
}

static int write_file(const char *directory, const char *name, const Buffer *text) {
        CLEANUP_FREE char *path = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        r = path_join(directory, name, &path);
        if (r < 0)
                return r;
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        return fd < 0 ? -errno : fd_write_all(fd, text->data, text->size);
}

static int write_many(const char *directory, unsigned n_jobs) {
        CLEANUP(buffer_done) Buffer text = { 0 };

        for (unsigned i = 0; i < n_jobs; i++) {
                char name[32];
                int r;

                (void) snprintf(name, sizeof(name), "file-%06u.yaml", i);
                buffer_clear(&text);
                (void) buffer_add_string(&text, "jobs:\n");
                write_job(&text, i);
                r = write_file(directory, name, &text);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_one(const char *directory, unsigned n_jobs) {
        CLEANUP(buffer_done) Buffer text = { 0 };

        (void) buffer_add_string(&text, "jobs:\n");
        for (unsigned i = 0; i < n_jobs; i++)
                write_job(&text, i);
        return write_file(directory, "all.yaml", &text);
}

static long peak_kilobytes(void) {
        struct rusage usage;

        (void) getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
}

static int scan(JobLoader *loader, const char *what, size_t n_expected) {
        usec_t begin = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
        CLEANUP(job_set_done) JobSet set = { 0 };
        usec_t end;
        int r;

        r = job_loader_scan(loader, &set);
        end = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
        if (r < 0)
                return r;

        printf("%-28s %8.1f ms   %zu jobs, %zu errors, peak %ld MiB\n", what, (double) (end - begin) / 1000.0,
               set.n_jobs, set.diagnostics.n_errors, peak_kilobytes() / 1024);
        for (size_t i = 0; i < MIN(set.diagnostics.n_items, 3U); i++)
                printf("    %s\n", set.diagnostics.items[i].message);
        return set.n_jobs == n_expected ? 0 : -EBADMSG;
}

static int run(const char *directory,
               unsigned n_jobs,
               int (*write_jobs)(const char *, unsigned),
               const char *what) {
        char *directories[] = { (char *) directory, NULL };
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(job_loader_freep) JobLoader *loader = NULL;
        JobLoaderOptions options = { .directories = directories, .owner_uid = geteuid() };
        int r;

        r = write_jobs(directory, n_jobs);
        if (r < 0)
                return r;
        r = time_zone_cache_new(&zones);
        if (r < 0)
                return r;
        options.zones = zones;
        r = job_loader_new(&options, &loader);
        if (r < 0)
                return r;

        printf("%s\n", what);
        r = scan(loader, "  first load", n_jobs);
        if (r >= 0)
                r = scan(loader, "  again, nothing changed", n_jobs);
        return r;
}

static void remove_all(const char *directory) {
        CLEANUP_FREE char *command = NULL;

        if (asprintf(&command, "rm -rf '%s'", directory) > 0)
                (void) !system(command);
}

int main(int argc, char **argv) {
        unsigned n_jobs = argc > 1 ? (unsigned) strtoul(argv[1], NULL, 10) : N_JOBS_DEFAULT;
        char many[] = "/tmp/jobsched-bench-XXXXXX", one[] = "/tmp/jobsched-bench-XXXXXX";
        int r;

        if (!mkdtemp(many) || !mkdtemp(one))
                return EXIT_FAILURE;

        r = run(one, n_jobs, write_one, "one file of all jobs");
        if (r >= 0)
                r = run(many, n_jobs, write_many, "one file for each job");
        remove_all(many);
        remove_all(one);

        if (r < 0)
                fprintf(stderr, "bench-load: %s\n", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
