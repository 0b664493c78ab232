/* SPDX-License-Identifier: Apache-2.0 */

#include "running.h"

#include "base/record.h"
#include "stage1/layout.h"

static const char *const networks[] = {
    [RUNNING_NETWORK_UNKNOWN] = "unknown",
    [RUNNING_NETWORK_HOST] = "host",
    [RUNNING_NETWORK_NONE] = "none",
    NULL,
};

static const RecordField fields[] = {
    { "network", RECORD_WORD, offsetof(Running, network), .words = networks },
    { "no-capabilities", RECORD_BOOL, offsetof(Running, no_capabilities) },
    { "no-seccomp", RECORD_BOOL, offsetof(Running, no_seccomp) },
    {},
};

int running_write(int pod_dir, const Running *running)
{
    return record_write_link(pod_dir, STAGE1_RUNNING, fields, running);
}

int running_read(int pod_dir, Running *ret)
{
    int r;

    *ret = (Running){};
    r = record_read_link(pod_dir, STAGE1_RUNNING, fields, ret);
    return r >= 0 && ret->network == RUNNING_NETWORK_UNKNOWN ? -EBADMSG : r;
}
