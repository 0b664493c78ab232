/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of a unit, word for word as an administrator could type them. */

#include "podfile/resolve.h"
#include "translator.h"
#include "unit/unit-text.h"

enum {
    WORD_MAX = 128 * 1024 - 1024
}; /* the longest argument for the kernel (MAX_ARG_STRLEN), with its flag */

/* Checks that apply to every value, wherever it is used. */
static int check_word(const Translator *t, const PodEntry *entry, const char *word)
{
    int c = unit_unknown_specifier(word);

    if (c == 0)
        return translator_fail(t, entry, "a \"%\" at the end (write %% for a percent sign)");
    if (c > 0)
        return pod_file_complain(t->file, t->reterr, entry->path, entry->line,
                                 "%s=: unknown specifier \"%%%c\" (write %%%% for a percent sign)",
                                 entry->key, c);
    if (strlen(word) > WORD_MAX)
        return translator_fail(t, entry, "longer than an argument can be");
    return 0;
}

int translator_add_word(const Translator *t, const PodEntry *entry, const char *word)
{
    int r = check_word(t, entry, word);

    if (r < 0)
        return r;
    buffer_adds(t->b, " ");
    unit_add_word(t->b, UNIT_WORD_EXEC, word);
    return 0;
}

int translator_add_flag(const Translator *t, const PodEntry *entry, const char *flag, const char *value)
{
    int r = check_word(t, entry, value);

    if (r < 0)
        return r;
    buffer_adds(t->b, " ");
    unit_add_flag(t->b, flag, value);
    return 0;
}

/* Written with the last of its assignments. */
static int add_joined(const Translator *t, const PodSection *section, const PodEntry *entry)
{
    _cleanup_free_ char *value = NULL;
    int r;

    if (entry != pod_section_find(section, entry->key))
        return 0;
    r = pod_section_join(section, entry, &value);
    return r < 0 ? r : translator_add_flag(t, entry, entry->info->flag, value);
}

int translator_add_flags(const Translator *t, const PodSection *section, SettingLines line)
{
    for (size_t i = 0; section && i < section->n_entries; i++) {
        const PodEntry *entry = &section->entries[i];
        int r = 0;

        if (entry->dropped || entry->info->use != SETTING_FLAG || !(entry->info->lines & line))
            continue;
        if (entry->info->flags & SETTING_JOIN)
            r = add_joined(t, section, entry);
        else
            POD_ENTRY_FOREACH_WORD (word, entry) {
                r = translator_add_flag(t, entry, entry->info->flag, word);
                if (r < 0)
                    break;
            }
        if (r < 0)
            return r;
    }
    return 0;
}

/* Exec= is the program and its arguments, Args= further arguments. */
static int add_program(const Translator *t, const PodSection *app, bool last)
{
    const PodEntry *exec = pod_section_find(app, "Exec");
    bool any = false;
    int r;

    if (exec) {
        r = translator_add_flag(t, exec, "exec", exec->value);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < app->n_entries; i++) {
        const PodEntry *entry = &app->entries[i];

        if (entry != exec && (entry->dropped || !streq(entry->key, "Args")))
            continue;
        POD_ENTRY_FOREACH_WORD (word, entry) {
            if (entry == exec && word == exec->value)
                continue;
            if (streq(word, "---"))
                return translator_fail(t, entry,
                                       "an argument can't be \"---\", which ends an app's arguments");
            buffer_adds(t->b, any ? "" : " --");
            any = true;
            r = translator_add_word(t, entry, word);
            if (r < 0)
                return r;
        }
    }
    if (any && !last)
        buffer_adds(t->b, " ---");
    return 0;
}

const PodEntry *translator_reload_signal(const Translator *t, const PodSection *app)
{
    const PodEntry *own = app ? pod_section_find(app, "ReloadSignal") : NULL;

    return own ? NULL : pod_section_find(pod_file_section(t->file, POD_SECTION_SERVICE), "ReloadSignal");
}

int translator_add_app(const Translator *t, const PodSection *app, bool last)
{
    const PodEntry *image = pod_section_find(app, "Image"), *reload = translator_reload_signal(t, app);
    int r;

    buffer_adds(t->b, " \\\n   ");
    r = translator_add_word(t, image, image->value);
    if (r < 0)
        return r;
    if (app->app)
        buffer_add_all(t->b, " --name=", app->app);
    r = translator_add_flags(t, app, SETTING_PREPARE);
    if (r >= 0 && reload)
        r = translator_add_flag(t, reload, "reload-signal", reload->value);
    return r < 0 ? r : add_program(t, app, last);
}
