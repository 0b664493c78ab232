/* SPDX-License-Identifier: Apache-2.0 */
/* rounds COUNT: compares the times of commands. Each line of standard input has three fields, separated by
 * tabs: a name, a shell command to run before each round (or nothing), and the words of the command itself,
 * which is run without a shell. A word "{}" stands for the first line of the previous command's output.
 *
 * The commands run in turn, so that other load affects all of them equally, with a pause before each, so
 * that none is charged for the kernel's cleanup after the previous one (removing a network namespace delays
 * the making of the next). The output has a line for each, with fields separated by tabs: the name; median,
 * minimum and 90th percentile of the wall time; the median of the processor time of the processes that it
 * waited for (all in microseconds); its largest resident set in kB. Or the name and the reason why there
 * are no numbers. */

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONTESTANTS_MAX = 32, WORDS_MAX = 32, LINE_SIZE = 1024, PAUSE_NS = 50 * 1000 * 1000 };

typedef struct Contestant {
    char *name, *before, *words[WORDS_MAX + 1];
    long *wall, *processor, resident;
    char failure[LINE_SIZE]; /* empty: none */
} Contestant;

extern char **environ;

static posix_spawn_file_actions_t no_output;

static int compare(const void *a, const void *b)
{
    long x = *(const long *) a, y = *(const long *) b;

    return (x > y) - (x < y);
}

static long now_us(void)
{
    struct timespec ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static long us(struct timeval t)
{
    return t.tv_sec * 1000000L + t.tv_usec;
}

static bool contestant_read(Contestant *c, size_t count)
{
    char line[LINE_SIZE], *text, *word;
    size_t n = 0;

    if (!fgets(line, sizeof(line), stdin) || !(text = strdup(line)))
        return false;
    text[strcspn(text, "\n")] = '\0';
    c->name = strsep(&text, "\t");
    c->before = strsep(&text, "\t");
    while ((word = strsep(&text, " ")) && n < WORDS_MAX)
        c->words[n++] = word;
    c->wall = calloc(count, sizeof(long));
    c->processor = calloc(count, sizeof(long));
    return n > 0 && c->wall && c->processor;
}

/* Stores the first line of the command's output in line. */
static bool run_before(Contestant *c, char line[static LINE_SIZE])
{
    FILE *f = popen(c->before, "r");
    char rest[LINE_SIZE];

    if (!f || !fgets(line, LINE_SIZE, f))
        *line = '\0';
    line[strcspn(line, "\n")] = '\0';
    while (f && fgets(rest, sizeof(rest), f))
        ;
    if (f && pclose(f) == 0)
        return true;
    (void) snprintf(c->failure, sizeof(c->failure), "\"%s\" failed", c->before);
    return false;
}

static void run_round(Contestant *c, size_t round)
{
    char *argv[WORDS_MAX + 1] = { NULL }, line[LINE_SIZE] = "";
    const struct timespec pause = { .tv_nsec = PAUSE_NS };
    struct rusage usage;
    int status = -1;
    long start;
    pid_t pid;

    if (*c->failure || (*c->before && !run_before(c, line)))
        return;
    for (size_t i = 0; c->words[i]; i++)
        argv[i] = strcmp(c->words[i], "{}") == 0 ? line : c->words[i];
    (void) nanosleep(&pause, NULL);
    start = now_us();
    if (posix_spawnp(&pid, argv[0], &no_output, NULL, argv, environ) == 0)
        (void) wait4(pid, &status, 0, &usage);
    c->wall[round] = now_us() - start;
    if (status != 0) {
        (void) snprintf(c->failure, sizeof(c->failure), "%s: status %#x in round %zu", argv[0],
                        (unsigned) status, round + 1);
        return;
    }
    c->processor[round] = us(usage.ru_utime) + us(usage.ru_stime);
    if (usage.ru_maxrss > c->resident)
        c->resident = usage.ru_maxrss;
}

static void print(Contestant *c, size_t count)
{
    if (*c->failure) {
        printf("%s\t%s\n", c->name, c->failure);
        return;
    }
    qsort(c->wall, count, sizeof(long), compare);
    qsort(c->processor, count, sizeof(long), compare);
    printf("%s\t%ld\t%ld\t%ld\t%ld\t%ld\n", c->name, c->wall[count / 2], c->wall[0], c->wall[count * 9 / 10],
           c->processor[count / 2], c->resident);
}

int main(int argc, char *argv[])
{
    static Contestant contestants[CONTESTANTS_MAX];
    size_t count = argc == 2 ? (size_t) atoi(argv[1]) : 0, n = 0;

    if (count < 1) {
        fputs("usage: rounds COUNT <CONTESTANTS\n", stderr);
        return 2;
    }
    (void) posix_spawn_file_actions_init(&no_output);
    (void) posix_spawn_file_actions_addopen(&no_output, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    while (n < CONTESTANTS_MAX && contestant_read(&contestants[n], count))
        n++;
    for (size_t round = 0; round < count; round++)
        for (size_t i = 0; i < n; i++)
            run_round(&contestants[i], round);
    for (size_t i = 0; i < n; i++)
        print(&contestants[i], count);
    return 0;
}
