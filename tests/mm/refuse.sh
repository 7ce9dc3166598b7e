#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Memory that cannot be dumped: each kind is named, the VE is unharmed.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"
program=/opt/vz/tests/mm/refuse

for ko in vzcpt vzrst; do
	[ -d /sys/module/$ko ] || insmod /opt/vz/modules/$ko.ko; ok "load $ko"
done
mkve 101 && vzctl --quiet start 101; ok "start"
root=/vz/private/101
install $program $root/refuse-mm

# refused KIND WORDS
refused() {
	: >$root/log
	vzctl exec 101 "setsid /refuse-mm $1 >/log 2>&1 </dev/null &"
	for _ in $(seq 100); do [ ! -s $root/log ] || break; sleep 0.1; done
	if grep -q ^skip $root/log; then
		skip "$1" "$(cat $root/log)"
		return
	fi
	run vzctl chkpnt 101 --check; rc_is 16 "$1: 16"
	like "$err" "$2" "$1: named"
	pkill -x refuse-mm
	while pgrep -x refuse-mm >/dev/null; do sleep 0.1; done
}

run vzctl chkpnt 101 --check; rc_is 0 "a VE as it is started"
while IFS=$'\t' read -r kind words; do
	refused "$kind" "$words" </dev/null
done < <($program)
run vzctl chkpnt 101 --check; rc_is 0 "without them all is well"
vzctl --quiet stop 101 --fast; ok "stop"
rmve 101
rmmod vzrst vzcpt; ok "unload"
tap_done
