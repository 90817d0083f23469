/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/launch-request.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "job/expand.h"
#include "job/output-path.h"
#include "util/cleanup.h"
#include "util/string-list.h"

static const ParameterValues no_values;

static int expand_path(const Launch *launch, const char *text, char **ret) {
        const OutputPathFacts facts = {
                .job = launch->job->name,
                .execution_id = launch->id.execution_id,
                .due_usec = launch->due_usec,
                .zone = launch->job->zone,
        };
        CLEANUP_FREE char *pattern = NULL, *error = NULL;
        int r;

        r = expand_text(text, launch->parameters ?: &no_values, EXPAND_PATH | EXPAND_PERCENT, &pattern,
                        &error);
        if (r >= 0)
                r = output_path_expand(pattern, &facts, ret);
        return r < 0 && r != -ENOMEM ? -EINVAL : r;
}

static int set_path(const Launch *launch, json_t *request, const char *key, const char *text) {
        CLEANUP_FREE char *path = NULL, *escaped = NULL;
        int r;

        r = expand_path(launch, text, &path);
        if (r >= 0)
                r = expand_escape(path, &escaped); /* the rest is expanded after it */
        if (r < 0)
                return r;
        return json_object_set_new(request, key, json_string(escaped)) < 0 ? -ENOMEM : 0;
}

static int set_paths(const Launch *launch, json_t *request) {
        STRING_LIST_FOREACH(key, launch->job->request.paths) {
                const char *text = json_string_value(json_object_get(request, *key));
                int r = text ? set_path(launch, request, *key, text) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

/* A `$` and the paths are all that is expanded; JSON as we write it escapes no `$`. */
static bool is_expanded(const RequestAction *request) {
        return !strchr(request->request, '$') && string_list_length(request->paths) == 0;
}

int launch_request_expand(const Launch *launch, char **ret) {
        CLEANUP(json_decrefp) json_t *request = NULL, *expanded = NULL;
        CLEANUP_FREE char *error = NULL;
        int r;

        if (is_expanded(&launch->job->request)) {
                *ret = strdup(launch->job->request.request);
                return *ret ? 0 : -ENOMEM;
        }

        request = json_loads(launch->job->request.request, 0, NULL);
        if (!request)
                return -EINVAL;
        r = set_paths(launch, request);
        if (r >= 0)
                r = expand_json_tree(request, launch->parameters ?: &no_values, &expanded, &error);
        if (r < 0)
                return r;
        *ret = json_dumps(expanded, JSON_COMPACT);
        return *ret ? 0 : -ENOMEM;
}

int launch_request_files(const Launch *launch, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;

        STRING_LIST_FOREACH(text, launch->job->request.files) {
                char *path = NULL;
                int r = expand_path(launch, *text, &path);

                if (r >= 0)
                        r = string_list_take_push(&list, path);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

int launch_request_credentials(const Job *job, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        r = string_list_copy(job->process.credentials, &list);
        STRING_LIST_FOREACH(name, job->request.credentials) {
                if (r >= 0 && !string_list_contains(list, *name))
                        r = string_list_push(&list, *name);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

int launch_result_message(const char *result, char **ret) {
        CLEANUP(json_decrefp) json_t *root = json_loads(result, 0, NULL);
        const char *message = json_string_value(json_object_get(root, "message"));

        if (!message || message[0] == '\0')
                return 0;
        *ret = strdup(message);
        return *ret ? 1 : -ENOMEM;
}
