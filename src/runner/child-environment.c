/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/child-environment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum State {
        STATE_BEFORE_NAME,
        STATE_COMMENT,
        STATE_NAME,
        STATE_BEFORE_VALUE, /* also behind a quoted part */
        STATE_VALUE,
        STATE_VALUE_ESCAPE,
        STATE_SINGLE_QUOTE,
        STATE_DOUBLE_QUOTE,
        STATE_DOUBLE_QUOTE_ESCAPE,
} State;

/* What is written never overtakes what is read: a value loses its quotes, and a line end becomes its NUL. */
typedef struct Parser {
        ChildEnvironment *environment;
        State state;
        char *begin, *out; /* of the present assignment */
        char *equals;
        char *trimmed; /* behind the last byte of an unquoted part that is no blank */
        unsigned line;
        int error;
} Parser;

static bool is_blank(char c) {
        return c == ' ' || c == '\t';
}

static bool is_line_end(char c) {
        return c == '\n' || c == '\r';
}

static bool is_name(const char *text, size_t length) {
        for (size_t i = 0; i < length; i++) {
                char c = text[i];
                bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';

                if (!letter && (i == 0 || c < '0' || c > '9'))
                        return false;
        }
        return length > 0;
}

static void put(Parser *parser, char c) {
        *parser->out++ = c;
}

static bool same_name(const char *item, const char *name, size_t length) {
        return strncmp(item, name, length) == 0 && item[length] == '=';
}

static void set(Parser *parser, char *item, size_t length) {
        ChildEnvironment *environment = parser->environment;

        for (size_t i = 0; i < environment->n; i++) {
                if (!same_name(environment->list[i], item, length))
                        continue;
                if (i >= environment->n_fixed)
                        environment->list[i] = item;
                return;
        }
        if (environment->n == environment->n_max) {
                parser->error = E2BIG;
                return;
        }
        environment->list[environment->n++] = item;
        environment->list[environment->n] = NULL;
}

static void end_assignment(Parser *parser) {
        if (parser->state == STATE_VALUE)
                parser->out = parser->trimmed;
        put(parser, '\0');
        set(parser, parser->begin, (size_t) (parser->equals - parser->begin));
        parser->state = STATE_BEFORE_NAME;
}

static void end_name(Parser *parser) {
        char *end = parser->out;

        while (end > parser->begin && is_blank(end[-1]))
                end--;
        if (!is_name(parser->begin, (size_t) (end - parser->begin))) {
                parser->error = EINVAL;
                return;
        }
        parser->equals = end;
        *end = '=';
        parser->out = end + 1;
        parser->state = STATE_BEFORE_VALUE;
}

static void step_outside(Parser *parser, char c) {
        if (parser->state == STATE_COMMENT) {
                if (is_line_end(c))
                        parser->state = STATE_BEFORE_NAME;
        } else if (c == '#' || c == ';') {
                parser->state = STATE_COMMENT;
        } else if (!is_blank(c) && !is_line_end(c)) {
                parser->state = STATE_NAME;
                parser->begin = parser->out;
                put(parser, c);
                if (c == '=')
                        parser->error = EINVAL;
        }
}

static void step_name(Parser *parser, char c) {
        if (is_line_end(c))
                parser->error = EINVAL;
        else if (c == '=')
                end_name(parser);
        else
                put(parser, c);
}

static void step_value(Parser *parser, char c) {
        if (is_line_end(c)) {
                end_assignment(parser);
        } else if (parser->state == STATE_BEFORE_VALUE && c == '\'') {
                parser->state = STATE_SINGLE_QUOTE;
        } else if (parser->state == STATE_BEFORE_VALUE && c == '"') {
                parser->state = STATE_DOUBLE_QUOTE;
        } else if (c == '\\') {
                parser->state = STATE_VALUE_ESCAPE;
        } else if (parser->state == STATE_VALUE || !is_blank(c)) {
                parser->state = STATE_VALUE;
                put(parser, c);
                if (!is_blank(c))
                        parser->trimmed = parser->out;
        }
}

static void step_quoted(Parser *parser, char c) {
        char quote = parser->state == STATE_SINGLE_QUOTE ? '\'' : '"';

        if (c == quote)
                parser->state = STATE_BEFORE_VALUE;
        else if (c == '\\' && quote == '"')
                parser->state = STATE_DOUBLE_QUOTE_ESCAPE;
        else
                put(parser, c);
}

static void step_escape(Parser *parser, char c) {
        if (parser->state == STATE_VALUE_ESCAPE) {
                parser->state = STATE_VALUE;
                if (!is_line_end(c))
                        put(parser, c);
                parser->trimmed = parser->out;
                return;
        }
        parser->state = STATE_DOUBLE_QUOTE;
        if (c == '\n')
                return;
        if (!strchr("\"\\`$", c))
                put(parser, '\\');
        put(parser, c);
}

static void step(Parser *parser, char c) {
        switch (parser->state) {
        case STATE_BEFORE_NAME:
        case STATE_COMMENT:
                step_outside(parser, c);
                return;
        case STATE_NAME:
                step_name(parser, c);
                return;
        case STATE_BEFORE_VALUE:
        case STATE_VALUE:
                step_value(parser, c);
                return;
        case STATE_SINGLE_QUOTE:
        case STATE_DOUBLE_QUOTE:
                step_quoted(parser, c);
                return;
        case STATE_VALUE_ESCAPE:
        case STATE_DOUBLE_QUOTE_ESCAPE:
                step_escape(parser, c);
                return;
        }
}

bool child_environment_parse(ChildEnvironment *environment, size_t size, EnvironmentFault *reterr) {
        char *text = environment->memory + environment->used;
        Parser parser = { .environment = environment, .out = text, .line = 1 };

        for (size_t i = 0; i < size && parser.error == 0; i++) {
                char c = text[i];

                if (c == '\0')
                        parser.error = EINVAL;
                else
                        step(&parser, c);
                parser.line += c == '\n' && parser.error == 0;
        }
        if (parser.error == 0 && parser.state == STATE_NAME)
                parser.error = EINVAL;
        else if (parser.error == 0 && parser.state > STATE_NAME)
                end_assignment(&parser);
        environment->used = (size_t) (parser.out - environment->memory);
        if (parser.error == 0)
                return true;
        *reterr = (EnvironmentFault){ parser.error, parser.line };
        return false;
}

static int read_into(ChildEnvironment *environment, const char *path, size_t *ret_size) {
        char *target = environment->memory + environment->used;
        size_t room = ENVIRONMENT_FILES_SIZE_MAX - environment->used, size = 0;
        int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), error = 0;
        struct stat status;
        ssize_t n = 1;

        if (fd < 0)
                return errno;
        if (fstat(fd, &status) < 0)
                error = errno;
        else if (!S_ISREG(status.st_mode))
                error = EMEDIUMTYPE; /* told as "not a regular file" */
        /* One byte more than there is room for shows that the file is larger. */
        while (error == 0 && n != 0 && size <= room) {
                n = read(fd, target + size, room + 1 - size);
                if (n > 0)
                        size += (size_t) n;
                else if (n < 0 && errno != EINTR)
                        error = errno;
        }
        (void) close(fd);
        if (error == 0 && size > room)
                error = EFBIG;
        *ret_size = size;
        return error;
}

bool child_environment_read(ChildEnvironment *environment, const char *path, EnvironmentFault *reterr) {
        bool optional = path[0] == '-';
        size_t size = 0;
        int error;

        error = read_into(environment, path + optional, &size);
        if (error == ENOENT && optional)
                return true;
        if (error == 0)
                return child_environment_parse(environment, size, reterr);
        *reterr = (EnvironmentFault){ error, 0 };
        return false;
}
