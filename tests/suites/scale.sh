#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Many processes, much memory; what a dump needs for itself does not grow.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

V=430
image=$dumps/scale

is_ready() { grep -qsx ready "$(ve_file $V /log)"; }
is_done() { grep -qsE '^1\.\.[0-9]+$' "$(ve_file $V /result)"; }

begin() {	# PROGRAM ARG
	ve_up $V	# before there is a place to put files
	rm -f "$(ve_file $V /)"{go,result,log}
	install -D "$programs/workloads/$1" "$(ve_file $V "/opt/t/$1")"
	ve_spawn $V "/opt/t/$1" /go /result "$2" && poll 120 is_ready
	tap_result $? "$1 $2: starts" "$(cat "$(ve_file $V /log)")"
}

stat_of() { awk -v n="$1:" '$1 == n { print $2 }' <<<"$out"; }

cycle() {	# WHAT
	run vzctl chkpnt $V --dumpfile $image --stats; rc_is 0 "$1: dumped"
	echo "# note $1: frozen $(($(stat_of frozen_time) / 1000)) ms, $(stat_of processes) processes," \
		"$(stat_of pages_written) pages, $(stat_of image_bytes) bytes"
	processes=$(stat_of processes)
	run vzcptcheck $image; rc_is 0 "$1: the image is whole"
	is_gone $V "$1: the VE is gone"
	run vzctl restore $V --dumpfile $image --stats; rc_is 0 "$1: restored"
	echo "# note $1: undump $(($(stat_of undump_time) / 1000)) ms"
	touch "$(ve_file $V /go)"
	poll 120 is_done; ok "$1: comes to its end"
	pass_on "$(ve_file $V /result)"
	vzctl --quiet stop $V --fast; ok "$1: stops"
	is_gone $V "$1: nothing is left"
	rm -f $image
}

# All that the kernel has for itself: memory that is neither free nor in the
# page cache nor in mappings.
kernel_kb() {
	awk '/^(MemTotal):/ { s += $2 } /^(MemFree|Buffers|Cached|AnonPages|SwapCached):/ { s -= $2 }
	     END { print s }' /proc/meminfo
}

# The most that a dump adds to that. The image goes to nowhere, as the page
# cache would hide it.
peak_kb() {
	local pid most=0 before now

	echo 3 >/proc/sys/vm/drop_caches
	before=$(kernel_kb)
	vzctl --quiet chkpnt $V --dump --dumpfile /dev/null & pid=$!
	while kill -0 $pid 2>/dev/null; do
		now=$(($(kernel_kb) - before))
		[ $now -le $most ] || most=$now
		sleep 0.02
	done
	wait $pid || echo "# the dump has failed" >&2
	echo $most
}

need_of() {	# MIB: sets $need
	begin big "$1"
	vzctl --quiet chkpnt $V --suspend; ok "big $1: suspended"
	need=$(peak_kb)
	vzctl --quiet chkpnt $V --resume; ok "big $1: resumed"
	vzctl --quiet stop $V --fast
	is_gone $V "big $1: stopped"
}

part processes
begin crowd 200
cycle "200 processes"
is "$processes" 202 "200 processes: with init and its sleep"

part memory
begin big 256
cycle "256 MiB"

part need
need_of 32; small=$need
need_of 384; large=$need
echo "# note a dump of 32 MiB takes $small kB, one of 384 MiB $large kB of the kernel's memory"
[ "$large" -lt $((small + 8192)) ]
tap_result $? "what a dump needs does not grow with the VE's memory" "$small kB, then $large kB"

if [ "$LONG" != 0 ]; then
	part many
	begin crowd 1000
	cycle "1000 processes"
fi
ve_end $V
tap_done
