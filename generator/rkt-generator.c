/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-generator(8). PID 1 waits for it at every boot and daemon-reload, early, when only /etc, /usr and
 * /run can be used. So it only reads text and writes text. An error affects only one pod, and its message
 * goes to the kernel's log. In the initrd it writes nothing: a pod needs /var, and the host's PID 1 runs
 * the generator again after the switch. */

#include <dirent.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/option.h"
#include "base/string-util.h"
#include "generate.h"
#include "rkt-config.h"
#include "unit/kept-unit.h"

enum { EXIT_BAD_FILE = 1, EXIT_USAGE = 254, EXIT_CONFIG = 78 };

enum { OPTION_DRY_RUN = 1, OPTION_ROOT, OPTION_REFUSE, OPTION_HELP, OPTION_VERSION };

static const Option options[] = {
    { "dry-run", OPTION_BOOL, OPTION_DRY_RUN, NULL, "print the units and the errors, write nothing" },
    { "root", OPTION_VALUE, OPTION_ROOT, "DIR", "read pod files beneath DIR" },
    { "refuse", OPTION_VALUE, OPTION_REFUSE, "MESSAGE", NULL },
    { "help", OPTION_BOOL, OPTION_HELP, NULL, "print this" },
    { "version", OPTION_BOOL, OPTION_VERSION, NULL, "print the version" },
    { 0 },
};

static bool arg_dry_run = false;
static const char *arg_root = "";
static char **arg_words = NULL; /* output directories, or files with --dry-run */

typedef struct Generator {
    Search search;
    int output;   /* -EBADF with --dry-run */
    int early;    /* the directory that overrides a mask; -EBADF: there is none */
    char **stubs; /* the names of stub units, which only report an error */
    int log;      /* /dev/kmsg, or -EBADF for standard error */
    bool bad;     /* some file had an error */
    bool failed;  /* some unit could not be written */
} Generator;

/* One write for each line, which becomes one record of the kernel's log. If the log refuses it, the stub
 * still has the message. */
static void complain(Generator *g, const char *text)
{
    _cleanup_free_ char *line = NULL;
    int n;

    if (g->log < 0) {
        fprintf(stderr, "rkt-generator: %s\n", text);
        return;
    }
    n = asprintf(&line, "<4>rkt-generator[%d]: %s\n", (int) getpid(), text);
    if (n > 0 && write(g->log, line, (size_t) n) < 0)
        fprintf(stderr, "rkt-generator: %s\n", text);
}

static void complain_error(Generator *g, const Error *error, int r)
{
    const char *cause = error_cause(error);

    complain(g, cause ? cause : strerror(-r));
}

/* ----- Output ----- */

static int write_link(const Generator *g, const char *link, const char *unit)
{
    const char *slash = strchr(link, '/');
    _cleanup_free_ char *target = NULL, *dir = NULL;
    const char *at = strchr(unit, '@');

    /* For an instance of a template, the link leads to the template. */
    if (slash && at && !streq(slash + 1, unit)) {
        if (asprintf(&target, "../%.*s@%s", (int) (at - unit), unit, strrchr(unit, '.')) < 0)
            return -ENOMEM;
    } else
        target = string_concat(slash ? "../" : "", unit);
    if (!target)
        return -ENOMEM;
    if (symlinkat(target, g->output, link) >= 0 || errno == EEXIST)
        return 0;
    if (errno != ENOENT || !slash)
        return -errno;
    dir = strndup(link, (size_t) (slash - link));
    if (!dir)
        return -ENOMEM;
    if (mkdirat(g->output, dir, 0755) < 0 && errno != EEXIST)
        return -errno;
    return symlinkat(target, g->output, link) < 0 && errno != EEXIST ? -errno : 0;
}

/* With directory -EBADF it writes to standard output. */
static int write_text(int directory, const char *name, const Buffer *text, Error *reterr)
{
    int r = 0;

    if (directory < 0)
        printf("# %s\n%s\n", name, text->data);
    else
        r = write_file_at(directory, name, text->data, text->size, 0644, WRITE_UMASK);
    return r < 0 ? error_set_errno(reterr, r, "%s", name) : 0;
}

/* Uses a drop-in of the other unit: a link in NAME.upholds/ works from systemd 254 on, Upholds= from 249. */
static int write_upholds(const Generator *g, const char *link, size_t n_name, const char *unit, Error *reterr)
{
    _cleanup_buffer_ Buffer text = { 0 };
    _cleanup_free_ char *dir = NULL, *name = NULL;

    if (asprintf(&dir, "%.*s.d", (int) n_name, link) < 0) {
        dir = NULL;
        return -ENOMEM;
    }
    name = string_concat(dir, "/50-upholds-", unit, ".conf");
    buffer_addf(&text, "# Written by rkt-generator(8).\n\n[Unit]\nUpholds=%s\n", unit);
    if (!name || buffer_error(&text) < 0)
        return -ENOMEM;
    if (g->output >= 0 && mkdirat(g->output, dir, 0755) < 0 && errno != EEXIST)
        return error_set_errno(reterr, -errno, "%s", dir);
    return write_text(g->output, name, &text, reterr);
}

/* Makes a link, or the drop-in that replaces it. */
static int write_dependency(const Generator *g, const char *link, const char *unit, Error *reterr)
{
    const char *slash = strchr(link, '/'), *upholds = strstr(link, ".upholds/");
    int r;

    if (upholds && upholds + strlen(".upholds") == slash)
        return write_upholds(g, link, (size_t) (upholds - link), slash + 1, reterr);
    if (g->output < 0) {
        printf("# %s\n", link);
        return 0;
    }
    r = write_link(g, link, unit);
    return r < 0 ? error_set_errno(reterr, r, "%s", link) : 0;
}

static int write_unit(const Generator *g, const GeneratedUnit *unit, Error *reterr)
{
    int r = write_text(g->output, unit->name, &unit->text, reterr);

    if (r >= 0 && unit->socket)
        r = write_text(g->output, unit->socket, &unit->socket_text, reterr);
    if (r < 0)
        return r;
    STRV_FOREACH (link, unit->links) {
        r = write_dependency(g, *link, unit->socket ? unit->socket : unit->name, reterr);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ----- One pod ----- */

static void process(Generator *g, const SearchItem *item)
{
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 };
    _cleanup_pod_file_ PodFile file = { 0 };
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *path = search_path(&g->search, item);
    int r;

    if (!path) {
        g->failed = true;
        return;
    }
    r = generate_unit(&g->search, item, path, &file, &unit, &error);
    if (r > 0)
        return;
    if (r < 0) {
        complain_error(g, &error, r);
        g->bad = true;
        generated_unit_done(&unit);
        if (g->output < 0 || pod_name_check(item->name, NULL) < 0)
            return;
        r = translate_stub(item->name, path, &file, error_cause(&error) ? error_cause(&error) : strerror(-r),
                           &unit);
        if (r >= 0)
            r = strv_extend(&g->stubs, unit.name);
    }
    if (r >= 0)
        r = write_unit(g, &unit, &error);
    if (r < 0) {
        complain_error(g, &error, r);
        g->failed = true;
    }
}

static void process_all(Generator *g)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = search_scan(&g->search, arg_root, &error);

    if (r < 0) {
        complain_error(g, &error, r);
        g->bad = true;
    }
    STRV_FOREACH (dir, g->search.passed_over) {
        _cleanup_free_ char *line = string_concat(*dir, ": " SEARCH_PASSED_OVER);

        if (line)
            complain(g, line);
    }
    for (size_t i = 0; i < g->search.pods.n; i++)
        process(g, &g->search.pods.items[i]);
}

/* ----- Pods that run without a file ----- */

#define REFUSE                                                                                               \
    GENERATOR_PATH " --refuse \"its pod file is gone, is masked or has an error: see rkt pod list\""

/* Whether a pod file has produced a unit that can end the pod. */
static bool is_generated(const Generator *g, const char *unit)
{
    return !strv_contains(g->stubs, unit) && faccessat(g->output, unit, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* An instance uses its template's unit, unless it has a stub. */
static bool is_declared(const Generator *g, const char *unit, const char *template)
{
    return is_generated(g, unit) || (template && !strv_contains(g->stubs, unit) && is_generated(g, template));
}

static int keep_unit(Generator *g, const char *name, Error *reterr)
{
    _cleanup_free_ char *unit = string_concat(name, ".service"), *template = NULL;
    const char *at = strchr(name, '@');
    _cleanup_buffer_ Buffer text = { 0 };
    bool masked;
    int r;

    if (!unit)
        return -ENOMEM;
    if (at && asprintf(&template, "%.*s@.service", (int) (at - name), name) < 0) {
        template = NULL;
        return -ENOMEM;
    }
    masked = g->early >= 0 && (unit_is_masked(unit) || (template && unit_is_masked(template)));
    if (!masked && is_declared(g, unit, template))
        return 0;
    r = kept_unit_make(name, REFUSE, &text);
    if (r == -ENOENT)
        return 0;
    return r < 0 ? r : write_text(masked ? g->early : g->output, unit, &text, reterr);
}

static void keep_running(Generator *g, const char *name)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = keep_unit(g, name, &error);

    if (r >= 0)
        return;
    complain_error(g, &error, r);
    g->failed = true;
}

/* Each running pod has a runtime directory. */
static void process_running(Generator *g)
{
    DIR *dir = opendir(KEPT_UNITS);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (startswith(entry->d_name, "rkt-"))
            keep_running(g, entry->d_name);
    if (dir)
        (void) closedir(dir);
}

/* ----- One file ----- */

/* A file named on the command line, in any directory, with the drop-ins beside it. */
static void process_file(Generator *g, const char *path)
{
    _cleanup_error_ Error error = ERROR_INIT;
    const SearchItem *item;
    int r = search_scan_file(&g->search, path, &item, &error);

    if (r >= 0)
        process(g, item);
    else {
        complain_error(g, &error, r);
        g->bad = true;
    }
    search_done(&g->search);
    g->search = (Search) SEARCH_INIT;
}

/* ----- Command line ----- */

static void print_help(void)
{
    printf("Usage: rkt-generator NORMAL-DIR [EARLY-DIR LATE-DIR]\n"
           "       rkt-generator --dry-run [FILE...]\n\n"
           "Writes systemd units for pod files; see rkt-generator(8) and rkt.pod(5).\n\nOptions:\n");
    option_print_help(options);
}

/* Returns the exit status if there is nothing more to do, or -1. */
static int parse_arguments(int argc, char **argv, Error *reterr)
{
    OptionParser parser = { .argc = argc, .argv = argv, .index = 1, .tables = { options } };

    for (;;) {
        const char *value;
        int id, r = option_next(&parser, &id, &value, reterr);

        if (r < 0)
            return EXIT_USAGE;
        switch (id) {
        case OPTION_END: return -1;
        case OPTION_DRY_RUN: arg_dry_run = streq(value, "true"); break;
        case OPTION_ROOT: arg_root = value; break;
        case OPTION_REFUSE: fprintf(stderr, "%s%s\n", log_error_prefix(), value); return EXIT_CONFIG;
        case OPTION_HELP: print_help(); return EXIT_SUCCESS;
        case OPTION_VERSION: printf("rkt-generator %s\n", RKT_VERSION); return EXIT_SUCCESS;
        case OPTION_DASH_DASH: break;
        case OPTION_POSITIONAL:
            if (strv_extend(&arg_words, value) < 0)
                return EXIT_USAGE;
            break;
        }
    }
}

static bool in_initrd(void)
{
    const char *value = getenv("SYSTEMD_IN_INITRD");

    return value ? streq(value, "1") : access("/etc/initrd-release", F_OK) == 0;
}

static int run_dry(Generator *g)
{
    g->output = -EBADF;
    if (!arg_words)
        process_all(g);
    STRV_FOREACH (file, arg_words)
        process_file(g, *file);
    return g->bad ? EXIT_BAD_FILE : EXIT_SUCCESS;
}

/* Errors in pod files do not make the generator fail. */
static int run_generator(Generator *g, Error *reterr)
{
    size_t n = strv_length(arg_words);

    if (n != 1 && n != 3) {
        (void) error_set(reterr, -EINVAL, "one or three directories are needed, or --dry-run");
        return EXIT_USAGE;
    }
    if (in_initrd() && *arg_root == '\0')
        return EXIT_SUCCESS;
    g->output = open(arg_words[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (g->output < 0) {
        (void) error_set_errno(reterr, -errno, "%s", arg_words[0]);
        return EXIT_USAGE;
    }
    if (n == 3)
        g->early = open(arg_words[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Set by PID 1; then nobody reads our standard error. */
    if (getenv("SYSTEMD_SCOPE"))
        g->log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    process_all(g);
    if (*arg_root == '\0')
        process_running(g);
    g->output = safe_close(g->output);
    g->early = safe_close(g->early);
    g->log = safe_close(g->log);
    return g->failed ? EXIT_BAD_FILE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    Generator g = { .search = SEARCH_INIT, .output = -EBADF, .early = -EBADF, .log = -EBADF };
    _cleanup_error_ Error error = ERROR_INIT;
    int status;

    (void) umask(022);
    status = parse_arguments(argc, argv, &error);
    if (status < 0)
        status = arg_dry_run ? run_dry(&g) : run_generator(&g, &error);
    if (error.n > 0)
        error_print(&error, -EINVAL, "rkt-generator", false);
    search_done(&g.search);
    strv_free(g.stubs);
    strv_free(arg_words);
    return status;
}
