/* SPDX-License-Identifier: Apache-2.0 */

#include "base/string-util.h"
#include "store/path-set.h"
#include "store/image-record.h"

#include "test.h"

static void test_round_trip(void)
{
    StoreImage image = { .import_time_ns = 1795369666148144103, .size = 42, .tree_size = 43, .latest = true };
    _cleanup_(store_image_freep) StoreImage *parsed = calloc(1, sizeof(*parsed));
    _cleanup_free_ char *text = NULL;

    image.name = (char *) "example.com/a";
    assert_int(name_value_list_add(&image.labels, "version", "1=2\n%3\x7f"), 0);
    assert_int(name_value_list_add(&image.labels, "empty", ""), 0);
    assert_int(image_record_format(&image, &text), 0);
    assert_str(text,
               "name=example.com/a\nimporttime=1795369666148144103\nlatest=yes\nsize=42\ntreestoresize=43\n"
               "label=version=1=2%0A%253%7F\nlabel=empty=\n");
    assert_int(image_record_parse(text, parsed), 0);
    assert_str(parsed->name, image.name);
    assert_str(name_value_list_get(&parsed->labels, "version"), "1=2\n%3\x7f");
    assert_str(name_value_list_get(&parsed->labels, "empty"), "");
    assert_true(parsed->import_time_ns == image.import_time_ns);
    assert_int(parsed->size, 42);
    assert_int(parsed->tree_size, 43);
    assert_true(parsed->latest);
    name_value_list_done(&image.labels);
}

static void test_parse(void)
{
    static const struct {
        const char *text;
        int r;
    } cases[] = {
        { "name=a\n", 0 },
        { "name=a\nlater=key\nlatest=true\n", 0 },
        { "name=a", -EBADMSG },
        { "", -EBADMSG },
        { "name=\n", -EBADMSG },
        { "name=../../a\n", -EBADMSG },
        { "name=a\nname=b\n", -EBADMSG },
        { "name=a\nno equals sign\n", -EBADMSG },
        { "name=a\nlabel=version\n", -EBADMSG },
        { "name=a\nlabel=version=%\n", -EBADMSG },
        { "name=a\nlabel=version=%0\n", -EBADMSG },
        { "name=a\nlabel=version=%00\n", -EBADMSG },
        { "name=a\nsize=-1\n", -EINVAL },
        { "name=a\nsize=99999999999999999999\n", -ERANGE },
        { "name=a\nlatest=perhaps\n", -EINVAL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(store_image_freep) StoreImage *image = calloc(1, sizeof(*image));
        _cleanup_free_ char *text = strdup(cases[i].text);

        assert_int(image_record_parse(text, image), cases[i].r);
    }
}

static void test_path_set(void)
{
    static const char *const paths[] = {
        "/etc/passwd", "/usr/bin/a/", "usr/bin-x", "/usr/bin/b", "/z", NULL
    };
    static const struct {
        const char *path;
        bool is_directory, admitted;
    } cases[] = {
        { "etc/passwd", false, true },   { "etc", true, true },
        { "etc", false, false },         { "etc/pass", false, false },
        { "etc/passwd2", false, false }, { "usr", true, true },
        { "usr/bin", true, true },       { "usr/bin-x", false, true },
        { "usr/bi", true, false },       { "usr/bin/a", true, true },
        { "usr/bin/a/x", false, false }, { "z", false, true },
        { "zz", true, false },           { "a", true, false },
    };
    PathSet set;

    assert_int(path_set_init(&set, (char *const *) paths), 0);
    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(path_set_admits(&set, cases[i].path, cases[i].is_directory), cases[i].admitted);
    path_set_done(&set);
}

int main(void)
{
    test_round_trip();
    test_parse();
    test_path_set();
    return 0;
}
