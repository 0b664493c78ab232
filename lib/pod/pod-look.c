/* SPDX-License-Identifier: Apache-2.0 */
/* Determines the state of a pod.
 *
 * A program that needs a pod's state takes a shared lock for a moment. pod_lock() therefore tries for a few
 * milliseconds before it reports that the lock is held.
 *
 * A user who can open a directory for reading can lock it, for any time. So only root can open a pod's
 * directory: members of group rkt may pass through it (0710) and read files whose names they know, but get
 * no descriptor that flock(2) accepts. For them the state is derived from other files.
 *
 * A process may close the descriptor of the lock that it was given, as daemons do. So a pod also runs as
 * long as the process lives that its stage1 noted. */

#include "pod-internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "pod/pod-process.h"

static const char *const pod_directory_table[_POD_DIRECTORY_MAX] = {
    [POD_DIRECTORY_EMBRYO] = "embryo",
    [POD_DIRECTORY_PREPARE] = "prepare",
    [POD_DIRECTORY_PREPARED] = "prepared",
    [POD_DIRECTORY_RUN] = "run",
    [POD_DIRECTORY_EXITED_GARBAGE] = "exited-garbage",
    [POD_DIRECTORY_GARBAGE] = "garbage",
};
DECLARE_STRING_TABLE(pod_directory, PodDirectory);
DEFINE_STRING_TABLE(pod_directory, PodDirectory)

static const char *const pod_state_table[_POD_STATE_MAX] = {
    [POD_STATE_EMBRYO] = "embryo",
    [POD_STATE_PREPARING] = "preparing",
    [POD_STATE_ABORTED_PREPARE] = "aborted prepare",
    [POD_STATE_PREPARED] = "prepared",
    [POD_STATE_RUNNING] = "running",
    [POD_STATE_EXITED] = "exited",
    [POD_STATE_EXITED_DELETING] = "exited deleting",
    [POD_STATE_EXITED_GARBAGE] = "exited garbage",
    [POD_STATE_DELETING] = "deleting",
    [POD_STATE_GARBAGE] = "garbage",
};
DECLARE_STRING_TABLE(pod_state, PodState);
DEFINE_STRING_TABLE(pod_state, PodState)

const PodDirectoryStates pod_directories[_POD_DIRECTORY_MAX] = {
    [POD_DIRECTORY_EMBRYO] = { POD_STATE_EMBRYO, POD_STATE_EMBRYO,
                               POD_MASK(POD_DIRECTORY_PREPARE) | POD_MASK(POD_DIRECTORY_GARBAGE) },
    [POD_DIRECTORY_PREPARE] = { POD_STATE_ABORTED_PREPARE, POD_STATE_PREPARING,
                                POD_MASK(POD_DIRECTORY_PREPARED) | POD_MASK(POD_DIRECTORY_GARBAGE) },
    [POD_DIRECTORY_PREPARED] = { POD_STATE_PREPARED, POD_STATE_PREPARED,
                                 POD_MASK(POD_DIRECTORY_RUN) | POD_MASK(POD_DIRECTORY_GARBAGE) },
    [POD_DIRECTORY_RUN] = { POD_STATE_EXITED, POD_STATE_RUNNING, POD_MASK(POD_DIRECTORY_EXITED_GARBAGE) },
    [POD_DIRECTORY_EXITED_GARBAGE] = { POD_STATE_EXITED_GARBAGE, POD_STATE_EXITED_DELETING, 0 },
    [POD_DIRECTORY_GARBAGE] = { POD_STATE_GARBAGE, POD_STATE_DELETING, 0 },
};

const char *pod_path(PodDirectory directory, const char *uuid, PodPath *path)
{
    (void) snprintf(path->text, sizeof(path->text), "%s/%.*s", pod_directory_table[directory], UUID_LENGTH,
                    uuid);
    return path->text;
}

bool pod_has_inode(int fd, int dir, const char *path)
{
    struct stat a, b;

    return fstat(fd, &a) >= 0 && fstatat(dir, path, &b, AT_SYMLINK_NOFOLLOW) >= 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

/* For callers that may not lock the pod: a process lives, or stage1 is about to note it. For them, a pod
 * that is being prepared or removed looks like one that a killed process left. */
static bool seems_locked(const Pod *pod)
{
    _cleanup_close_ int process = -EBADF;

    if (pod->directory != POD_DIRECTORY_RUN)
        return pod->directory == POD_DIRECTORY_PREPARE;
    process = pod_process_open(pod, NULL);
    return process >= 0 || process == -ENODATA;
}

static bool may_lock(const Pod *pod)
{
    return !(fcntl(pod->fd, F_GETFL) & O_PATH);
}

/* Sets the state from the directory and from the lock, which it tries to take. A program that does not
 * close the pod soon calls pod_unlook(). -ENOENT: a pod in prepare/ is not locked; it may have just been
 * moved to prepared/. */
static int pod_look(Pod *pod)
{
    bool locked = pod->locked;
    PodPath path;

    if (!locked && pod_directories[pod->directory].free != pod_directories[pod->directory].locked) {
        if (flock(pod->fd, LOCK_SH | LOCK_NB) < 0) {
            if (errno != EWOULDBLOCK && (errno != EBADF || may_lock(pod)))
                return -errno;
            locked = errno == EWOULDBLOCK || seems_locked(pod);
        } else if (pod->directory == POD_DIRECTORY_RUN)
            locked = pod_process_lives(pod);
        else if (pod->directory == POD_DIRECTORY_PREPARE &&
                 !pod_has_inode(pod->fd, pod->root, pod_path(pod->directory, pod->uuid, &path)))
            return -ENOENT;
    }
    pod->state = locked ? pod_directories[pod->directory].locked : pod_directories[pod->directory].free;
    return 0;
}

void pod_unlook(const Pod *pod)
{
    if (!pod->locked)
        (void) flock(pod->fd, LOCK_UN);
}

int pod_probe(Pod *pod)
{
    int r = pod_look(pod);

    pod_unlook(pod);
    return r;
}

int pod_open_and_look(int root, PodDirectory directory, const char *uuid, Pod **ret)
{
    _cleanup_(pod_freep) Pod *pod = calloc(1, sizeof(Pod));
    PodPath path;
    int r;

    if (!pod)
        return -ENOMEM;
    pod->root = root;
    pod->lock = -EBADF;
    pod->directory = directory;
    memcpy(pod->uuid, uuid, UUID_LENGTH);
    pod->fd = openat(root, pod_path(directory, uuid, &path), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (pod->fd < 0 && errno == EACCES)
        pod->fd = openat(root, path.text, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (pod->fd < 0)
        return -errno;
    r = pod_look(pod);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(pod);
    return 0;
}

int pod_open_exact(int root, PodDirectory directory, const char *uuid, Pod **ret)
{
    int r = pod_open_and_look(root, directory, uuid, ret);

    if (r >= 0)
        pod_unlook(*ret);
    return r;
}
