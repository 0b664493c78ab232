/* SPDX-License-Identifier: Apache-2.0 */
/* rkt pod list: the pods that the search path declares, and their units in systemd. The state comes from
 * PID 1 if there is a bus, else from /run; without systemd there is none. */

#include "base/array.h"
#include "base/file-util.h"
#include "base/table.h"
#include "base/uuid.h"
#include "generator/generate.h"
#include "rkt-pod.h"
#include "sd/runtime.h"
#include "sd/unit.h"
#include "unit/kept-unit.h"

enum { UUID_SHORT = 8, BUS_TIMEOUT_MS = 5000 };

enum { OPT_FORMAT = 1, OPT_FULL, OPT_NO_LEGEND, OPT_ROOT };

static const Option options[] = {
    { "format", OPTION_VALUE, OPT_FORMAT, "json|json-pretty", "print JSON", NULL },
    { "full", OPTION_BOOL, OPT_FULL, NULL, "print whole UUIDs", NULL },
    { "no-legend", OPTION_BOOL, OPT_NO_LEGEND, NULL, "leave out the heading", NULL },
    { "root", OPTION_VALUE, OPT_ROOT, "DIR", "list the pods of the system below DIR; they have no state",
      NULL },
    {},
};

static Format arg_format = FORMAT_TEXT;
static bool arg_full, arg_no_legend;
static const char *arg_root = "";

typedef enum DeclaredKind {
    DECLARED_POD,
    DECLARED_TEMPLATE,
    DECLARED_INSTANCE, /* of a template, without a file of its own */
    DECLARED_MASKED,
    DECLARED_BAD,
    DECLARED_NOT, /* declared by no file any more, but running */
    _DECLARED_KIND_MAX,
} DeclaredKind;

static const char *const declared_kind_table[_DECLARED_KIND_MAX] = {
    [DECLARED_POD] = "pod",       [DECLARED_TEMPLATE] = "template", [DECLARED_INSTANCE] = "instance",
    [DECLARED_MASKED] = "masked", [DECLARED_BAD] = "bad",           [DECLARED_NOT] = "undeclared",
};

typedef struct Declared {
    DeclaredKind kind;
    char *name, *file;
    char *unit;   /* NULL for a name that is not valid in a unit */
    char *socket; /* the unit that starts it on a connection, or NULL */
    char *state;
    char *error;                /* one line, with the file */
    char **links;               /* the units that want it */
    char uuid[UUID_LENGTH + 1]; /* "": it is not running */
} Declared;

typedef struct Listing {
    Search search;
    Bus *bus;
    Declared *pods;
    size_t n;
    int incomplete; /* 0, or the error of listing a directory */
} Listing;

static void listing_done(Listing *listing)
{
    for (size_t i = 0; i < listing->n; i++) {
        Declared *pod = &listing->pods[i];

        free(pod->name);
        free(pod->file);
        free(pod->unit);
        free(pod->socket);
        free(pod->state);
        free(pod->error);
        strv_free(pod->links);
    }
    free(listing->pods);
    search_done(&listing->search);
    bus_free(listing->bus);
}

static bool is_this_system(void)
{
    return *arg_root == '\0';
}

/* ----- State in systemd ----- */

/* Whether PID 1 has loaded the unit since the file exists. */
static bool unit_is_generated(const char *unit)
{
    const char *at = strchr(unit, '@');
    char path[512];

    (void) snprintf(path, sizeof(path), "/run/systemd/generator/%s", unit);
    if (access(path, F_OK) >= 0 || !at)
        return access(path, F_OK) >= 0;
    (void) snprintf(path, sizeof(path), "/run/systemd/generator/%.*s@.service", (int) (at - unit), unit);
    return access(path, F_OK) >= 0;
}

static int query_state(const Listing *listing, const char *unit, char **ret)
{
    UnitState state = { 0 };

    if (listing->bus && unit_query(listing->bus, unit, &state, NULL) >= 0)
        *ret = TAKE_PTR(state.active_state);
    else
        *ret = strdup(runtime_unit_is_active(unit) ? "active" : "inactive");
    unit_state_done(&state);
    return *ret ? 0 : -ENOMEM;
}

/* A more precise word than systemd's "inactive" for a unit that does not run, or NULL. */
static const char *inactive_state(const Listing *listing, const Declared *pod)
{
    _cleanup_free_ char *socket = NULL;

    if (unit_is_masked(pod->unit))
        return "masked";
    if (!unit_is_generated(pod->unit))
        return "not-found";
    if (pod->socket && query_state(listing, pod->socket, &socket) >= 0 && streq(socket, "active"))
        return "listening";
    return NULL;
}

static int unit_state(const Listing *listing, const Declared *pod, char **ret)
{
    const char *more;
    int r;

    if (!systemd_is_running())
        return 0;
    r = query_state(listing, pod->unit, ret);
    if (r < 0 || !streq(*ret, "inactive"))
        return r;
    more = inactive_state(listing, pod);
    if (more) {
        free(*ret);
        *ret = strdup(more);
    }
    return *ret ? 0 : -ENOMEM;
}

static void read_uuid(Declared *pod)
{
    _cleanup_free_ char *path = NULL, *text = NULL;

    if (asprintf(&path, "/run/rkt/pods/rkt-%s/uuid", pod->name) < 0) {
        path = NULL;
        return;
    }
    if (read_one_line_at(AT_FDCWD, path, &text) >= 0 && uuid_is_valid(text))
        memcpy(pod->uuid, text, UUID_LENGTH + 1);
}

/* ----- Declared pods ----- */

static int add_pod(Listing *listing, DeclaredKind kind, const char *name, const char *file, Declared **ret)
{
    Declared *pod = ARRAY_APPEND(listing->pods, listing->n);

    if (!pod)
        return -ENOMEM;
    pod->kind = kind;
    pod->name = strdup(name);
    pod->file = strdup(file);
    if (!pod->name || !pod->file)
        return -ENOMEM;
    if (pod_name_check(name, NULL) >= 0 && asprintf(&pod->unit, "rkt-%s.service", name) < 0) {
        pod->unit = NULL;
        return -ENOMEM;
    }
    *ret = pod;
    return 0;
}

static int describe_state(const Listing *listing, Declared *pod)
{
    if (!pod->unit || pod->kind == DECLARED_TEMPLATE || !is_this_system())
        return 0;
    read_uuid(pod);
    return unit_state(listing, pod, &pod->state);
}

/* A pod that still runs although its file is gone, or its file or unit is masked. */
static int note_undeclared(Declared *pod)
{
    if (*pod->uuid == '\0' || pod->error)
        return 0;
    if (pod->kind == DECLARED_NOT)
        pod->error = strdup("its pod file is gone, but it runs");
    else if (pod->kind == DECLARED_MASKED)
        pod->error = string_concat(pod->file, ": masked, but the pod runs");
    else if (pod->unit && unit_is_masked(pod->unit))
        pod->error = string_concat(pod->file, ": its unit is masked, but the pod runs");
    else
        return 0;
    return pod->error ? 0 : -ENOMEM;
}

static int list_item(Listing *listing, const SearchItem *item)
{
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 };
    _cleanup_pod_file_ PodFile file = { 0 };
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *path = search_path(&listing->search, item);
    Declared *pod;
    int r, s;

    if (!path)
        return -ENOMEM;
    r = generate_unit(&listing->search, item, path, &file, &unit, &error);
    s = add_pod(listing,
                r > 0                                     ? DECLARED_MASKED
                : r < 0                                   ? DECLARED_BAD
                : streq_ptr(strchr(item->name, '@'), "@") ? DECLARED_TEMPLATE
                                                          : DECLARED_POD,
                item->name, path, &pod);
    if (s < 0)
        return s;
    if (r < 0) {
        pod->error = strdup(error_cause(&error) ? error_cause(&error) : strerror(-r));
        if (!pod->error)
            return -ENOMEM;
        generated_unit_done(&unit);
        /* It is wanted by the units that want its stub. */
        (void) translate_stub(item->name, path, &file, "", &unit);
    }
    pod->socket = TAKE_PTR(unit.socket);
    STRV_FOREACH (link, unit.links) {
        if (!strchr(*link, '/'))
            continue;
        s = strv_extend(&pod->links, *link);
        if (s < 0)
            return s;
    }
    s = describe_state(listing, pod);
    return s < 0 ? s : note_undeclared(pod);
}

static bool has_pod(int directory, const char *name)
{
    _cleanup_free_ char *path = string_concat(name, "/uuid");

    return path && faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* Pods that run from a template, or whose file is gone; they are only known from their directories in /run.
 */
static int list_others(Listing *listing)
{
    _cleanup_closedir_ DIR *dir = opendir(KEPT_UNITS);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        const char *name = startswith(entry->d_name, "rkt-"), *at = name ? strchr(name, '@') : NULL;
        _cleanup_free_ char *template = at ? strndup(name, (size_t) (at - name) + 1) : NULL, *path = NULL;
        const SearchItem *item = template ? search_find(&listing->search, template) : NULL;
        Declared *pod;
        int r;

        if (!name || search_find(&listing->search, name) || (!item && !has_pod(dirfd(dir), entry->d_name)))
            continue;
        path = item ? search_path(&listing->search, item) : strdup("");
        r = path ? add_pod(listing, item ? DECLARED_INSTANCE : DECLARED_NOT, name, path, &pod) : -ENOMEM;
        if (r >= 0)
            r = describe_state(listing, pod);
        if (r >= 0)
            r = note_undeclared(pod);
        if (r < 0)
            return r;
    }
    return 0;
}

static int compare_pods(const void *a, const void *b)
{
    return strcmp(((const Declared *) a)->name, ((const Declared *) b)->name);
}

static int collect(Listing *listing, Error *reterr)
{
    int r;

    listing->incomplete = search_scan(&listing->search, arg_root, reterr);
    r = listing->incomplete == -ENOMEM ? -ENOMEM : 0;
    if (r >= 0 && is_this_system() && systemd_is_running())
        (void) bus_open(BUS_TIMEOUT_MS, &listing->bus, NULL);
    for (size_t i = 0; r >= 0 && i < listing->search.pods.n; i++)
        r = list_item(listing, &listing->search.pods.items[i]);
    if (r >= 0 && is_this_system())
        r = list_others(listing);
    if (r >= 0 && listing->n > 1)
        qsort(listing->pods, listing->n, sizeof(Declared), compare_pods);
    return r;
}

/* ----- Output ----- */

/* The state that matters most to a reader: a masked file has only that one. */
static const char *shown_state(const Declared *pod)
{
    if ((pod->kind == DECLARED_MASKED && *pod->uuid == '\0') || pod->kind == DECLARED_TEMPLATE ||
        pod->kind == DECLARED_BAD)
        return declared_kind_table[pod->kind];
    return pod->state ? pod->state : "-";
}

static int print_table(const Listing *listing)
{
    static const char *const names[] = { "NAME", "UNIT", "STATE", "UUID", "AT BOOT", "FILE" };
    _cleanup_(table_freep) Table *table = table_new(ELEMENTSOF(names));
    int r = table ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && !arg_no_legend && i < ELEMENTSOF(names); i++)
        r = table_add(table, names[i]);
    for (size_t i = 0; r >= 0 && i < listing->n; i++) {
        const Declared *pod = &listing->pods[i];

        r = table_add(table, pod->name);
        if (r >= 0)
            r = table_add(table, pod->unit ? pod->unit : "-");
        if (r >= 0)
            r = table_add(table, shown_state(pod));
        if (r >= 0)
            r = table_addf(table, "%.*s", arg_full ? UUID_LENGTH : UUID_SHORT, *pod->uuid ? pod->uuid : "-");
        if (r >= 0)
            r = table_add(table, pod->links ? "yes" : "no");
        if (r >= 0)
            r = table_add(table, pod->error ? pod->error : pod->file);
    }
    if (r >= 0)
        table_print(table, stdout);
    return r;
}

static json_t *pod_to_json(const Declared *pod)
{
    json_t *wanted = json_array(), *json;

    STRV_FOREACH (link, pod->links)
        (void) json_array_append_new(wanted, json_stringn(*link, strcspn(*link, "/")));
    json = json_pack("{s:o, s:s, s:o, s:s?, s:s?, s:s?, s:b, s:o}", "name", pod_json_text(pod->name), "kind",
                     declared_kind_table[pod->kind], "file", pod_json_text(pod->file), "unit", pod->unit,
                     "state", pod->state, "uuid", *pod->uuid ? pod->uuid : NULL, "enabled",
                     pod->links != NULL, "wanted_by", wanted);
    if (json && pod->error)
        (void) json_object_set_new(json, "error", pod_json_text(pod->error));
    return json;
}

static int print_json(const Listing *listing)
{
    json_t *array = json_array();

    for (size_t i = 0; i < listing->n; i++)
        if (json_array_append_new(array, pod_to_json(&listing->pods[i])) < 0) {
            json_decref(array);
            return -ENOMEM;
        }
    return format_print_json(array, arg_format);
}

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FORMAT: return format_parse(value, &arg_format, reterr);
    case OPT_FULL: arg_full = streq(value, "true"); return 0;
    case OPT_NO_LEGEND: arg_no_legend = streq(value, "true"); return 0;
    case OPT_ROOT: arg_root = value; return 0;
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

static int run(Error *reterr)
{
    Listing listing = { .search = SEARCH_INIT };
    int r = collect(&listing, reterr);

    if (r >= 0)
        r = arg_format == FORMAT_TEXT ? print_table(&listing) : print_json(&listing);
    if (r >= 0)
        r = listing.incomplete;
    listing_done(&listing);
    return r;
}

const Command pod_list = { .name = "pod list",
                           .arguments = "",
                           .summary = "Lists the pods that are declared in files.",
                           .options = options,
                           .take = take_option,
                           .run = run,
                           .no_directory = true };
