#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What chkpnt and restore say to wrong words, and to a kernel without us.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"

mkve 101; ok "create"
run vzctl chkpnt 101 --check; rc_is 31 "chkpnt when down: 31"
is "$err" "Container is not running" "message"
vzctl --quiet start 101; ok "start"

for words in "--suspend --dump" "--dump --dump" "--kill --resume" "--check --suspend"; do
	# shellcheck disable=SC2086
	run vzctl chkpnt 101 $words; rc_is 20 "chkpnt $words: 20"
	is "$err" "only one sub command may be used" "message"
done
for words in "--undump --resume" "--kill --kill"; do
	# shellcheck disable=SC2086
	run vzctl restore 101 $words; rc_is 20 "restore $words: 20"
	is "$err" "only one sub command may be used" "message"
done
run vzctl chkpnt 101 --nosuch; rc_is 20 "unknown option: 20"
is "$err" "Unknown option: --nosuch" "which is named"
run vzctl chkpnt 101 --; rc_is 20 "bare dashes: 20"
run vzctl chkpnt 101 --suspend=1; rc_is 20 "a value for a flag: 20"
run vzctl chkpnt 101 file; rc_is 20 "a stray word: 20"
run vzctl chkpnt 101 --dumpfile; rc_is 20 "--dumpfile without a name: 20"
run vzctl chkpnt 101 --dumpfile ''; rc_is 21 "--dumpfile with an empty one: 21"
run script -qec 'vzctl chkpnt 101 --dumpfile -' /dev/null; rc_is 21 "an image on a terminal: 21"
run vzctl restore 101; rc_is 32 "restore when running: 32"
is "$err" "Container is already running" "message"
run vzctl restore 101 --undump; rc_is 32 "restore --undump when running: 32"
run vzctl chkpnt 99; rc_is 14 "no such container: 14"
run vzctl restore 99; rc_is 14 "no such container: 14"
exec 8>/vz/lock/101.lck; flock 8
run vzctl chkpnt 101; rc_is 9 "chkpnt while locked: 9"
run vzctl restore 101; rc_is 9 "restore while locked: 9"
exec 8>&-
run setpriv --reuid 1000 --clear-groups vzctl chkpnt 101; rc_is 12 "chkpnt as a user: 12"

if [ -e /proc/cpt ] || modprobe -nq vzcpt; then
	skip "chkpnt without modules: 5" "this kernel has them"
else
	run vzctl chkpnt 101; rc_is 5 "chkpnt without modules: 5"
	like "$err" "^Error: checkpointing is not supported by this kernel: no /proc/cpt" "message"
	[ ! -e /var/tmp/Dump.101 ] && [ ! -e /var/tmp/Dump.101.101.tmp ]; ok "and no file"
	vzctl --quiet stop 101 --fast
	run vzctl restore 101; rc_is 5 "restore without modules: 5"
	like "$err" "^Error: checkpointing is not supported by this kernel: no /proc/rst" "message"
fi
rmve 101; ok "destroy"
tap_done
