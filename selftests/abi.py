#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The socket ABI of a call: every answer of every system call on it (TAP).

Runs as root with the module loaded, in a network namespace of its own in which
lo is up and is the only way out; abi.sh sees to that.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
import sys

import pppox_call
from muxtest import (CLONE_NEWNET, CLONE_NEWUSER, checked, done, equal,
                     error_of, in_child, libc, point, refused, skip, unshare,
                     wait_until)
from netlink_hostile import (ENABLED, Genl, NUMBER, SLOT_SET, STATE,
                             TABLE_FREE, TABLE_SLOTS, USAGE, number, u8, u32,
                             unprivileged)
from pppox_call import Call

PPPIOCGFLAGS, PPPIOCSFLAGS = 0x8004745a, 0x40047459
SC_COMP_PROT, SC_COMP_AC, SC_RCV_BITS = 1, 2, 0x0f000000
PX_PROTO_OE = 0
MSGHDR_SIZE = 56
SO_USAGE, SO_SLOT, SO_REFUSAL, SO_CAUSE = 1, 2, 3, 4
SO_REORDER, SO_WINDOW, SO_PEER_WINDOW, SO_TOS, SO_CLEAR_TEXT = 8, 9, 10, 11, 12
REORDER_ADAPTIVE, WINDOW_AUTO = 0xffffffff, 2
RECEIVE, DIAL_OUT, DEMAND_DIAL = 1, 2, 4
CLAIMED, CONNECTED = 1, 2
TABLE_CLAIMED = 3
LOOPBACK = "127.0.0.1"


def all_free(genl):
    table = genl.table()
    return table[TABLE_FREE] == table[TABLE_SLOTS]


def name_of(call_id=0, family=pppox_call.AF_PPPOX,
            protocol=pppox_call.PX_PROTO_PPTP):
    return pppox_call.SOCKADDR.pack(family, protocol, call_id,
                                    socket.inet_aton(LOOPBACK))


def raw_bind(call, name, length=None):
    checked(libc.bind(call.sock.fileno(), name,
                      len(name) if length is None else length))


def raw_connect(call, name):
    checked(libc.connect(call.sock.fileno(), name, len(name)))


def bind_any(genl):
    with Call() as call:
        equal(call.name(), ("0.0.0.0", 0), "no name before bind")
        equal(call.slot(), 0, "no slot before bind")
        call.bind(LOOPBACK)
        address, call_id = call.name()
        point(address == LOOPBACK and call_id != 0, "bind to any id",
              f"{address} {call_id}")
        point(call.slot() > 0, "bind takes a slot")
        equal(number(genl.slot(call.slot())[STATE]), CLAIMED,
              "which is claimed")
        with Call() as other:
            other.bind(LOOPBACK)
            point(other.name() != call.name() and other.slot() != call.slot(),
                  "the next call has another id and slot")


def bind_explicit(genl):
    with Call() as call, Call() as other:
        call.bind(LOOPBACK, 4711)
        equal(call.name(), (LOOPBACK, 4711), "bind to an id of one's own")
        claimed = genl.table()[TABLE_CLAIMED]
        refused(errno.EBUSY, "bind to an id in use", other.bind, LOOPBACK, 4711)
        equal(other.refusal()["reason"], "none", "which is no fault of slots")
        equal(genl.table()[TABLE_CLAIMED], claimed, "and keeps no slot")
        refused(errno.EBUSY, "bind twice", call.bind, LOOPBACK, 4712)
        equal(call.name(), (LOOPBACK, 4711), "which changes nothing")
        equal(error_of(other.bind, LOOPBACK, 65535), 0, "bind to the last id")
    with Call() as call:
        equal(error_of(call.bind, LOOPBACK, 4711), 0,
              "an id is free again with its socket")


def bind_malformed(genl):
    with Call() as call:
        name = name_of()
        for length in (0, 2, 14, len(name) - 1):
            refused(errno.EINVAL, f"bind with a name of {length} bytes",
                    raw_bind, call, name, length)
        refused(errno.EINVAL, "bind with another family", raw_bind, call,
                name_of(family=socket.AF_INET))
        refused(errno.EINVAL, "bind with another protocol", raw_bind, call,
                name_of(protocol=PX_PROTO_OE))
        equal(call.slot(), 0, "a malformed bind takes no slot")
        equal(error_of(raw_bind, call, name + bytes(64)), 0,
              "bind with a longer name, as the kernel's pptp takes it")
    point(wait_until(lambda: all_free(genl)), "all slots are free")


def bind_unprivileged():
    with Call() as call:
        with unprivileged():
            refused(errno.EPERM, "bind without CAP_NET_ADMIN", call.bind)
        equal(call.slot(), 0, "which takes no slot")
        equal(error_of(call.bind), 0, "and can be tried again")


def user_namespaces():
    """CAP_NET_ADMIN counts where the network namespace belongs to."""
    if not os.path.exists("/proc/self/ns/user"):
        skip("root of another user namespace", "the kernel has none")
        skip("root of the user namespace that owns the network", "the same")
        return
    equal(in_child(bind_in_user_namespace), errno.EPERM,
          "root of another user namespace is refused")
    equal(in_child(bind_in_both_namespaces), 0,
          "root of the user namespace that owns the network is not")


def bind_in_user_namespace():
    unshare(CLONE_NEWUSER)
    with Call() as call:
        return error_of(call.bind)


def bind_in_both_namespaces():
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    with Call() as call:
        return error_of(call.bind)


def connect_states(genl):
    with Call() as call:
        refused(errno.EINVAL, "connect before bind", call.connect, LOOPBACK, 7)
        refused(errno.ENOTCONN, "no channel before bind", call.channel)
        call.bind(LOOPBACK)
        refused(errno.ENOTCONN, "no channel before connect", call.channel)
        refused(errno.EINVAL, "connect with another family", raw_connect, call,
                name_of(family=socket.AF_INET))
        refused(errno.EINVAL, "connect with a short name", raw_connect, call,
                name_of()[:-1])
        refused(errno.EINVAL, "connect to no address", call.connect,
                "0.0.0.0", 7)
        refused(errno.EHOSTUNREACH, "connect without a route", call.connect,
                "198.51.100.1", 7)
        equal(number(genl.slot(call.slot())[STATE]), CLAIMED,
              "a failed connect leaves the slot claimed")
        call.connect(LOOPBACK, 7)
        equal(number(genl.slot(call.slot())[STATE]), CONNECTED, "connect")
        point(call.channel() >= 0, "the channel after connect")
        refused(errno.EBUSY, "connect twice", call.connect, LOOPBACK, 8)
        refused(errno.EBUSY, "bind after connect", call.bind, LOOPBACK)
    with Call() as call:
        call.bind("0.0.0.0")
        refused(errno.EINVAL, "connect from no address", call.connect,
                LOOPBACK, 7)
    with Call() as call, Call() as other:
        call.bind(LOOPBACK).connect(LOOPBACK, 9)
        other.bind(LOOPBACK).connect(LOOPBACK, 9)
        point(call.channel() != other.channel(), "each call has its channel")


def ppp_ioctl(fd, request, value):
    answer = fcntl.ioctl(fd, request, struct.pack("=I", value))
    return struct.unpack("=I", answer)[0]


def channel_ioctls():
    fd = os.open("/dev/ppp", os.O_RDWR)
    with Call() as call:
        call.bind(LOOPBACK).connect(LOOPBACK, 7)
        ppp_ioctl(fd, pppox_call.PPPIOCATTCHAN, call.channel())
        equal(ppp_ioctl(fd, PPPIOCGFLAGS, 99), 0, "flags are 0 at first")
        ppp_ioctl(fd, PPPIOCSFLAGS, SC_COMP_AC | SC_COMP_PROT | SC_RCV_BITS)
        equal(ppp_ioctl(fd, PPPIOCGFLAGS, 0), SC_COMP_AC | SC_COMP_PROT,
              "what is set is read, without the bits of serial lines")
        ppp_ioctl(fd, PPPIOCSFLAGS, 0)
        equal(ppp_ioctl(fd, PPPIOCGFLAGS, 99), 0, "and taken back")
        refused(errno.EFAULT, "flags from nowhere", raw_ioctl, fd,
                PPPIOCSFLAGS, 8)
        refused(errno.EFAULT, "flags to nowhere", raw_ioctl, fd,
                PPPIOCGFLAGS, 8)
        refused(errno.ENOTTY, "an ioctl that a channel has not", ppp_ioctl, fd,
                0x40047450, 1)
    os.close(fd)


def channel_to_nowhere():
    """pptp.ko says EINVAL."""
    with Call() as call:
        call.bind(LOOPBACK).connect(LOOPBACK, 7)
        refused(errno.EFAULT, "the channel to nowhere", raw_ioctl,
                call.sock.fileno(), pppox_call.PPPIOCGCHAN, 8)


def raw_ioctl(fd, request, pointer):
    checked(libc.ioctl(fd, ctypes.c_ulong(request), ctypes.c_void_p(pointer)))


def not_supported():
    with Call() as call:
        call.bind(LOOPBACK).connect(LOOPBACK, 7)
        sock = call.sock
        for name, function, args in (
                ("send", sock.send, (b"x",)),
                ("sendmsg", sock.sendmsg, ([b"x"],)),
                ("recv", sock.recv, (1,)),
                ("recvmsg", raw_recvmsg, (sock,)),
                ("listen", sock.listen, (1,)),
                ("shutdown", sock.shutdown, (socket.SHUT_RDWR,)),
                ("accept", raw_accept, (sock,)),
                ("socketpair", raw_socketpair, ())):
            refused(errno.EOPNOTSUPP, f"{name} is not supported", function,
                    *args)


def raw_recvmsg(sock):
    """Python's own does not know how long a name of this family is."""
    checked(libc.recvmsg(sock.fileno(),
                         ctypes.create_string_buffer(MSGHDR_SIZE), 0))


def raw_accept(sock):
    checked(libc.accept(sock.fileno(), None, None))


def raw_socketpair():
    pair = (ctypes.c_int * 2)()
    checked(libc.socketpair(pppox_call.AF_PPPOX, socket.SOCK_STREAM,
                            pppox_call.PX_PROTO_PPTP, pair))


def get_u32(call, option):
    value = call.sock.getsockopt(pppox_call.SOL_PPTP_MUX, option, 4)
    return struct.unpack("=I", value)[0]


def raw_set(call, option, value, level=pppox_call.SOL_PPTP_MUX):
    call.sock.setsockopt(level, option, value)


def options():
    with Call() as call:
        for usage in (RECEIVE, DIAL_OUT, DEMAND_DIAL, 0):
            call.set_usage(usage)
            equal(get_u32(call, SO_USAGE), usage, f"usage {usage}")
        for usage in (3, 5, 7, 8, 0xffffffff):
            refused(errno.EINVAL, f"usage {usage:#x}", call.set_usage, usage)
        for cause in (0, 1, 5, 11, 0xffffffff):
            refused(errno.EINVAL, f"cause {cause:#x}", call.set_cause, cause)
        for cause in range(6, 11):
            call.set_cause(cause)
        equal(get_u32(call, SO_CAUSE), 10, "a cause that is set is read")
        refused(errno.EINVAL, "a value of 3 bytes", raw_set, call, SO_USAGE,
                bytes(3))
        refused(errno.EINVAL, "a value of no bytes", raw_set, call, SO_USAGE,
                b"")
        for option in (SO_SLOT, SO_REFUSAL, 5, 0, 0x7fffffff):
            refused(errno.ENOPROTOOPT, f"option {option} cannot be set",
                    raw_set, call, option, bytes(4))
        refused(errno.ENOPROTOOPT, "option 5 cannot be read", get_u32, call, 5)
        refused(errno.ENOPROTOOPT, "an option of another level", raw_set, call,
                SO_USAGE, bytes(4), 0x5055)
        session_options(call)
        equal(call.sock.getsockopt(pppox_call.SOL_PPTP_MUX, SO_REFUSAL, 6),
              bytes(6), "a value is cut to the room that there is")
        call.bind()
        refused(errno.EISCONN, "usage after bind", call.set_usage, RECEIVE)
        equal(error_of(call.set_cause, 7), 0, "cause after bind")


def session_options(call):
    for option, default, good, bad in (
            (SO_REORDER, REORDER_ADAPTIVE, (0, 1, 300, REORDER_ADAPTIVE),
             (301, REORDER_ADAPTIVE - 1)),
            (SO_WINDOW, WINDOW_AUTO, (0, 1, WINDOW_AUTO), (3, 0xffffffff)),
            (SO_PEER_WINDOW, 0, (1, 65535, 0), (65536, 0xffffffff)),
            (SO_TOS, 0, (1, 0), (2, 0xffffffff)),
            (SO_CLEAR_TEXT, 0, (1, 3, 5, 7, 0), (2, 4, 8, 9, 0xffffffff))):
        equal(get_u32(call, option), default, f"option {option}: its default")
        for value in good:
            call.set_option(option, value)
            equal(get_u32(call, option), value, f"option {option} is {value}")
        for value in bad:
            refused(errno.EINVAL, f"option {option} is not {value}",
                    call.set_option, option, value)


def refusal_of(usage):
    """(errno, refusal) of a bind, which is undone if it is none."""
    with Call(usage) as call:
        return error_of(call.bind), call.refusal()


def expect_refusal(usage, code, name, **counts):
    expected = {"reason": "none", "slots": 4, "not_usage": 0, "disabled": 0,
                "busy": 0, "no_resource": 0}
    expected.update(counts)
    equal(refusal_of(usage), (code, expected), name)


def refusals(genl):
    """VPN1 disabled, VPN2 demand-dial, VPN3 and VPN4 receive and dial-out."""
    wait_until(lambda: all_free(genl))
    genl.resize(4)
    genl.do(SLOT_SET, u32(NUMBER, 1) + u8(ENABLED, 0))
    genl.do(SLOT_SET, u32(NUMBER, 2) + u32(USAGE, DEMAND_DIAL))
    with Call(RECEIVE) as third, Call(DIAL_OUT) as fourth:
        third.bind()
        fourth.bind()
        equal({third.slot(), fourth.slot()}, {3, 4}, "slots of the usage")
        expect_refusal(RECEIVE, errno.EBUSY, "all of this usage are busy",
                       reason="all-busy", not_usage=1, disabled=1, busy=2)
        with Call(DEMAND_DIAL) as second:
            second.bind()
            equal(second.slot(), 2, "the slot of the other usage is free")
            expect_refusal(0, errno.EBUSY, "any usage, and all are busy",
                           reason="all-busy", disabled=1, busy=3)
    genl.do(SLOT_SET, u32(NUMBER, 2) + u8(ENABLED, 0))
    expect_refusal(DEMAND_DIAL, errno.EACCES, "no enabled slot of this usage",
                   reason="no-usage", not_usage=2, disabled=2)
    for slot in range(1, 5):
        genl.do(SLOT_SET, u32(NUMBER, slot) + u8(ENABLED, 0))
    expect_refusal(0, errno.EACCES, "no slot enabled at all",
                   reason="no-usage", disabled=4)
    for slot in range(1, 5):
        genl.do(SLOT_SET, u32(NUMBER, slot) + u8(ENABLED, 1) + u32(USAGE, 3))
    with Call(RECEIVE) as call:
        call.bind()
        equal(call.refusal()["slots"], 0, "no refusal where there was none")


def refusal_is_forgotten(genl):
    """The refusal is of the last bind, and the socket may try again."""
    genl.do(SLOT_SET, u32(NUMBER, 1) + u32(USAGE, RECEIVE))
    for slot in range(2, 5):
        genl.do(SLOT_SET, u32(NUMBER, slot) + u8(ENABLED, 0))
    with Call(DIAL_OUT) as call:
        refused(errno.EACCES, "bind is refused", call.bind)
        genl.do(SLOT_SET, u32(NUMBER, 1) + u32(USAGE, DIAL_OUT))
        equal(error_of(call.bind), 0, "and succeeds on the same socket later")
        equal(call.refusal()["reason"], "none", "with the refusal forgotten")
    for slot in range(1, 5):
        genl.do(SLOT_SET, u32(NUMBER, slot) + u8(ENABLED, 1) + u32(USAGE, 3))


def namespaces(genl):
    with Call() as call:
        call.bind(LOOPBACK, 77)
        busy = genl.table()[TABLE_CLAIMED]
        equal(in_child(same_id_elsewhere), 0,
              "another namespace has the same id, and its own slots")
        equal(genl.table()[TABLE_CLAIMED], busy, "which are none of ours")
        equal(call.name(), (LOOPBACK, 77), "nor is its end")


def same_id_elsewhere():
    unshare(CLONE_NEWNET)
    with Genl() as genl, Call() as call:
        if not all_free(genl):
            return 1
        call.bind(LOOPBACK, 77)
        if call.name() != (LOOPBACK, 77):
            return 2
        return 0 if genl.table()[TABLE_FREE] == \
            genl.table()[TABLE_SLOTS] - 1 else 3


def closing(genl):
    with Call() as call:
        call.bind(LOOPBACK, 4711).connect(LOOPBACK, 7)
        slot = call.slot()
        copy = os.dup(call.sock.fileno())
    equal(number(genl.slot(slot)[STATE]), CONNECTED,
          "a copy of the descriptor keeps the call")
    os.close(copy)
    point(wait_until(lambda: all_free(genl)), "the last close frees the slot")
    genl.resize(1)
    with Call() as call:
        call.bind()
        equal(call.slot(), 1, "which can be claimed again")
    for _ in range(50):
        with Call() as call:
            call.bind(LOOPBACK, 4711).connect(LOOPBACK, 7)
    point(wait_until(lambda: all_free(genl)),
          "a slot that is claimed 50 times without waiting is free at last")


def killed(genl):
    """The end of a process is a close like any other."""
    genl.resize(8)
    pid = os.fork()
    if not pid:
        calls = [Call().bind(LOOPBACK).connect(LOOPBACK, 7) for _ in range(8)]
        while calls:
            os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    point(wait_until(lambda: all_free(genl)), "a killed process frees its slots")


def main():
    print("TAP version 13")
    with Genl() as genl:
        bind_any(genl)
        bind_explicit(genl)
        bind_malformed(genl)
        bind_unprivileged()
        user_namespaces()
        connect_states(genl)
        channel_ioctls()
        channel_to_nowhere()
        not_supported()
        options()
        refusals(genl)
        refusal_is_forgotten(genl)
        namespaces(genl)
        closing(genl)
        killed(genl)
    return done()


if __name__ == "__main__":
    sys.exit(main())
