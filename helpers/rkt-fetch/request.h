/* SPDX-License-Identifier: Apache-2.0 */
/* One image of rkt fetch's command line, from its words to what has to be read. What a reference's kind needs
 * is in a table: a further transport is a further row. */
#pragma once

#include "appc/image-reference.h"
#include "cli/global-options.h"
#include "settings/pull-policy.h"
#include "store/store.h"
#include "trust/keystore.h"

/* What the command line says of all images. */
typedef struct FetchArguments {
    GlobalOptions global;
    PullPolicy pull_policy;
    Keystore *keystore; /* NULL: signatures are not verified */
    bool full, quiet;
} FetchArguments;

typedef struct Request {
    const char *image;     /* as it was named */
    const char *signature; /* NULL: beside the image */
    ImageReference *reference;
    const char *path; /* the file; NULL: it is a blob, or nothing has to be read */
    int fd;           /* what has to be read, opened with the caller's rights; -EBADF: nothing */
    int signature_fd; /* to be verified, opened in the same way; -EBADF: nothing is verified */
    uint64_t size;    /* of that, in bytes */
    char key[IMAGE_KEY_LENGTH + 1]; /* that it has to have; "": any */
} Request;

/* Understands request->image and opens what it names with the caller's rights, without reading it. Where
 * nothing has to be read, the store has request->key. What is open is open until the program ends. */
int request_open(Request *request, const FetchArguments *arguments, Error *reterr);

/* Tells the user where the image comes from. */
void request_say(const Request *request);
