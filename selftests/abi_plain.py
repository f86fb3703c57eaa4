#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The socket ABI where pptp.ko and pptp-mux must agree (TAP).

Runs as root with one of them loaded, in a network namespace in which lo is up.
Nothing is used that only one of them has; where they
differ on purpose is in Documentation/pptp_mux.rst.
"""

import errno
import os
import sys

from abi import (LOOPBACK, PX_PROTO_OE, channel_ioctls, name_of, not_supported,
                 raw_bind, raw_connect)
from muxtest import done, equal, error_of, point, refused, wait_until
from pppox_call import Call

AN_ID = 4711


def binding():
    with Call() as call, Call() as other:
        equal(call.name(), ("0.0.0.0", 0), "no name before bind")
        call.bind(LOOPBACK)
        address, call_id = call.name()
        point(address == LOOPBACK and call_id != 0, "bind to any id",
              f"{address} {call_id}")
        other.bind(LOOPBACK)
        point(other.name() != call.name(), "the next call has another id")
        refused(errno.EBUSY, "bind twice", call.bind, LOOPBACK, AN_ID)
        equal(call.name(), (LOOPBACK, call_id), "which changes nothing")


def binding_to_an_id():
    with Call() as call, Call() as other:
        call.bind(LOOPBACK, AN_ID)
        equal(call.name(), (LOOPBACK, AN_ID), "bind to an id of one's own")
        refused(errno.EBUSY, "bind to an id in use", other.bind, LOOPBACK,
                AN_ID)
        equal(error_of(other.bind, LOOPBACK, AN_ID + 1), 0,
              "bind to another id then")
    with Call() as call:
        equal(error_of(call.bind, LOOPBACK, AN_ID), 0,
              "an id is free again with its socket")
        for length in (0, 2, 14, len(name_of()) - 1):
            with Call() as short:
                refused(errno.EINVAL, f"bind with a name of {length} bytes",
                        raw_bind, short, name_of(), length)


def connecting():
    with Call() as call:
        refused(errno.EINVAL, "connect before bind", call.connect, LOOPBACK, 7)
        refused(errno.ENOTCONN, "no channel before bind", call.channel)
        call.bind(LOOPBACK)
        refused(errno.ENOTCONN, "no channel before connect", call.channel)
        refused(errno.EINVAL, "connect with another protocol", raw_connect,
                call, name_of(protocol=PX_PROTO_OE))
        refused(errno.EINVAL, "connect with a short name", raw_connect, call,
                name_of()[:-1])
        refused(errno.EINVAL, "connect to no address", call.connect,
                "0.0.0.0", 7)
        equal(error_of(call.connect, LOOPBACK, 7), 0, "connect")
        point(call.channel() >= 0, "the channel after connect")
        refused(errno.EBUSY, "connect twice", call.connect, LOOPBACK, 8)
        refused(errno.EBUSY, "bind after connect", call.bind, LOOPBACK)
        with Call() as other:
            other.bind(LOOPBACK).connect(LOOPBACK, 9)
            point(call.channel() != other.channel(),
                  "each call has its channel")


def killed():
    """The end of a process is a close like any other."""
    pid = os.fork()
    if not pid:
        call = Call().bind(LOOPBACK, AN_ID).connect(LOOPBACK, 7)
        while call:
            os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    with Call() as call:
        point(wait_until(lambda: not error_of(call.bind, LOOPBACK, AN_ID)),
              "a killed process gives its id back")


def main():
    print("TAP version 13")
    binding()
    binding_to_an_id()
    connecting()
    channel_ioctls()
    not_supported()
    killed()
    return done()


if __name__ == "__main__":
    sys.exit(main())
