/* SPDX-License-Identifier: Apache-2.0 */

#include "make-plan.h"

#include <stdlib.h>
#include <string.h>

#include "appc/types.h"
#include "base/array.h"
#include "base/fd-util.h"
#include "base/log.h"
#include "base/signal-name.h"
#include "base/duration.h"
#include "base/string-util.h"
#include "prepare/filter-policy.h"
#include "prepare/make-manifest.h"
#include "sandbox/capability.h"
#include "sandbox/identity.h"
#include "sandbox/seccomp-policy.h"
#include "stage1/layout.h"
#include "stage1/tracing.h"

/* Variables that an app has unless something says otherwise. */
static const char *const default_environment[][2] = {
    { "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    { "SHELL", "/bin/sh" },
    { "USER", "root" },
    { "LOGNAME", "root" },
    { "HOME", "/root" },
};

/* Isolators that the manifest may hold and that nothing enforces yet: a pod is not silently less confined
 * than asked. */
static const IsolatorKind refused_isolators[] = {
    ISOLATOR_BLOCK_BANDWIDTH, ISOLATOR_BLOCK_IOPS,       ISOLATOR_NETWORK_BANDWIDTH,
    ISOLATOR_SELINUX_CONTEXT, ISOLATOR_APPARMOR_PROFILE,
};

/* What is worked out for one app. */
typedef struct AppContext {
    const PodManifest *manifest;
    const RuntimeApp *app;
    const AppImage *image;
    InsecureOptions insecure;
    int pod_dir;
    PlanApp *plan;
} AppContext;

static const char *annotation_of(const AppContext *context, const char *name)
{
    const char *value = name_value_list_get(&context->app->annotations, name);

    return value ? value : name_value_list_get(&context->image->manifest->annotations, name);
}

static int plan_identity(const AppContext *context, Error *reterr)
{
    _cleanup_free_ char *path = string_concat(context->image->tree_path, "/rootfs");
    _cleanup_close_ int rootfs = -EBADF;

    if (!path)
        return -ENOMEM;
    rootfs = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (rootfs < 0)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    return identity_resolve(rootfs, context->app->app->user, context->app->app->group, &context->plan->uid,
                            &context->plan->gid, reterr);
}

static int plan_groups(const AppContext *context)
{
    const App *app = context->app->app;

    if (app->n_supplementary_gids == 0)
        return 0;
    context->plan->groups = calloc(app->n_supplementary_gids, sizeof(gid_t));
    if (!context->plan->groups)
        return -ENOMEM;
    memcpy(context->plan->groups, app->supplementary_gids, app->n_supplementary_gids * sizeof(gid_t));
    context->plan->n_groups = app->n_supplementary_gids;
    return 0;
}

static int plan_commands(const AppContext *context)
{
    const App *app = context->app->app;
    PlanApp *plan = context->plan;
    int r;

    plan->working_directory = strdup(app->working_directory ? app->working_directory : "/");
    if (!plan->working_directory)
        return -ENOMEM;
    r = strv_copy(app->exec, &plan->exec);
    if (r >= 0 && app->pre_start)
        r = strv_copy(app->pre_start, &plan->pre_start);
    if (r >= 0 && app->post_stop)
        r = strv_copy(app->post_stop, &plan->post_stop);
    return r;
}

static int plan_environment(const AppContext *context)
{
    const NameValueList *own = &context->app->app->environment;
    char ***environment = &context->plan->environment;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(default_environment); i++)
        if (!name_value_list_get(own, default_environment[i][0]))
            r = strv_extendf(environment, "%s=%s", default_environment[i][0], default_environment[i][1]);
    for (size_t i = 0; r >= 0 && i < own->n; i++)
        if (!streq(own->items[i].name, "AC_APP_NAME"))
            r = strv_extendf(environment, "%s=%s", own->items[i].name, own->items[i].value);
    if (r >= 0)
        r = strv_extendf(environment, "AC_APP_NAME=%s", context->app->name);
    return r;
}

/* The pod says this, never its image: nobody else may ask for a secret. */
static int plan_credentials(const AppContext *context, Error *reterr)
{
    const char *names =
            name_value_list_get(&context->app->annotations, settings[SETTING_APP_CREDENTIAL].annotation);
    int r = names ? strv_split(names, ",", &context->plan->credentials) : 0;

    STRV_FOREACH (name, context->plan->credentials)
        if (r >= 0 && !credential_name_is_valid(*name))
            r = error_set(reterr, -EINVAL, "annotation %s: \"%s\" is not a valid name of a credential",
                          settings[SETTING_APP_CREDENTIAL].annotation, *name);
    return r;
}

static int plan_capabilities(const AppContext *context, Error *reterr)
{
    const IsolatorList *isolators = &context->app->app->isolators;
    const Isolator *retain = isolator_list_find(isolators, ISOLATOR_CAPABILITIES_RETAIN);
    const Isolator *removed = isolator_list_find(isolators, ISOLATOR_CAPABILITIES_REMOVE);

    if (context->insecure & INSECURE_CAPABILITIES) {
        context->plan->capabilities = UINT64_MAX;
        return 0;
    }
    return capability_mask_from_sets(retain ? retain->set.names : NULL, removed ? removed->set.names : NULL,
                                     &context->plan->capabilities, reterr);
}

/* Apps with the same policy could share a file; the policy is compiled in a fraction of a millisecond, so
 * each has its own. */
static int plan_filter(const AppContext *context, Error *reterr)
{
    SeccompPolicy policy;
    _cleanup_free_ char *name = NULL;
    int r = filter_policy_from_isolators(&context->app->app->isolators, &policy, reterr);

    if (r < 0)
        return r;
    policy.bounded = context->image->bounded_filter;
    if (context->insecure & INSECURE_SECCOMP)
        return 0;
    if (asprintf(&name, POD_APPSINFO "/%s/" POD_APP_FILTER, context->app->name) < 0) {
        name = NULL;
        return -ENOMEM;
    }
    r = seccomp_policy_write(&policy, context->pod_dir, name, reterr);
    if (r > 0)
        context->plan->filter = TAKE_PTR(name);
    return r < 0 ? r : 0;
}

/* What confines the app is never a wish, also in an image. */
static bool is_wish(const AppContext *context, IsolatorKind kind)
{
    return !(context->image->asked & ISOLATOR_BIT(kind)) && kind != ISOLATOR_SELINUX_CONTEXT &&
           kind != ISOLATOR_APPARMOR_PROFILE;
}

static CgroupLimits *limits_of(const AppContext *context, IsolatorKind kind)
{
    return is_wish(context, kind) ? &context->plan->wishes : &context->plan->limits;
}

static int plan_isolators(const AppContext *context, Error *reterr)
{
    const IsolatorList *isolators = &context->app->app->isolators;
    const Isolator *no_new_privileges = isolator_list_find(isolators, ISOLATOR_NO_NEW_PRIVILEGES);
    const Isolator *oom_score_adj = isolator_list_find(isolators, ISOLATOR_OOM_SCORE_ADJ);
    PlanApp *plan = context->plan;

    for (size_t i = 0; i < ELEMENTSOF(refused_isolators); i++) {
        const char *name = isolator_kind_to_string(refused_isolators[i]);

        if (!isolator_list_find(isolators, refused_isolators[i]))
            continue;
        if (!is_wish(context, refused_isolators[i]))
            return error_set(reterr, -EOPNOTSUPP, "isolator %s is not built yet", name);
        log_warning("app %s runs without what its image asks for: isolator %s is not built yet",
                    context->app->name, name);
    }
    for (size_t i = 0; i < isolators->n; i++)
        if (isolators->items[i].kind == ISOLATOR_UNKNOWN)
            log_debug("app %s: isolator %s is not known", context->app->name, isolators->items[i].name);

    limits_of(context, ISOLATOR_MEMORY)->memory = isolator_list_limit(isolators, ISOLATOR_MEMORY);
    limits_of(context, ISOLATOR_CPU)->cpu = isolator_list_limit(isolators, ISOLATOR_CPU);
    limits_of(context, ISOLATOR_CPU_SHARES)->cpu_shares =
            isolator_list_number(isolators, ISOLATOR_CPU_SHARES);
    limits_of(context, ISOLATOR_PIDS_MAX)->pids = isolator_list_number(isolators, ISOLATOR_PIDS_MAX);
    plan->has_oom_score_adj = oom_score_adj;
    plan->oom_score_adj = oom_score_adj ? (int) oom_score_adj->number : 0;
    /* Without it a filter of an app that is not root could be left behind by a set-user-ID program. */
    plan->no_new_privileges =
            (no_new_privileges && no_new_privileges->flag) || (plan->uid != 0 && plan->filter);
    return 0;
}

static int plan_stdio(const AppContext *context, SettingId id, PlanStdio *ret, Error *reterr)
{
    const char *mode = name_value_list_get(&context->app->annotations, settings[id].annotation);

    if (!mode)
        return 0;
    if (streq(mode, "null"))
        *ret = PLAN_STDIO_NULL;
    else if (streq(mode, "log") && id != SETTING_APP_STDIN)
        *ret = PLAN_STDIO_LOG;
    else
        return error_set(reterr, -EOPNOTSUPP, "mode \"%s\" of its %s is not built yet", mode,
                         settings[id].flag);
    return 0;
}

/* ----- What its unit asks of it ----- */

static const char *setting_of(const AppContext *context, SettingId id)
{
    return annotation_of(context, settings[id].annotation);
}

/* An image may say it, too, whose words nobody has checked. */
static int check_setting(const AppContext *context, SettingId id, const char **ret, Error *reterr)
{
    const char *value = setting_of(context, id);
    int r = value ? settings[id].check(&settings[id], value, reterr) : 0;

    *ret = value;
    return r < 0 ? error_prefix(reterr, r, "annotation %s", settings[id].annotation) : 0;
}

static int plan_signal(const AppContext *context, SettingId id, int *ret, Error *reterr)
{
    const char *name;
    int r = check_setting(context, id, &name, reterr);

    if (r < 0)
        return r;
    *ret = name ? signal_from_name(name) : 0;
    return 0;
}

static int plan_stop_timeout(const AppContext *context, uint64_t *ret_ns, Error *reterr)
{
    const char *timeout;
    int r = check_setting(context, SETTING_APP_STOP_TIMEOUT, &timeout, reterr);
    int64_t ns;

    if (r < 0 || !timeout)
        return r;
    r = parse_timespan(timeout, &ns);
    *ret_ns = ns > 0 ? (uint64_t) ns : 1;
    return r;
}

static int plan_protocol(const AppContext *context, Error *reterr)
{
    const char *notify = setting_of(context, SETTING_APP_NOTIFY),
               *watchdog = setting_of(context, SETTING_APP_WATCHDOG),
               *native = setting_of(context, SETTING_APP_JOURNAL_NATIVE);
    /* The pod says this: what its order is. */
    const char *first =
            name_value_list_get(&context->app->annotations, settings[SETTING_APP_INIT].annotation);
    PlanApp *plan = context->plan;
    int r;

    plan->notify = notify && parse_bool(notify) > 0;
    plan->watchdog = watchdog && parse_bool(watchdog) > 0;
    plan->init = first && parse_bool(first) > 0;
    plan->journal_native = native && parse_bool(native) > 0;
    r = plan_stop_timeout(context, &plan->stop_timeout_ns, reterr);
    if (r >= 0)
        r = plan_signal(context, SETTING_APP_STOP_SIGNAL, &plan->stop_signal, reterr);
    return r < 0 ? r : plan_signal(context, SETTING_APP_RELOAD_SIGNAL, &plan->reload_signal, reterr);
}

/* ----- Mounts ----- */

static size_t path_depth(const char *path)
{
    size_t depth = 0;

    for (; *path; path++)
        if (*path != '/' && (path[1] == '/' || path[1] == '\0'))
            depth++;
    return depth;
}

/* Insertion: what is above comes before what is below, equals stay as they are. */
static void sort_mounts(PlanMount *mounts, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        PlanMount moved = mounts[i];
        size_t k = i;

        for (; k > 0 && path_depth(mounts[k - 1].target) > path_depth(moved.target); k--)
            mounts[k] = mounts[k - 1];
        mounts[k] = moved;
    }
}

/* The volume decides, else the mount point at this place. */
static bool mount_is_read_only(const App *app, const Volume *volume, const char *path)
{
    if (volume->read_only >= 0)
        return volume->read_only > 0;
    for (size_t i = 0; i < app->n_mount_points; i++)
        if (streq(app->mount_points[i].path, path))
            return app->mount_points[i].read_only;
    return false;
}

static int plan_mounts(const AppContext *context)
{
    for (size_t i = 0; i < context->app->mounts.n; i++) {
        const Mount *mount = &context->app->mounts.items[i];
        const Volume *volume = pod_manifest_mount_volume(context->manifest, mount);
        PlanMount *planned = ARRAY_APPEND(context->plan->mounts, context->plan->n_mounts);

        if (!planned)
            return -ENOMEM;
        planned->kind = volume->kind == VOLUME_KIND_HOST ? PLAN_MOUNT_HOST : PLAN_MOUNT_EMPTY;
        planned->source = strdup(volume->kind == VOLUME_KIND_HOST ? volume->source : volume->name);
        planned->target = strdup(mount->path);
        planned->read_only = mount_is_read_only(context->app->app, volume, mount->path);
        planned->recursive = volume->recursive < 0 ? PLAN_RECURSIVE_DEFAULT
                             : volume->recursive   ? PLAN_RECURSIVE_YES
                                                   : PLAN_RECURSIVE_NO;
        if (!planned->source || !planned->target)
            return -ENOMEM;
    }
    sort_mounts(context->plan->mounts, context->plan->n_mounts);
    return 0;
}

/* ----- Sockets ----- */

/* The host's side of a port is what --port says, else the port itself. */
static int plan_sockets(const AppContext *context)
{
    const PortList *ports = &context->app->app->ports;

    for (size_t i = 0; i < ports->n; i++) {
        const Port *port = &ports->items[i];
        const ExposedPort *exposed = exposed_port_list_find(&context->manifest->ports, port->name);
        PlanSocket *planned;

        if (!port->socket_activated)
            continue;
        planned = ARRAY_APPEND(context->plan->sockets, context->plan->n_sockets);
        if (!planned)
            return -ENOMEM;
        planned->name = strdup(port->name);
        planned->protocol = strdup(port->protocol);
        planned->port = exposed ? exposed->host_port : port->port;
        planned->count = port->count;
        if (!planned->name || !planned->protocol)
            return -ENOMEM;
    }
    return 0;
}

/* ----- The whole ----- */

static int plan_app(const AppContext *context, Error *reterr)
{
    PlanApp *plan = context->plan;
    int r;

    plan->name = strdup(context->app->name);
    if (!plan->name)
        return -ENOMEM;
    plan->read_only_rootfs = context->app->read_only_rootfs;
    r = plan_commands(context);
    if (r >= 0)
        r = plan_protocol(context, reterr);
    if (r >= 0)
        r = plan_identity(context, reterr);
    if (r >= 0)
        r = plan_groups(context);
    if (r >= 0)
        r = plan_environment(context);
    if (r >= 0)
        r = plan_credentials(context, reterr);
    if (r >= 0)
        r = plan_capabilities(context, reterr);
    if (r >= 0)
        r = plan_filter(context, reterr);
    if (r >= 0)
        r = plan_isolators(context, reterr);
    if (r >= 0)
        r = plan_stdio(context, SETTING_APP_STDIN, &plan->stdin_mode, reterr);
    if (r >= 0)
        r = plan_stdio(context, SETTING_APP_STDOUT, &plan->stdout_mode, reterr);
    if (r >= 0)
        r = plan_stdio(context, SETTING_APP_STDERR, &plan->stderr_mode, reterr);
    if (r >= 0)
        r = plan_mounts(context);
    if (r >= 0)
        r = plan_sockets(context);
    return r < 0 ? error_prefix(reterr, r, "app \"%s\"", context->app->name) : 0;
}

static int check_init(const Plan *plan, Error *reterr)
{
    for (size_t i = 0; i < plan->n_apps; i++)
        if (!plan->apps[i].init)
            return 0;
    return error_set(reterr, -EINVAL,
                     "each app is to run before the others (--init, Init=): one has to be without that, the "
                     "last one of a job");
}

int plan_from_manifest(const PodManifest *manifest, const AppImage *images, const char *unit,
                       InsecureOptions insecure, int pod_dir, Plan **ret, Error *reterr)
{
    _cleanup_(plan_freep) Plan *plan = calloc(1, sizeof(Plan));
    int r;

    if (!plan || (unit && !(plan->unit = strdup(unit))))
        return -ENOMEM;
    for (size_t i = 0; i < manifest->n_apps; i++) {
        AppContext context = {
            .manifest = manifest,
            .app = &manifest->apps[i],
            .image = &images[i],
            .insecure = insecure,
            .pod_dir = pod_dir,
            .plan = ARRAY_APPEND(plan->apps, plan->n_apps),
        };

        if (!context.plan)
            return -ENOMEM;
        context.plan->position = (unsigned) i;
        r = plan_app(&context, reterr);
        if (r < 0)
            return r;
    }
    r = check_init(plan, reterr);
    if (r >= 0 && !(insecure & INSECURE_CAPABILITIES))
        r = tracing_check(plan, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(plan);
    return 0;
}
