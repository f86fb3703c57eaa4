#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""VPN slots over sockets and netlink: who gets which, and who is told (TAP).

Runs as root with the module loaded, in a network namespace of its own with lo
up; slots.sh sees to that. Two articles about NT are played here:
Q194465 (a port in clean-up refuses a call while others are free) and Q233196
(ports that may not route are in the way of those that may). Where the kernel
can inject faults, allocations are made to fail one after the other.
"""

import contextlib
import errno
import json
import os
import resource
import subprocess
import sys
import time

from muxtest import (done, equal, error_name, error_of, point,
                     refused, skip, wait_until)
from netlink_hostile import (ENABLED, GENERATION, Genl, NUMBER, QUARANTINE,
                             SLOT_SET, STATE, TABLE_FREE, USAGE,
                             await_free, number, u8, u32)
from pppox_call import Call

RECEIVE, DIAL_OUT, DEMAND_DIAL = 1, 2, 4
FREE, CLAIMED, CONNECTED, DRAINING = range(4)
SLOT_REFUSED = 7
TABLE_DRAINING, TABLE_DISABLED, TABLE_CLAIMS = 5, 6, 7
TABLE_HAND_OVERS, TABLE_EARLY = 8, 9
TABLE_REFUSED = (10, 11, 12)  # no usage, all busy, no resource
TABLE_NO_RESOURCE = 12
HOUR = 3600000  # ms
LOOPBACK = "127.0.0.1"
MANY = 3000
FAILSLAB = "/sys/kernel/debug/failslab"


def settings(genl, slots, **values):
    kinds = {"enabled": (ENABLED, u8), "usage": (USAGE, u32),
             "quarantine": (QUARANTINE, u32)}
    payload = b"".join(kinds[name][1](kinds[name][0], value)
                       for name, value in values.items())
    for slot in slots:
        genl.do(SLOT_SET, u32(NUMBER, slot) + payload)


def fresh(genl, slots):
    """A table of free slots with default settings, VPN1 first in turn."""
    point(await_free(genl), "all slots are free")
    genl.resize(1)
    settings(genl, [1], enabled=1, usage=RECEIVE | DIAL_OUT, quarantine=0)
    genl.resize(slots)


def claimed(usage=None):
    call = Call(usage)
    try:
        return call.bind(LOOPBACK)
    except OSError:
        call.close()
        raise


def connected(usage=None):
    return claimed(usage).connect(LOOPBACK, 7)


def close_all(calls):
    for call in calls:
        call.close()


def slots_of(calls):
    return [call.slot() for call in calls]


def state(genl, slot):
    return number(genl.slot(slot)[STATE])


def grown(genl, before):
    """How much each counter of the table has grown."""
    return {kind: value - before.get(kind, 0)
            for kind, value in genl.table().items()}


def refusal_of(usage=None):
    """(errno, refusal) of a claim that is expected to be refused."""
    with Call(usage) as call:
        return error_of(call.bind), call.refusal()


def refusal(reason, slots, **counts):
    found = {"reason": reason, "slots": slots, "not_usage": 0, "disabled": 0,
             "busy": 0, "no_resource": 0}
    found.update(counts)
    return found


def turns(genl):
    """A slot that was freed last is taken last."""
    fresh(genl, 4)
    taken = []
    for _ in range(10):
        call = claimed()
        taken.append(call.slot())
        call.close()
        wait_until(lambda: state(genl, taken[-1]) == FREE)
    equal(taken, [1, 2, 3, 4, 1, 2, 3, 4, 1, 2], "slots take turns")
    with claimed() as first, claimed() as second:
        equal(slots_of([first, second]), [3, 4], "longest free, taken first")


def clean_up(genl):
    """Q194465: seven of eight ports are in clean-up, and calls arrive."""
    fresh(genl, 8)
    settings(genl, range(1, 8), quarantine=5000)
    close_all([connected() for _ in range(8)])
    wait_until(lambda: state(genl, 8) == FREE)
    before = genl.table()
    equal((before[TABLE_DRAINING], before[TABLE_FREE]), (7, 1),
          "seven of eight slots are in clean-up")
    calls = [connected() for _ in range(8)]
    equal(sorted(slots_of(calls)), list(range(1, 9)), "eight calls connect")
    equal(calls[0].slot(), 8, "the first one in the slot that is free")
    after = grown(genl, before)
    equal([after[kind] for kind in TABLE_REFUSED], [0] * 3, "none is refused")
    equal((after[TABLE_HAND_OVERS], after[TABLE_EARLY]), (1, 7),
          "one was handed on, seven took a slot out of clean-up")
    equal(refusal_of(), (errno.EBUSY, refusal("all-busy", 8, busy=8)),
          "the ninth is refused: all are busy")
    close_all(calls)
    settings(genl, range(1, 8), quarantine=0)


def quarantine(genl):
    """A slot rests for as long as is said, unless it is needed."""
    fresh(genl, 2)
    settings(genl, [1], quarantine=1000)
    started = time.monotonic()
    connected().close()
    equal(state(genl, 1), DRAINING, "a slot in quarantine")
    point(wait_until(lambda: state(genl, 1) == FREE), "is free at last")
    took = time.monotonic() - started
    point(took > 0.99, "but not before its time", f"after {took:.3f} s")


def usages(genl):
    """Q233196: VPN1, 3 and 5 may route, VPN2 and 4 only receive."""
    fresh(genl, 5)
    settings(genl, (1, 3, 5), usage=RECEIVE | DEMAND_DIAL)
    settings(genl, (2, 4), usage=RECEIVE)
    settings(genl, range(1, 6), enabled=1)
    before = genl.table()
    calls = [connected(DEMAND_DIAL) for _ in range(2)]
    equal(slots_of(calls), [1, 3], "the second demand-dial call gets VPN3")
    equal(grown(genl, before)[TABLE_HAND_OVERS], 0, "nobody else was asked")
    calls.append(connected(DEMAND_DIAL))
    equal(refusal_of(DEMAND_DIAL),
          (errno.EBUSY, refusal("all-busy", 5, not_usage=2, busy=3)),
          "the fourth finds all of its usage busy")
    calls += [connected(RECEIVE) for _ in range(2)]
    equal(slots_of(calls), [1, 3, 5, 2, 4], "the others receive")
    equal(refusal_of(DIAL_OUT),
          (errno.EACCES, refusal("no-usage", 5, not_usage=5)),
          "nobody dials out")
    close_all(calls)


def set_while_up(genl):
    """What is set counts from the next call on."""
    fresh(genl, 2)
    with connected(RECEIVE) as call:
        equal(call.slot(), 1, "a call in VPN1")
        settings(genl, [1], usage=DEMAND_DIAL, quarantine=0)
        equal(state(genl, 1), CONNECTED, "stays when its slot's usage is set")
        settings(genl, [1], enabled=0)
        equal(state(genl, 1), CONNECTED, "and when its slot is disabled")
        with claimed(RECEIVE) as other:
            equal(other.slot(), 2, "the next one goes to VPN2")
            equal(refusal_of(RECEIVE), (errno.EBUSY,
                                        refusal("all-busy", 2, disabled=1,
                                                busy=1)),
                  "a disabled slot counts as disabled, with a call or without")
    point(await_free(genl), "a disabled slot drains too")
    equal(genl.table()[TABLE_DISABLED], 1, "and is still disabled")
    equal(refusal_of(DEMAND_DIAL),
          (errno.EACCES, refusal("no-usage", 2, not_usage=1, disabled=1)),
          "and takes no call")
    settings(genl, [1], enabled=1)
    with claimed(DEMAND_DIAL) as call:
        equal(call.slot(), 1, "until it is enabled")


def refused_claim(genl):
    """A claim that is refused leaves no trace but the count."""
    fresh(genl, 1)
    with claimed():
        before = genl.table()
        for _ in range(100):
            refused_silently(errno.EBUSY)
        after = grown(genl, before)
        equal((after[TABLE_REFUSED[1]], after[TABLE_CLAIMS]), (100, 0),
              "refusals are counted")


def refused_silently(code):
    with Call() as call:
        found = error_of(call.bind)
        assert found == code, f"{error_name(found)}, not {error_name(code)}"


@contextlib.contextmanager
def followed(count):
    """Events of this namespace in a list, which is full on the way out."""
    events = []
    command = [os.environ["CTL"], "--json", "events", "--count", str(count),
               "--timeout", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as follower:
        if "following" not in follower.stderr.readline():
            raise RuntimeError("pptpmuxctl does not follow events")
        yield events
        events += [json.loads(line) for line in follower.stdout]


def picked(event, *keys):
    return {key: event.get(key) for key in keys}


def events_of_a_call(genl):
    fresh(genl, 2)
    with followed(3) as events, connected(RECEIVE) as call:
        call_id = call.name()[1]
        call.set_cause(9)
    claim, up, hang_up = events
    call = {"type": "claim", "slot": 1, "asked_usage": ["receive"]}
    equal(picked(claim, *call), call, "the claim is told")
    equal(claim["call"]["id"], call_id, "and of which call id")
    equal(picked(up, *call), dict(call, type="connected"),
          "the connection is told")
    equal(picked(up["call"], "id", "local", "peer", "peer_id"),
          {"id": call_id, "local": LOOPBACK, "peer": LOOPBACK, "peer_id": 7},
          "and of whom with whom")
    equal(picked(hang_up, "type", "event", "slot", "cause"),
          {"type": "hang-up", "event": 20048, "slot": 1, "cause": "lost"},
          "the end is told, with its cause")
    totals = hang_up["call"]["stats"]
    point(hang_up["call"]["id"] == call_id and
          hang_up["call"]["uptime_ms"] >= 0 and
          totals["tx_packets"] == 0 and totals["rx_packets"] == 0,
          "and the call's totals", repr(hang_up))


def events_of_a_refusal(genl):
    fresh(genl, 3)
    settings(genl, [1], enabled=0)
    settings(genl, [2], usage=DEMAND_DIAL)
    with claimed(RECEIVE), followed(1) as events:
        refusal_of(RECEIVE)
    told = {"type": "refusal", "reason": "all-busy", "slots": 3,
            "not_usage": 1, "disabled": 1, "busy": 1, "no_resource": 0,
            "asked_usage": ["receive"]}
    equal(picked(events[0], *told), told, "a refusal is told with its counts")


def events_of_a_hand_over(genl):
    """
    VPN1 rests and would be next in turn. While its last call is not yet gone
    from PPP, which takes a moment, the cause is another.
    """
    fresh(genl, 2)
    settings(genl, [1], quarantine=HOUR)
    for slot in (1, 2):
        with claimed() as call:
            equal(call.slot(), slot, f"a call in VPN{slot}")
    asked = number(genl.slot(1)[SLOT_REFUSED])
    told = {"type": "hand-over", "slot": 1, "cause": "quarantine",
            "attempts": 1}
    equal(wait_until(lambda: hand_over(genl, told)), told,
          "a hand-over is told with slot and cause")
    point(number(genl.slot(1)[SLOT_REFUSED]) > asked, "the slot counts it")
    settings(genl, [1], quarantine=0)
    # Its rest was set by its last call: the next one ends it
    close_all([claimed(), claimed()])


def hand_over(genl, told):
    """The hand-over of the next claim, None if it was another."""
    wait_until(lambda: state(genl, 2) == FREE)
    with followed(2) as events, claimed() as call:
        slot = call.slot()
    found = picked(events[0], *told)
    return found if slot == 2 and found == told else None


def many_at_once(genl):
    """Nobody waits for anybody's end."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (MANY + 100, MANY + 100))
    fresh(genl, MANY)
    before = genl.table()
    every = list(range(1, MANY + 1))
    calls = [connected() for _ in every]
    equal(sorted(slots_of(calls)), every, f"{MANY} calls, each in its slot")
    equal(len({call.name() for call in calls}), MANY, "each with its id")
    close_all(calls)
    calls = [connected() for _ in every]
    equal(sorted(slots_of(calls)), every, "all closed, and claimed at once")
    refused(errno.EBUSY, "one more is one too many", claimed)
    close_all(calls)
    point(await_free(genl), "all slots are free at last")
    equal(grown(genl, before)[TABLE_CLAIMS], 2 * MANY, "claims are counted")


def claims_of_many_processes(genl):
    """Four processes over eight slots, none of which waits."""
    fresh(genl, 8)
    generations = sum_of_generations(genl)
    before = genl.table()
    pids = [fork_claims(500) for _ in range(4)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    equal(codes, [0] * 4, "4000 claims of four processes over eight slots")
    point(await_free(genl), "all slots are free")
    equal((grown(genl, before)[TABLE_CLAIMS],
           sum_of_generations(genl) - generations), (4000, 4000),
          "each is a generation of its slot")


def fork_claims(count):
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for _ in range(count):
            with claimed() as first, claimed() as second:
                assert first.slot() != second.slot()
                assert first.name() != second.name()
        code = 0
    finally:
        os._exit(code)


def sum_of_generations(genl):
    return sum(number(slot[GENERATION]) for slot in genl.dump()[1])


# ---- faults ----

def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Faults:
    """
    Allocations of this thread that fail. The kernel is not to print each one,
    and not only those that may not sleep.
    """

    def __init__(self):
        for name, value in (("verbose", "0"), ("ignore-gfp-wait", "N"),
                            ("task-filter", "Y"), ("interval", "1"),
                            ("times", "-1"), ("probability", "0")):
            write(f"{FAILSLAB}/{name}", value)
        self.nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        self.on = os.open("/proc/self/make-it-fail", os.O_RDWR)

    def once(self, nth, function, *args):
        """(errno, whether there was an @nth allocation), which fails."""
        os.pwrite(self.nth, b"%d" % nth, 0)
        try:
            code = error_of(function, *args)
        finally:
            left = int(os.pread(self.nth, 16, 0))
            os.pwrite(self.nth, b"0", 0)
        return code, left == 0

    def at_random(self, percent, function, *args):
        write(f"{FAILSLAB}/probability", str(percent))
        os.pwrite(self.on, b"1", 0)
        try:
            return error_of(function, *args)
        finally:
            os.pwrite(self.on, b"0", 0)
            write(f"{FAILSLAB}/probability", "0")


def each_allocation(faults, name, prepare, codes):
    """
    Lets each allocation of an operation fail in turn, until all have. @prepare
    gives the operation, and what is to be closed after it.
    """
    wrong, injected, nth = [], True, 0
    while injected and nth < 1000:
        nth += 1
        function, things = prepare()
        code, injected = faults.once(nth, function)
        if code and (not injected or code not in codes):
            wrong.append(f"{nth}: {error_name(code)}")
        close_all(things)
    print(f"# {nth - 1} allocations", flush=True)
    point(not wrong and not injected and nth > 1,
          f"each allocation of {name} fails in turn", wrong)


def prepare_socket():
    made = []
    return lambda: made.append(Call()), made


def prepare_bind():
    call = Call()
    return lambda: call.bind(LOOPBACK), [call]


def prepare_connect():
    call = claimed()
    return lambda: call.connect(LOOPBACK, 7), [call]


class Closing:
    """A netlink socket, closed as calls are."""

    def __init__(self):
        self.genl = Genl()

    def close(self):
        self.genl.sock.close()


def prepare_netlink(request):
    def prepare():
        closing = Closing()
        return lambda: request(closing.genl), [closing]
    return prepare


sizes = iter(range(100, 60000, 100))


def grow(genl):
    genl.resize(next(sizes))


def one_by_one(genl, faults):
    fresh(genl, 4)
    no_memory = (errno.ENOMEM, errno.ENOBUFS)
    for name, prepare, codes in (
            # The VFS has an errno of its own for it
            ("socket()", prepare_socket, no_memory + (errno.ENFILE,)),
            ("bind()", prepare_bind, no_memory),
            ("a set", prepare_netlink(
                lambda g: settings(g, [1], quarantine=0)), no_memory),
            ("a resize", prepare_netlink(grow), no_memory),
            ("a look at the table", prepare_netlink(Genl.table), no_memory),
            ("a dump", prepare_netlink(Genl.dump), no_memory)):
        each_allocation(faults, name, prepare, codes)
    with Genl().join():
        each_allocation(faults, "bind() with a listener", prepare_bind,
                        no_memory)
        each_allocation(faults, "connect() with a listener", prepare_connect,
                        no_memory)


def close_in_need(genl, faults):
    """A hang-up needs no memory."""
    fresh(genl, 4)
    for nth in range(1, 9):
        code, _ = faults.once(nth, connected().close)
        if code:
            break
    equal(code, 0, "close() does not fail")


def no_memory_at_all(genl, faults):
    fresh(genl, 4)
    before = genl.table()
    with Call() as call:
        code = faults.at_random(100, call.bind, LOOPBACK)
        equal((code, call.refusal()),
              (errno.ENOBUFS, refusal("no-resource", 4, no_resource=4)),
              "without memory each slot refuses, and is counted")
        after = grown(genl, before)
        equal((after[TABLE_HAND_OVERS], after[TABLE_NO_RESOURCE],
               after[TABLE_CLAIMS]), (4, 1, 0), "four hand-overs, one refusal")
        equal(error_of(call.bind, LOOPBACK), 0, "with memory it is accepted")


def now_and_then(genl, faults):
    fresh(genl, 4)
    before = genl.table()
    codes = []
    for _ in range(300):
        with Call() as call:
            codes.append(faults.at_random(40, call.bind, LOOPBACK))
    equal(set(codes) - {0, errno.ENOBUFS}, set(),
          "with memory now and then: accepted or no resource")
    after = grown(genl, before)
    equal((after[TABLE_CLAIMS], after[TABLE_NO_RESOURCE]),
          (codes.count(0), codes.count(errno.ENOBUFS)), "as is counted")
    point(codes.count(0) and after[TABLE_HAND_OVERS],
          "and some were handed on", repr(after))


def faults_injected(genl):
    if not os.path.exists(FAILSLAB):
        skip("faults", "this kernel injects none: scripts/vm --kernel debug")
        return
    faults = Faults()
    one_by_one(genl, faults)
    close_in_need(genl, faults)
    no_memory_at_all(genl, faults)
    now_and_then(genl, faults)
    point(await_free(genl), "all slots are free after all faults")


def main():
    print("TAP version 13")
    with Genl() as genl:
        turns(genl)
        clean_up(genl)
        quarantine(genl)
        usages(genl)
        set_while_up(genl)
        refused_claim(genl)
        events_of_a_call(genl)
        events_of_a_refusal(genl)
        events_of_a_hand_over(genl)
        claims_of_many_processes(genl)
        many_at_once(genl)
        faults_injected(genl)
    return done()


if __name__ == "__main__":
    sys.exit(main())
