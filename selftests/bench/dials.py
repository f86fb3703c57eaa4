# SPDX-License-Identifier: GPL-2.0
"""Calls that are dialled: pptpmuxd and the kernel's channels, or pptpd and its ptys.
Both with the same pppd on both sides, and pptp-linux as the client. It reads files and
waits, so the clock has to go on meanwhile as the host's does: scripts/vm --icount-wait.
"""

import contextlib
import os
import re
import subprocess
import time

import rig
import servers
from muxtest import wait_until
from servers import PASSWORD, PATIENCE, SECURE, SERVER, SHIPPED, all_resident, settled

CLIENTS, ROUNDS = 8, 3
TURNS, ALONE = 3, 5
USERS = 2000
# What is lost is said again soon
PPP = ["lcp-restart", "1", "chap-restart", "1", "ipcp-restart", "1", *servers.PPP]


def missing():
    """What is not installed, "" if nothing is missing"""
    return servers.missing({"pptpd": "pptpd", "pptp": "pptp-linux", "pppd": "ppp"})


# ---- servers ----

def pptpmuxd(directory, secure, *more):
    """All clients are one user"""
    return servers.pptpmuxd(directory, secure, 'single-session = "allow"', *more, ppp=PPP)


def pptpmuxd_cold(directory, secure):
    """The same, with a pppd that is started for each call"""
    return pptpmuxd(directory, secure, "warm-pppd = false")


def pptpd(directory, secure):
    return servers.pptpd(directory, secure, ppp=PPP)


SERVERS = {"pptp-mux": pptpmuxd, "pptpd": pptpd}
COSTS = {"pptp-mux": pptpmuxd, "started": pptpmuxd_cold, "pptpd": pptpd}


# ---- clients ----

class Client:
    """pppd and pptp-linux, in a namespace. Each pptp has its own /run/pptp: calls
    of another one to the same server would go through it."""

    def __init__(self, name, directory, secure):
        self.name = name
        self.log = os.path.join(directory, f"log-{name}")
        wanted = SECURE if secure else ["nomppe"]
        with open(self.log, "w", encoding="ascii") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", rig.NAMES[name], "sh", "-c",
                 'mkdir -p /run/pptp && mount -t tmpfs pptp /run/pptp && exec "$@"',
                 "sh", "pppd", "pty", f"pptp {SERVER} --nolaunchpppd --nohostroute",
                 "user", "alice", "password", PASSWORD, "noauth", "nodetach",
                 "mtu", "1400", "mru", "1400", *PPP, *wanted],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def said(self):
        with open(self.log, encoding="ascii", errors="replace") as log:
            return log.read()

    def address(self):
        """Of its end of the call, "" before it is up"""
        found = re.search(r"local +IP address (\S+)", self.said())
        return found[1] if found and "remote IP address" in self.said() else ""

    def hang_up(self):
        self.process.terminate()
        self.process.wait()


def no_call():
    """at the server"""
    return not rig.inside("near", "ip", "-o", "link", "show", "type", "ppp").strip()


@contextlib.contextmanager
def dialled(names, directory, secure):
    """Calls, all at once; yields the clients once all are up."""
    clients = [Client(name, directory, secure) for name in names]
    try:
        if not wait_until(lambda: all(client.address() for client in clients), PATIENCE):
            raise RuntimeError("a call did not come up: " + clients[-1].said())
        yield clients
    finally:
        for client in clients:
            client.hang_up()
        wait_until(no_call, PATIENCE)


def make_clients():
    names = []
    for i in range(1, CLIENTS + 1):
        name = f"c{i}"
        rig.NAMES[name] = f"bench{os.getpid()}-{name}"
        rig.run("ip", "netns", "add", rig.NAMES[name])
        rig.join("near", f"198.19.{i}.1/24", name, f"198.19.{i}.2/24")
        rig.ip(name, "route", "add", SERVER, "via", f"198.19.{i}.1")
        names.append(name)
    return names


class Dials:
    def __init__(self, results, directory):
        self.results = results
        self.directory = directory
        self.names = make_clients()
        self.ms = {path: [] for path in SERVERS}

    def rate(self, path, _group):
        """Calls a second, all clients at once"""
        seconds = []
        for _ in range(ROUNDS):
            begin = time.monotonic()
            with dialled(self.names, self.directory, True):
                seconds.append(time.monotonic() - begin)
        self.results.add("dial", path=path, clients=CLIENTS,
                         per_second=round(CLIENTS / sorted(seconds)[ROUNDS // 2], 2))

    def cost(self, path, group, what):
        """What the server needs for a call, up and down: itself, its processes and scripts"""
        up = down = 0
        for _ in range(ROUNDS):
            begin = group.microseconds()
            with dialled(self.names, self.directory, True):
                settled(group)
                there = group.microseconds()
            settled(group)
            up += there - begin
            down += group.microseconds() - there
        self.results.add("dial-cost", path=path, what=what,
                         up_us=round(up / ROUNDS / CLIENTS),
                         down_us=round(down / ROUNDS / CLIENTS))

    def costs(self, what):
        for path, server in COSTS.items():
            self.results.say(f"calls that are dialled: {path}, what the server needs, {what}")
            with server(self.directory, True) as group:
                with dialled(self.names, self.directory, True):
                    pass
                self.cost(path, group, what)

    def alone(self, path, _group):
        for _ in range(ALONE):
            begin = time.monotonic()
            with dialled(self.names[:1], self.directory, True):
                self.ms[path].append(round(1000 * (time.monotonic() - begin)))

    def show_alone(self):
        """All of them: one packet of PPP's that gets lost is a second more"""
        for path, ms in self.ms.items():
            ms.sort()
            self.results.add("dial", path=path, clients=1, ms=ms[len(ms) // 2], runs=ms)

    def memory(self, path, group):
        """Of user space, for one call; and pppd's part of it"""
        idle = sum(share for _, _, share in all_resident(group))
        with dialled(self.names, self.directory, True):
            found = all_resident(group)
        share = sum(share for _, _, share in found) - idle
        pppd = sorted(octets for name, octets, _ in found if name == "pppd")
        self.results.add("memory", path=path, what="processes",
                         octets=round(share / CLIENTS), pppd=pppd[len(pppd) // 2],
                         processes=round((len(found) - 1) / CLIENTS, 1))

    def together(self, path, group):
        self.rate(path, group)
        self.memory(path, group)

    def each(self, measure):
        for path, server in SERVERS.items():
            self.results.say(f"calls that are dialled: {path}, {measure.__name__}")
            with server(self.directory, True) as group:
                with dialled(self.names, self.directory, True):
                    pass  # from now on programs are in memory
                measure(path, group)

    def all(self):
        # In turns, as the host may have more to do for a while
        for _ in range(TURNS):
            self.each(self.alone)
        self.show_alone()
        self.each(self.together)
        self.costs("bare")
        with as_shipped():
            self.costs("shipped")


@contextlib.contextmanager
def as_shipped():
    """Debian's scripts, and a few thousand users, of whom the one that calls is in the
    middle"""
    others = [f"user{i} * {PASSWORD}{i} *" for i in range(USERS)]
    others.insert(USERS // 2, f"alice * {PASSWORD} *")
    secrets = "/etc/ppp/chap-secrets"
    with open(secrets, encoding="ascii") as file:
        before = file.read()
    servers.write("/etc/ppp", "chap-secrets", *others)
    for name in os.listdir(SHIPPED):
        rig.run("cp", "-a", f"{SHIPPED}/{name}", "/etc/ppp/")
    try:
        yield
    finally:
        servers.write("/etc/ppp", "chap-secrets", *before.splitlines())
        for name in os.listdir(SHIPPED):
            rig.run("rm", "-r", f"/etc/ppp/{name}")


@contextlib.contextmanager
def pptpd_call():
    """A tunnel, as rig.py has others: yields the address that leads through it"""
    with servers.configured() as directory, pptpd(directory, False), \
            dialled(["far"], directory, False) as (client,):
        # A burst is to wait there, and not to be dropped
        rig.ip("near", "link", "set", "ppp0", "txqueuelen", "1000")
        yield client.address()


def dials(results):
    if missing():
        results.say(f"no calls are dialled: install {missing()}")
        return
    with servers.configured() as directory:
        Dials(results, directory).all()
