/* SPDX-License-Identifier: Apache-2.0 */
/* rkt image list: reads only the records, no manifest. A column is a line of the table of fields. */

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/string-util.h"
#include "base/table.h"
#include "base/time-util.h"
#include "cli/format.h"
#include "rkt-image.h"

enum { KEY_HEX_SHORT = 12, FIELDS_MAX = 16 };

enum { OPT_FIELDS = 1, OPT_FORMAT, OPT_FULL, OPT_NO_LEGEND, OPT_ORDER, OPT_SORT };

#define COLUMNS "id|name|size|importtime|lastused|latest"

static const Option options[] = {
    { "fields", OPTION_VALUE, OPT_FIELDS, COLUMNS ",…", "the columns to print",
      "id,name,size,importtime,lastused" },
    { "format", OPTION_VALUE, OPT_FORMAT, "json|json-pretty", "print JSON", NULL },
    { "full", OPTION_BOOL, OPT_FULL, NULL, "print whole IDs, sizes in bytes, and exact dates", NULL },
    { "no-legend", OPTION_BOOL, OPT_NO_LEGEND, NULL, "leave out the heading", NULL },
    { "order", OPTION_VALUE, OPT_ORDER, "asc|desc", "the order of the sorting", "asc" },
    { "sort", OPTION_VALUE, OPT_SORT, COLUMNS ",…", "the columns to sort by, the most important first",
      "importtime" },
    {},
};

static bool arg_full, arg_no_legend, arg_descending;
static Format arg_format = FORMAT_TEXT;
static const char *arg_fields = "id,name,size,importtime,lastused", *arg_sort = "importtime";

/* ----- Fields ----- */

static uint64_t total_size(const StoreImage *image)
{
    return image->size + image->tree_size;
}

static char *title(const StoreImage *image)
{
    const char *version = name_value_list_get(&image->labels, "version");
    char *text;

    return asprintf(&text, "%s%s%s", image->name, version ? ":" : "", version ? version : "") < 0 ? NULL
                                                                                                  : text;
}

static char *format_size(uint64_t size)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double value = (double) size;
    size_t unit = 0;
    char *text;

    if (arg_full)
        return asprintf(&text, "%" PRIu64, size) < 0 ? NULL : text;
    for (; value >= 1024 && unit + 1 < ELEMENTSOF(units); unit++)
        value /= 1024;
    return asprintf(&text, "%.*f%s", value < 10 && unit > 0 ? 1 : 0, value, units[unit]) < 0 ? NULL : text;
}

static char *format_time(int64_t ns, int64_t now)
{
    return arg_full ? format_timestamp(ns) : format_ago(ns, now);
}

static char *cell_id(const StoreImage *image, int64_t now _unused_)
{
    return strndup(image->key, arg_full ? IMAGE_KEY_LENGTH : strlen(IMAGE_KEY_PREFIX) + KEY_HEX_SHORT);
}

static char *cell_name(const StoreImage *image, int64_t now _unused_)
{
    return title(image);
}

static char *cell_size(const StoreImage *image, int64_t now _unused_)
{
    return format_size(total_size(image));
}

static char *cell_import_time(const StoreImage *image, int64_t now)
{
    return format_time(image->import_time_ns, now);
}

static char *cell_last_used(const StoreImage *image, int64_t now)
{
    return format_time(image->last_used_ns, now);
}

static char *cell_latest(const StoreImage *image, int64_t now _unused_)
{
    return strdup(image->latest ? "true" : "false");
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_id(const StoreImage *a, const StoreImage *b)
{
    return strcmp(a->key, b->key);
}

static int compare_name(const StoreImage *a, const StoreImage *b)
{
    _cleanup_free_ char *x = title(a), *y = title(b);

    return strcmp(x ? x : a->name, y ? y : b->name);
}

static int compare_size(const StoreImage *a, const StoreImage *b)
{
    return COMPARE(total_size(a), total_size(b));
}

static int compare_import_time(const StoreImage *a, const StoreImage *b)
{
    return COMPARE(a->import_time_ns, b->import_time_ns);
}

static int compare_last_used(const StoreImage *a, const StoreImage *b)
{
    return COMPARE(a->last_used_ns, b->last_used_ns);
}

static int compare_latest(const StoreImage *a, const StoreImage *b)
{
    return COMPARE(a->latest, b->latest);
}

typedef struct Field {
    const char *name, *heading;
    char *(*cell)(const StoreImage *image, int64_t now); /* allocated */
    int (*compare)(const StoreImage *a, const StoreImage *b);
} Field;

static const Field fields[] = {
    { "id", "ID", cell_id, compare_id },
    { "name", "NAME", cell_name, compare_name },
    { "size", "SIZE", cell_size, compare_size },
    { "importtime", "IMPORT TIME", cell_import_time, compare_import_time },
    { "lastused", "LAST USED", cell_last_used, compare_last_used },
    { "latest", "LATEST", cell_latest, compare_latest },
};

typedef struct FieldList {
    const Field *items[FIELDS_MAX + 1]; /* ends with NULL */
} FieldList;

static FieldList shown, sorted;

static int parse_fields(const char *text, const char *flag, FieldList *ret, Error *reterr)
{
    _cleanup_strv_ char **names = NULL;
    size_t n = 0, i;
    int r = strv_split(text, ",", &names);

    if (r < 0)
        return r;
    STRV_FOREACH (name, names) {
        for (i = 0; i < ELEMENTSOF(fields) && !streq(fields[i].name, *name); i++)
            ;
        if (i == ELEMENTSOF(fields))
            return error_set(reterr, -EINVAL, "--%s: unknown field \"%s\"", flag, *name);
        if (n == FIELDS_MAX)
            return error_set(reterr, -EINVAL, "--%s: too many fields", flag);
        ret->items[n++] = &fields[i];
    }
    return n > 0 ? 0 : error_set(reterr, -EINVAL, "--%s: needs a field", flag);
}

static int compare_images(const void *a, const void *b)
{
    const StoreImage *x = *(StoreImage *const *) a, *y = *(StoreImage *const *) b;
    int c = 0;

    for (size_t i = 0; c == 0 && sorted.items[i]; i++)
        c = sorted.items[i]->compare(x, y);
    if (c == 0)
        c = compare_id(x, y);
    return arg_descending ? -c : c;
}

/* ----- The command line ----- */

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FIELDS: arg_fields = value; return 0;
    case OPT_FORMAT: return format_parse(value, &arg_format, reterr);
    case OPT_FULL: arg_full = streq(value, "true"); return 0;
    case OPT_NO_LEGEND: arg_no_legend = streq(value, "true"); return 0;
    case OPT_ORDER:
        arg_descending = streq(value, "desc");
        if (!arg_descending && !streq(value, "asc"))
            return error_set(reterr, -EINVAL, "unknown order \"%s\": must be asc or desc", value);
        return 0;
    case OPT_SORT: arg_sort = value; return 0;
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

/* ----- Output ----- */

static int print_table(StoreImage *const *images, size_t n)
{
    _cleanup_(table_freep) Table *table = NULL;
    int64_t now = now_ns();
    size_t columns = 0;
    int r = 0;

    while (shown.items[columns])
        columns++;
    table = table_new(columns);
    if (!table)
        return -ENOMEM;
    for (size_t c = 0; r >= 0 && !arg_no_legend && c < columns; c++)
        r = table_add(table, shown.items[c]->heading);
    for (size_t i = 0; r >= 0 && i < n; i++)
        for (size_t c = 0; r >= 0 && c < columns; c++) {
            _cleanup_free_ char *cell = shown.items[c]->cell(images[i], now);

            r = cell ? table_add(table, cell) : -ENOMEM;
        }
    if (r >= 0)
        table_print(table, stdout);
    return r;
}

static int print_json(StoreImage *const *images, size_t n)
{
    json_t *array = json_array();
    int r = array ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < n; i++) {
        _cleanup_free_ char *name = title(images[i]);
        json_t *image = name ? json_pack("{s:s, s:s, s:I, s:I, s:I}", "id", images[i]->key, "name", name,
                                         "import_time", (json_int_t) images[i]->import_time_ns,
                                         "last_used_time", (json_int_t) images[i]->last_used_ns, "size",
                                         (json_int_t) total_size(images[i]))
                             : NULL;

        if (!image || json_array_append_new(array, image) < 0)
            r = -ENOMEM;
    }
    if (r >= 0)
        return format_print_json(array, arg_format);
    json_decref(array);
    return r;
}

/* On standard error, so that programs that read the list do not see it. */
static void say_unrecorded(Store *store)
{
    size_t n = store_is_original(store) ? store_count_unrecorded(store) : 0;

    if (n > 0)
        log_info("%zu more of the original rkt's store in %s/cas/blob: `rkt fetch ID` takes one over "
                 "(rkt-fetch(1))",
                 n, store_dir(store));
}

static int run(Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    StoreImage **images = NULL;
    size_t n = 0;
    int r = parse_fields(arg_fields, "fields", &shown, reterr);

    if (r >= 0)
        r = parse_fields(arg_sort, "sort", &sorted, reterr);
    if (r < 0)
        return r;
    r = store_open(image_global.dir, 0, &store, reterr);
    if (r >= 0)
        r = store_list_images(store, &images, &n, reterr);
    if (r < 0 && r != -ENOENT) /* no store, no images */
        return r;
    if (n > 1)
        qsort(images, n, sizeof(*images), compare_images);
    r = arg_format == FORMAT_TEXT ? print_table(images, n) : print_json(images, n);
    store_images_free(images, n);
    if (store)
        say_unrecorded(store);
    return r < 0 ? error_set_errno(reterr, r, "cannot print the list") : 0;
}

const Command image_list = { .name = "image list",
                             .label = "list",
                             .arguments = "",
                             .summary = "Lists the images in the store.",
                             .options = options,
                             .take = take_option,
                             .run = run };
