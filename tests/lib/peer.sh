# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A peer of the VEs: the network namespace "peer", one hop away, as another host
# would be. Its device there is p1, the machine's end p0; 192.168.7.2, fd07::2.
#
#   peer_up, peer_down
#   peer COMMAND...     there
#   peer_link NETEM...  the link, in both directions, as tc-netem(8) says; none: as it is

peer() { ip netns exec peer "$@"; }

peer_up() {
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 || return
	ip link set lo up
	ip netns add peer || return
	ip link add p0 type veth peer name p1 netns peer || return
	ip addr add 192.168.7.1/24 dev p0
	ip -6 addr add fd07::1/64 dev p0 nodad
	ip link set p0 up
	peer ip link set lo up
	peer ip addr add 192.168.7.2/24 dev p1
	peer ip -6 addr add fd07::2/64 dev p1 nodad
	peer ip link set p1 up
	peer ip route add default via 192.168.7.1
	peer ip -6 route add default via fd07::1
}

peer_down() { ip netns del peer; }

peer_link() {
	tc qdisc del dev p0 root 2>/dev/null
	peer tc qdisc del dev p1 root 2>/dev/null
	[ $# -gt 0 ] || return 0
	tc qdisc add dev p0 root netem "$@" && peer tc qdisc add dev p1 root netem "$@"
}
