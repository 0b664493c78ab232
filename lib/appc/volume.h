/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes: what a pod brings from the host or makes for its apps. */
#pragma once

#include <sys/types.h>

#include "appc/json.h"

typedef enum VolumeKind {
    VOLUME_KIND_HOST,
    VOLUME_KIND_EMPTY,
    _VOLUME_KIND_MAX,
    _VOLUME_KIND_INVALID = -EINVAL,
} VolumeKind;

/* The word of a manifest ("host", "empty"); NULL or _VOLUME_KIND_INVALID for what is none. */
const char *volume_kind_to_string(VolumeKind kind);
VolumeKind volume_kind_from_string(const char *s);

typedef struct Volume {
    char *name; /* ACName */
    VolumeKind kind;
    char *source;  /* host: an absolute path */
    int read_only; /* 1, 0, or -1: not said (the mount point decides) */
    int recursive; /* 1, 0, or -1: not said (the stage1 decides) */
    mode_t mode;   /* empty: 0755 when not said */
    uid_t uid;     /* empty: 0 when not said */
    gid_t gid;
} Volume;

typedef struct VolumeList {
    Volume *items;
    size_t n;
} VolumeList;

/* NULL is fine. */
void volume_free(Volume *volume);
DEFINE_CLEANUP_FUNC(Volume *, volume_free)
/* Frees the list's items, not the struct itself; an all-zero list is empty. */
void volume_list_done(VolumeList *list);
/* The volume of that name; NULL: none. */
const Volume *volume_list_find(const VolumeList *list, const char *name);

/* Adds an empty volume (an implicit one, say); -EEXIST: "duplicate volume name". */
int volume_list_add_empty(VolumeList *list, const char *name, mode_t mode, uid_t uid, gid_t gid,
                          Error *reterr);
int volume_list_add_host(VolumeList *list, const char *name, const char *source, bool read_only,
                         Error *reterr);

/* Adds `NAME,kind=host|empty[,source=PATH][,readOnly=BOOL][,recursive=BOOL][,mode=OCTAL][,uid=N][,gid=N]`. */
int volume_list_add_text(VolumeList *list, const char *text, Error *reterr);

/* The list as the array `key` of an object. Reading checks it; without the key the list is empty; -EINVAL:
 * reterr names the place. Writing leaves an empty list out; 0 or a negative errno. */
int volume_list_from_json(const JsonNode *object, const char *key, VolumeList *ret, Error *reterr);
int volume_list_to_json(const VolumeList *list, json_t *object, const char *key);

/* One volume, for mounts that have their own. */
int volume_from_json(const JsonNode *object, Volume **ret, Error *reterr);
json_t *volume_to_json(const Volume *volume); /* NULL: no memory */
