/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Parameters: what a job or a template lets its values be chosen for. A declaration says the type and the
 * rules; a value is text that has been checked by it and is in its normal form ("7", "true", "2026-03-29").
 */

#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum ParameterType {
        PARAMETER_INTEGER, /* 64 bits, signed */
        PARAMETER_NUMBER,  /* a finite double */
        PARAMETER_STRING,
        PARAMETER_BOOLEAN,
        PARAMETER_CHOICE,
        PARAMETER_DATE,   /* 2026-03-29 */
        PARAMETER_SECRET, /* a string that is never shown, and kept by the runner only */
        PARAMETER_TYPE_COUNT,
} ParameterType;

DECLARE_STRING_TABLE(parameter_type, ParameterType);

#define PARAMETERS_MAX 256U
#define PARAMETER_VALUE_MAX ((size_t) 64 * 1024)

typedef struct Parameter {
        char *name; /* [a-z][a-z0-9-]{0,63}; arrives as JOBSCHED_P_NAME, '-' as '_' */
        ParameterType type;
        bool required, hidden;
        char *label, *help;      /* for people; NULL: none */
        char *fallback;          /* the default, in normal form; NULL: none */
        char *minimum, *maximum; /* integer and number, in normal form; NULL: none */
        uint64_t min_length;     /* string and secret, in characters */
        uint64_t max_length;     /* 0: PARAMETER_VALUE_MAX bytes */
        char *pattern;           /* string: regular expression for the whole value; NULL: any */
        char **choices;          /* choice */
} Parameter;

typedef struct ParameterSet {
        Parameter *items; /* in the order of declaration */
        size_t n_items;
} ParameterSet;

void parameter_done(Parameter *parameter);
void parameter_set_done(ParameterSet *set);
int parameter_set_copy(const ParameterSet *set, ParameterSet *ret);
const Parameter *parameter_set_find(const ParameterSet *set, const char *name);

/* Of a parameter: [a-z][a-z0-9-]{0,63}. */
bool parameter_name_valid(const char *name);

/* The variable that a value arrives as: "JOBSCHED_P_USER_ID". Returns 0 or -ENOMEM. */
int parameter_variable(const char *name, char **ret);

/* The NAME of "${credential:NAME}" and nothing else; its length, 0 if the text is something else. */
size_t parameter_credential(const char *text, const char **ret_name);

/* The id in "${secret:ID}", by which an export names a secret that stays where it is; NULL: it is something
 * else. Borrowed; '}' follows the id. */
const char *parameter_secret_reference(const char *text);

/* Says whether a pattern can be used: 0, -EINVAL with *ret_error (what is wrong with it), or -ENOMEM. */
int parameter_pattern_check(const char *pattern, char **ret_error);

/*
 * Checks a value and brings it into its normal form. Returns 0 with *ret_value, -EINVAL with *ret_error, a
 * sentence that names the parameter and the rule ("parameter 'user-id' expects an integer of at least 1, not
 * 'x'"; a secret's value is never in it), or -ENOMEM. What stands for a secret (a credential, or its id) is
 * right as it is; what is only shown in its place (the mask, or a reference) is never a value.
 */
int parameter_check(const Parameter *parameter, const char *text, char **ret_value, char **ret_error);

/* What a value has to be, in words: "an integer from 1 to 10". */
int parameter_describe(const Parameter *parameter, char **ret);

/* --- values ---------------------------------------------------------------------------------------- */

/* What is shown in the place of a secret. */
#define PARAMETER_MASK "***"

typedef struct ParameterValue {
        char *name;
        char *text;     /* normal form; of a secret: what the runner knows it by, or "${credential:NAME}" */
        bool is_secret; /* never shown */
} ParameterValue;

/* The effective values of one execution: of every declared parameter that has one, in the order of
 * declaration. */
typedef struct ParameterValues {
        ParameterValue *items;
        size_t n_items;
} ParameterValues;

void parameter_values_done(ParameterValues *values);

/* Where values come from, the strongest first: each a list of "name=value", may be NULL. */
typedef struct ParameterSources {
        char *const *start;         /* start -p */
        char *const *start_profile; /* start --profile */
        char *const *values;        /* of the job */
        char *const *profile;       /* of the job */
} ParameterSources;

/*
 * Puts the sources and the defaults together. An unknown name in `start` or `values` is an error; of a
 * profile only what is declared is taken, and for a secret only what stands for one (a credential, an id).
 * Returns 0, -EINVAL with *ret_error (unknown, wrong, or missing though required: all of them, a sentence
 * each), or -ENOMEM.
 */
int parameter_values_resolve(
                const ParameterSet *declared,
                const ParameterSources *sources,
                ParameterValues *ret,
                char **ret_error);

/* As a JSON object of typed values in the order of declaration, a secret as "***"; the text is for people and
 * the store. */
int parameter_values_format(const ParameterSet *declared, const ParameterValues *values, char **ret_json);
