/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Numbers that may be negative, or have a fraction: only what is written the one plain way is taken. */

#include <string.h>

#include "job/yaml-field.h"

#define DIGITS "0123456789"
#define DECIMAL_DIGITS_MAX 15U /* a double holds them exactly */
#define SHOWN_MAX 40           /* bytes of a value that a message repeats */

/* Digits without a leading zero, with or without a fraction; not strtod(), which reads much more than that.
 */
static bool parse_decimal(const char *text, size_t n, double *ret) {
        size_t n_whole = strspn(text, DIGITS), n_fraction = 0;
        double value = 0, scale = 1;

        n_whole = MIN(n_whole, n);
        if (n_whole == 0 || (n_whole > 1 && text[0] == '0'))
                return false;
        if (n_whole < n) {
                n_fraction = MIN(strspn(text + n_whole + 1, DIGITS), n - n_whole - 1);
                if (text[n_whole] != '.' || n_fraction == 0)
                        return false;
        }
        if (n_whole + n_fraction > DECIMAL_DIGITS_MAX || n_whole + n_fraction + (n_fraction > 0 ? 1 : 0) != n)
                return false;

        for (size_t i = 0; i < n; i++) {
                if (text[i] == '.')
                        continue;
                value = value * 10 + (text[i] - '0');
                scale *= i > n_whole ? 10 : 1;
        }
        *ret = value / scale;
        return true;
}

int yaml_decode_integer(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        const char *text = yaml_scalar(context, node, field->key, "a whole number");
        int minimum = (int) (int64_t) field->minimum, maximum = (int) (int64_t) field->maximum;
        bool negative;
        double value = 0;

        if (!text)
                return 0;

        negative = text[0] == '-';
        if (strchr(text, '.') || !parse_decimal(text + negative, node->size - negative, &value))
                yaml_error(context, node, "'%s' expects a whole number, not '%.*s'", field->key, SHOWN_MAX,
                           text);
        else if ((negative ? -value : value) < minimum || (negative ? -value : value) > maximum)
                yaml_error(context, node, "'%s' expects a number from %d to %d, not %.*s", field->key,
                           minimum, maximum, SHOWN_MAX, text);
        else
                *(int *) member = (int) (negative ? -value : value);
        return 0;
}

int yaml_decode_decimal(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        const char *text = yaml_scalar(context, node, field->key, "a number such as 2.5");
        double value = 0;

        if (!text)
                return 0;
        if (!parse_decimal(text, node->size, &value))
                yaml_error(context, node, "'%s' expects a number such as 2.5, not '%.*s'", field->key,
                           SHOWN_MAX, text);
        else if (value <= (double) field->minimum || value > (double) field->maximum)
                yaml_error(context, node,
                           "'%s' expects a number above %" PRIu64 " and up to %" PRIu64 ", not %.*s",
                           field->key, field->minimum, field->maximum, SHOWN_MAX, text);
        else
                *(double *) member = value;
        return 0;
}

int yaml_decode_percentage(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        const char *text = yaml_scalar(context, node, field->key, "a percentage such as 10%");
        double value = 0;

        if (!text)
                return 0;
        if (node->size < 2 || text[node->size - 1] != '%' || !parse_decimal(text, node->size - 1, &value))
                yaml_error(context, node, "'%s' expects a percentage such as 10%%, not '%.*s'", field->key,
                           SHOWN_MAX, text);
        else if (value < (double) field->minimum || value > (double) field->maximum)
                yaml_error(context, node,
                           "'%s' expects a percentage from %" PRIu64 "%% to %" PRIu64 "%%, not %.*s",
                           field->key, field->minimum, field->maximum, SHOWN_MAX, text);
        else
                *(double *) member = value;
        return 0;
}
