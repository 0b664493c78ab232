/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-summary.h"

#include <string.h>

#include "base/file-util.h"
#include "pod/layout.h"

static bool fits(const char *s)
{
    for (; *s; s++)
        if ((unsigned char) *s < ' ')
            return false;
    return true;
}

int pod_summary_add(Buffer *summary, const char *name, const char *image_name, const char *version,
                    const char *image_id)
{
    if (!fits(name) || !fits(image_name) || (version && !fits(version)) || !fits(image_id))
        return -EINVAL;
    buffer_addf(summary, "%s\t%s%s%s\t%s\n", name, image_name, version ? ":" : "", version ? version : "",
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

    if (!image || !id)
        return -EBADMSG;
    app->name = strdup(name);
    app->image_name = strdup(image);
    app->image_id = strdup(id);
    return app->name && app->image_name && app->image_id ? 0 : -ENOMEM;
}

int pod_summary_read(const Pod *pod, PodApp **ret, size_t *ret_n)
{
    _cleanup_free_ char *text = NULL;
    PodApp *apps;
    size_t n = 0;
    char *rest;
    int r;

    r = read_file_at(pod->fd, POD_SUMMARY, POD_MANIFEST_SIZE_MAX, &text, NULL);
    if (r < 0)
        return r;
    apps = calloc(count_lines(text) + 1, sizeof(PodApp));
    if (!apps)
        return -ENOMEM;
    rest = text;
    for (char *line; r >= 0 && (line = strsep(&rest, "\n")) && rest;)
        r = app_from_line(line, &apps[n++]);
    if (r < 0) {
        pod_apps_free(apps, n);
        return r;
    }
    *ret = apps;
    *ret_n = n;
    return 0;
}
