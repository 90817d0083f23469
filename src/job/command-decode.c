/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `command:` */

#include <string.h>

#include "job/job-fields.h"
#include "util/string-list.h"

#define ARGUMENT_SIZE_MAX ((size_t) 128 * 1024) /* the kernel's MAX_ARG_STRLEN, its NUL included */
#define ARGUMENTS_SIZE_MAX \
        ((size_t) 1536 * 1024) /* leaves room for the environment below the kernel's 2 MiB */

static void warn_if_cut(const YamlContext *context, const YamlNode *node) {
        if (node->flags & YAML_FLAG_CUT)
                yaml_warning(context, node,
                             "'command' ends before ' #', where a comment begins: quote it if the "
                             "rest belongs to it");
}

static bool size_is_right(const YamlContext *context, const YamlNode *node, const char *what) {
        if (node->size < ARGUMENT_SIZE_MAX)
                return true;

        yaml_error(context, node, "%s in 'command' is longer than 128 KiB, which no program can be given",
                   what);
        return false;
}

static int decode_script(const YamlContext *context, const YamlNode *node, char **ret) {
        const char *text = yaml_text(context, node, "command");

        if (!text || !size_is_right(context, node, "the text"))
                return 0;
        if (text[strspn(text, " \t\n")] == '\0') {
                yaml_error(context, node, "'command' is empty");
                return 0;
        }

        warn_if_cut(context, node);
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static void check_program(const YamlContext *context, const YamlNode *node) {
        if (node->kind != YAML_KIND_SCALAR)
                return;

        if (node->size == 0)
                yaml_error(context, node, "the program in 'command' is empty");
        else if (node->text[0] != '/' && strchr(node->text, '/'))
                yaml_error(context, node,
                           "the program '%.64s' must be an absolute path, or a name to be "
                           "looked up in PATH",
                           node->text);
}

static int decode_arguments(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                char ***ret) {

        size_t total = 0;

        if (node->size == 0) {
                yaml_error(context, node, "'command' is empty");
                return 0;
        }
        check_program(context, node->first);

        YAML_FOREACH(item, node) {
                if (item->kind != YAML_KIND_SCALAR)
                        continue; /* the decoder of lists says so */
                warn_if_cut(context, item);
                if (!size_is_right(context, item, "an argument"))
                        return 0;
                total += item->size + 1 + sizeof(char *);
        }
        if (total > ARGUMENTS_SIZE_MAX) {
                yaml_error(context, node, "the arguments in 'command' are longer than 1.5 MiB together");
                return 0;
        }
        return yaml_decode_string_list(context, field, node, ret);
}

int job_decode_text_or_arguments(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                char **ret_text,
                char ***ret_arguments) {

        if (node->kind == YAML_KIND_MAPPING) {
                yaml_error(context, node,
                           "'command' expects a text for the shell or a list of arguments, not a mapping");
                return 0;
        }
        return node->kind == YAML_KIND_LIST ? decode_arguments(context, field, node, ret_arguments)
                                            : decode_script(context, node, ret_text);
}

int job_decode_command(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        Job *job = member;

        job->action = ACTION_COMMAND;
        return job_decode_text_or_arguments(
                        context, field, node, &job->command.script, &job->command.arguments);
}
