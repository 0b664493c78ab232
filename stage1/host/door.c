/* SPDX-License-Identifier: Apache-2.0 */

#include "door.h"

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

int door_write_pod(const Host *host)
{
    char text[64];

    if (!host->no_capabilities && !host->no_seccomp && host->network_none)
        return 0;
    (void) snprintf(text, sizeof(text), "%s%s%s", host->no_capabilities ? NO_CAPABILITIES " " : "",
                    host->no_seccomp ? NO_SECCOMP " " : "", host->network_none ? "" : HOST_NETWORK);
    return write_file_at(AT_FDCWD, UNCONFINED_FILE, text, strlen(text), 0644, 0);
}

int door_write(const Host *host, const HostApp *app)
{
    char name[256], text[64];
    struct stat st;

    if (fstat(app->namespace_fd, &st) < 0)
        return -errno;
    (void) snprintf(name, sizeof(name), "%s" STAGE1_STATUS_STARTED, app->plan->name);
    (void) snprintf(text, sizeof(text), "%" PRIu64, (uint64_t) st.st_ino);
    return write_file_at(host->status_dir, name, text, strlen(text), 0644, 0);
}

static int read_pod(int pod_dir, Door *door)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_strv_ char **words = NULL;
    int r = read_one_line_at(pod_dir, UNCONFINED_FILE, &text);

    if (r >= 0)
        r = strv_split(text, " ", &words);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    door->no_capabilities = strv_contains(words, NO_CAPABILITIES);
    door->no_seccomp = strv_contains(words, NO_SECCOMP);
    door->host_network = strv_contains(words, HOST_NETWORK);
    return 0;
}

int door_read(int pod_dir, const char *app, Door *ret)
{
    _cleanup_free_ char *name = NULL, *text = NULL;
    Door door = {};
    int r;

    if (asprintf(&name, STAGE1_STATUS "/%s" STAGE1_STATUS_STARTED, app) < 0)
        return -ENOMEM;
    r = read_one_line_without_links(pod_dir, name, &text);
    if (r >= 0)
        r = parse_u64(text, &door.mounts);
    if (r >= 0)
        r = read_pod(pod_dir, &door);
    if (r >= 0)
        *ret = door;
    return r;
}
