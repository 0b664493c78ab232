/* SPDX-License-Identifier: Apache-2.0 */
/* A pod only moves forward through the directories of states. So a program that does not find it any more
 * looks in the later ones, and either finds it or knows that it is gone. A listing uses the same order: a
 * pod that moves in the meantime is seen twice, never missed. */

#include "pod-internal.h"

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/data-directory.h"
#include "base/file-util.h"
#include "base/time-util.h"
#include "stage1/layout.h"
#include "pod/pod-process.h"

enum { POD_LOCK_TRIES = 25, POD_LOCK_PAUSE_NS = 1000000 };

/* A gc that runs at the same time may remove a directory before we have locked it. */
enum { POD_CREATE_TRIES = 200 };

void pod_free(Pod *pod)
{
    if (!pod)
        return;
    (void) safe_close(pod->fd);
    (void) safe_close(pod->lock);
    free(pod);
}

/* ----- pods/ ----- */

static int make_directory(int dir, const char *name, mode_t mode)
{
    if (mkdirat(dir, name, mode & 0777) < 0)
        return errno == EEXIST ? 0 : -errno;
    return fchmodat(dir, name, mode, 0) < 0 ? -errno : 0;
}

int pod_root_open(const char *data_directory, bool create, int *ret_fd, Error *reterr)
{
    _cleanup_close_ int data = -EBADF, fd = -EBADF;
    int r = 0;

    data = data_directory_open(data_directory, create, reterr);
    if (data < 0)
        return data;
    if (create)
        r = make_directory(data, LAYOUT_PODS, 02750);
    if (r >= 0) {
        fd = openat(data, LAYOUT_PODS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            r = -errno;
    }
    /* No directory of a pod is in the data directory itself. */
    if (r == -ENOENT && !create) {
        fd = TAKE_FD(data);
        r = 0;
    }
    for (PodDirectory d = 0; r >= 0 && create && d < _POD_DIRECTORY_MAX; d++)
        r = make_directory(fd, pod_directory_to_string(d), 02750);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot open \"%s/" LAYOUT_PODS "\"", data_directory);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

/* ----- The life of a pod ----- */

int pod_detach(Pod *pod)
{
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
    _cleanup_close_ int tree = open_tree(pod->fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

    if (tree < 0 && errno != ENOSYS)
        return -errno;
    /* Its contents decide what root does later, so a process that gets the lock from a pod's init must not
     * be able to change them. */
    if (tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0)
        return -errno;
    pod->lock = openat(tree >= 0 ? tree : pod->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return pod->lock < 0 ? -errno : 0;
}

static int lock_patiently(int fd, int operation)
{
    static const struct timespec pause = { .tv_nsec = POD_LOCK_PAUSE_NS };

    for (unsigned i = 0; flock(fd, operation | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK)
            return -errno;
        if (i >= POD_LOCK_TRIES)
            return -EBUSY;
        (void) nanosleep(&pause, NULL);
    }
    return 0;
}

int pod_lock(Pod *pod)
{
    int fd = pod->lock >= 0 ? pod->lock : pod->fd, r = pod->locked ? 0 : lock_patiently(fd, LOCK_EX);

    if (r < 0)
        return r;
    pod->locked = true;
    r = pod_locate(pod);
    if (r >= 0 && pod->directory == POD_DIRECTORY_RUN && pod_process_lives(pod))
        r = -EBUSY;
    if (r >= 0)
        return pod_probe(pod);
    (void) flock(fd, LOCK_UN);
    pod->locked = false;
    return r;
}

/* On a separate descriptor: a program that looks at the pod takes and releases a shared lock on pod->fd. */
int pod_hold(Pod *pod)
{
    int r, q;

    pod->lock = openat(pod->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (pod->lock < 0)
        return -errno;
    r = lock_patiently(pod->lock, LOCK_SH);
    q = pod_refresh(pod);
    return q < 0 ? q : r;
}

static int move(int root, const char *from, const char *to)
{
    return renameat2(root, from, root, to, RENAME_NOREPLACE) < 0 ? -errno : 0;
}

int pod_move(Pod *pod, PodDirectory to, Error *reterr)
{
    PodPath old_path, new_path;
    const char *old_name, *new_name;
    int r;

    if (!pod->locked || !(pod_directories[pod->directory].next & POD_MASK(to)))
        return error_set(reterr, -EPERM, "pod \"%s\" cannot move from %s to %s", pod->uuid,
                         pod_directory_to_string(pod->directory), pod_directory_to_string(to));
    old_name = pod_path(pod->directory, pod->uuid, &old_path);
    new_name = pod_path(to, pod->uuid, &new_path);
    r = move(pod->root, old_name, new_name);
    if (r == -EPERM && clear_immutable(pod->fd, "."))
        r = move(pod->root, old_name, new_name);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot move pod \"%s\" from %s to %s", pod->uuid,
                               pod_directory_to_string(pod->directory), pod_directory_to_string(to));
    pod->directory = to;
    return pod_probe(pod);
}

/* gc may find the embryo before it is locked, and remove it; then another one is made. */
int pod_create(int root, bool detached, Pod **ret, Error *reterr)
{
    int r = -ENOENT;

    for (unsigned i = 0; i < POD_CREATE_TRIES && (r == -ENOENT || r == -EEXIST || r == -EBUSY); i++) {
        _cleanup_(pod_freep) Pod *pod = NULL;
        char uuid[UUID_LENGTH + 1];
        PodPath path;

        r = uuid_generate(uuid);
        if (r >= 0)
            r = make_directory(root, pod_path(POD_DIRECTORY_EMBRYO, uuid, &path), 0710);
        if (r >= 0)
            r = pod_open_exact(root, POD_DIRECTORY_EMBRYO, uuid, &pod);
        if (r >= 0 && detached)
            r = pod_detach(pod);
        if (r >= 0)
            r = pod_lock(pod);
        if (r >= 0)
            r = pod->directory == POD_DIRECTORY_EMBRYO ? pod_move(pod, POD_DIRECTORY_PREPARE, reterr)
                                                       : -ENOENT;
        if (r >= 0) {
            *ret = TAKE_PTR(pod);
            return 0;
        }
    }
    return error_set_errno(reterr, r, "cannot create a pod");
}

/* Directories of the pod's own journal, which rkt-register has made. */
static void remove_journal_link(const Pod *pod)
{
    char id[UUID_PLAIN_LENGTH + 1], path[sizeof("/var/log/journal/") + UUID_PLAIN_LENGTH];

    uuid_without_dashes(pod->uuid, id);
    (void) snprintf(path, sizeof(path), "/var/log/journal/%s", id);
    (void) unlink(path);
}

int pod_remove(Pod *pod, Error *reterr)
{
    PodPath path;
    int r;

    if (!pod->locked || pod_directories[pod->directory].next != 0)
        return error_set(reterr, -EPERM, "pod \"%s\" cannot be removed: it is %s", pod->uuid,
                         pod_state_to_string(pod->state));
    remove_journal_link(pod);
    r = remove_children(pod->fd, POD_MANIFEST);
    if (r >= 0)
        r = remove_tree_at(pod->fd, POD_MANIFEST);
    if (r >= 0)
        r = remove_tree_at(pod->root, pod_path(pod->directory, pod->uuid, &path));
    return r < 0 ? error_set_errno(reterr, r, "cannot remove pod \"%s\"", pod->uuid) : 0;
}

int pod_marked_time(const Pod *pod, int64_t *ret_ns)
{
    struct stat st;

    if (fstat(pod->fd, &st) < 0)
        return -errno;
    *ret_ns = timespec_ns(&st.st_ctim);
    return 0;
}

int pod_save_uuid(const Pod *pod, const char *path, Error *reterr)
{
    int r = write_file_at(AT_FDCWD, path, pod->uuid, UUID_LENGTH, 0644, 0);

    return r < 0 ? error_set_errno(reterr, r, "cannot save the UUID in \"%s\"", path) : 0;
}
