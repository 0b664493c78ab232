/* SPDX-License-Identifier: Apache-2.0 */

#include "each-pod.h"

#include "base/string-util.h"

static bool act_or_say(const EachPod *each, int root, const char *uuid, const char *uuid_file)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    int r = pod_open_argument(root, uuid, uuid_file, &pod, &error);

    if (r >= 0)
        r = each->act(pod, &error);
    if (r < 0)
        error_print(&error, r, each->verb, each->debug);
    return r >= 0;
}

bool each_pod(const EachPod *each, int root, char *const *uuids, const char *uuid_file)
{
    bool done = true;

    if (!uuids)
        return act_or_say(each, root, NULL, uuid_file);
    STRV_FOREACH (uuid, uuids)
        done = act_or_say(each, root, *uuid, uuid_file) && done;
    return done;
}
