/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the sockets of a pod file have apps that take them, as far as the store knows their images. */
#pragma once

#include "podfile/pod-file.h"

/* Complains of each line that listens for no socketActivated port. dir: the data directory. Silent where an
 * image is not in the store, or the store can't be read. */
void check_sockets(const PodFile *file, const char *dir);
