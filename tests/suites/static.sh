#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# static.sh dump|again|restore: each of tests/static's programs in a VE of its own is
# dumped in one boot and restored in the next, where it looks at what it has. In
# between (again) it may be restored and dumped in a boot of another kernel.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

veid_of() { echo $((500 + $1)); }

show_failure() {	# VEID
	ve_states "$1" | sed 's/^/# /'
	sed 's/^/# log: /' "$(ve_file "$1" /log)" 2>/dev/null
	dmesg | tail -n 8 | sed 's/^/# kernel: /'
}

# 501, 502...: by their place among all programs, whichever are asked for
each() {
	local i=0 path name

	for path in $programs/static/*; do
		[ -x "$path" ] || continue
		name=$(basename "$path")
		i=$((i + 1))
		wanted "$name" || continue
		part "$name"
		"$1" "$name" "$(veid_of $i)"
	done
}

is_ready() { grep -qsx ready "$(ve_file "$1" /log)"; }

dump() {
	local name=$1 veid=$2 image=$dumps/static.$1

	mkve "$veid"
	install -D "$programs/static/$name" "$(ve_file "$veid" "/opt/t/$name")"
	vzctl --quiet start "$veid" && ve_spawn "$veid" "/opt/t/$name" /go /result &&
		poll 60 is_ready "$veid"
	if ! tap_result_of $? "$name: starts"; then
		show_failure "$veid"
		ve_end "$veid"
		return
	fi
	run vzctl chkpnt "$veid" --dumpfile "$image"; rc_is 0 "$name: dumped"
	if [ "$rc" != 0 ]; then
		show_failure "$veid"
		ve_end "$veid"
		return
	fi
	run vzcptcheck "$image"; rc_is 0 "$name: the image is whole"
	is_gone "$veid" "$name: the VE is gone"
}

tap_result_of() {	# STATUS DESC, and the status again
	tap_result "$1" "$2"
	return "$1"
}

is_done() { grep -qsE '^1\.\.[0-9]+$' "$(ve_file "$1" /result)"; }

# The program's own lines, numbered as ours.
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

# $rc is 0 when it is there. The program's line "elsewhere: WORDS": a kernel that does
# not know what it has refuses it with these words.
undump() {	# NAME VEID IMAGE
	local words

	words=$(sed -n 's|^/\* elsewhere: \(.*\) \*/$|\1|p' "$tests/static/$1.c")
	mkve "$2"
	run vzctl restore "$2" --dumpfile "$3"
	if [ "$rc" != 0 ] && [ "$words" ] && [ "$(cat $dumps/release)" != "$(uname -r)" ]; then
		like "$err" "$words" "$1: refused by name"
	else
		rc_is 0 "$1: restored"
	fi
}

restore() {
	local name=$1 veid=$2 image=$dumps/static.$1 result

	if [ ! -s "$image" ]; then
		tap_result 1 "$name: there is an image of the boot before"
		return
	fi
	result=$(ve_file "$veid" /result)
	undump "$name" "$veid" "$image"
	if [ "$rc" = 0 ]; then
		touch "$(ve_file "$veid" /go)"
		poll 60 is_done "$veid"
		if tap_result_of $? "$name: comes to its end"; then
			pass_on "$result"
		else
			show_failure "$veid"
			cat "$result" 2>/dev/null
		fi
		vzctl --quiet stop "$veid" --fast; ok "$name: the VE stops"
	fi
	is_gone "$veid" "$name: nothing of the VE is left"
	rm -f "$image"
	ve_end "$veid"
}

again() {
	local name=$1 veid=$2 image=$dumps/static.$1

	if [ ! -s "$image" ]; then
		tap_result 1 "$name: there is an image of the boot before"
		return
	fi
	undump "$name" "$veid" "$image"
	if [ "$rc" = 0 ]; then
		sleep 0.2	# it runs
		run vzctl chkpnt "$veid" --dumpfile "$image"; rc_is 0 "$name: dumped again"
		run vzcptcheck "$image"; rc_is 0 "$name: the image is whole"
	fi
	is_gone "$veid" "$name: the VE is gone"
}

[ "$1" != dump ] || uname -r >$dumps/release
case $1 in
dump|again|restore) each "$1" ;;
*) echo "usage: static.sh dump|again|restore" >&2; exit 1 ;;
esac
tap_done
