# SPDX-License-Identifier: GPL-2.0
"""Where packets are measured: three network namespaces and what joins them.

    source 203.0.113.2 --veth-- 203.0.113.1 near 192.0.2.1 --veth-- 192.0.2.2 far
                                     card --tun--+

A tunnel has its ends in near and far. "card" stands for a network card: unlike what
comes from a veth, its packets have room in front of them.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(BENCH))

import mppe_tunnel  # noqa: E402
from muxtest import wait_until  # noqa: E402
from tracefs import TRACING, can_trace  # noqa: E402

BUILD = os.environ.get("PPTP_MUX_BUILD", os.path.dirname(os.path.dirname(BENCH)))
CTL = os.environ.get("CTL", BUILD + "/tools/pptpmuxctl/pptpmuxctl")
PROGRAMS = BUILD + "/selftests"
NAMES = {name: f"bench{os.getpid()}-{name}" for name in ("source", "near", "far")}
OUTER, INNER = mppe_tunnel.OUTER, mppe_tunnel.INNER
CARD, CARD_SOURCE = "card", "198.18.0.2"
SO_REORDER = 8  # include/uapi/linux/pptp_mux.h


def run(*command):
    """What it prints; raises if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def ip(name, *words):
    run("ip", "-n", NAMES[name], *words)


def tc(name, *words):
    run("tc", "-n", NAMES[name], *words)


def inside(name, *command):
    return run("ip", "netns", "exec", NAMES[name], *command)


def ctl(name, *words):
    return inside(name, CTL, *words)


def join(left, left_address, right, right_address):
    ip(left, "link", "add", f"to-{right}", "type", "veth", "peer", "name", f"to-{left}",
       "netns", NAMES[right])
    ip(left, "addr", "add", left_address, "dev", f"to-{right}")
    ip(right, "addr", "add", right_address, "dev", f"to-{left}")
    ip(left, "link", "set", f"to-{right}", "up")
    ip(right, "link", "set", f"to-{left}", "up")


def make_card():
    run("modprobe", "tun")
    ip("near", "tuntap", "add", CARD, "mode", "tun")
    ip("near", "addr", "add", "198.18.0.1/24", "dev", CARD)
    ip("near", "link", "set", CARD, "up")


@contextlib.contextmanager
def world():
    try:
        for name in NAMES:
            run("ip", "netns", "add", NAMES[name])
            ip(name, "link", "set", "lo", "up")
        join("source", "203.0.113.2/24", "near", "203.0.113.1/24")
        join("near", OUTER[0] + "/24", "far", OUTER[1] + "/24")
        make_card()
        inside("near", "sysctl", "-q", "net.ipv4.ip_forward=1")
        ip("source", "route", "add", "default", "via", "203.0.113.1")
        ip("far", "route", "add", "default", "via", OUTER[0])
        yield
    finally:
        for name in NAMES.values():
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL,
                           check=False)


def keep_slabs():
    """Memory that packets give back stays with their caches. Otherwise it is up to what
    was measured before whether each pays for a page, and for clearing it, or not."""
    for partial in pathlib.Path("/sys/kernel/slab").glob("*/min_partial"):
        partial.write_text("1000", encoding="ascii")


# ---- modules ----

def loaded(module):
    with open("/proc/modules", encoding="ascii") as modules:
        return any(line.split()[0] == module for line in modules)


def pptp_ko():
    """The kernel's own driver, "" if it has none."""
    found = subprocess.run(["modinfo", "-n", "pptp"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, check=False)
    return found.stdout.strip()


def unload(name):
    """Its last calls may still be draining."""
    wait_until(lambda: subprocess.run(["rmmod", name], check=False,
                                      stderr=subprocess.DEVNULL).returncode == 0)


@contextlib.contextmanager
def module(path, name, *needs):
    """Loaded from @path, and gone after."""
    for need in ("ppp_generic", "pppox", "gre", *needs):
        subprocess.run(["modprobe", need], stderr=subprocess.DEVNULL, check=False)
    run("insmod", path)
    try:
        yield
    finally:
        unload(name)


def pptp():
    return module(pptp_ko(), "pptp", "ppp_mppe")


def pptp_mux():
    """It encrypts calls itself, if nobody else does."""
    if loaded("ppp_mppe"):
        unload("ppp_mppe")
    return module(BUILD + "/pptp-mux.ko", "pptp_mux")


# ---- calls that are there and carry nothing ----

def slots_free():
    for name in ("near", "far"):
        table = json.loads(ctl(name, "--json", "table"))
        if table["free"] != table["slots"]:
            return False
    return True


def resize(slots):
    for name in ("near", "far"):
        wait_until(slots_free)
        ctl(name, "resize", str(slots))


@contextlib.contextmanager
def held(count):
    """So many further calls at both ends, of whichever module is loaded. Numbers are
    different at either, as pptp.ko has one space of them for all namespaces."""
    slots = loaded("pptp_mux")
    if slots:
        resize(count + 16)
    holders = [subprocess.Popen(["ip", "netns", "exec", NAMES[name], PROGRAMS + "/call_cost",
                                 "hold", str(side * count), str(count)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
               for side, name in enumerate(("near", "far"))]
    try:
        for holder in holders:
            if holder.stdout.readline() != b"up\n":
                raise RuntimeError(f"{count} calls could not be made")
        yield
    finally:
        for holder in holders:
            holder.communicate()
        if slots:
            wait_until(slots_free)


# ---- copies of packets, as the kernel counts calls of its own functions ----

COPYING = ("pskb_expand_head", "__pskb_copy_fclone", "skb_copy", "skb_copy_expand",
           "__pskb_pull_tail")


def tracing(file, text, how=os.O_TRUNC):
    """Not by open(): Python seeks in what it appends to, which these files refuse."""
    fd = os.open(TRACING / file, os.O_WRONLY | how)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def copies_counted():
    with open(TRACING / "kprobe_profile", encoding="ascii") as profile:
        return sum(int(line.split()[1]) for line in profile
                   if line.split()[0].startswith("bench_"))


@contextlib.contextmanager
def copies():
    """Yields a function: how often a packet has been copied since."""
    if not can_trace("kprobe_events"):
        raise RuntimeError("no kprobes in this kernel: copies cannot be counted")
    for function in COPYING:
        tracing("kprobe_events", f"p:bench/bench_{function} {function}\n", os.O_APPEND)
    tracing("events/bench/enable", "1")
    try:
        yield copies_counted
    finally:
        tracing("events/bench/enable", "0")
        for function in COPYING:
            tracing("kprobe_events", f"-:bench/bench_{function}\n", os.O_APPEND)


# ---- tunnels: each yields the address that leads through it ----

@contextlib.contextmanager
def no_tunnel():
    yield OUTER[1]


@contextlib.contextmanager
def ip_gre():
    for side, name in enumerate(("near", "far")):
        ip(name, "link", "add", "tunnel", "type", "gre", "local", OUTER[side],
           "remote", OUTER[1 - side])
        ip(name, "addr", "add", INNER[side], "peer", INNER[1 - side], "dev", "tunnel")
        ip(name, "link", "set", "tunnel", "mtu", "1400", "up")
    try:
        yield INNER[1]
    finally:
        for name in ("near", "far"):
            ip(name, "link", "del", "tunnel")


@contextlib.contextmanager
def call(encrypted=False, queue=True, reorder=True, inner=INNER):
    """A PPTP call, of whichever module is loaded."""
    names = [NAMES["near"], NAMES["far"]]
    if encrypted:
        ends = mppe_tunnel.tunnel(names)
    else:
        ends = mppe_tunnel.plain_tunnel(names, inner)
    for end, name in zip(ends, ("near", "far")):
        if not queue:
            tc(name, "qdisc", "replace", "dev", end.name, "root", "noqueue")
        if not reorder:
            end.call.set_option(SO_REORDER, 0)
    try:
        yield inner[1]
    finally:
        for end in ends:
            end.call.close()
