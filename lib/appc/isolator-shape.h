/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of isolators: the operations on a value of that shape. For lib/appc only. */
#pragma once

#include "appc/isolators.h"

typedef struct IsolatorType IsolatorType;

/* read() and parse() fill a zeroed isolator, and may leave it incomplete on failure. */
typedef struct IsolatorShape {
    int (*read)(const IsolatorType *type, const JsonNode *value, Isolator *isolator, Error *reterr);
    int (*parse)(const IsolatorType *type, const char *text, Isolator *isolator, Error *reterr);
    json_t *(*write)(const Isolator *isolator);
    void (*done)(Isolator *isolator);
    bool is_object; /* in JSON */
} IsolatorShape;

struct IsolatorType {
    const char *name;
    const IsolatorShape *shape;
    SettingId setting;                /* the setting that has its range; 0: none, the minimum is 1 */
    bool milli;                       /* a resource in thousandths */
    bool needs_default;               /* a resource with "default": true and without a request */
    bool (*is_member)(const char *s); /* of a set */
    const char *member;
    bool has_error_name; /* a set with "errno" */
};

extern const IsolatorShape isolator_resource, isolator_set, isolator_flag, isolator_number, isolator_profile,
        isolator_selinux, isolator_other;
