/* SPDX-License-Identifier: Apache-2.0 */
/* Words of command lines and pod files. The first byte of the input selects the parser, the rest is the
 * word. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "appc/image-reference.h"
#include "appc/isolators.h"
#include "appc/port.h"
#include "base/quantity.h"
#include "appc/volume.h"
#include "base/error.h"
#include "base/printable.h"
#include "base/duration.h"
#include "base/string-util.h"
#include "podfile/words.h"
#include "unit/machine-name.h"
#include "unit/unit-name.h"
#include "unit/unit-text.h"

enum { WORD_MAX_SIZE = 4000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_image(char *word, Error *error)
{
    ImageReference *reference = NULL;

    if (image_reference_parse(word, NULL, NULL, &reference, error) < 0)
        return;
    if (!reference->text && !reference->name)
        abort();
    image_reference_free(reference);
}

static void read_volume(char *word, Error *error)
{
    VolumeList list = { 0 };

    (void) volume_list_add_text(&list, word, error);
    volume_list_done(&list);
}

static void read_port(char *word, Error *error)
{
    ExposedPortList list = { 0 };

    (void) exposed_port_list_add_text(&list, word, error);
    exposed_port_list_done(&list);
}

static void read_number(char *word, Error *error _unused_)
{
    uint64_t number;
    int64_t signed_number;
    mode_t mode;

    (void) quantity_parse(word, true, &number);
    (void) quantity_parse(word, false, &number);
    (void) parse_duration(word, &signed_number);
    (void) parse_timespan(word, &signed_number);
    (void) parse_i64(word, &signed_number);
    (void) parse_u64(word, &number);
    (void) parse_mode(word, &mode);
}

static void read_machine_name(char *word, Error *error _unused_)
{
    char name[MACHINE_NAME_MAX + 1];

    if (machine_name_make(word, name) >= 0 && (*name == '\0' || strlen(name) > MACHINE_NAME_MAX))
        abort();
}

static void read_unit_name(char *word, Error *error _unused_)
{
    (void) unit_name_is_valid(word);
    (void) unit_prefix_is_valid(word);
    (void) unit_unknown_specifier(word);
}

static void read_words(char *word, Error *error)
{
    size_t size;

    if (words_split(word, &size, error) < 0)
        return;
    for (const char *w = NULL; (w = words_next(word, size, w));)
        if (w < word || w >= word + size)
            abort();
}

static void read_quoted(char *word, Error *error)
{
    (void) words_unquote(word, error);
}

static void sanitize(char *word, Error *error _unused_)
{
    size_t size = strlen(word);

    string_sanitize(word, "\n");
    if (strlen(word) != size)
        abort();
    for (size_t i = 0, n; i < size; i += n) {
        n = word[i] == '\n' ? 1 : printable_character(word + i, size - i);
        if (n == 0)
            abort();
    }
}

/* The kind, and the value on the next line. */
static void read_isolator(char *word, Error *error)
{
    IsolatorList list = { 0 };
    char *newline = strchr(word, '\n');

    if (!newline)
        return;
    *newline = '\0';
    (void) isolator_list_set(&list, (IsolatorKind) ((unsigned char) *word % ISOLATOR_UNKNOWN), newline + 1,
                             error);
    (void) isolator_list_set_seccomp(&list, newline + 1, error);
    isolator_list_done(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const parsers[])(char *word, Error *error) = {
        read_image,     read_volume, read_port,   read_number, read_machine_name,
        read_unit_name, read_words,  read_quoted, sanitize,    read_isolator,
    };
    _cleanup_error_ Error error = ERROR_INIT;
    char *word;

    if (size < 1 || size > WORD_MAX_SIZE)
        return 0;
    word = strndup((const char *) data + 1, size - 1);
    if (!word)
        return 0;
    parsers[data[0] % ELEMENTSOF(parsers)](word, &error);
    free(word);
    return 0;
}
