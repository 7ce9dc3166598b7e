#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation, write and read that the modules make for a VE fails, one
# after the other; tests/fault/fault.py says what must hold after each.
#
#   FAULT_NTH   which time of an allocation's path fails (default "1 2")
#   FAULT_OPS   which operations (default all: check suspend dump resume undump)
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

V=460
run insmod $modules/vzfault.ko
if [ "$rc" != 0 ]; then
	skip "fault injection" "no vzfault.ko for this kernel, or it cannot fail allocations: $err"
	tap_done
fi

mkve $V
install -D "$programs/fault/busy" "$(ve_file $V /opt/t/busy)"
busy_up() { grep -qsx ready "$(ve_file $V /log)"; }
vzctl --quiet start $V && ve_spawn $V /opt/t/busy /go /result /tick && poll 60 busy_up
ok "a busy VE"

nth="1 2"
[ "$LONG" = 0 ] || nth="1 2 3 5 8"
refs=$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)
# shellcheck disable=SC2086
python3 "$tests/fault/fault.py" $V $dumps/fault "${FAULT_OPS:-check suspend dump resume undump}" \
	${FAULT_NTH:-$nth} 2>&1 | while IFS= read -r line; do
	case $line in
	'ok '*) echo "0 ${line#ok }" >>"$tap_tmp/results" ;;
	'not ok '*) echo "1 ${line#not ok }" >>"$tap_tmp/results" ;;
	esac
	echo "$line" | sed '/^ok \|^not ok /d'
done
is "${PIPESTATUS[0]}" 0 "all fault points were tried"
while read -r status what; do tap_result "$status" "$what"; done < <(cat "$tap_tmp/results" 2>/dev/null)

# the VE went through all this: it is as it was
part end
is_done() { grep -qsE '^1\.\.[0-9]+$' "$(ve_file $V /result)"; }
touch "$(ve_file $V /go)"
poll 60 is_done; ok "the VE comes to its end"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_result 0 "busy: ${line#*: }" ;;
	'not ok '*) tap_result 1 "busy: ${line#*: }" ;;
	esac
done <"$(ve_file $V /result)"
vzctl --quiet stop $V --fast; ok "stopped"
is_gone $V "nothing of it is left"
is "$(awk '/^vzcpt|^vzrst/ { print $1, $3 }' /proc/modules)" "$refs" "no reference on the modules is left"
rmmod vzfault vzrst vzcpt; ok "the modules can be removed"
rmve $V 2>/dev/null
rm -f $dumps/fault*
tap_done
