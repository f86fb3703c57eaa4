#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A PPP interface of nobody, as a call may leave one behind; for addresses.sh.

Usage: addresses.py LOCAL REMOTE

Prints its name when it is up, and keeps it until standard input ends.
"""

import fcntl
import os
import struct
import subprocess
import sys

PPPIOCNEWUNIT = 0xc004743e


def main(local, remote):
    fd = os.open("/dev/ppp", os.O_RDWR)
    unit = struct.unpack("i", fcntl.ioctl(fd, PPPIOCNEWUNIT, struct.pack("i", -1)))[0]
    name = "ppp%d" % unit
    subprocess.run(["ip", "addr", "add", local, "peer", remote, "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    print(name, flush=True)
    sys.stdin.read()


main(*sys.argv[1:])
