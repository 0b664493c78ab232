/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the parts of the translation: the file that is read, and the text that is written. */
#pragma once

#include "settings/settings.h"
#include "translate.h"

typedef struct Translator {
    const char *name, *path;
    const PodFile *file;
    const PodSection *pod; /* may be NULL */
    Buffer *b;
    Error *reterr;
} Translator;

/* Whether units of this name are instances of a template ("web@"). */
bool translator_is_template(const char *name);

/* Reports an error of an entry, with its file and line; returns -EINVAL. */
int translator_fail(const Translator *t, const PodEntry *entry, const char *why);

/* ----- Command lines (command-line.c) ----- */

/* Each adds to the line, after a blank and quoted for a unit: a word; a flag; the flags that a section's
 * keys (NULL: none) become on one of the command lines; an app with its image and all its settings.
 * -EINVAL: a value that cannot be in a unit; reterr says why. */
int translator_add_word(const Translator *t, const PodEntry *entry, const char *word);
int translator_add_flag(const Translator *t, const PodEntry *entry, const char *flag, const char *value);
int translator_add_flags(const Translator *t, const PodSection *section, SettingLines line);
int translator_add_app(const Translator *t, const PodSection *app, bool last);

/* [Service] ReloadSignal=, which applies to all apps without one of their own. NULL: the app (NULL: any
 * app) has one, or none is given. */
const PodEntry *translator_reload_signal(const Translator *t, const PodSection *app);

/* ----- [Install] (install.c) ----- */

/* All links of the unit. No unit wants a template, except for its DefaultInstance=. This key has no effect
 * for an instance, whose file may be a link to the template's. */
int translator_add_links(const Translator *t, GeneratedUnit *ret);
