/* SPDX-License-Identifier: Apache-2.0 */

#include "call.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "answer.h"
#include "fd-util.h"
#include "log.h"
#include "spawn.h"

enum { RECORD_MAX = 64 * 1024 };

/* The state of a running call. */
typedef struct Conversation {
    const Call *call;
    int fd, process;
    bool ended;   /* the program has ended; then */
    size_t left;  /* how much of its output is still to be read */
    Buffer heard; /* the beginning of a record */
    int failure;  /* the error that it sent; 0: none */
    bool failing; /* it is sending the error's messages */
    Error *reterr;
} Conversation;

/* ----- Receiving ----- */

/* Prints the first error, for example of another image, which a second one would replace. */
static void begin_failure(Conversation *c, const char *words)
{
    const char *cause = error_cause(c->reterr);

    if (c->failure < 0 && cause)
        log_error("%s%s%s", c->reterr->n > 1 ? c->reterr->chain[c->reterr->n - 1] : "",
                  c->reterr->n > 1 ? ": " : "", cause);
    (void) error_set(c->reterr, -EIO, "%s", words);
    c->failing = true;
}

static int end_failure(Conversation *c, const char *number)
{
    int64_t n;
    bool is_errno = c->failing && parse_i64(number, &n) >= 0 && n > 0 && n < 4096;

    c->failing = false;
    c->failure = is_errno ? (int) -n : -EIO;
    return is_errno ? 0 : -EBADMSG;
}

static int take(Conversation *c, const char *key, char *value)
{
    if (streq(key, ANSWER_MESSAGE))
        log_pass_on(value);
    else if (streq(key, ANSWER_ERROR) && !c->failing)
        begin_failure(c, value);
    else if (streq(key, ANSWER_ERROR))
        (void) error_prefix(c->reterr, -EIO, "%s", value);
    else if (streq(key, ANSWER_ERROR_CODE))
        return end_failure(c, value);
    else
        return c->call->take ? c->call->take(key, value, c->call->userdata) : -EBADMSG;
    return 0;
}

/* Handles all complete records that were received. */
static int take_records(Conversation *c)
{
    char *rest = c->heard.data, *end = memrchr(rest, '\n', c->heard.size), *key, *value, *next = rest;
    char after;
    int r = 1;

    if (!end)
        return c->heard.size > RECORD_MAX ? -EMSGSIZE : 0;
    after = end[1];
    end[1] = '\0';
    while (r > 0 && (r = record_next(&next, &key, &value)) > 0) {
        int q = take(c, key, value);

        r = q < 0 ? q : 1;
    }
    if (r < 0 || strlen(next) > 0 || next != end + 1)
        return r < 0 ? r : -EBADMSG;
    end[1] = after;
    c->heard.size -= (size_t) (next - rest);
    memmove(rest, next, c->heard.size + 1);
    return 0;
}

/* Output after the end of the program does not count: another process that holds the pipe can neither add
 * to it nor delay the reader. */
static int await(Conversation *c)
{
    struct pollfd fds[] = { { .fd = c->process, .events = POLLIN }, { .fd = c->fd, .events = POLLIN } };
    int left = 0;

    while (poll(fds, ELEMENTSOF(fds), -1) < 0)
        if (errno != EINTR)
            return -errno;
    if (!fds[0].revents)
        return 0;
    c->ended = true;
    if (ioctl(c->fd, FIONREAD, &left) < 0)
        return -errno;
    c->left = left > 0 ? (size_t) left : 0;
    return 0;
}

/* 1: there may be more; 0: the end. */
static int hear_some(Conversation *c)
{
    char piece[4096];
    size_t size = sizeof(piece);
    ssize_t n;
    int r = c->ended ? 0 : await(c);

    if (r < 0)
        return r;
    if (c->ended && c->left < size)
        size = c->left;
    if (size == 0)
        return 0;
    n = read(c->fd, piece, size);
    if (n < 0)
        return errno == EINTR ? 1 : -errno;
    if (n == 0)
        return 0;
    if (c->ended)
        c->left -= (size_t) n;
    buffer_add(&c->heard, piece, (size_t) n);
    r = buffer_error(&c->heard);
    r = r < 0 ? r : take_records(c);
    return r < 0 ? r : 1;
}

static int hear(Conversation *c)
{
    int r = c->process < 0 ? -errno : 1;

    while (r > 0)
        r = hear_some(c);
    return r == 0 && (c->heard.size > 0 || c->failing) ? -EBADMSG : r;
}

/* ----- Running ----- */

static int start(const Call *call, int answers, int null, pid_t *ret_pid)
{
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    char number[16];
    int r;

    options.fds[0] = call->input;
    options.fds[1] = call->by_output ? answers : null;
    options.die_with_parent = true;
    options.pass = call->by_output ? -EBADF : answers;
    (void) snprintf(number, sizeof(number), "%d", answers);
    if (!call->by_output && setenv(ANSWER_VARIABLE, number, 1) < 0)
        return -errno;
    r = spawn(call->path, call->argv, &options, ret_pid);
    (void) unsetenv(ANSWER_VARIABLE);
    return r;
}

/* The program's own error comes first, then an invalid answer, then its exit status. */
static int find_result(Conversation *c, int heard, int status)
{
    const char *name = c->call->argv[0];

    if (c->failure < 0)
        return c->failure;
    if (heard < 0)
        return error_set_errno(c->reterr, heard, "cannot understand what %s says", name);
    if (status > 128)
        return error_set(c->reterr, -EIO, "%s was ended by signal %d (%s)", name, status - 128,
                         strsignal(status - 128));
    return status == 0 ? 0 : error_set(c->reterr, -EIO, "%s failed with exit status %d", name, status);
}

int call_run(const Call *call, Error *reterr)
{
    _cleanup_close_ int reader = -EBADF, writer = -EBADF, null = open("/dev/null", O_RDWR | O_CLOEXEC),
                        process = -EBADF;
    _cleanup_error_ Error own = ERROR_INIT;
    Conversation c = { .call = call, .reterr = reterr ? reterr : &own };
    int fds[2], status, r;
    pid_t pid;

    if (null < 0 || pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    reader = fds[0];
    writer = fds[1];
    r = start(call, writer, null, &pid);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot run %s", call->path);
    writer = safe_close(writer);
    c.fd = reader;
    c.process = process = (int) syscall(SYS_pidfd_open, pid, 0);
    r = hear(&c);
    if (r < 0)
        (void) kill(pid, SIGKILL);
    reader = safe_close(reader);
    buffer_done(&c.heard);
    status = wait_for_exit(pid);
    return status < 0 ? status : find_result(&c, r, status);
}

/* ----- An object ----- */

typedef struct Asked {
    const RecordField *fields;
    void *object;
} Asked;

static int take_of_object(const char *key, char *value, void *userdata)
{
    const Asked *asked = userdata;
    int r = record_take(asked->fields, asked->object, key, value);

    return r == 0 ? -EBADMSG : r;
}

int call_ask(const Call *call, const RecordField *fields, void *object, Error *reterr)
{
    Asked asked = { fields, object };
    Call asking = *call;

    asking.take = take_of_object;
    asking.userdata = &asked;
    return call_run(&asking, reterr);
}
