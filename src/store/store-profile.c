/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Profiles, of files and made at run time: each revision's values stay, for the executions that ran with it.
 */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/store-private.h"
#include "store/store-value.h"

void stored_profile_done(StoredProfile *profile) {
        if (!profile)
                return;

        free(profile->name);
        free(profile->definition);
        *profile = (StoredProfile){ 0 };
}

int store_put_profile(Store *store, const StoredProfile *profile) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;

        assert(store);
        assert(profile && profile->name && profile->definition);

        operation = store_operation_new(OPERATION_PUT_PROFILE);
        if (!operation)
                return -ENOMEM;
        operation->profile = *profile;
        operation->profile.name = strdup(profile->name);
        operation->profile.definition = strdup(profile->definition);
        if (!operation->profile.name || !operation->profile.definition)
                return -ENOMEM;
        return store_queue_operation(store, TAKE_PTR(operation));
}

static int put_revision(StoreConnection *connection, const StoredProfile *profile) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_PROFILE_REVISION);
        StoreBinder binder = { statement };

        store_bind_text(&binder, profile->name);
        store_bind_integer(&binder, (int64_t) profile->revision);
        store_bind_text(&binder, profile->definition);
        return store_bound_step(connection, &binder);
}

int store_apply_put_profile(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_PROFILE);
        StoreBinder binder = { statement };
        const StoredProfile *profile = &operation->profile;
        int r;

        store_bind_text(&binder, profile->name);
        store_bind_text(&binder, job_origin_to_string(profile->origin));
        store_bind_integer(&binder, profile->owner_uid);
        store_bind_integer(&binder, (int64_t) profile->revision);
        store_bind_integer(&binder, profile->changed_usec);
        store_bind_time(&binder, profile->removed_usec);
        r = store_bound_step(connection, &binder);
        return r < 0 ? r : put_revision(connection, profile);
}

static int profile_from_row(sqlite3_stmt *row, StoredProfile *profile) {
        int origin = 0, r;

        r = store_column_text(row, 0, &profile->name);
        if (r >= 0)
                r = store_column_name(row, 1, job_origin_from_string, &origin);
        if (r >= 0)
                r = store_column_text(row, 5, &profile->definition);
        if (r < 0)
                return r;
        profile->origin = (JobOrigin) origin;
        profile->owner_uid = (uid_t) sqlite3_column_int64(row, 2);
        profile->revision = (uint64_t) sqlite3_column_int64(row, 3);
        profile->changed_usec = store_column_time(row, 4);
        profile->removed_usec = store_column_time(row, 6);
        return profile->name && profile->definition ? 0 : -EBADMSG;
}

int store_load_profiles(
                Store *store,
                int (*visit)(void *userdata, const StoredProfile *profile),
                void *userdata) {

        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        int r;

        assert(store);
        assert(visit);

        statement = store_statement(store->reader, STATEMENT_LOAD_PROFILES);
        while ((r = store_step(store->reader, statement)) > 0) {
                CLEANUP(stored_profile_done) StoredProfile profile = { 0 };

                r = profile_from_row(statement, &profile);
                if (r >= 0)
                        r = visit(userdata, &profile);
                if (r < 0)
                        return r;
        }
        return r;
}

int store_read_profile_revision(Store *store, const char *name, uint64_t revision, char **ret_definition) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        StoreBinder binder;

        assert(store);
        assert(name);
        assert(ret_definition);

        statement = store_statement(store->reader, STATEMENT_READ_PROFILE_REVISION);
        binder = (StoreBinder){ statement };
        store_bind_text(&binder, name);
        store_bind_integer(&binder, (int64_t) revision);
        return store_bound_read_text(store->reader, &binder, ret_definition);
}
