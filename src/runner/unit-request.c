/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-request.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "runner/environment.h"
#include "runner/run-credential.h"
#include "runner/unit-name.h"
#include "runner/unit-property-append.h"
#include "runner/unit-property-value.h"
#include "util/string-list.h"

typedef struct Builder {
        const UnitRequest *request;
        sd_bus_message *message;
        char **environment, **arguments;
        char *reason; /* of a failure */
} Builder;

static void builder_done(Builder *builder) {
        (void) sd_bus_message_unref(builder->message);
        (void) string_list_free(builder->environment);
        (void) string_list_free(builder->arguments);
        free(builder->reason);
}

static int add_list(sd_bus_message *message, const char *name, char *const *items) {
        int r;

        r = sd_bus_message_open_container(message, 'r', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(message, 's', name);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(message, 'v', "as");
        if (r < 0)
                return r;
        r = sd_bus_message_append_strv(message, (char **) items);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int add_command(Builder *builder) {
        sd_bus_message *message = builder->message;
        const char *program = builder->arguments[0];
        int r;

        r = sd_bus_message_open_container(message, 'r', "sv");
        if (r >= 0)
                r = sd_bus_message_append_basic(message, 's', "ExecStartEx");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "a(sasas)");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "(sasas)");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'r', "sasas");
        if (r >= 0)
                r = sd_bus_message_append_basic(message, 's', program);
        if (r >= 0)
                r = sd_bus_message_append_strv(message, builder->arguments);
        if (r >= 0)
                r = sd_bus_message_append(message, "as", 1, "no-env-expand");
        for (int i = 0; i < 4 && r >= 0; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

/* As for a spawned run, a program without a slash is looked for in the job's own PATH. */
static int add_search_path(Builder *builder) {
        CLEANUP(string_list_freep) char **directories = NULL;
        const char *path = environment_get(builder->environment, "PATH");

        if (strchr(builder->arguments[0], '/') || !path)
                return 0;
        while (*path != '\0') {
                size_t length = strcspn(path, ":");
                char *directory = path[0] == '/' ? strndup(path, length) : NULL;
                int r;

                if (path[0] == '/' && !directory)
                        return -ENOMEM;
                r = directory ? string_list_take_push(&directories, directory) : 0;
                if (r < 0)
                        return r;
                path += length;
                path += *path == ':';
        }
        return directories ? add_list(builder->message, "ExecSearchPath", directories) : 0;
}

static int add_process(Builder *builder) {
        const UnitRequest *request = builder->request;
        sd_bus_message *message = builder->message;
        int r;

        r = add_command(builder);
        if (r >= 0)
                r = add_search_path(builder);
        if (r >= 0)
                r = add_list(message, "Environment", builder->environment);
        if (r >= 0)
                r = sd_bus_message_append(
                                message, "(sv)(sv)", "StandardOutputFileDescriptor", "h", request->stdout_fd,
                                "StandardErrorFileDescriptor", "h", request->stderr_fd);
        if (r >= 0 && request->stdin_fd >= 0)
                r = sd_bus_message_append(
                                message, "(sv)", "StandardInputFileDescriptor", "h", request->stdin_fd);
        return r;
}

/* The unit stays until its outcome was acknowledged, and at a shutdown ends before the runner does. */
static int add_frame(Builder *builder) {
        const UnitRequest *request = builder->request;
        const MessageStart *start = request->start;
        CLEANUP_FREE char *description = NULL;
        int r;

        r = unit_description_format(request->generation, request->key, start->job, &description);
        if (r < 0)
                return r;
        return sd_bus_message_append(
                        builder->message, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description", "s",
                        description, "Type", "s", "exec", "RemainAfterExit", "b", 1, "After", "as", 1,
                        "jobsched-runner.service", "TimeoutStartUSec", "t", UINT64_MAX, "TimeoutStopUSec",
                        "t", (uint64_t) start->kill_timeout_usec, "KillSignal", "i",
                        (int32_t) start->kill_signal, "KillMode", "s",
                        start->left_behind == LEFT_BEHIND_IS_LEFT ? "process" : "control-group", "ExitType",
                        "s", start->left_behind == LEFT_BEHIND_IS_AWAITED ? "cgroup" : "main",
                        "CPUAccounting", "b", 1, "IgnoreSIGPIPE", "b", 0);
}

static int add_user(Builder *builder) {
        const UnitRequest *request = builder->request;
        const MessageStart *start = request->start;
        const Account *account = request->account;
        char gid[16];
        int r;

        if (request->defaults->user_mode)
                return 0;
        (void) snprintf(gid, sizeof(gid), "%u", (unsigned) account->gid);
        r = sd_bus_message_append(
                        builder->message, "(sv)(sv)", "User", "s", account->name, "Group", "s", gid);
        if (r < 0 || !start->has_groups)
                return r;
        return add_list(builder->message, "SupplementaryGroups", start->groups);
}

static int add_place(Builder *builder) {
        const UnitRequest *request = builder->request;
        const char *directory = request->start->directory;
        CLEANUP_FREE char *home = NULL;

        if (!directory || directory[0] == '\0') {
                if (asprintf(&home, "-%s", request->account->home) < 0)
                        return -ENOMEM;
                directory = home;
        }
        return sd_bus_message_append(
                        builder->message, "(sv)(sv)", "WorkingDirectory", "s", directory, "UMask", "u",
                        (uint32_t) request->start->umask);
}

static int add_affinity(Builder *builder) {
        uint8_t mask[UNIT_CPUS_MAX / 8];
        size_t size;
        int r = unit_value_cpus(builder->request->start->affinity, mask, &size);

        return r < 0 ? r : unit_property_append_bytes(builder->message, "CPUAffinity", mask, size);
}

static int add_scheduling(Builder *builder) {
        const MessageStart *start = builder->request->start;
        sd_bus_message *message = builder->message;
        int r = 0;

        if (start->has_nice)
                r = sd_bus_message_append(message, "(sv)", "Nice", "i", (int32_t) start->nice);
        if (r >= 0 && start->has_oom_score)
                r = sd_bus_message_append(message, "(sv)", "OOMScoreAdjust", "i", (int32_t) start->oom_score);
        if (r >= 0 && start->io_class != 0)
                r = sd_bus_message_append(
                                message, "(sv)(sv)", "IOSchedulingClass", "i", (int32_t) start->io_class,
                                "IOSchedulingPriority", "i", (int32_t) start->io_priority);
        if (r >= 0 && start->has_affinity)
                r = add_affinity(builder);
        return r;
}

static const char *const limit_names[] = {
        [RLIMIT_CPU] = "LimitCPU",           [RLIMIT_FSIZE] = "LimitFSIZE",
        [RLIMIT_DATA] = "LimitDATA",         [RLIMIT_STACK] = "LimitSTACK",
        [RLIMIT_CORE] = "LimitCORE",         [RLIMIT_RSS] = "LimitRSS",
        [RLIMIT_NPROC] = "LimitNPROC",       [RLIMIT_NOFILE] = "LimitNOFILE",
        [RLIMIT_MEMLOCK] = "LimitMEMLOCK",   [RLIMIT_AS] = "LimitAS",
        [RLIMIT_LOCKS] = "LimitLOCKS",       [RLIMIT_SIGPENDING] = "LimitSIGPENDING",
        [RLIMIT_MSGQUEUE] = "LimitMSGQUEUE", [RLIMIT_NICE] = "LimitNICE",
        [RLIMIT_RTPRIO] = "LimitRTPRIO",     [RLIMIT_RTTIME] = "LimitRTTIME",
};

/* systemd takes the hard limit for both first. */
static int add_resource_limit(sd_bus_message *message, const char *item) {
        uint64_t soft, hard;
        unsigned number;
        char name[32];

        if (sscanf(item, "%u:%" SCNu64 ":%" SCNu64, &number, &soft, &hard) != 3 ||
            number >= ARRAY_SIZE(limit_names) || !limit_names[number])
                return -EINVAL;
        (void) snprintf(name, sizeof(name), "%sSoft", limit_names[number]);
        return sd_bus_message_append(message, "(sv)(sv)", limit_names[number], "t", hard, name, "t", soft);
}

static int add_limits(Builder *builder) {
        const MessageStart *start = builder->request->start;
        const struct {
                const char *name;
                uint64_t value, factor;
        } limits[] = {
                { "MemoryMax", start->memory_max_bytes, 1 },
                { "CPUQuotaPerSecUSec", start->cpu_percent, USEC_PER_SEC / 100 },
                { "TasksMax", start->tasks_max, 1 },
                { "IOWeight", start->io_weight, 1 },
        };
        int r = 0;

        STRING_LIST_FOREACH(item, start->resource_limits) {
                r = add_resource_limit(builder->message, *item);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(limits); i++) {
                if (limits[i].value != UINT64_MAX)
                        r = sd_bus_message_append(
                                        builder->message, "(sv)", limits[i].name, "t",
                                        limits[i].value * limits[i].factor);
        }
        return r;
}

/* systemd reads them, as itself: a '-' before the path means here what it means there. */
static int add_environment_files(Builder *builder) {
        int r = 0;

        STRING_LIST_FOREACH(item, builder->request->start->environment_files) {
                bool optional = **item == '-';

                r = sd_bus_message_append(
                                builder->message, "(sv)", "EnvironmentFiles", "a(sb)", 1, *item + optional,
                                optional);
                if (r < 0)
                        return r;
        }
        return r;
}

/*
 * systemd loads them itself, as root, into memory that only the unit sees, and takes them away with it: they
 * do not even pass through us, and no end of ours leaves them behind.
 */
static int add_credentials(Builder *builder) {
        const UnitRequest *request = builder->request;
        CLEANUP(string_list_freep) char **list = NULL;
        int r = run_credential_list(request->start, &list);

        STRING_LIST_FOREACH(wanted, list) {
                CLEANUP(credential_source_done) CredentialSource source = { .fd = -EBADF };

                r = credential_find(request->places, request->key->store, *wanted, &source, &builder->reason);
                if (r >= 0)
                        r = sd_bus_message_append(
                                        builder->message, "(sv)",
                                        source.encrypted ? "LoadCredentialEncrypted" : "LoadCredential",
                                        "a(ss)", 1, source.name, source.path);
                if (r < 0)
                        return r;
        }
        return r;
}

/* Last: they may change what the job's other keys have set. */
static int add_own_properties(Builder *builder) {
        STRING_LIST_FOREACH(item, builder->request->start->unit_properties) {
                char *reason = NULL;
                int r = unit_property_append(builder->message, *item, &reason);

                if (r < 0) {
                        builder->reason = reason;
                        return r;
                }
        }
        return 0;
}

static int (*const parts[])(Builder *builder) = {
        add_frame,  add_process,           add_user,        add_place,          add_scheduling,
        add_limits, add_environment_files, add_credentials, add_own_properties,
};

static int build_lists(Builder *builder) {
        const UnitRequest *request = builder->request;
        char mark[RUN_NAME_MAX];
        const EnvironmentUser user = {
                .name = request->account->name,
                .home = request->account->home,
                .uid = request->account->uid,
                .mark = run_key_format(request->key, mark),
                .notify_socket = request->notify_socket,
        };
        int r;

        r = command_build(request->start, &builder->arguments);
        if (r < 0)
                return r;
        if (!builder->arguments || !builder->arguments[0]) {
                builder->reason = strdup("the job has no command");
                return -ENOEXEC;
        }
        r = environment_build(request->start, &user, request->defaults->lang, &builder->environment);
        if (r == -EINVAL)
                builder->reason = strdup("an item of its environment is not NAME=value");
        return r;
}

static int build_message(Builder *builder, sd_bus *bus) {
        sd_bus_message *message;
        int r;

        r = sd_bus_message_new_method_call(
                        bus, &builder->message, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                        "org.freedesktop.systemd1.Manager", "StartTransientUnit");
        if (r < 0)
                return r;
        message = builder->message;
        r = sd_bus_message_append(message, "ss", builder->request->name, "fail");
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(message, 'a', "(sv)");
        for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(parts); i++)
                r = parts[i](builder);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_message_append(message, "a(sa(sv))", 0);
}

int unit_request_build(sd_bus *bus, const UnitRequest *request, sd_bus_message **ret, char **reterr_message) {

        CLEANUP(builder_done) Builder builder = { .request = request };
        int r;

        r = build_lists(&builder);
        if (r >= 0)
                r = build_message(&builder, bus);
        if (r < 0) {
                if (r == -EINVAL && !builder.reason)
                        builder.reason = strdup("its command, environment or a value is not valid UTF-8, "
                                                "which systemd "
                                                "needs");
                *reterr_message = TAKE_PTR(builder.reason);
                return r;
        }
        *ret = TAKE_PTR(builder.message);
        return 0;
}

/* The property of which the text speaks most surely. */
static const char *find_property(char *const *items, const char *text) {
        const char *found = NULL;
        size_t length = 0;

        STRING_LIST_FOREACH(item, items) {
                size_t n = unit_property_is_meant(*item, text);

                if (n > length) {
                        length = n;
                        found = *item;
                }
        }
        return found;
}

char *unit_request_explain(const MessageStart *start, const sd_bus_error *error) {
        const char *text = error->message ?: error->name, *item;
        char *message;
        int n;

        item = find_property(start->unit_properties, text);
        if (!item && string_list_length(start->unit_properties) == 1 &&
            sd_bus_error_has_name(error, SD_BUS_ERROR_INVALID_ARGS))
                item = start->unit_properties[0];
        if (item)
                n = asprintf(&message, "line %.*s: %.*s: %s", (int) strcspn(item, ":"), item,
                             (int) strcspn(strchr(item, ':') + 1, "="), strchr(item, ':') + 1, text);
        else
                n = asprintf(&message, "systemd refuses its unit: %s", text);
        return n < 0 ? NULL : message;
}
