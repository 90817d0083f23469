/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/fault-vfs.h"

#include <assert.h>
#include <sqlite3.h>
#include <stddef.h>

typedef struct FaultFile {
        sqlite3_file base;
        sqlite3_file real[]; /* as many bytes as the real VFS wants */
} FaultFile;

static FaultVfs faults;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs fault_vfs;

static sqlite3_file *real(sqlite3_file *file) {
        return ((FaultFile *) file)->real;
}

static int fail(int code) {
        atomic_fetch_add(&faults.n_failed, 1);
        return code;
}

static int fault_close(sqlite3_file *file) {
        return real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
}

static int fault_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset) {
        return real(file)->pMethods->xRead(real(file), data, size, offset);
}

static int fault_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset) {
        int code = atomic_load(&faults.write_code);

        return code ? fail(code) : real(file)->pMethods->xWrite(real(file), data, size, offset);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
        int code = atomic_load(&faults.write_code);

        return code ? fail(code) : real(file)->pMethods->xTruncate(real(file), size);
}

static int fault_sync(sqlite3_file *file, int flags) {
        int code = atomic_load(&faults.sync_code);

        if (code)
                return fail(code);
        atomic_fetch_add(&faults.n_syncs, 1);
        return real(file)->pMethods->xSync(real(file), flags);
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *ret) {
        return real(file)->pMethods->xFileSize(real(file), ret);
}

static int fault_lock(sqlite3_file *file, int level) {
        return real(file)->pMethods->xLock(real(file), level);
}

static int fault_unlock(sqlite3_file *file, int level) {
        return real(file)->pMethods->xUnlock(real(file), level);
}

static int fault_check_lock(sqlite3_file *file, int *ret) {
        return real(file)->pMethods->xCheckReservedLock(real(file), ret);
}

static int fault_control(sqlite3_file *file, int operation, void *argument) {
        return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int fault_sector_size(sqlite3_file *file) {
        return real(file)->pMethods->xSectorSize(real(file));
}

static int fault_characteristics(sqlite3_file *file) {
        return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret) {
        return real(file)->pMethods->xShmMap(real(file), page, size, extend, ret);
}

static int fault_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
        return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}

static void fault_shm_barrier(sqlite3_file *file) {
        real(file)->pMethods->xShmBarrier(real(file));
}

static int fault_shm_unmap(sqlite3_file *file, int remove) {
        return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods fault_methods = {
        .iVersion = 2,
        .xClose = fault_close,
        .xRead = fault_read,
        .xWrite = fault_write,
        .xTruncate = fault_truncate,
        .xSync = fault_sync,
        .xFileSize = fault_size,
        .xLock = fault_lock,
        .xUnlock = fault_unlock,
        .xCheckReservedLock = fault_check_lock,
        .xFileControl = fault_control,
        .xSectorSize = fault_sector_size,
        .xDeviceCharacteristics = fault_characteristics,
        .xShmMap = fault_shm_map,
        .xShmLock = fault_shm_lock,
        .xShmBarrier = fault_shm_barrier,
        .xShmUnmap = fault_shm_unmap,
};

static int fault_open(
                sqlite3_vfs *vfs,
                sqlite3_filename name,
                sqlite3_file *file,
                int flags,
                int *ret_flags) {
        int code;

        real(file)->pMethods = NULL;
        code = real_vfs->xOpen(real_vfs, name, real(file), flags, ret_flags);
        file->pMethods = code == SQLITE_OK ? &fault_methods : NULL;
        return code;
}

FaultVfs *fault_vfs_register(void) {
        int code;

        if (!real_vfs) {
                real_vfs = sqlite3_vfs_find(NULL);
                assert(real_vfs);
                fault_vfs = *real_vfs;
                fault_vfs.zName = "fault";
                fault_vfs.pNext = NULL;
                fault_vfs.szOsFile = (int) sizeof(FaultFile) + real_vfs->szOsFile;
                fault_vfs.xOpen = fault_open;
                code = sqlite3_vfs_register(&fault_vfs, 1);
                assert(code == SQLITE_OK);
                (void) code;
        }
        return &faults;
}
