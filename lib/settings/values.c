/* SPDX-License-Identifier: Apache-2.0 */
/* These checks help the author of a pod file: they report errors early, with file and line. The command
 * lines check again, so doubtful values are accepted here. */

#include "settings/values.h"

#include <ctype.h>

#include "settings/directory.h"
#include "base/quantity.h"
#include "base/name.h"
#include "base/signal-name.h"
#include "base/duration.h"
#include "base/string-util.h"

int setting_check_text(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (*value == '\0')
        return error_set(reterr, -EINVAL, "the value is empty");
    return 0;
}

int setting_check_bool(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (parse_bool(value) < 0)
        return error_set(reterr, -EINVAL, "\"%s\" is neither true nor false", value);
    return 0;
}

int setting_check_enum(const Setting *setting, const char *value, Error *reterr)
{
    if (!is_one_of(value, setting->words))
        return error_set(reterr, -EINVAL, "\"%s\" must be %s", value,
                         setting->metavar ? setting->metavar : setting->words);
    return 0;
}

int setting_check_range(const Setting *setting, const char *value, Error *reterr)
{
    int64_t n;

    if (parse_i64(value, &n) < 0 || n < setting->min || n > setting->max)
        return error_set(reterr, -EINVAL, "\"%s\" is not a number from %lld to %lld", value,
                         (long long) setting->min, (long long) setting->max);
    return 0;
}

int setting_check_path(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (*value != '/')
        return error_set(reterr, -EINVAL, "\"%s\" is not an absolute path", value);
    return 0;
}

int setting_check_image(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (*value == '\0' || *value == '-')
        return error_set(reterr, -EINVAL, "\"%s\" is not an image", value);
    if (value[strcspn(value, " \t")] != '\0')
        return error_set(reterr, -EINVAL, "\"%s\" is more than one image; each app has its own [App:NAME]",
                         value);
    if (startswith(value, "./") || startswith(value, "../") ||
        (*value != '/' && !strchr(value, ':') && endswith(value, ".aci")))
        return error_set(reterr, -EINVAL, "\"%s\" is a relative path; a unit needs an absolute one", value);
    return 0;
}

int setting_check_signal(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (signal_from_name(value) < 0)
        return error_set(reterr, -EINVAL, "\"%s\" is not a signal", value);
    return 0;
}

int setting_check_timeout(const Setting *setting, const char *value, Error *reterr)
{
    int64_t ns;

    if (parse_timespan(value, &ns) < 0 || ns > setting->max * INT64_C(1000000000))
        return error_set(reterr, -EINVAL, "\"%s\" is not a time of at most %lldh", value,
                         (long long) setting->max / 3600);
    return 0;
}

int setting_check_program(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (*value == '\0')
        return error_set(reterr, -EINVAL, "the program's name is empty");
    if (strchr("-@:+!|", *value))
        return error_set(reterr, -EINVAL, "\"%c\" before the program means nothing here; leave it out",
                         *value);
    return 0;
}

static int check_quantity(const char *value, bool milli, uint64_t *ret, Error *reterr)
{
    if (quantity_parse(value, milli, ret) < 0 || *ret == 0)
        return error_set(reterr, -EINVAL, "\"%s\" is not a quantity (such as 500m, 2, 128M, 1Gi)", value);
    return 0;
}

int setting_check_quantity(const Setting *setting, const char *value, Error *reterr)
{
    uint64_t n;

    (void) setting;
    return check_quantity(value, true, &n, reterr);
}

int setting_check_size(const Setting *setting, const char *value, Error *reterr)
{
    uint64_t n;
    int r = check_quantity(value, false, &n, reterr);

    if (r >= 0 && n < (uint64_t) setting->min)
        return error_set(reterr, -EINVAL, "%s is less than %lld bytes", value, (long long) setting->min);
    return r;
}

int setting_check_assignment(const Setting *setting, const char *value, Error *reterr)
{
    const char *equals = strchr(value, '=');

    (void) setting;
    if (!equals || equals == value)
        return error_set(reterr, -EINVAL, "\"%s\" is not NAME=VALUE", value);
    for (const char *s = value; s < equals; s++)
        if (!isalnum((unsigned char) *s) && !strchr("_.-", *s))
            return error_set(reterr, -EINVAL, "\"%.*s\" is not a valid name of a variable",
                             (int) (equals - value), value);
    return 0;
}

int setting_check_annotation(const Setting *setting, const char *value, Error *reterr)
{
    const char *equals = strchr(value, '=');

    (void) setting;
    if (!equals || equals == value)
        return error_set(reterr, -EINVAL, "\"%s\" is not NAME=VALUE", value);
    return 0;
}

int setting_check_capability(const Setting *setting, const char *value, Error *reterr)
{
    char copy[256];

    /* A word may itself be a list with commas, as on the command line. */
    if (strlen(value) >= sizeof(copy))
        return error_set(reterr, -EINVAL, "\"%.32s…\" is not a capability", value);
    (void) snprintf(copy, sizeof(copy), "%s", value);
    for (char *save = NULL, *name = strtok_r(copy, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        const char *rest = startswith(name, "CAP_");

        if (!rest || *rest == '\0' || rest[strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
            return error_set(reterr, -EINVAL, "\"%s\" is not a capability (such as CAP_NET_ADMIN)", name);
    }
    return setting_check_text(setting, value, reterr);
}

/* One row for each part of a volume or mount, between its commas. */
typedef struct Part {
    const char *name;
    enum { PART_TEXT, PART_BOOL, PART_PATH, PART_NUMBER, PART_MODE, PART_KIND, PART_NAME } kind;
} Part;

static const Part volume_parts[] = {
    { "kind", PART_KIND }, { "source", PART_PATH }, { "readOnly", PART_BOOL }, { "recursive", PART_BOOL },
    { "mode", PART_MODE }, { "uid", PART_NUMBER },  { "gid", PART_NUMBER },
};

static const Part mount_parts[] = {
    { "volume", PART_NAME },
    { "target", PART_PATH },
};

static bool part_is_valid(const Part *part, const char *value)
{
    uint64_t n;
    mode_t mode;

    switch (part->kind) {
    case PART_BOOL: return parse_bool(value) >= 0;
    case PART_PATH: return *value == '/';
    case PART_NUMBER: return parse_u64(value, &n) == 0 && n < UINT32_MAX;
    case PART_MODE: return parse_mode(value, &mode) == 0;
    case PART_KIND: return streq(value, "host") || streq(value, "empty");
    case PART_NAME: return ac_name_is_valid(value);
    case PART_TEXT: break;
    }
    return *value != '\0';
}

/* Checks "NAME=VALUE,…" against parts; *ret_seen gets the bit of each part that occurs. */
static int check_parts(const char *text, const Part *parts, size_t n, unsigned *ret_seen, Error *reterr)
{
    _cleanup_strv_ char **fields = NULL;
    int r = strv_split(text, ",", &fields);

    if (r < 0)
        return r;
    *ret_seen = 0;
    STRV_FOREACH (field, fields) {
        const char *names[8];
        char *equals = strchr(*field, '=');
        size_t i;

        if (!equals)
            return error_set(reterr, -EINVAL, "\"%s\" has no \"=\"", *field);
        *equals = '\0';
        for (i = 0; i < n && !streq(parts[i].name, *field); i++)
            names[i] = parts[i].name;
        if (i == n) {
            const char *near = nearest_string(*field, names, n);

            return error_set(reterr, -EINVAL,
                             near ? "unknown \"%s=\", did you mean \"%s=\"?" : "unknown \"%s=\"", *field,
                             near);
        }
        if (*ret_seen & 1U << i)
            return error_set(reterr, -EINVAL, "\"%s=\" is given twice", *field);
        if (!part_is_valid(&parts[i], equals + 1))
            return error_set(reterr, -EINVAL, "\"%s\" is not a value for \"%s=\"", equals + 1, *field);
        *ret_seen |= 1U << i;
    }
    return 0;
}

int setting_check_volume(const Setting *setting, const char *value, Error *reterr)
{
    const char *comma = strchr(value, ',');
    char name[256];
    unsigned seen;
    int r;

    (void) setting;
    if (!comma || (size_t) (comma - value) >= sizeof(name))
        return error_set(reterr, -EINVAL, "\"%s\" is not NAME,kind=host|empty,…", value);
    memcpy(name, value, (size_t) (comma - value));
    name[comma - value] = '\0';
    if (!ac_name_is_valid(name))
        return error_set(reterr, -EINVAL, "\"%s\" is not a valid name for a volume", name);
    r = check_parts(comma + 1, volume_parts, ELEMENTSOF(volume_parts), &seen, reterr);
    if (r < 0)
        return r;
    if (!(seen & 1U << 0))
        return error_set(reterr, -EINVAL, "volume \"%s\" needs kind=host or kind=empty", name);
    if (strstr(comma, "kind=host") && !(seen & 1U << 1))
        return error_set(reterr, -EINVAL, "volume \"%s\" has kind=host and no source=", name);
    if (strstr(comma, "kind=empty") && (seen & 1U << 1))
        return error_set(reterr, -EINVAL, "volume \"%s\" has kind=empty and a source=", name);
    return 0;
}

int setting_check_mount(const Setting *setting, const char *value, Error *reterr)
{
    unsigned seen;
    int r;

    (void) setting;
    r = check_parts(value, mount_parts, ELEMENTSOF(mount_parts), &seen, reterr);
    if (r < 0)
        return r;
    if (seen != 3)
        return error_set(reterr, -EINVAL, "\"%s\" is not volume=NAME,target=PATH", value);
    return 0;
}

int setting_check_port(const Setting *setting, const char *value, Error *reterr)
{
    const char *first = strchr(value, ':'), *last = strrchr(value, ':');
    uint64_t port;

    (void) setting;
    if (!first || first == value || parse_u64(last + 1, &port) < 0 || port == 0 || port > 65535)
        return error_set(reterr, -EINVAL, "\"%s\" is not NAME:[HOSTIP:]HOSTPORT", value);
    return 0;
}

/* NAME[:PORT[/PROTOCOL]]. */
int setting_check_socket_activated(const Setting *setting _unused_, const char *value, Error *reterr)
{
    _cleanup_free_ char *copy = strdup(value);
    char *protocol = copy;
    const char *name = copy ? strsep(&protocol, ":") : NULL, *number = copy ? strsep(&protocol, "/") : NULL;
    uint64_t port;

    if (!copy)
        return -ENOMEM;
    if (!ac_name_is_valid(name) || (number && (parse_u64(number, &port) < 0 || port == 0 || port > 65535)) ||
        (protocol && !streq(protocol, "tcp") && !streq(protocol, "udp")))
        return error_set(reterr, -EINVAL, "\"%s\" must be NAME or NAME:PORT[/tcp|/udp]", value);
    return 0;
}

int setting_check_network(const Setting *setting, const char *value, Error *reterr)
{
    (void) setting;
    if (*value == '\0' || *value == ',' || *value == ':' || strstr(value, ",,"))
        return error_set(reterr, -EINVAL, "\"%s\" is not NAME[:ARGUMENTS],…", value);
    return 0;
}

int setting_check_credential(const Setting *setting _unused_, const char *value, Error *reterr)
{
    return credential_name_is_valid(value)
                   ? 0
                   : error_set(reterr, -EINVAL, "\"%s\" is not a valid name of a credential", value);
}

/* The setting's min is the kind of directory. */
int setting_check_directory(const Setting *setting, const char *value, Error *reterr)
{
    _cleanup_free_ char *name = NULL, *target = NULL;

    return directory_parse((DirectoryKind) setting->min, value, &name, &target, reterr);
}

int setting_check_mode(const Setting *setting _unused_, const char *value, Error *reterr)
{
    mode_t mode;

    return directory_mode_parse(value, &mode, reterr);
}

/* ----- Sockets ----- */

int setting_check_accept(const Setting *setting _unused_, const char *value, Error *reterr)
{
    int r = parse_bool(value);

    if (r < 0)
        return error_set(reterr, -EINVAL, "\"%s\" is neither yes nor no", value);
    return r > 0 ? error_set(reterr, -EINVAL,
                             "each connection would start a pod of its own; the app accepts connections "
                             "itself, from the socket that it gets")
                 : 0;
}

/* PORT or APP/PORT. */
int setting_check_descriptor_name(const Setting *setting _unused_, const char *value, Error *reterr)
{
    const char *slash = strchr(value, '/');
    _cleanup_free_ char *app = slash ? strndup(value, (size_t) (slash - value)) : NULL;

    if (slash && !app)
        return -ENOMEM;
    if (!ac_name_is_valid(slash ? slash + 1 : value) || (app && !ac_name_is_valid(app)))
        return error_set(reterr, -EINVAL, "\"%s\" must be the name of a port of the image, or APP/PORT",
                         value);
    return 0;
}
