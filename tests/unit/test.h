/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions of the unit tests: always on, and they say what they saw. */
#pragma once

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of a test that can't run here, on standard output; ../meson-facts makes a fact of it. A test of
 * which nothing can run prints why and returns 77. */
#define skip_part(what, why) printf("skip %s - %s\n", what, why)

#define assert_true(expression)                                                                              \
    do {                                                                                                     \
        if (!(expression)) {                                                                                 \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #expression);                       \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define assert_int(expression, expected)                                                                     \
    do {                                                                                                     \
        long long _got = (long long) (expression), _expected = (long long) (expected);                       \
        if (_got != _expected) {                                                                             \
            fprintf(stderr, "%s:%d: %s: got %lld, expected %lld\n", __FILE__, __LINE__, #expression, _got,   \
                    _expected);                                                                              \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define assert_str(expression, expected)                                                                     \
    do {                                                                                                     \
        const char *_got = (expression), *_expected = (expected);                                            \
        if ((!_got != !_expected) || (_got && strcmp(_got, _expected) != 0)) {                               \
            fprintf(stderr, "%s:%d: %s: got \"%s\", expected \"%s\"\n", __FILE__, __LINE__, #expression,     \
                    _got ? _got : "(null)", _expected ? _expected : "(null)");                               \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)
