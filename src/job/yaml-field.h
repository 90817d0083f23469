/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Mappings as tables: each key that a mapping may have is one row, which says what is expected, where it goes
 * and what the manual says of it. Unknown, repeated, missing and ill-typed keys are all reported in one pass.
 *
 * A decoder returns 0 also for what the user wrote wrong: that is in the diagnostics, and the caller asks
 * there. Only -ENOMEM and the like are returned. What is at fault leaves the member as it was.
 */

#include "job/job-keys.h"
#include "job/yaml-node.h"

typedef struct YamlContext {
        const YamlTree *tree; /* for the names of files */
        Diagnostics *diagnostics;
        bool partial;      /* defaults: nothing is missing */
        bool unprivileged; /* rows that are `privileged` are refused */
        const void *userdata;
} YamlContext;

typedef struct YamlField YamlField;

typedef int (*YamlDecode)(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

struct YamlField {
        const char *key;
        YamlDecode decode;
        size_t offset;
        uint64_t minimum, maximum; /* both 0: no limit but the type's */
        const char *const *names;  /* of an enum */
        const YamlField *fields;   /* of a mapping */
        bool required;
        bool privileged;      /* refused where the context is unprivileged */
        bool may_be_empty;    /* a key without a value is like null */
        const char *type;     /* for the manual: what may be written */
        const char *fallback; /* for the manual: the built-in default; "" for none */
};

#define YAML_STRING(name, type_, member) \
        .key = (name), .decode = yaml_decode_string, .offset = TYPED_OFFSET(type_, member, char *)

#define YAML_STRING_LIST(name, type_, member) \
        .key = (name), .decode = yaml_decode_string_list, .offset = TYPED_OFFSET(type_, member, char **)

/* One text, or a list of them. */
#define YAML_TEXTS(name, type_, member) \
        .key = (name), .decode = yaml_decode_texts, .offset = TYPED_OFFSET(type_, member, char **)

#define YAML_BOOL(name, type_, member) \
        .key = (name), .decode = yaml_decode_bool, .offset = TYPED_OFFSET(type_, member, bool)

#define YAML_UNSIGNED(name, type_, member, minimum_, maximum_)                                          \
        .key = (name), .decode = yaml_decode_unsigned, .offset = TYPED_OFFSET(type_, member, uint64_t), \
        .minimum = (minimum_), .maximum = (maximum_)

/* From and to whole numbers, which may be negative. */
#define YAML_INTEGER(name, type_, member, minimum_, maximum_)                                     \
        .key = (name), .decode = yaml_decode_integer, .offset = TYPED_OFFSET(type_, member, int), \
        .minimum = (uint64_t) (int64_t) (minimum_), .maximum = (uint64_t) (int64_t) (maximum_)

/* Above the minimum, up to the maximum. */
#define YAML_DECIMAL(name, type_, member, minimum_, maximum_)                                        \
        .key = (name), .decode = yaml_decode_decimal, .offset = TYPED_OFFSET(type_, member, double), \
        .minimum = (minimum_), .maximum = (maximum_)

/* "10%" is 10. */
#define YAML_PERCENTAGE(name, type_, member, minimum_, maximum_)                                        \
        .key = (name), .decode = yaml_decode_percentage, .offset = TYPED_OFFSET(type_, member, double), \
        .minimum = (minimum_), .maximum = (maximum_)

#define YAML_SIZE(name, type_, member, minimum_, maximum_)                                          \
        .key = (name), .decode = yaml_decode_size, .offset = TYPED_OFFSET(type_, member, uint64_t), \
        .minimum = (minimum_), .maximum = (maximum_)

/* maximum USEC_INFINITY: "infinity" may be written. */
#define YAML_DURATION(name, type_, member, minimum_, maximum_)                                        \
        .key = (name), .decode = yaml_decode_duration, .offset = TYPED_OFFSET(type_, member, usec_t), \
        .minimum = (minimum_), .maximum = (maximum_)

#define YAML_ENUM(name, type_, member, enum_, names_)                                            \
        .key = (name), .decode = yaml_decode_enum, .offset = TYPED_OFFSET(type_, member, enum_), \
        .names = (names_)

#define YAML_MAPPING(name, type_, member, struct_, fields_)                                           \
        .key = (name), .decode = yaml_decode_mapping, .offset = TYPED_OFFSET(type_, member, struct_), \
        .fields = (fields_)

/* Keeps the node itself, to be judged together with others. */
#define YAML_NODE(name, type_, member) \
        .key = (name), .decode = yaml_decode_node, .offset = TYPED_OFFSET(type_, member, const YamlNode *)

/* A decoder of its own for a member of any type. */
#define YAML_CUSTOM(name, type_, member, expected, function) \
        .key = (name), .decode = (function), .offset = TYPED_OFFSET(type_, member, expected)

/* A decoder of its own that gets the whole object. */
#define YAML_OBJECT(name, function) .key = (name), .decode = (function), .offset = 0

/* A row without a key ends the table. */
int yaml_fields_decode(
                const YamlContext *context,
                const YamlField *fields,
                const YamlNode *node,
                void *object);

/* The same with a second table, of keys that are known at run time only; it comes to its keys alone. */
int yaml_fields_decode_with(
                const YamlContext *context,
                const YamlField *fields,
                const YamlField *more,
                const YamlNode *node,
                void *object);

int yaml_decode_string(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_string_list(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_texts(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
int yaml_decode_bool(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
int yaml_decode_unsigned(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_integer(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_decimal(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_percentage(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_size(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
int yaml_decode_duration(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int yaml_decode_enum(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
int yaml_decode_mapping(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

int yaml_decode_node(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);

/*
 * Describes the row number *index of a table, a parent before its children. What ret->path holds already is
 * in front of its path. Returns false, with *index less by their number, if there are not so many.
 */
bool yaml_key_describe(const YamlField *fields, size_t *index, KeyDescription *ret);

/* For decoders of their own. */
void yaml_error(const YamlContext *context, const YamlNode *node, const char *format, ...) PRINTF_LIKE(3, 4);
/* An error that goes by itself (DIAGNOSTIC_PENDING). */
void yaml_pending(const YamlContext *context, const YamlNode *node, const char *format, ...)
                PRINTF_LIKE(3, 4);
void yaml_warning(const YamlContext *context, const YamlNode *node, const char *format, ...)
                PRINTF_LIKE(3, 4);

/* At a byte of the node's text, if that is a place in the file; else at the node. */
void yaml_error_at(const YamlContext *context, const YamlNode *node, size_t offset, const char *format, ...)
                PRINTF_LIKE(4, 5);

/*
 * The text of a scalar that is meant as one, or NULL with an error: for a list or mapping, and for a plain
 * scalar that another reader of YAML would take for a number, a truth value or null. `what` is the subject of
 * the message.
 */
const char *yaml_text(const YamlContext *context, const YamlNode *node, const char *what);

/* The text of a scalar, or NULL with the error "WHAT expects EXPECTED, not …". */
const char *yaml_scalar(
                const YamlContext *context,
                const YamlNode *node,
                const char *what,
                const char *expected);

/* False with an error for a key that is repeated or that YAML 1.1 would merge. `mapping` is its parent. */
bool yaml_key_check(const YamlContext *context, const YamlNode *mapping, const YamlNode *key);

/* What else a plain scalar could mean ("a time in base 60"); NULL: nothing. */
const char *yaml_plain_ambiguity(const YamlNode *node);
