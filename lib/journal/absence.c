/* SPDX-License-Identifier: Apache-2.0 */
/* The note holds the boot in which the pod file was last seen to be absent; the note's time is when this
 * was seen first. The first check in a boot only confirms it: pod files in /run, or on a disk that appears
 * late, may be about to return, however long the machine was off. */

#include "absence.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "base/time-util.h"

#define ABSENCE_FILE "rkt-undeclared"

/* When the note was made; 0: there is no valid one. */
static int64_t read_note(int directory, const char *boot, bool *ret_same_boot)
{
    _cleanup_free_ char *noted = NULL;
    struct stat st;

    if (read_one_line_at(directory, ABSENCE_FILE, &noted) < 0 ||
        fstatat(directory, ABSENCE_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0 || timespec_ns(&st.st_mtim) > now_ns())
        return 0;
    *ret_same_boot = streq(noted, boot);
    return timespec_ns(&st.st_mtim);
}

static int write_note(int directory, const char *boot, int64_t since_ns)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                       { .tv_sec = (time_t) (since_ns / 1000000000),
                                         .tv_nsec = (long) (since_ns % 1000000000) } };
    int r = write_file_at(directory, ABSENCE_FILE, boot, strlen(boot), 0644, 0);

    if (r >= 0 && since_ns > 0 && utimensat(directory, ABSENCE_FILE, times, AT_SYMLINK_NOFOLLOW) < 0)
        r = -errno;
    return r;
}

int journal_absence_note(int directory, int64_t *ret_since_ns)
{
    _cleanup_free_ char *boot = NULL;
    bool same_boot = false;
    int64_t since;
    int r = read_one_line_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", &boot);

    if (r < 0)
        return r;
    since = read_note(directory, boot, &same_boot);
    if (same_boot) {
        *ret_since_ns = since;
        return 1;
    }
    r = write_note(directory, boot, since);
    return r < 0 ? r : 0;
}

int journal_absence_forget(int directory)
{
    return unlinkat(directory, ABSENCE_FILE, 0) < 0 && errno != ENOENT ? -errno : 0;
}
