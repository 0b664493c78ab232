/* SPDX-License-Identifier: Apache-2.0 */

#include "base/record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

typedef struct Part {
    char *name;
    bool big;
} Part;

typedef enum Color { RED, GREEN } Color;

typedef struct Thing {
    char *name, **words;
    bool good;
    int small;
    int64_t time;
    uint64_t size;
    uint32_t id, *ids;
    size_t n_ids;
    Color color;
    Part *parts;
    size_t n_parts;
} Thing;

static const char *const colors[] = { [RED] = "red", [GREEN] = "green", NULL };

static const RecordField part_fields[] = {
    { "part", RECORD_STRING, offsetof(Part, name) },
    { "part-big", RECORD_BOOL, offsetof(Part, big) },
    {},
};

static const RecordField fields[] = {
    { "name", RECORD_STRING, offsetof(Thing, name) },
    { "word", RECORD_STRINGS, offsetof(Thing, words) },
    { "good", RECORD_BOOL, offsetof(Thing, good) },
    { "small", RECORD_INT, offsetof(Thing, small) },
    { "time", RECORD_I64, offsetof(Thing, time) },
    { "size", RECORD_U64, offsetof(Thing, size) },
    { "id", RECORD_U32, offsetof(Thing, id) },
    { "ids", RECORD_U32S, offsetof(Thing, ids), offsetof(Thing, n_ids) },
    { "color", RECORD_WORD, offsetof(Thing, color), .words = colors },
    { NULL, RECORD_OBJECTS, offsetof(Thing, parts), offsetof(Thing, n_parts), .fields = part_fields,
      .size = sizeof(Part) },
    {},
};

static int read_text(const char *text, Thing *ret, const char **ret_where)
{
    char copy[512];

    (void) snprintf(copy, sizeof(copy), "%s", text);
    *ret = (Thing){};
    return record_read(copy, strlen(copy), fields, ret, ret_where);
}

/* ----- What is written is read ----- */

static const char whole[] =
        "name=a%25b%0A=\xc3\xa4\nword=\nword= two \ngood=yes\nsmall=-7\ntime=-9223372036854775808\n"
        "size=18446744073709551615\nid=4294967295\nids=0\nids=3\ncolor=green\n"
        "part=\npart-big=yes\npart=x%7F\n";

static void check_thing(const Thing *thing)
{
    assert_str(thing->name, "a%b\n=\xc3\xa4");
    assert_int(strv_length(thing->words), 2);
    assert_str(thing->words[0], "");
    assert_str(thing->words[1], " two ");
    assert_true(thing->good);
    assert_int(thing->small, -7);
    assert_true(thing->time == INT64_MIN && thing->size == UINT64_MAX && thing->id == UINT32_MAX);
    assert_int(thing->n_ids, 2);
    assert_int(thing->ids[1], 3);
    assert_int(thing->color, GREEN);
    assert_int(thing->n_parts, 2);
    assert_true(thing->parts[0].big && !thing->parts[1].big);
    assert_str(thing->parts[1].name, "x\x7f");
}

static void test_round_trip(void)
{
    _cleanup_buffer_ Buffer b = {};
    Thing thing;

    assert_int(read_text(whole, &thing, NULL), 0);
    check_thing(&thing);
    record_add_object(&b, fields, &thing);
    assert_str(b.data, whole);
    record_done(fields, &thing);
    assert_true(!thing.name && !thing.words && !thing.parts && thing.n_parts == 0);
}

static void test_nothing(void)
{
    _cleanup_buffer_ Buffer b = {};
    Thing thing;

    assert_int(read_text("", &thing, NULL), 0);
    record_add_object(&b, fields, &thing);
    assert_int(b.size, 0);
}

/* ----- What is refused ----- */

static void test_refused(void)
{
    static const struct {
        const char *text, *where;
        int r;
    } cases[] = {
        { "name=a", "name=a", -EBADMSG },
        { "name=a\n\n", "", -EBADMSG },
        { "name\n", "name", -EBADMSG },
        { "=a\n", "=a", -EBADMSG },
        { "Name=a\n", "Name=a", -EBADMSG },
        { "na me=a\n", "na me=a", -EBADMSG },
        { "name=a\tb\n", "name", -EBADMSG },
        { "name=%\n", "name", -EBADMSG },
        { "name=%0\n", "name", -EBADMSG },
        { "name=%00\n", "name", -EBADMSG },
        { "name=%0a\n", "name", -EBADMSG },
        { "name=%41\n", "name", -EBADMSG },
        { "name=a\nname=a\n", "name", -EBADMSG },
        { "other=a\n", "other", -EBADMSG },
        { "good=perhaps\n", "good", -EINVAL },
        { "small=2147483648\n", "small", -ERANGE },
        { "size=-1\n", "size", -EINVAL },
        { "id=4294967296\n", "id", -ERANGE },
        { "ids=a\n", "ids", -EINVAL },
        { "color=blue\n", "color", -EBADMSG },
        { "part-big=yes\n", "part-big", -EBADMSG },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        const char *where = NULL;
        char text[64];
        Thing thing = {};

        (void) snprintf(text, sizeof(text), "%s", cases[i].text);
        assert_int(record_read(text, strlen(text), fields, &thing, &where), cases[i].r);
        assert_str(where, cases[i].where);
        record_done(fields, &thing);
    }
    assert_int(record_read((char[]){ "good=yes\n\0size=1\n" }, 17, fields, &(Thing){}, NULL), -EBADMSG);
}

/* ----- Links ----- */

static void test_links(void)
{
    char directory[] = "/tmp/test-base-record-XXXXXX";
    _cleanup_close_ int dir = mkdtemp(directory) ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    Thing thing = { .size = 3, .color = GREEN }, again = {};

    assert_true(dir >= 0);
    assert_int(record_read_link(dir, "link", fields, &again), -ENOENT);
    assert_int(record_write_link(dir, "link", fields, &thing), 0);
    assert_int(record_write_link(dir, "link", fields, &(Thing){ .size = 4 }), 0);
    assert_int(record_write_link(dir, "link", fields, &thing), 0);
    assert_int(record_read_link(dir, "link", fields, &again), 0);
    assert_true(again.size == 3 && again.color == GREEN);
    assert_int(unlinkat(dir, "link", 0), 0);
    assert_int(symlinkat("1234 5678", dir, "link"), 0);
    assert_int(record_read_link(dir, "link", fields, &again), -EBADMSG);
    assert_int(unlinkat(dir, "link", 0), 0);
    assert_int(mkdirat(dir, "link", 0700), 0);
    assert_int(record_read_link(dir, "link", fields, &again), -EBADMSG);
    assert_int(unlinkat(dir, "link", AT_REMOVEDIR), 0);
    assert_int(rmdir(directory), 0);
}

int main(void)
{
    test_round_trip();
    test_nothing();
    test_refused();
    test_links();
    return 0;
}
