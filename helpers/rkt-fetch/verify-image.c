/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys may sign an image follows from its name, which is known when all of it was read. So the file is
 * read twice. It could be changed between: the digests of both times are compared. */

#include "verify-image.h"

#include <string.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/string-util.h"
#include "trust/verify.h"

typedef struct Source {
    int fd;
    KeyDigest digest;
} Source;

static ssize_t read_source(void *buffer, size_t size, void *userdata)
{
    Source *source = userdata;
    ssize_t n = read_full(source->fd, buffer, size);

    if (n > 0)
        key_digest_add(&source->digest, buffer, (size_t) n);
    return n;
}

static int read_signatures(const Request *request, OpenpgpData *ret, Error *reterr)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *file = NULL;
    size_t size;
    int r = read_fd(request->signature_fd, OPENPGP_SIZE_MAX, &file, &size);

    if (r >= 0)
        r = openpgp_read_signatures(file, size, ret, &error);
    if (r >= 0)
        return 0;
    return error_set(reterr, r, "error reading signature file \"%s%s\": %s",
                     request->signature ? request->signature : request->path,
                     request->signature ? "" : ".asc",
                     error_cause(&error) ? error_cause(&error) : strerror(-r));
}

static void tell_key(const FetchArguments *arguments, const GpgKey *key)
{
    if (arguments->quiet)
        return;
    if (isatty(STDERR_FILENO))
        (void) fputs("\r\033[K", stderr);
    log_info("signature verified:");
    log_info("  %s", key->users ? key->users[0] : key->fingerprint);
}

int verify_image(const Request *request, const FetchArguments *arguments, const ImportContents *contents,
                 Error *reterr)
{
    Source source = { .fd = request->fd };
    _cleanup_openpgp_ OpenpgpData signatures = {};
    char sha512[SHA512_HEX + 1];
    GpgKey key = {};
    int r = read_signatures(request, &signatures, reterr);

    if (r >= 0 && lseek(source.fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r < 0)
        return r;
    key_digest_init(&source.digest);
    r = image_signature_verify(arguments->keystore, contents->image->name, &signatures, read_source, &source,
                               &key, reterr);
    key_digest_finish_whole(&source.digest, sha512);
    if (r >= 0 && !streq(sha512, contents->source.sha512))
        r = error_set(reterr, -EBADMSG, "the file was changed while it was read: fetch it again");
    if (r >= 0)
        tell_key(arguments, &key);
    gpg_key_done(&key);
    return r;
}
