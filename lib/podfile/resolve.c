/* SPDX-License-Identifier: Apache-2.0 */

#include "podfile/resolve.h"

#include <string.h>

#include "base/string-util.h"
#include "podfile/quadlet.h"

typedef struct Resolver {
    PodFile *file;
    Error *reterr;
    int first; /* the first error */
} Resolver;

static void complain(Resolver *resolver, const char *path, unsigned line, const char *format, ...)
        _printf_(4, 5);
static void complain(Resolver *resolver, const char *path, unsigned line, const char *format, ...)
{
    bool first = resolver->first >= 0;
    va_list ap;
    int r;

    if (!first && !resolver->file->on_error)
        return;
    va_start(ap, format);
    r = pod_file_complainv(resolver->file, first ? resolver->reterr : NULL, path, line, format, ap);
    va_end(ap);
    if (first)
        resolver->first = r;
}

static void refuse(Resolver *resolver, PodEntry *entry, const Error *why)
{
    entry->dropped = true;
    complain(resolver, entry->path, entry->line, "%s=: %s", entry->key, error_cause(why));
}

static void refuse_unknown(Resolver *resolver, const PodSection *section, PodEntry *entry)
{
    const char *near = pod_key_nearest(section->kind, entry->key);
    PodSectionKind other = pod_key_elsewhere(section->kind, entry->key);
    const char *counterpart = quadlet_key_counterpart(pod_section_to_string(section->kind), entry->key);
    char name[128];

    (void) snprintf(name, sizeof(name), "[%s%s%s]", pod_section_to_string(section->kind),
                    section->app ? ":" : "", section->app ? section->app : "");
    entry->dropped = true;
    if (counterpart)
        complain(resolver, entry->path, entry->line, "unknown key \"%s=\" in %s: %s", entry->key, name,
                 counterpart);
    else if (other >= 0)
        complain(resolver, entry->path, entry->line, "\"%s=\" is a key of [%s], not of %s", entry->key,
                 pod_section_to_string(other), name);
    else if (near)
        complain(resolver, entry->path, entry->line, "unknown key \"%s=\" in %s, did you mean \"%s=\"?",
                 entry->key, name, near);
    else
        complain(resolver, entry->path, entry->line, "unknown key \"%s=\" in %s", entry->key, name);
}

/* Drops the entries that an entry overrides: for a single value the previous one, for a reset all up to the
 * previous reset. So every entry is visited only a limited number of times. */
static void drop_earlier(PodSection *section, size_t i)
{
    const Setting *info = section->entries[i].info;

    while (i-- > 0) {
        PodEntry *earlier = &section->entries[i];
        bool was_reset = earlier->dropped && *earlier->value == '\0';

        if (earlier->info != info)
            continue;
        earlier->dropped = true;
        if (was_reset || !(info->flags & SETTING_LIST))
            return;
    }
}

static int check_words(const PodEntry *entry, Error *reterr)
{
    const Setting *info = entry->info;
    SettingCheck check = info->check;
    int r = 0;

    POD_ENTRY_FOREACH_WORD (word, entry) {
        if (!utf8_is_valid(word) || strchr(word, '\n'))
            return error_set(reterr, -EINVAL, "a value must be UTF-8 without newlines");
        if (check && !strchr(word, '%'))
            r = check(info, word, reterr);
        if (r < 0)
            return r;
        if (info->flags & SETTING_PROGRAM)
            check = NULL;
    }
    return 0;
}

/* Checks an entry that is copied unchanged into the unit: PID 1 unquotes it, and replaces its specifiers. */
static int check_passed(PodEntry *entry, Error *reterr)
{
    const Setting *info = entry->info;

    entry->size = strlen(entry->value) + 1;
    return info->check && *entry->value ? info->check(info, entry->value, reterr) : 0;
}

/* Unquotes and checks one entry. */
static int resolve_value(PodEntry *entry, Error *reterr)
{
    const Setting *info = entry->info;
    int r;

    if (info->use == SETTING_APPEND)
        return check_passed(entry, reterr);
    entry->size = strlen(entry->value) + 1;
    if (info->flags & SETTING_WORDS)
        r = words_split(entry->value, &entry->size, reterr);
    else {
        r = words_unquote(entry->value, reterr);
        entry->size = strlen(entry->value) + 1;
    }
    return r < 0 ? r : check_words(entry, reterr);
}

static void resolve_entry(Resolver *resolver, PodSection *section, size_t i)
{
    PodEntry *entry = &section->entries[i];
    _cleanup_error_ Error why = ERROR_INIT;

    if (startswith(entry->key, "X-")) {
        entry->dropped = true;
        return;
    }
    entry->info = pod_key_find(section->kind, entry->key);
    if (!entry->info) {
        refuse_unknown(resolver, section, entry);
        return;
    }
    if (entry->info->use == SETTING_REFUSE) {
        (void) error_set(&why, -EINVAL, "%s", entry->info->refused);
        refuse(resolver, entry, &why);
        return;
    }
    if (entry->info->use == SETTING_PASS) {
        if (check_passed(entry, &why) < 0)
            refuse(resolver, entry, &why);
        return;
    }
    if (*entry->value == '\0') {
        entry->dropped = true;
        drop_earlier(section, i);
        return;
    }
    if (resolve_value(entry, &why) < 0) {
        refuse(resolver, entry, &why);
        return;
    }
    if (!(entry->info->flags & SETTING_LIST))
        drop_earlier(section, i);
}

const PodEntry *pod_section_find(const PodSection *section, const char *key)
{
    for (size_t i = section ? section->n_entries : 0; i-- > 0;)
        if (!section->entries[i].dropped && streq(section->entries[i].key, key))
            return &section->entries[i];
    return NULL;
}

int pod_section_join(const PodSection *section, const PodEntry *last, char **ret)
{
    _cleanup_buffer_ Buffer joined = { 0 };

    for (const PodEntry *entry = section->entries; entry <= last; entry++)
        if (!entry->dropped && entry->info == last->info)
            POD_ENTRY_FOREACH_WORD (word, entry)
                buffer_add_all(&joined, joined.size > 0 ? "," : "", word);
    return buffer_steal(&joined, ret);
}

const char *pod_value_part(const char *value, const char *name, size_t *ret_n)
{
    size_t n = strlen(name);

    for (const char *s = value; s; s = strchr(s, ',')) {
        s += *s == ',';
        if (strncmp(s, name, n) == 0 && s[n] == '=') {
            *ret_n = strcspn(s + n + 1, ",");
            return s + n + 1;
        }
    }
    return NULL;
}

/* ----- The file as a whole ----- */

static const PodEntry *find_volume(const PodSection *pod, const char *name, size_t n, const PodEntry *before)
{
    for (size_t i = 0; pod && i < pod->n_entries && &pod->entries[i] != before; i++) {
        const PodEntry *entry = &pod->entries[i];

        if (!entry->dropped && streq(entry->key, "Volume") && strncmp(entry->value, name, n) == 0 &&
            entry->value[n] == ',')
            return entry;
    }
    return NULL;
}

static void check_mounts(Resolver *resolver, const PodSection *section)
{
    const PodSection *pod = pod_file_section(resolver->file, POD_SECTION_POD);

    for (size_t i = 0; i < section->n_entries; i++) {
        const PodEntry *entry = &section->entries[i];
        const char *volume;
        size_t n;

        if (entry->dropped || !streq(entry->key, "Mount") || strchr(entry->value, '%'))
            continue;
        volume = pod_value_part(entry->value, "volume", &n);
        if (volume && !find_volume(pod, volume, n, NULL))
            complain(resolver, entry->path, entry->line, "Mount=: no Volume= in [Pod] is named \"%.*s\"",
                     (int) n, volume);
    }
}

static void check_volumes(Resolver *resolver, const PodSection *pod)
{
    for (size_t i = 0; i < pod->n_entries; i++) {
        const PodEntry *entry = &pod->entries[i];

        if (entry->dropped || !streq(entry->key, "Volume"))
            continue;
        if (find_volume(pod, entry->value, strcspn(entry->value, ","), entry))
            complain(resolver, entry->path, entry->line, "duplicate volume name \"%.*s\"",
                     (int) strcspn(entry->value, ","), entry->value);
    }
}

/* Keys with the same beginning, of which only one may be used. */
static void check_conflict(Resolver *resolver, const PodSection *section, const char *prefix)
{
    const PodEntry *first = NULL;

    for (size_t i = 0; i < section->n_entries; i++) {
        const PodEntry *entry = &section->entries[i];

        if (entry->dropped || !startswith(entry->key, prefix))
            continue;
        if (first && first->info != entry->info)
            complain(resolver, entry->path, entry->line, "%s= and %s= exclude each other", entry->key,
                     first->key);
        first = entry;
    }
}

static void check_pod(Resolver *resolver, const PodSection *pod)
{
    const PodEntry *port = pod_section_find(pod, "Port"), *network = pod_section_find(pod, "Network"),
                   *journal = pod_section_find(pod, "Journal"),
                   *max_use = pod_section_find(pod, "JournalMaxUse");

    check_conflict(resolver, pod, "Stage1");
    if (port && network && !pod_file_section(resolver->file, POD_SECTION_SOCKET) &&
        (streq(network->value, "none") || streq(network->value, "host")))
        complain(resolver, port->path, port->line,
                 streq(network->value, "host") ? "Port=: nothing is forwarded with Network=host, where the "
                                                 "port of an app is the host's; leave "
                                                 "Port= out"
                                               : "Port=: there is no network to forward to with "
                                                 "Network=none; only a port that [Socket] listens on "
                                                 "can be one of the host's");
    if (max_use && journal && streq(journal->value, "host"))
        complain(resolver, max_use->path, max_use->line,
                 "JournalMaxUse=: the host's journal has a limit of its own");
    check_volumes(resolver, pod);
    check_mounts(resolver, pod);
}

static void check_socket(Resolver *resolver, const PodSection *socket)
{
    bool listens = false;

    for (size_t i = 0; i < socket->n_entries; i++)
        if (startswith(socket->entries[i].key, "Listen"))
            listens = *socket->entries[i].value != '\0';
    if (!listens)
        complain(resolver, socket->path, socket->line, "[Socket] has no ListenStream= or other Listen key");
}

/* Errors for which systemd would not load the unit at all. */
static void check_service(Resolver *resolver, const PodSection *service)
{
    const PodEntry *type = pod_section_find(service, "Type"), *restart = pod_section_find(service, "Restart"),
                   *force = pod_section_find(service, "RestartForceExitStatus"),
                   *remain = pod_section_find(service, "RemainAfterExit");
    bool job = type && streq(type->value, "oneshot");

    if (job && restart && (streq(restart->value, "always") || streq(restart->value, "on-success")))
        complain(resolver, restart->path, restart->line,
                 "Restart=: \"%s\" would run a job of Type=oneshot for ever; use on-failure, or a timer",
                 restart->value);
    if (job && force)
        complain(resolver, force->path, force->line,
                 "RestartForceExitStatus=: systemd does not have it together with Type=oneshot");
    if (!job && remain && parse_bool(remain->value) > 0)
        complain(resolver, remain->path, remain->line, "RemainAfterExit=: is for a job, with Type=oneshot");
}

static bool is_init_app(const PodSection *app)
{
    const PodEntry *init = pod_section_find(app, "Init");

    return init && parse_bool(init->value) > 0;
}

static void check_native(Resolver *resolver, const PodSection *pod, const PodSection *app)
{
    const PodEntry *journal = pod_section_find(pod, "Journal"),
                   *native = pod_section_find(app, "JournalNative");

    if (native && parse_bool(native->value) > 0 && journal && streq(journal->value, "host"))
        complain(resolver, native->path, native->line,
                 "JournalNative=: its entries go to the pod's own journal only; leave out Journal=host, or "
                 "have "
                 "the app use syslog(3)");
}

static void check_apps(Resolver *resolver)
{
    const PodSection *pod = pod_file_section(resolver->file, POD_SECTION_POD), *nameless = NULL, *last = NULL;
    const PodEntry *manifest = pod_section_find(pod, "PodManifest");
    size_t n = 0, n_init = 0;

    for (size_t i = 0; i < resolver->file->n_sections; i++) {
        const PodSection *app = &resolver->file->sections[i];

        if (app->kind != POD_SECTION_APP)
            continue;
        n++;
        n_init += is_init_app(app);
        last = app;
        if (!app->app)
            nameless = app;
        if (!pod_section_find(app, "Image"))
            complain(resolver, app->path, app->line, "[App%s%s] has no Image=", app->app ? ":" : "",
                     app->app ? app->app : "");
        check_conflict(resolver, app, "Caps");
        check_native(resolver, pod, app);
        check_mounts(resolver, app);
    }
    if (n > 0 && n_init == n)
        complain(resolver, last->path, last->line,
                 "[App%s%s] has Init=, and so has each app: one has to be without it, the last one of a job",
                 last->app ? ":" : "", last->app ? last->app : "");
    if (manifest && last)
        complain(resolver, manifest->path, manifest->line,
                 "PodManifest=: the manifest names the apps; there can be no [App] beside it");
    if (n > 1 && nameless)
        complain(resolver, nameless->path, nameless->line, "a pod with several apps names each: [App:NAME]");
}

int pod_file_resolve(PodFile *file, Error *reterr)
{
    Resolver resolver = { .file = file, .reterr = reterr };
    const PodSection *section;

    for (size_t i = 0; i < file->n_sections; i++)
        for (size_t k = 0; k < file->sections[i].n_entries; k++)
            resolve_entry(&resolver, &file->sections[i], k);
    section = pod_file_section(file, POD_SECTION_SOCKET);
    if (section)
        check_socket(&resolver, section);
    section = pod_file_section(file, POD_SECTION_POD);
    if (section)
        check_pod(&resolver, section);
    section = pod_file_section(file, POD_SECTION_SERVICE);
    if (section)
        check_service(&resolver, section);
    check_apps(&resolver);
    return resolver.first;
}
