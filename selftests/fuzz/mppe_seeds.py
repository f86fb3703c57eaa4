#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Seeds of mppe_fuzz: mppe_seeds.py DIR writes one for each mode and kind of trouble.

An input that once made the target fail belongs into FOUND.
"""

import sys
from pathlib import Path

SEND, LOSE, LOSE_MANY, AGAIN, FORGE, ALTER, PLACE, MAKE, RESET, RENEW = range(10)
MODES = range(16)
PACKETS = bytes([SEND, 3, SEND, 100]) * 4
END = bytes(5)

TROUBLES = {
    "none": PACKETS,
    "losses": (bytes([LOSE, 1]) + PACKETS + bytes([LOSE, 250])) * 4,
    "burst": PACKETS + bytes([LOSE_MANY, 0xff]) + PACKETS,
    "again": bytes([SEND, 9, AGAIN]) * 20,
    "forged": b"".join(bytes([SEND, 9, FORGE, 12, 0x90, count]) + b"forged pkt"
                       for count in range(0, 250, 25)),
    "altered": b"".join(bytes([SEND, 9, ALTER, bits, 1]) for bits in range(0, 256, 5)),
    "places": b"".join(bytes([SEND, 9, PLACE]) + number.to_bytes(4, "big", signed=True)
                       for number in (0, 1, -1, 4096, -4096, 99999, 2**31 - 1, -2**31)),
    "ahead": (bytes([MAKE, 0x81, MAKE, 0x80]) + PACKETS) * 4,
    "resets": (bytes([LOSE, 5, RESET]) + PACKETS) * 8,
    "renewed": (PACKETS + bytes([MAKE, 0xff, RENEW])) * 4,
}
FOUND = {}


def main():
    to = Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    for mode in MODES:
        for name, records in TROUBLES.items():
            (to / f"{name}-{mode}").write_bytes(bytes([mode]) + records + END)
    for name, octets in FOUND.items():
        (to / name).write_bytes(octets)


if __name__ == "__main__":
    main()
