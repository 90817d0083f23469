/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A bus server with a real manager on a store in memory, an executor that does what the test says, and
 * clients on socketpairs, all on one event loop.
 */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bus/bus.h"

#define BUS_FIXTURE_LAUNCHES_MAX 2048U

typedef struct BusFixture {
        sd_event *event;
        sd_event_source *store_source;
        Store *store;
        TimeZoneCache *zones;
        Manager *manager;
        BusServer *server;
        Instance instance;
        ActionCatalog actions; /* empty; the test fills it in */
        BusHost host;
        Executor executor;

        ExecutorEvents events; /* of the manager */
        LaunchId launches[BUS_FIXTURE_LAUNCHES_MAX];
        size_t n_launches;
        unsigned n_follows, n_lookups, n_reloads;
        bool answers_lookups; /* at once, with "user-UID"; else never */
        char **reload_faults;
} BusFixture;

/* Owner of the jobs is root, as in system mode; the instance's own user is the test's. */
void bus_fixture_init(BusFixture *fixture);
void bus_fixture_done(BusFixture *fixture);

/* Puts jobs in force, each {name, body as YAML, owner}, instead of those before. */
typedef struct BusFixtureJob {
        const char *name, *body;
        uid_t owner_uid;
} BusFixtureJob;
void bus_fixture_apply(BusFixture *fixture, const BusFixtureJob *jobs, size_t n_jobs);

/* A client whose connection has the credentials of this process, or of `uid` if that is not (uid_t) -1. */
sd_bus *bus_fixture_client(BusFixture *fixture, uid_t uid);

/* Runs the loop until *flag or nothing is left to do at once; the first fails the test after ten seconds. */
void bus_fixture_run_until(BusFixture *fixture, const bool *flag);
void bus_fixture_settle(BusFixture *fixture);

/* Calls a method and waits for the answer, which may be an error. */
sd_bus_message *bus_fixture_call(
                BusFixture *fixture,
                sd_bus *client,
                const char *path,
                const char *interface,
                const char *member,
                const char *types,
                ...);

/* The same on a bus, to the owner of a name. */
sd_bus_message *bus_fixture_call_to(
                BusFixture *fixture,
                sd_bus *client,
                const char *destination,
                const char *path,
                const char *interface,
                const char *member,
                const char *types,
                ...);

/* The same for the Manager, and fails the test on an error. */
#define bus_fixture_ask(fixture, client, member, ...) \
        test_expect_return(bus_fixture_call(          \
                        (fixture), (client), MANAGER_PATH, MANAGER_INTERFACE, (member), __VA_ARGS__))
sd_bus_message *test_expect_return(sd_bus_message *reply);
void test_expect_error(sd_bus_message *reply, const char *name);

/* What the runner would say about a launch. */
void bus_fixture_started(BusFixture *fixture, size_t launch);
void bus_fixture_output(BusFixture *fixture, size_t launch, OutputStream stream, const char *text);
void bus_fixture_ended(BusFixture *fixture, size_t launch, int exit_code, const char *stored_output);

/* All of a descriptor; to be freed. */
char *test_read_fd(int fd, size_t *ret_size);
