/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of bus.c for unit.c and machine.c; not for users of lib/sd. */
#pragma once

#include <systemd/sd-bus.h>

#include "bus.h"

struct Bus {
    sd_bus *connection;
    uint64_t timeout_us;
    char *awaited_job; /* the object path of the job that is waited for */
    char *job_result;
    sd_bus_slot *job_match;
};

/* Makes a method call; the caller appends its arguments. */
int bus_method_call_new(Bus *bus, const char *destination, const char *path, const char *interface,
                        const char *member, sd_bus_message **ret, Error *reterr);

/* Sends it and waits. If the other side refuses, returns its errno, with its message in reterr. ret may be
 * NULL. */
int bus_call(Bus *bus, sd_bus_message *call, sd_bus_message **ret, Error *reterr);

/* Asks an object for a property: the reply holds a variant. */
int bus_get_property(Bus *bus, const char *destination, const char *path, const char *interface,
                     const char *property, sd_bus_message **ret, Error *reterr);

/* Sets the error that a message could not be made or read. */
int bus_message_error(int r, const sd_bus_message *m, Error *reterr);
