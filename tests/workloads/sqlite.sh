#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sqlite.sh N PROGRESS DB: an sqlite3 shell, fed by a pipe, with one long
# transaction of N rows that does not fit into its cache. What is printed
# depends on N alone.
n=$1 progress=$2 db=$3

feed() {
	echo "pragma cache_size=8; pragma cache_spill=4;"
	echo "create table t (id integer primary key, v integer, text);"
	echo "create index t_v on t (v);"
	echo "insert into t values (0, 0, 'committed before');"
	echo "begin;"
	for ((i = 1; i <= n; i++)); do
		echo "insert into t values ($i, $((i * 7919 % 65537)), printf('%0200d', $i));"
		if ((i % 10 == 0)); then
			echo $i >"$progress"
			sleep 0.05
		fi
	done
	echo "update t set v = v + 1 where id % 3 = 0;"
	echo "commit;"
	echo "pragma integrity_check;"
	echo "select count(*), sum(v), max(length(text)) from t;"
	echo ".quit"
}

feed | sqlite3 -bail -batch "$db"
echo "status ${PIPESTATUS[*]}"
echo "result $(sqlite3 "$db" .dump | sha256sum | cut -d' ' -f1)"
