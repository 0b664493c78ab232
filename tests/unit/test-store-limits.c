/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of store.md that no file of tests/data/make-hostile reaches: an image's entries, of which there
 * have to be millions, and the time that a cage has. */

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/time-util.h"
#include "store/aci.h"
#include "sandbox/cage.h"

#include "store-test.h"

enum { HEADER = 512, HEADERS = 256 };

/* Empty files, without end. */
static void *write_entries(void *to)
{
    static const struct {
        size_t offset;
        const char *text;
    } fields[] = {
        { 0, "rootfs/x" },  { 100, "0000644" }, /* mode, owner, group, size, time */
        { 108, "0000000" }, { 116, "0000000" }, { 124, "00000000000" }, { 136, "00000000000" },
    };
    static char block[HEADERS][HEADER];
    int fd = *(int *) to, sum = 0;

    for (size_t i = 0; i < ELEMENTSOF(fields); i++)
        memcpy(block[0] + fields[i].offset, fields[i].text, strlen(fields[i].text));
    memset(block[0] + 148, ' ', 8);
    memcpy(block[0] + 156, "0ustar\00000", 9);
    for (size_t i = 0; i < HEADER; i++)
        sum += (unsigned char) block[0][i];
    (void) snprintf(block[0] + 148, 8, "%06o", sum);
    for (size_t i = 1; i < HEADERS; i++)
        memcpy(block[i], block[0], HEADER);
    while (write_full(fd, block, sizeof(block)) >= 0)
        continue;
    return NULL;
}

static void test_entries(void)
{
    _cleanup_(tar_reader_freep) TarReader *reader = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    TarEntry entry;
    pthread_t writer;
    long n = 0;
    int pair[2], r;

    assert_int(pipe2(pair, O_CLOEXEC), 0);
    (void) fcntl(pair[1], F_SETPIPE_SZ, 1 << 20);
    assert_int(pthread_create(&writer, NULL, write_entries, &pair[1]), 0);
    assert_int(tar_reader_new(pair[0], &reader, &error), 0);
    while ((r = tar_reader_next(reader, &entry, &error)) > 0)
        n++;
    assert_int(r, -E2BIG);
    assert_int(n, TAR_ENTRIES_MAX);
    assert_str(error_cause(&error), "the image has more than 4194304 entries");
    close(pair[0]);
    assert_int(pthread_join(writer, NULL), 0);
    close(pair[1]);
}

static int work(int root _unused_, const void *forever, size_t size _unused_, Error *reterr _unused_)
{
    while (*(const bool *) forever)
        continue;
    return 0;
}

static void test_time(bool forever, bool apart)
{
    const CageOptions options = {
        CAGE_OPTIONS_INIT, .work = "work", .worker = "the worker", .doing = "working",
        .apart = apart,    .seconds = 1,   .argument = &forever,   .argument_size = sizeof(forever),
    };
    _cleanup_(cage_freep) Cage *cage = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    int64_t begin = monotonic_ns();

    assert_int(cage_start(&options, &cage, &error), 0);
    assert_int(cage_run(cage, &(CageStreams){}, &error), forever ? -ETIME : 0);
    assert_str(error_cause(&error), forever ? "working took too long" : NULL);
    assert_true(!forever || monotonic_ns() - begin >= 1000000000);
}

int main(int argc, char *argv[])
{
    static const CageWork works[] = { { "work", work }, {} };

    cage_main(argc, argv, works);
    (void) signal(SIGPIPE, SIG_IGN);
    test_entries();
    test_time(false, false);
    test_time(true, false);
    if (geteuid() != 0) {
        printf("only root can keep a cage apart\n");
        return 77;
    }
    test_time(false, true);
    test_time(true, true);
    return 0;
}
