/* SPDX-License-Identifier: Apache-2.0 */
/* Each image has a process of its own, for reading and again for rendering: none has a part in another's, and
 * what one takes of memory goes with it. All are read before the first is rendered, for it may be made of the
 * others. Rendering is not a part of fetching: it saves the first start the wait, and a start that needs the
 * tree renders it.
 *
 * The children end with us, however that comes. */

#include "side-by-side.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/answer.h"
#include "base/fd-util.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "cli/command.h"
#include "worker.h"

static const char erase_line[] = "\r\033[K";

enum { CHILDREN_MAX = 4, KEY_HEX_SHORT = 32 };

/* What is done with one image. */
typedef struct Task {
    const Request *request;
    pid_t pid; /* 0: no child is at work */
    int process, reports;
    uint64_t bytes;
    char key[IMAGE_KEY_LENGTH + 1]; /* "": it is not in the store */
    int r;                          /* as error, which its worker has reported; 0: none */
    Error error;
} Task;

typedef struct Fetch {
    Store *store;
    const FetchArguments *arguments;
    Task *tasks;
    size_t n, n_children, children_max;
    uint64_t total; /* bytes to be read */
    bool shows;     /* a line of the terminal says how far it is */
    int64_t shown;  /* in tenths of a second; 0: not yet */
} Fetch;

/* ----- What is said ----- */

static void show_progress(Fetch *fetch)
{
    int64_t tenths = monotonic_ns() / 100000000;
    char several[32] = "image";
    uint64_t bytes = 0;

    for (size_t i = 0; i < fetch->n; i++)
        bytes += fetch->tasks[i].bytes;
    if (tenths == fetch->shown && bytes < fetch->total)
        return;
    fetch->shown = tenths;
    answer("total", "%" PRIu64, fetch->total);
    answer("bytes", "%" PRIu64, bytes);
    if (!fetch->shows)
        return;
    if (fetch->n > 1)
        (void) snprintf(several, sizeof(several), "%zu images", fetch->n);
    (void) fprintf(stderr, "\rreading %s: %" PRIu64 " of %" PRIu64 " MB", several, bytes / 1000000,
                   fetch->total / 1000000);
}

/* Returns how many images are missing. */
static size_t print_keys(const Fetch *fetch)
{
    int length = fetch->arguments->full ? IMAGE_KEY_LENGTH : strlen(IMAGE_KEY_PREFIX) + KEY_HEX_SHORT;
    size_t missing = 0;

    if (fetch->shows && fetch->shown > 0)
        (void) fputc('\n', stderr);
    for (size_t i = 0; i < fetch->n; i++)
        if (!*fetch->tasks[i].key)
            missing++;
        else if (answer_is_asked())
            answer("image", "%s", fetch->tasks[i].key);
        else
            (void) printf("%.*s\n", length, fetch->tasks[i].key);
    (void) fflush(stdout);
    return missing;
}

/* ----- Children ----- */

/* One of the two things that a child does for an image. */
typedef struct Step {
    bool (*applies)(const Task *task);
    int (*run)(const Fetch *fetch, const Task *task, int to); /* in the child; its exit status */
    void (*end)(const Fetch *fetch, Task *task, int status);  /* as of waitpid(2); NULL: it does not matter */
} Step;

static void forget_child(Fetch *fetch, Task *task)
{
    task->process = safe_close(task->process);
    task->reports = safe_close(task->reports);
    task->pid = 0;
    fetch->n_children--;
}

/* In a child: what is open for the other images is not for it. */
static void close_others(const Fetch *fetch, const Task *own)
{
    for (size_t i = 0; i < fetch->n; i++) {
        const Task *task = &fetch->tasks[i];

        (void) safe_close(task->reports);
        (void) safe_close(task->process);
        if (task != own) {
            (void) safe_close(task->request->fd);
            (void) safe_close(task->request->signature_fd);
        }
    }
}

static int work(const Fetch *fetch, const Task *task, const Step *step, pid_t parent, int to)
{
    close_others(fetch, task);
    return worker_end_with(parent) < 0 ? EXIT_GENERAL : step->run(fetch, task, to);
}

static int start_child(Fetch *fetch, Task *task, const Step *step)
{
    _cleanup_close_ int to = -EBADF;
    pid_t parent = getpid();
    int pair[2];

    if (pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    task->reports = pair[0];
    to = pair[1];
    if (fcntl(task->reports, F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    task->pid = fork();
    if (task->pid < 0)
        return -errno;
    if (task->pid == 0)
        _exit(work(fetch, task, step, parent, to));
    fetch->n_children++;
    task->process = (int) syscall(SYS_pidfd_open, task->pid, 0);
    return task->process < 0 ? -errno : 0;
}

static void note_error(Task *task, WorkerReport *report)
{
    char *rest = report->words, *line;

    report->words[sizeof(report->words) - 1] = '\0';
    string_sanitize(report->words, "\n");
    task->r = report->error > 0 && report->error < 4096 ? -report->error : -EIO;
    error_done(&task->error);
    while ((line = strsep(&rest, "\n")) && *line)
        (void) (task->error.n == 0 ? error_set(&task->error, task->r, "%s", line)
                                   : error_prefix(&task->error, task->r, "%s", line));
}

/* Nothing of what it says counts but a number, a key and the words of an error, all looked at. A few reports
 * a turn: one that never stops keeps nobody from the others. */
static void hear(Fetch *fetch, Task *task)
{
    enum { REPORTS_MAX = 64 }; /* more than a pipe holds */
    ssize_t n = 1;

    for (size_t i = 0; i < REPORTS_MAX; i++) {
        WorkerReport report;

        n = read(task->reports, &report, sizeof(report));
        if (n != (ssize_t) sizeof(report))
            break;
        if (report.error != 0)
            note_error(task, &report);
        if (report.bytes > task->bytes && report.bytes <= task->request->size)
            task->bytes = report.bytes;
        report.key[IMAGE_KEY_LENGTH] = '\0';
        if (image_key_is_valid(report.key))
            memcpy(task->key, report.key, sizeof(task->key));
        show_progress(fetch);
    }
    if (n == 0)
        task->reports = safe_close(task->reports);
}

static int end_child(Fetch *fetch, Task *task, const Step *step)
{
    int status;

    hear(fetch, task);
    while (waitpid(task->pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    forget_child(fetch, task);
    if (step->end)
        step->end(fetch, task, status);
    return 0;
}

/* Waits for what the children say, or for the end of one. */
static int wait_for_children(Fetch *fetch, const Step *step)
{
    struct pollfd fds[2 * CHILDREN_MAX];
    Task *tasks[CHILDREN_MAX];
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < fetch->n; i++)
        if (fetch->tasks[i].pid > 0) {
            fds[2 * n] = (struct pollfd){ .fd = fetch->tasks[i].process, .events = POLLIN };
            fds[2 * n + 1] = (struct pollfd){ .fd = fetch->tasks[i].reports, .events = POLLIN };
            tasks[n++] = &fetch->tasks[i];
        }
    if (poll(fds, 2 * n, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    for (size_t i = 0; r >= 0 && i < n; i++)
        if (fds[2 * i].revents)
            r = end_child(fetch, tasks[i], step);
        else if (fds[2 * i + 1].revents)
            hear(fetch, tasks[i]);
    return r;
}

static int do_step(Fetch *fetch, const Step *step, Error *reterr)
{
    size_t next = 0;
    int r = 0;

    while (r >= 0 && (next < fetch->n || fetch->n_children > 0)) {
        if (next == fetch->n || fetch->n_children == fetch->children_max) {
            r = wait_for_children(fetch, step);
            continue;
        }
        if (step->applies(&fetch->tasks[next]))
            r = start_child(fetch, &fetch->tasks[next], step);
        next++;
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot fetch several images at the same time") : 0;
}

/* ----- Reading ----- */

static bool has_to_be_read(const Task *task)
{
    return task->request->fd >= 0;
}

static int read_image(const Fetch *fetch, const Task *task, int to)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = worker_run(fetch->store, task->request, fetch->arguments, to, &error);

    if (r < 0)
        worker_report_error(to, r, &error);
    return r < 0 ? EXIT_GENERAL : 0;
}

/* Errors are printed here, by one process: whole, and one after the other. */
static void end_reading(const Fetch *fetch, Task *task, int status)
{
    if (status == 0 && *task->key)
        return;
    *task->key = '\0';
    if (WIFSIGNALED(status))
        task->r = error_set(&task->error, -EIO, "its worker was ended by signal %d (%s)", WTERMSIG(status),
                            strsignal(WTERMSIG(status)));
    else if (task->r == 0)
        task->r = error_set(&task->error, -EIO, "its worker has failed without a word");
    (void) error_prefix(&task->error, task->r, "cannot fetch \"%s\"", task->request->image);
    if (fetch->shows)
        (void) fputs(erase_line, stderr);
    error_print(&task->error, task->r, "fetch", fetch->arguments->global.debug);
    error_done(&task->error);
}

/* ----- Rendering ----- */

static bool has_to_be_rendered(const Task *task)
{
    return *task->key && geteuid() == 0;
}

static int render_image(const Fetch *fetch, const Task *task, int to _unused_)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *id = NULL;

    if (store_ensure_tree(fetch->store, task->key, &id, NULL, &error) < 0)
        log_debug("not rendered yet: %s", error_cause(&error) ? error_cause(&error) : "out of memory");
    return 0;
}

/* ----- The whole ----- */

static size_t count_processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : CPU_COUNT(&set);

    return n < 1 ? 1 : n > CHILDREN_MAX ? CHILDREN_MAX : (size_t) n;
}

static void add_task(Fetch *fetch, const Request *request)
{
    Task *task = &fetch->tasks[fetch->n++];

    *task = (Task){ .request = request, .process = -EBADF, .reports = -EBADF };
    if (has_to_be_read(task))
        fetch->total += request->size;
    else
        memcpy(task->key, request->key, sizeof(task->key));
    if (!fetch->arguments->quiet)
        request_say(request);
}

int fetch_side_by_side(Store *store, const Request *requests, size_t n, const FetchArguments *arguments,
                       size_t *ret_missing, Error *reterr)
{
    static const Step reading = { has_to_be_read, read_image, end_reading },
                      rendering = { has_to_be_rendered, render_image, NULL };
    _cleanup_free_ Task *tasks = calloc(n, sizeof(*tasks));
    Fetch fetch = { .store = store,
                    .arguments = arguments,
                    .tasks = tasks,
                    .children_max = count_processors(),
                    .shows = !arguments->quiet && isatty(STDERR_FILENO) };
    int r;

    if (!tasks)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        add_task(&fetch, &requests[i]);
    r = do_step(&fetch, &reading, reterr);
    if (r < 0)
        return r;
    *ret_missing = print_keys(&fetch);
    return do_step(&fetch, &rendering, reterr);
}
