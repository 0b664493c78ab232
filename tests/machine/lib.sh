# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the programs of tests/machine share: words to the user, the cache, the
# host's apt. Sourced, never run.

machine_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for those who source this
machine_cache=${RKT_TEST_CACHE:-/var/cache/rkt-tests}

# The Debian releases that machines are made of, with their systemd.
# shellcheck disable=SC2034 # for those who source this
declare -A machine_suites=([bookworm]=252 [trixie]=257 [forky]=262)
suite_names='bookworm|trixie|forky'

is_suite() {
	[[ ${machine_suites[${1:-none}]-} ]]
}

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# 125, as env(1) and its kin do: the machine failed, not what ran in it.
die() {
	say "$*"
	exit 125
}

need_root() {
	[[ $(id -u) == 0 ]] || die "must be root"
}

need_programs() {
	local program
	for program; do
		command -v "$program" >/dev/null ||
			die "$program is not installed: see $machine_dir/packages.txt"
	done
}

# A list file's words: comments and empty lines left out.
list_words() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"
}

# recipe_hash FILE...|WORD...: names a cache entry by all that goes into it.
recipe_hash() {
	local item
	for item; do
		if [[ -f $item ]]; then cat "$item"; else printf '%s\n' "$item"; fi
	done | sha256sum | cut -c1-16
}

# cached NAME BUILDER ARG...: prints the path of the cache entry NAME and has
# BUILDER fill it first when it is missing (called as: BUILDER ARG... NEWDIR).
# The entry appears by one rename; a second caller waits for the first. Its time
# is that of its last use, for expire.
cached() {
	local name=$1 builder=$2 entry=$machine_cache/$1 new
	shift 2
	if [[ ! -d $entry ]]; then
		mkdir -p "$machine_cache"
		exec {cache_lock}>"$machine_cache/.$name.lock"
		flock "$cache_lock"
		if [[ ! -d $entry ]]; then
			new=$machine_cache/.$name.new
			rm -rf "$new"
			mkdir "$new"
			"$builder" "$@" "$new" >&2
			mv -T "$new" "$entry"
			rm -f "$machine_cache/.$name.lock"
		fi
		exec {cache_lock}>&-
	fi
	touch "$entry"
	printf '%s\n' "$entry"
}

# What recipes of earlier days have left in the cache, and unfinished builds.
expire() {
	local entry
	find "$machine_cache" -mindepth 1 -maxdepth 1 -type d -mtime +7 2>/dev/null |
		while read -r entry; do
			rm -rf --one-file-system "$entry"
			say "removed $entry, not used for a week"
		done
}

host_codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release && printf '%s\n' "$VERSION_CODENAME")
}

# apt_sources SUITE: where this host's apt gets Debian from, as one-line
# entries, with the host's release replaced by SUITE.
apt_sources() {
	local host
	host=$(host_codename)
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk -v host="$host" -v suite="$1" '
			$2 == host || $2 == host "-security" || $2 == host "-updates" {
				if ($3 != "main" || seen[$0]++)
					next
				sub(host, suite, $2)
				print "deb", $1, $2, $3
			}'
}

# How this host's apt reaches its mirror, as mmdebstrap's options: one a line.
apt_options() {
	apt-config dump |
		sed -nE 's/^(Acquire::(Check-[^ ]*|Retries|http[^ ]*|https[^ ]*) ".*";)$/--aptopt=\1/p' |
		grep -v ' "";$' || :
}
