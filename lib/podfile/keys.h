/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys a pod file may have. A new key is one line in keys.c, one in man/rkt.pod.5.scd and one
 * case in tests/generator/cases. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "podfile/pod-file.h"

typedef enum PodKeyUse {
    POD_KEY_FLAG,   /* becomes a flag of the command lines */
    POD_KEY_OWN,    /* the generator knows what to do with it */
    POD_KEY_PASS,   /* copied into the same section of the unit; its check sees the value as it stands */
    POD_KEY_APPEND, /* the same, and adds to a list of our own; a reset does not touch ours */
    POD_KEY_REFUSE, /* an error; the reason says what to use instead */
} PodKeyUse;

typedef enum PodKeyFlags {
    POD_KEY_LIST = 1 << 0,    /* several assignments add up; without it the last one counts */
    POD_KEY_WORDS = 1 << 1,   /* a value is several words, one flag each */
    POD_KEY_JOIN = 1 << 2,    /* with both: all words become one flag, with commas between them */
    POD_KEY_PROGRAM = 1 << 3, /* with POD_KEY_WORDS: the first is a program, and the check is for it alone */
} PodKeyFlags;

/* The command lines that take a flag. */
typedef enum PodLine {
    POD_LINE_PREPARE = 1 << 0,
    POD_LINE_RUN = 1 << 1,
} PodLine;

typedef struct PodKey PodKey;

/* 0 or -EINVAL with what is wrong. Sees every word of its own; values that hold a specifier are not shown to
 * it, PID 1 fills them in later. */
typedef int (*PodValueCheck)(const PodKey *key, const char *value, Error *reterr);

struct PodKey {
    const char *name;
    PodKeyUse use;
    const char *text; /* the flag's name; for POD_KEY_REFUSE the reason */
    PodValueCheck check;
    PodKeyFlags flags;
    PodLine lines;
    int64_t min, max;   /* for pod_check_range(); min: the kind of pod_check_directory() */
    const char *values; /* for pod_check_enum(): "a|b|c" */
};

const char *pod_section_to_string(PodSectionKind kind);
PodSectionKind pod_section_from_string(const char *name);
const char *pod_section_nearest(const char *name);

/* The keys of a section, sorted by strcmp(). */
const PodKey *pod_keys(PodSectionKind kind, size_t *ret_n);
const PodKey *pod_key_find(PodSectionKind kind, const char *name);

/* The key of [Pod] or [App] that becomes this flag. If there is none: a key that is refused and called the
 * same but for case and dashes, for its reason; or NULL. */
const PodKey *pod_key_of_flag(PodSectionKind kind, const char *flag);

/* Whether the value is an absolute path of the host. */
bool pod_key_is_path(const PodKey *key);

/* Whether the values are NAME[:TARGET] of the DirectoryKind (appc/directory.h) in its min. */
bool pod_key_is_directory(const PodKey *key);

/* For an unknown key: the nearest right one of the section, and the first other section that has the key
 * itself
 * (_POD_SECTION_INVALID: none). */
const char *pod_key_nearest(PodSectionKind kind, const char *name);
PodSectionKind pod_key_elsewhere(PodSectionKind kind, const char *name);
