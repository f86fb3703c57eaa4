#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Generic netlink family pptp_mux, asked by hand-made messages (TAP).

Raw sockets and the standard library only: what is tested is the kernel's side,
with messages that no library would send. Runs as root in a network namespace
of its own with the module loaded; netlink.sh sees to both.
"""

import contextlib
import errno
import os
import resource
import select
import socket
import struct
import sys
import threading

from muxtest import done, point
from pppox_call import Call

NETLINK_GENERIC = 16
SO_RCVBUFFORCE = 33
# Calls that are enough for the limit of events in a second, 100 of a type
FLOOD = 1500
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_DUMP_INTR, NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x10, 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_ID_CTRL = 16
NLA_F_NESTED = 0x8000

SLOT_GET, SLOT_SET, TABLE_GET, TABLE_SET, EVENT = 1, 2, 3, 4, 5
NUMBER, STATE, ENABLED, USAGE, QUARANTINE, GENERATION = 1, 2, 3, 4, 5, 6
TABLE_SLOTS, TABLE_FREE, TABLE_SUPPRESSED = 1, 2, 13
EVENT_TYPE, EVENT_REASON, EVENT_SUPPRESSED = 1, 7, 15
TYPE_CLAIM, TYPE_REFUSAL, TYPE_HANG_UP = 1, 3, 5
NOBODY = 65534
TIMEOUT = 120  # seconds, for anything that is awaited


class Refused(OSError):
    """A negative answer, with the kernel's words."""


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def attr(kind, payload, length=None):
    """One attribute, padded; @length may lie."""
    head = struct.pack("=HH", 4 + len(payload) if length is None else length,
                       kind)
    return head + payload + bytes(-len(payload) % 4)


def attrs(data):
    """{type: payload} of attributes one after the other."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        assert 4 <= length <= len(data), "the kernel sent a broken attribute"
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def number(payload):
    return int.from_bytes(payload, sys.byteorder)


def messages(data):
    while data:
        length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
        yield kind, flags, seq, data[16:length]
        data = data[(length + 3) & ~3:]


def extack(payload, flags):
    """The text of an error message, if there is one."""
    inner = struct.unpack_from("=I", payload, 4)[0]
    start = 20 if flags & NLM_F_CAPPED else 4 + ((inner + 3) & ~3)
    if not flags & NLM_F_ACK_TLVS:
        return ""
    return attrs(payload[start:]).get(1, b"").rstrip(b"\0").decode()


class Genl:
    """A socket of the family."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.bind((0, 0))
        self.sock.settimeout(TIMEOUT)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.seq = 0
        family = attrs(self.do(3, attr(2, b"pptp_mux\0"), family=GENL_ID_CTRL))
        self.family = number(family[1])
        group = attrs(attrs(family[7])[1])
        self.group = number(group[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, command, payload, flags, family=None):
        self.seq += 1
        body = struct.pack("=BBH", command, 1, 0) + payload
        head = struct.pack("=IHHII", 16 + len(body), family or self.family,
                           NLM_F_REQUEST | flags, self.seq, 0)
        self.sock.send(head + body)

    def answers(self):
        """(flags, attributes) of each answer; raises Refused."""
        while True:
            for kind, flags, seq, payload in messages(self.sock.recv(65536)):
                if seq != self.seq:
                    continue
                if kind == NLMSG_DONE:
                    return
                if kind != NLMSG_ERROR:
                    yield flags, payload[4:]
                    continue
                code = -struct.unpack_from("=i", payload)[0]
                if code:
                    raise Refused(code, extack(payload, flags))
                return

    def do(self, command, payload=b"", family=None):
        """The answer's attributes, b"" if there was only the ack."""
        self.send(command, payload, NLM_F_ACK, family)
        found = b""
        for _, found in self.answers():
            pass
        return found

    def dump(self):
        """(consistent, [slot attributes])"""
        self.send(SLOT_GET, b"", NLM_F_DUMP)
        slots, consistent = [], True
        for flags, found in self.answers():
            consistent = consistent and not flags & NLM_F_DUMP_INTR
            slots.append(attrs(found))
        return consistent, slots

    def slot(self, slot):
        return attrs(self.do(SLOT_GET, u32(NUMBER, slot)))

    def table(self):
        return {kind: number(payload)
                for kind, payload in attrs(self.do(TABLE_GET)).items()}

    def resize(self, slots):
        self.do(TABLE_SET, u32(TABLE_SLOTS, slots))

    def join(self):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.group)
        return self

    def events(self):
        """Attributes of the events that one read brings."""
        return [attrs(payload[4:])
                for kind, _, _, payload in messages(self.sock.recv(65536))
                if kind == self.family]


def refused(name, codes, call, *args, says=""):
    """A point: the call is refused by one of @codes, and the text has @says."""
    try:
        call(*args)
    except Refused as error:
        point(error.errno in codes and says in (error.strerror or "") and
              (error.strerror or errno.EPERM in codes), name, repr(error))
        return
    point(False, name, "it was accepted")


def hostile_attributes(genl):
    """Strict policies: each of these has one thing wrong."""
    bad = (errno.EINVAL, errno.ERANGE)
    vpn1 = u32(NUMBER, 1)
    for name, command, payload in (
            ("slot 0", SLOT_GET, u32(NUMBER, 0)),
            ("slot 65536", SLOT_GET, u32(NUMBER, 65536)),
            ("no slot", SLOT_GET, b""),
            ("slot of 1 byte", SLOT_GET, u8(NUMBER, 1)),
            ("slot of 3 bytes", SLOT_GET, attr(NUMBER, b"\1\0\0")),
            ("slot of 8 bytes", SLOT_GET, attr(NUMBER, bytes(8))),
            ("slot of no bytes", SLOT_GET, attr(NUMBER, b"")),
            ("slot with a nest bit", SLOT_GET, u32(NUMBER | NLA_F_NESTED, 1)),
            ("unknown attribute", SLOT_GET, vpn1 + u32(1000, 1)),
            ("attribute of another command", SLOT_GET, vpn1 + u32(USAGE, 1)),
            ("attribute that only answers have", SLOT_SET,
             vpn1 + u32(STATE, 1)),
            ("attribute for a command without", TABLE_GET, u32(1, 1)),
            ("attribute 0", SLOT_GET, u32(0, 1) + vpn1),
            ("length that lies", SLOT_GET, attr(NUMBER, bytes(4), 400)),
            ("length below the header", SLOT_GET, attr(NUMBER, bytes(4), 2)),
            ("bytes behind the last attribute", SLOT_GET, vpn1 + b"\1\2\3"),
            ("set of nothing", SLOT_SET, vpn1),
            ("set without a slot", SLOT_SET, u8(ENABLED, 1)),
            ("enabled 2", SLOT_SET, vpn1 + u8(ENABLED, 2)),
            ("enabled of 4 bytes", SLOT_SET, vpn1 + u32(ENABLED, 1)),
            ("usage 8", SLOT_SET, vpn1 + u32(USAGE, 8)),
            ("usage of all bits", SLOT_SET, vpn1 + u32(USAGE, 0xffffffff)),
            ("quarantine above an hour", SLOT_SET,
             vpn1 + u32(QUARANTINE, 3600001)),
            ("table without a size", TABLE_SET, b""),
            ("table of 0", TABLE_SET, u32(TABLE_SLOTS, 0)),
            ("table of 65536", TABLE_SET, u32(TABLE_SLOTS, 65536)),
            ("table of 2^32-1", TABLE_SET, u32(TABLE_SLOTS, 0xffffffff))):
        refused(f"refused: {name}", bad, genl.do, command, payload)
    refused("refused: unknown command", (errno.EOPNOTSUPP, errno.EINVAL),
            raw_command, genl, 77)
    refused("refused: an event as a command", (errno.EOPNOTSUPP, errno.EINVAL),
            raw_command, genl, EVENT)


def raw_command(genl, command):
    """The core has no words of its own for these: the number is enough."""
    try:
        genl.do(command)
    except Refused as error:
        raise Refused(error.errno, error.strerror or "none") from error


def beyond_the_table(genl):
    genl.resize(8)
    refused("slot beyond the table", (errno.ENOENT,), genl.slot, 9,
            says="resize")
    refused("set beyond the table", (errno.ENOENT,), genl.do, SLOT_SET,
            u32(NUMBER, 9) + u8(ENABLED, 0), says="resize")
    point(number(genl.slot(8)[NUMBER]) == 8, "the last slot of the table")


def set_and_read(genl):
    genl.do(SLOT_SET, u32(NUMBER, 2) + u8(ENABLED, 0) + u32(USAGE, 5) +
            u32(QUARANTINE, 3600000))
    slot = genl.slot(2)
    point((number(slot[ENABLED]), number(slot[USAGE]),
           number(slot[QUARANTINE])) == (0, 5, 3600000), "what is set is read")
    before = {kind: slot[kind] for kind in (ENABLED, QUARANTINE)}
    genl.do(SLOT_SET, u32(NUMBER, 2) + u32(USAGE, 0))
    slot = genl.slot(2)
    point(number(slot[USAGE]) == 0 and
          before == {kind: slot[kind] for kind in before},
          "what is left out stays")
    genl.do(SLOT_SET, u32(NUMBER, 2) + u8(ENABLED, 1) + u32(USAGE, 3) +
            u32(QUARANTINE, 0))


@contextlib.contextmanager
def unprivileged():
    """This thread of control without any capability, and back."""
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def without_privilege():
    with unprivileged(), Genl() as genl:
        point(TABLE_SLOTS in genl.table(), "anybody reads the table")
        point(number(genl.slot(1)[NUMBER]) == 1, "anybody reads a slot")
        point(len(genl.dump()[1]) == genl.table()[TABLE_SLOTS],
              "anybody dumps the slots")
        refused("nobody sets a slot without CAP_NET_ADMIN", (errno.EPERM,),
                genl.do, SLOT_SET, u32(NUMBER, 1) + u8(ENABLED, 0))
        refused("nobody resizes without CAP_NET_ADMIN", (errno.EPERM,),
                genl.do, TABLE_SET, u32(TABLE_SLOTS, 9))


def claim_until(slot):
    """Calls up to the one that got @slot; next-fit begins anywhere."""
    calls = []
    while not calls or calls[-1].slot() != slot:
        calls.append(Call().bind())
    return calls


def await_free(genl):
    """Slots drain in work items: reads the table until all are free."""
    deadline = threading.Event()
    timer = threading.Timer(TIMEOUT, deadline.set)
    timer.start()
    try:
        while True:
            table = genl.table()
            if table[TABLE_FREE] == table[TABLE_SLOTS]:
                return True
            if deadline.is_set():
                return False
    finally:
        timer.cancel()


def shrink_over_calls(genl):
    genl.resize(8)
    calls = claim_until(7)
    for call in calls[:-1]:
        call.close()
    refused("no shrinking over a busy slot, which is named", (errno.EBUSY,),
            genl.resize, 6, says="VPN7")
    point(genl.table()[TABLE_SLOTS] == 8, "a refused resize changes nothing")
    genl.resize(7)
    point(calls[-1].slot() == 7, "shrinking up to the busy slot")
    genl.resize(65535)
    point(calls[-1].slot() == 7 and genl.table()[TABLE_SLOTS] == 65535,
          "growing under a call")
    calls[-1].close()
    point(await_free(genl), "all slots are free again")
    genl.resize(8)
    point(genl.table()[TABLE_SLOTS] == 8, "shrinking over free slots")


class Background:
    """Repeats a function in a thread until it is left."""

    def __init__(self, function):
        self.function = function
        self.stop = threading.Event()
        self.rounds = 0
        self.error = None
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.stop.is_set():
                self.function(self.rounds)
                self.rounds += 1
        except Exception as error:  # told by the point that asks for it
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def consecutive(slots):
    return [number(slot[NUMBER]) for slot in slots] == \
        list(range(1, len(slots) + 1))


def dumps_while_calls_come(genl):
    genl.resize(2000)

    def come_and_go(_):
        for call in [Call().bind() for _ in range(50)]:
            call.close()

    good = True
    with Background(come_and_go) as background:
        for _ in range(30):
            consistent, slots = genl.dump()
            good = good and consistent and consecutive(slots) and \
                len(slots) == 2000
    point(good, "dumps while calls come and go have each slot once")
    point(background.rounds > 0 and not background.error,
          "and calls did come and go", repr(background.error))
    point(await_free(genl), "none is left over")


def dumps_across_resizes(genl):
    """A dump that saw two sizes says so; the others are of one size."""
    sizes = (3000, 1500)
    genl.resize(sizes[0])
    consistent_dumps = wrong = 0
    with Genl() as other:
        with Background(lambda i: other.resize(sizes[(i + 1) % 2])) as resizes:
            for _ in range(60):
                consistent, slots = genl.dump()
                consistent_dumps += consistent
                wrong += not consecutive(slots) or \
                    consistent and len(slots) not in sizes
    point(not wrong, "dumps across resizes are whole or flagged",
          f"{wrong} wrong, {consistent_dumps} consistent")
    point(resizes.rounds > 1 and not resizes.error,
          "and the table was resized meanwhile", repr(resizes.error))
    flagged_dump(genl, sizes)
    consistent, slots = genl.dump()
    point(consistent and len(slots) == genl.table()[TABLE_SLOTS],
          "a dump repeated in peace is consistent")


def flagged_dump(genl, sizes):
    """The table changes between two reads of one dump, for certain."""
    genl.resize(sizes[0])
    genl.send(SLOT_GET, b"", NLM_F_DUMP)
    answers = genl.answers()
    next(answers)
    with Genl() as other:
        other.resize(sizes[0] + 1000)
    flags = 0
    for more, _ in answers:
        flags |= more
    point(flags & NLM_F_DUMP_INTR, "a dump that a resize broke is flagged")


def one_call():
    Call().bind().close()


def events_arrive(genl):
    with Genl().join() as reader:
        one_call()
        types = []
        while TYPE_HANG_UP not in types:
            types += [number(event[EVENT_TYPE]) for event in reader.events()]
    point(types[0] == TYPE_CLAIM, "a call is claimed and hung up", repr(types))
    point(await_free(genl), "its slot is free")


def readable(sock):
    return bool(select.select([sock], [], [], 0)[0])


def slow_reader(genl):
    """A reader that sleeps gets ENOBUFS once, and then what comes later."""
    with Genl() as reader:
        reader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        reader.join()
        for _ in range(64):
            one_call()
        point(await_free(genl), "nobody waits for a slow reader")
        lost = got = 0
        while readable(reader.sock):
            try:
                got += len(reader.events())
            except OSError as error:
                lost += error.errno == errno.ENOBUFS
        point(lost > 0, "a slow reader is told that events were lost",
              f"{got} read")
        point(later_event(reader), "and reads on")


def later_event(reader):
    """New calls until one is told of: their rate is limited."""
    deadline = threading.Event()
    timer = threading.Timer(TIMEOUT, deadline.set)
    timer.start()
    try:
        while not deadline.is_set():
            one_call()
            if select.select([reader.sock], [], [], 0.1)[0]:
                return bool(reader.events())
    finally:
        timer.cancel()
    return False


def told_suppressed(reader):
    """How many events those that can be read now say were not sent."""
    told = 0
    while readable(reader.sock):
        for event in reader.events():
            told += number(event.get(EVENT_SUPPRESSED, b"\0"))
    return told


def many_hang_up(count):
    """A process that has @count calls ends, and all of them with it, at once."""
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 64, count + 64))
        calls = [Call().bind() for _ in range(count)]
        os._exit(len(calls) != count)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0


def suppressed(genl):
    """Far more events than the limit lets through are counted, not sent."""
    slots = genl.table()[TABLE_SLOTS]
    genl.resize(FLOOD)
    before = genl.table()[TABLE_SUPPRESSED]
    with Genl().join() as reader:
        # A slow machine binds for so long that the limit lets many through
        reader.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        point(many_hang_up(FLOOD), f"{FLOOD} calls hang up at once")
        point(await_free(genl), "all slots are free after the flood")
        after = genl.table()[TABLE_SUPPRESSED]
        point(after > before, "suppressed events are counted",
              f"{before} then {after}")
        told = told_suppressed(reader)
        deadline = threading.Event()
        timer = threading.Timer(TIMEOUT, deadline.set)
        timer.start()
        while not told and not deadline.is_set():
            one_call()
            told += told_suppressed(reader)
        timer.cancel()
    point(told > 0, "the next event tells how many")
    await_free(genl)
    genl.resize(slots)


def namespaces(genl):
    """A child in a namespace of its own sees and changes its own table only."""
    genl.resize(8)
    genl.do(SLOT_SET, u32(NUMBER, 1) + u32(USAGE, 4))
    with Call().bind(), Genl().join() as reader:
        while readable(reader.sock):
            reader.events()
        pid = os.fork()
        if not pid:
            os._exit(child_namespace())
        _, status = os.waitpid(pid, 0)
        point(os.waitstatus_to_exitcode(status) == 0,
              "a new namespace has its own table, slots and calls",
              f"status {status:#x}")
        point(genl.table()[TABLE_SLOTS] == 8, "which leaves ours alone")
        point(not readable(reader.sock), "its events are not ours")
    genl.do(SLOT_SET, u32(NUMBER, 1) + u32(USAGE, 3))
    await_free(genl)


def child_namespace():
    """Exit code of the child: the first condition that did not hold."""
    import ctypes
    clone_newnet = 0x40000000
    if ctypes.CDLL(None).unshare(clone_newnet):
        return 1
    with Genl() as genl:
        table = genl.table()
        if table[TABLE_FREE] != table[TABLE_SLOTS]:
            return 2
        if number(genl.slot(1)[USAGE]) != 3:
            return 3
        genl.resize(77)
        with Call().bind():
            return 0 if genl.table()[TABLE_FREE] == 76 else 4


def main():
    print("TAP version 13")
    with Genl() as genl:
        hostile_attributes(genl)
        beyond_the_table(genl)
        set_and_read(genl)
        without_privilege()
        shrink_over_calls(genl)
        dumps_while_calls_come(genl)
        dumps_across_resizes(genl)
        genl.resize(8)
        events_arrive(genl)
        slow_reader(genl)
        suppressed(genl)
        namespaces(genl)
    return done()


if __name__ == "__main__":
    sys.exit(main())
