/* SPDX-License-Identifier: Apache-2.0 */
/* rkt completion bash: what is completed comes from rkt itself when it is needed, `rkt help` for commands,
 * `rkt COMMAND
 * --help` for flags, which print the tables that they parse with; so there is no second list of flags to
 * keep. */

#include <stdio.h>
#include <string.h>

#include "base/string-util.h"
#include "pod/global-options.h"

enum { EXIT_GENERAL = 254 };

static const char bash_script[] =
        "# bash completion for rkt: source <(rkt completion bash)\n"
        "\n"
        "# The first words of the lines of a help's list, from `rkt help ...` or `rkt COMMAND --help`.\n"
        "__rkt_flags() {\n"
        "    rkt \"$@\" --help 2>/dev/null | sed -n 's/^  \\(--[a-z0-9-]*=\\{0,1\\}\\).*/\\1/p'\n"
        "}\n"
        "\n"
        "__rkt_commands() {\n"
        "    rkt help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \\([a-z-]*\\( [a-z-]*\\)\\{0,1\\}\\)  "
        ".*/\\1/p'\n"
        "}\n"
        "\n"
        "__rkt_pods() {\n"
        "    rkt list --full --no-legend 2>/dev/null | cut -f1 | grep .\n"
        "}\n"
        "\n"
        "__rkt() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} command=() i candidates\n"
        "    for ((i = 1; i < COMP_CWORD && ${#command[@]} < 2; i++)); do\n"
        "        case ${COMP_WORDS[i]} in\n"
        "        -* | =) ;;\n"
        "        app | image) command+=(\"${COMP_WORDS[i]}\") ;;\n"
        "        *)\n"
        "            [[ ${COMP_WORDS[i - 1]} == = ]] && continue\n"
        "            command+=(\"${COMP_WORDS[i]}\")\n"
        "            break\n"
        "            ;;\n"
        "        esac\n"
        "    done\n"
        "    case $word:${command[*]} in\n"
        "    -*) candidates=$(__rkt_flags \"${command[@]}\") ;;\n"
        "    *: | *:help) candidates=$(__rkt_commands | cut -d' ' -f1) ;;\n"
        "    *:app | *:image) candidates=$(__rkt_commands | sed -n \"s/^${command[0]} //p\") ;;\n"
        "    *:cat-manifest | *:enter | *:rm | *:run-prepared | *:status | *:stop) candidates=$(__rkt_pods) "
        ";;\n"
        "    *)\n"
        "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
        "        compopt -o filenames\n"
        "        return\n"
        "        ;;\n"
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$candidates\" -- \"$word\")\n"
        "    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
        "}\n"
        "\n"
        "complete -F __rkt rkt\n";

static const Option options[] = { {} };

static int parse_argv(int argc, char **argv, GlobalOptions *global, const char **ret_shell, Error *reterr)
{
    OptionParser parser = {
        .argc = argc, .argv = argv, .index = 1, .tables = { options, global_option_table }
    };

    for (;;) {
        const char *value;
        int id, r;

        r = option_next(&parser, &id, &value, reterr);
        if (r < 0 || id == OPTION_END)
            return r;
        if (global_options_has(id))
            r = global_options_take(global, id, value, reterr);
        else if (id != OPTION_POSITIONAL || *ret_shell)
            r = error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
        else
            *ret_shell = value;
        if (r < 0)
            return r;
    }
}

int main(int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    const char *shell = NULL;
    int r = parse_argv(argc, argv, &global, &shell, &error);

    if (r >= 0 && global.help) {
        verb_print_help("completion", "bash", "Prints completions for a shell, to be sourced there.",
                        options);
        return 0;
    }
    if (r >= 0 && !shell)
        r = error_set(&error, -EINVAL, "must name a shell: bash");
    else if (r >= 0 && !streq(shell, "bash"))
        r = error_set(&error, -EINVAL, "unknown shell \"%s\": only bash is known", shell);
    if (r < 0) {
        error_print(&error, "completion", global.debug);
        return EXIT_GENERAL;
    }
    return fputs(bash_script, stdout) == EOF || fflush(stdout) == EOF ? EXIT_GENERAL : 0;
}
