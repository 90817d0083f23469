/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any text as what a program says of itself, and behind a NUL any job of its kind: a description is taken or
 * has a fault, and what such a job asks is JSON that the runner takes.
 */

#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "job/job-decode.h"
#include "util/cleanup.h"
#include "util/json-check.h"

#define REQUEST_DEPTH_MAX 64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_job(ActionDescription *description, const char *text, size_t size) {
        ActionCatalog catalog = { .items = description, .n_items = 1 };
        const JobSite site = { .actions = &catalog };
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        JobDecodeContext context = { .system_mode = true, .ignore_files = true, .site = &site };
        int r;

        assert(time_zone_cache_new(&zones) >= 0);
        context.zones = zones;
        r = job_decode_definition(&context, "fuzz", text, size, &diagnostics, &job);
        if (r < 0 || job->action != ACTION_PROGRAM)
                return;
        assert(strcmp(job->request.kind, "kind") == 0);
        assert(json_check_object(
                               job->request.request, strlen(job->request.request), REQUEST_DEPTH_MAX, NULL) >=
               0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ActionDescription description = { .name = strdup("kind") };
        CLEANUP_FREE char *text = malloc(size + 1), *error = NULL;
        size_t length;
        int r;

        assert(text && description.name);
        memcpy(text, data, size);
        text[size] = '\0';
        length = strlen(text);

        r = action_description_parse(&description, text, &error);
        assert((r < 0) == (description.schema == NULL));
        assert((r == -EINVAL) == (error != NULL));
        if (r >= 0 && length < size)
                decode_job(&description, text + length + 1, size - length - 1);
        action_description_done(&description);
        return 0;
}
