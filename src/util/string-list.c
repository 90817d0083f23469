/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/string-list.h"

#include <fnmatch.h>
#include <string.h>

#include "util/buffer.h"

char **string_list_free(char **list) {
        if (!list)
                return NULL;
        for (char **item = list; *item; item++)
                free(*item);
        free(list);
        return NULL;
}

size_t string_list_length(char *const *list) {
        size_t n = 0;

        STRING_LIST_FOREACH(item, list)
                n++;
        return n;
}

int string_list_copy(char *const *list, char ***ret) {
        CLEANUP(string_list_freep) char **copy = NULL;
        size_t n = 0;

        /* calloc() ends the list behind each item that was added, so that a half-built one can be freed. */
        copy = calloc(string_list_length(list) + 1, sizeof(*copy));
        if (!copy)
                return -ENOMEM;

        STRING_LIST_FOREACH(item, list) {
                copy[n] = strdup(*item);
                if (!copy[n])
                        return -ENOMEM;
                n++;
        }

        *ret = TAKE_PTR(copy);
        return 0;
}

bool string_list_equal(char *const *a, char *const *b) {
        size_t n = string_list_length(a);

        if (n != string_list_length(b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (strcmp(a[i], b[i]) != 0)
                        return false;
        return true;
}

bool string_list_contains(char *const *list, const char *text) {
        STRING_LIST_FOREACH(item, list)
                if (strcmp(*item, text) == 0)
                        return true;
        return false;
}

bool string_list_matches(char *const *patterns, const char *text) {
        STRING_LIST_FOREACH(pattern, patterns)
                if (fnmatch(*pattern, text, 0) == 0)
                        return true;
        return false;
}

int string_list_push(char ***list, const char *text) {
        char *copy = strdup(text);

        if (!copy)
                return -ENOMEM;
        return string_list_take_push(list, copy);
}

int string_list_take_push(char ***list, char *text) {
        size_t n = string_list_length(*list);
        char **grown;

        grown = reallocarray(*list, n + 2, sizeof(*grown));
        if (!grown) {
                free(text);
                return -ENOMEM;
        }

        grown[n] = text;
        grown[n + 1] = NULL;
        *list = grown;
        return 0;
}

int string_list_join(char *const *list, const char *separator, char **ret) {
        CLEANUP(buffer_done) Buffer joined = { 0 };

        STRING_LIST_FOREACH(item, list) {
                if (item != list)
                        (void) buffer_add_string(&joined, separator); /* buffer_take() reports */
                (void) buffer_add_string(&joined, *item);
        }
        return buffer_take(&joined, ret);
}
