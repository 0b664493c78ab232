/* SPDX-License-Identifier: Apache-2.0 */
/* The one way to run another program of ours: arguments in, records and the error out (base/answer.h is the
 * other side). */
#pragma once

#include "base/error.h"
#include "base/record.h"

typedef struct Call {
    const char *path;  /* of the program */
    char *const *argv; /* argv[0] is its name */
    int input;         /* becomes its standard input; -EBADF keeps ours */
    bool by_output; /* the answer comes by standard output, and messages with it, which are passed on: for a
                       program that has another start the one which answers, with ANSWER_VARIABLE=1 in its
                       environment. Otherwise standard output is /dev/null. */
    /* Hears each record of the answer, which it may change; a negative errno ends the call. NULL: there is to
     * be none. */
    int (*take)(const char *key, char *value, void *userdata);
    void *userdata;
} Call;

#define CALL_INIT .input = -EBADF

/* Runs the program to its end; it is killed when we end. 0, or a negative errno: the program's own, with its
 * words, where it said them; of several errors all but the last are printed. -EBADMSG: it did not say
 * records; -EIO: it failed without a word. Children that it leaves behind can neither hold up the call nor
 * add to the answer. */
int call_run(const Call *call, Error *reterr);

/* The same, where the answer is the records of an object; call->take and userdata are not looked at. */
int call_ask(const Call *call, const RecordField *fields, void *object, Error *reterr);
