/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand-request.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "job/expand.h"
#include "util/cleanup.h"
#include "util/string-list.h"

static const ParameterValues no_values;

static int check_path(const char *text, const ParameterValues *values, char **ret_error) {
        CLEANUP_FREE char *path = NULL;

        return expand_text(text, values, EXPAND_PATH | EXPAND_PERCENT, &path, ret_error);
}

/* A scheme and what follows it: programs take every other text for a path. */
static bool is_url(const char *text) {
        size_t n = 0;

        while (isalnum((unsigned char) text[n]))
                n++;
        return n > 0 && strncmp(text + n, "://", 3) == 0;
}

static int check_url(const char *key, const json_t *expanded, char **ret_error) {
        /* Where a credential stands in it, in parts. */
        const json_t *first = json_is_array(expanded) ? json_array_get(expanded, 0) : expanded;
        const char *text = json_string_value(first);

        if (text && is_url(text))
                return 0;
        if (asprintf(ret_error, "'%s' expects a URL such as https://example.org/file, not '%.64s'", key,
                     text ?: "") < 0) {
                *ret_error = NULL;
                return -ENOMEM;
        }
        return -EINVAL;
}

static int check_texts(const Job *job, const ParameterValues *values, char **ret_error) {
        CLEANUP(json_decrefp) json_t *request = json_loads(job->request.request, 0, NULL);
        CLEANUP(json_decrefp) json_t *expanded = NULL;
        int r;

        if (!request)
                return -ENOMEM; /* it was written by us */
        STRING_LIST_FOREACH(key, job->request.paths) {
                const char *text = json_string_value(json_object_get(request, *key));

                r = text ? check_path(text, values, ret_error) : 0;
                if (r < 0)
                        return r;
        }
        r = expand_json_tree(request, values, &expanded, ret_error);
        STRING_LIST_FOREACH(key, job->request.urls) {
                if (r >= 0)
                        r = check_url(*key, json_object_get(expanded, *key), ret_error);
        }
        return r;
}

int expand_request_check(const Job *job, const ParameterValues *values, char **ret_error) {
        const ParameterValues *all = values ?: &no_values;

        assert(job);
        assert(ret_error);

        STRING_LIST_FOREACH(text, job->request.files) {
                int r = check_path(*text, all, ret_error);

                if (r < 0)
                        return r;
        }
        return job->request.request ? check_texts(job, all, ret_error) : 0;
}
