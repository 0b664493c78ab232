/* SPDX-License-Identifier: Apache-2.0 */
/* An app that waits for whoever enters it: `ambush SECONDS` looks at each process that comes, as long as the
 * program in it is none of the app's own, and tries to take it over. It says `ambush=held` or `ambush=BROKEN
 * WHAT`, and how many it met (`met=N`): those it could look into and those it could not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct stat own_programs[2]; /* of the image */
static unsigned long long own_rights;
static int own_filter;
static unsigned met_open, met_hidden;
static bool broken;

static void through(const char *what, const char *detail)
{
    broken = true;
    printf("ambush=BROKEN %s%s\n", what, detail);
    fflush(stdout);
}

static bool is_own(const struct stat *st)
{
    for (unsigned i = 0; i < 2; i++)
        if (st->st_dev == own_programs[i].st_dev && st->st_ino == own_programs[i].st_ino)
            return true;
    return false;
}

/* What a process may still do, and whether it has a filter. */
static bool rights_of(const char *pid, unsigned long long *rights, int *filter)
{
    char path[320], line[256];
    FILE *file;
    unsigned found = 0;

    snprintf(path, sizeof(path), "/proc/%s/status", pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        found += (sscanf(line, "CapPrm: %llx", rights) == 1) + (sscanf(line, "Seccomp: %d", filter) == 1);
    if (file)
        fclose(file);
    return found == 2;
}

/* Still the stranger that it was, after something succeeded? */
static bool is_strange(const char *pid)
{
    char path[320];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    return stat(path, &st) < 0 ? errno == EACCES : !is_own(&st);
}

static void try_tracing(const char *pid)
{
    pid_t number = (pid_t) atoi(pid);
    int status;

    if (ptrace(PTRACE_SEIZE, number, NULL, NULL) < 0)
        return;
    if (is_strange(pid))
        through("traced", "");
    ptrace(PTRACE_INTERRUPT, number, NULL, NULL);
    waitpid(number, &status, __WALL);
    ptrace(PTRACE_DETACH, number, NULL, NULL);
}

static void try_memory(const char *pid)
{
    char path[320];
    int fd;

    snprintf(path, sizeof(path), "/proc/%s/mem", pid);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    if (is_strange(pid))
        through("memory", "");
    close(fd);
}

static bool is_harmless(const char *target)
{
    static const char *const expected[] = { "pipe:", "anon_inode:[eventfd]", "/dev/null", "/dev/pts/",
                                            "/dev/console" };

    for (unsigned i = 0; i < sizeof(expected) / sizeof(*expected); i++)
        if (strncmp(target, expected[i], strlen(expected[i])) == 0)
            return true;
    return false;
}

static void look_at_descriptors(const char *pid)
{
    char path[320], target[4096];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%s/fd", pid);
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

        if (n < 0)
            continue;
        target[n] = '\0';
        if (!is_harmless(target) && is_strange(pid))
            through("descriptor ", target);
    }
    if (dir)
        closedir(dir);
}

static void look_at_directory(const char *pid, const char *which)
{
    char path[320];
    struct stat st, root;

    snprintf(path, sizeof(path), "/proc/%s/%s", pid, which);
    if (stat(path, &st) >= 0 && stat("/", &root) >= 0 &&
        (st.st_dev != root.st_dev || st.st_ino != root.st_ino) && is_strange(pid))
        through("directory ", which);
}

static void look_at_environment(const char *pid)
{
    char path[320], text[65536];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%s/environ", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof(text));
    if (n > 0 && memmem(text, (size_t) n, "HOST_SECRET", 11))
        through("environment", "");
    if (fd >= 0)
        close(fd);
}

/* Who may trace can look into the process; it must not be worth it. */
static void look_into(const char *pid)
{
    unsigned long long rights;
    char path[320];
    int filter, fd;

    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    if (utimensat(AT_FDCWD, path, NULL, 0) >= 0 && is_strange(pid))
        through("program changed", "");
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        through("program opened for writing", "");
        close(fd);
    }
    look_at_descriptors(pid);
    look_at_directory(pid, "cwd");
    look_at_directory(pid, "root");
    look_at_environment(pid);
    if (rights_of(pid, &rights, &filter) && is_strange(pid)) {
        if (rights & ~own_rights)
            through("more rights than the app", "");
        if (filter != own_filter)
            through("no filter", "");
    }
}

static void meet(const char *pid)
{
    char path[320];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    if (stat(path, &st) >= 0) {
        if (is_own(&st))
            return;
        met_open++;
        look_into(pid);
    } else if (errno == EACCES) {
        met_hidden++;
        try_memory(pid);
        try_tracing(pid);
    }
}

int main(int argc, char **argv)
{
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    if (!proc || stat("/bin/busybox", &own_programs[0]) < 0 || stat("/bin/ambush", &own_programs[1]) < 0 ||
        !rights_of("self", &own_rights, &own_filter))
        return 1;
    printf("waiting\n");
    fflush(stdout);
    while (time(NULL) < end && access("/enough", F_OK) < 0) {
        rewinddir(proc);
        while ((entry = readdir(proc)))
            if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && strcmp(entry->d_name, "1") != 0 &&
                atoi(entry->d_name) != getpid())
                meet(entry->d_name);
    }
    printf("met=%u hidden=%u\n", met_open, met_hidden);
    if (!broken)
        printf("ambush=held\n");
    return 0;
}
