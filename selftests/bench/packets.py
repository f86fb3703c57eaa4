# SPDX-License-Identifier: GPL-2.0
"""What a packet costs that goes through a tunnel, above what it costs without."""

import dials
import rig

ROUNDS, PACKETS = 21, 64
# In user space they take long
PPTPD_PACKETS = 16
# So many that what else the kernel copies meanwhile (netlink, neighbours) does not show
COPY_PACKETS = 2048
SOURCES = ("local", "forwarded", "card")
SIZES = (64, 512, 1300)
QUICK_SIZES = (64, 1300)
# pptp.ko waits for grace periods in each close(): fewer have to do
MANY_CALLS = {"pptp.ko": (1000,), "pptp-mux": (1000, 10000)}


def send(source, address, size, rounds, packets):
    """Nanoseconds from the first send to the last receive, by packet."""
    start = "source" if source == "forwarded" else "near"
    command = [rig.PROGRAMS + "/bench/packet_cost", "/run/netns/" + rig.NAMES[start],
               "/run/netns/" + rig.NAMES["far"], address, str(size), str(rounds),
               str(packets)]
    if source == "card":
        command += [rig.CARD, rig.CARD_SOURCE]
    return float(rig.run(*command).split()[0])


def copies_of(source, address, size):
    """How often a packet is copied on its way."""
    with rig.copies() as counted:
        before = counted()
        send(source, address, size, 1, COPY_PACKETS)
        # A round that is not timed comes first
        return round((counted() - before) / (2 * COPY_PACKETS), 2)


class Packets:
    def __init__(self, results, quick, only):
        self.results = results
        self.quick = quick
        self.only = only
        self.bare = {}

    def wants(self, path):
        return not self.only or path in self.only

    def path(self, path, mode, tunnel, copies=False, packets=PACKETS):
        self.results.say(f"packets: {path} {mode}".rstrip())
        with tunnel as address:
            found = [self.cell(path, mode, source, size, address, packets)
                     for source in SOURCES for size in self.sizes()]
            # Not between: so many packets at once leave the kernel's memory in pieces,
            # and what is sent next pays for that
            for cell in found if copies else ():
                cell["copies"] = copies_of(cell["source"], address, cell["octets"])
        for cell in found:
            self.results.add("packet", **cell)

    def sizes(self):
        return QUICK_SIZES if self.quick else SIZES

    def cell(self, path, mode, source, size, address, packets):
        ns = send(source, address, size, ROUNDS, packets)
        self.bare.setdefault((source, size), ns)
        return {"path": path, "mode": mode, "source": source, "octets": size,
                "all": self.results.units(ns),
                "cost": self.results.units(ns - self.bare[source, size])}

    def both_modules(self, path):
        """Modes that pptp.ko has too"""
        self.path(path, "", rig.call(), copies=True)
        self.path(path, "noqueue", rig.call(queue=False))
        if not self.quick:
            self.path(path, "mppe", rig.call(encrypted=True))
            self.many_calls(path)

    def many_calls(self, path):
        for count in MANY_CALLS[path]:
            with rig.held(count):
                self.path(path, f"{count} calls", rig.call())

    def mux(self):
        self.both_modules("pptp-mux")
        self.path("pptp-mux", "no reorder", rig.call(reorder=False))
        # What others pay for the hook that gives our packets their route
        with rig.call():
            self.path("veth", "beside a call", rig.no_tunnel())

    def pptpd(self):
        if dials.missing():
            self.results.say(f"no packets of pptpd: install {dials.missing()}")
            return
        self.path("pptpd", "", dials.pptpd_call(), packets=PPTPD_PACKETS)

    def all(self):
        rig.keep_slabs()
        self.path("veth", "", rig.no_tunnel(), copies=True)
        if self.wants("ip_gre"):
            self.path("ip_gre", "", rig.ip_gre(), copies=True)
        if self.wants("pptp.ko") and rig.pptp_ko():
            with rig.pptp():
                self.both_modules("pptp.ko")
        if self.wants("pptp-mux"):
            with rig.pptp_mux():
                self.mux()
        if self.wants("pptpd") and not self.quick:
            self.pptpd()
