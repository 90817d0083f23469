/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The record of one occurrence of a job: SEMANTICS names for states, causes and reasons, and every column.
 */

#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum ExecutionState {
        EXECUTION_ARMED,    /* written ahead of its due time */
        EXECUTION_WAITING,  /* due, held back */
        EXECUTION_STARTING, /* the begin is on disk, the runner has been or will be told */
        EXECUTION_RUNNING,
        EXECUTION_RETRYING, /* between attempts */
        EXECUTION_SUCCEEDED,
        EXECUTION_FAILED,
        EXECUTION_TIMED_OUT,
        EXECUTION_CANCELLED,
        EXECUTION_LOST,    /* the host or the runner went down with it */
        EXECUTION_SKIPPED, /* never started, on purpose */
        EXECUTION_MISSED,  /* never started, since nobody was there in time */
        EXECUTION_STATE_COUNT,
} ExecutionState;

typedef enum ExecutionCause {
        CAUSE_SCHEDULE,
        CAUSE_CATCH_UP,
        CAUSE_MANUAL,
        CAUSE_DEPENDENCY,
        CAUSE_BOOT,
        CAUSE_TIMER,
        CAUSE_TEMPLATE,
        EXECUTION_CAUSE_COUNT,
} ExecutionCause;

/* The closed list of SEMANTICS 5. REASON_NONE has the name "" and is null in JSON. */
typedef enum ExecutionReason {
        REASON_NONE,
        REASON_OVERLAP,
        REASON_QUEUE_FULL,
        REASON_REPLACED,
        REASON_SUPERSEDED,
        REASON_EXCEPTED,
        REASON_CONDITION, /* shown as condition:NAME */
        REASON_DEPENDENCY,
        REASON_PAUSED,
        REASON_FROZEN,
        REASON_OPERATOR,
        REASON_USER_LIMIT,
        REASON_DOWN,
        REASON_SUSPENDED,
        REASON_CLOCK_STEP,
        REASON_TOO_LATE,
        REASON_IN_THE_PAST,
        REASON_JOB_REMOVED,
        REASON_EXIT_CODE,
        REASON_SIGNAL,
        REASON_TIMEOUT,
        REASON_OOM,
        REASON_LAUNCH,
        REASON_ACCOUNT,
        REASON_HTTP_STATUS,
        REASON_RESULT_CHECK,
        REASON_RUNNER_LOST,
        REASON_HOST_DOWN,
        REASON_SHUTDOWN,
        EXECUTION_REASON_COUNT,
} ExecutionReason;

/* What a waiting execution waits for. WAITING_FOR_NOTHING has the name "". */
typedef enum WaitingFor {
        WAITING_FOR_NOTHING,
        WAITING_FOR_DELAY,      /* until start_after */
        WAITING_FOR_OVERLAP,    /* until other executions of its job have ended */
        WAITING_FOR_DEPENDENCY, /* `after:` */
        WAITING_FOR_CONDITION,
        WAITING_FOR_QUEUE, /* a slot of its queue, or of the limits that hold for all */
        WAITING_FOR_COUNT,
} WaitingFor;

DECLARE_STRING_TABLE(execution_state, ExecutionState);
DECLARE_STRING_TABLE(execution_cause, ExecutionCause);
DECLARE_STRING_TABLE(execution_reason, ExecutionReason);
DECLARE_STRING_TABLE(waiting_for, WaitingFor);

/* Active: occupies the job (waiting, starting, running). Final: ended, one of succeeded … missed. */
bool execution_state_is_active(ExecutionState state);
bool execution_state_is_final(ExecutionState state);
/* Final after at least one attempt: succeeded, failed, timed-out, cancelled, lost. */
bool execution_state_is_outcome(ExecutionState state);

#define ID_TEXT_MAX 33U /* a 128-bit id in hex, and NUL */

/* Every column. Instants are USEC_INFINITY when unknown; numbers are -1. Strings are owned, NULL is "none".
 */
typedef struct ExecutionRecord {
        uint64_t id; /* from 1, below 2^53, never used again */
        int64_t job_id;
        char *job; /* its name at that time */
        uint64_t job_revision;
        uid_t owner_uid;
        int origin; /* JobOrigin */

        ExecutionState state;
        ExecutionReason reason;
        char *reason_detail; /* a sentence: "blocked by execution 41", "no such user 'x'"; NULL: none */
        int condition;       /* ConditionKind that REASON_CONDITION is about; -1: none */
        ExecutionCause cause;
        uint64_t parent_id; /* the execution whose end started it; 0: none */
        bool forced;        /* a manual start that overlap, queue and conditions do not hold */
        char *requested_by; /* user name, for manual starts */

        /* What it is found by, also when its job has gone. */
        char *kind;     /* of its action; NULL: a command */
        char *template; /* of its job; NULL: none */
        char **tags;    /* NULL: none */

        usec_t due_usec;
        usec_t due_last_usec; /* of a folded row; otherwise due_usec */
        uint64_t count;       /* occurrences that this row stands for */
        unsigned pass;        /* SEMANTICS 1.1 */
        usec_t nominal_usec;  /* before a rule moved it; otherwise due_usec */
        unsigned notes;       /* ScheduleNote bits */
        usec_t start_after_usec;
        usec_t queued_usec, started_usec, ended_usec;
        WaitingFor waiting_for;
        usec_t waiting_since_usec; /* for that */
        usec_t retry_at_usec;      /* of the next attempt, while retrying */

        int exit_code;   /* -1: none */
        int signal;      /* -1: none */
        int http_status; /* -1: none */
        unsigned attempts;
        pid_t pid; /* 0: none */
        char *host;
        char boot_id[ID_TEXT_MAX];
        char runner_incarnation[ID_TEXT_MAX], runner_generation[ID_TEXT_MAX]; /* RUNNER.md 4 */

        int progress; /* 0…100; -1: none */
        char *status_text;
        double cpu_seconds;        /* negative: unknown */
        int64_t memory_peak_bytes; /* -1: unknown */
        uint64_t output_bytes;     /* that the job wrote; what is kept may be less */
        bool output_truncated;
        char *output_file; /* where the whole of it is, by `output.file`; NULL: nowhere */
        char *result;      /* JSON; NULL: none */

        char *parameters;          /* the effective ones as a JSON object, secrets masked; NULL: none */
        char **secrets;            /* "NAME=ID": what the runner keeps of them; NULL: none */
        char *profile;             /* that it ran with; NULL: none */
        uint64_t profile_revision; /* 0: none */
} ExecutionRecord;

#define REASON_TEXT_MAX 64U
/* The reason as people and scripts see it: "condition:load-below". "" for none. */
const char *execution_reason_format(
                ExecutionReason reason,
                int condition,
                char buffer[static REASON_TEXT_MAX]);

/* What it waits for from now on, and the reason that goes with that, without a sentence. */
void execution_record_wait(ExecutionRecord *record, WaitingFor waiting_for, usec_t now_usec);

void execution_record_init(ExecutionRecord *record); /* everything unknown */
void execution_record_done(ExecutionRecord *record);

/*
 * Keeps a sentence about the outcome ("no such user 'x'"), also as its result: {"message": …}. NULL takes the
 * sentence away and leaves the result alone. Returns 0 or -ENOMEM, and then nothing has changed.
 */
int execution_record_set_message(ExecutionRecord *record, const char *message);
int execution_record_copy(const ExecutionRecord *record, ExecutionRecord *ret);

ExecutionRecord *execution_record_free(ExecutionRecord *record);
DEFINE_CLEANUP(ExecutionRecord, execution_record_free);

/* Where a piece of output came from. */
typedef enum OutputStream {
        OUTPUT_STDOUT = 1,
        OUTPUT_STDERR = 2,
        OUTPUT_NOTE = 3, /* a remark of ours: "… 12345 bytes left out …" */
} OutputStream;

/* What was kept of an attempt's output: pieces in order, each {u8 stream, u8 0[3], u32le size, bytes}. */
typedef struct OutputRecord {
        char *data;
        size_t size;
        uint64_t total_bytes; /* that the job wrote */
} OutputRecord;

/* One try of an execution. */
typedef struct AttemptRecord {
        uint64_t execution_id;
        unsigned attempt; /* from 1 */
        ExecutionState state;
        ExecutionReason reason;
        usec_t started_usec, ended_usec;
        int exit_code, signal;
        int http_status; /* -1: none */
        pid_t pid;
        double cpu_seconds;
        int64_t memory_peak_bytes;
        OutputRecord output;
} AttemptRecord;

void attempt_record_done(AttemptRecord *record);
