/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Makes jobs over the control socket of a running daemon, and what such a thing costs at the least: an empty
 * call of D-Bus, and a row that is durable in a database of its own.
 *
 *   create SOCKET DATABASE JOBS DEFINITION
 */

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "protocol/names.h"
#include "util/cleanup.h"
#include "util/types.h"

#define IN_FLIGHT 64U

static double now(void) {
        struct timespec time;

        (void) clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static void require(int r, const char *what) {
        if (r >= 0)
                return;
        (void) fprintf(stderr, "create: %s: error %d\n", what, -r);
        exit(1);
}

static void report(const char *what, size_t n, double begin) {
        double took = now() - begin;

        (void) printf("  %-46s %8.0f a second (%.2f s)\n", what, (double) n / took, took);
}

static sd_bus *connect_to(const char *socket) {
        CLEANUP_FREE char *address = NULL;
        sd_bus *bus = NULL;

        require(asprintf(&address, "unix:path=%s", socket), "address");
        require(sd_bus_new(&bus), "connection");
        require(sd_bus_set_address(bus, address), "address");
        require(sd_bus_start(bus), socket);
        require(sd_bus_set_method_call_timeout(bus, 600 * (uint64_t) USEC_PER_SEC), "time-out");
        return bus;
}

/* --- the floors ------------------------------------------------------------------------------------- */

static void measure_calls(sd_bus *bus, size_t n) {
        double begin = now();

        for (size_t i = 0; i < n; i++)
                require(sd_bus_call_method(
                                        bus, NULL, MANAGER_PATH, "org.freedesktop.DBus.Peer", "Ping", NULL,
                                        NULL, NULL),
                        "Ping");
        report("floor: empty calls of D-Bus, one by one", n, begin);
}

static void run(sqlite3 *db, const char *sql) {
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
                (void) fprintf(stderr, "create: %s: %s\n", sql, sqlite3_errmsg(db));
                exit(1);
        }
}

static void measure_inserts(const char *path, size_t n, const char *definition) {
        sqlite3_stmt *insert = NULL;
        sqlite3 *db = NULL;
        double begin;

        require(sqlite3_open(path, &db) == SQLITE_OK ? 0 : -EIO, path);
        run(db, "PRAGMA journal_mode = WAL");
        run(db, "PRAGMA synchronous = FULL");
        run(db, "CREATE TABLE row (id INTEGER PRIMARY KEY, definition TEXT NOT NULL) STRICT");
        require(sqlite3_prepare_v2(db, "INSERT INTO row (definition) VALUES (?)", -1, &insert, NULL) ==
                                                SQLITE_OK
                                ? 0
                                : -EIO,
                "insert");

        begin = now();
        for (size_t i = 0; i < n; i++) {
                (void) sqlite3_bind_text(insert, 1, definition, -1, SQLITE_STATIC);
                require(sqlite3_step(insert) == SQLITE_DONE ? 0 : -EIO, "insert");
                (void) sqlite3_reset(insert);
        }
        report("floor: durable rows in SQLite, one by one", n, begin);
        (void) sqlite3_finalize(insert);
        (void) sqlite3_close(db);
}

/* --- jobs ------------------------------------------------------------------------------------------- */

static void measure_singly(sd_bus *bus, size_t n, const char *definition) {
        double begin = now();

        for (size_t i = 0; i < n; i++) {
                char name[32];

                (void) snprintf(name, sizeof(name), "single-%zu", i);
                require(sd_bus_call_method(
                                        bus, NULL, MANAGER_PATH, MANAGER_INTERFACE, "CreateJob", NULL, NULL,
                                        "ss", name, definition),
                        "CreateJob");
        }
        report("CreateJob, one by one", n, begin);
}

static int on_created(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        size_t *n_left = userdata;

        require(sd_bus_message_is_method_error(reply, NULL) ? -EIO : 0, "CreateJob");
        (*n_left)--;
        return 0;
}

static void wait_until(sd_bus *bus, const size_t *n_left, size_t below) {
        while (*n_left >= below) {
                int r = sd_bus_process(bus, NULL);

                require(r, "process");
                if (r == 0)
                        require(sd_bus_wait(bus, UINT64_MAX), "wait");
        }
}

static void measure_in_flight(sd_bus *bus, size_t n, const char *definition) {
        size_t n_left = 0;
        double begin = now();

        for (size_t i = 0; i < n; i++) {
                char name[32];

                wait_until(bus, &n_left, IN_FLIGHT);
                (void) snprintf(name, sizeof(name), "flight-%zu", i);
                require(sd_bus_call_method_async(
                                        bus, NULL, NULL, MANAGER_PATH, MANAGER_INTERFACE, "CreateJob",
                                        on_created, &n_left, "ss", name, definition),
                        "CreateJob");
                n_left++;
        }
        wait_until(bus, &n_left, 1);
        report("CreateJob, 64 calls in flight", n, begin);
}

static void append_change(sd_bus_message *message, size_t i, const char *definition) {
        char name[32];

        (void) snprintf(name, sizeof(name), "batch-%zu", i);
        require(sd_bus_message_append(
                                message, "a{sv}", 3, "kind", "s", "create", "name", "s", name, "definition",
                                "s", definition),
                "a change");
}

static void measure_batch(sd_bus *bus, size_t n, const char *definition) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        double begin = now();

        require(sd_bus_message_new_method_call(
                                bus, &call, NULL, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs"),
                "ChangeJobs");
        require(sd_bus_message_open_container(call, 'a', "a{sv}"), "ChangeJobs");
        for (size_t i = 0; i < n; i++)
                append_change(call, i, definition);
        require(sd_bus_message_close_container(call), "ChangeJobs");
        require(sd_bus_message_append(call, "b", 0), "ChangeJobs");
        require(sd_bus_call(bus, call, 600 * (uint64_t) USEC_PER_SEC, NULL, NULL), "ChangeJobs");
        report("ChangeJobs, all in one", n, begin);
}

int main(int argc, char *argv[]) {
        sd_bus *bus;
        size_t n;

        if (argc != 5) {
                (void) fprintf(stderr, "usage: create SOCKET DATABASE JOBS DEFINITION\n");
                return 2;
        }
        n = (size_t) strtoul(argv[3], NULL, 10);
        bus = connect_to(argv[1]);
        measure_calls(bus, n);
        measure_inserts(argv[2], n, argv[4]);
        measure_singly(bus, n, argv[4]);
        measure_in_flight(bus, n, argv[4]);
        measure_batch(bus, n, argv[4]);
        (void) sd_bus_close_unref(bus);
        return 0;
}
