/* SPDX-License-Identifier: Apache-2.0 */
/* How an image runs as an app: the object `app` of image and pod manifests. */
#pragma once

#include <sys/types.h>

#include "appc/isolators.h"
#include "appc/json.h"
#include "appc/port.h"
#include "appc/name-value.h"

typedef struct MountPoint {
    char *name; /* ACName */
    char *path; /* absolute, in the app's root */
    bool read_only;
} MountPoint;

typedef struct App {
    char **exec;      /* NULL: none, so the command line must give one */
    char **pre_start; /* event handlers; NULL: none */
    char **post_stop;
    char *user,
            *group; /* never NULL after parsing: a name, a number, or an absolute path whose owner it is */
    gid_t *supplementary_gids;
    size_t n_supplementary_gids;
    char *working_directory; /* absolute, or NULL: "/" */
    NameValueList environment;
    MountPoint *mount_points;
    size_t n_mount_points;
    PortList ports;
    IsolatorList isolators;
    NameValueList user_annotations, user_labels;
} App;

/* An app with no fields set: user and group are NULL, too. NULL: out of memory. */
App *app_new(void);
/* NULL is fine. */
void app_free(App *app);
DEFINE_CLEANUP_FUNC(App *, app_free)
/* Copies everything. The caller frees *ret. 0 or -ENOMEM. */
int app_copy(const App *app, App **ret);

/* Appends a mount point; copies both strings without checking them. 0 or -ENOMEM. */
int app_add_mount_point(App *app, const char *name, const char *path, bool read_only);

/* Parses "1,2,3" of --supplementary-gids, and replaces earlier groups. */
int app_set_supplementary_gids(App *app, const char *text, Error *reterr);

/* Reads and checks the object `app` of a manifest; the caller frees *ret. -EINVAL: reterr names the place.
 * app_to_json() returns a new reference, which the caller drops. */
int app_from_json(const JsonNode *object, App **ret, Error *reterr);
json_t *app_to_json(const App *app); /* NULL: no memory */
