/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the parts of pod.h: what the directory of a pod says about its state, and how a pod's state is
 * determined. */
#pragma once

#include "pod/pod.h"

typedef struct PodDirectoryStates {
    PodState free, locked;
    unsigned next; /* mask of the directories to which it may move */
} PodDirectoryStates;

extern const PodDirectoryStates pod_directories[_POD_DIRECTORY_MAX];

/* The name of a pod beneath pods/. */
typedef struct PodPath {
    char text[sizeof("exited-garbage/") + UUID_LENGTH];
} PodPath;

/* Writes the name, and returns it. */
const char *pod_path(PodDirectory directory, const char *uuid, PodPath *path);

/* Whether path beneath dir is the file that fd is open on. */
bool pod_has_inode(int fd, int dir, const char *path);

/* Opens a pod that is expected in this directory and sets its state. The caller closes it soon, or calls
 * pod_unlook(), because it may hold a shared lock. -ENOENT: it is not there (any more). */
int pod_open_and_look(int root, PodDirectory directory, const char *uuid, Pod **ret);
void pod_unlook(const Pod *pod);

/* Sets the state again; holds no lock afterwards. */
int pod_probe(Pod *pod);

/* Finds the directory of the pod, which may have moved to a later one. -ENOENT: it is gone. */
int pod_locate(Pod *pod);
