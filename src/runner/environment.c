/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/environment.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

#include "util/string-list.h"
#include "util/timestamp.h"

#define PATH_ROOT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static bool same_name(const char *a, const char *b) {
        size_t length = strcspn(a, "=");

        return strcspn(b, "=") == length && memcmp(a, b, length) == 0;
}

static int add(char ***list, const char *name, const char *value) {
        char *item;

        if (asprintf(&item, "%s=%s", name, value) < 0)
                return -ENOMEM;
        return string_list_take_push(list, item);
}

static int add_number(char ***list, const char *name, uint64_t value) {
        char text[32];

        (void) snprintf(text, sizeof(text), "%" PRIu64, value);
        return add(list, name, text);
}

/* What tells whose process it is comes first. */
static int add_marks(char ***list, const MessageStart *start, const char *mark) {
        int r;

        r = add(list, "JOBSCHED_RUN", mark);
        if (r < 0 || start->execution_id == 0)
                return r;
        r = add_number(list, "JOBSCHED_EXECUTION", start->execution_id);
        if (r < 0)
                return r;
        return add_number(list, "JOBSCHED_ATTEMPT", start->attempt);
}

static bool is_mark(const MessageStart *start, const char *item) {
        return same_name(item, "JOBSCHED_RUN") ||
                        (start->execution_id != 0 &&
                         (same_name(item, "JOBSCHED_EXECUTION") || same_name(item, "JOBSCHED_ATTEMPT")));
}

static int add_own(char ***list, const MessageStart *start, const EnvironmentUser *user, const char *lang) {
        bool is_run = start->execution_id != 0;
        char due[TIMESTAMP_MAX];
        const char *const pairs[][2] = {
                { "JOBSCHED_JOB", is_run || start->job[0] != '\0' ? start->job : NULL },
                { "JOBSCHED_CAUSE", is_run ? start->cause : NULL },
                { "JOBSCHED_SCHEDULED_TIME", is_run ? timestamp_format_utc(start->due_usec, due) : NULL },
                { "HOME", user->home },
                { "USER", user->name },
                { "LOGNAME", user->name },
                { "SHELL", start->shell && start->shell[0] != '\0' ? start->shell : DEFAULT_SHELL },
                { "PATH", user->uid == 0 ? PATH_ROOT : DEFAULT_SEARCH_PATH },
                { "LANG", lang },
                { "NOTIFY_SOCKET", user->notify_socket },
                { "CREDENTIALS_DIRECTORY", user->credentials_directory },
        };
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
                if (!pairs[i][1])
                        continue;
                r = add(list, pairs[i][0], pairs[i][1]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A name that is in the list: jobs may set thousands, and each is looked for among all. */
typedef struct Name {
        size_t index;
        UT_hash_handle hh;
} Name;

typedef struct Builder {
        char **list;
        size_t n;
        Name *names, *by_name;
} Builder;

static void builder_done(Builder *builder) {
        HASH_CLEAR(hh, builder->by_name);
        free(builder->names);
        (void) string_list_free(builder->list);
}

/* Takes the items over. */
static int builder_init(Builder *builder, char ***items, size_t n_more) {
        size_t n = string_list_length(*items);

        builder->names = calloc(n + n_more + 1, sizeof(*builder->names));
        builder->list = calloc(n + n_more + 1, sizeof(*builder->list));
        if (!builder->names || !builder->list)
                return -ENOMEM;
        memcpy(builder->list, *items, n * sizeof(*builder->list));
        free(*items);
        *items = NULL;
        for (; builder->n < n; builder->n++) {
                Name *name = &builder->names[builder->n];

                name->index = builder->n;
                HASH_ADD_KEYPTR(hh, builder->by_name, builder->list[builder->n],
                                strcspn(builder->list[builder->n], "="), name);
        }
        return 0;
}

static int builder_set(Builder *builder, const MessageStart *start, const char *item) {
        size_t length = strcspn(item, "=");
        Name *name;
        char *copied;

        if (length == 0 || item[length] == '\0')
                return -EINVAL;
        if (is_mark(start, item))
                return 0;
        copied = strdup(item);
        if (!copied)
                return -ENOMEM;

        HASH_FIND(hh, builder->by_name, item, length, name);
        if (name) {
                HASH_DELETE(hh, builder->by_name, name); /* its key lies in the old item */
                free(builder->list[name->index]);
        } else {
                name = &builder->names[builder->n];
                name->index = builder->n++;
        }
        builder->list[name->index] = copied;
        HASH_ADD_KEYPTR(hh, builder->by_name, copied, length, name);
        return 0;
}

int environment_build(const MessageStart *start, const EnvironmentUser *user, const char *lang, char ***ret) {
        CLEANUP(string_list_freep) char **own = NULL;
        CLEANUP(builder_done) Builder builder = { 0 };
        int r;

        r = add_marks(&own, start, user->mark);
        if (r < 0)
                return r;
        r = add_own(&own, start, user, lang);
        if (r < 0)
                return r;
        r = builder_init(&builder, &own, string_list_length(start->environment));
        if (r < 0)
                return r;
        STRING_LIST_FOREACH(item, start->environment) {
                r = builder_set(&builder, start, *item);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(builder.list);
        return 0;
}

const char *environment_get(char *const *environment, const char *name) {
        STRING_LIST_FOREACH(item, environment) {
                if (same_name(*item, name))
                        return *item + strlen(name) + 1;
        }
        return NULL;
}

int command_build(const MessageStart *start, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        const char *shell = start->shell && start->shell[0] != '\0' ? start->shell : DEFAULT_SHELL;
        const char *const script[] = { shell, "-c", start->script };
        int r;

        if (!start->script || start->script[0] == '\0')
                return string_list_copy(start->arguments, ret);
        for (size_t i = 0; i < ARRAY_SIZE(script); i++) {
                r = string_list_push(&list, script[i]);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}
