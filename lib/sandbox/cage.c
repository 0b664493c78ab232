/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's side of a cage. A child is cloned, enters new namespaces, and executes the same program
 * again, so that nothing of the caller's memory, environment, terminal or descriptors is left. The cage
 * confines itself (cage-inside.c). The caller limits its time and what it writes. */

#include "cage-internal.h"

#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file-util.h"
#include "base/printable.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/time-util.h"

#define CAGE_MEMORY (2ULL << 30)
#define SPACE_RESERVE (64ULL << 20) /* bytes that must stay free */

enum {
    CAGE_SECONDS = 3600,
    CAGE_ARGUMENT_MAX = 64 << 20,
    CAGE_BUFFER = 256 * 1024,
    CAGE_PIPE = 1 << 20,
    WATCH_MS = 100,
    INODE_RESERVE = 1024,
};

/* ----- Starting ----- */

struct Cage {
    CageOptions options;
    pid_t pid;
    int process;               /* a pidfd */
    int input, output, report; /* the caller's ends of its pipes */
    uint64_t inodes_before;
    const uint8_t *next; /* its next input, the caller's or our own */
    size_t left, argument_given;
    uint64_t given;
    int64_t spent_ns; /* of its time */
    uint8_t ours[CAGE_BUFFER], taken[CAGE_BUFFER];
};

/* 0 in the child. */
static pid_t clone_child(bool apart)
{
    unsigned long flags = SIGCHLD | (apart ? CLONE_NEWPID : 0);

#if defined(__s390x__)
    return (pid_t) syscall(SYS_clone, NULL, flags, NULL, NULL, NULL);
#else
    return (pid_t) syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
#endif
}

/* The working directory leads into the new mount namespace. A cage without a directory mounts an empty one
 * over a directory that every system has. */
static int enter_namespaces(const CageOptions *options)
{
    int r = options->root >= 0 ? fchdir(options->root) : chdir("/proc");

    return r < 0 || unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0 ? -errno : 0;
}

/* fds: standard input, output and error, the parent, the program. */
static int place_descriptors(int fds[static 5])
{
    int program = 4;

    for (int i = 0; i < 5; i++) {
        fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 8);
        if (fds[i] < 0)
            return -errno;
    }
    for (int i = 0; i < 5; i++)
        if (dup3(fds[i], i, i == program ? O_CLOEXEC : 0) < 0)
            return -errno;
    return close_all_but(program + 1, NULL, 0);
}

_noreturn_ static void execute(const CageOptions *options, int fds[static 5])
{
    char *const argv[] = { (char *) CAGE_NAME, (char *) options->work, NULL }, *const environment[] = {
        NULL
    };
    _cleanup_error_ Error error = ERROR_INIT;
    int r = cage_tie_to_parent(fds[3]);

    spawn_reset_signals();
    if (r >= 0 && setsid() < 0)
        r = -errno;
    if (r >= 0 && options->apart)
        r = enter_namespaces(options);
    if (r < 0)
        (void) error_set_errno(&error, r, "cannot make namespaces for %s", options->worker);
    if (r >= 0) {
        r = place_descriptors(fds);
        if (r >= 0)
            r = exec_opened(4, NULL, argv, environment);
        (void) error_set_errno(&error, r, "cannot run %s", options->worker);
    }
    cage_report_send(fds[2], r, &error);
    _exit(1);
}

static int make_pipe(int *ret_reader, int *ret_writer, int our)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    *ret_reader = fds[0];
    *ret_writer = fds[1];
    (void) fcntl(fds[0], F_SETPIPE_SZ, CAGE_PIPE); /* as far as the user may */
    return fcntl(fds[our], F_SETFL, O_NONBLOCK | (our == 0 ? O_RDONLY : O_WRONLY)) < 0 ? -errno : 0;
}

/* The pipe has room for it. */
static int send_setup(const Cage *cage)
{
    const CageOptions *options = &cage->options;
    CageSetup setup = {};

    setup.apart = options->apart;
    setup.has_root = options->root >= 0;
    setup.writable = options->writable;
    setup.uid = options->uid;
    setup.gid = options->gid;
    setup.capabilities = options->capabilities;
    setup.memory = options->memory ? options->memory : CAGE_MEMORY;
    setup.file_size = options->file_size;
    setup.argument_size = options->argument_size;
    return write_full(cage->input, &setup, sizeof(setup));
}

static int start_child(Cage *cage, Error *reterr)
{
    _cleanup_close_ int input = -EBADF, output = -EBADF, report = -EBADF, parent = -EBADF, program = -EBADF;
    int r = make_pipe(&input, &cage->input, 1);

    if (r >= 0)
        r = make_pipe(&cage->output, &output, 0);
    if (r >= 0)
        r = make_pipe(&cage->report, &report, 0);
    if (r >= 0)
        r = send_setup(cage);
    parent = (int) syscall(SYS_pidfd_open, getpid(), 0);
    program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    if (r < 0 || parent < 0 || program < 0)
        return error_set_errno(reterr, r < 0 ? r : -errno, "cannot prepare %s", cage->options.worker);
    cage->pid = clone_child(cage->options.apart);
    if (cage->pid < 0)
        return error_set_errno(reterr, -errno, "cannot clone %s", cage->options.worker);
    if (cage->pid == 0)
        execute(&cage->options, (int[]){ input, output, report, parent, program });
    cage->process = (int) syscall(SYS_pidfd_open, cage->pid, 0);
    return cage->process < 0 ? error_set_errno(reterr, -errno, "cannot watch %s", cage->options.worker) : 0;
}

int cage_start(const CageOptions *options, Cage **ret, Error *reterr)
{
    _cleanup_(cage_freep) Cage *cage = calloc(1, sizeof(*cage));
    struct statvfs vfs;
    int r;

    if (!cage)
        return -ENOMEM;
    cage->options = *options;
    cage->pid = -1;
    cage->process = cage->input = cage->output = cage->report = -EBADF;
    if (options->argument_size > CAGE_ARGUMENT_MAX)
        return error_set(reterr, -E2BIG, "too much input for %s", options->worker);
    if (options->writable && fstatvfs(options->root, &vfs) >= 0)
        cage->inodes_before = vfs.f_ffree;
    r = start_child(cage, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(cage);
    return 0;
}

void cage_free(Cage *cage)
{
    if (!cage)
        return;
    if (cage->pid > 0) {
        (void) kill(cage->pid, SIGKILL);
        safe_close(cage->input);
        cage->input = -EBADF;
        (void) wait_for_exit(cage->pid);
    }
    safe_close(cage->process);
    safe_close(cage->input);
    safe_close(cage->output);
    safe_close(cage->report);
    free(cage);
}

/* ----- Running ----- */

static int refill(Cage *cage, const CageStreams *streams, Error *reterr)
{
    ssize_t n = streams->give ? streams->give(cage->ours, sizeof(cage->ours), streams->userdata, reterr) : 0;

    if (n < 0)
        return (int) n;
    cage->next = cage->ours;
    cage->left = (size_t) n;
    if (n == 0)
        cage->input = safe_close(cage->input);
    return 0;
}

/* If the cage wants no more input, it has closed its end. */
static int write_some(Cage *cage, const void *data, size_t size, size_t *done)
{
    ssize_t n = write(cage->input, data, size);

    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        if (errno != EPIPE)
            return -errno;
        cage->input = safe_close(cage->input);
    }
    *done += n > 0 ? (size_t) n : 0;
    return 0;
}

static int feed(Cage *cage, const CageStreams *streams, Error *reterr)
{
    const CageOptions *options = &cage->options;
    size_t done = 0;
    int r;

    if (cage->argument_given < options->argument_size)
        return write_some(cage, (const uint8_t *) options->argument + cage->argument_given,
                          options->argument_size - cage->argument_given, &cage->argument_given);
    if (cage->left == 0) {
        r = refill(cage, streams, reterr);
        if (r < 0 || cage->input < 0)
            return r;
    }
    r = write_some(cage, cage->next, cage->left, &done);
    cage->next += done;
    cage->left -= done;
    cage->given += done;
    return r;
}

uint64_t cage_consumed(const Cage *cage)
{
    int unread = 0;

    if (cage->input >= 0 && ioctl(cage->input, FIONREAD, &unread) < 0)
        unread = 0;
    return (uint64_t) unread < cage->given ? cage->given - (uint64_t) unread : 0;
}

/* 1: there may be more. */
static int drain(Cage *cage, const CageStreams *streams, Error *reterr)
{
    ssize_t n = read(cage->output, cage->taken, sizeof(cage->taken));
    int r;

    if (n < 0)
        return errno == EINTR ? 1 : errno == EAGAIN ? 0 : -errno;
    if (n == 0) {
        cage->output = safe_close(cage->output);
        return 0;
    }
    r = streams->take ? streams->take(cage->taken, (size_t) n, streams->userdata, reterr)
                      : error_set(reterr, -EBADMSG, "%s sends too much output", cage->options.worker);
    return r < 0 ? r : 1;
}

/* The bytes that it has written to files and pipes, as the kernel counts them. The filter leaves it no
 * other way to write, because it cannot map files as shared memory. */
static uint64_t bytes_written(const Cage *cage)
{
    _cleanup_free_ char *text = NULL;
    char path[64];
    const char *at;

    (void) snprintf(path, sizeof(path), "/proc/%d/io", cage->pid);
    if (read_file_at(AT_FDCWD, path, 4096, &text, NULL) < 0 || !(at = strstr(text, "wchar: ")))
        return 0;
    return strtoull(at + strlen("wchar: "), NULL, 10);
}

static int check_quota(const Cage *cage, Error *reterr)
{
    const CageOptions *options = &cage->options;
    struct statvfs vfs;

    if (bytes_written(cage) > options->bytes)
        return error_set(reterr, -EDQUOT, "%s wrote more than %" PRIu64 " bytes", options->worker,
                         options->bytes);
    if (fstatvfs(options->root, &vfs) < 0 || vfs.f_blocks == 0)
        return 0;
    if (vfs.f_bavail * vfs.f_frsize < SPACE_RESERVE)
        return error_set(reterr, -ENOSPC, "not enough space left for %s", options->doing);
    if (vfs.f_files == 0) /* not every file system counts */
        return 0;
    if (cage->inodes_before > vfs.f_ffree && cage->inodes_before - vfs.f_ffree > options->inodes)
        return error_set(reterr, -EDQUOT, "%s made more than %" PRIu64 " files", options->worker,
                         options->inodes);
    return vfs.f_ffree < INODE_RESERVE
                   ? error_set(reterr, -ENOSPC, "not enough inodes left for %s", options->doing)
                   : 0;
}

/* Works until the cage has taken its present input, or its process has ended, even if other processes hold
 * its pipes. 1: it has ended. */
static int exchange(Cage *cage, const CageStreams *streams, bool until_given, int64_t end, Error *reterr)
{
    int64_t watched = 0;

    while (!until_given || (cage->left > 0 && cage->input >= 0)) {
        struct pollfd fds[] = {
            { .fd = cage->process, .events = POLLIN },
            { .fd = cage->input, .events = POLLOUT },
            { .fd = cage->output, .events = POLLIN },
        };
        int64_t now = monotonic_ns();
        int r = 0;

        if (now >= end)
            return error_set(reterr, -ETIME, "%s took too long", cage->options.doing);
        if (cage->options.writable && now - watched >= WATCH_MS * 1000000LL) {
            r = check_quota(cage, reterr);
            watched = now;
        }
        if (r >= 0 && poll(fds, ELEMENTSOF(fds),
                           cage->options.writable ? WATCH_MS : (int) ((end - now) / 1000000) + 1) < 0)
            r = errno == EINTR ? 0 : -errno;
        if (r >= 0 && fds[1].revents)
            r = feed(cage, streams, reterr);
        if (r >= 0 && fds[2].revents)
            r = drain(cage, streams, reterr);
        if (r < 0)
            return r;
        if (fds[0].revents)
            return 1;
    }
    return 0;
}

/* Its time only counts while the caller waits for it. */
static int let_work(Cage *cage, const CageStreams *streams, bool until_given, Error *reterr)
{
    int64_t begin = monotonic_ns(), seconds = cage->options.seconds ? cage->options.seconds : CAGE_SECONDS;
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    int r;

    (void) sigaction(SIGPIPE, &ignore, &before);
    r = exchange(cage, streams, until_given, begin + seconds * 1000000000 - cage->spent_ns, reterr);
    (void) sigaction(SIGPIPE, &before, NULL);
    cage->spent_ns += monotonic_ns() - begin;
    if (r <= 0)
        return r;
    cage->input = safe_close(cage->input);
    while (r > 0 && cage->output >= 0)
        r = drain(cage, streams, reterr);
    return r < 0 ? r : 0;
}

static int read_report(const Cage *cage, Error *reterr)
{
    CageReport report;

    if (read(cage->report, &report, sizeof(report)) != (ssize_t) sizeof(report))
        return error_set(reterr, -EIO, "%s died", cage->options.worker);
    report.words[sizeof(report.words) - 1] = '\0';
    string_sanitize(report.words, "");
    if (report.result < 0)
        return error_set(reterr, -EBADMSG, "%s",
                         *report.words           ? report.words
                         : report.result > -4096 ? strerror(-report.result)
                                                 : "it gives no reason");
    return 0;
}

int cage_feed(Cage *cage, const CageStreams *streams, const void *data, size_t size, Error *reterr)
{
    int r;

    cage->next = data;
    cage->left = size;
    r = let_work(cage, streams, true, reterr);
    cage->left = 0;
    return r < 0 ? r : cage->input >= 0;
}

int cage_run(Cage *cage, const CageStreams *streams, Error *reterr)
{
    int r = let_work(cage, streams, false, reterr);

    return r < 0 ? r : read_report(cage, reterr);
}
