/* SPDX-License-Identifier: Apache-2.0 */
/* The pod manifest: the apps of a pod, and what they share (appc specification, "Pod Manifest Schema"). */
#pragma once

#include "appc/app.h"
#include "appc/mount.h"
#include "appc/name-value.h"
#include "appc/port.h"
#include "appc/volume.h"

typedef struct RuntimeApp {
    char *name; /* ACName, unique in the pod */
    struct {
        char *name; /* ACIdentifier, or NULL */
        char *id;   /* sha512-…; NULL in a template, which then has image_name */
        NameValueList labels;
    } image;
    App *app; /* NULL: the image's own */
    bool read_only_rootfs;
    MountList mounts;
    NameValueList annotations;
} RuntimeApp;

typedef struct PodManifest {
    char *ac_version;
    RuntimeApp *apps;
    size_t n_apps;
    VolumeList volumes;
    IsolatorList isolators;
    NameValueList annotations;
    ExposedPortList ports;
    NameValueList user_annotations, user_labels;
} PodManifest;

/* A manifest with no fields set. NULL: out of memory. */
PodManifest *pod_manifest_new(void);
/* NULL is fine. */
void pod_manifest_free(PodManifest *manifest);
DEFINE_CLEANUP_FUNC(PodManifest *, pod_manifest_free)

/* Appends a zeroed app with a copy of that name; the result is valid until the next app is added. -EINVAL:
 * not an ACName. */
int pod_manifest_add_app(PodManifest *manifest, const char *name, RuntimeApp **ret, Error *reterr);
const RuntimeApp *pod_manifest_find_app(const PodManifest *manifest, const char *name);

/* Reads and checks a manifest of at most JSON_SIZE_MAX bytes. A pod without apps (a sandbox) is valid. */
int pod_manifest_parse(const void *data, size_t size, PodManifest **ret, Error *reterr);
int pod_manifest_format(const PodManifest *manifest, bool pretty, char **ret);
