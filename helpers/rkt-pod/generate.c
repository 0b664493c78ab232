/* SPDX-License-Identifier: Apache-2.0 */
/* rkt pod generate: reads the command line with the tables of rkt run, and reads the resulting file like
 * the generator, so that it never prints a file that the generator would refuse. */

#include <sys/stat.h>

#include "appc/image-reference.h"
#include "appc/types.h"
#include "generator/pod-text.h"
#include "podfile/resolve.h"
#include "rkt-pod.h"
#include "settings/values.h"
#include "generator/translate.h"

static const char *arg_name = NULL; /* the pod's */
static PodText arg_text;            /* what the command line says */

/* ----- Words with another meaning in a file ----- */

static int make_absolute(const char *path, char **ret)
{
    _cleanup_free_ char *cwd = NULL;

    if (*path == '/') {
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
    }
    cwd = getcwd(NULL, 0);
    if (!cwd)
        return -errno;
    if (startswith(path, "./"))
        path += 2;
    return asprintf(ret, "%s%s%s", cwd, streq(cwd, "/") ? "" : "/", path) < 0 ? -ENOMEM : 0;
}

static bool is_file(const char *path, void *userdata _unused_)
{
    struct stat st;

    return stat(path, &st) >= 0 && S_ISREG(st.st_mode);
}

static int add_image(PodText *text, const char *image, Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    _cleanup_free_ char *path = NULL;
    int r = image_reference_parse(image, is_file, NULL, &reference, reterr);

    if (r >= 0 && reference->kind == IMAGE_REFERENCE_PATH)
        r = make_absolute(image, &path);
    return r < 0 ? r : pod_text_add_app(text, path ? path : image);
}

/* The name that rkt run gives an app without --name, if the image's name is known without the image. */
static int name_app(PodTextSection *app)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;

    if (app->name || image_reference_parse(app->image, NULL, NULL, &reference, NULL) < 0 ||
        reference->kind != IMAGE_REFERENCE_NAME)
        return 0;
    return ac_name_from_image(reference->name, &app->name);
}

/* ----- The command line ----- */

static bool is_path(SettingSection section, const char *flag)
{
    SettingId id = setting_of_flag(section, flag);

    return id >= 0 && settings[id].check == setting_check_path;
}

static const char *flag_name(const OptionParser *parser, int id, const char **value)
{
    SettingId setting = setting_of_option(id);

    if (setting >= 0)
        return setting_current_flag(setting, value);
    for (size_t t = 0; parser->tables[t]; t++)
        for (const Option *o = parser->tables[t]; o->name; o++)
            if (o->id == id)
                return o->name;
    return NULL;
}

static int take_flag(PodText *text, const OptionParser *parser, int id, const char *value, Error *reterr)
{
    const char *name = flag_name(parser, id, &value);
    _cleanup_free_ char *path = NULL;

    if (!name)
        return 0;
    if (streq(name, "name") && text->n_apps > 0)
        return pod_text_set_name(text, value, reterr);
    if (streq(name, "name")) {
        arg_name = value;
        return pod_name_check(value, reterr);
    }
    if (is_path(SETTING_SECTION_APP, name) || is_path(SETTING_SECTION_POD, name)) {
        int r = make_absolute(value, &path);

        if (r < 0)
            return r;
    }
    return pod_text_add_flag(text, name, path ? path : value, reterr);
}

static int take_arguments(PodText *text, OptionParser *parser, Error *reterr)
{
    int r = 0;

    if (text->n_apps == 0 || text->apps[text->n_apps - 1].arguments)
        return error_set(reterr, -EINVAL, "arguments after \"--\" must follow an image, once");
    while (r >= 0 && parser->index < parser->argc) {
        const char *word = parser->argv[parser->index++];

        if (streq(word, "---"))
            break;
        r = pod_text_add_argument(text, word, reterr);
    }
    return r;
}

static int parse_argv(int argc, char **argv, Error *reterr)
{
    OptionParser parser = { .argc = argc,
                            .argv = argv,
                            .index = 1,
                            .tables = { setting_options(SETTING_PREPARE), setting_options(SETTING_RUN),
                                        global_option_table() } };
    const char *value;
    int id, r;

    for (;;) {
        r = option_next(&parser, &id, &value, reterr);
        if (r < 0 || id == OPTION_END)
            return r;
        if (id == OPTION_POSITIONAL)
            r = add_image(&arg_text, value, reterr);
        else if (id == OPTION_DASH_DASH)
            r = take_arguments(&arg_text, &parser, reterr);
        else if (global_options_has(id)) {
            r = global_options_take(&pod_global, id, value, reterr);
            if (r >= 0 && !pod_global.help)
                r = take_flag(&arg_text, &parser, id, value, reterr);
        } else
            r = take_flag(&arg_text, &parser, id, value, reterr);
        if (r < 0 || pod_global.help)
            return r;
    }
}

/* ----- The file ----- */

/* Without file and line, which the user has not seen. */
static void on_error(void *userdata, const char *path _unused_, unsigned line _unused_, const char *words)
{
    Error *first = userdata;

    if (first->n == 0)
        (void) error_set(first, -EINVAL, "%s", words);
}

/* The errors that the generator would report. */
static int check(const Buffer *text, Error *reterr)
{
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 };
    _cleanup_pod_file_ PodFile file = { .on_error = on_error, .userdata = reterr };
    const char *name = arg_name ? arg_name : "pod";
    char *copy = strdup(text->data ? text->data : "");
    int r;

    if (!copy)
        return -ENOMEM;
    r = pod_file_parse(&file, "-", copy, strlen(copy), NULL);
    if (r >= 0)
        r = pod_file_resolve(&file, NULL);
    return r < 0 ? r : translate_pod(name, "-", &file, &unit, NULL);
}

/* The flags of a table that have a key in a file. */
static const Option *flags_with_key(const Option *table, Option *to, size_t n_max)
{
    size_t n = 0;

    for (const Option *o = table; o->name && n + 1 < n_max; o++) {
        const Setting *setting = &settings[setting_of_option(o->id)];

        if (setting->use == SETTING_FLAG || setting == &settings[SETTING_APP_EXEC] ||
            setting == &settings[SETTING_APP_NAME])
            to[n++] = *o;
    }
    to[n] = (Option){ 0 };
    return to;
}

static void print_help(void)
{
    Option of_pod[128], of_run[64];

    verb_print_help_more(
            "pod generate", "IMAGE [APP FLAGS] [-- ARGUMENTS ---] …",
            "Prints the pod file for a command line of run. --name= before any image names the pod.",
            flags_with_key(setting_options(SETTING_PREPARE), of_pod, ELEMENTSOF(of_pod)), "Flags of the run",
            flags_with_key(setting_options(SETTING_RUN), of_run, ELEMENTSOF(of_run)));
}

static int run(Error *reterr)
{
    _cleanup_buffer_ Buffer file = { 0 };
    int r = 0;

    if (arg_name)
        buffer_addf(&file, "# /etc/rkt/pods.d/%s.pod\n", arg_name);
    for (size_t i = 0; r >= 0 && arg_text.n_apps > 1 && i < arg_text.n_apps; i++)
        r = name_app(&arg_text.apps[i]);
    if (r >= 0)
        r = pod_text_write(&arg_text, &file, reterr);
    if (r >= 0)
        r = check(&file, reterr);
    if (r >= 0)
        printf("%s", file.data ? file.data : "");
    pod_text_done(&arg_text);
    return r;
}

const Command pod_generate = {
    .name = "pod generate", .parse = parse_argv, .print_help = print_help, .run = run, .no_directory = true
};
