/* SPDX-License-Identifier: Apache-2.0 */
/* gpg's keyring has the keys that apply to the image's name and no other, so that no signature by another key
 * can be good. Only when none is, the other keys are added: to say for which images the key is trusted. */

#include "verify.h"

#include <stdio.h>
#include <string.h>

#include "base/string-util.h"

static int read_first_key(const Keystore *keystore, const TrustedKey *trusted, OpenpgpData *data,
                          OpenpgpKey *ret, Error *reterr)
{
    _cleanup_free_ char *file = NULL;
    size_t size, offset = 0;
    int r = keystore_read(keystore, trusted, &file, &size, reterr);

    if (r >= 0)
        r = openpgp_read_keys(file, size, data, reterr);
    if (r >= 0)
        r = openpgp_next_key(data, &offset, ret, reterr);
    if (r >= 0 && !streq(ret->fingerprint, trusted->fingerprint))
        r = error_set(reterr, -EBADMSG, "fingerprint mismatch: it holds the key %s", ret->fingerprint);
    return r;
}

/* Of several messages only the first and the last are shown: the file and the reason are one. */
int trusted_key_read(const Keystore *keystore, const TrustedKey *trusted, OpenpgpData *data, OpenpgpKey *ret,
                     Error *reterr)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = read_first_key(keystore, trusted, data, ret, &error);

    if (r >= 0)
        return 0;
    return error_set(reterr, r, "cannot use the trusted key \"%s\": %s", trusted->path,
                     error_cause(&error) ? error_cause(&error) : strerror(-r));
}

static int add_key(const Keystore *keystore, const TrustedKey *trusted, Buffer *keys, Error *reterr)
{
    _cleanup_openpgp_ OpenpgpData data = {};
    OpenpgpKey key;
    int r = trusted_key_read(keystore, trusted, &data, &key, reterr);

    if (r < 0)
        return r;
    buffer_add(keys, key.bytes, key.size);
    return buffer_error(keys);
}

static int import_applying(Gpg *gpg, const Keystore *keystore, const TrustedKey *const *keys, size_t n,
                           Error *reterr)
{
    _cleanup_buffer_ Buffer all = {};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = add_key(keystore, keys[i], &all, reterr);
    return r < 0 || all.size == 0 ? r : gpg_import(gpg, all.data, all.size, reterr);
}

/* ----- Why not ----- */

/* A key file that cannot be read is another matter. */
static const TrustedKey *find_elsewhere(Gpg *gpg, const Keystore *keystore, const TrustedKeys *keys,
                                        const char *id)
{
    const TrustedKey *found = NULL;
    GpgKey key = {};

    for (size_t i = 0; i < keys->n; i++) {
        _cleanup_buffer_ Buffer one = {};

        if (!keys->items[i].withdraws && add_key(keystore, &keys->items[i], &one, NULL) >= 0)
            (void) gpg_import(gpg, one.data, one.size, NULL);
    }
    if (gpg_find(gpg, id, &key) < 0)
        return NULL;
    for (size_t i = 0; !found && i < keys->n; i++)
        if (!keys->items[i].withdraws && streq(keys->items[i].fingerprint, key.fingerprint))
            found = &keys->items[i];
    gpg_key_done(&key);
    return found;
}

static int explain_unknown(Gpg *gpg, const Keystore *keystore, const TrustedKeys *keys, const char *image,
                           const char *id, Error *reterr)
{
    const TrustedKey *elsewhere = find_elsewhere(gpg, keystore, keys, id);

    if (!elsewhere)
        return error_set(
                reterr, -EKEYREJECTED,
                "openpgp: signature made by unknown entity: the key with ID %s is not trusted for \"%s\" "
                "(rkt trust --prefix=%s KEYFILE trusts it)",
                id, image, image);
    if (!*elsewhere->prefix)
        return error_set(
                reterr, -EKEYREJECTED,
                "openpgp: signature made by unknown entity: the key %s is withdrawn for \"%s\" by an empty "
                "file (rkt trust list shows it)",
                elsewhere->fingerprint, image);
    return error_set(
            reterr, -EKEYREJECTED,
            "openpgp: signature made by unknown entity: the key %s is trusted for \"%s\", but not for \"%s\" "
            "(rkt trust --prefix=%s %s trusts it)",
            elsewhere->fingerprint, elsewhere->prefix, image, image, elsewhere->path);
}

static int explain(Gpg *gpg, const GpgSignature *signature, Error *reterr)
{
    static const char *const reasons[] = {
        [GPG_VERDICT_BAD] = "the signature by the key %s is not of this file: the file was changed, or the "
                            "signature belongs to another one",
        [GPG_VERDICT_KEY_EXPIRED] =
                "the key %s, which signed it, has expired: get the extended key from its owner and trust "
                "it again",
        [GPG_VERDICT_KEY_REVOKED] =
                "the key %s, which signed it, was revoked by its owner: the image needs a signature by "
                "another key",
        [GPG_VERDICT_EXPIRED] = "the signature by the key %s has expired: the image needs a new one",
        [GPG_VERDICT_FAILED] = "gpg cannot verify the signature by the key %s",
    };

    GpgKey key = {};
    int r = gpg_find(gpg, signature->id, &key);

    r = error_set(reterr, -EKEYREJECTED, reasons[signature->verdict],
                  r < 0 ? signature->id : key.fingerprint);
    gpg_key_done(&key);
    return r;
}

/* ----- The whole ----- */

/* A signature of other bytes outweighs a good one: such a file is not what its signers meant. Keys that are
 * not known count least. */
static const GpgSignature *choose(const GpgSignature *signatures, size_t n)
{
    static const GpgVerdict order[] = { GPG_VERDICT_BAD,         GPG_VERDICT_GOOD,    GPG_VERDICT_KEY_REVOKED,
                                        GPG_VERDICT_KEY_EXPIRED, GPG_VERDICT_EXPIRED, GPG_VERDICT_FAILED,
                                        GPG_VERDICT_UNKNOWN_KEY };

    for (size_t i = 0; i < ELEMENTSOF(order); i++)
        for (size_t k = 0; k < n; k++)
            if (signatures[k].verdict == order[i])
                return &signatures[k];
    return NULL;
}

static bool is_among(const TrustedKey *const *keys, size_t n, const char *fingerprint)
{
    for (size_t i = 0; i < n; i++)
        if (streq(keys[i]->fingerprint, fingerprint))
            return true;
    return false;
}

int image_signature_verify(const Keystore *keystore, const char *image, const OpenpgpData *signatures,
                           GpgRead read, void *userdata, GpgKey *ret, Error *reterr)
{
    GpgSignature verified[OPENPGP_SIGNATURES_MAX];
    _cleanup_trusted_keys_ TrustedKeys keys = {};
    _cleanup_free_ const TrustedKey **applying = NULL;
    _cleanup_(gpg_freep) Gpg *gpg = NULL;
    const GpgSignature *chosen = NULL;
    size_t n_applying, n = 0;
    int r = keystore_list(keystore, &keys, reterr);

    if (r < 0)
        return r;
    applying = calloc(keys.n + 1, sizeof(*applying));
    if (!applying)
        return -ENOMEM;
    trusted_keys_for(&keys, image, applying, &n_applying);
    r = gpg_open(&gpg, reterr);
    if (r >= 0)
        r = import_applying(gpg, keystore, applying, n_applying, reterr);
    if (r >= 0)
        r = gpg_verify(gpg, signatures->bytes, signatures->size, read, userdata, verified, &n, reterr);
    if (r < 0)
        return r;
    chosen = choose(verified, n);
    if (!chosen)
        return error_set(reterr, -EKEYREJECTED, "gpg finds no signature in the signature file");
    if (chosen->verdict == GPG_VERDICT_UNKNOWN_KEY)
        return explain_unknown(gpg, keystore, &keys, image, chosen->id, reterr);
    if (chosen->verdict != GPG_VERDICT_GOOD)
        return explain(gpg, chosen, reterr);
    r = gpg_find(gpg, chosen->id, ret);
    if (r >= 0 && !is_among(applying, n_applying, ret->fingerprint)) {
        gpg_key_done(ret);
        r = -EKEYREJECTED;
    }
    return r < 0 ? error_set(reterr, -EKEYREJECTED, "gpg says that a key signed it that it was not given")
                 : 0;
}
