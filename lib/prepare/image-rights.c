/* SPDX-License-Identifier: Apache-2.0 */
/* A retain-set of an image that names a call with a test (clone, socket, …) counts as within the default: the
 * call is allowed under that test (SeccompPolicy.bounded), so that an image that lists what it needs is no
 * worse off than one that says nothing. */

#include "image-rights.h"

#include <string.h>

#include "base/string-util.h"
#include "prepare/filter-policy.h"
#include "sandbox/capability.h"

static uint64_t more_capabilities(const IsolatorList *isolators)
{
    const Isolator *retain = isolator_list_find(isolators, ISOLATOR_CAPABILITIES_RETAIN),
                   *removed = isolator_list_find(isolators, ISOLATOR_CAPABILITIES_REMOVE);
    uint64_t taken, usual;

    if (capability_mask_from_sets(retain ? retain->set.names : NULL, removed ? removed->set.names : NULL,
                                  &taken, NULL) < 0 ||
        capability_mask_from_sets(NULL, NULL, &usual, NULL) < 0)
        return 0; /* an error of its own when the set is made */
    return taken & ~usual;
}

/* Each wish begins with a semicolon, so that the error lists them. */
static void add_capabilities(Buffer *wishes, uint64_t more)
{
    const char *before = "; ";

    for (unsigned i = 0; i < 64; i++) {
        if (!(more >> i & 1) || !capability_to_name(i))
            continue;
        buffer_addf(wishes, "%s%s", before, capability_to_name(i));
        before = " ";
    }
}

static int add_system_calls(Buffer *wishes, AppImage *image, const IsolatorList *isolators, Error *reterr)
{
    SeccompPolicy policy;
    int r = filter_policy_from_isolators(isolators, &policy, reterr);

    if (r < 0)
        return r;
    policy.bounded = image->bounded_filter = true;
    r = seccomp_policy_exceeds_default(&policy, reterr);
    if (r > 0)
        buffer_addf(wishes, "; system calls that the default filter refuses");
    return r;
}

static bool has_all_rights(const PodOptions *options, const AppOptions *given)
{
    const char *of_app = app_said(given, SETTING_APP_IMAGE_RIGHTS);

    return streq_ptr(of_app ? of_app : pod_said(options, SETTING_POD_IMAGE_RIGHTS), "all");
}

int image_rights_check(AppImage *image, const PodOptions *options, const AppOptions *given,
                       InsecureOptions insecure, Error *reterr)
{
    static const AppOptions none;
    const IsolatorList *isolators = image->manifest->app ? &image->manifest->app->isolators : NULL;
    const Isolator *oom;
    _cleanup_buffer_ Buffer wishes = {};
    _cleanup_free_ char *text = NULL;
    int r = 0;

    given = given ? given : &none;
    if (!isolators || has_all_rights(options, given))
        return 0;
    if (!app_said(given, SETTING_APP_CAPS_RETAIN) && !app_said(given, SETTING_APP_CAPS_REMOVE) &&
        !(insecure & INSECURE_CAPABILITIES))
        add_capabilities(&wishes, more_capabilities(isolators));
    if (!app_said(given, SETTING_APP_SECCOMP) && !(insecure & INSECURE_SECCOMP))
        r = add_system_calls(&wishes, image, isolators, reterr);
    oom = app_said(given, SETTING_APP_OOM_SCORE_ADJUST)
                  ? NULL
                  : isolator_list_find(isolators, ISOLATOR_OOM_SCORE_ADJ);
    if (oom && oom->number < 0)
        buffer_addf(&wishes, "; an OOM score of %lld", (long long) oom->number);
    if (r >= 0)
        r = buffer_steal(&wishes, &text);
    if (r < 0 || *text == '\0')
        return r;
    return error_set(
            reterr, -EPERM,
            "the image asks for more rights than apps get by default: %s. If you trust it, grant them "
            "with --image-rights=all (ImageRights=all in a pod file); or say what its app gets with "
            "--caps-retain=, --seccomp=, --oom-score-adj=",
            text + strlen("; "));
}
