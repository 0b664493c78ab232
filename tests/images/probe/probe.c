/* SPDX-License-Identifier: Apache-2.0 */
/* What an app sees and may do, for the tests: `probe WORD...` does one thing and says so in lines
 * `key=value`. Without words it prints its identity. Whatever it can't do is `WORD=<name of the error>`, and
 * its exit status is 0 all the same. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int say(const char *what, long result)
{
    printf("%s=%s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
    return 0;
}

/* The lines of /proc/self/status that tell what a process is allowed. */
static int status_print(void)
{
    static const char *const keys[] = { "Uid:",    "Gid:",    "Groups:", "NoNewPrivs:", "Seccomp:", "CapInh:",
                                        "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:",     "NSpid:" };
    char line[4096];
    FILE *file = fopen("/proc/self/status", "re");

    if (!file)
        return say("status", -1);
    while (fgets(line, sizeof(line), file))
        for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
            if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
                char *value = line + strlen(keys[i]);

                value[strcspn(value, "\n")] = 0;
                value += strspn(value, " \t");
                printf("%.*s=%s\n", (int) strlen(keys[i]) - 1, keys[i], value);
            }
    fclose(file);
    return 0;
}

static int identity(char **words)
{
    char cwd[4096];

    (void) words;
    status_print();
    printf("pid=%d\ncwd=%s\n", getpid(), getcwd(cwd, sizeof(cwd)) ? cwd : "?");
    return 0;
}

static int environment(char **words)
{
    (void) words;
    for (char **e = environ; *e; e++)
        puts(*e);
    return 0;
}

/* Every open descriptor and what it is. */
static int descriptors(char **words)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    char target[4096];

    (void) words;
    if (!dir)
        return say("descriptors", -1);
    while ((entry = readdir(dir))) {
        ssize_t n;

        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(dir))
            continue;
        n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
        target[n < 0 ? 0 : n] = 0;
        printf("%s=%s\n", entry->d_name, target);
    }
    closedir(dir);
    return 0;
}

static int open_read(char **words)
{
    return say(words[0], open(words[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

static int open_write(char **words)
{
    return say(words[0], open(words[0], O_WRONLY | O_CLOEXEC | O_NONBLOCK));
}

/* PATH MAJOR MINOR: makes the character device, opens it, removes it. */
static int device(char **words)
{
    if (mknod(words[0], S_IFCHR | 0600, makedev((unsigned) atoi(words[1]), (unsigned) atoi(words[2]))) < 0)
        return say("mknod", -1);
    say("mknod", 0);
    say("open", open(words[0], O_RDWR | O_CLOEXEC | O_NONBLOCK));
    unlink(words[0]);
    return 0;
}

/* NUMBER: with arguments that no call accepts, so that EPERM is a filter's or a missing privilege's answer.
 */
static int call(char **words)
{
    return say(words[0], syscall(atol(words[0]), -1L, -1L, -1L, -1L, -1L, -1L));
}

static long notify_send(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    long result;

    if (!path || strlen(path) >= sizeof(address.sun_path)) {
        errno = ENOENT;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = 0;
    result = sendto(fd, text, strlen(text), 0, (struct sockaddr *) &address,
                    (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(path)));
    close(fd);
    return result;
}

/* SECONDS: says on the notify socket that it is ready, and stays. */
static int ready(char **words)
{
    say("ready", notify_send("READY=1\nSTATUS=ready as can be\n"));
    fflush(stdout);
    sleep((unsigned) atoi(words[0]));
    return 0;
}

/* LINE: says it on the notify socket. */
static int notify(char **words)
{
    return say(words[0], notify_send(words[0]));
}

/* BYTES: takes that much memory and touches it; a limit kills it before it has said so. */
static int memory(char **words)
{
    size_t size = strtoull(words[0], NULL, 10);
    char *block = malloc(size);

    if (!block)
        return say("memory", -1);
    for (size_t i = 0; i < size; i += 4096)
        ((volatile char *) block)[i] = 1;
    return say("memory", 0);
}

/* SECONDS: computes for so long by the clock, and says how many milliseconds of processor it got. */
static int burn(char **words)
{
    struct timespec now, used;
    time_t end;

    clock_gettime(CLOCK_MONOTONIC, &now);
    end = now.tv_sec + atoi(words[0]);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec < end);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    printf("cpu=%lld\n", (long long) used.tv_sec * 1000 + used.tv_nsec / 1000000);
    return 0;
}

/* STATUS: exits with it. */
static int leave(char **words)
{
    return atoi(words[0]);
}

/* SIGNAL: ends by it. */
static int die(char **words)
{
    signal(atoi(words[0]), SIG_DFL);
    raise(atoi(words[0]));
    return 0;
}

/* SECONDS: stays, deaf to SIGTERM. */
static int stubborn(char **words)
{
    unsigned left = (unsigned) atoi(words[0]);

    signal(SIGTERM, SIG_IGN);
    puts("stubborn=ok");
    fflush(stdout);
    while (left)
        left = sleep(left);
    return 0;
}

static int touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0644);

    return fd < 0 ? -1 : close(fd);
}

/* SECONDS: closes what it inherited, as daemons do, waits until there is a /v/go, and then stays. Says whether what it
 * wrote into its root meanwhile is still there. */
static int let_go(char **words)
{
    int r = touch("/data");

    (void) syscall(SYS_close_range, 3U, ~0U, 0);
    while (access("/v/go", F_OK) < 0)
        usleep(100000);
    printf("let-go=%s\n", r == 0 && access("/data", F_OK) == 0 ? "ok" : "its root is gone");
    fflush(stdout);
    return (int) sleep((unsigned) atoi(words[0]));
}

/* SECONDS: the same in a session of its own, while we end; its number is in /v/daemon. */
static int daemon_of(char **words)
{
    FILE *file;

    (void) syscall(SYS_close_range, 3U, ~0U, 0);
    if (fork() != 0)
        return 0;
    (void) setsid();
    file = fopen("/v/daemon", "w");
    if (file) {
        fprintf(file, "%d", (int) getpid());
        fclose(file);
    }
    return (int) sleep((unsigned) atoi(words[0]));
}

static const struct {
    const char *word;
    int n_words;
    int (*run)(char **words);
} verbs[] = {
    { "identity", 0, identity },
    { "environment", 0, environment },
    { "descriptors", 0, descriptors },
    { "read", 1, open_read },
    { "write", 1, open_write },
    { "device", 3, device },
    { "call", 1, call },
    { "ready", 1, ready },
    { "notify", 1, notify },
    { "memory", 1, memory },
    { "burn", 1, burn },
    { "exit", 1, leave },
    { "signal", 1, die },
    { "stubborn", 1, stubborn },
    { "let-go", 1, let_go },
    { "daemon", 1, daemon_of },
};

int main(int argc, char **argv)
{
    if (argc < 2)
        return identity(NULL);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (strcmp(argv[1], verbs[i].word) == 0 && argc - 2 == verbs[i].n_words)
            return verbs[i].run(argv + 2);
    fprintf(stderr, "probe: %s: no such word, or not so many arguments\n", argv[1]);
    return 2;
}
