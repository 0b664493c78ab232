/* SPDX-License-Identifier: Apache-2.0 */

#include "image-rights.h"

#include "base/log.h"
#include "base/string-util.h"
#include "sandbox/capability.h"

static uint64_t more_capabilities(const IsolatorList *isolators)
{
    const Isolator *retain = isolator_list_find(isolators, ISOLATOR_CAPABILITIES_RETAIN),
                   *removed = isolator_list_find(isolators, ISOLATOR_CAPABILITIES_REMOVE);
    uint64_t taken, usual;

    if (capability_mask_from_sets(retain ? retain->set.names : NULL, removed ? removed->set.names : NULL,
                                  &taken, NULL) < 0 ||
        capability_mask_from_sets(NULL, NULL, &usual, NULL) < 0)
        return 0; /* said when the set is made */
    return taken & ~usual;
}

static void tell_capabilities(const AppOptions *options, uint64_t more)
{
    _cleanup_buffer_ Buffer names = {};
    _cleanup_free_ char *text = NULL;

    for (unsigned i = 0; i < 64; i++)
        if (more >> i & 1 && capability_to_name(i))
            buffer_addf(&names, " %s", capability_to_name(i));
    if (buffer_steal(&names, &text) >= 0)
        log_warning("image \"%s\" gives its app more than apps have:%s; --caps-retain= says what it gets",
                    options->image, text);
}

/* A set of calls to remove leaves all others, "@appc.io/empty" is
 * the default. */
static bool has_wide_filter(const IsolatorList *isolators)
{
    const Isolator *retain = isolator_list_find(isolators, ISOLATOR_SECCOMP_RETAIN),
                   *removed = isolator_list_find(isolators, ISOLATOR_SECCOMP_REMOVE);

    return (retain && strv_contains(retain->set.names, "@appc.io/all")) ||
           (removed && !strv_contains(removed->set.names, "@appc.io/empty"));
}

void image_rights_tell(const App *app, const AppOptions *options)
{
    const Isolator *oom = isolator_list_find(&app->isolators, ISOLATOR_OOM_SCORE_ADJ);
    uint64_t more = options->caps_retain || options->caps_remove ? 0 : more_capabilities(&app->isolators);

    if (more != 0)
        tell_capabilities(options, more);
    if (!options->seccomp && has_wide_filter(&app->isolators))
        log_warning(
                "image \"%s\" gives its app more system calls than apps have; --seccomp= says what it gets",
                options->image);
    if (!options->oom_score_adj && oom && oom->number < 0)
        log_warning(
                "image \"%s\" has others killed before its app when memory runs out; --oom-score-adj= says "
                "how it is",
                options->image);
}
