/* SPDX-License-Identifier: Apache-2.0 */
/* The child is forked, not executed, which takes a third of a millisecond. It has a copy of our memory, but
 * cannot send it anywhere: its only descriptor is the pipe, and its filter allows few calls. It returns a
 * value, with type and length before each part, or an error. */

#include "json-apart.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/call-filter.h"
#include "base/fd-util.h"
#include "base/printable.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/time-util.h"

enum { ANSWER_MAX = 64 << 20, SECONDS_MAX = 60, DEPTH_MAX = 2048, TYPE_FAILED = 0xff };

static const uint16_t parser_calls[] = { __NR_write,   __NR_brk,   __NR_munmap, __NR_mremap,
                                         __NR_madvise, __NR_futex, __NR_exit,   __NR_exit_group };

/* ----- In the child ----- */

static void add_number(Buffer *b, uint32_t n)
{
    buffer_add(b, &n, sizeof(n));
}

/* Counts the NUL. */
static void add_text(Buffer *b, const char *s)
{
    add_number(b, (uint32_t) strlen(s) + 1);
    buffer_adds(b, s);
    buffer_add(b, "", 1);
}

/* The depth that jansson reads. */
static void add_value(Buffer *b, json_t *value)
{
    const uint8_t type = (uint8_t) json_typeof(value);
    const json_int_t integer = json_integer_value(value);
    const double real = json_real_value(value);
    const char *key;
    json_t *member;
    size_t i;

    buffer_add(b, &type, 1);
    switch (json_typeof(value)) {
    case JSON_STRING: add_text(b, json_string_value(value)); break;
    case JSON_INTEGER: buffer_add(b, &integer, sizeof(integer)); break;
    case JSON_REAL: buffer_add(b, &real, sizeof(real)); break;
    case JSON_ARRAY:
        add_number(b, (uint32_t) json_array_size(value));
        json_array_foreach(value, i, member) add_value(b, member);
        break;
    case JSON_OBJECT:
        add_number(b, (uint32_t) json_object_size(value));
        json_object_foreach (value, key, member) {
            add_text(b, key);
            add_value(b, member);
        }
        break;
    default: break;
    }
}

_noreturn_ static void child(const void *data, size_t size, int to, pid_t parent)
{
    const uint8_t failed = TYPE_FAILED;
    json_error_t error = {};
    Buffer answer = {};
    json_t *json;

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(to, 0) < 0 || close_all_but(1, NULL, 0) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        call_filter_load(parser_calls, ELEMENTSOF(parser_calls)) < 0)
        _exit(1);
    json = json_loadb(data, size, JSON_REJECT_DUPLICATES, &error);
    if (json)
        add_value(&answer, json);
    else {
        buffer_add(&answer, &failed, 1);
        buffer_add(&answer, &error, sizeof(error));
    }
    _exit(answer.failed || write_full(0, answer.data, answer.size) < 0);
}

/* ----- In the caller ----- */

typedef struct Answer {
    const char *at;
    size_t left;
    unsigned depth;
} Answer;

static const void *read_bytes(Answer *answer, size_t size)
{
    const char *bytes = answer->at;

    if (size > answer->left)
        return NULL;
    answer->at += size;
    answer->left -= size;
    return bytes;
}

static bool read_number(Answer *answer, uint32_t *ret)
{
    const void *bytes = read_bytes(answer, sizeof(*ret));

    if (bytes)
        memcpy(ret, bytes, sizeof(*ret));
    return bytes;
}

static const char *read_text(Answer *answer)
{
    const char *s;
    uint32_t size;

    if (!read_number(answer, &size) || size == 0 || !(s = read_bytes(answer, size)))
        return NULL;
    return strnlen(s, size) == size - 1 ? s : NULL;
}

static json_t *read_value(Answer *answer);

static json_t *read_members(Answer *answer, bool has_keys)
{
    json_t *list = has_keys ? json_object() : json_array();
    uint32_t n = 0;
    bool fine = list && ++answer->depth <= DEPTH_MAX && read_number(answer, &n);

    for (uint32_t i = 0; fine && i < n; i++) {
        const char *key = has_keys ? read_text(answer) : "";
        json_t *value = key ? read_value(answer) : NULL;

        fine = value &&
               (has_keys ? json_object_set_new(list, key, value) : json_array_append_new(list, value)) == 0;
    }
    answer->depth--;
    if (fine)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *read_value(Answer *answer)
{
    const uint8_t *type = read_bytes(answer, 1);
    const void *bytes;
    json_int_t integer;
    double real;

    switch (type ? *type : TYPE_FAILED) {
    case JSON_OBJECT: return read_members(answer, true);
    case JSON_ARRAY: return read_members(answer, false);
    case JSON_STRING: return json_string(read_text(answer));
    case JSON_INTEGER:
        bytes = read_bytes(answer, sizeof(integer));
        return bytes ? json_integer(*(json_int_t *) memcpy(&integer, bytes, sizeof(integer))) : NULL;
    case JSON_REAL:
        bytes = read_bytes(answer, sizeof(real));
        return bytes ? json_real(*(double *) memcpy(&real, bytes, sizeof(real))) : NULL;
    case JSON_TRUE: return json_true();
    case JSON_FALSE: return json_false();
    case JSON_NULL: return json_null();
    default: return NULL;
    }
}

static int understand(const Buffer *b, json_t **ret, json_error_t *ret_error)
{
    Answer answer = { b->data, b->size, 0 };

    if (b->size == 1 + sizeof(*ret_error) && (uint8_t) b->data[0] == TYPE_FAILED) {
        memcpy(ret_error, b->data + 1, sizeof(*ret_error));
        ret_error->text[sizeof(ret_error->text) - 2] = '\0'; /* the last byte is the result code */
        string_sanitize(ret_error->text, "");
        *ret = NULL;
        return 0;
    }
    *ret = read_value(&answer);
    return *ret && answer.left == 0 ? 0 : -EBADMSG;
}

static int hear(int from, Buffer *b)
{
    int64_t end = monotonic_ns() + SECONDS_MAX * 1000000000LL;
    char piece[16384];

    for (;;) {
        struct pollfd input = { .fd = from, .events = POLLIN };
        int64_t left = end - monotonic_ns();
        ssize_t n;

        if (left <= 0)
            return -ETIME;
        if (poll(&input, 1, (int) (left / 1000000) + 1) <= 0)
            continue;
        n = read(from, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        buffer_add(b, piece, (size_t) n);
        if (b->failed || b->size > ANSWER_MAX)
            return b->failed ? -ENOMEM : -EFBIG;
    }
}

static int ask(const void *data, size_t size, Buffer *answer)
{
    _cleanup_close_ int from = -EBADF, to = -EBADF;
    pid_t pid, parent = getpid();
    int fds[2], r;

    json_object_seed(0); /* also for the child, which has no source of randomness */
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    from = fds[0];
    to = fds[1];
    pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        child(data, size, to, parent);
    to = safe_close(to);
    r = hear(from, answer);
    (void) kill(pid, SIGKILL);
    (void) wait_for_exit(pid);
    return r;
}

int json_load_apart(const void *data, size_t size, json_t **ret, json_error_t *ret_error)
{
    static Buffer asked, answer; /* the most recent documents: while a pod is prepared, each manifest is
                                    parsed twice in a row */
    int r = 0;

    if (answer.size == 0 || asked.size != size || memcmp(asked.data, data, size) != 0) {
        buffer_done(&asked);
        buffer_done(&answer);
        buffer_add(&asked, data, size);
        r = asked.failed ? -ENOMEM : ask(data, size, &answer);
    }
    if (r >= 0)
        r = understand(&answer, ret, ret_error);
    if (r < 0)
        buffer_done(&answer);
    return r;
}
