/* SPDX-License-Identifier: Apache-2.0 */
/* systemd reports the end of a job to the client that asked for the job, without Subscribe(). The match for
 * JobRemoved is added without waiting for the answer: the bus keeps the order, so the match exists before
 * the job can. */

#include "unit.h"

#include <string.h>
#include <systemd/sd-login.h>

#include "base/string-util.h"
#include "base/time-util.h"
#include "bus-internal.h"

static const char systemd_name[] = "org.freedesktop.systemd1", systemd_path[] = "/org/freedesktop/systemd1",
                  manager_interface[] = "org.freedesktop.systemd1.Manager";

/* ----- Jobs ----- */

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
    Bus *bus = userdata;
    const char *path, *result;

    if (sd_bus_message_read(m, "uoss", NULL, &path, NULL, &result) >= 0 &&
        streq_ptr(bus->awaited_job, path)) {
        free(bus->job_result);
        bus->job_result = strdup(result);
    }
    return 0;
}

static int watch_jobs(Bus *bus, Error *reterr)
{
    int r = 0;

    if (!bus->job_match)
        r = sd_bus_match_signal_async(bus->connection, &bus->job_match, systemd_name, systemd_path,
                                      manager_interface, "JobRemoved", on_job_removed, NULL, bus);
    return r < 0 ? error_set_errno(reterr, r, "cannot watch systemd's jobs") : 0;
}

static uint64_t now_us(void)
{
    return (uint64_t) monotonic_ns() / 1000;
}

static int wait_for_job(Bus *bus, const char *unit, Error *reterr)
{
    uint64_t end = now_us() + bus->timeout_us;

    while (!bus->job_result) {
        uint64_t now = now_us();
        int r = sd_bus_process(bus->connection, NULL);

        if (r == 0 && now >= end)
            return error_set(reterr, -ETIMEDOUT, "the job for %s did not end in time", unit);
        if (r == 0)
            r = sd_bus_wait(bus->connection, end - now);
        if (r < 0 && r != -EINTR)
            return error_set_errno(reterr, r, "cannot wait for the job for %s", unit);
    }
    if (streq(bus->job_result, "done") || streq(bus->job_result, "skipped"))
        return 0;
    return error_set(reterr, -EPROTO, "the job for %s ended with \"%s\"", unit, bus->job_result);
}

/* Sends a call whose answer is a job, and waits for the job. */
static int call_for_job(Bus *bus, sd_bus_message *call, const char *unit, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
    const char *job;
    int r;

    free(TAKE_PTR(bus->awaited_job));
    free(TAKE_PTR(bus->job_result));
    r = watch_jobs(bus, reterr);
    if (r < 0)
        return r;
    r = bus_call(bus, call, &reply, reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_read(reply, "o", &job);
    if (r < 0)
        return bus_message_error(r, reply, reterr);
    bus->awaited_job = strdup(job);
    return bus->awaited_job ? wait_for_job(bus, unit, reterr) : -ENOMEM;
}

static int unit_job(Bus *bus, const char *member, const char *name, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
    int r;

    r = bus_method_call_new(bus, systemd_name, systemd_path, manager_interface, member, &call, reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_append(call, "ss", name, "replace");
    if (r < 0)
        return bus_message_error(r, call, reterr);
    return call_for_job(bus, call, name, reterr);
}

int unit_start(Bus *bus, const char *name, Error *reterr)
{
    return unit_job(bus, "StartUnit", name, reterr);
}

int unit_stop(Bus *bus, const char *name, Error *reterr)
{
    return unit_job(bus, "StopUnit", name, reterr);
}

int unit_restart(Bus *bus, const char *name, Error *reterr)
{
    return unit_job(bus, "RestartUnit", name, reterr);
}

/* ----- Scopes ----- */

static int append_pids(sd_bus_message *m, const ScopeOptions *options)
{
    int r;

    if ((r = sd_bus_message_open_container(m, 'r', "sv")) < 0 ||
        (r = sd_bus_message_append(m, "s", "PIDs")) < 0 ||
        (r = sd_bus_message_open_container(m, 'v', "au")) < 0 ||
        (r = sd_bus_message_open_container(m, 'a', "u")) < 0)
        return r;
    for (size_t i = 0; i < options->n_pids; i++)
        if ((r = sd_bus_message_append(m, "u", (uint32_t) options->pids[i])) < 0)
            return r;
    if ((r = sd_bus_message_close_container(m)) < 0 || (r = sd_bus_message_close_container(m)) < 0)
        return r;
    return sd_bus_message_close_container(m);
}

static int append_scope(sd_bus_message *m, const ScopeOptions *options)
{
    int r;

    if ((r = sd_bus_message_append(m, "ss", options->name, "fail")) < 0 ||
        (r = sd_bus_message_open_container(m, 'a', "(sv)")) < 0 ||
        (r = sd_bus_message_append(m, "(sv)(sv)(sv)(sv)", "Slice", "s", options->slice, "Description", "s",
                                   options->description, "Delegate", "b", options->delegate, "CollectMode",
                                   "s", "inactive-or-failed")) < 0 ||
        (options->after && (r = sd_bus_message_append(m, "(sv)", "After", "as", 1, options->after)) < 0) ||
        (r = append_pids(m, options)) < 0 || (r = sd_bus_message_close_container(m)) < 0)
        return r;
    return sd_bus_message_append(m, "a(sa(sv))", 0); /* no auxiliary units */
}

int unit_start_scope(Bus *bus, const ScopeOptions *options, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
    int r;

    r = bus_method_call_new(bus, systemd_name, systemd_path, manager_interface, "StartTransientUnit", &call,
                            reterr);
    if (r < 0)
        return r;
    r = append_scope(call, options);
    if (r < 0)
        return bus_message_error(r, call, reterr);
    return call_for_job(bus, call, options->name, reterr);
}

/* ----- Asking ----- */

void unit_state_done(UnitState *state)
{
    free(state->active_state);
    free(state->sub_state);
    *state = (UnitState){ 0 };
}

static int read_text(sd_bus_message *m, char **field)
{
    const char *s;
    int r = sd_bus_message_read(m, "v", "s", &s);

    if (r < 0)
        return r;
    free(*field);
    *field = strdup(s);
    return *field ? 0 : -ENOMEM;
}

static int read_property(sd_bus_message *m, const char *name, UnitState *state)
{
    uint32_t pid;
    int r;

    if (streq(name, "ActiveState"))
        return read_text(m, &state->active_state);
    if (streq(name, "SubState"))
        return read_text(m, &state->sub_state);
    if (!streq(name, "MainPID"))
        return sd_bus_message_skip(m, "v");
    r = sd_bus_message_read(m, "v", "u", &pid);
    if (r >= 0)
        state->main_pid = (pid_t) pid;
    return r;
}

static int read_properties(sd_bus_message *m, UnitState *state)
{
    int r = sd_bus_message_enter_container(m, 'a', "{sv}");

    while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
        const char *name;

        if ((r = sd_bus_message_read(m, "s", &name)) < 0 || (r = read_property(m, name, state)) < 0)
            return r;
        r = sd_bus_message_exit_container(m);
    }
    return r;
}

int unit_query(Bus *bus, const char *name, UnitState *ret, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
    _cleanup_(unit_state_done) UnitState state = { 0 };
    _cleanup_free_ char *path = NULL;
    int r;

    r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", name, &path);
    if (r < 0)
        return error_set_errno(reterr, r, "%s", name);
    r = bus_method_call_new(bus, systemd_name, path, "org.freedesktop.DBus.Properties", "GetAll", &call,
                            reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_append(call, "s", ""); /* a property of any interface of the unit */
    if (r < 0)
        return bus_message_error(r, call, reterr);
    r = bus_call(bus, call, &reply, reterr);
    if (r < 0)
        return r;
    r = read_properties(reply, &state);
    if (r >= 0 && !state.active_state)
        r = -EBADMSG;
    if (r < 0)
        return bus_message_error(r, reply, reterr);
    *ret = state;
    state = (UnitState){ 0 };
    return 0;
}

int unit_of_process(pid_t pid, char **ret)
{
    return sd_pid_get_unit(pid, ret);
}

int unit_main_pid_of(Bus *bus, pid_t pid, pid_t *ret, Error *reterr)
{
    _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *unit = NULL, *reply = NULL;
    const char *path;
    uint32_t number;
    int r;

    r = bus_method_call_new(bus, systemd_name, systemd_path, manager_interface, "GetUnitByPID", &call,
                            reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_append(call, "u", (uint32_t) pid);
    if (r < 0)
        return bus_message_error(r, call, reterr);
    r = bus_call(bus, call, &unit, reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_read(unit, "o", &path);
    if (r < 0)
        return bus_message_error(r, unit, reterr);
    r = bus_get_property(bus, systemd_name, path, "org.freedesktop.systemd1.Service", "MainPID", &reply,
                         reterr);
    if (r < 0)
        return r;
    r = sd_bus_message_read(reply, "v", "u", &number);
    if (r < 0)
        return bus_message_error(r, reply, reterr);
    *ret = (pid_t) number;
    return 0;
}
