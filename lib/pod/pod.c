/* SPDX-License-Identifier: Apache-2.0 */
/* A pod only ever moves forward through the directories of states, so a program that lost it looks in the
 * later ones and either finds it or knows that it is gone. Listing goes in the same order: what moves
 * meanwhile is seen twice, never missed.
 *
 * A program that wants to know a pod's state takes a shared lock for a moment; pod_lock() therefore tries for
 * a few milliseconds before it says that somebody holds the pod.
 *
 * A user who can open a directory for reading can lock it, for any time. So a pod's is root's alone:
 * members of group rkt may go through it (0710) and read what they can name, but get no descriptor that
 * flock(2) takes. They are told the state by what else shows it.
 *
 * A process may let go of the lock that it was given, as daemons do that close what they inherit. So a pod
 * also runs as long as the process lives that its stage1 noted. */

#include "pod.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/data-directory.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "stage1/layout.h"
#include "pod/pod-process.h"
#include "pod/pod-unit.h"
#include "pod/uuid-file.h"

enum { POD_LOCK_TRIES = 25, POD_LOCK_PAUSE_NS = 1000000, POD_WAIT_PAUSE_NS = 20000000, POD_OPEN_TRIES = 8 };

/* A gc beside us may take a directory away before we have locked it. */
enum { POD_CREATE_TRIES = 200 };

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

static const struct {
    PodState free, locked;
    unsigned next; /* mask of the directories it may move to */
} pod_directories[_POD_DIRECTORY_MAX] = {
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

/* The name of a pod beneath pods/. */
typedef struct PodPath {
    char text[sizeof("exited-garbage/") + UUID_LENGTH];
} PodPath;

static const char *pod_path(PodDirectory directory, const char *uuid, PodPath *path)
{
    (void) snprintf(path->text, sizeof(path->text), "%s/%.*s", pod_directory_table[directory], UUID_LENGTH,
                    uuid);
    return path->text;
}

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
    /* None of the directories of pods is in the data directory itself. */
    if (r == -ENOENT && !create) {
        fd = TAKE_FD(data);
        r = 0;
    }
    for (PodDirectory d = 0; r >= 0 && create && d < _POD_DIRECTORY_MAX; d++)
        r = make_directory(fd, pod_directory_table[d], 02750);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot open \"%s/" LAYOUT_PODS "\"", data_directory);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

/* ----- Finding ----- */

static bool same_inode(int fd, int dir, const char *path)
{
    struct stat a, b;

    return fstat(fd, &a) >= 0 && fstatat(dir, path, &b, AT_SYMLINK_NOFOLLOW) >= 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

/* For one who may not lock the pod: a process lives, or stage1 is about to write down which. What is being
 * prepared or removed can't be told from what a killed process left. */
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

/* Sets the state from the directory and who holds the lock, which it tries: a program that does not close the
 * pod soon lets go of it (pod_unlook()). A pod in prepare/ that is not locked may have just been moved to
 * prepared/: -ENOENT then. */
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
                 !same_inode(pod->fd, pod->root, pod_path(pod->directory, pod->uuid, &path)))
            return -ENOENT;
    }
    pod->state = locked ? pod_directories[pod->directory].locked : pod_directories[pod->directory].free;
    return 0;
}

static void pod_unlook(const Pod *pod)
{
    if (!pod->locked)
        (void) flock(pod->fd, LOCK_UN);
}

static int pod_probe(Pod *pod)
{
    int r = pod_look(pod);

    pod_unlook(pod);
    return r;
}

/* The caller closes it soon, or lets go of the lock. */
static int open_and_look(int root, PodDirectory directory, const char *uuid, Pod **ret)
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
    int r = open_and_look(root, directory, uuid, ret);

    if (r >= 0)
        pod_unlook(*ret);
    return r;
}

/* The pod in this directory or, if it has moved on, in a later one of mask; likewise. */
static int look_from(int root, PodDirectory directory, unsigned mask, const char *uuid, Pod **ret)
{
    int r = -ENOENT;

    for (PodDirectory d = directory; d < _POD_DIRECTORY_MAX && r == -ENOENT; d++)
        if (mask & POD_MASK(d))
            r = open_and_look(root, d, uuid, ret);
    return r;
}

typedef struct PodName {
    char uuid[UUID_LENGTH + 1];
    PodDirectory directory;
} PodName;

typedef struct PodNames {
    PodName *names;
    size_t n, room;
} PodNames;

static void pod_names_done(PodNames *names)
{
    free(names->names);
}

static int pod_names_add(PodNames *names, const char *uuid, PodDirectory directory)
{
    if (names->n >= names->room) {
        size_t room = names->room > 0 ? names->room * 2 : 64;
        PodName *larger = reallocarray(names->names, room, sizeof(PodName));

        if (!larger)
            return -ENOMEM;
        names->names = larger;
        names->room = room;
    }
    memcpy(names->names[names->n].uuid, uuid, UUID_LENGTH + 1);
    names->names[names->n++].directory = directory;
    return 0;
}

static int pod_names_scan(PodNames *names, int root, PodDirectory directory, const char *prefix)
{
    size_t length = strlen(prefix);
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int r = directory_open(root, pod_directory_table[directory], &d);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    while ((errno = 0, entry = readdir(d))) {
        if (strncmp(entry->d_name, prefix, length) != 0 || !uuid_is_valid(entry->d_name) ||
            (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
            continue;
        r = pod_names_add(names, entry->d_name, directory);
        if (r < 0)
            return r;
    }
    return -errno;
}

static int pod_name_compare(const void *a, const void *b)
{
    const PodName *x = a, *y = b;
    int c = memcmp(x->uuid, y->uuid, UUID_LENGTH);

    return c != 0 ? c : (int) x->directory - (int) y->directory;
}

/* The pods of the directories in mask whose UUIDs begin with prefix, sorted; one that was seen twice counts
 * where it was seen last. */
static int pod_names_list(PodNames *names, int root, unsigned mask, const char *prefix)
{
    size_t n = 0;

    for (PodDirectory d = 0; d < _POD_DIRECTORY_MAX; d++) {
        int r = mask & POD_MASK(d) ? pod_names_scan(names, root, d, prefix) : 0;

        if (r < 0)
            return r;
    }
    if (names->n > 1)
        qsort(names->names, names->n, sizeof(PodName), pod_name_compare);
    for (size_t i = 0; i < names->n; i++)
        if (i + 1 == names->n || memcmp(names->names[i].uuid, names->names[i + 1].uuid, UUID_LENGTH) != 0)
            names->names[n++] = names->names[i];
    names->n = n;
    return 0;
}

static int pod_open_prefix(int root, const char *prefix, Pod **ret, Error *reterr)
{
    _cleanup_(pod_names_done) PodNames names = {};
    int r;

    if (uuid_is_valid(prefix))
        r = look_from(root, 0, POD_MASK_MOST, prefix, ret);
    else {
        r = pod_names_list(&names, root, POD_MASK_MOST, prefix);
        if (r >= 0 && names.n == 0)
            return error_set(reterr, -ENXIO, "no matches found for \"%s\"", prefix);
        if (r >= 0 && names.n > 1)
            return error_set(reterr, -ENOTUNIQ, "ambiguous uuid, %zu matches", names.n);
        if (r >= 0)
            r = look_from(root, names.names[0].directory, POD_MASK_MOST, names.names[0].uuid, ret);
    }
    if (r >= 0)
        pod_unlook(*ret);
    if (r == -ENOENT)
        return error_set(reterr, -ENXIO, "no matches found for \"%s\"", prefix);
    return r < 0 ? error_set_errno(reterr, r, "cannot open pod \"%s\"", prefix) : 0;
}

int pod_open(int root, const char *word, Pod **ret, Error *reterr)
{
    char lower[UUID_LENGTH + 1];
    size_t length = strlen(word);
    int r;

    if (length == 0)
        return error_set(reterr, -EINVAL, "UUID cannot be empty");
    if (length <= UUID_LENGTH)
        for (size_t i = 0; i <= length; i++)
            lower[i] = (char) tolower((unsigned char) word[i]);
    if (length == UUID_LENGTH && uuid_is_valid(lower))
        return pod_open_prefix(root, lower, ret, reterr);
    r = pod_unit_find(root, word, lower, reterr);
    if (r < 0 && r != -ENOENT)
        return r;
    if (r < 0 && length > UUID_LENGTH)
        return error_set(reterr, -ENXIO, "no matches found for \"%s\"", word);
    return pod_open_prefix(root, lower, ret, reterr);
}

int pod_open_uuid_file(int root, const char *path, Pod **ret, Error *reterr)
{
    char uuid[UUID_LENGTH + 1];
    int r = uuid_file_read(path, uuid, reterr);

    return r < 0 ? r : pod_open(root, uuid, ret, reterr);
}

int pod_open_argument(int root, const char *argument, const char *uuid_file, Pod **ret, Error *reterr)
{
    if (argument && uuid_file)
        return error_set(reterr, -EINVAL, "a UUID and --uuid-file exclude each other");
    if (!argument && !uuid_file)
        return error_set(reterr, -EINVAL, "must provide the pod's UUID or --uuid-file");
    return argument ? pod_open(root, argument, ret, reterr)
                    : pod_open_uuid_file(root, uuid_file, ret, reterr);
}

int pod_foreach(int root, unsigned mask, PodCallback callback, void *userdata, Error *reterr)
{
    _cleanup_(pod_names_done) PodNames names = {};
    int r = pod_names_list(&names, root, mask, ""), result = 0;

    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the pods");
    for (size_t i = 0; i < names.n; i++) {
        _cleanup_(pod_freep) Pod *pod = NULL;

        r = look_from(root, names.names[i].directory, mask, names.names[i].uuid, &pod);
        if (r == -ENOENT)
            continue;
        if (r < 0) {
            if (result == 0)
                result = error_set_errno(reterr, r, "cannot open pod \"%s\"", names.names[i].uuid);
            continue;
        }
        r = callback(pod, userdata);
        if (r != 0)
            return r;
    }
    return result;
}

int pod_foreach_name(int root, unsigned mask, PodNameCallback callback, void *userdata, Error *reterr)
{
    _cleanup_(pod_names_done) PodNames names = {};
    int r = pod_names_list(&names, root, mask, "");

    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the pods");
    for (size_t i = 0; i < names.n && r == 0; i++)
        r = callback(names.names[i].uuid, names.names[i].directory, userdata);
    return r;
}

static int pod_locate(Pod *pod)
{
    PodPath path;

    for (PodDirectory d = pod->directory; d < _POD_DIRECTORY_MAX; d++)
        if (same_inode(pod->fd, pod->root, pod_path(d, pod->uuid, &path))) {
            pod->directory = d;
            return 0;
        }
    return -ENOENT;
}

int pod_refresh(Pod *pod)
{
    int r = -ENOENT;

    for (unsigned i = 0; r == -ENOENT && i < POD_OPEN_TRIES; i++) {
        r = pod_locate(pod);
        if (r < 0)
            return r;
        r = pod_probe(pod);
    }
    return r;
}

/* ----- The life of a pod ----- */

int pod_detach(Pod *pod)
{
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
    _cleanup_close_ int tree = open_tree(pod->fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

    if (tree < 0 && errno != ENOSYS)
        return -errno;
    /* What is in it decides what root does later: who gets the lock from a pod's init must not change it. */
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

/* On a descriptor of its own: a program that looks at the pod takes and drops a shared lock on pod->fd. */
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
        return error_set(reterr, -EPERM, "pod \"%s\" cannot go from %s to %s", pod->uuid,
                         pod_directory_table[pod->directory], pod_directory_table[to]);
    old_name = pod_path(pod->directory, pod->uuid, &old_path);
    new_name = pod_path(to, pod->uuid, &new_path);
    r = move(pod->root, old_name, new_name);
    if (r == -EPERM && clear_immutable(pod->fd, "."))
        r = move(pod->root, old_name, new_name);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot move pod \"%s\" from %s to %s", pod->uuid,
                               pod_directory_table[pod->directory], pod_directory_table[to]);
    pod->directory = to;
    return pod_probe(pod);
}

/* gc may find the embryo before it is locked and take it away; then another is made. */
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

int pod_wait(Pod *pod, int64_t timeout_ns)
{
    static const struct timespec pause = { .tv_nsec = POD_WAIT_PAUSE_NS };

    for (int64_t waited = 0;; waited += POD_WAIT_PAUSE_NS) {
        if (flock(pod->fd, LOCK_SH | (timeout_ns >= 0 ? LOCK_NB : 0)) >= 0)
            break;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            return -errno;
        if (waited >= timeout_ns)
            return -ETIMEDOUT;
        (void) nanosleep(&pause, NULL);
    }
    (void) flock(pod->fd, LOCK_UN);
    return pod_refresh(pod);
}

/* What rkt-register has made of the pod's own journal. */
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
