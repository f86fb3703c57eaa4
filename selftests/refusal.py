#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Calls that are refused, and what comes after, each a part of refusal.sh.

Usage: refusal.py PART SERVER [PID]
"""

import os
import sys

import pptp_peer as pptp
from muxtest import enter
from netlink_hostile import Genl, TABLE_FREE, TABLE_SLOTS
from pppox_call import USAGE, Call
from pptp_peer import Closed, Control

TABLE_HAND_OVERS, TABLE_NO_RESOURCE = 8, 12

# More allocations than are made until a call has its slot. What else the server does
# in between differs from one call to the next, so one pass may miss the slot's.
ALLOCATIONS = 60
PASSES = 8


def until_connected(control, call_id):
    """Tries again on the same connection, which the server lets stand."""
    def connected():
        result, error, theirs = control.ask_call(call_id)
        assert (result, error) in ((pptp.CONNECTED, 0), (pptp.BUSY, 0)), result
        return theirs if result == pptp.CONNECTED else None
    return pptp.wait_for(connected)


def busy(server):
    """Both slots have a call that is not pptpmuxd's: Busy, until a slot is free."""
    taken = take_slots(server, 2)
    with Control(server).start() as control, Control(server).start() as other:
        assert control.ask_call(3) == (pptp.BUSY, pptp.NO_ERROR, 0)
        assert other.ask_call(3) == (pptp.BUSY, pptp.NO_ERROR, 0)
        taken.pop().close()
        other.clear(3, until_connected(other, 3))
        control.clear(4, until_connected(control, 4))
        control.stop()
        other.stop()
    taken.pop().close()


def no_usage(server):
    """No slot may receive: Not Accepted; and accepted once one may."""
    pptp.ctl("s", "set", "all", "usage", "dial-out,demand-dial")
    with Control(server).start() as control:
        assert control.ask_call(1) == (pptp.NOT_ACCEPTED, pptp.NO_ERROR, 0)
        pptp.ctl("s", "set", "all", "usage", "+receive")
        pptp.ctl("s", "set", "all", "enabled", "no")
        assert control.ask_call(1) == (pptp.NOT_ACCEPTED, pptp.NO_ERROR, 0)
        pptp.ctl("s", "set", "VPN2", "enabled", "yes")
        control.clear(1, control.call(1))
        pptp.wait_for(lambda: pptp.ctl("s", "table")["free"] == 2)
        # one slot is taken and the other disabled: that is Busy
        taken, = take_slots(server, 1)
        assert control.ask_call(2)[:2] == (pptp.BUSY, pptp.NO_ERROR)
        taken.close()
        control.stop()
    pptp.ctl("s", "set", "all", "enabled", "yes")


def too_many(server):
    """More calls than max-calls-per-connection: General Error, No Resource."""
    pptp.ctl("s", "resize", "4")
    with Control(server).start() as control:
        for ours in 1, 2, 3:
            control.call(ours)
        assert control.ask_call(4) == (pptp.GENERAL, pptp.NO_RESOURCE, 0)
        control.stop()
    pptp.wait_for(lambda: pptp.ctl("s", "table")["free"] == 4)
    pptp.ctl("s", "resize", "2")


def fail_nth(pid, number):
    """The process's number-th allocation from now on fails; 0: none does."""
    with open("/proc/%d/fail-nth" % pid, "w", encoding="ascii") as file:
        file.write(str(number))


def ask_failing(server, pid, number):
    """The reply to a call in which one allocation fails; None if that ended
    the connection."""
    try:
        with Control(server).start() as control:
            fail_nth(pid, number)
            try:
                reply = control.ask_call(1)
            finally:
                fail_nth(pid, 0)
            control.stop()
            return reply[:2]
    except Closed:
        return None


def in_servers_namespace(function, *args):
    with open("/proc/self/ns/net", "rb") as here:
        enter(f"/run/netns/{os.environ['NS_PREFIX']}s")
        value = function(*args)
        enter(f"/proc/self/fd/{here.fileno()}")
    return value


def servers_family():
    """A netlink socket in the server's namespace: asked often, it is cheaper than
    a process."""
    return in_servers_namespace(Genl)


def take_slots(server, count):
    """Calls in so many of the server's slots, which no peer can end"""
    return [in_servers_namespace(lambda: Call(USAGE["receive"]).bind(server))
            for _ in range(count)]


def idle(genl):
    """The table, once all of it is free."""
    table = genl.table()
    return table if table[TABLE_FREE] == table[TABLE_SLOTS] else None


def fail_until_counted(genl, server, pid, counter):
    """Has one allocation after the other fail, each in a call of its own, until
    the table counts what that leads to; the reply to the last of these calls."""
    before = genl.table()[counter]
    for number in list(range(1, ALLOCATIONS)) * PASSES:
        reply = ask_failing(server, pid, number)
        print(number, reply)
        assert reply is None or reply[0] in (pptp.CONNECTED, pptp.GENERAL), reply
        if pptp.wait_for(lambda: idle(genl))[counter] > before:
            return reply
    raise AssertionError(f"no allocation led to counter {counter}")


def no_memory_one_slot(server, pid):
    """Nobody to hand the call on to: General Error, No Resource."""
    genl = servers_family()
    reply = fail_until_counted(genl, server, pid, TABLE_NO_RESOURCE)
    assert reply == (pptp.GENERAL, pptp.NO_RESOURCE), reply
    assert ask_failing(server, pid, 0) == (pptp.CONNECTED, pptp.NO_ERROR)


def no_memory_two_slots(server, pid):
    """What one slot has no memory for, the next one takes."""
    genl = servers_family()
    refused = genl.table()[TABLE_NO_RESOURCE]
    reply = fail_until_counted(genl, server, pid, TABLE_HAND_OVERS)
    assert reply == (pptp.CONNECTED, pptp.NO_ERROR), reply
    assert genl.table()[TABLE_NO_RESOURCE] == refused


PARTS = {part.__name__: part for part in
         (busy, no_usage, too_many, no_memory_one_slot, no_memory_two_slots)}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
