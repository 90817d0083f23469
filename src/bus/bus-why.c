/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Why: the manager's explanation as the JSON object of SEMANTICS 5. */

#include "bus/bus-internal.h"
#include "util/json-writer.h"

/* What is not scheduled is an answer too: the neighbours are in it. */
static int write_answer(const char *name, const WhyAnswer *answer, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char reason[REASON_TEXT_MAX];
        JsonWriter json;

        (void) execution_reason_format(answer->reason, answer->condition, reason);
        json_writer_init(&json, &buffer);
        json_writer_begin_object(&json, NULL);
        json_writer_string(&json, "job", name);
        json_writer_instant(&json, "time", answer->time_usec);
        json_writer_bool(&json, "scheduled", answer->scheduled);
        json_writer_instant(&json, "due", answer->due_usec);
        json_writer_string(&json, "when", why_when_to_string(answer->when));
        json_writer_string(
                        &json, "state",
                        answer->state >= 0 ? execution_state_to_string((ExecutionState) answer->state)
                                           : NULL);
        json_writer_string(&json, "reason", answer->reason != REASON_NONE ? reason : NULL);
        json_writer_string(&json, "text", answer->text);
        json_writer_string_list(&json, "blockers", answer->blockers);
        if (answer->execution_id != 0)
                json_writer_integer(&json, "execution", (int64_t) answer->execution_id);
        else
                json_writer_null(&json, "execution");
        json_writer_instant(&json, "previous_due", answer->previous_due_usec);
        json_writer_instant(&json, "next_due", answer->next_due_usec);
        json_writer_end_object(&json);

        return buffer_take(&buffer, ret);
}

int bus_why(BusCall *call, const char *name, usec_t from_usec, usec_t until_usec, sd_bus_error *reterr) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        CLEANUP_FREE char *text = NULL;
        Manager *manager = call->connection->server->host.manager;
        CLEANUP_FREE char *full = NULL;
        uid_t owner = 0;
        int r;

        r = bus_complete_job_name(call, name, false, &full);
        if (r < 0)
                return r;
        if (full)
                name = full;
        r = manager_find_owner(manager, name, &owner);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);
        if (r == 0 || !bus_may_see(call, owner))
                return bus_error_no_such_job(reterr, name);
        if (from_usec < 0)
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The span is in microseconds since 1970, none of them before that.");
        if (from_usec > until_usec)
                return sd_bus_error_set(reterr, SD_BUS_ERROR_INVALID_ARGS, "The span ends before it begins.");

        /* The sentence may quote what the definition says. */
        r = bus_require(call, ACTION_VIEW_ALL, &owner, name, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        if (from_usec == 0 && until_usec == 0)
                from_usec = until_usec = USEC_INFINITY;
        r = manager_why(manager, name, from_usec, until_usec, &answer);
        if (r == -ENOENT)
                return bus_error_no_such_job(reterr, name);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);

        r = write_answer(name, &answer, &text);
        if (r < 0)
                return r;
        return sd_bus_reply_method_return(call->message, "s", text);
}

int bus_why_execution(BusCall *call, uint64_t id, sd_bus_error *reterr) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        CLEANUP_FREE char *text = NULL, *name = NULL;
        int r;

        execution_record_init(&record);
        r = bus_read_execution(call, id, &record, reterr);
        if (r < 0)
                return r;
        r = bus_require(call, ACTION_VIEW_ALL, &record.owner_uid, record.job, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        r = manager_why_execution(call->connection->server->host.manager, id, &answer, &name);
        if (r == -ENOENT)
                return bus_error_no_such_execution(reterr, id);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);

        r = write_answer(name, &answer, &text);
        if (r < 0)
                return r;
        return sd_bus_reply_method_return(call->message, "s", text);
}
