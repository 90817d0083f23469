/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The methods of the Manager, one function each. */

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "client/client-internal.h"
#include "protocol/names.h"
#include "util/file.h"

#define OUTPUT_SIZE_MAX ((size_t) 64 * 1024 * 1024)

int client_error_reply(ClientError *reterr, int number, const char *member) {
        return client_error_set(
                        reterr, number, CLIENT_FAULT_OTHER,
                        "The daemon may be of another version than schedctl; see 'schedctl version'.",
                        "cannot read what jobschedd answered to %s: %s", member, strerror(-number));
}

int client_new_call(Client *client, const char *member, sd_bus_message **ret) {
        return sd_bus_message_new_method_call(
                        client->bus, ret, BUS_NAME, MANAGER_PATH, MANAGER_INTERFACE, member);
}

int client_call(Client *client,
                ClientError *reterr,
                sd_bus_message **ret_reply,
                const char *member,
                const char *types,
                ...) {

        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        va_list arguments;
        int r;

        r = client_new_call(client, member, &call);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);

        va_start(arguments, types);
        r = *types ? sd_bus_message_appendv(call, types, arguments) : 0;
        va_end(arguments);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);

        r = sd_bus_call(client->bus, call, 0, &error, ret_reply);
        return r < 0 ? client_error_set_bus(reterr, r, &error) : 0;
}

int client_get_status(Client *client, json_t **ret, ClientError *reterr) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_call_method(
                        client->bus, BUS_NAME, MANAGER_PATH, "org.freedesktop.DBus.Properties", "GetAll",
                        &error, &reply, "s", MANAGER_INTERFACE);
        if (r < 0)
                return client_error_set_bus(reterr, r, &error);

        r = properties_to_json(reply, ret);
        return r < 0 ? client_error_reply(reterr, r, "GetAll") : 0;
}

int client_get_schedule_descriptions(Client *client, const char *job, char ***ret, ClientError *reterr) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_FREE char *path = NULL;
        int r;

        r = sd_bus_path_encode(JOB_PATH_PREFIX, job, &path);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);
        r = sd_bus_get_property_strv(
                        client->bus, BUS_NAME, path, JOB_INTERFACE, "ScheduleDescriptions", &error, ret);
        return r < 0 ? client_error_set_bus(reterr, r, &error) : 0;
}

int client_get_expectation(
                Client *client,
                const char *job,
                usec_t *ret_expect_by_usec,
                bool *ret_overdue,
                ClientError *reterr) {

        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_FREE char *path = NULL;
        int64_t expect_by_usec = 0;
        int overdue = 0, r;

        r = sd_bus_path_encode(JOB_PATH_PREFIX, job, &path);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);
        r = sd_bus_get_property_trivial(
                        client->bus, BUS_NAME, path, JOB_INTERFACE, "ExpectBy", &error, 'x', &expect_by_usec);
        if (r >= 0)
                r = sd_bus_get_property_trivial(
                                client->bus, BUS_NAME, path, JOB_INTERFACE, "Overdue", &error, 'b', &overdue);
        if (r < 0)
                return client_error_set_bus(reterr, r, &error);
        *ret_expect_by_usec = expect_by_usec;
        *ret_overdue = overdue != 0;
        return 0;
}

void client_definition_done(ClientDefinition *definition) {
        free(definition->text);
        free(definition->file);
        *definition = (ClientDefinition){ 0 };
}

int client_get_definition(Client *client, const char *job, ClientDefinition *ret, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        ClientDefinition definition = { 0 };
        const char *text, *file;
        unsigned line;
        int r;

        r = client_call(client, reterr, &reply, "GetDefinition", "s", job);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "ssu", &text, &file, &line);
        if (r < 0)
                return client_error_reply(reterr, r, "GetDefinition");

        definition.text = strdup(text);
        definition.file = *file ? strdup(file) : NULL;
        definition.line = line;
        if (!definition.text || (*file && !definition.file)) {
                client_definition_done(&definition);
                return -ENOMEM;
        }

        *ret = definition;
        return 0;
}

int client_list_attempts(Client *client, uint64_t id, json_t **ret, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "ListAttempts", "t", id);
        if (r < 0)
                return r;
        r = rows_to_json(reply, ret);
        return r < 0 ? client_error_reply(reterr, r, "ListAttempts") : 0;
}

int client_get_output(
                Client *client,
                uint64_t id,
                unsigned attempt,
                char **ret,
                size_t *ret_size,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int fd, r;

        r = client_call(client, reterr, &reply, "GetOutput", "tu", id, attempt);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return client_error_reply(reterr, r, "GetOutput");
        r = memfd_read_sealed(fd, OUTPUT_SIZE_MAX, ret, ret_size);
        return r < 0 ? client_error_reply(reterr, r, "GetOutput") : 0;
}

/* The descriptor in a reply goes away with it. */
static int take_fd(sd_bus_message *reply, const char *member, int *ret_fd, ClientError *reterr) {
        int fd, r;

        r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return client_error_reply(reterr, r, member);

        fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
                return client_error_reply(reterr, -errno, member);

        *ret_fd = fd;
        return 0;
}

int client_follow(Client *client, uint64_t id, int *ret_fd, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "Follow", "t", id);
        return r < 0 ? r : take_fd(reply, "Follow", ret_fd, reterr);
}

int client_backup(Client *client, int *ret_fd, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "Backup", "");
        return r < 0 ? r : take_fd(reply, "Backup", ret_fd, reterr);
}

static int read_answer(sd_bus_message *reply, const char *method, json_t **ret, ClientError *reterr) {
        const char *answer;
        int r;

        r = sd_bus_message_read(reply, "s", &answer);
        if (r >= 0)
                r = client_line_parse(&(const ClientLine){ answer, strlen(answer) }, ret);
        return r < 0 ? client_error_reply(reterr, r, method) : 0;
}

int client_why(Client *client,
               const char *job,
               usec_t from_usec,
               usec_t until_usec,
               json_t **ret,
               ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "Why", "sxx", job, from_usec, until_usec);
        return r < 0 ? r : read_answer(reply, "Why", ret, reterr);
}

int client_why_execution(Client *client, uint64_t id, json_t **ret, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "WhyExecution", "t", id);
        return r < 0 ? r : read_answer(reply, "WhyExecution", ret, reterr);
}

int client_pause_job(Client *client, const char *job, usec_t until_usec, ClientError *reterr) {
        return client_call(client, reterr, NULL, "PauseJob", "sx", job, until_usec);
}

int client_resume_job(Client *client, const char *job, ClientError *reterr) {
        return client_call(client, reterr, NULL, "ResumeJob", "s", job);
}

int client_pause_queue(Client *client, const char *queue, ClientError *reterr) {
        return client_call(client, reterr, NULL, "PauseQueue", "s", queue);
}

int client_resume_queue(Client *client, const char *queue, ClientError *reterr) {
        return client_call(client, reterr, NULL, "ResumeQueue", "s", queue);
}

int client_freeze(Client *client, ClientError *reterr) {
        return client_call(client, reterr, NULL, "Freeze", "");
}

int client_thaw(Client *client, bool skip_missed, ClientError *reterr) {
        return client_call(client, reterr, NULL, "Thaw", "b", (int) skip_missed);
}

int client_get_frozen(Client *client, usec_t *ret_since_usec, ClientError *reterr) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_get_property_trivial(
                        client->bus, BUS_NAME, MANAGER_PATH, MANAGER_INTERFACE, "Frozen", &error, 'x',
                        ret_since_usec);
        return r < 0 ? client_error_set_bus(reterr, r, &error) : 0;
}

int client_stop_execution(Client *client, uint64_t id, ClientError *reterr) {
        return client_call(client, reterr, NULL, "StopExecution", "t", id);
}

int client_kill_execution(Client *client, uint64_t id, const char *whom, int number, ClientError *reterr) {
        return client_call(client, reterr, NULL, "KillExecution", "tsi", id, whom, number);
}

int client_reload(Client *client, char ***ret_faults, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "Reload", "");
        if (r < 0)
                return r;
        r = sd_bus_message_read_strv(reply, ret_faults);
        return r < 0 ? client_error_reply(reterr, r, "Reload") : 0;
}
