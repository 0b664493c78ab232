/* SPDX-License-Identifier: Apache-2.0 */
/* rkt list: the pods, one line for each app. */

#include <string.h>

#include "base/string-util.h"
#include "base/table.h"
#include "base/time-util.h"
#include "cli/command.h"
#include "cli/format.h"
#include "pod/pod-json.h"
#include "pod/pod-status.h"

enum { UUID_SHORT = 8, IMAGE_ID_SHORT = 19, COLUMNS_SHORT = 7, COLUMNS_FULL = 8 };

enum { OPT_FORMAT = 1, OPT_FULL, OPT_NO_LEGEND, OPT_RUNNING };

static const Option options[] = {
    { "format", OPTION_VALUE, OPT_FORMAT, "json|json-pretty", "print JSON", NULL },
    { "full", OPTION_BOOL, OPT_FULL, NULL, "print whole UUIDs, image IDs and exact times", NULL },
    { "no-legend", OPTION_BOOL, OPT_NO_LEGEND, NULL, "leave out the heading", NULL },
    { "running", OPTION_BOOL, OPT_RUNNING, NULL, "list only pods that run", NULL },
    {},
};

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static Format arg_format = FORMAT_TEXT;
static bool arg_full, arg_no_legend, arg_running;

typedef struct Listing {
    Table *table;
    json_t *json;
    int64_t now;
} Listing;

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FORMAT: return format_parse(value, &arg_format, reterr);
    case OPT_FULL: arg_full = streq(value, "true"); return 0;
    case OPT_NO_LEGEND: arg_no_legend = streq(value, "true"); return 0;
    case OPT_RUNNING: arg_running = streq(value, "true"); return 0;
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

static int add_time(Listing *listing, int64_t time)
{
    _cleanup_free_ char *text = NULL;

    if (time == 0)
        return table_add(listing->table, "");
    text = arg_full ? format_timestamp(time) : format_ago(time, listing->now);
    return text ? table_add(listing->table, text) : -ENOMEM;
}

/* The columns of the pod itself are only in the line of its first app. */
static int add_row(Listing *listing, const Pod *pod, const PodStatus *status, size_t index)
{
    const PodApp *app = index < status->n_apps ? &status->apps[index] : NULL;
    _cleanup_free_ char *networks = NULL;
    bool first = index == 0;
    int r;

    if (first && status->networks && !(networks = pod_networks_to_string(status)))
        return -ENOMEM;
    r = table_addf(listing->table, "%.*s", arg_full ? UUID_LENGTH : UUID_SHORT, first ? pod->uuid : "");
    if (r >= 0)
        r = table_add(listing->table, app ? app->name : "-");
    if (r >= 0)
        r = table_add(listing->table, app ? app->image_name : "-");
    if (r >= 0 && arg_full)
        r = table_addf(listing->table, "%.*s", IMAGE_ID_SHORT, app ? app->image_id : "-");
    if (r >= 0)
        r = table_add(listing->table, first ? pod_state_to_string(pod->state) : "");
    if (r >= 0)
        r = add_time(listing, first ? status->created_ns : 0);
    if (r >= 0)
        r = add_time(listing, first ? status->started_ns : 0);
    if (r >= 0)
        r = table_add(listing->table, networks ? networks : "");
    return r;
}

static int list_pod(Pod *pod, void *userdata)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    Listing *listing = userdata;
    size_t index = 0;
    int r;

    if (arg_running && pod->state != POD_STATE_RUNNING)
        return 0;
    r = pod_status_read(pod, arg_format == FORMAT_TEXT ? 0 : POD_STATUS_DETAILS | POD_STATUS_APPS, &status);
    if (r < 0)
        return r;
    if (arg_format != FORMAT_TEXT)
        return json_array_append_new(listing->json, pod_to_json(pod, status)) < 0 ? -ENOMEM : 0;
    do
        r = add_row(listing, pod, status, index);
    while (r >= 0 && ++index < status->n_apps);
    return r;
}

static void add_legend(Table *table)
{
    static const char *const names[] = { "UUID",  "APP",     "IMAGE NAME", "IMAGE ID",
                                         "STATE", "CREATED", "STARTED",    "NETWORKS" };

    for (size_t i = 0; i < ELEMENTSOF(names); i++)
        if (arg_full || !streq(names[i], "IMAGE ID"))
            (void) table_add(table, names[i]);
}

static int run(Error *reterr)
{
    _cleanup_(table_freep) Table *table = table_new(arg_full ? COLUMNS_FULL : COLUMNS_SHORT);
    Listing listing = { .table = table, .now = now_ns() };
    _cleanup_close_ int root = -EBADF;
    int r;

    if (!table)
        return -ENOMEM;
    r = pod_root_open(arg_global.dir, false, &root, reterr);
    if (r < 0 && r != -ENOENT)
        return r;
    if (arg_format == FORMAT_TEXT && !arg_no_legend)
        add_legend(table);
    if (arg_format != FORMAT_TEXT)
        listing.json = json_array();
    r = root >= 0 ? pod_foreach(root, POD_MASK_MOST, list_pod, &listing, reterr) : 0;
    /* Pods that can be read are listed in any case. */
    if (arg_format == FORMAT_TEXT)
        table_print(table, stdout);
    else {
        int q = format_print_json(listing.json, arg_format);

        r = r < 0 ? r : q;
    }
    return r;
}

int main(int argc, char **argv)
{
    static const Command list = { .name = "list",
                                  .arguments = "",
                                  .summary = "Lists the pods and their apps.",
                                  .options = options,
                                  .take = take_option,
                                  .run = run };

    return command_main((const Command *const[]){ &list, NULL }, &arg_global, argc, argv);
}
