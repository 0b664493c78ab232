/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-summary.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time-util.h"
#include "stage1/layout.h"

static bool fits(const char *s)
{
    for (; *s; s++)
        if ((unsigned char) *s < ' ')
            return false;
    return true;
}

int pod_summary_add(Buffer *apps, const char *name, const char *image_name, const char *version,
                    const char *image_id)
{
    if (!fits(name) || !fits(image_name) || (version && !fits(version)) || !fits(image_id))
        return -EINVAL;
    buffer_addf(apps, "%s\t%s%s%s\t%s\n", name, image_name, version ? ":" : "", version ? version : "",
                image_id);
    return 0;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    while ((text = strchr(text, '\n'))) {
        n++;
        text++;
    }
    return n;
}

static int app_from_line(char *line, PodApp *app)
{
    const char *name = strsep(&line, "\t"), *image = strsep(&line, "\t"), *id = line;

    return image && id ? pod_app_set(app, name, image, NULL, id) : -EBADMSG;
}

int pod_summary_write(const Pod *pod, const Buffer *apps, PodSummaryMore more, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    struct stat st;

    if (fstatat(pod->fd, POD_CREATED, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return error_set_errno(reterr, -errno, "cannot tell when pod \"%s\" was created", pod->uuid);
    if (asprintf(&text, "%" PRIi64 "\t%d\n%s", timespec_ns(&st.st_mtim), (int) more,
                 apps->data ? apps->data : "") < 0)
        return -ENOMEM;
    /* How long a target may be is the file system's to say. */
    return symlinkat(text, pod->fd, POD_SUMMARY) < 0 && errno != ENAMETOOLONG
                   ? error_set_errno(reterr, -errno, "cannot create \"" POD_SUMMARY "\"")
                   : 0;
}

int pod_summary_read(const Pod *pod, PodStatus *status, PodSummaryMore *ret_more)
{
    char text[PATH_MAX], *rest = text, *line;
    ssize_t size = readlinkat(pod->fd, POD_SUMMARY, text, sizeof(text) - 1);
    int64_t created_ns, more;
    PodApp *apps;
    size_t n = 0;
    int r = 0;

    if (size < 0)
        return errno == EINVAL ? -ENOENT : -errno;
    text[size] = '\0';
    line = strsep(&rest, "\n");
    if (parse_i64(strsep(&line, "\t"), &created_ns) < 0 || !line || parse_i64(line, &more) < 0 || !rest)
        return -EBADMSG;
    apps = calloc(count_lines(rest) + 1, sizeof(PodApp));
    if (!apps)
        return -ENOMEM;
    while (r >= 0 && (line = strsep(&rest, "\n")) && rest)
        r = app_from_line(line, &apps[n++]);
    if (r < 0) {
        pod_apps_free(apps, n);
        return r;
    }
    status->created_ns = created_ns;
    status->apps = apps;
    status->n_apps = n;
    *ret_more = (PodSummaryMore) more;
    return 0;
}
