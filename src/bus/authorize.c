/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * May they? Root and the instance's own user may do all. Others are polkit's to judge, asked asynchronously;
 * where there is no polkit, everybody has what is their own and nothing else. A polkit that does not answer
 * says no.
 *
 *      who                      sees in lists            sees of others' records   may order
 *      root, own user           all                      all                       all
 *      .view-all                all                      all                       -
 *      .view                    all                      no private fields         -
 *      neither, or no polkit    own jobs and executions  nothing                   -
 *      .run                                                                        start, stop, kill others'
 *      .manage-own, no polkit                                                      own jobs: all of it
 *      .manage                                                                     pause, resume, reload,
 * backup
 *
 * Private are: file, line, load_error, warnings, template, profile of a job; parameters, profile, result,
 * status_text and the output of an execution; definitions; the detail of audit events. Audit events of others
 * are shown with .view-all only.
 */

#include "bus/bus-internal.h"

#include <assert.h>
#include <string.h>

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_ALLOW_INTERACTION 1U

#define ASK_USEC (15 * USEC_PER_SEC)
/* Somebody types a password. */
#define ASK_INTERACTIVELY_USEC (3 * USEC_PER_MINUTE)

static const char *const action_ids[] = {
        [ACTION_VIEW] = "org.jobsched1.view",     [ACTION_VIEW_ALL] = "org.jobsched1.view-all",
        [ACTION_RUN] = "org.jobsched1.run",       [ACTION_MANAGE_OWN] = "org.jobsched1.manage-own",
        [ACTION_MANAGE] = "org.jobsched1.manage",
};

static const char *const action_sentences[] = {
        [ACTION_VIEW] = "look at other users' jobs",
        [ACTION_VIEW_ALL] = "look at other users' definitions, output and parameters",
        [ACTION_RUN] = "start or stop other users' jobs",
        [ACTION_MANAGE_OWN] = "manage your jobs",
        [ACTION_MANAGE] = "manage this instance of jobsched",
};

/* --- polkit ---------------------------------------------------------------------------------------- */

static bool means_no_polkit(const sd_bus_error *error) {
        static const char *const names[] = {
                SD_BUS_ERROR_SERVICE_UNKNOWN,
                SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                "org.freedesktop.systemd1.NoSuchUnit",
        };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                if (sd_bus_error_has_name(error, names[i]))
                        return true;
        return false;
}

static Verdict read_verdict(sd_bus_message *reply) {
        int authorized = 0, challenge = 0;

        if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") < 0 ||
            sd_bus_message_read(reply, "bb", &authorized, &challenge) < 0)
                return VERDICT_NO;
        if (authorized)
                return VERDICT_YES;
        return challenge ? VERDICT_CHALLENGE : VERDICT_NO;
}

static int on_polkit_answer(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        BusCall *call = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        call->was_asked_interactively[call->asked] = call->asked_interactively;
        if (!error)
                call->verdicts[call->asked] = read_verdict(reply);
        else if (means_no_polkit(error))
                call->without_polkit = true;
        else
                call->verdicts[call->asked] = VERDICT_NO;

        bus_call_resume(call);
        return 0;
}

/* Who asks: the client's name on the bus, or the process at the other end of the socket. */
static int append_subject(sd_bus_message *question, const BusCall *call) {
        if (!call->connection->is_peer)
                return sd_bus_message_append(
                                question, "(sa{sv})", "system-bus-name", 1, "name", "s",
                                sd_bus_message_get_sender(call->message));

        return sd_bus_message_append(
                        question, "(sa{sv})", "unix-process", 3, "pid", "u", (uint32_t) call->process.pid,
                        "start-time", "t", call->process.start_ticks, "uid", "i", (int32_t) call->caller.uid);
}

static int make_question(
                sd_bus *bus,
                const BusCall *call,
                BusAction action,
                bool interactive,
                const char *job,
                sd_bus_message **ret) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = sd_bus_message_new_method_call(
                        bus, &question, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization");
        if (r < 0)
                return r;
        r = append_subject(question, call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "s", action_ids[action]);
        if (r < 0)
                return r;
        if (job)
                r = sd_bus_message_append(question, "a{ss}", 1, "job", job);
        else
                r = sd_bus_message_append(question, "a{ss}", 0);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "us", interactive ? POLKIT_ALLOW_INTERACTION : 0U, "");
        if (r < 0)
                return r;

        *ret = TAKE_PTR(question);
        return 0;
}

/* Returns 0 (parked), or a negative errno. The verdict is unknown before. */
static int ask_polkit(
                BusCall *call,
                BusAction action,
                bool interactive,
                const char *job,
                sd_bus_error *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        sd_bus *bus = bus_link_polkit(call->connection->server);
        BusCall *parked;
        int r;

        assert(bus);

        r = make_question(bus, call, action, interactive, job, &question);
        if (r < 0)
                return r;
        r = bus_call_park(call, &parked, reterr);
        if (r < 0)
                return r;

        parked->asked = action;
        parked->asked_interactively = interactive;
        r = sd_bus_call_async(
                        bus, &parked->slot, question, on_polkit_answer, parked,
                        (uint64_t) (interactive ? ASK_INTERACTIVELY_USEC : ASK_USEC));
        if (r < 0) {
                (void) bus_call_free(parked);
                return r;
        }
        return 0;
}

/*
 * Settles what can be settled without asking. Returns 1 with call->verdicts[action] known or without_polkit
 * set, or 0: somebody has to be asked.
 */
static int settle_without_asking(BusCall *call, BusAction action, bool interactive) {
        const BusServer *server = call->connection->server;
        bool gone;

        if (call->without_polkit)
                return 1;
        if (call->verdicts[action] == VERDICT_CHALLENGE)
                return !interactive || call->was_asked_interactively[action];
        if (call->verdicts[action] != VERDICT_UNKNOWN)
                return 1;
        /* Its process had ended before we could look: polkit would judge whoever has the pid now. */
        gone = call->connection->is_peer && call->process.start_ticks == 0;
        if (bus_link_polkit(server) && !gone)
                return 0;

        /* A bus that was there and is gone takes polkit's answer with it, which is no. */
        if (bus_link_was_connected(server))
                call->verdicts[action] = VERDICT_NO;
        else
                call->without_polkit = true;
        return 1;
}

/* --- views ----------------------------------------------------------------------------------------- */

int bus_call_find_view(BusCall *call, sd_bus_error *reterr) {
        static const struct {
                BusAction action;
                ViewLevel level;
        } levels[] = {
                { ACTION_VIEW_ALL, VIEW_ALL },
                { ACTION_VIEW, VIEW_LISTED },
        };

        if (call->has_view)
                return 1;

        call->view = call->is_privileged ? VIEW_ALL : VIEW_OWN;
        for (size_t i = 0; i < ARRAY_SIZE(levels) && call->view == VIEW_OWN; i++) {
                if (!settle_without_asking(call, levels[i].action, false))
                        return ask_polkit(call, levels[i].action, false, NULL, reterr);
                if (call->without_polkit)
                        break;
                if (call->verdicts[levels[i].action] == VERDICT_YES)
                        call->view = levels[i].level;
        }
        call->has_view = true;
        return 1;
}

bool bus_may_see(const BusCall *call, uid_t owner) {
        return call->view != VIEW_OWN || call->caller.uid == owner;
}

/* --- orders ---------------------------------------------------------------------------------------- */

static int refuse(const BusCall *call, BusAction action, sd_bus_error *reterr) {
        if (call->without_polkit)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_ACCESS_DENIED,
                                "You may not %s: there is no polkit here, so that only root may.",
                                action_sentences[action]);
        if (call->verdicts[action] == VERDICT_CHALLENGE && !call->was_asked_interactively[action])
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                                "To %s you have to authenticate (%s).", action_sentences[action],
                                action_ids[action]);
        return sd_bus_error_setf(
                        reterr, SD_BUS_ERROR_ACCESS_DENIED, "You may not %s: polkit denies %s.",
                        action_sentences[action], action_ids[action]);
}

int bus_require(BusCall *call, BusAction action, const uid_t *owner, const char *job, sd_bus_error *reterr) {
        bool interactive = sd_bus_message_get_allow_interactive_authorization(call->message) > 0;
        bool is_own = owner && bus_caller_is(call, *owner);

        if (call->is_privileged)
                return bus_call_name_caller(call, reterr);
        if (is_own && action == ACTION_VIEW_ALL)
                return 1;
        if (is_own)
                action = ACTION_MANAGE_OWN;

        if (!settle_without_asking(call, action, interactive))
                return ask_polkit(call, action, interactive, job, reterr);
        if (call->without_polkit ? action != ACTION_MANAGE_OWN : call->verdicts[action] != VERDICT_YES)
                return refuse(call, action, reterr);

        return bus_call_name_caller(call, reterr);
}
