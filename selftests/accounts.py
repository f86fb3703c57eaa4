#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What is true of the accounts of calls whatever was done to them, in all network
namespaces that there are; and who holds the module.

Usage: accounts.py check SECONDS
       accounts.py holders
check ends with 0 once all is right, or with 1 when the time is over, and says what is
wrong: traffic may go on meanwhile, and no two numbers are of one moment then. holders
says what is known of the calls that keep the module from being unloaded.
"""

import glob
import json
import os
import subprocess
import sys
import time

from muxtest import enter

CTL = os.environ.get("CTL") or os.path.join(
    os.environ.get("PPTP_MUX_BUILD", "/build"), "tools/pptpmuxctl/pptpmuxctl")
REFERENCES = "/sys/module/pptp_mux/refcnt"
# On top of the limit for PPP's own frames, and the longest frame: one always fits
RESERVE, FRAME = 32768, 1 << 17
# The kernel counts in 64 bits with a sign here
BELOW_ZERO = 1 << 63


def namespaces():
    """(path, name) of each: those with a name, then those of processes alone"""
    found = {}
    kind = os.stat("/proc/self/ns/net").st_dev
    for path in glob.glob("/run/netns/*") + glob.glob("/proc/[0-9]*/ns/net"):
        try:
            stat = os.stat(path)
        except OSError:  # gone meanwhile
            continue
        # else a name of another mount namespace, which stands for nothing here
        if stat.st_dev == kind:
            name = path.split("/")[3 if path.startswith("/run") else 2]
            found.setdefault(stat.st_ino, (path, name))
    return list(found.values())


def ctl(path, *arguments):
    """What pptpmuxctl says in a namespace; None if that is gone."""
    try:
        answer = subprocess.run(
            [CTL, "--json", *arguments], stdout=subprocess.PIPE, check=True,
            preexec_fn=lambda: enter(path))
    except (subprocess.SubprocessError, OSError):
        if os.path.exists(path):
            raise
        return None
    return json.loads(answer.stdout)


def dropped(stats):
    return sum(value for name, value in stats.items()
               if name.startswith("tx_drop_"))


# ---- what is wrong ----

def account_faults(account):
    """Of one call, one way"""
    data, frames = account["bytes"], account["frames"]
    held = data - min(data, account.get("written_off", 0))
    if held > max(account["limit"] + RESERVE, FRAME):
        yield "%d bytes on their way, and %d are its limit" % (held, account["limit"])
    if frames > account.get("accepted", frames):
        yield "%d frames on their way of %d accepted" % (frames, account["accepted"])
    if bool(data) != bool(frames):
        yield "%d bytes on their way in %d frames" % (data, frames)


def pool_faults(way, borrowed, data):
    """Borrowed is a part of what is on its way."""
    if borrowed >= BELOW_ZERO:
        yield "%s pool: %d bytes borrowed" % (way, borrowed - 2 * BELOW_ZERO)
    elif borrowed > data:
        yield "%s pool: %d bytes borrowed of %d on their way" % (way, borrowed, data)


def table_faults(table):
    """Of all calls that ever were"""
    frames, data = table["tx_frames_on_way"], table["tx_bytes_on_way"]
    if bool(data) != bool(frames):
        yield "transmit: %d bytes on their way in %d frames" % (data, frames)
    yield from pool_faults("transmit", table["tx_borrowed"], data)
    yield from pool_faults("receive", table["rx_borrowed"], table["rx_bytes_held"])


def ledger_faults(table, before):
    """Accepted is sent, dropped or on its way; to be seen while nothing is accepted,
    since the look @before."""
    accepted, stats = table["tx_accepted"], table["stats"]
    missing = accepted - stats["tx_packets"] - dropped(stats)
    if (before in (None, accepted) and
            not 0 <= missing <= table["tx_frames_on_way"]):
        yield "ledger: %d accepted, %d sent, %d dropped, %d on their way" % (
            accepted, stats["tx_packets"], dropped(stats), table["tx_frames_on_way"])


def call_faults(path):
    for call in (ctl(path, "calls", "-s") or {"calls": []})["calls"]:
        for way in "tx", "rx":
            for fault in account_faults(call[way]):
                yield "call %d, %s account: %s" % (call["id"], way, fault)


def namespace_faults(path, accepted):
    table = ctl(path, "table")
    if table is None:
        return
    if table["free"] != table["slots"]:
        yield from call_faults(path)
    yield from table_faults(table)
    yield from ledger_faults(table, accepted.get(path))
    accepted[path] = table["tx_accepted"]


def faults(accepted):
    """@accepted is what each namespace had accepted at the last look."""
    return ["namespace %s: %s" % (name, fault) for path, name in namespaces()
            for fault in namespace_faults(path, accepted)]


def check(seconds):
    end = time.monotonic() + int(seconds)
    accepted = {}
    found = faults(accepted)
    while found and time.monotonic() < end:
        time.sleep(0.1)
        found = faults(accepted)
    print("".join(line + "\n" for line in found), end="")
    return 1 if found else 0


# ---- who holds the module ----

def namespace_holders(path):
    slots, table = ctl(path, "slots"), ctl(path, "table")
    if None in (slots, table):
        return
    for slot in slots["slots"]:
        if slot["state"] != "free":
            yield "VPN%d is %s" % (slot["number"], slot["state"])
    if table["tx_frames_on_way"]:
        yield "%d frames are on their way" % table["tx_frames_on_way"]


def holders():
    with open(REFERENCES, encoding="ascii") as file:
        uses = int(file.read())
    found = ["namespace %s: %s" % (name, line) for path, name in namespaces()
             for line in namespace_holders(path)]
    print("%d uses of pptp_mux: %s" % (
        uses, "; ".join(found) or "no call in any namespace explains them"))
    return 0


if __name__ == "__main__":
    sys.exit({"check": check, "holders": holders}[sys.argv[1]](*sys.argv[2:]))
