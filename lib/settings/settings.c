/* SPDX-License-Identifier: Apache-2.0 */

#include "settings/settings.h"

#include "base/string-util.h"
#include "settings/directory.h"
#include "settings/values.h"

#define SETTING(of, name, ...) [SETTING_##of##_##name] = { .section = SETTING_SECTION_##of, __VA_ARGS__ },
const Setting settings[_SETTING_MAX] = {
#include "settings.inc"
};
#undef SETTING

const Setting *settings_of(SettingSection section, size_t *ret_n)
{
    static size_t first[_SETTING_SECTION_MAX + 1];

    for (SettingId id = first[_SETTING_SECTION_MAX] ? _SETTING_MAX : 0; id < _SETTING_MAX; id++)
        first[settings[id].section + 1] = (size_t) id + 1;
    *ret_n = first[section + 1] - first[section];
    return &settings[first[section]];
}

bool setting_is_once(const Setting *setting)
{
    bool list = setting->flags & SETTING_LIST && !(setting->flags & SETTING_JOIN);

    return setting->lines == SETTING_PREPARE && !list && setting->check != setting_check_bool &&
           !(setting->flags & SETTING_LAST);
}

SettingId setting_of_flag(SettingSection section, const char *flag)
{
    for (SettingId id = 0; id < _SETTING_MAX; id++)
        if (settings[id].section == section && !settings[id].same_as && streq_ptr(settings[id].flag, flag))
            return id;
    return _SETTING_INVALID;
}

const char *setting_current_flag(SettingId id, const char **value)
{
    const Setting *given = &settings[id];

    if (given->means) {
        if (streq(*value, "false"))
            return NULL;
        *value = given->means;
    }
    return given->same_as ? settings[given->same_as].flag : given->flag;
}

/* ----- Options ----- */

static Option make_option(SettingId id)
{
    const Setting *setting = &settings[id];
    bool is_bool = setting->check == setting_check_bool;

    return (Option){ .name = setting->flag,
                     .argument = is_bool                             ? OPTION_BOOL
                                 : setting->flags & SETTING_OPTIONAL ? OPTION_OPTIONAL
                                                                     : OPTION_VALUE,
                     .id = (int) id + 1,
                     .metavar = setting->metavar ? setting->metavar : setting->words,
                     .help = setting->help,
                     .default_value = setting->default_value };
}

/* A flag that both the pod and its apps have is one option. */
static void add_option(Option *options, size_t *n, Option option)
{
    size_t at = *n;

    while (at > 0 && strcmp(options[at - 1].name, option.name) > 0)
        at--;
    if (at > 0 && streq(options[at - 1].name, option.name))
        return;
    memmove(&options[at + 1], &options[at], (*n - at) * sizeof(Option));
    options[at] = option;
    ++*n;
}

const Option *setting_options(SettingLines line)
{
    static Option tables[3][_SETTING_MAX + 1];
    Option *options = tables[line == SETTING_PREPARE ? 0 : line == SETTING_RUN ? 1 : 2];
    size_t n = 0;

    for (SettingId id = options->name ? _SETTING_MAX : 0; id < _SETTING_MAX; id++)
        if (settings[id].flag &&
            (line == SETTING_OF_ALL_VERBS ? settings[id].lines & line : settings[id].lines == line))
            add_option(options, &n, make_option(id));
    return options;
}
