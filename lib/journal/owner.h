/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a journal namespace is: a declared pod's unit, or a pod by its UUID. It stands in the file rkt-owner
 * in the namespace's directory, which is root's to read, for it is the lock, too. A namespace without it is
 * an administrator's. */
#pragma once

#include "base/error.h"

#define JOURNAL_OWNER_FILE "rkt-owner"

/* Makes the namespace the owner's, before its journald is started. It is refused (-EBUSY) when it is another
 * unit's, a pod's that runs, or nobody's but there. One that was a pod's which runs no more goes on to the
 * new owner, with its log. process_note is the name under which a pod's process is noted (base/process.h) in
 * its directory, which is our working directory. 0 as well where a namespace can't be told for want of a
 * machine id. */
int journal_namespace_claim(const char *name, const char *owner, const char *process_note, Error *reterr);

/* Takes a namespace from others for as long as the returned descriptor is open, to remove it. -ENOENT: it is
 * not this owner's, or not any more. -EBUSY: somebody else holds it. */
int journal_namespace_hold(const char *name, const char *owner);
