/* SPDX-License-Identifier: Apache-2.0 */
/* rkt trust list, rkt trust rm. */

#include <stdio.h>
#include <string.h>

#include "base/string-util.h"
#include "base/table.h"
#include "rkt-trust.h"

static const char *const layer_names[_KEY_LAYER_MAX] = {
    [KEY_LAYER_SYSTEM] = "system", [KEY_LAYER_LOCAL] = "local"
};

/* ----- list ----- */

/* With a prefix, what images of that name may be signed with. */
static void choose(const TrustedKeys *keys, const TrustArguments *arguments, const TrustedKey **ret,
                   size_t *ret_n)
{
    size_t n = 0;

    if (arguments->prefix) {
        trusted_keys_for(keys, arguments->prefix, ret, ret_n);
        return;
    }
    for (size_t i = 0; i < keys->n; i++)
        if (!trusted_key_is_replaced(keys, i) && (!arguments->root || !*keys->items[i].prefix))
            ret[n++] = &keys->items[i];
    *ret_n = n;
}

static const char *state_of(const TrustedKey *key)
{
    return key->withdraws ? "withdrawn" : "trusted";
}

static int print_table(const TrustedKey *const *keys, size_t n)
{
    static const char *const headings[] = { "FINGERPRINT", "PREFIX", "FROM", "STATE" };
    _cleanup_(table_freep) Table *table = table_new(ELEMENTSOF(headings));
    int r = table ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(headings); i++)
        r = table_add(table, headings[i]);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = table_add(table, keys[i]->fingerprint);
        if (r >= 0)
            r = table_add(table, *keys[i]->prefix ? keys[i]->prefix : "(root)");
        if (r >= 0)
            r = table_add(table, layer_names[keys[i]->layer]);
        if (r >= 0)
            r = table_add(table, state_of(keys[i]));
    }
    if (r >= 0)
        table_print(table, stdout);
    return r;
}

static int print_json(const TrustedKey *const *keys, size_t n, Format format)
{
    json_t *array = json_array();

    for (size_t i = 0; array && i < n; i++) {
        json_t *key = json_pack("{s:s, s:s, s:s, s:s, s:s}", "fingerprint", keys[i]->fingerprint, "prefix",
                                keys[i]->prefix, "from", layer_names[keys[i]->layer], "state",
                                state_of(keys[i]), "path", keys[i]->path);

        if (!key || json_array_append_new(array, key) < 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return format_print_json(array, format);
}

int trust_list(Keystore *keystore, const TrustArguments *arguments, Error *reterr)
{
    _cleanup_trusted_keys_ TrustedKeys keys = {};
    _cleanup_free_ const TrustedKey **chosen = NULL;
    size_t n;
    int r;

    if (arguments->words && arguments->words[0])
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", arguments->words[0]);
    r = keystore_list(keystore, &keys, reterr);
    if (r < 0)
        return r;
    chosen = calloc(keys.n + 1, sizeof(*chosen));
    if (!chosen)
        return -ENOMEM;
    choose(&keys, arguments, chosen, &n);
    return arguments->format == FORMAT_TEXT ? print_table(chosen, n)
                                            : print_json(chosen, n, arguments->format);
}

/* ----- rm ----- */

/* As rkt and gpg print it: any case, with blanks or without. */
static int parse_fingerprint(const char *word, char ret[static FINGERPRINT_HEX + 1], Error *reterr)
{
    size_t n = 0;

    for (const char *p = word; *p && n < FINGERPRINT_HEX + 1; p++) {
        if (*p == ' ')
            continue;
        if (n < FINGERPRINT_HEX)
            ret[n] = (char) (*p >= 'A' && *p <= 'F' ? *p - 'A' + 'a' : *p);
        n++;
    }
    ret[n < FINGERPRINT_HEX ? n : FINGERPRINT_HEX] = '\0';
    return n == FINGERPRINT_HEX && fingerprint_is_valid(ret)
                   ? 0
                   : error_set(reterr, -EINVAL, "\"%s\" is not a fingerprint of %d hex digits", word,
                               FINGERPRINT_HEX);
}

static bool is_meant(const TrustedKey *key, const TrustArguments *arguments, const char *fingerprint)
{
    if (key->withdraws || !streq(key->fingerprint, fingerprint))
        return false;
    if (arguments->prefix)
        return streq(key->prefix, arguments->prefix);
    return !arguments->root || !*key->prefix;
}

static int remove_key(Keystore *keystore, const TrustedKey *key, Error *reterr)
{
    bool withdrawn;
    int r = keystore_remove(keystore, key->prefix, key->fingerprint, &withdrawn, reterr);

    if (r < 0)
        return r;
    printf("%s %s", withdrawn ? "Withdrew" : "Removed", *key->prefix ? "key for prefix \"" : "root key");
    printf("%s%s at \"%s\"\n", key->prefix, *key->prefix ? "\"" : "", key->path);
    return 0;
}

static int remove_all(Keystore *keystore, const TrustedKeys *keys, const TrustArguments *arguments,
                      const char *word, Error *reterr)
{
    char fingerprint[FINGERPRINT_HEX + 1];
    bool found = false;
    int r = parse_fingerprint(word, fingerprint, reterr);

    for (size_t i = 0; r >= 0 && i < keys->n; i++)
        if (!trusted_key_is_replaced(keys, i) && is_meant(&keys->items[i], arguments, fingerprint)) {
            r = remove_key(keystore, &keys->items[i], reterr);
            found = true;
        }
    if (r < 0 || found)
        return r;
    return error_set(reterr, -ENOENT, "the key %s is not trusted%s%s (rkt trust list shows those that are)",
                     fingerprint, arguments->prefix ? " for prefix " : "",
                     arguments->prefix ? arguments->prefix : "");
}

int trust_rm(Keystore *keystore, const TrustArguments *arguments, Error *reterr)
{
    _cleanup_trusted_keys_ TrustedKeys keys = {};
    int r = keystore_list(keystore, &keys, reterr);

    if (r >= 0 && !arguments->words[0])
        r = error_set(reterr, -EINVAL, "must provide the fingerprint of a key");
    for (char **word = arguments->words; r >= 0 && *word; word++)
        r = remove_all(keystore, &keys, arguments, *word, reterr);
    return r;
}
