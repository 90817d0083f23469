/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"

/* The daemon's version is a bonus: it need not run. */
static json_t *daemon_status(Context *context) {
        ClientOptions options = { .user = context->options.user, .bus = context->options.bus };
        ClientError error = { 0 };
        json_t *status = NULL;

        if (client_open(&options, &context->client, &error) >= 0)
                (void) client_get_status(context->client, &status, &error);
        client_error_done(&error);
        return status;
}

/* `arguments` is NULL for --version, which asks nobody. */
int verb_version(Context *context, char **arguments) {
        CLEANUP_JSON json_t *status = arguments ? daemon_status(context) : NULL;
        CLEANUP_JSON json_t *versions = NULL;
        const char *daemon = status ? view_text(status, "version") : NULL;

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML) {
                versions = json_pack("{s:s, s:s?}", "schedctl", PACKAGE_VERSION, "jobschedd", daemon);
                return versions ? output_print_json(context, versions)
                                : complain_errno(-ENOMEM, "cannot print");
        }

        printf("schedctl %s\n", PACKAGE_VERSION);
        if (daemon)
                printf("jobschedd %s (%s)\n", daemon, view_text(status, "mode"));
        else if (arguments)
                context_remark(context, "jobschedd is not running, or not for you.");
        return STATUS_OK;
}
