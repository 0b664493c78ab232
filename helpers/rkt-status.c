/* SPDX-License-Identifier: Apache-2.0 */
/* rkt status and rkt cat-manifest: print what is known of one pod. */

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file-util.h"
#include "base/duration.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "cli/command.h"
#include "cli/format.h"
#include "stage1/layout.h"
#include "pod/pod-json.h"
#include "pod/pod-status.h"

enum { EXIT_UUID_FILE = 1, WAIT_PAUSE_NS = 20000000 };

enum { OPT_FORMAT = 1, OPT_UUID_FILE, OPT_WAIT, OPT_WAIT_READY, OPT_PRETTY_PRINT };

static const Option status_options[] = {
    { "format", OPTION_VALUE, OPT_FORMAT, "json|json-pretty", "print JSON", NULL },
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    { "wait", OPTION_OPTIONAL, OPT_WAIT, "BOOL|DURATION", "wait until the pod has ended", "true" },
    { "wait-ready", OPTION_OPTIONAL, OPT_WAIT_READY, "BOOL|DURATION",
      "wait until the pod is ready or has ended", "true" },
    {},
};

static const Option manifest_options[] = {
    { "pretty-print", OPTION_OPTIONAL, OPT_PRETTY_PRINT, "BOOL", "indent the manifest", "true" },
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    {},
};

/* How long to wait: 0 not at all, negative without limit. */
typedef int64_t WaitTime;

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static const char *arg_pod, *arg_uuid_file;
static Format arg_format = FORMAT_TEXT, arg_manifest_format = FORMAT_JSON_PRETTY;
static WaitTime arg_wait, arg_wait_ready;

static int parse_wait(const char *value, WaitTime *ret, Error *reterr)
{
    int b = parse_bool(value);

    if (b >= 0) {
        *ret = b ? -1 : 0;
        return 0;
    }
    if (parse_duration(value, ret) < 0 || *ret < 0)
        return error_set(reterr, -EINVAL, "invalid wait value \"%s\": must be true, false or a duration",
                         value);
    return 0;
}

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FORMAT: return format_parse(value, &arg_format, reterr);
    case OPT_UUID_FILE: arg_uuid_file = value; return 0;
    case OPT_WAIT: return parse_wait(value, &arg_wait, reterr);
    case OPT_WAIT_READY: return parse_wait(value, &arg_wait_ready, reterr);
    case OPT_PRETTY_PRINT:
        arg_manifest_format = parse_bool(value) == 0 ? FORMAT_JSON : FORMAT_JSON_PRETTY;
        return parse_bool(value) < 0
                       ? error_set(reterr, -EINVAL, "invalid --pretty-print value \"%s\"", value)
                       : 0;
    case OPTION_POSITIONAL:
        if (arg_pod)
            return error_set(reterr, -EINVAL, "must provide one pod only");
        arg_pod = value;
        return 0;
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

/* ----- Waiting ----- */

static bool is_ready(const Pod *pod)
{
    char target[16];
    ssize_t n = readlinkat(pod->fd, STAGE1_SUPERVISOR_STATUS, target, sizeof(target));

    return n == 5 && memcmp(target, "ready", 5) == 0;
}

static bool has_ended(const Pod *pod)
{
    return pod->state >= POD_STATE_EXITED || pod->state == POD_STATE_ABORTED_PREPARE;
}

static bool is_ready_or_ended(const Pod *pod)
{
    return has_ended(pod) || (pod->state == POD_STATE_RUNNING && is_ready(pod));
}

static int wait_until(Pod *pod, bool (*reached)(const Pod *pod), WaitTime limit, Error *reterr)
{
    static const struct timespec pause = { .tv_nsec = WAIT_PAUSE_NS };

    for (int64_t waited = 0; !reached(pod); waited += WAIT_PAUSE_NS) {
        int r;

        if (limit >= 0 && waited >= limit)
            return error_set(reterr, -ETIMEDOUT, "timed out waiting for pod \"%s\", which is %s", pod->uuid,
                             pod_state_to_string(pod->state));
        (void) nanosleep(&pause, NULL);
        r = pod_refresh(pod);
        if (r < 0)
            return error_set_errno(reterr, r, "pod \"%s\" is gone", pod->uuid);
    }
    return 0;
}

/* ----- Printing ----- */

static void print_time(const char *key, int64_t time)
{
    _cleanup_free_ char *text = format_timestamp(time);

    if (time > 0 && text)
        printf("%s=%s\n", key, text);
}

static int print_status(const Pod *pod, const PodStatus *status)
{
    _cleanup_free_ char *networks = pod_networks_to_string(status);
    bool ended = pod->state >= POD_STATE_EXITED;

    if (!networks)
        return -ENOMEM;
    printf("state=%s\n", pod_state_to_string(pod->state));
    print_time("created", status->created_ns);
    print_time("started", status->started_ns);
    if (pod->state == POD_STATE_RUNNING || pod->state == POD_STATE_EXITED)
        printf("networks=%s\n", networks);
    if (pod->directory != POD_DIRECTORY_RUN && pod->directory != POD_DIRECTORY_EXITED_GARBAGE)
        return 0;
    if (status->pid > 0)
        printf("pid=%d\n", (int) status->pid);
    printf("exited=%s\n", ended ? "true" : "false");
    for (size_t i = 0; ended && i < status->n_apps; i++)
        if (status->apps[i].has_exit_code)
            printf("app-%s=%d\n", status->apps[i].name, status->apps[i].exit_code);
    for (size_t i = 0; i < status->n_apps; i++)
        if (status->apps[i].refused)
            printf("refused-%s=%s\n", status->apps[i].name, status->apps[i].refused);
    return 0;
}

static int run_status(Pod *pod, Error *reterr)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    int r = 0;

    if (arg_wait_ready != 0)
        r = wait_until(pod, is_ready_or_ended, arg_wait_ready, reterr);
    if (r >= 0 && arg_wait != 0)
        r = wait_until(pod, has_ended, arg_wait, reterr);
    if (r >= 0)
        r = pod_status_read(pod, POD_STATUS_DETAILS | POD_STATUS_APPS, &status);
    if (r < 0)
        return r;
    return arg_format == FORMAT_TEXT ? print_status(pod, status)
                                     : format_print_json(pod_to_json(pod, status), arg_format);
}

static int run_cat_manifest(Pod *pod, Error *reterr)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    int r = pod_status_read(pod, POD_STATUS_MANIFEST, &status);

    if (r < 0)
        return r;
    if (!status->manifest)
        return error_set(reterr, -ENOENT, "pod \"%s\" has no manifest that can be read", pod->uuid);
    return format_print_json(json_incref(status->manifest), arg_manifest_format);
}

/* A file that names no pod has a different exit status from other errors, so it is reported here. */
static int with_pod(const char *verb, int (*run)(Pod *pod, Error *reterr), Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r = pod_root_open(arg_global.dir, false, &root, reterr);

    if (r >= 0)
        r = pod_open_argument(root, arg_pod, arg_uuid_file, &pod, reterr);
    if (r >= 0)
        return run(pod, reterr);
    r = error_prefix(reterr, r, "unable to find the pod");
    if (!arg_uuid_file)
        return r;
    error_print(reterr, r, verb, arg_global.debug);
    return EXIT_UUID_FILE;
}

static int status(Error *reterr)
{
    return with_pod("status", run_status, reterr);
}

static int cat_manifest(Error *reterr)
{
    return with_pod("cat-manifest", run_cat_manifest, reterr);
}

static const Command status_command = { .name = "status",
                                        .arguments = "UUID | --uuid-file=FILE",
                                        .summary = "Shows the state of a pod and the exit codes of its apps.",
                                        .options = status_options,
                                        .take = take_option,
                                        .run = status };

static const Command manifest_command = { .name = "cat-manifest",
                                          .arguments = "UUID | --uuid-file=FILE",
                                          .summary = "Prints the manifest of a pod.",
                                          .options = manifest_options,
                                          .take = take_option,
                                          .run = cat_manifest };

int main(int argc, char **argv)
{
    static const Command *const commands[] = { &status_command, &manifest_command, NULL };

    return command_main(commands, &arg_global, argc, argv);
}
