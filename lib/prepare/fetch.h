/* SPDX-License-Identifier: Apache-2.0 */
/* Running rkt-fetch: as our child, or, where we prepare the pod of a unit that is being started, in a unit of
 * its own. */
#pragma once

#include "base/error.h"
#include "cli/global-options.h"
#include "prepare/pod-options.h"
#include "store/store.h"

typedef struct FetchOptions {
    const GlobalOptions *global;
    const char *unit; /* the declared pod's; NULL: none */
    bool quiet;
    ImageSay say; /* NULL: nobody is told */
} FetchOptions;

/* Says where an image comes from that need not be fetched. */
void image_say(const FetchOptions *options, const char *from, const char *what);

/* Fetches what text names, with its signature (NULL: beside the image). */
int image_fetch(const FetchOptions *options, const char *text, const char *signature, PullPolicy policy,
                char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
