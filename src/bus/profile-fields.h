/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What profiles and templates are told as: their values and parameters have to be put into words first. */

#include "bus/field.h"
#include "manager/profile-order.h"

typedef struct ProfileRow {
        const ProfileStatus *status;
        char *values; /* JSON object */
} ProfileRow;

typedef struct TemplateRow {
        const JobTemplate *template;
        char *parameters; /* JSON list */
        char *schema;     /* JSON Schema of the values */
} TemplateRow;

extern const FieldTable profile_fields;  /* const ProfileRow * */
extern const FieldTable template_fields; /* const TemplateRow * */

void profile_row_done(ProfileRow *row);
void template_row_done(TemplateRow *row);

/* Both return 0 or -ENOMEM. */
int profile_row_init(ProfileRow *row, const ProfileStatus *status);
int template_row_init(TemplateRow *row, const JobTemplate *template);
