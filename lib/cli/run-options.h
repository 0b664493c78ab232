/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of `run` and `run-prepared`: how a prepared pod runs, not its contents. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"
#include "settings/settings.h"
#include "unit/machine-name.h"

typedef struct RunOptions {
    const char *network; /* NULL: the default one */
    const char *hostname, *ipc, *journal;
    char machine_name[MACHINE_NAME_MAX + 1]; /* "": not given */
    char **dns, **dns_search, **dns_options, **hosts_entries;
    const char *dns_domain;
    uint64_t journal_max_use;                  /* 0: not given */
    char line_burst[24], line_interval_us[24]; /* decimal; "": not given */
    bool interactive;
} RunOptions;

/* Frees the contents of the options, not the struct itself. */
void run_options_done(RunOptions *options);

/* Whether an option's id is one of setting_options(SETTING_RUN). */
static inline bool run_options_has(int id)
{
    return setting_of_option(id) >= 0 && settings[setting_of_option(id)].lines == SETTING_RUN;
}

/* Takes an option of setting_options(SETTING_RUN) by its id. The value is checked and not copied: it must
 * live as long as the options. -EINVAL: not a valid value; -EOPNOTSUPP: not built yet. reterr is set. */
int run_options_take(RunOptions *options, int id, const char *value, Error *reterr);

/* Refuses options that exclude each other. */
int run_options_check(const RunOptions *options, Error *reterr);
