/* SPDX-License-Identifier: Apache-2.0 */
/* The links of [Install], by which other units want this one. */

#include "podfile/resolve.h"
#include "translator.h"
#include "unit/unit-name.h"

/* Specifiers that `systemctl enable` would replace, as far as they concern the unit's name. */
static int expand_name(const Translator *t, const PodEntry *entry, const char *word, const char *unit,
                       char **ret)
{
    const char *instance = unit_instance(unit), *dot = strrchr(unit, '.');
    size_t n_stem = (size_t) (dot - unit), n_prefix = strcspn(unit, "@.");
    _cleanup_buffer_ Buffer b = { 0 };

    if (instance || !strchr(unit, '@'))
        n_prefix = instance ? (size_t) (instance - 1 - unit) : n_stem;
    for (; *word; word++) {
        if (*word != '%') {
            buffer_add(&b, word, 1);
            continue;
        }
        switch (*++word) {
        case 'n': buffer_adds(&b, unit); break;
        case 'N': buffer_add(&b, unit, n_stem); break;
        case 'p': buffer_add(&b, unit, n_prefix); break;
        case 'i':
            if (instance)
                buffer_add(&b, instance, (size_t) (dot - instance));
            break;
        default: return translator_fail(t, entry, "of the specifiers, only %n %N %p %i can be used here");
        }
    }
    return buffer_steal(&b, ret);
}

static int add_link(const Translator *t, const PodEntry *entry, const char *word, const char *unit,
                    char ***links)
{
    static const struct {
        const char *key, *suffix;
    } kinds[] = { { "WantedBy", ".wants" }, { "RequiredBy", ".requires" }, { "UpheldBy", ".upholds" } };
    _cleanup_free_ char *name = NULL;
    int r = expand_name(t, entry, word, unit, &name);

    if (r < 0)
        return r;
    if (!unit_name_is_valid(name))
        return pod_file_complain(t->file, t->reterr, entry->path, entry->line,
                                 "%s=: \"%s\" is not the name of a unit", entry->key, name);
    for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
        if (streq(entry->key, kinds[i].key))
            return strv_consume(links, string_concat(name, kinds[i].suffix, "/", unit));
    /* The remaining key is Alias=. */
    if (streq(name, unit))
        return 0;
    if (translator_is_template(t->name))
        return translator_fail(t, entry, "a template has none; write it into the instance's file");
    if (!endswith(name, strrchr(unit, '.')))
        return pod_file_complain(t->file, t->reterr, entry->path, entry->line, "Alias=: it has to end in %s",
                                 strrchr(unit, '.'));
    return strv_extend(links, name);
}

int translator_add_links(const Translator *t, GeneratedUnit *ret)
{
    const PodSection *install = pod_file_section(t->file, POD_SECTION_INSTALL);
    const PodEntry *of_template = pod_section_find(install, "DefaultInstance"),
                   *instance =
                           unit_instance(t->name) && !translator_is_template(t->name) ? NULL : of_template;
    _cleanup_free_ char *unit = string_concat("rkt-", t->name, instance ? instance->value : "",
                                              ret->socket ? ".socket" : ".service");
    int r = 0;

    if (!unit)
        return -ENOMEM;
    if (instance && !translator_is_template(t->name))
        return translator_fail(t, instance, "only a template (NAME@.pod) has one");
    if (instance && (!unit_prefix_is_valid(instance->value) ||
                     strlen(ret->name) + strlen(instance->value) > UNIT_NAME_MAX))
        return translator_fail(t, instance, "this is not the name of an instance");
    for (size_t i = 0; install && i < install->n_entries; i++) {
        const PodEntry *entry = &install->entries[i];

        if (entry->dropped || entry == of_template || (translator_is_template(t->name) && !instance))
            continue;
        POD_ENTRY_FOREACH_WORD (word, entry) {
            r = add_link(t, entry, word, unit, &ret->links);
            if (r < 0)
                return r;
        }
    }
    return 0;
}
