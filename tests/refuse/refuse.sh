#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# refuse.sh [PROGRAM...]	(in the test machine)
#
# Runs the programs of tests/refuse in a VE: a check and a checkpoint must say
# for each of them why not (the regular expression in its first line), and the
# VE must go on. TAP.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"
veid=102 private=/vz/private/102

grep -q '^vzcpt ' /proc/modules || insmod /opt/vz/modules/vzcpt.ko || exit
[ $# != 0 ] || set -- $(cd "$here" && ls -- *.c | sed 's/\.c$//')

mkve $veid
mkdir -p $private/vzt
for p; do
	cp "/opt/vz/tests/refuse/$p" $private/vzt/
done
cat >$private/vzt/init <<EOF
#!/bin/sh
for p in $*; do
	/vzt/\$p /vzt/go /vzt/\$p.tap >/vzt/\$p.log 2>&1 &
done
wait
EOF
chmod 755 $private/vzt/init
grep -q '^INIT=' /etc/vz/conf/$veid.conf || echo 'INIT="/vzt/init"' >>/etc/vz/conf/$veid.conf
vzctl --quiet start $veid || exit
for p; do
	for ((i = 0; i < 100; i++)); do
		! grep -q '^ready' "$private/vzt/$p.log" 2>/dev/null || break
		sleep 0.1
	done
	grep -q '^ready' "$private/vzt/$p.log"
	ok "$p: is set up"
done

for how in --check ''; do
	run vzctl chkpnt $veid $how
	rc_is 16 "chkpnt $how: refused"
	for p; do
		regex=$(sed -n '1s,^/\* refuse: \(.*\) \*/$,\1,p' "$here/$p.c")
		printf '%s\n%s\n' "$out" "$err" | sed 's/^Error: //' | grep -qxE "$regex"
		tap_result $? "$p: chkpnt $how says so" "want: $regex
$(printf '%s\n%s\n' "$out" "$err" | grep "$p")"
	done
	like "$(vzctl status $veid)" running "chkpnt $how: the VE runs on"
done
like "$(vzctl exec $veid cat /proc/1/cmdline | tr '\0' ' ')" vzt/init "and answers"
if [ -n "${VERBOSE-}" ]; then
	printf '%s\n' "$err"
fi
vzctl --quiet stop $veid --fast
rmve $veid
tap_done
