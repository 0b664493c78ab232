/* SPDX-License-Identifier: Apache-2.0 */
/* What an app is started with: descriptors, signals, environment, and a standard input that was planted. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void status_line(const char *key, const char *expected)
{
    FILE *file = fopen("/proc/self/status", "re");
    size_t n = strlen(key);
    char line[4096];

    while (file && fgets(line, sizeof(line), file)) {
        char *value = line + n + strspn(line + n, " \t");

        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, key, n) == 0 && strcmp(value, expected) != 0)
            through("%s", line);
    }
    if (file)
        fclose(file);
}

static void surroundings(void)
{
    static const char none[] = "0000000000000000";

    status_line("Umask:", "0022");
    status_line("SigBlk:", none);
    status_line("SigIgn:", none);
    status_line("SigPnd:", none);
    status_line("ShdPnd:", none);
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            through("descriptor %d is open", fd);
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            through("descriptor %d is closed", fd);
    if (getenv("FOREIGN"))
        through("a variable of whoever started us");
}

/* Standard input as it was given to us; see "plant-null". */
static void standard_input(void)
{
    char path[256] = "";
    struct stat st;

    (void) !readlink("/proc/self/fd/0", path, sizeof(path) - 1);
    if (fstat(0, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
        through("it is %s", path);
}

/* For the handler before: who opens this app's /dev/null next, with all rights, opens what decides the
 * host's core dumps. */
static void plant_null(void)
{
    if (unlink("/dev/null") < 0 || symlink("/proc/1/root/proc/sys/kernel/core_pattern", "/dev/null") < 0)
        through("could not plant it: %s", strerror(errno));
}

const Attack surroundings_attacks[] = {
    { "surroundings", surroundings },
    { "standard-input", standard_input },
    { "plant-null", plant_null },
    {},
};
