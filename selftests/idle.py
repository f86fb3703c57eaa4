#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What calls leave in network namespaces: processes, slots, interfaces, addresses
and routes. One process looks at all of it, as it is looked at after each test.

Usage: idle.py save FILE NAMESPACE...
       idle.py wait SECONDS FILE PID NAMESPACE...
wait ends with 0 once all is as it was saved, every slot is free, and no process but
PID is there; with 1 when the time is over, and says what is left.
"""

import json
import os
import socket
import struct
import sys
import time

from muxtest import enter
from netlink_hostile import (Genl, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NUMBER,
                             STATE, TABLE_FREE, TABLE_SLOTS, attrs, messages,
                             number)

NETLINK_ROUTE = 0
RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE = 18, 22, 26
IFLA_IFNAME, IFA_CACHEINFO, RTA_CACHEINFO = 3, 6, 12
# dst, gateway and prefsrc of routes; address, local and broadcast of addresses
RTA_ADDRESSES, IFA_ADDRESSES = (1, 5, 7), (1, 2, 4)


def told(found, addresses, volatile):
    """Attributes as text, without the one that holds times."""
    return " ".join(
        f"{kind}:{socket.inet_ntoa(found[kind])}" if kind in addresses
        else f"{kind}:{found[kind].hex()}"
        for kind in sorted(found) if kind != volatile)


class Namespace:
    """One that is looked at."""

    def __init__(self, name):
        path = f"/run/netns/{name}"
        self.name = name
        self.inode = os.stat(path).st_ino
        enter(path)
        self.route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                   NETLINK_ROUTE)
        self.genl = Genl()

    def dump(self, command, request):
        head = struct.pack("=IHHII", 16 + len(request), command,
                           NLM_F_REQUEST | NLM_F_DUMP, 1, 0)
        self.route.send(head + request)
        while True:
            for kind, _, _, payload in messages(self.route.recv(65536)):
                if kind == NLMSG_DONE:
                    return
                yield payload

    def network(self):
        """Interfaces, addresses and routes, without the states of links, which
        change."""
        lines = ["interface " + attrs(payload[16:])[IFLA_IFNAME][:-1].decode()
                 for payload in self.dump(RTM_GETLINK, bytes(16))]
        for payload in self.dump(RTM_GETADDR, struct.pack("=B7x", socket.AF_INET)):
            length, index = struct.unpack_from("=xBxxI", payload)
            lines.append(f"address /{length} of interface {index}, " + told(
                attrs(payload[8:]), IFA_ADDRESSES, IFA_CACHEINFO))
        for payload in self.dump(RTM_GETROUTE, struct.pack("=B11x", socket.AF_INET)):
            lines.append(f"route /{payload[1]} {payload[2:8].hex()}, " + told(
                attrs(payload[12:]), RTA_ADDRESSES, RTA_CACHEINFO))
        return sorted(lines)

    @staticmethod
    def name_of(pid):
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            return file.read().strip()

    def processes(self, but):
        """But the one that waits for calls to come, which is no call's."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if (int(pid) not in but and
                        os.stat(f"/proc/{pid}/ns/net").st_ino == self.inode and
                        self.name_of(pid) != "pppd-warm"):
                    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                        yield f"process {pid} {file.read()}".replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile

    def slots(self):
        table = self.genl.table()
        if table[TABLE_FREE] == table[TABLE_SLOTS]:
            return []
        return [f"VPN{number(slot[NUMBER])} in state {number(slot[STATE])}"
                for slot in self.genl.dump()[1] if number(slot[STATE])]

    def left(self, saved, but):
        """Lines that say what is here and should not be, or the other way round; what
        is quickest to see first."""
        yield from self.slots()
        network = self.network()
        yield from ("new " + line for line in network if line not in saved)
        yield from ("lost " + line for line in saved if line not in network)
        yield from self.processes(but)


def save(path, *names):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({name: Namespace(name).network() for name in names}, file)


def wait(seconds, path, pids, *names):
    with open(path, encoding="utf-8") as file:
        saved = json.load(file)
    namespaces = [Namespace(name) for name in names]
    but = (os.getpid(), *map(int, pids.split()))

    def left():
        return (f"{namespace.name}: {line}" for namespace in namespaces
                for line in namespace.left(saved[namespace.name], but))

    end = time.monotonic() + int(seconds)
    while True:
        asked = time.monotonic()
        if next(left(), None) is None:
            return 0
        if asked >= end:
            print(*left(), sep="\n")
            return 1
        time.sleep(max(0.05, time.monotonic() - asked))


if __name__ == "__main__":
    sys.exit({"save": save, "wait": wait}[sys.argv[1]](*sys.argv[2:]))
