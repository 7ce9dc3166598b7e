#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shell.sh N PROGRESS: pipelines in the background, waited for, with N lines each.
# What is printed depends on N alone.
n=$1 progress=$2 dir=$(mktemp -d)

lines() {	# of job $1
	local i

	for ((i = 0; i < n; i++)); do
		echo "$1 $((i * 7919 % n)) $i"
		if ((i % 10 == 0)); then
			((${1} != 1)) || echo $i >"$progress"
			sleep 0.05
		fi
	done
}

trap 'echo "trapped"' USR1
for job in 1 2 3; do
	lines $job | sort -k2n -k3n | tee "$dir/sorted.$job" | sha256sum >"$dir/sum.$job" &
	jobs[job]=$!
done
(sleep 0.3; exit 42) &
odd=$!
wait ${jobs[1]}; echo "job 1: $?"
wait ${jobs[2]} ${jobs[3]}; echo "jobs 2, 3: $?"
wait $odd; echo "odd: $?"
kill -USR1 $$
for job in 1 2 3; do
	read -r sum _ <"$dir/sum.$job"
	echo "$job $(wc -l <"$dir/sorted.$job") $sum"
done
echo "result $(cat "$dir"/sum.* | sha256sum | cut -d' ' -f1)"
