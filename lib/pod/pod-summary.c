/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-summary.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/record.h"
#include "base/time-util.h"
#include "stage1/layout.h"

static const RecordField app_fields[] = {
    { "app", RECORD_STRING, offsetof(PodApp, name) },
    { "image", RECORD_STRING, offsetof(PodApp, image_name) },
    { "id", RECORD_STRING, offsetof(PodApp, image_id) },
    {},
};

static const RecordField fields[] = {
    { "created", RECORD_I64, offsetof(PodStatus, created_ns) },
    { "networks", RECORD_BOOL, offsetof(PodStatus, may_have_networks) },
    { "details", RECORD_BOOL, offsetof(PodStatus, has_details) },
    { NULL, RECORD_OBJECTS, offsetof(PodStatus, apps), offsetof(PodStatus, n_apps), .fields = app_fields,
      .size = sizeof(PodApp) },
    {},
};

int pod_summary_write(const Pod *pod, const PodStatus *status, Error *reterr)
{
    PodStatus summary = *status;
    struct stat st;
    int r;

    if (fstatat(pod->fd, POD_CREATED, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return error_set_errno(reterr, -errno, "cannot tell when pod \"%s\" was created", pod->uuid);
    summary.created_ns = timespec_ns(&st.st_mtim);
    r = record_write_link(pod->fd, POD_SUMMARY, fields, &summary);
    /* The file system limits the length of a target. */
    return r < 0 && r != -ENAMETOOLONG ? error_set_errno(reterr, r, "cannot create \"" POD_SUMMARY "\"") : 0;
}

static bool is_whole(const PodStatus *status)
{
    for (size_t i = 0; i < status->n_apps; i++)
        if (!status->apps[i].image_name || !status->apps[i].image_id)
            return false;
    return status->created_ns > 0;
}

int pod_summary_read(const Pod *pod, PodStatus *status)
{
    int r = record_read_link(pod->fd, POD_SUMMARY, fields, status);

    if (r >= 0 && !is_whole(status))
        r = -EBADMSG;
    if (r < 0)
        record_done(fields, status);
    return r;
}
