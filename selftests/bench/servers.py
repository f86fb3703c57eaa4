# SPDX-License-Identifier: GPL-2.0
"""The servers that calls are dialled to: pptpmuxd and the kernel's channels, or pptpd
and its ptys, both with the same pppd; and what they use.
"""

import contextlib
import ipaddress
import os
import re
import shutil
import subprocess
import tempfile

import rig
from muxtest import wait_until

SERVER, PASSWORD = rig.OUTER[0], "correct-horse"
PATIENCE = 120
CGROUP = "/sys/fs/cgroup"
# Debian's scripts for pppd, put aside while /etc/ppp is our own
SHIPPED = "/run/bench-ppp"
# Of pppd, of both servers and of the client
PPP = "noipv6 nobsdcomp nodeflate novj nodefaultroute".split()
SECURE = "refuse-pap refuse-chap refuse-mschap refuse-eap require-mppe-128".split()
PPTPMUXD = rig.BUILD + "/tools/pptpmuxd/pptpmuxd"
PLUGIN = rig.BUILD + "/tools/pppd-plugin/pptp_mux.so"
LOCAL, FIRST = "192.168.77.1", ipaddress.IPv4Address("192.168.64.10")


def missing(packages):
    """What of @packages is not installed, by a program of each; "" if nothing is"""
    for program, package in packages.items():
        if not shutil.which(program):
            return package
    return ""


def write(directory, name, *lines):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return path


# ---- what a process and its children use ----

class Group:
    """A control group: what its processes use, gone ones included"""

    def __init__(self, name):
        if not os.path.exists(CGROUP + "/cgroup.procs"):
            rig.run("mount", "-t", "cgroup2", "none", CGROUP)
        self.path = f"{CGROUP}/{name}"
        self.leader = 0
        os.makedirs(self.path, exist_ok=True)

    def enter(self):
        with open(self.path + "/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write(str(os.getpid()))

    def microseconds(self):
        with open(self.path + "/cpu.stat", encoding="ascii") as stat:
            return int(re.search(r"^usage_usec (\d+)", stat.read(), re.M)[1])

    def processes(self):
        with open(self.path + "/cgroup.procs", encoding="ascii") as procs:
            return [int(line) for line in procs]

    def interfaces(self):
        """Of PPP, how many there are where its first process is. No program is started,
        as that would take longer than to read of a thousand of them."""
        with open(f"/proc/{self.leader}/net/dev", encoding="ascii") as devices:
            return sum(line.lstrip().startswith("ppp") for line in devices)


def resident(pid):
    """Of a process: its name, octets in memory, and its share of those that are in no
    file; None if it has ended meanwhile. Files are shared with clients here."""
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
            name = comm.read().strip()
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            text = rollup.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (name, *(int(re.search(rf"^{field}: +(\d+)", text, re.M)[1]) * 1024
                    for field in ("Rss", "Pss_Anon")))


def all_resident(group):
    return list(filter(None, map(resident, group.processes())))


def settled(group):
    """Waits until no script runs any more: only servers, the pppd of calls, and pptpd's
    process for each."""
    def calm():
        return all(name in ("pptpmuxd", "pppd", "pppd-warm", "pptpd", "pptpctrl")
                   for name, _, _ in all_resident(group))

    wait_until(calm, PATIENCE)


# ---- servers ----

def start(group, name, *command):
    return subprocess.Popen(["ip", "netns", "exec", rig.NAMES[name], *command],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, preexec_fn=group.enter)


def listens():
    return rig.inside("near", "ss", "-Hltn", "sport = :1723").strip()


class Server:
    """A program, until it serves"""

    def __init__(self, group, command):
        self.group = group
        self.command = command
        self.process = start(group, "near", *command)

    def serves(self):
        """pptpd ends where its port is not free yet of the server before: once more, then"""
        if self.process.poll() is not None:
            self.process = start(self.group, "near", *self.command)
        return listens() and self.process.poll() is None

    def stop(self):
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def running(group, *command):
    server = Server(group, command)
    try:
        if not wait_until(server.serves):
            raise RuntimeError(f"{command[0]} does not listen")
        group.leader = server.process.pid
        yield group
    finally:
        server.stop()


@contextlib.contextmanager
def pptpmuxd(directory, secure, *more, calls=128, ppp=PPP):
    """With its module; @more are further lines of its configuration"""
    conf = write(directory, "pptpmuxd.conf", f'localip = "{LOCAL}"',
                 f'remoteip = {{ "{FIRST}-{FIRST + calls - 1}" }}', f"slots = {calls}",
                 f'plugin = "{PLUGIN}"', f'run-directory = "{directory}/run"',
                 f'options = {{ "{" ".join(ppp)}" }}', *more,
                 *(() if secure else ('authentication = "none"', 'encryption = "none"')))
    with rig.pptp_mux(), running(Group("pptpmuxd"), PPTPMUXD, "-f", conf) as group:
        yield group


def pptpd(directory, secure, calls=128, ppp=PPP):
    """Ranges of its addresses are of the last number."""
    wanted = ["require-mschap-v2"] + SECURE if secure else ["noauth", "nomppe"]
    options = write(directory, "pptpd-options", "name pptpd", *ppp, *wanted)
    last = str(FIRST + calls - 1).rpartition(".")[2]
    conf = write(directory, "pptpd.conf", f"localip {LOCAL}", f"remoteip {FIRST}-{last}",
                 f"connections {calls}", f"option {options}")
    return running(Group("pptpd"), "pptpd", "-f", "-c", conf, "-p", directory + "/pptpd.pid")


@contextlib.contextmanager
def configured():
    """A directory for what is written; meanwhile /etc/ppp is our own, and alice has a
    password."""
    for module in ("ppp_async", "ppp_mppe"):
        rig.run("modprobe", module)
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(directory + "/ppp")
        os.mkdir(SHIPPED)
        for name in filter(lambda name: name.startswith("ip"), os.listdir("/etc/ppp")):
            rig.run("cp", "-a", "/etc/ppp/" + name, SHIPPED)
        rig.run("mount", "--bind", directory + "/ppp", "/etc/ppp")
        os.chmod(write("/etc/ppp", "chap-secrets", f"alice * {PASSWORD} *"), 0o600)
        try:
            yield directory
        finally:
            rig.run("umount", "/etc/ppp")
            shutil.rmtree(SHIPPED)
