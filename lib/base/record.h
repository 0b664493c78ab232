/* SPDX-License-Identifier: Apache-2.0 */
/* Records: lines `key=value`, the one form in which our programs write down what they know and tell it each
 * other. A table says which key stands for which field of a struct.
 *
 * Keys are small letters, digits and "-". A value is any string; its control characters and "%" are written
 * as %XX (capital digits). So a record is a line whatever it holds, can be looked at with cat and grep, and
 * fits into the target of a link, where NUL can't stand.
 *
 * Reading is strict: a line that the writer would not have written, or whose newline is missing, is -EBADMSG,
 * and so is a key that the table does not have. */
#pragma once

#include <stddef.h>

#include "base/string-util.h"

/* The type of the field. What is zero or NULL is not written, and stays so when it is not read. */
typedef enum RecordKind {
    RECORD_STRING,  /* char *, owned */
    RECORD_STRINGS, /* char **, owned; a record for each */
    RECORD_BOOL,
    RECORD_INT,
    RECORD_I64,
    RECORD_U64,
    RECORD_U32,
    RECORD_U32S,    /* uint32_t *, owned, and a size_t with their number; a record for each */
    RECORD_WORD,    /* an enum from 0 on */
    RECORD_OBJECTS, /* structs, owned, and a size_t with their number; the first field of their table is
                       always written, and begins a new one */
} RecordKind;

/* A table ends with {}. */
typedef struct RecordField {
    const char *key; /* of RECORD_OBJECTS: not used, the keys of their table are */
    RecordKind kind;
    size_t offset;
    size_t number;                    /* offset of the number of RECORD_U32S and RECORD_OBJECTS */
    const char *const *words;         /* of RECORD_WORD: one for each value of the enum, then NULL */
    const struct RecordField *fields; /* of RECORD_OBJECTS: their table, and */
    size_t size;                      /* the size of one */
} RecordField;

/* Appends one record. Buffers remember it when memory runs out. */
void record_add(Buffer *b, const char *key, const char *value);
void record_addf(Buffer *b, const char *key, const char *format, ...) _printf_(3, 4);
void record_addv(Buffer *b, const char *key, const char *format, va_list ap) _printf_(3, 0);

/* Appends the records of an object. */
void record_add_object(Buffer *b, const RecordField *fields, const void *object);

/* Takes the first record off *text, a string, in place. 1: it is *ret_key and *ret_value, both in the text;
 * 0: there is none left; -EBADMSG: it is not a record, and *ret_key is what begins there. */
int record_next(char **text, char **ret_key, char **ret_value);

/* Puts a record's value into its field. 1, or 0: the table has no such key. -EBADMSG, -EINVAL, -ERANGE: not
 * such a value, or a second one for the same string. */
int record_take(const RecordField *fields, void *object, const char *key, const char *value);

/* Reads all of a text of size bytes, which is changed, and ends with NUL after them. On failure *ret_where,
 * if not NULL, is the key at which it was, or NULL; the object has what was read before. */
int record_read(char *text, size_t size, const RecordField *fields, void *object, const char **ret_where);

/* The same with the target of a link that leads nowhere, which is written and read in one call. Writing
 * replaces what is there; -ENAMETOOLONG: more than the file system lets a link hold. Reading: -ENOENT, there
 * is none; -EBADMSG, not a link, or not of records. */
int record_write_link(int dir, const char *name, const RecordField *fields, const void *object);
int record_read_link(int dir, const char *name, const RecordField *fields, void *object);

/* Frees what the fields own, and leaves NULL and 0 in its place. */
void record_done(const RecordField *fields, void *object);
