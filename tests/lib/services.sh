# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# redis and nginx in a VE, and clients of them at the peer (peer.sh).
#
#   services_start VEID ADDRESS           servers; a file to download
#   services_clients ADDRESS DIR PRIVATE  clients, and a sniffer; their output is in DIR
#   services_stop DIR                     they come to their end; 0: all were content

services_start() {
	local private=/vz/private/$1

	mkdir -p "$private/srv"
	[ -e "$private/srv/file" ] ||
		head -c 24M >"$private/srv/file" \
			< <(tar -C / -c --sort=name usr/lib/x86_64-linux-gnu 2>/dev/null)
	install -D -t "$private/opt/t" /repo/tests/network/*.conf
	vzctl exec "$1" "setsid redis-server /opt/t/redis.conf </dev/null >/log.redis 2>&1 &"
	vzctl exec "$1" "setsid nginx -c /opt/t/nginx.conf </dev/null >/log.nginx 2>&1 &"
	for ((i = 0; i < 600; i++)); do
		! peer bash -c ": <>/dev/tcp/$2/6379 && : <>/dev/tcp/$2/80" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

services_clients() {
	local address=$1 dir=$2 i name sum

	sum=$(sha256sum <"$3/srv/file") && sum=${sum%% *}
	rm -f "$dir/stop"
	python3 /repo/tests/network/sniff.py p0 "$dir/stop" >"$dir/sniff" 2>&1 </dev/null &
	services_pids=$!
	for ((i = 0; i < 100; i++)); do
		! grep -qsx ready "$dir/sniff" || break
		sleep 0.1
	done
	peer python3 /repo/tests/network/redis_client.py "$address" "$dir/stop" >"$dir/redis" 2>&1 </dev/null &
	services_pids+=" $!"
	peer python3 /repo/tests/network/download.py "$address" /file "$sum" "$dir/stop" >"$dir/nginx" 2>&1 </dev/null &
	services_pids+=" $!"
	for name in redis nginx; do
		for ((i = 0; i < 200; i++)); do
			! grep -qsx connected "$dir/$name" || continue 2
			sleep 0.1
		done
		return 1
	done
}

services_stop() {
	local pid good=0

	touch "$1/stop"
	for pid in $services_pids; do wait "$pid" || good=1; done
	return $good
}
