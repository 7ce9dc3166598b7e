# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the suites have in common. A suite is a script that runs as root in the
# test machine and prints TAP (see tests/lib/tap.sh); tests/suites/run starts it.
#
#   $TESTS         glob of what to run          $LONG      1: the long versions
#   wanted NAME    is NAME asked for?           poll S CMD...   until CMD says 0
#   ve_up VEID     makes and starts a VE        ve_down VEID    none is left of it
#   ve_file VEID PATH   that file, from outside

suites=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
tests=$(dirname "$suites")
# shellcheck source=tests/lib/tap.sh
. "$tests/lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$tests/lib/mkve.sh"

export LONG=${LONG:-0}
programs=/opt/vz/tests
dumps=/vz/dump
modules=/opt/vz/modules

# Is this part of the suite asked for, by its own name or the suite's?
wanted() {
	local glob globs

	[[ " ${SKIP-} " != *" $1 "* ]] || return 1	# a machine died after it
	read -ra globs <<<"${TESTS:-*}"
	for glob in "${globs[@]}"; do
		# shellcheck disable=SC2053
		[[ $suite == $glob || $suite/$1 == $glob ]] && return
		# shellcheck disable=SC2053
		[[ $suite == @(static|workloads) && $1 == $glob ]] && return
	done
	return 1
}

suite=$(basename "$0" .sh)

# What follows is about this part.
part() { echo "# part $1"; }

# Until the command says 0, for so many seconds at most, on a fast kernel; a host
# that has much else to do gets three times as many.
poll() {
	local end=$((SECONDS + $1 * 3 * ${SLOW:-1}))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		read -rt 0.05 -u "$poll_never" || :
	done
}
exec {poll_never}<> <(:)	# waiting for it starts no process, which is slow here

load_modules() {
	[ -e /proc/cpt ] || insmod $modules/vzcpt.ko || return
	[ -e /proc/rst ] || insmod $modules/vzrst.ko
}

need_modules() {
	load_modules && return
	tap_result 1 "modules load" "$(dmesg | tail -n 20)"
	tap_done
}

# ---- VEs ----

ve_file() { echo "/vz/private/$1$2"; }

ve_init() { local init rest; read -r init rest <"/run/vz/$1.pid" && echo "$init"; } 2>/dev/null

ve_up() {
	mkve "$1" && vzctl --quiet start "$1"
}

# Host pids of all that is in the VE.
ve_pids() { cat "/sys/fs/cgroup/vz/$1/cgroup.procs" 2>/dev/null; }

# Succeeds when no task, cgroup or pid file of it is left.
ve_gone() {
	[ ! -e "/sys/fs/cgroup/vz/$1" ] && [ ! -e "/run/vz/$1.pid" ] &&
		! grep -qsx "0::/vz/$1" /proc/[0-9]*/cgroup
}

ve_left() {	# what keeps ve_gone from being true
	ls -d "/sys/fs/cgroup/vz/$1" "/run/vz/$1.pid" 2>/dev/null
	grep -lsx "0::/vz/$1" /proc/[0-9]*/cgroup | while IFS=/ read -r _ _ pid _; do
		tr '\0' ' ' <"/proc/$pid/cmdline"; grep -E '^(Name|State|Pid)' "/proc/$pid/status" | xargs
		cat "/proc/$pid/stack"
	done
	cat "/sys/fs/cgroup/vz/$1/cgroup.events" 2>/dev/null
}

is_gone() {
	if poll 5 ve_gone "$1"; then
		tap_result 0 "$2"
	else
		tap_result 1 "$2" "left of it:
$(ve_left "$1")"
	fi
}

# Stops it and throws its files away, whatever state it is in.
ve_end() {
	local veid

	for veid; do
		if ! ve_gone "$veid"; then
			vzctl --quiet chkpnt "$veid" --resume >/dev/null 2>&1
			vzctl --quiet restore "$veid" --kill >/dev/null 2>&1
			ve_gone "$veid" || vzctl --quiet stop "$veid" --fast 2>/dev/null
			poll 5 ve_gone "$veid" || echo "# VE $veid is not gone"
		fi
		rmve "$veid" 2>/dev/null
	done
}

# Starts a command in a VE and lets go of it; its output is the VE's /log.
ve_spawn() {
	local veid=$1

	shift
	vzctl exec "$veid" "setsid $* </dev/null >/log 2>&1 &"
}

# A test program's own lines, numbered as ours.
pass_on() {
	local line what

	while IFS= read -r line; do
		what=${line#*ok }
		case $line in
		'ok '*) tap_result 0 "${what#* }" ;;
		'not ok '*) tap_result 1 "${what#* }" ;;
		'#'*) echo "$line" ;;
		esac
	done <"$1"
}

# ---- a VE that shows whether it runs: VE's /tick grows ----

ve_ticker() {
	ve_up "$1" || return
	cat >"$(ve_file "$1" /ticker)" <<-'END'
	#!/bin/sh
	# a number ten times a second, a new process each time, a pipe and a sleeper
	sleep 100000 | cat &
	i=0
	while :; do i=$((i + 1)); echo $i >/tick; sleep 0.1; done
	END
	chmod +x "$(ve_file "$1" /ticker)"
	ve_spawn "$1" /ticker
	poll 10 test -s "$(ve_file "$1" /tick)"
}

# The file is empty for the moment between its opening and the write; a VE can be
# frozen in it.
ticks() {
	local now i

	for ((i = 0; i < 20; i++)); do
		now=$(cat "$(ve_file "$1" /tick)" 2>/dev/null)
		[ -z "$now" ] || break
		read -rt 0.05 -u "$poll_never" || :
	done
	echo "$now"
}

ticked() { local now; now=$(ticks "$1"); [ -n "$now" ] && [ "$now" != "$2" ]; }

# It goes on. The number may go back after a restore: it must change.
runs() {
	local last

	last=$(ticks "$1")
	poll 10 ticked "$1" "$last"
}

is_running() {
	if runs "$1"; then
		tap_result 0 "$2"
	else
		tap_result 1 "$2" "$(ve_states "$1")"
	fi
}

# It is there and stands still.
is_frozen() {
	local before after

	before=$(ticks "$1") && sleep 0.7 && after=$(ticks "$1")
	if [ -n "$(ve_pids "$1")" ] && [ "$before" = "$after" ]; then
		tap_result 0 "$2"
	else
		tap_result 1 "$2" "ticks: $before, then $after
$(ve_states "$1")"
	fi
}

ve_states() {
	local pid

	vzctl status "$1"
	for pid in $(ve_pids "$1"); do
		echo "$pid $(awk '/^(Name|State)/ { print $2, $3 }' "/proc/$pid/status" | xargs)" \
			"wchan $(cat "/proc/$pid/wchan")"
	done 2>/dev/null
}

# ---- the kernel's log ----

kmsg_mark() { kmsg_at="vztest: mark $$ $RANDOM"; echo "$kmsg_at" >/dev/kmsg; }
kmsg_since() { dmesg | sed -n "/$kmsg_at/,\$p" | tail -n +2; }

kmsg_is_silent() {
	local said

	said=$(kmsg_since)
	is "$said" "" "$1"
}
