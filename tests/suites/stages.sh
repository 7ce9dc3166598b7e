#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The staged commands in every order, snapshots, vzctl killed at each point,
# no space, pipes: what vzctl says, and what the VE is afterwards.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

V=401
dumps=$dumps/stages.d image=$dumps/stages fifo=$tap_tmp/fifo
mkfifo "$fifo"

# Status N of vzctl WORD VEID ARG..., and the VE is as it was: $state says how.
expect() {
	local want=$1 word=$2

	shift 2
	run vzctl "$word" $V "$@"
	rc_is "$want" "$state: $word $*: $want"
}

expect_says() {
	local regex=$1

	shift
	expect "$@"
	like "$err" "$regex" "$state: it says why"
}

is_up() {	# nothing half: it ticks and no context holds it
	is_running $V "$1"
	run vzctl chkpnt $V --check; rc_is 0 "$1: it could be checkpointed"
}

no_dump() { is "$(ls -A $dumps)" "" "$1"; }

rm -rf $dumps; mkdir -p $dumps
ve_ticker $V; ok "a VE that ticks"

# ---- orders ----

part orders
state=running
expect 0 chkpnt --check
like "$out" "can be checkpointed" "check says so"
expect_says "not suspended" 16 chkpnt --dump --dumpfile $image
expect_says "not suspended" 16 chkpnt --resume
expect_says "not suspended" 16 chkpnt --kill
expect_says "^Container is already running" 32 restore --dumpfile $image
expect 32 restore --undump --dumpfile $image
expect 17 restore --resume
expect 17 restore --kill
expect_says "^only one sub command may be used" 20 chkpnt --suspend --dump
expect 20 chkpnt --dump --resume
expect 20 chkpnt --kill --kill
expect_says "^only one sub command may be used" 20 restore --undump --resume
expect 20 restore --resume --kill
no_dump "running: no file was made"
is_up "running: unharmed"

expect 0 chkpnt --suspend
state=suspended
is_frozen $V "suspended: stands still"
run vzctl status $V; like "$out" "running" "suspended: the VE is there"
expect 16 chkpnt --suspend
expect 16 chkpnt --dumpfile $image
expect 32 restore --dumpfile $image
expect 32 restore --undump --dumpfile $image
expect 17 restore --resume
expect 17 restore --kill
expect 20 chkpnt --dump --kill
is_frozen $V "suspended: still stands still"
no_dump "suspended: no file was made"
expect 0 chkpnt --resume
state=running
is_up "resumed: runs again"
expect 16 chkpnt --resume

# ---- snapshot ----

part snapshot
ttl() { nsenter -t "$(ve_init $V)" -n sysctl -n net.ipv4.ip_default_ttl; }
expect 0 chkpnt --suspend
state=suspended
nsenter -t "$(ve_init $V)" -n sysctl -qw net.ipv4.ip_default_ttl=77
expect 0 chkpnt --dump --dumpfile $image
state="suspended and dumped"
is_frozen $V "dumped: stands still"
# what the check before the freeze could not see
nsenter -t "$(ve_init $V)" -n ip link add v0 type veth peer name v1
expect_says "v0" 16 chkpnt --dump --dumpfile $image.2
nsenter -t "$(ve_init $V)" -n ip link del v0
nsenter -t "$(ve_init $V)" -n sysctl -qw net.ipv4.ip_default_ttl=78
modprobe nf_conntrack	# has settings in each network
expect 0 chkpnt --dump --dumpfile $image.2
grep -qa nf_conntrack_generic_timeout $image.2; ok "a setting that is new is in the image"
for i in $image $image.2; do
	run vzcptcheck $i; rc_is 0 "the image is whole"
	is "$(stat -c %a $i)" 600 "and root's alone"
done
at=$(ticks $V) ttl=77
expect 0 chkpnt --resume
state=running
is_up "snapshot: the VE runs on"
is "$(ls $dumps | xargs)" "stages stages.2" "two images, nothing else"
expect 0 stop --fast
state=stopped
is_gone $V "the VE is gone"
for i in $image $image.2; do
	expect 0 restore --dumpfile $i
	[ "$(ticks $V)" -le $((at + 30)) ]; ok "it is as it was when the snapshot was taken"
	is "$(ttl)" $((ttl++)) "the setting is that of the dump, not of the suspend"
	is_up "restored from a snapshot: runs"
	expect 0 chkpnt --suspend
	expect 0 chkpnt --kill
	is_gone $V "killed without a dump"
done
rm -f $image.2

# ---- what is wrong when there is no VE ----

part stopped
for words in "" --suspend --dump --resume --kill --check; do
	# shellcheck disable=SC2086
	expect_says "^Container is not running" 31 chkpnt $words
done
expect 17 restore --resume
expect 17 restore --kill
expect_says "nosuch.*No such file" 17 restore --dumpfile $dumps/nosuch
expect 17 restore --dumpfile $dumps
: >$dumps/empty
expect_says "empty" 17 restore --dumpfile $dumps/empty
expect_says "not an image" 17 restore --dumpfile /bin/bash
rm $dumps/empty
is_gone $V "stopped: nothing came of it"

part undump
for last in --kill --resume; do
	state=stopped
	expect 0 restore --undump --dumpfile $image
	state=undumped
	is_frozen $V "undumped: there, and stands still"
	expect 32 restore --undump --dumpfile $image
	expect 32 restore --dumpfile $image
	expect 16 chkpnt --suspend
	expect 16 chkpnt --dump --dumpfile $image.2
	expect 16 chkpnt --resume
	expect 16 chkpnt --kill
	expect 16 chkpnt --dumpfile $image.2
	expect 20 restore --resume --kill
	[ ! -e $image.2 ]; ok "undumped: no file was made"
	is_frozen $V "undumped: still stands still"
	expect 0 restore $last
	[ $last = --resume ] || is_gone $V "undumped and killed: gone"
done
state=running
is_up "undumped and resumed: runs"
expect 17 restore --resume
expect 17 restore --kill
is_up "and runs on"

# ---- in one go, default file, pipes ----

part whole
rm -f $image /var/tmp/Dump.$V
run vzctl chkpnt $V --progress --stats; rc_is 0 "chkpnt"
like "$out" "dump\.\.\..*100%" "progress is shown"
for name in freezing_time frozen_time memdump_time memwrite_time pages_scanned pages_written; do
	like "$out" "$name: [0-9]+" "statistics have $name"
done
is_gone $V "it is gone"
run vzcptcheck /var/tmp/Dump.$V; rc_is 0 "the default file is /var/tmp/Dump.$V"
run vzctl status $V; like "$out" "down suspended" "status knows of it"
run vzctl restore $V --progress --stats; rc_is 0 "restore"
like "$out" "pages_restored: [0-9]+" "statistics of the restore"
is_up "restored: runs"
rm /var/tmp/Dump.$V

vzctl chkpnt $V --dumpfile - 2>"$tap_tmp/said" | cat >$image
is "${PIPESTATUS[*]}" "0 0" "dump through a pipe"
run vzcptcheck $image; rc_is 0 "what came is an image and nothing else"
like "$(cat "$tap_tmp/said")" "completed successfully" "the rest goes to standard error"
is_gone $V "it is gone"
# shellcheck disable=SC2002
cat $image | vzctl restore $V --dumpfile - >/dev/null
is "${PIPESTATUS[*]}" "0 0" "restore through a pipe"
is_up "restored through a pipe: runs"

vzctl chkpnt $V --dumpfile - 2>"$tap_tmp/said" | head -c 10000 >/dev/null
is "${PIPESTATUS[0]}" 16 "a reader that goes away: 16"
like "$(cat "$tap_tmp/said")" "Error: .*" "and a reason"
is_up "a reader that went away: the VE runs on"

# ---- no room ----

part room
mkdir -p /mnt/small && mount -t tmpfs -o size=64k small /mnt/small
run vzctl chkpnt $V --dumpfile /mnt/small/dump; rc_is 16 "no space: 16"
like "$err" "[Nn]o space|ENOSPC|-28" "it says why"
is "$(ls -A /mnt/small)" "" "no partial file is left"
is_up "no space: the VE runs on"
expect 0 chkpnt --suspend
run vzctl chkpnt $V --dump --dumpfile /mnt/small/dump; rc_is 16 "no space in the stage: 16"
is "$(ls -A /mnt/small)" "" "no partial file is left"
is_frozen $V "it is suspended still"
expect 0 chkpnt --dump --dumpfile $image
expect 0 chkpnt --resume
is_up "and resumed: runs on"
run vzcptcheck $image; rc_is 0 "the second try is whole"
cp $image /mnt/image && umount /mnt/small

mount -t tmpfs -o size=64m small /mnt/small
cp $image /mnt/small/dump && mount -o remount,ro /mnt/small
run vzctl chkpnt $V --dumpfile /mnt/small/new; rc_is 16 "read-only file system: 16"
like "$err" "/mnt/small/new.*[Rr]ead-only" "it says why"
run vzctl chkpnt $V --dumpfile /mnt/nosuch/new; rc_is 16 "no such directory: 16"
run vzctl chkpnt $V --dumpfile /mnt/small; rc_is 16 "a directory: 16"
run vzctl chkpnt $V --dumpfile /dev/full; rc_is 16 "/dev/full: 16"
is_up "the VE runs on"
vzctl --quiet stop $V --fast
run vzctl restore $V --dumpfile /mnt/small/dump; rc_is 0 "restored from a read-only file system"
is_up "restored: runs"
umount /mnt/small; ok "the image is not in use"

# An older image stays until the new one is complete.
cp /mnt/image $image
run vzctl chkpnt $V --dumpfile $image </dev/null; rc_is 0 "an older image is replaced"
! cmp -s /mnt/image $image && vzcptcheck $image; ok "by a new one"
expect 0 restore --dumpfile $image
ln -s stages $dumps/link
expect 0 chkpnt --suspend
expect 0 chkpnt --dump --dumpfile $dumps/link
[ -L $dumps/link ] && vzcptcheck $image; ok "behind a link: the file is replaced"
expect 0 chkpnt --resume
rm $dumps/link

run setpriv --reuid 1000 --clear-groups vzctl chkpnt $V; rc_is 12 "not root: 12"
run setpriv --reuid 1000 --clear-groups vzctl restore $V; rc_is 12 "not root: 12"
exec 8>/vz/lock/$V.lck; flock 8
expect_says "locked" 9 chkpnt
exec 8>&-
is_up "the VE runs on"

# ---- killed ----

reader_stalls() {	# the pipe is full, and stays so
	local pid=$1

	grep -qs pipe_write "/proc/$pid/stack" || grep -qs pipe_w "/proc/$pid/wchan"
}

part killed
rm -rf $dumps; mkdir -p $dumps
"$suites/ctl.py" cpt bind=$V veid=$V suspend say=suspended wait >"$tap_tmp/ctl" & ctl=$!
poll 20 grep -q suspended "$tap_tmp/ctl"; ok "suspended by calls alone"
is_frozen $V "by calls alone: stands still"
kill -KILL $ctl; wait $ctl 2>/dev/null
is_up "the caller was killed: thawed"

exec 7<>"$fifo"
vzctl --quiet chkpnt $V --dumpfile "$fifo" & ctl=$!
poll 20 reader_stalls $ctl; ok "a dump that does not get on"
is_frozen $V "meanwhile it stands still"
kill -KILL $ctl; wait $ctl 2>/dev/null
exec 7>&-
is_up "vzctl was killed while dumping: thawed"
exec 7<>"$fifo"
vzctl --quiet chkpnt $V --dumpfile "$fifo" 2>"$tap_tmp/said" & ctl=$!
poll 20 reader_stalls $ctl
kill -TERM $ctl; wait $ctl
is $? 16 "SIGTERM while dumping: 16"
exec 7>&-
is_up "after SIGTERM: thawed"

sweep=8
[ "$LONG" = 0 ] || sweep=40

# Microseconds that a command takes.
took() {
	local start=${EPOCHREALTIME/./}

	"$@" >/dev/null 2>&1
	echo $((${EPOCHREALTIME/./} - start))
}

# Looked at again and again: one that is about to end is neither.
alive_or_gone() {
	local last

	last=$(ticks $V)
	sleep 0.3
	[ -z "$(ve_pids $V)" ] || ticked $V "$last"
}

late_kill() {	# MICROSECONDS COMMAND...
	local us=$1 pid

	shift
	"$@" >/dev/null 2>&1 & pid=$!
	sleep "$((us / 1000000)).$(printf %06d $((us % 1000000)))"
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
}

us=$(took vzctl chkpnt $V --dumpfile $image)
cp $image $image.good
took vzctl restore $V --dumpfile $image >/dev/null
is_up "a VE to try on"
bad=
for ((i = 1; i <= sweep; i++)); do
	rm -f $image
	late_kill $((us * i / sweep)) vzctl chkpnt $V --dumpfile $image
	poll 10 alive_or_gone || bad+=" half alive after $i/$sweep;"
	if [ -e $image ] && ! vzcptcheck $image 2>/dev/null; then bad+=" an image that is not whole after $i/$sweep;"; fi
	if [ -z "$(ve_pids $V)" ]; then
		[ -e $image ] || bad+=" no VE and no image after $i/$sweep;"
		vzctl --quiet restore $V --dumpfile $image.good || bad+=" not restorable after $i/$sweep;"
	fi
	vzctl --quiet chkpnt $V --check >/dev/null || bad+=" not to be checkpointed after $i/$sweep;"
done
is "$bad" "" "vzctl chkpnt killed at $sweep moments: thawed, or gone with an image"
is_up "runs"
expect 0 chkpnt --dumpfile $image
is "$(ls -A $dumps | xargs)" "stages stages.good" "no temporary file is left after the next dump"

# ---- restore, killed while it has a part of the image ----

feed() {	# PERCENT: of the image, then nothing more, but no end
	exec 7<>"$fifo"
	head -c $(($(stat -c %s $image) * $1 / 100)) $image >&7
	echo fed >"$tap_tmp/fed"
	sleep 100000
}


part killed_restore
for percent in 5 50 95; do
	rm -f "$tap_tmp/fed"
	feed $percent & feeder=$!
	vzctl --quiet restore $V --dumpfile "$fifo" 2>"$tap_tmp/said" & ctl=$!
	poll 60 test -e "$tap_tmp/fed"; ok "a restore that gets $percent% of its image"
	kill -0 $ctl; ok "it waits for more"
	kill -KILL $ctl; wait $ctl 2>/dev/null
	kill $feeder; wait $feeder 2>/dev/null
	nothing_left() { [ -z "$(ve_pids $V)" ]; }
	poll 20 nothing_left
	tap_result $? "vzctl was killed while undumping: no task is left" "$(ve_states $V)"
	run vzctl status $V; like "$out" "down" "and no VE"
done

us=$(took vzctl restore $V --dumpfile $image)
is_up "a VE to try on"
bad=
for ((i = 1; i <= sweep; i++)); do
	vzctl --quiet stop $V --fast 2>/dev/null
	late_kill $((us * i / sweep)) vzctl restore $V --dumpfile $image
	poll 10 alive_or_gone || bad+=" half alive after $i/$sweep: $(ve_left $V);"
done
is "$bad" "" "vzctl restore killed at $sweep moments: gone, or there"
vzctl --quiet stop $V --fast 2>/dev/null
expect 0 restore --dumpfile $image
is_up "and it can be restored: runs"

# ---- calls ----

part calls
is "$("$suites/ctl.py" cpt version ioctl=0x2dff ioctl=0x1234 dump resume kill join=99 put veid=99 suspend read)" \
"version -> 1
ioctl=0x2dff -> ENOTTY
ioctl=0x1234 -> ENOTTY
dump -> ENOENT
resume -> ENOENT
kill -> ENOENT
join=99 -> ENOENT
put -> 0
veid=99 -> 0
suspend -> ESRCH
read -> VE 99: is not running" "calls in a wrong state, and what the last one said"
is "$("$suites/ctl.py" cpt veid=99 dump read suspend read read)" \
"veid=99 -> 0
dump -> ENOENT
read -> VE 99: is not suspended
suspend -> ESRCH
read -> VE 99: is not running
read -> " "each call says its own"
"$suites/ctl.py" cpt errorfile="$tap_tmp/errors" veid=99 suspend >/dev/null
like "$(cat "$tap_tmp/errors")" "VE 99: is not running" "messages on ERRORFD"
is "$("$suites/ctl.py" cpt bind=$V veid=$V suspend suspend dump dumpfile=$image dump resume resume)" \
"bind=$V -> 0
veid=$V -> 0
suspend -> 0
suspend -> EBUSY
dump -> EBADF
dumpfile=$image -> 0
dump -> 0
resume -> 0
resume -> ENOENT" "a snapshot by calls alone"
run vzcptcheck $image; rc_is 0 "its image is whole"
"$suites/ctl.py" cpt bind=$V veid=$V suspend say=suspended wait >"$tap_tmp/ctl" & ctl=$!
poll 20 grep -q suspended "$tap_tmp/ctl"
expect 16 chkpnt --suspend
kill -KILL $ctl; wait $ctl 2>/dev/null
is_up "two at once: the second is refused, the VE runs on"

# ---- calls of programs that wait for a while, each parked several times ----

part sleepers
install -D -t "$(ve_file $V /opt/t)" $programs/static/sleepers
vzctl exec $V 'setsid /opt/t/sleepers /go /result 15 </dev/null >/log.sleepers 2>&1 &'
said() { grep -qsx "$2" "$(ve_file $V "$1")"; }
poll 30 said /log.sleepers ready; ok "threads that sleep, each in its call"
wrong=0
for i in 1 2 3; do
	{ vzctl --quiet chkpnt $V --suspend && sleep 0.3 && vzctl --quiet chkpnt $V --resume; } || wrong=1
	sleep 0.3
done
is $wrong 0 "suspended and resumed three times"
{ vzctl --quiet chkpnt $V --dumpfile $image && sleep 0.5 && vzctl --quiet restore $V --dumpfile $image; }
ok "dumped and restored"
for i in 1 2; do
	{ vzctl --quiet chkpnt $V --suspend && sleep 0.3 && vzctl --quiet chkpnt $V --resume; } || wrong=1
	sleep 0.3
done
is $wrong 0 "suspended and resumed twice"
touch "$(ve_file $V /go)"
came_to_end() { grep -qsE '^1\.\.[0-9]+$' "$(ve_file $V /result)"; }
poll 60 came_to_end; ok "they come to their end"
pass_on "$(ve_file $V /result)"

ve_end $V
ve_gone $V; ok "nothing is left"
rmmod vzrst vzcpt; ok "the modules are not in use any more"
rm -rf $dumps /mnt/image
tap_done
