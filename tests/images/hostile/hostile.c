/* SPDX-License-Identifier: Apache-2.0 */
/* An app that wants out. `hostile ATTACK...` tries each and says `ATTACK=held`, `ATTACK=BROKEN what got
 * through` or `ATTACK=untried WHY`; exit status 0 all the same. It opens what it should not and never writes
 * there: a broken defence is told, not used. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>

static const Attack *const tables[] = { kernel_files_attacks, directories_attacks,  devices_attacks,
                                        mounts_attacks,       init_attacks,         calls_attacks,
                                        floods_attacks,       surroundings_attacks, sockets_attacks,
                                        quotas_attacks };

const char *attack;
bool broken;
static bool tried;

__attribute__((format(printf, 1, 2))) void through(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    printf("%s=BROKEN ", attack);
    vprintf(format, ap);
    putchar('\n');
    va_end(ap);
    broken = true;
}

void untried(const char *why)
{
    printf("%s=untried %s\n", attack, why);
    tried = false;
}

void open_for_writing(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return;
    through("%s can be opened for writing", path);
    close(fd);
}

void climb(const char *start)
{
    static const char *const host_names[] = { "host-marker", "system.slice", "init.scope" };
    int fd = open(start, O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (unsigned level = 0; fd >= 0 && level < 40; level++) {
        int next;

        for (size_t i = 0; i < sizeof(host_names) / sizeof(*host_names); i++)
            if (faccessat(fd, host_names[i], F_OK, AT_SYMLINK_NOFOLLOW) >= 0) {
                through("%s and %u times \"..\" lead to %s", start, level, host_names[i]);
                level = 40;
            }
        next = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        fd = next;
    }
    if (fd >= 0)
        close(fd);
}

int outcome(long (*perform)(long), long argument)
{
    pid_t pid;
    int status;

    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(perform(argument) < 0 ? errno : 0);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return 0;
    return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

bool is_refusal(int result)
{
    return result == -1 || result == EPERM || result == ENOSYS || result == EACCES;
}

static const Attack *find(const char *name)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        for (const Attack *a = tables[i]; a->name; a++)
            if (strcmp(a->name, name) == 0)
                return a;
    return NULL;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const Attack *a = find(argv[i]);

        if (!a) {
            fprintf(stderr, "hostile: unknown attack %s\n", argv[i]);
            return 2;
        }
        attack = a->name;
        broken = false;
        tried = true;
        a->perform();
        if (tried && !broken)
            printf("%s=held\n", attack);
        fflush(stdout);
    }
    return 0;
}
