#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""PPTP calls without pppd: AF_PPPOX sockets as pppd's plugin uses them.

As a module: Call(usage=...).bind("10.0.0.1"), .connect("10.0.0.2", 7), ...
As a program: takes the calls asked for, prints one JSON object for each, and
with --hold keeps them until its standard input ends or it is terminated.
Exit codes: 0 all calls were taken, 1 one was refused, 2 usage.
"""

import argparse
import ctypes
import errno
import fcntl
import json
import os
import socket
import struct
import sys

AF_PPPOX = 24
PX_PROTO_PPTP = 2

# include/uapi/linux/pptp_mux.h
SOL_PPTP_MUX = 0x5054
SO_USAGE, SO_SLOT, SO_REFUSAL, SO_CAUSE = 1, 2, 3, 4
USAGE = {"any": 0, "receive": 1, "dial-out": 2, "demand-dial": 4}
REFUSAL = struct.Struct("=6I")
REFUSAL_REASON = ("none", "no-usage", "all-busy", "no-resource")
CAUSE = {"closed": 6, "peer": 7, "admin": 8, "lost": 9, "ppp": 10}

# linux/ppp-ioctl.h
PPPIOCGCHAN = 0x80047437
PPPIOCATTCHAN = 0x40047438
PPPIOCCONNECT = 0x4004743a
PPPIOCNEWUNIT = 0xc004743e

# struct sockaddr_pppox is packed, but the struct pptp_addr in it is not: two
# bytes of padding before the address. The union is as large as PPPoE's part.
SOCKADDR = struct.Struct("=HIHxx4s16x")

libc = ctypes.CDLL(None, use_errno=True)


def sockaddr(address, call_id):
    """A struct sockaddr_pppox of an IPv4 address and a call id."""
    return SOCKADDR.pack(AF_PPPOX, PX_PROTO_PPTP, call_id,
                         socket.inet_aton(address))


def checked(result):
    """The result of a libc call, or its errno as OSError."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


class Call:
    """One call: a socket, and the PPP unit if attach() made one."""

    def __init__(self, usage=None):
        self.sock = socket.socket(AF_PPPOX, socket.SOCK_STREAM, PX_PROTO_PPTP)
        self.unit_fds = []
        if usage is not None:
            self.set_usage(usage)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def set_option(self, option, value):
        self.sock.setsockopt(SOL_PPTP_MUX, option, struct.pack("=I", value))

    def set_usage(self, usage):
        self.set_option(SO_USAGE, usage)

    def set_cause(self, cause):
        self.set_option(SO_CAUSE, cause)

    def bind(self, address="127.0.0.1", call_id=0):
        """Claims a slot; OSError EACCES, EBUSY, ENOBUFS: see refusal()."""
        name = sockaddr(address, call_id)
        checked(libc.bind(self.sock.fileno(), name, len(name)))
        return self

    def connect(self, address, call_id):
        name = sockaddr(address, call_id)
        checked(libc.connect(self.sock.fileno(), name, len(name)))
        return self

    def name(self):
        """(address, call id) of this end."""
        name = ctypes.create_string_buffer(SOCKADDR.size)
        length = ctypes.c_uint32(SOCKADDR.size)
        checked(libc.getsockname(self.sock.fileno(), name,
                                 ctypes.byref(length)))
        _, _, call_id, address = SOCKADDR.unpack(name.raw)
        return socket.inet_ntoa(address), call_id

    def slot(self):
        """The number of the slot, 0 before bind."""
        value = self.sock.getsockopt(SOL_PPTP_MUX, SO_SLOT, 4)
        return struct.unpack("=I", value)[0]

    def refusal(self):
        """Why the last bind() was refused: dict, counts of slots by reason."""
        value = self.sock.getsockopt(SOL_PPTP_MUX, SO_REFUSAL, REFUSAL.size)
        keys = ("reason", "slots", "not_usage", "disabled", "busy",
                "no_resource")
        found = dict(zip(keys, REFUSAL.unpack(value)))
        found["reason"] = REFUSAL_REASON[found["reason"]]
        return found

    def channel(self):
        """The PPP channel's index; the call must be connected."""
        value = fcntl.ioctl(self.sock, PPPIOCGCHAN, struct.pack("=i", 0))
        return struct.unpack("=i", value)[0]

    def attach(self):
        """Makes a PPP interface on this call; its name, "pppN"."""
        channel_fd = os.open("/dev/ppp", os.O_RDWR)
        self.unit_fds.append(channel_fd)
        fcntl.ioctl(channel_fd, PPPIOCATTCHAN,
                    struct.pack("=i", self.channel()))
        unit_fd = os.open("/dev/ppp", os.O_RDWR)
        self.unit_fds.append(unit_fd)
        unit = fcntl.ioctl(unit_fd, PPPIOCNEWUNIT, struct.pack("=i", -1))
        fcntl.ioctl(channel_fd, PPPIOCCONNECT, unit)
        return "ppp%d" % struct.unpack("=i", unit)[0]

    def close(self):
        for fd in reversed(self.unit_fds):
            os.close(fd)
        self.unit_fds = []
        self.sock.close()


def port(text):
    """A call id for argparse."""
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("call ids are 0 to 65535")
    return value


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--local", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--id", type=port, default=0, metavar="ID",
                        help="call id to ask for, 0 = any")
    parser.add_argument("--usage", choices=USAGE)
    parser.add_argument("--peer", metavar="ADDRESS",
                        help="connect to it, otherwise only claim a slot")
    parser.add_argument("--peer-id", type=port, default=1, metavar="ID",
                        help="of the first call; the next ones count up")
    parser.add_argument("--attach", action="store_true",
                        help="make a PPP interface on each call")
    parser.add_argument("--count", type=int, default=1, metavar="CALLS")
    parser.add_argument("--cause", choices=CAUSE,
                        help="the cause that the hang-up will tell")
    parser.add_argument("--hold", action="store_true",
                        help="keep the calls until standard input ends")
    args = parser.parse_args()
    if args.attach and not args.peer:
        parser.error("--attach needs --peer")
    return args


def take(call, args, index):
    """Claims and connects one call; what to tell about it."""
    call.bind(args.local, args.id)
    told = {"id": call.name()[1], "slot": call.slot()}
    if args.peer:
        call.connect(args.peer, (args.peer_id + index) & 0xffff)
        told["channel"] = call.channel()
    if args.attach:
        told["ifname"] = call.attach()
    if args.cause:
        call.set_cause(CAUSE[args.cause])
    return told


def main():
    args = arguments()
    usage = None if args.usage is None else USAGE[args.usage]
    calls = []
    refused = 0
    for index in range(args.count):
        call = Call(usage)
        calls.append(call)
        try:
            told = take(call, args, index)
        except OSError as error:
            told = {"errno": errno.errorcode.get(error.errno, error.errno)}
            if error.errno in (errno.EACCES, errno.EBUSY, errno.ENOBUFS):
                told["refusal"] = call.refusal()
            refused += 1
        print(json.dumps(told), flush=True)
    if args.hold:
        sys.stdin.buffer.read()
    for call in calls:
        call.close()
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
