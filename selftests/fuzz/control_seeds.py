#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Seeds of control_fuzz: control_seeds.py DIR writes one for each row of TALKS.

A talk is what a peer says and what else happens, as the comment on top of
control_fuzz.c has it. An input that once made the target fail belongs into FOUND.
"""

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pptp_peer as pptp  # pylint: disable=wrong-import-position

SERVER, DIALLER = b"\0", b"\1"
(RAW, TIMER, CALL_TIMER, PPPD_END, PPPD_ASK, HANG_UP, LEAVE, KERNEL, ERRORS,
 RECONNECT, SPLIT) = range(16, 27)


def said(whole):
    """A record with one message, without the zeros at its end"""
    body = whole[12:].rstrip(b"\0")
    return bytes([whole[9], len(body)]) + body


def raw(octets):
    return bytes([RAW, len(octets)]) + octets


def reply(kind, layout, *fields):
    return said(pptp.message(kind, struct.pack(layout, *fields)))


START = said(pptp.sccrq())
CALL = START + said(pptp.ocrq(7))
RING = START + reply(pptp.ICRQ, "!HHII", 7, 7, 1, 0)
CONNECT = reply(pptp.ICCN, "!HxxIHHI", 1, 64000, 64, 0, 1)
STARTED = reply(pptp.SCCRP, "!HBB", 0x0100, 1, 0)
CALLED = STARTED + reply(pptp.OCRP, "!HHBB", 9, 1, 1, 0)

TALKS = {
    "clear": SERVER + CALL + said(pptp.ccrq(7)) + bytes([PPPD_END, 0, 5]),
    "disconnect": SERVER + CALL + said(pptp.cdn(7)) + bytes([PPPD_END, 0, 16]),
    "login-fails": SERVER + (CALL + bytes([PPPD_END, 0, 11])) * 4,
    "login": SERVER + CALL + bytes([PPPD_ASK, 0, PPPD_END, 0, 0]),
    "errors": SERVER + CALL + bytes([ERRORS, CALL_TIMER, 0, CALL_TIMER, 0]),
    "notes": SERVER + CALL + said(pptp.sli(1)) + reply(pptp.WEN, "!HxxIII", 1, 1, 2, 3),
    "five-calls": SERVER + START + b"".join(said(pptp.ocrq(n)) for n in range(1, 6)),
    "stop": SERVER + CALL + said(pptp.stop_rq()) + bytes([PPPD_END, 0, 5]),
    "leave": SERVER + CALL + bytes([LEAVE, PPPD_END, 0, 5]) + reply(pptp.STOP_RP, "!B", 1),
    "ring": SERVER + RING + CONNECT + said(pptp.cdn(7)) + bytes([PPPD_END, 0, 16]),
    "ring-clear": SERVER + RING + CONNECT + bytes([PPPD_END, 0, 12]) + said(pptp.cdn(7)),
    "ring-late": SERVER + RING + bytes([CALL_TIMER, 0]) + CONNECT + bytes([CALL_TIMER, 0]),
    "ring-hang-up": SERVER + RING + bytes([HANG_UP, 0]) + said(pptp.cdn(7)),
    "refused": SERVER + bytes([KERNEL, 1]) + CALL + bytes([KERNEL, 2]) + RING,
    "bundle": SERVER + bytes([KERNEL, 16]) + CALL + said(pptp.ocrq(8)) + said(pptp.ccrq(7)) +
              bytes([PPPD_END, 1, 0]) + said(pptp.ccrq(8)) + bytes([PPPD_END, 0, 0]),
    "collision": SERVER + bytes([KERNEL, 8]) + START + CALL,
    "echoes": SERVER + START + said(pptp.echo_rq(1)) + bytes([TIMER]) + said(pptp.echo_rp(1)),
    "silent": SERVER + CALL + bytes([TIMER, TIMER]),
    "reconnect": SERVER + CALL + bytes([RECONNECT]) + CALL,
    "split": SERVER + bytes([SPLIT, 5]) + CALL + said(pptp.ccrq(7)),
    "dial": DIALLER + CALLED + reply(pptp.CDN, "!HBB", 9, 1, 0),
    "dial-clear": DIALLER + CALLED + bytes([HANG_UP]) + reply(pptp.CDN, "!HBB", 9, 4, 0) +
                  bytes([LEAVE]) + reply(pptp.STOP_RP, "!B", 1),
    "dial-refused": DIALLER + STARTED + reply(pptp.OCRP, "!HHBB", 0, 1, 4, 0),
    "dial-link": DIALLER + CALLED + bytes([ERRORS, 7]) + reply(pptp.WEN, "!HxxI", 1, 9),
    "dial-ring": DIALLER + CALLED + reply(pptp.ICRQ, "!HHII", 7, 7, 1, 0) + said(pptp.ocrq(3)),
    "dial-silent": DIALLER + CALLED + bytes([TIMER, 0, TIMER, 1]),
}
FOUND = {}


def main():
    to = Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    for name, octets in (TALKS | FOUND).items():
        (to / name).write_bytes(octets)
    for kind, whole in pptp.EXAMPLE.items():
        (to / f"type-{kind}").write_bytes(SERVER + START + said(whole) + raw(whole))
        (to / f"dial-type-{kind}").write_bytes(DIALLER + CALLED + said(whole))


if __name__ == "__main__":
    main()
