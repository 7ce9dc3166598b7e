#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Suspended and resumed, dumped and restored, over and over: nothing is left.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

V=440
image=$dumps/cycles
suspends=10 restores=5
[ "$LONG" = 0 ] || suspends=200 restores=50

# What of a cache counts as in use includes all that a processor has at hand of it:
# shrinking takes that away, and what is counted behind it starts no process. The VE
# stands still meanwhile.
take_stock() {
	local freeze=/sys/fs/cgroup/vz/$V/cgroup.freeze i cache name active rest kb

	echo 1 >$freeze
	for i in 1 2 3; do
		sync
		echo 3 >/proc/sys/vm/drop_caches
		sleep 0.3
	done
	read -rt 1 -u "$poll_never"	# what RCU frees is free, the last process here too
	for cache in /sys/kernel/slab/*/shrink; do echo 1 >"$cache"; done
	mapfile -t slabs </proc/slabinfo
	while read -r name kb rest; do
		[ "$name" != SUnreclaim: ] || slab_kb=$kb
	done </proc/meminfo
	echo 0 >$freeze
	objects=
	for cache in "${slabs[@]}"; do
		read -r name active rest <<<"$cache"
		[[ " ${counted[*]} " != *" $name "* ]] || objects+="$name $active"$'\n'
	done
	objects=$(sort <<<"${objects%$'\n'}")
}

# Caches that a task, a file or a mapping is made of.
counted=(task_struct mm_struct files_cache sighand_cache signal_cache filp cred_jar pid pid_2
	 fs_cache vm_area_struct anon_vma nsproxy mnt_cache net_namespace task_group
	 pid_namespace uts_namespace)

# What has grown by more than one for every other cycle.
grown() {	# BEFORE AFTER CYCLES
	join <(echo "$1") <(echo "$2") |
		awk -v n="$3" '$3 - $2 > n / 2 + 80 { print $1 ": " $2 " to " $3 }'
}

nothing_grew() {	# WHAT CYCLES
	take_stock
	echo "# note $1: slab $before_kb kB, then $slab_kb kB"
	[ "$slab_kb" -lt $((before_kb + 1024 + $2 * 8)) ]
	tap_result $? "$1: no growth in slab" "$before_kb kB, then $slab_kb kB"
	is "$(grown "$before" "$objects" "$2")" "" "$1: no kind of object has become more"
}

ve_ticker $V; ok "a VE that ticks"
# what is allocated once and kept, by us or by the kernel
for i in 1 2 3; do
	vzctl --quiet chkpnt $V --suspend && vzctl --quiet chkpnt $V --resume
	vzctl --quiet chkpnt $V --dumpfile $image && vzctl --quiet restore $V --dumpfile $image
done
is_running $V "warmed up"
refs=$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)

part suspend
take_stock
before_kb=$slab_kb before=$objects failed=0
for ((i = 0; i < suspends; i++)); do
	{ vzctl --quiet chkpnt $V --suspend && vzctl --quiet chkpnt $V --resume; } || failed=$((failed + 1))
done
is $failed 0 "$suspends times suspended and resumed"
is_running $V "it runs"
nothing_grew "suspended and resumed" $suspends

part restore
take_stock
before_kb=$slab_kb before=$objects failed=0
for ((i = 0; i < restores; i++)); do
	{ vzctl --quiet chkpnt $V --dumpfile $image && vzctl --quiet restore $V --dumpfile $image; } ||
		failed=$((failed + 1))
done
is $failed 0 "$restores times dumped, killed and restored"
is_running $V "it runs"
nothing_grew "dumped and restored" $restores
is "$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)" "$refs" "no reference on the modules is left"

part end
vzctl --quiet stop $V --fast; ok "stopped"
is_gone $V "gone"
rmmod vzrst vzcpt; ok "the modules can be removed"
load_modules; ok "and loaded"
run vzctl restore $V --dumpfile $image; rc_is 0 "the last image is good"
is_running $V "it runs"
ve_end $V
rm -f $image
tap_done
