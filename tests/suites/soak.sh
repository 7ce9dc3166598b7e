#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Several VEs at once, at random, short of memory: see tests/soak/soak.py.
#
#   SOAK   for how many seconds    SEED   of an earlier run, to see it again
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

ves=(480 481 482 483)
for veid in "${ves[@]}"; do
	mkve "$veid"
	for path in "$programs"/fault/busy "$programs"/static/*; do
		[ ! -x "$path" ] || install -D "$path" "$(ve_file "$veid" "/opt/t/$(basename "$path")")"
	done
done
refs=$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)
python3 "$tests/soak/soak.py" "${SOAK:-60}" "${SEED:-$RANDOM$RANDOM}" >"$tap_tmp/results" 2>&1
is $? 0 "the soak comes to its end"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_result 0 "${line#ok }" ;;
	'not ok '*) tap_result 1 "${line#not ok }" ;;
	*) echo "$line" ;;
	esac
done <"$tap_tmp/results"
ve_end "${ves[@]}"
for veid in "${ves[@]}"; do is_gone "$veid" "nothing of VE $veid is left"; done
is "$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)" "$refs" "no reference on the modules is left"
rm -f $dumps/soak.*
tap_done
