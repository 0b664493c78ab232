/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets as sd_listen_fds(3) passes them. Each belongs to one app: the
 * one with the socketActivated port that the descriptor is named after (PORT, or APP/PORT where several apps
 * have such a port), else the one whose port it is bound to. Neither a socket nor a port may be left over: an
 * app that waits for connections to a socket that it did not get waits for ever.
 *
 * Without sockets nothing is asked of the kernel. */

#include "sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/fd-util.h"
#include "base/string-util.h"

enum {
    PASSED_FROM = 3,
    PASSED_MAX = 1024,
    WAITING_MAX = 4096
}; /* SD_LISTEN_FDS_START; as the default of LimitNOFILE= */

/* A socket on its way to its app. */
typedef struct Passed {
    int fd;
    const char *name;
    size_t name_length;
    int port; /* 0: bound to none */
    const char *protocol;
} Passed;

typedef bool (*Match)(const Passed *passed, const PlanApp *app, const PlanSocket *port);

static bool match_name(const Passed *passed, const PlanApp *app, const PlanSocket *port)
{
    const char *slash = memchr(passed->name, '/', passed->name_length),
               *name = slash ? slash + 1 : passed->name;
    size_t n_app = slash ? (size_t) (slash - passed->name) : 0,
           n_name = passed->name_length - (size_t) (name - passed->name);

    if (slash && (strlen(app->name) != n_app || strncmp(app->name, passed->name, n_app) != 0))
        return false;
    return strlen(port->name) == n_name && strncmp(port->name, name, n_name) == 0;
}

static bool match_port(const Passed *passed, const PlanApp *app _unused_, const PlanSocket *port)
{
    return passed->protocol && streq(port->protocol, passed->protocol) &&
           (uint64_t) passed->port >= port->port && (uint64_t) passed->port - port->port < port->count;
}

static void look_at(Passed *passed)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } address;
    socklen_t size = sizeof(address), type_size = sizeof(int);
    int type;

    if (getsockname(passed->fd, &address.any, &size) < 0 ||
        getsockopt(passed->fd, SOL_SOCKET, SO_TYPE, &type, &type_size) < 0)
        return;
    if (address.any.sa_family == AF_INET)
        passed->port = ntohs(address.in.sin_port);
    else if (address.any.sa_family == AF_INET6)
        passed->port = ntohs(address.in6.sin6_port);
    else
        return;
    passed->protocol = type == SOCK_STREAM ? "tcp" : type == SOCK_DGRAM ? "udp" : NULL;
}

static int complain(const Passed *passed, Error *reterr, const char *why)
{
    int n = (int) passed->name_length;

    return passed->port > 0 ? error_set(reterr, SOCKETS_MISFIT, "socket \"%.*s\" (port %d): %s", n,
                                        passed->name, passed->port, why)
                            : error_set(reterr, SOCKETS_MISFIT, "socket \"%.*s\": %s", n, passed->name, why);
}

/* Returns 1 when it has found its app, 0 when no port matches. */
static int give(const Plan *plan, AppSockets *sockets, const Passed *passed, Match match, Error *reterr)
{
    const PlanSocket *found = NULL;
    AppSockets *owner = NULL;
    AppSocket *added;

    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlanApp *app = &plan->apps[i];

        for (size_t k = 0; k < app->n_sockets; k++) {
            if (!match(passed, app, &app->sockets[k]))
                continue;
            if (found)
                return complain(passed, reterr,
                                "several apps have such a port; name it FileDescriptorName=APP/PORT");
            found = &app->sockets[k];
            owner = &sockets[i];
        }
    }
    if (!found)
        return 0;
    added = ARRAY_APPEND(owner->items, owner->n);
    if (!added)
        return -ENOMEM;
    *added = (AppSocket){ .fd = passed->fd, .port = found };
    return 1;
}

static int take(const Plan *plan, AppSockets *sockets, Passed *passed, Error *reterr)
{
    int r = fd_set_cloexec(passed->fd, true);

    if (r < 0)
        return error_set_errno(reterr, r, "$LISTEN_FDS counts descriptor %d", passed->fd);
    look_at(passed);
    r = give(plan, sockets, passed, match_name, reterr);
    if (r == 0)
        r = give(plan, sockets, passed, match_port, reterr);
    if (r == 0)
        r = complain(passed, reterr,
                     "no app has a socketActivated port of that name or number; name it after one, "
                     "FileDescriptorName=PORT, or declare one in its [App], SocketActivated=NAME:PORT");
    return r < 0 ? r : 0;
}

static bool has_socket(const AppSockets *sockets, const PlanSocket *port)
{
    for (size_t i = 0; i < sockets->n; i++)
        if (sockets->items[i].port == port)
            return true;
    return false;
}

static int check_ports(const Plan *plan, const AppSockets *sockets, Error *reterr)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlanApp *app = &plan->apps[i];

        for (size_t k = 0; k < app->n_sockets; k++)
            if (!has_socket(&sockets[i], &app->sockets[k]))
                return error_set(
                        reterr, SOCKETS_MISFIT,
                        "port \"%s\" of app %s is socketActivated, and none of the sockets is for it; "
                        "name one FileDescriptorName=%s",
                        app->sockets[k].name, app->name, app->sockets[k].name);
    }
    return 0;
}

static bool is_waited_at(int fd)
{
    struct pollfd waiting = { .fd = fd, .events = POLLIN };

    return poll(&waiting, 1, 0) > 0 && waiting.revents & POLLIN;
}

static void turn_away(int n)
{
    for (int fd = PASSED_FROM; fd < PASSED_FROM + n; fd++)
        for (unsigned i = 0; i < WAITING_MAX && is_waited_at(fd); i++) {
            _cleanup_close_ int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

            if (connection < 0 && recv(fd, NULL, 0, MSG_DONTWAIT | MSG_TRUNC) < 0)
                break;
        }
}

static int take_all(const Plan *plan, AppSockets *ret, int n, const char *names, Error *reterr)
{
    for (int i = 0; i < n; i++) {
        Passed passed = { .fd = PASSED_FROM + i,
                          .name = names ? names : "",
                          .name_length = names ? strcspn(names, ":") : 0 };
        int r = take(plan, ret, &passed, reterr);

        if (r < 0)
            return r;
        if (names)
            names = names[passed.name_length] ? names + passed.name_length + 1 : NULL;
    }
    return n > 0 ? check_ports(plan, ret, reterr) : 0;
}

int sockets_take(const Plan *plan, AppSockets *ret, Error *reterr)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    uint64_t number, n;
    int r;

    if (!pid || !count || parse_u64(pid, &number) < 0 || number != (uint64_t) getpid())
        return 0;
    if (parse_u64(count, &n) < 0 || n > PASSED_MAX)
        return error_set(reterr, -EINVAL, "$LISTEN_FDS is not a number of at most %d", PASSED_MAX);
    r = take_all(plan, ret, (int) n, getenv("LISTEN_FDNAMES"), reterr);
    if (r == SOCKETS_MISFIT && plan->unit)
        turn_away((int) n);
    return r;
}

void app_sockets_close(AppSockets *sockets)
{
    for (size_t i = 0; i < sockets->n; i++)
        sockets->items[i].fd = safe_close(sockets->items[i].fd);
}

int app_sockets_place(AppSockets *sockets, int *report)
{
    int above = PASSED_FROM + (int) sockets->n;

    /* First out of the way, those that are in it. */
    *report = fcntl(*report, F_DUPFD_CLOEXEC, above);
    if (*report < 0)
        return -errno;
    for (size_t i = 0; i < sockets->n; i++) {
        sockets->items[i].fd = fcntl(sockets->items[i].fd, F_DUPFD_CLOEXEC, above);
        if (sockets->items[i].fd < 0)
            return -errno;
    }
    for (size_t i = 0; i < sockets->n; i++)
        if (dup2(sockets->items[i].fd, PASSED_FROM + (int) i) < 0)
            return -errno;
    return 0;
}

int app_sockets_describe(const AppSockets *sockets, char ***environment)
{
    _cleanup_buffer_ Buffer names = { 0 };
    _cleanup_free_ char *text = NULL;
    char count[16], pid[16];
    int r;

    for (size_t i = 0; i < sockets->n; i++)
        buffer_addf(&names, "%s%s", i > 0 ? ":" : "", sockets->items[i].port->name);
    (void) snprintf(count, sizeof(count), "%zu", sockets->n);
    (void) snprintf(pid, sizeof(pid), "%d", (int) getpid());
    r = buffer_steal(&names, &text);
    if (r >= 0)
        r = strv_set_variable(environment, "LISTEN_FDNAMES", text);
    if (r >= 0)
        r = strv_set_variable(environment, "LISTEN_FDS", count);
    return r < 0 ? r : strv_set_variable(environment, "LISTEN_PID", pid);
}
