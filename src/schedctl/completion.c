/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/completion.h"

#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/verbs.h"

const char completion_shells[] = "bash zsh fish";

/* The shells ask the program itself for names; --user must be handed on. */
#define LIST_JOBS "schedctl $scope --output=short list-jobs 2>/dev/null"
#define LIST_QUEUES "schedctl $scope --output=short list-queues 2>/dev/null"
#define LIST_TEMPLATES "schedctl $scope --output=short list-templates 2>/dev/null"
#define LIST_PROFILES "schedctl $scope --output=short list-profiles 2>/dev/null"
#define LIST_ACTIONS "schedctl $scope --output=short list-actions 2>/dev/null"
#define LIST_IDS                                                                                    \
        "schedctl $scope --output=short list-executions --state=starting,running,waiting,retrying " \
        "2>/dev/null"

typedef struct ArgumentCommand {
        const char *bash, *zsh, *fish;
} ArgumentCommand;

static const ArgumentCommand argument_commands[VERB_ARGUMENTS_COUNT] = {
        [VERB_ARGUMENTS_NONE] = { "", ":", NULL },
        [VERB_ARGUMENTS_JOBS] = { "words=$(" LIST_JOBS ")", "compadd -- ${(f)\"$(" LIST_JOBS ")\"}",
                                  "__schedctl_jobs" },
        [VERB_ARGUMENTS_JOBS_AND_IDS] = { "words=$(" LIST_JOBS "; " LIST_IDS ")",
                                          "compadd -- ${(f)\"$(" LIST_JOBS "; " LIST_IDS ")\"}",
                                          "__schedctl_jobs; __schedctl_ids" },
        [VERB_ARGUMENTS_QUEUES] = { "words=$(" LIST_QUEUES ")", "compadd -- ${(f)\"$(" LIST_QUEUES ")\"}",
                                    "__schedctl_queues" },
        [VERB_ARGUMENTS_TEMPLATES] = { "words=$(" LIST_TEMPLATES ")",
                                       "compadd -- ${(f)\"$(" LIST_TEMPLATES ")\"}", "__schedctl_templates" },
        [VERB_ARGUMENTS_PROFILES] = { "words=$(" LIST_PROFILES ")",
                                      "compadd -- ${(f)\"$(" LIST_PROFILES ")\"}", "__schedctl_profiles" },
        [VERB_ARGUMENTS_ACTIONS] = { "words=$(" LIST_ACTIONS ")", "compadd -- ${(f)\"$(" LIST_ACTIONS ")\"}",
                                     "__schedctl_actions" },
        [VERB_ARGUMENTS_FILES] = { "COMPREPLY=($(compgen -f -- \"$current\")); return", "_files", "" },
        [VERB_ARGUMENTS_JOBS_AND_FILES] = { "words=$(" LIST_JOBS "; compgen -f -- \"$current\")",
                                            "compadd -- ${(f)\"$(" LIST_JOBS ")\"}; _files",
                                            "__schedctl_jobs" },
        [VERB_ARGUMENTS_SHELLS] = { "words='bash zsh fish'", "compadd -- bash zsh fish",
                                    "printf '%s\\n' bash zsh fish" },
        [VERB_ARGUMENTS_VERBS] = { "words=$verbs", "compadd -- ${verbs%%:*}", "__schedctl_verbs" },
};

/* Options whose argument is a name that the daemon knows, where the table of options has no list of values.
 */
static const struct {
        const char *name;
        VerbArguments arguments;
} named_options[] = {
        { "template", VERB_ARGUMENTS_TEMPLATES },
        { "profile", VERB_ARGUMENTS_PROFILES },
        { "queue", VERB_ARGUMENTS_QUEUES },
        { "kind", VERB_ARGUMENTS_ACTIONS },
};

/* NULL: nobody knows what its argument could be. */
static const ArgumentCommand *option_command(const OptionRow *row) {
        for (size_t i = 0; i < ARRAY_SIZE(named_options) && !row->values; i++)
                if (strcmp(row->name, named_options[i].name) == 0)
                        return &argument_commands[named_options[i].arguments];
        return NULL;
}

static void add_verb_names(Buffer *buffer) {
        for (const Verb *verb = verbs; verb->name; verb++)
                (void) buffer_add_format(buffer, "%s%s", verb == verbs ? "" : " ", verb->name);
}

/* "--help -h --version …"; those of one verb, or those of all if `verb` is NULL. */
static void add_option_names(Buffer *buffer, const char *verb) {
        bool first = true;

        for (const OptionRow *row = option_rows; row->name; row++) {
                if (verb ? !row->verbs || !option_row_has_verb(row, verb) : row->verbs != NULL)
                        continue;
                (void) buffer_add_format(
                                buffer, "%s--%s%s", first ? "" : " ", row->name,
                                row->metavar && !row->optional ? "=" : "");
                if (row->letter)
                        (void) buffer_add_format(buffer, " -%c", row->letter);
                first = false;
        }
}

/* One name may have other values with another verb. */
static void bash_values(Buffer *buffer) {
        (void) buffer_add_string(buffer, "        case $verb$option in\n");
        for (const OptionRow *row = option_rows; row->name; row++) {
                const char *separator = "                ";

                if (!row->values)
                        continue;
                if (!row->verbs)
                        (void) buffer_add_format(buffer, "%s*--%s", separator, row->name);
                for (const Verb *verb = verbs; row->verbs && verb->name; verb++) {
                        if (!option_row_has_verb(row, verb->name))
                                continue;
                        (void) buffer_add_format(buffer, "%s%s--%s", separator, verb->name, row->name);
                        separator = "|";
                }
                (void) buffer_add_format(buffer, ") words='%s' ;;\n", row->values);
        }
        for (size_t i = 0; i < ARRAY_SIZE(named_options); i++)
                (void) buffer_add_format(
                                buffer, "                *--%s) %s ;;\n", named_options[i].name,
                                argument_commands[named_options[i].arguments].bash);
        (void) buffer_add_string(buffer, "        esac\n");
}

/* What can be given a value: the parameters of the template. */
static void bash_parameters(Buffer *buffer) {
        (void) buffer_add_string(
                        buffer,
                        "        if [[ $option == --parameter || ( ${COMP_WORDS[COMP_CWORD-1]} == -p && "
                        "$verb != show ) ]]; then\n"
                        "                words=$(schedctl $scope --output=short show-template \"$template\" "
                        "2>/dev/null)\n"
                        "                COMPREPLY=($(compgen -S = -W \"$words\" -- \"$current\"))\n"
                        "                compopt -o nospace\n"
                        "                return\n"
                        "        fi\n");
}

static void bash_verbs(Buffer *buffer) {
        (void) buffer_add_string(buffer, "        case $verb in\n");
        for (const Verb *verb = verbs; verb->name; verb++) {
                (void) buffer_add_format(
                                buffer, "                %s)\n                        own='", verb->name);
                add_option_names(buffer, verb->name);
                (void) buffer_add_format(
                                buffer,
                                "'\n                        [[ $current == -* ]] || { %s; }\n"
                                "                        ;;\n",
                                *argument_commands[verb->arguments].bash
                                                ? argument_commands[verb->arguments].bash
                                                : ":");
        }
        (void) buffer_add_string(buffer, "                '') words=$verbs ;;\n        esac\n");
}

static void write_bash(Buffer *buffer) {
        (void) buffer_add_string(
                        buffer,
                        "# bash completion for schedctl, printed by 'schedctl completion bash'\n"
                        "_schedctl() {\n"
                        "        local current=${COMP_WORDS[COMP_CWORD]} verb='' scope='' option='' own='' "
                        "words='' template='' i\n"
                        "        local verbs='");
        add_verb_names(buffer);
        (void) buffer_add_string(buffer, "'\n        local options='");
        add_option_names(buffer, NULL);
        (void) buffer_add_string(
                        buffer,
                        "'\n"
                        "        COMPREPLY=()\n"
                        "        for ((i = 1; i < COMP_CWORD; i++)); do\n"
                        "                [[ ${COMP_WORDS[i]} == --template && ${COMP_WORDS[i+1]} == = ]] && "
                        "template=${COMP_WORDS[i+2]}\n"
                        "                [[ ${COMP_WORDS[i]} == --template && ${COMP_WORDS[i+1]} != = ]] && "
                        "template=${COMP_WORDS[i+1]}\n"
                        "                case ${COMP_WORDS[i]} in\n"
                        "                        --user|--system|--bus) scope+=\" ${COMP_WORDS[i]}\" ;;\n"
                        "                        -*|=) ;;\n"
                        "                        *) [[ -n $verb || ${COMP_WORDS[i-1]} == = ]] || "
                        "verb=${COMP_WORDS[i]} ;;\n"
                        "                esac\n"
                        "        done\n"
                        "        if [[ $current == = && COMP_CWORD -gt 1 ]]; then\n"
                        "                option=${COMP_WORDS[COMP_CWORD-1]} current=''\n"
                        "        elif [[ COMP_CWORD -gt 2 && ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then\n"
                        "                option=${COMP_WORDS[COMP_CWORD-2]}\n"
                        "        fi\n");
        bash_parameters(buffer);
        bash_values(buffer);
        (void) buffer_add_string(
                        buffer,
                        "        if [[ -n $option ]]; then\n"
                        "                COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                        "                return\n"
                        "        fi\n");
        bash_verbs(buffer);
        (void) buffer_add_string(
                        buffer,
                        "        [[ $current == -* ]] && words=\"$options $own\"\n"
                        "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                        "        [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == --*= ]] && compopt -o "
                        "nospace\n"
                        "}\n"
                        "complete -F _schedctl schedctl\n");
}

/* zsh's specifications end at a colon or a bracket. */
static void add_zsh_text(Buffer *buffer, const char *text) {
        for (const char *c = text; *c; c++) {
                if (*c == '\'')
                        (void) buffer_add_string(buffer, "'\\''");
                else if (strchr(":[]", *c))
                        (void) buffer_add_format(buffer, "\\%c", *c);
                else
                        (void) buffer_add_char(buffer, *c);
        }
}

static void zsh_option(Buffer *buffer, const OptionRow *row, const char *spelling, const char *join) {
        (void) buffer_add_format(buffer, "                '%s%s[", spelling, row->metavar ? join : "");
        add_zsh_text(buffer, row->help ?: "as --color");
        (void) buffer_add_char(buffer, ']');
        if (row->metavar) {
                (void) buffer_add_string(buffer, row->optional ? "::" : ":");
                add_zsh_text(buffer, row->metavar);
                (void) buffer_add_char(buffer, ':');
                if (row->values)
                        (void) buffer_add_format(buffer, "(%s)", row->values);
                else if (option_command(row))
                        (void) buffer_add_format(buffer, "{%s}", option_command(row)->zsh);
        }
        (void) buffer_add_string(buffer, "'\n");
}

static void zsh_options(Buffer *buffer, const char *verb) {
        for (const OptionRow *row = option_rows; row->name; row++) {
                char spelling[64];

                if (verb ? !row->verbs || !option_row_has_verb(row, verb) : row->verbs != NULL)
                        continue;
                (void) snprintf(spelling, sizeof(spelling), "--%s", row->name);
                zsh_option(buffer, row, spelling, row->optional ? "=-" : "=");
                if (row->letter) {
                        (void) snprintf(spelling, sizeof(spelling), "-%c", row->letter);
                        zsh_option(buffer, row, spelling, "+");
                }
        }
}

static void write_zsh(Buffer *buffer) {
        (void) buffer_add_string(
                        buffer,
                        "#compdef schedctl\n"
                        "# zsh completion for schedctl, printed by 'schedctl completion zsh'\n"
                        "_schedctl() {\n"
                        "        local curcontext=$curcontext state line scope='' verb=''\n"
                        "        local -a verbs options own\n"
                        "        verbs=(\n");
        for (const Verb *verb = verbs; verb->name; verb++) {
                (void) buffer_add_format(buffer, "                '%s:", verb->name);
                add_zsh_text(buffer, verb->help);
                (void) buffer_add_string(buffer, "'\n");
        }
        (void) buffer_add_string(buffer, "        )\n        options=(\n");
        zsh_options(buffer, NULL);
        (void) buffer_add_string(
                        buffer,
                        "        )\n"
                        "        [[ -n ${words[(r)--user]} ]] && scope=--user\n"
                        "        verb=${${words[2,CURRENT-1]:#-*}[1]}\n"
                        "        case $verb in\n");
        for (const Verb *verb = verbs; verb->name; verb++) {
                (void) buffer_add_format(buffer, "        %s)\n                own=(\n", verb->name);
                zsh_options(buffer, verb->name);
                (void) buffer_add_string(buffer, "                )\n                ;;\n");
        }
        (void) buffer_add_string(
                        buffer,
                        "        esac\n"
                        "        _arguments -s -C $options $own '1: :->verb' '*:: :->argument' && return\n"
                        "        case $state in\n"
                        "        verb) _describe verb verbs ;;\n"
                        "        argument)\n"
                        "                case $verb in\n");
        for (const Verb *verb = verbs; verb->name; verb++)
                (void) buffer_add_format(
                                buffer, "                %s) %s ;;\n", verb->name,
                                argument_commands[verb->arguments].zsh);
        (void) buffer_add_string(
                        buffer,
                        "                esac\n"
                        "                ;;\n"
                        "        esac\n"
                        "}\n"
                        "if [[ $funcstack[1] == _schedctl ]]; then\n"
                        "        _schedctl \"$@\"\n"
                        "else\n"
                        "        compdef _schedctl schedctl\n"
                        "fi\n");
}

static void add_fish_text(Buffer *buffer, const char *text) {
        (void) buffer_add_char(buffer, '\'');
        for (const char *c = text; *c; c++) {
                if (strchr("'\\", *c))
                        (void) buffer_add_char(buffer, '\\');
                (void) buffer_add_char(buffer, *c);
        }
        (void) buffer_add_char(buffer, '\'');
}

static void fish_option(Buffer *buffer, const OptionRow *row) {
        (void) buffer_add_format(buffer, "complete -c schedctl -l %s", row->name);
        if (row->letter)
                (void) buffer_add_format(buffer, " -s %c", row->letter);
        if (row->verbs)
                (void) buffer_add_format(buffer, " -n '__fish_seen_subcommand_from %s'", row->verbs);
        if (row->values)
                (void) buffer_add_format(buffer, " -xa '%s'", row->values);
        else if (option_command(row))
                (void) buffer_add_format(buffer, " -xa '(%s)'", option_command(row)->fish);
        else if (row->metavar)
                (void) buffer_add_string(buffer, " -x");
        if (row->help) {
                (void) buffer_add_string(buffer, " -d ");
                add_fish_text(buffer, row->help);
        }
        (void) buffer_add_char(buffer, '\n');
}

static void fish_verb(Buffer *buffer, const Verb *verb) {
        const char *arguments = argument_commands[verb->arguments].fish;

        (void) buffer_add_format(
                        buffer, "complete -c schedctl -f -n __schedctl_needs_verb -a %s -d ", verb->name);
        add_fish_text(buffer, verb->help);
        (void) buffer_add_char(buffer, '\n');

        if (verb->arguments == VERB_ARGUMENTS_FILES || verb->arguments == VERB_ARGUMENTS_JOBS_AND_FILES)
                (void) buffer_add_format(
                                buffer, "complete -c schedctl -F -n '__fish_seen_subcommand_from %s'\n",
                                verb->name);
        if (arguments && *arguments)
                (void) buffer_add_format(
                                buffer,
                                "complete -c schedctl%s -n '__fish_seen_subcommand_from %s' -a \"(%s)\"\n",
                                verb->arguments == VERB_ARGUMENTS_JOBS_AND_FILES ? "" : " -f", verb->name,
                                arguments);
}

static void write_fish(Buffer *buffer) {
        (void) buffer_add_string(
                        buffer,
                        "# fish completion for schedctl, printed by 'schedctl completion fish'\n"
                        "function __schedctl_verbs\n"
                        "        string split ' ' '");
        add_verb_names(buffer);
        (void) buffer_add_string(
                        buffer,
                        "'\n"
                        "end\n"
                        "function __schedctl_needs_verb\n"
                        "        not __fish_seen_subcommand_from (__schedctl_verbs)\n"
                        "end\n"
                        "function __schedctl_scope\n"
                        "        string match -- --user (commandline -opc)\n"
                        "end\n"
                        "function __schedctl_jobs\n"
                        "        schedctl (__schedctl_scope) --output=short list-jobs 2>/dev/null\n"
                        "end\n"
                        "function __schedctl_queues\n"
                        "        schedctl (__schedctl_scope) --output=short list-queues 2>/dev/null\n"
                        "end\n"
                        "function __schedctl_templates\n"
                        "        schedctl (__schedctl_scope) --output=short list-templates 2>/dev/null\n"
                        "end\n"
                        "function __schedctl_profiles\n"
                        "        schedctl (__schedctl_scope) --output=short list-profiles 2>/dev/null\n"
                        "end\n"
                        "function __schedctl_actions\n"
                        "        schedctl (__schedctl_scope) --output=short list-actions 2>/dev/null\n"
                        "end\n"
                        "function __schedctl_ids\n"
                        "        schedctl (__schedctl_scope) --output=short list-executions "
                        "--state=starting,running,waiting,retrying 2>/dev/null\n"
                        "end\n"
                        "complete -c schedctl -f\n");
        for (const OptionRow *row = option_rows; row->name; row++)
                fish_option(buffer, row);
        for (const Verb *verb = verbs; verb->name; verb++)
                fish_verb(buffer, verb);
}

int completion_write(const char *shell, Buffer *buffer) {
        static const struct {
                const char *shell;
                void (*write)(Buffer *buffer);
        } writers[] = { { "bash", write_bash }, { "zsh", write_zsh }, { "fish", write_fish } };

        for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
                if (strcmp(shell, writers[i].shell) == 0) {
                        writers[i].write(buffer);
                        return buffer->failed ? -ENOMEM : 0;
                }
        return -EINVAL;
}

int verb_completion(Context *context, char **arguments) {
        CLEANUP_FREE char *text = NULL;
        Buffer buffer = { 0 };
        int r;

        r = completion_write(arguments[0], &buffer);
        if (r == -EINVAL) {
                complain("there is no completion for '%s'; there is one for bash, zsh and fish",
                         arguments[0]);
                return STATUS_USAGE;
        }
        r = buffer_take(&buffer, &text);
        if (r < 0)
                return complain_errno(r, "cannot write the completion");

        (void) fputs(text, stdout);
        return STATUS_OK;
}
