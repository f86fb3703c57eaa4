# SPDX-License-Identifier: GPL-2.0
"""What calls cost: to make, to end, to hold. The socket ABI alone, without pppd."""

import rig
from muxtest import wait_until

MANY, SOME = 10000, 1000
# pptp.ko waits for grace periods in each close(): fewer have to do
PPTP_CHURN, MUX_CHURN = 10, 200
SLOTS_FEW, SLOTS_MANY = 128, 65535


def cost(*words):
    """Numbers that call_cost prints"""
    found = rig.inside("near", rig.PROGRAMS + "/call_cost", *map(str, words))
    return [int(word) for word in found.split()]


def kernel_memory():
    """Octets that the kernel holds: slab, vmalloc and what each processor has"""
    with open("/proc/meminfo", encoding="ascii") as info:
        found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in info}
    return [found[name] for name in ("Slab", "VmallocUsed", "Percpu")]


def grown(before, count):
    """By each of @count things since"""
    slab, vmalloc, percpu = (round((now - then) / count)
                             for now, then in zip(kernel_memory(), before))
    return {"octets": slab + vmalloc + percpu, "slab": slab, "percpu": percpu}


class Calls:
    def __init__(self, results):
        self.results = results

    def add(self, path, what, ns):
        self.results.add("call", path=path, what=what, us=round(ns / 1000, 1))

    def scale(self, path):
        """In a module just loaded: later, the first calls get memory that others have
        left, and the last ones do not."""
        first, last, close = cost("scale", MANY, SOME)
        self.add(path, "first", first)
        self.add(path, "last", last)
        self.add(path, "close", close)

    def one_far_end(self, path):
        """As many calls as in scale(), and what ICMP says of one, and of all of them"""
        _, error, _ = cost("same", 1, 100)
        self.add(path, "icmp-one", error)
        opened, error, closed = cost("same", MANY, 100)
        self.add(path, "open-same", opened / MANY)
        self.add(path, "icmp-same", error)
        self.add(path, "close-same", closed)

    def churn(self, path, what, count):
        self.add(path, what, cost("churn", 5, count)[0])

    def memory_of_calls(self, before):
        """@before: when there had been none, as not all that they take is given back"""
        with rig.held(MANY):
            # at both ends
            self.results.add("memory", path="pptp-mux", what="call",
                             **grown(before, 2 * MANY))

    def memory_of_slots(self):
        rig.resize(SLOTS_FEW)
        before = kernel_memory()
        rig.ctl("near", "resize", str(SLOTS_MANY))
        self.results.add("memory", path="pptp-mux", what="slot",
                         **grown(before, SLOTS_MANY - SLOTS_FEW))

    def mux(self):
        rig.resize(MANY + 16)
        before = kernel_memory()
        self.scale("pptp-mux")
        wait_until(rig.slots_free)
        self.one_far_end("pptp-mux")
        wait_until(rig.slots_free)
        self.churn("pptp-mux", "churn", MUX_CHURN)
        with rig.held(MANY):
            self.churn("pptp-mux", "churn-among", MUX_CHURN)
        self.memory_of_calls(before)
        self.memory_of_slots()

    def all(self):
        self.results.say("calls of pptp-mux")
        with rig.pptp_mux():
            self.mux()
        if not rig.pptp_ko():
            return
        self.results.say("calls of pptp.ko")
        with rig.pptp():
            self.scale("pptp.ko")
            self.churn("pptp.ko", "churn", PPTP_CHURN)
