#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# create, start, status, set, stop, restart, destroy; exit codes and messages.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"
conf=/etc/vz/conf/101.conf

# words
run vzctl; rc_is 20 "no arguments: 20"
run vzctl --help; rc_is 0 "--help"; like "$out" "vzctl chkpnt VEID" "--help lists chkpnt"
run vzctl --version; like "$out" "^vzctl version [0-9]" "--version"
run vzctl frobnicate 101; rc_is 20 "unknown command: 20"
like "$err" "Unknown command: frobnicate" "unknown command is named"
run vzctl start; rc_is 20 "no CT ID: 20"
for id in 0 -1 abc 1x 99999999999 ''; do
	run vzctl start "$id"; rc_is 21 "CT ID '$id': 21"
done
run vzctl start 101; rc_is 14 "no such container: 14"
like "$err" "config file does not exist: $conf" "the missing file is named"
run vzctl status 101; is "$out" "CTID 101 deleted unmounted down" "status of what is not there"
rc_is 0 "status: 0"

# create
run vzctl create 101; rc_is 29 "create without template: 29"
run vzctl create 101 --ostemplate nosuch; rc_is 91 "create with a missing template: 91"
like "$err" "No OS template nosuch" "the missing template is named"
run vzctl create 101 --private /vz/private/nosuch; rc_is 43 "create with a missing private area: 43"
run vzctl create 101 --private relative; rc_is 21 "create with a relative private area: 21"
run vzctl create 101 --private /vz --hostname 'a b'; rc_is 21 "create with a bad hostname: 21"
[ ! -e $conf ]; ok "no configuration is left of failures"
mkve 101; ok "create --private"
run vzctl create 101 --private /vz/private/101; rc_is 44 "create twice: 44"
run vzctl status 101; is "$out" "CTID 101 exist unmounted down" "status: down"

# not running
run vzctl exec 101 true; rc_is 31 "exec when down: 31"
is "$err" "Container is not running" "exec when down: message"
run vzctl stop 101; rc_is 31 "stop when down: 31"
run vzctl chkpnt 101; rc_is 31 "chkpnt when down: 31"

# running
run vzctl start 101; rc_is 0 "start"
like "$out" "Starting container ...
Container is mounted
Container start in progress..." "start: messages"
run vzctl start 101; rc_is 32 "start twice: 32"
is "$err" "Container is already running" "start twice: message"
run vzctl restore 101; rc_is 32 "restore when running: 32"
run vzctl destroy 101; rc_is 32 "destroy when running: 32"
run vzctl status 101; is "$out" "CTID 101 exist mounted running" "status: running"
read -r init start boot </run/vz/101.pid
[ -d "/proc/$init" ]; ok "the pid file names a process"
is "$(awk '/^PPid/ { print $2 }' "/proc/$init/status")" 1 "its parent is the host's init"
is "$(awk '/^NSpid/ { print $NF }' "/proc/$init/status")" 1 "it is process 1 in there"
for ns in pid mnt uts ipc net cgroup time; do
	[ "$(readlink "/proc/$init/ns/$ns")" != "$(readlink "/proc/self/ns/$ns")" ]
	ok "its own $ns namespace"
done
is "$(cat "/proc/$init/cgroup")" 0::/vz/101 "its own cgroup"
is "$(readlink "/proc/$init/fd/"* | sort -u)" /dev/null "init has nothing but /dev/null open"
is "$(find "/proc/$init/fd" -type l | wc -l)" 3 "three times"
is "$(tr '\0' '\n' <"/proc/$init/environ" | sed 's/=.*//' | xargs)" "PATH HOME TERM container" \
	"init's environment"
is "$(awk '{ print $6, $7 }' "/proc/$init/stat")" "$init 0" "init leads a session without terminal"
! pgrep -x vzctl; ok "no vzctl is left behind"
run vzctl exec 101 'cut -d" " -f2,3 /proc/mounts | sort | xargs'
is "$out" "/ overlay /dev tmpfs /dev/pts devpts /dev/shm tmpfs /proc proc /run tmpfs /sys sysfs" \
	"the VE's mounts, and nothing of the host"
run vzctl exec 101 'for n in null zero full random urandom tty; do stat -c %a,%t:%T,%n /dev/$n; done'
is "$out" "666,1:3,/dev/null
666,1:5,/dev/zero
666,1:7,/dev/full
666,1:8,/dev/random
666,1:9,/dev/urandom
666,5:0,/dev/tty" "device nodes"
run vzctl exec 101 'stat -c %a /dev /dev/shm /run; readlink /dev/ptmx /dev/fd; cat /sys/class/net/lo/flags; touch /sys/x 2>&1'
like "$out" "^755
1777
755
pts/ptmx
/proc/self/fd
0x9
.*Read-only" "modes, links, lo is up, sysfs is read-only"
sleep 0.3
before=$(awk '/ctxt/ { s += $2 } END { print s }' "/proc/$init/status")
sleep 1
is "$(awk '/ctxt/ { s += $2 } END { print s }' "/proc/$init/status")" "$before" "an idle init does nothing"
run vzctl exec 101 '(sleep 0.1 & ) ; sleep 0.5; ps -o stat= -A | grep -c Z'
is "$out" 0 "init reaps orphans"

# set
run vzctl set 101 --hostname new.example; rc_is 0 "set --hostname"
like "$err" "not saved" "set without --save warns"
is "$(vzctl exec 101 hostname)" new.example "the hostname is changed at once"
like "$(cat $conf)" 'HOSTNAME="ve101"' "and not saved"
printf '# a comment\nPHYSPAGES="65536:65536"\nODD='\''a $VEID'\''\n' >>$conf
run vzctl set 101 --hostname saved --description 'say "$HOME" \\ `x`' --save; rc_is 0 "set --save"
like "$(cat $conf)" '# a comment
PHYSPAGES="65536:65536"
ODD='\''a \$VEID'\''' "unknown lines are kept as they are"
like "$(cat $conf)" 'HOSTNAME="saved"' "the hostname is saved"
is "$(bash -c ". $conf; echo \"\$DESCRIPTION\"")" 'say "$HOME" \\ `x`' "a shell reads the same value"
is "$(vzlist -aHo description 101)" 'say "$HOME" \\ `x`' "and so do we"
run vzctl set 101 --nosuch 1; rc_is 20 "set with an unknown option: 20"
run vzctl set 101 --onboot maybe --save; rc_is 21 "set with a bad value: 21"

# locks
exec 8>/vz/lock/101.lck; flock 8
run vzctl stop 101; rc_is 9 "stop while locked: 9"
is "$err" "Container already locked" "stop while locked: message"
run vzctl exec 101 true; rc_is 9 "exec while locked: 9"
run vzctl status 101; rc_is 0 "status while locked"
flock -s 8
run vzctl exec 101 true; rc_is 0 "exec beside another exec"
exec 8>&-

# stop
run vzctl stop 101; rc_is 0 "stop"
is "$out" "Stopping container ...
Container was stopped
Container is unmounted" "stop: messages"
[ ! -d "/proc/$init" ]; ok "init is gone"
[ ! -e /sys/fs/cgroup/vz/101 ]; ok "the cgroup is gone"
[ ! -e /run/vz/101.pid ]; ok "the pid file is gone"
is "$(grep -c /vz/root /proc/mounts)" 0 "no mount is left on the host"
touch /var/tmp/Dump.101
run vzctl status 101; is "$out" "CTID 101 exist unmounted down suspended" "status with a dump file"
rm /var/tmp/Dump.101

# a reused pid is not the VE
sleep 100 & other=$!
echo "$other $start $boot" >/run/vz/101.pid
run vzctl status 101; is "$out" "CTID 101 exist unmounted down" "a reused pid is not the VE"
read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ ostart _ <"/proc/$other/stat"
echo "$other $ostart no-such-boot" >/run/vz/101.pid
run vzctl status 101; is "$out" "CTID 101 exist unmounted down" "nor is one of another boot"
kill $other

# inits
run vzctl start 101 --init '/bin/sleep 1000'; rc_is 0 "start --init"
is "$(vzctl exec 101 'tr "\0" " " </proc/1/cmdline')" "/bin/sleep 1000 " "it is process 1, no shell"
run timeout 5 vzctl stop 101; rc_is 0 "an init without handlers is stopped in time"
run vzctl start 101 --init 'sleep 1000'; rc_is 21 "init without a path: 21"
run vzctl start 101 --init /no/such/init; rc_is 47 "init that is missing: 47"
is "$err" "Unable to execute init /no/such/init in the container: No such file or directory" \
	"and it is named"
run vzctl status 101; is "$out" "CTID 101 exist unmounted down" "no VE is left of it"
[ ! -e /sys/fs/cgroup/vz/101 ]; ok "no cgroup either"
printf '#!/bin/sh\necho $$ $0 >/init.ran\nexec sleep 1000\n' >/vz/private/101/sbin/init
chmod +x /vz/private/101/sbin/init
run vzctl start 101; rc_is 0 "start with an /sbin/init"
is "$(vzctl exec 101 cat /init.ran)" "1 /sbin/init" "/sbin/init was run as process 1"
run vzctl restart 101 --fast; rc_is 0 "restart --fast"
run vzctl set 101 --init "/bin/echo \$\$ >/init.ran; exec sleep 1000" --save
rc_is 0 "set --init --save"
run vzctl restart 101 --fast; rc_is 0 "restart with it"
sleep 0.3
is "$(vzctl exec 101 'cat /init.ran /proc/1/comm' | xargs)" "1 sleep" "it is the init now, by way of a shell"
run vzctl stop 101 --fast; rc_is 0 "stop --fast"

# a VE without a userland
mkdir -p /vz/private/102
run vzctl create 102 --private /vz/private/102; rc_is 0 "create from an empty directory"
run vzctl start 102; rc_is 47 "start without init and shell: 47"
run vzctl destroy 102; rc_is 0 "destroy"
[ -d /vz/private/102 ]; ok "destroy leaves a directory alone that it did not make"
rmdir /vz/private/102/* /vz/private/102

# templates
mkdir -p /vz/template/cache /tmp/t/bin
cp /bin/busybox /tmp/t/bin; ldd /bin/busybox | grep -o '/[^ ]*' | while read -r lib; do
	install -D "$lib" "/tmp/t$lib"; done
ln -s busybox /tmp/t/bin/sh; ln -s busybox /tmp/t/bin/sleep
tar -C /tmp/t -cJf /vz/template/cache/mini.tar.xz .
run vzctl create 103 --ostemplate mini --hostname mini; rc_is 0 "create --ostemplate from a tarball"
like "$(cat /etc/vz/conf/103.conf)" 'OSTEMPLATE="mini"' "the template is recorded"
run vzctl start 103; rc_is 0 "start with busybox alone"
is "$(vzctl exec 103 'echo $$; hostname' 2>&1 | wc -l)" 2 "exec without bash"
run timeout 5 vzctl stop 103; rc_is 0 "busybox's shell ends on SIGTERM"
run vzctl destroy 103; rc_is 0 "destroy"
[ ! -e /vz/private/103 ] && [ ! -e /etc/vz/conf/103.conf ]; ok "nothing is left"
run vzctl create 103 --ostemplate /tmp/t; rc_is 0 "create --ostemplate from a directory"
cmp /tmp/t/bin/busybox /vz/private/103/bin/busybox; ok "it is a copy"
run vzctl destroy 103; rc_is 0 "destroy"
head -c 1000 /vz/template/cache/mini.tar.xz >/vz/template/cache/cut.tar.xz
run vzctl create 103 --ostemplate cut; rc_is 48 "create from a broken tarball: 48"
[ ! -e /vz/private/103 ] && [ ! -e /vz/private/103.tmp ] && [ ! -e /etc/vz/conf/103.conf ]
ok "nothing is left of it"

# not root
run setpriv --reuid 1000 --clear-groups vzctl start 101; rc_is 12 "not root: 12"
like "$err" "must be run as root" "not root: message"

rmve 101; ok "destroy"
[ ! -e $conf ]; ok "the configuration is gone"
tap_done
