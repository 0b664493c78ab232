/* SPDX-License-Identifier: Apache-2.0 */
/* journald keeps a namespace's files in <machine-id>.NAME, beneath /var/log/journal or /run/log/journal. It
 * reads its settings from journald@NAME.conf (systemd 252: only in /etc; 257: also in /run and /usr/lib)
 * and from journald@NAME.conf.d in /etc, /run and /usr/lib, in the order of the files' names. So our
 * drop-in has a low number, and is left out if a main file has the administrator's settings. PID 1 reads
 * the unit's drop-ins when it loads the unit, so they are written before any program asks for the unit. */

#include "namespace.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/acl.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "owner.h"
#include "rkt-config.h"

/* An app's emergencies must not appear on the terminals of all users of the host. journald's limit of lines
 * applies to all apps of a pod together; each app has its own limit (line-budget.h). */
static const char limit_head[] = "# Made by rkt-register(8) for a pod.\n[Journal]\nForwardToWall=no\n"
                                 "RateLimitIntervalSec=0\n",
                  limit_default[] = "SystemMaxUse=64M\nRuntimeMaxUse=16M\n";

static const char *const log_directories[] = { "/var/log/journal", "/run/log/journal" };
static const char *const config_directories[] = { "/etc/systemd", "/run/systemd", "/usr/local/lib/systemd",
                                                  "/usr/lib/systemd" };

/* A path that contains a namespace's name. */
typedef struct NamespacePath {
    char text[192];
} NamespacePath;

static const char *namespace_path(NamespacePath *path, const char *format, ...) _printf_(2, 3);
static const char *namespace_path(NamespacePath *path, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void) vsnprintf(path->text, sizeof(path->text), format, ap);
    va_end(ap);
    return path->text;
}

bool journal_namespace_is_valid(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.");

    return n > 0 && n <= JOURNAL_NAMESPACE_MAX && name[n] == '\0' && name[0] != '.';
}

const char *journal_namespace_unit(const char *name, char ret[static JOURNAL_UNIT_MAX])
{
    (void) snprintf(ret, JOURNAL_UNIT_MAX, "systemd-journald@%s.service", name);
    return ret;
}

static bool has_own_settings(const char *name)
{
    NamespacePath path;

    for (size_t i = 0; i < ELEMENTSOF(config_directories); i++)
        if (access(namespace_path(&path, "%s/journald@%s.conf", config_directories[i], name), F_OK) >= 0)
            return true;
    return false;
}

int journal_namespace_configure(const char *name, uint64_t max_use)
{
    _cleanup_free_ char *before = NULL;
    char limit[128], text[256];
    NamespacePath directory, path;
    int r;

    if (!journal_namespace_is_valid(name))
        return -EINVAL;
    namespace_path(&directory, "/run/systemd/journald@%s.conf.d", name);
    namespace_path(&path, "%s/10-rkt.conf", directory.text);
    if (max_use == 0 && has_own_settings(name))
        return unlink(path.text) >= 0 ? 1 : errno == ENOENT ? 0 : -errno;
    (void) snprintf(limit, sizeof(limit), "SystemMaxUse=%" PRIu64 "\nRuntimeMaxUse=%" PRIu64 "\n", max_use,
                    max_use);
    (void) snprintf(text, sizeof(text), "%s%s", limit_head, max_use > 0 ? limit : limit_default);
    if (read_file_at(AT_FDCWD, path.text, sizeof(text), &before, NULL) >= 0 && streq(before, text))
        return 0;
    r = mkdir_parents_at(AT_FDCWD, directory.text, 0755);
    if (r >= 0)
        r = write_file_at(AT_FDCWD, path.text, text, strlen(text), 0644, 0);
    return r < 0 ? r : 1;
}

static int write_order(const char *directory, const char *pod_unit)
{
    _cleanup_free_ char *before = NULL;
    NamespacePath path;
    char text[512];
    int n = snprintf(text, sizeof(text), "# Made by rkt-register(8) for a pod.\n[Unit]\nBefore=%s\n",
                     pod_unit);

    if (n < 0 || (size_t) n >= sizeof(text) || strpbrk(pod_unit, "\n %\"'"))
        return -EINVAL;
    namespace_path(&path, "%s/20-rkt-order.conf", directory);
    if (read_file_at(AT_FDCWD, path.text, sizeof(text), &before, NULL) >= 0 && streq(before, text))
        return 0;
    return write_file_at(AT_FDCWD, path.text, text, (size_t) n, 0644, 0);
}

int journal_namespace_prepare_unit(const char *name, const char *pod_unit)
{
    NamespacePath directory, path;
    int r;

    if (!journal_namespace_is_valid(name))
        return -EINVAL;
    namespace_path(&directory, "/run/systemd/system/systemd-journald@%s.service.d", name);
    namespace_path(&path, "%s/10-rkt.conf", directory.text);
    r = mkdir_parents_at(AT_FDCWD, directory.text, 0755);
    if (r >= 0 && symlink(RKT_LIBEXECDIR "/pod-journal.conf", path.text) < 0 && errno != EEXIST)
        r = -errno;
    return r >= 0 && pod_unit ? write_order(directory.text, pod_unit) : r;
}

static int read_machine_id(char **ret)
{
    _cleanup_free_ char *id = NULL;
    int r = read_one_line_at(AT_FDCWD, "/etc/machine-id", &id);

    if (r < 0)
        return r;
    if (strlen(id) != 32 || strspn(id, "0123456789abcdef") != 32)
        return -EBADMSG;
    *ret = TAKE_PTR(id);
    return 0;
}

int journal_namespace_directory(const char *name, unsigned index, char ret[static JOURNAL_DIRECTORY_MAX])
{
    _cleanup_free_ char *id = NULL;
    int r;

    if (!journal_namespace_is_valid(name))
        return -EINVAL;
    if (index >= ELEMENTSOF(log_directories))
        return -ENOENT;
    r = read_machine_id(&id);
    if (r >= 0)
        (void) snprintf(ret, JOURNAL_DIRECTORY_MAX, "%s/%s.%s", log_directories[index], id, name);
    return r;
}

int journal_namespace_open(const char *name, int *ret)
{
    char path[JOURNAL_DIRECTORY_MAX];
    _cleanup_close_ int found = -EBADF;
    int r;

    for (unsigned i = 0; (r = journal_namespace_directory(name, i, path)) >= 0; i++) {
        _cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        /* If both exist, the other one may hold only the owner's file. */
        if (dir >= 0 && (found < 0 || faccessat(dir, "system.journal", F_OK, AT_SYMLINK_NOFOLLOW) >= 0)) {
            (void) safe_close(found);
            found = TAKE_FD(dir);
        }
    }
    if (found < 0)
        return r;
    *ret = TAKE_FD(found);
    return 0;
}

/* journald gives new files the directory's default access list. Files that it made before the directory had
 * one get it here. */
int journal_namespace_share(const char *name, gid_t group)
{
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int fd, r = journal_namespace_open(name, &fd);

    if (r < 0)
        return r;
    d = fdopendir(fd);
    if (!d) {
        r = -errno;
        (void) close(fd);
        return r;
    }
    r = acl_let_group_read_within(fd, group);
    while (r == 0 && (entry = readdir(d))) {
        _cleanup_close_ int file = -EBADF;

        if (!endswith(entry->d_name, ".journal"))
            continue;
        file = openat(fd, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (file >= 0)
            r = acl_let_group_read(file, group);
        r = r > 0 ? 0 : r;
    }
    return r < 0 ? r : 0;
}

/* One directory of log_directories. */
static int foreach_in(const char *directory, const char *machine_id, JournalNamespaceCallback callback,
                      void *userdata)
{
    _cleanup_closedir_ DIR *d = opendir(directory);
    struct dirent *entry;

    if (!d)
        return errno == ENOENT ? 0 : -errno;
    while ((entry = readdir(d))) {
        _cleanup_close_ int dir = -EBADF;
        _cleanup_free_ char *owner = NULL;
        const char *name = startswith(entry->d_name, machine_id);
        int r;

        if (!name || name[0] != '.' || !journal_namespace_is_valid(name + 1))
            continue;
        dir = openat(dirfd(d), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (dir < 0 || read_one_line_at(dir, JOURNAL_OWNER_FILE, &owner) < 0)
            continue;
        r = callback(name + 1, owner, dir, userdata);
        if (r != 0)
            return r;
    }
    return 0;
}

int journal_namespace_foreach(JournalNamespaceCallback callback, void *userdata)
{
    _cleanup_free_ char *id = NULL;
    int r = read_machine_id(&id);

    for (size_t i = 0; r == 0 && i < ELEMENTSOF(log_directories); i++)
        r = foreach_in(log_directories[i], id, callback, userdata);
    return r;
}

int journal_namespace_remove(const char *name)
{
    _cleanup_free_ char *id = NULL;
    NamespacePath paths[5];
    int result = 0, r;

    if (!journal_namespace_is_valid(name))
        return -EINVAL;
    r = read_machine_id(&id);
    if (r < 0)
        return r;
    namespace_path(&paths[0], "/var/log/journal/%s.%s", id, name);
    namespace_path(&paths[1], "/run/log/journal/%s.%s", id, name);
    namespace_path(&paths[2], "/run/systemd/journal.%s", name);
    namespace_path(&paths[3], "/run/systemd/journald@%s.conf.d", name);
    namespace_path(&paths[4], "/run/systemd/system/systemd-journald@%s.service.d", name);
    for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
        r = remove_tree_at(AT_FDCWD, paths[i].text);
        if (r < 0 && result == 0)
            result = r;
    }
    return result;
}
