#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Mounts of every supported kind come back with their options; what a restore
# needs of the file system and does not find is named.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"

for ko in vzcpt vzrst; do
	[ -d /sys/module/$ko ] || insmod /opt/vz/modules/$ko.ko; ok "load $ko"
done
# Each mount with the mounts below it, root, options, peers and masters, type, source, options
# of the file system; ids and device numbers are new ones.
mounts() {
	vzctl exec 101 'cat /proc/self/mountinfo' | python3 "$here/mountinfo.py"
}

mkve 101 && vzctl --quiet start 101; ok "start"
vzctl exec 101 '
	set -e
	mkdir -p /m/tmpfs /m/ro /m/rosb /m/proc /m/mq /m/cg /m/pts /m/stack /m/shared /m/unbindable /m/sys "/m/odd name"
	mount -t tmpfs -o size=1234k,nr_inodes=567,mode=2770,uid=33,gid=44,noexec,nodev,strictatime a-source /m/tmpfs
	echo content >/m/tmpfs/file; mkdir /m/tmpfs/sub
	mount -t tmpfs -o huge=never,noatime below /m/tmpfs/sub
	echo deeper >/m/tmpfs/sub/file; chown 5:6 /m/tmpfs/sub; chmod 700 /m/tmpfs/sub
	mount -t tmpfs -o size=0,nr_inodes=0,nosuid,nodiratime unlimited "/m/odd name"
	mount -t tmpfs none /m/ro; echo fixed >/m/ro/file; mount -o remount,bind,ro /m/ro
	mount -t tmpfs none /m/rosb; echo fixed >/m/rosb/file; mount -o remount,ro /m/rosb
	mount -t proc -o hidepid=invisible,gid=44,nosuid myproc /m/proc
	mount -t proc -o subset=pid proc /m/stack
	mount -t mqueue mq /m/mq
	mount -t cgroup2 cg /m/cg
	mount -t devpts -o newinstance,mode=600,ptmxmode=000,max=5 pts2 /m/pts
	mount -t sysfs -o noexec,nosuid,nodev,ro sys2 /m/sys
	mount -t tmpfs sh /m/shared; mount --make-shared /m/shared
	mkdir /m/shared/in; mount -t tmpfs sh2 /m/shared/in
	# bind mounts: of directories and files, of a part of a tmpfs, of proc, one in the other
	mkdir -p /m/src/dir/deep /m/b/dir /m/b/part /m/b/etc /m/b/sys /m/b/again /m/b/ro
	echo one >/m/src/file; echo two >/m/src/dir/deep/file; touch /m/b/file /m/b/null /m/b/kmsg
	mount --bind /m/src/dir /m/b/dir
	mount --bind /m/src/file /m/b/file
	mount --bind /dev/null /m/b/null
	mount --bind /m/tmpfs/sub/.. /m/b/part; mount --bind -o ro,nosuid,noexec /etc /m/b/etc
	mount -o remount,bind,ro,nosuid,noexec /m/b/etc
	mkdir /m/tmpfs/of-a-tmpfs; echo three >/m/tmpfs/of-a-tmpfs/file
	mount --bind /m/tmpfs/of-a-tmpfs /m/b/again
	mount --bind /proc/sys /m/b/sys; mount -o remount,bind,ro /m/b/sys
	mount --bind /dev/null /m/b/kmsg
	mount -t tmpfs in-a-bind /m/b/dir/deep; echo four >/m/b/dir/deep/file
	# stacked, hidden, and made when their place was hidden
	mkdir -p /m/top/below /m/top/late; mount -t tmpfs hidden /m/top/below
	exec 5</m/top/late
	mount -t tmpfs over /m/top; mkdir /m/top/x; mount -t tmpfs over2 /m/top
	mount --bind /m/src /m/top
	mount -c -t tmpfs late /proc/self/fd/5
	exec 5<&-
	# peers, slaves, slaves with peers of their own
	mkdir /m/p1 /m/p2 /m/s1 /m/s2 /m/s3 /m/part
	mount -t tmpfs peers /m/p1; mount --make-shared /m/p1; mkdir /m/p1/sub /m/p1/x
	mount --bind /m/p1 /m/p2; mount --bind /m/p1 /m/s1; mount --make-slave /m/s1
	mount --bind /m/p2 /m/s2; mount --make-slave /m/s2; mount --make-shared /m/s2
	mount --bind /m/s2 /m/s3; mount --bind /m/p1/sub /m/part
	mount -t tmpfs everywhere /m/p1/sub
	mount -t tmpfs ub /m/unbindable; mount --make-unbindable /m/unbindable
'; ok "mounts"
mounts >"$tap_tmp/before"
ls_all='cd /m && find tmpfs ro rosb shared unbindable "odd name" -printf "%p %M %U %G %n %s %T@ %C@\n" | sort'
vzctl exec 101 "$ls_all" >"$tap_tmp/ls-before"
run vzctl chkpnt 101 --dumpfile /vz/dump/101; rc_is 0 "chkpnt"
run vzcptcheck -v /vz/dump/101; rc_is 0 "vzcptcheck"

# A directory that a mount needs is gone.
mv /vz/private/101/m/mq /vz/private/101/m/mq.gone
run vzctl restore 101 --dumpfile /vz/dump/101; rc_is 17 "restore without a mount point: 17"
like "$err" 'mount [0-9]+: /m/mq: no such file or directory: the file system is not that of the dump' "named"
run vzctl status 101; like "$out" "down" "no VE is left"
ln -s /m/cg /vz/private/101/m/mq
run vzctl restore 101 --dumpfile /vz/dump/101; rc_is 17 "restore with a link as mount point: 17"
like "$err" 'mount [0-9]+: /m/mq: no such file or directory' "named"
rm /vz/private/101/m/mq; mv /vz/private/101/m/mq.gone /vz/private/101/m/mq

run vzctl restore 101 --dumpfile /vz/dump/101; rc_is 0 "restore"
mounts >"$tap_tmp/after"
run diff "$tap_tmp/before" "$tap_tmp/after"; rc_is 0 "mountinfo is the same"
vzctl exec 101 "$ls_all" >"$tap_tmp/ls-after"
run diff "$tap_tmp/ls-before" "$tap_tmp/ls-after"; rc_is 0 "inodes are the same"
is "$(vzctl exec 101 'cat /m/tmpfs/file /m/tmpfs/sub/file /m/ro/file /m/rosb/file')" "content
deeper
fixed
fixed" "contents are the same"
is "$(vzctl exec 101 'cat /m/b/file /m/b/dir/deep/file /m/b/again/file')" "one
four
three" "bind mounts show what they showed"
appears() {
	vzctl exec 101 "$1"
	vzctl exec 101 'cut -d" " -f5 /proc/self/mountinfo' | grep -E '^/m/[ps][123]/x$' | sort | xargs
}
is "$(appears 'mount -t tmpfs new /m/p2/x')" "/m/p1/x /m/p2/x /m/s1/x /m/s2/x /m/s3/x" \
	"a mount on a peer appears on peers and slaves"
is "$(appears 'umount /m/p1/x')" "" "and goes"
is "$(appears 'mount -t tmpfs new /m/s3/x')" "/m/s2/x /m/s3/x" "one on a slave on its peers only"
is "$(appears 'umount /m/s2/x; mount -t tmpfs new /m/s1/x')" "/m/s1/x" "one on a slave alone"
vzctl exec 101 'umount /m/s1/x'
is "$(vzctl exec 101 'touch /m/ro/x 2>/dev/null || touch /m/rosb/x 2>/dev/null || echo ro')" ro "read-only stays so"

# A namespace of its own, as a service has one: peers and slaves of all that the VE has, another
# root, what is mounted, unmounted and read-only there alone.
vzctl exec 101 '
	mount --make-rshared /; mkdir -p /m/new-root
	setsid unshare -m --propagation unchanged sh -c "
		mount --make-rslave / && mount --rbind / /m/new-root && cd /m/new-root &&
		mount --make-rprivate / && mkdir -p m/src/old && pivot_root . m/src/old &&
		umount -l m/src/old && rmdir m/src/old && mount --make-rshared / &&
		mount -t tmpfs -o size=100k own /m/s1 && echo own >/m/s1/file &&
		mount --bind /m/s1 /m/s2 && umount /m/b/file && mount -o remount,bind,ro /m/tmpfs &&
		echo done >/m/src/namespace && exec chroot . sleep 98765" </dev/null >/m/src/log 2>&1 &
	setsid unshare -m --propagation slave sh -c "
		mount --make-rshared / && mount -t tmpfs other /m/s1 && echo other >/m/s1/file &&
		echo done >/m/src/other && exec sleep 98766" </dev/null >/m/src/log2 2>&1 &
	for i in $(seq 300); do [ -e /m/src/namespace ] && [ -e /m/src/other ] && exit 0; sleep 0.1; done
	cat /m/src/log /m/src/log2; exit 1
'; ok "namespaces of their own"
mounts_of() {
	vzctl exec 101 "cat /proc/\$(pgrep -fx 'sleep $1')/mountinfo" | python3 "$here/mountinfo.py"
}
mounts >"$tap_tmp/before"
mounts_of 98765 >"$tap_tmp/before-own"
mounts_of 98766 >"$tap_tmp/before-other"
run grep -c . "$tap_tmp/before-own"; rc_is 0 "which have mounts"

# Once more, from the restored VE.
run vzctl chkpnt 101 --dumpfile /vz/dump/101; rc_is 0 "chkpnt again"
run vzctl restore 101 --dumpfile /vz/dump/101; rc_is 0 "restore again"
mounts >"$tap_tmp/after"
run diff "$tap_tmp/before" "$tap_tmp/after"; rc_is 0 "mountinfo is the same again"
mounts_of 98765 >"$tap_tmp/after-own"
run diff "$tap_tmp/before-own" "$tap_tmp/after-own"; rc_is 0 "that of another root, too"
mounts_of 98766 >"$tap_tmp/after-other"
run diff "$tap_tmp/before-other" "$tap_tmp/after-other"; rc_is 0 "and that of slaves"
in_ns() { vzctl exec 101 "nsenter -m -r -w -t \$(pgrep -fx 'sleep $1') sh -c '$2'"; }
is "$(in_ns 98765 'cat /m/s1/file /m/s2/file; touch /m/tmpfs/x 2>/dev/null || echo ro')" "own
own
ro" "with its contents"
is "$(in_ns 98766 'cat /m/s1/file')" other "each with its own"
vzctl exec 101 'mkdir -p /m/src/everywhere; mount -t tmpfs new /m/src/everywhere'
is "$(mounts_of 98766 | grep -c ' /m/src/everywhere /')" 1 "what the VE mounts appears in a slave"
is "$(mounts_of 98765 | grep -c ' /m/src/everywhere /')" 0 "and not where all was made private"
rmve 101; ok "destroy"
rmmod vzrst vzcpt; ok "unload"
tap_done
