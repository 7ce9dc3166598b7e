#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Mounts and tmpfs inodes that cannot be dumped: each is named, the VE is unharmed.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"

for ko in vzcpt vzrst; do
	[ -d /sys/module/$ko ] || insmod /opt/vz/modules/$ko.ko; ok "load $ko"
done
mkve 101 && vzctl --quiet start 101; ok "start"
init=$(pgrep -f 'while :; do sleep 86400' | head -1)

# refused WHAT REGEX COMMANDS UNDO
refused() {
	vzctl exec 101 "$3"; ok "$1: set up"
	run vzctl chkpnt 101 --check; rc_is 16 "$1: 16"
	like "$err" "$2" "$1: named"
	run vzctl exec 101 "$4"
	run vzctl chkpnt 101 --check; rc_is 0 "$1: without it all is well"
}

run vzctl chkpnt 101 --check; rc_is 0 "a VE as it is started"
refused "bind mount" 'mount [0-9]+: /media: a bind mount of /s: not supported' \
	'mount -t tmpfs a /mnt && mkdir /mnt/s && mount --bind /mnt/s /media && umount /mnt' 'umount /media'
refused "bind mount of a process" 'mount [0-9]+: /mnt: a bind mount of /1: not supported' \
	'mount --bind /proc/1 /mnt' 'umount /mnt'
refused "bind mount of a removed file" 'mount [0-9]+: .*: a bind mount of a file that was removed: not supported' \
	'touch /x /y && mount --bind /x /y && rm /x' 'umount /y; rm /y'
refused "a mount within its bind mount" 'mount [0-9]+: /media: a bind mount of /s: not supported' \
	'mount -t tmpfs a /mnt && mkdir -p /mnt/s/z && mount --bind /mnt/s /media && mount --make-private / && mount --make-private /mnt && mount --move /mnt /media/z' \
	'umount /media/z; umount /media'
refused "file system" 'mount [0-9]+: /mnt: file system ramfs: not supported' \
	'mount -t ramfs none /mnt' 'umount /mnt'
refused "a namespace's mount" 'mount [0-9]+: /ns: file system nsfs: not supported' \
	'touch /ns && mount --bind /proc/1/ns/uts /ns' 'umount /ns; rm /ns'
if vzctl exec 101 'mount -t overlay -o lowerdir=/etc:/usr over /mnt' 2>/dev/null; then
	refused "overlay" 'mount [0-9]+: /mnt: file system overlay: not supported' true 'umount /mnt'
else
	skip "overlay" "it cannot be mounted"
fi
refused "extended attribute" 'tmpfs: mount [0-9]+: /x/y: extended attribute trusted.t: not supported' \
	'mkdir /run/x && touch /run/x/y && python3 -c "import os; os.setxattr(\"/run/x/y\", \"trusted.t\", b\"v\")"' \
	'rm -r /run/x'
refused "file attribute" 'tmpfs: mount [0-9]+: /x: file attributes 0x10: not supported' \
	'touch /run/x && chattr +i /run/x' 'chattr -i /run/x; rm /run/x'
if [ "$(vzctl exec 101 'mount -t cgroup2 none /mnt && mkdir /mnt/sub && echo yes')" = yes ]; then
	refused "cgroups within" 'mount [0-9]+: /mnt: cgroup2: cgroups within the VE: not supported' \
		true 'rmdir /mnt/sub; umount /mnt'
else
	skip "cgroups within" "no cgroup2 in the VE"
	vzctl exec 101 'umount /mnt'
fi

# What the host does to a VE.
mkdir -p /vz/out && mount -t tmpfs out /vz/out; ok "a tmpfs of the host"
python3 - "$init" <<'PY'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
tree = libc.syscall(428, -100, b"/vz/out", 1)           # open_tree, CLONE
fd = os.open("/proc/%s/ns/mnt" % sys.argv[1], os.O_RDONLY)
if tree < 0 or libc.setns(fd, 0x20000):
    sys.exit("setns: %s" % os.strerror(ctypes.get_errno()))
os.chdir("/proc/1/root")
if libc.syscall(429, tree, b"", -100, b"/mnt", 4):      # move_mount, F_EMPTY_PATH
    sys.exit("move_mount: %s" % os.strerror(ctypes.get_errno()))
PY
if vzctl exec 101 'mountpoint -q /mnt'; then
	run vzctl chkpnt 101 --check; rc_is 16 "a mount of the host: 16"
	like "$err" 'mount [0-9]+: /mnt: tmpfs is mounted outside of the VE too' "named"
	vzctl exec 101 'umount /mnt'
else
	skip "a mount of the host" "it could not be moved into the VE"
fi
umount /vz/out

# All reasons at once.
vzctl exec 101 'mount -t hugetlbfs h /mnt; mount -t ramfs r /media; touch /run/q && chattr +a /run/q'; ok "three reasons"
run vzctl chkpnt 101 --dumpfile /vz/dump/refused; rc_is 16 "chkpnt: 16"
is "$(grep -c 'not supported' <<<"$err")" 3 "all are said"
[ ! -e /vz/dump/refused ]; ok "no file"
is "$(vzctl exec 101 'chattr -a /run/q; umount /mnt /media; echo alive')" alive "the VE is unharmed"
rmve 101; ok "destroy"
rmmod vzrst vzcpt; ok "unload"
tap_done
