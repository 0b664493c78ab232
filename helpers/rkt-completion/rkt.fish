# SPDX-License-Identifier: Apache-2.0
# Completion of rkt in fish. rkt itself finds the candidates.

function __rkt_complete
    set -l before (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --current-token --cut-at-cursor)
    set -l flag (string match --regex -- '^--[^=]*=' "$word")
    for line in (rkt completion -- $before[2..] "$word" 2>/dev/null)
        switch $line
            case :files
                printf "$flag%s\n" (__fish_complete_path (string replace -- "$flag" '' "$word"))
            case :directories
                printf "$flag%s\n" (__fish_complete_directories (string replace -- "$flag" '' "$word"))
            case '*'
                printf '%s\n' $line
        end
    end
end

complete --command rkt --no-files --arguments '(__rkt_complete)'
