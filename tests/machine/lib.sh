# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the programs of tests/machine share: words to the user, the cache, the
# host's apt. Sourced, never run.

machine_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for those who source this
machine_cache=${RKT_TEST_CACHE:-/var/cache/rkt-tests}
# shellcheck disable=SC2034
machine_runtime=/run/rkt-machines

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
# The entry appears by one rename; a second caller waits for the first.
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
	printf '%s\n' "$entry"
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

# What boot and vm are asked for, in the variables that machine_arguments fills.
suite=bookworm image='' layers=() binds=() env=() hostname=machine journal=persistent
timeout=300 script='' console='' shell='' orderly='' command=()

# machine_arguments ARG...: the options that boot and vm share. Others are given
# to the function machine_option OPTION VALUE, which says by its status whether
# it knows them, and sets `took` to how many words it took.
machine_arguments() {
	local took
	while (($#)); do
		took=2
		case $1 in
		--orderly) orderly=1 took=1 ;;
		--shell) shell=1 took=1 ;;
		--help) usage && exit 0 ;;
		--) shift && break ;;
		-*)
			(($# >= 2)) || die "$1: needs a value, or is no option (--help)"
			case $1 in
			--suite) suite=$2 ;;
			--layer) layers+=("$(realpath -e "$2")") ;;
			--bind) add_bind "$2" ;;
			--env) if [[ $2 == *=* ]]; then env+=("$2"); else env+=("$2=${!2-}"); fi ;;
			--hostname) hostname=$2 ;;
			--journal) journal=$2 ;;
			--timeout) timeout=$2 ;;
			--script) script=$2 ;;
			--console) console=$(realpath -m "$2") ;;
			*) machine_option "$@" || die "$1: no such option (--help)" ;;
			esac
			;;
		*) break ;;
		esac
		shift "$took"
	done
	command=("$@")
	check_arguments
}

# SRC:DST[:ro], kept with the source resolved.
add_bind() {
	local source target mode
	IFS=: read -r source target mode <<<"$1"
	[[ $target == /* && $mode =~ ^(|ro)$ ]] || die "--bind $1: must be SRC:/DST or SRC:/DST:ro"
	source=$(realpath -e "$source") || die "--bind $1: no such source"
	binds+=("$source:$target:$mode")
}

check_arguments() {
	local layer name
	[[ $journal =~ ^(persistent|volatile)$ ]] || die "--journal is persistent or volatile"
	[[ $timeout =~ ^[0-9]+$ ]] || die "--timeout needs a number of seconds"
	[[ $shell$script || ${#command[@]} -gt 0 ]] || die "no command (--help)"
	[[ ! $shell || ( ! $script && ${#command[@]} == 0 ) ]] || die "--shell takes no command"
	for layer in "${layers[@]}"; do
		[[ -d $layer ]] || die "--layer $layer: not a directory"
		for name in bin sbin lib lib64; do
			[[ ! -d $layer/$name || -L $layer/$name ]] ||
				die "--layer $layer: /$name would hide the tree's link to /usr/$name: install with prefix /usr"
		done
	done
}

# machine_command FILE: writes the command as a bash script.
machine_command() {
	local file=$1 variable
	{
		printf 'export HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8\n'
		printf 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n'
		for variable in "${env[@]}"; do
			printf 'export %q=%q\n' "${variable%%=*}" "${variable#*=}"
		done
		if [[ $script ]]; then
			# set -- even without arguments: $@ is the script's
			printf 'set -- %s\n' "${command[*]@Q}"
			if [[ $script == - ]]; then cat; else cat "$script"; fi
		else
			printf 'exec %s\n' "${command[*]@Q}"
		fi
	} >"$file"
}

# The program supervise, built when its source is new.
supervise_program() {
	printf '%s/supervise\n' "$(cached "supervise-$(recipe_hash "$machine_dir/supervise.c")" build_supervise)"
}

build_supervise() {
	need_programs gcc
	gcc -std=gnu17 -O2 -Wall -Wextra -o "$1/supervise" "$machine_dir/supervise.c"
}

# What machines left that were killed together with their watchers: cgroups and
# directories that no living process has locked. The age is for machines that
# are just being made.
sweep() {
	local min_age=$1 work cgroup
	for work in "$machine_runtime"/*; do
		[[ -d $work && $(find "$work" -maxdepth 0 -mmin "+$min_age") ]] || continue
		(
			[[ ! -e $work/lock ]] || flock -n 9 || exit 0
			if [[ -s $work/cgroup ]]; then
				cgroup=$(<"$work/cgroup")
				[[ ! -e $cgroup/cgroup.kill ]] || echo 1 >"$cgroup/cgroup.kill"
				for _ in {1..100}; do
					find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || :
					[[ -d $cgroup ]] || break
					sleep 0.05
				done
			fi
			rm -rf --one-file-system "$work"
			say "removed $work, left by a killed machine"
		) 9>>"$work/lock"
	done
}
