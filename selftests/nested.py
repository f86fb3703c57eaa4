#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Calls within calls, and calls that lead into themselves (TAP).

Usage: nested.py PART NAMESPACE NAMESPACE
       PART: deep, changes, cycles, encrypted

The namespaces are those of buffers.py. Frames of a call's own (LCP, written to its
channel) and datagrams come from processes of their own, each on a processor of its
own as far as there are that many: what takes locks in two orders needs two.

NESTED=SECONDS: how long each is flooded (2)
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

from buffers import (EVENTS, NS, Tunnel, calls, following, ip, ip_each,
                     is_empty, point_ledger, point_table, run, tc)
from mppe_tunnel import Unit, encrypt
from muxtest import done, point, skip, wait_until

NESTED = float(os.environ.get("NESTED", 2))
QUEUES = ("qdisc", "noqueue")
DATAGRAMS = 100
LCP_DISCARD_REQUEST = b"\xc0\x21\x0b\x01\x00\x08\x00\x00\x00\x00"


def queue(tunnels, kind):
    for tunnel in tunnels:
        tc("qdisc", "replace", "dev", tunnel.near.unit, "root",
           "noqueue" if kind == "noqueue" else "pfifo")


def loops(tunnel):
    return calls()[tunnel.near.call_id]["stats"]["tx_drop_loop"]


# ---- floods ----

class Flood:
    """Processes that send datagrams into the interfaces of calls, and, unless @data,
    write frames to the calls too, as fast as they can, until they are ended."""

    def __init__(self, tunnels, data=False):
        self.pids = []
        for number, tunnel in enumerate(tunnels):
            self.start(self.send_datagrams, tunnel, number % os.cpu_count())
            if not data:
                self.start(self.write_frames, tunnel, number % os.cpu_count())

    def start(self, source, tunnel, processor):
        pid = os.fork()
        if pid:
            self.pids.append(pid)
            return
        os.sched_setaffinity(0, {processor})
        while True:
            with contextlib.suppress(OSError, MemoryError):
                source(tunnel)

    @staticmethod
    def write_frames(tunnel):
        os.write(tunnel.near.channel, LCP_DISCARD_REQUEST)

    @staticmethod
    def send_datagrams(tunnel):
        tunnel.send(bytes(100))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


# ---- deep ----

@contextlib.contextmanager
def nest(depth):
    """A call, a call over its interface, and so on; the outermost first."""
    with contextlib.ExitStack() as stack:
        ends = ("192.0.2.1", "192.0.2.2")
        tunnels = []
        for index in range(1, depth + 1):
            tunnels.append(stack.enter_context(Tunnel(index, ends)))
            ends = (tunnels[-1].near.address, tunnels[-1].far.address)
        yield tunnels


def deep(_):
    """A call over another one is as good as any."""
    for depth in (2, 3):
        for kind in QUEUES:
            with nest(depth) as tunnels:
                name = "%d deep, %s" % (depth, kind)
                queue(tunnels, kind)
                point(all(tunnel.passes() for tunnel in tunnels),
                      name + ": all carry traffic")
                # What is data to the call below may be lost there: asked again, as PPP does
                with Flood(tunnels, data=True):
                    point(wait_until(lambda: tunnels[-1].lcp_echo(1, 3) is not None),
                          name + ": LCP is answered while all are flooded")
                with Flood(tunnels):
                    time.sleep(NESTED)
                point(all(tunnel.passes() for tunnel in tunnels),
                      name + ": all carry traffic afterwards")
                point(not any(loops(tunnel) for tunnel in tunnels),
                      name + ": nothing is taken for a loop")
                for tunnel in tunnels:
                    point_ledger(tunnel, name)
    point_table()
    return done()


# ---- changes ----

def netfilter(rules, table="mangle"):
    """Rules of OUTPUT, all at once"""
    lines = ["*" + table, *("-A OUTPUT -p gre " + rule for rule in rules), "COMMIT", ""]
    subprocess.run(["ip", "netns", "exec", NS["a"], "iptables-restore", "--noflush"],
                   check=True, text=True, input="\n".join(lines))


def forget_netfilter(table="mangle"):
    run("ip", "netns", "exec", NS["a"], "iptables", "-t", table, "-F", "OUTPUT")


def can(rule):
    """Has this kernel what it takes?"""
    with contextlib.suppress(subprocess.CalledProcessError, FileNotFoundError):
        netfilter([rule])
        forget_netfilter()
        return True
    return False


def loosely(where):
    """A packet may come from where none would be sent back to."""
    run("ip", "netns", "exec", NS[where], "sh", "-c",
        "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done")


def some_packets_go_elsewhere():
    """Netfilter has each second packet take a tunnel: none of them is lost."""
    for where, local, remote in (("a", "192.0.2.1", "192.0.2.2"),
                                 ("b", "192.0.2.2", "192.0.2.1")):
        ip(where, "link", "add", "below", "type", "gre", "local", local, "remote", remote,
           "key", "9")
        ip(where, "link", "set", "below", "up")
        loosely(where)
    ip("a", "rule", "add", "fwmark", "7", "table", "99")
    ip("a", "route", "add", "default", "dev", "below", "table", "99")
    netfilter(["-m length --length 700:65535 -j MARK --set-mark 7"])
    with Tunnel() as tunnel:
        point(tunnel.passes(), "some go elsewhere: it carries traffic")
        before = calls("b")[tunnel.far.call_id]["stats"]["rx_packets"]
        for _ in range(DATAGRAMS):
            tunnel.send(bytes(100))
            tunnel.send(bytes(1000))
            tunnel.ping(0)
        point(wait_until(lambda: calls("b")[tunnel.far.call_id]["stats"]["rx_packets"] ==
                         before + 3 * DATAGRAMS),
              "some go elsewhere: all of them arrive", calls())
        point_ledger(tunnel, "some go elsewhere")
    forget_netfilter()
    ip("a", "rule", "del", "fwmark", "7")


def copies_go_into_each_other():
    """A rule that leads what two calls send into each other, all of a sudden, under load.
    It lets nothing through behind a long list of others, so that both are there at once."""
    others = ["-d 10.0.%d.%d -j ACCEPT" % divmod(number, 256) for number in range(600)]
    netfilter(others, "raw")
    with side_by_side(2) as (one, two):
        for kind in QUEUES:
            queue((one, two), kind)
            ip("a", "route", "replace", "198.51.100.1/32", "dev", two.near.unit)
            ip("a", "route", "replace", "198.51.100.2/32", "dev", one.near.unit)
            with Flood((one, two)):
                time.sleep(NESTED / 2)
                netfilter(["-d 192.0.2.2 -j TEE --gateway 198.51.100.1",
                           "-d 192.0.2.3 -j TEE --gateway 198.51.100.2"])
                time.sleep(NESTED / 2)
            forget_netfilter()
            point(one.passes() and two.passes(),
                  "copies go into each other, %s: both carry traffic afterwards" % kind)
        for tunnel in (one, two):
            point_ledger(tunnel, "copies go into each other")
    forget_netfilter("raw")


def turned_round():
    """One call over another one, and then that over the first: no cycle at any time."""
    with following(), side_by_side(2) as (one, two):
        loosely("b")
        over = [(far_address(0), two.near.unit), (far_address(1), one.near.unit)]
        ip("a", "route", "add", over[0][0], "dev", over[0][1])
        point(one.passes(), "turned round: one over two carries traffic")
        EVENTS.clear()
        with Flood((one, two), data=True):
            time.sleep(NESTED / 2)
            ip_each("a", ["route del %s dev %s" % over[0], "route add %s dev %s" % over[1]])
            time.sleep(NESTED)
        point(not loops(one) and not loops(two) and not names_both((one, two), Routes),
              "turned round: nothing is taken for a loop", (calls(), EVENTS))
        ip("a", "route", "del", over[1][0], "dev", over[1][1])
        for tunnel in (one, two):
            point_ledger(tunnel, "turned round")


def changes(_):
    """What lies on the way of a call changes while it sends."""
    turned_round()
    for test, rule in ((some_packets_go_elsewhere, "-m length --length 700 -j MARK --set-mark 7"),
                       (copies_go_into_each_other, "-j TEE --gateway 192.0.2.2")):
        if can(rule):
            test()
        else:
            skip(test.__name__.replace("_", " "), "this kernel cannot do that")
    point_table()
    return done()


# ---- cycles ----

def far_address(number):
    return "192.0.2.%d" % (2 + number)


@contextlib.contextmanager
def side_by_side(count):
    """Calls to as many addresses of b."""
    with contextlib.ExitStack() as stack:
        for number in range(1, count):
            ip("b", "addr", "add", far_address(number) + "/24", "dev", "to-a")
            stack.callback(ip, "b", "addr", "del", far_address(number) + "/24", "dev",
                           "to-a")
        yield [stack.enter_context(Tunnel(number + 1, ("192.0.2.1", far_address(number))))
               for number in range(count)]


class Routes:
    """The peer of each call is reached over the next call's interface."""

    def __init__(self, tunnels):
        self.of = list(enumerate(tunnels[1:] + tunnels[:1]))

    @staticmethod
    def can_be():
        return True

    @staticmethod
    def below(tunnels):
        """The devices that packets go out by"""
        return {tunnel.near.unit for tunnel in tunnels}

    def over(self, number, following_):
        return far_address(number) + "/32", "dev", following_.near.unit

    def __enter__(self):
        for number, following_ in self.of:
            ip("a", "route", "add", *self.over(number, following_))

    def __exit__(self, *_):
        for number, following_ in self.of:
            ip("a", "route", "del", *self.over(number, following_))


class Devices(Routes):
    """The same with a GRE device between a call and the next one's interface."""

    @staticmethod
    def below(tunnels):
        return {"under%d" % number for number in range(len(tunnels))}

    def __enter__(self):
        for number, following_ in self.of:
            name = "under%d" % number
            far = "198.51.100.%d" % (number + 1)
            ip("a", "link", "add", name, "type", "gre", "local",
               following_.near.address, "remote", far)
            ip("a", "link", "set", name, "up")
            ip("a", "route", "add", far, "dev", following_.near.unit)
            ip("a", "route", "add", far_address(number) + "/32", "dev", name)

    def __exit__(self, *_):
        for number, _following in self.of:
            ip("a", "link", "del", "under%d" % number)
            ip("a", "route", "del", "198.51.100.%d" % (number + 1))


class Marks(Routes):
    """The same by a rule for the mark that netfilter gives the packets of a call."""

    def __enter__(self):
        for number, following_ in self.of:
            self.iptables("-A", number)
            ip("a", "rule", "add", "fwmark", str(number + 1), "table", str(number + 100))
            ip("a", "route", "add", "default", "dev", following_.near.unit, "table",
               str(number + 100))

    def __exit__(self, *_):
        for number, _following in self.of:
            self.iptables("-D", number)
            ip("a", "rule", "del", "fwmark", str(number + 1))
            ip("a", "route", "flush", "table", str(number + 100))

    @staticmethod
    def iptables(what, number):
        run("ip", "netns", "exec", NS["a"], "iptables", "-t", "mangle", what, "OUTPUT",
            "-p", "gre", "-d", far_address(number), "-j", "MARK", "--set-mark",
            str(number + 1))

    @staticmethod
    def can_be():
        return can("-j MARK --set-mark 1")


def names_both(tunnels, how):
    """An event of a loop, with the interface of the call and what it leads to."""
    names = {tunnel.near.unit for tunnel in tunnels}
    return [event for event in EVENTS if event["type"] == "loop" and
            event["call"].get("ifname") in names and
            event.get("below") in how.below(tunnels)]


def leaves(tunnels):
    """Packets that the calls have sent."""
    return sum(calls()[tunnel.near.call_id]["stats"]["tx_packets"] for tunnel in tunnels)


def cycle(tunnels, how, name, comes_back=True):
    """Unless it @comes_back, the far ends are not to know how much was lost meanwhile."""
    EVENTS.clear()
    point(all(tunnel.passes() for tunnel in tunnels), name + ": all carry traffic")
    with how(tunnels):
        with Flood(tunnels):
            point(wait_until(lambda: any(loops(tunnel) for tunnel in tunnels)),
                  name + ": it is found while it is flooded", calls())
            time.sleep(NESTED)
        point(wait_until(lambda: names_both(tunnels, how)),
              name + ": an event names both interfaces", EVENTS)
        # What the flood left is still on its way round, which may take a slow machine long
        wait_until(lambda: all(map(is_empty, tunnels)))
        before = leaves(tunnels)
        begin = time.monotonic()
        dropped = sum(map(loops, tunnels))
        for _ in range(DATAGRAMS):
            for tunnel in tunnels:
                tunnel.send(bytes(100))
        # Each passes all calls but one, which drops it, and that one tries again
        most = (DATAGRAMS * len(tunnels) * (len(tunnels) - 1) +
                2 * len(tunnels) ** 2 * (time.monotonic() - begin + 2))
        point(leaves(tunnels) - before <= most, name + ": nothing goes round",
              (leaves(tunnels) - before, most))
        point(sum(map(loops, tunnels)) > dropped, name + ": the rest is counted")
    if comes_back:
        point(all(tunnel.passes() for tunnel in tunnels),
              name + ": all carry traffic when routing is right")
    for tunnel in tunnels:
        point_ledger(tunnel, name)


def cycles(_):
    """Calls that are routed over each other lose packets, and nothing else."""
    with following():
        for count in (1, 2, 3):
            for how, kind in ((Routes, "qdisc"), (Routes, "noqueue"),
                              (Devices, "qdisc"), (Marks, "noqueue")):
                name = "%d in a cycle, %s, %s" % (count, how.__name__.lower(), kind)
                if not how.can_be():
                    skip(name, "this kernel cannot do that")
                    continue
                with side_by_side(count) as tunnels:
                    queue(tunnels, kind)
                    cycle(tunnels, how, name)
    point_table()
    return done()


def encrypted(_):
    """What is encrypted on its way round is told as well. A far end that is to decrypt
    must not have missed thousands of packets."""
    with following():
        for count in (1, 2):
            for how in (Routes, Devices):
                name = "%d in a cycle, %s, encrypted" % (count, how.__name__.lower())
                with side_by_side(count) as tunnels:
                    for tunnel in tunnels:
                        encrypt([Unit(end.call.unit_fds[-1], side) for side, end in
                                 enumerate((tunnel.near, tunnel.far))])
                    cycle(tunnels, how, name, comes_back=False)
    point_table()
    return done()


PARTS = {"deep": deep, "changes": changes, "cycles": cycles, "encrypted": encrypted}


def main():
    NS["a"], NS["b"] = sys.argv[2:4]
    return PARTS[sys.argv[1]](None)


if __name__ == "__main__":
    sys.exit(main())
