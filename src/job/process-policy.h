/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* As whom, with what and within which limits a job's processes run. */

#include <sys/types.h>

#include "job/job-policy.h"
#include "util/types.h"

#define CPU_AFFINITY_WORDS 16U /* CPUs 0…1023 */

typedef enum IoClass {
        IO_CLASS_NONE, /* as the kernel has it */
        IO_CLASS_REALTIME,
        IO_CLASS_BEST_EFFORT,
        IO_CLASS_IDLE,
        IO_CLASS_COUNT,
} IoClass;

DECLARE_STRING_TABLE(io_class, IoClass);
extern const char *const io_class_names[];

/* One of setrlimit(): `limits: {open-files: 4096, …}`. */
typedef struct ResourceLimit {
        int resource;        /* RLIMIT_… */
        uint64_t soft, hard; /* RLIM_INFINITY as UINT64_MAX */
} ResourceLimit;

/* `limits:`. UINT64_MAX: none. */
typedef struct LimitsPolicy {
        uint64_t memory_bytes;
        uint64_t cpu_percent; /* 100 is one CPU */
        uint64_t tasks;
        uint64_t io_weight; /* 1…10000 */
        ResourceLimit *resources;
        size_t n_resources;
} LimitsPolicy;
#define LIMITS_DEFAULT                                                                      \
        {                                                                                   \
                .memory_bytes = UINT64_MAX, .cpu_percent = UINT64_MAX, .tasks = UINT64_MAX, \
                .io_weight = UINT64_MAX                                                     \
        }

/* `unit: {NAME: VALUE}`: a property of a systemd service, as in a unit file; a list is several. */
typedef struct UnitProperty {
        char *name;
        char *value;
        unsigned line; /* of its key, for what systemd says of it; 0: unknown */
} UnitProperty;

typedef struct ProcessPolicy {
        char *user;               /* NULL: the owner */
        char *group;              /* NULL: the user's primary group */
        char **groups;            /* supplementary; NULL: the user's own */
        char *directory;          /* NULL: the user's home */
        mode_t umask;             /* default 022 */
        char **environment;       /* "NAME=value" */
        char **environment_files; /* absolute paths, one that may be missing with '-' before it */
        char *input;              /* `stdin:` the text; NULL: /dev/null */
        char **credentials;       /* names */

        bool has_nice, has_oom_score, has_affinity;
        int nice;      /* -20…19 */
        int oom_score; /* -1000…1000 */
        IoClass io_class;
        unsigned io_priority;                  /* 0…7, 0 first; default 4 */
        uint64_t affinity[CPU_AFFINITY_WORDS]; /* bit per CPU */

        usec_t timeout_usec;       /* of one attempt; USEC_INFINITY: none, the default */
        usec_t start_timeout_usec; /* from launch to exec; default 30 s */
        usec_t kill_timeout_usec;  /* from kill-signal to SIGKILL; default 10 s */
        int kill_signal;           /* default SIGTERM */
        LeftBehind left_behind;

        LimitsPolicy limits;
        UnitProperty *unit; /* a transient unit of systemd with these; NULL: spawned by the runner itself */
        size_t n_unit;
        bool is_unit; /* there is a `unit:` mapping, if only an empty one */
} ProcessPolicy;

void process_policy_done(ProcessPolicy *policy);
