#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# static.sh dump|again|restore: tests/static's programs are dumped in one boot and
# restored in the next, where each looks at what it has. In between (again) they may be
# restored and dumped in a boot of another kernel. Programs share a VE, twelve at a
# time; one whose source says "alone: WHY" has a VE of its own.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

TOGETHER=12

# The groups, by their place among all programs, whichever are asked for:
# "NAME VEID PROGRAM..."
groups() {
	local path name together=() n=0 veid=500

	for path in $programs/static/*; do
		[ -x "$path" ] || continue
		name=$(basename "$path")
		if head -n 12 "$tests/static/$name.c" | grep -qE '^(/\*| \*) (alone|elsewhere): '; then
			veid=$((veid + 1))
			echo "$name $veid $name"
			continue
		fi
		together+=("$name")
		[ ${#together[@]} = $TOGETHER ] || continue
		n=$((n + 1)) veid=$((veid + 1))
		echo "together-$n $veid ${together[*]}"
		together=()
	done
	[ ${#together[@]} = 0 ] || echo "together-$((n + 1)) $((veid + 1)) ${together[*]}"
}

each() {	# dump|again|restore
	local group veid all name names

	while read -r -u 3 group veid all; do
		[[ " ${SKIP-} " != *" $group "* ]] || continue
		names=()
		for name in $all; do ! wanted "$name" || names+=("$name"); done
		[ ${#names[@]} != 0 ] || continue
		part "$group"
		"$1" "$group" "$veid" "${names[@]}"
	done 3< <(groups)
}

show_failure() {	# VEID NAME...
	local veid=$1 name

	shift
	ve_states "$veid" | sed 's/^/# /'
	for name; do sed "s/^/# $name: /" "$(ve_file "$veid" "/log.$name")" 2>/dev/null; done
	dmesg | tail -n 8 | sed 's/^/# kernel: /'
}

is_ready() { grep -qsx ready "$(ve_file "$1" "/log.$2")"; }

start_programs() {	# VEID NAME...
	local veid=$1

	shift
	install -D -t "$(ve_file "$veid" /opt/t)" "${@/#/$programs/static/}"
	vzctl exec "$veid" "for p in $*; do
		setsid /opt/t/\$p /go.\$p /result.\$p </dev/null >/log.\$p 2>&1 &
	done"
}

dump() {	# GROUP VEID NAME...
	local group=$1 veid=$2 image=$dumps/static.$1 name

	shift 2
	mkve "$veid"
	vzctl --quiet start "$veid" && start_programs "$veid" "$@"
	ok "$group: the VE starts"
	for name; do
		poll 60 is_ready "$veid" "$name"
		tap_result_of $? "$name: starts" || show_failure "$veid" "$name"
	done
	run vzctl chkpnt "$veid" --dumpfile "$image"; rc_is 0 "$group: dumped"
	if [ "$rc" != 0 ]; then
		show_failure "$veid" "$@"
		ve_end "$veid"
		return
	fi
	run vzcptcheck "$image"; rc_is 0 "$group: the image is whole"
	is_gone "$veid" "$group: the VE is gone"
}

tap_result_of() {	# STATUS DESC, and the status again
	tap_result "$1" "$2"
	return "$1"
}

is_done() { grep -qsE '^1\.\.[0-9]+$' "$(ve_file "$1" "/result.$2")"; }

# $rc is 0 when it is there. A program's line "elsewhere: WORDS": a kernel that does
# not know what it has refuses it with these words.
undump() {	# GROUP VEID IMAGE
	local words=

	[ ! -e "$tests/static/$1.c" ] ||
		words=$(sed -n 's|^/\* elsewhere: \(.*\) \*/$|\1|p' "$tests/static/$1.c")
	if [ ! -s "$3" ]; then
		rc=1
		tap_result 1 "$1: there is an image of the boot before"
		return
	fi
	mkve "$2"
	run vzctl restore "$2" --dumpfile "$3"
	if [ "$rc" != 0 ] && [ "$words" ] && [ "$(cat $dumps/release)" != "$(uname -r)" ]; then
		like "$err" "$words" "$1: refused by name"
	else
		rc_is 0 "$1: restored"
	fi
}

restore() {	# GROUP VEID NAME...
	local group=$1 veid=$2 image=$dumps/static.$1 name

	shift 2
	undump "$group" "$veid" "$image"
	if [ "$rc" = 0 ]; then
		for name; do touch "$(ve_file "$veid" "/go.$name")"; done
		for name; do
			part "$name"
			poll 60 is_done "$veid" "$name"
			if tap_result_of $? "$name: comes to its end"; then
				pass_on "$(ve_file "$veid" "/result.$name")"
			else
				show_failure "$veid" "$name"
				sed 's/^/# /' "$(ve_file "$veid" "/result.$name")" 2>/dev/null
			fi
		done
		part "$group"
		vzctl --quiet stop "$veid" --fast; ok "$group: the VE stops"
	fi
	is_gone "$veid" "$group: nothing of the VE is left"
	rm -f "$image"
	ve_end "$veid"
}

again() {	# GROUP VEID NAME...
	local group=$1 veid=$2 image=$dumps/static.$1

	undump "$group" "$veid" "$image"
	if [ "$rc" = 0 ]; then
		sleep 0.2	# it runs
		run vzctl chkpnt "$veid" --dumpfile "$image"; rc_is 0 "$group: dumped again"
		run vzcptcheck "$image"; rc_is 0 "$group: the image is whole"
	fi
	is_gone "$veid" "$group: the VE is gone"
}

[ "$1" != dump ] || uname -r >$dumps/release
case $1 in
dump|again|restore) each "$1" ;;
*) echo "usage: static.sh dump|again|restore" >&2; exit 1 ;;
esac
tap_done
