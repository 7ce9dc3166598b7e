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
refused "bind mount" 'mount [0-9]+: /mnt: a bind mount of /etc: not supported' \
	'mount --bind /etc /mnt' 'umount /mnt'
refused "bind of a tmpfs" 'mount [0-9]+: /mnt: a bind mount of a tmpfs: not supported' \
	'mount --bind /run /mnt' 'umount /mnt'
refused "file system" 'mount [0-9]+: /mnt: file system ramfs: not supported' \
	'mount -t ramfs none /mnt' 'umount /mnt'
refused "hidden mount" 'mount [0-9]+: /mnt: is hidden by another mount: not supported' \
	'mount -t tmpfs none /mnt && mount -t tmpfs none /mnt' 'umount /mnt; umount /mnt'
refused "hidden mount below" 'mount [0-9]+: /mnt/a: is hidden by another mount: not supported' \
	'mkdir -p /mnt/a && mount -t tmpfs none /mnt/a && mount -t tmpfs none /mnt' \
	'umount /mnt; umount /mnt/a; rmdir /mnt/a'
refused "slave mount" 'mount [0-9]+: /media: a slave of another mount: not supported' \
	'mount -t tmpfs a /mnt && mount --make-shared /mnt && mount --bind /mnt /media && mount --make-slave /media' \
	'umount /media; umount /mnt'
refused "peers" 'mount [0-9]+: /mnt: shared with other mounts: not supported' \
	'mount -t tmpfs a /mnt && mount --make-shared /mnt && mount --bind /mnt /media' \
	'umount /media; umount /mnt'
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
vzctl exec 101 'mount --bind /etc /mnt; mount -t ramfs r /media; touch /run/q && chattr +a /run/q'; ok "three reasons"
run vzctl chkpnt 101 --dumpfile /vz/dump/refused; rc_is 16 "chkpnt: 16"
is "$(grep -c 'not supported' <<<"$err")" 3 "all are said"
[ ! -e /vz/dump/refused ]; ok "no file"
is "$(vzctl exec 101 'chattr -a /run/q; umount /mnt /media; echo alive')" alive "the VE is unharmed"
rmve 101; ok "destroy"
rmmod vzrst vzcpt; ok "unload"
tap_done
