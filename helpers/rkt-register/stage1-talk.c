/* SPDX-License-Identifier: Apache-2.0 */
/* stage1 reads what we say as records on our standard output, and says as records on our standard input what
 * we need to know. It may have ended at any time. */

#include "stage1-talk.h"

#include <poll.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/message.h"
#include "base/record.h"

enum { SUPERVISOR_TIMEOUT_MS = 10000 };

bool leader_has_ended(pid_t pid)
{
    _cleanup_close_ int process = (int) syscall(SYS_pidfd_open, pid, 0);
    struct pollfd end = { .fd = process, .events = POLLIN };

    return process < 0 ? errno == ESRCH : poll(&end, 1, 0) > 0;
}

void stage1_say_result(const char *step, pid_t leader, int r, const Error *error)
{
    const char *cause = r >= 0 ? "" : error_cause(error) ? error_cause(error) : strerror(-r);
    _cleanup_buffer_ Buffer b = {};

    record_add(&b, step, cause);
    if (buffer_error(&b) >= 0)
        (void) write_full(STDOUT_FILENO, b.data, b.size);
    if (r >= 0)
        return;
    if (leader > 0 && leader_has_ended(leader))
        log_debug("%s: %s", step, cause);
    else
        log_warning("%s: %s", step, cause);
}

/* Waits for a record; *ret_descriptor is the descriptor that came with it, or -EBADF. -ECONNRESET: no
 * process is left that could send one; -ETIME: none came in time. Our standard input need not be a socket. */
static int hear_record(char *line, size_t size, int timeout_ms, char **ret_key, char **ret_value,
                       int *ret_descriptor)
{
    _cleanup_close_ int descriptor = -EBADF;
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };

    for (size_t n = 0; n + 1 < size;) {
        int came = -EBADF, r = poll(&pfd, 1, timeout_ms);
        ssize_t k;

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return r < 0 ? -errno : -ETIME;
        k = message_receive(STDIN_FILENO, line + n, 1, &came);
        if (k == -ENOTSOCK && (k = read(STDIN_FILENO, line + n, 1)) < 0)
            k = -errno;
        if (came >= 0) {
            (void) safe_close(descriptor);
            descriptor = came;
        }
        if (k == -EAGAIN || k == -EINTR)
            continue;
        if (k <= 0)
            return k < 0 ? (int) k : -ECONNRESET;
        if (line[n++] == '\n') {
            line[n] = '\0';
            *ret_descriptor = TAKE_FD(descriptor);
            return record_next(&line, ret_key, ret_value);
        }
    }
    return -EBADMSG;
}

/* leader=PID, or supervisor=, with the connection if one could be made. */
static int hear_pod(Pod *pod, int timeout_ms)
{
    _cleanup_close_ int descriptor = -EBADF;
    char line[64], *key, *value;
    uint64_t pid;
    int r = hear_record(line, sizeof(line), timeout_ms, &key, &value, &descriptor);

    if (r < 0)
        return r;
    if (streq(key, "supervisor") && !pod->supervised) {
        pod->supervised = true;
        pod->connection = TAKE_FD(descriptor);
        return 0;
    }
    if (!streq(key, "leader") || parse_u64(value, &pid) < 0 || pid <= 1 || pid > INT32_MAX)
        return -EBADMSG;
    pod->leader = (pid_t) pid;
    return 0;
}

int stage1_hear_leader(Pod *pod)
{
    int r = 0;

    while (r >= 0 && pod->leader == 0)
        r = hear_pod(pod, -1);
    return r;
}

void stage1_hear_supervisor(Pod *pod)
{
    int r = 0;

    while (r >= 0 && !pod->supervised)
        r = hear_pod(pod, SUPERVISOR_TIMEOUT_MS);
    if (r < 0)
        log_debug("no supervisor of the pod: %s", strerror(-r));
}
