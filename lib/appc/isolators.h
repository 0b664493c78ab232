/* SPDX-License-Identifier: Apache-2.0 */
/* Isolators: resources and rights of an app or a pod. One table has the name, shape and range of each, for
 * manifests and for the flags of the command line. lib/sandbox applies them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "appc/json.h"
#include "settings/settings.h"

typedef enum IsolatorKind {
    ISOLATOR_MEMORY,              /* resource; bytes */
    ISOLATOR_CPU,                 /* resource; thousandths of a CPU */
    ISOLATOR_BLOCK_BANDWIDTH,     /* resource; bytes a second */
    ISOLATOR_BLOCK_IOPS,          /* resource; operations a second */
    ISOLATOR_NETWORK_BANDWIDTH,   /* resource; bytes a second */
    ISOLATOR_CAPABILITIES_RETAIN, /* set; names as CAP_CHOWN */
    ISOLATOR_CAPABILITIES_REMOVE, /* set */
    ISOLATOR_NO_NEW_PRIVILEGES,   /* flag */
    ISOLATOR_SECCOMP_RETAIN,      /* set; system calls and @scope/name, with error_name */
    ISOLATOR_SECCOMP_REMOVE,      /* set */
    ISOLATOR_OOM_SCORE_ADJ,       /* number; -1000..1000 */
    ISOLATOR_CPU_SHARES,          /* number; 2..262144 */
    ISOLATOR_PIDS_MAX,            /* number; ours */
    ISOLATOR_SELINUX_CONTEXT,     /* selinux */
    ISOLATOR_APPARMOR_PROFILE,    /* profile */
    ISOLATOR_UNKNOWN,             /* any other, kept unchanged */
    _ISOLATOR_KIND_MAX,
    _ISOLATOR_KIND_INVALID = -EINVAL,
} IsolatorKind;

#define ISOLATOR_BIT(kind) (1U << (kind))

/* The text as given (see quantity_parse()), and its value in the isolator's unit. */
typedef struct Quantity {
    char *text; /* NULL: not given */
    uint64_t value;
} Quantity;

typedef struct Isolator {
    IsolatorKind kind;
    char *name;
    union {
        struct {
            Quantity request, limit;
            bool is_default; /* block and network: "for all devices" */
        } resource;
        struct {
            char **names;
            char *error_name; /* seccomp: "EPERM"; NULL: SIGSYS */
        } set;
        bool flag;
        int64_t number;
        struct {
            char *user, *role, *type, *level;
        } selinux;
        char *profile;
        json_t *other;
    };
} Isolator;

typedef struct IsolatorList {
    Isolator *items;
    size_t n;
} IsolatorList;

/* Frees the list's items, not the struct itself; an all-zero list is empty. */
void isolator_list_done(IsolatorList *list);
#define _cleanup_isolators_ _cleanup_(isolator_list_done)
const char *isolator_kind_to_string(IsolatorKind kind); /* "resource/memory" */
IsolatorKind
isolator_kind_from_string(const char *name); /* ISOLATOR_UNKNOWN for a name that rkt does not know */

/* The isolator of a setting of an app, or _ISOLATOR_KIND_INVALID. */
IsolatorKind isolator_kind_of_setting(SettingId id);

/* NULL: it is not in the list. */
const Isolator *isolator_list_find(const IsolatorList *list, IsolatorKind kind);
void isolator_list_remove(IsolatorList *list, IsolatorKind kind);

/* The limit of a resource in its unit, or a number above 0; 0: none. */
uint64_t isolator_list_limit(const IsolatorList *list, IsolatorKind kind);
uint64_t isolator_list_number(const IsolatorList *list, IsolatorKind kind);

/* Which value of the command line goes with a kind:
 *   --memory, --cpu             a quantity, the limit and the request
 *   --cpu-shares, --oom-score-adj, --tasks-max   a number
 *   --caps-retain, --caps-remove    names with commas
 *   --seccomp                   isolator_list_set_seccomp(): mode=retain|remove[,errno=NAME],CALL[,CALL…]
 * The new one takes the place of one of the same kind, and of those that it excludes (retain and remove). */
int isolator_list_set(IsolatorList *list, IsolatorKind kind, const char *text, Error *reterr);
int isolator_list_set_seccomp(IsolatorList *list, const char *text, Error *reterr);

/* Reads an array of {name, value}, checks ranges, and that no two items exclude each other. */
int isolator_list_from_json(const JsonNode *object, const char *key, IsolatorList *ret, Error *reterr);
int isolator_list_to_json(const IsolatorList *list, json_t *object, const char *key);
