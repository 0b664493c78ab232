/* SPDX-License-Identifier: Apache-2.0 */

#include "app-values.h"

#include "appc/app.h"
#include "appc/directory.h"
#include "appc/types.h"
#include "base/signal-name.h"
#include "base/string-util.h"
#include "prepare/filter-policy.h"
#include "sandbox/capability.h"

static int check_capabilities(const IsolatorList *list, Error *reterr)
{
    const Isolator *retain = isolator_list_find(list, ISOLATOR_CAPABILITIES_RETAIN),
                   *removed = isolator_list_find(list, ISOLATOR_CAPABILITIES_REMOVE);
    uint64_t mask;

    return capability_mask_from_sets(retain ? retain->set.names : NULL, removed ? removed->set.names : NULL,
                                     &mask, reterr);
}

static int check_isolator(IsolatorKind kind, const char *value, Error *reterr)
{
    _cleanup_isolators_ IsolatorList list = {};
    int r = isolator_list_set(&list, kind, value, reterr);

    return r < 0 ? r : check_capabilities(&list, reterr);
}

static int check_filter(const char *value, Error *reterr)
{
    _cleanup_isolators_ IsolatorList list = {};
    SeccompPolicy policy;
    int r = isolator_list_set_seccomp(&list, value, reterr);

    if (r >= 0)
        r = filter_policy_from_isolators(&list, &policy, reterr);
    return r < 0 ? r : seccomp_policy_check(&policy, reterr);
}

static int check_groups(const char *value, Error *reterr)
{
    _cleanup_(app_freep) App *app = app_new();

    return app ? app_set_supplementary_gids(app, value, reterr) : -ENOMEM;
}

static int check_name(const char *value, Error *reterr)
{
    return ac_name_is_valid(value) ? 0 : error_set(reterr, -EINVAL, "not a valid app name");
}

static int check_mode(const char *value, Error *reterr)
{
    mode_t mode;

    return directory_mode_parse(value, &mode, reterr);
}

static int check_signal(const char *value, Error *reterr)
{
    return signal_from_name(value) >= 0 ? 0 : error_set(reterr, -EINVAL, "\"%s\" is no signal", value);
}

int app_value_check(const char *flag, const char *value, Error *reterr)
{
    static const struct {
        const char *flag;
        int (*check)(const char *value, Error *reterr);
        IsolatorKind kind; /* without a check of its own */
    } checks[] = {
        { "caps-remove", NULL, ISOLATOR_CAPABILITIES_REMOVE },
        { "cap-remove", NULL, ISOLATOR_CAPABILITIES_REMOVE },
        { "caps-retain", NULL, ISOLATOR_CAPABILITIES_RETAIN },
        { "cap-retain", NULL, ISOLATOR_CAPABILITIES_RETAIN },
        { "cache-directory-mode", check_mode, 0 },
        { "configuration-directory-mode", check_mode, 0 },
        { "cpu", NULL, ISOLATOR_CPU },
        { "cpu-shares", NULL, ISOLATOR_CPU_SHARES },
        { "logs-directory-mode", check_mode, 0 },
        { "memory", NULL, ISOLATOR_MEMORY },
        { "name", check_name, 0 },
        { "oom-score-adj", NULL, ISOLATOR_OOM_SCORE_ADJ },
        { "oom-score-adjust", NULL, ISOLATOR_OOM_SCORE_ADJ },
        { "reload-signal", check_signal, 0 },
        { "seccomp", check_filter, 0 },
        { "state-directory-mode", check_mode, 0 },
        { "stop-signal", check_signal, 0 },
        { "supplementary-gids", check_groups, 0 },
    };

    for (size_t i = 0; i < ELEMENTSOF(checks); i++) {
        int r;

        if (!streq(checks[i].flag, flag))
            continue;
        r = checks[i].check ? checks[i].check(value, reterr) : check_isolator(checks[i].kind, value, reterr);
        return r < 0 ? error_prefix(reterr, r, "--%s=%s", flag, value) : 0;
    }
    return 0;
}
