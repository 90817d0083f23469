/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where the files of time zones are, which names are allowed, and the cache. */

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "schedule/time-zone-internal.h"
#include "schedule/time-zone.h"
#include "util/file.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define LOCAL_TIME_PATH "/etc/localtime"
#define ZONE_NAME_MAX 128U
#define ZONE_FILE_MAX ((size_t) 64 * 1024) /* the largest of the real ones has 4 KiB */

/* Not zones of their own, or with seconds that are not those of UTC. */
static const char *const refused_prefixes[] = { "right/", "posixrules", "localtime", NULL };

/* Names that mean UTC even on a host without zone data. */
static const char *const utc_names[] = { "UTC", "Etc/UTC", "Z", NULL };

static bool name_is_one_of(const char *name, const char *const *names) {
        for (; *names; names++)
                if (strcmp(name, *names) == 0)
                        return true;
        return false;
}

static bool name_is_refused(const char *name) {
        for (size_t i = 0; refused_prefixes[i]; i++)
                if (strncmp(name, refused_prefixes[i], strlen(refused_prefixes[i])) == 0)
                        return true;
        return false;
}

/* A relative path of plain parts: it can name nothing outside of the directory. */
static bool name_is_valid(const char *name) {
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
        size_t length = strlen(name);

        return length > 0 && length <= ZONE_NAME_MAX && strspn(name, allowed) == length && name[0] != '/' &&
                        name[0] != '-' && name[length - 1] != '/' && !strstr(name, "//");
}

const char *time_zone_directory(void) {
        const char *directory = secure_getenv("TZDIR");

        return directory && directory[0] == '/' ? directory : ZONE_DIRECTORY;
}

static int load_file(const char *path, const char *name, TimeZone **ret) {
        CLEANUP_FREE char *data = NULL;
        size_t size;
        int r;

        r = file_read(path, ZONE_FILE_MAX, &data, &size);
        if (r == -EFBIG)
                return -EBADMSG;
        if (r == -EISDIR || r == -ENOTDIR || r == -EINVAL)
                return -ENOENT; /* "Europe" is a directory, not a zone */
        if (r < 0)
                return r;

        return time_zone_parse(name, data, size, ret);
}

/* The name is what follows "…/zoneinfo/" in the link's target; without a link it is unknown. */
static void read_local_name(char name[static PATH_MAX]) {
        char target[PATH_MAX];
        const char *found;
        ssize_t n;

        strcpy(name, "local");
        n = readlink(LOCAL_TIME_PATH, target, sizeof(target) - 1);
        if (n <= 0)
                return;
        target[n] = '\0';

        found = strstr(target, "/zoneinfo/");
        if (found && name_is_valid(found + strlen("/zoneinfo/")))
                strcpy(name, found + strlen("/zoneinfo/"));
}

static int load_local(TimeZone **ret) {
        char name[PATH_MAX];
        int r;

        read_local_name(name);
        r = load_file(LOCAL_TIME_PATH, name, ret);
        if (r == -ENOENT)
                return time_zone_new_utc("UTC", ret);
        return r;
}

int time_zone_load(const char *name, TimeZone **ret) {
        CLEANUP_FREE char *path = NULL;
        int r;

        assert(name);
        assert(ret);

        if (strcmp(name, "local") == 0)
                return load_local(ret);
        if (name_is_one_of(name, utc_names))
                return time_zone_new_utc(name, ret);
        if (!name_is_valid(name))
                return -EINVAL;
        if (name_is_refused(name))
                return -EOPNOTSUPP;

        r = path_join(time_zone_directory(), name, &path);
        if (r < 0)
                return r;
        return load_file(path, name, ret);
}

const char *time_zone_strerror(int error) {
        switch (error < 0 ? -error : error) {
        case ENOENT:
                return "no such time zone is installed; a name such as \"Europe/Berlin\" was expected";
        case EINVAL:
                return "that is not the name of a time zone; a name such as \"Europe/Berlin\", \"UTC\" or "
                       "\"local\" was expected";
        case EOPNOTSUPP:
                return "it is no place, or counts leap seconds, as \"right/\" does; a name such as "
                       "\"Europe/Berlin\" was expected";
        case ELOOP:
                return "the file of this time zone is a link that leads round in a circle";
        case EBADMSG:
                return "the file of this time zone is damaged, or counts leap seconds";
        case EACCES:
        case EPERM:
                return "the file of this time zone may not be read";
        case ENOMEM:
                return "there is not enough memory to read this time zone";
        default:
                return "the file of this time zone cannot be read";
        }
}

/* A name that could not be loaded is asked for again: the next zone data may have it. */
typedef struct CachedZone {
        UT_hash_handle hh;
        TimeZone *zone;
        char name[];
} CachedZone;

struct TimeZoneCache {
        CachedZone *zones;
        uint64_t generation;
};

int time_zone_cache_new(TimeZoneCache **ret) {
        TimeZoneCache *cache = calloc(1, sizeof(*cache));

        assert(ret);
        if (!cache)
                return -ENOMEM;
        *ret = cache;
        return 0;
}

void time_zone_cache_refresh(TimeZoneCache *cache) {
        CachedZone *cached, *next;

        assert(cache);
        cache->generation++;
        HASH_ITER(hh, cache->zones, cached, next) {
                HASH_DEL(cache->zones, cached);
                (void) time_zone_unref(cached->zone);
                free(cached);
        }
}

uint64_t time_zone_cache_generation(const TimeZoneCache *cache) {
        assert(cache);
        return cache->generation;
}

TimeZoneCache *time_zone_cache_free(TimeZoneCache *cache) {
        if (cache) {
                time_zone_cache_refresh(cache);
                free(cache);
        }
        return NULL;
}

int time_zone_cache_get(TimeZoneCache *cache, const char *name, TimeZone **ret) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        CachedZone *cached;
        int r;

        assert(cache);
        assert(name);
        assert(ret);

        HASH_FIND_STR(cache->zones, name, cached);
        if (!cached) {
                r = time_zone_load(name, &zone);
                if (r < 0)
                        return r;

                cached = calloc(1, sizeof(*cached) + strlen(name) + 1);
                if (!cached)
                        return -ENOMEM;
                strcpy(cached->name, name);
                cached->zone = TAKE_PTR(zone);
                HASH_ADD_STR(cache->zones, name, cached);
        }

        *ret = time_zone_ref(cached->zone);
        return 0;
}

int time_zone_cache_find(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_cache_get(userdata, name, ret);
}
