/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The properties that `unit:` of a job may set on its transient unit, with their types: those of
 * systemd.exec, systemd.resource-control, systemd.kill, systemd.service and systemd.unit (252). The daemon
 * checks names and types when a job is loaded; the runner turns the same texts into D-Bus values. What else
 * is wrong with a value systemd says itself.
 */

#include "util/types.h"

#define UNIT_CPUS_MAX 8192U /* CPUs and memory nodes that a mask can name */

typedef enum UnitPropertyKind {
        UNIT_BOOLEAN,       /* b */
        UNIT_INTEGER,       /* i */
        UNIT_SIGNAL,        /* i */
        UNIT_MODE,          /* u: octal */
        UNIT_BYTES,         /* t: a size, infinity, or a percentage (then SCALE: u, of UINT32_MAX) */
        UNIT_TASKS,         /* t: a number, infinity, or a percentage, likewise */
        UNIT_WEIGHT,        /* t: 1…10000 */
        UNIT_QUOTA,         /* t: CPU time in µs for each second, from a percentage of one CPU */
        UNIT_DURATION,      /* t: µs, or infinity */
        UNIT_LIMIT_NUMBER,  /* t, and the same with NAMESoft: "VALUE" or "SOFT:HARD" */
        UNIT_LIMIT_BYTES,   /* likewise, sizes */
        UNIT_LIMIT_SECONDS, /* likewise, durations in seconds */
        UNIT_LIMIT_USEC,    /* likewise, durations in µs */
        UNIT_TEXT,          /* s */
        UNIT_LABEL,         /* (bs): a '-' in front says true */
        UNIT_CHOICE,        /* s: one of `choices` */
        UNIT_INDEX,         /* i: the index of one of `choices` */
        UNIT_LIST,          /* as: blank-separated words */
        UNIT_PATHS,         /* as: likewise, absolute paths that may have '-' and '+' in front */
        UNIT_FILTER,        /* (bas): words; false if there was a '~' in front of the first one */
        UNIT_CAPABILITIES,  /* t: bit mask; inverted by a '~' */
        UNIT_NAMESPACES,    /* t: mask of CLONE_NEW…, or a boolean; inverted by a '~' */
        UNIT_CPUS,          /* ay: bit mask */
        UNIT_ENVIRONMENT,   /* as: NAME=VALUE words, which may be quoted */
        UNIT_FILES,         /* a(sb): a path, and whether it may be missing */
        UNIT_BIND,          /* a(ssbt): SOURCE[:DESTINATION[:rbind|norbind]] words */
        UNIT_TMPFS,         /* a(ss): PATH[:OPTIONS] words */
        UNIT_PAIR,          /* a(ss): "FIRST SECOND" or "FIRST:SECOND" */
        UNIT_DEVICE_WEIGHT, /* a(st): "PATH NUMBER" */
        UNIT_DEVICE_BYTES,  /* a(st): "PATH SIZE" */
        UNIT_PROPERTY_KIND_COUNT,
} UnitPropertyKind;

typedef struct UnitPropertyType {
        const char *name; /* as in a unit file */
        UnitPropertyKind kind;
        const char *bus_name;       /* NULL: the same */
        const char *const *choices; /* of UNIT_CHOICE and UNIT_INDEX, NULL-terminated; "" is no choice */
} UnitPropertyType;

/* NULL: there is no such property, or it may not be set. */
const UnitPropertyType *unit_property_find(const char *name);

/* Why a property may not be set ("jobsched starts the command itself"); NULL: it may, or is unknown. */
const char *unit_property_refusal(const char *name);

/* The property that a misspelt name may have meant; NULL: none is near. */
const char *unit_property_nearest(const char *name);

/* The D-Bus type of a value that is not a percentage. */
const char *unit_property_signature(UnitPropertyKind kind);

/* What to say of a text that is not one: "a size such as 512M, a percentage, or infinity". Returns 0 or
 * -ENOMEM. */
int unit_property_expectation(const UnitPropertyType *type, char **ret);

/* True if several values may be given, which add up. */
bool unit_property_is_list(UnitPropertyKind kind);
