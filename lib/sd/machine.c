/* SPDX-License-Identifier: Apache-2.0 */
/* machined keeps a machine as long as the unit from which it was registered is active. So a unit that
 * restarts its pod finds the name taken by the dead machine. Only then a register takes more than a round
 * trip. */

#include "machine.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time-util.h"
#include "bus-internal.h"
#include "runtime.h"
#include "unit.h"

enum { FORGET_ROUNDS = 100, FORGET_PAUSE_US = 1000, VARLINK_MESSAGE_MAX = 4096 };

static const char machined_name[] = "org.freedesktop.machine1", machined_path[] = "/org/freedesktop/machine1",
                  machined_interface[] = "org.freedesktop.machine1.Manager";

static int machined_call_new(Bus *bus, const char *member, const char *machine, sd_bus_message **ret,
                             Error *reterr)
{
    int r = bus_method_call_new(bus, machined_name, machined_path, machined_interface, member, ret, reterr);

    if (r < 0)
        return r;
    r = sd_bus_message_append(*ret, "s", machine);
    return r < 0 ? bus_message_error(r, *ret, reterr) : 0;
}

/* A Varlink message is JSON and a zero byte. Our messages have only strings that need no escapes. */
static int varlink_send(int connection, const MachineOptions *options)
{
    char text[VARLINK_MESSAGE_MAX];
    int n;

    if (strpbrk(options->name, "\"\\") || *options->root_directory)
        return -EOPNOTSUPP;
    n = snprintf(text, sizeof(text),
                 "{\"method\":\"io.systemd.Machine.Register\",\"parameters\":{\"name\":\"%s\",\"id\":\"%s\","
                 "\"service\":\"rkt\",\"class\":\"container\",\"leader\":%d}}",
                 options->name, options->uuid, (int) options->leader);
    if (n < 0 || (size_t) n >= sizeof(text))
        return -E2BIG;
    return send(connection, text, (size_t) n + 1, MSG_NOSIGNAL) == n + 1 ? 0 : -EIO;
}

/* Up to its zero byte. */
static int varlink_receive(int connection, uint64_t timeout_us, char ret[static VARLINK_MESSAGE_MAX])
{
    int64_t end_ns = monotonic_ns() + (int64_t) timeout_us * 1000;

    for (size_t n = 0; n < VARLINK_MESSAGE_MAX;) {
        struct pollfd pfd = { .fd = connection, .events = POLLIN };
        int64_t left_ns = end_ns - monotonic_ns();
        ssize_t k;

        if (left_ns <= 0)
            return -ETIMEDOUT;
        if (poll(&pfd, 1, (int) (left_ns / 1000000) + 1) <= 0)
            continue;
        k = recv(connection, ret + n, VARLINK_MESSAGE_MAX - n, MSG_DONTWAIT);
        if (k <= 0)
            return k < 0 && errno != EINTR && errno != EAGAIN ? -errno : -ECONNRESET;
        n += (size_t) k;
        if (ret[n - 1] == '\0')
            return 0;
    }
    return -E2BIG;
}

/* -EOPNOTSUPP: try over D-Bus instead. */
static int register_by_connection(Bus *bus, const MachineOptions *options, Error *reterr)
{
    char reply[VARLINK_MESSAGE_MAX];
    int r = options->connection < 0 ? -EOPNOTSUPP : varlink_send(options->connection, options);

    if (r >= 0)
        r = varlink_receive(options->connection, bus->timeout_us, reply);
    if (r < 0)
        return r == -ETIMEDOUT ? error_set_errno(reterr, r, "cannot register machine %s", options->name)
                               : -EOPNOTSUPP;
    if (strstr(reply, "\"io.systemd.Machine.MachineExists\""))
        return error_set(reterr, -EEXIST, "machine %s already exists", options->name);
    return strstr(reply, "\"error\"") ? -EOPNOTSUPP : 0;
}

static int register_once(Bus *bus, const MachineOptions *options, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
    sd_id128_t id;
    int r = register_by_connection(bus, options, reterr);

    if (r != -EOPNOTSUPP)
        return r;
    r = machined_call_new(bus, "RegisterMachine", options->name, &call, reterr);
    if (r < 0)
        return r;
    if ((r = sd_id128_from_string(options->uuid, &id)) < 0 ||
        (r = sd_bus_message_append_array(call, 'y', id.bytes, sizeof(id.bytes))) < 0 ||
        (r = sd_bus_message_append(call, "ssus", "rkt", "container", (uint32_t) options->leader,
                                   options->root_directory)) < 0)
        return bus_message_error(r, call, reterr);
    return bus_call(bus, call, NULL, reterr);
}

static bool is_alive(pid_t pid)
{
    return pid > 0 && (kill(pid, 0) >= 0 || errno == EPERM);
}

/* Before systemd 258 a unit has one machine. 257 refuses a second one, and stops the unit when it cleans
 * up. So we check first, which only costs a readlink(). */
static int vacate_unit(Bus *bus, const MachineOptions *options, Error *reterr)
{
    _cleanup_(runtime_machine_done) RuntimeMachine machine = { 0 };
    _cleanup_free_ char *unit = NULL;

    if (unit_of_process(options->leader, &unit) < 0 || runtime_machine_of_unit(unit, &machine) < 0)
        return 0;
    if (machine.leader != options->leader && is_alive(machine.leader))
        return error_set(reterr, -EEXIST, "unit %s already has machine %s, with leader %d", unit,
                         machine.name, (int) machine.leader);
    return machine_unregister(bus, machine.name, reterr);
}

/* EEXIST also means that the leader already belongs to another machine. Then the name is free, and trying
 * again would not help. */
int machine_register(Bus *bus, const MachineOptions *options, Error *reterr)
{
    pid_t leader;
    int r = vacate_unit(bus, options, reterr);

    if (r >= 0)
        r = register_once(bus, options, reterr);
    if (r != -EEXIST || machine_leader(bus, options->name, &leader, NULL) < 0)
        return r;
    if (leader != options->leader && is_alive(leader))
        return error_set(reterr, -EEXIST, "machine %s is already registered, with leader %d", options->name,
                         (int) leader);
    r = machine_unregister(bus, options->name, reterr);
    return r < 0 ? r : register_once(bus, options, reterr);
}

int machine_leader(Bus *bus, const char *name, pid_t *ret, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
    _cleanup_free_ char *path = NULL;
    uint32_t pid;
    int r;

    r = sd_bus_path_encode("/org/freedesktop/machine1/machine", name, &path);
    if (r < 0)
        return error_set_errno(reterr, r, "%s", name);
    r = bus_get_property(bus, machined_name, path, "org.freedesktop.machine1.Machine", "Leader", &reply,
                         reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_read(reply, "v", "u", &pid);
    if (r < 0)
        return bus_message_error(r, reply, reterr);
    *ret = (pid_t) pid;
    return 0;
}

/* machined forgets a machine and its unit only when it has nothing else to do. If another machine of that
 * unit is registered before, it is refused, and the unit is stopped. So we ask until the machine is
 * forgotten. This also answers for the unregistering, which is therefore not waited for. */
static int await_forgotten(Bus *bus, const char *name, Error *reterr)
{
    pid_t leader;

    for (int i = 0; i < FORGET_ROUNDS; i++) {
        int r = machine_leader(bus, name, &leader, NULL);

        if (r < 0)
            return r == -ENXIO ? 0 : error_set_errno(reterr, r, "machine %s", name);
        (void) usleep(FORGET_PAUSE_US);
    }
    return error_set(reterr, -EBUSY, "machined does not forget machine %s", name);
}

int machine_unregister(Bus *bus, const char *name, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
    int r = machined_call_new(bus, "UnregisterMachine", name, &call, reterr);

    if (r < 0)
        return r;
    (void) sd_bus_message_set_expect_reply(call, 0);
    r = sd_bus_send(bus->connection, call, NULL);
    return r < 0 ? error_set_errno(reterr, r, "machine %s", name) : await_forgotten(bus, name, reterr);
}

void machined_wake(Bus *bus)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

    if (bus_method_call_new(bus, machined_name, machined_path, "org.freedesktop.DBus.Peer", "Ping", &call,
                            NULL) < 0)
        return;
    (void) sd_bus_message_set_expect_reply(call, 0);
    (void) sd_bus_send(bus->connection, call, NULL);
}
