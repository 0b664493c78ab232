/* SPDX-License-Identifier: Apache-2.0 */
/* The order: images are found, fetched and rendered before there is a pod, so that a pull that fails leaves
 * nothing; then the pod is made in prepare/ under its lock, and one rename to prepared/ says that all of it
 * is there. The shared prepareLock keeps image gc from taking a tree in between. */

#include "prepare.h"

#include <string.h>
#include <sys/stat.h>

#include "appc/pod-manifest.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "stage1/layout.h"
#include "pod/pod-summary.h"
#include "pod/pod-unit.h"
#include "pod/stage1-entrypoints.h"
#include "pod/stage1-network.h"
#include "prepare/app-directories.h"
#include "prepare/app-image.h"
#include "prepare/image-rights.h"
#include "prepare/make-app-root.h"
#include "prepare/make-manifest.h"
#include "prepare/make-plan.h"
#include "prepare/overlay-support.h"
#include "prepare/pod-put.h"
#include "prepare/put-stage1.h"
#include "prepare/stage1-image.h"
#include "prepare/unit-pods.h"
#include "prepare/volume-sources.h"
#include "stage1/interface.h"
#include "stage1/plan.h"

/* All that is gathered on the way. */
typedef struct Preparation {
    Store *store;
    const GlobalOptions *global;
    const PodOptions *options;
    FetchOptions fetch;
    AppImage *images, stage1;
    size_t n_images;
    PodManifest *manifest;
    int record; /* of what apps could ever write to */
    char *record_path;
    char *given_manifest; /* --pod-manifest, kept as it stands but for what is filled in */
} Preparation;

static void preparation_done(Preparation *preparation)
{
    app_images_free(preparation->images, preparation->n_images);
    app_image_done(&preparation->stage1);
    pod_manifest_free(preparation->manifest);
    free(preparation->given_manifest);
    free(preparation->record_path);
    (void) safe_close(preparation->record);
}

/* ----- Images and manifest ----- */

static int load_images(Preparation *p, WantedImage *wanted, size_t n, Error *reterr)
{
    int r = images_find_or_fetch(p->store, &p->fetch, wanted, n, p->options->pull_policy, reterr);

    if (r < 0)
        return r;
    p->images = calloc(n + 1, sizeof(AppImage));
    if (!p->images)
        return -ENOMEM;
    for (p->n_images = 0; r >= 0 && p->n_images < n; p->n_images++) {
        AppImage *image = &p->images[p->n_images];

        memcpy(image->key, wanted[p->n_images].key, sizeof(image->key));
        r = app_image_load(p->store, image, reterr);
    }
    return r;
}

static unsigned asked_isolators(const AppOptions *given)
{
    unsigned asked = 0;

    for (SettingId id = 0; id < _SETTING_MAX; id++) {
        IsolatorKind kind = app_said(given, id) ? isolator_kind_of_setting(id) : _ISOLATOR_KIND_INVALID;

        asked |= kind >= 0 ? ISOLATOR_BIT(kind) : 0;
    }
    return asked;
}

/* Where the app is as its image says; given: what stands behind the image on the command line, or NULL. */
static int check_rights(Preparation *p, size_t index, const AppOptions *given, Error *reterr)
{
    AppImage *image = &p->images[index];
    int r = image_rights_check(image, p->options, given, p->global->insecure, reterr);

    return r < 0 ? error_prefix(reterr, r, "image \"%s\"", given ? given->image : image->manifest->name) : 0;
}

static int manifest_from_options(Preparation *p, Error *reterr)
{
    size_t n = p->options->n_apps;
    _cleanup_free_ WantedImage *wanted = calloc(n + 1, sizeof(*wanted));
    int r;

    if (!wanted)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        wanted[i].text = p->options->apps[i].image;
        wanted[i].signature = app_said(&p->options->apps[i], SETTING_APP_SIGNATURE);
    }
    r = load_images(p, wanted, n, reterr);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        p->images[i].asked = asked_isolators(&p->options->apps[i]);
        r = check_rights(p, i, &p->options->apps[i], reterr);
    }
    return r < 0 ? r : pod_manifest_from_options(p->options, p->images, p->record, &p->manifest, reterr);
}

/* How an image of a given manifest would be named on the command line: its id, else name:version. */
static int add_image_text(const RuntimeApp *app, char ***texts)
{
    const char *version = name_value_list_get(&app->image.labels, "version");

    return app->image.id ? strv_extend(texts, app->image.id)
                         : strv_extendf(texts, "%s%s%s", app->image.name, version ? ":" : "",
                                        version ? version : "");
}

static int load_named_images(Preparation *p, Error *reterr)
{
    size_t n = p->manifest->n_apps;
    _cleanup_free_ WantedImage *wanted = calloc(n + 1, sizeof(*wanted));
    _cleanup_strv_ char **texts = NULL;
    int r = wanted ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = add_image_text(&p->manifest->apps[i], &texts);
    for (size_t i = 0; r >= 0 && i < n; i++)
        wanted[i].text = texts[i];
    return r < 0 ? r : load_images(p, wanted, n, reterr);
}

static int manifest_from_file(Preparation *p, const char *path, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r;

    r = read_argument_file(path, POD_MANIFEST_SIZE_MAX, &text, &size);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read \"%s\"", path);
    r = pod_manifest_parse(text, size, &p->manifest, reterr);
    if (r >= 0)
        r = load_named_images(p, reterr);
    for (size_t i = 0; r >= 0 && i < p->n_images; i++) {
        p->images[i].asked = p->manifest->apps[i].app ? ~0U : 0;
        if (!p->manifest->apps[i].app)
            r = check_rights(p, i, NULL, reterr);
    }
    if (r >= 0)
        r = pod_manifest_fill(p->manifest, p->options, p->images, reterr);
    return r < 0 ? error_prefix(reterr, r, "pod manifest \"%s\"", path) : 0;
}

static int make_manifest(Preparation *p, Error *reterr)
{
    const char *path = pod_said(p->options, SETTING_POD_MANIFEST),
               *unit = pod_said(p->options, SETTING_POD_UNIT);
    int r = path ? manifest_from_file(p, path, reterr) : manifest_from_options(p, reterr);

    if (r >= 0)
        r = pod_manifest_complete_mounts(p->manifest, reterr);
    if (r >= 0 && unit)
        r = name_value_list_set(&p->manifest->annotations, POD_ANNOTATION_UNIT, unit);
    return r;
}

/* ----- The pod's directory ----- */

/* For members of group rkt, whose the pod's directory is, and nobody else: it may hold secrets. */
static int put_manifest(const Pod *pod, const Preparation *p, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    struct stat st;
    int r = pod_manifest_format(p->manifest, false, &text);

    if (r >= 0)
        r = pod_put_file(pod, POD_MANIFEST, text, strlen(text), 0640, reterr);
    if (r >= 0 && (fstat(pod->fd, &st) < 0 || fchownat(pod->fd, POD_MANIFEST, (uid_t) -1, st.st_gid, 0) < 0))
        r = error_set_errno(reterr, -errno, "cannot give \"%s\" its group", POD_MANIFEST);
    return r;
}

static bool has_details(const PodManifest *manifest)
{
    for (size_t i = 0; i < manifest->n_apps; i++) {
        const App *app = manifest->apps[i].app;

        if (manifest->apps[i].mounts.n > 0 || (app && app->user_annotations.n > 0) ||
            (app && app->user_labels.n > 0))
            return true;
    }
    return manifest->user_annotations.n > 0 || manifest->user_labels.n > 0;
}

static int put_summary(const Pod *pod, const Preparation *p, Error *reterr)
{
    const PodManifest *manifest = p->manifest;
    _cleanup_(pod_status_freep) PodStatus *status = calloc(1, sizeof(PodStatus));
    int r = status ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < manifest->n_apps; i++)
        r = pod_status_add_app(status, manifest->apps[i].name, manifest->apps[i].image.name,
                               name_value_list_get(&manifest->apps[i].image.labels, "version"),
                               manifest->apps[i].image.id);
    if (r < 0)
        return r;
    status->may_have_networks = !stage1_image_has_plan(&p->stage1);
    status->has_details = has_details(manifest);
    return pod_summary_write(pod, status, reterr);
}

static int put_app_info(const Pod *pod, const char *name, const AppImage *image, Error *reterr)
{
    _cleanup_free_ char *directory = NULL, *manifest = NULL, *tree = NULL;
    int r;

    if (asprintf(&directory, POD_APPSINFO "/%s", name) < 0 ||
        asprintf(&manifest, "%s/" POD_APP_MANIFEST, directory) < 0 ||
        asprintf(&tree, "%s/" POD_APP_TREE_ID, directory) < 0)
        return -ENOMEM;
    r = pod_put_directories(pod, directory, reterr);
    if (r >= 0)
        r = pod_put_file(pod, manifest, image->manifest_text, image->manifest_size, 0644, reterr);
    if (r >= 0)
        r = pod_put_text(pod, tree, image->tree_id, reterr);
    return r;
}

static int put_apps(const Pod *pod, const Preparation *p, Error *reterr)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < p->manifest->n_apps; i++)
        r = put_app_info(pod, p->manifest->apps[i].name, &p->images[i], reterr);
    return r;
}

static int put_volume(const Pod *pod, const Volume *volume, Error *reterr)
{
    _cleanup_free_ char *path = NULL;
    int r;

    if (!volume || volume->kind != VOLUME_KIND_EMPTY)
        return 0;
    r = pod_put_closed_directory(pod, POD_SHARED_VOLUMES, reterr);
    if (r < 0)
        return r;
    if (asprintf(&path, POD_SHARED_VOLUMES "/%s", volume->name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    if (mkdirat(pod->fd, path, 0700) < 0)
        return errno == EEXIST ? 0 : error_set_errno(reterr, -errno, "cannot create \"%s\"", path);
    if (fchownat(pod->fd, path, volume->uid, volume->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        fchmodat(pod->fd, path, volume->mode, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot set the owner and mode of \"%s\"", path);
    return 0;
}

static int put_volumes(const Pod *pod, const PodManifest *manifest, Error *reterr)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < manifest->volumes.n; i++)
        r = put_volume(pod, &manifest->volumes.items[i], reterr);
    for (size_t i = 0; r >= 0 && i < manifest->n_apps; i++)
        for (size_t k = 0; r >= 0 && k < manifest->apps[i].mounts.n; k++)
            r = put_volume(pod, manifest->apps[i].mounts.items[k].app_volume, reterr);
    return r;
}

static int make_plan(const Pod *pod, Preparation *p, Plan **ret, Error *reterr)
{
    _cleanup_(plan_freep) Plan *plan = NULL;
    int r = plan_from_manifest(p->manifest, p->images, pod_said(p->options, SETTING_POD_UNIT),
                               p->global->insecure, pod->fd, &plan, reterr);

    for (size_t i = 0; r >= 0 && !stage1_image_has_plan(&p->stage1) && i < plan->n_apps; i++)
        if (plan->apps[i].init)
            r = error_set(reterr, -EOPNOTSUPP,
                          "app \"%s\": the stage1 \"%s\" can't start apps one after another",
                          plan->apps[i].name, p->stage1.manifest->name);
    if (r >= 0)
        r = app_directories_make(p->options, plan, p->record, reterr);
    if (r >= 0)
        r = volume_sources_check(plan, p->record, reterr);
    if (r < 0)
        return r;
    plan->writable_sources = TAKE_PTR(p->record_path);
    *ret = TAKE_PTR(plan);
    return 0;
}

static int put_plan(const Pod *pod, Preparation *p, bool overlay, Error *reterr)
{
    _cleanup_(plan_freep) Plan *plan = NULL;
    int r = make_plan(pod, p, &plan, reterr);

    if (r >= 0 && overlay)
        r = pod_put_text(pod, POD_OVERLAY_PREPARED, "", reterr);
    for (size_t i = 0; r >= 0 && i < plan->n_apps; i++) {
        r = app_root_plan(&plan->apps[i], &p->images[i], overlay);
        if (r >= 0)
            r = app_root_make(pod, &plan->apps[i], &p->images[i], reterr);
    }
    return r < 0 ? r : plan_write(plan, pod->fd, reterr);
}

/* 1, or 0: each app's root is a copy of its tree. */
static int choose_overlay(const Pod *pod, const Preparation *p, Error *reterr)
{
    _cleanup_error_ Error why = ERROR_INIT;
    bool copies = said_true(&p->options->said, SETTING_POD_NO_OVERLAY) || !stage1_image_has_plan(&p->stage1);
    int r = copies ? 0 : overlay_is_supported(pod->fd, &why);

    if (r < 0)
        return error_set(reterr, r, "%s", error_cause(&why));
    if (r == 0 && !copies && p->options->warn)
        p->options->warn("disabling overlay support: \"%s\"", error_cause(&why));
    return r;
}

static int fill_pod(const Pod *pod, Preparation *p, Error *reterr)
{
    int r = pod_put_text(pod, POD_CREATED, "", reterr), overlay = 0;

    if (r >= 0)
        r = put_manifest(pod, p, reterr);
    if (r >= 0)
        r = put_summary(pod, p, reterr);
    if (r >= 0 && pod_said(p->options, SETTING_POD_UNIT))
        r = pod_unit_write(pod, pod_said(p->options, SETTING_POD_UNIT), reterr);
    if (r >= 0)
        r = overlay = choose_overlay(pod, p, reterr);
    if (r >= 0)
        r = put_apps(pod, p, reterr);
    if (r >= 0)
        r = put_volumes(pod, p->manifest, reterr);
    if (r >= 0)
        r = stage1_put(pod, &p->stage1, reterr);
    return r < 0 ? r : put_plan(pod, p, overlay > 0, reterr);
}

/* ----- The whole ----- */

static int gather(Preparation *p, Error *reterr)
{
    int r;

    r = stage1_image_find(p->store, &p->fetch, p->options, p->stage1.key, reterr);
    if (r >= 0)
        r = app_image_load(p->store, &p->stage1, reterr);
    if (r >= 0 && !name_value_list_get(&p->stage1.manifest->annotations, STAGE1_ANNOTATION_RUN))
        r = error_set(reterr, -EINVAL,
                      "image \"%s\" is not a stage1: it has no annotation " STAGE1_ANNOTATION_RUN,
                      p->stage1.manifest->name);
    if (r >= 0 && p->options->network)
        r = stage1_check_network(stage1_image_flavour(&p->stage1), p->options->network, reterr);
    return r < 0 ? r : make_manifest(p, reterr);
}

static void discard_pod(Pod *pod)
{
    if (pod_move(pod, POD_DIRECTORY_GARBAGE, NULL) >= 0)
        (void) pod_remove(pod, NULL);
}

/* A pod that waits to be run must be there whole after a power cut. One that is run at once dies of it, and
 * so does one of a unit, which prepares another. */
static bool must_last(const Preparation *p, PrepareFlags flags)
{
    return !pod_said(p->options, SETTING_POD_UNIT) && !(flags & PREPARE_DETACHED);
}

/* Its bytes are on the disk before the rename that says so, and that before anybody is told. */
static int move_to_prepared(Pod *pod, bool lasting, Error *reterr)
{
    _cleanup_close_ int prepared = -EBADF;
    int r;

    if (lasting && syncfs(pod->fd) < 0)
        return error_set_errno(reterr, -errno, "cannot write pod \"%s\" to the disk", pod->uuid);
    r = pod_move(pod, POD_DIRECTORY_PREPARED, reterr);
    if (r < 0 || !lasting)
        return r;
    prepared = openat(pod->root, pod_directory_to_string(POD_DIRECTORY_PREPARED),
                      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (prepared < 0 || fsync(prepared) < 0)
        return error_set_errno(reterr, -errno, "cannot write the directory of pod \"%s\" to the disk",
                               pod->uuid);
    return 0;
}

static int make_pod(Preparation *p, int root, PrepareFlags flags, Pod **ret, Error *reterr)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r;

    r = pod_create(root, flags & PREPARE_DETACHED, &pod, reterr);
    if (r < 0)
        return r;
    r = fill_pod(pod, p, reterr);
    if (r >= 0)
        r = move_to_prepared(pod, must_last(p, flags), reterr);
    if (r >= 0 && pod_said(p->options, SETTING_POD_UUID_FILE_SAVE))
        r = pod_save_uuid(pod, pod_said(p->options, SETTING_POD_UUID_FILE_SAVE), reterr);
    if (r < 0) {
        discard_pod(pod);
        return r;
    }
    *ret = TAKE_PTR(pod);
    return 0;
}

int pod_prepare(Store *store, int root, const GlobalOptions *global, const PodOptions *options,
                PrepareFlags flags, Pod **ret, Error *reterr)
{
    _cleanup_(preparation_done)
            Preparation preparation = { .store = store,
                                        .global = global,
                                        .options = options,
                                        .record = -EBADF,
                                        .fetch = { .global = global,
                                                   .unit = pod_said(options, SETTING_POD_UNIT),
                                                   .quiet = said_true(&options->said, SETTING_POD_QUIET),
                                                   .say = options->say } };
    _cleanup_close_ int lock = store_lock_prepare(store, LOCK_KIND_SHARED, true);
    int r;

    if (lock < 0)
        return error_set_errno(reterr, lock, "cannot take the lock for preparing pods");
    r = volume_sources_open_record(root, &preparation.record, &preparation.record_path, reterr);
    if (r >= 0)
        r = gather(&preparation, reterr);
    if (r >= 0)
        r = make_pod(&preparation, root, flags, ret, reterr);
    if (r >= 0 && pod_said(options, SETTING_POD_UNIT))
        unit_pods_remove_others(root, global, pod_said(options, SETTING_POD_UNIT), (*ret)->uuid);
    return r;
}
