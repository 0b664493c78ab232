/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of every verb: where rkt's data and configuration are, and which checks to leave out. A program
 * adds global_option_table to its parser, and passes options that are not its own to global_options_take().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"

/* A check that --insecure-options= leaves out. */
typedef enum InsecureOptions {
    INSECURE_NONE = 0,
    INSECURE_IMAGE = 1 << 0,  /* signatures of images */
    INSECURE_TLS = 1 << 1,    /* certificates */
    INSECURE_ONDISK = 1 << 2, /* accepted, without effect */
    INSECURE_HTTP = 1 << 3,   /* plain http for discovery and images */
    INSECURE_PUBKEY = 1 << 4, /* plain http for public keys */
    INSECURE_CAPABILITIES = 1 << 5,
    INSECURE_PATHS = 1 << 6,
    INSECURE_SECCOMP = 1 << 7,
    INSECURE_ALL_FETCH = INSECURE_IMAGE | INSECURE_TLS | INSECURE_HTTP | INSECURE_PUBKEY,
    INSECURE_ALL_RUN = INSECURE_CAPABILITIES | INSECURE_PATHS | INSECURE_SECCOMP,
    INSECURE_ALL = INSECURE_ALL_FETCH | INSECURE_ALL_RUN | INSECURE_ONDISK,
} InsecureOptions;

/* Strings point into argv or are constants. */
typedef struct GlobalOptions {
    const char *dir; /* NULL until --dir= is read or global_options_find_dir() is called */
    const char *system_config, *local_config;
    const char *user_config; /* "": none */
    InsecureOptions insecure;
    bool trust_keys_from_https;
    bool debug;
    bool help; /* --help was given */
} GlobalOptions;

#define GLOBAL_OPTIONS_INIT                                                                                  \
    {                                                                                                        \
        .system_config = "/usr/lib/rkt", .local_config = "/etc/rkt", .user_config = ""                       \
    }

/* Ends with a NULL name; static. Its ids are above those of any program's own options. */
const Option *global_option_table(void);
enum { GLOBAL_OPTION_ID_MIN = 10000 };

/* Whether id (of option_next()) is one of ours. */
static inline bool global_options_has(int id)
{
    return id >= GLOBAL_OPTION_ID_MIN;
}

/* Takes the value of the option id. -EINVAL: a word of the value is not known. */
int global_options_take(GlobalOptions *global, int id, const char *value, Error *reterr);

/* Reads a list of words separated by commas. */
int insecure_options_parse(const char *text, InsecureOptions *ret, Error *reterr);

/* The valid words, from index 0 on; NULL: no more. */
const char *insecure_option_word(size_t index);

/* The data directory if neither --dir= nor a file names one. */
#define GLOBAL_OPTIONS_DEFAULT_DIR "/var/lib/rkt"

typedef struct ConfiguredPaths {
    char *data, *stage1_images; /* owned */
} ConfiguredPaths;

/* The directories that files in paths.d name, or the defaults; calls rkt-config. ret must be empty; the
 * caller frees both. */
int global_options_ask_paths(const GlobalOptions *global, ConfiguredPaths *ret, Error *reterr);

/* Without --dir=, sets dir to the directory that the files in paths.d name. command_line_parse() does this.
 * Programs that read the command line in another way must call it before they use dir. */
int global_options_find_dir(GlobalOptions *global, Error *reterr);

/* For a command that only root may run, with the result r of reading its command line: for other users the
 * error is -EPERM, whatever else is wrong. */
int global_options_check_root(const GlobalOptions *global, int r, Error *reterr);

/* Reads a whole command line: takes the global flags, and passes everything else (including
 * OPTION_POSITIONAL and OPTION_DASH_DASH) to take, until that fails. */
typedef int (*OptionTake)(int id, const char *value, Error *reterr);
int command_line_read(int argc, char **argv, const Option *options, GlobalOptions *global, OptionTake take,
                      Error *reterr);

/* The value of a flag that is a duration; a negative one is not valid. */
int duration_option_parse(const char *name, const char *value, int64_t *ret_ns, Error *reterr);

/* Adds the flags that pass the same settings to another helper (`--dir=…`). */
int global_options_to_strv(const GlobalOptions *global, char ***argv);

/* The verb as which a program was started: argv[0] ("image list"), or the part after "rkt-" if the program
 * was started by its own name. */
const char *verb_from_argv0(const char *argv0);

/* For --help: `Usage: rkt VERB ARGUMENTS`, a line that says what it does, its options and the global ones. */
void verb_print_help(const char *verb, const char *arguments, const char *summary, const Option *options);

/* The same with a second table of flags under a title. */
void verb_print_help_more(const char *verb, const char *arguments, const char *summary, const Option *options,
                          const char *title, const Option *more);

/* The same for a program that is no verb: `Usage: rkt-NAME ARGUMENTS`. */
void program_print_help(const char *name, const char *arguments, const char *summary, const Option *options);
