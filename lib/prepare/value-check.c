/* SPDX-License-Identifier: Apache-2.0 */

#include "value-check.h"

#include "appc/app.h"
#include "appc/port.h"
#include "base/name.h"
#include "base/string-util.h"
#include "prepare/filter-policy.h"
#include "sandbox/capability.h"
#include "settings/values.h"

static int check_capabilities(const IsolatorList *list, Error *reterr)
{
    const Isolator *retain = isolator_list_find(list, ISOLATOR_CAPABILITIES_RETAIN),
                   *removed = isolator_list_find(list, ISOLATOR_CAPABILITIES_REMOVE);
    uint64_t mask;

    return capability_mask_from_sets(retain ? retain->set.names : NULL, removed ? removed->set.names : NULL,
                                     &mask, reterr);
}

static int check_isolator(IsolatorKind kind, const char *value, Error *reterr)
{
    _cleanup_isolators_ IsolatorList list = {};
    int r = isolator_list_set(&list, kind, value, reterr);

    return r < 0 ? r : check_capabilities(&list, reterr);
}

static int check_filter(const char *value, Error *reterr)
{
    _cleanup_isolators_ IsolatorList list = {};
    SeccompPolicy policy;
    int r = isolator_list_set_seccomp(&list, value, reterr);

    if (r >= 0)
        r = filter_policy_from_isolators(&list, &policy, reterr);
    return r < 0 ? r : seccomp_policy_check(&policy, reterr);
}

static int check_groups(const char *value, Error *reterr)
{
    _cleanup_(app_freep) App *app = app_new();

    return app ? app_set_supplementary_gids(app, value, reterr) : -ENOMEM;
}

static int check_name(const char *value, Error *reterr)
{
    return ac_name_is_valid(value) ? 0 : error_set(reterr, -EINVAL, "not a valid app name");
}

static int check_pair(const char *value, Error *reterr)
{
    const char *equals = strchr(value, '=');

    return equals && equals > value ? 0 : error_set(reterr, -EINVAL, "must be NAME=VALUE");
}

/* words: those that are built, "a or b". */
static int check_mode(const char *value, const char *words, bool known, Error *reterr)
{
    if (streq(value, "tty") || streq(value, "stream"))
        return error_set(reterr, -EOPNOTSUPP, "not built yet: use %s", words);
    return known ? 0 : error_set(reterr, -EINVAL, "unknown mode: use %s", words);
}

static int check_output(const char *value, Error *reterr)
{
    return check_mode(value, "log or null", streq(value, "null") || streq(value, "log"), reterr);
}

static int check_input(const char *value, Error *reterr)
{
    return check_mode(value, "null", streq(value, "null"), reterr);
}

/* A name alone may be that of a port of the image. */
static int check_socket(const char *value, Error *reterr)
{
    PortList ports = {};
    int r = port_list_activate(&ports, value, reterr);

    port_list_done(&ports);
    if (r != -ENOENT)
        return r;
    if (reterr)
        error_done(reterr);
    return 0;
}

typedef int (*ValueCheck)(const char *value, Error *reterr);

static ValueCheck find_check(SettingId id)
{
    static const struct {
        SettingId id;
        ValueCheck check;
    } checks[] = {
        { SETTING_POD_ANNOTATION, check_pair },
        { SETTING_POD_ENVIRONMENT, check_pair },
        { SETTING_POD_USER_ANNOTATION, check_pair },
        { SETTING_POD_USER_LABEL, check_pair },
        { SETTING_APP_ANNOTATION, check_pair },
        { SETTING_APP_ENVIRONMENT, check_pair },
        { SETTING_APP_NAME, check_name },
        { SETTING_APP_SECCOMP, check_filter },
        { SETTING_APP_SOCKET_ACTIVATED, check_socket },
        { SETTING_APP_STDERR, check_output },
        { SETTING_APP_STDIN, check_input },
        { SETTING_APP_STDOUT, check_output },
        { SETTING_APP_SUPPLEMENTARY_GIDS, check_groups },
        { SETTING_APP_USER_ANNOTATION, check_pair },
        { SETTING_APP_USER_LABEL, check_pair },
    };

    for (size_t i = 0; i < ELEMENTSOF(checks); i++)
        if (checks[i].id == id)
            return checks[i].check;
    return NULL;
}

/* Of the types that a pod file knows, those that a command line is as strict about: there a path may be
 * relative, and a variable may have any name. */
static bool is_the_same_on_a_command_line(SettingCheck check)
{
    return check == setting_check_credential || check == setting_check_directory ||
           check == setting_check_enum || check == setting_check_mode || check == setting_check_signal ||
           check == setting_check_timeout;
}

int setting_value_check(SettingId id, const char *flag, const char *value, Error *reterr)
{
    IsolatorKind kind = isolator_kind_of_setting(id);
    ValueCheck check = find_check(id);
    int r = 0;

    if (kind >= 0)
        r = check_isolator(kind, value, reterr);
    else if (check)
        r = check(value, reterr);
    else if (is_the_same_on_a_command_line(settings[id].check))
        r = settings[id].check(&settings[id], value, reterr);
    return r < 0 ? error_prefix(reterr, r, "--%s=%s", flag, value) : 0;
}
