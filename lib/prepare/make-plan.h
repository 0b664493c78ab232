/* SPDX-License-Identifier: Apache-2.0 */
/* The plan (stage1/plan.h) of a pod: identities, capabilities, filters, environment and mounts, decided from
 * its manifest. Writes the filters into the pod's directory; what the apps' roots are made of, and writing
 * the plan, is the caller's. */
#pragma once

#include "appc/pod-manifest.h"
#include "base/error.h"
#include "cli/global-options.h"
#include "prepare/app-image.h"
#include "stage1/plan.h"

/* images: one for each app of the manifest; pod_dir: where the filters go. */
int plan_from_manifest(const PodManifest *manifest, const AppImage *images, const char *unit,
                       InsecureOptions insecure, int pod_dir, Plan **ret, Error *reterr);
