/* SPDX-License-Identifier: Apache-2.0 */

#include "door.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "interface.h"

#define NO_CAPABILITIES "no-capabilities"
#define NO_SECCOMP "no-seccomp"

int door_write(const Host *host, const HostApp *app)
{
    char name[256], text[64];
    struct stat st;

    if (fstat(app->namespace_fd, &st) < 0)
        return -errno;
    (void) snprintf(name, sizeof(name), "%s" STAGE1_STATUS_STARTED, app->plan->name);
    (void) snprintf(text, sizeof(text), "%" PRIu64 "%s%s", (uint64_t) st.st_ino,
                    host->no_capabilities ? " " NO_CAPABILITIES : "", host->no_seccomp ? " " NO_SECCOMP : "");
    return write_file_at(host->status_dir, name, text, strlen(text), 0644, 0);
}

int door_read(int pod_dir, const char *app, Door *ret)
{
    _cleanup_free_ char *name = NULL, *text = NULL;
    _cleanup_strv_ char **words = NULL;
    Door door = {};
    int r;

    if (asprintf(&name, STAGE1_STATUS "/%s" STAGE1_STATUS_STARTED, app) < 0)
        return -ENOMEM;
    r = read_one_line_at(pod_dir, name, &text);
    if (r >= 0)
        r = strv_split(text, " ", &words);
    if (r >= 0)
        r = words ? parse_u64(words[0], &door.mounts) : -EBADMSG;
    if (r < 0)
        return r;
    door.no_capabilities = strv_contains(words, NO_CAPABILITIES);
    door.no_seccomp = strv_contains(words, NO_SECCOMP);
    *ret = door;
    return 0;
}
