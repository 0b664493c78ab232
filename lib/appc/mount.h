/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts: which volume an app has at which path. Nothing is mounted here. */
#pragma once

#include "appc/volume.h"

typedef struct Mount {
    char *volume;       /* the volume's name */
    char *path;         /* absolute, in the app's root */
    Volume *app_volume; /* the app's own, or NULL: the pod's of that name */
} Mount;

typedef struct MountList {
    Mount *items;
    size_t n;
} MountList;

void mount_list_done(MountList *list);
int mount_list_add(MountList *list, const char *volume, const char *path);
const Mount *mount_list_find_path(const MountList *list, const char *path);

/* Adds `volume=NAME,target=PATH`. */
int mount_list_add_text(MountList *list, const char *text, Error *reterr);

int mount_list_copy(const MountList *list, MountList *ret);
int mount_list_from_json(const JsonNode *object, const char *key, MountList *ret, Error *reterr);
int mount_list_to_json(const MountList *list, json_t *object, const char *key);
