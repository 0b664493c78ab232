/* SPDX-License-Identifier: Apache-2.0 */
/* The process that receives in our place is started when the first datagram is there, which poll(2) tells
 * without taking it. It has no rights, a filter that allows no call by which a descriptor could be sent, and
 * nothing of our memory. If it hangs, its app's datagrams are no longer received; it can be killed. No app
 * sees it. */

#include "receive.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "bare.h"
#include "base/fd-util.h"
#include "base/time-util.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

enum {
    AT_ONCE = 128,
    COST_OF_NOTIFY = 8, /* each may become a message to the service manager */
    PAUSE_MS = 20,
    NOT_READY_MS = 50,
    RESTART_MS = 1000,
    HAND_ON_MS = 5, /* from the other process to us */
};

/* What comes through the channel: this, then the bytes. */
typedef struct Header {
    uint32_t kind, too_long;
} Header;

/* The one that is being handled. */
static struct {
    Header header;
    char data[RECEIVE_SIZE_MAX + 1];
} record;

static int64_t in_ms(int ms)
{
    return monotonic_ns() + ms * INT64_C(1000000);
}

int receiver_listen(Receiver *receiver, ReceiveKind kind, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    _cleanup_close_ int fd = -EBADF;

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    /* Before bind(), so that no descriptor can come before. */
    if (setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &(int){ 0 }, sizeof(int)) < 0)
        receiver->apart = true;
    if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || chmod(path, 0666) < 0)
        return -errno;
    receiver->sockets[kind] = TAKE_FD(fd);
    return 0;
}

/* ----- The other process ----- */

static const uint16_t receiver_calls[] = {
    __NR_ppoll,
#ifdef __NR_ppoll_time64
    __NR_ppoll_time64,
#endif
    __NR_recvfrom,     __NR_write,      __NR_madvise,         __NR_close,
    __NR_exit,         __NR_exit_group, __NR_restart_syscall, __NR_rt_sigreturn,
};

/* System calls only: libc's own memory is gone. Waits for the init to take the last one. */
static void hand_on(int fd, ReceiveKind kind, int channel)
{
    long n = syscall(SYS_recvfrom, fd, record.data, RECEIVE_SIZE_MAX, MSG_DONTWAIT | MSG_TRUNC, NULL, NULL);

    if (n < 0)
        return;
    record.header = (Header){ .kind = kind, .too_long = n > RECEIVE_SIZE_MAX };
    if (record.header.too_long)
        n = 0;
    while (syscall(SYS_write, channel, &record, sizeof(Header) + (size_t) n) < 0)
        if (errno != EINTR)
            (void) syscall(SYS_exit_group, 0);
}

static int receive(void *userdata)
{
    const BareCalls calls = { .calls = receiver_calls, .n_calls = ELEMENTSOF(receiver_calls) };
    const Receiver receiver = *(const Receiver *) userdata;
    int keep[_RECEIVE_KIND_MAX + 1];

    memcpy(keep, receiver.sockets, sizeof(receiver.sockets));
    keep[_RECEIVE_KIND_MAX] = receiver.channel;
    sort_fds(keep, ELEMENTSOF(keep));
    if (bare_confine("rkt-receive", keep, ELEMENTSOF(keep), &calls) < 0)
        return 1;
    bare_forget();
    for (;;) {
        struct pollfd fds[_RECEIVE_KIND_MAX];

        for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
            fds[i] = (struct pollfd){ .fd = receiver.sockets[i], .events = POLLIN };
        if (syscall(SYS_ppoll, fds, _RECEIVE_KIND_MAX, NULL, NULL, 0) < 0 && errno != EINTR)
            (void) syscall(SYS_exit_group, 0);
        for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
            if (fds[i].revents)
                hand_on(receiver.sockets[i], (ReceiveKind) i, receiver.channel);
    }
}

static void start(Receiver *receiver)
{
    Receiver theirs = *receiver;
    int fds[2];

    receiver->channel = safe_close(receiver->channel);
    receiver->next_ns = in_ms(RESTART_MS); /* if it can't be */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return;
    theirs.channel = fds[1];
    receiver->pid = bare_clone(receive, &theirs);
    (void) close(fds[1]);
    if (receiver->pid < 0) {
        (void) close(fds[0]);
        receiver->pid = 0;
        return;
    }
    receiver->channel = fds[0];
    receiver->next_ns = 0;
}

bool receiver_note_end(Receiver *receiver, pid_t pid)
{
    if (receiver->pid == 0 || receiver->pid != pid)
        return false;
    receiver->pid = 0;
    receiver->next_ns = in_ms(RESTART_MS);
    return true;
}

/* ----- The init ----- */

int64_t receiver_await(const Receiver *receiver, struct pollfd *ret)
{
    bool pause = receiver->next_ns > 0 && receiver->next_ns > monotonic_ns();

    for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
        ret[i] = (struct pollfd){ .fd = pause || receiver->channel >= 0 ? -EBADF : receiver->sockets[i],
                                  .events = POLLIN };
    if (!pause && receiver->channel >= 0)
        ret[0].fd = receiver->channel;
    return pause ? receiver->next_ns : 0;
}

/* Takes one datagram. Returns how much it counts towards AT_ONCE; 0: there is none. */
static unsigned take_own(const Receiver *receiver, ReceiveKind kind, ReceiveCallback callback, void *userdata)
{
    ssize_t n = recv(receiver->sockets[kind], record.data, RECEIVE_SIZE_MAX, MSG_DONTWAIT | MSG_TRUNC);

    if (n < 0)
        return 0;
    callback(kind, (size_t) n > RECEIVE_SIZE_MAX ? NULL : record.data, (size_t) n, userdata);
    return kind == RECEIVE_NOTIFY ? COST_OF_NOTIFY : 1;
}

static unsigned take_handed_on(Receiver *receiver, ReceiveCallback callback, void *userdata)
{
    ssize_t n = recv(receiver->channel, &record, sizeof(Header) + RECEIVE_SIZE_MAX, MSG_DONTWAIT);
    ReceiveKind kind = (ReceiveKind) record.header.kind;

    if (n == 0 || (n < 0 && errno != EAGAIN)) { /* its process has ended */
        receiver->channel = safe_close(receiver->channel);
        receiver->next_ns = in_ms(RESTART_MS);
    }
    if (n < (ssize_t) sizeof(Header) || kind >= _RECEIVE_KIND_MAX || receiver->sockets[kind] < 0)
        return 0;
    callback(kind, record.header.too_long ? NULL : record.data, (size_t) n - sizeof(Header), userdata);
    return kind == RECEIVE_NOTIFY ? COST_OF_NOTIFY : 1;
}

static unsigned take(Receiver *receiver, ReceiveKind kind, ReceiveCallback callback, void *userdata)
{
    return receiver->channel >= 0 ? take_handed_on(receiver, callback, userdata)
                                  : take_own(receiver, kind, callback, userdata);
}

typedef struct Consumer {
    ReceiveReadyCallback is_ready;
    ReceiveCallback callback;
    void *userdata;
} Consumer;

static bool can_take(const Receiver *receiver, ReceiveKind kind, const Consumer *consumer)
{
    /* Of what comes through the channel the kind is not known before. */
    return !consumer->is_ready ||
           consumer->is_ready(receiver->channel >= 0 ? RECEIVE_SYSLOG : kind, consumer->userdata);
}

/* Each kind in turn, so that none keeps the others from being heard. */
static void take_all(Receiver *receiver, const bool *there, const Consumer *consumer)
{
    for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++) {
        ReceiveKind kind = (ReceiveKind) i;
        unsigned taken = 0, n = 1;

        while (there[i] && n > 0 && taken < AT_ONCE) {
            if (!can_take(receiver, kind, consumer)) {
                receiver->next_ns = in_ms(NOT_READY_MS);
                break;
            }
            taken += n = take(receiver, kind, consumer->callback, consumer->userdata);
        }
        if (taken >= AT_ONCE)
            receiver->next_ns = in_ms(PAUSE_MS);
    }
}

void receiver_turn(Receiver *receiver, const struct pollfd *polled, ReceiveReadyCallback is_ready,
                   ReceiveCallback callback, void *userdata)
{
    bool there[_RECEIVE_KIND_MAX], any = false;

    for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
        any = (there[i] = polled[i].revents) || any;
    if (!any)
        return;
    receiver->next_ns = 0;
    if (receiver->apart && receiver->channel < 0)
        start(receiver);
    else
        take_all(receiver, there, &(Consumer){ is_ready, callback, userdata });
}

/* Whether one of the sockets has something. */
static bool look(const Receiver *receiver, bool *ret_there)
{
    struct pollfd fds[_RECEIVE_KIND_MAX];

    for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
        fds[i] = (struct pollfd){ .fd = receiver->sockets[i], .events = POLLIN };
    if (poll(fds, _RECEIVE_KIND_MAX, 0) <= 0)
        return false;
    for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
        ret_there[i] = fds[i].revents;
    return true;
}

static bool look_at_channel(const Receiver *receiver, int timeout_ms)
{
    struct pollfd fd = { .fd = receiver->channel, .events = POLLIN };

    return poll(&fd, 1, timeout_ms) > 0;
}

bool receiver_drain(Receiver *receiver, ReceiveReadyCallback is_ready, ReceiveCallback callback,
                    void *userdata)
{
    bool there[_RECEIVE_KIND_MAX] = { false }, more = look(receiver, there);

    if (receiver->apart && receiver->channel < 0) {
        if (more)
            start(receiver);
        return receiver->channel >= 0;
    }
    if (receiver->apart) {
        there[0] = look_at_channel(receiver, HAND_ON_MS);
        there[1] = there[2] = false;
        more = more || there[0];
    }
    if (!more)
        return false;
    receiver->next_ns = 0;
    take_all(receiver, there, &(Consumer){ is_ready, callback, userdata });
    if (receiver->next_ns > 0)
        (void) poll(NULL, 0, NOT_READY_MS / 10);
    return true;
}
