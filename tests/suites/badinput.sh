#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Images that are damaged, or whose VE's files are not there: no VE, and why.
. "$(dirname "$(realpath "$0")")/lib.sh"
need_modules

V=420
image=$dumps/badinput

ve_ticker $V && cp "$(ve_file $V /bin/sleep)" "$(ve_file $V /napper)" &&
	echo "some words" >"$(ve_file $V /words)" &&
	vzctl exec $V 'setsid /napper 100000 3</words </dev/null >/log2 2>&1 &'
ok "a VE"
run vzctl chkpnt $V --dumpfile $image; rc_is 0 "dumped"

# tests/check shows this one to the user-space checker, 2000 times damaged
cp $image /mnt/share/badinput.img

cuts=12 corruptions=25
[ "$LONG" = 0 ] || cuts=100000 corruptions=100
part damaged
python3 "$suites/badinput.py" $V $image $cuts $corruptions >"$tap_tmp/results" 2>&1
is $? 0 "all of them were tried"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_result 0 "${line#ok }" ;;
	'not ok '*) tap_result 1 "${line#not ok }" ;;
	*) echo "$line" ;;
	esac
done <"$tap_tmp/results"

refused() {	# WORDS DESC
	kmsg_mark
	sum=$(sha256sum <$image)
	run vzctl restore $V --dumpfile $image; rc_is 17 "$2: 17"
	like "$err" "^Error: [^
]*$1" "$2: it says which and why"
	is "$(grep -cv '^Restoring failed$' <<<"$err")" 1 "$2: in one line"
	is_gone $V "$2: no VE is left"
	is "$(sha256sum <$image)" "$sum" "$2: the image is untouched"
	kmsg_is_silent "$2: the kernel's log is silent"
}

part files
mv "$(ve_file $V /words)" "$(ve_file $V /words.away)"
refused "/words: .*" "an open file is missing"
echo "some more words" >"$(ve_file $V /words)"
refused "/words: .*size" "an open file has another size"
mkdir -p "$(ve_file $V /dir)" && rm "$(ve_file $V /words)" && mv "$(ve_file $V /dir)" "$(ve_file $V /words)"
refused "/words: .*" "a directory is in its place"
rmdir "$(ve_file $V /words)" && mv "$(ve_file $V /words.away)" "$(ve_file $V /words)"

mv "$(ve_file $V /napper)" "$(ve_file $V /napper.away)"
refused "/napper: .*" "a program is missing"
cp "$(ve_file $V /napper.away)" "$(ve_file $V /napper)" && echo x >>"$(ve_file $V /napper)"
refused "/napper: .*size" "a program has another size"
mv "$(ve_file $V /napper.away)" "$(ve_file $V /napper)"


part good
run vzctl restore $V --dumpfile $image; rc_is 0 "after all that the image is good"
is_running $V "and the VE runs"
ve_end $V
rm -f $image
tap_done
