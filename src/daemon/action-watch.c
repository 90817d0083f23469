/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/action-watch.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "daemon/file-watch.h"
#include "job/action-scan.h"
#include "util/log.h"
#include "util/string-list.h"

#define SETTLE_USEC (100 * USEC_PER_MSEC)
#define DESCRIBE_USEC (10 * USEC_PER_SEC) /* the runner's own bound is less */
#define RETRY_USEC (30 * USEC_PER_SEC)
#define ASKED_MAX 4U /* at a time: each is a process */

/* How far one of the catalog is, which has it in the same place. */
typedef struct Program {
        ActionWatch *watch;
        char stamp[ACTION_STAMP_MAX];
        uint64_t errand; /* 0: it is not being asked */
        bool to_be_asked;
        bool is_transient; /* its error is: it may go by itself */
} Program;

struct ActionWatch {
        char *const *directories;
        Store *store;
        const Executor *executor;
        void (*changed)(void *userdata);
        void *userdata;

        ActionCatalog catalog;
        Program **programs;
        size_t n_asked;
        char **refused; /* was logged */
        FileWatch *files;
        sd_event_source *retry, *news; /* of what is to be tried again; to call changed() */
        bool connected;
};

static void tell(ActionWatch *watch) {
        watch->catalog.generation++;
        (void) sd_event_source_set_enabled(watch->news, SD_EVENT_ONESHOT);
}

static int on_news(sd_event_source *source, void *userdata) {
        ActionWatch *watch = userdata;

        watch->changed(watch->userdata);
        return 0;
}

/* --- what they answer ---------------------------------------------------------------------------------- */

/* Errors of the machine rather than of the program. */
static bool is_transient_error(int error) {
        return error == -ETIMEDOUT || error == -EAGAIN || error == -ENOMEM || error == -ECANCELED ||
                        error == -EMFILE || error == -ENFILE;
}

/* Takes the text over. NULL: out of memory. */
static void set_error(ActionDescription *description, char *error) {
        ActionDescription old = *description;

        *description = (ActionDescription){
                .name = old.name,
                .path = old.path,
                .builtin = old.builtin,
                .error = error ?: strdup("out of memory"),
        };
        old.name = old.path = NULL;
        action_description_done(&old);
}

/* Returns 0, -EINVAL (the error is set), or -ENOMEM. */
static int take_answer(ActionDescription *description, const char *answer) {
        char *error = NULL;
        int r = action_description_parse(description, answer, &error);

        if (r == -EINVAL) {
                set_error(description, error);
                return r;
        }
        free(description->error);
        description->error = NULL;
        return r;
}

static ActionDescription *description_of(const Program *program) {
        size_t i = 0;

        while (program->watch->programs[i] != program)
                i++;
        return &program->watch->catalog.items[i];
}

static void log_answer(const ActionDescription *description) {
        if (description->error)
                log_warning("The action program '%s' cannot be used: %s", description->path,
                            description->error);
        else
                log_info("The action program '%s' takes jobs with the key '%s'", description->path,
                         description->name);
}

static void ask_next(ActionWatch *watch);

static void plan_retry(ActionWatch *watch) {
        int r = sd_event_source_set_time_relative(watch->retry, RETRY_USEC);

        if (r >= 0)
                r = sd_event_source_set_enabled(watch->retry, SD_EVENT_ONESHOT);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot plan to ask action programs again: %m");
}

static void keep_answer(Program *program, const ErrandResult *result) {
        ActionWatch *watch = program->watch;
        ActionDescription *description = description_of(program);
        int r = 0;

        if (result->error < 0) {
                set_error(description, strdup(result->text));
                program->is_transient = is_transient_error(result->error);
        } else {
                r = take_answer(description, result->text);
                program->is_transient = r == -ENOMEM;
        }
        if (program->is_transient)
                plan_retry(watch);
        /* Without the disk it is asked again at the next start. */
        (void) store_put_action_description(
                        watch->store, description->path, program->stamp,
                        description->schema ? result->text : NULL);
        log_answer(description);
        tell(watch);
}

static void on_described(void *userdata, const ErrandResult *result) {
        Program *program = userdata;
        ActionWatch *watch = program->watch;

        program->errand = 0;
        watch->n_asked--;
        if (result->error == -ENOTCONN) {
                program->to_be_asked = true;
                watch->connected = false;
        } else {
                keep_answer(program, result);
        }
        ask_next(watch);
}

static void ask(Program *program) {
        ActionWatch *watch = program->watch;
        const Errand errand = {
                .kind = ERRAND_DESCRIBE,
                .path = description_of(program)->path,
                .timeout_usec = DESCRIBE_USEC,
        };
        int r;

        r = watch->executor->run_errand(
                        watch->executor->userdata, &errand, on_described, program, &program->errand);
        if (r == -ENOTCONN) {
                watch->connected = false; /* the next connection brings it up */
                return;
        }
        program->to_be_asked = false;
        if (r < 0) {
                program->is_transient = true;
                plan_retry(watch);
                return;
        }
        watch->n_asked++;
}

static void ask_next(ActionWatch *watch) {
        for (size_t i = 0; i < watch->catalog.n_items; i++) {
                if (!watch->connected || watch->n_asked >= ASKED_MAX)
                        return;
                if (watch->programs[i]->to_be_asked && watch->programs[i]->errand == 0)
                        ask(watch->programs[i]);
        }
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        ActionWatch *watch = userdata;

        for (size_t i = 0; i < watch->catalog.n_items; i++) {
                if (watch->programs[i]->is_transient)
                        watch->programs[i]->to_be_asked = true;
        }
        ask_next(watch);
        return 0;
}

void action_watch_connected(ActionWatch *watch) {
        watch->connected = true;
        ask_next(watch);
}

/* --- which there are ----------------------------------------------------------------------------------- */

static void stop_asking(Program *program) {
        ActionWatch *watch = program->watch;

        if (program->errand == 0)
                return;
        watch->executor->cancel_errand(watch->executor->userdata, program->errand);
        program->errand = 0;
        watch->n_asked--;
}

/* The memory for a new list: nothing of the old one is lost when there is none. */
typedef struct Listing {
        ActionDescription *items;
        Program **programs; /* NULL: it is taken over from the old one */
        size_t n;
} Listing;

static void listing_done(Listing *listing) {
        for (size_t i = 0; listing->programs && i < listing->n; i++)
                free(listing->programs[i]);
        free(listing->programs);
        free(listing->items);
}

static int listing_init(Listing *listing, const ActionWatch *watch, const ActionFiles *files) {
        listing->items = calloc(files->n_items + 1, sizeof(*listing->items));
        listing->programs = calloc(files->n_items + 1, sizeof(*listing->programs));
        if (!listing->items || !listing->programs)
                return -ENOMEM;
        for (; listing->n < files->n_items; listing->n++) {
                if (action_catalog_find(&watch->catalog, files->items[listing->n].name))
                        continue;
                listing->programs[listing->n] = calloc(1, sizeof(*listing->programs[0]));
                if (!listing->programs[listing->n])
                        return -ENOMEM;
        }
        return 0;
}

/* A new program, with the strings of the file. */
static void take_new(ActionWatch *watch, ActionFile *file, ActionDescription *to, Program *program) {
        *program = (Program){ .watch = watch, .to_be_asked = true };
        memcpy(program->stamp, file->stamp, sizeof(program->stamp));
        *to = (ActionDescription){
                .name = TAKE_PTR(file->name),
                .path = TAKE_PTR(file->path),
                .builtin = file->builtin,
        };
}

/* One of that name is there already. What it says is in force until the new file has been heard. */
static bool take_over(ActionFile *file, ActionDescription *description, Program *program) {
        bool same = strcmp(description->path, file->path) == 0 && strcmp(program->stamp, file->stamp) == 0;

        if (same) {
                program->to_be_asked |= description->error != NULL && program->errand == 0;
                return true;
        }
        stop_asking(program);
        program->to_be_asked = true;
        memcpy(program->stamp, file->stamp, sizeof(program->stamp));
        free(description->path);
        description->path = TAKE_PTR(file->path);
        description->builtin = file->builtin;
        return false;
}

static size_t index_of(const ActionWatch *watch, const char *name) {
        return (size_t) (action_catalog_find(&watch->catalog, name) - watch->catalog.items);
}

/* Forgets those that are not there any more. Returns whether there were any. */
static bool drop_rest(ActionWatch *watch) {
        bool any = false;

        for (size_t i = 0; i < watch->catalog.n_items; i++) {
                if (!watch->programs[i])
                        continue;
                any = true;
                stop_asking(watch->programs[i]);
                (void) store_put_action_description(watch->store, watch->catalog.items[i].path, NULL, NULL);
                free(watch->programs[i]);
                action_description_done(&watch->catalog.items[i]);
        }
        free(watch->programs);
        free(watch->catalog.items);
        return any;
}

/* Returns whether anything is another one than before. */
static bool merge(ActionWatch *watch, ActionFiles *files, Listing *listing) {
        bool changed = false;

        for (size_t i = 0; i < listing->n; i++) {
                size_t k;

                if (listing->programs[i]) {
                        take_new(watch, &files->items[i], &listing->items[i], listing->programs[i]);
                        changed = true;
                        continue;
                }
                k = index_of(watch, files->items[i].name);
                changed |= !take_over(&files->items[i], &watch->catalog.items[k], watch->programs[k]);
                listing->programs[i] = watch->programs[k];
                watch->programs[k] = NULL;
                /* Its name stays for the search; what it owns is the new list's. */
                listing->items[i] = watch->catalog.items[k];
        }
        changed |= drop_rest(watch);
        watch->catalog.items = TAKE_PTR(listing->items);
        watch->programs = TAKE_PTR(listing->programs);
        watch->catalog.n_items = listing->n;
        return changed;
}

static void log_refused(ActionWatch *watch, char **refused) {
        STRING_LIST_FOREACH(text, refused) {
                if (!string_list_contains(watch->refused, *text))
                        log_warning("%s", *text);
        }
        (void) string_list_free(watch->refused);
        watch->refused = refused;
}

static int scan(ActionWatch *watch) {
        CLEANUP(action_files_done) ActionFiles files = { 0 };
        CLEANUP(listing_done) Listing listing = { 0 };
        int r;

        r = file_watch_refresh(watch->files);
        if (r < 0)
                (void) log_warning_errno(
                                r,
                                "Cannot watch all directories of action programs: %m; 'schedctl reload' "
                                "looks at them");
        r = action_files_scan(watch->directories, &files);
        if (r >= 0)
                r = listing_init(&listing, watch, &files);
        if (r < 0)
                return r;
        log_refused(watch, TAKE_PTR(files.refused));
        return merge(watch, &files, &listing);
}

void action_watch_refresh(ActionWatch *watch) {
        int r = scan(watch);

        if (r < 0)
                (void) log_error_errno(
                                r, "Cannot look for action programs: %m; keeping those that are known");
        if (r > 0)
                tell(watch);
        ask_next(watch);
}

static void on_files_changed(void *userdata) {
        action_watch_refresh(userdata);
}

/* --- life ---------------------------------------------------------------------------------------------- */

static int on_stored(void *userdata, const char *path, const char *stamp, const char *answer) {
        ActionWatch *watch = userdata;

        for (size_t i = 0; i < watch->catalog.n_items; i++) {
                ActionDescription *description = &watch->catalog.items[i];
                Program *program = watch->programs[i];

                if (strcmp(description->path, path) != 0)
                        continue;
                /*
                 * What an older jobsched took and this one does not is asked again, and so is a file that was
                 * replaced while we were not there; until that has been heard it is as it was.
                 */
                program->to_be_asked =
                                take_answer(description, answer) < 0 || strcmp(program->stamp, stamp) != 0;
                return 0;
        }
        return store_put_action_description(watch->store, path, NULL, NULL);
}

static int watch_directories(ActionWatch *watch, sd_event *event) {
        size_t n = string_list_length(watch->directories);
        CLEANUP_FREE WatchTarget *targets = calloc(n + 1, sizeof(*targets));

        if (!targets)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                targets[i] = (WatchTarget){ WATCH_TREE, watch->directories[i] };
        return file_watch_new(
                        event,
                        &(FileWatchOptions){
                                        .targets = targets,
                                        .n_targets = n,
                                        .settle_usec = SETTLE_USEC,
                                        .changed = on_files_changed,
                                        .userdata = watch,
                        },
                        &watch->files);
}

static int add_sources(ActionWatch *watch, sd_event *event) {
        int r;

        r = sd_event_add_time_relative(
                        event, &watch->retry, CLOCK_MONOTONIC, RETRY_USEC, USEC_PER_SEC, on_retry, watch);
        if (r >= 0)
                r = sd_event_source_set_enabled(watch->retry, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(event, &watch->news, on_news, watch);
        return r < 0 ? r : sd_event_source_set_enabled(watch->news, SD_EVENT_OFF);
}

int action_watch_new(sd_event *event, const ActionWatchOptions *options, ActionWatch **ret) {
        CLEANUP(action_watch_freep) ActionWatch *watch = NULL;
        int r;

        assert(options && options->changed);
        assert(ret);

        watch = calloc(1, sizeof(*watch));
        if (!watch)
                return -ENOMEM;
        watch->directories = options->directories;
        watch->store = options->store;
        watch->executor = options->executor;
        watch->changed = options->changed;
        watch->userdata = options->userdata;
        r = add_sources(watch, event);
        if (r >= 0)
                r = watch_directories(watch, event);
        if (r >= 0)
                r = scan(watch);
        if (r >= 0)
                r = store_load_action_descriptions(watch->store, on_stored, watch);
        if (r < 0)
                return r;
        watch->catalog.generation = 1;
        *ret = TAKE_PTR(watch);
        return 0;
}

ActionWatch *action_watch_free(ActionWatch *watch) {
        if (!watch)
                return NULL;

        for (size_t i = 0; watch->programs && i < watch->catalog.n_items; i++) {
                stop_asking(watch->programs[i]);
                free(watch->programs[i]);
        }
        free(watch->programs);
        action_catalog_done(&watch->catalog);
        (void) string_list_free(watch->refused);
        (void) file_watch_free(watch->files);
        (void) sd_event_source_disable_unref(watch->retry);
        (void) sd_event_source_disable_unref(watch->news);
        free(watch);
        return NULL;
}

const ActionCatalog *action_watch_catalog(const ActionWatch *watch) {
        return &watch->catalog;
}
