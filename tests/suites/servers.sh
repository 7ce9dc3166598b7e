#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# servers.sh dump|restore: a VE with Debian's PostgreSQL, sshd, cron and rsyslog.
# In it pgbench runs over the socket file and over TCP, messages are logged, and
# an interactive bash has tail -f | grep and inotifywait as jobs.
#
# dump: at the peer are another pgbench and sessions of ssh, with and without
# a terminal, while the VE is dumped, killed and restored, at random moments.
# Then the peer's end, and the VE is dumped for restore, in the next boot: there
# what runs in it goes on, and comes to its end. Nothing may be lost or wrong.
. "$(dirname "$(realpath "$0")")/lib.sh"
# shellcheck source=tests/lib/peer.sh
. "$tests/lib/peer.sh"
need_modules

V=452
address=10.45.0.5
image=$dumps/servers
inside=(unix tcp logger pipe jobs)
srv=/srv
pids=

in_ve() { vzctl exec $V "$@"; }
file() { ve_file $V "$srv/$1"; }
sql() { in_ve "runuser -u postgres -- psql -qAtc '$1'"; }

make_ve() { peer_up && mkve $V && vzctl --quiet set $V --ipadd $address --save; }

set_up() {
	local conf

	make_ve || return
	install -D -t "$(ve_file $V $srv)" "$tests"/servers/* || return
	ssh-keygen -q -t ed25519 -N '' -f "$work/key" || return
	cp -p "$work/key" "$(file key)"		# for the next boot
	install -D -m 600 "$work/key.pub" "$(ve_file $V /root/.ssh/authorized_keys)"
	install -D -m 600 -o postgres "$work/key.pub" "$(ve_file $V /var/lib/postgresql/.ssh/authorized_keys)"
	conf=$(echo "$(ve_file $V /etc/postgresql)"/*/main)
	echo "listen_addresses = '*'" >"$conf/conf.d/vz.conf"
	echo "hostssl all postgres 192.168.7.2/32 scram-sha-256" >>"$conf/pg_hba.conf"
	# cron.hourly and the like may come up, or not
	rm -f "$(ve_file $V /etc/cron.d)"/* "$(ve_file $V /etc/crontab)"
	echo "* * * * * root echo job \$(date +\\%s) >>$srv/cron" >"$(ve_file $V /etc/cron.d/vz)"
	vzctl --quiet start $V
}

# For poll, which would take a processor of this machine for itself.
said() { grep -qs "$2" "$1" || { sleep 0.5; false; }; }

begin_inside() {
	in_ve "$srv/load.sh $srv ${inside[*]}"
	poll 120 said "$(file jobs)" '^ready'
}

jobs_of_cron() { cat "$(file cron)" 2>/dev/null | wc -l; }
another_job() { sleep 0.5; [ "$(jobs_of_cron)" -gt "$1" ]; }

# ---- the peer ----

client() {	# NAME COMMAND...
	local name=$1

	shift
	ip netns exec peer "$@" >"$work/$name" 2>&1 </dev/null &
	pids+=" $!"
}

clients() {
	client pipe python3 "$tests/servers/ssh_client.py" pipe root@$address "$work/key" "$work/stop"
	client pty python3 "$tests/servers/ssh_client.py" pty postgres@$address "$work/key" "$work/stop"
	PGPASSWORD=secret PGSSLMODE=require client pgbench pgbench -n -f "$tests/servers/tpcb.sql" \
		-T 100000 -R 4 -P 1 -c 2 -h $address -U postgres postgres
}

connected() {
	poll 120 said "$work/pipe" '^connected' && poll 120 said "$work/pty" '^connected' &&
		poll 120 said "$work/pgbench" '^progress: .* [1-9][0-9.]* tps'
}

stop_clients() {
	local pid good=0

	touch "$work/stop"
	kill -ALRM "${pids##* }"	# pgbench ends well, with a report
	for pid in $pids; do wait "$pid" || good=1; done
	return $good
}

# ---- what came out ----

transactions() { sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$1"; }

is_good_bench() {	# FILE WHO: its report has no error
	like "$(cat "$1")" "number of failed transactions: 0 " "$2: pgbench reports no failure"
	! grep -E 'error|abort|fatal|incomplete' "$1"; ok "$2: and no error"
}

is_good_log() {	# TAG
	local got

	got=$(sed -n "s/.* $1: number //p" "$(ve_file $V /var/log/syslog)")
	[ -n "$got" ] && [ "$got" = "$(seq "$(wc -l <<<"$got")")" ]
	tap_result $? "rsyslog: each message of $1 is there once, in order" "$(diff <(echo "$got") <(seq "$(wc -l <<<"$got")") | head)"
	echo "# note $1: $(wc -l <<<"$got") messages"
}

loads_ended() { local name; for name in "${inside[@]}"; do said "$(file "$name")" '^status' || return; done; }

end_inside() {
	local name

	touch "$(file stop)"
	if poll 120 loads_ended; then
		tap_result 0 "what runs in the VE comes to its end"
	else
		tap_result 1 "what runs in the VE comes to its end" "$(ve_states $V)
$(tail -n 3 "$(file lines)" "$(file found)" "$(file events)" "$(file progress)")"
	fi
	for name in "${inside[@]}"; do
		is "$(grep '^status' "$(file "$name")")" "status 0" "$name: without an error"
	done
	for name in unix tcp; do is_good_bench "$(file $name)" "$name"; done
	is_good_log new
	is_good_log same
	like "$(cat "$(file jobs)")" "ok [0-9]+ lines" "bash: the jobs saw all"
}

is_consistent() {	# HOW MANY transactions are known
	local sums

	sums=$(sql 'select (select sum(abalance) from pgbench_accounts), (select sum(tbalance) from pgbench_tellers), (select sum(bbalance) from pgbench_branches), (select sum(delta) from pgbench_history), (select count(*) from pgbench_history)')
	like "$sums" '^(-?[0-9]+)\|(-?[0-9]+)\|(-?[0-9]+)\|(-?[0-9]+)\|([0-9]+)$' "postgres: the tables are there"
	is "${BASH_REMATCH[2]} ${BASH_REMATCH[3]} ${BASH_REMATCH[4]}" \
		"${BASH_REMATCH[1]} ${BASH_REMATCH[1]} ${BASH_REMATCH[1]}" "postgres: the sums are the same"
	is "${BASH_REMATCH[5]}" "$1" "postgres: each transaction is there"
	echo "# note $1 transactions"
	in_ve "grep -E 'ERROR|FATAL|PANIC|WARNING' /var/log/postgresql/*.log"
	[ $? = 1 ]; ok "postgres: nothing in its log"
}

round() {	# WHAT
	run vzctl chkpnt $V --dumpfile $image --stats; rc_is 0 "$1: dumped"
	[ "$rc" = 0 ] || return
	echo "# note $(echo "$out" | grep -E '^(freezing|frozen|dump)_time|^image_bytes|^tasks' | xargs)"
	[ "$2" = again ] || return 0
	run vzctl restore $V --dumpfile $image; rc_is 0 "$1: restored"
	return "$rc"
}

dump() {
	local n

	part start
	set_up; ok "a VE"
	in_ve "exec $srv/start.sh"; ok "PostgreSQL, sshd, rsyslog start"
	clients
	begin_inside; ok "pgbench, loggers, a bash with jobs"
	connected; ok "pgbench and sessions of ssh at the peer"
	# its first job is due after the rounds, before the patience of restore ends
	date -s "@$((($(date +%s) + 59) / 60 * 60 + 25))" >/dev/null
	in_ve cron; ok "cron starts"

	part rounds
	peer python3 "$tests/network/sniff.py" p1 "$work/sniffed" >"$work/sniff" 2>&1 </dev/null &
	poll 10 grep -qsx ready "$work/sniff"
	for ((n = 1; n <= (LONG ? 20 : 2); n++)); do
		sleep "$((RANDOM % 2)).$((RANDOM % 1000))"
		round "round $n" again || break
	done
	sleep 1
	touch "$work/sniffed"
	poll 10 grep -qs rst "$work/sniff"
	like "$(tail -n 1 "$work/sniff")" "syn 0 rst 0 .*unreachable 0" "no reset, no new connection, nothing unreachable"
	stop_clients; ok "the peer's clients had what they asked for, to the end"
	for name in pipe pty; do
		echo "# note $name: $(tail -n 1 "$work/$name")"
		like "$(tail -n 1 "$work/$name")" "^ok " "ssh, $name"
	done
	is_good_bench "$work/pgbench" "peer"
	transactions "$work/pgbench" >"$(file of_peer)"

	part dumped
	date +%s >"$(file date)"
	round "for the next boot"
	is_gone $V "the VE is gone"
	peer_down
}

restore() {
	local jobs

	part restored
	[ -s $image ] || { tap_result 1 "there is an image of the boot before"; return; }
	make_ve
	# the clock was set ahead; cron would wait until it is as late again
	[ "$(date +%s)" -ge "$(cat "$(file date)")" ] || date -s "@$(cat "$(file date)")" >/dev/null
	run vzctl restore $V --dumpfile $image; rc_is 0 "restored"
	jobs=$(jobs_of_cron)
	end_inside
	is_consistent $(($(transactions "$(file unix)") + $(transactions "$(file tcp)") + $(cat "$(file of_peer)")))
	run peer ssh -F none -q -i "$(file key)" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null root@$address echo hello
	is "$out" hello "sshd: takes a new session"
	poll 100 another_job "$jobs"; ok "cron: its next job runs"
	part end
	in_ve "kill -INT \$(head -n 1 /var/lib/postgresql/*/main/postmaster.pid)"
	poll 20 in_ve "grep -q 'database system is shut down' /var/log/postgresql/*.log"
	ok "postgres: stops when told to"
	ve_end $V
	is_gone $V "nothing of the VE is left"
	rm -f $image
	peer_down
}

work=$(mktemp -d)
case $1 in
dump|restore) "$1" ;;
*) echo "usage: servers.sh dump|restore" >&2; exit 1 ;;
esac
rm -rf "$work"
tap_done
