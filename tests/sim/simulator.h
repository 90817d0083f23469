/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A host in a box: virtual clocks that jump to what happens next, a real database, the real manager, and a
 * runner whose jobs take as long and end as the test says.
 *
 * What must hold whatever happens is checked on the way: START only after its begin row is on disk, no
 * execution started twice, acknowledged and told of only what is on disk, a row with an outcome never
 * changes, and no job's cursor moves back but with the clock. sim_check_coverage() compares the rows with the
 * schedule, occurrence by occurrence.
 *
 * A crash is exact: from the crash point on nothing of the daemon reaches the disk or the runner.
 */

#include <check.h>

#include "manager/manager.h"

#define SIM_RUNS_MAX 4096U
#define SIM_JOBS_MAX 16U
#define SIM_PATHS_MAX 8U
#define SIM_QUEUES_MAX 4U
#define SIM_PROFILES_MAX 4U
#define SIM_SECRETS_MAX 16U

/* One launch as the runner sees it. */
typedef struct SimRun {
        LaunchId id;
        char job[64];
        usec_t due_usec, started_usec, ends_usec; /* of CLOCK_BOOTTIME, but for due */
        usec_t started_real_usec, ended_real_usec;
        unsigned generation;
        bool forced;
        ExecutionState row_state; /* on disk, when START came */
        uint64_t max_instances;   /* of its job, as START has it */
        char queue[32];           /* "": none */
        bool announced;           /* STARTED was sent on this connection */
        bool ended, end_announced, acknowledged;
        bool stopped, lost;
        int exit_code;
        char environment[1024]; /* that START brought: one variable a line */
        char parameters[256];   /* likewise: "name=value" lines, of a secret its id or credential */
} SimRun;

#define SIM_ERRANDS_MAX 64U
#define SIM_MESSAGES_MAX 4096U

/* An errand of which the daemon has not heard yet. */
typedef struct SimErrand {
        uint64_t id;
        ErrandKind kind;
        bool is_message; /* it tells somebody something, and has done so at once */
        char path[64];
        bool opposite, watch;
        usec_t since_usec;
        usec_t ends_usec; /* of CLOCK_BOOTTIME */
        executor_errand_t done;
        void *userdata;
        unsigned connection;
} SimErrand;

/* What somebody was told by an errand. */
typedef struct SimMessage {
        usec_t realtime_usec;
        char event[24], subject[256];
        uint64_t execution_id, count;
} SimMessage;

typedef struct Sim {
        usec_t realtime_usec, boottime_usec, monotonic_usec;
        Clock clock;
        bool clock_synchronized, clock_was_set_back;

        char *directory;
        unsigned n_databases;
        Store *store;
        Manager *manager; /* NULL: the daemon is down */
        TimeZoneCache *zones;
        usec_t wakeup_usec;
        usec_t wake_at_usec; /* when the runner is to wake the machine */
        unsigned n_wake_ats;
        unsigned n_wakeups;
        usec_t write_ahead_usec;

        Executor executor;
        ExecutorEvents events;
        bool connected;   /* the daemon is connected to the runner */
        bool runner_down; /* nobody answers */
        unsigned incarnation, generation, boot;
        SimRun *runs;
        size_t n_runs;
        SimErrand errands[SIM_ERRANDS_MAX];
        size_t n_errands;
        uint64_t last_errand_id;
        unsigned n_connections;
        int errand_exit_code; /* of the next messages; only those that succeed tell anybody */
        SimMessage *messages; /* in order */
        size_t n_messages;
        usec_t duration_usec; /* of the next launches */
        int exit_code;
        unsigned n_failures; /* so many of the next launches exit with 1 */
        usec_t stop_usec;    /* from a stop to the end */

        /* What conditions ask for. */
        HostFacts facts;
        double fact_values[CONDITION_KIND_COUNT];
        int fact_errors[CONDITION_KIND_COUNT];
        unsigned n_watches[CONDITION_KIND_COUNT];
        struct {
                char path[64];
                bool exists;
                usec_t changed_usec;
        } paths[SIM_PATHS_MAX];
        int command_exit_code;
        usec_t command_duration_usec;
        usec_t message_duration_usec;
        unsigned n_commands; /* that were run for a condition */

        /* The jobs' files. */
        struct {
                char name[64];
                char text[512]; /* "": not there */
                uid_t owner_uid;
                usec_t cursor_usec; /* as it was last seen */
                bool has_end;       /* sim_set_end() */
                usec_t duration_usec;
                int exit_code;
        } jobs[SIM_JOBS_MAX];
        void (*adjust)(Job *job); /* each job, before the daemon gets it; NULL: none */
        bool file_is_held;        /* the file of all jobs does not parse */
        struct {
                char name[32];
                char value[64]; /* "name=value"; "": not there */
        } profiles[SIM_PROFILES_MAX];
        struct {
                char id[33], value[32];
        } secrets[SIM_SECRETS_MAX]; /* that the runner keeps; "": free */
        bool refuses_secrets;
        bool keeps_late; /* a value is kept when sim_answer_secret() says so */
        void (*kept)(void *userdata, int error);
        void *kept_userdata;
        QueueDefinition queues[SIM_QUEUES_MAX];
        size_t n_queues;
        uint64_t max_running;
        JobSite site; /* whatever is not set is not limited */
        double starts_per_second;

        unsigned point, crash_at; /* counts what leaves the daemon; 0: no crash */
        bool crashing;
        unsigned n_crashes;
        uint64_t seed;
        uint64_t random; /* what the daemon draws */

        bool is_frozen;  /* the daemon has said so: nothing may start */
        int last_result; /* of the last order */
        uint64_t last_id;
        unsigned n_replies;
        uint64_t last_revision;
        JobChangeEffect last_effect; /* of the last of the changes */
        char last_name[64], last_text[512];
        bool trial; /* changes are only tried */
        const JobComposer *composer;
} Sim;

void sim_init(Sim *sim, const char *now);
void sim_done(Sim *sim);

/* The text of a job's file, as YAML; NULL: no file. In force at the next sim_reload() or start. */
void sim_write_job(Sim *sim, const char *name, const char *text);
void sim_reload(Sim *sim);
/* How the next launches of one job go, whatever duration_usec and exit_code are. */
void sim_set_end(Sim *sim, const char *name, usec_t duration_usec, int exit_code);
/* Whose job it is; root's unless this is said. */
void sim_own_job(Sim *sim, const char *name, uid_t owner_uid);
/* How many slots a queue has, from the next sim_reload() or start on. The name is a literal. */
void sim_write_queue(Sim *sim, const char *name, uint64_t slots);

/* A profile of a file, with one value as "name=value"; NULL: none. In force as a job is. */
void sim_write_profile(Sim *sim, const char *name, const char *value);
/* How many secrets the runner keeps; each that is launched must be among them. */
size_t sim_count_secrets(const Sim *sim);
/* The runner says that it keeps the last one; see keeps_late. */
void sim_answer_secret(Sim *sim);

void sim_start_daemon(Sim *sim);
/* As kill -9: what is not on disk is gone. */
void sim_kill_daemon(Sim *sim);
/* The runner and all that it runs die; the next one is of the same or of a new generation. */
void sim_kill_runner(Sim *sim, bool new_generation);
void sim_reboot(Sim *sim, usec_t off_usec);

/* Lets time go by, event by event. */
void sim_run(Sim *sim, usec_t span_usec);
void sim_run_until(Sim *sim, const char *instant);
void sim_sleep(Sim *sim, usec_t span_usec);       /* the machine is suspended */
void sim_step_clock(Sim *sim, usec_t delta_usec); /* the real-time clock is set */

void sim_freeze(Sim *sim, usec_t span_usec); /* the daemon is stopped, the machine goes on */

/* A fact of the host is another now; whoever watches it is told. */
void sim_set_fact(Sim *sim, ConditionKind kind, double value);
/* Makes the path, changes or removes it. */
void sim_set_path(Sim *sim, const char *path, bool exists);

/* Commits and delivers whatever can be now. */
void sim_settle(Sim *sim);

void sim_start_job(Sim *sim, const char *name);
void sim_force_job(Sim *sim, const char *name); /* whatever stands in its way */
void sim_start_with(Sim *sim, const char *name, const StartOptions *options);
void sim_pause_job(Sim *sim, const char *name, usec_t until_usec);
void sim_resume_job(Sim *sim, const char *name);
void sim_skip_job(Sim *sim, const char *name, unsigned n);
void sim_stop_execution(Sim *sim, uint64_t id);
/* Returns the result of the first, and how it was answered in last_…. */
int sim_change(Sim *sim, const JobChange *changes, size_t n_changes);
/* A change of one job, with its definition (NULL: none). */
int sim_change_job(Sim *sim, JobChangeKind kind, const char *name, const char *definition);
void sim_pause_queue(Sim *sim, const char *name);
void sim_resume_queue(Sim *sim, const char *name);
void sim_freeze_jobs(Sim *sim); /* `freeze` */
void sim_thaw_jobs(Sim *sim, bool skip_missed);

/* The rows of a job, oldest first, as "STATE REASON CAUSE DUE[..LAST xCOUNT]" lines. */
char *sim_rows(Sim *sim, const char *name);
void sim_expect_rows(Sim *sim, const char *name, const char *expected);

/* The revision that an execution ran with. */
uint64_t sim_revision(Sim *sim, uint64_t id);

/* Each occurrence of the job in (from, until] is covered by exactly one row, and nothing else is. */
void sim_check_coverage(Sim *sim, const char *name, usec_t from_usec, usec_t until_usec);
/*
 * What the design promises of the database, whatever was killed: asked in SQL, and compared with the daemon's
 * memory and with what the runner has done. sim_done() does it too.
 */
void sim_check_invariants(Sim *sim);
size_t sim_count_launches(const Sim *sim, const char *name);
/* The last launch of a job; NULL: there was none. */
const SimRun *sim_last_run(const Sim *sim, const char *name);
