/* SPDX-License-Identifier: Apache-2.0 */

#include "choose-app.h"

#include "base/log.h"
#include "base/string-util.h"

static int choose_only_app(const PodStatus *status, const char *verb, const char **ret, Error *reterr)
{
    if (status->n_apps == 1) {
        *ret = status->apps[0].name;
        return 0;
    }
    if (status->n_apps == 0)
        return error_set(reterr, -ENOENT, "the pod has no app");
    log_info("pod contains multiple apps:");
    for (size_t i = 0; i < status->n_apps; i++)
        (void) fprintf(stderr, "\t%s\n", status->apps[i].name);
    (void) error_set(reterr, -EINVAL, "specify app using \"rkt %s --app= ...\"", verb);
    return error_prefix(reterr, -EINVAL, "unable to determine app name");
}

int app_choose(const PodStatus *status, const char *verb, const char *named, const char **ret, Error *reterr)
{
    if (!named)
        return choose_only_app(status, verb, ret, reterr);
    for (size_t i = 0; i < status->n_apps; i++)
        if (streq(status->apps[i].name, named)) {
            *ret = status->apps[i].name;
            return 0;
        }
    return error_set(reterr, -ENOENT, "the pod has no app \"%s\"", named);
}
