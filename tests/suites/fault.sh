#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation, write and read that the modules make for a VE fails, one
# after the other; tests/fault/fault.py says what must hold after each.
#
#   FAULT_NTH   which time of an allocation's path fails (default "1 2")
#   FAULT_OPS   which operations (default all: check suspend dump resume undump)
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

VEID=460
DIR=$dumps/fault

# One of each kind of object: programs of tests/static, beside busy. Times go on
# while the faults are tried, so what the TIMED ones say at the end is not asked.
KINDS="creds epoll eventfd fifos files_regular flocks ghosts inotify mqueue msg netlink pidfd
	pipes proc_files sem shm shmem signalfd signals threads tmpfs_files tree ttys
	unix_names unix_pairs unix_rights uts"
TIMED="timerfd timers tcp"

run insmod $modules/vzfault.ko
if [ "$rc" != 0 ]; then
	skip "fault injection" "no vzfault.ko for this kernel, or it cannot fail allocations: $err"
	tap_done
fi
refs=$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)

is_up() { grep -qsx ready "$(ve_file $VEID "/log.$1")"; }
is_done() { grep -qsE '^1\.\.[0-9]+$' "$(ve_file $VEID "/result.$1")"; }

start() {	# PROGRAM, of tests/: in the VE
	local name=${1#*/}

	install -D "$programs/$1" "$(ve_file $VEID "/opt/t/$name")"
	vzctl exec $VEID "setsid /opt/t/$name /go /result.$name /tick </dev/null >/log.$name 2>&1 &" &&
		poll 60 is_up "$name"
	ok "$name is up"
}

# Fails everything, the times NTH; sweep.py prints TAP, which becomes ours.
sweep() {	# NTH...
	# shellcheck disable=SC2086
	python3 "$tests/fault/fault.py" $VEID "$DIR" \
		"${FAULT_OPS:-check suspend dump resume undump}" "$@" 2>&1 |
		while IFS= read -r line; do
			case $line in
			'ok '*) echo "0 ${line#ok }" >>"$tap_tmp/results" ;;
			'not ok '*) echo "1 ${line#not ok }" >>"$tap_tmp/results" ;;
			*) echo "$line" ;;
			esac
		done
	is "${PIPESTATUS[0]}" 0 "all fault points were tried"
	while read -r status what; do tap_result "$status" "$what"; done \
		< <(cat "$tap_tmp/results" 2>/dev/null)
	rm -f "$tap_tmp/results"
}

# The VE went through all this: it is as it was.
finish() {	# PROGRAM...
	local name line

	touch "$(ve_file $VEID /go)"
	for name; do
		poll 60 is_done "$name"; ok "$name comes to its end"
		while IFS= read -r line; do
			case $line in
			'ok '*) tap_result 0 "${line#*: }" ;;
			'not ok '*) tap_result 1 "$name: ${line#*: }" ;;
			esac
		done <"$(ve_file $VEID "/result.$name")"
	done
	vzctl --quiet stop $VEID --fast; ok "stopped"
	is_gone $VEID "nothing of it is left"
	rmve $VEID 2>/dev/null
	rm -f "$DIR"*
}

if wanted busy; then
	part busy
	ve_up $VEID; ok "a VE"
	start fault/busy
	if [ "$LONG" = 0 ]; then
		sweep ${FAULT_NTH:-1 2}
	else
		sweep ${FAULT_NTH:-1 2 3 5 8}
	fi
	finish busy
fi

if wanted kinds; then
	part kinds
	ve_up $VEID; ok "a VE"
	start fault/busy
	for name in $KINDS $TIMED; do start "static/$name"; done
	sweep 1
	# shellcheck disable=SC2086
	finish busy $KINDS
fi

part end
is "$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)" "$refs" "no reference on the modules is left"
rmmod vzfault vzrst vzcpt; ok "the modules can be removed"
tap_done
