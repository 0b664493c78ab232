/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all settings of a pod and its apps: keys of pod files and flags of command lines. The rows
 * are in settings.inc. The pod-file parser, the options of each verb, `--help` and with it the completion,
 * `rkt pod check` and `rkt pod generate` use it. The directives of systemd have a table with the same kind
 * of rows (podfile/systemd-keys.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"

/* The section of a pod file. On a command line, a flag before all images is the pod's, and a flag after an
 * image is this app's. */
typedef enum SettingSection {
    SETTING_SECTION_POD,
    SETTING_SECTION_APP,
    SETTING_SECTION_INSTALL,
    _SETTING_SECTION_MAX,
} SettingSection;

/* How the generator treats a key. */
typedef enum SettingUse {
    SETTING_FLAG,   /* a flag of the command lines in `lines` */
    SETTING_OWN,    /* the generator has code for it */
    SETTING_PASS,   /* copied into the same section of the unit; its check sees the unchanged value */
    SETTING_APPEND, /* the same, and adds to a list of rkt's own; a reset does not affect rkt's part */
    SETTING_REFUSE, /* an error; `refused` says what to use instead */
} SettingUse;

typedef enum SettingFlags {
    SETTING_LIST = 1 << 0,  /* several assignments add up; otherwise the last one counts */
    SETTING_WORDS = 1 << 1, /* a value is several words, one flag for each */
    SETTING_JOIN = 1 << 2,  /* with both flags above: all words become one flag, with commas between them */
    SETTING_PROGRAM =
            1 << 3, /* with SETTING_WORDS: the first word is a program, and only this word is checked */
    SETTING_OPTIONAL = 1 << 4, /* as a flag: without a value it has the default value */
    SETTING_UNBUILT = 1 << 5,  /* a flag of the original that is refused until it is built */
    SETTING_LAST = 1 << 6,     /* as a flag of `prepare`: may be repeated, the last one counts */
    SETTING_JOINED = SETTING_LIST | SETTING_WORDS | SETTING_JOIN,
} SettingFlags;

/* The command lines that accept a flag. */
typedef enum SettingLines {
    SETTING_PREPARE = 1 << 0,      /* of `prepare` and `run` */
    SETTING_RUN = 1 << 1,          /* of `run-prepared` and `run` */
    SETTING_OF_ALL_VERBS = 1 << 2, /* and of all other verbs */
    SETTING_GLOBAL = SETTING_PREPARE | SETTING_RUN | SETTING_OF_ALL_VERBS,
} SettingLines;

#define SETTING(section, name, ...) SETTING_##section##_##name,
typedef enum SettingId {
#include "settings.inc"
    _SETTING_MAX,
    _SETTING_INVALID = -EINVAL,
} SettingId;
#undef SETTING

typedef struct Setting Setting;

/* 0, or -EINVAL with the reason. Called for each word. Not called for values that contain a specifier,
 * which PID 1 replaces later. */
typedef int (*SettingCheck)(const Setting *setting, const char *value, Error *reterr);

struct Setting {
    const char *key;
    SettingUse use;
    const char *refused; /* for SETTING_REFUSE: the reason, and what to use instead */
    SettingCheck check;  /* checks the value's text (values.h); NULL: any text is valid */
    SettingFlags flags;
    SettingLines lines;
    int64_t min, max;          /* for setting_check_range(); min: the kind of setting_check_directory() */
    const char *words;         /* for setting_check_enum(): "a|b|c" */
    const char *flag;          /* without dashes; NULL: it is no flag */
    const char *metavar;       /* "NAME"; NULL: words are shown instead */
    const char *help;          /* NULL: hidden */
    const char *default_value; /* shown in --help */
    const char *annotation;    /* the annotation of the pod's manifest that carries the value */
    SettingId same_as;         /* for an older spelling: the setting that it means; 0: it is not one */
    const char *means;         /* for an older spelling without a value: the value that it stands for */
    SettingSection section;
};

/* By SettingId. */
extern const Setting settings[_SETTING_MAX];

/* The rows of a section, sorted by key. */
const Setting *settings_of(SettingSection section, size_t *ret_n);

/* Whether the flag may be given only once, for an app or for the pod. Of other flags the last one counts,
 * or all of them if it is a list. */
bool setting_is_once(const Setting *setting);

/* The row of a section that has this flag, without older spellings; or _SETTING_INVALID. */
SettingId setting_of_flag(SettingSection section, const char *flag);

/* The flag to write for an option: it replaces an older spelling, and changes *value accordingly. NULL:
 * with this value the flag has no effect. */
const char *setting_current_flag(SettingId id, const char **value);

/* The table of options of `prepare`, of `run-prepared`, or of all verbs (one line each), for an
 * OptionParser; sorted by name, and static. An option's id is that of its setting plus one. For a flag that
 * both sections have, it is the pod's. */
enum { SETTING_OPTION_ID_MAX = _SETTING_MAX + 1 };
const Option *setting_options(SettingLines line);

/* The setting of an option of these tables. _SETTING_INVALID: the id belongs to another table. */
static inline SettingId setting_of_option(int id)
{
    return id > 0 && id <= _SETTING_MAX ? (SettingId) (id - 1) : _SETTING_INVALID;
}
