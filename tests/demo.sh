#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What make demo does in the machine: demo.sh dump|restore
set -euo pipefail
. /repo/tests/lib/mkve.sh

mb=24
xz="xz -T2 -1 --block-size=2MiB -k"
root=/vz/private/101

step() { printf '\n-- %s\n' "$*"; }
size_mb() { stat -c %s "$1" | awk '{ printf "%.1f MB", $1 / 1e6 }'; }
times() { awk -F': ' '$2 > 0 && /_time/ { printf "   %-14s %8.1f ms\n", $1, $2 / 1000 }
		      /pages_(written|restored|shared)|image_bytes/ && $2 > 0 { printf "   %-14s %8d\n", $1, $2 }' "$1"; }

insmod /opt/vz/modules/vzcpt.ko
insmod /opt/vz/modules/vzrst.ko
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
	vzctl chkpnt 101 --dumpfile /vz/dump/demo --progress --stats 2>&1 | tee /tmp/out | grep -v '^[a-z_]*: ' |
		tr '\r' '\n'
	times /tmp/out
	vzctl status 101
	ls -l /vz/dump/demo
	vzcptcheck /vz/dump/demo && echo "the image is whole"
else
	step "vzctl restore 101: undump, resume"
	vzctl restore 101 --dumpfile /vz/dump/demo --progress --stats 2>&1 | tee /tmp/out |
		grep -v '^[a-z_]*: ' | tr '\r' '\n'
	times /tmp/out
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
