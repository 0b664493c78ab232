/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line of `prepare` and `run` says of a pod and its apps. Only what the text alone tells is
 * checked here: flags follow their image, "--" begins an app's arguments, "---" ends them. A flag that is not
 * built yet is refused by name. */
#pragma once

#include <stdbool.h>

#include "appc/mount.h"
#include "appc/volume.h"
#include "base/error.h"
#include "base/option.h"
#include "settings/pull-policy.h"
#include "settings/settings.h"

/* What stands before any image, or behind one. Values point into argv. */
typedef struct SaidSettings {
    const char *value[_SETTING_MAX]; /* NULL: not said; of a boolean "true" or "false" */
    char **list[_SETTING_MAX];       /* of one that may be said several times */
    MountList mounts;
} SaidSettings;

typedef struct AppOptions {
    const char *image;
    char **arguments; /* behind "--"; NULL: none */
    SaidSettings said;
} AppOptions;

/* Hears that an image is used "from" there: "local store for image name", "example.com/web". */
typedef void (*ImageSay)(const char *from, const char *what);

typedef struct PodOptions {
    AppOptions *apps;
    size_t n_apps;
    SaidSettings said; /* mounts: of all apps */
    VolumeList volumes;
    const char *network; /* that the pod will run with; NULL: not known yet */
    PullPolicy pull_policy;
    bool names_store; /* --store-only or --no-store was given */
    SettingId stage1_setting;
    const char *stage1; /* the value of stage1_setting; NULL: the default stage1 */
    void (*warn)(const char *format, ...) _printf_(1, 2); /* NULL: nobody is told */
    ImageSay say;                                         /* the same */
} PodOptions;

#define POD_OPTIONS_INIT                                                                                     \
    {                                                                                                        \
    }

/* Frees what the options hold, not the struct itself. */
void pod_options_done(PodOptions *options);
#define _cleanup_pod_options_ _cleanup_(pod_options_done)

/* Takes an option of setting_options(SETTING_PREPARE), an image (OPTION_POSITIONAL) or OPTION_DASH_DASH with
 * the arguments that follow. */
int pod_options_take(PodOptions *options, OptionParser *parser, int id, const char *value, Error *reterr);

/* What only shows when all was read: some image or a manifest, no flags that exclude each other. */
int pod_options_check(const PodOptions *options, Error *reterr);

/* A value of the pod, or of an app; NULL: not said. */
static inline const char *pod_said(const PodOptions *options, SettingId id)
{
    return options->said.value[id];
}

/* The same of one app. */
static inline const char *app_said(const AppOptions *options, SettingId id)
{
    return options->said.value[id];
}

/* Whether a boolean was said to be true. */
bool said_true(const SaidSettings *said, SettingId id);
