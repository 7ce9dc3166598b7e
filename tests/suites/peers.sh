#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# peers.sh dump|restore: two VEs that talk to each other, over a link that is slow,
# loses packets and changes their order. One has redis, nginx and a server of byte
# streams, the other the clients. Both are dumped in the middle of it, one after the
# other, and restored in the next boot, by another kernel too: the clients see a
# pause and nothing else, and no packet of the restored VEs is a SYN or RST.
. "$(dirname "$(realpath "$0")")/lib.sh"
# shellcheck source=tests/lib/peer.sh
. "$tests/lib/peer.sh"
# shellcheck source=tests/lib/services.sh
. "$tests/lib/services.sh"
need_modules

S=456 C=457
server=10.45.0.8 client=10.45.0.9 server6=fd45::8 client6=fd45::9
image=$dumps/peers
work=$(mktemp -d)
clients=(redis nginx stream stream6)

link() {
	local dev

	for dev in vz$S vz$C; do
		tc qdisc add dev $dev root netem delay 10ms 4ms loss 1% reorder 5% 50% || return
	done
}

make_ves() {
	peer_up && mkve $S && mkve $C &&
		vzctl --quiet set $S --ipadd $server --ipadd $server6 --save &&
		vzctl --quiet set $C --ipadd $client --ipadd $client6 --save
}

in_client() {	# NAME COMMAND...: its output is in /out.NAME of the VE
	local name=$1

	shift
	vzctl exec $C "setsid $* </dev/null >/out.$name 2>&1 &"
}

said() { grep -qsE "$2" "$(ve_file $C "/out.$1")"; }

set_up() {
	local net=/opt/t sum name

	make_ves && vzctl --quiet start $S && vzctl --quiet start $C || return
	install -D -t "$(ve_file $S $net)" "$tests/network/stream.py" || return
	install -D -t "$(ve_file $C $net)" "$tests"/network/*.py || return
	services_start $S $server || return
	vzctl exec $S "setsid python3 $net/stream.py serve :: 9001 </dev/null >/out.serve 2>&1 &"
	poll 60 grep -qsx ready "$(ve_file $S /out.serve)" || return
	sum=$(sha256sum <"$(ve_file $S /srv/file)") && sum=${sum%% *}
	link || return
	rm -f "$(ve_file $C /stop)"
	in_client redis python3 $net/redis_client.py $server /stop
	in_client nginx python3 $net/download.py $server /file "$sum" /stop
	in_client stream python3 $net/stream.py connect $server 9001 /stop
	in_client stream6 python3 $net/stream.py connect $server6 9001 /stop
	for name in "${clients[@]}"; do poll 60 said "$name" '^connected$' || return; done
}

dump() {
	local name veid

	rm -f "$image".*
	set_up; ok "two VEs that talk to each other"
	sleep 2.$((RANDOM % 1000))
	for veid in $S $C; do
		run vzctl chkpnt $veid --dumpfile $image.$veid; rc_is 0 "VE $veid: dumped"
		[ "$rc" = 0 ] || echo "# $err"
	done
	for name in "${clients[@]}"; do
		is "$(cat "$(ve_file $C "/out.$name")")" connected "$name: is in the middle of it"
	done
}

restore() {
	local name veid

	[ -s $image.$S ] && [ -s $image.$C ]; ok "there are images of the boot before"
	make_ves; ok "their file systems"
	for veid in $S $C; do
		run vzctl restore $veid --undump --dumpfile $image.$veid; rc_is 0 "VE $veid: undumped"
		[ "$rc" = 0 ] || echo "# $err"
	done
	link; ok "the link"
	python3 "$tests/network/sniff.py" vz$S "$work/stop" >"$work/sniff" 2>&1 </dev/null &
	poll 20 grep -qsx ready "$work/sniff"; ok "a sniffer"
	for veid in $S $C; do
		run vzctl restore $veid --resume; rc_is 0 "VE $veid: resumed"
	done
	sleep 4
	# the end of a connection may have one: an ACK that comes late finds no socket
	touch "$work/stop"
	wait
	sed 's/^/# /' "$work/sniff"
	like "$(tail -n 1 "$work/sniff")" 'syn 0 rst 0 .*unreachable 0' "no new connection, no reset"
	touch "$(ve_file $C /stop)"
	for name in "${clients[@]}"; do
		poll 120 said "$name" '^(ok|not ok|[^c])'
		like "$(tail -n 1 "$(ve_file $C "/out.$name")")" '^ok ' "$name: had what it asked for, to the end"
		echo "# $name: $(tail -n 1 "$(ve_file $C "/out.$name")")"
	done
	for veid in $S $C; do
		ve_end $veid
		is_gone $veid "VE $veid: nothing is left"
	done
	rm -f "$image".*
}

case $1 in
dump|restore) part "$1"; "$1" ;;
*) echo "usage: peers.sh dump|restore" >&2; exit 1 ;;
esac
peer_down
rm -rf "$work"
tap_done
