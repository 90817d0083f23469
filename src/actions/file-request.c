/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-request.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES ((uint64_t) 128 * 1024)

const char *const file_operation_names[] = {
        [FILE_READ] = "read",     [FILE_WRITE] = "write", [FILE_COPY] = "copy", [FILE_MOVE] = "move",
        [FILE_DELETE] = "delete", [FILE_FETCH] = "fetch", [FILE_SEND] = "send", [FILE_OPERATION_COUNT] = NULL,
};

const char *const file_exists_names[] = {
        [EXISTS_REPLACE] = "replace", [EXISTS_FAIL] = "fail", [EXISTS_KEEP] = "keep",
        [EXISTS_APPEND] = "append",   [EXISTS_COUNT] = NULL,
};

const char *const file_missing_names[] = { "fail", "ignore", NULL };

DEFINE_STRING_TABLE(file_operation, FileOperation, file_operation_names);
DEFINE_STRING_TABLE(file_exists, FileExists, file_exists_names);

void file_request_done(FileRequest *request) {
        free(request->from);
        free(request->to);
        free(request->content);
        free(request->root);
        free(request->checksum);
        free(request->encoding_from);
        free(request->encoding_to);
        *request = (FileRequest){ 0 };
}

bool file_is_url(const char *text) {
        return text && strstr(text, "://") != NULL;
}

/* What each operation needs and may have: a path, a URL. */
typedef enum Need {
        NONE,
        PATH,
        URL
} Need;

static const struct {
        Need from, to;
        bool may_have_content; /* instead of `from` */
        bool may_glob;
} shapes[] = {
        [FILE_READ] = { .from = PATH },
        [FILE_WRITE] = { .to = PATH, .may_have_content = true },
        [FILE_COPY] = { .from = PATH, .to = PATH, .may_glob = true },
        [FILE_MOVE] = { .from = PATH, .to = PATH, .may_glob = true },
        [FILE_DELETE] = { .from = PATH, .may_glob = true },
        [FILE_FETCH] = { .from = URL, .to = PATH },
        [FILE_SEND] = { .from = PATH, .to = URL, .may_have_content = true },
};

static FileOperation guess(const FileRequest *request) {
        if (file_is_url(request->from))
                return FILE_FETCH;
        if (file_is_url(request->to))
                return FILE_SEND;
        if (request->content)
                return FILE_WRITE;
        return request->to ? FILE_COPY : FILE_READ;
}

static int check_part(Action *action, const char *operation, const char *key, Need need, const char *text) {
        static const char *const words[] = { [PATH] = "an absolute path", [URL] = "a URL" };

        if (!text)
                return need == NONE
                                ? 0
                                : action_fail(action, "file: %s needs '%s', %s", operation, key, words[need]);
        if (need == NONE)
                return action_fail(action, "file: %s has no '%s'", operation, key);
        if ((need == URL) != file_is_url(text) || (need == PATH && text[0] != '/'))
                return action_fail(action, "file: %s needs %s as '%s'", operation, words[need], key);
        return 0;
}

static int check_shape(Action *action, const FileRequest *request) {
        const char *operation = file_operation_to_string(request->operation);
        Need from = shapes[request->operation].from;
        int r;

        if (request->content && !shapes[request->operation].may_have_content)
                return action_fail(action, "file: %s has no 'content'", operation);
        if (request->content && request->from)
                return action_fail(action, "file: 'from' and 'content' exclude each other");
        if (!request->content && request->operation == FILE_WRITE)
                return action_fail(action, "file: write needs 'content'");
        r = request->content ? 0 : check_part(action, operation, "from", from, request->from);
        if (r >= 0)
                r = check_part(action, operation, "to", shapes[request->operation].to, request->to);
        if (r >= 0 && request->glob && !shapes[request->operation].may_glob)
                r = action_fail(action, "file: 'glob' is for copy, move and delete");
        return r;
}

/* --- owners ------------------------------------------------------------------------------------------ */

static bool parse_id(const char *text, uint32_t *ret) {
        char *end;
        unsigned long number;

        if (*text < '0' || *text > '9')
                return false;
        errno = 0;
        number = strtoul(text, &end, 10);
        *ret = (uint32_t) number;
        return errno == 0 && *end == '\0' && number < UINT32_MAX;
}

static int decode_owner(Action *action, FileRequest *request) {
        CLEANUP_FREE char *owner = NULL, *group = NULL;
        int r;

        request->owner = (uid_t) -1;
        request->group = (gid_t) -1;
        r = action_get_text(action, action->parameters, "owner", &owner);
        if (r >= 0)
                r = action_get_text(action, action->parameters, "group", &group);
        if (r < 0)
                return r;
        if (owner && !parse_id(owner, &request->owner)) {
                const struct passwd *entry = getpwnam(owner); // NOLINT(concurrency-mt-unsafe)

                if (!entry)
                        return action_fail(action, "There is no user '%s'", owner);
                request->owner = entry->pw_uid;
        }
        if (group && !parse_id(group, &request->group)) {
                const struct group *entry = getgrnam(group); // NOLINT(concurrency-mt-unsafe)

                if (!entry)
                        return action_fail(action, "There is no group '%s'", group);
                request->group = entry->gr_gid;
        }
        return 0;
}

/* --- the rest ---------------------------------------------------------------------------------------- */

static int decode_texts(Action *action, FileRequest *request) {
        const json_t *encoding = action_find(action->parameters, "encoding");
        const struct {
                const json_t *mapping;
                const char *key;
                char **text;
        } texts[] = {
                { action->parameters, "from", &request->from },
                { action->parameters, "to", &request->to },
                { action->parameters, "content", &request->content },
                { action->parameters, "root", &request->root },
                { action->parameters, "checksum", &request->checksum },
                { encoding, "from", &request->encoding_from },
                { encoding, "to", &request->encoding_to },
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                int r = texts[i].mapping
                                ? action_get_text(action, texts[i].mapping, texts[i].key, texts[i].text)
                                : 0;

                if (r < 0)
                        return r;
        }
        if (request->encoding_from && !request->encoding_to) {
                request->encoding_to = strdup("UTF-8");
                if (!request->encoding_to)
                        return -ENOMEM;
        }
        return 0;
}

static int decode_choices(Action *action, FileRequest *request) {
        int operation, exists, missing, r;

        r = action_get_choice(action, "operation", file_operation_names, &operation);
        if (r >= 0)
                r = action_get_choice(action, "if-exists", file_exists_names, &exists);
        if (r >= 0)
                r = action_get_choice(action, "if-missing", file_missing_names, &missing);
        if (r >= 0)
                r = action_get_boolean(action, "make-directories", false, &request->make_directories);
        if (r >= 0)
                r = action_get_boolean(action, "only-if-changed", false, &request->only_if_changed);
        if (r >= 0)
                r = action_get_boolean(action, "glob", false, &request->glob);
        if (r >= 0)
                r = action_get_boolean(action, "in-place", false, &request->in_place);
        if (r < 0)
                return r;
        request->operation = operation >= 0 ? (FileOperation) operation : guess(request);
        request->if_exists = exists >= 0 ? (FileExists) exists : EXISTS_REPLACE;
        request->ignore_missing = missing == 1;
        return 0;
}

int file_request_decode(Action *action, FileRequest *ret) {
        bool reads;
        int r;

        *ret = (FileRequest){ 0 };
        r = decode_texts(action, ret);
        if (r >= 0)
                r = decode_choices(action, ret);
        if (r >= 0)
                r = check_shape(action, ret);
        if (r >= 0)
                r = decode_owner(action, ret);
        if (r >= 0)
                r = action_get_mode(action, "mode", (mode_t) -1, &ret->mode);
        if (r < 0)
                return r;
        reads = ret->operation == FILE_READ;
        r = action_get_size(action, "max-bytes", reads ? READ_BYTES : UINT64_MAX, &ret->max_bytes);
        if (r >= 0 && reads && ret->max_bytes > READ_BYTES)
                r = action_fail(action, "file.max-bytes: a result may have at most 128K of a file");
        return r;
}
