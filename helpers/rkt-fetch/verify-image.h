/* SPDX-License-Identifier: Apache-2.0 */
/* The verification of an image that is on its way in, between the two steps of its import. */
#pragma once

#include "request.h"
#include "store/import.h"

/* For the worker, without privilege, after import_finish() of an import with source_digest: reads the image's
 * file again, and verifies its signature with the keys that are trusted for the name in contents. What was
 * imported and what was verified are the same bytes. -EKEYREJECTED, -EBADMSG: the image must not be
 * committed. */
int verify_image(const Request *request, const FetchArguments *arguments, const ImportContents *contents,
                 Error *reterr);
