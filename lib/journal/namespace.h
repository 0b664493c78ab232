/* SPDX-License-Identifier: Apache-2.0 */
/* The files of journal namespaces that rkt made: their size limit, their owner, and their removal. journald
 * writes the logs, and systemd starts journald. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "stream.h"

/* Whether the name is valid for journald and in a unit's name: 1 to JOURNAL_NAMESPACE_MAX of A-Z a-z 0-9 :
 * - _ . and not beginning with a dot. */
bool journal_namespace_is_valid(const char *name);

enum { JOURNAL_UNIT_MAX = sizeof("systemd-journald@.service") + JOURNAL_NAMESPACE_MAX };
/* The unit of a valid namespace's journald, written to ret; returns ret. */
const char *journal_namespace_unit(const char *name, char ret[static JOURNAL_UNIT_MAX]);

/* Limits the disk space of a namespace to max_use bytes (0: a default), before its journald starts. Without
 * max_use an administrator's journald@NAME.conf keeps its limit; drop-ins in journald@NAME.conf.d override
 * ours. Returns 1 if the limit has changed: a running journald must then be restarted. */
int journal_namespace_configure(const char *name, uint64_t max_use);

/* Writes our drop-ins for the unit of its journald, before that starts. pod_unit, if not NULL, is the unit
 * of the pod: at shutdown journald is stopped after it. -EINVAL: a name that a unit file cannot hold. */
int journal_namespace_prepare_unit(const char *name, const char *pod_unit);

enum { JOURNAL_DIRECTORY_MAX = 192 };

/* The path of the directory of its files: index 0 on disk, 1 in memory; -ENOENT: there are no more. */
int journal_namespace_directory(const char *name, unsigned index, char ret[static JOURNAL_DIRECTORY_MAX]);

/* Opens the directory of its files, whether its journald uses the persistent or the volatile one; -ENOENT:
 * there is none yet. */
int journal_namespace_open(const char *name, int *ret);

/* Lets a group read the present and future files. */
int journal_namespace_share(const char *name, gid_t group);

/* Calls back for every namespace that has an owner; directory is that of its files. */
typedef int (*JournalNamespaceCallback)(const char *name, const char *owner, int directory, void *userdata);
int journal_namespace_foreach(JournalNamespaceCallback callback, void *userdata);

/* Removes all of its files. Nothing may log to it any more. Continues after an error and returns the first
 * one. */
int journal_namespace_remove(const char *name);
