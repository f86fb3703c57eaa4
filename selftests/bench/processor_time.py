# SPDX-License-Identifier: GPL-2.0
"""Processor time a packet, by the ordinary clock: what a server in user space costs
beside one in the kernel. It needs a machine that does nothing else.
"""

import os

import dials
import packets
import rig

ROUNDS, RUNS = 1000, 5
SIZES = packets.QUICK_SIZES


def busy():
    """Microseconds, of the whole machine, in which a processor was not idle.

    Of a control group, or of processes, it would be less: most of what receives a
    packet is a softirq, which is charged to whatever it interrupts, or to no process.
    And the kernel measures idle time, where it guesses user's and system's from what it
    sees every 4 ms.
    """
    with open("/proc/uptime", encoding="ascii") as uptime:
        up, idle = map(float, uptime.read().split())
    return 1e6 * (os.cpu_count() * up - idle)


def used(address, size, rounds, count):
    before = busy()
    packets.send("local", address, size, rounds, count)
    return busy() - before


def of_packet(address, size, count):
    """Without what it takes to start the program that sends"""
    start = used(address, size, 1, count)
    return (used(address, size, ROUNDS, count) - start) / ((ROUNDS - 1) * count)


class ProcessorTime:
    def __init__(self, results):
        self.results = results

    def path(self, path, tunnel, count=packets.PACKETS):
        self.results.say(f"processor time: {path}")
        with tunnel as address:
            for size in SIZES:
                runs = sorted(round(of_packet(address, size, count), 1)
                              for _ in range(RUNS))
                self.results.add("time", path=path, octets=size, us=runs[RUNS // 2],
                                 runs=runs)

    def all(self):
        self.path("veth", rig.no_tunnel())
        if rig.pptp_ko():
            with rig.pptp():
                self.path("pptp.ko", rig.call())
        with rig.pptp_mux():
            self.path("pptp-mux", rig.call())
        if not dials.missing():
            self.path("pptpd", dials.pptpd_call(), packets.PPTPD_PACKETS)
