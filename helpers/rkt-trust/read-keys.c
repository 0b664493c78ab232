/* SPDX-License-Identifier: Apache-2.0 */
/* The child answers with records in a memory file. Should the key file have taken it over, it can still only
 * answer, and every field of the answer is looked at. */

#include "read-keys.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/privilege.h"
#include "base/record.h"
#include "base/spawn.h"
#include "cli/command.h"
#include "trust/gpg.h"
#include "trust/keystore.h"

/* Records write "%0A" for a line's end; a key loses nothing else. */
enum { ANSWER_MAX = 16 << 20 };

static const RecordField key_fields[] = {
    { "fingerprint", RECORD_STRING, offsetof(ReadKey, fingerprint) },
    { "user", RECORD_STRINGS, offsetof(ReadKey, users) },
    { "subkey", RECORD_STRINGS, offsetof(ReadKey, subkeys) },
    { "expired", RECORD_BOOL, offsetof(ReadKey, expired) },
    { "revoked", RECORD_BOOL, offsetof(ReadKey, revoked) },
    { "armored", RECORD_STRING, offsetof(ReadKey, armored) },
    {},
};

static const RecordField fields[] = {
    { "number", RECORD_INT, offsetof(ReadKeys, number) },
    { "error", RECORD_STRING, offsetof(ReadKeys, error) },
    { NULL, RECORD_OBJECTS, offsetof(ReadKeys, items), offsetof(ReadKeys, n), NULL, key_fields,
      sizeof(ReadKey) },
    {},
};

void read_keys_done(ReadKeys *keys)
{
    record_done(fields, keys);
}

/* ----- In the child ----- */

static int add_key(Gpg *gpg, const OpenpgpKey *found, ReadKeys *keys, Error *reterr)
{
    ReadKey *key = ARRAY_APPEND(keys->items, keys->n);
    GpgKey known = {};
    int r = key ? gpg_import(gpg, found->bytes, found->size, reterr) : -ENOMEM;

    if (r >= 0) {
        r = gpg_find(gpg, found->fingerprint, &known);
        if (r == -ENOENT)
            return error_set(
                    reterr, -EKEYREJECTED,
                    "gpg does not accept the key %s: it has no valid user ID, or is of an unknown kind",
                    found->fingerprint);
    }
    if (r >= 0)
        r = gpg_export(gpg, found->fingerprint, &key->armored, reterr);
    if (r < 0) {
        gpg_key_done(&known);
        return r;
    }
    key->fingerprint = strdup(known.fingerprint);
    key->users = known.users;
    key->subkeys = known.subkeys;
    key->expired = known.expired;
    key->revoked = known.revoked;
    return key->fingerprint ? 0 : -ENOMEM;
}

static int understand(const void *file, size_t size, ReadKeys *keys, Error *reterr)
{
    _cleanup_openpgp_ OpenpgpData data = {};
    _cleanup_(gpg_freep) Gpg *gpg = NULL;
    size_t offset = 0;
    OpenpgpKey key;
    int r = openpgp_read_keys(file, size, &data, reterr);

    if (r >= 0)
        r = gpg_open(&gpg, reterr);
    if (r < 0)
        return r;
    while ((r = openpgp_next_key(&data, &offset, &key, reterr)) > 0) {
        r = add_key(gpg, &key, keys, reterr);
        if (r < 0)
            return r;
    }
    return r;
}

/* A change of user undoes PR_SET_PDEATHSIG. */
static int read_file(int file, pid_t parent, ReadKeys *keys, Error *reterr)
{
    _cleanup_free_ char *content = NULL;
    size_t size;
    int r = privilege_drop("rkt", reterr);

    if (r >= 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent))
        r = -ESRCH;
    if (r >= 0)
        r = read_fd(file, OPENPGP_SIZE_MAX, &content, &size);
    return r < 0 ? r : understand(content, size, keys, reterr);
}

static int work(int file, int to, pid_t parent)
{
    struct rlimit limit = { ANSWER_MAX, ANSWER_MAX };
    _cleanup_(read_keys_done) ReadKeys keys = {};
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_buffer_ Buffer text = {};
    int r;

    if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
        return EXIT_GENERAL;
    r = read_file(file, parent, &keys, &error);
    if (r < 0) {
        read_keys_done(&keys);
        keys.number = -r;
        keys.error = strdup(error_cause(&error) ? error_cause(&error) : strerror(-r));
    }
    record_add_object(&text, fields, &keys);
    return buffer_error(&text) < 0 || write_full(to, text.data, text.size) < 0 ? EXIT_GENERAL : 0;
}

/* ----- In the parent ----- */

static int check_answer(const ReadKeys *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        const ReadKey *key = &keys->items[i];

        if (!key->fingerprint || !fingerprint_is_valid(key->fingerprint) || !key->armored ||
            strlen(key->armored) > OPENPGP_SIZE_MAX)
            return -EBADMSG;
        STRV_FOREACH (subkey, key->subkeys)
            if (!fingerprint_is_valid(*subkey))
                return -EBADMSG;
    }
    return keys->n > 0 || keys->number > 0 ? 0 : -EBADMSG;
}

static int hear(int from, ReadKeys *ret)
{
    _cleanup_(read_keys_done) ReadKeys keys = {};
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r = lseek(from, 0, SEEK_SET) < 0 ? -errno : read_fd(from, ANSWER_MAX, &text, &size);

    if (r >= 0)
        r = record_read(text, size, fields, &keys, NULL);
    if (r >= 0)
        r = check_answer(&keys);
    if (r >= 0)
        *ret = TAKE_STRUCT(keys);
    return r;
}

int read_keys(const char *path, ReadKeys *ret, Error *reterr)
{
    _cleanup_close_ int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), memory = -EBADF;
    pid_t parent = getpid(), child;
    struct stat st;
    int r;

    if (file < 0 || fstat(file, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot open the key file \"%s\"", path);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "\"%s\" is not a regular file", path);
    memory = memfd_create("keys", MFD_CLOEXEC);
    if (memory < 0)
        return -errno;
    child = fork();
    if (child < 0)
        return -errno;
    if (child == 0)
        _exit(work(file, memory, parent));
    r = wait_for_exit(child);
    r = r > 0 ? -ECHILD : r < 0 ? r : hear(memory, ret);
    if (r < 0)
        return error_set_errno(reterr, r, "the process that reads the key file \"%s\" has failed", path);
    if (ret->number > 0)
        return error_set(reterr, -ret->number, "cannot use the key file \"%s\": %s", path,
                         ret->error ? ret->error : strerror(ret->number));
    return 0;
}
