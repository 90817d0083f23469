/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-record.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>

#include "protocol/instance.h"
#include "util/clock.h"
#include "util/file.h"

#define RECORD_FILE_SIZE_MAX (2 * RECORD_SIZE_MAX + 4096)
#define RUN_DIRECTORY "runs"
#define GENERATION_FILE "generation"
#define LOCK_FILE "lock"

static const struct {
        const char *name;
        mode_t mode;
} directories[] = {
        { RUN_DIRECTORY, 0700 },
        { "credentials", 0711 },
        { "notify", 0711 },
};

int run_key_init(RunKey *key, const char *store, uint64_t execution_id, uint64_t attempt) {
        RunKey filled = { .execution_id = execution_id, .attempt = attempt };
        size_t length = strlen(store);

        if (length == 0 || length > STORE_UUID_MAX)
                return -EINVAL;
        for (const char *c = store; *c != '\0'; c++) {
                if (!isalnum((unsigned char) *c) && *c != '-')
                        return -EINVAL;
        }
        memcpy(filled.store, store, length);
        *key = filled;
        return 0;
}

const char *run_key_format(const RunKey *key, char buffer[static RUN_NAME_MAX]) {
        (void) snprintf(buffer, RUN_NAME_MAX, "%s.%" PRIu64 ".%" PRIu64, key->store, key->execution_id,
                        key->attempt);
        return buffer;
}

/* Whatever is not the name of a record is passed over: lock, generation, and what is not ours. */
int run_key_parse(const char *name, RunKey *ret) {
        char store[STORE_UUID_MAX + 1], again[RUN_NAME_MAX];
        uint64_t execution_id, attempt;
        int end = 0;

        if (sscanf(name, "%64[^.].%" SCNu64 ".%" SCNu64 "%n", store, &execution_id, &attempt, &end) != 3 ||
            name[end] != '\0' || run_key_init(ret, store, execution_id, attempt) < 0)
                return -EINVAL;
        return strcmp(run_key_format(ret, again), name) == 0 ? 0 : -EINVAL;
}

static int make_directories(const char *runner_dir) {
        int r;

        r = instance_make_directory(runner_dir, 0711);
        for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(directories); i++) {
                CLEANUP_FREE char *path = NULL;

                r = path_join(runner_dir, directories[i].name, &path);
                if (r >= 0)
                        r = instance_make_directory(path, directories[i].mode);
        }
        return r;
}

static int lock_take(RunRecords *records) {
        if (records->lock_fd < 0) {
                records->lock_fd =
                                openat(records->directory_fd, LOCK_FILE,
                                       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
                if (records->lock_fd < 0)
                        return -errno;
        }
        if (flock(records->lock_fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? -EBUSY : -errno;
        return 0;
}

/* Random, and as old as the directory: with a new one everything that ran before is gone. */
static int generation_load(RunRecords *records, const char *runner_dir) {
        CLEANUP_FREE char *path = NULL, *text = NULL;
        sd_id128_t id;
        int r;

        if (asprintf(&path, "%s/" RUN_DIRECTORY "/" GENERATION_FILE, runner_dir) < 0)
                return -ENOMEM;
        r = file_read(path, sizeof(records->generation) - 1, &text, NULL);
        if (r >= 0 && sd_id128_from_string(text, &id) >= 0) {
                (void) sd_id128_to_string(id, records->generation);
                return 0;
        }
        if (r < 0 && r != -ENOENT && r != -EFBIG)
                return r;

        r = sd_id128_randomize(&id);
        if (r < 0)
                return r;
        (void) sd_id128_to_string(id, records->generation);
        return file_replace(path, records->generation, strlen(records->generation), 0600, false);
}

static int open_all(RunRecords *records, const char *runner_dir) {
        CLEANUP_FREE char *path = NULL;
        int r;

        r = make_directories(runner_dir);
        if (r < 0)
                return r;
        r = path_join(runner_dir, RUN_DIRECTORY, &path);
        if (r < 0)
                return r;
        records->directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (records->directory_fd < 0)
                return -errno;
        r = lock_take(records);
        if (r < 0)
                return r;
        return generation_load(records, runner_dir);
}

int run_records_open(RunRecords *records, const char *runner_dir, int lock_fd) {
        int r;

        *records = (RunRecords){ .directory_fd = -EBADF, .lock_fd = lock_fd };
        r = open_all(records, runner_dir);
        if (r < 0)
                run_records_close(records);
        return r;
}

void run_records_close(RunRecords *records) {
        records->directory_fd = fd_close(records->directory_fd);
        records->lock_fd = fd_close(records->lock_fd);
}

static int append_message(int fd, const Message *message) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r;

        r = message_encode(message, &buffer);
        if (r < 0)
                return r;
        return fd_write_all(fd, buffer.data, buffer.size);
}

static int append_listed(int fd, const RunKey *key, const char *job) {
        const Message message = {
                .type = MESSAGE_LISTED,
                .listed = {
                        .execution_id = key->execution_id,
                        .attempt = key->attempt,
                        .store_uuid = (char *) key->store,
                        .job = (char *) job,
                        .state = LISTED_RUNNING,
                        .started_usec = clock_now(&system_clock, CLOCK_KIND_BOOTTIME),
                },
        };

        return append_message(fd, &message);
}

int run_record_begin(RunRecords *records, const RunKey *key, const char *job) {
        CLEANUP_CLOSE int fd = -EBADF;
        char name[RUN_NAME_MAX];
        int r;

        fd = openat(records->directory_fd, run_key_format(key, name),
                    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        r = append_listed(fd, key, job);
        if (r < 0) {
                (void) unlinkat(records->directory_fd, name, 0); /* the first fault is the one to tell */
                return r;
        }
        return TAKE_FD(fd);
}

int run_record_add_start(int fd, const MessageStart *start) {
        Message message = { .type = MESSAGE_START, .start = *start };

        message.start.groups = NULL;
        message.start.arguments = NULL;
        message.start.script = NULL;
        message.start.environment = NULL;
        message.start.environment_files = NULL;
        message.start.input = NULL;
        message.start.unit_properties = NULL;
        return append_message(fd, &message);
}

void run_note_init(RunNote *note, const RunKey *key) {
        const Message message = {
                .type = MESSAGE_STARTED,
                .started = { .execution_id = key->execution_id, .attempt = key->attempt },
        };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r;

        *note = (RunNote){ 0 };
        r = message_encode(&message, &buffer);
        if (r < 0)
                return; /* no memory: an empty note is a note that does not say the pid */
        assert(buffer.size <= sizeof(note->data) && buffer.size > 2 * sizeof(uint64_t));

        memcpy(note->data, buffer.data, buffer.size);
        note->size = buffer.size;
        note->time_offset = buffer.size - sizeof(uint64_t);
        note->pid_offset = buffer.size - 2 * sizeof(uint64_t);
}

int run_record_end(RunRecords *records, const RunKey *key, const char *job, const MessageEnded *ended) {
        const Message message = { .type = MESSAGE_ENDED, .ended = *ended };
        CLEANUP_CLOSE int fd = -EBADF;
        char name[RUN_NAME_MAX];
        int r;

        (void) run_key_format(key, name);
        fd = openat(records->directory_fd, name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 && errno == ENOENT)
                fd = run_record_begin(records, key, job);
        else if (fd < 0)
                fd = -errno;
        if (fd < 0)
                return fd;

        r = append_message(fd, &message);
        return r;
}

int run_record_remove(RunRecords *records, const RunKey *key) {
        char name[RUN_NAME_MAX];

        if (unlinkat(records->directory_fd, run_key_format(key, name), 0) < 0 && errno != ENOENT)
                return -errno;
        return 0;
}

void run_record_done(RunRecord *record) {
        free(record->job);
        message_done(&record->start);
        message_done(&record->ended);
        *record = (RunRecord){ 0 };
}

/* Takes one record of the file over. Returns -EBADMSG for one that has no business there. */
static int record_take(RunRecord *record, Message *message) {
        switch (message->type) {
        case MESSAGE_LISTED:
                free(record->job);
                record->job = TAKE_PTR(message->listed.job);
                record->begun_boottime_usec = message->listed.started_usec;
                return 0;
        case MESSAGE_START:
                message_done(&record->start);
                record->start = *message;
                *message = (Message){ 0 };
                return 0;
        case MESSAGE_STARTED:
                record->pid = (pid_t) message->started.pid;
                record->noted_boottime_usec = message->started.started_usec;
                return 0;
        case MESSAGE_ENDED:
                message_done(&record->ended);
                record->ended = *message;
                record->has_outcome = true;
                *message = (Message){ 0 };
                return 0;
        default:
                return -EBADMSG;
        }
}

/* Returns how much of it is whole. */
static size_t record_parse(RunRecord *record, const char *data, size_t size) {
        const char *begin = data;

        while (size > 0) {
                CLEANUP(message_done) Message message = { 0 };
                size_t consumed;

                if (message_decode(data, size, &message, &consumed) < 0 || record_take(record, &message) < 0)
                        break; /* cut off: the rest was never written */
                data += consumed;
                size -= consumed;
        }
        return (size_t) (data - begin);
}

int run_record_load(RunRecords *records, const RunKey *key, RunRecord *ret) {
        CLEANUP(run_record_done) RunRecord record = { .key = *key };
        CLEANUP_FREE char *data = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        char name[RUN_NAME_MAX];
        size_t size, whole;
        int r;

        fd = openat(records->directory_fd, run_key_format(key, name), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        r = fd_read_all(fd, RECORD_FILE_SIZE_MAX, &data, &size);
        if (r < 0)
                return r;
        whole = record_parse(&record, data, size);
        /* What is appended from now on must not stand behind half a record, where nobody would find it. */
        if (whole < size && ftruncate(fd, (off_t) whole) < 0)
                return -errno;
        if (!record.job)
                return -EBADMSG;

        *ret = record;
        record = (RunRecord){ 0 };
        return 0;
}

int run_records_list(RunRecords *records, RunKey **ret, size_t *ret_n) {
        CLEANUP_FREE RunKey *keys = NULL;
        struct dirent *entry;
        size_t n = 0, allocated = 0;
        DIR *directory;
        int fd;

        fd = openat(records->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        directory = fd < 0 ? NULL : fdopendir(fd);
        if (!directory) {
                (void) fd_close(fd);
                return -errno;
        }

        while ((entry = readdir(directory))) {
                RunKey key, *grown;

                if (run_key_parse(entry->d_name, &key) < 0)
                        continue;
                if (n == allocated) {
                        allocated = allocated * 2 + 16;
                        grown = reallocarray(keys, allocated, sizeof(*keys));
                        if (!grown) {
                                (void) closedir(directory);
                                return -ENOMEM;
                        }
                        keys = grown;
                }
                keys[n++] = key;
        }
        (void) closedir(directory);
        *ret = TAKE_PTR(keys);
        *ret_n = n;
        return 0;
}
