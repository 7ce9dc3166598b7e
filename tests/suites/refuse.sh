#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each of tests/refuse's programs has something that cannot be checkpointed; its
# first line says with which words it is refused. That is said before anything
# is stopped ("refuse:"), or can only be seen when the VE is parked ("refuse when
# parked:"), and the VE is left as it was.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

V=410
sources=$tests/refuse
image=$dumps/refuse

is_ready() { grep -qsx ready "$(ve_file $V "/log.$1")"; }

start_program() {
	install -D "$programs/refuse/$1" "$(ve_file $V "/opt/t/$1")"
	vzctl exec $V "cd / && exec setsid /opt/t/$1 /go.$1 /result.$1 </dev/null >/log.$1 2>&1 &"
}

# Of each program: how it is refused; is that seen when it is parked only? "among
# others": what follows from it is refused, too; "alone": what it does to the VE
# hides what another program has.
declare -A words late others alone
for source in "$sources"/*.c; do
	name=${source##*/} name=${name%.c}
	mapfile -t -n 4 head <"$source"
	if [[ ${head[0]} =~ ^/\*\ refuse(\ when\ parked)?:\ (.*)\ \*/$ ]]; then
		late[$name]=${BASH_REMATCH[1]} words[$name]=${BASH_REMATCH[2]}
	fi
	for line in "${head[@]}"; do
		[ "$line" != '/* among others */' ] || others[$name]=1 alone[$name]=1
		[ "$line" != '/* alone */' ] || alone[$name]=1
	done
done

# Is the program refused with its words, in $err?
said() {
	local line

	while read -r line; do
		[[ $line =~ ^Error:\ ${words[$1]-no line /* refuse: WORDS */}$ ]] && return
	done <<<"$err"
	return 1
}

# How often the VE's init and its sleep were given the CPU: not to be stopped.
switches() {
	local init pid

	init=$(ve_init $V)
	for pid in $init $(pgrep -P "$init" -x sleep); do
		echo "$pid $(awk '/ctxt/ { s += $2 } END { print s }' "/proc/$pid/status")"
	done
}

is_refused() {	# NAME...
	local before after name

	before=$(switches)
	run vzctl chkpnt $V --dumpfile $image; rc_is 16 "$*: refused, 16"
	after=$(switches)
	for name; do
		said "$name"
		tap_result $? "$name: the reason" "want: ${words[$name]-}
$err"
	done
	[ "${others[$1]-}" ] ||
		is "$(grep -c '^Error: ' <<<"$err")" "${#@}" "$*: $# reasons"
	is "$after" "$before" "$*: nothing was stopped for that"
	is "$(ls $dumps/refuse* 2>/dev/null)" "" "$*: there is no file"
	run vzctl chkpnt $V --check; rc_is 16 "$*: check says the same, 16"
	for name; do
		said "$name"
		tap_result $? "$name: the same reason" "$err"
	done
	run vzctl chkpnt $V --suspend; rc_is 16 "$*: nor can it be suspended"
	run vzctl chkpnt $V --resume; rc_is 16 "$*: and is not suspended"
}

is_refused_late() {	# NAME
	run vzctl chkpnt $V --check; rc_is 0 "$1: cannot be seen while it runs"
	run vzctl chkpnt $V --dumpfile $image; rc_is 16 "$1: refused, 16"
	said "$1"
	tap_result $? "$1: the reason" "want: ${words[$1]-}
$err"
	is "$(ls $dumps/refuse* 2>/dev/null)" "" "$1: there is no file"
}

# The program goes on when it is told to.
goes_on() {
	touch "$(ve_file $V "/go.$1")"
	if poll 20 test -e "$(ve_file $V "/result.$1")"; then
		tap_result 0 "$1: the program runs on"
	else
		tap_result 1 "$1: the program runs on" "$(ve_states $V)"
	fi
}

refuse() {	# PART NAME...: programs that are refused in one go
	local name names=()

	part "$1"
	shift
	fresh
	for name; do start_program "$name"; done
	for name; do
		if poll 30 is_ready "$name"; then
			names+=("$name")
		else
			tap_result 1 "$name: starts" "$(cat "$(ve_file $V "/log.$name")")"
		fi
	done
	[ ${#names[@]} != 0 ] || return
	if [ "${late[${names[0]}]-}" ]; then is_refused_late "${names[@]}"; else is_refused "${names[@]}"; fi
	for name in "${names[@]}"; do goes_on "$name"; done
}

refuse_together() {
	n=$((n + 1))
	local part=together-$n

	[ ${#together[@]} != 1 ] || part=${together[0]}
	[[ " ${SKIP-} " = *" $part "* ]] || refuse "$part" "${together[@]}"
	together=()
}

fresh() {	# so that one program's mounts do not trouble the next
	vzctl --quiet stop $V --fast 2>/dev/null
	rm -f "$(ve_file $V /)"{go,result,log}.*
	vzctl --quiet start $V
}

# For unix_outside: a socket file of the VE's, and who listens is not in the VE.
listen_outside() {
	rm -f "$(ve_file $V /outside)"
	python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
print("listens", flush=True)
c = s.accept()
time.sleep(600)' "$(ve_file $V /outside)" >$dumps/outside.log 2>&1 &
	outside=$!
	poll 30 grep -q listens $dumps/outside.log
}

# For net_legacy: a VE has no modules to load.
modprobe -qa iptable_filter iptable_nat
mkve $V
outside=
wanted unix_outside && listen_outside
together=() n=0
for source in "$sources"/*.c; do
	name=${source##*/} name=${name%.c}
	if [ "${late[$name]-}${alone[$name]-}" ]; then
		! wanted "$name" || refuse "$name" "$name"
		continue
	fi
	! wanted "$name" || together+=("$name")
	[ ${#together[@]} -lt 8 ] || refuse_together
done
[ ${#together[@]} = 0 ] || refuse_together

if wanted several; then
	part several
	several=(socket_packet lease dnotify unlinked_link)
	fresh
	for name in "${several[@]}"; do start_program "$name"; done
	for name in "${several[@]}"; do poll 30 is_ready "$name"; ok "$name: starts"; done
	is_refused "${several[@]}"
	for name in "${several[@]}"; do goes_on "$name"; done
	gone() { [ "$(ve_pids $V | wc -l)" -le 2 ]; }
	poll 20 gone; ok "they are gone"
	run vzctl chkpnt $V --check; rc_is 0 "without them it can be checkpointed"
	run vzctl chkpnt $V --dumpfile $image; rc_is 0 "and is"
	run vzctl restore $V --dumpfile $image; rc_is 0 "and restored"
	rm -f $image
fi
[ -z "$outside" ] || kill "$outside"
ve_end $V
tap_done
