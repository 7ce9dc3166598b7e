#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# redis, with its data on disk, and nginx in a VE; a redis client that looks at
# every answer and a downloader that hashes a file, at the peer, never stop
# while the VE is dumped, killed and restored: over a good link, and over one
# that is slow, loses packets and changes their order. A sniffer sees no reset.
. "$(dirname "$(realpath "$0")")/lib.sh"
# shellcheck source=tests/lib/peer.sh
. "$tests/lib/peer.sh"
# shellcheck source=tests/lib/services.sh
. "$tests/lib/services.sh"
need_modules

V=451
address=10.45.0.3
image=$dumps/services
work=$(mktemp -d)

around() {	# ROUNDS: at random moments
	local round

	for ((round = 1; round <= $1; round++)); do
		sleep "$((RANDOM % 2)).$((RANDOM % 1000))"
		run vzctl chkpnt $V --dumpfile $image; rc_is 0 "round $round: dumped"
		[ "$rc" = 0 ] || { echo "# $err"; return; }
		run vzctl restore $V --dumpfile $image; rc_is 0 "round $round: restored"
		[ "$rc" = 0 ] || { echo "# $err"; return; }
	done
	sleep 1
}

clients() {	# ROUNDS
	services_clients $address "$work" "$(ve_file $V '')"; ok "clients of redis and nginx"
	around "$1"
	services_stop "$work"; ok "both clients had what they asked for, to the end"
	for name in redis nginx; do
		echo "# $name: $(tail -n 1 "$work/$name")"
		like "$(tail -n 1 "$work/$name")" "^ok " "$name's client"
	done
	echo "# $(tail -n 1 "$work/sniff")"
	like "$(tail -n 1 "$work/sniff")" "syn [0-9]+ rst 0 .*unreachable 0" "no reset, nothing unreachable"
	# two clients, and a connection of each is two SYNs of the handshake
	like "$(tail -n 1 "$work/sniff")" "syn 4 " "no new connection"
}

peer_up && mkve $V && vzctl --quiet set $V --ipadd $address --save && vzctl --quiet start $V &&
	services_start $V $address
ok "redis and nginx in a VE"

part good
clients "$((LONG ? 5 : 2))"

part netem
peer_link delay 20ms 8ms loss 1% reorder 5% 50%; ok "a link that is slow, loses and reorders"
clients "$((LONG ? 10 : 3))"
peer_link

part end
like "$(vzctl exec $V "redis-cli -h 127.0.0.1 info persistence")" "aof_last_write_status:ok" "redis has its log"
run vzctl exec $V "redis-cli -h 127.0.0.1 shutdown save"; rc_is 0 "redis stops when told to"
vzctl exec $V "redis-check-aof /srv/appendonlydir/*.aof.manifest 2>&1 || redis-check-aof /srv/appendonly.aof" |
	grep -q valid
ok "and its log is whole"
ve_end $V
is_gone $V "nothing of the VE is left"
peer_down
rm -rf "$work" $image
tap_done
