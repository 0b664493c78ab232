/* SPDX-License-Identifier: Apache-2.0 */
/* By the rules of stage1/sockets.c: a socket belongs to the port with its name, else to the port with its
 * number. */

#include "check-sockets.h"

#include "appc/image-manifest.h"
#include "appc/image-reference.h"
#include "base/string-util.h"
#include "podfile/resolve.h"
#include "store/store.h"

typedef struct Checked {
    const PodFile *file;
    Store *store;
    ExposedPortList exposed;
    const PodEntry *name; /* FileDescriptorName=, or NULL */
} Checked;

/* ----- Ports of the apps ----- */

static int read_manifest(Store *store, const char *text, ImageManifest **ret)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    _cleanup_free_ char *manifest = NULL;
    char key[IMAGE_KEY_LENGTH + 1];
    size_t size;
    int r = image_reference_parse(text, NULL, NULL, &reference, NULL);

    if (r >= 0 && reference->kind == IMAGE_REFERENCE_HASH)
        r = store_find_image(store, reference->text, key, NULL);
    else if (r >= 0)
        r = reference->kind == IMAGE_REFERENCE_NAME
                    ? store_find_image_by_name(store, reference->name, &reference->labels, key, NULL)
                    : -ENOENT;
    if (r >= 0)
        r = store_read_image_manifest(store, key, &manifest, &size, NULL);
    return r < 0 ? r : image_manifest_parse(manifest, size, ret, NULL);
}

/* The ports of the image, and those that the section adds. */
static int load_app(const Checked *checked, const PodSection *app, ImageManifest **ret)
{
    const PodEntry *image = pod_section_find(app, "Image");
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
    int r = image && !strchr(image->value, '%') ? read_manifest(checked->store, image->value, &manifest)
                                                : -ENOENT;

    if (r >= 0 && !manifest->app)
        r = (manifest->app = app_new()) ? 0 : -ENOMEM;
    for (size_t i = 0; r >= 0 && i < app->n_entries; i++) {
        const PodEntry *entry = &app->entries[i];

        if (entry->dropped || !streq(entry->key, "SocketActivated"))
            continue;
        POD_ENTRY_FOREACH_WORD (word, entry) {
            _cleanup_error_ Error error = ERROR_INIT;

            if (port_list_activate(&manifest->app->ports, word, &error) < 0 && error_cause(&error))
                (void) pod_file_complain(checked->file, NULL, entry->path, entry->line,
                                         "SocketActivated=: %s", error_cause(&error));
        }
    }
    if (r >= 0)
        *ret = TAKE_PTR(manifest);
    return r;
}

/* ----- Sockets that listen ----- */

static bool is_named(const char *name, const PodSection *app, const ImageManifest *manifest, const Port *port)
{
    const char *slash = strchr(name, '/');
    _cleanup_free_ char *of_image = NULL;
    const char *app_name = app->app;

    if (!slash)
        return streq(name, port->name);
    if (!app_name && ac_name_from_image(manifest->name, &of_image) >= 0)
        app_name = of_image;
    return app_name && strlen(app_name) == (size_t) (slash - name) && startswith(name, app_name) &&
           streq(slash + 1, port->name);
}

/* PORT, HOST:PORT or [HOST]:PORT; 0 if there is no port. */
static uint64_t number_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    uint64_t number;

    return *address != '/' && *address != '@' && parse_u64(colon ? colon + 1 : address, &number) >= 0 ? number
                                                                                                      : 0;
}

static bool has_number(const Checked *checked, const PodEntry *listens, const Port *port)
{
    const ExposedPort *exposed = exposed_port_list_find(&checked->exposed, port->name);
    const char *protocol = streq(listens->key, "ListenDatagram") ? "udp" : "tcp";
    uint64_t number = number_of(listens->value), first = exposed ? exposed->host_port : port->port;

    return streq(port->protocol, protocol) && number >= first && number - first < port->count;
}

static bool is_taken(const Checked *checked, const PodEntry *listens, const PodSection *app,
                     const ImageManifest *manifest)
{
    const PortList *ports = &manifest->app->ports;

    for (size_t i = 0; i < ports->n; i++)
        if (ports->items[i].socket_activated &&
            ((checked->name && is_named(checked->name->value, app, manifest, &ports->items[i])) ||
             has_number(checked, listens, &ports->items[i])))
            return true;
    return false;
}

/* ----- The whole ----- */

static void read_exposed(Checked *checked)
{
    const PodSection *pod = pod_file_section(checked->file, POD_SECTION_POD);

    for (size_t i = 0; pod && i < pod->n_entries; i++)
        if (!pod->entries[i].dropped && streq(pod->entries[i].key, "Port"))
            POD_ENTRY_FOREACH_WORD (word, &pod->entries[i])
                (void) exposed_port_list_add_text(&checked->exposed, word, NULL);
}

/* taken: a bit for each entry of the section; false: an image is unknown. */
static bool mark_taken(const Checked *checked, const PodSection *sockets, bool *taken)
{
    for (size_t i = 0; i < checked->file->n_sections; i++) {
        const PodSection *app = &checked->file->sections[i];
        _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;

        if (app->kind != POD_SECTION_APP)
            continue;
        if (load_app(checked, app, &manifest) < 0)
            return false;
        for (size_t k = 0; k < sockets->n_entries; k++)
            taken[k] = taken[k] || is_taken(checked, &sockets->entries[k], app, manifest);
    }
    return true;
}

void check_sockets(const PodFile *file, const char *dir)
{
    const PodSection *sockets = pod_file_section(file, POD_SECTION_SOCKET);
    _cleanup_(store_freep) Store *store = NULL;
    _cleanup_free_ bool *taken = sockets ? calloc(sockets->n_entries + 1, sizeof(bool)) : NULL;
    Checked checked = { .file = file, .name = pod_section_find(sockets, "FileDescriptorName") };

    if (!taken || pod_section_find(pod_file_section(file, POD_SECTION_POD), "PodManifest") ||
        store_open(dir, STORE_OPEN_READ, &store, NULL) < 0)
        return;
    checked.store = store;
    read_exposed(&checked);
    if (mark_taken(&checked, sockets, taken))
        for (size_t i = 0; i < sockets->n_entries; i++) {
            const PodEntry *entry = &sockets->entries[i];

            if (!entry->dropped && startswith(entry->key, "Listen") && !taken[i] &&
                !strchr(entry->value, '%') && !(checked.name && strchr(checked.name->value, '%')))
                (void) pod_file_complain(
                        file, NULL, entry->path, entry->line,
                        "%s=: no app has a socketActivated port of that name or number; name it after one, "
                        "FileDescriptorName=PORT, or declare one in its [App], SocketActivated=NAME:PORT",
                        entry->key);
        }
    exposed_port_list_done(&checked.exposed);
}
