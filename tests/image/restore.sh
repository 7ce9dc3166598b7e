#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# restore.sh [DAMAGED [HOSTILE [SEED]]]: the image of a real VE, damaged, and with wrong
# values under right checksums, through a real restore; afterwards the undamaged one.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"
if [ "${LONG:-0}" = 0 ]; then few=8 some=40; else few=100 some=1000; fi
damaged=${1:-$few} hostile=${2:-$some} seed=${3:-1}
image=/vz/dump/image.103

for ko in vzcpt vzrst; do
	[ -d /sys/module/$ko ] || insmod /opt/vz/modules/$ko.ko; ok "load $ko"
done
mkve 103 && vzctl --quiet start 103; ok "start"
cp /opt/vz/tests/static/uts /vz/private/103/root/; ok "a program"
vzctl exec 103 'setsid sh -c "/root/uts /root/go /root/result | cat" >/root/out 2>&1 </dev/null &
	setsid sh -c "sleep 1000 & (sleep 1001 | cat) & exit 3" </dev/null >/dev/null 2>&1 &'
for name in unix_names unix_rights netlink; do	# what leads from one object to another
	cp /opt/vz/tests/static/$name /vz/private/103/root/
	vzctl exec 103 "setsid /root/$name /root/never /root/$name.result >/root/$name.out 2>&1 </dev/null &"
	for _ in $(seq 100); do grep -q ready /vz/private/103/root/$name.out && break; sleep 0.1; done
done
for _ in $(seq 100); do grep -q ready /vz/private/103/root/out && break; sleep 0.1; done
grep -q ready /vz/private/103/root/out; ok "runs"
run vzctl chkpnt 103 --dumpfile $image; rc_is 0 "chkpnt"
sum=$(sha256sum <$image)

sub() {
	"$@" >"$tap_tmp/sub"
	tap_result $? "${2##*/} ${*:3}" "$(grep -v '^ok' "$tap_tmp/sub")"
	grep '^ok.*image: .* with wrong values' "$tap_tmp/sub" | sed 's/^ok [0-9]*/#/'
}
sub python3 "$here/corrupt.py" --restore 103 --count "$damaged" --cuts 5 --seed "$seed" $image
sub python3 "$here/hostile.py" --tool vzcptcheck --restore 103 --count "$hostile" --seed "$seed" \
	${VERBOSE:+--verbose} $image

is "$(sha256sum <$image)" "$sum" "the image is untouched"
run vzctl restore 103 --dumpfile $image; rc_is 0 "restore of the undamaged image"
touch /vz/private/103/root/go
for _ in $(seq 100); do [ -s /vz/private/103/root/result ] && ! vzctl exec 103 'pidof uts' >/dev/null && break; sleep 0.1; done
[ "$(grep -c '^ok' /vz/private/103/root/result)" = 3 ]
ok "its program is well"
rmve 103; ok "destroy"
rmmod vzrst vzcpt; ok "unload"
tap_done
