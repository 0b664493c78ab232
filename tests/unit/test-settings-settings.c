/* SPDX-License-Identifier: Apache-2.0 */

#include "settings/settings.h"

#include "base/string-util.h"
#include "settings/values.h"
#include "test.h"

static void test_rows(void)
{
    for (SettingId id = 0; id < _SETTING_MAX; id++) {
        const Setting *s = &settings[id];

        assert_true(s->key && *s->key >= 'A' && *s->key <= 'Z');
        assert_true(!s->flag == !s->lines);
        assert_true(!s->refused == (s->use != SETTING_REFUSE));
        assert_true(s->use != SETTING_PASS && s->use != SETTING_APPEND);
        if (s->use == SETTING_FLAG)
            assert_true(s->flag && s->check);
        if (s->check == setting_check_enum)
            assert_true(s->words);
        if (s->check == setting_check_range)
            assert_true(s->min < s->max);
        if (s->help && s->check != setting_check_bool)
            assert_true(s->metavar || s->words);
        if (s->same_as) /* an older spelling is in no help, and not itself explained by one */
            assert_true(s->use == SETTING_REFUSE && !s->help && !settings[s->same_as].same_as &&
                        settings[s->same_as].section == s->section);
    }
}

static void test_sections(void)
{
    size_t n_all = 0;

    for (SettingSection section = 0; section < _SETTING_SECTION_MAX; section++) {
        size_t n;
        const Setting *rows = settings_of(section, &n);

        assert_true(rows == &settings[n_all]);
        for (size_t i = 0; i < n; i++)
            assert_int(rows[i].section, section);
        n_all += n;
    }
    assert_int(n_all, _SETTING_MAX);
}

static void test_of_flag(void)
{
    static const struct {
        SettingSection section;
        const char *flag;
        SettingId id;
    } cases[] = {
        { SETTING_SECTION_POD, "net", SETTING_POD_NETWORK },
        { SETTING_SECTION_POD, "set-env", SETTING_POD_ENVIRONMENT },
        { SETTING_SECTION_APP, "working-dir", SETTING_APP_WORKING_DIRECTORY },
        { SETTING_SECTION_APP, "annotation", SETTING_APP_ANNOTATION },
        { SETTING_SECTION_POD, "annotation", SETTING_POD_ANNOTATION },
        { SETTING_SECTION_POD, "quiet", SETTING_POD_QUIET },
        { SETTING_SECTION_POD, "qui", _SETTING_INVALID },
        { SETTING_SECTION_APP, "net", _SETTING_INVALID },
        { SETTING_SECTION_APP, "cap-retain", _SETTING_INVALID },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(setting_of_flag(cases[i].section, cases[i].flag), cases[i].id);
}

static void test_current_flag(void)
{
    static const struct {
        SettingId id;
        const char *value, *flag, *current;
    } cases[] = {
        { SETTING_APP_CAP_RETAIN, "CAP_KILL", "caps-retain", "CAP_KILL" },
        { SETTING_APP_CAPS_RETAIN, "CAP_KILL", "caps-retain", "CAP_KILL" },
        { SETTING_APP_OOM_SCORE_ADJ, "1", "oom-score-adj", "1" },
        { SETTING_POD_STORE_ONLY, "true", "pull-policy", "never" },
        { SETTING_POD_NO_STORE, "true", "pull-policy", "update" },
        { SETTING_POD_NO_STORE, "false", NULL, "false" },
        { SETTING_POD_PRIVATE_USERS, "true", "private-users", "true" },
        { SETTING_POD_STAGE1_NAME, "x", "stage1-name", "x" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        const char *value = cases[i].value;

        assert_str(setting_current_flag(cases[i].id, &value), cases[i].flag);
        assert_str(value, cases[i].current);
    }
}

/* Each flag is an option of one of the two tables, or of every verb; they stand sorted, once. */
static void test_options(void)
{
    static const SettingLines lines[] = { SETTING_PREPARE, SETTING_RUN, SETTING_OF_ALL_VERBS };
    bool seen[_SETTING_MAX] = {};

    for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
        const Option *options = setting_options(lines[i]);

        assert_true(options == setting_options(lines[i]));
        for (const Option *o = options; o->name; o++) {
            SettingId id = setting_of_option(o->id);

            assert_true(o == options || strcmp(o[-1].name, o->name) < 0);
            assert_str(settings[id].flag, o->name);
            assert_int(settings[id].lines & lines[i], lines[i]);
            seen[id] = true;
        }
    }
    for (SettingId id = 0; id < _SETTING_MAX; id++)
        if (settings[id].flag && !seen[id])
            assert_true(seen[setting_of_flag(SETTING_SECTION_POD, settings[id].flag)]);
    assert_int(setting_of_option(0), _SETTING_INVALID);
    assert_int(setting_of_option(SETTING_OPTION_ID_MAX), _SETTING_INVALID);
}

int main(void)
{
    test_rows();
    test_sections();
    test_of_flag();
    test_current_flag();
    test_options();
    return 0;
}
