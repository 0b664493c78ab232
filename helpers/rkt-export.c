/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-export: makes an image from the files of an app of an exited pod. Its overlay is mounted again,
 * read-only, in a mount namespace of this process, so that the host does not see it, and it disappears
 * however the process ends. The files are untrusted: they are read in a cage (sandbox/cage.h), and the
 * image comes out through a pipe. */

#include <linux/capability.h>
#include <locale.h>
#include <sched.h>
#include <string.h>

#include "appc/image-manifest.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/output-file.h"
#include "base/string-util.h"
#include "cli/choose-app.h"
#include "cli/command.h"
#include "stage1/layout.h"
#include "pod/pod-status.h"
#include "sandbox/cage.h"
#include "sandbox/mount.h"
#include "store/pack.h"
#include "store/store.h"

enum { ATTRIBUTES = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

enum { OPT_APP = 1, OPT_OVERWRITE };

static const Option options[] = {
    { "app", OPTION_VALUE, OPT_APP, "NAME", "the app to export; needed if the pod has several", NULL },
    { "overwrite", OPTION_BOOL, OPT_OVERWRITE, NULL, "replace the file if it exists", NULL },
    {},
};

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static const char *arg_app, *arg_pod, *arg_output;
static bool arg_overwrite;

static int take_option(int id, const char *value, Error *reterr)
{
    if (id == OPT_APP)
        arg_app = value;
    else if (id == OPT_OVERWRITE)
        arg_overwrite = streq(value, "true");
    else if (id == OPTION_POSITIONAL && !arg_pod)
        arg_pod = value;
    else if (id == OPTION_POSITIONAL && !arg_output)
        arg_output = value;
    else
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    return 0;
}

static int check_arguments(Error *reterr)
{
    if (!arg_output)
        return error_set(reterr, -EINVAL, "must provide the pod's UUID and the image's file name");
    if (!endswith(arg_output, ".aci"))
        return error_set(reterr, -EINVAL, "\"%s\" must end in .aci", arg_output);
    return 0;
}

/* ----- The pod ----- */

static bool has_exited(const Pod *pod)
{
    return pod->state == POD_STATE_EXITED || pod->state == POD_STATE_EXITED_GARBAGE;
}

static int open_exited(int root, Pod **ret, Error *reterr)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r = pod_open(root, arg_pod, &pod, reterr);

    if (r < 0)
        return error_prefix(reterr, r, "unable to find the pod");
    /* Held before its state is read: gc may hold it for a moment. */
    if (pod->directory == POD_DIRECTORY_RUN || pod->directory == POD_DIRECTORY_EXITED_GARBAGE) {
        r = pod_hold(pod);
        if (r < 0 && r != -EBUSY)
            return error_set_errno(reterr, r, "cannot lock pod \"%s\"", pod->uuid);
    }
    if (r < 0 || !has_exited(pod))
        return error_set(reterr, -EBUSY, "pod \"%s\" is %s: only exited pods can be exported", pod->uuid,
                         pod_state_to_string(pod->state));
    *ret = TAKE_PTR(pod);
    return 0;
}

static int find_app(const Pod *pod, char **ret, Error *reterr)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    const char *app;
    int r = pod_status_read(pod, 0, &status);

    if (r >= 0)
        r = app_choose(status, "export", arg_app, &app, reterr);
    if (r < 0)
        return r;
    *ret = strdup(app);
    return *ret ? 0 : -ENOMEM;
}

/* The image's own manifest, unchanged except that the files of its dependencies are part of the new image. */
static int make_manifest(const Pod *pod, const char *app, char **ret, Error *reterr)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
    _cleanup_free_ char *path = string_concat(POD_APPSINFO "/", app, "/" POD_APP_MANIFEST), *text = NULL;
    size_t size;
    int r;

    if (!path)
        return -ENOMEM;
    r = read_file_at(pod->fd, path, STORE_MANIFEST_SIZE_MAX, &text, &size);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the image manifest of app \"%s\"", app);
    r = image_manifest_parse(text, size, &manifest, reterr);
    if (r < 0)
        return r;
    if (manifest->n_dependencies == 0 && !manifest->path_whitelist) {
        *ret = TAKE_PTR(text);
        return 0;
    }
    image_manifest_make_whole(manifest);
    return image_manifest_format(manifest, false, ret);
}

/* ----- The app's root ----- */

/* The layers of its overlay, the upper one beneath the pod's directory; none if the app had a directory of
 * its own instead. */
typedef struct Layers {
    char *upper, *lower;
} Layers;

static void layers_done(Layers *layers)
{
    free(layers->upper);
    free(layers->lower);
}

static int find_layers(const Pod *pod, const char *app, Layers *ret, Error *reterr)
{
    _cleanup_free_ char *info = string_concat(POD_APPSINFO "/", app, "/" POD_APP_TREE_ID), *id = NULL,
                        *upper = NULL, *tree = NULL;
    _cleanup_(store_freep) Store *store = NULL;
    _cleanup_close_ int found = -EBADF;
    int r;

    if (!info)
        return -ENOMEM;
    if (read_one_line_at(pod->fd, info, &id) < 0 || !store_tree_id_is_valid(id))
        return 0;
    upper = string_concat(POD_OVERLAY "/", id, "/upper/", app);
    if (!upper)
        return -ENOMEM;
    if (faccessat(pod->fd, upper, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    r = store_open(arg_global.dir, 0, &store, reterr);
    if (r >= 0)
        r = found = store_open_tree(store, id, reterr);
    if (r < 0)
        return r;
    tree = store_tree_path(store, id);
    ret->lower = tree ? string_concat(tree, "/rootfs") : NULL;
    ret->upper = TAKE_PTR(upper);
    return ret->lower ? 0 : -ENOMEM;
}

/* With the pod's directory as working directory. */
static int mount_rootfs(const char *app, const Layers *layers, int *ret, Error *reterr)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int fd = -EBADF;
    int r;

    if (layers->upper)
        return mount_overlay((char *[]){ layers->upper, layers->lower, NULL }, NULL, NULL, ATTRIBUTES, ret,
                             reterr);
    path = string_concat(POD_STAGE2 "/", app, "/rootfs");
    if (!path)
        return -ENOMEM;
    r = fd = open_without_links(AT_FDCWD, path, O_PATH | O_DIRECTORY);
    if (r >= 0)
        r = mount_clone(fd, "", false, ATTRIBUTES, ret);
    return r < 0 ? error_set_errno(reterr, r, "cannot open the app's root \"%s\"", path) : 0;
}

/* Mounts the app's root over the pod's directory, visible only in this process. */
static int open_rootfs(const Pod *pod, const char *app, Error *reterr)
{
    _cleanup_close_ int mount = -EBADF, here = -EBADF;
    _cleanup_(layers_done) Layers layers = {};
    int r = find_layers(pod, app, &layers, reterr);

    if (r < 0)
        return r;
    /* The working directory stays valid in the new namespace, descriptors do not. */
    if (fchdir(pod->fd) < 0 || unshare(CLONE_NEWNS) < 0)
        return error_set_errno(reterr, -errno, "cannot make a mount namespace");
    r = mount_set_propagation(MS_PRIVATE);
    here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (r < 0 || here < 0)
        return error_set_errno(reterr, r < 0 ? r : -errno, "cannot enter the mount namespace");
    r = mount_rootfs(app, &layers, &mount, reterr);
    if (r < 0)
        return r;
    r = mount_attach(mount, here);
    return r < 0 ? error_set_errno(reterr, r, "cannot mount the app's root") : TAKE_FD(mount);
}

/* ----- The image ----- */

static int take_image(const void *data, size_t size, void *userdata, Error *reterr)
{
    OutputFile *output = userdata;
    int r = write_full(output->fd, data, size);

    return r < 0 ? error_set_errno(reterr, r, "cannot write the image") : 0;
}

static int pack_in_cage(int root, const char *manifest, OutputFile *output, Error *reterr)
{
    const CageStreams streams = { .take = take_image, .userdata = output };
    const CageOptions cage_options = {
        .work = "pack",
        .worker = "the packer",
        .doing = "packing",
        .apart = true,
        .root = root,
        .capabilities = 1ULL << CAP_DAC_READ_SEARCH,
        .argument = manifest,
        .argument_size = strlen(manifest),
    };
    _cleanup_(cage_freep) Cage *cage = NULL;
    int r = cage_start(&cage_options, &cage, reterr);

    return r < 0 ? r : cage_run(cage, &streams, reterr);
}

static int export_app(const Pod *pod, const char *app, Error *reterr)
{
    _cleanup_output_ OutputFile output = OUTPUT_FILE_INIT;
    _cleanup_free_ char *manifest = NULL;
    _cleanup_close_ int root = -EBADF;
    int r = make_manifest(pod, app, &manifest, reterr);

    if (r >= 0)
        r = output_file_open(&output, arg_output, arg_overwrite, 0644, reterr);
    if (r < 0)
        return r;
    root = open_rootfs(pod, app, reterr);
    if (root < 0)
        return root;
    r = pack_in_cage(root, manifest, &output, reterr);
    return r < 0 ? r : output_file_commit(&output, reterr);
}

static int run(Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_free_ char *app = NULL;
    int r = check_arguments(reterr);

    if (r >= 0)
        r = pod_root_open(arg_global.dir, false, &root, reterr);
    if (r >= 0)
        r = open_exited(root, &pod, reterr);
    if (r >= 0)
        r = find_app(pod, &app, reterr);
    if (r < 0)
        return r;
    r = export_app(pod, app, reterr);
    return r < 0 ? error_prefix(reterr, r, "cannot export app \"%s\" of pod \"%s\"", app, pod->uuid) : 0;
}

int main(int argc, char **argv)
{
    static const Command export = { .name = "export",
                                    .arguments = "UUID FILE",
                                    .summary = "Makes an image from an app of an exited pod.",
                                    .options = options,
                                    .take = take_option,
                                    .run = run,
                                    .for_root = true };
    static const CageWork works[] = { { "pack", pack_caged }, {} };

    /* Names in archives are UTF-8, and libarchive asks the locale. */
    (void) setlocale(LC_CTYPE, "C.UTF-8");
    cage_main(argc, argv, works);
    return command_main((const Command *const[]){ &export, NULL }, &arg_global, argc, argv);
}
