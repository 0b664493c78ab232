/* SPDX-License-Identifier: Apache-2.0 */
/* What the forms of rkt trust share: their command line. */
#pragma once

#include "cli/format.h"
#include "trust/keystore.h"

typedef struct TrustArguments {
    const char *prefix; /* NULL: not given */
    bool root, skip_review;
    Format format;
    char **words; /* after "list" or "rm"; the key */
} TrustArguments;

/* Each prints what it did. Returns 0 or a negative errno with words. */
int trust_add(Keystore *keystore, const TrustArguments *arguments, Error *reterr);
int trust_list(Keystore *keystore, const TrustArguments *arguments, Error *reterr);
int trust_rm(Keystore *keystore, const TrustArguments *arguments, Error *reterr);
