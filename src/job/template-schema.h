/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/job-template.h"

/*
 * The parameters of a template as a JSON Schema (draft 2020-12) of the object of its values, for whoever
 * makes a form of them: `label` is "title", `help` is "description", `hidden` is "x-hidden", and the
 * properties are in the order of declaration. Returns 0 or -ENOMEM.
 */
int template_schema_format(const JobTemplate *template, char **ret_json);
