/* SPDX-License-Identifier: Apache-2.0 */
/* The process that brings one image into the store. It has no privileges; where root runs rkt fetch it is
 * user rkt. */
#pragma once

#include "request.h"

enum { WORKER_WORDS_MAX = 2048 };

/* What a worker writes to its pipe, several times. It is small enough for an atomic write. */
typedef struct WorkerReport {
    uint64_t bytes;                 /* read so far */
    char key[IMAGE_KEY_LENGTH + 1]; /* of the image, once that is in the store; "": not yet */
    int error;                      /* a positive errno: it has failed */
    char words[WORKER_WORDS_MAX];   /* the messages of the error, the innermost first, a line each */
} WorkerReport;

/* Writes a report of an error to the descriptor `to`; r is its negative errno. */
void worker_report_error(int to, int r, const Error *error);

/* Gives up all privileges, reads the image and puts it into the store, and writes reports to the descriptor
 * `to` meanwhile. Call it in a child process: the privileges do not come back. */
int worker_run(Store *store, const Request *request, const FetchArguments *arguments, int to, Error *reterr);

/* Has the kernel kill the calling process when its parent ends. -ESRCH: the parent has ended already. A
 * change of user undoes it. */
int worker_end_with(pid_t parent);
