/* SPDX-License-Identifier: Apache-2.0 */
/* Each flag that a file produces is given to the parser of its command. Values that PID 1 replaces later
 * ("%i") are not tried. */

#include "check-values.h"

#include "appc/image-reference.h"
#include "appc/pod-manifest.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "check-sockets.h"
#include "cli/run-options.h"
#include "config/config.h"
#include "pod/stage1-network.h"
#include "podfile/resolve.h"
#include "prepare/pod-options.h"
#include "rkt-config.h"
#include "rkt-pod.h"
#include "stage1/layout.h"

static int try_flag(const PodEntry *entry, const char *word, bool of_app, Error *reterr)
{
    _cleanup_pod_options_ PodOptions pod = POD_OPTIONS_INIT;
    _cleanup_free_ char *flag = NULL;
    RunOptions run = {};
    char *argv[] = { NULL, NULL, NULL };
    OptionParser parser = { .argc = 2,
                            .argv = argv,
                            .index = 1,
                            .tables = { setting_options(SETTING_PREPARE), setting_options(SETTING_RUN),
                                        global_option_table() } };
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    const char *value;
    int id, r;

    if (asprintf(&flag, "--%s=%s", entry->info->flag, word) < 0) {
        flag = NULL;
        return -ENOMEM;
    }
    argv[1] = flag;
    r = of_app ? pod_options_take(&pod, &parser, OPTION_POSITIONAL, "image", reterr) : 0;
    if (r >= 0)
        r = option_next(&parser, &id, &value, reterr);
    if (r >= 0 && global_options_has(id))
        r = global_options_take(&global, id, value, reterr);
    else if (r >= 0 && run_options_has(id))
        r = run_options_take(&run, id, value, reterr);
    else if (r >= 0)
        r = pod_options_take(&pod, &parser, id, value, reterr);
    run_options_done(&run);
    return r;
}

static void try_value(const PodFile *file, const PodSection *section, const PodEntry *entry,
                      const char *value)
{
    _cleanup_error_ Error error = ERROR_INIT;

    if (!strchr(value, '%') && try_flag(entry, value, section->kind == POD_SECTION_APP, &error) < 0 &&
        error_cause(&error))
        (void) pod_file_complain(file, NULL, entry->path, entry->line, "%s=: %s", entry->key,
                                 error_cause(&error));
}

/* Tried once, with the last of its assignments. */
static int try_joined(const PodFile *file, const PodSection *section, const PodEntry *last)
{
    _cleanup_free_ char *value = NULL;
    int r = pod_section_find(section, last->key) == last ? pod_section_join(section, last, &value) : 0;

    if (value)
        try_value(file, section, last, value);
    return r;
}

static int try_entry(const PodFile *file, const PodSection *section, const PodEntry *entry)
{
    if (entry->info->flags & SETTING_JOIN)
        return try_joined(file, section, entry);
    POD_ENTRY_FOREACH_WORD (word, entry)
        try_value(file, section, entry, word);
    return 0;
}

/* The image may be anywhere, but the text must be a name, a file, a URL or a hash. */
static void try_images(const PodFile *file)
{
    for (size_t i = 0; i < file->n_sections; i++) {
        const PodEntry *entry = pod_section_find(&file->sections[i], "Image");
        _cleanup_(image_reference_freep) ImageReference *reference = NULL;
        _cleanup_error_ Error error = ERROR_INIT;

        if (file->sections[i].kind == POD_SECTION_APP && entry && !strchr(entry->value, '%') &&
            image_reference_parse(entry->value, NULL, NULL, &reference, &error) < 0)
            (void) pod_file_complain(file, NULL, entry->path, entry->line, "Image=: %s",
                                     error_cause(&error) ? error_cause(&error) : "not an image");
    }
}

/* A manifest may not exist until the pod starts; if it exists, it must be valid. */
static void try_manifest(const PodFile *file)
{
    const PodEntry *entry = pod_section_find(pod_file_section(file, POD_SECTION_POD), "PodManifest");
    _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t size;

    if (!entry || read_file_at(AT_FDCWD, entry->value, POD_MANIFEST_SIZE_MAX, &text, &size) < 0 ||
        pod_manifest_parse(text, size, &manifest, &error) >= 0)
        return;
    if (streq(entry->path, entry->value)) /* NAME.json */
        (void) pod_file_complain(file, NULL, entry->path, 0, "%s", error_cause(&error));
    else
        (void) pod_file_complain(file, NULL, entry->path, entry->line, "PodManifest=: %s: %s", entry->value,
                                 error_cause(&error));
}

/* The name of the stage1 for a file without a key for one. */
static int default_stage1(char **ret)
{
    const char *const layers[CONFIG_LAYERS] = { pod_global.system_config, pod_global.local_config,
                                                pod_global.user_config };
    _cleanup_(config_freep) Config *config = NULL;
    int r = config_read(layers, CONFIG_TOPIC_MASK(CONFIG_TOPIC_STAGE1), &config, NULL);

    if (r < 0)
        return r;
    *ret = strdup(config->stage1_name ? config->stage1_name : RKT_STAGE1_DEFAULT_NAME);
    return *ret ? 0 : -ENOMEM;
}

/* As far as the file determines the stage1. */
static const char *find_flavour(const PodSection *pod, char **ret_name)
{
    static const char *const others[] = { "Stage1FromDir", "Stage1Hash",  "Stage1Path", "Stage1URL",
                                          "SystemConfig",  "LocalConfig", "UserConfig" };
    const PodEntry *name = pod_section_find(pod, "Stage1Name");

    if (name)
        return stage1_flavour(name->value);
    for (size_t i = 0; i < ELEMENTSOF(others); i++)
        if (pod_section_find(pod, others[i]))
            return NULL;
    return default_stage1(ret_name) < 0 ? NULL : stage1_flavour(*ret_name);
}

/* That there is no network is an error of the whole file, too. */
static void try_network(const PodFile *file, const char *path)
{
    const PodSection *pod = pod_file_section(file, POD_SECTION_POD);
    const PodEntry *network = pod_section_find(pod, "Network");
    _cleanup_free_ char *name = NULL;
    const char *flavour = find_flavour(pod, &name);
    _cleanup_error_ Error error = ERROR_INIT;

    if ((!network || !strchr(network->value, '%')) &&
        stage1_check_network(flavour, network ? network->value : NULL, &error) < 0)
        (void) pod_file_complain(file, NULL, network ? network->path : path, network ? network->line : 0,
                                 "Network=: %s", error_cause(&error));
}

/* A file for another system may have another directory. */
static void try_sockets(const PodFile *file)
{
    const PodEntry *dir = pod_section_find(pod_file_section(file, POD_SECTION_POD), "Dir");

    if (pod_file_section(file, POD_SECTION_SOCKET) &&
        (dir || global_options_find_dir(&pod_global, NULL) >= 0))
        check_sockets(file, dir ? dir->value : pod_global.dir);
}

int check_flags(const PodFile *file)
{
    int r = 0;

    for (size_t i = 0; i < file->n_sections; i++)
        for (size_t k = 0; r >= 0 && k < file->sections[i].n_entries; k++) {
            const PodEntry *entry = &file->sections[i].entries[k];

            if (!entry->dropped && entry->info && entry->info->use == SETTING_FLAG)
                r = try_entry(file, &file->sections[i], entry);
        }
    return r;
}

int check_values(const PodFile *file, const char *path)
{
    int r = check_flags(file);

    try_images(file);
    try_manifest(file);
    try_network(file, path);
    try_sockets(file);
    return r;
}
