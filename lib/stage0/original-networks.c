/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the CNI specification: the plugin that set up a network is called with CNI_COMMAND=DEL and the
 * configuration that it had then, which the original kept in the pod's directory. The original's plugins
 * were part of its stage1; other plugins of the same name work as well.
 *
 * Without the plugins, two things would remain: the address that host-local noted as taken, in a file that
 * names the pod, and, until the next boot, a network namespace that a mount keeps. Firewall rules of the
 * plugins remain until then. */

#include "original-networks.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "stage1/layout.h"
#include "pod/pod-status.h"

#define LEASES "/var/lib/cni/networks" /* of host-local: NETWORK/ADDRESS */
#define PLUGIN_TIMEOUT_NS (30 * INT64_C(1000000000))

/* Only root can write there, unlike in the directory where the original looked first. */
static const char *const plugin_directories[] = {
    "/usr/lib/rkt/plugins/net",
    "/usr/lib/cni",
    "/usr/libexec/cni",
    "/opt/cni/bin",
};

/* A string of net-info.json; "" if it is missing. */
static const char *member(const json_t *network, const char *key)
{
    const char *text = json_string_value(json_object_get(network, key));

    return text ? text : "";
}

/* ----- The plugin ----- */

/* pluginPath is a path within the stage1. */
static int find_plugin(const json_t *network, char **ret)
{
    const char *path = member(network, "pluginPath"), *slash = strrchr(path, '/'),
               *name = slash ? slash + 1 : path;

    for (size_t i = 0; *name && i < ELEMENTSOF(plugin_directories); i++) {
        _cleanup_free_ char *found = string_concat(plugin_directories[i], "/", name);

        if (!found)
            return -ENOMEM;
        if (access(found, X_OK) >= 0) {
            *ret = TAKE_PTR(found);
            return 0;
        }
    }
    return -ENOENT;
}

/* A plugin looks in CNI_PATH for another one, which manages addresses. */
static int make_environment(const Pod *pod, const json_t *network, const char *netns, char ***ret)
{
    _cleanup_strv_ char **environment = NULL;
    _cleanup_buffer_ Buffer b = {};
    _cleanup_free_ char *path = NULL;
    int r;

    for (size_t i = 0; i < ELEMENTSOF(plugin_directories); i++)
        buffer_addf(&b, "%s%s", i > 0 ? ":" : "", plugin_directories[i]);
    r = buffer_steal(&b, &path);
    if (r >= 0)
        r = strv_extend(&environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    if (r >= 0)
        r = strv_extend(&environment, "CNI_COMMAND=DEL");
    if (r >= 0)
        r = strv_set_variable(&environment, "CNI_CONTAINERID", pod->uuid);
    if (r >= 0)
        r = strv_set_variable(&environment, "CNI_NETNS", netns);
    if (r >= 0)
        r = strv_set_variable(&environment, "CNI_IFNAME", member(network, "ifName"));
    if (r >= 0)
        r = strv_set_variable(&environment, "CNI_ARGS", member(network, "args"));
    if (r >= 0)
        r = strv_set_variable(&environment, "CNI_PATH", path);
    if (r >= 0)
        *ret = TAKE_PTR(environment);
    return r;
}

/* A plugin reports an error as JSON with the member "msg". */
static int set_plugin_error(int answer, int status, Error *reterr)
{
    json_t *said = lseek(answer, 0, SEEK_SET) < 0 ? NULL : json_loadfd(answer, 0, NULL);
    const char *message = member(said, "msg");

    if (*message)
        (void) error_set(reterr, -EPROTO, "%.500s", message);
    else
        (void) error_set(reterr, -EPROTO, "its plugin ended with exit status %d", status);
    json_decref(said);
    return -EPROTO;
}

static int run_plugin(const Pod *pod, const json_t *network, const char *netns, Error *reterr)
{
    _cleanup_close_ int configuration = open_beneath(pod->fd, member(network, "netConf"), O_RDONLY, 0);
    _cleanup_close_ int answer = memfd_create("answer", MFD_CLOEXEC);
    _cleanup_strv_ char **environment = NULL, **argv = NULL;
    SpawnOptions options = { .fds = { configuration, answer, -EBADF },
                             .program = -EBADF,
                             .timeout_ns = PLUGIN_TIMEOUT_NS };
    _cleanup_free_ char *plugin = NULL;
    int r = find_plugin(network, &plugin);

    if (r < 0)
        return error_set(reterr, r, "its plugin \"%s\" is not installed", member(network, "pluginPath"));
    if (configuration < 0)
        return error_set_errno(reterr, configuration, "cannot open its configuration \"%s\"",
                               member(network, "netConf"));
    r = answer < 0 ? -errno : make_environment(pod, network, netns, &environment);
    if (r >= 0)
        r = strv_extend(&argv, plugin);
    if (r >= 0) {
        options.environment = environment;
        r = spawn_and_wait(plugin, argv, &options);
    }
    if (r < 0)
        return error_set_errno(reterr, r, "cannot run %s", plugin);
    return r > 0 ? set_plugin_error(answer, r, reterr) : 0;
}

/* ----- What the plugin would have freed ----- */

/* The first line of a lease is its owner. */
static void free_lease(const Pod *pod, const json_t *network)
{
    _cleanup_close_ int leases = open(LEASES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_free_ char *path = string_concat(member(network, "netName"), "/", member(network, "ip")),
                        *owner = NULL;

    if (leases < 0 || !path || read_one_line_without_links(leases, path, &owner) < 0)
        return;
    owner[strcspn(owner, "\r")] = '\0';
    if (streq(owner, pod->uuid))
        (void) unlink_without_links(leases, path, 0);
}

/* The name of a network namespace that ip-netns(8) would show; "": it is gone. */
static int find_netns(const Pod *pod, char **ret)
{
    _cleanup_free_ char *path = NULL;
    const char *name;

    if (read_one_line_at(pod->fd, POD_NETNS, &path) >= 0) {
        name = startswith(path, "/var/run/netns/");
        if (name && *name && *name != '.' && !strchr(name, '/') && access(path, F_OK) >= 0) {
            *ret = TAKE_PTR(path);
            return 0;
        }
    }
    *ret = strdup("");
    return *ret ? 0 : -ENOMEM;
}

static void remove_netns(const char *path)
{
    (void) umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    if (unlink(path) < 0 && errno != ENOENT)
        log_warning("cannot remove the network namespace %s: %s", path, strerror(errno));
}

void original_networks_release(const Pod *pod)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    _cleanup_free_ char *netns = NULL;

    if (pod_status_read(pod, 0, &status) < 0 || find_netns(pod, &netns) < 0)
        return;
    for (size_t i = json_array_size(status->networks); i-- > 0;) {
        const json_t *network = json_array_get(status->networks, i);
        _cleanup_error_ Error error = ERROR_INIT;

        if (run_plugin(pod, network, netns, &error) < 0)
            log_warning("pod \"%s\": cannot take down network \"%s\": %s; its address is free, but firewall "
                        "rules that it may have set up stay until the next boot",
                        pod->uuid, member(network, "netName"), error_cause(&error));
        free_lease(pod, network);
    }
    if (*netns)
        remove_netns(netns);
}
