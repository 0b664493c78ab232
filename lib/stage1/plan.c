/* SPDX-License-Identifier: Apache-2.0 */
/* Tables say how each field is written and read; a field is one line in one of them. */

#include "plan.h"

#include <limits.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/record.h"
#include "stage1/layout.h"

/* The first record of each file: what is not of this version is not read any further. */
#define VERSION "version=3\n"

enum { APP_PLAN_PATH_MAX = sizeof(POD_APPSINFO "//" POD_APP_PLAN) + NAME_MAX };

static int app_path(const char *app, char ret[static APP_PLAN_PATH_MAX])
{
    int n = snprintf(ret, APP_PLAN_PATH_MAX, POD_APPSINFO "/%s/" POD_APP_PLAN, app);

    return n >= APP_PLAN_PATH_MAX ? -ENAMETOOLONG : 0;
}

static const char *const root_kinds[] = {
    [PLAN_ROOT_NONE] = "none",
    [PLAN_ROOT_OVERLAY] = "overlay",
    [PLAN_ROOT_COPY] = "copy",
    NULL,
};
static const char *const mount_kinds[] = {
    [PLAN_MOUNT_HOST] = "host",
    [PLAN_MOUNT_EMPTY] = "empty",
    NULL,
};
static const char *const recursive_words[] = {
    [PLAN_RECURSIVE_DEFAULT] = "default",
    [PLAN_RECURSIVE_NO] = "no",
    [PLAN_RECURSIVE_YES] = "yes",
    NULL,
};
static const char *const stdio_words[] = {
    [PLAN_STDIO_DEFAULT] = "default", [PLAN_STDIO_NULL] = "null",     [PLAN_STDIO_TTY] = "tty",
    [PLAN_STDIO_LOG] = "log",         [PLAN_STDIO_STREAM] = "stream", NULL,
};

static const RecordField mount_fields[] = {
    { "mount", RECORD_WORD, offsetof(PlanMount, kind), .words = mount_kinds },
    { "mount-source", RECORD_STRING, offsetof(PlanMount, source) },
    { "mount-target", RECORD_STRING, offsetof(PlanMount, target) },
    { "mount-read-only", RECORD_BOOL, offsetof(PlanMount, read_only) },
    { "mount-device", RECORD_BOOL, offsetof(PlanMount, device) },
    { "mount-recursive", RECORD_WORD, offsetof(PlanMount, recursive), .words = recursive_words },
    {},
};

static const RecordField socket_fields[] = {
    { "socket", RECORD_STRING, offsetof(PlanSocket, name) },
    { "socket-protocol", RECORD_STRING, offsetof(PlanSocket, protocol) },
    { "socket-port", RECORD_U64, offsetof(PlanSocket, port) },
    { "socket-count", RECORD_U64, offsetof(PlanSocket, count) },
    {},
};

static const RecordField app_fields[] = {
    { "position", RECORD_U32, offsetof(PlanApp, position) },
    { "exec", RECORD_STRINGS, offsetof(PlanApp, exec) },
    { "pre-start", RECORD_STRINGS, offsetof(PlanApp, pre_start) },
    { "post-stop", RECORD_STRINGS, offsetof(PlanApp, post_stop) },
    { "env", RECORD_STRINGS, offsetof(PlanApp, environment) },
    { "credential", RECORD_STRINGS, offsetof(PlanApp, credentials) },
    { "working-directory", RECORD_STRING, offsetof(PlanApp, working_directory) },
    { "root", RECORD_WORD, offsetof(PlanApp, root.kind), .words = root_kinds },
    { "root-layer", RECORD_STRINGS, offsetof(PlanApp, root.layers) },
    { "root-upper", RECORD_STRING, offsetof(PlanApp, root.upper) },
    { "root-work", RECORD_STRING, offsetof(PlanApp, root.work) },
    { "root-copy", RECORD_STRING, offsetof(PlanApp, root.copy) },
    { "uid", RECORD_U32, offsetof(PlanApp, uid) },
    { "gid", RECORD_U32, offsetof(PlanApp, gid) },
    { "group", RECORD_U32S, offsetof(PlanApp, groups), offsetof(PlanApp, n_groups) },
    { "capabilities", RECORD_U64, offsetof(PlanApp, capabilities) },
    { "filter", RECORD_STRING, offsetof(PlanApp, filter) },
    { "no-new-privileges", RECORD_BOOL, offsetof(PlanApp, no_new_privileges) },
    { "read-only-rootfs", RECORD_BOOL, offsetof(PlanApp, read_only_rootfs) },
    { "notify", RECORD_BOOL, offsetof(PlanApp, notify) },
    { "init", RECORD_BOOL, offsetof(PlanApp, init) },
    { "stdin", RECORD_WORD, offsetof(PlanApp, stdin_mode), .words = stdio_words },
    { "stdout", RECORD_WORD, offsetof(PlanApp, stdout_mode), .words = stdio_words },
    { "stderr", RECORD_WORD, offsetof(PlanApp, stderr_mode), .words = stdio_words },
    { "watchdog", RECORD_BOOL, offsetof(PlanApp, watchdog) },
    { "journal-native", RECORD_BOOL, offsetof(PlanApp, journal_native) },
    { "reload-signal", RECORD_INT, offsetof(PlanApp, reload_signal) },
    { "stop-signal", RECORD_INT, offsetof(PlanApp, stop_signal) },
    { "stop-timeout", RECORD_U64, offsetof(PlanApp, stop_timeout_ns) },
    { "has-oom-score-adj", RECORD_BOOL, offsetof(PlanApp, has_oom_score_adj) },
    { "oom-score-adj", RECORD_INT, offsetof(PlanApp, oom_score_adj) },
    { "memory", RECORD_U64, offsetof(PlanApp, limits.memory) },
    { "cpu", RECORD_U64, offsetof(PlanApp, limits.cpu) },
    { "cpu-shares", RECORD_U64, offsetof(PlanApp, limits.cpu_shares) },
    { "pids", RECORD_U64, offsetof(PlanApp, limits.pids) },
    { "memory-wish", RECORD_U64, offsetof(PlanApp, wishes.memory) },
    { "cpu-wish", RECORD_U64, offsetof(PlanApp, wishes.cpu) },
    { "cpu-shares-wish", RECORD_U64, offsetof(PlanApp, wishes.cpu_shares) },
    { "pids-wish", RECORD_U64, offsetof(PlanApp, wishes.pids) },
    { NULL, RECORD_OBJECTS, offsetof(PlanApp, mounts), offsetof(PlanApp, n_mounts), .fields = mount_fields,
      .size = sizeof(PlanMount) },
    { NULL, RECORD_OBJECTS, offsetof(PlanApp, sockets), offsetof(PlanApp, n_sockets), .fields = socket_fields,
      .size = sizeof(PlanSocket) },
    {},
};

static const RecordField plan_fields[] = {
    { "unit", RECORD_STRING, offsetof(Plan, unit) },
    { "writable-sources", RECORD_STRING, offsetof(Plan, writable_sources) },
    {},
};

void plan_free(Plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n_apps; i++) {
        record_done(app_fields, &plan->apps[i]);
        free(plan->apps[i].name);
    }
    free(plan->apps);
    record_done(plan_fields, plan);
    free(plan);
}

int plan_find_app(const Plan *plan, const char *name, const PlanApp **ret, Error *reterr)
{
    for (size_t i = 0; i < plan->n_apps; i++)
        if (streq(plan->apps[i].name, name)) {
            *ret = &plan->apps[i];
            return 0;
        }
    return error_set(reterr, -ENOENT, "the pod has no app \"%s\"", name);
}

/* ----- Writing ----- */

static int write_records(int dir, const char *path, const RecordField *fields, const void *object,
                         Error *reterr)
{
    _cleanup_buffer_ Buffer b = {};
    int r;

    buffer_adds(&b, VERSION);
    record_add_object(&b, fields, object);
    r = buffer_error(&b);
    if (r < 0)
        return r;
    if (b.size > PLAN_SIZE_MAX)
        return error_set(reterr, -E2BIG, "the pod is too large: its \"%s\" has more than %d bytes", path,
                         PLAN_SIZE_MAX);
    r = write_file_at(dir, path, b.data, b.size, 0600, 0);
    return r < 0 ? error_set_errno(reterr, r, "cannot write the pod's \"%s\"", path) : 0;
}

int plan_write(const Plan *plan, int pod_dir, Error *reterr)
{
    char path[APP_PLAN_PATH_MAX];
    int r = 0;

    for (size_t i = 0; r >= 0 && i < plan->n_apps; i++) {
        r = app_path(plan->apps[i].name, path);
        if (r >= 0)
            r = write_records(pod_dir, path, app_fields, &plan->apps[i], reterr);
    }
    return r < 0 ? r : write_records(pod_dir, POD_PLAN, plan_fields, plan, reterr);
}

/* ----- Reading ----- */

static int read_records(int dir, const char *path, const RecordField *fields, void *object, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    const char *where = NULL;
    size_t size;
    int r = read_file_at(dir, path, PLAN_SIZE_MAX, &text, &size);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the pod's \"%s\"", path);
    /* After a power cut a file may be there without its bytes. */
    if (size == 0)
        return error_set(reterr, -ENODATA, "the pod's \"%s\" is empty; prepare the pod again", path);
    if (!startswith(text, VERSION))
        return error_set(reterr, -EPROTONOSUPPORT,
                         "the pod was prepared by another version of rkt; prepare it again");
    r = record_read(text + strlen(VERSION), size - strlen(VERSION), fields, object, &where);
    return r < 0 ? error_set_errno(reterr, r, "the pod's \"%s\" is damaged at \"%s\"", path,
                                   where ? where : "its end")
                 : 0;
}

static int read_app(int pod_dir, const char *name, Plan *plan, Error *reterr)
{
    PlanApp *app = ARRAY_APPEND(plan->apps, plan->n_apps);
    char path[APP_PLAN_PATH_MAX];
    int r = app && (app->name = strdup(name)) ? app_path(name, path) : -ENOMEM;

    if (r >= 0)
        r = read_records(pod_dir, path, app_fields, app, reterr);
    return r == -ENOENT ? -ENODATA : r;
}

static int compare_positions(const void *a, const void *b)
{
    const PlanApp *x = a, *y = b;

    return x->position != y->position ? (x->position > y->position) - (x->position < y->position)
                                      : strcmp(x->name, y->name);
}

static int read_apps(int pod_dir, Plan *plan, Error *reterr)
{
    _cleanup_closedir_ DIR *dir = NULL;
    int r = directory_open(pod_dir, POD_APPSINFO, &dir);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the pod's \"" POD_APPSINFO "\"");
    for (const struct dirent *entry; r >= 0 && (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            r = read_app(pod_dir, entry->d_name, plan, reterr);
    if (r >= 0 && plan->n_apps == 0)
        r = error_set(reterr, -EBADMSG, "the pod's plan is damaged: it has no app");
    if (r >= 0)
        qsort(plan->apps, plan->n_apps, sizeof(PlanApp), compare_positions);
    return r;
}

int plan_read(int pod_dir, Plan **ret, Error *reterr)
{
    _cleanup_(plan_freep) Plan *plan = calloc(1, sizeof(Plan));
    int r = plan ? read_records(pod_dir, POD_PLAN, plan_fields, plan, reterr) : -ENOMEM;

    if (r >= 0)
        r = read_apps(pod_dir, plan, reterr);
    if (r >= 0)
        *ret = TAKE_PTR(plan);
    return r;
}
