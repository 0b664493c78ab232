/* SPDX-License-Identifier: Apache-2.0 */
/* What flavours mount in the same way for an app's root. The working directory is the pod's; what is made is
 * detached. */
#pragma once

#include <stdint.h>

#include "stage1/plan.h"

/* What the plan says of the app's root. idmap: see mount_map_owners(); -EBADF: none, the only one that an
 * overlay has so far (-EOPNOTSUPP), for the kernel wants it of the layers. */
int app_root_mount(const PlanApp *app, uint64_t attributes, int idmap, int *ret, Error *reterr);

/* What programs expect and images forget: /tmp, and /etc/mtab where there is an /etc. */
int app_root_make_missing(int rootfs, Error *reterr);

/* The record of what apps may write to (sandbox/writable-sources.h). */
int app_root_open_record(const Plan *plan, int *ret, Error *reterr);

/* The source of a volume of the host; what the app can then write to is in the record. */
int app_root_open_source(const PlanMount *m, int record, int *ret, Error *reterr);

/* The host's own file, which apps may only read, or the one that stage0 wrote for the pod; with any other
 * mode (RunArguments) *ret stays as it is. */
int app_root_clone_file(const char *mode, const char *of_host, const char *of_stage0, int record, int *ret,
                        Error *reterr);
