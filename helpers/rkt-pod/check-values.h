/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that the programs of a unit would report for the values in a pod file. */
#pragma once

#include "podfile/pod-file.h"

/* Tries only the flags. The file may have errors already: their entries are dropped. */
int check_flags(const PodFile *file);

/* Tries flags, images, manifest, network and sockets. Both report each error through the file
 * (pod_file_complain()). path is that of the file, for errors that concern it as a whole. Returns 0 or
 * -ENOMEM. */
int check_values(const PodFile *file, const char *path);
