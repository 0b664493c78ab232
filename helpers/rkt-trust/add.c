/* SPDX-License-Identifier: Apache-2.0 */
/* rkt trust KEY: shows each key of the file, asks, and adds it. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/string-util.h"
#include "read-keys.h"
#include "rkt-trust.h"

/* ----- What is shown ----- */

/* As gpg groups it: ten times four digits, with a wider gap in the middle. */
static void print_fingerprint(const char *title, const char *fingerprint)
{
    printf("%s", title);
    for (size_t i = 0; fingerprint[i]; i++) {
        char c = fingerprint[i];

        if (i % 4 == 0)
            printf(i == 20 ? "  " : " ");
        (void) putchar(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    }
    (void) putchar('\n');
}

static void show(const ReadKey *key)
{
    print_fingerprint("gpg key fingerprint is:", key->fingerprint);
    STRV_FOREACH (subkey, key->subkeys)
        print_fingerprint("    Subkey fingerprint:", *subkey);
    STRV_FOREACH (user, key->users) {
        string_sanitize(*user, "");
        printf("    %s\n", *user);
    }
}

/* 1: yes, 0: no. */
static int ask(Error *reterr)
{
    char line[64];

    if (!isatty(STDIN_FILENO))
        return error_set(reterr, -ENOTTY,
                         "cannot ask whether the fingerprint is right: standard input is not a terminal "
                         "(--skip-fingerprint-review trusts the key without asking)");
    for (;;) {
        printf("Are you sure you want to trust this key (yes/no)? ");
        (void) fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            return error_set(reterr, -ENODATA, "there was no answer");
        if (streq(line, "yes\n"))
            return 1;
        if (streq(line, "no\n"))
            return 0;
        printf("Please enter 'yes' or 'no'\n");
    }
}

/* ----- What is done ----- */

static int check_key(const ReadKey *key, const char *location, Error *reterr)
{
    if (key->revoked)
        return error_set(reterr, -EKEYREVOKED, "the key %s in \"%s\" was revoked by its owner",
                         key->fingerprint, location);
    if (key->expired)
        return error_set(reterr, -EKEYEXPIRED,
                         "the key %s in \"%s\" has expired: get the extended key from its owner",
                         key->fingerprint, location);
    return 0;
}

static int add(Keystore *keystore, const TrustArguments *arguments, const ReadKey *key, const char *location,
               Error *reterr)
{
    const char *prefix = arguments->prefix ? arguments->prefix : "";
    _cleanup_free_ char *path = NULL;
    int r = check_key(key, location, reterr);

    if (r < 0)
        return r;
    show(key);
    r = arguments->skip_review ? 1 : ask(reterr);
    if (r <= 0) {
        if (r == 0)
            printf("Not trusting \"%s\".\n", location);
        return r;
    }
    if (*prefix)
        printf("Trusting \"%s\" for prefix \"%s\".\n", location, prefix);
    r = keystore_add(keystore, prefix, key->fingerprint, key->armored, strlen(key->armored), &path, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "cannot add the key");
    if (*prefix)
        printf("Added key for prefix \"%s\" at \"%s\"\n", prefix, path);
    else
        printf("Added root key at \"%s\"\n", path);
    return 0;
}

/* The path in *ret is the user's word or a part of it. */
static int locate(const char *location, const char **ret, Error *reterr)
{
    const char *path = startswith(location, "file://");

    if (startswith(location, "https://") || startswith(location, "http://"))
        return error_set(reterr, -EOPNOTSUPP, "fetching keys from URLs is not built yet: name a file");
    if (path && *path != '/')
        return error_set(reterr, -EINVAL, "a file URL needs an absolute path");
    *ret = path ? path : location;
    return 0;
}

int trust_add(Keystore *keystore, const TrustArguments *arguments, Error *reterr)
{
    const char *location = arguments->words ? arguments->words[0] : NULL, *path = NULL;
    _cleanup_(read_keys_done) ReadKeys keys = {};
    int r;

    if (!arguments->prefix && !arguments->root)
        return error_set(reterr, -EINVAL,
                         location ? "--root required for non-prefixed (root) keys"
                                  : "must provide --prefix or --root, and the file of a key");
    if (!location)
        return error_set(reterr, -EOPNOTSUPP,
                         "finding keys by discovery is not built yet: name the file of a key");
    if (arguments->words[1])
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", arguments->words[1]);
    r = locate(location, &path, reterr);
    if (r >= 0)
        r = read_keys(path, &keys, reterr);
    if (r < 0)
        return r;
    if (arguments->prefix)
        printf("prefix: \"%s\"\n", arguments->prefix);
    printf("key: \"%s\"\n", location);
    for (size_t i = 0; r >= 0 && i < keys.n; i++)
        r = add(keystore, arguments, &keys.items[i], location, reterr);
    return r;
}
