/* SPDX-License-Identifier: Apache-2.0 */
/* Runs another program of ours: arguments in, records and the error out (base/answer.h is the other side).
 * No other code does this. */
#pragma once

#include "base/error.h"
#include "base/record.h"

typedef struct Call {
    const char *path;  /* of the program */
    char *const *argv; /* argv[0] is its name */
    int input;         /* becomes its standard input; -EBADF keeps ours */
    bool by_output; /* the answer comes through standard output, together with messages, which are passed on.
                       For a program that starts the one which answers, with ANSWER_VARIABLE=1 in its
                       environment. Otherwise standard output is /dev/null. */
    /* Called for each record of the answer, which it may change; a negative errno ends the call. NULL:
     * there must be no records. */
    int (*take)(const char *key, char *value, void *userdata);
    void *userdata;
} Call;

#define CALL_INIT .input = -EBADF

/* Runs the program to its end; it is killed when we end. 0, or a negative errno: the program's own, with
 * its message, if it sent one; of several errors all but the last are printed. -EBADMSG: its answer is not
 * valid records; -EIO: it failed without a message. Children that it leaves behind can neither delay the
 * call nor add to the answer. */
int call_run(const Call *call, Error *reterr);

/* The same, if the answer is the records of an object; call->take and userdata are not used. */
int call_ask(const Call *call, const RecordField *fields, void *object, Error *reterr);
