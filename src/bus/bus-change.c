/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Definitions at run time: ChangeJobs, and the simple calls that are one change each. Each change is judged
 * by whose job it is about, handed to the manager with the others, and answered when all are on disk.
 */

#include <assert.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/dictionary.h"
#include "protocol/names.h"

#define CHANGES_MAX 100000U
#define UID_INVALID ((uid_t) -1) /* none was named */

/* What is read of a call, with what the manager is given. Texts that are not listed are the message's. */
typedef struct ChangeRequest {
        JobChange *changes;
        size_t n_changes, n_allocated;
        char **texts; /* names that were completed */
        size_t n_texts;
} ChangeRequest;

static void change_request_done(ChangeRequest *request) {
        for (size_t i = 0; i < request->n_texts; i++)
                free(request->texts[i]);
        free(request->texts);
        free(request->changes);
}

static int add_change(ChangeRequest *request, const JobChange *change) {
        if (request->n_changes == request->n_allocated) {
                size_t n_wanted = MAX(2 * request->n_allocated, (size_t) 4);
                JobChange *grown = reallocarray(request->changes, n_wanted, sizeof(*grown));

                if (!grown)
                        return -ENOMEM;
                request->changes = grown;
                request->n_allocated = n_wanted;
        }
        request->changes[request->n_changes++] = *change;
        return 0;
}

/* --- reading --------------------------------------------------------------------------------------- */

static int read_kind(sd_bus_message *message, const DictionaryKey *key, void *target, sd_bus_error *reterr) {
        JobChange *change = target;
        const char *text;
        int kind, r;

        r = sd_bus_message_read_basic(message, 's', &text);
        if (r < 0)
                return r;
        kind = job_change_kind_from_string(text);
        if (kind < 0)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "'%.50s' is no kind of change: it is create, replace, put, merge, delete, "
                                "rename, enable or disable.",
                                text);
        change->kind = (JobChangeKind) kind;
        return 0;
}

static int read_paused_until(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {

        JobChange *change = target;

        change->paused = true;
        return sd_bus_message_read_basic(message, 'x', &change->paused_until_usec);
}

static const DictionaryKey keys[] = {
        { .name = "kind", .signature = "s", .read = read_kind },
        { DICTIONARY_TEXT("name", JobChange, name) },
        { DICTIONARY_TEXT("definition", JobChange, definition) },
        { DICTIONARY_TEXT("new-name", JobChange, new_name) },
        { DICTIONARY_NUMBER("if-revision", JobChange, if_revision) },
        { DICTIONARY_FLAG("numbered", JobChange, numbered) },
        { DICTIONARY_FLAG("one-shot", JobChange, one_shot) },
        { DICTIONARY_FLAG("paused", JobChange, paused) },
        { .name = "paused-until", .signature = "x", .read = read_paused_until },
        { DICTIONARY_FLAG("start", JobChange, start) },
        { DICTIONARY_UID("owner", JobChange, owner_uid) },
};

static const Dictionary dictionary = { "in a change", keys, ARRAY_SIZE(keys) };

static const char *missing_key(const JobChange *change) {
        bool defines = change->kind == JOB_CHANGE_CREATE || change->kind == JOB_CHANGE_REPLACE ||
                        change->kind == JOB_CHANGE_PUT || change->kind == JOB_CHANGE_MERGE;

        if (change->kind == JOB_CHANGE_KIND_COUNT)
                return "kind";
        if (!change->name)
                return "name";
        if (defines && !change->definition)
                return "definition";
        return change->kind == JOB_CHANGE_RENAME && !change->new_name ? "new-name" : NULL;
}

static int read_change(sd_bus_message *message, ChangeRequest *request, sd_bus_error *reterr) {
        JobChange change = { .kind = JOB_CHANGE_KIND_COUNT, .owner_uid = UID_INVALID };
        const char *missing;
        int r;

        r = dictionary_read(message, &dictionary, 0, &change, reterr);
        if (r < 0)
                return r;

        missing = missing_key(&change);
        if (missing)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS, "Change %zu has no '%s'.",
                                request->n_changes + 1, missing);
        if (request->n_changes == CHANGES_MAX)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "More than %u changes at once are not taken.", CHANGES_MAX);
        return add_change(request, &change);
}

static int read_changes(sd_bus_message *message, ChangeRequest *request, sd_bus_error *reterr) {
        int r;

        r = sd_bus_message_enter_container(message, 'a', "a{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_at_end(message, false)) == 0) {
                r = read_change(message, request, reterr);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* --- who may ---------------------------------------------------------------------------------------- */

/* Replaces a name by the full one. */
static int complete(BusCall *call, ChangeRequest *request, const char **name, bool is_new) {
        char *full = NULL, **grown;
        int r;

        r = bus_complete_job_name(call, *name, is_new, &full);
        if (r <= 0)
                return r;
        grown = reallocarray(request->texts, request->n_texts + 1, sizeof(char *));
        if (!grown) {
                free(full);
                return -ENOMEM;
        }
        request->texts = grown;
        request->texts[request->n_texts++] = full;
        *name = full;
        return 0;
}

/* What stands before the '/' is the owner, as far as that name is known by now. */
static bool may_begin_with(const BusServer *server, const JobChange *change) {
        const char *user = user_names_find(server->users, change->owner_uid);
        const char *end = strchr(change->name, '/');
        size_t length = end ? (size_t) (end - change->name) : 0;

        return !end || !user || (strlen(user) == length && strncmp(user, change->name, length) == 0);
}

/* What a privileged caller makes is the instance's, unless another owner is named. */
static int choose_owner(BusCall *call, JobChange *change, sd_bus_error *reterr) {
        const BusServer *server = call->connection->server;
        const BusHost *host = &server->host;
        uid_t own_uid = host->instance->user ? host->owner_uid : 0;
        bool has_prefix = strchr(change->name, '/') != NULL;

        if (!call->is_privileged) {
                if (change->owner_uid != UID_INVALID && change->owner_uid != call->caller.uid)
                        return sd_bus_error_set(
                                        reterr, SD_BUS_ERROR_ACCESS_DENIED,
                                        "You may not make jobs for somebody else.");
                change->owner_uid = call->caller.uid;
        } else if (change->owner_uid == UID_INVALID) {
                change->owner_uid = own_uid;
        }
        if ((change->owner_uid == own_uid) == has_prefix ||
            (call->is_privileged && !may_begin_with(server, change)))
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "'%.200s' is not a name for a job of that owner: those of ordinary users, "
                                "and no others, are USER/NAME.",
                                change->name);
        return 0;
}

/* An ordinary user's jobs begin with that user's name. */
static int check_prefix(const BusCall *call, const char *name, sd_bus_error *reterr) {
        const char *user = call->caller.user ?: "";
        size_t n = strlen(user);

        if (call->is_privileged || (n > 0 && strncmp(name, user, n) == 0 && name[n] == '/'))
                return 0;
        return sd_bus_error_setf(
                        reterr, SD_BUS_ERROR_ACCESS_DENIED, "Your jobs are called %s/NAME, not '%.200s'.",
                        n > 0 ? user : "USER", name);
}

/* A job keeps its owner, and with that what stands before the '/' of its name. */
static int check_new_name(const JobChange *change, sd_bus_error *reterr) {
        const char *old_end = strchr(change->name, '/'), *new_end = strchr(change->new_name, '/');
        size_t old_size = old_end ? (size_t) (old_end - change->name) + 1 : 0;
        size_t new_size = new_end ? (size_t) (new_end - change->new_name) + 1 : 0;

        if (old_size == new_size && strncmp(change->name, change->new_name, old_size) == 0)
                return 0;
        return sd_bus_error_setf(
                        reterr, SD_BUS_ERROR_INVALID_ARGS,
                        "Job '%.200s' stays its owner's: it cannot be called '%.200s'.", change->name,
                        change->new_name);
}

/* What an earlier change of the same call makes of that name; NULL: nothing. */
static const JobChange *find_maker(const ChangeRequest *request, const JobChange *change) {
        for (const JobChange *earlier = change; earlier-- > request->changes;) {
                const char *made = earlier->new_name ?: earlier->name;

                if (earlier->kind != JOB_CHANGE_DELETE && strcmp(made, change->name) == 0)
                        return earlier;
        }
        return NULL;
}

/* Whose job it is, or will be. */
static int find_owner(BusCall *call, const ChangeRequest *request, JobChange *change, sd_bus_error *reterr) {

        bool is_new = change->kind == JOB_CHANGE_CREATE;
        const ScheduledJob *job = is_new ? NULL : bus_find_visible_job(call, change->name);
        const JobChange *maker = is_new || job ? NULL : find_maker(request, change);
        int r;

        if (job || maker) {
                change->owner_uid = job ? job->stored.owner_uid : maker->owner_uid;
                return 0;
        }
        if (!is_new && change->kind != JOB_CHANGE_PUT)
                return bus_error_no_such_job(reterr, change->name); /* there may be one, of somebody else */
        r = choose_owner(call, change, reterr);
        if (r >= 0)
                r = check_prefix(call, change->name, reterr);
        /* One that bears the caller's name and is another's: what bears another's was refused alike before.
         */
        if (r >= 0 && !is_new && manager_find_job(call->connection->server->host.manager, change->name))
                r = bus_error_no_such_job(reterr, change->name);
        return r;
}

/* Returns 1: go on; 0: parked; or negative with *reterr. */
static int authorize(BusCall *call, ChangeRequest *request, JobChange *change, sd_bus_error *reterr) {
        int r;

        r = complete(call, request, &change->name, change->kind == JOB_CHANGE_CREATE);
        if (r == -EACCES)
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_ACCESS_DENIED,
                                "Your user has no name here, and your jobs could have none.");
        if (r >= 0)
                r = find_owner(call, request, change, reterr);
        if (r >= 0 && change->new_name && bus_caller_is(call, change->owner_uid))
                r = complete(call, request, &change->new_name, true);
        if (r >= 0 && change->new_name)
                r = check_new_name(change, reterr);
        if (r < 0)
                return r;
        return bus_require(call, ACTION_MANAGE, &change->owner_uid, change->name, reterr);
}

static int authorize_all(BusCall *call, ChangeRequest *request, sd_bus_error *reterr) {
        int r;

        r = bus_call_name_caller(call, reterr); /* names are completed by it */
        for (size_t i = 0; i < request->n_changes && r > 0; i++)
                r = authorize(call, request, &request->changes[i], reterr);
        return r;
}

/* --- answers --------------------------------------------------------------------------------------- */

/* What is the same in other orders is said by bus_error_set(). */
static const struct {
        int error;
        const char *name;
} errors[] = {
        { EINVAL, ERROR_INVALID_DEFINITION }, { EFBIG, ERROR_INVALID_DEFINITION },
        { EEXIST, ERROR_JOB_EXISTS },         { ESTALE, ERROR_JOB_CHANGED },
        { EROFS, ERROR_JOB_OF_FILE },         { EBUSY, SD_BUS_ERROR_FAILED },
};

static void reply_error(sd_bus_message *call, int result, const char *text) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

        for (size_t i = 0; i < ARRAY_SIZE(errors) && text; i++)
                if (errors[i].error == -result)
                        (void) sd_bus_error_set(&error, errors[i].name, text);
        if (!sd_bus_error_is_set(&error))
                (void) bus_error_set(&error, result, text);
        (void) sd_bus_reply_method_error(call, &error); /* the client may have gone */
}

static int append_result(sd_bus_message *reply, const JobChangeResult *result) {
        return sd_bus_message_append(
                        reply, "a{sv}", 6, "Name", "s", result->name ?: "", "Revision", "t", result->revision,
                        "Effect", "s", job_change_effect_to_string(result->effect), "Execution", "t",
                        result->execution_id, "Text", "s", result->text ?: "", "Result", "i",
                        (int32_t) result->result);
}

static int reply_results(sd_bus_message *call, const JobChangeResult *results, size_t n_results) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        for (size_t i = 0; i < n_results && r >= 0; i++)
                r = append_result(reply, &results[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

/* Which of them is at fault is in the results. */
static void on_changed(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (n_results == 0 && result < 0)
                reply_error(call, result, text);
        else
                (void) reply_results(call, results, n_results); /* the client may have gone */
}

static void on_created(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;
        CLEANUP_FREE char *path = NULL;

        if (result < 0)
                reply_error(call, result, text);
        else if (bus_job_path(results[0].name, &path) >= 0)
                (void) sd_bus_reply_method_return(call, "o", path);
}

static void on_replaced(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (result < 0)
                reply_error(call, result, text);
        else
                (void) sd_bus_reply_method_return(call, "t", results[0].revision);
}

static void on_deleted(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (result < 0)
                reply_error(call, result, text);
        else
                (void) sd_bus_reply_method_return(call, NULL);
}

/* --- methods --------------------------------------------------------------------------------------- */

static bool starts_any(const ChangeRequest *request) {
        for (size_t i = 0; i < request->n_changes; i++)
                if (request->changes[i].start)
                        return true;
        return false;
}

static int change(
                BusCall *call,
                ChangeRequest *request,
                bool trial,
                manager_changed_t answer,
                sd_bus_error *reterr) {

        int r;

        r = authorize_all(call, request, reterr);
        if (r > 0 && starts_any(request) && !trial)
                r = bus_call_await_runner(call, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;
        manager_change_jobs(
                        call->connection->server->host.manager, request->changes, request->n_changes, trial,
                        &call->caller, answer, sd_bus_message_ref(call->message));
        return 1;
}

int bus_change_jobs(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(change_request_done) ChangeRequest request = { 0 };
        int trial = 0, r;

        r = read_changes(call->message, &request, reterr);
        if (r >= 0)
                r = sd_bus_message_read_basic(call->message, 'b', &trial);
        return r < 0 ? r : change(call, &request, trial != 0, on_changed, reterr);
}

static int change_one(BusCall *call, const JobChange *one, manager_changed_t answer, sd_bus_error *reterr) {
        CLEANUP(change_request_done) ChangeRequest request = { 0 };
        int r;

        r = add_change(&request, one);
        return r < 0 ? r : change(call, &request, false, answer, reterr);
}

int bus_create_job(BusCall *call, sd_bus_error *reterr) {
        JobChange one = { .kind = JOB_CHANGE_CREATE, .owner_uid = UID_INVALID };
        int r;

        r = sd_bus_message_read(call->message, "ss", &one.name, &one.definition);
        return r < 0 ? r : change_one(call, &one, on_created, reterr);
}

int bus_replace_job(BusCall *call, sd_bus_error *reterr) {
        JobChange one = { .kind = JOB_CHANGE_REPLACE, .owner_uid = UID_INVALID };
        int r;

        r = sd_bus_message_read(call->message, "sst", &one.name, &one.definition, &one.if_revision);
        return r < 0 ? r : change_one(call, &one, on_replaced, reterr);
}

int bus_delete_job(BusCall *call, sd_bus_error *reterr) {
        JobChange one = { .kind = JOB_CHANGE_DELETE, .owner_uid = UID_INVALID };
        int r;

        r = sd_bus_message_read(call->message, "s", &one.name);
        return r < 0 ? r : change_one(call, &one, on_deleted, reterr);
}

int bus_get_source(BusCall *call, sd_bus_error *reterr) {
        CLEANUP_FREE char *source = NULL;
        const ScheduledJob *job;
        const char *name;
        int r;

        r = sd_bus_message_read_basic(call->message, 's', &name);
        if (r < 0)
                return r;
        job = bus_find_job(call, name, reterr);
        if (!job)
                return -ENOENT;
        name = job->stored.name;
        r = bus_require(call, ACTION_VIEW_ALL, &job->stored.owner_uid, name, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        r = manager_get_source(call->connection->server->host.manager, job, &source);
        if (r < 0)
                return r;
        if (r == 0)
                return sd_bus_error_setf(
                                reterr, ERROR_JOB_OF_FILE, "Job '%.200s' is defined in %s, not at run time.",
                                name, job->job && job->job->file ? job->job->file : "a file");
        return sd_bus_reply_method_return(call->message, "s", source);
}

/* --- skip ------------------------------------------------------------------------------------------- */

typedef struct SkipCall {
        sd_bus_message *message;
        Manager *manager;
        char name[];
} SkipCall;

static void on_skipped(void *userdata, int result, uint64_t execution_id, const char *text) {
        CLEANUP_FREE SkipCall *skip = userdata;
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = skip->message;
        const ScheduledJob *job = manager_find_job(skip->manager, skip->name);

        if (result < 0)
                reply_error(call, result, text);
        else
                (void) sd_bus_reply_method_return(
                                call, "x", (int64_t) (job ? job->stored.skip_until_usec : USEC_INFINITY));
}

int bus_skip_job(BusCall *call, sd_bus_error *reterr) {
        Manager *manager = call->connection->server->host.manager;
        const ScheduledJob *job;
        const char *name;
        SkipCall *skip;
        uint32_t n;
        int r;

        r = sd_bus_message_read(call->message, "su", &name, &n);
        if (r < 0)
                return r;
        job = bus_find_job(call, name, reterr);
        if (!job)
                return -ENOENT;
        name = job->stored.name;
        r = bus_require(call, ACTION_MANAGE, &job->stored.owner_uid, name, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        skip = calloc(1, sizeof(*skip) + strlen(name) + 1);
        if (!skip)
                return -ENOMEM;
        skip->message = sd_bus_message_ref(call->message);
        skip->manager = manager;
        memcpy(skip->name, name, strlen(name) + 1);
        manager_skip_job(manager, skip->name, n, &call->caller, on_skipped, skip);
        return 1;
}
