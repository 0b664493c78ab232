/* SPDX-License-Identifier: Apache-2.0 */

#include "entry-record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "stage1/layout.h"

#define UNCONFINED_FILE "unconfined"
#define NO_CAPABILITIES "no-capabilities"
#define NO_SECCOMP "no-seccomp"
#define HOST_NETWORK "host-network"

int entry_record_write_pod(const PodSettings *pod)
{
    char text[64];

    if (!pod->no_capabilities && !pod->no_seccomp && pod->network_none)
        return 0;
    (void) snprintf(text, sizeof(text), "%s%s%s", pod->no_capabilities ? NO_CAPABILITIES " " : "",
                    pod->no_seccomp ? NO_SECCOMP " " : "", pod->network_none ? "" : HOST_NETWORK);
    return write_file_at(AT_FDCWD, UNCONFINED_FILE, text, strlen(text), 0644, 0);
}

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

static int read_pod(int pod_dir, EntryRecord *record)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_strv_ char **words = NULL;
    int r = read_one_line_at(pod_dir, UNCONFINED_FILE, &text);

    if (r >= 0)
        r = strv_split(text, " ", &words);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    record->no_capabilities = strv_contains(words, NO_CAPABILITIES);
    record->no_seccomp = strv_contains(words, NO_SECCOMP);
    record->host_network = strv_contains(words, HOST_NETWORK);
    return 0;
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
    if (r >= 0)
        r = read_pod(pod_dir, &record);
    if (r >= 0)
        *ret = record;
    return r;
}
