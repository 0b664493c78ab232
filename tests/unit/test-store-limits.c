/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of store.md that no file of tests/data/make-hostile reaches: an image's entries, of which there
 * have to be millions, and the time that a cage has. */

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/time-util.h"
#include "store/aci.h"
#include "store/cage.h"

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
    _cleanup_(aci_reader_freep) AciReader *reader = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    AciEntry entry;
    pthread_t writer;
    long n = 0;
    int pair[2], r;

    assert_int(pipe2(pair, O_CLOEXEC), 0);
    (void) fcntl(pair[1], F_SETPIPE_SZ, 1 << 20);
    assert_int(pthread_create(&writer, NULL, write_entries, &pair[1]), 0);
    assert_int(aci_reader_new(pair[0], NULL, &reader, &error), 0);
    while ((r = aci_reader_next(reader, &entry, &error)) > 0)
        n++;
    assert_int(r, -E2BIG);
    assert_int(n, ACI_ENTRIES_MAX);
    assert_str(error_cause(&error), "the image has more than 4194304 entries");
    close(pair[0]);
    assert_int(pthread_join(writer, NULL), 0);
    close(pair[1]);
}

static int work(int root _unused_, void *answer _unused_, void *forever, Error *reterr _unused_)
{
    while (*(bool *) forever)
        continue;
    return 0;
}

static void test_time(bool forever)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_close_ int tree = -EBADF;
    char base[64];
    Cage cage = {
        .worker = "the worker",
        .work_name = "working",
        .work = work,
        .userdata = &forever,
        .seconds = 1,
    };
    int64_t begin = monotonic_ns();

    make_test_directory(base);
    cage.tree = tree = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int(cage_run(&cage, NULL, &error), forever ? -ETIME : 0);
    assert_str(error_cause(&error), forever ? "working took too long" : NULL);
    assert_true(!forever || monotonic_ns() - begin >= 1000000000);
    assert_int(rmdir(base), 0);
}

int main(void)
{
    (void) signal(SIGPIPE, SIG_IGN);
    test_entries();
    if (geteuid() != 0) {
        printf("only root can make a cage\n");
        return 77;
    }
    test_time(false);
    test_time(true);
    return 0;
}
