/* SPDX-License-Identifier: Apache-2.0 */
/* Several images at once. */
#pragma once

#include "request.h"

/* Reads what was opened, with as many processes at once as there are processors, four at most; prints the
 * images' keys on standard output, in the order of the requests; then, as root, renders the images in the
 * same way. An image that can't be had keeps no other one out: the user was told why, and it counts in
 * *ret_missing. */
int fetch_side_by_side(Store *store, const Request *requests, size_t n, const FetchArguments *arguments,
                       size_t *ret_missing, Error *reterr);
