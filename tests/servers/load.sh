#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# load.sh DIR NAME...: in the VE, keeps something busy until DIR/stop is there;
# its output is DIR/NAME, which ends with "status N".
#
#   unix, tcp     pgbench, over PostgreSQL's socket file, over 127.0.0.1
#   logger        messages with numbers, a new logger each time
#   pipe          the same, all through one logger
#   jobs          jobs.py
here=$(dirname "$0") dir=$1

exec 9<> <(:)
nap() { read -r -t "$1" -u 9; }		# of a shell alone: a process costs more
until_stop() { while [ ! -e "$dir/stop" ]; do nap 0.2; done; }

bench() {	# ARGUMENT...: it ends well, with a report, by SIGALRM
	runuser -u postgres -- pgbench -n -f $here/tpcb.sql -T 100000 -R 4 -c 2 -j 2 "$@" 2>&1 &
	until_stop
	pkill -ALRM -P $!
	wait $!
}

numbers() { local n=0; while [ ! -e "$dir/stop" ]; do echo "number $((++n))"; nap 0.3; done; }

one() {
	case $1 in
	unix) bench ;;
	tcp) PGPASSWORD=secret bench -h 127.0.0.1 ;;
	logger) numbers | while read -r line; do logger -t new "$line"; done ;;
	pipe) numbers | logger -t same ;;
	jobs) exec "$here/jobs.py" "$dir" ;;
	esac
}

for name in "${@:2}"; do
	{ (one "$name"); echo "status $?"; } >"$dir/$name" 2>&1 </dev/null &
done
