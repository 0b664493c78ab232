/* SPDX-License-Identifier: Apache-2.0 */

#include "request.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/string-util.h"

static int take_size(Request *request, const char *name, Error *reterr)
{
    struct stat st;

    if (fstat(request->fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot look at \"%s\"", name);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "\"%s\" is not a regular file", name);
    request->size = (uint64_t) st.st_size;
    return 0;
}

/* ----- Files ----- */

static int open_signature(Request *request, const FetchArguments *arguments, Error *reterr)
{
    _cleanup_free_ char *beside = NULL;
    const char *file = request->signature;

    if (arguments->global.insecure & INSECURE_IMAGE)
        return 0;
    if (!file) {
        if (asprintf(&beside, "%s.asc", request->path) < 0) {
            beside = NULL;
            return -ENOMEM;
        }
        file = beside;
    }
    request->signature_fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (request->signature_fd >= 0)
        return 0;
    return error_set_errno(
            reterr, -errno,
            "error opening signature file \"%s\" (--insecure-options=image fetches unverified)", file);
}

static int open_file(Request *request, const char *path, const FetchArguments *arguments, Error *reterr)
{
    int r;

    request->path = path;
    request->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (request->fd < 0)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    r = take_size(request, path, reterr);
    return r < 0 ? r : open_signature(request, arguments, reterr);
}

static int open_path(Request *request, const FetchArguments *arguments, Error *reterr)
{
    return open_file(request, request->reference->text, arguments, reterr);
}

static int open_url(Request *request, const FetchArguments *arguments, Error *reterr)
{
    const char *path = startswith(request->reference->text, "file://");

    if (!path)
        return error_set(reterr, -EOPNOTSUPP, "fetching from URLs is not built yet");
    if (*path != '/')
        return error_set(reterr, -EINVAL, "a file URL needs an absolute path");
    return open_file(request, path, arguments, reterr);
}

/* ----- What the store has ----- */

/* What the store has of that name is enough, unless something newer is asked for. */
static int open_name(Request *request, const FetchArguments *arguments, Error *reterr)
{
    const ImageReference *reference = request->reference;
    _cleanup_(store_freep) Store *store = NULL;
    int r = arguments->pull_policy == PULL_POLICY_UPDATE
                    ? -ENOENT
                    : store_open(arguments->global.dir, STORE_OPEN_READ, &store, reterr);

    if (r >= 0)
        r = store_find_image_by_name(store, reference->name, &reference->labels, request->key, NULL);
    if (r != -ENOENT)
        return r;
    if (arguments->pull_policy == PULL_POLICY_NEVER)
        return error_set(reterr, r, "the image is not in the store, and --pull-policy=never");
    return error_set(reterr, -EOPNOTSUPP, "finding images by name is not built yet");
}

/* An image that an original's store has is read again from its blob. Its ID says what it is, so its signature
 * is not asked for. */
static int open_hash(Request *request, const FetchArguments *arguments, Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    int r = store_open(arguments->global.dir, STORE_OPEN_READ, &store, reterr);

    if (r >= 0)
        r = store_find_image(store, request->reference->text, request->key, reterr);
    if (r != -ENOENT)
        return r < 0 ? r : 0;
    r = store_find_unrecorded(store, request->reference->text, request->key, reterr);
    if (r >= 0)
        r = request->fd = store_open_image(store, request->key, reterr);
    return r < 0 ? r : take_size(request, request->key, reterr);
}

static int open_docker(Request *request _unused_, const FetchArguments *arguments _unused_, Error *reterr)
{
    return error_set(reterr, -EOPNOTSUPP, "fetching from docker registries is not built yet");
}

/* ----- All kinds ----- */

static int (*const transports[_IMAGE_REFERENCE_KIND_MAX])(Request *request, const FetchArguments *arguments,
                                                          Error *reterr) = {
    [IMAGE_REFERENCE_HASH] = open_hash,     [IMAGE_REFERENCE_PATH] = open_path,
    [IMAGE_REFERENCE_NAME] = open_name,     [IMAGE_REFERENCE_URL] = open_url,
    [IMAGE_REFERENCE_DOCKER] = open_docker,
};

static bool is_regular_file(const char *path, void *userdata _unused_)
{
    struct stat st;

    return stat(path, &st) >= 0 && S_ISREG(st.st_mode);
}

int request_open(Request *request, const FetchArguments *arguments, Error *reterr)
{
    int r = image_reference_parse(request->image, is_regular_file, NULL, &request->reference, reterr);

    if (r >= 0)
        r = transports[request->reference->kind](request, arguments, reterr);
    return r < 0 ? error_prefix(reterr, r, "cannot fetch \"%s\"", request->image) : 0;
}

void request_say(const Request *request)
{
    if (request->path)
        log_image("file", request->path);
    else if (request->fd >= 0)
        log_info("taking image %s over from the original's store", request->key);
    else if (request->reference->kind == IMAGE_REFERENCE_NAME)
        log_image("local store for image name", request->image);
    else
        log_image("the store with hash", request->key);
}
