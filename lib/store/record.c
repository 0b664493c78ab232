/* SPDX-License-Identifier: Apache-2.0 */

#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "base/string-util.h"

static void add_escaped(Buffer *b, const char *s)
{
    for (; *s; s++)
        if ((unsigned char) *s < 0x20 || *s == 0x7f || *s == '%')
            buffer_addf(b, "%%%02X", (unsigned char) *s);
        else
            buffer_add(b, s, 1);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* In place: the result is never longer. */
static int unescape(char *s)
{
    char *to = s;

    for (; *s; s++) {
        int high, low;

        if (*s != '%') {
            *to++ = *s;
            continue;
        }
        high = hex_value(s[1]);
        low = high < 0 ? -1 : hex_value(s[2]);
        if (low < 0 || (high == 0 && low == 0))
            return -EBADMSG;
        *to++ = (char) (high << 4 | low);
        s += 2;
    }
    *to = '\0';
    return 0;
}

int record_format(const StoreImage *image, char **ret)
{
    _cleanup_buffer_ Buffer b = {};

    buffer_adds(&b, "name=");
    add_escaped(&b, image->name);
    for (size_t i = 0; i < image->labels.n; i++) {
        buffer_adds(&b, "\nlabel=");
        add_escaped(&b, image->labels.items[i].name);
        buffer_adds(&b, "=");
        add_escaped(&b, image->labels.items[i].value);
    }
    buffer_addf(&b, "\nimporttime=%" PRId64 "\nlatest=%s\nsize=%" PRIu64 "\ntreestoresize=%" PRIu64 "\n",
                image->import_time_ns, image->latest ? "true" : "false", image->size, image->tree_size);
    return buffer_steal(&b, ret);
}

static int take_name(StoreImage *image, char *value)
{
    if (image->name)
        return -EBADMSG;
    image->name = strdup(value);
    return image->name ? 0 : -ENOMEM;
}

/* Label names are identifiers of appc: no "=" in them. */
static int take_label(StoreImage *image, char *value)
{
    char *equals = strchr(value, '=');

    if (!equals)
        return -EBADMSG;
    *equals = '\0';
    return name_value_list_add(&image->labels, value, equals + 1);
}

static int take_import_time(StoreImage *image, char *value)
{
    return parse_i64(value, &image->import_time_ns);
}

static int take_latest(StoreImage *image, char *value)
{
    int r = parse_bool(value);

    image->latest = r > 0;
    return r < 0 ? r : 0;
}

static int take_size(StoreImage *image, char *value)
{
    return parse_u64(value, &image->size);
}

static int take_tree_size(StoreImage *image, char *value)
{
    return parse_u64(value, &image->tree_size);
}

static const struct {
    const char *key;
    int (*take)(StoreImage *image, char *value);
} record_keys[] = {
    { "name", take_name },     { "label", take_label }, { "importtime", take_import_time },
    { "latest", take_latest }, { "size", take_size },   { "treestoresize", take_tree_size },
};

static int take_line(StoreImage *image, char *line)
{
    char *value = strchr(line, '=');
    int r;

    if (!value)
        return -EBADMSG;
    *value++ = '\0';
    for (size_t i = 0; i < ELEMENTSOF(record_keys); i++)
        if (streq(record_keys[i].key, line)) {
            r = unescape(value);
            return r < 0 ? r : record_keys[i].take(image, value);
        }
    return 0;
}

int record_parse(const char *text, StoreImage *image)
{
    _cleanup_free_ char *copy = strdup(text);
    char *rest = copy, *line;
    int r;

    if (!copy)
        return -ENOMEM;
    while ((line = strsep(&rest, "\n"))) {
        r = *line ? take_line(image, line) : 0;
        if (r < 0)
            return r;
    }
    return image->name && image_name_is_valid(image->name) ? 0 : -EBADMSG;
}
