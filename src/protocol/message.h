/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The protocol between jobschedd and jobsched-runner: SEQPACKET frames of at most 64 KiB with many records
 * each.
 *
 * A record is one Message: a type and the fields of its struct, encoded from one table per type
 * (message-table.c). Whatever arrives is checked: sizes, counts, ranges, NUL-free strings, and that each
 * record has just the fields of its type. Large contents (specifications, output) travel as sealed memfds
 * beside the frame.
 */

#include "util/buffer.h"
#include "util/cleanup.h"
#include "util/types.h"

#define PROTOCOL_VERSION_MIN 3U
#define PROTOCOL_VERSION_MAX 3U

#define FRAME_SIZE_MAX ((size_t) 64 * 1024)
#define FRAME_FDS_MAX 64U
/* A record larger than this goes as a sealed memfd in place of its bytes. */
#define RECORD_INLINE_MAX ((size_t) 32 * 1024)
#define RECORD_SIZE_MAX ((size_t) 24 * 1024 * 1024)
/* The result of an action, as JSON. */
#define RESULT_SIZE_MAX ((size_t) 256 * 1024)
/* What an action program says of itself. */
#define DESCRIPTION_SIZE_MAX ((size_t) 256 * 1024)
/* The most that `capture_bytes` may ask for: an outcome with it fits into a record. */
#define OUTPUT_CAPTURE_MAX ((size_t) 16 * 1024 * 1024)

typedef enum MessageType {
        /* daemon → runner */
        MESSAGE_HELLO = 1,
        MESSAGE_START,
        MESSAGE_STOP,
        MESSAGE_ACKNOWLEDGE,
        MESSAGE_FOLLOW,
        MESSAGE_LOOKUP,
        /* runner → daemon */
        MESSAGE_WELCOME,
        MESSAGE_LISTED,
        MESSAGE_LIST_END,
        MESSAGE_STARTED,
        MESSAGE_ENDED,
        MESSAGE_OUTPUT,
        MESSAGE_LOOKED_UP,
        /* A type keeps its number, so the others are of both directions. */
        MESSAGE_WAKE_AT,       /* daemon → runner */
        MESSAGE_ERRAND,        /* daemon → runner */
        MESSAGE_ERRAND_CANCEL, /* daemon → runner */
        MESSAGE_ERRAND_DONE,   /* runner → daemon */
        MESSAGE_PROGRESS,      /* runner → daemon */
        MESSAGE_KEEP_SECRET,   /* daemon → runner */
        MESSAGE_DROP_SECRET,   /* daemon → runner */
        MESSAGE_SECRET_KEPT,   /* runner → daemon */
        MESSAGE_KEEP_ONLY,     /* daemon → runner */
        MESSAGE_HTTP_REQUEST,  /* runner → jobsched-http, which is cancelled with MESSAGE_ERRAND_CANCEL */
        MESSAGE_HTTP_ANSWER,   /* jobsched-http → runner */
        MESSAGE_TYPE_COUNT,
} MessageType;

/* First record of a connection. */
typedef struct MessageHello {
        uint64_t version_min, version_max;
        char *store_uuid;     /* launches of this connection belong to it */
        char *daemon_version; /* for the log */
} MessageHello;

/* The answer; then one MESSAGE_LISTED per execution that the runner knows, then MESSAGE_LIST_END. */
typedef struct MessageWelcome {
        uint64_t version;
        char *incarnation; /* random, kept over re-exec */
        char *generation;  /* random, stored in runs/ */
        uint64_t pid;
        char *runner_version;
        uint64_t cgroup; /* 1: each execution has a cgroup of its own; 0: leftovers are found by best effort
                          */
} MessageWelcome;

typedef struct MessageLaunchId {
        uint64_t execution_id;
        uint64_t attempt;
} MessageLaunchId;

typedef enum ListedState {
        LISTED_RUNNING, /* started or about to be */
        LISTED_ENDED,   /* MESSAGE_ENDED follows after MESSAGE_LIST_END */
        LISTED_LOST,    /* its record was found without an outcome after the runner was killed; it has been
                           killed */
} ListedState;

typedef struct MessageListed {
        uint64_t execution_id, attempt;
        char *store_uuid;
        char *job;
        uint64_t state; /* ListedState */
        uint64_t pid;
        int64_t started_usec;
} MessageListed;

/* Idempotent: a known (store uuid, execution, attempt) is answered with its state. */
typedef struct MessageStart {
        uint64_t execution_id, attempt;
        char *job;
        char *cause;
        int64_t due_usec;
        uint64_t owner_uid;
        char *user;          /* name or number; "" = the owner */
        char *group;         /* "" = the user's primary group */
        uint64_t has_groups; /* 1: `groups` replaces the user's own supplementary groups */
        char **groups;
        char *directory; /* "" = home */
        uint64_t umask;
        char **arguments; /* a list is exec'd, argument 0 looked up in the job's PATH */
        char *script;     /* "" = none; else given to `shell` -c */
        char *shell;
        char **environment; /* "NAME=value" on top of what the runner builds */
        int64_t timeout_usec, start_timeout_usec, kill_timeout_usec; /* USEC_INFINITY: none */
        uint64_t kill_signal;
        uint64_t capture_bytes;
        uint64_t journal;     /* 1: output also goes to the journal, or to stderr without one */
        char *output_file;    /* absolute path; "" = none. Opened as the user, appended to */
        char *output_pattern; /* a glob of all files of that kind, for output_keep_…; "" = output_file.1 … */
        uint64_t output_keep_files;   /* 0 = all */
        int64_t output_keep_age_usec; /* USEC_INFINITY: for ever */
        char **environment_files;     /* absolute; '-' before it: may be missing */
        char *input;                  /* on stdin; "" with has_input 0: /dev/null */
        uint64_t has_input;
        char **credentials; /* names */
        uint64_t has_nice, has_oom_score, has_affinity;
        int64_t nice, oom_score;
        uint64_t io_class, io_priority; /* IOPRIO_CLASS_…, 0 = leave it */
        char *affinity;                 /* CPUs as in cpuset: "0-3,8" */
        char **resource_limits;         /* "NUMBER:SOFT:HARD", NUMBER of RLIMIT_…; UINT64_MAX is infinity */
        uint64_t memory_max_bytes, cpu_percent, tasks_max, io_weight; /* of its cgroup; UINT64_MAX = none */
        uint64_t left_behind;                                         /* LeftBehindKind */
        uint64_t is_unit;                                             /* 1: a transient unit with these */
        char **unit_properties; /* "LINE:NAME=VALUE" as in a unit file */
        uint64_t work;          /* StartWork */
        char *kind;             /* START_WORK_PROGRAM: the name of the action program */
        char *request;          /* JSON object for the action program or the HTTP worker; "" for a process */
        char **files; /* START_WORK_HTTP: absolute paths of what is sent, opened as the user, in order */
        uint64_t allow_private; /* START_WORK_HTTP, _PROGRAM: 0 = public addresses only */
        char **secrets;         /* "NAME=ID": kept secrets that arrive as the credential parameter.NAME; or
                                 "NAME=credential:OTHER": so does that one */
} MessageStart;

typedef enum StartWork {
        START_WORK_PROCESS, /* arguments or script */
        START_WORK_PROGRAM, /* an action program: `request` on stdin, the result on stdout */
        START_WORK_HTTP,    /* a request by the HTTP worker: no process of its own */
        START_WORK_COUNT,
} StartWork;

typedef enum LeftBehindKind {
        LEFT_BEHIND_IS_KILLED,
        LEFT_BEHIND_IS_AWAITED,
        LEFT_BEHIND_IS_LEFT,
} LeftBehindKind;

typedef enum StopKind {
        STOP_ESCALATE, /* kill-signal, then after kill-timeout SIGKILL to everything the job started */
        STOP_SIGNAL,   /* `signal` to the main process, or with whole_group to all */
} StopKind;

typedef struct MessageStop {
        uint64_t execution_id, attempt;
        uint64_t kind; /* StopKind */
        uint64_t signal;
        uint64_t whole_group;
} MessageStop;

/* The outcome is on the daemon's disk: the runner may forget it. */
typedef MessageLaunchId MessageAcknowledge;

/* From now on (on = 1), or no longer, MESSAGE_OUTPUT is sent; what was captured so far comes first. */
typedef struct MessageFollow {
        uint64_t execution_id, attempt;
        uint64_t on;
} MessageFollow;

/* Resolves a user in the runner's look-up helper. */
typedef struct MessageLookup {
        uint64_t cookie;
        char *name; /* "" = by uid */
        uint64_t uid;
} MessageLookup;

typedef struct MessageLookedUp {
        uint64_t cookie;
        uint64_t error; /* 0, or a positive errno: ENOENT = no such user */
        char *name;
        uint64_t uid, gid;
} MessageLookedUp;

/* The machine is to be awake then. Replaces what was asked for before. */
typedef struct MessageWakeAt {
        int64_t instant_usec; /* of CLOCK_REALTIME; USEC_INFINITY: no more */
} MessageWakeAt;

/*
 * Short work for the daemon itself that leaves no record: a condition's command, a path to wait for, a
 * message to deliver. The runner forgets it when the connection ends; the daemon asks again.
 */
typedef enum ErrandWork {
        ERRAND_WORK_COMMAND,      /* as the user, `input` on stdin; its first output comes back */
        ERRAND_WORK_PATH_EXISTS,  /* done when `path` exists; with `opposite` when it does not */
        ERRAND_WORK_PATH_CHANGED, /* done when `path` has changed since `since_usec` */
        ERRAND_WORK_HTTP,         /* a request by the http worker */
        ERRAND_WORK_DESCRIBE,     /* what the action program at `path` says to --describe; unprivileged */
        ERRAND_WORK_COUNT,
} ErrandWork;

typedef struct MessageErrand {
        uint64_t cookie;
        uint64_t work; /* ErrandWork */
        char *job;     /* for messages and JOBSCHED_JOB; "" = none */
        uint64_t owner_uid;
        char *user; /* "" = the owner */
        char *group;
        char *directory; /* "" = home */
        char **arguments;
        char *script, *shell;
        char **environment;
        char *input;
        uint64_t input_size;
        char *path;
        uint64_t opposite;
        uint64_t watch; /* of a path: 0 = look once, 1 = wait for it */
        int64_t since_usec;
        char *url, *method;
        char **headers;
        int64_t timeout_usec; /* USEC_INFINITY: none */
} MessageErrand;

typedef struct MessageErrandCancel {
        uint64_t cookie;
} MessageErrandCancel;

typedef struct MessageErrandDone {
        uint64_t cookie;
        uint64_t error;           /* 0 = it was done; else a positive errno, and `text` says why.
                                     EADDRNOTAVAIL: a request may not go to that address */
        int64_t exit_code;        /* of a command; of a path 0 = so, 1 = not so. -1: none */
        int64_t signal;           /* -1: none */
        int64_t http_status;      /* -1: none */
        int64_t retry_after_usec; /* what the server asked for; -1: nothing */
        char *text;               /* the first KiB of what it wrote or the server answered; valid UTF-8 */
} MessageErrandDone;

/* What a job last said of itself, before its outcome and again after MESSAGE_LIST_END. */
typedef struct MessageProgress {
        uint64_t execution_id, attempt;
        int64_t progress;  /* 0…100; -1: nothing */
        char *status_text; /* a line of UTF-8; "": nothing */
} MessageProgress;

/*
 * The value of a secret parameter, for the runner to keep on its own disk under that id until it is dropped;
 * again with the same id replaces it.
 */
typedef struct MessageKeepSecret {
        char *id; /* 32 hex digits, random */
        char *value;
        uint64_t value_size;
} MessageKeepSecret;

typedef struct MessageDropSecret {
        char *id;
} MessageDropSecret;

/* Every secret that the daemon has a use for: what else is kept for its store is dropped. */
typedef struct MessageKeepOnly {
        char *ids; /* sorted, next to each other, 32 bytes each */
        uint64_t ids_size;
} MessageKeepOnly;

typedef struct MessageSecretKept {
        char *id;
        uint64_t error; /* 0, or a positive errno */
} MessageSecretKept;

typedef struct MessageStarted {
        uint64_t execution_id, attempt;
        uint64_t pid;
        int64_t started_usec; /* CLOCK_REALTIME when its process was made */
} MessageStarted;

typedef enum EndKind {
        END_EXITED,
        END_SIGNALED,
        END_TIMED_OUT, /* the time-out began the escalation; exit_code or signal say how it ended */
        END_STOPPED,   /* MESSAGE_STOP with STOP_ESCALATE began it */
        END_LAUNCH,    /* never exec'd: `message` says which step failed on what */
        END_ACCOUNT,   /* no such user or group, or not permitted */
        END_SHUTDOWN,  /* the runner itself was told to stop */
        END_LOST,      /* see LISTED_LOST */
        END_ANSWERED,  /* START_WORK_HTTP: there was an answer; `verdict` judges it */
        END_DENIED,    /* START_WORK_HTTP: it may not go there; the same again would be the same */
        END_KIND_COUNT,
} EndKind;

typedef struct MessageEnded {
        uint64_t execution_id, attempt;
        uint64_t kind;     /* EndKind */
        int64_t exit_code; /* -1: none */
        int64_t signal;    /* -1: none */
        uint64_t oom;      /* 1: the kernel's out-of-memory killer did it */
        char *message;
        uint64_t pid;
        int64_t started_usec, ended_usec; /* started: USEC_INFINITY if never exec'd */
        int64_t cpu_usec;                 /* -1: unknown */
        int64_t memory_peak_bytes;        /* -1: unknown */
        char *output;                     /* pieces as in OutputRecord */
        uint64_t output_size;
        uint64_t output_total_bytes;
        int64_t http_status; /* -1: none */
        uint64_t verdict;    /* ResultVerdict */
        char *result;        /* JSON object of at most RESULT_SIZE_MAX; "" = none */
} MessageEnded;

/* What an action's result is beside the way that it ended. */
typedef enum ResultVerdict {
        RESULT_GOOD,
        RESULT_BAD_STATUS,  /* not a status that was expected */
        RESULT_BAD_CONTENT, /* its content is not what was expected, or it is no result at all */
        RESULT_VERDICT_COUNT,
} ResultVerdict;

typedef struct MessageOutput {
        uint64_t execution_id, attempt;
        uint64_t stream; /* 1 stdout, 2 stderr, 3 a remark; 0: end of output */
        char *data;
        uint64_t data_size;
} MessageOutput;

/*
 * The request of an http action, for the worker. `request` is MessageStart.request as it came: the runner
 * does not read it. Contents of credentials and of files that it names go beside it: pieces, each {u8 kind,
 * u8 0[3], u32le size of the name, u32le size of the content, name, content} (http-piece.h).
 */
typedef struct MessageHttpRequest {
        uint64_t cookie;
        uint64_t owner_uid;     /* connections are used again for the same owner and policy only */
        uint64_t allow_private; /* 0: public addresses only */
        uint64_t execution_id;
        char *store_uuid; /* with the execution's id the Idempotency-Key */
        char *job;
        char *request;
        int64_t timeout_usec; /* of the whole; USEC_INFINITY: the worker's own */
        uint64_t output_max;  /* bytes of the answer's body that are wanted as output */
        char *pieces;
        uint64_t pieces_size;
} MessageHttpRequest;

typedef enum HttpEnd {
        HTTP_ANSWERED,  /* `verdict` judges it */
        HTTP_TIMED_OUT, /* `message` says in which phase */
        HTTP_FAILED,    /* no answer: `message` says why */
        HTTP_DENIED,    /* nor was there to be one: it may not go there */
        HTTP_END_COUNT,
} HttpEnd;

typedef struct MessageHttpAnswer {
        uint64_t cookie;
        uint64_t end;        /* HttpEnd */
        int64_t http_status; /* -1: none */
        uint64_t verdict;    /* ResultVerdict */
        char *message;       /* why it is no success; "" for one */
        char *result;        /* JSON object; "" = none */
        char *output;        /* the body */
        uint64_t output_size;
        uint64_t output_total_bytes;
} MessageHttpAnswer;

typedef struct Message {
        MessageType type;
        union {
                MessageHello hello;
                MessageWelcome welcome;
                MessageListed listed;
                MessageStart start;
                MessageStop stop;
                MessageAcknowledge acknowledge;
                MessageFollow follow;
                MessageLookup lookup;
                MessageLookedUp looked_up;
                MessageStarted started;
                MessageEnded ended;
                MessageOutput output;
                MessageWakeAt wake_at;
                MessageErrand errand;
                MessageErrandCancel errand_cancel;
                MessageErrandDone errand_done;
                MessageProgress progress;
                MessageKeepSecret keep_secret;
                MessageDropSecret drop_secret;
                MessageSecretKept secret_kept;
                MessageKeepOnly keep_only;
                MessageHttpRequest http_request;
                MessageHttpAnswer http_answer;
        };
} Message;

void message_done(Message *message);

/*
 * Appends the record to `buffer`, which stays as it was on failure. Strings and lists may be NULL: they
 * arrive as "" and as an empty list. Returns 0, -EMSGSIZE (too large, or too many items), -EINVAL (a number
 * out of its range: the peer would refuse it), or -ENOMEM.
 */
int message_encode(const Message *message, Buffer *buffer);

/*
 * Decodes the record at the start of `data`. Returns 0 with *ret and *ret_consumed, -EBADMSG (the peer
 * does not speak the protocol), or -ENOMEM. No string of a decoded message is NULL.
 */
int message_decode(const void *data, size_t size, Message *ret, size_t *ret_consumed);
