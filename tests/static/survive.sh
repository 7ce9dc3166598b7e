#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# survive.sh [--copy] [--one] PROGRAM...	(in the test machine)
#
# Runs programs of tests/static in a VE, checkpoints it, restores it, lets them
# verify, and shows their TAP. --copy: the VE's root is on ext4, not an overlay;
# --one: each program in a VE of its own. Status 0: all was well.
. "$(dirname "$(realpath "$0")")/../lib/mkve.sh"

veid=101 private=/vz/private/101
copy='' one=''
while :; do
	case ${1-} in
	--copy) copy=--copy ;;
	--one) one=1 ;;
	*) break ;;
	esac
	shift
done

load() {
	grep -q '^vzcpt ' /proc/modules || insmod /opt/vz/modules/vzcpt.ko || exit
	grep -q '^vzrst ' /proc/modules || insmod /opt/vz/modules/vzrst.ko || exit
}

# Waits at most 20 s for a file to have something in it.
await() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ ! -s "$1" ] || return 0
		sleep 0.1
	done
	echo "# no $1" >&2
	return 1
}

start() {
	local p
	mkve $veid $copy || return
	rm -rf "$private/vzt"
	mkdir "$private/vzt"
	for p; do
		cp "/opt/vz/tests/static/$p" "$private/vzt/" || return
	done
	cat >"$private/vzt/init" <<-EOF
		#!/bin/sh
		for p in $*; do
			(/vzt/\$p /vzt/go /vzt/\$p.tap >/vzt/\$p.log 2>&1; echo \$? >/vzt/\$p.rc) &
		done
		wait
		exec sleep 86400
	EOF
	chmod 755 "$private/vzt/init"
	grep -q '^INIT=' /etc/vz/conf/$veid.conf ||
		echo 'INIT="/vzt/init"' >>/etc/vz/conf/$veid.conf
	vzctl --quiet start $veid || return
	for p; do
		await "$private/vzt/$p.log" || return
		if ! grep -q '^ready' "$private/vzt/$p.log"; then
			cat "$private/vzt/$p.log"
			return 1
		fi
	done
}

survive() {
	local p bad=0
	start "$@" || return
	vzctl chkpnt $veid || return
	vzctl restore $veid || return
	touch "$private/vzt/go"
	for p; do
		if await "$private/vzt/$p.rc" && [ "$(cat "$private/vzt/$p.rc")" = 0 ]; then
			tail -n 1 "$private/vzt/$p.tap" | sed "s/^/# $p: /"
		else
			bad=1
			echo "# $p: status $(cat "$private/vzt/$p.rc")"
			cat "$private/vzt/$p.log" "$private/vzt/$p.tap"
		fi
	done
	vzctl --quiet stop $veid --fast
	return $bad
}

load
if [ "$one" ]; then
	bad=0
	for p; do
		survive "$p" || { bad=1; vzctl --quiet stop $veid --fast; }
	done
else
	survive "$@"
	bad=$?
fi
exit $bad
