/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/filter.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"

void job_selection_done(JobSelection *selection) {
        if (!selection)
                return;
        (void) string_list_free(selection->kinds);
        (void) string_list_free(selection->templates);
        (void) string_list_free(selection->profiles);
        (void) string_list_free(selection->tags);
        free(selection->owners);
        *selection = (JobSelection){ 0 };
}

/* No list stays none: an empty one would match nothing. */
static int copy_list(char *const *list, char ***ret) {
        return list ? string_list_copy(list, ret) : 0;
}

int job_selection_copy(const JobSelection *selection, JobSelection *ret) {
        CLEANUP(job_selection_done) JobSelection copy = { 0 };
        int r = 0;

        assert(selection);
        assert(ret);

        if (copy_list(selection->kinds, &copy.kinds) < 0 ||
            copy_list(selection->templates, &copy.templates) < 0 ||
            copy_list(selection->profiles, &copy.profiles) < 0 || copy_list(selection->tags, &copy.tags) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < selection->n_owners && r >= 0; i++)
                r = job_selection_add_owner(&copy, selection->owners[i]);
        if (r < 0)
                return r;

        *ret = copy;
        copy = (JobSelection){ 0 };
        return 0;
}

int job_selection_add_owner(JobSelection *selection, uid_t uid) {
        uid_t *owners = reallocarray(selection->owners, selection->n_owners + 1, sizeof(*owners));

        if (!owners)
                return -ENOMEM;
        selection->owners = owners;
        selection->owners[selection->n_owners++] = uid;
        return 0;
}

static bool matches_text(char *const *globs, const char *text) {
        return !globs || (text && string_list_matches(globs, text));
}

static bool matches_list(char *const *globs, char *const *texts) {
        if (!globs)
                return true;
        STRING_LIST_FOREACH(text, texts)
                if (matches_text(globs, *text))
                        return true;
        return false;
}

static bool matches_owner(const JobSelection *selection, uid_t uid) {
        for (size_t i = 0; i < selection->n_owners; i++)
                if (selection->owners[i] == uid)
                        return true;
        return selection->n_owners == 0;
}

bool job_selection_matches(const JobSelection *selection, const JobTraits *traits) {
        assert(traits);

        return !selection ||
                        (matches_text(selection->kinds, traits->kind) &&
                         matches_text(selection->templates, traits->template) &&
                         matches_text(selection->profiles, traits->profile) &&
                         matches_list(selection->tags, traits->tags) &&
                         matches_owner(selection, traits->owner_uid));
}
