/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/instance.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/file.h"
#include "util/string-list.h"

/* One directory of an instance: where the system has it, and where a user does. */
typedef struct Place {
        const char *variable;    /* moves it */
        const char *system_path; /* absolute */
        const char *xdg;         /* the user's base directory … */
        const char *home_base;   /* … else this below $HOME; NULL: /tmp/jobsched-UID */
        const char *user_name;   /* below the base */
} Place;

static const Place settings_place = {
        "JOBSCHED_CONFIG_FILE", SYSTEM_CONFIG_DIR "/jobsched.yaml", "XDG_CONFIG_HOME", ".config",
        "jobsched.yaml",
};
static const Place config_place = {
        "JOBSCHED_CONFIG_PATH", NULL, "XDG_CONFIG_HOME", ".config", "jobsched.d",
};
static const Place action_place = {
        "JOBSCHED_ACTION_PATH", NULL, "", ".local/lib", "jobsched/actions",
};
static const Place state_place = {
        "JOBSCHED_STATE_DIR", SYSTEM_STATE_DIR, "XDG_STATE_HOME", ".local/state", "jobsched",
};
static const Place runtime_place = {
        "JOBSCHED_RUNTIME_DIR", "/run/jobsched", "XDG_RUNTIME_DIR", NULL, "jobsched",
};
static const Place runner_place = {
        "JOBSCHED_RUNNER_DIR", "/run/jobsched-runner", "XDG_RUNTIME_DIR", NULL, "jobsched-runner",
};

static const char runner_state_variable[] = "JOBSCHED_RUNNER_STATE_DIR";

static const char *const system_config_dirs[] = {
        SYSTEM_CONFIG_DIR "/jobsched.d",
        "/run/jobsched.d",
        SYSTEM_VENDOR_DIR "/jobsched.d",
};

/* A site's hides the one of the same name that comes with jobsched. */
static const char *const system_action_dirs[] = {
        SYSTEM_CONFIG_DIR "/jobsched/actions",
        LIBEXEC_DIR "/actions",
};

static const char *variable(const char *name) {
        const char *value = getenv(name);

        return value && value[0] != '\0' ? value : NULL;
}

static int copy(const char *text, char **ret) {
        char *copied = strdup(text);

        if (!copied)
                return -ENOMEM;
        *ret = copied;
        return 0;
}

/* The XDG specification: a relative path is to be ignored. */
static int user_base(const Place *place, char **ret) {
        const char *xdg = variable(place->xdg), *home = variable("HOME");

        if (xdg && xdg[0] == '/')
                return copy(xdg, ret);
        if (!place->home_base) {
                if (asprintf(ret, "/tmp/jobsched-%u", (unsigned) getuid()) < 0)
                        return -ENOMEM;
                return 0;
        }
        if (!home || home[0] != '/')
                return -ENXIO;
        return path_join(home, place->home_base, ret);
}

static int place_find(const Place *place, bool user, char **ret) {
        CLEANUP_FREE char *base = NULL;
        const char *moved = variable(place->variable);
        int r;

        if (moved)
                return copy(moved, ret);
        if (!user)
                return copy(place->system_path, ret);
        r = user_base(place, &base);
        if (r < 0)
                return r;
        return path_join(base, place->user_name, ret);
}

static int split_path(const char *path, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        while (*path != '\0') {
                size_t length = strcspn(path, ":");

                if (length > 0) {
                        char *item = strndup(path, length);

                        if (!item)
                                return -ENOMEM;
                        r = string_list_take_push(&list, item);
                        if (r < 0)
                                return r;
                }
                path += length;
                path += *path == ':';
        }
        *ret = TAKE_PTR(list);
        return 0;
}

/* `fixed` are those of the system. A user has one of his own, in front of them with `and_fixed`. */
static int dirs_find(
                const Place *place,
                bool user,
                const char *const *fixed,
                size_t n_fixed,
                bool and_fixed,
                char ***ret) {

        CLEANUP(string_list_freep) char **list = NULL;
        const char *moved = variable(place->variable);
        char *directory;
        int r = 0;

        if (moved)
                return split_path(moved, ret);
        if (user) {
                r = place_find(place, true, &directory);
                if (r >= 0)
                        r = string_list_take_push(&list, directory);
                else if (r == -ENXIO && and_fixed)
                        r = 0; /* without a home directory there is nothing in it */
        }
        for (size_t i = 0; r >= 0 && (!user || and_fixed) && i < n_fixed; i++)
                r = string_list_push(&list, fixed[i]);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

/* The runner's own, so that the daemon's user cannot read it. */
static int find_secret_dir(Instance *instance) {
        const char *base = variable(runner_state_variable);

        if (!base)
                base = instance->user ? instance->state_dir : SYSTEM_STATE_DIR "-runner";
        return path_join(base, "secrets", &instance->secret_dir);
}

static int fill(Instance *instance) {
        bool user = instance->user;
        int r;

        r = place_find(&settings_place, user, &instance->settings_file);
        if (r < 0)
                return r;
        r = dirs_find(&config_place, user, system_config_dirs, ARRAY_SIZE(system_config_dirs), false,
                      &instance->config_dirs);
        if (r < 0)
                return r;
        r = dirs_find(&action_place, user, system_action_dirs, ARRAY_SIZE(system_action_dirs), true,
                      &instance->action_dirs);
        if (r < 0)
                return r;
        r = place_find(&state_place, user, &instance->state_dir);
        if (r < 0)
                return r;
        r = place_find(&runtime_place, user, &instance->runtime_dir);
        if (r < 0)
                return r;
        r = place_find(&runner_place, user, &instance->runner_dir);
        if (r < 0)
                return r;

        r = path_join(instance->state_dir, "jobsched.db", &instance->database_file);
        if (r < 0)
                return r;
        r = find_secret_dir(instance);
        if (r < 0)
                return r;
        r = path_join(instance->runtime_dir, "control", &instance->control_socket);
        if (r < 0)
                return r;
        return path_join(instance->runner_dir, "socket", &instance->runner_socket);
}

/* As sd_booted(), and where the user's would be asked. */
static bool find_systemd(bool user) {
        const char *directory = variable("XDG_RUNTIME_DIR");
        CLEANUP_FREE char *path = NULL;

        if (!user)
                return access("/run/systemd/system", F_OK) >= 0;
        return directory && path_join(directory, "systemd/private", &path) >= 0 && access(path, F_OK) >= 0;
}

int instance_init(Instance *instance, bool user) {
        Instance filled = { .user = user };
        int r;

        r = fill(&filled);
        if (r < 0) {
                instance_done(&filled);
                return r;
        }
        filled.has_systemd = find_systemd(user);
        *instance = filled;
        return 0;
}

void instance_done(Instance *instance) {
        free(instance->settings_file);
        (void) string_list_free(instance->config_dirs);
        (void) string_list_free(instance->action_dirs);
        free(instance->state_dir);
        free(instance->database_file);
        free(instance->runtime_dir);
        free(instance->control_socket);
        free(instance->runner_dir);
        free(instance->runner_socket);
        free(instance->secret_dir);
        *instance = (Instance){ 0 };
}

/* In /tmp anybody could have made the directory before us: nothing may be put into another's. */
static int check_private(const char *path) {
        struct stat st;

        if (lstat(path, &st) < 0)
                return -errno;
        if (!S_ISDIR(st.st_mode))
                return -ENOTDIR;
        if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
                return -EPERM;
        return 0;
}

int instance_make_directory(const char *path, mode_t mode) {
        CLEANUP_FREE char *parent = NULL;
        char *slash;
        int r;

        parent = strdup(path);
        if (!parent)
                return -ENOMEM;
        slash = strrchr(parent, '/');
        if (slash && slash != parent) {
                *slash = '\0';
                /* What is missing on the way is ours alone; in system mode /run is there. */
                r = directory_make_all(parent, 0700);
                if (r < 0)
                        return r;
                if (strncmp(parent, "/tmp/jobsched-", strlen("/tmp/jobsched-")) == 0) {
                        r = check_private(parent);
                        if (r < 0)
                                return r;
                }
        }

        if (mkdir(path, mode) >= 0)
                return chmod(path, mode) < 0 ? -errno : 0; /* whatever the umask is */
        if (errno != EEXIST)
                return -errno;
        return check_private(path);
}
