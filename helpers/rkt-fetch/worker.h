/* SPDX-License-Identifier: Apache-2.0 */
/* The process that brings one image in. It has no privilege: as user rkt when root started us. */
#pragma once

#include "request.h"

/* What a worker writes to its pipe, again and again: small enough to be written at once. */
typedef struct WorkerReport {
    uint64_t bytes;                 /* that it has read */
    char key[IMAGE_KEY_LENGTH + 1]; /* of the image, once that is in the store; "": not yet */
} WorkerReport;

/* For a child, which is good for nothing else afterwards: gives up what it may do, reads the image, puts it
 * into the store, and says meanwhile how far it is. */
int worker_run(Store *store, const Request *request, const FetchArguments *arguments, int to, Error *reterr);

/* Ends the calling process (SIGKILL) when its parent has ended. A change of user undoes it. */
int worker_end_with(pid_t parent);
