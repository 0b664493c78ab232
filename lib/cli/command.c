/* SPDX-License-Identifier: Apache-2.0 */

#include "command.h"

#include <stdio.h>

#include "base/answer.h"
#include "base/log.h"
#include "base/string-util.h"

static const Command *find_command(const Command *const *commands, const char *name)
{
    if (*commands && !commands[1])
        return *commands;
    while (*commands && !streq((*commands)->name, name))
        commands++;
    return *commands;
}

static int read_line(const Command *command, GlobalOptions *global, int argc, char **argv, Error *reterr)
{
    int r = command->parse ? command->parse(argc, argv, reterr)
                           : command_line_read(argc, argv, command->options, global, command->take, reterr);

    return command->for_root ? global_options_check_root(global, r, reterr) : r;
}

static void print_help(const Command *command)
{
    if (command->print_help)
        command->print_help();
    else if (command->is_program)
        program_print_help(command->name, command->arguments, command->summary, command->options);
    else
        verb_print_help(command->name, command->arguments, command->summary, command->options);
}

static int run(const Command *command, GlobalOptions *global, Error *reterr)
{
    int r = 0;

    if (!command->no_directory)
        r = global_options_find_dir(global, reterr);
    if (r >= 0)
        r = command->run(reterr);
    if (r >= 0 && (fflush(stdout) == EOF || ferror(stdout)))
        r = error_set_errno(reterr, -EIO, "cannot write the output");
    return r;
}

int command_main(const Command *const *commands, GlobalOptions *global, int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    const char *name = argc > 0 ? verb_from_argv0(argv[0]) : "", *label = "rkt";
    const Command *command = find_command(commands, name);
    int r;

    answer_begin();
    if (command) {
        label = command->label ? command->label : command->name;
        r = read_line(command, global, argc, argv, &error);
    } else
        r = error_set(&error, -EINVAL, "this build of rkt has no command \"%s\"", name);
    log_setup(label, global->debug);
    if (r >= 0 && global->help) {
        print_help(command);
        return 0;
    }
    if (r >= 0)
        r = run(command, global, &error);
    if (r < 0)
        error_print(&error, r, label, global->debug);
    return r < 0 ? EXIT_GENERAL : r;
}
