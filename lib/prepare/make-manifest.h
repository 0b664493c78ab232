/* SPDX-License-Identifier: Apache-2.0 */
/* The pod manifest, from the command line and the images' manifests, or from a manifest that was given.
 * Without I/O but for the files of variables. */
#pragma once

#include "appc/pod-manifest.h"
#include "base/error.h"
#include "prepare/app-image.h"
#include "prepare/pod-options.h"

/* images: one for each of options->apps; record: of what apps could ever write to
 * (sandbox/writable-sources.h). */
int pod_manifest_from_options(const PodOptions *options, const AppImage *images, int record,
                              PodManifest **ret, Error *reterr);

/* Fills in what the given manifest leaves to its images; images: one for each of manifest->apps. */
int pod_manifest_fill(PodManifest *manifest, const PodOptions *options, const AppImage *images,
                      Error *reterr);

/* Gives every mount point a mount: the pod's volume of its name, else a new empty volume APP-MOUNTPOINT. Then
 * checks that every mount has its volume. */
int pod_manifest_complete_mounts(PodManifest *manifest, Error *reterr);

/* The volume that a mount of the app means. */
const Volume *pod_manifest_mount_volume(const PodManifest *manifest, const Mount *mount);
