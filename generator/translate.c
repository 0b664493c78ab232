/* SPDX-License-Identifier: Apache-2.0 */
/* PID 1 needs time for each dependency of a unit, so the unit has only the mounts that it needs and what
 * the file asks for. The UUID's file is in the unit's runtime directory. PID 1 makes this directory before
 * rkt-prepare runs, and removes it after the last ExecStopPost=, also between two automatic restarts. */

#include "translator.h"

#include "podfile/resolve.h"
#include "rkt-config.h"
#include "settings/directory.h"
#include "settings/values.h"
#include "unit/machine-name.h"
#include "unit/unit-name.h"
#include "unit/unit-text.h"

#define UUID_FILE "%t/rkt/pods/%N/uuid"
#define NEXT_LINE " \\\n    "

void generated_unit_done(GeneratedUnit *unit)
{
    free(unit->name);
    buffer_done(&unit->text);
    free(unit->socket);
    buffer_done(&unit->socket_text);
    strv_free(unit->links);
    *unit = (GeneratedUnit){ 0 };
}

/* Our own units, and names that an administrator would take for ours. A pod of that name would hide them. */
int pod_name_check(const char *name, Error *reterr)
{
    static const char *const reserved[] = { "api",       "api-tcp",  "fetch",   "gc",
                                            "generator", "image-gc", "journal", "metadata",
                                            "prepare",   "register", "stage1" };

    if (!unit_prefix_is_valid(name) || name[strlen(name) - 1] == '\\')
        return error_set(reterr, -EINVAL,
                         "\"%s\" can't be part of a unit's name: letters, digits, and : - _ . @ only", name);
    if (strlen(name) > UNIT_NAME_MAX - strlen("rkt-.service"))
        return error_set(reterr, -EINVAL, "the name is too long for a unit");
    for (size_t i = 0; i < ELEMENTSOF(reserved); i++)
        if (streq(name, reserved[i]))
            return error_set(reterr, -EINVAL,
                             "rkt-%s.service is a unit of rkt's own; choose another name for the file", name);
    return 0;
}

bool translator_is_template(const char *name)
{
    return streq_ptr(unit_instance(name), "");
}

int translator_fail(const Translator *t, const PodEntry *entry, const char *why)
{
    return pod_file_complain(t->file, t->reterr, entry->path, entry->line, "%s=: %s", entry->key, why);
}

/* ----- [Unit] ----- */

static int add_mount(char ***mounts, const char *path, size_t n)
{
    char *copy = strndup(path, n);

    if (!copy)
        return -ENOMEM;
    if (strv_contains(*mounts, copy)) {
        free(copy);
        return 0;
    }
    return strv_consume(mounts, copy);
}

/* The directories that are made for the app. */
static int add_directory_mounts(const PodSection *app, char ***mounts)
{
    for (size_t i = 0; i < app->n_entries; i++) {
        const PodEntry *entry = &app->entries[i];

        if (entry->dropped || entry->info->check != setting_check_directory)
            continue;
        POD_ENTRY_FOREACH_WORD (word, entry) {
            _cleanup_free_ char *name = strndup(word, strcspn(word, ":")), *path = NULL;
            int r;

            path = name ? string_concat(directory_kind_base((DirectoryKind) entry->info->min), "/", name)
                        : NULL;
            r = path ? add_mount(mounts, path, strlen(path)) : -ENOMEM;
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* Everything that must be mounted: the store, host volumes, and images and manifests that are files. */
static int add_mounts(const Translator *t)
{
    static const char *const files[] = { "PodManifest", "Stage1Path" };
    const PodEntry *dir = pod_section_find(t->pod, "Dir");
    _cleanup_strv_ char **mounts = NULL;
    int r = strv_extend(&mounts, dir ? dir->value : "/var/lib/rkt");

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(files); i++) {
        const PodEntry *file = pod_section_find(t->pod, files[i]);

        if (file)
            r = add_mount(&mounts, file->value, strlen(file->value));
    }
    for (size_t i = 0; r >= 0 && t->pod && i < t->pod->n_entries; i++) {
        const PodEntry *entry = &t->pod->entries[i];
        const char *source;
        size_t n;

        if (entry->dropped || !streq(entry->key, "Volume"))
            continue;
        source = pod_value_part(entry->value, "source", &n);
        if (source)
            r = add_mount(&mounts, source, n);
    }
    for (size_t i = 0; r >= 0 && i < t->file->n_sections; i++) {
        const PodEntry *image = pod_section_find(&t->file->sections[i], "Image");

        if (image && *image->value == '/')
            r = add_mount(&mounts, image->value, strlen(image->value));
        if (r >= 0 && t->file->sections[i].kind == POD_SECTION_APP)
            r = add_directory_mounts(&t->file->sections[i], &mounts);
    }
    if (r < 0)
        return r;
    buffer_adds(t->b, "RequiresMountsFor=");
    STRV_FOREACH (mount, mounts) {
        buffer_adds(t->b, mount == mounts ? "" : " ");
        unit_add_word(t->b, UNIT_WORD_PLAIN, *mount);
    }
    buffer_adds(t->b, "\n");
    return 0;
}

/* Copies entries unchanged. A blank after a backslash at the end prevents it from continuing the line. */
static void add_copies(const Translator *t, PodSectionKind kind, const char *only)
{
    const PodSection *section = pod_file_section(t->file, kind);
    bool apart = kind == POD_SECTION_SERVICE; /* ExecStartPre= is written there */

    for (size_t i = 0; section && i < section->n_entries; i++) {
        const PodEntry *entry = &section->entries[i];

        if (entry->dropped || (entry->info->use != SETTING_PASS && entry->info->use != SETTING_APPEND) ||
            (apart && (only != NULL) != streq(entry->key, "ExecStartPre")))
            continue;
        buffer_add_all(t->b, entry->key, "=", entry->value, endswith(entry->value, "\\") ? " \n" : "\n");
    }
}

static int add_unit_section(const Translator *t)
{
    const PodSection *section = pod_file_section(t->file, POD_SECTION_UNIT);
    int r;

    buffer_add_all(t->b, "# Written by rkt-generator(8) from ", t->path,
                   "; changes belong there.\n\n[Unit]\n");
    if (!pod_section_find(section, "Description"))
        buffer_add_all(t->b, "Description=Pod ", t->name,
                       translator_is_template(t->name) ? "%i (rkt)\n" : " (rkt)\n");
    buffer_add_all(t->b, "SourcePath=", t->path, "\n");
    r = add_mounts(t);
    /* So that after a start by hand the sockets listen, too. */
    if (pod_file_section(t->file, POD_SECTION_SOCKET))
        buffer_addf(t->b, "Requires=rkt-%s%s.socket\n", t->name, translator_is_template(t->name) ? "%i" : "");
    add_copies(t, POD_SECTION_UNIT, NULL);
    return r;
}

/* ----- [Service] ----- */

static int add_prepare(const Translator *t)
{
    size_t n_apps = 0, n = 0;
    int r;

    buffer_adds(t->b, "ExecStartPre=" RKT_LIBEXECDIR "/rkt-prepare --unit=%n --uuid-file-save=" UUID_FILE);
    r = translator_add_flags(t, t->pod, SETTING_PREPARE);
    for (size_t i = 0; i < t->file->n_sections; i++)
        n_apps += t->file->sections[i].kind == POD_SECTION_APP;
    for (size_t i = 0; r >= 0 && i < t->file->n_sections; i++)
        if (t->file->sections[i].kind == POD_SECTION_APP)
            r = translator_add_app(t, &t->file->sections[i], ++n == n_apps);
    buffer_adds(t->b, "\n");
    return r;
}

static int add_run(const Translator *t)
{
    char machine[MACHINE_NAME_MAX + 1];
    _cleanup_free_ char *unit = string_concat("rkt-", t->name);
    int r;

    if (!unit)
        return -ENOMEM;
    buffer_adds(t->b, "ExecStart=" RKT_BINDIR "/rkt run-prepared");
    /* Only PID 1 knows an instance's name; run-prepared makes it valid with the same table. */
    if (translator_is_template(t->name))
        buffer_add_all(t->b, " --machine-name=", unit, "%i");
    else {
        r = machine_name_make(unit, machine);
        if (r < 0)
            return pod_file_complain(t->file, t->reterr, t->path, 0,
                                     "no name for machined can be made of \"%s\"", t->name);
        buffer_add_all(t->b, " --machine-name=", machine);
    }
    r = translator_add_flags(t, t->pod, SETTING_RUN);
    buffer_adds(t->b, " --uuid-file=" UUID_FILE "\n");
    return r;
}

/* Names the pod for a command that is not a verb of rkt with all keys of [Pod]. */
static int add_pod(const Translator *t)
{
    const PodEntry *dir = pod_section_find(t->pod, "Dir");
    int r = dir ? translator_add_flag(t, dir, "dir", dir->value) : 0;

    buffer_adds(t->b, " --uuid-file=" UUID_FILE "\n");
    return r;
}

static int add_gc(const Translator *t)
{
    buffer_adds(t->b, "ExecStopPost=" RKT_LIBEXECDIR "/rkt-gc --mark-only");
    return add_pod(t);
}

/* The administrator's ExecReload= come first: a check of the configuration decides whether it is reloaded. */
static int add_reload(const Translator *t)
{
    const PodEntry *of_all = translator_reload_signal(t, NULL);
    bool reloads = of_all;

    if (of_all && pod_section_find(t->pod, "PodManifest"))
        return translator_fail(
                t, of_all,
                "an app of a manifest has it as annotation coreos.com/rkt/stage2/reload-signal; add "
                "ExecReload=" RKT_LIBEXECDIR "/rkt-reload --uuid-file=" UUID_FILE);
    for (size_t i = 0; i < t->file->n_sections; i++)
        reloads = reloads || (t->file->sections[i].kind == POD_SECTION_APP &&
                              pod_section_find(&t->file->sections[i], "ReloadSignal"));
    if (!reloads)
        return 0;
    buffer_adds(t->b, "ExecReload=" RKT_LIBEXECDIR "/rkt-reload");
    return add_pod(t);
}

static bool service_says(const Translator *t, const char *key, const char *value)
{
    const PodEntry *entry = pod_section_find(pod_file_section(t->file, POD_SECTION_SERVICE), key);

    return entry && streq(entry->value, value);
}

/* Each app has its own limit of lines, and a pod's own journal has no other. The host's journal has a limit
 * for the unit, which is removed here (for journald 0 means the default). Another stage1 may not support
 * our limit. */
static void add_log_limit(const Translator *t)
{
    const PodEntry *journal = pod_section_find(t->pod, "Journal");
    bool other_stage1 = false;

    for (size_t i = 0; t->pod && i < t->pod->n_entries; i++)
        other_stage1 =
                other_stage1 || (!t->pod->entries[i].dropped && startswith(t->pod->entries[i].key, "Stage1"));
    if (journal && streq(journal->value, "host") && !other_stage1)
        buffer_adds(t->b, "LogRateLimitBurst=100000000\n");
}

/* A service that was asked to power off or to restart has not failed. A job has not done its work then, and
 * units that wait for it must not start. systemd has no RestartForceExitStatus= for a job. */
static int add_service_section(const Translator *t)
{
    bool job = service_says(t, "Type", "oneshot");
    int r;

    buffer_addf(t->b,
                "\n[Service]\n"
                "Type=%s\n"
                "NotifyAccess=exec\n"
                "Slice=machine.slice\n"
                "Delegate=yes\n"
                "KillMode=mixed\n"
                "RestartPreventExitStatus=132%s\n"
                "%s"
                "RuntimeDirectory=rkt/pods/%%N\n",
                job ? "oneshot" : "notify",
                pod_file_section(t->file, POD_SECTION_SOCKET) ? " 78" : "", /* SOCKETS_EXIT_MISFIT */
                job ? "" : "SuccessExitStatus=132 133\nRestartForceExitStatus=133\n");
    /* The administrator's commands come first, because they may make what a volume needs. */
    add_copies(t, POD_SECTION_SERVICE, "ExecStartPre");
    r = add_prepare(t);
    if (r >= 0)
        r = add_run(t);
    if (r >= 0)
        r = add_gc(t);
    add_log_limit(t);
    add_copies(t, POD_SECTION_SERVICE, NULL);
    return r < 0 ? r : add_reload(t);
}

/* ----- The socket ----- */

static void add_socket_unit(const Translator *t)
{
    buffer_addf(t->b,
                "# Written by rkt-generator(8) from %s; changes belong there.\n\n"
                "[Unit]\n"
                "Description=Sockets of pod %s%s (rkt)\n"
                "SourcePath=%s\n\n"
                "[Socket]\n",
                t->path, t->name, translator_is_template(t->name) ? "%i" : "", t->path);
    add_copies(t, POD_SECTION_SOCKET, NULL);
}

/* ----- The whole unit ----- */

static int unit_init(GeneratedUnit *unit, const char *name)
{
    *unit = (GeneratedUnit){ .name = string_concat("rkt-", name, ".service") };
    return unit->name ? 0 : -ENOMEM;
}

static int translate_socket(const Translator *t, GeneratedUnit *unit)
{
    Translator of_socket = *t;

    unit->socket = string_concat("rkt-", t->name, ".socket");
    if (!unit->socket)
        return -ENOMEM;
    of_socket.b = &unit->socket_text;
    add_socket_unit(&of_socket);
    return buffer_error(&unit->socket_text);
}

static int translate_into(const Translator *t, GeneratedUnit *unit)
{
    int r = add_unit_section(t);

    if (r >= 0)
        r = add_service_section(t);
    if (r >= 0 && pod_file_section(t->file, POD_SECTION_SOCKET))
        r = translate_socket(t, unit);
    if (r >= 0)
        r = translator_add_links(t, unit);
    if (r >= 0)
        r = buffer_error(&unit->text);
    if (r >= 0 && (unit->text.size >= UNIT_LINE_MAX || unit->socket_text.size >= UNIT_LINE_MAX))
        return pod_file_complain(t->file, t->reterr, t->path, 0, "its unit would be larger than 1 MB");
    return r;
}

int translate_pod(const char *name, const char *path, const PodFile *file, GeneratedUnit *ret, Error *reterr)
{
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 };
    Translator t = { .name = name,
                     .path = path,
                     .file = file,
                     .pod = pod_file_section(file, POD_SECTION_POD),
                     .b = &unit.text,
                     .reterr = reterr };
    int r;

    if (!pod_file_section(file, POD_SECTION_APP) && !pod_section_find(t.pod, "PodManifest"))
        return pod_file_complain(file, reterr, path, 0, "pod must contain at least one application");
    r = unit_init(&unit, name);
    if (r >= 0)
        r = translate_into(&t, &unit);
    if (r < 0)
        return r;
    *ret = unit;
    unit = (GeneratedUnit){ 0 };
    return 0;
}

/* Makes a message valid in a unit: one line of UTF-8, without specifiers. */
static int add_message(Buffer *b, const char *message)
{
    bool utf8 = utf8_is_valid(message);
    _cleanup_buffer_ Buffer text = { 0 };

    for (; *message; message++) {
        unsigned char c = (unsigned char) *message;

        if (c == '%')
            buffer_adds(&text, "%%");
        else
            buffer_add(&text, c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8) ? "?" : message, 1);
    }
    if (buffer_error(&text) < 0)
        return -ENOMEM;
    unit_add_word(b, UNIT_WORD_EXEC, text.data ? text.data : "");
    return 0;
}

int translate_stub(const char *name, const char *path, const PodFile *file, const char *why,
                   GeneratedUnit *ret)
{
    _cleanup_generated_unit_ GeneratedUnit unit;
    Translator t = { .name = name, .path = path, .file = file, .b = &unit.text };
    /* If it replaces a socket, sockets.target wants it, for which other services wait. */
    const char *early = pod_file_section(file, POD_SECTION_SOCKET) ? "DefaultDependencies=no\n" : "";
    int r = unit_init(&unit, name);

    if (r < 0)
        return r;
    buffer_addf(t.b,
                "# Written by rkt-generator(8): %s has an error.\n\n"
                "[Unit]\n"
                "Description=Pod %s (rkt), whose file has an error\n"
                "SourcePath=%s\n"
                "%s\n"
                "[Service]\n"
                "Type=oneshot\n"
                "ExecStart=" GENERATOR_PATH " --refuse ",
                path, name, path, early);
    r = add_message(t.b, why);
    buffer_adds(t.b, "\n");
    if (r >= 0)
        r = buffer_error(t.b);
    if (r < 0)
        return r;
    /* Invalid links are left out. */
    (void) translator_add_links(&t, &unit);
    *ret = unit;
    unit = (GeneratedUnit){ 0 };
    return 0;
}
