/* SPDX-License-Identifier: Apache-2.0 */
/* A list of a thousand pods is made with this, so a pod costs only a few system calls: files are opened
 * only if their contents are needed, and times are those of the files. */

#include "pod-status.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "stage1/layout.h"
#include "pod/pod-process.h"
#include "pod/pod-summary.h"
#include "stage1/interface.h"

static const char *const pod_app_state_table[_POD_APP_STATE_MAX] = {
    [POD_APP_UNKNOWN] = "unknown",
    [POD_APP_CREATED] = "created",
    [POD_APP_RUNNING] = "running",
    [POD_APP_EXITED] = "exited",
};
DECLARE_STRING_TABLE(pod_app_state, PodAppState);
DEFINE_STRING_TABLE(pod_app_state, PodAppState)

void pod_apps_free(PodApp *apps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(apps[i].name);
        free(apps[i].image_name);
        free(apps[i].image_id);
        free(apps[i].refused);
    }
    free(apps);
}

/* A manifest that we did not write may contain anything, and people read the output. */
static char *copy_sanitized(const char *text)
{
    char *copy = strdup(text);

    if (copy)
        string_sanitize(copy, "");
    return copy;
}

int pod_status_add_app(PodStatus *status, const char *name, const char *image_name, const char *version,
                       const char *image_id)
{
    _cleanup_free_ char *image = string_concat(image_name, version ? ":" : "", version ? version : "");
    PodApp *app = image ? ARRAY_APPEND(status->apps, status->n_apps) : NULL;

    if (!app)
        return -ENOMEM;
    app->name = copy_sanitized(name);
    app->image_name = copy_sanitized(image);
    app->image_id = copy_sanitized(image_id);
    return app->name && app->image_name && app->image_id ? 0 : -ENOMEM;
}

void pod_status_free(PodStatus *status)
{
    if (!status)
        return;
    pod_apps_free(status->apps, status->n_apps);
    json_decref(status->manifest);
    json_decref(status->networks);
    free(status);
}

/* When the file was last written, or 0. */
static int64_t file_time(int dir, const char *path)
{
    struct stat st;

    if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return timespec_ns(&st.st_mtim);
}

static int read_json(int dir, const char *path, json_t **ret, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    json_error_t error;
    size_t size;
    json_t *json;
    int r;

    r = read_file_at(dir, path, POD_MANIFEST_SIZE_MAX, &text, &size);
    if (r < 0)
        return r == -ENOENT ? r : error_set_errno(reterr, r, "cannot read \"%s\"", path);
    json = json_loadb(text, size, 0, &error);
    if (!json)
        return error_set(reterr, -EBADMSG, "%s:%d: %s", path, error.line, error.text);
    *ret = json;
    return 0;
}

/* The value of a name in a list of {name, value} of a manifest. */
static const char *named_value(const json_t *list, const char *name)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(list, i,
                       entry) if (streq_ptr(json_string_value(json_object_get(entry, "name")),
                                            name)) return json_string_value(json_object_get(entry, "value"));
    return NULL;
}

static int add_app_from_json(PodStatus *status, const json_t *json)
{
    const json_t *image = json_object_get(json, "image");
    const char *name = json_string_value(json_object_get(json, "name"));
    const char *image_name = json_string_value(json_object_get(image, "name"));
    const char *version = named_value(json_object_get(image, "labels"), "version");
    const char *id = json_string_value(json_object_get(image, "id"));

    return pod_status_add_app(status, name ? name : "", image_name ? image_name : "", version, id ? id : "");
}

static int status_add_apps(PodStatus *status)
{
    const json_t *apps = json_object_get(status->manifest, "apps"), *json;
    size_t i;
    int r = 0;

    json_array_foreach(apps, i, json)
    {
        if (r >= 0)
            r = add_app_from_json(status, json);
    }
    return r;
}

/* The time of the file status/APPsuffix, or 0. */
static int64_t app_file_time(int status_dir, const char *app, const char *suffix)
{
    char name[NAME_MAX + 1];

    if (snprintf(name, sizeof(name), "%s%s", app, suffix) >= (int) sizeof(name))
        return 0;
    return file_time(status_dir, name);
}

/* A process that could write to the pod's statuses could have put any file there. */
static void app_read_refused(int status_dir, PodApp *app)
{
    char name[NAME_MAX + 1];

    if (snprintf(name, sizeof(name), "%s" STAGE1_STATUS_REFUSED, app->name) < (int) sizeof(name) &&
        read_one_line_without_links(status_dir, name, &app->refused) >= 0)
        string_sanitize(app->refused, "");
}

/* What stage1 keeps of an app beneath status/: APP has its exit code once it has ended; two more files have
 * its times. */
static void app_read_state(const Pod *pod, int status_dir, PodApp *app)
{
    _cleanup_free_ char *code = NULL;
    int64_t value;
    bool foreign;

    if (status_dir < 0 || strchr(app->name, '/'))
        return;
    app->created_ns = app_file_time(status_dir, app->name, STAGE1_STATUS_CREATED);
    foreign = app->created_ns == 0;
    if (foreign)
        app->created_ns = app_file_time(status_dir, app->name, "-created");
    app->started_ns = app_file_time(status_dir, app->name, foreign ? "-started" : STAGE1_STATUS_STARTED);
    app_read_refused(status_dir, app);
    if (read_one_line_without_links(status_dir, app->name, &code) >= 0 && parse_i64(code, &value) >= 0) {
        app->finished_ns = file_time(status_dir, app->name);
        app->exit_code = (int) value;
        app->has_exit_code = true;
    }
    if (app->has_exit_code || pod->state >= POD_STATE_EXITED)
        app->state = POD_APP_EXITED;
    else if (pod->state == POD_STATE_RUNNING)
        app->state = app->started_ns > 0 ? POD_APP_RUNNING : POD_APP_CREATED;
}

/* The original's stage1 had an overlay of its own, of which only the upper layer is left after the pod has
 * ended. */
static int open_app_states(const Pod *pod)
{
    int dir = openat(pod->fd, STAGE1_STATUS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    _cleanup_free_ char *tree = NULL, *path = NULL;

    if (dir >= 0 || read_one_line_at(pod->fd, POD_STAGE1_TREE_ID, &tree) < 0)
        return dir;
    path = string_concat(POD_OVERLAY "/", tree, "/upper", &STAGE1_STATUS[strlen(STAGE1_ROOTFS)]);
    return path ? open_beneath(pod->fd, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
}

static void status_read_apps(const Pod *pod, PodStatus *status)
{
    _cleanup_close_ int dir = open_app_states(pod);

    for (size_t i = 0; i < status->n_apps; i++) {
        app_read_state(pod, dir, &status->apps[i]);
        if (status->apps[i].created_ns == 0)
            status->apps[i].created_ns = status->created_ns;
    }
}

/* The number of a process that has ended is only of historical interest. */
static void status_read_pid(const Pod *pod, PodStatus *status)
{
    if (pod->state == POD_STATE_RUNNING)
        (void) safe_close(pod_process_open(pod, &status->pid));
    else if (pod->directory >= POD_DIRECTORY_RUN && pod_read_pid(pod, &status->pid) < 0)
        status->pid = 0;
}

int pod_status_read(const Pod *pod, PodStatusFlags flags, PodStatus **ret)
{
    _cleanup_(pod_status_freep) PodStatus *status = calloc(1, sizeof(PodStatus));
    int r;

    if (!status)
        return -ENOMEM;
    r = (flags & POD_STATUS_MANIFEST) ? -ENOENT : pod_summary_read(pod, status);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        status->may_have_networks = status->has_details = true;
        status->created_ns = file_time(pod->fd, POD_CREATED);
        if (status->created_ns == 0)
            status->created_ns = file_time(pod->fd, POD_MANIFEST);
    }
    if (r < 0 || ((flags & POD_STATUS_DETAILS) && status->has_details)) {
        int q = read_json(pod->fd, POD_MANIFEST, &status->manifest, NULL);

        if (q < 0 && q != -ENOENT)
            log_debug("pod %s: its manifest cannot be read", pod->uuid);
    }
    if (r < 0) {
        r = status_add_apps(status);
        if (r < 0)
            return r;
    }
    if (pod->directory >= POD_DIRECTORY_RUN) {
        status->started_ns = file_time(pod->fd, STAGE1_PID);
        if (status->started_ns == 0)
            status->started_ns = file_time(pod->fd, POD_PPID);
        if (status->may_have_networks)
            (void) read_json(pod->fd, POD_NET_INFO, &status->networks, NULL);
    }
    if (flags & POD_STATUS_APPS) {
        status_read_apps(pod, status);
        status_read_pid(pod, status);
    }
    *ret = TAKE_PTR(status);
    return 0;
}

static int entrypoints_from_json(const json_t *manifest, Stage1Entrypoints *ret)
{
    const json_t *annotations = json_object_get(manifest, "annotations");

    if (stage1_version_parse(named_value(annotations, STAGE1_ANNOTATION_INTERFACE_VERSION), &ret->version) <
        0)
        ret->version = 1;
    for (Stage1Entrypoint e = 0; e < _STAGE1_ENTRYPOINT_MAX; e++) {
        const char *value = named_value(annotations, stage1_entrypoint_annotation(e));

        ret->paths[e] = value ? strdup(value) : NULL;
        if (value && !ret->paths[e])
            return -ENOMEM;
    }
    return 0;
}

static int read_entrypoints(const Pod *pod, Stage1Entrypoints *ret, Error *reterr)
{
    json_t *manifest = NULL;
    int r = stage1_entrypoints_read(pod, ret);

    if (r >= 0)
        return r;
    r = read_json(pod->fd, POD_STAGE1_MANIFEST, &manifest, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "cannot read the manifest of the stage1 of pod \"%s\"", pod->uuid);
    r = entrypoints_from_json(manifest, ret);
    json_decref(manifest);
    return r;
}

int pod_stage1_entrypoint(const Pod *pod, Stage1Entrypoint entrypoint, char **ret, unsigned *ret_version,
                          Error *reterr)
{
    _cleanup_(stage1_entrypoints_done) Stage1Entrypoints entrypoints = {};
    int r = read_entrypoints(pod, &entrypoints, reterr);

    if (r < 0)
        return r;
    *ret_version = entrypoints.version;
    return stage1_entrypoint_path(&entrypoints, entrypoint, ret, reterr);
}
