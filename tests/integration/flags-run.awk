# SPDX-License-Identifier: Apache-2.0
# Reads the trace of a test (lib.sh) and prints `ran COMMAND --FLAG` for each flag that rkt was given before a fact that
# held: on a command line that the shell ran, or handed to a program that runs others.

function value_follows(word) {
    return word ~ /^--(dir|system-config|local-config|user-config|insecure-options)$/
}

# command(W, I, N): what stands behind the word "rkt", up to the end of the command.
function command(w, i, n,    verb, words, other, given) {
    for (; i <= n && w[i] !~ /^([;|&<>]|[0-9]>|\))/; i++) {
        if (w[i] == "---") other = 0
        else if (w[i] == "--") other = 1
        else if (other) continue
        else if (w[i] ~ /^--[a-z]/) {
            given = w[i]
            sub(/[=;].*/, "", given)
            words = words " " given
            if (verb == "" && value_follows(w[i])) i++
        } else if (verb == "") verb = w[i]
        else if (verb ~ /^(image|pod|help)$/) verb = verb " " w[i]
        if (w[i] ~ /;$/) break
    }
    n = split(words, w, " ")
    for (i = 1; i <= n; i++) pending["ran " verb " " w[i]] = 1
}

/^\++ ok / {
    for (line in pending) ran[line] = 1
    split("", pending)
    next
}

/^\++ ([^ ]*\/)?(rkt|timeout|env|setpriv|systemd-run|script|bash|sh|setsid|unshare|nsenter|exec|runuser|prlimit|xargs|command) / &&
/rkt / {
    gsub(/[$\\'"()]+/, " ")
    n = split($0, word, " ")
    for (i = 2; i <= n; i++)
        if (word[i] ~ /^([^ ]*\/)?rkt$/) {
            split($0, rest, " ")
            command(rest, i + 1, n)
        }
}

END { for (line in ran) print line }
