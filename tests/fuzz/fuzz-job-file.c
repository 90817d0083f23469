/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whole job files: any bytes load or are held; a job without a definition has an error. */

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>

#include "job/job-loader.h"
#include "util/cleanup.h"
#include "util/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static JobLoader *loader_get(void) {
        static TimeZoneCache *zones;
        static JobLoader *loader;
        char *directories[] = { NULL };
        JobLoaderOptions options = {
                .directories = directories,
                .has_all_jobs = true,
                .defaults = "timeout: 1h\nenvironment: {A: \"1\"}\n",
        };

        if (loader)
                return loader;
        if (time_zone_cache_new(&zones) < 0)
                abort();
        options.zones = zones;
        if (job_loader_new(&options, &loader) < 0)
                abort();
        return loader;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP(job_set_done) JobSet set = { 0 };
        CLEANUP_CLOSE int fd = -EBADF;
        char path[64];

        fd = memfd_create("fuzz-job-file", MFD_CLOEXEC);
        if (fd < 0 || fd_write_all(fd, data, size) < 0)
                abort();
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

        if (job_loader_check_file(loader_get(), path, &set) < 0)
                abort();
        if (set.n_held_files > 0 && (set.n_jobs > 0 || set.diagnostics.n_errors == 0))
                abort();
        for (size_t i = 0; i < set.n_jobs; i++)
                if (!set.jobs[i].job == !set.jobs[i].error.message)
                        abort();
        return 0;
}
