/* SPDX-License-Identifier: Apache-2.0 */

#include "entry-record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "stage1/layout.h"

int entry_record_write_app(int status_dir, const char *app, int namespace_fd)
{
    char name[256], text[64];
    struct stat st;

    if (fstat(namespace_fd, &st) < 0)
        return -errno;
    (void) snprintf(name, sizeof(name), "%s" STAGE1_STATUS_STARTED, app);
    (void) snprintf(text, sizeof(text), "%" PRIu64, (uint64_t) st.st_ino);
    return write_file_at(status_dir, name, text, strlen(text), 0644, 0);
}

int entry_record_read(int pod_dir, const char *app, EntryRecord *ret)
{
    _cleanup_free_ char *name = NULL, *text = NULL;
    EntryRecord record = {};
    int r;

    if (asprintf(&name, STAGE1_STATUS "/%s" STAGE1_STATUS_STARTED, app) < 0)
        return -ENOMEM;
    r = read_one_line_without_links(pod_dir, name, &text);
    if (r >= 0)
        r = parse_u64(text, &record.mounts);
    if (r >= 0) {
        r = running_read(pod_dir, &record.running);
        r = r == -ENOENT ? -EBADMSG : r;
    }
    if (r >= 0)
        *ret = record;
    return r;
}
