# SPDX-License-Identifier: GPL-2.0
"""Dial-ins by the thousand: what they cost pptpmuxd, and pptpd, whose calls are fewer, as
each has two processes of a megabyte. The clients are one process, which leaves most of the
processor to the server (load.py). As for dials.py, the clock goes on while somebody waits.
"""

import time

import servers
from load import Load, addresses, secrets
from muxtest import wait_until

# Calls of each, and with --quick
SIZES = {"pptp-mux": (1000, 100), "pptpd": (200, 50)}
AT_ONCE = 100
# Programs and what they read are in memory from then on
FIRST = 10
IDLE = 60
# Seconds that a client waits: of one that is patient, and where more dial than get in
PATIENT, IMPATIENT = 120, 10
OVERLOAD = 5
# Of those who were refused, until all are in
REDIAL = 240


NEEDS = {"pptp-mux": {"pppd": "ppp"}, "pptpd": {"pptpd": "pptpd", "pppd": "ppp"}}
SERVERS = {"pptp-mux": servers.pptpmuxd, "pptpd": servers.pptpd}


def available():
    """Octets of memory that nobody has"""
    with open("/proc/meminfo", encoding="ascii") as info:
        found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in info}
    return found["MemAvailable"]


def users(group):
    """Octets of the server's processes that are in no file, each shared one once"""
    return sum(share for _, _, share in servers.all_resident(group))


def answered(answer):
    """Of a dial: what is reported of it"""
    ms = answer.get("latency-ms", {})
    return {"began": answer["begun"], "up": answer["good"],
            "per_second": round(answer["per-1000-s"] / 1000, 2),
            "failed": answer.get("failed", {}), **ms}


class Scale:
    def __init__(self, results, path, clients, group, load):
        self.results = results
        self.path = path
        self.clients = clients
        self.group = group
        self.load = load
        self.rate = 0

    def add(self, what, **found):
        self.results.add("scale", path=self.path, what=what, calls=self.clients, **found)

    def of_each(self, since, count):
        """Microseconds of the server's for each of so many calls"""
        return round((self.group.microseconds() - since) / count)

    def all_gone(self):
        return not self.group.interfaces()

    def warm_up(self):
        self.load.tell("dial", count=FIRST, seconds=PATIENT)
        self.load.tell("hang-up", seconds=PATIENT)
        if not wait_until(self.all_gone, PATIENT):
            raise RuntimeError(f"{self.path}: calls of {FIRST} clients do not end")

    def dial(self):
        """All of them, and what each costs in time and memory"""
        memory, anonymous, since = available(), users(self.group), self.group.microseconds()
        load = self.load.resident()
        answer = self.load.tell("dial", at_once=AT_ONCE, seconds=PATIENT)
        up = answer["good"]
        if not up:
            raise RuntimeError(f"{self.path}: nobody gets in: {answer['failed']}")
        self.rate = answer["per-1000-s"] / 1000
        self.add("dial", at_once=AT_ONCE, up_us=self.of_each(since, up), **answered(answer))
        anonymous = users(self.group) - anonymous
        grown = self.load.resident() - load
        self.add("memory", processes=round(anonymous / up),
                 kernel=round((memory - available() - anonymous - grown) / up))

    def stay(self):
        since = self.group.microseconds()
        answer = self.load.tell("hold", seconds=IDLE)
        self.add("idle", alive=answer["alive"],
                 us_per_second=round((self.group.microseconds() - since) / IDLE))

    def redial(self):
        """The power fails, and is back: all dial at once, while the server still has the
        calls that were theirs. Who is refused dials again."""
        self.load.tell("forget")
        begin, rounds, failed = time.monotonic(), 0, {}
        while True:
            answer = self.load.tell("dial", at_once=AT_ONCE, seconds=PATIENT)
            rounds += 1
            for cause, count in answer.get("failed", {}).items():
                failed[cause] = failed.get(cause, 0) + count
            took = time.monotonic() - begin
            if answer["alive"] == self.clients or took > REDIAL:
                break
        self.add("redial", up=answer["alive"], ms=round(1000 * took), rounds=rounds,
                 failed=failed)

    def hang_up(self):
        """All at once"""
        since, begin = self.group.microseconds(), time.monotonic()
        answer = self.load.tell("hang-up", seconds=PATIENT)
        gone = wait_until(self.all_gone, PATIENT)
        self.add("hang-up", answered=answer["good"], down_us=self.of_each(since, answer["begun"]),
                 gone=bool(gone), ms=round(1000 * (time.monotonic() - begin)))

    def overload(self):
        """Clients come that many times as fast as they get in, and do not wait long."""
        rate = max(1, round(OVERLOAD * self.rate))
        answer = self.load.tell("dial", rate=rate, seconds=IMPATIENT)
        self.add("overload", offered=rate, seconds=IMPATIENT, **answered(answer))
        self.load.tell("hang-up", seconds=PATIENT)
        wait_until(self.all_gone, PATIENT)

    def all(self):
        for measure in (self.warm_up, self.dial, self.stay, self.redial, self.hang_up,
                        self.overload):
            self.results.say(f"dial-ins at scale: {self.path}, {self.clients} calls, "
                             f"{measure.__name__}")
            measure()


def scale_of(results, path, clients, directory):
    servers.write("/etc/ppp", "chap-secrets", *secrets(clients))
    with SERVERS[path](directory, True, calls=clients) as group, Load(clients) as load:
        Scale(results, path, clients, group, load).all()


def scale(results, quick):
    with servers.configured() as directory, addresses():
        for path, needs in NEEDS.items():
            lacks = servers.missing(needs)
            if lacks:
                results.say(f"nothing is measured at scale of {path}: install {lacks}")
            else:
                scale_of(results, path, SIZES[path][quick], directory)
