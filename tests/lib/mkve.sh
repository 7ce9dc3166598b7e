#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A VE with the test machine's own Debian userland, made in a moment.
#
#   mkve.sh VEID [--copy]     or, after `. mkve.sh', the function mkve
#
# The private area is /vz/private/VEID: the read-only disk of the machine's
# root under a writable overlay, whose upper layer is /vz/private/VEID.up. An
# overlay is gone after a reboot: call it again, and it is back with the same
# files. With --copy it is a real copy on /vz (slow, for what overlayfs cannot
# do). The VE is created if there is none, named ve<VEID>.

mkve() {
	local veid=$1 copy=${2-} private=/vz/private/$1 base=/vz/base

	case $veid in ''|*[!0-9]*) echo "usage: mkve VEID [--copy]" >&2; return 1 ;; esac
	mkdir -p "$private" "$base" || return
	if ! mountpoint -q "$base"; then
		# Not the overlay that is /: stacking them makes st_dev change.
		mount -t ext4 -o ro,noload /dev/vda "$base" || return
	fi
	if [ "$copy" = --copy ]; then
		[ -e "$private/bin" ] || cp -a -x "$base/." "$private" || return
	elif ! mountpoint -q "$private"; then
		mkdir -p "$private.up" "$private.work" || return
		mount -t overlay -o "lowerdir=$base,upperdir=$private.up,workdir=$private.work" \
			"ve$veid" "$private" || return
	fi
	[ -e "/etc/vz/conf/$veid.conf" ] ||
		vzctl --quiet create "$veid" --private "$private" --hostname "ve$veid"
}

# Stops and destroys it, files and all.
rmve() {
	local veid=$1 private=/vz/private/$1

	vzctl --quiet stop "$veid" --fast 2>/dev/null
	vzctl --quiet destroy "$veid" || return
	! mountpoint -q "$private" || umount "$private" || return
	rm -rf --one-file-system "$private" "$private.up" "$private.work"
}

[ "${BASH_SOURCE[0]}" != "$0" ] || mkve "$@"
