/* SPDX-License-Identifier: Apache-2.0 */
/* The directories of the host that an app's options ask for (--state-directory= and its kin): as volumes of
 * the manifest, and on the disk. */
#pragma once

#include "appc/pod-manifest.h"
#include "prepare/pod-options.h"
#include "stage1/plan.h"

/* Adds a volume and a mount for each to a manifest and one of its apps. -EEXIST: the app has another mount at
 * one's path. */
int app_directories_add(PodManifest *manifest, RuntimeApp *app, const AppOptions *options, Error *reterr);

/* Makes those that are not there, and gives them to the users that their apps have in the plan, whose apps
 * are those of the options in the same order. One that is there keeps its owner and its mode; where an app
 * could not use it, options->warn says so. record comes from volume_sources_open_record(). */
int app_directories_make(const PodOptions *options, const Plan *plan, int record, Error *reterr);
