/* SPDX-License-Identifier: Apache-2.0 */
/* rounds COUNT COMMAND…: runs a command COUNT times, one after another, and prints one line: median, minimum
 * and 90th percentile of its wall time in microseconds, and the largest resident set of its processes in kB.
 * "{}" in a word is replaced by the next line of standard input (a prepared pod can be run once). */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

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

/* argv with every "{}" replaced by a line of standard input. */
static void fill_in(char **words, char **argv, char *line, size_t size)
{
    size_t i = 0;

    for (; words[i]; i++) {
        argv[i] = words[i];
        if (strcmp(words[i], "{}") == 0) {
            if (!fgets(line, (int) size, stdin)) {
                fputs("rounds: standard input has too few lines\n", stderr);
                exit(1);
            }
            line[strcspn(line, "\n")] = '\0';
            argv[i] = line;
        }
    }
    argv[i] = NULL;
}

int main(int argc, char *argv[])
{
    int count = argc > 2 ? atoi(argv[1]) : 0;
    long *times = calloc((size_t) count + 1, sizeof(long)), rss = 0;
    char **words = calloc((size_t) argc, sizeof(char *)), line[256];

    if (count < 1 || !times || !words) {
        fputs("usage: rounds COUNT COMMAND...\n", stderr);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        struct rusage usage;
        long start;
        pid_t pid;
        int status;

        fill_in(argv + 2, words, line, sizeof(line));
        start = now_us();
        if (posix_spawnp(&pid, words[0], NULL, NULL, words, environ) != 0 ||
            wait4(pid, &status, 0, &usage) < 0) {
            perror(words[0]);
            return 1;
        }
        times[i] = now_us() - start;
        if (status != 0) {
            fprintf(stderr, "rounds: %s: status %#x in round %d\n", words[0], (unsigned) status, i + 1);
            return 1;
        }
        if (usage.ru_maxrss > rss)
            rss = usage.ru_maxrss;
    }
    qsort(times, (size_t) count, sizeof(long), compare);
    printf("%ld %ld %ld %ld\n", times[count / 2], times[0], times[count * 9 / 10], rss);
    return 0;
}
