/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Stands in for libFuzzer where the tree is built without it: gives the fuzz target each file that is named
 * on the command line, or, without any, those of tests/fuzz/corpus/NAME, where NAME is the program's own
 * without "fuzz-". So `make check` replays what fuzzing has found.
 */

#include <dirent.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/file.h"

#define INPUT_SIZE_MAX ((size_t) 64 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path) {
        CLEANUP_FREE char *data = NULL;
        size_t size;
        int r;

        r = file_read(path, INPUT_SIZE_MAX, &data, &size);
        if (r < 0) {
                (void) fprintf(stderr, "Cannot read '%s': %s\n", path, strerror(-r));
                return r;
        }
        (void) LLVMFuzzerTestOneInput((const uint8_t *) data, size);
        return 0;
}

static int replay_corpus(const char *name) {
        const char *source = getenv("srcdir") ?: ".";
        CLEANUP_FREE char *directory = NULL;
        struct dirent *entry;
        unsigned n = 0;
        int r = 0;
        DIR *dir;

        if (asprintf(&directory, "%s/tests/fuzz/corpus/%s", source, name) < 0)
                return -ENOMEM;
        dir = opendir(directory);
        if (!dir)
                return errno == ENOENT ? 0 : -errno; /* nothing was found yet */
        while (r >= 0 && (entry = readdir(dir))) {
                CLEANUP_FREE char *path = NULL;

                if (entry->d_name[0] == '.')
                        continue;
                r = path_join(directory, entry->d_name, &path);
                if (r >= 0)
                        r = replay(path);
                n += r >= 0;
        }
        (void) closedir(dir);
        (void) printf("%s: inputs replayed\n%u passed, %d failed\n", name, n, r < 0);
        return r;
}

int main(int argc, char **argv) {
        const char *name = strstr(program_invocation_short_name, "fuzz-");
        int r = 0;

        if (argc < 2)
                return replay_corpus(name ? name + strlen("fuzz-") : "") < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        for (int i = 1; i < argc && r >= 0; i++)
                r = replay(argv[i]);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
