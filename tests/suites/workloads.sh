#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# workloads.sh dump|restore: real programs, dumped half way in one boot; in the
# next they are restored and must come to the result of an undisturbed run.
#
# Each has: start_NAME VEID (in the VE), mid_NAME VEID (is it half way?),
# undisturbed_NAME (prints the right result), result_NAME VEID (what came out).
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

declare -A veid_of=([xz]=351 [pytree]=352 [sqlite]=353 [shell]=354 [pymp]=355)
work=$tests/workloads

# ---- xz: a real file of some MB, two threads ----

xz_mb=6
[ "$LONG" = 0 ] || xz_mb=24
xz_command="xz -T2 -1 --block-size=1MiB"

xz_source() {	# the start of a tar of real programs and libraries
	tar -C / -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
		usr/bin usr/lib/x86_64-linux-gnu 2>/dev/null | head -c ${xz_mb}M
}

start_sh() {	# VEID COMMAND: in a shell of its own
	cat >"$(ve_file "$1" /job)" <<<"$2"
	ve_spawn "$1" sh /job
}

start_xz() {
	xz_source >"$(ve_file "$1" /file)"
	start_sh "$1" "$xz_command -k /file; echo status \$? >/status"
}

mid_xz() {
	local size

	size=$(stat -c %s "$(ve_file "$1" /file.xz)" 2>/dev/null) &&
		[ "$size" -gt $((xz_mb * 100000)) ]
}

undisturbed_xz() { xz_source | $xz_command | sha256sum | cut -d' ' -f1; echo "status 0"; }

result_xz() {
	sha256sum <"$(ve_file "$1" /file.xz)" | cut -d' ' -f1
	cat "$(ve_file "$1" /status)"
	! [ -s "$(ve_file "$1" /log)" ] || cat "$(ve_file "$1" /log)"
}

# ---- those that say how far they are in /progress, and end with "result" ----

rounds=120 lines=400 rows=400
[ "$LONG" = 0 ] || rounds=2000 lines=2000 rows=3000

is_past() { local at; at=$(cat "$(ve_file "$1" /progress)" 2>/dev/null) && [ "${at:-0}" -ge "$2" ]; }
log_of() { cat "$(ve_file "$1" /log)"; }
spawn_own() { local veid=$1 name=$2; shift 2; cp "$work/$name" "$(ve_file "$veid" /)"; ve_spawn "$veid" "/$name" "$@"; }

start_pytree() { spawn_own "$1" pytree.py $rounds /progress; }
mid_pytree() { is_past "$1" $((rounds / 2)); }
undisturbed_pytree() { "$work/pytree.py" $rounds "$tap_tmp/progress"; }
result_pytree() { log_of "$1"; }

start_shell() { spawn_own "$1" shell.sh $lines /progress; }
mid_shell() { is_past "$1" $((lines / 2)); }
undisturbed_shell() { "$work/shell.sh" $lines "$tap_tmp/progress"; }
result_shell() { log_of "$1"; }

start_pymp() { spawn_own "$1" pymp.py $rounds /progress; }
mid_pymp() { is_past "$1" $((rounds / 2)); }
undisturbed_pymp() { "$work/pymp.py" $rounds "$tap_tmp/progress"; }
result_pymp() { log_of "$1"; }

start_sqlite() { spawn_own "$1" sqlite.sh $rows /progress /db; }
mid_sqlite() { is_past "$1" $((rows / 2)) && [ -s "$(ve_file "$1" /db-journal)" ]; }
undisturbed_sqlite() { "$work/sqlite.sh" $rows "$tap_tmp/progress" "$tap_tmp/db"; }
result_sqlite() { log_of "$1"; }

# ---- both phases ----

not_done() { ! is_done "$1" "$2"; }

is_done() {	# NAME VEID
	case $1 in
	xz) [ -s "$(ve_file "$2" /status)" ] ;;
	*) grep -q '^result\|WRONG' "$(ve_file "$2" /log)" ;;
	esac
}

# The result is there at once, or fewer than two processes (init) are left to bring it.
is_over() { is_done "$1" "$2" || [ "$(ve_pids "$2" | wc -l)" -le 2 ]; }

dump() {
	local name=$1 veid=${veid_of[$1]} image=$dumps/workloads.$1

	ve_up "$veid" && "start_$name" "$veid" && poll 120 "mid_$name" "$veid"
	ok "$name: gets half way"
	run vzctl chkpnt "$veid" --dumpfile "$image" --stats; rc_is 0 "$name: dumped"
	if [ "$rc" != 0 ]; then
		ve_states "$veid" | sed 's/^/# /'
		ve_end "$veid"
		return
	fi
	echo "# note $(echo "$out" | grep -E '^(freezing|frozen|dump)_time|^image_bytes|^tasks' | xargs)"
	not_done "$name" "$veid"; ok "$name: it was not at its end"
	run vzcptcheck "$image"; rc_is 0 "$name: the image is whole"
	is_gone "$veid" "$name: the VE is gone"
}

# The machines that restore what one has dumped share it.
undisturbed() {
	local kept=/mnt/share/undisturbed.$1

	[ -d /mnt/share ] || kept=$tap_tmp/undisturbed
	[ -s "$kept" ] || { "undisturbed_$1" >"$kept.new" && mv "$kept.new" "$kept"; }
	cat "$kept"
}

restore() {
	local name=$1 veid=${veid_of[$1]} image=$dumps/workloads.$1 want got

	if [ ! -s "$image" ]; then
		tap_result 1 "$name: there is an image of the boot before"
		return
	fi
	want=$(undisturbed "$name")
	mkve "$veid"
	run vzctl restore "$veid" --dumpfile "$image" --stats; rc_is 0 "$name: restored"
	if [ "$rc" = 0 ]; then
		echo "# note $(echo "$out" | grep -E '^undump_time|^pages_restored' | xargs)"
		poll 120 is_over "$name" "$veid"
		poll 2 is_done "$name" "$veid"; ok "$name: comes to its end"
		got=$("result_$name" "$veid" 2>&1)
		is "$got" "$want" "$name: the result is that of an undisturbed run"
		[ "$got" = "$want" ] || { ve_states "$veid"; dmesg | tail -n 8; } | sed 's/^/# /'
		vzctl --quiet stop "$veid" --fast; ok "$name: the VE stops"
	fi
	is_gone "$veid" "$name: nothing of the VE is left"
	rm -f "$image"
	ve_end "$veid"
}

case $1 in
dump|restore) ;;
*) echo "usage: workloads.sh dump|restore" >&2; exit 1 ;;
esac
for name in xz pytree sqlite shell pymp; do
	wanted "$name" || continue
	part "$name"
	"$1" "$name"
done
tap_done
