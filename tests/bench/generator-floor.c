/* SPDX-License-Identifier: Apache-2.0 */
/* The least work of a generator: reads each file of a directory, and for each writes a unit of a given size
 * to a temporary file, renames it and links it. Parses nothing. usage: bench-generator-floor FROM TO
 * UNIT_SIZE */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 64 * 1024 };
static char text[TEXT_MAX];

static void one(int from, int to, const char *name, size_t size)
{
    char unit[512], aside[576], link[576], target[576];
    int fd = openat(from, name, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, text, sizeof(text)) < 0)
        exit(1);
    close(fd);
    snprintf(unit, sizeof(unit), "floor-%s.service", name);
    snprintf(aside, sizeof(aside), ".#%s", unit);
    snprintf(link, sizeof(link), "multi-user.target.wants/%s", unit);
    snprintf(target, sizeof(target), "../%s", unit);
    fd = openat(to, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, size) < 0)
        exit(1);
    close(fd);
    if (renameat(to, aside, to, unit) < 0 || symlinkat(target, to, link) < 0)
        exit(1);
}

int main(int argc, char **argv)
{
    size_t size = argc == 4 ? strtoul(argv[3], NULL, 10) : TEXT_MAX + 1;
    DIR *dir = size <= TEXT_MAX ? opendir(argv[1]) : NULL;
    int to = dir ? open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    struct dirent *entry;

    if (to < 0)
        return 1;
    (void) mkdirat(to, "multi-user.target.wants", 0755);
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            one(dirfd(dir), to, entry->d_name, size);
    return 0;
}
