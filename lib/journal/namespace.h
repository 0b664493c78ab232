/* SPDX-License-Identifier: Apache-2.0 */
/* The files of journal namespaces that rkt made: their size limit, whose they are, and taking them away. What
 * a namespace logs is journald's business, starting its journald systemd's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "stream.h"

/* Whether journald and a unit's name take it: 1 to JOURNAL_NAMESPACE_MAX of A-Z a-z 0-9 : - _ . and no dot
 * first. */
bool journal_namespace_is_valid(const char *name);

enum { JOURNAL_UNIT_MAX = sizeof("systemd-journald@.service") + JOURNAL_NAMESPACE_MAX };
/* The unit of a valid namespace's journald, written to ret; returns ret. */
const char *journal_namespace_unit(const char *name, char ret[static JOURNAL_UNIT_MAX]);

/* Limits the disk space of a namespace to max_use bytes (0: a default), before its journald starts. Without
 * max_use an administrator's journald@NAME.conf stands for itself; drop-ins in journald@NAME.conf.d win over
 * ours. Returns 1 when the limit is another than before: a journald that runs has to be started again.
 */
int journal_namespace_configure(const char *name, uint64_t max_use);

/* Puts our drop-ins beside the unit of its journald, before that starts. pod_unit, if not NULL, is the unit
 * of the pod: at a shutdown journald is stopped after it. -EINVAL: a name that a unit file can't hold. */
int journal_namespace_prepare_unit(const char *name, const char *pod_unit);

enum { JOURNAL_DIRECTORY_MAX = 192 };

/* The path of the directory of its files: index 0 on the disk, 1 in memory; -ENOENT: there are no more. */
int journal_namespace_directory(const char *name, unsigned index, char ret[static JOURNAL_DIRECTORY_MAX]);

/* Opens the directory of its files, persistent or volatile as its journald decided; -ENOENT: there is none
 * yet.
 */
int journal_namespace_open(const char *name, int *ret);

/* Lets a group read the files that are there and those that will be. */
int journal_namespace_share(const char *name, gid_t group);

/* Calls back for every namespace that has an owner; directory is that of its files. */
typedef int (*JournalNamespaceCallback)(const char *name, const char *owner, int directory, void *userdata);
int journal_namespace_foreach(JournalNamespaceCallback callback, void *userdata);

/* Removes all of its files; nothing may log to it any more. Goes on after an error and returns the first. */
int journal_namespace_remove(const char *name);
