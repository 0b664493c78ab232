/* SPDX-License-Identifier: Apache-2.0 */
/* One table of what a user can say of a pod and its apps: in a pod file by a key, on a command line by a
 * flag. The rows are in settings.inc. Who reads a pod file, the options of each verb, `--help` and with it
 * the completion, `rkt pod check` and `rkt pod generate` read them. The directives of systemd have a table of
 * the same rows (podfile/systemd-keys.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"

/* The section of a pod file. A flag before any image is the pod's, one behind an image its app's. */
typedef enum SettingSection {
    SETTING_SECTION_POD,
    SETTING_SECTION_APP,
    SETTING_SECTION_INSTALL,
    _SETTING_SECTION_MAX,
} SettingSection;

/* What becomes of a key. */
typedef enum SettingUse {
    SETTING_FLAG,   /* a flag of the command lines in `lines` */
    SETTING_OWN,    /* the generator knows what to do with it */
    SETTING_PASS,   /* copied into the same section of the unit; its check sees the value as it stands */
    SETTING_APPEND, /* the same, and adds to a list of our own; a reset does not touch ours */
    SETTING_REFUSE, /* an error; `refused` says what to use instead */
} SettingUse;

typedef enum SettingFlags {
    SETTING_LIST = 1 << 0,     /* several assignments add up; without it the last one counts */
    SETTING_WORDS = 1 << 1,    /* a value is several words, one flag each */
    SETTING_JOIN = 1 << 2,     /* with both: all words become one flag, with commas between them */
    SETTING_PROGRAM = 1 << 3,  /* with SETTING_WORDS: the first is a program, and the check is for it alone */
    SETTING_OPTIONAL = 1 << 4, /* as a flag: without a value it has the default one */
    SETTING_UNBUILT = 1 << 5,  /* a flag of the original's that is refused until it is built */
    SETTING_LAST = 1 << 6,     /* as a flag of `prepare`: may be given again, the last one counts */
    SETTING_JOINED = SETTING_LIST | SETTING_WORDS | SETTING_JOIN,
} SettingFlags;

/* The command lines that take a flag. */
typedef enum SettingLines {
    SETTING_PREPARE = 1 << 0,      /* of `prepare` and `run` */
    SETTING_RUN = 1 << 1,          /* of `run-prepared` and `run` */
    SETTING_OF_ALL_VERBS = 1 << 2, /* and of every other verb */
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

/* 0, or -EINVAL with what is wrong. Sees every word of its own; values that hold a specifier are not shown to
 * it, PID 1 fills them in later. */
typedef int (*SettingCheck)(const Setting *setting, const char *value, Error *reterr);

struct Setting {
    const char *key;
    SettingUse use;
    const char *refused; /* for SETTING_REFUSE: why, with the way out */
    SettingCheck check; /* the type of the value, as far as its text alone tells (values.h); NULL: any text */
    SettingFlags flags;
    SettingLines lines;
    int64_t min, max;          /* for setting_check_range(); min: the kind of setting_check_directory() */
    const char *words;         /* for setting_check_enum(): "a|b|c" */
    const char *flag;          /* without dashes; NULL: none */
    const char *metavar;       /* "NAME"; NULL: the words */
    const char *help;          /* NULL: hidden */
    const char *default_value; /* shown in the help */
    const char *annotation;    /* that carries it in the pod's manifest */
    SettingId same_as;         /* of an older spelling: what it means; 0: is none */
    const char *means;         /* the value that an older spelling without one stands for */
    SettingSection section;
};

/* By SettingId. */
extern const Setting settings[_SETTING_MAX];

/* The rows of a section, sorted by key. */
const Setting *settings_of(SettingSection section, size_t *ret_n);

/* Whether the flag may be given once only, for an app or for the pod. Of the others the last one counts, or,
 * of a list, each.
 */
bool setting_is_once(const Setting *setting);

/* The row of a section that has this flag, an older spelling not counted; or _SETTING_INVALID. */
SettingId setting_of_flag(SettingSection section, const char *flag);

/* The flag that an option is written as where it has one spelling only; *value is changed with it. NULL when
 * said with this value it says nothing. */
const char *setting_current_flag(SettingId id, const char **value);

/* The table of options of `prepare`, of `run-prepared`, or of all verbs (in one table only), for an
 * OptionParser; sorted by name, and static. An option's id is that of its setting and one; of a flag that
 * both sections have, the pod's. */
enum { SETTING_OPTION_ID_MAX = _SETTING_MAX + 1 };
const Option *setting_options(SettingLines line);

/* The setting of an option of these tables; _SETTING_INVALID: the id is of another table. */
static inline SettingId setting_of_option(int id)
{
    return id > 0 && id <= _SETTING_MAX ? (SettingId) (id - 1) : _SETTING_INVALID;
}
