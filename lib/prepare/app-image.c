/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the store is found without another process, so that starting a pod from the store execs nothing
 * here. Only rkt-fetch opens files and URLs that hold images: it does so without privilege. */

#include "app-image.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "appc/image-reference.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "rkt-config.h"

enum { FETCH_OUTPUT_MAX = 64 * 1024 };

void app_image_done(AppImage *image)
{
    free(image->tree_id);
    free(image->tree_path);
    free(image->manifest_text);
    image_manifest_free(image->manifest);
}

void app_images_free(AppImage *images, size_t n)
{
    for (size_t i = 0; images && i < n; i++)
        app_image_done(&images[i]);
    free(images);
}

/* ----- rkt-fetch ----- */

/* rkt-fetch prints the key as its last line. */
static int key_from_output(char *output, char ret_key[static IMAGE_KEY_LENGTH + 1])
{
    size_t length = strlen(output);
    const char *line;

    while (length > 0 && output[length - 1] == '\n')
        output[--length] = '\0';
    line = strrchr(output, '\n');
    line = line ? line + 1 : output;
    if (!image_key_is_valid(line))
        return -EBADMSG;
    memcpy(ret_key, line, IMAGE_KEY_LENGTH + 1);
    return 0;
}

static int read_pipe(int fd, char *buffer, size_t size)
{
    ssize_t n = read_full(fd, buffer, size - 1);

    if (n < 0)
        return (int) n;
    buffer[n] = '\0';
    return 0;
}

static int run_fetch(char *const *argv, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC), reader = -EBADF, writer = -EBADF;
    _cleanup_free_ char *output = calloc(1, FETCH_OUTPUT_MAX);
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    int fds[2], status, r;
    pid_t pid;

    if (!output)
        return -ENOMEM;
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    reader = fds[0];
    writer = fds[1];
    options.fds[0] = null;
    options.fds[1] = writer;
    options.die_with_parent = true;
    r = spawn(RKT_LIBEXECDIR "/rkt-fetch", argv, &options, &pid);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot run " RKT_LIBEXECDIR "/rkt-fetch");
    writer = safe_close(writer);
    r = read_pipe(reader, output, FETCH_OUTPUT_MAX);
    reader = safe_close(reader);
    status = wait_for_exit(pid);
    if (status < 0)
        return status;
    if (status != 0)
        return error_set(reterr, -EIO, "it could not be fetched (rkt-fetch exited with %d)", status);
    if (r >= 0)
        r = key_from_output(output, ret_key);
    return r < 0 ? error_set(reterr, r, "rkt-fetch printed no image key") : 0;
}

static int fetch(const GlobalOptions *global, const char *text, const char *signature, PullPolicy policy,
                 char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_strv_ char **argv = NULL;
    int r;

    r = strv_extend(&argv, "rkt-fetch");
    if (r >= 0)
        r = global_options_to_strv(global, &argv);
    if (r >= 0)
        r = strv_extendf(&argv, "--pull-policy=%s", pull_policy_to_string(policy));
    if (r >= 0)
        r = strv_extend(&argv, "--full");
    if (r >= 0)
        r = strv_extend(&argv, text);
    if (r >= 0 && signature)
        r = strv_extendf(&argv, "--signature=%s", signature);
    if (r < 0)
        return r;
    return run_fetch(argv, ret_key, reterr);
}

/* ----- Images of apps ----- */

static bool is_regular_file(const char *path, void *userdata _unused_)
{
    struct stat st;

    return stat(path, &st) >= 0 && S_ISREG(st.st_mode);
}

static int find_in_store(Store *store, const ImageReference *reference,
                         char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    if (reference->kind == IMAGE_REFERENCE_HASH)
        return store_find_image(store, reference->text, ret_key, reterr);
    if (reference->kind == IMAGE_REFERENCE_NAME)
        return store_find_image_by_name(store, reference->name, &reference->labels, ret_key, reterr);
    return -ENOENT;
}

int image_find_or_fetch(Store *store, const GlobalOptions *global, const char *text, const char *signature,
                        PullPolicy policy, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r;

    r = image_reference_parse(text, is_regular_file, NULL, &reference, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "image \"%s\"", text);
    if (policy != PULL_POLICY_UPDATE || reference->kind == IMAGE_REFERENCE_HASH) {
        r = find_in_store(store, reference, ret_key, reterr);
        if (r >= 0 || r != -ENOENT || reference->kind == IMAGE_REFERENCE_HASH)
            return r < 0 ? error_prefix(reterr, r, "image \"%s\"", text) : 0;
        if (policy == PULL_POLICY_NEVER && reference->kind == IMAGE_REFERENCE_NAME)
            return error_set(reterr, -ENOENT, "image \"%s\" is not in the store, and --pull-policy=never",
                             text);
        if (reterr)
            error_done(reterr);
    }
    r = fetch(global, text, signature, policy, ret_key, reterr);
    return r < 0 ? error_prefix(reterr, r, "image \"%s\"", text) : 0;
}

int app_image_load(Store *store, AppImage *image, Error *reterr)
{
    int r;

    r = store_ensure_tree(store, image->key, &image->tree_id, &image->tree_path, reterr);
    if (r >= 0)
        r = store_read_tree_manifest(store, image->tree_id, &image->manifest_text, &image->manifest_size,
                                     reterr);
    if (r >= 0)
        r = image_manifest_parse(image->manifest_text, image->manifest_size, &image->manifest, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "image %s", image->key);
    (void) store_touch_image(store, image->key);
    return 0;
}

/* ----- The stage1 ----- */

/* Whether the file came after the image that was imported from it: another build of the same version. */
static bool is_newer_than_image(Store *store, const char *path, const char *key)
{
    _cleanup_(store_image_freep) StoreImage *image = NULL;
    struct stat st;

    if (stat(path, &st) < 0 || store_read_image(store, key, &image, NULL) < 0)
        return false;
    return (int64_t) st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec > image->import_time_ns;
}

/* Images that were installed with rkt are as trusted as rkt. */
static int import_installed(const GlobalOptions *global, const char *path,
                            char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    GlobalOptions trusted = *global;

    trusted.insecure |= INSECURE_IMAGE;
    return fetch(&trusted, path, NULL, PULL_POLICY_UPDATE, ret_key, reterr);
}

static int find_default(Store *store, const GlobalOptions *global, char ret_key[static IMAGE_KEY_LENGTH + 1],
                        Error *reterr)
{
    static const char *const paths[] = {
        RKT_STAGE1_IMAGES_DIR "/" RKT_STAGE1_DEFAULT_IMAGE,
        RKT_BINDIR "/" RKT_STAGE1_DEFAULT_IMAGE,
    };
    char version_name[] = "version", version_value[] = RKT_VERSION;
    NameValue version = { .name = version_name, .value = version_value };
    NameValueList labels = { .items = &version, .n = 1 };
    int found = store_find_image_by_name(store, RKT_STAGE1_DEFAULT_NAME, &labels, ret_key, NULL);

    for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
        if (access(paths[i], F_OK) < 0)
            continue;
        if (found >= 0 && !is_newer_than_image(store, paths[i], ret_key))
            return 0;
        return import_installed(global, paths[i], ret_key, reterr);
    }
    if (found >= 0)
        return 0;
    return error_set(reterr, -ENOENT, "neither the store has %s:%s nor is there %s", RKT_STAGE1_DEFAULT_NAME,
                     RKT_VERSION, paths[0]);
}

static int find_from_dir(const GlobalOptions *global, const char *name,
                         char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *path = NULL;

    if (strchr(name, '/'))
        return error_set(reterr, -EINVAL, "--stage1-from-dir=%s: must be a file name without directory",
                         name);
    if (asprintf(&path, "%s/%s", RKT_STAGE1_IMAGES_DIR, name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    return import_installed(global, path, ret_key, reterr);
}

static int find_by_path(const GlobalOptions *global, const char *path,
                        char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *real = realpath(path, NULL);

    if (!real)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    if (startswith(real, RKT_STAGE1_IMAGES_DIR "/"))
        return import_installed(global, real, ret_key, reterr);
    return fetch(global, real, NULL, PULL_POLICY_UPDATE, ret_key, reterr);
}

int stage1_image_find(Store *store, const GlobalOptions *global, Stage1Source source, const char *text,
                      char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    int r = -EINVAL;

    switch (source) {
    case STAGE1_DEFAULT: r = find_default(store, global, ret_key, reterr); break;
    case STAGE1_FROM_DIR: r = find_from_dir(global, text, ret_key, reterr); break;
    case STAGE1_HASH: r = store_find_image(store, text, ret_key, reterr); break;
    case STAGE1_PATH: r = find_by_path(global, text, ret_key, reterr); break;
    case STAGE1_NAME:
    case STAGE1_URL:
        r = image_find_or_fetch(store, global, text, NULL, PULL_POLICY_NEW, ret_key, reterr);
        break;
    }
    return r < 0 ? error_prefix(reterr, r, "cannot find the stage1 image") : 0;
}
