# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of rkt in bash. rkt itself finds the candidates.

_rkt() {
    local words word apart candidate
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} != *[[:space:]] ]] || words+=('')
    word=${words[-1]}
    # bash splits words at these characters, and expects only the part after the last one.
    apart=${word%"${word##*["=:"]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        case $candidate in
        :files)
            compopt -o filenames
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${word#--*=}")
            ;;
        :directories)
            compopt -o filenames
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "${word#--*=}")
            ;;
        *)
            [[ $candidate != *= ]] || compopt -o nospace
            COMPREPLY+=("${candidate#"$apart"}")
            ;;
        esac
    done < <(rkt completion -- "${words[@]:1}" 2>/dev/null)
}

complete -F _rkt rkt
