/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/configuration.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/message-ids.h"
#include "util/string-list.h"

/* Long enough for a package's whole set of files to arrive, short enough for "within a second". */
#define SETTLE_USEC (100 * USEC_PER_MSEC)
#define ZONE_SETTLE_USEC (500 * USEC_PER_MSEC)

struct Configuration {
        sd_event *event; /* borrowed */
        const Instance *instance;
        char *const *assignments;
        void (*changed)(void *userdata);
        void *userdata;

        const char *machine_id;
        Settings settings;
        JobSite site;
        const ActionCatalog *actions; /* NULL: none yet */
        TimeZoneCache *zones;
        JobLoader *loader;
        JobComposer composer;
        uint64_t n_site_changes; /* and those of the zone data */
        FileWatch *watch, *zone_watch;
        FileWatch *other_watch; /* of what job files name; NULL: nothing */
        char **other_files;
        char **known_faults; /* logged already */
};

static void log_fault(const Diagnostic *fault, const char *text, const char *consequence) {
        const char *const fields[] = { "MESSAGE_ID=" MESSAGE_ID_LOAD_FAULT, NULL };
        bool is_error = fault->severity == DIAGNOSTIC_ERROR;

        /* Nothing is wrong: whoever is waited for is being asked, and what comes of it is logged. */
        if (fault->severity == DIAGNOSTIC_PENDING) {
                log_debug("%s", text);
                return;
        }
        (void) log_full(is_error ? LOG_ERR : LOG_WARNING, 0, fields, "%s%s", text,
                        is_error ? consequence : "");
}

/* Logs what was not there at the last scan, so that one bad file does not fill the log at each change of
 * others. */
static int log_new_faults(
                Configuration *configuration,
                const Diagnostics *diagnostics,
                const char *consequence) {


        char **faults = NULL;
        int r = 0;

        for (size_t i = 0; i < diagnostics->n_items && r >= 0; i++) {
                CLEANUP_FREE char *text = NULL;

                r = diagnostic_format(&diagnostics->items[i], &text);
                if (r < 0)
                        break;
                if (!string_list_contains(configuration->known_faults, text))
                        log_fault(&diagnostics->items[i], text, consequence);
                r = string_list_push(&faults, text);
        }

        (void) string_list_free(configuration->known_faults);
        configuration->known_faults = faults;
        return r < 0 ? r : 0;
}

static int make_loader(Configuration *configuration, const Settings *settings, JobLoader **ret) {
        const JobLoaderOptions options = {
                .directories = configuration->instance->config_dirs,
                .defaults = settings->defaults,
                .defaults_file = configuration->instance->settings_file,
                .zones = configuration->zones,
                .owner_uid = configuration->instance->user ? getuid() : 0,
                .system_mode = !configuration->instance->user,
                .site = &configuration->site,
                .clock = &system_clock,
        };

        return job_loader_new(&options, ret);
}

static void update_site(Configuration *configuration) {
        configuration->site = settings_site(&configuration->settings, configuration->machine_id);
        configuration->site.actions = configuration->actions;
        configuration->site.has_systemd = configuration->instance->has_systemd;
}

static bool site_changes(const Settings *a, const Settings *b) {
        return a->hash_seed != b->hash_seed || a->business_days != b->business_days ||
                        !string_list_equal(a->allow_queues, b->allow_queues);
}

static bool defaults_equal(const Settings *a, const Settings *b) {
        return strcmp(a->defaults ?: "", b->defaults ?: "") == 0;
}

static void apply_log_level(const Settings *settings) {
        int level = log_level_parse(settings->log_level);

        if (level >= 0) /* settings_load() has checked it */
                log_set_max_level(level);
}

/* What was read could mean something else now. */
static void forget_definitions(Configuration *configuration) {
        configuration->n_site_changes++;
        job_loader_flush(configuration->loader);
}

/* Takes what may change while running; the store and its bounds wait for the next start. */
static int take_settings(Configuration *configuration, Settings *settings) {
        CLEANUP(job_loader_freep) JobLoader *loader = NULL;
        int r;

        if (!defaults_equal(settings, &configuration->settings)) {
                r = make_loader(configuration, settings, &loader);
                if (r < 0)
                        return r;
                (void) job_loader_free(configuration->loader);
                configuration->loader = TAKE_PTR(loader);
        }
        if (site_changes(settings, &configuration->settings))
                forget_definitions(configuration);
        if (settings->store != configuration->settings.store)
                log_notice("%s: another 'store' takes effect at the next start",
                           configuration->instance->settings_file);
        apply_log_level(settings);

        settings_done(&configuration->settings);
        configuration->settings = *settings;
        *settings = (Settings){ 0 };
        update_site(configuration); /* it borrows from the settings */
        return 0;
}

static int compose(
                void *userdata,
                const char *name,
                uid_t owner_uid,
                usec_t added_usec,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret) {

        const Configuration *configuration = userdata;

        return job_loader_compose(
                        configuration->loader, name, owner_uid, added_usec, source, diagnostics, ret);
}

static uint64_t composition_stamp(void *userdata, const char *template_name) {
        const Configuration *configuration = userdata;
        const ActionCatalog *actions = configuration->site.actions;
        uint64_t stamp = job_loader_stamp(configuration->loader, template_name);

        stamp = hash_add(stamp, &configuration->n_site_changes, sizeof(configuration->n_site_changes));
        return actions ? hash_add(stamp, &actions->generation, sizeof(actions->generation)) : stamp;
}

static int read_settings(Configuration *configuration, Diagnostics *diagnostics, Settings *ret) {
        return settings_load(
                        configuration->instance->settings_file, environ, configuration->assignments,
                        diagnostics, ret);
}

static int reread_settings(Configuration *configuration, Diagnostics *diagnostics) {
        Settings settings = { 0 };
        int r;

        r = read_settings(configuration, diagnostics, &settings);
        if (r == -EINVAL)
                return 0; /* the old ones stay; the faults are in the diagnostics */
        if (r < 0) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, configuration->instance->settings_file, 0, 0,
                                "cannot be read: %s; keeping the old settings", strerror(-r));
                return 0;
        }

        r = take_settings(configuration, &settings);
        settings_done(&settings);
        return r;
}

static void on_files_changed(void *userdata) {
        Configuration *configuration = userdata;

        configuration->changed(configuration->userdata);
}

static int make_other_watch(Configuration *configuration) {
        size_t n = string_list_length(configuration->other_files);
        CLEANUP_FREE WatchTarget *targets = NULL;
        int r;

        if (n == 0)
                return 0;
        targets = calloc(n, sizeof(*targets));
        if (!targets)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                targets[i] = (WatchTarget){ WATCH_FILE, configuration->other_files[i] };

        r =
                        file_watch_new(configuration->event,
                                       &(FileWatchOptions){
                                                       .targets = targets,
                                                       .n_targets = n,
                                                       .settle_usec = SETTLE_USEC,
                                                       .changed = on_files_changed,
                                                       .userdata = configuration,
                                       },
                                       &configuration->other_watch);
        return r < 0 ? r : file_watch_refresh(configuration->other_watch);
}

/*
 * Watches the files that the jobs of the last scan named. Returns 1 if they are others than before: what
 * changed since they were read has not been noticed.
 */
static int watch_others(Configuration *configuration) {
        char **files = NULL;
        int r;

        r = job_loader_other_files(configuration->loader, &files);
        if (r < 0)
                return r;
        if (string_list_equal(files, configuration->other_files)) {
                (void) string_list_free(files);
                return 0;
        }

        configuration->other_watch = file_watch_free(configuration->other_watch);
        (void) string_list_free(configuration->other_files);
        configuration->other_files = files;

        r = make_other_watch(configuration);
        if (r < 0)
                (void) log_warning_errno(
                                r,
                                "Cannot watch all files that jobs name: %m; 'schedctl reload' reads changes");
        return 1;
}

static int scan_jobs(Configuration *configuration, JobSet *ret) {
        int r;

        r = job_loader_scan(configuration->loader, ret);
        if (r < 0 || watch_others(configuration) <= 0)
                return r;
        job_set_done(ret);
        return job_loader_scan(configuration->loader, ret);
}

static int refresh_watches(Configuration *configuration) {
        int r = file_watch_refresh(configuration->watch), k = 0;

        if (configuration->other_watch)
                k = file_watch_refresh(configuration->other_watch);
        return r < 0 ? r : k;
}

int configuration_scan(Configuration *configuration, JobSet *ret) {
        Diagnostics diagnostics = { 0 };
        JobSet set = { 0 };
        int r;

        /* Before the files are read, so that what changes from now on is noticed. */
        r = refresh_watches(configuration);
        if (r < 0)
                (void) log_warning_errno(
                                r,
                                "Cannot watch all configuration files: %m; 'schedctl reload' reads changes");

        r = reread_settings(configuration, &diagnostics);
        if (r >= 0)
                r = scan_jobs(configuration, &set);
        if (r < 0) {
                diagnostics_done(&diagnostics);
                return r;
        }

        diagnostics_move(&set.diagnostics, &diagnostics);
        diagnostics_done(&diagnostics);
        r = log_new_faults(configuration, &set.diagnostics, "; what was in force before stays so");
        if (r < 0) {
                job_set_done(&set);
                return r;
        }

        *ret = set;
        return 0;
}

static void on_zones_changed(void *userdata) {
        Configuration *configuration = userdata;

        log_info("The time zone data changed; planning all jobs anew");
        time_zone_cache_refresh(configuration->zones);
        forget_definitions(configuration);
        (void) file_watch_refresh(configuration->zone_watch); /* a directory may have been replaced */
        configuration->changed(configuration->userdata);
}

static int watch_files(Configuration *configuration, sd_event *event) {
        char *const *directories = configuration->instance->config_dirs;
        size_t n = string_list_length(directories);
        CLEANUP_FREE WatchTarget *targets = NULL;

        targets = calloc(n + 1, sizeof(*targets));
        if (!targets)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                targets[i] = (WatchTarget){ WATCH_DROP_INS, directories[i] };
        targets[n] = (WatchTarget){ WATCH_FILE, configuration->instance->settings_file };

        return file_watch_new(
                        event,
                        &(FileWatchOptions){
                                        .targets = targets,
                                        .n_targets = n + 1,
                                        .settle_usec = SETTLE_USEC,
                                        .changed = on_files_changed,
                                        .userdata = configuration,
                        },
                        &configuration->watch);
}

static int watch_zones(Configuration *configuration, sd_event *event) {
        const WatchTarget targets[] = {
                { WATCH_FILE, "/etc/localtime" },
                { WATCH_TREE, time_zone_directory() },
        };
        int r;

        r =
                        file_watch_new(event,
                                       &(FileWatchOptions){
                                                       .targets = targets,
                                                       .n_targets = ARRAY_SIZE(targets),
                                                       .settle_usec = ZONE_SETTLE_USEC,
                                                       .changed = on_zones_changed,
                                                       .userdata = configuration,
                                       },
                                       &configuration->zone_watch);
        if (r < 0)
                return r;

        r = file_watch_refresh(configuration->zone_watch);
        if (r < 0)
                (void) log_warning_errno(
                                r,
                                "Cannot watch the time zone data: %m; a change takes effect at the next "
                                "start");
        return 0;
}

static int first_settings(Configuration *configuration) {
        Diagnostics diagnostics = { 0 };
        int r;

        r = read_settings(configuration, &diagnostics, &configuration->settings);
        if (log_new_faults(configuration, &diagnostics, "") < 0)
                r = -ENOMEM;
        diagnostics_done(&diagnostics);

        if (r == -EINVAL)
                return log_error_errno(r, "The settings are wrong, not starting");
        if (r < 0)
                return log_error_errno(
                                r, "Cannot read '%s': %m; not starting",
                                configuration->instance->settings_file);

        apply_log_level(&configuration->settings);
        return 0;
}

int configuration_new(sd_event *event, const ConfigurationOptions *options, Configuration **ret) {
        CLEANUP(configuration_freep) Configuration *configuration = NULL;
        int r;

        assert(event);
        assert(options && options->instance && options->changed);
        assert(ret);

        configuration = calloc(1, sizeof(*configuration));
        if (!configuration)
                return -ENOMEM;
        configuration->event = event;
        configuration->instance = options->instance;
        configuration->assignments = options->assignments;
        configuration->machine_id = options->machine_id;
        configuration->changed = options->changed;
        configuration->userdata = options->userdata;
        configuration->composer = (JobComposer){ compose, composition_stamp, configuration };

        r = first_settings(configuration);
        if (r < 0)
                return r;
        update_site(configuration);
        r = time_zone_cache_new(&configuration->zones);
        if (r < 0)
                return r;
        r = make_loader(configuration, &configuration->settings, &configuration->loader);
        if (r < 0)
                return r;
        r = watch_files(configuration, event);
        if (r < 0)
                return r;
        r = watch_zones(configuration, event);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(configuration);
        return 0;
}

Configuration *configuration_free(Configuration *configuration) {
        if (!configuration)
                return NULL;
        (void) file_watch_free(configuration->watch);
        (void) file_watch_free(configuration->zone_watch);
        (void) file_watch_free(configuration->other_watch);
        (void) string_list_free(configuration->other_files);
        (void) job_loader_free(configuration->loader);
        (void) time_zone_cache_free(configuration->zones);
        settings_done(&configuration->settings);
        (void) string_list_free(configuration->known_faults);
        free(configuration);
        return NULL;
}

const Settings *configuration_settings(const Configuration *configuration) {
        return &configuration->settings;
}

TimeZoneCache *configuration_zones(Configuration *configuration) {
        return configuration->zones;
}

void configuration_set_actions(Configuration *configuration, const ActionCatalog *actions) {
        configuration->actions = actions;
        configuration->site.actions = actions;
        job_loader_flush(configuration->loader);
}

const JobSite *configuration_site(const Configuration *configuration) {
        return &configuration->site;
}

const JobComposer *configuration_composer(const Configuration *configuration) {
        return &configuration->composer;
}
