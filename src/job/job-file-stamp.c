/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whether the files behind a JobFile have changed since they were read. */

#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "job/job-file.h"

static FileStamp stamp_of(const struct stat *status) {
        return (FileStamp){
                .device = status->st_dev,
                .inode = status->st_ino,
                .size = status->st_size,
                .modified = status->st_mtim,
                .changed = status->st_ctim,
        };
}

static bool time_equal(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool stamp_equal(const FileStamp *a, const FileStamp *b) {
        return a->device == b->device && a->inode == b->inode && a->size == b->size &&
                        time_equal(&a->modified, &b->modified) && time_equal(&a->changed, &b->changed);
}

/*
 * Files are stamped with the kernel's coarse clock, so that two changes within one tick look the same. This
 * is not asking for the time but for the kernel's latest stamp, hence no Clock.
 */
static bool is_fresh(const FileStamp *stamp) {
        struct timespec tick;

        if (clock_gettime(CLOCK_REALTIME_COARSE, &tick) < 0)
                return true;
        return stamp->changed.tv_sec > tick.tv_sec ||
                        (stamp->changed.tv_sec == tick.tv_sec && stamp->changed.tv_nsec >= tick.tv_nsec);
}

int job_file_stamp(JobFile *file, const struct stat *status) {
        FileStamp stamp = stamp_of(status);
        FileStamp *stamps = reallocarray(file->stamps, file->n_stamps + 1, sizeof(*stamps));

        if (!stamps)
                return -ENOMEM;
        file->stamps = stamps;
        stamps[file->n_stamps++] = stamp;
        file->fresh = file->fresh || is_fresh(&stamp);
        return 0;
}

static OtherFile *find_other(const JobFile *file, const char *path) {
        for (size_t i = 0; i < file->n_others; i++)
                if (strcmp(file->others[i].path, path) == 0)
                        return &file->others[i];
        return NULL;
}

int job_file_stamp_other(JobFile *file, const char *path, const struct stat *status) {
        OtherFile other = { .stamp = stamp_of(status) };
        OtherFile *others;

        /* A file that changed between two jobs of one file is read again the next time: the stamp is the
         * first. */
        if (find_other(file, path))
                return 0;
        others = reallocarray(file->others, file->n_others + 1, sizeof(*others));
        if (!others)
                return -ENOMEM;
        file->others = others;
        other.path = strdup(path);
        if (!other.path)
                return -ENOMEM;
        others[file->n_others++] = other;
        file->fresh = file->fresh || is_fresh(&other.stamp);
        return 0;
}

static bool others_are_as_stamped(const JobFile *file) {
        for (size_t i = 0; i < file->n_others; i++) {
                struct stat status = { 0 };
                FileStamp now;

                if (stat(file->others[i].path, &status) < 0)
                        status = (struct stat){ 0 };
                now = stamp_of(&status);
                if (!stamp_equal(&file->others[i].stamp, &now))
                        return false;
        }
        return true;
}

static bool is_as_stamped(const FileStamp *stamp, const DirectoryScan *scan, const ScanFile *file) {
        struct stat status;
        FileStamp now;

        /* Whether the way to what a link leads to is trusted still is asked again each time. */
        if (file->may_be_link)
                return false;
        if (fstatat(scan->directories[file->directory].fd, file->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return false;
        now = stamp_of(&status);
        return stamp_equal(stamp, &now);
}

bool job_file_is_current(
                const JobFile *file,
                const DirectoryScan *scan,
                const ScanFile *entry,
                const DirectoryScan *overrides) {

        size_t n_overrides = overrides ? overrides->n_files : 0;

        if (file->fresh || file->held.message || file->n_stamps != n_overrides + 1 ||
            !is_as_stamped(&file->stamps[0], scan, entry) || !others_are_as_stamped(file))
                return false;

        for (size_t i = 0; i < n_overrides; i++)
                if (overrides->directories[overrides->files[i].directory].fault.message ||
                    !is_as_stamped(&file->stamps[i + 1], overrides, &overrides->files[i]))
                        return false;
        return true;
}
