#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends what scripts/profile counts the instructions of; prints a row for each, and
the kernel's symbols. With --mppe, through an encrypted call.
"""

import subprocess
import sys

import rig
from bench import own_mounts
from packets import PACKETS, QUICK_SIZES, ROUNDS, SOURCES, send


def rows(path, address):
    for source in SOURCES:
        for size in QUICK_SIZES:
            send(source, address, size, ROUNDS, PACKETS)
            print("row", path, source, size, ROUNDS * PACKETS, flush=True)


def main():
    own_mounts()
    encrypted = sys.argv[1:] == ["--mppe"]
    try:
        with rig.world():
            rig.keep_slabs()
            with rig.no_tunnel() as address:
                rows("veth", address)
            with rig.pptp_mux(), rig.call(encrypted=encrypted) as address:
                rows("pptp-mux", address)
                subprocess.run(["cat", "/proc/kallsyms"], check=True)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"functions.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
