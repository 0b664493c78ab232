/* SPDX-License-Identifier: Apache-2.0 */
/* One table says how each record of an app is written and read; a field is one line in it. */

#include "plan.h"

#include <stddef.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/string-util.h"

typedef enum FieldKind {
    FIELD_STRING,
    FIELD_STRINGS,
    FIELD_BOOL,
    FIELD_INT,
    FIELD_ID,
    FIELD_U64,
    FIELD_STDIO
} FieldKind;

static const struct Field {
    const char *key;
    FieldKind kind;
    size_t offset;
} app_fields[] = {
    { "exec", FIELD_STRINGS, offsetof(PlanApp, exec) },
    { "pre-start", FIELD_STRINGS, offsetof(PlanApp, pre_start) },
    { "post-stop", FIELD_STRINGS, offsetof(PlanApp, post_stop) },
    { "env", FIELD_STRINGS, offsetof(PlanApp, environment) },
    { "credential", FIELD_STRINGS, offsetof(PlanApp, credentials) },
    { "working-directory", FIELD_STRING, offsetof(PlanApp, working_directory) },
    { "tree", FIELD_STRING, offsetof(PlanApp, tree) },
    { "uid", FIELD_ID, offsetof(PlanApp, uid) },
    { "gid", FIELD_ID, offsetof(PlanApp, gid) },
    { "capabilities", FIELD_U64, offsetof(PlanApp, capabilities) },
    { "filter", FIELD_STRING, offsetof(PlanApp, filter) },
    { "no-new-privileges", FIELD_BOOL, offsetof(PlanApp, no_new_privileges) },
    { "read-only-rootfs", FIELD_BOOL, offsetof(PlanApp, read_only_rootfs) },
    { "notify", FIELD_BOOL, offsetof(PlanApp, notify) },
    { "init", FIELD_BOOL, offsetof(PlanApp, init) },
    { "stdin", FIELD_STDIO, offsetof(PlanApp, stdin_mode) },
    { "stdout", FIELD_STDIO, offsetof(PlanApp, stdout_mode) },
    { "stderr", FIELD_STDIO, offsetof(PlanApp, stderr_mode) },
    { "watchdog", FIELD_BOOL, offsetof(PlanApp, watchdog) },
    { "journal-native", FIELD_BOOL, offsetof(PlanApp, journal_native) },
    { "reload-signal", FIELD_INT, offsetof(PlanApp, reload_signal) },
    { "stop-signal", FIELD_INT, offsetof(PlanApp, stop_signal) },
    { "stop-timeout", FIELD_U64, offsetof(PlanApp, stop_timeout_ns) },
    { "has-oom-score-adj", FIELD_BOOL, offsetof(PlanApp, has_oom_score_adj) },
    { "oom-score-adj", FIELD_INT, offsetof(PlanApp, oom_score_adj) },
    { "memory", FIELD_U64, offsetof(PlanApp, limits.memory) },
    { "cpu", FIELD_U64, offsetof(PlanApp, limits.cpu) },
    { "cpu-shares", FIELD_U64, offsetof(PlanApp, limits.cpu_shares) },
    { "pids", FIELD_U64, offsetof(PlanApp, limits.pids) },
    { "memory-wish", FIELD_U64, offsetof(PlanApp, wishes.memory) },
    { "cpu-wish", FIELD_U64, offsetof(PlanApp, wishes.cpu) },
    { "cpu-shares-wish", FIELD_U64, offsetof(PlanApp, wishes.cpu_shares) },
    { "pids-wish", FIELD_U64, offsetof(PlanApp, wishes.pids) },
};

static const char *const plan_stdio_table[_PLAN_STDIO_MAX] = {
    [PLAN_STDIO_DEFAULT] = "default", [PLAN_STDIO_NULL] = "null",     [PLAN_STDIO_TTY] = "tty",
    [PLAN_STDIO_LOG] = "log",         [PLAN_STDIO_STREAM] = "stream",
};
DECLARE_STRING_TABLE(plan_stdio, PlanStdio);
DEFINE_STRING_TABLE(plan_stdio, PlanStdio)

static const char *const plan_mount_kind_table[_PLAN_MOUNT_KIND_MAX] = {
    [PLAN_MOUNT_HOST] = "host",
    [PLAN_MOUNT_EMPTY] = "empty",
};
DECLARE_STRING_TABLE(plan_mount_kind, PlanMountKind);
DEFINE_STRING_TABLE(plan_mount_kind, PlanMountKind)

static void plan_app_done(PlanApp *app)
{
    for (size_t i = 0; i < ELEMENTSOF(app_fields); i++) {
        void *field = (char *) app + app_fields[i].offset;

        if (app_fields[i].kind == FIELD_STRING)
            free(*(char **) field);
        else if (app_fields[i].kind == FIELD_STRINGS)
            strv_free(*(char ***) field);
    }
    for (size_t i = 0; i < app->n_mounts; i++) {
        free(app->mounts[i].source);
        free(app->mounts[i].target);
    }
    free(app->mounts);
    for (size_t i = 0; i < app->n_sockets; i++) {
        free(app->sockets[i].name);
        free(app->sockets[i].protocol);
    }
    free(app->sockets);
    free(app->groups);
    free(app->name);
}

void plan_free(Plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n_apps; i++)
        plan_app_done(&plan->apps[i]);
    free(plan->apps);
    free(plan->unit);
    free(plan->writable_sources);
    free(plan);
}

static void put(Buffer *b, const char *key, const char *value)
{
    buffer_addf(b, "%s=%s", key, value);
    buffer_add(b, "", 1);
}

static void put_u64(Buffer *b, const char *key, uint64_t value)
{
    buffer_addf(b, "%s=%llu", key, (unsigned long long) value);
    buffer_add(b, "", 1);
}

static void put_field(Buffer *b, const struct Field *f, const void *field)
{
    switch (f->kind) {
    case FIELD_STRING:
        if (*(char *const *) field)
            put(b, f->key, *(char *const *) field);
        break;
    case FIELD_STRINGS:
        STRV_FOREACH (s, *(char **const *) field)
            put(b, f->key, *s);
        break;
    case FIELD_BOOL:
        if (*(const bool *) field)
            put(b, f->key, "yes");
        break;
    case FIELD_INT:
        if (*(const int *) field != 0) {
            buffer_addf(b, "%s=%d", f->key, *(const int *) field);
            buffer_add(b, "", 1);
        }
        break;
    case FIELD_ID: put_u64(b, f->key, *(const uint32_t *) field); break;
    case FIELD_U64:
        if (*(const uint64_t *) field > 0)
            put_u64(b, f->key, *(const uint64_t *) field);
        break;
    case FIELD_STDIO:
        if (*(const PlanStdio *) field != PLAN_STDIO_DEFAULT)
            put(b, f->key, plan_stdio_to_string(*(const PlanStdio *) field));
        break;
    }
}

int plan_write(const Plan *plan, int pod_dir, Error *reterr)
{
    _cleanup_buffer_ Buffer b = { 0 };
    int r;

    put_u64(&b, "version", PLAN_VERSION);
    put(&b, "overlay", plan->overlay ? "yes" : "no");
    if (plan->unit)
        put(&b, "unit", plan->unit);
    if (plan->writable_sources)
        put(&b, "writable-sources", plan->writable_sources);
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlanApp *app = &plan->apps[i];

        put(&b, "app", app->name);
        for (size_t j = 0; j < ELEMENTSOF(app_fields); j++)
            put_field(&b, &app_fields[j], (const char *) app + app_fields[j].offset);
        for (size_t j = 0; j < app->n_groups; j++)
            put_u64(&b, "group", app->groups[j]);
        for (size_t j = 0; j < app->n_mounts; j++) {
            const PlanMount *m = &app->mounts[j];

            put(&b, "mount", plan_mount_kind_to_string(m->kind));
            put(&b, "mount-source", m->source);
            put(&b, "mount-target", m->target);
            put(&b, "mount-read-only", m->read_only ? "yes" : "no");
            if (m->device)
                put(&b, "mount-device", "yes");
            if (m->recursive >= 0)
                put(&b, "mount-recursive", m->recursive ? "yes" : "no");
        }
        for (size_t j = 0; j < app->n_sockets; j++) {
            put(&b, "socket", app->sockets[j].name);
            put(&b, "socket-protocol", app->sockets[j].protocol);
            put_u64(&b, "socket-port", app->sockets[j].port);
            put_u64(&b, "socket-count", app->sockets[j].count);
        }
    }
    r = buffer_error(&b);
    if (r < 0)
        return r;
    if (b.size > PLAN_SIZE_MAX)
        return error_set(reterr, -E2BIG, "the pod is too large: its plan has more than %d bytes",
                         PLAN_SIZE_MAX);
    r = write_file_at(pod_dir, PLAN_FILE, b.data, b.size, 0600, 0);
    return r < 0 ? error_set_errno(reterr, r, "cannot write the pod's plan") : 0;
}

static int take_string(char **field, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return -ENOMEM;
    free(*field);
    *field = copy;
    return 0;
}

static int take_field(const struct Field *f, void *field, const char *value)
{
    uint64_t u;
    int64_t i;
    int r;

    switch (f->kind) {
    case FIELD_STRING: return take_string(field, value);
    case FIELD_STRINGS: return strv_extend(field, value);
    case FIELD_BOOL: *(bool *) field = streq(value, "yes"); return 0;
    case FIELD_INT:
        r = parse_i64(value, &i);
        if (r >= 0)
            *(int *) field = (int) i;
        return r;
    case FIELD_ID:
        r = parse_u64(value, &u);
        if (r >= 0)
            *(uint32_t *) field = (uint32_t) u;
        return r;
    case FIELD_U64: return parse_u64(value, field);
    case FIELD_STDIO:
        *(PlanStdio *) field = plan_stdio_from_string(value);
        return (int) *(PlanStdio *) field < 0 ? -EINVAL : 0;
    }
    return -EINVAL;
}

static int take_group(PlanApp *app, const char *value)
{
    gid_t *added;
    uint64_t gid;
    int r = parse_u64(value, &gid);

    if (r < 0)
        return r;
    added = ARRAY_APPEND(app->groups, app->n_groups);
    if (!added)
        return -ENOMEM;
    *added = (gid_t) gid;
    return 0;
}

static int take_mount_record(PlanApp *app, const char *key, const char *value)
{
    PlanMount *m;

    if (streq(key, "mount")) {
        m = ARRAY_APPEND(app->mounts, app->n_mounts);
        if (!m)
            return -ENOMEM;
        m->recursive = -1;
        m->kind = plan_mount_kind_from_string(value);
        return (int) m->kind < 0 ? -EINVAL : 0;
    }
    if (app->n_mounts == 0)
        return -EINVAL;
    m = &app->mounts[app->n_mounts - 1];
    if (streq(key, "mount-source"))
        return take_string(&m->source, value);
    if (streq(key, "mount-target"))
        return take_string(&m->target, value);
    if (streq(key, "mount-read-only"))
        m->read_only = streq(value, "yes");
    else if (streq(key, "mount-device"))
        m->device = streq(value, "yes");
    else if (streq(key, "mount-recursive"))
        m->recursive = streq(value, "yes");
    else
        return -EINVAL;
    return 0;
}

static int take_socket_record(PlanApp *app, const char *key, const char *value)
{
    PlanSocket *s;

    if (streq(key, "socket")) {
        s = ARRAY_APPEND(app->sockets, app->n_sockets);
        return s ? take_string(&s->name, value) : -ENOMEM;
    }
    if (app->n_sockets == 0)
        return -EINVAL;
    s = &app->sockets[app->n_sockets - 1];
    if (streq(key, "socket-protocol"))
        return take_string(&s->protocol, value);
    if (streq(key, "socket-port"))
        return parse_u64(value, &s->port);
    return streq(key, "socket-count") ? parse_u64(value, &s->count) : -EINVAL;
}

static int take_record(Plan *plan, const char *key, const char *value)
{
    PlanApp *app = plan->n_apps > 0 ? &plan->apps[plan->n_apps - 1] : NULL;

    if (streq(key, "app")) {
        app = ARRAY_APPEND(plan->apps, plan->n_apps);
        return app ? take_string(&app->name, value) : -ENOMEM;
    }
    if (!app) {
        if (streq(key, "version"))
            return streq(value, "1") ? 0 : -EPROTONOSUPPORT;
        if (streq(key, "overlay"))
            plan->overlay = streq(value, "yes");
        else if (streq(key, "unit"))
            return take_string(&plan->unit, value);
        else if (streq(key, "writable-sources"))
            return take_string(&plan->writable_sources, value);
        else
            return -EINVAL;
        return 0;
    }
    if (streq(key, "group"))
        return take_group(app, value);
    if (startswith(key, "mount"))
        return take_mount_record(app, key, value);
    if (startswith(key, "socket"))
        return take_socket_record(app, key, value);
    for (size_t i = 0; i < ELEMENTSOF(app_fields); i++)
        if (streq(app_fields[i].key, key))
            return take_field(&app_fields[i], (char *) app + app_fields[i].offset, value);
    return -EINVAL;
}

int plan_read(int pod_dir, Plan **ret, Error *reterr)
{
    _cleanup_(plan_freep) Plan *plan = calloc(1, sizeof(Plan));
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r;

    if (!plan)
        return -ENOMEM;
    r = read_file_at(pod_dir, PLAN_FILE, PLAN_SIZE_MAX, &text, &size);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the pod's plan");
    /* After a power cut a file may be there without its bytes. */
    if (size == 0)
        return error_set(reterr, -EBADMSG, "the pod's plan is empty; prepare the pod again");
    for (char *p = text; p < text + size;) {
        char *equals = strchr(p, '='), *next = p + strlen(p) + 1;

        r = -EINVAL;
        if (equals) {
            *equals = '\0';
            r = take_record(plan, p, equals + 1);
        }
        if (r == -EPROTONOSUPPORT)
            return error_set(reterr, r, "the pod was prepared by another version of rkt; prepare it again");
        if (r < 0)
            return error_set_errno(reterr, r, "the pod's plan is damaged at \"%s\"", p);
        p = next;
    }
    *ret = TAKE_PTR(plan);
    return 0;
}
