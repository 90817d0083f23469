/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How much is checked: the header, the length of the file and the schema always, since that costs nothing;
 * every page (quick_check) only while the file is small, so that a restart with years of history takes
 * milliseconds. A damaged page of a large file is met when it is read, and then is trouble at run time.
 *
 * Names of states, causes, reasons, events and origins are kept as text and unknown values as NULL, for
 * people who open the database with a shell. Instants are microseconds since 1970, UTC.
 */

#include "store/store-schema.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store-message.h"

#define SQLITE_MAGIC "SQLite format 3"
#define QUICK_CHECK_MAX_BYTES (INT64_C(32) << 20)

/* The fields of a database file's header that are looked at; big endian. */
enum {
        HEADER_SIZE = 100,
        HEADER_PAGE_SIZE = 16,
        HEADER_CHANGE_COUNTER = 24,
        HEADER_PAGES = 28,
        HEADER_USER_VERSION = 60,
        HEADER_APPLICATION_ID = 68,
        HEADER_VALID_FOR = 92,
};

static const char *const migrations[STORE_SCHEMA_VERSION] = {
        "CREATE TABLE meta ("
        " key TEXT NOT NULL PRIMARY KEY,"
        " value ANY NOT NULL"
        ") STRICT, WITHOUT ROWID;"
        "INSERT INTO meta VALUES ('uuid', lower(hex(randomblob(16))));"

        /* Jobs stay here after they were removed: the history refers to them. */
        "CREATE TABLE job ("
        " id INTEGER PRIMARY KEY,"
        " name TEXT NOT NULL,"
        " owner_uid INTEGER NOT NULL,"
        " origin TEXT NOT NULL,"
        " revision INTEGER NOT NULL,"
        " file TEXT,"
        " line INTEGER,"
        " added INTEGER,"
        " removed INTEGER"
        ") STRICT;"
        "CREATE INDEX job_name ON job (name);"

        "CREATE TABLE job_revision ("
        " job_id INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,"
        " revision INTEGER NOT NULL,"
        " definition TEXT NOT NULL,"
        " PRIMARY KEY (job_id, revision)"
        ") STRICT, WITHOUT ROWID;"

        "CREATE TABLE job_state ("
        " job_id INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,"
        " paused_since INTEGER,"
        " paused_until INTEGER,"
        " cursor INTEGER,"
        " anchor INTEGER,"
        " boot_identity TEXT,"
        " boot_due INTEGER,"
        " last_execution_id INTEGER,"
        " last_state TEXT,"
        " last_due INTEGER,"
        " last_started INTEGER,"
        " last_ended INTEGER"
        ") STRICT;"

        "CREATE TABLE execution ("
        " id INTEGER PRIMARY KEY,"
        " job_id INTEGER REFERENCES job," /* NULL: adopted, of a job that is not known */
        " job TEXT NOT NULL,"
        " owner_uid INTEGER NOT NULL,"
        " origin TEXT NOT NULL,"
        " cause TEXT NOT NULL,"
        " requested_by TEXT,"
        " due INTEGER NOT NULL,"
        " nominal INTEGER,"
        " pass INTEGER NOT NULL,"
        " job_revision INTEGER,"
        " state TEXT NOT NULL,"
        " reason TEXT,"
        " reason_detail TEXT,"
        " due_last INTEGER NOT NULL,"
        " count INTEGER NOT NULL,"
        " notes INTEGER NOT NULL,"
        " start_after INTEGER,"
        " queued INTEGER,"
        " started INTEGER,"
        " ended INTEGER,"
        " exit_code INTEGER,"
        " signal INTEGER,"
        " http_status INTEGER,"
        " attempts INTEGER NOT NULL,"
        " pid INTEGER,"
        " host TEXT,"
        " boot_id TEXT,"
        " runner_incarnation TEXT,"
        " runner_generation TEXT,"
        " progress INTEGER,"
        " status_text TEXT,"
        " cpu_seconds REAL,"
        " memory_peak_bytes INTEGER,"
        " output_bytes INTEGER NOT NULL,"
        " output_truncated INTEGER NOT NULL,"
        " result TEXT"
        ") STRICT;"
        /* An occurrence is started once, whatever happens. */
        "CREATE UNIQUE INDEX execution_occurrence ON execution (job_id, due, pass)"
        " WHERE cause IN ('schedule', 'catch-up', 'boot', 'dependency');"
        "CREATE INDEX execution_other ON execution (job_id, due)"
        " WHERE cause NOT IN ('schedule', 'catch-up', 'boot', 'dependency');"
        "CREATE INDEX execution_job ON execution (job_id);"
        /* Without the state that nearly all rows end in, it stays small however long the history gets. */
        "CREATE INDEX execution_state ON execution (state) WHERE state != 'succeeded';"
        "CREATE INDEX execution_due ON execution (due);"

        "CREATE TABLE attempt ("
        " execution_id INTEGER NOT NULL REFERENCES execution ON DELETE CASCADE,"
        " attempt INTEGER NOT NULL,"
        " state TEXT NOT NULL,"
        " reason TEXT,"
        " started INTEGER,"
        " ended INTEGER,"
        " exit_code INTEGER,"
        " signal INTEGER,"
        " pid INTEGER,"
        " cpu_seconds REAL,"
        " memory_peak_bytes INTEGER,"
        " PRIMARY KEY (execution_id, attempt)"
        ") STRICT, WITHOUT ROWID;"

        /* Apart from the attempts, so that lists do not read over it. */
        "CREATE TABLE output ("
        " execution_id INTEGER NOT NULL,"
        " attempt INTEGER NOT NULL,"
        " total_bytes INTEGER NOT NULL,"
        " data BLOB NOT NULL,"
        " PRIMARY KEY (execution_id, attempt),"
        " FOREIGN KEY (execution_id, attempt) REFERENCES attempt ON DELETE CASCADE"
        ") STRICT;"

        "CREATE TABLE audit ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " time INTEGER NOT NULL,"
        " event TEXT NOT NULL,"
        " job TEXT,"
        " execution_id INTEGER,"
        " user TEXT,"
        " uid INTEGER,"
        " process TEXT,"
        " origin TEXT,"
        " detail TEXT"
        ") STRICT;"
        "CREATE INDEX audit_job ON audit (job) WHERE job IS NOT NULL;",

        "ALTER TABLE execution ADD COLUMN condition TEXT;"
        "ALTER TABLE execution ADD COLUMN parent INTEGER;"
        "ALTER TABLE execution ADD COLUMN forced INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE execution ADD COLUMN waiting_for TEXT;"
        "ALTER TABLE execution ADD COLUMN waiting_since INTEGER;"
        "ALTER TABLE execution ADD COLUMN retry_at INTEGER;"
        "ALTER TABLE execution ADD COLUMN output_file TEXT;"

        "ALTER TABLE job_state ADD COLUMN joined INTEGER;"
        "ALTER TABLE job_state ADD COLUMN last_success INTEGER;"
        "ALTER TABLE job_state ADD COLUMN overdue_since INTEGER;"
        "ALTER TABLE job_state ADD COLUMN expect_since INTEGER;"
        "ALTER TABLE job_state ADD COLUMN failing_since INTEGER;"

        "CREATE TABLE queue ("
        " name TEXT NOT NULL PRIMARY KEY,"
        " paused_since INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;"

        /* Messages that have not been delivered yet, or whose window is open. Read once, at start. */
        "CREATE TABLE notification ("
        " id INTEGER PRIMARY KEY,"
        " created INTEGER NOT NULL,"
        " event TEXT NOT NULL,"
        " job TEXT,"
        " owner_uid INTEGER NOT NULL,"
        " execution_id INTEGER,"
        " fold_key TEXT NOT NULL," /* messages with the same one are told as one */
        " window INTEGER NOT NULL,"
        " count INTEGER NOT NULL,"
        " target TEXT NOT NULL,"
        " content TEXT NOT NULL,"
        " attempts INTEGER NOT NULL,"
        " next_try INTEGER NOT NULL,"
        " last_error TEXT"
        ") STRICT;",

        /* The definition of a job that was made at run time, as it was written; NULL: it was not. */
        "ALTER TABLE job ADD COLUMN source TEXT;"
        "ALTER TABLE job ADD COLUMN one_shot INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE job_state ADD COLUMN skip_until INTEGER;"
        /* When a job that was removed is forgotten, with its history and its cursor. */
        "ALTER TABLE job ADD COLUMN expires INTEGER;"
        "UPDATE job SET expires = removed + 7776000000000 WHERE removed IS NOT NULL;"
        "CREATE INDEX job_expires ON job (expires) WHERE expires IS NOT NULL;"
        /* What was planned for an instant at run time is started once, too. */
        "DROP INDEX execution_occurrence;"
        "DROP INDEX execution_other;"
        "CREATE UNIQUE INDEX execution_occurrence ON execution (job_id, due, pass)"
        " WHERE cause IN ('schedule', 'catch-up', 'boot', 'dependency', 'timer', 'template');"
        "CREATE INDEX execution_other ON execution (job_id, due)"
        " WHERE cause NOT IN ('schedule', 'catch-up', 'boot', 'dependency', 'timer', 'template');"

        /* What executions are found by when their job has gone. Commands, nearly all, have no kind. */
        "ALTER TABLE execution ADD COLUMN kind TEXT;"
        "ALTER TABLE execution ADD COLUMN template TEXT;"
        "ALTER TABLE execution ADD COLUMN tags TEXT;"
        "CREATE INDEX execution_kind ON execution (kind) WHERE kind IS NOT NULL;"

        /* Effective ones as JSON, secrets masked; what the runner keeps of secrets as "NAME=ID" lines. */
        "ALTER TABLE execution ADD COLUMN parameters TEXT;"
        "ALTER TABLE execution ADD COLUMN secrets TEXT;"
        "ALTER TABLE execution ADD COLUMN profile TEXT;"
        "ALTER TABLE execution ADD COLUMN profile_revision INTEGER;"
        "ALTER TABLE attempt ADD COLUMN http_status INTEGER;"

        /* Profiles of files too: each execution says with which revision it ran. */
        "CREATE TABLE profile ("
        " name TEXT NOT NULL,"
        " origin TEXT NOT NULL," /* one of a file hides one that was made at run time */
        " owner_uid INTEGER NOT NULL,"
        " revision INTEGER NOT NULL,"
        " changed INTEGER NOT NULL,"
        " removed INTEGER,"
        " PRIMARY KEY (name, origin)"
        ") STRICT, WITHOUT ROWID;"
        "CREATE TABLE profile_revision ("
        " name TEXT NOT NULL,"
        " revision INTEGER NOT NULL,"
        " definition TEXT NOT NULL," /* JSON object */
        " PRIMARY KEY (name, revision)"
        ") STRICT, WITHOUT ROWID;"

        /* What action programs answered, as long as the file is the same. */
        "CREATE TABLE action_description ("
        " path TEXT NOT NULL PRIMARY KEY,"
        " stamp TEXT NOT NULL,"
        " description TEXT NOT NULL"
        ") STRICT, WITHOUT ROWID;",
};

static int fault(const char *path, int error, char **reterr, const char *text) {
        char *sentence = NULL;

        if (!reterr)
                return error;
        if (asprintf(&sentence, "'%s' %s", path ?: ":memory:", text) >= 0)
                *reterr = sentence;
        return error;
}

static int damaged(const char *path, char **reterr, const char *how) {
        CLEANUP_FREE char *text = NULL;

        if (asprintf(&text,
                     "is damaged (%s). It was not changed: restore a backup, or move it away to begin with "
                     "an "
                     "empty history",
                     how) < 0)
                return -EBADMSG;
        return fault(path, -EBADMSG, reterr, text);
}

static int foreign(const char *path, char **reterr) {
        return fault(path, -EBADMSG, reterr,
                     "is a database of another program. It was not changed: move it away, or set another "
                     "state directory");
}

static int newer(const char *path, char **reterr, int64_t version) {
        CLEANUP_FREE char *text = NULL;

        if (asprintf(&text,
                     "was made by a newer version of jobsched (format %" PRIi64
                     ", this version knows %d). It "
                     "was not changed: install that version, or move the file away to begin with an empty "
                     "history",
                     version, STORE_SCHEMA_VERSION) < 0)
                return -EPROTONOSUPPORT;
        return fault(path, -EPROTONOSUPPORT, reterr, text);
}

static uint32_t header_field(const uint8_t *header, size_t offset) {
        uint32_t value;

        memcpy(&value, header + offset, sizeof(value));
        return be32toh(value);
}

static int check_ours(const char *path, int64_t application_id, int64_t version, char **reterr) {
        if (application_id != 0 && application_id != STORE_APPLICATION_ID)
                return foreign(path, reterr);
        if (application_id == STORE_APPLICATION_ID && version > STORE_SCHEMA_VERSION)
                return newer(path, reterr, version);
        return 0;
}

static bool has_log(const char *path) {
        CLEANUP_FREE char *log = NULL;
        struct stat st;

        return asprintf(&log, "%s-wal", path) < 0 || (stat(log, &st) == 0 && st.st_size > 0);
}

static int check_header(const char *path, const uint8_t *header, int64_t size, char **reterr) {
        uint32_t page_size = ((uint32_t) header[HEADER_PAGE_SIZE] << 8) | header[HEADER_PAGE_SIZE + 1];
        int64_t expected;

        if (memcmp(header, SQLITE_MAGIC, sizeof(SQLITE_MAGIC)) != 0)
                return damaged(path, reterr, "it does not begin as a database does");

        if (page_size == 1)
                page_size = 65536;
        expected = (int64_t) page_size * header_field(header, HEADER_PAGES);

        /* While there is a log, a checkpoint may have been cut off: the rest is in the log. */
        if (header_field(header, HEADER_CHANGE_COUNTER) == header_field(header, HEADER_VALID_FOR) &&
            size < expected && !has_log(path))
                return damaged(path, reterr, "its end is missing");

        return check_ours(
                        path, header_field(header, HEADER_APPLICATION_ID),
                        header_field(header, HEADER_USER_VERSION), reterr);
}

int store_schema_check_file(const char *path, char **reterr) {
        CLEANUP_CLOSE int fd = -EBADF;
        uint8_t header[HEADER_SIZE];
        struct stat st;
        ssize_t n;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return errno == ENOENT ? 0 : store_open_error(path, -errno, reterr);
        if (fstat(fd, &st) < 0)
                return store_open_error(path, -errno, reterr);
        if (!S_ISREG(st.st_mode))
                return store_open_error(path, -EISDIR, reterr);
        if (st.st_size == 0)
                return 0;

        n = pread(fd, header, sizeof(header), 0);
        if (n < 0)
                return store_open_error(path, -errno, reterr);
        if ((size_t) n < sizeof(header))
                return damaged(path, reterr, "it is shorter than the shortest database");

        return check_header(path, header, st.st_size, reterr);
}

/* What the file, together with its log, says about itself. Returns the version, or a negative errno. */
static int check_database(StoreConnection *connection, const char *path, char **reterr) {
        int64_t application_id = 0, version = 0, n_objects = 0;
        int r;

        r = store_connection_ask(connection, "PRAGMA application_id", &application_id);
        if (r >= 0)
                r = store_connection_ask(connection, "PRAGMA user_version", &version);
        if (r >= 0)
                r = store_connection_ask(connection, "SELECT count(*) FROM sqlite_schema", &n_objects);
        if (r == -EBADMSG)
                return damaged(path, reterr, "its first page cannot be read");
        if (r < 0)
                return store_open_error(path, r, reterr);

        r = check_ours(path, application_id, version, reterr);
        if (r < 0)
                return r;
        if (application_id == 0 && (n_objects > 0 || version != 0))
                return foreign(path, reterr);
        return (int) version;
}

static int check_pages(StoreConnection *connection, const char *path, char **reterr) {
        sqlite3_stmt *statement = NULL;
        bool good = false;
        int code;

        code = sqlite3_prepare_v2(connection->db, "PRAGMA quick_check(1)", -1, &statement, NULL);
        if (code == SQLITE_OK)
                code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
                const char *answer = (const char *) sqlite3_column_text(statement, 0);

                good = answer && strcmp(answer, "ok") == 0;
        }
        (void) sqlite3_finalize(statement); /* repeats the error of the step */

        if (code != SQLITE_ROW) {
                int r = store_connection_error(connection, code);

                return r == -EBADMSG ? damaged(path, reterr, "a page cannot be read")
                                     : store_open_error(path, r, reterr);
        }
        return good ? 0 : damaged(path, reterr, "a page of it makes no sense");
}

static int check_small(StoreConnection *connection, const char *path, char **reterr) {
        int64_t n_pages = 0, page_size = 0;
        int r;

        r = store_connection_ask(connection, "PRAGMA page_count", &n_pages);
        if (r >= 0)
                r = store_connection_ask(connection, "PRAGMA page_size", &page_size);
        if (r < 0)
                return store_open_error(path, r, reterr);

        return n_pages * page_size <= QUICK_CHECK_MAX_BYTES ? check_pages(connection, path, reterr) : 0;
}

static int migrate_to(StoreConnection *connection, int version) {
        CLEANUP_FREE char *sql = NULL;
        int r;

        if (asprintf(&sql, "BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                     migrations[version - 1], STORE_APPLICATION_ID, version) < 0)
                return -ENOMEM;

        r = store_connection_run(connection, sql);
        if (r < 0 && sqlite3_get_autocommit(connection->db) == 0)
                (void) store_connection_run(connection, "ROLLBACK"); /* the first error is what counts */
        return r;
}

static int prepare(StoreConnection *connection, const char *path, char **reterr) {
        int r = store_connection_prepare(connection);

        if (r == -EBADMSG)
                return damaged(path, reterr,
                               "a table of it is missing or has not the columns it should have");
        return r < 0 ? store_open_error(path, r, reterr) : 0;
}

int store_schema_migrate(StoreConnection *connection, const char *path, char **reterr) {
        int version, r;

        assert(connection);

        version = check_database(connection, path, reterr);
        if (version < 0)
                return version;

        if (path && sqlite3_db_readonly(connection->db, "main") == 1)
                return store_open_error(path, -EROFS, reterr);
        if (path && version > 0) {
                r = check_small(connection, path, reterr);
                if (r < 0)
                        return r;
        }

        /* A database that needs no migration shows here whether it is whole, still untouched. */
        r = version == STORE_SCHEMA_VERSION ? prepare(connection, path, reterr) : 0;
        if (r < 0)
                return r;

        r = store_connection_configure(connection);
        for (int next = version + 1; r >= 0 && next <= STORE_SCHEMA_VERSION; next++)
                r = migrate_to(connection, next);
        /* Into the file itself, so that an older version sees in the header that it must not touch it. */
        if (r >= 0 && version < STORE_SCHEMA_VERSION)
                r = store_connection_run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        if (r < 0)
                return store_open_error(path, r, reterr);

        return version < STORE_SCHEMA_VERSION ? prepare(connection, path, reterr) : 0;
}
