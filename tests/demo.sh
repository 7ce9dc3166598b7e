#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What make demo does in the machine: demo.sh dump|restore|services
set -euo pipefail
. /repo/tests/lib/mkve.sh
. /repo/tests/lib/peer.sh
. /repo/tests/lib/services.sh

mb=24
xz="xz -T2 -1 --block-size=2MiB -k"
root=/vz/private/101

step() { printf '\n-- %s\n' "$*"; }
size_mb() { stat -c %s "$1" | awk '{ printf "%.1f MB", $1 / 1e6 }'; }
times() { awk -F': ' '$2 > 0 && /_time/ { printf "   %-14s %8.1f ms\n", $1, $2 / 1000 }
		      /pages_(written|restored|shared)|image_bytes/ && $2 > 0 { printf "   %-14s %8d\n", $1, $2 }' "$1"; }

# vzctl with a progress line, and its times
staged() {
	vzctl "$@" --progress --stats 2>&1 | tee /tmp/out | grep -v '^[a-z_]*: ' | tr '\r' '\n' | uniq
	times /tmp/out
}

cwnd() { vzctl exec 102 "ss -tniH state established" | grep -oE ' (cubic|bbr|reno)|cwnd:[0-9]*|rtt:[0-9./]*|bytes_(sent|received):[0-9]*' | xargs; }

services() {
	local dir name

	dir=$(mktemp -d)
	step "VE 102 with redis-server, which logs to disk, and nginx; another host, one hop away"
	peer_up >/dev/null 2>&1
	mkve 102
	vzctl --quiet set 102 --ipadd 10.45.0.4 --save
	vzctl start 102
	services_start 102 10.45.0.4
	vzctl exec 102 ps -eLo pid,tid,stat,comm
	step "There: a redis client that looks at every answer, and a downloader that hashes a file"
	services_clients 10.45.0.4 "$dir" /vz/private/102
	sleep 3
	echo "connections before: $(cwnd)"
	step "vzctl chkpnt 102: suspend, dump, kill"
	staged chkpnt 102 --dumpfile /vz/dump/demo
	vzctl status 102
	step "vzctl restore 102: undump, resume"
	staged restore 102 --dumpfile /vz/dump/demo
	echo "connections after: $(cwnd)"
	sleep 3
	step "The clients, which never stopped"
	services_stop "$dir"
	for name in redis nginx; do echo "   $name: $(tail -n 1 "$dir/$name")"; done
	echo "   on the wire: $(tail -n 1 "$dir/sniff") (the SYNs are those of the two connections' beginning)"
	grep -q "rst 0 .*unreachable 0" "$dir/sniff"
	vzctl --quiet stop 102 --fast
	peer_down
	rmmod vzrst vzcpt
	printf '\nBoth were served to the end, without a reset.\n'
}

insmod /opt/vz/modules/vzcpt.ko
insmod /opt/vz/modules/vzrst.ko
if [ "$1" = services ]; then
	services
	exit
fi
mkve 101

if [ "$1" = dump ]; then
	step "A real file: the first $mb MB of a tar of this machine's programs and libraries"
	tar -C / -c --sort=name usr/bin usr/lib/x86_64-linux-gnu 2>/dev/null |
		head -c ${mb}M >$root/file || true
	ls -l $root/file
	step "VE 101 starts, and compresses it with two threads: $xz"
	vzctl start 101
	vzctl exec 101 "setsid sh -c '$xz /file; echo \$? >/status' </dev/null >/dev/null 2>&1 &"
	until [ "$(stat -c %s $root/file.xz 2>/dev/null || echo 0)" -gt $((mb * 150000)) ]; do sleep 0.1; done
	echo "half way: $(size_mb $root/file.xz) written"
	vzctl exec 101 ps -eLo pid,tid,stat,comm
	step "vzctl chkpnt 101: suspend, dump, kill"
	staged chkpnt 101 --dumpfile /vz/dump/demo
	vzctl status 101
	ls -l /vz/dump/demo
	vzcptcheck /vz/dump/demo && echo "the image is whole"
else
	step "vzctl restore 101: undump, resume"
	staged restore 101 --dumpfile /vz/dump/demo
	vzctl exec 101 ps -eLo pid,tid,stat,comm
	step "xz goes on to its end"
	until [ -s $root/status ]; do sleep 0.2; done
	echo "exit status $(cat $root/status), $(size_mb $root/file.xz)"
	step "The same without an interruption"
	$xz -c $root/file >/tmp/undisturbed.xz
	sha256sum $root/file.xz /tmp/undisturbed.xz
	cmp $root/file.xz /tmp/undisturbed.xz
	vzctl --quiet stop 101 --fast
	rmmod vzrst vzcpt
	printf '\nThe files are identical.\n'
fi
