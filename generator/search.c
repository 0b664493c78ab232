/* SPDX-License-Identifier: Apache-2.0 */
/* A pod costs five system calls here: open, stat twice, read, close. The listing shows whether it has
 * drop-ins. Only a file that is not regular is examined for being a mask. */

#include "search.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "trust.h"
#include "unit/unit-name.h"

const char *const search_dirs[SEARCH_DIRS_MAX] = { "/etc/rkt/pods.d", "/run/rkt/pods.d",
                                                   "/usr/lib/rkt/pods.d" };

static void items_done(SearchItems *items)
{
    for (size_t i = 0; i < items->n; i++)
        free(items->items[i].name);
    free(items->items);
    *items = (SearchItems){ 0 };
}

void search_done(Search *search)
{
    items_done(&search->pods);
    items_done(&search->dropins);
    for (size_t i = 0; i < SEARCH_DIRS_MAX; i++)
        search->fds[i] = safe_close(search->fds[i]);
    for (size_t i = 0; i < SEARCH_DIRS_MAX; i++)
        free(TAKE_PTR(search->distrusted[i]));
    strv_free(TAKE_PTR(search->passed_over));
    free(search->dir);
    search->dir = NULL;
    search->n_dirs = 0;
}

static int items_add(SearchItems *items, const char *file, size_t n_name, SearchItem item)
{
    SearchItem *added = ARRAY_APPEND(items->items, items->n);

    if (!added)
        return -ENOMEM;
    *added = item;
    added->name = strndup(file, n_name);
    if (added->name)
        return 0;
    items->n--;
    return -ENOMEM;
}

static int compare_items(const void *a, const void *b)
{
    const SearchItem *x = a, *y = b;
    int r = strcmp(x->name, y->name);

    if (r != 0)
        return r;
    return x->dir != y->dir ? (int) x->dir - (int) y->dir : (int) x->json - (int) y->json;
}

/* Keeps the first entry of each name. */
static void items_unique(SearchItems *items)
{
    size_t n = 0;

    for (size_t i = 0; i < items->n; i++) {
        if (n > 0 && streq(items->items[n - 1].name, items->items[i].name))
            free(items->items[i].name);
        else
            items->items[n++] = items->items[i];
    }
    items->n = n;
}

static bool holds_pods(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    _cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir)
        safe_close(fd);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && endswith(entry->d_name, ".pod"))
            return true;
    return false;
}

static int add_name(Search *search, size_t dir, const struct dirent *entry)
{
    static const struct Suffix {
        const char *text;
        bool dropin, json;
    } suffixes[] = { { ".pod", false, false }, { ".json", false, true }, { ".pod.d", true, false } };
    size_t n = strlen(entry->d_name);

    if (entry->d_name[0] == '.')
        return 0;
    for (size_t i = 0; i < ELEMENTSOF(suffixes); i++)
        if (endswith(entry->d_name, suffixes[i].text) && n > strlen(suffixes[i].text))
            return items_add(suffixes[i].dropin ? &search->dropins : &search->pods, entry->d_name,
                             n - strlen(suffixes[i].text),
                             (SearchItem){ .dir = (unsigned char) dir, .json = suffixes[i].json });
    if (entry->d_type == DT_DIR && holds_pods(search->fds[dir], entry->d_name))
        return strv_consume(&search->passed_over, string_concat(search->paths[dir], "/", entry->d_name));
    return 0;
}

/* Opens a directory twice: the stream for listing takes over one descriptor, fd stays the caller's. */
static DIR *list_dir(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);

    if (!dir)
        safe_close(copy);
    return dir;
}

/* A directory that others can write to is still listed, so that its pods get an error. */
static int open_dir(Search *search, size_t index, const char *root, const char *path)
{
    _cleanup_error_ Error why = ERROR_INIT;
    _cleanup_free_ char *full = NULL;
    int fd = search->trusted ? trusted_open(AT_FDCWD, path, O_DIRECTORY, path, &why) : -EPERM;

    if (fd == -EPERM && search->trusted) {
        search->distrusted[index] = strdup(error_cause(&why) ? error_cause(&why) : path);
        if (!search->distrusted[index])
            return -ENOMEM;
    }
    if (fd != -EPERM)
        return fd;
    if (asprintf(&full, "%s%s", root, path) < 0) {
        full = NULL;
        return -ENOMEM;
    }
    fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int scan_dir(Search *search, const char *root, const char *path, Error *reterr)
{
    _cleanup_closedir_ DIR *dir = NULL;
    size_t index = search->n_dirs++;
    struct dirent *entry;
    int r;

    search->paths[index] = path;
    r = search->fds[index] = open_dir(search, index, root, path);
    if (r < 0)
        return r == -ENOENT ? 0 : error_set_errno(reterr, r, "%s", path);
    dir = list_dir(search->fds[index]);
    if (!dir)
        return error_set_errno(reterr, -errno, "%s", path);
    while (errno = 0, (entry = readdir(dir))) {
        r = add_name(search, index, entry);
        if (r < 0)
            return r;
    }
    return errno > 0 ? error_set_errno(reterr, -errno, "%s", path) : 0;
}

static void sort_items(Search *search)
{
    if (search->pods.n > 0)
        qsort(search->pods.items, search->pods.n, sizeof(SearchItem), compare_items);
    if (search->dropins.n > 0)
        qsort(search->dropins.items, search->dropins.n, sizeof(SearchItem), compare_items);
    items_unique(&search->pods);
}

int search_scan(Search *search, const char *root, Error *reterr)
{
    int first = 0;

    search->trusted = *root == '\0';
    for (size_t i = 0; i < SEARCH_DIRS_MAX; i++) {
        int r = scan_dir(search, root, search_dirs[i], first < 0 ? NULL : reterr);

        if (r == -ENOMEM)
            return r;
        if (first == 0)
            first = r;
    }
    sort_items(search);
    return first;
}

/* Splits a path into its directory, made absolute, and the pod's name. */
static int split_path(const char *path, char **ret_dir, char **ret_name)
{
    static const char *const suffixes[] = { ".pod", ".json", "" };
    _cleanup_free_ char *cwd = NULL, *dir = NULL, *name = NULL;
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    int length = (int) (base - path);

    if (*path != '/') {
        cwd = getcwd(NULL, 0);
        if (!cwd)
            return -errno;
    }
    if (asprintf(&dir, "%s%s%.*s", cwd ? cwd : "", cwd && slash ? "/" : "", length > 1 ? length - 1 : length,
                 path) < 0) {
        dir = NULL;
        return -ENOMEM;
    }
    for (size_t i = 0; i < ELEMENTSOF(suffixes) && !name; i++)
        if (endswith(base, suffixes[i]))
            name = strndup(base, strlen(base) - strlen(suffixes[i]));
    if (!name)
        return -ENOMEM;
    *ret_dir = TAKE_PTR(dir);
    *ret_name = TAKE_PTR(name);
    return 0;
}

int search_scan_file(Search *search, const char *path, const SearchItem **ret, Error *reterr)
{
    _cleanup_free_ char *name = NULL;
    const SearchItem *item;
    int r = split_path(path, &search->dir, &name);

    for (size_t i = 0; r >= 0 && i < SEARCH_DIRS_MAX; i++)
        search->trusted = search->trusted || streq(search->dir, search_dirs[i]);
    if (r >= 0)
        r = scan_dir(search, "", search->dir, reterr);
    if (r < 0)
        return r;
    sort_items(search);
    item = search_find(search, name);
    if (!item)
        return error_set(reterr, -ENOENT, "%s: there is no such file, or it does not end in .pod", path);
    *ret = item;
    return 0;
}

static int compare_name(const void *name, const void *item)
{
    return strcmp(name, ((const SearchItem *) item)->name);
}

SearchItem *search_find(const Search *search, const char *name)
{
    if (search->pods.n == 0)
        return NULL;
    return bsearch(name, search->pods.items, search->pods.n, sizeof(SearchItem), compare_name);
}

static char *file_name(const SearchItem *item)
{
    return string_concat(item->name, item->json ? ".json" : ".pod");
}

char *search_path(const Search *search, const SearchItem *item)
{
    return string_concat(search->paths[item->dir], "/", item->name, item->json ? ".json" : ".pod");
}

/* A link is a mask if it leads to the null device, by any path. */
static bool is_null_device(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, 0) >= 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* Opens a file, or with O_DIRECTORY a directory. -EPERM: reterr is set. */
static int open_part(const Search *search, int dir, const char *name, int flags, const char *path,
                     Error *reterr)
{
    int fd;

    if (search->trusted)
        return trusted_open(dir, name, flags, path, reterr);
    fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
    return fd < 0 ? -errno : fd;
}

/* The same; the path is then owned by the file. */
static int open_consumed(const Search *search, PodFile *file, int dir, const char *name, char *path,
                         Error *reterr)
{
    int r = strv_consume(&file->texts, path);

    return r < 0 ? r : open_part(search, dir, name, 0, path, reterr);
}

/* Reads a file and parses it. Returns 1 if it is a mask. */
static int load_part(const Search *search, PodFile *file, int dir, const char *name, char *path,
                     Error *reterr)
{
    _cleanup_close_ int fd = open_consumed(search, file, dir, name, path, reterr);
    char *text = NULL;
    size_t size = 0;
    int r;

    if (fd == -EPERM || fd == -ENOMEM)
        return fd;
    r = fd < 0 ? fd : read_fd(fd, POD_FILE_SIZE_MAX, &text, &size);
    if (r == -EINVAL && is_null_device(dir, name))
        return 1;
    if (r == -EINVAL || r == -ENXIO)
        return error_set(reterr, -EINVAL, "%s: not a regular file", path);
    if (r == -EFBIG)
        return error_set(reterr, r, "%s: larger than %d bytes", path, POD_FILE_SIZE_MAX);
    if (r < 0)
        return error_set_errno(reterr, r, "%s", path);
    if (size == 0) {
        free(text);
        return 1;
    }
    return pod_file_parse(file, path, text, size, reterr);
}

/* A manifest is passed on by its path, and not read here. */
static int load_json(const Search *search, PodFile *file, int dir, const char *name, char *path,
                     Error *reterr)
{
    _cleanup_close_ int fd = open_consumed(search, file, dir, name, path, reterr);
    struct stat st;
    char *text;

    if (fd == -EPERM || fd == -ENOMEM)
        return fd;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set_errno(reterr, fd < 0 ? fd : -errno, "%s", path);
    if (is_null_device(dir, name) || (S_ISREG(st.st_mode) && st.st_size == 0))
        return 1;
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "%s: not a regular file", path);
    if (asprintf(&text, "[Pod]\nPodManifest=%s\n", path) < 0)
        return -ENOMEM;
    return pod_file_parse(file, path, text, strlen(text), reterr);
}

/* ----- Drop-ins ----- */

typedef struct Dropins {
    SearchItems files; /* dir is an index into the two below */
    int fds[2 * SEARCH_DIRS_MAX];
    char *paths[2 * SEARCH_DIRS_MAX];
    size_t n;
} Dropins;

static void dropins_done(Dropins *dropins)
{
    items_done(&dropins->files);
    for (size_t i = 0; i < dropins->n; i++) {
        safe_close(dropins->fds[i]);
        free(dropins->paths[i]);
    }
}

static int dropins_list(Dropins *dropins, const Search *search, const SearchItem *item, Error *reterr)
{
    _cleanup_closedir_ DIR *dir = NULL;
    _cleanup_free_ char *name = NULL;
    size_t index = dropins->n;
    struct dirent *entry;
    int r;

    if (asprintf(&name, "%s.pod.d", item->name) < 0 ||
        asprintf(&dropins->paths[index], "%s/%s", search->paths[item->dir], name) < 0)
        return -ENOMEM;
    if (search->distrusted[item->dir])
        return error_set(reterr, -EPERM, "%s", search->distrusted[item->dir]);
    r = dropins->fds[index] =
            open_part(search, search->fds[item->dir], name, O_DIRECTORY, dropins->paths[index], reterr);
    dropins->n++;
    if (r < 0)
        return r == -EPERM ? r : error_set_errno(reterr, r, "%s", dropins->paths[index]);
    dir = list_dir(dropins->fds[index]);
    if (!dir)
        return error_set_errno(reterr, -errno, "%s", dropins->paths[index]);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.' || !endswith(entry->d_name, ".conf"))
            continue;
        if (dropins->files.n >= POD_FILE_PARTS_MAX)
            return error_set(reterr, -E2BIG, "%s: more than %d drop-ins", dropins->paths[index],
                             POD_FILE_PARTS_MAX);
        r = items_add(&dropins->files, entry->d_name, strlen(entry->d_name),
                      (SearchItem){ .dir = (unsigned char) index });
        if (r < 0)
            return r;
    }
    return 0;
}

/* Adds all directories of drop-ins for a pod of that name. */
static int dropins_collect(Dropins *dropins, const Search *search, const char *name, Error *reterr)
{
    const SearchItem *items = search->dropins.items;
    size_t low = 0, high = search->dropins.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < search->dropins.n && streq(items[low].name, name); low++) {
        int r = dropins_list(dropins, search, &items[low], reterr);

        if (r < 0)
            return r;
    }
    return 0;
}

static int load_dropins(const Search *search, const char *name, PodFile *file, Error *reterr)
{
    _cleanup_(dropins_done) Dropins dropins = { 0 };
    const char *instance = unit_instance(name);
    int r, first = 0;

    r = dropins_collect(&dropins, search, name, reterr);
    if (r >= 0 && instance && *instance != '\0') {
        _cleanup_free_ char *template = strndup(name, (size_t) (instance - name));

        r = template ? dropins_collect(&dropins, search, template, reterr) : -ENOMEM;
    }
    if (r < 0 || dropins.files.n == 0)
        return r;
    qsort(dropins.files.items, dropins.files.n, sizeof(SearchItem), compare_items);
    items_unique(&dropins.files);
    for (size_t i = 0; i < dropins.files.n; i++) {
        const SearchItem *item = &dropins.files.items[i];
        char *path;

        if (asprintf(&path, "%s/%s", dropins.paths[item->dir], item->name) < 0)
            return -ENOMEM;
        r = load_part(search, file, dropins.fds[item->dir], item->name, path, first < 0 ? NULL : reterr);
        if (r < 0 && first == 0)
            first = r;
    }
    return first;
}

int search_load(const Search *search, const SearchItem *item, PodFile *file, Error *reterr)
{
    _cleanup_free_ char *name = file_name(item);
    char *path = name ? search_path(search, item) : NULL;
    int r, s;

    if (!path)
        return -ENOMEM;
    if (search->distrusted[item->dir]) {
        free(path);
        return error_set(reterr, -EPERM, "%s", search->distrusted[item->dir]);
    }
    r = (item->json ? load_json : load_part)(search, file, search->fds[item->dir], name, path, reterr);
    if (r > 0 || search->dropins.n == 0)
        return r;
    s = load_dropins(search, item->name, file, r < 0 ? NULL : reterr);
    return r < 0 ? r : s;
}

bool search_is_masked(const Search *search, const SearchItem *item)
{
    _cleanup_free_ char *name = file_name(item);
    struct stat st;

    if (!name || fstatat(search->fds[item->dir], name, &st, 0) < 0)
        return false;
    return (S_ISREG(st.st_mode) && st.st_size == 0) || is_null_device(search->fds[item->dir], name);
}
