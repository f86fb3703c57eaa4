#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Seeds of gre_fuzz: seeds.py DIR writes one for each row of gre_peer.py.

So what the fuzzer begins with is what the module is tested with, and a new row
there is a new seed here. An input that once made the target fail belongs into
ROWS or FOUND.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import gre_peer  # pylint: disable=wrong-import-position

PACKET_MAX = 0xef
WAIT, SEND, MODE, REORDER = 0xf6, 0xf8, 0xf9, 0xfa

AUTO_16 = bytes([MODE, 2 + 3 * 16])
ON_2 = bytes([MODE, 1 + 3 * 2])
FOUND = {
    "window-closed": ON_2 + bytes([SEND] * 4) + bytes([WAIT] * 8),
    "silent-peer": AUTO_16 + bytes([SEND] * 20) + bytes([WAIT] * 90),
    "hold-nothing": bytes([REORDER, 0]),
}


def record(octets):
    octets = octets[:PACKET_MAX]
    return bytes([len(octets)]) + octets


def acked():
    """Packets of ours and acknowledgments of them, alone, in turn"""
    for number in range(40):
        yield bytes([SEND])
        yield record(gre_peer.Packet(ack=number).encode(1))


def main():
    to = Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(gre_peer.ROWS):
        packets = b"".join(record(packet.encode(1)) for packet in row[1])
        (to / f"row-{number}").write_bytes(packets)
        (to / f"row-{number}-slow").write_bytes(packets + bytes([WAIT]) * 4)
    (to / "acked").write_bytes(AUTO_16 + b"".join(acked()))
    for name, octets in FOUND.items():
        (to / name).write_bytes(octets)


if __name__ == "__main__":
    main()
