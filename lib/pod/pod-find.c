/* SPDX-License-Identifier: Apache-2.0 */
/* Finds pods by UUID, by the beginning of a UUID, or all of them. */

#include <ctype.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "pod-internal.h"
#include "pod/pod-unit.h"
#include "pod/uuid-file.h"

enum { POD_OPEN_TRIES = 8 };

/* The pod in this directory or, if it has moved on, in a later one of mask. */
static int look_from(int root, PodDirectory directory, unsigned mask, const char *uuid, Pod **ret)
{
    int r = -ENOENT;

    for (PodDirectory d = directory; d < _POD_DIRECTORY_MAX && r == -ENOENT; d++)
        if (mask & POD_MASK(d))
            r = pod_open_and_look(root, d, uuid, ret);
    return r;
}

typedef struct PodName {
    char uuid[UUID_LENGTH + 1];
    PodDirectory directory;
} PodName;

typedef struct PodNames {
    PodName *names;
    size_t n, room;
} PodNames;

static void pod_names_done(PodNames *names)
{
    free(names->names);
}

static int pod_names_add(PodNames *names, const char *uuid, PodDirectory directory)
{
    if (names->n >= names->room) {
        size_t room = names->room > 0 ? names->room * 2 : 64;
        PodName *larger = reallocarray(names->names, room, sizeof(PodName));

        if (!larger)
            return -ENOMEM;
        names->names = larger;
        names->room = room;
    }
    memcpy(names->names[names->n].uuid, uuid, UUID_LENGTH + 1);
    names->names[names->n++].directory = directory;
    return 0;
}

static int pod_names_scan(PodNames *names, int root, PodDirectory directory, const char *prefix)
{
    size_t length = strlen(prefix);
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int r = directory_open(root, pod_directory_to_string(directory), &d);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    while ((errno = 0, entry = readdir(d))) {
        if (strncmp(entry->d_name, prefix, length) != 0 || !uuid_is_valid(entry->d_name) ||
            (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
            continue;
        r = pod_names_add(names, entry->d_name, directory);
        if (r < 0)
            return r;
    }
    return -errno;
}

static int pod_name_compare(const void *a, const void *b)
{
    const PodName *x = a, *y = b;
    int c = memcmp(x->uuid, y->uuid, UUID_LENGTH);

    return c != 0 ? c : (int) x->directory - (int) y->directory;
}

/* The pods of the directories in mask whose UUIDs begin with prefix, sorted. A pod that was seen twice
 * counts in the later directory. */
static int pod_names_list(PodNames *names, int root, unsigned mask, const char *prefix)
{
    size_t n = 0;

    for (PodDirectory d = 0; d < _POD_DIRECTORY_MAX; d++) {
        int r = mask & POD_MASK(d) ? pod_names_scan(names, root, d, prefix) : 0;

        if (r < 0)
            return r;
    }
    if (names->n > 1)
        qsort(names->names, names->n, sizeof(PodName), pod_name_compare);
    for (size_t i = 0; i < names->n; i++)
        if (i + 1 == names->n || memcmp(names->names[i].uuid, names->names[i + 1].uuid, UUID_LENGTH) != 0)
            names->names[n++] = names->names[i];
    names->n = n;
    return 0;
}

static int pod_open_prefix(int root, const char *prefix, Pod **ret, Error *reterr)
{
    _cleanup_(pod_names_done) PodNames names = {};
    int r;

    if (uuid_is_valid(prefix))
        r = look_from(root, 0, POD_MASK_MOST, prefix, ret);
    else {
        r = pod_names_list(&names, root, POD_MASK_MOST, prefix);
        if (r >= 0 && names.n == 0)
            return error_set(reterr, -ENXIO, "no matches found for \"%s\"", prefix);
        if (r >= 0 && names.n > 1)
            return error_set(reterr, -ENOTUNIQ, "ambiguous uuid, %zu matches", names.n);
        if (r >= 0)
            r = look_from(root, names.names[0].directory, POD_MASK_MOST, names.names[0].uuid, ret);
    }
    if (r >= 0)
        pod_unlook(*ret);
    if (r == -ENOENT)
        return error_set(reterr, -ENXIO, "no matches found for \"%s\"", prefix);
    return r < 0 ? error_set_errno(reterr, r, "cannot open pod \"%s\"", prefix) : 0;
}

int pod_open(int root, const char *word, Pod **ret, Error *reterr)
{
    char lower[UUID_LENGTH + 1];
    size_t length = strlen(word);
    int r;

    if (length == 0)
        return error_set(reterr, -EINVAL, "UUID cannot be empty");
    if (length <= UUID_LENGTH)
        for (size_t i = 0; i <= length; i++)
            lower[i] = (char) tolower((unsigned char) word[i]);
    if (length == UUID_LENGTH && uuid_is_valid(lower))
        return pod_open_prefix(root, lower, ret, reterr);
    r = pod_unit_find(root, word, lower, reterr);
    if (r < 0 && r != -ENOENT)
        return r;
    if (r < 0 && length > UUID_LENGTH)
        return error_set(reterr, -ENXIO, "no matches found for \"%s\"", word);
    return pod_open_prefix(root, lower, ret, reterr);
}

int pod_open_uuid_file(int root, const char *path, Pod **ret, Error *reterr)
{
    char uuid[UUID_LENGTH + 1];
    int r = uuid_file_read(path, uuid, reterr);

    return r < 0 ? r : pod_open(root, uuid, ret, reterr);
}

int pod_open_argument(int root, const char *argument, const char *uuid_file, Pod **ret, Error *reterr)
{
    if (argument && uuid_file)
        return error_set(reterr, -EINVAL, "a UUID and --uuid-file exclude each other");
    if (!argument && !uuid_file)
        return error_set(reterr, -EINVAL, "must provide the pod's UUID or --uuid-file");
    return argument ? pod_open(root, argument, ret, reterr)
                    : pod_open_uuid_file(root, uuid_file, ret, reterr);
}

int pod_foreach(int root, unsigned mask, PodCallback callback, void *userdata, Error *reterr)
{
    _cleanup_(pod_names_done) PodNames names = {};
    int r = pod_names_list(&names, root, mask, ""), result = 0;

    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the pods");
    for (size_t i = 0; i < names.n; i++) {
        _cleanup_(pod_freep) Pod *pod = NULL;

        r = look_from(root, names.names[i].directory, mask, names.names[i].uuid, &pod);
        if (r == -ENOENT)
            continue;
        if (r < 0) {
            if (result == 0)
                result = error_set_errno(reterr, r, "cannot open pod \"%s\"", names.names[i].uuid);
            continue;
        }
        r = callback(pod, userdata);
        if (r != 0)
            return r;
    }
    return result;
}

int pod_foreach_name(int root, unsigned mask, PodNameCallback callback, void *userdata, Error *reterr)
{
    _cleanup_(pod_names_done) PodNames names = {};
    int r = pod_names_list(&names, root, mask, "");

    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the pods");
    for (size_t i = 0; i < names.n && r == 0; i++)
        r = callback(names.names[i].uuid, names.names[i].directory, userdata);
    return r;
}

int pod_locate(Pod *pod)
{
    PodPath path;

    for (PodDirectory d = pod->directory; d < _POD_DIRECTORY_MAX; d++)
        if (pod_has_inode(pod->fd, pod->root, pod_path(d, pod->uuid, &path))) {
            pod->directory = d;
            return 0;
        }
    return -ENOENT;
}

int pod_refresh(Pod *pod)
{
    int r = -ENOENT;

    for (unsigned i = 0; r == -ENOENT && i < POD_OPEN_TRIES; i++) {
        r = pod_locate(pod);
        if (r < 0)
            return r;
        r = pod_probe(pod);
    }
    return r;
}
