# SPDX-License-Identifier: GPL-2.0
"""What calls cost: to make, to end, to hold. The socket ABI alone, without pppd."""

import subprocess

import rig
from muxtest import wait_until

MANY, SOME = 10000, 100
# pptp.ko waits for grace periods in each close(): fewer have to do
PPTP_CHURN, MUX_CHURN = 10, 200
SLOTS_FEW, SLOTS_MANY = 128, 65535


def cost(*words):
    """Numbers that call_cost prints"""
    found = rig.inside("near", rig.PROGRAMS + "/call_cost", *map(str, words))
    return [int(word) for word in found.split()]


def meminfo():
    """/proc/meminfo in octets, without what could be given back"""
    subprocess.run(["sync"], check=True)
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as control:
        control.write("3")
    with open("/proc/meminfo", encoding="ascii") as info:
        return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in info}


def grown(before, after, count):
    """Of each of @count things: octets in all, in the kernel's slab, per CPU"""
    return {"octets": round((before["MemFree"] - after["MemFree"]) / count),
            "slab": round((after["Slab"] - before["Slab"]) / count),
            "percpu": round((after["Percpu"] - before["Percpu"]) / count)}


class Calls:
    def __init__(self, results):
        self.results = results

    def add(self, path, what, ns):
        self.results.add("call", path=path, what=what, us=round(ns / 1000, 1))

    def both_modules(self, path, churn):
        self.add(path, "churn", cost("churn", 5, churn)[0])
        if path == "pptp-mux":
            rig.resize(MANY)
        first, last, close = cost("scale", MANY, SOME)
        self.add(path, "open first", first)
        self.add(path, "open last", last)
        self.add(path, f"close {MANY}", close)

    def churn_among_many(self):
        with rig.held(MANY):
            self.add("pptp-mux", f"churn among {MANY}", cost("churn", 5, MUX_CHURN)[0])

    def memory_of_slots(self):
        rig.resize(SLOTS_FEW)
        before = meminfo()
        rig.ctl("near", "resize", str(SLOTS_MANY))
        found = grown(before, meminfo(), SLOTS_MANY - SLOTS_FEW)
        self.results.add("memory", path="pptp-mux", what="slot", **found)

    def memory_of_calls(self):
        rig.resize(MANY + 16)
        before = meminfo()
        with rig.held(MANY):
            # at both ends
            found = grown(before, meminfo(), 2 * MANY)
        self.results.add("memory", path="pptp-mux", what="call", **found)

    def all(self):
        if rig.pptp_ko():
            self.results.say("calls of pptp.ko")
            with rig.pptp():
                self.both_modules("pptp.ko", PPTP_CHURN)
        self.results.say("calls of pptp-mux")
        with rig.pptp_mux():
            self.both_modules("pptp-mux", MUX_CHURN)
            wait_until(rig.slots_free)
            self.churn_among_many()
            self.memory_of_calls()
            self.memory_of_slots()
