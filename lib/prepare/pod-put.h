/* SPDX-License-Identifier: Apache-2.0 */
/* Making things in the directory of a pod that is being prepared. Paths are beneath that; errors say which.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "pod/pod.h"

/* A new file with this content and mode. */
int pod_put_file(const Pod *pod, const char *path, const void *data, size_t size, mode_t mode, Error *reterr);

/* The same with a text, readable for all. */
int pod_put_text(const Pod *pod, const char *path, const char *text, Error *reterr);

/* A directory and its parents, 0755, as far as they are missing. */
int pod_put_directories(const Pod *pod, const char *path, Error *reterr);

/* A directory that only root may enter, for what apps write: it may hold set-uid programs, and members of
 * group rkt may look into a pod. It may exist already. */
int pod_put_closed_directory(const Pod *pod, const char *name, Error *reterr);

/* A new directory in another, opened. */
int make_directory(int dir, const char *name, int *ret);
