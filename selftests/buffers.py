#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Buffers: accounts, back-pressure, and what becomes of frames (TAP).

Usage: buffers.py PART NAMESPACE NAMESPACE
       PART: flood, share, deaths, stamps, stuck, faults

The namespaces, "a" and "b" here, are joined by a veth pair: to-b is in a, with
192.0.2.1; to-a is in b, with 192.0.2.2. Calls are sockets and PPP units of this
program, at both ends, without pppd. buffers.sh sees to that. "flood" prints what
it measures instead of judging it, since it runs on the kernel's pptp.ko too.

FLOOD=SECONDS: how long to flood (10); FAULTS=SECONDS: how long to inject (15)
"""

import contextlib
import json
import os
import select
import signal
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

from muxtest import done, enter, equal, point, skip, wait_until
from netlink_hostile import Genl
from pppox_call import Call

CTL = os.environ.get("CTL", "pptpmuxctl")
FLOOD = float(os.environ.get("FLOOD", 10))
FAULTS = float(os.environ.get("FAULTS", 15))
FAILSLAB = "/sys/kernel/debug/failslab"
FAIL_PAGES = "/sys/kernel/debug/fail_page_alloc"
ECHO_PORT = 7
ECHOES = 6
TABLE_TX_BYTES = 27
PATIENCE = 30
SO_BINDTODEVICE, SO_SNDBUFFORCE, SO_TIMESTAMPING = 25, 32, 37
# By software, when it is sent; without the packet itself
TIME_STAMPS = 0x2 | 0x10 | 0x800
DATA = bytes(1300)
LCP_ECHO_REQUEST = b"\xc0\x21\x09%c\x00\x08\x00\x00\x00\x00"
ECHO_REPLY = 10

NS = {}


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def ip(where, *arguments):
    run("ip", "-n", NS[where], *arguments)


def ip_each(where, lines):
    """Many changes by one process."""
    subprocess.run(["ip", "-n", NS[where], "-batch", "-"], check=True, text=True,
                   stdout=subprocess.DEVNULL, input="\n".join(lines) + "\n")


def tc(*arguments):
    run("tc", "-n", NS["a"], *arguments)


def go(where):
    enter("/run/netns/" + NS[where])


def ctl(*arguments, where="a"):
    done_ = subprocess.run(["ip", "netns", "exec", NS[where], CTL, "--json",
                            *arguments], check=True, stdout=subprocess.PIPE)
    return json.loads(done_.stdout) if done_.stdout else None


# ---- tunnels ----

class End:
    """One end of a tunnel: a call, its unit, and the unit's address."""

    def __init__(self, where, local, index):
        self.where = where
        go(where)
        self.call = Call().bind(local)
        self.call_id = self.call.name()[1]
        self.address = "198.18.%d.%d" % (index, 1 if where == "a" else 2)

    def connect(self, peer, peer_id):
        go(self.where)
        self.call.connect(peer, peer_id)
        self.unit = self.call.attach()
        return self

    def bring_up(self, peer_address):
        """What ip is to do with the interface."""
        return ("addr add %s peer %s dev %s" % (self.address, peer_address, self.unit),
                "link set %s up mtu 1400" % self.unit)

    @property
    def channel(self):
        return self.call.unit_fds[0]

    def udp(self, port=0):
        go(self.where)
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, self.unit.encode())
        sock.bind((self.address, port))
        return sock


class Tunnel:
    """Two ends, and threads at the far one that send echoes back."""

    def __init__(self, index=1, ends=("192.0.2.1", "192.0.2.2")):
        self.near = End("a", ends[0], index)
        self.far = End("b", ends[1], index)
        self.near.connect(ends[1], self.far.call_id)
        self.far.connect(ends[0], self.near.call_id)
        ip_each("a", self.near.bring_up(self.far.address))
        ip_each("b", self.far.bring_up(self.near.address))
        self.socket = self.near.udp()
        self.echoes = self.far.udp(ECHO_PORT)
        for sock in (self.socket, self.echoes):
            sock.setblocking(False)  # what is held back is lost, not waited for
        self.ending = False
        self.threads = [threading.Thread(target=target)
                        for target in (self.reflect_data, self.reflect_lcp)]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def readable(self, fd):
        while not self.ending:
            if select.select([fd], [], [], 0.2)[0]:
                return True
        return False

    def reflect_data(self):
        while self.readable(self.echoes):
            with contextlib.suppress(OSError, MemoryError):
                data, who = self.echoes.recvfrom(2048)
                if data[:4] == b"echo":
                    self.echoes.sendto(data, who)

    def reflect_lcp(self):
        while self.readable(self.far.channel):
            with contextlib.suppress(OSError, MemoryError):
                frame = bytearray(os.read(self.far.channel, 2048))
                if frame[:3] == LCP_ECHO_REQUEST[:3]:
                    frame[2] = ECHO_REPLY
                    os.write(self.far.channel, bytes(frame))

    def send(self, data=DATA):
        with contextlib.suppress(OSError):
            self.socket.sendto(data, (self.far.address, 9))

    def ping(self, number, seconds=PATIENCE):
        """Milliseconds that a datagram takes there and back; None: lost."""
        data = b"echo" + struct.pack("=I", number)
        begin = time.monotonic()
        with contextlib.suppress(OSError):
            self.socket.sendto(data, (self.far.address, ECHO_PORT))
        while select.select([self.socket], [], [],
                            max(0, begin + seconds - time.monotonic()))[0]:
            with contextlib.suppress(OSError):
                if self.socket.recv(2048) == data:
                    return (time.monotonic() - begin) * 1000
        return None

    def lcp_echo(self, number, seconds=PATIENCE):
        frame = LCP_ECHO_REQUEST % (number & 0xff)
        begin = time.monotonic()
        os.write(self.near.channel, frame)
        while select.select([self.near.channel], [], [],
                            max(0, begin + seconds - time.monotonic()))[0]:
            reply = os.read(self.near.channel, 2048)
            if reply[2] == ECHO_REPLY and reply[3] == frame[3]:
                return (time.monotonic() - begin) * 1000
        return None

    def passes(self):
        """Carries traffic, by and by."""
        number = iter(range(1 << 20))
        return wait_until(lambda: self.ping(next(number), 0.5) is not None)

    def close(self):
        self.ending = True
        for thread in self.threads:
            thread.join()
        self.socket.close()
        self.echoes.close()
        self.near.call.close()
        self.far.call.close()


# ---- accounts ----

def calls(where="a"):
    return {call["id"]: call for call in ctl("calls", "-s", where=where)["calls"]}


def account(tunnel):
    return calls()[tunnel.near.call_id]["tx"]


def ledger(call):
    """What is missing between accepted and what became of it, in frames."""
    stats = call["stats"]
    drops = sum(value for name, value in stats.items()
                if name.startswith("tx_drop_"))
    return call["tx"]["accepted"] - stats["tx_packets"] - drops


def is_settled(call):
    """Nothing is on its way, and all frames are accounted for. A look at a call while it
    sends may come between a frame's two counters."""
    return call["tx"]["frames"] == 0 and ledger(call) == 0


def is_empty(tunnel):
    tx = account(tunnel)
    return tx["frames"] == tx["bytes"] == 0


def point_ledger(tunnel, name):
    """All frames are accounted for, once nothing is on its way any more."""
    wait_until(lambda: is_empty(tunnel))
    call = calls()[tunnel.near.call_id]
    point(is_empty(tunnel) and ledger(call) == 0,
          name + ": the ledger is balanced", call)


def table_is_clear():
    table = ctl("table")
    drops = sum(value for name, value in table["stats"].items()
                if name.startswith("tx_drop_"))
    return (table["tx_frames_on_way"] == table["tx_bytes_on_way"] == 0 and
            table["tx_borrowed"] == table["rx_borrowed"] == 0 and
            table["rx_bytes_held"] == 0 and
            table["tx_accepted"] == table["stats"]["tx_packets"] + drops)


def point_table():
    point(wait_until(table_is_clear),
          "of all calls: nothing on its way, all frames accounted for",
          ctl("table"))


def fill(tunnel):
    """Sends until the account is full; nothing may get away meanwhile. The account
    is smaller than what a path is given before it is known."""
    def full():
        tunnel.send()
        return account(tunnel)["over"] > 0
    return wait_until(full)


# ---- flood ----

def flooding(tunnel, bits_per_second):
    """A process that sends at this rate until it is ended."""
    pid = os.fork()
    if pid:
        return pid
    # As if it came from many: one socket alone would be held back by its own buffer
    tunnel.socket.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 26)
    gap = 8 * len(DATA) / bits_per_second
    due = time.monotonic()
    while True:
        with contextlib.suppress(MemoryError):
            tunnel.send()
            due += gap
            time.sleep(max(0, due - time.monotonic()))


def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def measure(method, seconds):
    """(sent, lost, median in ms) of echoes, one after the other: of so many seconds,
    and of a few at least, however slow the host is."""
    took = []
    finish = time.monotonic() + seconds
    while time.monotonic() < finish or len(took) < ECHOES:
        took.append(method(len(took), 5))
        time.sleep(0.1)
    back = [ms for ms in took if ms is not None]
    return {"sent": len(took), "lost": len(took) - len(back),
            "median_ms": round(statistics.median(back), 1) if back else None,
            "most_ms": round(max(back), 1) if back else None}


def flood(_):
    """A floods a slow path; B's echoes and pings go the same way."""
    with Tunnel(1) as first, Tunnel(2) as second:
        quiet = measure(second.ping, 1)
        tc("qdisc", "add", "dev", "to-b", "root", "tbf", "rate", "1mbit",
           "burst", "3000", "limit", "200000")
        pid = flooding(first, 50e6)
        try:
            time.sleep(1)  # until the flood is one, for those who let it pass
            result = {"quiet": quiet, "lcp": measure(second.lcp_echo, FLOOD / 2),
                      "data": measure(second.ping, FLOOD / 2)}
        finally:
            end(pid)
            tc("qdisc", "del", "dev", "to-b", "root")
    print(json.dumps(result))
    return 0


# ---- share ----

# As many as a table has slots; fewer where all is slow (SENDERS=)
SENDERS = int(os.environ.get("SENDERS", 128))
SHARE, LIMIT, POOL = 4096, 65536, 262144
FRAME = 2304  # what a full one takes up


def jain(values):
    return sum(values) ** 2 / (len(values) * sum(v * v for v in values))


class Senders:
    """Many calls that all send as much as they can; nobody is at the far end."""

    def __init__(self, count):
        ends = [End("a", "192.0.2.1", index).connect("192.0.2.2", 1000 + index)
                for index in range(count)]
        ip_each("a", (line for index, one in enumerate(ends)
                      for line in one.bring_up("198.18.%d.2" % index)))
        self.ends = [(one, one.udp()) for one in ends]

    def send_each(self):
        for one, sock in self.ends:
            with contextlib.suppress(OSError):
                sock.sendto(DATA, (one.address[:-1] + "2", 9))

    def close(self):
        for one, sock in self.ends:
            sock.close()
            one.call.close()


def share(_):
    """Calls flood at once: bounded in all, and fair to each."""
    run("ip", "netns", "exec", NS["a"], CTL, "set", "table", "tx-share", str(SHARE),
        "tx-limit", str(LIMIT), "tx-pool", str(POOL))
    # A frame always fits when there is none
    bound = SENDERS * max(SHARE, FRAME) + POOL + os.cpu_count() * FRAME
    senders = Senders(SENDERS)
    go("a")
    genl = Genl()
    # slower than the senders are, whatever the kernel
    tc("qdisc", "add", "dev", "to-b", "root", "tbf", "rate",
       "2mbit" if os.path.isdir(FAILSLAB) else "5mbit", "burst", "20000", "limit",
       "8000000")
    most = 0
    rounds = 0
    finish = time.monotonic() + FLOOD
    while time.monotonic() < finish or rounds < 40:
        senders.send_each()
        rounds += 1
        most = max(most, genl.table()[TABLE_TX_BYTES])
    found = list(calls().values())
    sent = [call["stats"]["tx_packets"] - call["tx"]["frames"] for call in found]
    high = [call["tx"]["high"] for call in found]
    stops = sum(call["tx"]["stops"] for call in found)
    tc("qdisc", "del", "dev", "to-b", "root")
    print("# %d calls: %d to %d frames got away each; Jain's index %.3f" %
          (len(found), min(sent), max(sent), jain(sent)))
    print("# at most %d bytes on their way, of %d; %d stops" % (most, bound, stops))
    equal(len(found), SENDERS, "so many calls")
    point(stops > SENDERS, "all are held back", stops)
    point(0 < most <= bound, "what is on its way stays in its bound", (most, bound))
    point(jain(sent) >= 0.95, "equal senders get the same", sent)
    point(min(high) >= SHARE, "each has its share", min(high))
    point(wait_until(lambda: all(is_settled(call) for call in calls().values())),
          "their ledgers are balanced, once nothing is on its way",
          [call for call in calls().values() if not is_settled(call)])
    senders.close()
    point_table()
    return done()


# ---- deaths ----

def frozen(limit="10000000"):
    """Packets go into to-b's qdisc, and stay there, but for the first. (A delay by
    netem would not do: it lets go of a packet's socket, and so of its account.)"""
    tc("qdisc", "replace", "dev", "to-b", "root", "tbf", "rate", "64bit", "burst",
       "1600", "limit", limit)


def thawed():
    tc("qdisc", "del", "dev", "to-b", "root")


def death_qdisc_deleted(tunnel):
    frozen()
    point(fill(tunnel), "the account is full")
    thawed()


def death_device_down(tunnel):
    frozen()
    point(fill(tunnel), "the account is full")
    ip("a", "link", "set", "to-b", "down")
    for _ in range(20):
        tunnel.send()
    stats = calls()[tunnel.near.call_id]["stats"]
    point(stats["tx_drop_no_route"] + stats["tx_drop_below"] > 0,
          "what is sent without a device is dropped by name", stats)
    thawed()
    ip("a", "link", "set", "to-b", "up")
    ip("a", "neigh", "replace", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev",
       "to-b", "nud", "permanent")


def death_no_route(tunnel):
    frozen()
    point(fill(tunnel), "the account is full")
    ip("a", "route", "del", "192.0.2.0/24", "dev", "to-b")
    thawed()

    def named():
        tunnel.send()
        return calls()[tunnel.near.call_id]["stats"]["tx_drop_no_route"]
    point(wait_until(named), "what is sent without a route is dropped by name")
    ip("a", "route", "add", "192.0.2.0/24", "dev", "to-b", "src", "192.0.2.1")


def death_queue_full(tunnel):
    """PPP's own frames go beyond a full account, and die within transmit."""
    frozen("1600")
    for number in range(400):
        os.write(tunnel.near.channel, LCP_ECHO_REQUEST % (number & 0xff))
        tunnel.send()
    stats = calls()[tunnel.near.call_id]["stats"]
    point(stats["tx_drop_below"] > 100, "what dies in transmit is counted", stats)
    thawed()


def death_filtered(tunnel):
    """All that is sent dies within transmit, from two processes at once."""
    tc("qdisc", "add", "dev", "to-b", "clsact")
    tc("filter", "add", "dev", "to-b", "egress", "u32", "match",
       "u32", "0", "0", "action", "drop")
    pids = [flooding(tunnel, 1e9) for _ in range(2)]
    point(wait_until(lambda: calls()[tunnel.near.call_id]["stats"]
                     ["tx_drop_below"] > 2000), "thousands die in transmit")
    for pid in pids:
        end(pid)
    tc("qdisc", "del", "dev", "to-b", "clsact")


def death_of_fragments(tunnel):
    """Frames are freed when they are fragmented; what is left of them counts."""
    ip("a", "link", "set", "to-b", "mtu", "600")
    frozen()
    before = account(tunnel)["accepted"]
    for _ in range(100):
        tunnel.send()
    taken = account(tunnel)["accepted"] - before
    point(0 < taken < 20, "fragments that stay hold the call back", taken)
    thawed()
    ip("a", "link", "set", "to-b", "mtu", "1500")


DEATHS = {
    "frames are fragmented": death_of_fragments,
    "the queue is deleted": death_qdisc_deleted,
    "the device goes down": death_device_down,
    "the route goes": death_no_route,
    "the queue is full": death_queue_full,
    "a filter drops": death_filtered,
}


def deaths(_):
    """Every way for a frame to die below, with the account full."""
    run("ip", "netns", "exec", NS["a"], CTL, "set", "table", "tx-share", "4K",
        "tx-limit", "4K")
    for name, death in DEATHS.items():
        print("#", name)
        with Tunnel() as tunnel:
            death(tunnel)
            point(tunnel.passes(), name + ": the call carries traffic again")
            point_ledger(tunnel, name)
    print("# the device is deleted")
    with Tunnel() as tunnel:
        frozen()
        point(fill(tunnel), "the account is full")
        ip("a", "link", "del", "to-b")
        point_ledger(tunnel, "the device is deleted")
    point_table()
    return done()


# ---- time stamps ----

def stamp_comes(sock):
    """Whether there is one that says when a packet was sent."""
    with contextlib.suppress(BlockingIOError):
        for level, kind, _ in sock.recvmsg(0, 256, socket.MSG_ERRQUEUE)[1]:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPING):
                return True
    return False


def stamps(_):
    """A frame has the call's socket below, and its time stamp is its sender's."""
    with Tunnel() as tunnel:
        tunnel.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, TIME_STAMPS)
        tunnel.socket.setblocking(False)
        missing = 0
        for _ in range(20):
            tunnel.send()
            missing += not wait_until(lambda: stamp_comes(tunnel.socket))
        equal(missing, 0, "each datagram has its time stamp")
        tunnel.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, 0)
        point_ledger(tunnel, "time stamps")
    point_table()
    return done()


# ---- stuck ----

def stalls():
    return [event for event in EVENTS if event["type"] == "tx-stall"]


EVENTS = []


@contextlib.contextmanager
def following():
    """Events of a go into EVENTS."""
    process = subprocess.Popen(["ip", "netns", "exec", NS["a"], CTL, "--json",
                                "events"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    process.stderr.readline()
    reader = threading.Thread(target=lambda: EVENTS.extend(
        json.loads(line) for line in iter(process.stdout.readline, "")))
    reader.start()
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        reader.join()


def stuck(_):
    """A qdisc that never lets go: reported, written off, and counted back."""
    run("ip", "netns", "exec", NS["a"], CTL, "set", "table", "tx-share", "4K",
        "tx-limit", "4K")
    with following(), Tunnel() as tunnel:
        frozen()
        point(fill(tunnel), "the account is full")
        held = account(tunnel)["frames"]
        over = wait_until(lambda: [event for event in EVENTS
                                   if event["type"] == "tx-over"])
        point(over and over[0]["event"] == 20073, "an event says so", EVENTS)
        if point(wait_until(stalls), "the watchdog reports a stall", EVENTS):
            event = stalls()[0]
            equal(event["below"], "to-b", "with the device that it waits for")
            point(event["call"]["tx"]["written_off"] > 0, "it is written off", event)

        def goes_on():
            tunnel.send()
            return account(tunnel)["frames"] > held
        point(wait_until(goes_on), "the call goes on meanwhile")
        tx = account(tunnel)
        point(tx["bytes"] <= 2 * (tx["limit"] + 32768),
              "with twice its limit on its way at most", tx)
        thawed()
        point(tunnel.passes(), "it carries traffic when that is released")
        point_ledger(tunnel, "stuck")
        equal(account(tunnel)["written_off"], 0, "what was written off is back")
        overs = [event for event in EVENTS if event["type"] == "tx-over"]
        gaps = [(after["time_ns"] - before["time_ns"]) / 1e9
                for before, after in zip(overs, overs[1:])]
        point(not gaps or min(gaps) > 0.9, "one event a second at most", gaps)
    point_table()
    return done()


# ---- faults ----

def set_faults(**values):
    for where in (FAILSLAB, FAIL_PAGES):
        for name, value in values.items():
            with open(f"{where}/{name.replace('_', '-')}", "w",
                      encoding="ascii") as file:
                file.write(str(value))


# Ends the injection when its standard input ends, however this program does
GUARD = """read -r _
until echo 0 >"$1/probability" && echo 0 >"$2/probability"; do :; done"""


@contextlib.contextmanager
def injection(percent):
    """In this program and its flooding processes: others would die of it."""
    guard = subprocess.Popen(["sh", "-c", GUARD, "guard", FAILSLAB, FAIL_PAGES],
                             stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        set_faults(probability=percent)
        yield
    finally:
        guard.stdin.close()
        guard.wait()


@contextlib.contextmanager
def may_fail():
    """What this process allocates, and those that it forks meanwhile."""
    with open("/proc/self/make-it-fail", "r+b", buffering=0) as file:
        file.write(b"1")
        try:
            yield
        finally:
            file.write(b"0")


def dial_and_hang_up():
    """Takes a call and drops it; True if there was memory for it."""
    try:
        with Call() as call:
            call.bind("192.0.2.1").connect("192.0.2.2", 7)
        return True
    except (OSError, MemoryError):
        return False


def faults(_):
    """Without memory, frames are lost and claims fail; calls that are up stay."""
    if not os.path.isdir(FAILSLAB):
        skip("fault injection", "this kernel has none")
        return done()
    dialled = refused = 0
    set_faults(times=-1, verbose=0, task_filter="Y", ignore_gfp_wait="N")
    with Tunnel(1) as first, Tunnel(2) as second:
        with may_fail():
            pids = [flooding(tunnel, 4e6) for tunnel in (first, second)]
        for percent in (1, 5, 20):
            go("a")
            finish = time.monotonic() + FAULTS / 3
            with injection(percent), may_fail():
                while time.monotonic() < finish:
                    if dial_and_hang_up():
                        dialled += 1
                    else:
                        refused += 1
        for pid in pids:
            end(pid)
        print("# %d calls came and went, %d were refused" % (dialled, refused))
        point(dialled and refused, "some find memory, and some do not")
        for number, tunnel in enumerate((first, second), 1):
            point(tunnel.passes(), "call %d is up and carries traffic" % number)
            point_ledger(tunnel, "call %d" % number)
    point_table()
    return done()


PARTS = {"flood": flood, "share": share, "deaths": deaths, "stamps": stamps,
         "stuck": stuck, "faults": faults}


def main():
    NS["a"], NS["b"] = sys.argv[2:4]
    return PARTS[sys.argv[1]](None)


if __name__ == "__main__":
    sys.exit(main())
