/* SPDX-License-Identifier: Apache-2.0 */
/* One table says of each flag where its value goes and whether it belongs to the image before it. Whoever
 * builds one of the flags that are refused moves its line. */

#include "pod-options.h"

#include <stddef.h>
#include <string.h>

#include "appc/port.h"
#include "appc/types.h"
#include "base/string-util.h"
#include "prepare/app-values.h"

static const char *const pull_policy_table[_PULL_POLICY_MAX] = {
    [PULL_POLICY_NEW] = "new",
    [PULL_POLICY_NEVER] = "never",
    [PULL_POLICY_UPDATE] = "update",
};
DECLARE_STRING_TABLE(pull_policy, PullPolicy);
PullPolicy pull_policy_from_string(const char *s);
DEFINE_STRING_TABLE(pull_policy, PullPolicy)

typedef enum FlagKind {
    FLAG_APP_STRING, /* offset in AppOptions: const char * */
    FLAG_APP_PAIRS,  /* NAME=VALUE, may be given several times */
    FLAG_BOTH_PAIRS, /* the same; before any image they are the pod's */
    FLAG_APP_CREDENTIAL,
    FLAG_APP_DIRECTORY,
    FLAG_APP_SOCKET,
    FLAG_APP_BOOL,
    FLAG_POD_STRING, /* offset in PodOptions */
    FLAG_POD_PAIRS,
    FLAG_POD_LIST,
    FLAG_POD_BOOL,
    FLAG_APP_STDIO,
    FLAG_IMAGE_RIGHTS,
    FLAG_MOUNT,
    FLAG_VOLUME,
    FLAG_PORT,
    FLAG_PULL_POLICY,
    FLAG_STORE_ONLY,
    FLAG_NO_STORE,
    FLAG_STAGE1,
    FLAG_REFUSED,
} FlagKind;

typedef struct Flag {
    const char *name;
    FlagKind kind;
    size_t offset; /* FLAG_STAGE1: the Stage1Source; FLAG_APP_DIRECTORY: the DirectoryKind */
} Flag;

#define APP(field) offsetof(AppOptions, field)
#define POD(field) offsetof(PodOptions, field)
#define OWN(field) offsetof(OwnOptions, field)

/* Each flag once: its id, its line of the option table, and what is done with its value. */
#define FLAGS(F)                                                                                             \
    F(ANNOTATION, "annotation", VALUE, "NAME=VALUE", "annotation of the app", FLAG_BOTH_PAIRS,               \
      OWN(annotations))                                                                                      \
    F(CACHE_DIRECTORY, "cache-directory", VALUE, "NAME[:PATH]",                                              \
      "/var/cache/NAME for the app, made for its user", FLAG_APP_DIRECTORY, DIRECTORY_CACHE)                 \
    F(CACHE_DIRECTORY_MODE, "cache-directory-mode", VALUE, "MODE", "its mode when it is made (0755)",        \
      FLAG_APP_STRING, APP(directory_modes[DIRECTORY_CACHE]))                                                \
    F(CAPS_REMOVE, "caps-remove", VALUE, "CAP,…", "capabilities taken from the default set",                 \
      FLAG_APP_STRING, APP(caps_remove))                                                                     \
    F(CAPS_RETAIN, "caps-retain", VALUE, "CAP,…", "the only capabilities that are kept", FLAG_APP_STRING,    \
      APP(caps_retain))                                                                                      \
    F(CAP_REMOVE, "cap-remove", VALUE, NULL, NULL, FLAG_APP_STRING, APP(caps_remove))                        \
    F(CAP_RETAIN, "cap-retain", VALUE, NULL, NULL, FLAG_APP_STRING, APP(caps_retain))                        \
    F(CONFIGURATION_DIRECTORY, "configuration-directory", VALUE, "NAME[:PATH]",                              \
      "/etc/NAME for the app, read-only", FLAG_APP_DIRECTORY, DIRECTORY_CONFIGURATION)                       \
    F(CONFIGURATION_DIRECTORY_MODE, "configuration-directory-mode", VALUE, "MODE",                           \
      "its mode when it is made (0755)", FLAG_APP_STRING, APP(directory_modes[DIRECTORY_CONFIGURATION]))     \
    F(CPU, "cpu", VALUE, "QUANTITY", "CPU limit of the app (500m)", FLAG_APP_STRING, APP(cpu))               \
    F(CPU_SHARES, "cpu-shares", VALUE, "N", "CPU weight of the app, 2 to 262144", FLAG_APP_STRING,           \
      APP(cpu_shares))                                                                                       \
    F(CREDENTIAL, "credential", VALUE, "NAME", "a secret of $CREDENTIALS_DIRECTORY that the app gets",       \
      FLAG_APP_CREDENTIAL, APP(credentials))                                                                 \
    F(ENVIRONMENT, "environment", VALUE, "NAME=VALUE", "variable of the app", FLAG_APP_PAIRS,                \
      APP(environment))                                                                                      \
    F(EXEC, "exec", VALUE, "PROGRAM", "run this instead of the image's program", FLAG_APP_STRING, APP(exec)) \
    F(GROUP, "group", VALUE, "GROUP", "gid, name in the image, or path whose group is meant",                \
      FLAG_APP_STRING, APP(group))                                                                           \
    F(IMAGE_RIGHTS, "image-rights", VALUE, "default|all",                                                    \
      "what the image may have by its own word; before any image: all images", FLAG_IMAGE_RIGHTS, 0)         \
    F(INHERIT_ENV, "inherit-env", BOOL, NULL, "pass on the variables of the caller", FLAG_POD_BOOL,          \
      POD(inherit_environment))                                                                              \
    F(INIT, "init", BOOL, NULL, "the app runs to its end before those without this start", FLAG_APP_STRING,  \
      APP(init))                                                                                             \
    F(JOURNAL_NATIVE, "journal-native", BOOL, NULL, "the app speaks the journal's native protocol",          \
      FLAG_APP_STRING, APP(journal_native))                                                                  \
    F(LOGS_DIRECTORY, "logs-directory", VALUE, "NAME[:PATH]",                                                \
      "/var/log/NAME for the app, made for its user", FLAG_APP_DIRECTORY, DIRECTORY_LOGS)                    \
    F(LOGS_DIRECTORY_MODE, "logs-directory-mode", VALUE, "MODE", "its mode when it is made (0755)",          \
      FLAG_APP_STRING, APP(directory_modes[DIRECTORY_LOGS]))                                                 \
    F(MEMORY, "memory", VALUE, "QUANTITY", "memory limit of the app (50M)", FLAG_APP_STRING, APP(memory))    \
    F(MOUNT, "mount", VALUE, "volume=NAME,target=PATH", "mount a volume; before any image: in all apps",     \
      FLAG_MOUNT, 0)                                                                                         \
    F(NAME, "name", VALUE, "NAME", "name of the app", FLAG_APP_STRING, APP(name))                            \
    F(NOTIFY, "notify", BOOL, NULL, "the app says READY=1 when it is ready", FLAG_APP_STRING, APP(notify))   \
    F(NO_OVERLAY, "no-overlay", BOOL, NULL, "copy the images instead of overlaying them", FLAG_POD_BOOL,     \
      POD(no_overlay))                                                                                       \
    F(NO_STORE, "no-store", BOOL, NULL, NULL, FLAG_NO_STORE, 0)                                              \
    F(OOM_SCORE_ADJ, "oom-score-adj", VALUE, "N", "OOM score of the app, -1000 to 1000", FLAG_APP_STRING,    \
      APP(oom_score_adj))                                                                                    \
    F(OOM_SCORE_ADJUST, "oom-score-adjust", VALUE, NULL, NULL, FLAG_APP_STRING, APP(oom_score_adj))          \
    F(POD_MANIFEST, "pod-manifest", VALUE, "FILE", "take the pod from an appc pod manifest",                 \
      FLAG_POD_STRING, POD(pod_manifest))                                                                    \
    F(PORT, "port", VALUE, "NAME:[HOSTIP:]HOSTPORT", "port of the host that a port of an app is", FLAG_PORT, \
      0)                                                                                                     \
    F(PRIVATE_USERS, "private-users", BOOL, NULL, NULL, FLAG_REFUSED, 0)                                     \
    F(PULL_POLICY, "pull-policy", VALUE, "new|never|update", "when to fetch an image", FLAG_PULL_POLICY, 0)  \
    F(QUIET, "quiet", BOOL, NULL, "print only the UUID", FLAG_POD_BOOL, POD(quiet))                          \
    F(READONLY_ROOTFS, "readonly-rootfs", BOOL, NULL, "write-protect the app's root", FLAG_APP_BOOL,         \
      APP(read_only_rootfs))                                                                                 \
    F(RELOAD_SIGNAL, "reload-signal", VALUE, "SIGNAL", "what makes the app reload", FLAG_APP_STRING,         \
      APP(reload_signal))                                                                                    \
    F(SECCOMP, "seccomp", VALUE, "mode=retain|remove[,errno=NAME],CALL,…", "system call filter",             \
      FLAG_APP_STRING, APP(seccomp))                                                                         \
    F(SET_ENV, "set-env", VALUE, "NAME=VALUE", "variable of all apps", FLAG_POD_PAIRS, POD(set_environment)) \
    F(SET_ENV_FILE, "set-env-file", VALUE, "FILE", "variables of all apps, one a line", FLAG_POD_LIST,       \
      POD(environment_files))                                                                                \
    F(SIGNATURE, "signature", VALUE, "FILE", "signature of the image before it", FLAG_APP_STRING,            \
      APP(signature))                                                                                        \
    F(SOCKET_ACTIVATED, "socket-activated", VALUE, "NAME[:PORT[/PROTOCOL]]",                                 \
      "port whose sockets the app gets from systemd", FLAG_APP_SOCKET, APP(socket_activated))                \
    F(STAGE1_FROM_DIR, "stage1-from-dir", VALUE, "STAGE1", "stage1 image in the directory of stage1 images", \
      FLAG_STAGE1, STAGE1_FROM_DIR)                                                                          \
    F(STAGE1_HASH, "stage1-hash", VALUE, "HASH", "stage1 image in the store", FLAG_STAGE1, STAGE1_HASH)      \
    F(STAGE1_NAME, "stage1-name", VALUE, "NAME[:VERSION]", "stage1 image by name", FLAG_STAGE1, STAGE1_NAME) \
    F(STAGE1_PATH, "stage1-path", VALUE, "FILE", "stage1 image in a file", FLAG_STAGE1, STAGE1_PATH)         \
    F(STAGE1_URL, "stage1-url", VALUE, "URL", "stage1 image at a URL", FLAG_STAGE1, STAGE1_URL)              \
    F(STATE_DIRECTORY, "state-directory", VALUE, "NAME[:PATH]",                                              \
      "/var/lib/NAME for the app, made for its user", FLAG_APP_DIRECTORY, DIRECTORY_STATE)                   \
    F(STATE_DIRECTORY_MODE, "state-directory-mode", VALUE, "MODE", "its mode when it is made (0755)",        \
      FLAG_APP_STRING, APP(directory_modes[DIRECTORY_STATE]))                                                \
    F(STDERR, "stderr", VALUE, "log|null", "where the app's standard error goes", FLAG_APP_STDIO,            \
      APP(standard_error))                                                                                   \
    F(STDIN, "stdin", VALUE, "null", "where the app's standard input comes from", FLAG_APP_STDIO,            \
      APP(standard_input))                                                                                   \
    F(STDOUT, "stdout", VALUE, "log|null", "where the app's standard output goes", FLAG_APP_STDIO,           \
      APP(standard_output))                                                                                  \
    F(STOP_SIGNAL, "stop-signal", VALUE, "SIGNAL", "what asks the app to end, instead of SIGTERM",           \
      FLAG_APP_STRING, APP(stop_signal))                                                                     \
    F(STOP_TIMEOUT, "stop-timeout", VALUE, "TIME", "how long it may take to (10s)", FLAG_APP_STRING,         \
      APP(stop_timeout))                                                                                     \
    F(STORE_ONLY, "store-only", BOOL, NULL, NULL, FLAG_STORE_ONLY, 0)                                        \
    F(SUPPLEMENTARY_GIDS, "supplementary-gids", VALUE, "GID,…", "further groups of the app",                 \
      FLAG_APP_STRING, APP(supplementary_gids))                                                              \
    F(UNIT, "unit", VALUE, "UNIT", "the unit whose pod this is; its earlier pods are removed",               \
      FLAG_POD_STRING, POD(unit))                                                                            \
    F(USER, "user", VALUE, "USER", "uid, name in the image, or path whose owner is meant", FLAG_APP_STRING,  \
      APP(user))                                                                                             \
    F(USER_ANNOTATION, "user-annotation", VALUE, "NAME=VALUE", "user annotation of the app",                 \
      FLAG_BOTH_PAIRS, OWN(user_annotations))                                                                \
    F(USER_LABEL, "user-label", VALUE, "NAME=VALUE", "user label of the app", FLAG_BOTH_PAIRS,               \
      OWN(user_labels))                                                                                      \
    F(UUID_FILE_SAVE, "uuid-file-save", VALUE, "FILE", "write the pod's UUID to a file", FLAG_POD_STRING,    \
      POD(uuid_file_save))                                                                                   \
    F(VOLUME, "volume", VALUE, "NAME,kind=host|empty,…", "a volume of the pod", FLAG_VOLUME, 0)              \
    F(WATCHDOG, "watchdog", BOOL, NULL, "the app answers the watchdog of its unit", FLAG_APP_STRING,         \
      APP(watchdog))                                                                                         \
    F(WORKING_DIR, "working-dir", VALUE, "DIR", "working directory of the app", FLAG_APP_STRING,             \
      APP(working_directory))

#define FLAG_ID(id, ...) OPT_##id,
enum { OPT_BEFORE_FIRST, FLAGS(FLAG_ID) _OPT_MAX };

#define FLAG_OPTION(id, name, argument, metavar, help, kind, offset)                                         \
    { name, OPTION_##argument, OPT_##id, metavar, help, NULL },
const Option pod_option_table[] = { FLAGS(FLAG_OPTION){} };

#define FLAG_USE(id, name, argument, metavar, help, kind, offset) [OPT_##id] = { name, kind, offset },
static const Flag flags[_OPT_MAX] = { FLAGS(FLAG_USE) };

static void own_options_done(OwnOptions *own)
{
    strv_free(own->annotations);
    strv_free(own->user_annotations);
    strv_free(own->user_labels);
}

static void app_options_done(AppOptions *app)
{
    strv_free(app->arguments);
    strv_free(app->environment);
    strv_free(app->credentials);
    strv_free(app->socket_activated);
    for (DirectoryKind kind = 0; kind < _DIRECTORY_KIND_MAX; kind++)
        strv_free(app->directories[kind]);
    own_options_done(&app->own);
    mount_list_done(&app->mounts);
}

void pod_options_done(PodOptions *options)
{
    for (size_t i = 0; i < options->n_apps; i++)
        app_options_done(&options->apps[i]);
    free(options->apps);
    volume_list_done(&options->volumes);
    mount_list_done(&options->mounts);
    own_options_done(&options->own);
    strv_free(options->ports);
    strv_free(options->set_environment);
    strv_free(options->environment_files);
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
    AppOptions *app = options->n_apps > 0 ? &options->apps[options->n_apps - 1] : NULL;

    if (!app)
        return error_set(reterr, -EINVAL, "arguments behind \"--\" must follow an image");
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

static int add_pair(char ***pairs, const char *name, const char *value, Error *reterr)
{
    const char *equals = strchr(value, '=');

    if (!equals || equals == value)
        return error_set(reterr, -EINVAL, "--%s=%s: must be NAME=VALUE", name, value);
    return strv_extend(pairs, value);
}

static int add_credential(char ***names, const char *name, Error *reterr)
{
    if (!credential_name_is_valid(name))
        return error_set(reterr, -EINVAL, "--credential=%s: no credential can be called so", name);
    return strv_contains(*names, name) ? 0 : strv_extend(names, name);
}

static int add_directory(AppOptions *app, DirectoryKind kind, const char *value, Error *reterr)
{
    _cleanup_free_ char *name = NULL, *target = NULL;
    int r = directory_parse(kind, value, &name, &target, reterr);

    return r < 0 ? error_prefix(reterr, r, "--%s-directory=%s", directory_kind_to_string(kind), value)
                 : strv_extend(&app->directories[kind], value);
}

/* Taken again for the manifest. A name alone may be that of a port of the image. */
static int add_socket(char ***ports, const char *value, Error *reterr)
{
    PortList checked = {};
    int r = port_list_activate(&checked, value, reterr);

    port_list_done(&checked);
    if (r < 0 && r != -ENOENT)
        return error_prefix(reterr, r, "--socket-activated=%s", value);
    if (reterr)
        error_done(reterr);
    return strv_extend(ports, value);
}

static int set_once(const char **field, const char *name, const char *value, Error *reterr)
{
    if (*value == '\0')
        return error_set(reterr, -EINVAL, "--%s must not be empty", name);
    if (*field)
        return error_set(reterr, -EINVAL, "--%s was given twice", name);
    *field = value;
    return 0;
}

static int take_stdio(const char **field, const char *name, const char *value, Error *reterr)
{
    if (streq(value, "tty") || streq(value, "stream"))
        return error_set(reterr, -EOPNOTSUPP, "--%s=%s is not built yet", name, value);
    if (!streq(value, "null") && (streq(name, "stdin") || !streq(value, "log")))
        return error_set(reterr, -EINVAL, "--%s=%s: unknown mode", name, value);
    return set_once(field, name, value, reterr);
}

static int take_pull_policy(PodOptions *options, const char *value, Error *reterr)
{
    PullPolicy policy = pull_policy_from_string(value);

    if ((int) policy < 0)
        return error_set(reterr, -EINVAL, "--pull-policy=%s: must be new, never or update", value);
    options->pull_policy = policy;
    return 0;
}

/* The flags that --pull-policy has replaced. */
static int take_store_flag(PodOptions *options, const char *value, const char *policy, Error *reterr)
{
    if (!streq(value, "true"))
        return 0;
    options->names_store = true;
    return take_pull_policy(options, policy, reterr);
}

static int take_image_rights(ImageRights *field, const char *value, Error *reterr)
{
    ImageRights rights = streq(value, "all")       ? IMAGE_RIGHTS_ALL
                         : streq(value, "default") ? IMAGE_RIGHTS_DEFAULT
                                                   : IMAGE_RIGHTS_UNSET;

    if (rights == IMAGE_RIGHTS_UNSET)
        return error_set(reterr, -EINVAL, "--image-rights=%s: must be default or all", value);
    if (*field != IMAGE_RIGHTS_UNSET)
        return error_set(reterr, -EINVAL, "--image-rights was given twice");
    *field = rights;
    return 0;
}

/* Read again for the manifest. */
static int take_port(PodOptions *options, const char *value, Error *reterr)
{
    _cleanup_exposed_ports_ ExposedPortList checked = {};
    int r = exposed_port_list_add_text(&checked, value, reterr);

    return r < 0 ? error_prefix(reterr, r, "--port=%s", value) : strv_extend(&options->ports, value);
}

static int take_stage1(PodOptions *options, Stage1Source source, const char *value, Error *reterr)
{
    if (options->stage1)
        return error_set(reterr, -EINVAL, "the --stage1-… flags exclude each other");
    options->stage1_source = source;
    options->stage1 = value;
    return 0;
}

static int take_app_flag(AppOptions *app, const Flag *flag, const char *value, Error *reterr)
{
    void *field = (char *) app + flag->offset;
    int r = *value ? app_value_check(flag->name, value, reterr) : 0;

    if (r < 0)
        return r;
    switch (flag->kind) {
    case FLAG_APP_STRING: return set_once(field, flag->name, value, reterr);
    case FLAG_APP_STDIO: return take_stdio(field, flag->name, value, reterr);
    case FLAG_APP_PAIRS: return add_pair(field, flag->name, value, reterr);
    case FLAG_APP_CREDENTIAL: return add_credential(field, value, reterr);
    case FLAG_APP_SOCKET: return add_socket(field, value, reterr);
    case FLAG_APP_DIRECTORY: return add_directory(app, (DirectoryKind) flag->offset, value, reterr);
    default: *(bool *) field = streq(value, "true"); return 0;
    }
}

int pod_options_take(PodOptions *options, OptionParser *parser, int id, const char *value, Error *reterr)
{
    AppOptions *app = options->n_apps > 0 ? &options->apps[options->n_apps - 1] : NULL;
    const Flag *flag;
    void *field;

    if (id == OPTION_POSITIONAL)
        return add_image(options, value, reterr);
    if (id == OPTION_DASH_DASH)
        return take_arguments(options, parser, reterr);
    if (id <= OPT_BEFORE_FIRST || id >= _OPT_MAX)
        return error_set(reterr, -EINVAL, "option %d is none of a pod's", id);
    flag = &flags[id];
    field = (char *) options + flag->offset;

    switch (flag->kind) {
    case FLAG_APP_STRING:
    case FLAG_APP_STDIO:
    case FLAG_APP_PAIRS:
    case FLAG_APP_CREDENTIAL:
    case FLAG_APP_DIRECTORY:
    case FLAG_APP_SOCKET:
    case FLAG_APP_BOOL:
        if (!app)
            return error_set(reterr, -EINVAL, "--%s must follow an image", flag->name);
        return take_app_flag(app, flag, value, reterr);
    case FLAG_BOTH_PAIRS:
        field = (char *) (app ? &app->own : &options->own) + flag->offset;
        return add_pair(field, flag->name, value, reterr);
    case FLAG_POD_STRING: return set_once(field, flag->name, value, reterr);
    case FLAG_POD_PAIRS: return add_pair(field, flag->name, value, reterr);
    case FLAG_POD_LIST: return strv_extend(field, value);
    case FLAG_POD_BOOL: *(bool *) field = streq(value, "true"); return 0;
    case FLAG_MOUNT: return mount_list_add_text(app ? &app->mounts : &options->mounts, value, reterr);
    case FLAG_VOLUME: return volume_list_add_text(&options->volumes, value, reterr);
    case FLAG_PORT: return take_port(options, value, reterr);
    case FLAG_IMAGE_RIGHTS:
        return take_image_rights(app ? &app->image_rights : &options->image_rights, value, reterr);
    case FLAG_PULL_POLICY: return take_pull_policy(options, value, reterr);
    case FLAG_STORE_ONLY: return take_store_flag(options, value, "never", reterr);
    case FLAG_NO_STORE: return take_store_flag(options, value, "update", reterr);
    case FLAG_STAGE1: return take_stage1(options, (Stage1Source) flag->offset, value, reterr);
    case FLAG_REFUSED: break;
    }
    return streq(value, "false") ? 0 : error_set(reterr, -EOPNOTSUPP, "--%s is not built yet", flag->name);
}

const char *pod_option_name(int id, const char **value)
{
    const Flag *flag = &flags[id];

    if (flag->kind == FLAG_STORE_ONLY || flag->kind == FLAG_NO_STORE) {
        if (streq(*value, "false"))
            return NULL;
        *value =
                pull_policy_to_string(flag->kind == FLAG_STORE_ONLY ? PULL_POLICY_NEVER : PULL_POLICY_UPDATE);
        return "pull-policy";
    }
    for (const Option *o = pod_option_table; o->name; o++)
        if (o->help && flag->kind == FLAG_APP_STRING && flags[o->id].kind == flag->kind &&
            flags[o->id].offset == flag->offset)
            return o->name;
    return flag->name;
}

int pod_options_check(const PodOptions *options, Error *reterr)
{
    if (options->pod_manifest) {
        if (options->n_apps > 0 || options->volumes.n > 0 || options->mounts.n > 0 || options->ports ||
            options->inherit_environment || options->set_environment || options->environment_files ||
            options->names_store)
            return error_set(reterr, -EINVAL, "conflicting flags set with --pod-manifest (see --help)");
        return 0;
    }
    if (options->n_apps == 0)
        return error_set(reterr, -EINVAL, "must provide at least one image");
    for (size_t i = 0; i < options->n_apps; i++)
        if (options->apps[i].caps_retain && options->apps[i].caps_remove)
            return error_set(reterr, -EINVAL,
                             "--caps-retain and --caps-remove of image \"%s\" exclude each other",
                             options->apps[i].image);
    return 0;
}
