#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules load, unload, and refuse a kernel that does not fit, with all
# that is wrong with it.
. "$(dirname "$(realpath "$0")")/lib.sh"

rmmod vzrst vzcpt 2>/dev/null

misses() { kmsg_since | grep -c 'does not fit'; }

kmsg_mark
run insmod $modules/vzcpt.ko test_miss=vm_munmap_no_such,vma_merge_no_such
rc_is 0 "a name that we do not use changes nothing"
rmmod vzcpt; ok "rmmod"
is "$(misses)" 0 "nothing is said to be missing"

# Three that access.h lists for every kernel, whichever they are: a function and two members.
names() { sed -n "/^#define $1(/,/[^\\\\]\$/p" "$tests/../kernel/access.h"; }
function=$(names VZ_FUNCTIONS | sed -n 's/^\tF([^,]*, \([a-z_0-9]*\),.*/\1/p' | head -n 3 | tail -n 1)
members=$(names VZ_MEMBERS | sed -n 's/^\tM(\([a-z_0-9]*\), \([a-z_0-9]*\),.*/\1.\2/p')
member=${members%%$'\n'*}
other=${members##*$'\n'}
[ -n "$function" ] && [ -n "$member" ] && [ -n "$other" ]
ok "there are names to miss: $function, $member, $other"
kmsg_mark
run insmod $modules/vzcpt.ko "test_miss=$function,$member,$other"
[ "$rc" != 0 ]; ok "insmod refuses a kernel that does not fit"
for name in "$function" "$member" "$other"; do
	# A member is named with its struct, in whatever way.
	like "$(kmsg_since | grep 'does not fit')" "(^|[^a-z_])${name/./.*}([^a-z_]|\$)" "it names $name"
done
is "$(misses)" 3 "and nothing else: all misses, each in one line"
[ ! -e /proc/cpt ] && ! grep -q '^vzcpt ' /proc/modules; ok "nothing is left of it"
run insmod $modules/vzrst.ko
[ "$rc" != 0 ]; ok "vzrst does not load without vzcpt"

for turn in 1 2 3; do
	run insmod $modules/vzcpt.ko; rc_is 0 "vzcpt loads, turn $turn"
	run insmod $modules/vzrst.ko; rc_is 0 "vzrst loads"
	is "$(stat -c %a:%u /proc/cpt /proc/rst | xargs)" "600:0 600:0" "control files are root's"
	run rmmod vzcpt; [ "$rc" != 0 ]; ok "vzcpt is in use by vzrst"
	exec 7<>/proc/rst
	run rmmod vzrst; rc_is 0 "vzrst unloads, under an open control file"
	! read -r -t 1 -u 7 2>/dev/null; ok "which is dead then"
	exec 7>&-
	run rmmod vzcpt; rc_is 0 "vzcpt unloads"
	[ ! -e /proc/cpt ] && [ ! -e /proc/rst ]; ok "no control file is left"
done

load_modules; ok "and they load again"
run setpriv --reuid 1000 --clear-groups cat /proc/cpt; [ "$rc" != 0 ]; ok "/proc/cpt is not for a user"
run setpriv --reuid 1000 --clear-groups unshare -Ur cat /proc/cpt
[ "$rc" != 0 ]; ok "nor for root of a user namespace"
run setpriv --bounding-set -sys_admin --inh-caps -sys_admin cat /proc/cpt
[ "$rc" != 0 ]; ok "nor for root without CAP_SYS_ADMIN"
tap_done
