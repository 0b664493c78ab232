/* SPDX-License-Identifier: Apache-2.0 */
/* A pod on disk. Its state is determined by the directory that it is in, the flock(2) on its own directory
 * and, in run/, the process that its stage1 noted. Every change of state is one rename under that lock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/uuid.h"

/* The directories beneath pods/, in the order in which a pod passes through them. */
typedef enum PodDirectory {
    POD_DIRECTORY_EMBRYO,
    POD_DIRECTORY_PREPARE,
    POD_DIRECTORY_PREPARED,
    POD_DIRECTORY_RUN,
    POD_DIRECTORY_EXITED_GARBAGE,
    POD_DIRECTORY_GARBAGE,
    _POD_DIRECTORY_MAX,
    _POD_DIRECTORY_INVALID = -EINVAL,
} PodDirectory;
/* The name of a state's directory beneath pods/; NULL: no such state. */
const char *pod_directory_to_string(PodDirectory directory);

/* Sets of directories. */
#define POD_MASK(directory) (1U << (directory))
#define POD_MASK_ALL ((1U << _POD_DIRECTORY_MAX) - 1)
/* Those that users can name and list. */
#define POD_MASK_MOST                                                                                        \
    (POD_MASK(POD_DIRECTORY_PREPARE) | POD_MASK(POD_DIRECTORY_PREPARED) | POD_MASK(POD_DIRECTORY_RUN) |      \
     POD_MASK(POD_DIRECTORY_EXITED_GARBAGE))

typedef enum PodState {
    POD_STATE_EMBRYO,
    POD_STATE_PREPARING,
    POD_STATE_ABORTED_PREPARE,
    POD_STATE_PREPARED,
    POD_STATE_RUNNING,
    POD_STATE_EXITED,
    POD_STATE_EXITED_DELETING,
    POD_STATE_EXITED_GARBAGE,
    POD_STATE_DELETING,
    POD_STATE_GARBAGE,
    _POD_STATE_MAX,
    _POD_STATE_INVALID = -EINVAL,
} PodState;
/* "running", "aborted prepare", "exited garbage", … */
const char *pod_state_to_string(PodState state);

typedef struct Pod {
    char uuid[UUID_LENGTH + 1];
    PodDirectory directory; /* at the last look */
    PodState state;         /* likewise */
    bool locked;            /* we hold the exclusive lock */
    int root;               /* pods/; not owned, must outlive the pod */
    int fd;                 /* the pod's directory; O_PATH if the caller may not lock it */
    int lock;               /* holds the lock if fd does not; see pod_detach() */
} Pod;

/* Closes the pod, which releases its lock. NULL is fine. */
void pod_free(Pod *pod);
DEFINE_CLEANUP_FUNC(Pod *, pod_free)

/* Opens DIR/pods. With create, makes it and the directories of states (2750) if they are missing. Without,
 * a missing pods/ counts as an empty one; -ENOENT: the data directory itself is missing. */
int pod_root_open(const char *data_directory, bool create, int *ret_fd, Error *reterr);

/* ----- Finding ----- */

/* By UUID, the name of a declared pod (pod_unit_find()) or the unique prefix of a UUID, in run,
 * exited-garbage, prepare and prepared; in this order, so that a name that happens to be such a prefix
 * never means another pod. -ENXIO: none; -ENOTUNIQ: several. */
int pod_open(int root, const char *word, Pod **ret, Error *reterr);

/* By a file that holds the UUID. Errors are those of uuid_file_read() and pod_open(). */
int pod_open_uuid_file(int root, const char *path, Pod **ret, Error *reterr);

/* The pod that the argument of a verb or --uuid-file= names; one of the two must be NULL. */
int pod_open_argument(int root, const char *argument, const char *uuid_file, Pod **ret, Error *reterr);

/* A pod with this full UUID in this directory. -ENOENT: it is not there (any more). */
int pod_open_exact(int root, PodDirectory directory, const char *uuid, Pod **ret);

/* Calls back for every pod of the directories in mask, each once, sorted by UUID. The pod is freed
 * afterwards, and with it the shared lock that holds its state: a callback that takes long calls
 * pod_refresh(). Pods that vanish in the meantime are left out; pods that move are shown in their new
 * directory. Ends early with the callback's result if that is not 0. A pod that cannot be opened is an
 * error, which is returned after the others were shown. */
typedef int (*PodCallback)(Pod *pod, void *userdata);
int pod_foreach(int root, unsigned mask, PodCallback callback, void *userdata, Error *reterr);

/* Only the names, which may be out of date at once; no pod is opened. */
typedef int (*PodNameCallback)(const char *uuid, PodDirectory directory, void *userdata);
int pod_foreach_name(int root, unsigned mask, PodNameCallback callback, void *userdata, Error *reterr);

/* Finds the pod's directory and the state of its lock again. -ENOENT: it is gone. */
int pod_refresh(Pod *pod);

/* ----- The life of a pod ----- */

/* Makes a new pod in prepare/ and locks it; detached: pod_detach() is called before that. */
int pod_create(int root, bool detached, Pod **ret, Error *reterr);

/* Takes the exclusive lock. -EBUSY: another process holds it (a program that only looks holds it for a
 * moment, which is waited for), or the pod runs although nobody holds it. Afterwards pod->directory is the
 * pod's directory; -ENOENT: it is gone. */
int pod_lock(Pod *pod);

/* Keeps the pod unchanged while the caller reads it: nobody gets its exclusive lock, and the pod does not
 * look like running. -EBUSY: another process has that lock. The state is then up to date. */
int pod_hold(Pod *pod);

/* To be called before locking: the lock will be held through a copy of the pod's directory that is mounted
 * nowhere (pod->lock). A process that gets hold of that descriptor then has no path to the rest of the
 * host. Without the kernel's mount calls (Linux 5.2) it is a separate ordinary descriptor. */
int pod_detach(Pod *pod);

/* One rename, under the lock, to a directory that the table of transitions allows. -EPERM: it does not. */
int pod_move(Pod *pod, PodDirectory to, Error *reterr);

/* Removes the pod's directory, its manifest last, so that a partly removed pod can still be identified.
 * Only under the lock, in garbage/ or exited-garbage/. -EBUSY: something is still mounted in it. */
int pod_remove(Pod *pod, Error *reterr);

/* When the pod was marked for gc, that is, moved to its present directory, since the epoch. */
int pod_marked_time(const Pod *pod, int64_t *ret_ns);

/* Writes the UUID without newline, 0644. */
int pod_save_uuid(const Pod *pod, const char *path, Error *reterr);
