/* SPDX-License-Identifier: Apache-2.0 */

#include "image-record.h"

#include "base/record.h"

static const RecordField fields[] = {
    { "name", RECORD_STRING, offsetof(StoreImage, name) },
    { "importtime", RECORD_I64, offsetof(StoreImage, import_time_ns) },
    { "latest", RECORD_BOOL, offsetof(StoreImage, latest) },
    { "size", RECORD_U64, offsetof(StoreImage, size) },
    { "treestoresize", RECORD_U64, offsetof(StoreImage, tree_size) },
    {},
};

int image_record_format(const StoreImage *image, char **ret)
{
    _cleanup_buffer_ Buffer b = {};

    record_add_object(&b, fields, image);
    for (size_t i = 0; i < image->labels.n; i++)
        record_addf(&b, "label", "%s=%s", image->labels.items[i].name, image->labels.items[i].value);
    return buffer_steal(&b, ret);
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

int image_record_parse(char *text, StoreImage *image)
{
    char *key, *value;
    int r;

    while ((r = record_next(&text, &key, &value)) > 0) {
        r = streq(key, "label") ? take_label(image, value) : record_take(fields, image, key, value);
        if (r < 0)
            return r;
    }
    return r < 0 ? r : image->name && image_name_is_valid(image->name) ? 0 : -EBADMSG;
}
