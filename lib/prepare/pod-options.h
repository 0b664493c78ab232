/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line of `prepare` and `run` says of a pod and its apps. Only the shape is checked here:
 * flags follow their image, "--" begins an app's arguments, "---" ends them. A flag that is not built yet is
 * refused by name. */
#pragma once

#include <stdbool.h>

#include "appc/directory.h"
#include "appc/mount.h"
#include "appc/volume.h"
#include "base/error.h"
#include "base/option.h"

/* NAME=VALUE words that an app and a pod can have. */
typedef struct OwnOptions {
    char **annotations, **user_annotations, **user_labels;
} OwnOptions;

/* What an image may decide by its own word; see image-rights.h. */
typedef enum ImageRights {
    IMAGE_RIGHTS_UNSET, /* as the pod says, else the default */
    IMAGE_RIGHTS_DEFAULT,
    IMAGE_RIGHTS_ALL,
} ImageRights;

/* One image and what follows it. Strings point into argv. */
typedef struct AppOptions {
    const char *image;
    const char *name, *exec, *user, *group, *supplementary_gids, *working_directory, *signature;
    const char *memory, *cpu, *cpu_shares, *oom_score_adj, *seccomp, *caps_retain, *caps_remove;
    const char *standard_input, *standard_output, *standard_error;
    const char *stop_signal, *stop_timeout, *reload_signal, *watchdog, *journal_native, *init, *notify;
    bool read_only_rootfs;
    char **arguments;                        /* behind "--"; NULL: none */
    char **environment;                      /* NAME=VALUE */
    char **credentials;                      /* names */
    char **socket_activated;                 /* NAME[:PORT[/PROTOCOL]] */
    char **directories[_DIRECTORY_KIND_MAX]; /* NAME[:TARGET] */
    const char *directory_modes[_DIRECTORY_KIND_MAX];
    OwnOptions own;
    MountList mounts;
    ImageRights image_rights;
} AppOptions;

typedef enum PullPolicy {
    PULL_POLICY_NEW,
    PULL_POLICY_NEVER,
    PULL_POLICY_UPDATE,
    _PULL_POLICY_MAX
} PullPolicy;
const char *pull_policy_to_string(PullPolicy policy);

/* Which flag named the stage1. */
typedef enum Stage1Source {
    STAGE1_DEFAULT,
    STAGE1_FROM_DIR,
    STAGE1_HASH,
    STAGE1_NAME,
    STAGE1_PATH,
    STAGE1_URL,
} Stage1Source;

typedef struct PodOptions {
    AppOptions *apps;
    size_t n_apps;
    VolumeList volumes;
    MountList mounts; /* before any image: of all apps */
    OwnOptions own;
    ImageRights image_rights; /* of every image that is not given its own */
    char **ports;             /* NAME:[HOSTIP:]HOSTPORT */
    char **set_environment, **environment_files;
    bool inherit_environment, no_overlay, quiet;
    const char *pod_manifest, *uuid_file_save, *unit;
    const char *network; /* that the pod will run with; NULL: not known yet */
    PullPolicy pull_policy;
    bool names_store; /* --store-only or --no-store was given */
    Stage1Source stage1_source;
    const char *stage1;
    void (*warn)(const char *format, ...) _printf_(1, 2); /* NULL: nobody is told */
} PodOptions;

#define POD_OPTIONS_INIT                                                                                     \
    {                                                                                                        \
    }

void pod_options_done(PodOptions *options);
#define _cleanup_pod_options_ _cleanup_(pod_options_done)

/* The table for an OptionParser; ids below POD_OPTION_ID_MAX, so that a program may have its own above. */
extern const Option pod_option_table[];
enum { POD_OPTION_ID_MAX = 1000 };

/* Takes an option of the table, an image (OPTION_POSITIONAL) or OPTION_DASH_DASH with the arguments that
 * follow. */
int pod_options_take(PodOptions *options, OptionParser *parser, int id, const char *value, Error *reterr);

/* The flag that an option is written as where there is one spelling only: the older ones of `rkt run` are not
 * in the help and have no key in a pod file. *value is changed with it; NULL when the flag says nothing. */
const char *pod_option_name(int id, const char **value);

/* What only shows when all was read: some image or a manifest, no flags that exclude each other. */
int pod_options_check(const PodOptions *options, Error *reterr);
