/* SPDX-License-Identifier: Apache-2.0 */

#include "each-pod.h"

#include "base/string-util.h"

static EachPodResult act_or_say(const EachPod *each, int root, const char *uuid, const char *uuid_file)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    int r = pod_open_argument(root, uuid, uuid_file, &pod, &error);

    if (r >= 0)
        r = each->act(pod, &error);
    if (r >= 0)
        return EACH_POD_DONE;
    error_print(&error, r, each->verb, each->debug);
    return pod ? EACH_POD_FAILED : EACH_POD_NOT_FOUND;
}

EachPodResult each_pod(const EachPod *each, int root, char *const *uuids, const char *uuid_file)
{
    EachPodResult worst = EACH_POD_DONE;

    if (!uuids)
        return act_or_say(each, root, NULL, uuid_file);
    STRV_FOREACH (uuid, uuids) {
        EachPodResult result = act_or_say(each, root, *uuid, uuid_file);

        if (result > worst)
            worst = result;
    }
    return worst;
}
