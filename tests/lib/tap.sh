# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# TAP for tests in shell. Source it, make assertions, end with tap_done.
#
#   run CMD...             sets $out, $err (its output) and $rc (its status)
#   ok DESC                the command before it said 0
#   is GOT WANT DESC       two strings are the same
#   like GOT REGEX DESC    an extended regular expression matches
#   rc_is N DESC           the last run ended with N
#   skip DESC REASON

tap_n=0 tap_failed=0 out='' err='' rc=0
tap_tmp=$(mktemp -d)
echo "TAP version 13"

tap_result() {	# STATUS DESC [DETAIL]
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_n $2"
	else
		echo "not ok $tap_n $2"
		tap_failed=$((tap_failed + 1))
		[ -z "${3-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
	fi
	return 0
}

run() {
	"$@" >"$tap_tmp/out" 2>"$tap_tmp/err" </dev/null
	rc=$?
	out=$(<"$tap_tmp/out") err=$(<"$tap_tmp/err")
}

ok() { tap_result $? "$1"; }

is() {
	[ "$1" = "$2" ]
	tap_result $? "$3" "got:  $1
want: $2"
}

like() {
	[[ $1 =~ $2 ]]
	tap_result $? "$3" "got:  $1
want: /$2/"
}

rc_is() {
	[ "$rc" = "$1" ]
	tap_result $? "$2" "status: $rc, want $1
stdout: $out
stderr: $err"
}

skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n $1 # SKIP $2"; }

tap_done() {
	rm -rf "$tap_tmp"
	echo "1..$tap_n"
	exit $((tap_failed > 0))
}
