#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A call over IPsec, however its packets come into it (TAP).

Usage: ipsec.py KIND NAMESPACE NAMESPACE

ESP makes an skb larger, and has the skb's socket count that. The namespaces are those
of buffers.py. KIND: policy, xfrm, vti, gre, keyed-gre, ipip, mark
"""

import re
import subprocess
import sys

from buffers import NS, Tunnel, account, ip, is_empty, point_ledger, point_table, run
from muxtest import done, point, skip, wait_until

OUTER = {"a": ("192.0.2.1", "192.0.2.2"), "b": ("192.0.2.2", "192.0.2.1")}
INNER = {"a": "10.9.9.1", "b": "10.9.9.2"}
DEVICE = {"a": "to-b", "b": "to-a"}
KEY = ("aead", "rfc4106(gcm(aes))", "0x" + "2a" * 20, "128")
SIZES = range(0, 1373)  # of datagrams, to the interface's MTU
ANY = "0.0.0.0/0"


def states(where, mode, *more):
    local, peer = OUTER[where]
    for one, other in ((local, peer), (peer, local)):
        ip(where, "xfrm", "state", "add", "src", one, "dst", other, "proto", "esp",
           "spi", "0x" + one[-1] + "000", "mode", mode, *KEY, *more)


def policies(where, mode, selector, out=(), both=()):
    """@selector says for two addresses which packets from one to the other."""
    local, peer = OUTER[where]
    for way, one, other, more in (("out", local, peer, out), ("in", peer, local, ())):
        ip(where, "xfrm", "policy", "add", *selector(one, other), "dir", way, *both,
           *more, "tmpl", "src", one, "dst", other, "proto", "esp", "mode", mode)


def protocol(name):
    return lambda one, other: ("src", one, "dst", other, "proto", name)


def everything(_one, _other):
    return "src", ANY, "dst", ANY


def device(where, *kind):
    """What the call's packets are routed to; its own may be in ESP."""
    ip(where, "link", "add", "below", *kind)
    ip(where, "addr", "add", INNER[where] + "/24", "dev", "below")
    ip(where, "link", "set", "below", "up")


def policy(where):
    states(where, "transport")
    policies(where, "transport", protocol("gre"))


def mark(where):
    states(where, "transport")
    policies(where, "transport", protocol("gre"), ("mark", "7", "mask", "0xff"))
    run("ip", "netns", "exec", NS[where], "iptables", "-t", "mangle", "-A", "OUTPUT",
        "-p", "gre", "-j", "MARK", "--set-mark", "7")


def xfrm(where):
    device(where, "type", "xfrm", "dev", DEVICE[where], "if_id", "9")
    states(where, "tunnel", "if_id", "9")
    policies(where, "tunnel", everything, both=("if_id", "9"))


def vti(where):
    local, peer = OUTER[where]
    device(where, "type", "vti", "local", local, "remote", peer, "key", "9")
    states(where, "tunnel")
    policies(where, "tunnel", everything, both=("mark", "9"))


def tunnel_in_esp(kind, proto, *more):
    def make(where):
        local, peer = OUTER[where]
        device(where, "type", kind, "local", local, "remote", peer, *more)
        states(where, "transport")
        policies(where, "transport", protocol(proto))
    return make


KINDS = {
    "policy": policy, "mark": mark, "xfrm": xfrm, "vti": vti,
    "gre": tunnel_in_esp("gre", "gre"),
    "keyed-gre": tunnel_in_esp("gre", "gre", "key", "77"),
    "ipip": tunnel_in_esp("ipip", "4"),
}


def made(kind):
    """False: this kernel has no such thing."""
    try:
        for where in "ab":
            KINDS[kind](where)
    except subprocess.CalledProcessError:
        return False
    return True


def ends():
    with_device = subprocess.run(
        ["ip", "-n", NS["a"], "link", "show", "dev", "below"], check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    return tuple(INNER.values()) if with_device else OUTER["a"]


def rises(tunnel):
    """Every size once, with nothing held back. None: the account was right throughout,
    as far as is seen; or what it said."""
    for octets in SIZES:
        tunnel.send(bytes(octets))
        if octets % 50 == 0:
            tx = account(tunnel)
            if tx["bytes"] > 2 * tx["limit"] or tx["frames"] > 4096:
                return tx
    return None


def esp_packets(where):
    shown = subprocess.run(["ip", "-n", NS[where], "-s", "xfrm", "state"], check=True,
                           capture_output=True, text=True).stdout
    return sum(map(int, re.findall(r"(\d+)\(packets\)", shown)))


def main():
    kind = sys.argv[1]
    NS["a"], NS["b"] = sys.argv[2:4]
    if not made(kind):
        skip("a call over IPsec", "this kernel has no " + kind)
        return done()
    with Tunnel(1, ends()) as tunnel:
        point(tunnel.passes(), "the call carries traffic")
        point(esp_packets("a") > 0, "in ESP")
        wrong = rises(tunnel)
        point(wrong is None, "frames of all sizes are on their account", wrong)
        point(wait_until(lambda: is_empty(tunnel)), "and off it again", account(tunnel))
        point(all(tunnel.lcp_echo(number, 5) is not None for number in range(5)),
              "LCP is answered")
        point(tunnel.passes(), "the call carries traffic afterwards")
        point_ledger(tunnel, kind)
        tx = account(tunnel)
        point(tx["stalls"] == 0 and tx["written_off"] == 0,
              "nothing was written off", tx)
    point_table()
    return done()


if __name__ == "__main__":
    sys.exit(main())
