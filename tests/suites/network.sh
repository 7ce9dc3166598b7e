#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A VE with addresses and live TCP peers in another network namespace: dumped,
# killed and restored, while both sides send and compare every byte. A sniffer
# at the peer sees no reset and no new connection.
. "$(dirname "$(realpath "$0")")/lib.sh"
# shellcheck source=tests/lib/peer.sh
. "$tests/lib/peer.sh"
need_modules

V=450
image=$dumps/network
net=$tests/network

set_up() {
	peer_up
	mkve $V
	vzctl --quiet set $V --ipadd 10.45.0.2 --ipadd fd45::2 --save
	vzctl --quiet start $V
}

said() { grep -qsx "$2" "$(ve_file $V "$1")"; }

serve() {	# ADDRESS PORT
	install -D "$net/stream.py" "$(ve_file $V /opt/t/stream.py)"
	vzctl exec $V "setsid python3 /opt/t/stream.py serve $1 $2 </dev/null >/serve.$2 2>&1 &"
	poll 20 said "/serve.$2" ready
}

client() {	# NAME ADDRESS PORT
	peer timeout 380 python3 "$net/stream.py" connect "$2" "$3" "$work/stop" >"$work/$1" 2>&1 </dev/null &
	clients="$clients $!"
	poll 20 grep -qsx connected "$work/$1"
}

received() { vzctl exec $V "ss -tni state established" | grep -o 'bytes_received:[0-9]*'; }

cwnds() { vzctl exec $V "ss -tni state established" | grep -oE '(cwnd|ssthresh|wscale|mss|rcvmss|advmss):[0-9,]*' | xargs; }

# What ss shows of each connection, but for what counts the time since then.
connections() {
	nsenter -t "$(ve_init $V)" -n ss -tniHO state established |
		sed -E 's/ (lastsnd|lastrcv|lastack|busy|rwnd_limited|sndbuf_limited):[^ ]*//g; s/ +/ /g; s/ $//' | sort
}

set_up >/dev/null 2>&1
work=$(mktemp -d)
clients=

part address
run peer ping -c1 -W2 10.45.0.2; rc_is 0 "IPv4: the VE answers"
run peer ping -c1 -W2 fd45::2; rc_is 0 "IPv6: the VE answers"
vzctl exec $V '
	ip neigh add 10.45.9.8 lladdr 02:00:00:00:00:08 dev venet0 nud permanent
	ip neigh add 10.45.9.9 lladdr 02:00:00:00:00:09 dev venet0 nud stale
	ip -6 neigh add fd45::9 lladdr 02:00:00:00:00:09 dev venet0 nud stale router
	ip rule add priority 77 from 10.45.0.0/24 lookup 100
	ip route add 192.0.2.0/24 dev venet0 table 100
	echo 1 >/proc/sys/net/ipv4/conf/venet0/log_martians'; ok "neighbours, rules, settings of the device"
state='cat /proc/sys/net/ipv4/conf/venet0/log_martians; ip -d addr; ip route show table all; ip -6 route show table all; ip rule; ip neigh | sort'
before=$(vzctl exec $V "$state")
run vzctl chkpnt $V --dumpfile $image; rc_is 0 "dumped"
run peer ping -c1 -W1 10.45.0.2; rc_is 1 "nobody answers for it"
run vzctl restore $V --dumpfile $image; rc_is 0 "restored"
is "$(vzctl exec $V "$state")" "$before" "addresses, routes, rules, neighbours are as before"
run peer ping -c1 -W2 10.45.0.2; rc_is 0 "IPv4: it answers again"
run peer ping -c1 -W2 fd45::2; rc_is 0 "IPv6: it answers again"

part stream
serve :: 7001; ok "server on all addresses starts"
serve 10.45.0.2 7002; ok "server on the IPv4 address starts"
vzctl exec $V 'nft -f -' <<-'END'
	table ip n {
		chain pre { type nat hook prerouting priority dstnat; tcp dport 7003 redirect to :7002; }
	}
	table inet f {
		chain in {
			type filter hook input priority 0; policy drop;
			ct state invalid drop
			ct state established,related accept
			tcp dport { 7001, 7002 } ct state new accept
			icmp type echo-request accept
			icmpv6 type != destination-unreachable accept
		}
	}
	END
ok "rules that let only known connections pass, and redirect a port"
client v4 10.45.0.2 7002; ok "IPv4 client connects"
client v6 fd45::2 7001; ok "IPv6 client connects"
client mapped 10.45.0.2 7001; ok "IPv4 client of an IPv6 listener connects"
client nat 10.45.0.2 7003; ok "IPv4 client of a redirected port connects"
peer timeout 380 python3 "$net/sniff.py" p1 "$work/stop" >"$work/sniff" 2>&1 </dev/null &
poll 10 grep -qsx ready "$work/sniff"
sleep 1
for round in 1 2; do
	echo "# $(cwnds)"
	run vzctl chkpnt $V --suspend; rc_is 0 "round $round: suspended"
	before=$(connections)
	run vzctl chkpnt $V --dump --dumpfile $image; rc_is 0 "round $round: dumped"
	[ "$rc" = 0 ] || echo "# $err"
	run vzctl chkpnt $V --kill; rc_is 0 "round $round: killed"
	is_gone $V "round $round: the VE is gone"
	sleep 1
	run vzctl restore $V --dumpfile $image --undump; rc_is 0 "round $round: undumped"
	[ "$rc" = 0 ] || { echo "# $err"; dmesg | tail -5 | sed 's/^/# /'; }
	is "$(connections)" "$before" "round $round: ss -ti says the same of the connections"
	run vzctl restore $V --resume; rc_is 0 "round $round: resumed"
	[ "$rc" = 0 ] || break
	before=$(received); sleep 1; after=$(received)
	[ "$before" != "$after" ]; ok "round $round: the streams go on"
	echo "# $(cwnds)"
done
touch "$work/stop"
for pid in $clients; do wait "$pid"; ok "a client's stream was right to the end"; done
wait
for name in v4 v6 mapped nat; do echo "# $name: $(tail -n 1 "$work/$name")"; done
is "$(vzctl exec $V 'cat /serve.700?' | grep -c '^ok')" 4 "so were the servers'"
counts=$(tail -n 1 "$work/sniff")
echo "# $counts"
like "$counts" "syn 0 rst 0 .*unreachable 0" "no reset, no new connection, nothing unreachable"

ve_end $V
peer_down
rm -rf "$work" $image
tap_done
