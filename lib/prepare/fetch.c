/* SPDX-License-Identifier: Apache-2.0 */
/* What limits a pod (MemoryMax=, CPUQuota=, IPAddressDeny=) must not starve the fetching of its images. So a
 * unit's ExecStartPre= has rkt-fetch run by systemd-run in a unit beside its own. That one can't outlive the
 * start: rkt-fetch ends when its standard input does, which is a pipe that nobody but we hold.
 *
 * Meanwhile it says how far it is, which becomes the pod's STATUS=, and more time for the start: as long as
 * bytes come, no timeout ends it. */

#include "fetch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "journal/notify.h"
#include "rkt-config.h"

enum { EXTENSION_S = 60, EXIT_GENERAL = 254 };

static const char systemd_run[] = "/usr/bin/systemd-run";

typedef struct Fetch {
    const FetchOptions *options;
    WantedImage *images;
    size_t n, n_keys;
    bool apart; /* in a unit beside ours */
    int notify;
    unsigned long long progress; /* bytes */
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
static void take_progress(Fetch *fetch, const char *text)
{
    unsigned long long bytes, total;
    char behind[64];
    int end = 0;

    if (sscanf(text, "%19llu %19llu%n", &bytes, &total, &end) != 2 || text[end] != '\0' ||
        fetch->notify < 0 || bytes <= fetch->progress)
        return;
    fetch->progress = bytes;
    (void) snprintf(behind, sizeof(behind), ": %llu of %llu MB", bytes / 1000000, total / 1000000);
    (void) notify_sendf(fetch->notify, "EXTEND_TIMEOUT_USEC=%d000000", EXTENSION_S);
    say_status(fetch, "fetching", behind);
}

/* Its messages are passed on: the journal has lines under the unit of who writes them, and it is the pod's
 * that an administrator looks at. */
static void take_line(Fetch *fetch, char *line)
{
    const char *progress = startswith(line, "progress ");

    if (progress)
        take_progress(fetch, progress);
    else if (image_key_is_valid(line) && fetch->n_keys < fetch->n) {
        WantedImage *image = &fetch->images[fetch->n_keys++];

        memcpy(image->key, line, sizeof(image->key));
    } else {
        /* With their level (log_say_levels()), which no terminal is shown. */
        bool has_level = line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>';

        string_sanitize(line, "\t");
        fprintf(stderr, "%s\n", has_level && !log_has_levels() ? line + 3 : line);
    }
}

static int hear(Fetch *fetch, ChildOutput *output)
{
    char buffer[4096];
    size_t used = 0;
    ssize_t n;

    while ((n = child_output_read(output, buffer + used, sizeof(buffer) - 1 - used)) != 0) {
        char *line = buffer, *newline;

        if (n < 0)
            return (int) n;
        used += (size_t) n;
        buffer[used] = '\0';
        for (; (newline = strchr(line, '\n')); line = newline + 1) {
            *newline = '\0';
            take_line(fetch, line);
        }
        used -= (size_t) (line - buffer);
        memmove(buffer, line, used);
        if (used == sizeof(buffer) - 1) {
            take_line(fetch, buffer);
            used = 0;
        }
    }
    return 0;
}

/* ----- How it is run ----- */

static int add_fetch(const Fetch *fetch, PullPolicy policy, char ***argv)
{
    int r = global_options_to_strv(fetch->options->global, argv);

    if (r >= 0)
        r = strv_extendf(argv, "--pull-policy=%s", pull_policy_to_string(policy));
    if (r >= 0)
        r = strv_extend(argv, "--full");
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
        r = strv_extend(argv, "--");
    if (r >= 0)
        r = strv_extend(argv, RKT_LIBEXECDIR "/rkt-fetch");
    return r < 0 ? r : strv_extend(argv, "--progress");
}

static int run(Fetch *fetch, const char *program, char *const *argv, Error *reterr)
{
    _cleanup_close_ int reader = -EBADF, writer = -EBADF, input = -EBADF, held = -EBADF;
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    ChildOutput output;
    int fds[2], status, r;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    reader = fds[0];
    writer = fds[1];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    input = fds[0];
    held = fds[1];
    options.fds[0] = input;
    options.fds[1] = writer;
    if (fetch->apart)
        options.fds[2] = writer;
    options.die_with_parent = true;
    r = spawn(program, argv, &options, &pid);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot run %s", program);
    input = safe_close(input);
    writer = safe_close(writer);
    r = child_output_open(pid, reader, &output);
    if (r >= 0)
        r = hear(fetch, &output);
    child_output_done(&output);
    reader = safe_close(reader);
    status = wait_for_exit(pid);
    if (status < 0)
        return status;
    if (status == EXIT_GENERAL)
        return error_set_told(reterr, -EIO);
    if (status != 0)
        return error_set(reterr, -EIO, "it could not be fetched (rkt-fetch exited with %d)", status);
    return r < 0 ? error_set_errno(reterr, r, "cannot hear what rkt-fetch says") : 0;
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
        r = run(&fetch, fetch.apart ? systemd_run : RKT_LIBEXECDIR "/rkt-fetch", argv, reterr);
    if (r >= 0 && fetch.n_keys < n)
        r = error_set(reterr, -EBADMSG, "rkt-fetch printed %zu image keys, not %zu", fetch.n_keys, n);
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
