/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Settings files: any bytes load or are refused with at least one error. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "job/settings.h"
#include "util/cleanup.h"
#include "util/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_CLOSE int fd = -EBADF;
        char path[64];
        int r;

        /* A memfd has mode 0777 at first, which settings are refused with. */
        fd = memfd_create("fuzz-settings", MFD_CLOEXEC);
        if (fd < 0 || fchmod(fd, 0600) < 0 || fd_write_all(fd, data, size) < 0)
                abort();
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

        r = settings_load(path, NULL, NULL, &diagnostics, &settings);
        if (r == -EINVAL && diagnostics.n_errors == 0)
                abort();
        if (r == 0 && (diagnostics.n_errors > 0 || !settings.log_level))
                abort();
        return 0;
}
