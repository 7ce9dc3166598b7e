#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vzlist: which VEs, which columns, in which order.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"

run vzlist -a; rc_is 1 "none: 1"; is "$err" "Container(s) not found" "none: message"

# CTID, hostname, name and description are in different orders.
add() {
	mkdir -p "/vz/private/$1"
	vzctl --quiet create "$1" --private "/vz/private/$1" --hostname "$2" --name "$3" \
		--description "$4" --onboot "$5"
}
add 201 cherry  x3 beta  yes
add 1000 apple  x1 gamma no
add 99 banana   x2 alpha yes
mkve 101 && vzctl --quiet start 101; ok "start 101"
mkve 102 && vzctl --quiet start 102; ok "start 102"
vzctl exec 102 'sleep 1000 & sleep 1001 &'

is "$(vzlist -H1 | xargs)" "101 102" "running ones"
is "$(vzlist -a1 | xargs)" "99 101 102 201 1000" "all, by number and not by name"
is "$(vzlist -S1 | xargs)" "99 201 1000" "stopped ones"
is "$(vzlist -1 201 99 | xargs)" "99 201" "named ones"
is "$(vzlist | head -1)" "      CTID      NPROC STATUS    IP_ADDR         HOSTNAME" "the header"
is "$(vzlist | sed -n 2p)" "       101          2 running   -               ve101" "a line"
is "$(vzlist -n | head -1)" "      CTID      NPROC STATUS    IP_ADDR         NAME" "-n has names"
is "$(vzlist -aHo status 99)" stopped "status: stopped"
touch /var/tmp/Dump.99
is "$(vzlist -aHo status 99)" suspended "status: suspended"
rm /var/tmp/Dump.99

# Each column's order differs from the others', so a wrong column shows.
order() { vzlist -aH1 -s "$1" 99 201 1000 | xargs; }
is "$(order ctid)" "99 201 1000" "sort by ctid"
is "$(order -ctid)" "1000 201 99" "sort by -ctid"
is "$(order hostname)" "1000 99 201" "sort by hostname"
is "$(order -hostname)" "201 99 1000" "sort by -hostname"
is "$(order description)" "99 201 1000" "sort by description"
is "$(order name)" "1000 99 201" "sort by name"
is "$(order onboot)" "1000 99 201" "sort by onboot"
is "$(order -onboot)" "99 201 1000" "sort by -onboot; equal ones by ctid"
is "$(order private)" "1000 201 99" "sort by private"
is "$(vzlist -1 -s nproc | xargs)" "101 102" "sort by nproc"
is "$(vzlist -1 -s -nproc | xargs)" "102 101" "sort by -nproc"
is "$(vzlist -a1 -s status | xargs)" "101 102 99 201 1000" "sort by status"
[ "$(vzlist -Ho init -s init | sort -n | xargs)" = "$(vzlist -Ho init -s init | xargs)" ]
ok "sort by init"
for field in $(vzlist -L | awk '{ print $1 }'); do
	run vzlist -a -o "$field" -s "$field"; rc_is 0 "field $field"
done
run vzlist -s nosuch; rc_is 21 "sort by no such field: 21"
run vzlist -o ctid,nosuch; rc_is 21 "no such column: 21"
like "$err" "nosuch" "which is named"
is "$(vzlist -aHo ctid,name -N 'x[12]' | awk '{ print $1, $2 }' | xargs)" "99 x2 1000 x1" "-N"
is "$(vzlist -a1 -h 'b*')" "        99" "-h"
is "$(vzlist -aj -o ctid,status,hostname,nproc |
	python3 -c 'import json,sys; print([tuple(v.values()) for v in json.load(sys.stdin)])')" \
	"[(99, 'stopped', 'banana', None), (101, 'running', 've101', 2), (102, 'running', 've102', 4), (201, 'stopped', 'cherry', None), (1000, 'stopped', 'apple', None)]" \
	"JSON"
echo 'broken line' >>/etc/vz/conf/201.conf
run vzlist -a1; rc_is 14 "a broken configuration: 14"
like "$err" "201.conf: line [0-9]+ is not" "which is named"
is "$(xargs <<<"$out")" "99 101 102 1000" "and does not hide the others"
sed -i '$d' /etc/vz/conf/201.conf

for id in 101 102 201 99 1000; do rmve $id; done
tap_done
