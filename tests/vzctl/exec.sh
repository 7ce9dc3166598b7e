#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# exec, exec2, enter, runscript.
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/lib/mkve.sh
. "$here/../lib/mkve.sh"

mkve 101 && vzctl --quiet start 101; ok "start"
read -r init _ </run/vz/101.pid

run vzctl exec 101 echo a '$((1+2))' '; echo b'; is "$out" "a 3
b" "words are joined for a shell"
run vzctl exec 101 exit 7; rc_is 7 "exit status"
run vzctl exec2 101 exit 7; rc_is 7 "exit status of exec2"
run vzctl exec 101 'kill -9 $$'; rc_is 137 "killed: 128 + signal"
run vzctl exec 101 nosuchcommand; rc_is 127 "not found: 127"
run vzctl exec 101; rc_is 20 "no command: 20"
run vzctl exec 101 'echo out; echo err >&2'; is "$out/$err" "out/err" "two streams"
is "$(echo hello | vzctl exec 101 cat)" hello "standard input and its end"
is "$(printf 'echo $((40+2))\nexit 3\n' | vzctl exec 101 -; echo $?)" "42
3" "exec - reads a script"
head -c 3000000 /dev/urandom >/tmp/blob
vzctl exec 101 cat </tmp/blob | cmp - /tmp/blob; ok "3 MB through both pipes"
run timeout 10 sh -c 'vzctl exec 101 yes | head -n 1'; is "$out" y "a reader that goes away ends the command"
sleep 0.3
is "$(vzctl exec 101 'pgrep -x yes')" "" "and it is gone"
run timeout 10 vzctl exec 101 'sleep 1000 & echo started'
is "$rc/$out" "0/started" "a command left behind does not hold vzctl up"
pid=$(pgrep -f '^sleep 1000')
is "$(find "/proc/$pid/fd" -lname 'pipe:*' | wc -l)" 2 "it has pipes of its own, no file of the host"
is "$(awk '/^NSpid/ { print NF }' "/proc/$pid/status")" 3 "it is in the PID namespace"
for ns in pid mnt uts ipc net cgroup time; do
	is "$(readlink "/proc/$pid/ns/$ns")" "$(readlink "/proc/$init/ns/$ns")" "the VE's $ns namespace"
done
is "$(cat "/proc/$pid/cgroup")" 0::/vz/101 "the VE's cgroup"
is "$(stat -Lc %d:%i "/proc/$pid/root")" "$(stat -Lc %d:%i "/proc/$init/root")" "the VE's root"
kill "$pid"
is "$(vzctl exec 101 'echo $PATH $HOME $container $SECRET')" \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /root vz" "a clean environment"
is "$(vzctl exec 101 'umask; pwd; id -u; id -G; ls /proc/self/fd | wc -l')" "0022
/
0
0
4" "umask, directory, ids, descriptors"

# signals
vzctl exec 101 'trap "echo term; exit 5" TERM; echo ready; sleep 100 & wait' >/tmp/sig & vz=$!
for _ in $(seq 50); do grep -q ready /tmp/sig && break; sleep 0.1; done
kill -TERM $vz; wait $vz
is "$? $(xargs </tmp/sig)" "5 ready term" "SIGTERM is passed on"
vzctl exec 101 'exec sleep 777' & vz=$!
for _ in $(seq 50); do pgrep -f '^sleep 777' >/dev/null && break; sleep 0.1; done
kill -KILL $vz; wait $vz 2>/dev/null
pgrep -f '^sleep 777' >/dev/null; ok "SIGKILL of vzctl leaves the command to itself"
pkill -f '^sleep 777'
run timeout 10 vzctl exec 101 true; rc_is 0 "and hangs nothing"

# runscript
printf 'echo "in $(hostname)"\nexit 4\n' >/tmp/script
run vzctl runscript 101 /tmp/script; is "$rc/$out" "4/in ve101" "runscript"
run vzctl runscript 101 /tmp/nosuch; rc_is 3 "runscript without the file: 3"
like "$err" "/tmp/nosuch: No such file" "which is named"

# enter
is "$(echo 'echo "in $(hostname)"; exit 6' | vzctl enter 101; echo $?)" "in ve101
6" "enter with a script on standard input"
cat >/tmp/enter.py <<'PY'
import fcntl, os, pty, select, struct, sys, termios, time
pid, fd = pty.fork()
if not pid:
    os.execvp("vzctl", ["vzctl", "enter", "101"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
text = ""
def until(what, seconds=20):
    global text
    end = time.time() + seconds
    while what not in text:
        if time.time() > end:
            sys.exit("no %r in %r" % (what, text))
        if select.select([fd], [], [], 0.2)[0]:
            try:
                text += os.read(fd, 4096).decode(errors="replace")
            except OSError:
                break
    if what not in text:
        sys.exit("no %r in %r" % (what, text))
    text = text.split(what, 1)[1]
until("entered into CT 101")
os.write(fd, b"echo tty=$(tty) host=$(hostname)\n")
until("tty=/dev/pts/0 host=ve101")
os.write(fd, b"stty size; stat -c %t:%T:%g: /dev/pts/0\n")
until("33 99"); until("88:0:5:")
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 44, 111, 0, 0))
time.sleep(0.5)
os.write(fd, b"stty size\n")
until("44 111")
os.write(fd, b"sleep 100\n"); time.sleep(1)
os.write(fd, b"\x03"); time.sleep(0.5)
os.write(fd, b"echo status=$?\n")
until("status=130")
os.write(fd, b"exit 9\n")
until("exited from CT 101")
_, status = os.waitpid(pid, 0)
sys.exit(0 if os.waitstatus_to_exitcode(status) == 9 else "status %d" % status)
PY
run timeout 60 python3 /tmp/enter.py; rc_is 0 "enter on a terminal: tty, size, ^C, exit status"
run vzctl exec 101 'ls /dev/pts'; is "$out" ptmx "its terminal is gone"

# a login's session keyring is the host's
cat >/tmp/login.py <<'PY'
import ctypes, subprocess
libc = ctypes.CDLL(None)
def keyctl(*args):
    return libc.syscall(250, *args)			# x86-64
# join an anonymous one; its number, as keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING) has it
ours = keyctl(1, None)
theirs = subprocess.run(["vzctl", "exec", "101", "python3", "-c",
    "'import ctypes; print(ctypes.CDLL(None).syscall(250, 0, -3, 0))'"], capture_output=True, text=True)
print(ours > 0, int(theirs.stdout) not in (ours, -1), theirs.stderr)
PY
run timeout 60 python3 /tmp/login.py; is "$out" "True True " "a command does not get the session keyring of who calls vzctl"

# a VE that ends under a command
vzctl exec 101 'sleep 100' & vz=$!
sleep 1
vzctl --quiet stop 101 --fast; ok "stop with a command inside"
wait $vz; is $? 137 "the command was killed with the VE"
rmve 101; ok "destroy"
tap_done
