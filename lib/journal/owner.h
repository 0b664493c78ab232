/* SPDX-License-Identifier: Apache-2.0 */
/* The owner of a journal namespace: a declared pod's unit, or a pod by its UUID. It is in the file
 * rkt-owner in the namespace's directory. Only root can read this file, because it is the lock, too. A
 * namespace without the file belongs to an administrator. */
#pragma once

#include "base/error.h"

#define JOURNAL_OWNER_FILE "rkt-owner"

/* Makes the namespace the owner's, before its journald is started. -EBUSY: it belongs to another unit or to
 * a running pod, or it exists without an owner. A namespace of a pod that no longer runs passes to the new
 * owner, with its log. process_note is the name under which a pod's process is noted (base/process.h) in
 * its directory, which is our working directory. Also 0 if there cannot be a namespace because the host has
 * no machine ID. */
int journal_namespace_claim(const char *name, const char *owner, const char *process_note, Error *reterr);

/* Takes a namespace as long as the returned descriptor is open, in order to remove it. -ENOENT: it does not
 * belong to this owner (any more). -EBUSY: another process holds it. */
int journal_namespace_hold(const char *name, const char *owner);
