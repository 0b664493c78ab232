/* SPDX-License-Identifier: Apache-2.0 */

#include "trust/openpgp.h"

#include "base/string-util.h"
#include "test.h"

/* A signature packet of eight bytes in the new form: version, kind, algorithms of key and digest. */
#define SIGNATURE(version, kind, digest) "\xc2\x08" version kind "\x01" digest "\0\0\0\0"
#define GOOD SIGNATURE("\x04", "\0", "\x08")
#define SHA1 SIGNATURE("\x04", "\0", "\x02")

static void test_signatures(void)
{
#define CASE(r, kept, text)                                                                                  \
    {                                                                                                        \
        text, sizeof(text) - 1, r, kept                                                                      \
    }
    static const struct {
        const char *text;
        size_t size;
        int r;
        size_t kept;
    } cases[] = {
        CASE(0, 10, GOOD),
        CASE(0, 20, GOOD GOOD),
        CASE(0, 10, SHA1 GOOD),
        CASE(0, 10, GOOD SHA1),
        CASE(-EKEYREJECTED, 0, SHA1),
        CASE(-EKEYREJECTED, 0, SIGNATURE("\x04", "\0", "\x01")),
        CASE(-EKEYREJECTED, 0, SIGNATURE("\x04", "\x01", "\x08")),
        CASE(-EKEYREJECTED, 0, SIGNATURE("\x03", "\0", "\x08")),
        CASE(0, 10, "\x88\x08\x04\0\x01\x08\0\0\0\0"),           /* the old form */
        CASE(0, 11, "\x89\0\x08\x04\0\x01\x08\0\0\0\0"),         /* two bytes */
        CASE(0, 13, "\x8a\0\0\0\x08\x04\0\x01\x08\0\0\0\0"),     /* four */
        CASE(0, 14, "\xc2\xff\0\0\0\x08\x04\0\x01\x08\0\0\0\0"), /* five */
        CASE(-EBADMSG, 0, "\x8b\x04\0\x01\x08\0\0\0\0"),         /* to the end */
        CASE(-EBADMSG, 0, "\xc2\xe3\x04\0\x01\x08\0\0\0\0"),     /* in parts */
        CASE(-EBADMSG, 0, "\xc2\xff\xff\xff\xff\xff\x04\0\x01\x08"),
        CASE(-EBADMSG, 0, "\xc2\x09\x04\0\x01\x08\0\0\0\0"),
        CASE(-EBADMSG, 0, "\xc2"),
        CASE(-EBADMSG, 0, "\xc2\xff\0"),
        CASE(-EBADMSG, 0, GOOD "x"),
        CASE(-EBADMSG, 0, GOOD "\xcb\x01x"), /* a message */
        CASE(-EBADMSG, 0, "\xc8\x01x"),
        CASE(-EBADMSG, 0, ""),
        CASE(-EBADMSG, 0, "text"),
        CASE(0, 10,
             "-----BEGIN PGP SIGNATURE-----\n\nwggEAAEIAAAAAA==\n=abcd\n-----END PGP SIGNATURE-----\n"),
        CASE(0, 10,
             "\n-----BEGIN PGP SIGNATURE-----\r\nComment: x\r\n\r\nwggEAAEI\r\nAAAAAA==\r\n"
             "-----END PGP SIGNATURE-----\r\n\r\n"),
        CASE(-EBADMSG, 0, "-----BEGIN PGP SIGNATURE-----\n\nwggEAAEIAAAAAA==\n"),
        CASE(-EBADMSG, 0, "-----BEGIN PGP SIGNATURE-----\n\nwggEAAEIAAAA\n-----END PGP SIGNATURE-----\n"),
        CASE(-EBADMSG, 0, "-----BEGIN PGP SIGNATURE-----\n\nwgg*AAEIAAAAAA==\n-----END PGP SIGNATURE-----\n"),
        CASE(-EBADMSG, 0,
             "-----BEGIN PGP SIGNATURE-----\n\nwggEAAEIAAAAAA==\n-----END PGP SIGNATURE-----\n"
             "-----BEGIN PGP SIGNATURE-----\n\nwggEAAEIAAAAAA==\n-----END PGP SIGNATURE-----\n"),
        CASE(-EBADMSG, 0,
             "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nwggEAAEIAAAAAA==\n-----END PGP PUBLIC KEY "
             "BLOCK-----\n"),
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_openpgp_ OpenpgpData data = {};
        int r = openpgp_read_signatures(cases[i].text, cases[i].size, &data, NULL);

        if (r != cases[i].r || data.size != cases[i].kept)
            fprintf(stderr, "case %zu\n", i);
        assert_int(r, cases[i].r);
        assert_int(data.size, cases[i].kept);
    }
}

static void test_signature_count(void)
{
    char many[10 * (OPENPGP_SIGNATURES_MAX + 1)];

    for (size_t i = 0; i <= OPENPGP_SIGNATURES_MAX; i++)
        memcpy(many + 10 * i, GOOD, 10);
    for (size_t i = 0; i < 2; i++) {
        _cleanup_openpgp_ OpenpgpData data = {};

        assert_int(openpgp_read_signatures(many, sizeof(many) - 10 * i, &data, NULL), i ? 0 : -EBADMSG);
    }
}

/* A key packet of six bytes, a user ID, a signature. */
#define KEY(byte) "\xc6\x06\x04\0\0\0\x01" byte
#define USER "\xcd\x01u"

static void test_keys(void)
{
    static const char two[] = KEY("a") USER GOOD KEY("b") USER;
    static const struct {
        const char *text;
        int r;
    } cases[] = {
        { USER KEY("a"), -EBADMSG },    { GOOD, -EBADMSG },
        { "\xc5\x01x", -EKEYREJECTED }, { "-----BEGIN PGP PRIVATE KEY BLOCK-----\n", -EKEYREJECTED },
        { "\xcb\x01x", -EBADMSG },
    };
    _cleanup_openpgp_ OpenpgpData data = {};
    OpenpgpKey first, second;
    size_t offset = 0;

    assert_int(openpgp_read_keys(two, sizeof(two) - 1, &data, NULL), 0);
    assert_int(openpgp_next_key(&data, &offset, &first, NULL), 1);
    assert_int(first.size, 8 + 3 + 10);
    /* printf '\x99\0\x06\x04\0\0\0\x01a' | sha1sum */
    assert_str(first.fingerprint, "e3dc996cf7b6f4469dbfd1bef9b49a4842ef164c");
    assert_int(openpgp_next_key(&data, &offset, &second, NULL), 1);
    assert_int(second.size, 8 + 3);
    assert_true(strcmp(first.fingerprint, second.fingerprint) != 0);
    assert_int(openpgp_next_key(&data, &offset, &second, NULL), 0);
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_openpgp_ OpenpgpData none = {};

        assert_int(openpgp_read_keys(cases[i].text, strlen(cases[i].text), &none, NULL), cases[i].r);
    }
}

int main(void)
{
    test_signatures();
    test_signature_count();
    test_keys();
    return 0;
}
