/* SPDX-License-Identifier: Apache-2.0 */
/* gpg is run anew for each step. Its output goes to a memory file, so that it never waits for us; what it
 * says of signatures are the status lines of doc/DETAILS in its source, on a descriptor that has nothing
 * else. */

#include "gpg.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/spawn.h"
#include "base/string-util.h"

enum { OUTPUT_MAX = 8 << 20 };

static const char program[] = "/usr/bin/gpg";

/* trust-model: which keys are trusted is the keystore's to say, so gpg need not reckon with owners. */
static const char configuration[] = "batch\nno-tty\nno-autostart\ndisable-dirmngr\nno-auto-key-locate\n"
                                    "no-auto-key-retrieve\nno-auto-check-trustdb\ntrust-model always\n";

struct Gpg {
    char home[sizeof("/tmp/rkt-gpg-XXXXXX")]; /* "": not made */
    int fd;                                   /* of the home */
};

/* ----- The home ----- */

void gpg_free(Gpg *gpg)
{
    if (!gpg)
        return;
    safe_close(gpg->fd);
    if (*gpg->home)
        (void) remove_tree_at(AT_FDCWD, gpg->home);
    free(gpg);
}

static int make_home(Gpg *gpg, Error *reterr)
{
    int r;

    memcpy(gpg->home, "/tmp/rkt-gpg-XXXXXX", sizeof(gpg->home));
    if (!mkdtemp(gpg->home)) {
        *gpg->home = '\0';
        return error_set_errno(reterr, -errno, "cannot make a directory for gpg in /tmp");
    }
    gpg->fd = open(gpg->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = gpg->fd < 0 ? -errno
                    : write_file_at(gpg->fd, "gpg.conf", configuration, strlen(configuration), 0600, 0);
    return r < 0 ? error_set_errno(reterr, r, "cannot write into \"%s\"", gpg->home) : 0;
}

int gpg_open(Gpg **ret, Error *reterr)
{
    _cleanup_(gpg_freep) Gpg *gpg = calloc(1, sizeof(*gpg));
    int r;

    if (!gpg)
        return -ENOMEM;
    gpg->fd = -EBADF;
    if (access(program, X_OK) < 0)
        return error_set_errno(reterr, -errno, "cannot run \"%s\", which verifies signatures: install gpg",
                               program);
    r = make_home(gpg, reterr);
    if (r >= 0)
        *ret = TAKE_PTR(gpg);
    return r;
}

/* ----- Running gpg ----- */

/* Starts it with these arguments, after which there is a NULL; input and output become 0 and 1. */
static int start(const Gpg *gpg, const char *const *arguments, int input, int output, pid_t *ret)
{
    static char locale[] = "LC_ALL=C.UTF-8", *const environment[] = { locale, NULL };
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    _cleanup_strv_ char **argv = NULL;
    int r = null < 0 ? -errno : strv_split("gpg --homedir", " ", &argv);

    if (r >= 0)
        r = strv_extend(&argv, gpg->home);
    for (; r >= 0 && *arguments; arguments++)
        r = strv_extend(&argv, *arguments);
    if (r < 0)
        return r;
    options.fds[STDIN_FILENO] = input < 0 ? null : input;
    options.fds[STDOUT_FILENO] = output;
    options.fds[STDERR_FILENO] = null;
    options.environment = environment;
    options.die_with_parent = true;
    return spawn(program, argv, &options, ret);
}

/* A status of 1 or 2 is gpg's word for what it does not like; the output has what counts. */
static int finish(pid_t child, int output, char **ret)
{
    int r = wait_for_exit(child);

    if (r > 2)
        return -EIO;
    if (r >= 0 && lseek(output, 0, SEEK_SET) < 0)
        r = -errno;
    return r < 0 ? r : read_fd(output, OUTPUT_MAX, ret, NULL);
}

static int run(const Gpg *gpg, const char *const *arguments, int input, char **ret)
{
    _cleanup_close_ int output = memfd_create("gpg", MFD_CLOEXEC);
    pid_t child;
    int r = output < 0 ? -errno : start(gpg, arguments, input, output, &child);

    return r < 0 ? r : finish(child, output, ret);
}

int gpg_import(Gpg *gpg, const void *keys, size_t size, Error *reterr)
{
    static const char *const arguments[] = { "--import", NULL };
    _cleanup_close_ int input = memfd_create("keys", MFD_CLOEXEC);
    _cleanup_free_ char *text = NULL;
    int r = input < 0 ? -errno : write_full(input, keys, size);

    if (r >= 0 && lseek(input, 0, SEEK_SET) < 0)
        r = -errno;
    if (r >= 0)
        r = run(gpg, arguments, input, &text);
    return r < 0 ? error_set_errno(reterr, r, "gpg cannot read the keys") : 0;
}

/* ----- Keys ----- */

void gpg_key_done(GpgKey *key)
{
    strv_free(key->users);
    strv_free(key->subkeys);
    *key = (GpgKey){};
}

static void make_lowercase(char *s)
{
    for (; *s; s++)
        if (*s >= 'A' && *s <= 'F')
            *s = (char) (*s - 'A' + 'a');
}

/* In a listing ":" and control characters are \xNN. */
static void unescape(char *s)
{
    char *to = s;
    unsigned c;

    for (; *s; to++)
        if (s[0] == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x", &c) == 1 && c > 0 && s[3]) {
            *to = (char) c;
            s += 4;
        } else
            *to = *s++;
    *to = '\0';
}

/* The fields of a line of a listing with colons, from 0 on; those that it lacks are "". */
enum { FIELD_TYPE, FIELD_VALIDITY, FIELD_TEXT = 9, FIELDS };

static void split_line(char *line, char *fields[static FIELDS])
{
    static char none[] = "";

    for (size_t i = 0; i < FIELDS; i++) {
        char *field = line ? strsep(&line, ":") : NULL;

        fields[i] = field ? field : none;
    }
}

static int take_fingerprint(GpgKey *key, char *fingerprint)
{
    make_lowercase(fingerprint);
    if (strlen(fingerprint) != FINGERPRINT_HEX)
        return 0;
    if (*key->fingerprint)
        return strv_extend(&key->subkeys, fingerprint);
    memcpy(key->fingerprint, fingerprint, sizeof(key->fingerprint));
    return 0;
}

static int take_line(GpgKey *key, char *line)
{
    char *fields[FIELDS];

    split_line(line, fields);
    if (streq(fields[FIELD_TYPE], "pub")) {
        key->expired = *fields[FIELD_VALIDITY] == 'e';
        key->revoked = *fields[FIELD_VALIDITY] == 'r';
    } else if (streq(fields[FIELD_TYPE], "fpr"))
        return take_fingerprint(key, fields[FIELD_TEXT]);
    else if (streq(fields[FIELD_TYPE], "uid") && *fields[FIELD_VALIDITY] != 'r') {
        unescape(fields[FIELD_TEXT]);
        return strv_extend(&key->users, fields[FIELD_TEXT]);
    }
    return 0;
}

int gpg_find(Gpg *gpg, const char *id, GpgKey *ret)
{
    const char *const arguments[] = {
        "--with-colons", "--with-fingerprint", "--with-fingerprint", "--list-keys", "--", id, NULL
    };
    _cleanup_free_ char *text = NULL;
    GpgKey key = {};
    int r = run(gpg, arguments, -EBADF, &text);
    char *rest = text, *line;

    while (r >= 0 && (line = strsep(&rest, "\n")))
        r = take_line(&key, line);
    if (r >= 0 && !*key.fingerprint)
        r = -ENOENT;
    if (r < 0)
        gpg_key_done(&key);
    else
        *ret = key;
    return r;
}

int gpg_export(Gpg *gpg, const char *fingerprint, char **ret, Error *reterr)
{
    const char *const arguments[] = { "--armor", "--export", "--", fingerprint, NULL };
    _cleanup_free_ char *text = NULL;
    int r = run(gpg, arguments, -EBADF, &text);

    if (r < 0)
        return error_set_errno(reterr, r, "gpg cannot export the key %s", fingerprint);
    if (!*text)
        return error_set(reterr, -EKEYREJECTED, "gpg does not accept the key %s", fingerprint);
    *ret = TAKE_PTR(text);
    return 0;
}

/* ----- Signatures ----- */

/* Until its end, or until gpg has had enough. */
static int pump(GpgRead read, void *userdata, int to)
{
    enum { BUFFER = 256 * 1024 };
    _cleanup_free_ char *buffer = malloc(BUFFER);
    int r = buffer ? 0 : -ENOMEM;

    while (r >= 0) {
        ssize_t n = read(buffer, BUFFER, userdata);

        if (n <= 0)
            return (int) n;
        r = write_full(to, buffer, (size_t) n);
    }
    return r == -EPIPE ? 0 : r;
}

static int run_verify(Gpg *gpg, GpgRead read, void *userdata, char **ret)
{
    _cleanup_close_ int output = memfd_create("gpg", MFD_CLOEXEC), from = -EBADF, to = -EBADF;
    _cleanup_free_ char *path = string_concat(gpg->home, "/signatures");
    const char *const arguments[] = { "--status-fd", "1", "--verify", "--", path, "-", NULL };
    int pair[2], r, pumped;
    pid_t child;

    if (!path)
        return -ENOMEM;
    if (output < 0 || pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    from = pair[0];
    to = pair[1];
    r = start(gpg, arguments, from, output, &child);
    if (r < 0)
        return r;
    from = safe_close(from);
    pumped = pump(read, userdata, to);
    to = safe_close(to);
    r = finish(child, output, ret);
    return pumped < 0 ? pumped : r;
}

/* The word at *text, and *text after it; "" when there is none. */
static const char *next_word(char **text)
{
    char *word = strsep(text, " ");

    return word ? word : "";
}

typedef struct Status {
    GpgSignature *signatures;
    size_t n;
    bool good; /* the last one, once VALIDSIG has said the same */
} Status;

static void begin_signature(Status *status, GpgVerdict verdict, const char *id)
{
    GpgSignature *signature;

    if (status->n == OPENPGP_SIGNATURES_MAX)
        return;
    signature = &status->signatures[status->n++];
    signature->verdict = verdict;
    (void) snprintf(signature->id, sizeof(signature->id), "%s", id);
}

/* ERRSIG: key ID, algorithm, digest, class, time, reason, fingerprint. */
static void take_error(Status *status, char *text)
{
    const char *id = next_word(&text), *reason = "", *fingerprint;

    for (size_t i = 0; i < 5; i++)
        reason = next_word(&text);
    fingerprint = next_word(&text);
    begin_signature(status, streq(reason, "9") ? GPG_VERDICT_UNKNOWN_KEY : GPG_VERDICT_FAILED,
                    strlen(fingerprint) == FINGERPRINT_HEX ? fingerprint : id);
}

static void take_status(Status *status, char *text)
{
    static const struct {
        const char *word;
        GpgVerdict verdict;
    } verdicts[] = {
        { "GOODSIG", GPG_VERDICT_FAILED }, /* until VALIDSIG */
        { "BADSIG", GPG_VERDICT_BAD },
        { "EXPSIG", GPG_VERDICT_EXPIRED },
        { "EXPKEYSIG", GPG_VERDICT_KEY_EXPIRED },
        { "REVKEYSIG", GPG_VERDICT_KEY_REVOKED },
    };
    const char *word = next_word(&text);

    if (streq(word, "ERRSIG"))
        take_error(status, text);
    else if (streq(word, "VALIDSIG") && status->n > 0) {
        GpgSignature *last = &status->signatures[status->n - 1];

        (void) snprintf(last->id, sizeof(last->id), "%s", next_word(&text));
        if (status->good)
            last->verdict = GPG_VERDICT_GOOD;
    }
    for (size_t i = 0; i < ELEMENTSOF(verdicts); i++)
        if (streq(word, verdicts[i].word)) {
            status->good = streq(word, "GOODSIG");
            begin_signature(status, verdicts[i].verdict, next_word(&text));
        }
}

int gpg_verify(Gpg *gpg, const void *signatures, size_t size, GpgRead read, void *userdata, GpgSignature *ret,
               size_t *ret_n, Error *reterr)
{
    Status status = { .signatures = ret };
    _cleanup_free_ char *text = NULL;
    char *rest, *line, *behind;
    int r = write_file_at(gpg->fd, "signatures", signatures, size, 0600, 0);

    (void) signal(SIGPIPE, SIG_IGN); /* gpg may not want all of the file */
    if (r >= 0)
        r = run_verify(gpg, read, userdata, &text);
    if (r < 0)
        return error_set_errno(reterr, r, "gpg cannot verify the signature");
    for (rest = text; (line = strsep(&rest, "\n"));) {
        behind = line + strlen("[GNUPG:] ");
        if (startswith(line, "[GNUPG:] "))
            take_status(&status, behind);
    }
    *ret_n = status.n;
    return 0;
}
