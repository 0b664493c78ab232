/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/volume.h"
#include "base/string-util.h"

#include "test.h"

static void test_volume_text(void)
{
    static const struct {
        const char *text;
        const char *json; /* NULL: an error */
        const char *error;
    } cases[] = {
        { "data,kind=host,source=/srv/data",
          "{\"name\":\"data\",\"kind\":\"host\",\"source\":\"/srv/data\"}" },
        { "data,kind=host,source=/srv/a+b%20&c=d,readOnly=true",
          "{\"name\":\"data\",\"kind\":\"host\",\"source\":\"/srv/a+b%20&c=d\",\"readOnly\":true}" },
        { "data,source=/x,kind=host,readOnly=false,recursive=true",
          "{\"name\":\"data\",\"kind\":\"host\",\"source\":\"/x\",\"readOnly\":false,\"recursive\":true}" },
        { "data,kind=empty", "{\"name\":\"data\",\"kind\":\"empty\",\"mode\":\"0755\",\"uid\":0,\"gid\":0}" },
        { "data,kind=empty,mode=1777,uid=5,gid=6",
          "{\"name\":\"data\",\"kind\":\"empty\",\"mode\":\"1777\",\"uid\":5,\"gid\":6}" },
        { "name=data,kind=empty",
          "{\"name\":\"data\",\"kind\":\"empty\",\"mode\":\"0755\",\"uid\":0,\"gid\":0}" },
        { "", NULL, "bad volume name \"\"" },
        { "Data,kind=empty", NULL, "bad volume name \"Data\"" },
        { "data", NULL, "volume \"data\": kind must be host or empty" },
        { "data,kind=tmpfs", NULL, "volume \"data\": bad kind \"tmpfs\": must be host or empty" },
        { "data,kind=host", NULL, "volume \"data\": source must be set" },
        { "data,kind=host,source=x", NULL, "volume \"data\": source must be an absolute path" },
        { "data,kind=host,source=", NULL, "volume \"data\": source must be an absolute path" },
        { "data,kind=empty,source=/x", NULL, "volume \"data\": an empty volume has no source" },
        { "data,kind=host,source=/x,mode=0700", NULL, "volume \"data\": mode is for empty volumes only" },
        { "data,kind=empty,mode=0999", NULL, "volume \"data\": bad mode \"0999\": must be octal" },
        { "data,kind=empty,uid=-1", NULL, "volume \"data\": bad uid \"-1\": must be a number" },
        { "data,kind=empty,uid=4294967295", NULL,
          "volume \"data\": bad uid \"4294967295\": must be a number" },
        { "data,kind=empty,readOnly=maybe", NULL,
          "volume \"data\": bad readOnly \"maybe\": must be true or false" },
        { "data,kind=empty,color=red", NULL, "volume \"data\": unknown parameter \"color=red\"" },
        { "data,kind=empty,target=/x", NULL, "volume \"data\": unknown parameter \"target=/x\"" },
        { "data,kind", NULL, "volume \"data\": unknown parameter \"kind\"" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        VolumeList list = { 0 };
        _cleanup_error_ Error error = ERROR_INIT;
        _cleanup_json_ json_t *json = json_object();
        _cleanup_free_ char *text = NULL;

        assert_int(volume_list_add_text(&list, cases[i].text, &error) < 0, !cases[i].json);
        assert_str(error_cause(&error), cases[i].error);
        assert_int(volume_list_to_json(&list, json, "v"), 0);
        if (cases[i].json) {
            assert_int(json_format(json_array_get(json_object_get(json, "v"), 0), false, &text), 0);
            assert_str(text, cases[i].json);
        }
        volume_list_done(&list);
    }
}

static void test_duplicates(void)
{
    VolumeList list = { 0 };
    _cleanup_error_ Error error = ERROR_INIT;

    assert_int(volume_list_add_text(&list, "a,kind=empty", &error), 0);
    assert_int(volume_list_add_empty(&list, "b", 0700, 1, 2, &error), 0);
    assert_int(volume_list_find(&list, "b")->mode, 0700);
    assert_int(volume_list_add_text(&list, "a,kind=host,source=/x", &error), -EEXIST);
    assert_str(error_cause(&error), "duplicate volume name \"a\"");
    assert_int(volume_list_add_empty(&list, "b", 0700, 1, 2, NULL), -EEXIST);
    assert_int(volume_list_add_empty(&list, "B", 0700, 1, 2, NULL), -EBADMSG);
    assert_int(list.n, 2);
    volume_list_done(&list);
}

int main(void)
{
    test_volume_text();
    test_duplicates();
    return 0;
}
