/* SPDX-License-Identifier: Apache-2.0 */

#include "option.h"

#include <string.h>

#include "string-util.h"

static const Option *option_find(const OptionParser *parser, const char *name, size_t length)
{
    for (size_t t = 0; t < OPTION_TABLES_MAX && parser->tables[t]; t++)
        for (const Option *o = parser->tables[t]; o->name; o++)
            if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
                return o;
    return NULL;
}

bool option_table_has(const Option *table, const char *word)
{
    const OptionParser parser = { .tables = { table } };

    return option_find(&parser, word + strlen("--"), strcspn(word, "=") - strlen("--"));
}

static int unknown_option(const OptionParser *parser, const char *name, size_t length, Error *reterr)
{
    const char *names[256], *nearest;
    _cleanup_free_ char *given = strndup(name, length);
    size_t n = 0;

    for (size_t t = 0; t < OPTION_TABLES_MAX && parser->tables[t]; t++)
        for (const Option *o = parser->tables[t]; o->name && n < ELEMENTSOF(names); o++)
            if (o->help)
                names[n++] = o->name;
    if (!given)
        return -ENOMEM;
    nearest = nearest_string(given, names, n);
    if (nearest)
        return error_set(reterr, -EINVAL, "unknown flag: --%s (did you mean --%s?)", given, nearest);
    return error_set(reterr, -EINVAL, "unknown flag: --%s", given);
}

int option_next(OptionParser *parser, int *ret_id, const char **ret_value, Error *reterr)
{
    const char *word, *name, *equals;
    const Option *option;
    size_t length;

    *ret_value = NULL;
    if (parser->index >= parser->argc) {
        *ret_id = OPTION_END;
        return 0;
    }
    word = parser->argv[parser->index++];
    if (word[0] != '-' || word[1] == '\0') {
        *ret_id = OPTION_POSITIONAL;
        *ret_value = word;
        return 0;
    }
    if (streq(word, "--")) {
        *ret_id = OPTION_DASH_DASH;
        *ret_value = word;
        return 0;
    }
    if (streq(word, "-h"))
        word = "--help";
    if (word[1] != '-')
        return error_set(reterr, -EINVAL, "unknown shorthand flag: %s", word);
    name = word + 2;
    equals = strchr(name, '=');
    length = equals ? (size_t) (equals - name) : strlen(name);
    option = option_find(parser, name, length);
    if (!option)
        return unknown_option(parser, name, length, reterr);

    switch (option->argument) {
    case OPTION_BOOL: {
        int b = equals ? parse_bool(equals + 1) : 1;

        if (b < 0)
            return error_set(reterr, -EINVAL, "invalid argument \"%s\" for --%s: must be true or false",
                             equals + 1, option->name);
        *ret_value = b ? "true" : "false";
        break;
    }
    case OPTION_OPTIONAL: *ret_value = equals ? equals + 1 : option->default_value; break;
    case OPTION_VALUE:
        if (equals)
            *ret_value = equals + 1;
        else if (parser->index < parser->argc)
            *ret_value = parser->argv[parser->index++];
        else
            return error_set(reterr, -EINVAL, "flag needs an argument: --%s", option->name);
        break;
    }
    *ret_id = option->id;
    return 0;
}

/* printf counts bytes, so a column must be given as this many characters wider than it is. */
static int continuation_bytes(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += ((unsigned char) *text & 0xc0) == 0x80;
    return n;
}

void option_print_help(const Option *table)
{
    static const char *const begin[] = { [OPTION_VALUE] = "=", [OPTION_OPTIONAL] = "[=" };
    static const char *const end[] = { [OPTION_VALUE] = "", [OPTION_OPTIONAL] = "]" };

    for (const Option *o = table; o->name; o++) {
        char left[96];

        if (!o->help)
            continue;
        if (o->argument == OPTION_BOOL)
            (void) snprintf(left, sizeof(left), "--%s", o->name);
        else
            (void) snprintf(left, sizeof(left), "--%s%s%s%s", o->name, begin[o->argument],
                            o->metavar ? o->metavar : "VALUE", end[o->argument]);
        printf("  %-*s %s", 32 + continuation_bytes(left), left, o->help);
        /* The default of an optional value is what the bare flag means, not the value without the flag. */
        if (o->default_value && o->argument != OPTION_OPTIONAL)
            printf(" (default %s)", o->default_value);
        printf("\n");
    }
}
