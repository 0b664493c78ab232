/* SPDX-License-Identifier: Apache-2.0 */
/* Whether each socket of a pod file has an app that takes it, as far as the images are in the store. */
#pragma once

#include "podfile/pod-file.h"

/* Reports each line that listens for a port that is not socketActivated. dir: the data directory. Reports
 * nothing if an image is not in the store, or the store cannot be read. */
void check_sockets(const PodFile *file, const char *dir);
