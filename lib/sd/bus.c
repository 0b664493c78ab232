/* SPDX-License-Identifier: Apache-2.0 */
/* sd-bus connects, authenticates and says Hello while our first call is already in its queue, so a
 * connection needs no round trip of its own. */

#include "bus.h"

#include <string.h>

#include "bus-internal.h"

int bus_open(uint64_t timeout_ms, Bus **ret, Error *reterr)
{
    _cleanup_(bus_freep) Bus *bus = calloc(1, sizeof(Bus));
    int r;

    if (!bus)
        return -ENOMEM;
    bus->timeout_us = timeout_ms * 1000;
    r = sd_bus_open_system(&bus->connection);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot connect to the system bus");
    (void) sd_bus_set_method_call_timeout(bus->connection, bus->timeout_us);
    *ret = TAKE_PTR(bus);
    return 0;
}

void bus_free(Bus *bus)
{
    if (!bus)
        return;
    sd_bus_slot_unref(bus->job_match);
    sd_bus_close_unref(bus->connection);
    free(bus->awaited_job);
    free(bus->job_result);
    free(bus);
}

int bus_message_error(int r, const sd_bus_message *m, Error *reterr)
{
    const char *member = sd_bus_message_get_member((sd_bus_message *) m);

    return error_set_errno(reterr, r, "D-Bus message %s", member ? member : "(reply)");
}

int bus_method_call_new(Bus *bus, const char *destination, const char *path, const char *interface,
                        const char *member, sd_bus_message **ret, Error *reterr)
{
    int r = sd_bus_message_new_method_call(bus->connection, ret, destination, path, interface, member);

    return r < 0 ? error_set_errno(reterr, r, "cannot make the D-Bus call %s", member) : 0;
}

/* Errors on which our callers act; sd-bus maps the rest of systemd's errors to EIO. */
static const struct {
    const char *name;
    int error;
} error_names[] = {
    { "org.freedesktop.systemd1.NoSuchUnit", -ENOENT },
    { "org.freedesktop.systemd1.LoadFailed", -ENOEXEC },
    { "org.freedesktop.systemd1.UnitMasked", -ERFKILL },
    { "org.freedesktop.systemd1.UnitExists", -EEXIST },
    { "org.freedesktop.machine1.NoSuchMachine", -ENXIO },
    { "org.freedesktop.DBus.Error.UnknownObject", -ENXIO },
    { "org.freedesktop.machine1.MachineExists", -EEXIST },
    { "org.freedesktop.DBus.Error.ServiceUnknown", -EHOSTUNREACH },
    { "org.freedesktop.DBus.Error.NameHasNoOwner", -EHOSTUNREACH },
};

static int error_number(const sd_bus_error *error, int r)
{
    for (size_t i = 0; i < ELEMENTSOF(error_names); i++)
        if (sd_bus_error_has_name(error, error_names[i].name))
            return error_names[i].error;
    return r;
}

int bus_call(Bus *bus, sd_bus_message *call, sd_bus_message **ret, Error *reterr)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int r = sd_bus_call(bus->connection, call, bus->timeout_us, &error, ret);

    if (r < 0) {
        const char *member = sd_bus_message_get_member(call);

        r = error_number(&error, r);
        if (error.message)
            r = error_set(reterr, r, "%s: %s", member, error.message);
        else
            r = error_set_errno(reterr, r, "%s", member);
    }
    sd_bus_error_free(&error);
    return r < 0 ? r : 0;
}

int bus_get_property(Bus *bus, const char *destination, const char *path, const char *interface,
                     const char *property, sd_bus_message **ret, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
    int r = bus_method_call_new(bus, destination, path, "org.freedesktop.DBus.Properties", "Get", &call,
                                reterr);

    if (r < 0)
        return r;
    r = sd_bus_message_append(call, "ss", interface, property);
    return r < 0 ? bus_message_error(r, call, reterr) : bus_call(bus, call, ret, reterr);
}
