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

typedef struct WantedImage {
    const char *text;               /* as on a command line */
    const char *signature;          /* a file; NULL: the one beside the image */
    char key[IMAGE_KEY_LENGTH + 1]; /* once it is in the store; "": not yet */
} WantedImage;

/* Fetches all of them, side by side, by one call of rkt-fetch, and fills in their keys. An image that can't
 * be had is an error; others may have come in. */
int images_fetch(const FetchOptions *options, WantedImage *images, size_t n, PullPolicy policy,
                 Error *reterr);

/* The same for one, with its signature beside it. */
int image_fetch(const FetchOptions *options, const char *text, PullPolicy policy,
                char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
