/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's status from its files: times, pid, apps with their exit codes, networks. Nothing is written and
 * no process is asked. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "pod/pod.h"
#include "pod/stage1-entrypoints.h"

typedef enum PodAppState {
    POD_APP_UNKNOWN,
    POD_APP_CREATED,
    POD_APP_RUNNING,
    POD_APP_EXITED,
    _POD_APP_STATE_MAX
} PodAppState;
/* The word that `rkt status` shows; NULL: no such state. */
const char *pod_app_state_to_string(PodAppState state);

typedef struct PodApp {
    char *name;
    char *image_name; /* "example.com/nginx:1.22" */
    char *image_id;   /* sha512-… */
    char *refused;    /* system calls for which its processes were ended; NULL: none */
    PodAppState state;
    bool has_exit_code;
    int exit_code;
    int64_t created_ns, started_ns, finished_ns; /* since the epoch; 0: not known */
} PodApp;

/* Frees n apps and the array; NULL is fine if n is 0. */
void pod_apps_free(PodApp *apps, size_t n);

typedef struct PodStatus {
    int64_t created_ns, started_ns; /* 0: not known */
    pid_t pid;                      /* the pod's init, also after the pod has ended; 0: none */
    PodApp *apps;
    size_t n_apps;
    bool may_have_networks; /* its stage1 may write net-info.json */
    bool has_details;       /* its manifest has mounts, or annotations and labels of the user */
    json_t *manifest; /* the pod manifest as it is on disk, or NULL: not requested, missing, or invalid */
    json_t *networks; /* net-info.json, an array, or NULL */
} PodStatus;

/* NULL is fine. */
void pod_status_free(PodStatus *status);
DEFINE_CLEANUP_FUNC(PodStatus *, pod_status_free)

/* Adds an app with copies of the strings; version may be NULL. */
int pod_status_add_app(PodStatus *status, const char *name, const char *image_name, const char *version,
                       const char *image_id);

typedef enum PodStatusFlags {
    POD_STATUS_MANIFEST = 1 << 0, /* the manifest itself, not only the parts that a list shows */
    POD_STATUS_DETAILS = 1 << 1,  /* the manifest, if pod_to_json() shows more of it than a list does */
    POD_STATUS_APPS = 1 << 2,     /* the pid, and states, times and exit codes of the apps */
} PodStatusFlags;

/* A pod whose manifest is missing or invalid still has a status. */
int pod_status_read(const Pod *pod, PodStatusFlags flags, PodStatus **ret);

/* Like stage1_entrypoint_path(), but also if only the stage1's manifest has it; and the version of the
 * stage1 interface. */
int pod_stage1_entrypoint(const Pod *pod, Stage1Entrypoint entrypoint, char **ret, unsigned *ret_version,
                          Error *reterr);
