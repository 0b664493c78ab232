/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of the host, and what a terminal may be asked for. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static void device(const char *directory, mode_t type, unsigned major, unsigned minor)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "%s/hostile-node", directory);
    unlink(path);
    if (mknod(path, type | 0600, makedev(major, minor)) < 0)
        return;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        through("%s device %u:%u can be opened in %s", S_ISBLK(type) ? "block" : "character", major, minor,
                directory);
        close(fd);
    }
    unlink(path);
}

static void devices(void)
{
    static const struct {
        mode_t type;
        unsigned major, minor;
    } nodes[] = {
        { S_IFCHR, 1, 1 },   { S_IFCHR, 1, 2 },    { S_IFCHR, 1, 4 },    { S_IFCHR, 1, 11 },
        { S_IFCHR, 5, 1 },   { S_IFCHR, 10, 229 }, { S_IFCHR, 10, 232 }, { S_IFCHR, 10, 237 },
        { S_IFCHR, 4, 0 },   { S_IFBLK, 7, 0 },    { S_IFBLK, 8, 0 },    { S_IFBLK, 253, 0 },
        { S_IFBLK, 254, 0 }, { S_IFBLK, 259, 0 },
    };
    static const char *const places[] = { "/dev", "/tmp", "/dev/shm" };

    for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
        for (size_t j = 0; j < sizeof(places) / sizeof(*places); j++)
            device(places[j], nodes[i].type, nodes[i].major, nodes[i].minor);
}

/* Every disk that the kernel tells of, and where the files of this root lie. */
static void host_disks(void)
{
    FILE *file = fopen("/proc/partitions", "re");
    unsigned major_number, minor_number;
    char line[256];
    struct stat st;

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "%u %u", &major_number, &minor_number) == 2) {
            device("/dev", S_IFBLK, major_number, minor_number);
            device("/tmp", S_IFBLK, major_number, minor_number);
        }
    if (file)
        fclose(file);
    file = fopen("/proc/self/mountinfo", "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 && major_number != 0)
            device("/dev", S_IFBLK, major_number, minor_number);
    if (file)
        fclose(file);
    if (stat("/volume", &st) >= 0 && major(st.st_dev) != 0)
        device("/volume", S_IFBLK, major(st.st_dev), minor(st.st_dev));
}

static void terminal(void)
{
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
        through("there is no terminal to try it with: %s", strerror(errno));
        return;
    }
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        through("cannot open %s: %s", ptsname(master), strerror(errno));
        return;
    }
    errno = 0;
    if (ioctl(slave, TIOCSTI, "x") >= 0 || errno != EPERM)
        through("TIOCSTI: %s", strerror(errno));
    errno = 0;
    if (ioctl(slave, TIOCLINUX, "\2") >= 0 || errno != EPERM)
        through("TIOCLINUX: %s", strerror(errno));
    errno = 0;
    if (ioctl(slave, TIOCCONS, 0) >= 0 || errno != EPERM)
        through("TIOCCONS: %s", strerror(errno));
    errno = 0;
    if (syscall(SYS_ioctl, slave, 0x100000000UL | TIOCSTI, "x") >= 0 || errno != EPERM)
        through("TIOCSTI with an upper half: %s", strerror(errno));
    if (open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0)
        through("there is a controlling terminal");
}

const Attack devices_attacks[] = {
    { "devices", devices },
    { "host-disks", host_disks },
    { "terminal", terminal },
    {},
};
