/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/unit-property.h"

#include <assert.h>
#include <string.h>

#include "util/buffer.h"
#include "util/string-table.h"

/* clang-format off */
static const char *const protect_system[] = { "true", "yes", "1", "on", "false", "no", "0", "off", "full", "strict", NULL };
static const char *const protect_home[] = { "true", "yes", "1", "on", "false", "no", "0", "off", "read-only", "tmpfs", NULL };
static const char *const protect_proc[] = { "noaccess", "invisible", "ptraceable", "default", NULL };
static const char *const proc_subset[] = { "all", "pid", NULL };
static const char *const keyring_mode[] = { "inherit", "private", "shared", NULL };
static const char *const device_policy[] = { "auto", "closed", "strict", NULL };
static const char *const managed_oom[] = { "auto", "kill", NULL };
static const char *const oom_preference[] = { "none", "avoid", "omit", NULL };
static const char *const oom_policy[] = { "continue", "stop", "kill", NULL };
static const char *const preserve[] = { "true", "yes", "1", "on", "false", "no", "0", "off", "restart", NULL };
static const char *const scheduling_policy[] = { "other", "fifo", "rr", "batch", "", "idle", NULL };
static const char *const io_class[] = { "none", "realtime", "best-effort", "idle", NULL };
static const char *const numa_policy[] = { "default", "preferred", "bind", "interleave", "local", NULL };

static const UnitPropertyType properties[] = {
        /* systemd.resource-control(5) */
        { "CPUAccounting",             UNIT_BOOLEAN, NULL, NULL },
        { "CPUWeight",                 UNIT_WEIGHT, NULL, NULL },
        { "StartupCPUWeight",          UNIT_WEIGHT, NULL, NULL },
        { "CPUQuota",                  UNIT_QUOTA, "CPUQuotaPerSecUSec", NULL },
        { "CPUQuotaPeriodSec",         UNIT_DURATION, "CPUQuotaPeriodUSec", NULL },
        { "AllowedCPUs",               UNIT_CPUS, NULL, NULL },
        { "AllowedMemoryNodes",        UNIT_CPUS, NULL, NULL },
        { "MemoryAccounting",          UNIT_BOOLEAN, NULL, NULL },
        { "MemoryMin",                 UNIT_BYTES, NULL, NULL },
        { "MemoryLow",                 UNIT_BYTES, NULL, NULL },
        { "MemoryHigh",                UNIT_BYTES, NULL, NULL },
        { "MemoryMax",                 UNIT_BYTES, NULL, NULL },
        { "MemorySwapMax",             UNIT_BYTES, NULL, NULL },
        { "TasksAccounting",           UNIT_BOOLEAN, NULL, NULL },
        { "TasksMax",                  UNIT_TASKS, NULL, NULL },
        { "IOAccounting",              UNIT_BOOLEAN, NULL, NULL },
        { "IOWeight",                  UNIT_WEIGHT, NULL, NULL },
        { "StartupIOWeight",           UNIT_WEIGHT, NULL, NULL },
        { "IODeviceWeight",            UNIT_DEVICE_WEIGHT, NULL, NULL },
        { "IOReadBandwidthMax",        UNIT_DEVICE_BYTES, NULL, NULL },
        { "IOWriteBandwidthMax",       UNIT_DEVICE_BYTES, NULL, NULL },
        { "IOReadIOPSMax",             UNIT_DEVICE_BYTES, NULL, NULL },
        { "IOWriteIOPSMax",            UNIT_DEVICE_BYTES, NULL, NULL },
        { "IPAccounting",              UNIT_BOOLEAN, NULL, NULL },
        { "DeviceAllow",               UNIT_PAIR, NULL, NULL },
        { "DevicePolicy",              UNIT_CHOICE, NULL, device_policy },
        { "Slice",                     UNIT_TEXT, NULL, NULL },
        { "ManagedOOMSwap",            UNIT_CHOICE, NULL, managed_oom },
        { "ManagedOOMMemoryPressure",  UNIT_CHOICE, NULL, managed_oom },
        { "ManagedOOMPreference",      UNIT_CHOICE, NULL, oom_preference },

        /* systemd.kill(5), systemd.service(5) */
        { "KillSignal",                UNIT_SIGNAL, NULL, NULL },
        { "FinalKillSignal",           UNIT_SIGNAL, NULL, NULL },
        { "WatchdogSignal",            UNIT_SIGNAL, NULL, NULL },
        { "SendSIGHUP",                UNIT_BOOLEAN, NULL, NULL },
        { "SendSIGKILL",               UNIT_BOOLEAN, NULL, NULL },
        { "RuntimeMaxSec",             UNIT_DURATION, "RuntimeMaxUSec", NULL },
        { "TimeoutStopSec",            UNIT_DURATION, "TimeoutStopUSec", NULL },
        { "TimeoutAbortSec",           UNIT_DURATION, "TimeoutAbortUSec", NULL },
        { "OOMPolicy",                 UNIT_CHOICE, NULL, oom_policy },

        /* systemd.unit(5) */
        { "After",                     UNIT_LIST, NULL, NULL },
        { "Before",                    UNIT_LIST, NULL, NULL },
        { "Wants",                     UNIT_LIST, NULL, NULL },
        { "Requires",                  UNIT_LIST, NULL, NULL },
        { "Requisite",                 UNIT_LIST, NULL, NULL },
        { "BindsTo",                   UNIT_LIST, NULL, NULL },
        { "PartOf",                    UNIT_LIST, NULL, NULL },
        { "Conflicts",                 UNIT_LIST, NULL, NULL },
        { "JoinsNamespaceOf",          UNIT_LIST, NULL, NULL },
        { "RequiresMountsFor",         UNIT_PATHS, NULL, NULL },
        { "DefaultDependencies",       UNIT_BOOLEAN, NULL, NULL },

        /* systemd.exec(5): where and as whom */
        { "WorkingDirectory",          UNIT_TEXT, NULL, NULL },
        { "RootDirectory",             UNIT_TEXT, NULL, NULL },
        { "RootImage",                 UNIT_TEXT, NULL, NULL },
        { "RootVerity",                UNIT_TEXT, NULL, NULL },
        { "MountAPIVFS",               UNIT_BOOLEAN, NULL, NULL },
        { "BindPaths",                 UNIT_BIND, NULL, NULL },
        { "BindReadOnlyPaths",         UNIT_BIND, NULL, NULL },
        { "TemporaryFileSystem",       UNIT_TMPFS, NULL, NULL },
        { "ReadWritePaths",            UNIT_PATHS, NULL, NULL },
        { "ReadOnlyPaths",             UNIT_PATHS, NULL, NULL },
        { "InaccessiblePaths",         UNIT_PATHS, NULL, NULL },
        { "ExecPaths",                 UNIT_PATHS, NULL, NULL },
        { "NoExecPaths",               UNIT_PATHS, NULL, NULL },
        { "DynamicUser",               UNIT_BOOLEAN, NULL, NULL },
        { "SupplementaryGroups",       UNIT_LIST, NULL, NULL },
        { "PAMName",                   UNIT_TEXT, NULL, NULL },
        { "UMask",                     UNIT_MODE, NULL, NULL },
        { "RuntimeDirectory",          UNIT_LIST, NULL, NULL },
        { "RuntimeDirectoryMode",      UNIT_MODE, NULL, NULL },
        { "RuntimeDirectoryPreserve",  UNIT_CHOICE, NULL, preserve },
        { "StateDirectory",            UNIT_LIST, NULL, NULL },
        { "StateDirectoryMode",        UNIT_MODE, NULL, NULL },
        { "CacheDirectory",            UNIT_LIST, NULL, NULL },
        { "CacheDirectoryMode",        UNIT_MODE, NULL, NULL },
        { "LogsDirectory",             UNIT_LIST, NULL, NULL },
        { "LogsDirectoryMode",         UNIT_MODE, NULL, NULL },
        { "ConfigurationDirectory",    UNIT_LIST, NULL, NULL },
        { "ConfigurationDirectoryMode", UNIT_MODE, NULL, NULL },

        /* environment, credentials, logging */
        { "Environment",               UNIT_ENVIRONMENT, NULL, NULL },
        { "EnvironmentFile",           UNIT_FILES, "EnvironmentFiles", NULL },
        { "PassEnvironment",           UNIT_LIST, NULL, NULL },
        { "UnsetEnvironment",          UNIT_LIST, NULL, NULL },
        { "LoadCredential",            UNIT_PAIR, NULL, NULL },
        { "LoadCredentialEncrypted",   UNIT_PAIR, NULL, NULL },
        { "SyslogIdentifier",          UNIT_TEXT, NULL, NULL },
        { "LogNamespace",              UNIT_TEXT, NULL, NULL },

        /* scheduling and limits */
        { "Nice",                      UNIT_INTEGER, NULL, NULL },
        { "OOMScoreAdjust",            UNIT_INTEGER, NULL, NULL },
        { "CPUSchedulingPolicy",       UNIT_INDEX, NULL, scheduling_policy },
        { "CPUSchedulingPriority",     UNIT_INTEGER, NULL, NULL },
        { "CPUSchedulingResetOnFork",  UNIT_BOOLEAN, NULL, NULL },
        { "CPUAffinity",               UNIT_CPUS, NULL, NULL },
        { "NUMAPolicy",                UNIT_INDEX, NULL, numa_policy },
        { "NUMAMask",                  UNIT_CPUS, NULL, NULL },
        { "IOSchedulingClass",         UNIT_INDEX, NULL, io_class },
        { "IOSchedulingPriority",      UNIT_INTEGER, NULL, NULL },
        { "LimitCPU",                  UNIT_LIMIT_SECONDS, NULL, NULL },
        { "LimitFSIZE",                UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitDATA",                 UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitSTACK",                UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitCORE",                 UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitRSS",                  UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitNOFILE",               UNIT_LIMIT_NUMBER, NULL, NULL },
        { "LimitAS",                   UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitNPROC",                UNIT_LIMIT_NUMBER, NULL, NULL },
        { "LimitMEMLOCK",              UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitLOCKS",                UNIT_LIMIT_NUMBER, NULL, NULL },
        { "LimitSIGPENDING",           UNIT_LIMIT_NUMBER, NULL, NULL },
        { "LimitMSGQUEUE",             UNIT_LIMIT_BYTES, NULL, NULL },
        { "LimitNICE",                 UNIT_LIMIT_NUMBER, NULL, NULL },
        { "LimitRTPRIO",               UNIT_LIMIT_NUMBER, NULL, NULL },
        { "LimitRTTIME",               UNIT_LIMIT_USEC, NULL, NULL },

        /* sandboxing */
        { "NoNewPrivileges",           UNIT_BOOLEAN, NULL, NULL },
        { "ProtectSystem",             UNIT_CHOICE, NULL, protect_system },
        { "ProtectHome",               UNIT_CHOICE, NULL, protect_home },
        { "ProtectProc",               UNIT_CHOICE, NULL, protect_proc },
        { "ProcSubset",                UNIT_CHOICE, NULL, proc_subset },
        { "ProtectKernelTunables",     UNIT_BOOLEAN, NULL, NULL },
        { "ProtectKernelModules",      UNIT_BOOLEAN, NULL, NULL },
        { "ProtectKernelLogs",         UNIT_BOOLEAN, NULL, NULL },
        { "ProtectControlGroups",      UNIT_BOOLEAN, NULL, NULL },
        { "ProtectClock",              UNIT_BOOLEAN, NULL, NULL },
        { "ProtectHostname",           UNIT_BOOLEAN, NULL, NULL },
        { "PrivateTmp",                UNIT_BOOLEAN, NULL, NULL },
        { "PrivateDevices",            UNIT_BOOLEAN, NULL, NULL },
        { "PrivateNetwork",            UNIT_BOOLEAN, NULL, NULL },
        { "PrivateIPC",                UNIT_BOOLEAN, NULL, NULL },
        { "PrivateUsers",              UNIT_BOOLEAN, NULL, NULL },
        { "PrivateMounts",             UNIT_BOOLEAN, NULL, NULL },
        { "NetworkNamespacePath",      UNIT_TEXT, NULL, NULL },
        { "IPCNamespacePath",          UNIT_TEXT, NULL, NULL },
        { "RemoveIPC",                 UNIT_BOOLEAN, NULL, NULL },
        { "KeyringMode",               UNIT_CHOICE, NULL, keyring_mode },
        { "LockPersonality",           UNIT_BOOLEAN, NULL, NULL },
        { "Personality",               UNIT_TEXT, NULL, NULL },
        { "MemoryDenyWriteExecute",    UNIT_BOOLEAN, NULL, NULL },
        { "RestrictRealtime",          UNIT_BOOLEAN, NULL, NULL },
        { "RestrictSUIDSGID",          UNIT_BOOLEAN, NULL, NULL },
        { "RestrictNamespaces",        UNIT_NAMESPACES, NULL, NULL },
        { "RestrictAddressFamilies",   UNIT_FILTER, NULL, NULL },
        { "RestrictFileSystems",       UNIT_FILTER, NULL, NULL },
        { "SystemCallFilter",          UNIT_FILTER, NULL, NULL },
        { "SystemCallLog",             UNIT_FILTER, NULL, NULL },
        { "SystemCallArchitectures",   UNIT_LIST, NULL, NULL },
        { "CapabilityBoundingSet",     UNIT_CAPABILITIES, NULL, NULL },
        { "AmbientCapabilities",       UNIT_CAPABILITIES, NULL, NULL },
        { "SELinuxContext",            UNIT_LABEL, NULL, NULL },
        { "AppArmorProfile",           UNIT_LABEL, NULL, NULL },
        { "SmackProcessLabel",         UNIT_LABEL, NULL, NULL },
        { "IgnoreSIGPIPE",             UNIT_BOOLEAN, NULL, NULL },
        { "UtmpIdentifier",            UNIT_TEXT, NULL, NULL },
};
/* clang-format on */

const UnitPropertyType *unit_property_find(const char *name) {
        assert(name);

        for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

const char *unit_property_refusal(const char *name) {
        static const struct {
                const char *name; /* with '*' at its end: whatever begins with it */
                const char *reason;
        } refused[] = {
                { "Exec*", "the command is the job's" },
                { "Type", "jobsched decides how the command is started" },
                { "User", "the key 'user' says it" },
                { "Group", "the key 'group' says it" },
                { "Standard*", "jobsched keeps the output, and the key 'stdin' says the input" },
                { "KillMode", "jobsched ends what a job has left behind" },
                { "NotifyAccess", "jobsched has a notify socket of its own" },
                { "RemainAfterExit", "jobsched decides when the unit goes" },
                { "Restart*", "the key 'retry' says it" },
        };

        assert(name);

        for (size_t i = 0; !unit_property_find(name) && i < ARRAY_SIZE(refused); i++) {
                size_t n = strcspn(refused[i].name, "*");

                if (strncmp(refused[i].name, name, n) == 0 && (refused[i].name[n] == '*' || name[n] == '\0'))
                        return refused[i].reason;
        }
        return NULL;
}

const char *unit_property_nearest(const char *name) {
        const char *names[ARRAY_SIZE(properties) + 1];

        for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
                names[i] = properties[i].name;
        names[ARRAY_SIZE(properties)] = NULL;
        return string_nearest(name, names);
}

static const struct {
        const char *signature, *expectation;
        bool is_list;
} kinds[] = {
        [UNIT_BOOLEAN] = { "b", "true or false", false },
        [UNIT_INTEGER] = { "i", "a whole number", false },
        [UNIT_SIGNAL] = { "i", "the name of a signal such as TERM", false },
        [UNIT_MODE] = { "u", "a number in octal such as 0027", false },
        [UNIT_BYTES] = { "t", "a size such as 512M, a percentage, or infinity", false },
        [UNIT_TASKS] = { "t", "a whole number, a percentage, or infinity", false },
        [UNIT_WEIGHT] = { "t", "a number from 1 to 10000", false },
        [UNIT_QUOTA] = { "t", "a percentage of one CPU such as 50%", false },
        [UNIT_DURATION] = { "t", "a duration such as 90s, or infinity", false },
        [UNIT_LIMIT_NUMBER] = { "t", "a whole number or infinity, or two of them as SOFT:HARD", false },
        [UNIT_LIMIT_BYTES] = { "t", "a size or infinity, or two of them as SOFT:HARD", false },
        [UNIT_LIMIT_SECONDS] = { "t", "a duration or infinity, or two of them as SOFT:HARD", false },
        [UNIT_LIMIT_USEC] = { "t", "a duration or infinity, or two of them as SOFT:HARD", false },
        [UNIT_TEXT] = { "s", "a text", false },
        [UNIT_LABEL] = { "(bs)", "a label, with '-' in front if it may be missing", false },
        [UNIT_CHOICE] = { "s", "one of", false },
        [UNIT_INDEX] = { "i", "one of", false },
        [UNIT_LIST] = { "as", "words", true },
        [UNIT_PATHS] = { "as", "absolute paths", true },
        [UNIT_FILTER] = { "(bas)", "words, with '~' in front for all but these", true },
        [UNIT_CAPABILITIES] = { "t",
                                "capabilities such as CAP_NET_ADMIN, with '~' in front for all but these",
                                true },
        [UNIT_NAMESPACES] = { "t", "true, false, or kinds of namespaces", true },
        [UNIT_CPUS] = { "ay", "numbers and ranges such as 0-3,8", true },
        [UNIT_ENVIRONMENT] = { "as", "NAME=VALUE", true },
        [UNIT_FILES] = { "a(sb)", "an absolute path, with '-' in front if it may be missing", true },
        [UNIT_BIND] = { "a(ssbt)", "absolute paths as SOURCE or SOURCE:DESTINATION", true },
        [UNIT_TMPFS] = { "a(ss)", "absolute paths as PATH or PATH:OPTIONS", true },
        [UNIT_PAIR] = { "a(ss)", "two words", true },
        [UNIT_DEVICE_WEIGHT] = { "a(st)", "a path and a number from 1 to 10000", true },
        [UNIT_DEVICE_BYTES] = { "a(st)", "a path and a size", true },
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(kinds) == UNIT_PROPERTY_KIND_COUNT, "each kind is described");

const char *unit_property_signature(UnitPropertyKind kind) {
        assert(kind < UNIT_PROPERTY_KIND_COUNT);
        return kinds[kind].signature;
}

bool unit_property_is_list(UnitPropertyKind kind) {
        assert(kind < UNIT_PROPERTY_KIND_COUNT);
        return kinds[kind].is_list;
}

int unit_property_expectation(const UnitPropertyType *type, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        assert(type);
        assert(ret);

        (void) buffer_add_string(&buffer, kinds[type->kind].expectation);
        for (const char *const *choice = type->choices; choice && *choice; choice++)
                if (**choice)
                        (void) buffer_add_format(
                                        &buffer, "%s %s", choice == type->choices ? "" : ",", *choice);
        return buffer_take(&buffer, ret);
}
