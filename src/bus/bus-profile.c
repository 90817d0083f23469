/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Templates and profiles. Who may see the instance's jobs sees its templates and profiles; an ordinary user's
 * profiles are that user's, as jobs are, and begin with the user's name.
 */

#include <string.h>

#include "bus/bus-internal.h"
#include "bus/dictionary.h"
#include "bus/profile-fields.h"
#include "protocol/names.h"
#include "util/string-list.h"

/* --- lists ----------------------------------------------------------------------------------------- */

typedef struct RowList {
        BusCall *call;
        const BusServer *server;
        FieldContext context;
        sd_bus_message *reply;
} RowList;

static void row_list_done(RowList *list) {
        (void) sd_bus_message_unref(list->reply);
}

bool bus_profile_is_visible(const BusCall *call, const ProfileStatus *profile) {
        const BusHost *host = &call->connection->server->host;

        return bus_may_see(call, profile->owner_uid) || profile->owner_uid == 0 ||
                        profile->owner_uid == host->owner_uid;
}

static int append_profile(void *userdata, const ProfileStatus *profile) {
        CLEANUP(profile_row_done) ProfileRow row = { 0 };
        RowList *list = userdata;
        int r;

        if (!bus_profile_is_visible(list->call, profile))
                return 0;
        r = profile_row_init(&row, profile);
        return r < 0 ? r
                     : field_set_append_row(
                                       &list->server->profile_set, &list->context, &row, list->reply, 0, 0,
                                       NULL);
}

static int append_template(RowList *list, const JobTemplate *template) {
        CLEANUP(template_row_done) TemplateRow row = { 0 };
        int r = template_row_init(&row, template);

        return r < 0 ? r
                     : field_set_append_row(
                                       &list->server->template_set, &list->context, &row, list->reply, 0, 0,
                                       NULL);
}

static int append_templates(RowList *list) {
        const JobTemplates *templates = manager_templates(list->server->host.manager);
        int r = 0;

        for (size_t i = 0; i < templates->n_items && r >= 0; i++)
                r = append_template(list, &templates->items[i]);
        return r;
}

static int append_profiles(RowList *list) {
        return manager_list_profiles(list->server->host.manager, append_profile, list);
}

static int send_list(BusCall *call, int (*append)(RowList *list)) {
        CLEANUP(row_list_done)
        RowList list = { .call = call,
                         .server = call->connection->server,
                         .context = bus_field_context(call) };
        int r;

        r = sd_bus_message_new_method_return(call->message, &list.reply);
        if (r >= 0)
                r = sd_bus_message_open_container(list.reply, 'a', "a{sv}");
        if (r >= 0)
                r = append(&list);
        if (r >= 0)
                r = sd_bus_message_close_container(list.reply);
        return r < 0 ? r : sd_bus_message_send(list.reply);
}

int bus_list_profiles(BusCall *call) {
        return send_list(call, append_profiles);
}

int bus_list_templates(BusCall *call) {
        return send_list(call, append_templates);
}

/* --- changes --------------------------------------------------------------------------------------- */

static const struct {
        int error;
        const char *name;
} errors[] = {
        { ENOENT, ERROR_NO_SUCH_PROFILE }, { EEXIST, ERROR_PROFILE_EXISTS },
        { ESTALE, ERROR_PROFILE_CHANGED }, { EROFS, ERROR_PROFILE_OF_FILE },
        { EBUSY, ERROR_PROFILE_IN_USE },
};

static int reply_error(sd_bus_message *call, int result, const char *text) {
        CLEANUP(sd_bus_error_free) sd_bus_error reply = SD_BUS_ERROR_NULL;

        for (size_t i = 0; i < ARRAY_SIZE(errors) && text; i++)
                if (errors[i].error == -result)
                        (void) sd_bus_error_set(&reply, errors[i].name, text);
        if (!sd_bus_error_is_set(&reply))
                (void) bus_error_set(&reply, result, text);
        return sd_bus_reply_method_error(call, &reply);
}

static void on_set(void *userdata, int result, uint64_t revision, char *const *names, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (result < 0)
                (void) reply_error(call, result, text); /* the client may have gone */
        else
                (void) sd_bus_reply_method_return(call, "t", revision);
}

static void on_deleted(void *userdata, int result, uint64_t revision, char *const *names, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata, *reply = NULL;
        int r;

        if (result < 0) {
                (void) reply_error(call, result, text);
                return;
        }
        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_append_strv(reply, (char **) names);
        if (r >= 0)
                (void) sd_bus_message_send(reply);
        else
                (void) reply_error(call, r, NULL);
}

/* The full name of what the caller means: an ordinary user's own. Returns 0, or a negative errno with
 * *reterr. */
static int complete_name(BusCall *call, const char *name, char **ret, sd_bus_error *reterr) {
        const char *user = call->caller.user;
        size_t length = strlen(user ?: "");

        if (call->is_privileged ||
            (strchr(name, '/') && length > 0 && strncmp(name, user, length) == 0 && name[length] == '/')) {
                *ret = strdup(name);
                return *ret ? 0 : -ENOMEM;
        }
        if (strchr(name, '/') || !user)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_ACCESS_DENIED,
                                "The profile '%.200s' is not yours: only NAME and %s/NAME are.", name,
                                user ?: "USER");
        return asprintf(ret, "%s/%s", user, name) < 0 ? -ENOMEM : 0;
}

/* Whose it is what they make: root's in the system instance, whatever its daemon runs as. */
static uid_t owner_of(const BusCall *call) {
        const BusHost *host = &call->connection->server->host;

        if (!call->is_privileged)
                return call->caller.uid;
        return host->instance->user ? host->owner_uid : 0;
}

/* Ordinary users govern their own; the instance's are its owner's. Returns as bus_require(). */
static int require(BusCall *call, sd_bus_error *reterr) {
        uid_t owner = owner_of(call);
        int r = bus_require(call, ACTION_MANAGE, &owner, NULL, reterr);

        return r <= 0 ? r : bus_call_name_caller(call, reterr);
}

typedef struct SetRequest {
        ProfileChange change;
        char *name;
        char **values, **removed;
} SetRequest;

static void set_request_done(SetRequest *request) {
        free(request->name);
        (void) string_list_free(request->values);
        (void) string_list_free(request->removed);
}

static int read_removed(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {

        SetRequest *request = target;

        request->removed = string_list_free(request->removed); /* given twice: the last one counts */
        return sd_bus_message_read_strv(message, &request->removed);
}

static const DictionaryKey set_keys[] = {
        { DICTIONARY_NUMBER("if-revision", SetRequest, change.if_revision) },
        { DICTIONARY_FLAG("create", SetRequest, change.create) },
        { DICTIONARY_FLAG("replace", SetRequest, change.replace) },
        { .name = "remove", .signature = "as", .read = read_removed },
};

static const Dictionary set_options = { "in the options of a profile", set_keys, ARRAY_SIZE(set_keys) };

static int read_set(BusCall *call, SetRequest *request, sd_bus_error *reterr) {
        sd_bus_message *message = call->message;
        const char *name;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r >= 0)
                r = complete_name(call, name, &request->name, reterr);
        if (r >= 0)
                r = bus_read_values(message, &request->values);
        return r < 0 ? r : dictionary_read(message, &set_options, 0, request, reterr);
}

int bus_set_profile(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(set_request_done) SetRequest request = { 0 };
        const BusHost *host = &call->connection->server->host;
        int r;

        r = require(call, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;
        r = read_set(call, &request, reterr);
        if (r < 0)
                return r;
        request.change.name = request.name;
        request.change.owner_uid = owner_of(call);
        request.change.values = request.values;
        request.change.removed = request.removed;
        manager_set_profile(
                        host->manager, &request.change, &call->caller, on_set,
                        sd_bus_message_ref(call->message));
        return 1;
}

static int read_names(BusCall *call, char ***ret, sd_bus_error *reterr) {
        const char *name;
        int r;

        r = sd_bus_message_enter_container(call->message, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read_basic(call->message, 's', &name)) > 0) {
                char *full = NULL;

                r = complete_name(call, name, &full, reterr);
                if (r >= 0)
                        r = string_list_take_push(ret, full);
        }
        return r < 0 ? r : sd_bus_message_exit_container(call->message);
}

int bus_delete_profiles(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(string_list_freep) char **names = NULL;
        int trial = 0, r;

        r = require(call, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;
        r = read_names(call, &names, reterr);
        if (r >= 0)
                r = sd_bus_message_read_basic(call->message, 'b', &trial);
        if (r < 0)
                return r;
        manager_delete_profiles(
                        call->connection->server->host.manager, names, trial != 0, &call->caller, on_deleted,
                        sd_bus_message_ref(call->message));
        return 1;
}

int bus_prune_profiles(BusCall *call, sd_bus_error *reterr) {
        int trial, r;

        r = require(call, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;
        r = sd_bus_message_read_basic(call->message, 'b', &trial);
        if (r < 0)
                return r;
        manager_prune_profiles(
                        call->connection->server->host.manager,
                        call->is_privileged ? NULL : &call->caller.uid, trial != 0, &call->caller, on_deleted,
                        sd_bus_message_ref(call->message));
        return 1;
}
