/* SPDX-License-Identifier: Apache-2.0 */
/* Records of every kind: what was read is written, and that is read as the same again. */

#include <stdint.h>
#include <stdlib.h>

#include "base/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Part {
    char *name;
    uint32_t *numbers;
    size_t n_numbers;
} Part;

typedef struct Thing {
    char *string, **strings;
    bool flag;
    int number, word;
    int64_t time;
    uint64_t size;
    uint32_t id;
    Part *parts;
    size_t n_parts;
} Thing;

static const char *const words[] = { "none", "some", NULL };

static const RecordField part_fields[] = {
    { "part", RECORD_STRING, offsetof(Part, name) },
    { "part-number", RECORD_U32S, offsetof(Part, numbers), offsetof(Part, n_numbers) },
    {},
};

static const RecordField fields[] = {
    { "string", RECORD_STRING, offsetof(Thing, string) },
    { "strings", RECORD_STRINGS, offsetof(Thing, strings) },
    { "flag", RECORD_BOOL, offsetof(Thing, flag) },
    { "number", RECORD_INT, offsetof(Thing, number) },
    { "word", RECORD_WORD, offsetof(Thing, word), .words = words },
    { "time", RECORD_I64, offsetof(Thing, time) },
    { "size", RECORD_U64, offsetof(Thing, size) },
    { "id", RECORD_U32, offsetof(Thing, id) },
    { NULL, RECORD_OBJECTS, offsetof(Thing, parts), offsetof(Thing, n_parts), .fields = part_fields,
      .size = sizeof(Part) },
    {},
};

static char *write_again(char *text, size_t size)
{
    _cleanup_buffer_ Buffer b = {};
    Thing thing = {};
    char *written = NULL;

    if (record_read(text, size, fields, &thing, NULL) >= 0) {
        record_add_object(&b, fields, &thing);
        if (buffer_steal(&b, &written) < 0)
            abort();
    }
    record_done(fields, &thing);
    return written;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_free_ char *text = malloc(size + 1), *once = NULL, *copy = NULL, *twice = NULL;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    once = write_again(text, size);
    if (!once)
        return 0;
    copy = strdup(once);
    twice = copy ? write_again(copy, strlen(copy)) : NULL;
    if (!twice || !streq(once, twice))
        abort();
    return 0;
}
