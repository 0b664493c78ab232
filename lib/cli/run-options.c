/* SPDX-License-Identifier: Apache-2.0 */

#include "run-options.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <limits.h>

#include "base/quantity.h"
#include "base/duration.h"
#include "base/string-util.h"

#define HOSTNAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

void run_options_done(RunOptions *options)
{
    strv_free(options->dns);
    strv_free(options->dns_search);
    strv_free(options->dns_options);
    strv_free(options->hosts_entries);
}

static int set_word(const char **field, SettingId id, const char *value, Error *reterr)
{
    if (!is_one_of(value, settings[id].words))
        return error_set(reterr, -EINVAL, "--%s=%s: must be %s", settings[id].flag, value,
                         settings[id].words);
    *field = value;
    return 0;
}

/* Makes a unit's name valid, because the unit of a template can only give its instance's name through a
 * specifier of systemd. */
static int set_machine_name(RunOptions *options, const char *value, Error *reterr)
{
    int r = machine_name_make(value, options->machine_name);

    return r < 0 ? error_set(reterr, r, "--machine-name=%s: not a valid machine name", value) : 0;
}

/* journald ignores a smaller value and uses its minimum. */
static int set_journal_max_use(RunOptions *options, const char *value, Error *reterr)
{
    if (quantity_parse(value, false, &options->journal_max_use) < 0 ||
        options->journal_max_use < (uint64_t) settings[SETTING_POD_JOURNAL_MAX_USE].min)
        return error_set(reterr, -EINVAL, "--journal-max-use=%s: must be a size of at least 1Mi", value);
    return 0;
}

/* As in systemd.exec(5), except that 0 means no limit. */
static int set_line_burst(RunOptions *options, const char *value, Error *reterr)
{
    uint64_t n;

    if (parse_u64(value, &n) < 0 || n > (uint64_t) settings[SETTING_POD_LINE_BURST].max)
        return error_set(reterr, -EINVAL, "--log-rate-limit-burst=%s: must be a number of lines", value);
    (void) snprintf(options->line_burst, sizeof(options->line_burst), "%" PRIu64, n);
    return 0;
}

static int set_line_interval(RunOptions *options, const char *value, Error *reterr)
{
    int64_t ns;

    if (parse_timespan(value, &ns) < 0 || ns > settings[SETTING_POD_LINE_INTERVAL].max * INT64_C(1000000000))
        return error_set(reterr, -EINVAL,
                         "--log-rate-limit-interval=%s: must be a time of at most a day, such as 30s", value);
    (void) snprintf(options->line_interval_us, sizeof(options->line_interval_us), "%" PRId64, ns / 1000);
    return 0;
}

/* A value that becomes a line or a word of a file must not add another line. */
static int add_word(char ***list, const char *flag, const char *value, Error *reterr)
{
    if (*value == '\0' || strpbrk(value, "\n\r"))
        return error_set(reterr, -EINVAL, "--%s: not a valid value", flag);
    return strv_extend(list, value);
}

static bool is_address(const char *text, size_t length)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr bytes;

    if (length >= sizeof(address))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    return inet_pton(AF_INET, address, &bytes) == 1 || inet_pton(AF_INET6, address, &bytes) == 1;
}

static int add_dns(RunOptions *options, const char *value, Error *reterr)
{
    bool word = streq(value, "host") || streq(value, "none");

    if (!word && !is_address(value, strlen(value)))
        return error_set(reterr, -EINVAL, "--dns=%s: must be an IP address, host or none", value);
    if (options->dns && (word || streq(options->dns[0], "host") || streq(options->dns[0], "none")))
        return error_set(reterr, -EINVAL, "--dns=host and --dns=none exclude other --dns");
    return strv_extend(&options->dns, value);
}

static int add_hosts_entry(RunOptions *options, const char *value, Error *reterr)
{
    const char *equals = strchr(value, '=');

    if (!streq(value, "host") &&
        (!equals || !is_address(value, (size_t) (equals - value)) || equals[1] == '\0'))
        return error_set(reterr, -EINVAL, "--hosts-entry=%s: must be IP=NAME,… or host", value);
    if (streq(value, "host") && strv_contains(options->hosts_entries, value))
        return 0;
    return add_word(&options->hosts_entries, "hosts-entry", value, reterr);
}

static int add_hosts_entries(RunOptions *options, const char *value, Error *reterr)
{
    _cleanup_strv_ char **words = NULL;
    int r = strv_split(value, ",", &words);

    if (r >= 0 && !words)
        r = add_hosts_entry(options, value, reterr);
    STRV_FOREACH (word, words)
        r = r < 0 ? r : add_hosts_entry(options, *word, reterr);
    return r;
}

/* What the kernel accepts and a line of /etc/hosts can hold; empty: as if it was not given. */
static int set_hostname(RunOptions *options, const char *value, Error *reterr)
{
    if (strlen(value) > HOST_NAME_MAX || value[strspn(value, HOSTNAME_CHARACTERS)] != '\0')
        return error_set(reterr, -EINVAL,
                         "--hostname=%s: must be letters, digits, \"-\", \"_\" and \".\", at most %d", value,
                         HOST_NAME_MAX);
    options->hostname = *value ? value : NULL;
    return 0;
}

int run_options_take(RunOptions *options, int id, const char *value, Error *reterr)
{
    switch (setting_of_option(id)) {
    case SETTING_POD_DNS: return add_dns(options, value, reterr);
    case SETTING_POD_DNS_SEARCH: return add_word(&options->dns_search, "dns-search", value, reterr);
    case SETTING_POD_DNS_OPT: return add_word(&options->dns_options, "dns-opt", value, reterr);
    case SETTING_POD_HOSTS_ENTRY: return add_hosts_entries(options, value, reterr);
    case SETTING_POD_DNS_DOMAIN:
        if (*value == '\0' || strpbrk(value, "\n\r"))
            return error_set(reterr, -EINVAL, "--dns-domain: not a valid value");
        options->dns_domain = value;
        return 0;
    case SETTING_POD_HOSTNAME: return set_hostname(options, value, reterr);
    case SETTING_POD_IPC: return set_word(&options->ipc, SETTING_POD_IPC, value, reterr);
    case SETTING_POD_JOURNAL: return set_word(&options->journal, SETTING_POD_JOURNAL, value, reterr);
    case SETTING_POD_JOURNAL_MAX_USE: return set_journal_max_use(options, value, reterr);
    case SETTING_POD_LINE_BURST: return set_line_burst(options, value, reterr);
    case SETTING_POD_LINE_INTERVAL: return set_line_interval(options, value, reterr);
    case SETTING_POD_MACHINE_NAME: return set_machine_name(options, value, reterr);
    case SETTING_POD_NETWORK: options->network = value; return 0;
    case SETTING_POD_INTERACTIVE: options->interactive = streq(value, "true"); return 0;
    case SETTING_POD_MDS_REGISTER:
        return streq(value, "false") ? 0 : error_set(reterr, -EOPNOTSUPP, "--mds-register is not built yet");
    default: return error_set(reterr, -EINVAL, "option %d is none of a run", id);
    }
}

int run_options_check(const RunOptions *options, Error *reterr)
{
    if (options->journal_max_use > 0 && options->journal && streq(options->journal, "host"))
        return error_set(reterr, -EINVAL,
                         "--journal-max-use is for --journal=pod: the host's journal has its own");
    return 0;
}
