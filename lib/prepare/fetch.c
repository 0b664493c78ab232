/* SPDX-License-Identifier: Apache-2.0 */
/* What limits a pod (MemoryMax=, CPUQuota=, IPAddressDeny=) must not starve the fetching of its images. So a
 * unit's ExecStartPre= has rkt-fetch run by systemd-run in a unit beside its own. That one can't outlive the
 * start: rkt-fetch ends when its standard input does, which is a pipe that nobody but we hold.
 *
 * Meanwhile it says how far it is, which becomes the pod's STATUS=, and more time for the start: as long as
 * bytes come, no timeout ends it. */

#include "fetch.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/answer.h"
#include "base/call.h"
#include "base/fd-util.h"
#include "base/printable.h"
#include "base/string-util.h"
#include "journal/notify.h"
#include "rkt-config.h"

enum { EXTENSION_S = 60 };

static const char systemd_run[] = "/usr/bin/systemd-run";

typedef struct Fetch {
    const FetchOptions *options;
    WantedImage *images;
    size_t n, n_keys;
    bool apart; /* in a unit beside ours */
    int notify;
    uint64_t progress, total; /* bytes */
} Fetch;

/* ----- What it says ----- */

static void say_status(const Fetch *fetch, const char *before, const char *behind)
{
    _cleanup_free_ char *image = strdup(fetch->images->text);

    if (!image || fetch->notify < 0)
        return;
    string_sanitize(image, "");
    if (fetch->n > 1)
        (void) notify_sendf(fetch->notify, "STATUS=%s %zu images%s", before, fetch->n, behind);
    else
        (void) notify_sendf(fetch->notify, "STATUS=%s %s%s", before, image, behind);
}

/* Only what is more than before is progress. */
static void take_progress(Fetch *fetch, uint64_t bytes)
{
    char behind[64];

    if (fetch->notify < 0 || bytes <= fetch->progress)
        return;
    fetch->progress = bytes;
    (void) snprintf(behind, sizeof(behind), ": %" PRIu64 " of %" PRIu64 " MB", bytes / 1000000,
                    fetch->total / 1000000);
    (void) notify_sendf(fetch->notify, "EXTEND_TIMEOUT_USEC=%d000000", EXTENSION_S);
    say_status(fetch, "fetching", behind);
}

static int take(const char *key, char *value, void *userdata)
{
    Fetch *fetch = userdata;
    uint64_t bytes;
    int r;

    if (streq(key, "total"))
        return parse_u64(value, &fetch->total);
    if (streq(key, "bytes")) {
        r = parse_u64(value, &bytes);
        if (r >= 0)
            take_progress(fetch, bytes);
        return r;
    }
    if (!streq(key, "image") || !image_key_is_valid(value) || fetch->n_keys == fetch->n)
        return -EBADMSG;
    memcpy(fetch->images[fetch->n_keys++].key, value, IMAGE_KEY_LENGTH + 1);
    return 0;
}

/* ----- How it is run ----- */

static int add_fetch(const Fetch *fetch, PullPolicy policy, char ***argv)
{
    int r = global_options_to_strv(fetch->options->global, argv);

    if (r >= 0)
        r = strv_extendf(argv, "--pull-policy=%s", pull_policy_to_string(policy));
    if (r >= 0 && fetch->options->quiet)
        r = strv_extend(argv, "--quiet");
    for (size_t i = 0; r >= 0 && i < fetch->n; i++) {
        r = strv_extend(argv, fetch->images[i].text);
        if (r >= 0 && fetch->images[i].signature)
            r = strv_extendf(argv, "--signature=%s", fetch->images[i].signature);
    }
    return r;
}

/* Whether we are the process that the unit's systemd started, and can have it start another. */
static bool is_of_unit(const FetchOptions *options)
{
    const char *text = getenv("SYSTEMD_EXEC_PID");
    uint64_t pid;

    return options->unit && text && parse_u64(text, &pid) >= 0 && pid == (uint64_t) getpid() &&
           access(systemd_run, X_OK) >= 0 && access("/run/dbus/system_bus_socket", F_OK) >= 0;
}

static int add_systemd_run(const FetchOptions *options, char ***argv)
{
    static unsigned n;
    int r = strv_split("systemd-run --quiet --collect --wait --pipe --service-type=exec", " ", argv);

    if (r >= 0)
        r = strv_extendf(argv, "--unit=run-%.*s-fetch-%d-%u.service", (int) strcspn(options->unit, "."),
                         options->unit, (int) getpid(), n++);
    if (r >= 0)
        r = strv_extendf(argv, "--description=Images of %s", options->unit);
    if (r >= 0)
        r = strv_extend(argv, "--setenv=" ANSWER_VARIABLE "=1");
    if (r >= 0)
        r = strv_extend(argv, "--");
    return r < 0 ? r : strv_extend(argv, RKT_LIBEXECDIR "/rkt-fetch");
}

/* Which image it was stays said, whatever is said before it. */
static int keep_name(int r, Error *reterr)
{
    _cleanup_free_ char *words = NULL;

    if (reterr && reterr->n > 1)
        words = string_concat(reterr->chain[reterr->n - 1], ": ", reterr->chain[0]);
    return words ? error_set(reterr, r, "%s", words) : r;
}

static int run(Fetch *fetch, char *const *argv, Error *reterr)
{
    _cleanup_close_ int input = -EBADF, held = -EBADF;
    Call call = {
        .path = fetch->apart ? systemd_run : RKT_LIBEXECDIR "/rkt-fetch",
        .argv = argv,
        .by_output = fetch->apart,
        .take = take,
        .userdata = fetch,
    };
    int fds[2], r;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    call.input = input = fds[0];
    held = fds[1];
    r = call_run(&call, reterr);
    return r < 0 ? keep_name(r, reterr) : 0;
}

void image_say(const FetchOptions *options, const char *from, const char *what)
{
    if (options->say && !options->quiet && !options->unit)
        options->say(from, what);
}

int images_fetch(const FetchOptions *options, WantedImage *images, size_t n, PullPolicy policy, Error *reterr)
{
    _cleanup_close_ int notify = -EBADF;
    Fetch fetch = {
        .options = options, .images = images, .n = n, .apart = is_of_unit(options), .notify = -EBADF
    };
    _cleanup_strv_ char **argv = NULL;
    int r;

    if (fetch.apart && notify_open(NULL, &notify) >= 0)
        fetch.notify = notify;
    r = fetch.apart ? add_systemd_run(options, &argv) : strv_extend(&argv, "rkt-fetch");
    if (r >= 0)
        r = add_fetch(&fetch, policy, &argv);
    if (r >= 0)
        r = run(&fetch, argv, reterr);
    if (r >= 0 && fetch.n_keys < n)
        r = error_set(reterr, -EBADMSG, "rkt-fetch named %zu images, not %zu", fetch.n_keys, n);
    if (r < 0)
        say_status(&fetch, "could not fetch", "");
    return r;
}

int image_fetch(const FetchOptions *options, const char *text, PullPolicy policy,
                char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    WantedImage image = { .text = text };
    int r = images_fetch(options, &image, 1, policy, reterr);

    if (r >= 0)
        memcpy(ret_key, image.key, sizeof(image.key));
    return r;
}
