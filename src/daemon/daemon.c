/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Order of life: settings, store, runner's client, manager, bus; then the first scan; then the wake-up timer
 * runs. READY=1 is sent without waiting for the runner: at boot its unit starts after ours.
 */

#include "daemon/daemon.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "bus/bus.h"
#include "daemon/action-watch.h"
#include "daemon/configuration.h"
#include "daemon/host-facts.h"
#include "daemon/host.h"
#include "daemon/runner-process.h"
#include "daemon/shutdown-wait.h"
#include "daemon/wakeup-timer.h"
#include "exec/runner-client.h"
#include "manager/manager.h"
#include "store/store.h"
#include "util/file.h"
#include "util/log.h"
#include "util/string-list.h"

struct Daemon {
        const Instance *instance;
        Host host;
        sd_event *event;
        int lock_fd; /* RUNTIME_DIR/lock: one daemon for each instance */

        Configuration *configuration;
        Store *store;
        RunnerClient *runner;
        RunnerProcess runner_process;
        ActionWatch *actions;
        Manager *manager;
        BusServer *bus;
        WakeupTimer *wakeup;
        FactReader *facts;
        sd_event_source *store_source, *reload_source;
        ShutdownWait shutdown_wait;
};

/* --- reload ----------------------------------------------------------------------------------------- */

static int format_faults(const Diagnostics *diagnostics, char ***ret) {
        char **faults = NULL;
        int r = 0;

        for (size_t i = 0; i < diagnostics->n_items && r >= 0; i++) {
                char *text = NULL;

                r = diagnostic_format(&diagnostics->items[i], &text);
                if (r >= 0)
                        r = string_list_take_push(&faults, text);
        }
        if (r < 0) {
                (void) string_list_free(faults);
                return r;
        }
        *ret = faults;
        return 0;
}

/* A load needs, until it is on disk, about twice the memory that it leaves in use. */
static void on_load_committed(void *userdata, int result) {
        (void) malloc_trim(0); /* it tells whether there was anything */
}

static int set_queues(Daemon *daemon, const JobSet *set) {
        const Settings *settings = configuration_settings(daemon->configuration);

        return manager_set_queues(
                        daemon->manager,
                        &(QueueLimits){
                                        .queues = &set->queues,
                                        .default_slots = settings->default_slots,
                                        .max_running = settings->max_running,
                                        .starts_per_second = settings->starts_per_second,
                        });
}

static void set_notify(Daemon *daemon) {
        const Settings *settings = configuration_settings(daemon->configuration);

        manager_set_notify(
                        daemon->manager,
                        &(NotifySite){
                                        .sendmail = settings->sendmail,
                                        .mail_from = settings->mail_from,
                                        .on_trouble = &settings->on_trouble,
                        });
}

static int daemon_reload(Daemon *daemon, const Caller *caller, char ***ret_faults) {
        CLEANUP(string_list_freep) char **faults = NULL;
        JobSet set = { 0 };
        int r;

        r = configuration_scan(daemon->configuration, &set);
        set_notify(daemon); /* it borrows from the settings, which may be new ones */
        if (r < 0)
                return log_error_errno(r, "Cannot read the job files: %m; keeping the old jobs");

        r = format_faults(&set.diagnostics, &faults);
        if (r >= 0)
                r = set_queues(daemon, &set);
        if (r >= 0)
                r = manager_apply(daemon->manager, &set, caller);
        job_set_done(&set);
        if (r < 0)
                return log_error_errno(r, "Cannot take the new jobs: %m; keeping the old ones");
        (void) store_after_commit(daemon->store, on_load_committed, NULL); /* without it, later */

        if (ret_faults)
                *ret_faults = TAKE_PTR(faults);
        return 0;
}

static void on_reload_asked(void *userdata, const Caller *caller, bus_reloaded_t done, void *done_userdata) {
        CLEANUP(string_list_freep) char **faults = NULL;
        Daemon *daemon = userdata;
        int r;

        action_watch_refresh(daemon->actions);
        r = daemon_reload(daemon, caller, &faults);
        done(done_userdata, r, faults, r < 0 ? "The job files cannot be read; the old jobs stay" : NULL);
}

/* Files changed, or SIGHUP: however many, one reload when the loop comes round. */
static void request_reload(Daemon *daemon) {
        int r;

        r = sd_event_source_set_enabled(daemon->reload_source, SD_EVENT_ONESHOT);
        if (r < 0)
                (void) log_error_errno(r, "Cannot plan a reload: %m");
}

static int on_reload_due(sd_event_source *source, void *userdata) {
        Daemon *daemon = userdata;

        (void) sd_notify(false, "RELOADING=1\nSTATUS=Reading the job files");
        (void) daemon_reload(daemon, NULL, NULL);
        (void) sd_notify(false, "READY=1\nSTATUS=Running");
        return 0;
}

static void on_configuration_changed(void *userdata) {
        request_reload(userdata);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Daemon *daemon = userdata;

        action_watch_refresh(daemon->actions);
        request_reload(daemon);
        return 0;
}

/* --- what the layers ask of the shell --------------------------------------------------------------- */

static void on_set_wakeup(void *userdata, usec_t realtime_usec) {
        Daemon *daemon = userdata;
        int r;

        r = wakeup_timer_set(daemon->wakeup, realtime_usec);
        if (r < 0)
                (void) log_error_errno(r, "Cannot arm the wake-up timer: %m");
}

static bool on_clock_synchronized(void *userdata) {
        return host_clock_synchronized();
}

static uint64_t on_random(void *userdata) {
        uint64_t number = 0;

        if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t) sizeof(number))
                return 0; /* in the first moments of a boot: then the delay is none */
        return number;
}

static void on_fact_changed(void *userdata, ConditionKind kind) {
        Daemon *daemon = userdata;

        manager_host_changed(daemon->manager, kind);
}

static void on_due(void *userdata) {
        Daemon *daemon = userdata;

        manager_wakeup(daemon->manager);
}

static void on_clock_set(void *userdata, usec_t delta_usec) {
        Daemon *daemon = userdata;

        manager_clock_changed(daemon->manager, CLOCK_CHANGE_SET, delta_usec);
}

static void on_resumed(void *userdata, usec_t slept_usec) {
        Daemon *daemon = userdata;

        manager_clock_changed(daemon->manager, CLOCK_CHANGE_RESUMED, slept_usec);
}

static int on_store_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Daemon *daemon = userdata;
        int r;

        r = store_dispatch(daemon->store);
        if (r < 0)
                (void) log_error_errno(r, "Cannot take the store's completions: %m");
        return 0;
}

static int on_ensure_runner(void *userdata) {
        Daemon *daemon = userdata;

        return runner_process_ensure(&daemon->runner_process);
}

static void on_runner_connected(void *userdata) {
        Daemon *daemon = userdata;

        action_watch_connected(daemon->actions);
}

/* Jobs of kinds that have become another one, or that could not be read before. */
static void on_actions_changed(void *userdata) {
        Daemon *daemon = userdata;

        configuration_set_actions(daemon->configuration, action_watch_catalog(daemon->actions));
        request_reload(daemon);
}

static void on_get_runner(void *userdata, BusRunnerInfo *ret) {
        const Daemon *daemon = userdata;
        RunnerInfo info;

        runner_client_get_info(daemon->runner, &info);
        *ret = (BusRunnerInfo){
                .connected = info.connected,
                .pid = info.pid,
                .version = info.version,
                .cgroup = info.cgroup,
        };
}

/* --- life ------------------------------------------------------------------------------------------- */

static int make_directory(const char *path, mode_t mode) {
        int r;

        r = directory_make_all(path, mode);
        if (r < 0)
                return log_error_errno(r, "Cannot make the directory '%s': %m; not starting", path);
        return 0;
}

/* Two daemons of one instance would start everything twice. */
static int lock_instance(Daemon *daemon) {
        CLEANUP_FREE char *path = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        r = path_join(daemon->instance->runtime_dir, "lock", &path);
        if (r < 0)
                return r;
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return log_error_errno(-errno, "Cannot open '%s': %m; not starting", path);
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return log_error_errno(
                                -errno, "Another jobschedd runs already: it holds '%s'; not starting", path);

        daemon->lock_fd = TAKE_FD(fd);
        return 0;
}

static int open_store(Daemon *daemon) {
        const Settings *settings = configuration_settings(daemon->configuration);
        const StoreOptions options = {
                .path = settings->store == STORE_FILE ? daemon->instance->database_file : NULL,
                .commit_rows = settings->commit_rows,
                .commit_delay_usec = settings->commit_delay_usec,
                .clock = &system_clock,
        };
        CLEANUP_FREE char *reason = NULL;
        int r;

        if (settings->store == STORE_FILE) {
                r = make_directory(daemon->instance->state_dir, 0700);
                if (r < 0)
                        return r;
        }

        r = store_open(&options, &daemon->store, &reason);
        if (r < 0) {
                log_error("%s; not starting", reason ?: strerror(-r));
                return r;
        }

        r =
                        sd_event_add_io(daemon->event, &daemon->store_source, store_get_fd(daemon->store),
                                        EPOLLIN, on_store_readable, daemon);
        if (r < 0)
                return log_error_errno(r, "Cannot watch the store: %m");
        return 0;
}

static int make_runner_client(Daemon *daemon) {
        const RunnerClientOptions options = {
                .socket_path = daemon->instance->runner_socket,
                .store_uuid = store_uuid(daemon->store),
                .peer_uid = daemon->instance->user ? getuid() : 0,
                .ensure_runner = daemon->instance->user ? on_ensure_runner : NULL,
                .connected = on_runner_connected,
                .userdata = daemon,
        };

        return runner_client_new(daemon->event, &options, &daemon->runner);
}

/* Before the jobs are read, of which some are of these kinds. */
static int make_actions(Daemon *daemon) {
        const ActionWatchOptions options = {
                .directories = daemon->instance->action_dirs,
                .store = daemon->store,
                .executor = runner_client_executor(daemon->runner),
                .changed = on_actions_changed,
                .userdata = daemon,
        };
        int r;

        r = action_watch_new(daemon->event, &options, &daemon->actions);
        if (r >= 0)
                configuration_set_actions(daemon->configuration, action_watch_catalog(daemon->actions));
        return r;
}

static const char *own_user(const Daemon *daemon) {
        return daemon->host.user[0] != '\0' ? daemon->host.user : NULL;
}

static int make_manager(Daemon *daemon) {
        const ManagerHost host = {
                .clock = &system_clock,
                .store = daemon->store,
                .executor = runner_client_executor(daemon->runner),
                .zones = configuration_zones(daemon->configuration),
                .site = configuration_site(daemon->configuration),
                .composer = configuration_composer(daemon->configuration),
                .set_wakeup = on_set_wakeup,
                .clock_synchronized = on_clock_synchronized,
                .random = on_random,
                .facts = fact_reader_facts(daemon->facts),
                .boot_identity = daemon->host.boot_identity,
                .boot_id = daemon->host.boot_id,
                .host_name = daemon->host.name,
                .machine_id = daemon->host.machine_id,
                .owner_uid = daemon->instance->user ? getuid() : 0,
                .daemon_uid = getuid(),
                .daemon_user = own_user(daemon),
                .system_mode = !daemon->instance->user,
                .write_ahead_usec = configuration_settings(daemon->configuration)->write_ahead_usec,
                .userdata = daemon,
        };
        int r;

        r = manager_new(&host, &daemon->manager);
        if (r < 0)
                return r;
        set_notify(daemon);
        return manager_load(daemon->manager);
}

static int make_bus(Daemon *daemon, const DaemonOptions *options) {
        const BusHost host = {
                .manager = daemon->manager,
                .instance = daemon->instance,
                .clock = &system_clock,
                .version = PACKAGE_VERSION,
                .is_bus_wanted = options->is_bus_wanted,
                .owner_uid = getuid(),
                .own_user = own_user(daemon),
                .actions = action_watch_catalog(daemon->actions),
                .reload = on_reload_asked,
                .get_runner = on_get_runner,
                .userdata = daemon,
        };
        int r;

        r = bus_server_new(daemon->event, &host, &daemon->bus);
        if (r < 0)
                return r;
        r = bus_server_open_control(daemon->bus, daemon->instance->control_socket);
        if (r < 0)
                return r;
        return bus_server_open_bus(daemon->bus, daemon->instance->user ? BUS_SESSION : BUS_SYSTEM);
}

static int on_terminate(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Daemon *daemon = userdata;
        usec_t wait_usec = configuration_settings(daemon->configuration)->shutdown_wait_usec;
        int r;

        r = shutdown_wait_begin(&daemon->shutdown_wait, daemon->event, daemon->manager, wait_usec);
        if (r < 0)
                (void) log_error_errno(r, "Cannot wait for what runs, and end without: %m");
        return r > 0 ? 0 : sd_event_exit(daemon->event, 0);
}

static int add_signals(Daemon *daemon) {
        sigset_t signals;
        int r;

        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigaddset(&signals, SIGHUP);
        if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
                return -errno;

        r = sd_event_add_signal(daemon->event, NULL, SIGTERM, on_terminate, daemon);
        if (r < 0)
                return r;
        r = sd_event_add_signal(daemon->event, NULL, SIGINT, on_terminate, daemon);
        if (r < 0)
                return r;
        r = sd_event_add_signal(daemon->event, NULL, SIGHUP, on_hangup, daemon);
        if (r < 0)
                return r;

        r = sd_event_add_defer(daemon->event, &daemon->reload_source, on_reload_due, daemon);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(daemon->reload_source, SD_EVENT_OFF);
}

static int prepare(Daemon *daemon, const DaemonOptions *options) {
        const WakeupEvents wakeup_events = {
                .on_due = on_due,
                .on_clock_set = on_clock_set,
                .on_resumed = on_resumed,
                .userdata = daemon,
        };
        const ConfigurationOptions configuration_options = {
                .instance = daemon->instance,
                .assignments = options->assignments,
                .machine_id = daemon->host.machine_id,
                .changed = on_configuration_changed,
                .userdata = daemon,
        };
        int r;

        r = host_init(&daemon->host);
        if (r < 0)
                return log_error_errno(r, "Cannot learn the host's name and boot id: %m");
        r = sd_event_default(&daemon->event);
        if (r < 0)
                return log_error_errno(r, "Cannot make the event loop: %m");
        r = add_signals(daemon);
        if (r < 0)
                return log_error_errno(r, "Cannot take signals: %m");
        r = wakeup_timer_new(daemon->event, &system_clock, &wakeup_events, &daemon->wakeup);
        if (r < 0)
                return log_error_errno(r, "Cannot make the wake-up timer: %m");
        r = fact_reader_new(daemon->event, "", on_fact_changed, daemon, &daemon->facts);
        if (r < 0)
                return log_error_errno(r, "Cannot prepare to look at the machine: %m");
        r = configuration_new(daemon->event, &configuration_options, &daemon->configuration);
        if (r < 0)
                return r;
        r = make_directory(daemon->instance->runtime_dir, daemon->instance->user ? 0700 : 0755);
        if (r < 0)
                return r;
        return lock_instance(daemon);
}

int daemon_new(const DaemonOptions *options, Daemon **ret) {
        CLEANUP(daemon_freep) Daemon *daemon = NULL;
        int r;

        assert(options && options->instance);
        assert(ret);

        daemon = calloc(1, sizeof(*daemon));
        if (!daemon)
                return log_error_errno(-ENOMEM, "Cannot start: %m");
        daemon->instance = options->instance;
        daemon->lock_fd = -EBADF;

        r = prepare(daemon, options);
        if (r < 0)
                return r;
        r = open_store(daemon);
        if (r < 0)
                return r;
        r = make_runner_client(daemon);
        if (r < 0)
                return log_error_errno(r, "Cannot make the runner's client: %m");
        r = make_actions(daemon);
        if (r < 0)
                return log_error_errno(r, "Cannot look for action programs: %m; not starting");
        r = make_manager(daemon);
        if (r < 0)
                return log_error_errno(r, "Cannot read the jobs' state from the store: %m; not starting");
        r = make_bus(daemon, options);
        if (r < 0)
                return log_error_errno(r, "Cannot serve clients: %m; not starting");
        r = daemon_reload(daemon, NULL, NULL);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(daemon);
        return 0;
}

Daemon *daemon_free(Daemon *daemon) {
        if (!daemon)
                return NULL;

        shutdown_wait_done(&daemon->shutdown_wait);
        (void) bus_server_free(daemon->bus);
        (void) manager_free(daemon->manager);
        (void) action_watch_free(daemon->actions);
        (void) runner_client_free(daemon->runner);
        (void) sd_event_source_disable_unref(daemon->store_source);
        (void) store_close(daemon->store);
        (void) configuration_free(daemon->configuration);
        (void) fact_reader_free(daemon->facts);
        (void) wakeup_timer_free(daemon->wakeup);
        (void) sd_event_source_disable_unref(daemon->reload_source);
        (void) sd_event_unref(daemon->event);
        (void) fd_close(daemon->lock_fd);
        free(daemon);
        return NULL;
}

int daemon_run(Daemon *daemon) {
        int r;

        r = sd_event_set_watchdog(daemon->event, true);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot serve the service manager's watchdog: %m");
        r = runner_client_start(daemon->runner);
        if (r < 0)
                return log_error_errno(r, "Cannot begin to connect to the runner: %m");

        (void) sd_notify(false, "READY=1\nSTATUS=Running");
        r = sd_event_loop(daemon->event);
        (void) sd_notify(false, "STOPPING=1\nSTATUS=Writing what is left to the disk");
        if (r < 0)
                return log_error_errno(r, "The event loop broke: %m");
        return 0;
}
