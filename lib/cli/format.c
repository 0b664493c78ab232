/* SPDX-License-Identifier: Apache-2.0 */

#include "format.h"

#include "appc/json.h"
#include "base/string-util.h"

int format_parse(const char *value, Format *ret, Error *reterr)
{
    if (*value == '\0')
        *ret = FORMAT_TEXT;
    else if (streq(value, "json"))
        *ret = FORMAT_JSON;
    else if (streq(value, "json-pretty"))
        *ret = FORMAT_JSON_PRETTY;
    else
        return error_set(reterr, -EINVAL, "unknown format \"%s\": must be json or json-pretty", value);
    return 0;
}

int format_print_json(json_t *json, Format format)
{
    _cleanup_free_ char *text = NULL;
    int r = json ? json_dump(json, format == FORMAT_JSON ? JSON_COMPACT : JSON_INDENT(4), &text) : -ENOMEM;

    if (r >= 0 && puts(text) == EOF)
        r = -EIO;
    json_decref(json);
    return r;
}
