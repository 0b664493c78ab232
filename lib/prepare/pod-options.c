/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with a value follows from its row in the table of settings, but for the few that have a case
 * of their own in take_value(). */

#include "pod-options.h"

#include <stddef.h>
#include <string.h>

#include "appc/port.h"
#include "base/string-util.h"
#include "prepare/value-check.h"
#include "settings/values.h"

static void said_settings_done(SaidSettings *said)
{
    for (SettingId id = 0; id < _SETTING_MAX; id++)
        strv_free(said->list[id]);
    mount_list_done(&said->mounts);
}

void pod_options_done(PodOptions *options)
{
    for (size_t i = 0; i < options->n_apps; i++) {
        strv_free(options->apps[i].arguments);
        said_settings_done(&options->apps[i].said);
    }
    free(options->apps);
    said_settings_done(&options->said);
    volume_list_done(&options->volumes);
}

static AppOptions *last_app(PodOptions *options)
{
    return options->n_apps > 0 ? &options->apps[options->n_apps - 1] : NULL;
}

static int add_image(PodOptions *options, const char *image, Error *reterr)
{
    AppOptions *larger;

    if (*image == '\0')
        return error_set(reterr, -EINVAL, "an image must not be empty");
    larger = reallocarray(options->apps, options->n_apps + 1, sizeof(AppOptions));
    if (!larger)
        return -ENOMEM;
    options->apps = larger;
    larger[options->n_apps++] = (AppOptions){ .image = image };
    return 0;
}

/* The words behind "--", to the end or to "---". */
static int take_arguments(PodOptions *options, OptionParser *parser, Error *reterr)
{
    AppOptions *app = last_app(options);

    if (!app)
        return error_set(reterr, -EINVAL, "arguments after \"--\" must follow an image");
    if (app->arguments)
        return error_set(reterr, -EINVAL, "image \"%s\" has arguments already", app->image);
    while (parser->index < parser->argc) {
        const char *word = parser->argv[parser->index++];
        int r;

        if (streq(word, "---"))
            break;
        r = strv_extend(&app->arguments, word);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ----- One setting ----- */

static int take_stage1(PodOptions *options, SettingId id, const char *value, Error *reterr)
{
    if (options->stage1)
        return error_set(reterr, -EINVAL, "the --stage1-… flags exclude each other");
    options->stage1_setting = id;
    options->stage1 = value;
    return 0;
}

/* Read again for the manifest. */
static int take_port(SaidSettings *said, const char *value, Error *reterr)
{
    _cleanup_exposed_ports_ ExposedPortList checked = {};
    int r = exposed_port_list_add_text(&checked, value, reterr);

    return r < 0 ? error_prefix(reterr, r, "--port=%s", value)
                 : strv_extend(&said->list[SETTING_POD_PORT], value);
}

static int take_pull_policy(PodOptions *options, const char *value, Error *reterr)
{
    PullPolicy policy = pull_policy_from_string(value);

    if ((int) policy < 0)
        return error_set(reterr, -EINVAL, "--pull-policy=%s: must be new, never or update", value);
    options->pull_policy = policy;
    return 0;
}

/* flag: as it was written. */
static int set_once(const char **field, const char *flag, const char *value, Error *reterr)
{
    if (*value == '\0')
        return error_set(reterr, -EINVAL, "--%s must not be empty", flag);
    if (*field)
        return error_set(reterr, -EINVAL, "--%s was given twice", flag);
    *field = value;
    return 0;
}

static int keep_value(SaidSettings *said, SettingId id, const char *flag, const char *value, Error *reterr)
{
    const Setting *setting = &settings[id];
    bool list = setting->flags & SETTING_LIST && !(setting->flags & SETTING_JOIN);
    int r = list || *value ? setting_value_check(id, flag, value, reterr) : 0;

    if (r < 0)
        return r;
    if (list)
        return strv_extend(&said->list[id], value);
    if (setting->check != setting_check_bool)
        return set_once(&said->value[id], flag, value, reterr);
    said->value[id] = value;
    return 0;
}

static int take_value(PodOptions *options, SaidSettings *said, SettingId id, const char *flag,
                      const char *value, Error *reterr)
{
    switch (id) {
    case SETTING_POD_MOUNT:
    case SETTING_APP_MOUNT: return mount_list_add_text(&said->mounts, value, reterr);
    case SETTING_POD_VOLUME: return volume_list_add_text(&options->volumes, value, reterr);
    case SETTING_APP_CREDENTIAL:
        return strv_contains(said->list[id], value) ? 0 : keep_value(said, id, flag, value, reterr);
    case SETTING_POD_PORT: return take_port(said, value, reterr);
    case SETTING_POD_PULL_POLICY: return take_pull_policy(options, value, reterr);
    case SETTING_POD_STAGE1_FROM_DIR:
    case SETTING_POD_STAGE1_HASH:
    case SETTING_POD_STAGE1_NAME:
    case SETTING_POD_STAGE1_PATH:
    case SETTING_POD_STAGE1_URL: return take_stage1(options, id, value, reterr);
    default: return keep_value(said, id, flag, value, reterr);
    }
}

/* An app's, where both the pod and an app can have it. */
static int take_setting(PodOptions *options, SettingId id, const char *value, Error *reterr)
{
    const Setting *given = &settings[id], *meant = given->same_as ? &settings[given->same_as] : given;
    AppOptions *app = last_app(options);
    SettingId of_app = setting_of_flag(SETTING_SECTION_APP, meant->flag);

    if (streq(value, "false") && (given->means || given->flags & SETTING_UNBUILT))
        return 0;
    if (given->flags & SETTING_UNBUILT)
        return error_set(reterr, -EOPNOTSUPP, "--%s is not built yet", given->flag);
    if (given->section == SETTING_SECTION_APP && !app)
        return error_set(reterr, -EINVAL, "--%s must follow an image", given->flag);
    if (given->means) {
        options->names_store = true;
        value = given->means;
    }
    if (app && of_app >= 0)
        return take_value(options, &app->said, of_app, given->flag, value, reterr);
    return take_value(options, &options->said, (SettingId) (meant - settings), given->flag, value, reterr);
}

int pod_options_take(PodOptions *options, OptionParser *parser, int id, const char *value, Error *reterr)
{
    SettingId setting = setting_of_option(id);

    if (id == OPTION_POSITIONAL)
        return add_image(options, value, reterr);
    if (id == OPTION_DASH_DASH)
        return take_arguments(options, parser, reterr);
    if (setting < 0 || settings[setting].lines != SETTING_PREPARE)
        return error_set(reterr, -EINVAL, "option %d is none of a pod's", id);
    return take_setting(options, setting, value, reterr);
}

bool said_true(const SaidSettings *said, SettingId id)
{
    return streq_ptr(said->value[id], "true");
}

/* ----- All of it ----- */

/* What --pod-manifest says itself. */
static bool says_what_a_manifest_does(const PodOptions *options)
{
    return options->n_apps > 0 || options->volumes.n > 0 || options->said.mounts.n > 0 ||
           options->said.list[SETTING_POD_PORT] || options->said.list[SETTING_POD_ENVIRONMENT] ||
           options->said.list[SETTING_POD_ENVIRONMENT_FILE] ||
           said_true(&options->said, SETTING_POD_INHERIT_ENV) || options->names_store;
}

int pod_options_check(const PodOptions *options, Error *reterr)
{
    if (pod_said(options, SETTING_POD_MANIFEST))
        return says_what_a_manifest_does(options)
                       ? error_set(reterr, -EINVAL, "conflicting flags set with --pod-manifest (see --help)")
                       : 0;
    if (options->n_apps == 0)
        return error_set(reterr, -EINVAL, "must provide at least one image");
    for (size_t i = 0; i < options->n_apps; i++)
        if (app_said(&options->apps[i], SETTING_APP_CAPS_RETAIN) &&
            app_said(&options->apps[i], SETTING_APP_CAPS_REMOVE))
            return error_set(reterr, -EINVAL,
                             "--caps-retain and --caps-remove of image \"%s\" exclude each other",
                             options->apps[i].image);
    return 0;
}
