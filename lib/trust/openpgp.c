/* SPDX-License-Identifier: Apache-2.0 */
/* Armor: a header line, lines "Key: value", an empty line, base64, "=" and a checksum, a last line. The
 * checksum is not compared (RFC 9580, 6.1): a signature or a key that lost a bit does not verify.
 *
 * Packets: a tag and a length, in the old or the new form. Lengths that are given in parts or not at all are
 * for streams of data and refused. */

#include "openpgp.h"

#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <stdbool.h>
#include <string.h>

#include "base/string-util.h"

enum {
    TAG_SIGNATURE = 2,
    TAG_SECRET_KEY = 5,
    TAG_PUBLIC_KEY = 6,
    TAG_SECRET_SUBKEY = 7,
    TAG_TRUST = 12,
    TAG_USER_ID = 13,
    TAG_PUBLIC_SUBKEY = 14,
    TAG_USER_ATTRIBUTE = 17,
};

void openpgp_data_done(OpenpgpData *data)
{
    free(data->bytes);
    *data = (OpenpgpData){};
}

/* ----- Armor ----- */

static const char begin[] = "-----BEGIN PGP ", end[] = "-----END PGP ";

/* The line at *text without its end and blanks there, and *text after it. */
static size_t take_line(const char **text, const char *limit)
{
    const char *line = *text, *newline = memchr(line, '\n', (size_t) (limit - line));
    size_t length = (size_t) ((newline ? newline : limit) - line);

    *text = newline ? newline + 1 : limit;
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        length--;
    return length;
}

static bool line_is(const char *line, size_t length, const char *first, const char *type)
{
    size_t n = strlen(first), m = strlen(type);

    return length == n + m + 5 && memcmp(line, first, n) == 0 && memcmp(line + n, type, m) == 0 &&
           memcmp(line + n + m, "-----", 5) == 0;
}

static int decode_lines(const char **text, const char *limit, const char *type, OpenpgpData *data)
{
    struct base64_decode_ctx context;

    base64_decode_init(&context);
    while (*text < limit) {
        const char *line = *text;
        size_t length = take_line(text, limit), size;

        if (line_is(line, length, end, type))
            return base64_decode_final(&context) ? 0 : -EBADMSG;
        if (length > 0 && *line == '=') /* the checksum */
            continue;
        size = OPENPGP_SIZE_MAX - data->size;
        if (!base64_decode_update(&context, &size, data->bytes + data->size, length, line))
            return -EBADMSG;
        data->size += size;
    }
    return -EBADMSG;
}

/* Armored or not: what is not text begins with a packet, whose first bit is set. */
static int decode(const char *text, size_t size, const char *type, OpenpgpData *ret, Error *reterr)
{
    _cleanup_openpgp_ OpenpgpData data = { .bytes = malloc(OPENPGP_SIZE_MAX + 8) };
    const char *limit = text + size, *line;
    size_t length;

    if (!data.bytes)
        return -ENOMEM;
    if (size == 0 || size > OPENPGP_SIZE_MAX)
        return error_set(reterr, -EBADMSG, size ? "it is larger than 1 MiB" : "it is empty");
    if (*text & 0x80) {
        memcpy(data.bytes, text, data.size = size);
        *ret = TAKE_STRUCT(data);
        return 0;
    }
    do {
        line = text;
        length = take_line(&text, limit);
    } while (length == 0 && text < limit);
    if (line_is(line, length, begin, "PRIVATE KEY BLOCK"))
        return error_set(reterr, -EKEYREJECTED,
                         "it is a private key: export the public one (gpg --armor --export)");
    if (!line_is(line, length, begin, type))
        return error_set(reterr, -EBADMSG, "it does not begin with \"%s%s-----\"", begin, type);
    while (text < limit && take_line(&text, limit) > 0)
        ;
    if (decode_lines(&text, limit, type, &data) < 0)
        return error_set(reterr, -EBADMSG, "its armor is broken");
    while (text < limit)
        if (take_line(&text, limit) > 0)
            return error_set(reterr, -EBADMSG, "something follows its armored block: only one is allowed");
    *ret = TAKE_STRUCT(data);
    return 0;
}

/* ----- Packets ----- */

typedef struct Packet {
    const uint8_t *start, *body;
    size_t whole, size; /* with its header; of the body */
    unsigned tag;
} Packet;

static uint32_t big_endian(const uint8_t *bytes, size_t n)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* How many bytes the length at bytes has, 0: none that is allowed. A new length's first byte is in it. */
static size_t length_size(uint8_t head, const uint8_t *bytes, size_t left)
{
    size_t n;

    if (!(head & 0x40))
        n = (head & 3) == 3 ? 0 : (size_t) 1 << (head & 3);
    else if (left == 0)
        n = 0;
    else
        n = bytes[0] < 192 ? 1 : bytes[0] < 224 ? 2 : bytes[0] == 255 ? 5 : 0;
    return n <= left ? n : 0;
}

static size_t packet_length(uint8_t head, const uint8_t *bytes, size_t n)
{
    if (!(head & 0x40) || n == 1)
        return big_endian(bytes, n);
    return n == 2 ? big_endian(bytes, 2) - (192 << 8) + 192 : big_endian(bytes + 1, 4);
}

/* 1, 0: the end; -EBADMSG. */
static int next_packet(const OpenpgpData *data, size_t *offset, Packet *ret)
{
    const uint8_t *p = data->bytes + *offset;
    size_t left = data->size - *offset, n;

    if (left == 0)
        return 0;
    n = p[0] & 0x80 ? length_size(p[0], p + 1, left - 1) : 0;
    if (n == 0)
        return -EBADMSG;
    *ret = (Packet){ .start = p, .body = p + 1 + n, .size = packet_length(p[0], p + 1, n) };
    ret->tag = p[0] & 0x40 ? p[0] & 0x3f : p[0] >> 2 & 0xf;
    if (ret->size > left - 1 - n)
        return -EBADMSG;
    ret->whole = 1 + n + ret->size;
    *offset += ret->whole;
    return 1;
}

/* ----- Signatures ----- */

/* Why a signature may not be used; NULL: it may. Text signatures hold for other line ends, too. */
static const char *signature_fault(const Packet *packet)
{
    enum { VERSION = 4, WHOLE_FILE = 0, MD5 = 1, SHA1 = 2, SHA256 = 8, SHA384 = 9, SHA512 = 10, SHA224 = 11 };
    const uint8_t *body = packet->body;

    if (packet->size < 6 || body[0] != VERSION)
        return "it is not of version 4 of OpenPGP";
    if (body[1] != WHOLE_FILE)
        return "it is not of a file (gpg --detach-sign makes such ones)";
    switch (body[3]) {
    case SHA256:
    case SHA384:
    case SHA512:
    case SHA224: return NULL;
    case MD5: return "it was made with MD5, which can be forged: sign again with --digest-algo=SHA512";
    case SHA1: return "it was made with SHA-1, which can be forged: sign again with --digest-algo=SHA512";
    default: return "it was made with an old or unknown digest: sign again with --digest-algo=SHA512";
    }
}

int openpgp_read_signatures(const void *file, size_t size, OpenpgpData *ret, Error *reterr)
{
    _cleanup_openpgp_ OpenpgpData data = {};
    const char *fault = "it is empty", *found;
    size_t offset = 0, kept = 0;
    unsigned n = 0;
    Packet packet;
    int r = decode(file, size, "SIGNATURE", &data, reterr);

    if (r < 0)
        return r;
    while ((r = next_packet(&data, &offset, &packet)) > 0) {
        if (packet.tag != TAG_SIGNATURE)
            return error_set(reterr, -EBADMSG,
                             "it is not a signature alone (gpg --detach-sign makes such ones)");
        if (++n > OPENPGP_SIGNATURES_MAX)
            return error_set(reterr, -EBADMSG, "it has more than %d signatures", OPENPGP_SIGNATURES_MAX);
        found = signature_fault(&packet);
        if (found) {
            fault = found;
            continue;
        }
        memmove(data.bytes + kept, packet.start, packet.whole);
        kept += packet.whole;
    }
    if (r < 0)
        return error_set(reterr, r, "it is not a signature of OpenPGP");
    if (kept == 0)
        return error_set(reterr, -EKEYREJECTED, "%s", fault);
    data.size = kept;
    *ret = TAKE_STRUCT(data);
    return 0;
}

/* ----- Keys ----- */

static int check_key_packet(const Packet *packet, size_t n_keys, Error *reterr)
{
    switch (packet->tag) {
    case TAG_PUBLIC_KEY:
        return n_keys < OPENPGP_KEYS_MAX
                       ? 0
                       : error_set(reterr, -EBADMSG, "it has more than %d keys", OPENPGP_KEYS_MAX);
    case TAG_SIGNATURE:
    case TAG_TRUST:
    case TAG_USER_ID:
    case TAG_PUBLIC_SUBKEY:
    case TAG_USER_ATTRIBUTE:
        return n_keys > 0 ? 0 : error_set(reterr, -EBADMSG, "it does not begin with a public key");
    case TAG_SECRET_KEY:
    case TAG_SECRET_SUBKEY:
        return error_set(reterr, -EKEYREJECTED,
                         "it is a private key: export the public one (gpg --armor --export)");
    default: return error_set(reterr, -EBADMSG, "it is not a public key of OpenPGP");
    }
}

int openpgp_read_keys(const void *file, size_t size, OpenpgpData *ret, Error *reterr)
{
    _cleanup_openpgp_ OpenpgpData data = {};
    size_t offset = 0, n = 0;
    Packet packet;
    int r = decode(file, size, "PUBLIC KEY BLOCK", &data, reterr);

    if (r < 0)
        return r;
    while ((r = next_packet(&data, &offset, &packet)) > 0) {
        r = check_key_packet(&packet, n, reterr);
        if (r < 0)
            return r;
        n += packet.tag == TAG_PUBLIC_KEY;
    }
    if (r < 0 || n == 0)
        return error_set(reterr, -EBADMSG, "it is not a public key of OpenPGP");
    *ret = TAKE_STRUCT(data);
    return 0;
}

/* RFC 4880, 12.2 */
static int fingerprint(const Packet *packet, char ret[static FINGERPRINT_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t head[] = { 0x99, (uint8_t) (packet->size >> 8), (uint8_t) packet->size };
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct sha1_ctx context;

    if (packet->size < 6 || packet->size > UINT16_MAX || packet->body[0] != 4)
        return -EBADMSG;
    sha1_init(&context);
    sha1_update(&context, sizeof(head), head);
    sha1_update(&context, packet->size, packet->body);
    sha1_digest(&context, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest); i++) {
        ret[2 * i] = digits[digest[i] >> 4];
        ret[2 * i + 1] = digits[digest[i] & 0xf];
    }
    ret[FINGERPRINT_HEX] = '\0';
    return 0;
}

int openpgp_next_key(const OpenpgpData *data, size_t *offset, OpenpgpKey *ret, Error *reterr)
{
    size_t next = *offset;
    Packet packet;
    int r = next_packet(data, &next, &packet);

    if (r <= 0)
        return r;
    *ret = (OpenpgpKey){ .bytes = packet.start };
    if (fingerprint(&packet, ret->fingerprint) < 0)
        return error_set(reterr, -EBADMSG, "it is not a key of version 4 of OpenPGP");
    do
        *offset = next;
    while ((r = next_packet(data, &next, &packet)) > 0 && packet.tag != TAG_PUBLIC_KEY);
    ret->size = (size_t) (data->bytes + *offset - ret->bytes);
    return r < 0 ? r : 1;
}
