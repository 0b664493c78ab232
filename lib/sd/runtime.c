/* SPDX-License-Identifier: Apache-2.0 */
/* machined writes a file for each machine, with lines NAME=value, and a link "unit:…" to it. PID 1 keeps a
 * link "invocation:UNIT" as long as a unit is active. */

#include "runtime.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"

enum { MACHINE_FILE_MAX = 64 * 1024 };

bool systemd_is_running(void)
{
    return access("/run/systemd/system", F_OK) >= 0;
}

bool runtime_unit_is_active(const char *unit)
{
    char path[512];
    struct stat st;
    int n = snprintf(path, sizeof(path), "/run/systemd/units/invocation:%s", unit);

    return n > 0 && (size_t) n < sizeof(path) && lstat(path, &st) >= 0;
}

void runtime_machine_done(RuntimeMachine *machine)
{
    free(machine->name);
    free(machine->id);
    free(machine->service);
    *machine = (RuntimeMachine){ 0 };
}

static int read_machine(int dir, const char *name, RuntimeMachine *machine)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_strv_ char **lines = NULL;
    int r;

    machine->name = strdup(name);
    if (!machine->name)
        return -ENOMEM;
    r = read_file_at(dir, name, MACHINE_FILE_MAX, &text, NULL);
    if (r >= 0)
        r = strv_split(text, "\n", &lines);
    if (r < 0)
        return r;
    STRV_FOREACH (line, lines) {
        const char *value;
        uint64_t pid;

        if ((value = startswith(*line, "ID=")) && !machine->id)
            machine->id = strdup(value);
        else if ((value = startswith(*line, "SERVICE=")) && !machine->service)
            machine->service = strdup(value);
        else if ((value = startswith(*line, "LEADER=")) && parse_u64(value, &pid) >= 0 && pid <= INT32_MAX)
            machine->leader = (pid_t) pid;
    }
    return machine->id && machine->service ? 0 : -ENODATA;
}

static int open_machines(int *ret)
{
    int fd = open("/run/systemd/machines", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    *ret = fd;
    return 0;
}

static int read_machine_of(int dir, const char *name, RuntimeMachine *ret)
{
    _cleanup_(runtime_machine_done) RuntimeMachine machine = { 0 };
    int r = read_machine(dir, name, &machine);

    if (r < 0)
        return r;
    *ret = machine;
    machine = (RuntimeMachine){ 0 };
    return 0;
}

int runtime_machine_read(const char *name, RuntimeMachine *ret)
{
    _cleanup_close_ int dir = -EBADF;
    int r = open_machines(&dir);

    return r < 0 ? r : read_machine_of(dir, name, ret);
}

int runtime_machine_of_unit(const char *unit, RuntimeMachine *ret)
{
    _cleanup_close_ int dir = -EBADF;
    char link[512], name[128];
    ssize_t n;
    int r = open_machines(&dir);

    if (r < 0)
        return r;
    n = snprintf(link, sizeof(link), "unit:%s", unit);
    if (n < 0 || (size_t) n >= sizeof(link))
        return -ENAMETOOLONG;
    n = readlinkat(dir, link, name, sizeof(name) - 1);
    if (n < 0)
        return -errno;
    name[n] = '\0';
    return read_machine_of(dir, name, ret);
}

int runtime_machine_foreach(RuntimeMachineCallback callback, void *userdata)
{
    _cleanup_closedir_ DIR *d = opendir("/run/systemd/machines");
    struct dirent *entry;

    if (!d)
        return errno == ENOENT ? 0 : -errno;
    while ((entry = readdir(d))) {
        _cleanup_(runtime_machine_done) RuntimeMachine machine = { 0 };
        int r;

        if (entry->d_name[0] == '.' || strchr(entry->d_name, ':') ||
            read_machine(dirfd(d), entry->d_name, &machine) < 0)
            continue;
        r = callback(&machine, userdata);
        if (r != 0)
            return r;
    }
    return 0;
}
