/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs that a unit starts would say of the values in a pod file. */
#pragma once

#include "podfile/pod-file.h"

/* Tries the flags alone. The file may have errors already: what these concern is dropped. */
int check_flags(const PodFile *file);

/* Tries flags, images, manifest, network and sockets. Both complain of each error through the file
 * (pod_file_complain()). path is the file's, for what concerns it as a whole. Returns 0 or -ENOMEM. */
int check_values(const PodFile *file, const char *path);
