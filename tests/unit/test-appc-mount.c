/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/mount.h"

#include "test.h"

static void test_mount_text(void)
{
    static const struct {
        const char *text, *volume, *path, *error;
    } cases[] = {
        { "volume=data,target=/srv", "data", "/srv", NULL },
        { "target=/a=b,volume=data", "data", "/a=b", NULL },
        { "volume=data", NULL, NULL, "mount of volume \"data\": target must be set" },
        { "volume=data,target=x", "data", "/x", NULL },
        { "volume=data,target=./x//y/./z/..", "data", "/x/y", NULL },
        { "volume=data,target=../../../foo", "data", "/foo", NULL },
        { "volume=data,target=a/../..", "data", "/", NULL },
        { "volume=data,target=.", "data", "/", NULL },
        { "volume=data,target=", NULL, NULL, "mount of volume \"data\": the target is empty" },
        { "target=/x", NULL, NULL, "a mount must name its volume" },
        { "volume=D,target=/x", NULL, NULL, "bad volume name \"D\" of a mount" },
        { "volume=d,target=/x,ro", NULL, NULL,
          "unknown mount parameter \"ro\": must be volume=NAME,target=PATH" },
        { "", NULL, NULL, "a mount must name its volume" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        MountList list = { 0 };
        _cleanup_error_ Error error = ERROR_INIT;

        assert_int(mount_list_add_text(&list, cases[i].text, &error) < 0, cases[i].error != NULL);
        assert_str(error_cause(&error), cases[i].error);
        if (!cases[i].error) {
            assert_str(list.items[0].volume, cases[i].volume);
            assert_str(list.items[0].path, cases[i].path);
        }
        mount_list_done(&list);
    }
}

static void test_app_volume(void)
{
    _cleanup_json_ json_t *json =
            json_loads("{\"mounts\":[{\"volume\":\"data\",\"path\":\"/data\",\"appVolume\":"
                       "{\"name\":\"data\",\"kind\":\"host\",\"source\":\"/srv\"}}]}",
                       0, NULL);
    MountList list = { 0 }, copy = { 0 };

    assert_int(mount_list_from_json(&JSON_ROOT(json), "mounts", &list, NULL), 0);
    assert_int(mount_list_add(&list, "other", "/other"), 0);
    assert_int(mount_list_copy(&list, &copy), 0);
    assert_int(copy.n, 2);
    assert_str(mount_list_find_path(&copy, "/data")->app_volume->source, "/srv");
    assert_true(!mount_list_find_path(&copy, "/other")->app_volume);
    assert_true(!mount_list_find_path(&copy, "/none"));
    mount_list_done(&list);
    mount_list_done(&copy);
}

int main(void)
{
    test_mount_text();
    test_app_volume();
    return 0;
}
