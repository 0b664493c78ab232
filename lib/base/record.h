/* SPDX-License-Identifier: Apache-2.0 */
/* Records: lines `key=value`, the one format in which our programs store data and send it to each other. A
 * table says which key belongs to which field of a struct.
 *
 * Keys are small letters, digits and "-". A value is any string; its control characters and "%" are written
 * as %XX (capital digits). So a record is always one line, can be read with cat and grep, and fits into the
 * target of a link, which cannot contain NUL.
 *
 * Reading is strict. -EBADMSG: a line that the writer would not have written, or whose newline is missing,
 * or a key that the table does not have. */
#pragma once

#include <stddef.h>

#include "base/string-util.h"

/* The type of the field. Zero and NULL are not written, and remain if nothing is read. */
typedef enum RecordKind {
    RECORD_STRING,  /* char *, owned */
    RECORD_STRINGS, /* char **, owned; one record each */
    RECORD_BOOL,
    RECORD_INT,
    RECORD_I64,
    RECORD_U64,
    RECORD_U32,
    RECORD_U32S,    /* uint32_t *, owned, and a size_t with their number; one record each */
    RECORD_WORD,    /* an enum from 0 on */
    RECORD_OBJECTS, /* structs, owned, and a size_t with their number; the first field of their table is
                       always written, and begins a new one */
} RecordKind;

/* A table ends with {}. */
typedef struct RecordField {
    const char *key; /* RECORD_OBJECTS: not used, their own table has the keys */
    RecordKind kind;
    size_t offset;
    size_t number;                    /* RECORD_U32S and RECORD_OBJECTS: offset of their number */
    const char *const *words;         /* RECORD_WORD: one for each value of the enum, then NULL */
    const struct RecordField *fields; /* RECORD_OBJECTS: their table */
    size_t size;                      /* RECORD_OBJECTS: the size of one struct */
} RecordField;

/* Appends one record. If memory runs out, the buffer remembers it. */
void record_add(Buffer *b, const char *key, const char *value);
void record_addf(Buffer *b, const char *key, const char *format, ...) _printf_(3, 4);
void record_addv(Buffer *b, const char *key, const char *format, va_list ap) _printf_(3, 0);

/* Appends the records of an object. */
void record_add_object(Buffer *b, const RecordField *fields, const void *object);

/* Reads the first record of the string *text, in place, and advances *text. 1: *ret_key and *ret_value
 * point into the text; 0: there are no more; -EBADMSG: not a record, *ret_key is its beginning. */
int record_next(char **text, char **ret_key, char **ret_value);

/* Stores a record's value in its field. 1: stored; 0: the table has no such key. -EBADMSG, -EINVAL,
 * -ERANGE: not a valid value, or a second one for the same string. */
int record_take(const RecordField *fields, void *object, const char *key, const char *value);

/* Reads all records of a text of size bytes, followed by NUL; the text is changed. On failure *ret_where
 * (may be NULL) is the key at which it failed, or NULL, and the object has what was read before. */
int record_read(char *text, size_t size, const RecordField *fields, void *object, const char **ret_where);

/* The same with the target of a dangling link, which is written and read with one call. Writing replaces
 * what is there; -ENAMETOOLONG: more than the file system allows for a link. Reading: -ENOENT: there is
 * none; -EBADMSG: not a link, or not records. */
int record_write_link(int dir, const char *name, const RecordField *fields, const void *object);
int record_read_link(int dir, const char *name, const RecordField *fields, void *object);

/* Frees what the fields own, and sets them to NULL and 0. */
void record_done(const RecordField *fields, void *object);
