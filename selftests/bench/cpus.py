# SPDX-License-Identifier: GPL-2.0
"""Two calls on two processors against one on one, and one encrypted call on two against
the same on one: what goes through, by the ordinary clock. It needs a machine that does
nothing else."""

import contextlib
import os
import pathlib
import subprocess
import time

import packets
import rig

ROUNDS, PACKETS, OCTETS = 1000, 64, 64
RUNS = 5
SECOND_INNER = ("198.51.100.5", "198.51.100.6")
SECOND_OUTER = ("192.0.2.5", "192.0.2.6")


def seconds(addresses):
    """Until as many packets have come to each address, each from its own processor"""
    begin = time.monotonic()
    senders = [subprocess.Popen(
        ["taskset", "-c", str(cpu), rig.PROGRAMS + "/bench/packet_cost",
         "/run/netns/" + rig.NAMES["near"], "/run/netns/" + rig.NAMES["far"], address,
         str(OCTETS), str(ROUNDS), str(PACKETS)], stdout=subprocess.DEVNULL)
        for cpu, address in enumerate(addresses)]
    if any([sender.wait() for sender in senders]):
        raise RuntimeError("packets were lost between two processors")
    return time.monotonic() - begin


def ratio(addresses):
    """Throughput of two by that of one"""
    alone = seconds(addresses[:1])
    return 2 * alone / seconds(addresses)


@contextlib.contextmanager
def two_addresses():
    for name, address in zip(("near", "far"), SECOND_OUTER):
        rig.ip(name, "addr", "add", address + "/24", "dev",
               "to-far" if name == "near" else "to-near")
    yield [rig.OUTER[1], SECOND_OUTER[1]]


@contextlib.contextmanager
def two_calls():
    with rig.call() as first, rig.call(inner=SECOND_INNER) as second:
        yield [first, second]


@contextlib.contextmanager
def one_processor():
    """All but the first are taken away."""
    others = sorted(pathlib.Path("/sys/devices/system/cpu").glob("cpu[1-9]*/online"))
    for online in others:
        online.write_text("0", encoding="ascii")
    try:
        yield
    finally:
        for online in others:
            online.write_text("1", encoding="ascii")


def spread(address, size):
    """Throughput of one call on all processors by that on one"""
    on_all = packets.send("local", address, size, ROUNDS, PACKETS)
    with one_processor():
        return packets.send("local", address, size, ROUNDS, PACKETS) / on_all


class Cpus:
    def __init__(self, results):
        self.results = results

    def path(self, path, tunnels):
        with tunnels as addresses:
            found = sorted(round(ratio(addresses), 2) for _ in range(RUNS))
        self.results.add("cpus", path=path, ratio=found[RUNS // 2], runs=found)

    def encrypted(self, path):
        with rig.call(encrypted=True) as address:
            for size in packets.QUICK_SIZES:
                self.results.say(f"one encrypted call on two processors: {path}, {size}")
                found = sorted(round(spread(address, size), 2) for _ in range(RUNS))
                self.results.add("spread", path=path, octets=size,
                                 ratio=found[RUNS // 2], runs=found)

    def all(self):
        if os.cpu_count() < 2:
            self.results.say("one processor: there is nothing to compare")
            return
        self.path("veth", two_addresses())
        if rig.pptp_ko():
            with rig.pptp():
                self.path("pptp.ko", two_calls())
                self.encrypted("pptp.ko")
        with rig.pptp_mux():
            self.path("pptp-mux", two_calls())
            self.encrypted("pptp-mux")
