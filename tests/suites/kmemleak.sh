#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the suites before have left allocated and nobody points to any more.
. "$(dirname "$(realpath "$0")")/lib.sh"

report=/sys/kernel/debug/kmemleak
if [ ! -e $report ] || ! echo scan >$report; then
	skip "kmemleak" "this kernel does not have it"
	tap_done
fi
# An object is looked at when it is five seconds old, and is a leak when it was
# not found, and has not changed, in two scans.
sync
echo 3 >/proc/sys/vm/drop_caches
sleep 6
echo scan >$report
sleep 1
echo scan >$report
is "$(cat $report)" "" "nothing has leaked"
tap_done
