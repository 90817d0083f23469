/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/message.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "protocol/message-layout.h"
#include "util/string-list.h"

/*
 * A record is {u32le size of the body, u16le type, u16le 0} and a body: the fields of the type's table, one
 * after the other, with neither names nor padding. Numbers are 8 bytes, strings and bytes a u32le length and
 * their content, lists a u32le count and strings; all little-endian.
 */
#define HEADER_SIZE 8U

/* What is left to decode. */
typedef struct Reader {
        const char *data;
        size_t size;
} Reader;

static void *member_at(const Message *message, size_t offset) {
        return (char *) message + offset;
}

void message_done(Message *message) {
        const MessageLayout *layout = message_layout(message->type);

        for (size_t i = 0; layout && i < layout->n_fields; i++) {
                const MessageField *field = &layout->fields[i];
                void *member = member_at(message, field->offset);

                if (field->kind == FIELD_STRING || field->kind == FIELD_BYTES)
                        free(*(char **) member);
                else if (field->kind == FIELD_LIST)
                        (void) string_list_free(*(char ***) member);
        }
        *message = (Message){ 0 };
}

static void add_u32(Buffer *buffer, uint32_t value) {
        value = htole32(value);
        (void) buffer_add(buffer, &value, sizeof(value)); /* a failure stays in the buffer */
}

static void add_u64(Buffer *buffer, uint64_t value) {
        value = htole64(value);
        (void) buffer_add(buffer, &value, sizeof(value));
}

static int add_blob(Buffer *buffer, const char *data, uint64_t size, uint64_t maximum) {
        if (size > maximum)
                return -EMSGSIZE;
        add_u32(buffer, (uint32_t) size);
        (void) buffer_add(buffer, data, size);
        return 0;
}

static int add_list(Buffer *buffer, char *const *list, uint64_t maximum) {
        size_t n = string_list_length(list);
        int r;

        if (n > maximum)
                return -EMSGSIZE;
        add_u32(buffer, (uint32_t) n);
        STRING_LIST_FOREACH(item, list) {
                r = add_blob(buffer, *item, strlen(*item), RECORD_SIZE_MAX);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int encode_field(const Message *message, const MessageField *field, Buffer *buffer) {
        const void *member = member_at(message, field->offset);
        const char *text;

        switch (field->kind) {
        case FIELD_UNSIGNED: {
                uint64_t value = *(const uint64_t *) member;

                if (value < field->lowest || value > field->maximum)
                        return -EINVAL;
                add_u64(buffer, value);
                return 0;
        }
        case FIELD_SIGNED: {
                int64_t value = *(const int64_t *) member;

                if (value < field->minimum)
                        return -EINVAL;
                add_u64(buffer, (uint64_t) value);
                return 0;
        }
        case FIELD_STRING:
                text = *(char *const *) member ?: "";
                return add_blob(buffer, text, strlen(text), field->maximum);
        case FIELD_BYTES:
                return add_blob(buffer, *(char *const *) member,
                                *(const uint64_t *) member_at(message, field->size_offset), field->maximum);
        case FIELD_LIST:
                return add_list(buffer, *(char *const *const *) member, field->maximum);
        }
        assert(!"unknown kind of field");
        return -EINVAL;
}

static int encode_body(const Message *message, Buffer *buffer) {
        const MessageLayout *layout = message_layout(message->type);
        int r;

        if (!layout)
                return -EINVAL;
        for (size_t i = 0; i < layout->n_fields; i++) {
                r = encode_field(message, &layout->fields[i], buffer);
                if (r < 0)
                        return r;
        }
        return buffer->failed ? -ENOMEM : 0;
}

int message_encode(const Message *message, Buffer *buffer) {
        size_t start = buffer->size, size;
        uint16_t type = htole16((uint16_t) message->type);
        uint32_t size_le;
        int r;

        add_u32(buffer, 0);
        (void) buffer_add(buffer, &type, sizeof(type));
        (void) buffer_add(buffer, "\0", 2);
        if (buffer->failed)
                return -ENOMEM;

        r = encode_body(message, buffer);
        if (r >= 0 && buffer->size - start > RECORD_SIZE_MAX)
                r = -EMSGSIZE;
        if (r < 0) {
                buffer->size = start;
                buffer->data[start] = '\0';
                return r;
        }

        size = buffer->size - start - HEADER_SIZE;
        size_le = htole32((uint32_t) size);
        memcpy(buffer->data + start, &size_le, sizeof(size_le));
        return 0;
}

static bool read_bytes(Reader *reader, void *ret, size_t size) {
        if (reader->size < size)
                return false;
        memcpy(ret, reader->data, size);
        reader->data += size;
        reader->size -= size;
        return true;
}

static bool read_u32(Reader *reader, uint32_t *ret) {
        uint32_t value;

        if (!read_bytes(reader, &value, sizeof(value)))
                return false;
        *ret = le32toh(value);
        return true;
}

static bool read_u64(Reader *reader, uint64_t *ret) {
        uint64_t value;

        if (!read_bytes(reader, &value, sizeof(value)))
                return false;
        *ret = le64toh(value);
        return true;
}

/* The length is checked against what is there before anything of that size is allocated. */
static int read_blob(Reader *reader, uint64_t maximum, char **ret, uint64_t *ret_size) {
        uint32_t size;
        char *data;

        if (!read_u32(reader, &size) || size > maximum || size > reader->size)
                return -EBADMSG;
        data = malloc((size_t) size + 1);
        if (!data)
                return -ENOMEM;
        (void) read_bytes(reader, data, size);
        data[size] = '\0';

        *ret = data;
        *ret_size = size;
        return 0;
}

static int read_string(Reader *reader, uint64_t maximum, char **ret) {
        CLEANUP_FREE char *text = NULL;
        uint64_t size;
        int r;

        r = read_blob(reader, maximum, &text, &size);
        if (r < 0)
                return r;
        if (memchr(text, '\0', size))
                return -EBADMSG;
        *ret = TAKE_PTR(text);
        return 0;
}

static int read_list(Reader *reader, uint64_t maximum, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        uint32_t n;
        int r;

        if (!read_u32(reader, &n) || n > maximum || n > reader->size / sizeof(uint32_t))
                return -EBADMSG;
        list = calloc((size_t) n + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        for (uint32_t i = 0; i < n; i++) {
                r = read_string(reader, RECORD_SIZE_MAX, &list[i]);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

static int decode_field(Reader *reader, const MessageField *field, Message *message) {
        void *member = member_at(message, field->offset);
        uint64_t value;

        switch (field->kind) {
        case FIELD_UNSIGNED:
                if (!read_u64(reader, &value) || value < field->lowest || value > field->maximum)
                        return -EBADMSG;
                *(uint64_t *) member = value;
                return 0;
        case FIELD_SIGNED:
                if (!read_u64(reader, &value) || (int64_t) value < field->minimum)
                        return -EBADMSG;
                *(int64_t *) member = (int64_t) value;
                return 0;
        case FIELD_STRING:
                return read_string(reader, field->maximum, member);
        case FIELD_BYTES:
                return read_blob(reader, field->maximum, member, member_at(message, field->size_offset));
        case FIELD_LIST:
                return read_list(reader, field->maximum, member);
        }
        assert(!"unknown kind of field");
        return -EBADMSG;
}

static int decode_body(Reader *reader, const MessageLayout *layout, Message *message) {
        int r;

        for (size_t i = 0; i < layout->n_fields; i++) {
                r = decode_field(reader, &layout->fields[i], message);
                if (r < 0)
                        return r;
        }
        return reader->size == 0 ? 0 : -EBADMSG;
}

int message_decode(const void *data, size_t size, Message *ret, size_t *ret_consumed) {
        Reader header = { .data = data, .size = size }, body;
        const MessageLayout *layout;
        Message message = { 0 };
        uint16_t type, reserved;
        uint32_t body_size;
        int r;

        if (!read_u32(&header, &body_size) || !read_bytes(&header, &type, sizeof(type)) ||
            !read_bytes(&header, &reserved, sizeof(reserved)))
                return -EBADMSG;
        layout = message_layout(le16toh(type));
        if (!layout || reserved != 0 || body_size > header.size || body_size > RECORD_SIZE_MAX - HEADER_SIZE)
                return -EBADMSG;

        message.type = (MessageType) le16toh(type);
        body = (Reader){ .data = header.data, .size = body_size };
        r = decode_body(&body, layout, &message);
        if (r < 0) {
                message_done(&message);
                return r;
        }

        *ret = message;
        *ret_consumed = HEADER_SIZE + body_size;
        return 0;
}
