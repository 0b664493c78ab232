/* SPDX-License-Identifier: Apache-2.0 */
/* rkt fetch: brings images into the store. Root opens what was named and nothing more; a worker without any
 * privilege (as user rkt when root started us) has it read in cages, hashes and stores it, and says the
 * image's key through a pipe. What a reference's kind needs is in a table: further transports are further
 * rows. */

#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "appc/image-reference.h"
#include "base/array.h"
#include "base/fd-util.h"
#include "base/log.h"
#include "base/privilege.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "cli/command.h"
#include "settings/pull-policy.h"
#include "store/import.h"

enum { KEY_HEX_SHORT = 32 };

enum { OPT_FULL = 1, OPT_NO_STORE, OPT_PROGRESS, OPT_PULL_POLICY, OPT_QUIET, OPT_SIGNATURE, OPT_STORE_ONLY };

static const Option options[] = {
    { "full", OPTION_BOOL, OPT_FULL, NULL, "print the whole image ID", NULL },
    { "no-store", OPTION_BOOL, OPT_NO_STORE, NULL, "the same as --pull-policy=update", NULL },
    { "progress", OPTION_BOOL, OPT_PROGRESS, NULL,
      "print lines of how far it is; end when standard input does", NULL },
    { "pull-policy", OPTION_VALUE, OPT_PULL_POLICY, "new|never|update", "when to look for a newer image",
      "update" },
    { "quiet", OPTION_BOOL, OPT_QUIET, NULL, "print only image IDs, and errors", NULL },
    { "signature", OPTION_VALUE, OPT_SIGNATURE, "FILE", "the signature of the image named before it", NULL },
    { "store-only", OPTION_BOOL, OPT_STORE_ONLY, NULL, "the same as --pull-policy=never", NULL },
    {},
};

typedef struct Request {
    const char *image;     /* as it was named */
    const char *signature; /* NULL: beside the image */
    ImageReference *reference;
    const char *path;               /* PATH and file: the file */
    int fd;                         /* PATH, file, HASH: opened with the caller's rights */
    char key[IMAGE_KEY_LENGTH + 1]; /* HASH */
} Request;

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static bool arg_full, arg_progress, arg_quiet;
static PullPolicy arg_pull_policy = PULL_POLICY_UPDATE;
static Request *arg_requests;
static size_t arg_n_requests;

/* ----- The command line ----- */

static int take_request(const char *image)
{
    Request *request = ARRAY_APPEND(arg_requests, arg_n_requests);

    if (!request)
        return -ENOMEM;
    *request = (Request){ .image = image, .fd = -EBADF };
    return 0;
}

static int take_signature(const char *file, Error *reterr)
{
    Request *last = arg_n_requests > 0 ? &arg_requests[arg_n_requests - 1] : NULL;

    if (!last)
        return error_set(reterr, -EINVAL, "--signature must come after the image that it is for");
    if (last->signature)
        return error_set(reterr, -EINVAL, "--signature given twice for image \"%s\"", last->image);
    last->signature = file;
    return 0;
}

static int take_pull_policy(const char *value, Error *reterr)
{
    PullPolicy policy = pull_policy_from_string(value);

    if ((int) policy < 0)
        return error_set(reterr, -EINVAL, "invalid pull policy \"%s\": must be new, never or update", value);
    arg_pull_policy = policy;
    return 0;
}

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FULL: arg_full = streq(value, "true"); return 0;
    case OPT_PROGRESS:
        arg_progress = streq(value, "true");
        if (arg_progress)
            log_say_levels();
        return 0;
    case OPT_QUIET: arg_quiet = streq(value, "true"); return 0;
    case OPT_NO_STORE: return streq(value, "true") ? take_pull_policy("update", reterr) : 0;
    case OPT_STORE_ONLY: return streq(value, "true") ? take_pull_policy("never", reterr) : 0;
    case OPT_PULL_POLICY: return take_pull_policy(value, reterr);
    case OPT_SIGNATURE: return take_signature(value, reterr);
    case OPTION_POSITIONAL: return take_request(value);
    default: return 0;
    }
}

/* ----- Files ----- */

static int open_file(Request *request, Error *reterr)
{
    struct stat st;

    request->fd = open(request->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (request->fd < 0)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", request->path);
    if (fstat(request->fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot look at \"%s\"", request->path);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "\"%s\" is not a regular file", request->path);
    return 0;
}

/* Verifying comes with the keystore; until then an image whose signature was not waived does not come in. */
static int check_signature(const Request *request, Error *reterr)
{
    _cleanup_free_ char *beside = NULL;
    const char *file = request->signature;

    if (arg_global.insecure & INSECURE_IMAGE)
        return 0;
    if (!file) {
        if (asprintf(&beside, "%s.asc", request->path) < 0)
            return -ENOMEM;
        file = beside;
    }
    if (access(file, R_OK) < 0)
        return error_set_errno(
                reterr, -errno,
                "error opening signature file \"%s\" (--insecure-options=image fetches unverified)", file);
    return error_set(reterr, -EOPNOTSUPP,
                     "verifying signatures is not built yet (--insecure-options=image fetches unverified)");
}

static int open_path(Request *request, Error *reterr)
{
    int r;

    request->path = request->reference->text;
    r = open_file(request, reterr);
    return r < 0 ? r : check_signature(request, reterr);
}

static int open_url(Request *request, Error *reterr)
{
    const char *path = startswith(request->reference->text, "file://");
    int r;

    if (!path)
        return error_set(reterr, -EOPNOTSUPP, "fetching from URLs is not built yet");
    if (*path != '/')
        return error_set(reterr, -EINVAL, "a file URL needs an absolute path");
    request->path = path;
    r = open_file(request, reterr);
    return r < 0 ? r : check_signature(request, reterr);
}

/* What the store has of that name is enough, unless something newer is asked for. */
static int open_name(Request *request, Error *reterr)
{
    const ImageReference *reference = request->reference;
    _cleanup_(store_freep) Store *store = NULL;
    int r = arg_pull_policy == PULL_POLICY_UPDATE
                    ? -ENOENT
                    : store_open(arg_global.dir, STORE_OPEN_READ, &store, reterr);

    if (r >= 0)
        r = store_find_image_by_name(store, reference->name, &reference->labels, request->key, NULL);
    if (r != -ENOENT)
        return r;
    if (arg_pull_policy == PULL_POLICY_NEVER)
        return error_set(reterr, r, "the image is not in the store, and --pull-policy=never");
    return error_set(reterr, -EOPNOTSUPP, "finding images by name is not built yet");
}

static int open_docker(Request *request _unused_, Error *reterr)
{
    return error_set(reterr, -EOPNOTSUPP, "fetching from docker registries is not built yet");
}

/* An image that an original's store has is read again from its blob. Its ID says what it is, so its signature
 * is not asked for. */
static int open_hash(Request *request, Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    int r = store_open(arg_global.dir, STORE_OPEN_READ, &store, reterr);

    if (r >= 0)
        r = store_find_image(store, request->reference->text, request->key, reterr);
    if (r != -ENOENT)
        return r < 0 ? r : 0;
    r = store_find_unrecorded(store, request->reference->text, request->key, reterr);
    if (r >= 0)
        r = request->fd = store_open_image(store, request->key, reterr);
    return r < 0 ? r : 0;
}

/* ----- The worker ----- */

static void show_progress(uint64_t bytes, void *userdata)
{
    const off_t *total = userdata;
    static int64_t last;
    int64_t tenths = monotonic_ns() / 100000000;

    if (tenths == last && bytes < (uint64_t) *total)
        return;
    last = tenths;
    if (arg_progress) {
        (void) dprintf(STDOUT_FILENO, "progress %" PRIu64 " %jd\n", bytes, (intmax_t) *total);
        return;
    }
    (void) fprintf(stderr, "\rreading image: %" PRIu64 " of %jd MB%s", bytes / 1000000,
                   (intmax_t) *total / 1000000, bytes >= (uint64_t) *total ? "\n" : "");
}

static int import_from(Store *store, const Request *request, const ImportCages *cages, char *ret_key,
                       Error *reterr)
{
    int fd = request->fd;
    const ImportSource source = import_source_fd(&fd);
    _cleanup_(import_freep) Import *import = NULL;
    StoreImportOptions settings = {};
    struct stat st;
    int r;

    if ((arg_progress || (isatty(STDERR_FILENO) && !arg_quiet)) && fstat(request->fd, &st) >= 0) {
        settings.on_progress = show_progress;
        settings.userdata = &st.st_size;
    }
    r = import_read(store, &source, cages, &settings, &import, reterr);
    if (r < 0)
        return r;
    if (*request->key && !streq(request->key, import_key(import)))
        return error_set(reterr, -EBADMSG, "its bytes were changed: they are those of image %s",
                         import_key(import));
    memcpy(ret_key, import_key(import), IMAGE_KEY_LENGTH + 1);
    return import_commit(import, reterr);
}

static int import_file(Store *store, const Request *request, const ImportCages *cages, char *ret_key,
                       Error *reterr)
{
    if (!arg_quiet)
        log_image("file", request->path);
    return import_from(store, request, cages, ret_key, reterr);
}

static int import_hash(Store *store, const Request *request, const ImportCages *cages, char *ret_key,
                       Error *reterr)
{
    if (!arg_quiet)
        log_info("taking image %s over from the original's store", request->key);
    return import_from(store, request, cages, ret_key, reterr);
}

/* What there is to know of each kind of reference: what is done with the caller's rights, and what without
 * any. */
static const struct Transport {
    int (*open)(Request *request, Error *reterr);
    int (*import)(Store *store, const Request *request, const ImportCages *cages, char *ret_key,
                  Error *reterr);
} transports[_IMAGE_REFERENCE_KIND_MAX] = {
    [IMAGE_REFERENCE_HASH] = { open_hash, import_hash }, [IMAGE_REFERENCE_PATH] = { open_path, import_file },
    [IMAGE_REFERENCE_NAME] = { open_name, NULL },        [IMAGE_REFERENCE_URL] = { open_url, import_file },
    [IMAGE_REFERENCE_DOCKER] = { open_docker, NULL },
};

/* Only root can keep cages apart, so they come first. */
static int start_cages(ImportCages *ret, Error *reterr)
{
    bool is_root = geteuid() == 0;
    uid_t uid = 0;
    gid_t gid = 0;
    int r = is_root ? privilege_find_user("rkt", &uid, &gid, reterr) : 0;

    return r < 0 ? r : import_cages_start(is_root, uid, gid, ret, reterr);
}

static int work(Store *store, const Request *request, int to, Error *reterr)
{
    _cleanup_(import_cages_done) ImportCages cages = {};
    char key[IMAGE_KEY_LENGTH + 1];
    int r;

    (void) umask(0007);
    r = start_cages(&cages, reterr);
    if (r >= 0)
        r = privilege_drop("rkt", reterr);
    if (r >= 0)
        r = transports[request->reference->kind].import(store, request, &cages, key, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "cannot fetch \"%s\"", request->image);
    return write_full(to, key, IMAGE_KEY_LENGTH);
}

/* 1, or 0 when the worker failed: it prints its error itself, so none of a stranger's bytes come back but a
 * key, which is looked at. That has room in the pipe, so the worker's end is what is waited for. */
static int run_worker(Store *store, const Request *request, char ret_key[static IMAGE_KEY_LENGTH + 1],
                      Error *reterr)
{
    _cleanup_close_ int from = -EBADF, to = -EBADF;
    int pair[2], status;
    ssize_t n;
    pid_t pid;

    if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) < 0)
        return error_set_errno(reterr, -errno, "cannot make a pipe");
    from = pair[0];
    to = pair[1];
    pid = fork();
    if (pid < 0)
        return error_set_errno(reterr, -errno, "cannot fork");
    if (pid == 0) {
        _cleanup_error_ Error error = ERROR_INIT;
        int r = work(store, request, to, &error);

        if (r < 0)
            error_print(&error, r, "fetch", arg_global.debug);
        _exit(r < 0 ? EXIT_GENERAL : 0);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return error_set_errno(reterr, -errno, "cannot wait for a child");
    n = read(from, ret_key, IMAGE_KEY_LENGTH);
    ret_key[n < 0 ? 0 : n] = '\0';
    if (WIFSIGNALED(status))
        log_error("cannot fetch \"%s\": its worker was ended by signal %d (%s)", request->image,
                  WTERMSIG(status), strsignal(WTERMSIG(status)));
    return status == 0 && image_key_is_valid(ret_key) ? 1 : 0;
}

/* An image that is there already needs nobody. */
static int fetch(Store *store, const Request *request, char ret_key[static IMAGE_KEY_LENGTH + 1],
                 Error *reterr)
{
    if (request->fd >= 0)
        return run_worker(store, request, ret_key, reterr);
    if (!arg_quiet && request->reference->kind == IMAGE_REFERENCE_NAME)
        log_image("local store for image name", request->image);
    else if (!arg_quiet)
        log_image("the store with hash", request->key);
    memcpy(ret_key, request->key, sizeof(request->key));
    return 1;
}

/* SIGIO, which comes when nobody holds the other end any longer, ends us, and our unit the worker. */
static int end_with_input(Error *reterr)
{
    struct pollfd input = { .fd = STDIN_FILENO };
    int flags = fcntl(STDIN_FILENO, F_GETFL);

    if (flags < 0 || fcntl(STDIN_FILENO, F_SETOWN, getpid()) < 0 ||
        fcntl(STDIN_FILENO, F_SETFL, flags | O_ASYNC) < 0)
        return error_set_errno(reterr, -errno, "cannot watch standard input");
    if (poll(&input, 1, 0) > 0)
        return error_set(reterr, -EPIPE, "standard input has ended");
    return 0;
}

/* ----- One image after the other ----- */

static bool is_regular_file(const char *path, void *userdata _unused_)
{
    struct stat st;

    return stat(path, &st) >= 0 && S_ISREG(st.st_mode);
}

static int open_request(Request *request, Error *reterr)
{
    int r = image_reference_parse(request->image, is_regular_file, NULL, &request->reference, reterr);

    if (r >= 0)
        r = transports[request->reference->kind].open(request, reterr);
    return r < 0 ? error_prefix(reterr, r, "cannot fetch \"%s\"", request->image) : 0;
}

/* Rendering right away saves the first start the wait. It is not a part of fetching: a start that needs the
 * tree renders it. */
static void render(Store *store, const char *key)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *id = NULL;

    if (store_ensure_tree(store, key, &id, NULL, &error) < 0)
        log_debug("not rendered yet: %s", error_cause(&error) ? error_cause(&error) : "out of memory");
}

static int run(Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    int status = 0, r = arg_progress ? end_with_input(reterr) : 0;

    if (r >= 0 && arg_n_requests == 0)
        r = error_set(reterr, -EINVAL, "must provide at least one image");
    if (r < 0)
        return r;
    /* Everything is opened first: nothing comes in when one of several can't. */
    for (size_t i = 0; i < arg_n_requests; i++) {
        r = open_request(&arg_requests[i], reterr);
        if (r < 0)
            return r;
    }
    /* By us, and the worker goes on from there: its user may not pass the directories above it. */
    r = store_open(arg_global.dir, geteuid() == 0 ? STORE_OPEN_CREATE : 0, &store, reterr);
    if (r < 0)
        return r;
    for (size_t i = 0; i < arg_n_requests; i++) {
        char key[IMAGE_KEY_LENGTH + 1];

        r = fetch(store, &arg_requests[i], key, reterr);
        if (r < 0)
            return r;
        if (r == 0) {
            status = EXIT_GENERAL;
            continue;
        }
        if (geteuid() == 0)
            render(store, key);
        if (!arg_full)
            key[strlen(IMAGE_KEY_PREFIX) + KEY_HEX_SHORT] = '\0';
        (void) puts(key);
    }
    return status;
}

int main(int argc, char **argv)
{
    Command fetch = { .name = "fetch",
                      .label = "fetch",
                      .arguments = "IMAGE…",
                      .summary = "Brings images into the store.",
                      .options = options,
                      .take = take_option,
                      .run = run },
            alias = fetch;

    alias.name = "image fetch";
    (void) setlocale(LC_CTYPE, "C.UTF-8");
    cage_main(argc, argv, store_import_works);
    return command_main((const Command *const[]){ &fetch, &alias, NULL }, &arg_global, argc, argv);
}
