/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The bodies of jobs that are made from templates: what a template lays below the job's own keys. */

#include "job/job-body.h"
#include "job/template-library.h"

/* Bodies of templates that were brought into one tree, each once. */
typedef struct MadeBodies {
        struct MadeBody *items;
        size_t n_items;
        size_t n_nodes; /* that jobs have taken over, all together */
} MadeBodies;

void made_bodies_done(MadeBodies *bodies);

/* All borrowed. */
typedef struct MadeFrom {
        const TemplateLibrary *library; /* NULL: there are no templates */
        const JobSite *site;
        YamlTree *tree; /* of the job, and of what is made */
        Diagnostics *diagnostics;
} MadeFrom;

/* The node that names the template of a job: by its own keys, else by what is below them; NULL: none. */
const YamlNode *made_body_template(const YamlNode *own, const YamlNode *under);

/*
 * Lays the template that `name` names over *under. If it is unknown or faulty, that is in the diagnostics,
 * and *under stays. Returns 0 or an errno that is not the user's.
 */
int made_bodies_lay(MadeBodies *bodies, const MadeFrom *from, const YamlNode *name, const YamlNode **under);

/* The whole body of the job that a template makes by itself, when the daemon starts. As above. */
int made_bodies_of_template(
                MadeBodies *bodies,
                const MadeFrom *from,
                const LibraryTemplate *template,
                const YamlNode *under,
                const YamlNode **ret);

/*
 * For a job that has neither a schedule of its own nor predecessors, made at `made_usec`: lays the schedule
 * over it that follows from its template's `delay` and `reschedule`, if either is there, and says so in
 * *ret_is_made. As above.
 */
int made_body_schedule(
                const MadeFrom *from,
                const LibraryTemplate *template,
                usec_t made_usec,
                const YamlNode **body,
                bool *ret_is_made);
