/* SPDX-License-Identifier: Apache-2.0 */
/* PID 1's time goes with the dependencies of a unit, so it has as few as it can have: the mounts that it
 * needs, and what the file asks for. The UUID's file lies in the unit's runtime directory, which PID 1 makes
 * before rkt-prepare and removes behind the last ExecStopPost=, between two automatic restarts as well. */

#include "translate.h"

#include "podfile/resolve.h"
#include "rkt-config.h"
#include "settings/directory.h"
#include "settings/values.h"
#include "unit/machine-name.h"
#include "unit/unit-name.h"
#include "unit/unit-text.h"

enum {
    WORD_MAX = 128 * 1024 - 1024
}; /* the kernel takes no longer argument (MAX_ARG_STRLEN), flag included */

#define UUID_FILE "%t/rkt/pods/%N/uuid"
#define NEXT_LINE " \\\n    "

typedef struct Translator {
    const char *name, *path;
    const PodFile *file;
    const PodSection *pod; /* may be NULL */
    Buffer *b;
    Error *reterr;
} Translator;

void generated_unit_done(GeneratedUnit *unit)
{
    free(unit->name);
    buffer_done(&unit->text);
    free(unit->socket);
    buffer_done(&unit->socket_text);
    strv_free(unit->links);
    *unit = (GeneratedUnit){ 0 };
}

/* Ours, and those that an administrator would take for ours. A pod of that name would stand before them. */
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
            return error_set(reterr, -EINVAL, "rkt-%s.service is rkt's own; name the file otherwise", name);
    return 0;
}

static bool is_template(const char *name)
{
    return streq_ptr(unit_instance(name), "");
}

static int fail_at(const Translator *t, const PodEntry *entry, const char *why)
{
    return pod_file_complain(t->file, t->reterr, entry->path, entry->line, "%s=: %s", entry->key, why);
}

/* ----- Words of the command lines ----- */

/* What a value may hold, wherever it goes. */
static int check_word(const Translator *t, const PodEntry *entry, const char *word)
{
    int c = unit_unknown_specifier(word);

    if (c == 0)
        return fail_at(t, entry, "a \"%\" at the end (write %% for a percent sign)");
    if (c > 0)
        return pod_file_complain(t->file, t->reterr, entry->path, entry->line,
                                 "%s=: unknown specifier \"%%%c\" (write %%%% for a percent sign)",
                                 entry->key, c);
    if (strlen(word) > WORD_MAX)
        return fail_at(t, entry, "longer than an argument can be");
    return 0;
}

static int add_word(const Translator *t, const PodEntry *entry, const char *word)
{
    int r = check_word(t, entry, word);

    if (r < 0)
        return r;
    buffer_adds(t->b, " ");
    unit_add_word(t->b, UNIT_WORD_EXEC, word);
    return 0;
}

static int add_flag(const Translator *t, const PodEntry *entry, const char *flag, const char *value)
{
    int r = check_word(t, entry, value);

    if (r < 0)
        return r;
    buffer_adds(t->b, " ");
    unit_add_flag(t->b, flag, value);
    return 0;
}

/* The words of all assignments to a key as one flag, commas between them. Comes with the last of them. */
static int add_joined(const Translator *t, const PodSection *section, const PodEntry *entry)
{
    _cleanup_buffer_ Buffer joined = { 0 };

    if (entry != pod_section_find(section, entry->key))
        return 0;
    for (const PodEntry *e = section->entries; e <= entry; e++) {
        if (e->dropped || e->info != entry->info)
            continue;
        POD_ENTRY_FOREACH_WORD (word, e) {
            buffer_adds(&joined, joined.size > 0 ? "," : "");
            buffer_adds(&joined, word);
        }
    }
    if (buffer_error(&joined) < 0)
        return -ENOMEM;
    return add_flag(t, entry, entry->info->flag, joined.data);
}

/* The flags that a section's keys mean on one of the command lines. */
static int add_flags(const Translator *t, const PodSection *section, SettingLines line)
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
                r = add_flag(t, entry, entry->info->flag, word);
                if (r < 0)
                    break;
            }
        if (r < 0)
            return r;
    }
    return 0;
}

/* Exec= is the program and its arguments, Args= more of them. */
static int add_program(const Translator *t, const PodSection *app, bool last)
{
    const PodEntry *exec = pod_section_find(app, "Exec");
    bool any = false;
    int r;

    if (exec) {
        r = add_flag(t, exec, "exec", exec->value);
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
                return fail_at(t, entry, "an argument can't be \"---\", which ends an app's arguments");
            buffer_adds(t->b, any ? "" : " --");
            any = true;
            r = add_word(t, entry, word);
            if (r < 0)
                return r;
        }
    }
    if (any && !last)
        buffer_adds(t->b, " ---");
    return 0;
}

/* [Service] ReloadSignal= is of all apps that have none of their own. */
static const PodEntry *reload_signal_of(const Translator *t, const PodSection *app)
{
    const PodEntry *own = app ? pod_section_find(app, "ReloadSignal") : NULL;

    return own ? NULL : pod_section_find(pod_file_section(t->file, POD_SECTION_SERVICE), "ReloadSignal");
}

static int add_app(const Translator *t, const PodSection *app, bool last)
{
    const PodEntry *image = pod_section_find(app, "Image"), *reload = reload_signal_of(t, app);
    int r;

    buffer_adds(t->b, " \\\n   ");
    r = add_word(t, image, image->value);
    if (r < 0)
        return r;
    if (app->app)
        buffer_add_all(t->b, " --name=", app->app);
    r = add_flags(t, app, SETTING_PREPARE);
    if (r >= 0 && reload)
        r = add_flag(t, reload, "reload-signal", reload->value);
    return r < 0 ? r : add_program(t, app, last);
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

/* What has to be mounted: the store, host volumes, images and a manifest that are files. */
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

/* Copies what is passed on. A blank behind a backslash at the end keeps it from continuing the line. */
static void add_copies(const Translator *t, PodSectionKind kind, const char *only)
{
    const PodSection *section = pod_file_section(t->file, kind);
    bool apart = kind == POD_SECTION_SERVICE; /* ExecStartPre= has its place there */

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
        buffer_add_all(t->b, "Description=Pod ", t->name, is_template(t->name) ? "%i (rkt)\n" : " (rkt)\n");
    buffer_add_all(t->b, "SourcePath=", t->path, "\n");
    r = add_mounts(t);
    /* So that a start by hand finds the sockets listening, too. */
    if (pod_file_section(t->file, POD_SECTION_SOCKET))
        buffer_addf(t->b, "Requires=rkt-%s%s.socket\n", t->name, is_template(t->name) ? "%i" : "");
    add_copies(t, POD_SECTION_UNIT, NULL);
    return r;
}

/* ----- [Service] ----- */

static int add_prepare(const Translator *t)
{
    size_t n_apps = 0, n = 0;
    int r;

    buffer_adds(t->b, "ExecStartPre=" RKT_LIBEXECDIR "/rkt-prepare --unit=%n --uuid-file-save=" UUID_FILE);
    r = add_flags(t, t->pod, SETTING_PREPARE);
    for (size_t i = 0; i < t->file->n_sections; i++)
        n_apps += t->file->sections[i].kind == POD_SECTION_APP;
    for (size_t i = 0; r >= 0 && i < t->file->n_sections; i++)
        if (t->file->sections[i].kind == POD_SECTION_APP)
            r = add_app(t, &t->file->sections[i], ++n == n_apps);
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
    /* An instance's name is only known to PID 1; run-prepared makes it valid by the same table. */
    if (is_template(t->name))
        buffer_add_all(t->b, " --machine-name=", unit, "%i");
    else {
        r = machine_name_make(unit, machine);
        if (r < 0)
            return pod_file_complain(t->file, t->reterr, t->path, 0,
                                     "no name for machined can be made of \"%s\"", t->name);
        buffer_add_all(t->b, " --machine-name=", machine);
    }
    r = add_flags(t, t->pod, SETTING_RUN);
    buffer_adds(t->b, " --uuid-file=" UUID_FILE "\n");
    return r;
}

/* Which pod a command is about that is not a verb of rkt's with all the keys of [Pod]. */
static int add_pod(const Translator *t)
{
    const PodEntry *dir = pod_section_find(t->pod, "Dir");
    int r = dir ? add_flag(t, dir, "dir", dir->value) : 0;

    buffer_adds(t->b, " --uuid-file=" UUID_FILE "\n");
    return r;
}

static int add_gc(const Translator *t)
{
    buffer_adds(t->b, "ExecStopPost=" RKT_LIBEXECDIR "/rkt-gc --mark-only");
    return add_pod(t);
}

/* The administrator's ExecReload= come first: what checks a configuration decides whether it is read. */
static int add_reload(const Translator *t)
{
    const PodEntry *of_all = reload_signal_of(t, NULL);
    bool reloads = of_all;

    if (of_all && pod_section_find(t->pod, "PodManifest"))
        return fail_at(t, of_all,
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

/* Each app has a limit of lines of its own, and a pod's own journal no other. The host's journal has one for
 * the unit, which is lifted: journald takes 0 for its default. Another stage1 may not know of ours. */
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

/* A service that was asked to power off or to restart has not failed; a job has not done what it is for, and
 * what waits for it must not begin. systemd has no RestartForceExitStatus= for a job. */
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
    /* The administrator's first: they may make what a volume needs. */
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
                t->path, t->name, is_template(t->name) ? "%i" : "", t->path);
    add_copies(t, POD_SECTION_SOCKET, NULL);
}

/* ----- [Install] ----- */

/* Specifiers that systemctl enable would fill in, as far as they are about the unit's name. */
static int expand_name(const Translator *t, const PodEntry *entry, const char *word, const char *unit,
                       char **ret)
{
    const char *instance = unit_instance(unit), *dot = strrchr(unit, '.');
    size_t n_stem = (size_t) (dot - unit), n_prefix = strcspn(unit, "@.");
    _cleanup_buffer_ Buffer b = { 0 };

    if (instance || !strchr(unit, '@'))
        n_prefix = instance ? (size_t) (instance - 1 - unit) : n_stem;
    for (; *word; word++) {
        if (*word != '%') {
            buffer_add(&b, word, 1);
            continue;
        }
        switch (*++word) {
        case 'n': buffer_adds(&b, unit); break;
        case 'N': buffer_add(&b, unit, n_stem); break;
        case 'p': buffer_add(&b, unit, n_prefix); break;
        case 'i':
            if (instance)
                buffer_add(&b, instance, (size_t) (dot - instance));
            break;
        default: return fail_at(t, entry, "of the specifiers, only %n %N %p %i can be used here");
        }
    }
    return buffer_steal(&b, ret);
}

static int add_link(const Translator *t, const PodEntry *entry, const char *word, const char *unit,
                    char ***links)
{
    static const struct {
        const char *key, *suffix;
    } kinds[] = { { "WantedBy", ".wants" }, { "RequiredBy", ".requires" }, { "UpheldBy", ".upholds" } };
    _cleanup_free_ char *name = NULL;
    int r = expand_name(t, entry, word, unit, &name);

    if (r < 0)
        return r;
    if (!unit_name_is_valid(name))
        return pod_file_complain(t->file, t->reterr, entry->path, entry->line,
                                 "%s=: \"%s\" is not the name of a unit", entry->key, name);
    for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
        if (streq(entry->key, kinds[i].key))
            return strv_consume(links, string_concat(name, kinds[i].suffix, "/", unit));
    /* Alias= is what is left. */
    if (streq(name, unit))
        return 0;
    if (is_template(t->name))
        return fail_at(t, entry, "a template has none; write it into the instance's file");
    if (!endswith(name, strrchr(unit, '.')))
        return pod_file_complain(t->file, t->reterr, entry->path, entry->line, "Alias=: it has to end in %s",
                                 strrchr(unit, '.'));
    return strv_extend(links, name);
}

/* All links of the unit. A template is wanted by nobody, but for its DefaultInstance=. That key means nothing
 * to an instance, whose file may be a link to the template's. */
static int add_links(const Translator *t, GeneratedUnit *ret)
{
    const PodSection *install = pod_file_section(t->file, POD_SECTION_INSTALL);
    const PodEntry *of_template = pod_section_find(install, "DefaultInstance"),
                   *instance = unit_instance(t->name) && !is_template(t->name) ? NULL : of_template;
    _cleanup_free_ char *unit = string_concat("rkt-", t->name, instance ? instance->value : "",
                                              ret->socket ? ".socket" : ".service");
    int r = 0;

    if (!unit)
        return -ENOMEM;
    if (instance && !is_template(t->name))
        return fail_at(t, instance, "only a template (NAME@.pod) has one");
    if (instance && (!unit_prefix_is_valid(instance->value) ||
                     strlen(ret->name) + strlen(instance->value) > UNIT_NAME_MAX))
        return fail_at(t, instance, "this is not the name of an instance");
    for (size_t i = 0; install && i < install->n_entries; i++) {
        const PodEntry *entry = &install->entries[i];

        if (entry->dropped || entry == of_template || (is_template(t->name) && !instance))
            continue;
        POD_ENTRY_FOREACH_WORD (word, entry) {
            r = add_link(t, entry, word, unit, &ret->links);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* ----- The whole ----- */

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
        r = add_links(t, unit);
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

/* Makes a message fit for a unit: one line of UTF-8, without specifiers. */
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
    /* In the place of a socket it is wanted by sockets.target, which other services wait for. */
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
    /* Links that are wrong themselves are left out. */
    (void) add_links(&t, &unit);
    *ret = unit;
    unit = (GeneratedUnit){ 0 };
    return 0;
}
