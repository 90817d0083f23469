/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a scalar means, told by the row that reads it; what is ambiguous is refused, not guessed. */

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "job/yaml-field.h"
#include "util/duration.h"
#include "util/size.h"
#include "util/string-list.h"
#include "util/string-table.h"

#define SHOWN_MAX 40 /* bytes of a value that a message repeats */
#define DIGITS "0123456789"

static unsigned column_of_offset(const YamlNode *node, size_t offset) {
        unsigned column = node->column + (node->flags & YAML_FLAG_PLAIN ? 0 : 1);

        for (size_t i = 0; i < offset && i < node->size; i++)
                column += ((unsigned char) node->text[i] & 0xC0U) != 0x80U;
        return column;
}

PRINTF_LIKE(5, 0)
static void report(
                const YamlContext *context,
                DiagnosticSeverity severity,
                const YamlNode *node,
                unsigned column,
                const char *format,
                va_list arguments) {

        CLEANUP_FREE char *message = NULL;

        if (vasprintf(&message, format, arguments) < 0)
                message = NULL; /* the fault still counts */
        diagnostics_add(context->diagnostics, severity, yaml_tree_source(context->tree, node), node->line,
                        column, "%s", message ?: "out of memory");
}

void yaml_error(const YamlContext *context, const YamlNode *node, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        report(context, DIAGNOSTIC_ERROR, node, node->column, format, arguments);
        va_end(arguments);
}

void yaml_pending(const YamlContext *context, const YamlNode *node, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        report(context, DIAGNOSTIC_PENDING, node, node->column, format, arguments);
        va_end(arguments);
}

void yaml_warning(const YamlContext *context, const YamlNode *node, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        report(context, DIAGNOSTIC_WARNING, node, node->column, format, arguments);
        va_end(arguments);
}

void yaml_error_at(const YamlContext *context, const YamlNode *node, size_t offset, const char *format, ...) {
        unsigned column = node->flags & YAML_FLAG_VERBATIM ? column_of_offset(node, offset) : node->column;
        va_list arguments;

        va_start(arguments, format);
        report(context, DIAGNOSTIC_ERROR, node, column, format, arguments);
        va_end(arguments);
}

static bool is_word_of(const char *text, const char *const *words) {
        for (; *words; words++)
                if (strcasecmp(text, *words) == 0)
                        return true;
        return false;
}

/* Digits with one or more of `marks` among them, and nothing else. */
static bool is_digits_with(const char *text, const char *marks) {
        bool marked = false;

        for (; *text; text++) {
                if (strchr(marks, *text))
                        marked = true;
                else if (*text < '0' || *text > '9')
                        return false;
        }
        return marked;
}

static bool has_exponent(const char *text) {
        size_t n = strspn(text, DIGITS ".");

        if (n == 0 || (text[n] != 'e' && text[n] != 'E'))
                return false;
        text += n + 1;
        text += *text == '+' || *text == '-' ? 1 : 0;
        return *text != '\0' && text[strspn(text, DIGITS)] == '\0';
}

static const char *number_ambiguity(const char *text) {
        size_t n_digits;

        text += *text == '+' || *text == '-' ? 1 : 0;
        n_digits = strspn(text, DIGITS);

        if (n_digits > 1 && text[0] == '0' && text[n_digits] == '\0')
                return "a number in octal";
        if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
            text[2 + strspn(text + 2, DIGITS "abcdefABCDEF_")] == '\0')
                return "a number in base 16";
        if (text[0] == '0' && (text[1] == 'o' || text[1] == 'b') &&
            text[2 + strspn(text + 2, DIGITS "_")] == '\0')
                return "a number in octal or binary";
        if (has_exponent(text))
                return "a number with an exponent";
        if (n_digits > 0 && text[n_digits - 1] != ':' && is_digits_with(text, ":"))
                return "a number in base 60";
        if (n_digits > 0 && is_digits_with(text, "_"))
                return "a number with separators";
        if (strcasecmp(text, ".inf") == 0 || strcasecmp(text, ".nan") == 0)
                return "a number";
        return NULL;
}

const char *yaml_plain_ambiguity(const YamlNode *node) {
        static const char *const truth_words[] = { "true", "false", "yes", "no", "on", "off", NULL };

        if (node->kind != YAML_KIND_SCALAR || !(node->flags & YAML_FLAG_PLAIN))
                return NULL;
        if (yaml_node_is_null(node))
                return "null";

        /* Every ambiguous text but the words begins like a number. */
        if (strchr(DIGITS "+-.", node->text[0]))
                return number_ambiguity(node->text);
        return node->size <= 5 && is_word_of(node->text, truth_words) ? "true or false" : NULL;
}

const char *yaml_scalar(
                const YamlContext *context,
                const YamlNode *node,
                const char *what,
                const char *expected) {
        if (node->kind == YAML_KIND_SCALAR && !yaml_node_is_null(node))
                return node->text;

        yaml_error(context, node, "'%s' expects %s, not %s", what, expected, yaml_kind_phrase(node));
        return NULL;
}

const char *yaml_text(const YamlContext *context, const YamlNode *node, const char *what) {
        const char *ambiguity;

        if (node->kind != YAML_KIND_SCALAR) {
                yaml_error(context, node, "'%s' expects a text, not %s", what, yaml_kind_phrase(node));
                return NULL;
        }

        ambiguity = yaml_plain_ambiguity(node);
        if (!ambiguity)
                return node->text;

        if (node->size == 0)
                yaml_error(context, node, "'%s' has an item without a value: write \"\" for an empty text",
                           what);
        else
                yaml_error(context, node, "%s in '%s' could be %s: quote it if the text is meant, as \"%s\"",
                           node->text, what, ambiguity, node->text);
        return NULL;
}

static int replace_string(char **member, const char *text) {
        char *copy = strdup(text);

        if (!copy)
                return -ENOMEM;
        free(*member);
        *member = copy;
        return 0;
}

int yaml_decode_string(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key);

        return text ? replace_string(member, text) : 0;
}

int yaml_decode_string_list(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        CLEANUP(string_list_freep) char **list = NULL;
        size_t n = 0;

        if (node->kind != YAML_KIND_LIST) {
                yaml_error(context, node, "'%s' expects a list of texts, not %s", field->key,
                           yaml_kind_phrase(node));
                return 0;
        }

        list = calloc((size_t) node->size + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;

        YAML_FOREACH(item, node) {
                const char *text = yaml_text(context, item, field->key);

                if (!text)
                        continue;
                list[n] = strdup(text);
                if (!list[n++])
                        return -ENOMEM;
        }

        (void) string_list_free(*(char ***) member);
        *(char ***) member = TAKE_PTR(list);
        return 0;
}

int yaml_decode_texts(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        YamlNode item = *node;
        YamlNode list = { .kind = YAML_KIND_LIST, .size = 1, .first = &item };

        if (node->kind != YAML_KIND_SCALAR)
                return yaml_decode_string_list(context, field, node, member);
        item.next = NULL;
        return yaml_decode_string_list(context, field, &list, member);
}

int yaml_decode_bool(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        static const char *const yes_words[] = { "yes", "on", "y", "1", "true", NULL };
        static const char *const no_words[] = { "no", "off", "n", "0", "false", NULL };
        const char *text = yaml_scalar(context, node, field->key, "true or false");

        if (!text)
                return 0;

        if ((node->flags & YAML_FLAG_PLAIN) && strcmp(text, "true") == 0)
                *(bool *) member = true;
        else if ((node->flags & YAML_FLAG_PLAIN) && strcmp(text, "false") == 0)
                *(bool *) member = false;
        else if (is_word_of(text, yes_words))
                yaml_error(context, node, "'%s' expects true or false, not '%s': write true", field->key,
                           text);
        else if (is_word_of(text, no_words))
                yaml_error(context, node, "'%s' expects true or false, not '%s': write false", field->key,
                           text);
        else
                yaml_error(context, node, "'%s' expects true or false, not '%.*s'", field->key, SHOWN_MAX,
                           text);
        return 0;
}

/* Digits only, without a leading zero. Returns 0, -EINVAL or -ERANGE. */
static int parse_unsigned(const char *text, uint64_t *ret) {
        size_t n = strspn(text, DIGITS);
        unsigned long long value;

        if (n == 0 || text[n] != '\0' || (n > 1 && text[0] == '0'))
                return -EINVAL;

        errno = 0;
        value = strtoull(text, NULL, 10);
        if (errno != 0)
                return -ERANGE;
        *ret = value;
        return 0;
}

int yaml_decode_unsigned(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        const char *text = yaml_scalar(context, node, field->key, "a whole number");
        uint64_t value = 0;
        int r;

        if (!text)
                return 0;

        r = parse_unsigned(text, &value);
        if (r == -EINVAL)
                yaml_error(context, node, "'%s' expects a whole number, not '%.*s'", field->key, SHOWN_MAX,
                           text);
        else if (r < 0 ||
                 ((field->minimum != 0 || field->maximum != 0) &&
                  (value < field->minimum || value > field->maximum)))
                yaml_error(context, node, "'%s' expects a number from %" PRIu64 " to %" PRIu64 ", not %.*s",
                           field->key, field->minimum, field->maximum, SHOWN_MAX, text);
        else
                *(uint64_t *) member = value;
        return 0;
}

int yaml_decode_size(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        const char *text = yaml_scalar(context, node, field->key, "a size such as 64K");
        const char *ambiguity = text ? yaml_plain_ambiguity(node) : NULL;
        char minimum[SIZE_FORMAT_MAX], maximum[SIZE_FORMAT_MAX];
        uint64_t value = 0;
        int r;

        if (!text)
                return 0;

        r = ambiguity ? -EINVAL : size_parse(text, &value);
        if (r == -EINVAL)
                yaml_error(context, node, "'%s' expects a size such as 64K or 2M, not '%.*s'", field->key,
                           SHOWN_MAX, text);
        else if (r < 0 || value < field->minimum || value > field->maximum)
                yaml_error(context, node, "'%s' expects a size from %s to %s, not '%.*s'", field->key,
                           size_format(field->minimum, minimum), size_format(field->maximum, maximum),
                           SHOWN_MAX, text);
        else
                *(uint64_t *) member = value;
        return 0;
}

static int report_duration_range(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                const char *text) {

        CLEANUP_FREE char *minimum = NULL;
        CLEANUP_FREE char *maximum = NULL;
        int r;

        r = duration_format((usec_t) field->minimum, &minimum);
        if (r < 0)
                return r;

        if (field->maximum == USEC_INFINITY) {
                yaml_error(context, node, "'%s' expects a duration of at least %s, or infinity, not '%.*s'",
                           field->key, minimum, SHOWN_MAX, text);
                return 0;
        }

        r = duration_format((usec_t) field->maximum, &maximum);
        if (r < 0)
                return r;
        yaml_error(context, node, "'%s' expects a duration from %s to %s, not '%.*s'", field->key, minimum,
                   maximum, SHOWN_MAX, text);
        return 0;
}

int yaml_decode_duration(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        const char *text = yaml_scalar(context, node, field->key, "a duration such as 90s or 1h 30min");
        const char *ambiguity = text ? yaml_plain_ambiguity(node) : NULL;
        usec_t value = 0;
        int r;

        if (!text)
                return 0;

        r = ambiguity ? -EINVAL : duration_parse(text, &value);
        if (r == -EINVAL) {
                yaml_error(context, node, "'%s' expects a duration such as 90s or 1h 30min, not '%.*s'%s%s",
                           field->key, SHOWN_MAX, text, ambiguity ? ", which could be " : "",
                           ambiguity ?: "");
                return 0;
        }
        if (r == -ENOMEM)
                return r;
        if (r < 0 || (uint64_t) value < field->minimum || (uint64_t) value > field->maximum)
                return report_duration_range(context, field, node, text);

        *(usec_t *) member = value;
        return 0;
}

static int report_enum(const YamlContext *context, const YamlField *field, const YamlNode *node) {
        CLEANUP_FREE char *names = NULL;
        const char *nearest;
        int r;

        r = string_list_join((char *const *) field->names, ", ", &names);
        if (r < 0)
                return r;

        if (node->kind != YAML_KIND_SCALAR) {
                yaml_error(context, node, "'%s' expects one of %s, not %s", field->key, names,
                           yaml_kind_phrase(node));
                return 0;
        }

        nearest = string_nearest(node->text, field->names);
        if (nearest)
                yaml_error(context, node, "'%s' expects one of %s, not '%.*s'; did you mean '%s'?",
                           field->key, names, SHOWN_MAX, node->text, nearest);
        else
                yaml_error(context, node, "'%s' expects one of %s, not '%.*s'", field->key, names, SHOWN_MAX,
                           node->text);
        return 0;
}

int yaml_decode_enum(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        int value;

        value = node->kind == YAML_KIND_SCALAR ? string_table_find(field->names, node->text) : -EINVAL;
        if (value < 0)
                return report_enum(context, field, node);

        memcpy(member, &value, sizeof(value));
        return 0;
}
