/* SPDX-License-Identifier: Apache-2.0 */
/* rkt pod check: all errors that the generator would report for a file, and then those that the programs of
 * the unit would report for their flags. Values that PID 1 replaces later ("%i") are not passed to them. */

#include "base/array.h"
#include "base/file-util.h"
#include "base/printable.h"
#include "check-values.h"
#include "generator/generate.h"
#include "podfile/resolve.h"
#include "rkt-pod.h"

enum { EXIT_BAD_FILE = 1 };

enum { OPT_FORMAT = 1 };

static const Option options[] = {
    { "format", OPTION_VALUE, OPT_FORMAT, "json|json-pretty", "print JSON", NULL },
    {},
};

typedef struct Finding {
    char *path, *words;
    unsigned line; /* 0: the file as a whole */
    bool warning;
} Finding;

typedef struct Findings {
    Finding *items;
    size_t n, n_errors;
    bool failed; /* out of memory */
} Findings;

static Format arg_format = FORMAT_TEXT;
static char **arg_files = NULL;

/* ----- Findings ----- */

static void add_finding(Findings *findings, const char *path, unsigned line, const char *words, bool warning)
{
    Finding *added = ARRAY_APPEND(findings->items, findings->n);

    if (!added) {
        findings->failed = true;
        return;
    }
    *added = (Finding){ .path = strdup(path), .words = strdup(words), .line = line, .warning = warning };
    findings->failed |= !added->path || !added->words;
    findings->n_errors += !warning;
}

static void on_error(void *userdata, const char *path, unsigned line, const char *words)
{
    add_finding(userdata, path, line, words, false);
}

static void findings_done(Findings *findings)
{
    for (size_t i = 0; i < findings->n; i++) {
        free(findings->items[i].path);
        free(findings->items[i].words);
    }
    free(findings->items);
}

/* By file, in the order in which they were read, then by line. */
static void sort_findings(Findings *findings, size_t from)
{
    for (size_t i = from + 1; i < findings->n; i++)
        for (size_t k = i; k > from && streq(findings->items[k - 1].path, findings->items[k].path) &&
                           findings->items[k - 1].line > findings->items[k].line;
             k--) {
            Finding swapped = findings->items[k];

            findings->items[k] = findings->items[k - 1];
            findings->items[k - 1] = swapped;
        }
}

/* ----- Warnings ----- */

/* A file with two assignments of a single value probably contains a mistake; overriding is for drop-ins. */
static void warn_of_repeats(const PodFile *file, Findings *findings)
{
    for (size_t i = 0; i < file->n_sections; i++) {
        const PodSection *section = &file->sections[i];

        for (size_t k = 0; k < section->n_entries; k++) {
            const PodEntry *entry = &section->entries[k], *last = pod_section_find(section, entry->key);
            char words[256];

            if (!last || last <= entry || !entry->dropped || entry->info != last->info ||
                last->info->flags & SETTING_LIST || *entry->value == '\0' || !streq(entry->path, last->path))
                continue;
            (void) snprintf(words, sizeof(words), "%s= is said again in line %u, which counts", entry->key,
                            last->line);
            add_finding(findings, entry->path, entry->line, words, true);
        }
    }
}

/* Usually what the user means, but some of its effects may be unexpected. */
static void warn_of_network(const PodFile *file, Findings *findings)
{
    const PodEntry *network = pod_section_find(pod_file_section(file, POD_SECTION_POD), "Network");

    if (network && streq(network->value, "host"))
        add_finding(
                findings, network->path, network->line,
                "Network=host: the apps reach what listens on the host's loopback and can take names of its "
                "abstract sockets (before Linux 6.12 they reach those, too, an app's root as root), and hear "
                "its traffic unless CAP_NET_RAW is taken from them",
                true);
}

/* Suffixes of [Service] count by 1024, those of [App] by 1000 unless they have an i. */
static void warn_of_sizes(const PodFile *file, Findings *findings)
{
    const PodSection *service = pod_file_section(file, POD_SECTION_SERVICE);
    const PodEntry *of_unit = service ? pod_section_find(service, "MemoryMax") : NULL;

    for (size_t i = 0; of_unit && i < file->n_sections; i++) {
        const PodEntry *of_app = file->sections[i].kind == POD_SECTION_APP
                                         ? pod_section_find(&file->sections[i], "Memory")
                                         : NULL;
        size_t n = of_app ? strlen(of_app->value) : 0;

        if (n > 0 && strchr("KMGT", of_app->value[n - 1]) && streq(of_app->value, of_unit->value))
            add_finding(findings, of_app->path, of_app->line,
                        "Memory=: K, M, G count by 1000 here and by 1024 in MemoryMax=; write Ki, Mi, Gi",
                        true);
    }
}

/* ----- Files ----- */

static int load_stdin(PodFile *file, GeneratedUnit *unit, Error *reterr)
{
    char *text;
    size_t size;
    int r = read_argument_file("/dev/stdin", POD_FILE_SIZE_MAX, &text, &size);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the standard input");
    r = pod_file_parse(file, "-", text, size, reterr);
    if (pod_file_resolve(file, NULL) < 0 || r < 0)
        return -EINVAL;
    return translate_pod("stdin", "-", file, unit, reterr);
}

/* Returns 1 if it is a mask. */
static int load_named(Search *search, const char *name, PodFile *file, GeneratedUnit *unit, char **ret_path,
                      Error *reterr)
{
    const SearchItem *item;
    int r = search_scan_file(search, name, &item, reterr);

    if (r < 0)
        return r;
    *ret_path = search_path(search, item);
    return *ret_path ? generate_unit(search, item, *ret_path, file, unit, reterr) : -ENOMEM;
}

/* A path is shown as it was given: a relative one stays relative. */
static void shorten_paths(const char *name, Findings *findings, size_t from)
{
    _cleanup_free_ char *cwd = *name == '/' ? NULL : getcwd(NULL, 0);

    for (size_t i = from; cwd && i < findings->n; i++) {
        char *path = findings->items[i].path;
        const char *rest = startswith(path, cwd);

        if (rest && *rest == '/')
            memmove(path, rest + 1, strlen(rest + 1) + 1);
    }
}

/* Reports the result r of loading a file, and other findings about it. path may be NULL. */
static int note_file(Findings *findings, const PodFile *file, const char *name, const char *path,
                     size_t n_errors, const Error *error, int r)
{
    if (r > 0)
        add_finding(findings, path, 0, "it masks the pods of its name", true);
    else if (r == 0)
        r = check_values(file, path ? path : name);
    else if (r == -ENOMEM)
        return r;
    else if (findings->n_errors > n_errors)
        r = check_flags(file);
    else {
        const char *cause = error_cause(error), *words = cause ? cause : strerror(-r);
        const char *rest = startswith(words, path ? path : name);

        add_finding(findings, path ? path : name, 0, rest && startswith(rest, ": ") ? rest + 2 : words,
                    false);
    }
    if (r >= 0) {
        warn_of_repeats(file, findings);
        warn_of_network(file, findings);
        warn_of_sizes(file, findings);
    }
    return findings->failed ? -ENOMEM : 0;
}

static int check_file(const char *name, Findings *findings)
{
    _cleanup_search_ Search search = SEARCH_INIT;
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 };
    _cleanup_pod_file_ PodFile file = { .on_error = on_error, .userdata = findings };
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *path = NULL;
    size_t from = findings->n, n_errors = findings->n_errors;
    bool is_stdin = streq(name, "-");
    int r = is_stdin ? load_stdin(&file, &unit, &error)
                     : load_named(&search, name, &file, &unit, &path, &error);

    r = note_file(findings, &file, name, path, n_errors, &error, r);
    if (r < 0)
        return r;
    shorten_paths(name, findings, from);
    sort_findings(findings, from);
    return 0;
}

/* A file of the search path, whose drop-ins may be in other directories of it. */
static int check_item(const Search *search, const SearchItem *item, Findings *findings)
{
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 };
    _cleanup_pod_file_ PodFile file = { .on_error = on_error, .userdata = findings };
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *path = search_path(search, item);
    size_t from = findings->n, n_errors = findings->n_errors;
    int r = path ? generate_unit(search, item, path, &file, &unit, &error) : -ENOMEM;

    if (r > 0) /* on purpose, if it is in the search path */
        return 0;
    r = r == -ENOMEM ? r : note_file(findings, &file, item->name, path, n_errors, &error, r);
    if (r >= 0)
        sort_findings(findings, from);
    return r;
}

static int check_all(Findings *findings)
{
    _cleanup_search_ Search search = SEARCH_INIT;
    _cleanup_error_ Error error = ERROR_INIT;
    int r = search_scan(&search, "", &error);

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        add_finding(findings, search_dirs[0], 0, error_cause(&error) ? error_cause(&error) : strerror(-r),
                    false);
    STRV_FOREACH (dir, search.passed_over)
        add_finding(findings, *dir, 0, SEARCH_PASSED_OVER, true);
    for (size_t i = 0; i < search.pods.n; i++) {
        r = check_item(&search, &search.pods.items[i], findings);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ----- Output ----- */

static const char *severity(const Finding *finding)
{
    return finding->warning ? "warning" : "error";
}

/* Editors want a line number. */
static int print_finding(const Finding *f)
{
    _cleanup_free_ char *line = NULL;

    if (asprintf(&line, "%s:%u: %s: %s", f->path, f->line > 0 ? f->line : 1, severity(f), f->words) < 0) {
        line = NULL;
        return -ENOMEM;
    }
    string_sanitize(line, "");
    return puts(line) == EOF ? -EIO : 0;
}

static int print_findings(const Findings *findings)
{
    json_t *array;
    int r = 0;

    for (size_t i = 0; r >= 0 && arg_format == FORMAT_TEXT && i < findings->n; i++)
        r = print_finding(&findings->items[i]);
    if (arg_format == FORMAT_TEXT)
        return r;
    array = json_array();
    for (size_t i = 0; i < findings->n; i++) {
        const Finding *f = &findings->items[i];
        json_t *one = json_pack("{s:o, s:I, s:s, s:o}", "file", pod_json_text(f->path), "line",
                                (json_int_t) (f->line > 0 ? f->line : 1), "severity", severity(f), "message",
                                pod_json_text(f->words));

        if (json_array_append_new(array, one) < 0) {
            json_decref(array);
            return -ENOMEM;
        }
    }
    return format_print_json(array, arg_format);
}

static int take_option(int id, const char *value, Error *reterr)
{
    if (id == OPT_FORMAT)
        return format_parse(value, &arg_format, reterr);
    return id == OPTION_POSITIONAL ? strv_extend(&arg_files, value) : 0;
}

static int run(_unused_ Error *reterr)
{
    _cleanup_(findings_done) Findings findings = { 0 };
    int r = arg_files ? 0 : check_all(&findings);

    STRV_FOREACH (file, arg_files)
        if (r >= 0)
            r = check_file(*file, &findings);
    strv_free(TAKE_PTR(arg_files));
    if (r >= 0)
        r = print_findings(&findings);
    return r < 0 ? r : findings.n_errors > 0 ? EXIT_BAD_FILE : 0;
}

const Command pod_check = {
    .name = "pod check",
    .arguments = "[FILE…]",
    .summary = "Reports the errors in pod files, without a FILE in all of them; - is the standard input.",
    .options = options,
    .take = take_option,
    .run = run,
    .no_directory = true
};
