/* SPDX-License-Identifier: GPL-2.0-or-later */

/* verify: finds every fault of files, or of the whole configuration, without a daemon. */

#include <stdio.h>

#include "schedctl/definitions.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"

typedef struct Findings {
        Diagnostics faults;
        size_t n_jobs, n_files;
} Findings;

static void take_set(Findings *findings, JobSet *set) {
        findings->n_jobs += set->n_jobs;
        diagnostics_move(&findings->faults, &set->diagnostics);
        job_set_done(set);
}

static int verify_all(Definitions *definitions, Findings *findings) {
        JobSet set = { 0 };
        int r;

        diagnostics_move(&findings->faults, &definitions->settings_faults);
        r = job_loader_scan(definitions->loader, &set);
        if (r < 0)
                return complain_errno(r, "cannot read the definitions");
        take_set(findings, &set);
        return STATUS_OK;
}

static int verify_files(Definitions *definitions, char **files, Findings *findings) {
        int status = STATUS_OK;

        STRING_LIST_FOREACH(file, files) {
                JobSet set = { 0 };
                int r = job_loader_check_file(definitions->loader, *file, &set);

                if (r < 0)
                        status = complain_errno(r, "cannot read '%s'", *file);
                else
                        take_set(findings, &set);
                findings->n_files++;
        }
        return status;
}

static json_t *fault_to_json(const Diagnostic *fault) {
        return json_pack(
                        "{s:s, s:s?, s:i, s:i, s:s}", "severity",
                        fault->severity == DIAGNOSTIC_WARNING ? "warning" : "error", "file", fault->file,
                        "line", (int) fault->line, "column", (int) fault->column, "message", fault->message);
}

static int print_json(const Context *context, const Findings *findings) {
        json_t *faults = json_array();
        CLEANUP_JSON json_t *object = NULL;

        for (size_t i = 0; i < findings->faults.n_items; i++)
                (void) json_array_append_new(faults, fault_to_json(&findings->faults.items[i]));
        object =
                        json_pack("{s:I, s:I, s:I, s:o}", "jobs", (json_int_t) findings->n_jobs, "errors",
                                  (json_int_t) findings->faults.n_errors, "warnings",
                                  (json_int_t) (findings->faults.n_items -
                                                MIN(findings->faults.n_items, findings->faults.n_errors)),
                                  "faults", faults);
        return object ? output_print_json(context, object) : complain_errno(-ENOMEM, "cannot print");
}

static int print_findings(const Context *context, const Findings *findings) {
        size_t n_errors = findings->faults.n_errors;

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML)
                return print_json(context, findings);

        definitions_print_faults(&findings->faults, NULL, NULL);
        if (context->options.quiet || context->options.output == OUTPUT_SHORT)
                return STATUS_OK;
        printf("%zu job%s checked: ", findings->n_jobs, findings->n_jobs == 1 ? "" : "s");
        if (n_errors > 0)
                printf("%zu error%s.\n", n_errors, n_errors == 1 ? "" : "s");
        else
                printf("all good%s.\n", findings->faults.n_items > 0 ? ", with warnings" : "");
        return STATUS_OK;
}

int verb_verify(Context *context, char **arguments) {
        Definitions definitions = { 0 };
        Findings findings = { 0 };
        int status;

        status = definitions_open(context, &definitions);
        if (status != STATUS_OK)
                return status;

        status = *arguments ? verify_files(&definitions, arguments, &findings)
                            : verify_all(&definitions, &findings);
        if (print_findings(context, &findings) != STATUS_OK || findings.faults.n_errors > 0)
                status = STATUS_FAILURE;

        diagnostics_done(&findings.faults);
        definitions_done(&definitions);
        return status;
}
