/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-intake.h"

#include <errno.h>
#include <nettle/base16.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

#define PIECE_BYTES ((size_t) 64 * 1024)

static const char *const hash_names[] = { "md5", "sha1", "sha224", "sha256", "sha384", "sha512" };

static int parse_checksum(FileIntake *intake, const char *text) {
        size_t length = strcspn(text, ":"), size = INTAKE_DIGEST_MAX;
        struct base16_decode_ctx context;

        for (size_t i = 0; i < ARRAY_SIZE(hash_names); i++) {
                if (strlen(hash_names[i]) == length && strncmp(hash_names[i], text, length) == 0)
                        intake->hash = nettle_lookup_hash(hash_names[i]);
        }
        base16_decode_init(&context);
        if (!intake->hash || text[length] != ':' ||
            strlen(text + length + 1) != (size_t) intake->hash->digest_size * 2 ||
            !base16_decode_update(
                            &context, &size, intake->expected, strlen(text + length + 1),
                            text + length + 1) ||
            !base16_decode_final(&context))
                return action_fail(
                                intake->action,
                                "file.checksum expects md5:, sha1:, sha224:, sha256:, sha384: "
                                "or sha512: and as many hexadecimal digits as it has");
        intake->hash_state = calloc(1, intake->hash->context_size);
        if (!intake->hash_state)
                return -ENOMEM;
        intake->hash->init(intake->hash_state);
        return 0;
}

static int open_converter(FileIntake *intake) {
        const FileRequest *request = intake->request;

        intake->converter = iconv_open(request->encoding_to, request->encoding_from);
        if (intake->converter == (iconv_t) -1)
                return action_fail(
                                intake->action, "There is no conversion from '%s' to '%s'",
                                request->encoding_from, request->encoding_to);
        intake->converts = true;
        return 0;
}

int file_intake_init(FileIntake *intake, Action *action, const FileRequest *request, int fd, Buffer *buffer) {
        int r;

        *intake = (FileIntake){ .action = action, .request = request, .fd = fd, .buffer = buffer };
        sha256_init(&intake->sha256);
        r = request->checksum ? parse_checksum(intake, request->checksum) : 0;
        if (r >= 0 && request->encoding_from)
                r = open_converter(intake);
        return r;
}

void file_intake_done(FileIntake *intake) {
        if (intake->converts)
                (void) iconv_close(intake->converter);
        free(intake->hash_state);
        *intake = (FileIntake){ .fd = -EBADF };
}

static int put(FileIntake *intake, const char *data, size_t size) {
        int r = 0;

        sha256_update(&intake->sha256, size, (const uint8_t *) data);
        intake->n_out += size;
        if (intake->n_out > intake->request->max_bytes)
                return action_fail(
                                intake->action,
                                "It is larger than the %" PRIu64 " bytes that 'max-bytes' allows",
                                intake->request->max_bytes);
        if (intake->fd >= 0)
                r = fd_write_all(intake->fd, data, size);
        else if (intake->buffer)
                r = buffer_add(intake->buffer, data, size);
        return r < 0 ? action_fail_errno(
                                       intake->action, -r, "Cannot write %s%s%s",
                                       intake->request->to ? "'" : "it", intake->request->to ?: "",
                                       intake->request->to ? "'" : "")
                     : 0;
}

static int fail_encoding(FileIntake *intake, uint64_t offset) {
        return action_fail(
                        intake->action, "What is at byte %" PRIu64 " is not '%s', or has no place in '%s'",
                        offset, intake->request->encoding_from, intake->request->encoding_to);
}

/* Converts as much as there are whole characters. Returns how many bytes are left over, or a negative errno.
 */
static ssize_t convert(FileIntake *intake, char *data, size_t size, uint64_t offset) {
        char out[4096];
        char *from = data;
        size_t left = size;

        while (left > 0) {
                char *to = out;
                size_t room = sizeof(out), n;
                int error, r;

                errno = 0;
                n = iconv(intake->converter, &from, &left, &to, &room);
                error = n == (size_t) -1 ? errno : 0;
                r = put(intake, out, sizeof(out) - room);
                if (r < 0)
                        return r;
                if (error == EINVAL)
                        return (ssize_t) left;
                if (error != 0 && error != E2BIG)
                        return fail_encoding(intake, offset + (size - left));
        }
        return 0;
}

/* The carry and the first bytes of what follows, and then the rest. */
static int convert_piece(FileIntake *intake, const char *data, size_t size) {
        CLEANUP_FREE char *all = malloc(intake->n_carry + size);
        uint64_t offset = intake->n_in - intake->n_carry;
        ssize_t left;

        if (!all)
                return -ENOMEM;
        memcpy(all, intake->carry, intake->n_carry);
        memcpy(all + intake->n_carry, data, size);
        size += intake->n_carry;
        left = convert(intake, all, size, offset);
        if (left < 0)
                return (int) left;
        if ((size_t) left > sizeof(intake->carry))
                return fail_encoding(intake, offset + size - (size_t) left);
        intake->n_carry = (size_t) left;
        memcpy(intake->carry, all + size - left, (size_t) left);
        return 0;
}

int file_intake_write(FileIntake *intake, const void *data, size_t size) {
        int r;

        if (size == 0)
                return 0;
        if (intake->hash)
                intake->hash->update(intake->hash_state, size, data);
        r = intake->converts ? convert_piece(intake, data, size) : put(intake, data, size);
        intake->n_in += size;
        return r;
}

/* Back to the first state of encodings that have several. */
static int reset_converter(FileIntake *intake) {
        char out[64], *to = out;
        size_t room = sizeof(out);

        if (intake->n_carry > 0)
                return fail_encoding(intake, intake->n_in - intake->n_carry);
        if (iconv(intake->converter, NULL, NULL, &to, &room) == (size_t) -1)
                return -errno;
        return put(intake, out, sizeof(out) - room);
}

int file_intake_finish(FileIntake *intake) {
        uint8_t digest[INTAKE_DIGEST_MAX];
        int r;

        r = intake->converts ? reset_converter(intake) : 0;
        if (r < 0 || !intake->hash)
                return r;
        intake->hash->digest(intake->hash_state, intake->hash->digest_size, digest);
        return memcmp(digest, intake->expected, intake->hash->digest_size) == 0
                        ? 0
                        : action_fail(intake->action,
                                      "The content has another %s than 'checksum' says: it is "
                                      "damaged, or another one",
                                      intake->hash->name);
}

int file_intake_read(FileIntake *intake, int fd, const char *path) {
        CLEANUP_FREE char *piece = malloc(PIECE_BYTES);

        if (!piece)
                return -ENOMEM;
        for (;;) {
                ssize_t n = read(fd, piece, PIECE_BYTES);
                int r;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return action_fail_errno(intake->action, errno, "Cannot read '%s'", path);
                if (n == 0)
                        return file_intake_finish(intake);
                r = file_intake_write(intake, piece, (size_t) n);
                if (r < 0)
                        return r;
        }
}

void file_intake_report(FileIntake *intake, JsonWriter *result) {
        uint8_t digest[SHA256_DIGEST_SIZE];
        char text[BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";

        sha256_digest(&intake->sha256, sizeof(digest), digest);
        base16_encode_update(text, sizeof(digest), digest);
        json_writer_integer(result, "bytes", (int64_t) intake->n_out);
        json_writer_string(result, "sha256", text);
}
