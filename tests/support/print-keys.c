/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Prints the keys of a job ("job") or of the settings ("settings"), as the manual has to write them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/job-keys.h"

int main(int argc, char *argv[]) {
        bool (*describe)(size_t index, KeyDescription * ret);
        KeyDescription key;

        if (argc != 2 || (strcmp(argv[1], "job") != 0 && strcmp(argv[1], "settings") != 0)) {
                (void) fprintf(stderr, "usage: print-keys job|settings\n");
                return EXIT_FAILURE;
        }
        describe = argv[1][0] == 'j' ? job_key_describe : settings_key_describe;

        for (size_t i = 0; describe(i, &key); i++)
                printf("*%s:* _%s_%s%s%s\n", key.path, key.type, key.fallback[0] ? ", default _" : "",
                       key.fallback, key.fallback[0] ? "_" : "");
        return EXIT_SUCCESS;
}
