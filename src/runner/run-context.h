/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A run and what runs share, for the modules that make up a run: run, run-end, run-output, run-state. */

#include <uthash.h>

#include "protocol/message.h"
#include "runner/account.h"
#include "runner/cgroup.h"
#include "runner/credential-find.h"
#include "runner/deadline.h"
#include "runner/journal-sink.h"
#include "runner/launch.h"
#include "runner/notify-socket.h"
#include "runner/output-capture.h"
#include "runner/output-file.h"
#include "runner/poller.h"
#include "runner/run-record.h"

typedef struct Run Run;
typedef struct CredentialLoad CredentialLoad;
typedef struct Units Units;
typedef struct UnitRun UnitRun;
typedef struct HttpWorker HttpWorker;
typedef struct RunHttp RunHttp;

typedef struct RunEvents {
        void (*on_started)(void *userdata, Run *run);
        void (*on_ended)(void *userdata, Run *run, const MessageEnded *ended);
        /* size 0: the end of the output. */
        void (*on_output)(void *userdata, Run *run, uint8_t stream, const void *data, size_t size);
        /* run->progress or run->status_text is another one. */
        void (*on_progress)(void *userdata, Run *run);
        void *userdata;
} RunEvents;

#define READ_SIZE ((size_t) 64 * 1024)

/* What runs share. */
typedef struct RunContext {
        Poller poller;
        Deadlines deadlines;
        Accounts *accounts;
        RunRecords records;
        CgroupRoot cgroup;
        JournalSink journal;
        LaunchDefaults launch;
        Units *units;      /* unit.h; NULL: there are none */
        uid_t refused_uid; /* nothing runs as the daemon's own user; (uid_t) -1: --user */
        CredentialPlaces credential_places;
        char *credentials_base;           /* for the directories of runs */
        CredentialLoad *credential_loads; /* those under way */
        HttpWorker *http;
        char *notify_directory;          /* for the sockets of runs */
        const char *program;             /* the runner's own file */
        char *const *action_directories; /* of action programs, the first one counts; borrowed */
        char *read_buffer;               /* READ_SIZE */
        Run *by_pid;                     /* hash: those that have a process */
        size_t n_settling;               /* runs that wait for what they left behind */
        RunEvents events;
} RunContext;

typedef enum RunPhase {
        RUN_LOOKUP,
        RUN_STARTING,
        RUN_RUNNING,
        RUN_SETTLING,
        RUN_ENDED,
        RUN_PHASE_COUNT,
} RunPhase;

#define RUN_NOT_ESCALATED (-1)

struct Run {
        RunContext *context;
        RunKey key;
        RunPhase phase;
        MessageStart start; /* without the large parts once the program runs */
        AccountRequest *request;
        char *user_name, *user_home; /* for messages */

        UnitRun *unit; /* NULL: a child of ours */
        RunHttp *http; /* a request in place of a process; NULL: none */
        pid_t pid;     /* of a unit: known when it has executed its program */
        int cgroup_fd;
        Watch status;
        Watch output[2]; /* stdout, stderr */
        JournalStream *journal[2];
        OutputCapture capture;
        OutputFile *file; /* NULL: the whole output is kept nowhere */
        Account *account; /* while the file is being opened */
        Buffer notes;     /* remarks of ours on this run */
        Buffer result;    /* an action program's, so far */
        bool result_is_excessive;
        bool followed;
        uint64_t follow_skipped_bytes; /* the follower was too slow for them */

        CredentialLoad *credential_load; /* until its process is made */
        char *credentials_directory;     /* NULL: none */
        NotifySocket notify;
        int progress;      /* what the job last said of itself: 0…100; -1: nothing */
        char *status_text; /* NULL: nothing */

        Deadline deadline; /* start-timeout, then timeout, then kill-timeout */
        int64_t escalated; /* EndKind that began the escalation, or RUN_NOT_ESCALATED */
        bool killed;       /* SIGKILL was sent to everything */
        bool start_timed_out;
        char *failure;       /* why it was never executed */
        usec_t begun_usec;   /* when its process was made */
        usec_t started_usec; /* the same, once it has executed its program; USEC_INFINITY: not executed */

        /* Of the main process, once it was reaped: its pid may be another's then. */
        bool exited;
        int exit_status;
        int64_t cpu_usec, memory_peak_bytes; /* -1: unknown */
        bool oom_killed;
        Watch leftovers; /* events of its cgroup, while it waits for what was left behind */
        bool settled;    /* no process of it is waited for any more */

        bool lost;
        Message ended; /* only if it could not be written to runs/: otherwise read from there */

        UT_hash_handle hash, hash_by_pid;
        Run *prev, *next; /* among those whose outcome waits to be sent */
        bool queued;
};

/* One that is supervised: the main process, or what it left behind and is waited for. */
static inline bool run_has_process(const Run *run) {
        return run->phase == RUN_STARTING || run->phase == RUN_RUNNING ||
                        (run->phase == RUN_SETTLING && !run->settled);
}

/* In run-end.c: the file with its whole output is closed, the last thing that was waited for. */
void run_on_output_closed(Run *run);

/* The mark in the environment of its processes, and the name of its cgroup. */
const char *run_mark(const Run *run, char buffer[static RUN_MARK_MAX]);
const char *run_cgroup_name(const Run *run, char buffer[static RUN_MARK_MAX]);
