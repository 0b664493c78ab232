/* SPDX-License-Identifier: Apache-2.0 */
/* rkt fetch: brings images into the store. Root opens what was named and nothing more (request.c); a worker
 * without any privilege has each image read in cages, hashes and stores it (worker.c), several side by side
 * (side-by-side.c). */

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/array.h"
#include "base/answer.h"
#include "base/string-util.h"
#include "cli/command.h"
#include "side-by-side.h"
#include "store/import.h"

enum { OPT_FULL = 1, OPT_NO_STORE, OPT_PULL_POLICY, OPT_QUIET, OPT_SIGNATURE, OPT_STORE_ONLY };

static const Option options[] = {
    { "full", OPTION_BOOL, OPT_FULL, NULL, "print the whole image ID", NULL },
    { "no-store", OPTION_BOOL, OPT_NO_STORE, NULL, "the same as --pull-policy=update", NULL },
    { "pull-policy", OPTION_VALUE, OPT_PULL_POLICY, "new|never|update", "when to look for a newer image",
      "update" },
    { "quiet", OPTION_BOOL, OPT_QUIET, NULL, "print only image IDs and errors", NULL },
    { "signature", OPTION_VALUE, OPT_SIGNATURE, "FILE", "the signature of the image before this flag", NULL },
    { "store-only", OPTION_BOOL, OPT_STORE_ONLY, NULL, "the same as --pull-policy=never", NULL },
    {},
};

static FetchArguments arg = { .global = GLOBAL_OPTIONS_INIT, .pull_policy = PULL_POLICY_UPDATE };
static Request *arg_requests;
static size_t arg_n_requests;

/* ----- The command line ----- */

static int take_request(const char *image)
{
    Request *request = ARRAY_APPEND(arg_requests, arg_n_requests);

    if (!request)
        return -ENOMEM;
    *request = (Request){ .image = image, .fd = -EBADF, .signature_fd = -EBADF };
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
    arg.pull_policy = policy;
    return 0;
}

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FULL: arg.full = streq(value, "true"); return 0;
    case OPT_QUIET: arg.quiet = streq(value, "true"); return 0;
    case OPT_NO_STORE: return streq(value, "true") ? take_pull_policy("update", reterr) : 0;
    case OPT_STORE_ONLY: return streq(value, "true") ? take_pull_policy("never", reterr) : 0;
    case OPT_PULL_POLICY: return take_pull_policy(value, reterr);
    case OPT_SIGNATURE: return take_signature(value, reterr);
    case OPTION_POSITIONAL: return take_request(value);
    default: return 0;
    }
}

/* ----- The images ----- */

/* A caller holds the other end, and may not be our parent. SIGIO, which comes when nobody holds the other end
 * any longer, ends us, and that the workers. */
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

static int run(Error *reterr)
{
    _cleanup_(keystore_freep) Keystore *keystore = NULL;
    _cleanup_(store_freep) Store *store = NULL;
    size_t missing = 0;
    int r = answer_is_asked() ? end_with_input(reterr) : 0;

    if (r >= 0 && arg_n_requests == 0)
        r = error_set(reterr, -EINVAL, "must provide at least one image");
    if (r >= 0 && !(arg.global.insecure & INSECURE_IMAGE))
        r = keystore_open(arg.global.system_config, arg.global.local_config, &keystore, reterr);
    if (r < 0)
        return r;
    arg.keystore = keystore;
    /* Everything is opened first: nothing comes in when one of several can't. */
    for (size_t i = 0; i < arg_n_requests; i++) {
        r = request_open(&arg_requests[i], &arg, reterr);
        if (r < 0)
            return r;
    }
    /* By us, and the workers go on from there: their user may not pass the directories above it. */
    r = store_open(arg.global.dir, geteuid() == 0 ? STORE_OPEN_CREATE : 0, &store, reterr);
    if (r >= 0)
        r = fetch_side_by_side(store, arg_requests, arg_n_requests, &arg, &missing, reterr);
    return r < 0 ? r : missing > 0 ? EXIT_GENERAL : 0;
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
    return command_main((const Command *const[]){ &fetch, &alias, NULL }, &arg.global, argc, argv);
}
