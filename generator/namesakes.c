/* SPDX-License-Identifier: Apache-2.0 */

#include "namesakes.h"

#include "base/array.h"
#include "base/string-util.h"
#include "unit/unit-name.h"

static int machine_name_of(const SearchItem *item, char ret[static MACHINE_NAME_MAX + 1])
{
    _cleanup_free_ char *unit = NULL;

    return asprintf(&unit, "rkt-%s", item->name) < 0 ? -ENOMEM : machine_name_make(unit, ret);
}

static int compare_names(const void *a, const void *b)
{
    const MachineName *x = a, *y = b;
    int r = strcmp(x->name, y->name);

    if (r != 0)
        return r;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* Without the characters that are changed and short enough, a name stays as it is. */
static bool may_change(const char *name)
{
    return name[strcspn(name, "@_\\:")] != '\0' || strlen(name) > MACHINE_NAME_MAX - strlen("rkt-") ||
           strstr(name, ".") || endswith(name, "-");
}

int namesakes_collect(Namesakes *namesakes, const Search *search)
{
    for (size_t i = 0; i < search->pods.n; i++) {
        const SearchItem *item = &search->pods.items[i];
        const char *instance = unit_instance(item->name);
        MachineName name = { .item = item }, *added;

        if (streq_ptr(instance, "") || !may_change(item->name) || machine_name_of(item, name.name) < 0 ||
            streq(name.name + strlen("rkt-"), item->name))
            continue;
        added = ARRAY_APPEND(namesakes->names, namesakes->n);
        if (!added)
            return -ENOMEM;
        *added = name;
    }
    if (namesakes->n > 0)
        qsort(namesakes->names, namesakes->n, sizeof(MachineName), compare_names);
    return 0;
}

void namesakes_done(Namesakes *namesakes)
{
    free(namesakes->names);
    *namesakes = (Namesakes){ 0 };
}

const SearchItem *namesakes_find(const Namesakes *namesakes, const Search *search, const SearchItem *item)
{
    MachineName key = { .item = item };
    const MachineName *mine;
    const SearchItem *plain;

    if (namesakes->n == 0 || !may_change(item->name) || machine_name_of(item, key.name) < 0)
        return NULL;
    mine = bsearch(&key, namesakes->names, namesakes->n, sizeof(MachineName), compare_names);
    if (!mine)
        return NULL;
    plain = search_find(search, key.name + strlen("rkt-"));
    if (plain && !search_is_masked(search, plain))
        return plain;
    for (; mine > namesakes->names && streq(mine[-1].name, key.name); mine--)
        if (!search_is_masked(search, mine[-1].item))
            return mine[-1].item;
    return NULL;
}
