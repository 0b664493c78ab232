/* SPDX-License-Identifier: Apache-2.0 */
/* Names: units, paths, programs, devices, addresses. See systemd-values.c. */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/name.h"
#include "base/signal-name.h"
#include "base/string-util.h"
#include "podfile/systemd-values.h"
#include "podfile/words.h"
#include "unit/unit-name.h"

/* Matches "%n", but not the "%" of "50%". */
static bool has_specifier(const char *value)
{
    for (const char *s = value; (s = strchr(s, '%')); s++)
        if (isalpha((unsigned char) s[1]) || s[1] == '%')
            return true;
    return false;
}

/* Calls check for each word of value, except words with a specifier. */
static int for_each_word(const char *value, int (*check)(const char *word, Error *reterr), Error *reterr)
{
    _cleanup_free_ char *copy = strdup(value);
    size_t size;
    int r = copy ? words_split(copy, &size, reterr) : -ENOMEM;

    if (r < 0)
        return r;
    for (const char *word = NULL; r >= 0 && (word = words_next(copy, size, word));)
        if (!has_specifier(word))
            r = check(word, reterr);
    return r;
}

static int check_unit(const char *word, Error *reterr)
{
    return unit_name_is_valid(word)
                   ? 0
                   : systemd_refuse(word, "the name of a unit (as db.service; a pod's is rkt-NAME.service)",
                                    reterr);
}

int systemd_check_units(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_unit, reterr);
}

int systemd_check_slice(const Setting *key _unused_, const char *value, Error *reterr)
{
    return has_specifier(value) || (unit_name_is_valid(value) && endswith(value, ".slice"))
                   ? 0
                   : systemd_refuse(value, "the name of a slice (as web.slice)", reterr);
}

static int check_socket(const char *word, Error *reterr)
{
    return unit_name_is_valid(word) && endswith(word, ".socket")
                   ? 0
                   : systemd_refuse(word, "the name of a socket unit", reterr);
}

int systemd_check_sockets(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_socket, reterr);
}

static int check_path(const char *word, Error *reterr)
{
    return *word == '/' ? 0 : systemd_refuse(word, "an absolute path", reterr);
}

int systemd_check_paths(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_path, reterr);
}

int systemd_check_path(const Setting *key _unused_, const char *value, Error *reterr)
{
    return has_specifier(value) ? 0 : check_path(value, reterr);
}

static const char *skip_condition_marks(const char *value)
{
    value += *value == '|';
    value += *value == '!';
    return systemd_skip_blanks(value);
}

int systemd_check_condition_path(const Setting *key, const char *value, Error *reterr)
{
    return systemd_check_path(key, skip_condition_marks(value), reterr);
}

static int check_program(const char *word, Error *reterr)
{
    word += strspn(word, "-@:+!|");
    if (has_specifier(word))
        return 0;
    return *word && !endswith(word, "/") && (*word == '/' || !strchr(word, '/'))
                   ? 0
                   : systemd_refuse(word, "a program (an absolute path, or a name in the search path)",
                                    reterr);
}

/* One value may hold several commands, separated by the word ";". */
int systemd_check_command(const Setting *key _unused_, const char *value, Error *reterr)
{
    _cleanup_free_ char *copy = strdup(value);
    bool first = true;
    size_t size;
    int r = copy ? words_split(copy, &size, reterr) : -ENOMEM;

    if (r < 0)
        return r;
    for (const char *word = NULL; r >= 0 && (word = words_next(copy, size, word));) {
        if (first)
            r = check_program(word, reterr);
        first = streq(word, ";");
    }
    return r;
}

static int check_uri(const char *word, Error *reterr)
{
    static const char *const schemes[] = { "http://", "https://", "file:/", "info:", "man:" };

    for (size_t i = 0; i < ELEMENTSOF(schemes); i++)
        if (strncasecmp(word, schemes[i], strlen(schemes[i])) == 0 && word[strlen(schemes[i])])
            return 0;
    return systemd_refuse(word, "a URI (http://, https://, file:/, info: or man:)", reterr);
}

int systemd_check_documentation(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_uri, reterr);
}

static bool is_exit_status(const char *word)
{
    uint64_t n;

    return parse_u64(word, &n) >= 0 && n <= 255;
}

static int check_exit_status(const char *word, Error *reterr)
{
    static const char names[] =
            "SUCCESS|FAILURE|INVALIDARGUMENT|NOTIMPLEMENTED|NOPERMISSION|NOTINSTALLED|NOTCONFIGURED|"
            "NOTRUNNING|USAGE|"
            "DATAERR|NOINPUT|NOUSER|NOHOST|UNAVAILABLE|SOFTWARE|OSERR|OSFILE|CANTCREAT|IOERR|TEMPFAIL|"
            "PROTOCOL|NOPERM|"
            "CONFIG|EXEC|CHDIR|NICE|FDS|MEMORY|LIMITS|OOM_ADJUST|SIGNAL_MASK|STDIN|STDOUT|STDERR|CHROOT|"
            "IOPRIO|"
            "TIMERSLACK|SECUREBITS|SETSCHEDULER|CPUAFFINITY|GROUP|USER|CAPABILITIES|CGROUP|SETSID|CONFIRM|"
            "PAM|NETWORK|"
            "NAMESPACE|NO_NEW_PRIVILEGES|SECCOMP|SELINUX_CONTEXT|PERSONALITY|APPARMOR|ADDRESS_FAMILIES|"
            "RUNTIME_DIRECTORY|CHOWN|SMACK_PROCESS_LABEL|KEYRING|STATE_DIRECTORY|CACHE_DIRECTORY|LOGS_"
            "DIRECTORY|"
            "CONFIGURATION_DIRECTORY|NUMA_POLICY|CREDENTIALS|BPF|EXCEPTION";

    if (is_exit_status(word) || is_one_of(word, names) ||
        (!isdigit((unsigned char) *word) && signal_from_name(word) >= 0))
        return 0;
    return systemd_refuse(word, "an exit status (0 to 255, a name as TEMPFAIL) or a signal", reterr);
}

int systemd_check_exit_statuses(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_exit_status, reterr);
}

int systemd_check_exit_status(const Setting *key _unused_, const char *value, Error *reterr)
{
    return is_exit_status(value) ? 0 : systemd_refuse(value, "an exit status from 0 to 255", reterr);
}

int systemd_check_credential(const Setting *key _unused_, const char *value, Error *reterr)
{
    _cleanup_free_ char *id = strndup(value, strcspn(value, ":"));

    if (!id)
        return -ENOMEM;
    return has_specifier(id) || credential_name_is_valid(id)
                   ? 0
                   : systemd_refuse(id, "the name of a credential", reterr);
}

static int check_directory(const char *word, Error *reterr)
{
    const char *end = word + strcspn(word, ":");

    for (const char *s = word; s; s = strchr(s, '/')) {
        s += *s == '/';
        if (startswith(s, "..") && (s[2] == '/' || s[2] == '\0' || s + 2 == end))
            return systemd_refuse(word, "a relative path without \"..\"", reterr);
    }
    return *word && *word != '/' ? 0 : systemd_refuse(word, "a relative path without \"..\"", reterr);
}

int systemd_check_directories(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_directory, reterr);
}

/* key->words: a word that is valid, too. */
int systemd_check_processors(const Setting *key, const char *value, Error *reterr)
{
    const char *s = value;

    if (key->words && is_one_of(value, key->words))
        return 0;
    while (*s) {
        char *end;
        unsigned long first, last;

        s += strspn(s, ", \t");
        if (*s == '\0')
            return 0;
        if (!isdigit((unsigned char) *s))
            break;
        first = last = strtoul(s, &end, 10);
        if (*end == '-' && isdigit((unsigned char) end[1]))
            last = strtoul(end + 1, &end, 10);
        if (first > last || last > 8191 || (*end && !strchr(", \t", *end)))
            break;
        s = end;
    }
    return *s ? systemd_refuse(value, "a list of numbers (as 0-3 5,7)", reterr) : 0;
}

/* ----- Devices ----- */

int systemd_check_device(const Setting *key _unused_, const char *value, Error *reterr)
{
    size_t n = strcspn(value, " \t");
    const char *access = systemd_skip_blanks(value + n);

    if (has_specifier(value))
        return 0;
    if (!startswith(value, "/dev/") && !startswith(value, "/run/systemd/inaccessible/") &&
        !startswith(value, "char-") && !startswith(value, "block-"))
        return systemd_refuse(value, "a device (/dev/…, char-…, block-…)", reterr);
    return access[strspn(access, "rwm")] == '\0' && strlen(access) <= 3
                   ? 0
                   : systemd_refuse(value, "a device with an access of r, w and m", reterr);
}

/* PATH VALUE */
static int check_device_value(const char *value, bool (*is_valid)(const char *), const char *what,
                              Error *reterr)
{
    size_t n = strcspn(value, " \t");
    const char *rest = systemd_skip_blanks(value + n);

    return has_specifier(value) || (*rest && is_valid(rest)) ? 0 : systemd_refuse(value, what, reterr);
}

static bool is_weight(const char *value)
{
    uint64_t n;

    return parse_u64(value, &n) >= 0 && n >= 1 && n <= 10000;
}

static bool is_rate(const char *value)
{
    return streq(value, "infinity") || systemd_is_size(value);
}

int systemd_check_device_weight(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_device_value(value, is_weight, "a path and a weight from 1 to 10000", reterr);
}

int systemd_check_device_rate(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_device_value(value, is_rate, "a path and a rate (as /dev/sda 10M)", reterr);
}

int systemd_check_device_time(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_device_value(value, systemd_is_time, "a path and a time (as /dev/sda 25ms)", reterr);
}

/* ----- Addresses ----- */

static bool is_address(const char *address, const char *prefix)
{
    struct in6_addr room;
    uint64_t bits;

    if (inet_pton(AF_INET, address, &room) == 1)
        return !prefix || (parse_u64(prefix, &bits) >= 0 && bits <= 32);
    if (inet_pton(AF_INET6, address, &room) == 1)
        return !prefix || (parse_u64(prefix, &bits) >= 0 && bits <= 128);
    return false;
}

static int check_address(const char *word, Error *reterr)
{
    const char *slash = strchr(word, '/');
    _cleanup_free_ char *address = strndup(word, strcspn(word, "/"));

    if (!address)
        return -ENOMEM;
    return is_one_of(word, "any|localhost|link-local|multicast") ||
                           is_address(address, slash ? slash + 1 : NULL)
                   ? 0
                   : systemd_refuse(
                             word,
                             "an address (as 10.0.0.0/8, fe80::/10, any, localhost, link-local, multicast)",
                             reterr);
}

int systemd_check_addresses(const Setting *key _unused_, const char *value, Error *reterr)
{
    return for_each_word(value, check_address, reterr);
}

static bool is_port(const char *value)
{
    uint64_t n;

    return parse_u64(value, &n) >= 0 && n >= 1 && n <= 65535;
}

int systemd_check_listen(const Setting *key _unused_, const char *value, Error *reterr)
{
    const char *colon = strrchr(value, ':');
    _cleanup_free_ char *host = NULL;

    if (has_specifier(value) || (*value == '/' && value[1]) || (*value == '@' && value[1]) ||
        startswith(value, "vsock:") || is_port(value))
        return 0;
    if (colon && is_port(colon + 1)) {
        bool brackets = *value == '[' && colon > value && colon[-1] == ']';

        host = strndup(value + brackets, (size_t) (colon - value) - 2 * brackets);
        if (!host)
            return -ENOMEM;
        if (brackets || strchr(host, '.'))
            host[strcspn(host, "%")] = '\0'; /* the scope of a link-local address */
        if (is_address(host, NULL) && brackets == (strchr(host, ':') != NULL))
            return 0;
    }
    return systemd_refuse(
            value, "an address to listen on (as 80, 127.0.0.1:80, [::1]:80, /run/web.sock, @web)", reterr);
}
