/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts: which volume an app has at which path. This module mounts nothing. */
#pragma once

#include "appc/volume.h"

typedef struct Mount {
    char *volume;       /* the volume's name */
    char *path;         /* absolute, in the app's root */
    Volume *app_volume; /* the app's own volume; NULL: the pod's volume of that name */
} Mount;

typedef struct MountList {
    Mount *items;
    size_t n;
} MountList;

/* Frees the list's items, not the struct itself; an all-zero list is empty. */
void mount_list_done(MountList *list);
/* Appends a mount of the pod's volume of that name. Copies the strings without checking them; 0 or -ENOMEM.
 */
int mount_list_add(MountList *list, const char *volume, const char *path);
/* The first mount at exactly that path; NULL: none. */
const Mount *mount_list_find_path(const MountList *list, const char *path);

/* Adds `volume=NAME,target=PATH`. */
int mount_list_add_text(MountList *list, const char *text, Error *reterr);

/* 0 or -ENOMEM; what *ret held before is not freed. */
int mount_list_copy(const MountList *list, MountList *ret);
/* The list as the array `key` of an object. Reading checks it; a missing key is an empty list; -EINVAL:
 * reterr names the place. Writing leaves an empty list out; 0 or a negative errno. */
int mount_list_from_json(const JsonNode *object, const char *key, MountList *ret, Error *reterr);
int mount_list_to_json(const MountList *list, json_t *object, const char *key);
