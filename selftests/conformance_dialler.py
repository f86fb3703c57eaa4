# SPDX-License-Identifier: GPL-2.0
"""pppd with the plugin dials a server that scapy plays: conformance.py's second half.

One pppd dials anew whenever a dial or a call is over, so that each connection that it
makes is met by the next row. What it logs until it dials again is that row's.
"""

import re
import signal
import socket
import subprocess
import time

from muxtest import fault_of, point, wait_until
from pptp_peer import PATIENCE, PORT, Closed
from scapy_peer import (CCRQ, CDN, EchoRP, EchoRQ, ICCN, ICRP, ICRQ, MARK, OCRP,
                        OCRQ, SCCRP, SCCRQ, SHORT, SLI, StopRP, StopRQ, WEN, Client, Pac,
                        good, shown)

PHONE = "5551212"
TIMEOUT = 2  # seconds, where it is waited for
QUICK = [word for name in ("reply_timeout", "echo_interval", "echo_timeout")
         for word in (f"pptp_{name}", str(TIMEOUT))]
BUFFER = 4096  # octets that the server has for the dialler's answers
FLOOD = 4000  # echo requests, whose answers are more than any buffers hold


class Dialler:
    """A pppd that dials again and again, and its log."""

    def __init__(self, server, namespace, directory, holdoff, *options):
        self.log = f"{directory}/conformance-{holdoff}.log"
        self.mark = 0
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "pppd", "file", f"{directory}/options",
             "pptp_server", server, "nodetach", "logfile", self.log, "persist",
             "maxfail", "0", "holdoff", str(holdoff), "lcp-max-terminate", "0", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def said(self):
        """What was logged since the last question."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            file.seek(self.mark)
            text = file.read()
            self.mark = file.tell()
        return text

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self):
        self.process.send_signal(signal.SIGTERM)

    def ended(self):
        return self.process.poll() is not None


def kinds(packets):
    return [SHORT[type(packet)] for packet in packets]


def clear_end(peer, *expected):
    """The dialler ends the connection, and says no more than was expected"""
    heard = kinds(peer.until_end())
    assert heard == list(expected), f"{heard}, expected {list(expected)}"


# ---- before there is a call ----

def requests(peer, _):
    """What a PNS asks for is what sections 2.1 and 2.7 have."""
    start = peer.hear_a(SCCRQ)
    assert start.protocol_version == 0x0100, start
    assert 1 <= int(start.framing_capabilities) <= 3, start
    assert 1 <= int(start.bearer_capabilities) <= 3, start
    assert b"\0" in start.host_name and b"\0" in start.vendor_string, start
    peer.say(good(SCCRP))
    call = peer.hear_a(OCRQ)
    assert call.call_id and call.minimum_bps <= call.maximum_bps, call
    assert 1 <= call.bearer_type <= 3 and 1 <= call.framing_type <= 3, call
    assert call.pkt_window_size > 0, call
    assert call.phone_number == PHONE.encode().ljust(64, b"\0"), call
    assert call.phone_number_len == len(PHONE) and not call.subaddress.strip(b"\0"), call
    peer.say(good(OCRP, peer_call_id=call.call_id, result_code=4))
    clear_end(peer, "StopRQ")


def refuse_start(peer, result, error):
    peer.establish(result_code=result, error_code=error)
    clear_end(peer)


def other_version(peer, version):
    """Section 3.1.3.1: an earlier version is stopped, and no call asked for."""
    peer.establish(protocol_version=version)
    clear_end(peer, "StopRQ")


def refuse_call(peer, result, error):
    peer.establish()
    call = peer.hear_a(OCRQ)
    peer.say(good(OCRP, peer_call_id=call.call_id, result_code=result, error_code=error))
    clear_end(peer, "StopRQ")


def stopped_early(peer, reason):
    """Section 3.1.2 has no such message for wait_ctl_reply: it may be answered or not"""
    peer.hear_a(SCCRQ)
    peer.say(good(StopRQ, reason=reason))
    heard = peer.until_end()
    assert kinds(heard) in ([], ["StopRP"]), shown(heard)


def stopped_instead(peer, reason):
    peer.establish()
    peer.hear_a(OCRQ)
    peer.say(good(StopRQ, reason=reason))
    clear_end(peer, "StopRP")


def closed_instead(peer, stage, reset):
    if stage >= 1:
        peer.hear_a(SCCRQ)
    if stage >= 2:
        peer.say(good(SCCRP))
        peer.hear_a(OCRQ)
    if reset:
        peer.reset()


def malformed(peer, stage, fields):
    """Out of step: closed at once, without a word."""
    if stage == 2:
        peer.establish()
    peer.hear_a(OCRQ if stage == 2 else SCCRQ)
    peer.say(good(OCRP if stage == 2 else SCCRP, **fields))
    clear_end(peer)


def octet_by_octet(peer, _):
    peer.hear_a(SCCRQ)
    for octet in bytes(good(SCCRP)):
        peer.send(bytes([octet]))
    call = peer.hear_a(OCRQ)
    for octet in bytes(good(OCRP, peer_call_id=call.call_id, result_code=4)):
        peer.send(bytes([octet]))
    clear_end(peer, "StopRQ")


def early(peer, kind):
    """A message that is of no use before there is a call: passed over, refused, or the
    end of all; but it makes no call."""
    peer.establish()
    call = peer.hear_a(OCRQ)
    peer.say(good(kind, **({"call_id": 99} if kind is OCRQ else {})),
             good(OCRP, peer_call_id=call.call_id, result_code=4))
    for packet in peer.until_end():
        assert isinstance(packet, (StopRQ, CCRQ)) or packet.result_code != 1, (
            shown([packet]))


def peer_marked(peer, *packets):
    peer.say(*packets, good(EchoRQ, identifier=MARK))
    return peer.until_marked()


def incoming(peer, _):
    """Section 3.2.2, a PNS without a call: an incoming one that it does not take is
    answered."""
    peer.establish()
    call = peer.hear_a(OCRQ)
    heard = peer_marked(peer, good(ICRQ, call_id=99))
    assert kinds(heard) == ["ICRP"] and heard[0].peer_call_id == 99, shown(heard)
    assert heard[0].result_code in (2, 3), shown(heard)
    peer.say(good(OCRP, peer_call_id=call.call_id, result_code=4))
    clear_end(peer, "StopRQ")


def other_call(peer, _):
    """The reply to a call that it has not asked for makes none."""
    peer.establish()
    call = peer.hear_a(OCRQ)
    peer.say(good(OCRP, call_id=11, peer_call_id=call.call_id ^ 1),
             good(OCRP, call_id=12, peer_call_id=call.call_id, result_code=4))
    heard = kinds(peer.until_end())
    assert sorted(heard) in (["StopRQ"], ["CCRQ", "StopRQ"]), heard


# ---- while there is one ----

def notified(peer, result, error):
    """The server ends the call: there is nothing left to clear."""
    peer.connect()
    assert not peer.until_mark()
    peer.say(good(CDN, call_id=peer.call_id, result_code=result, error_code=error))
    clear_end(peer, "StopRQ")


def stopped(peer, reason):
    peer.connect()
    peer.say(good(StopRQ, reason=reason))
    clear_end(peer, "StopRP")


def lost(peer, reset):
    peer.connect()
    assert not peer.until_mark()
    if reset:
        peer.reset()


def all_at_once(peer, _):
    """What comes with the reply is not lost: the call is over when it begins."""
    peer.connect(good(SLI), good(EchoRQ, identifier=5), good(CDN, call_id=4242))
    clear_end(peer, "EchoRP", "StopRQ")


def not_for_it(peer, _):
    """Messages for calls that it has not, and news, however unlikely."""
    peer.connect()
    ours, theirs = peer.call_id, peer.theirs
    for packet in (
            good(CDN, call_id=ours ^ 1), good(CDN, call_id=0), good(SLI, peer_call_id=0),
            good(SLI, peer_call_id=theirs, send_accm=0, receive_accm=0),
            good(WEN, peer_call_id=theirs ^ 1),
            good(WEN, peer_call_id=theirs, crc_errors=0xffffffff),
            good(EchoRP, identifier=0xffffffff, result_code=2, error_code=255)):
        heard = peer_marked(peer, packet)
        assert not heard, f"{shown([packet])} was answered by {shown(heard)}"
    peer.say(good(CDN, call_id=ours))
    clear_end(peer, "StopRQ")


def forbidden(peer, kind):
    """What section 3 has not for a call that stands ends it, and the connection."""
    peer.connect()
    assert not peer.until_mark()
    fields = {} if kind in (SCCRP, StopRP) else {"peer_call_id": peer.theirs}
    peer.say(good(kind, **fields))
    heard = peer.until_end()
    assert sorted(kinds(heard)) in (["StopRQ"], ["CCRQ", "StopRQ"]), shown(heard)
    assert 2 in (getattr(packet, "reason", 0) for packet in heard), shown(heard)


def incoming_too(peer, _):
    peer.connect()
    heard = peer_marked(peer, good(ICRQ, call_id=99))
    assert kinds(heard) == ["ICRP"] and heard[0].result_code in (2, 3), shown(heard)
    peer.say(good(CDN, call_id=peer.call_id))
    clear_end(peer, "StopRQ")


def malformed_in_call(peer, fields):
    peer.connect()
    assert not peer.until_mark()
    peer.say(good(SLI, peer_call_id=peer.theirs, **fields))
    clear_end(peer)


def never_read(peer, _):
    """Its answers fill all buffers. Those that come out in the end are whole, or there
    is an end."""
    peer.connect()
    burst = bytes(good(EchoRQ, identifier=6)) * 100
    try:
        for _ in range(FLOOD // 100):
            peer.send(burst)
        peer.sock.settimeout(0.5)
        wait_until(lambda: marked_by_now(peer), PATIENCE)
    except Closed:
        return
    peer.sock.settimeout(PATIENCE)
    peer.say(good(CDN, call_id=peer.call_id))
    peer.until_end()


def marked_by_now(peer):
    """Asks again for as long as no answer to that comes: there may be no room for it"""
    try:
        peer.say(good(EchoRQ, identifier=MARK))
        peer.until_marked()
    except TimeoutError:
        return False
    return True


def clears(peer, told):
    """Sections 3.2.4 and 3.1.2: the call is cleared, then the connection stopped."""
    peer.connect()
    assert not peer.until_mark()
    told()
    heard = peer.until_end()
    assert kinds(heard) == ["CCRQ", "StopRQ"], shown(heard)
    assert heard[0].call_id == peer.theirs, shown(heard)


def clears_unanswered(peer, told):
    """A server that does not answer to the end cannot put it off."""
    peer.oblige = lambda packet: None
    clears(peer, told)


# ---- what does not come ----

def silent(peer, stage, expected):
    """A server that says nothing, or nothing more, is left before long."""
    if stage == 0:
        peer.hear_a(SCCRQ)
    if stage >= 1:
        peer.establish()
        peer.hear_a(OCRQ)
    heard = kinds(peer.until_end())
    assert heard in expected, heard


def silent_in_call(peer, _):
    """Section 3.1.4: an echo is asked for, and without an answer it is the end."""
    peer.connect()
    peer.oblige = lambda packet: None
    heard = kinds(peer.until_end())
    assert "EchoRQ" in heard and not set(heard) - {"EchoRQ", "SLI"}, heard


def other_replies(peer, _):
    """Whatever comes but the reply to its own request does not put off the end."""
    peer.establish()
    call = peer.hear_a(OCRQ)
    peer.sock.settimeout(0.5)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            peer.say(good(SLI, peer_call_id=call.call_id ^ 1))
            peer.oblige(peer.hear())
        except TimeoutError:
            continue
        except Closed:
            return
    raise AssertionError(f"still there after {PATIENCE} s")


QUIET = [
    ("no SCCRP", silent, (0, ([],)), f"within {TIMEOUT} s"),
    ("no OCRP", silent, (1, (["StopRQ"], ["CCRQ", "StopRQ"], ["CCRQ"])),
     f"within {TIMEOUT} s"),
    ("no OCRP, but a lot else", other_replies, (None,), f"within {TIMEOUT} s"),
    ("no EchoRP", silent_in_call, (None,), "connected to"),
]


# ---- the rows ----

REFUSED_START = r"refused the control connection: .*\(result {}\).*\(error {}\)"
REFUSED_CALL = r"refused the call: .*\(result {}\).*\(error {}\)"
NOT_PPTP = "does not speak PPTP"
BROKEN = ({"magic_cookie": 1}, {"type": 2}, {"len": 15}, {"len": 65535},
          {"ctrl_msg_type": 0}, {"ctrl_msg_type": 99})
STAGES = "accept", "SCCRQ", "OCRQ"

# (name, function, its arguments, what must be logged)
ROWS = [
    ("its requests", requests, (None,), REFUSED_CALL.format(4, 0)),
    *((f"SCCRP: result {result}, error {error}", refuse_start, (result, error),
       REFUSED_START.format(result, error))
      for result, error in (*((2, error) for error in range(7)), (0, 0), (3, 0), (4, 0),
                            (5, 0), (6, 0), (255, 255))),
    *((f"SCCRP: version {version:#x}", other_version, (version,), "version")
      for version in (0, 1, 0x00ff)),
    *((f"OCRP: result {result}, error {error}", refuse_call, (result, error),
       REFUSED_CALL.format(result, error))
      for result, error in (*((2, error) for error in range(7)), (0, 0), (3, 0), (4, 0),
                            (5, 0), (6, 0), (7, 0), (8, 0), (255, 255))),
    *((f"StopRQ instead of {what}: reason {reason}", function, (reason,),
       rf"stopped the control connection.*\(reason {reason}\)")
      for what, function in (("SCCRP", stopped_early), ("OCRP", stopped_instead))
      for reason in (1, 2, 3, 255)),
    *((f"{how} after {STAGES[stage]}", closed_instead, (stage, how == "RST"),
       r"closed the control connection|Connection reset|lost")
      for stage in range(3) for how in ("FIN", "RST")),
    *((f"instead of {what}: {fields}", malformed, (stage, fields), NOT_PPTP)
      for stage, what in ((1, "SCCRP"), (2, "OCRP")) for fields in BROKEN),
    ("octet by octet", octet_by_octet, (None,), REFUSED_CALL.format(4, 0)),
    *((f"before OCRP: {SHORT[kind]}", early, (kind,), "")
      for kind in (SCCRQ, SCCRP, StopRP, EchoRP, OCRQ, ICRP, ICCN, CCRQ, CDN, WEN, SLI)),
    ("before OCRP: ICRQ is answered", incoming, (None,), REFUSED_CALL.format(4, 0)),
    ("OCRP for another call", other_call, (None,), ""),
    *((f"CDN: result {result}, error {error}", notified, (result, error), "connected to")
      for result, error in ((1, 0), (2, 4), (255, 255))),
    *((f"StopRQ in a call: reason {reason}", stopped, (reason,), "connected to")
      for reason in (1, 3)),
    *((f"{how} in a call", lost, (how == "RST",), "connected to")
      for how in ("FIN", "RST")),
    ("a call's whole life in one piece", all_at_once, (None,), "connected to"),
    ("in a call: what is not for it", not_for_it, (None,), "connected to"),
    *((f"in a call: {SHORT[kind]} is forbidden", forbidden, (kind,), "connected to")
      for kind in (SCCRP, StopRP, OCRP, ICRP, ICCN)),
    ("in a call: ICRQ is answered", incoming_too, (None,), "connected to"),
    ("in a call: a wrong magic", malformed_in_call, ({"magic_cookie": 1},), "connected to"),
    ("in a call: an unknown type", malformed_in_call, ({"ctrl_msg_type": 16},),
     "connected to"),
    ("a server that never reads", never_read, (None,), "connected to"),
]


def listen(address):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    listener.bind((address, PORT))
    listener.listen()
    listener.settimeout(PATIENCE)
    return listener


def meet(listener, dialler):
    """The next dial; a dialler that stays in its last call for good is told to go on."""
    try:
        sock = listener.accept()[0]
    except TimeoutError:
        dialler.hang_up()
        sock = listener.accept()[0]
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Pac(sock)


def play(listener, dialler, rows):
    """A row a dial; the next dial shows that the last row's is over."""
    peer = meet(listener, dialler)
    for name, function, args, pattern in rows:
        wrong = fault_of(function, peer, *args)
        peer.close()
        peer = meet(listener, dialler)
        said = dialler.said()
        if not wrong and not re.search(pattern, said):
            wrong = f"{pattern} is not in: {said}"
        point(not wrong, f"dialler: {name}", wrong)
    return peer


def end(peer, dialler):
    """pppd is told to end while it dials: it says no more."""
    peer.hear_a(SCCRQ)
    dialler.end()
    clear_end(peer)


def diallers(address, namespace, directory):
    """All rows, and the ends of two pppds themselves."""
    with listen(address) as listener:
        dialler = Dialler(address, namespace, directory, 0, "pptp_phone", PHONE)
        hang_ups = [(name, function, (dialler.hang_up,), "connected to")
                    for name, function in (("hangs up", clears),
                                           ("hangs up on the deaf", clears_unanswered))]
        with play(listener, dialler, ROWS + hang_ups) as peer:
            wrong = fault_of(clears, peer, dialler.end)
        point(not wrong, "dialler: ends", wrong)
        point(wait_until(dialler.ended, PATIENCE), "dialler: pppd is gone")
        # between two dials without a pause pppd does not look for signals
        dialler = Dialler(address, namespace, directory, 1, *QUICK)
        with play(listener, dialler, QUIET) as peer:
            wrong = fault_of(end, peer, dialler)
        point(not wrong, "dialler: ends while it dials", wrong)
        point(wait_until(dialler.ended, PATIENCE), "dialler: pppd is gone")


# ---- collisions ----

def collide(peer, caller, caller_wins):
    """Section 3.1.4: while the dialler waits for us, we start a connection to its host.
    One of the two stands, that which the higher address has opened."""
    peer.hear_a(SCCRQ)
    caller.say(good(SCCRQ))
    if caller_wins:
        assert caller.hear_a(SCCRP).result_code == 1
        clear_end(peer)
        caller.say(good(StopRQ))
        assert kinds(caller.until_end()) == ["StopRP"]
        return
    assert not caller.until_end(), "the lower address's connection stands"
    peer.say(good(SCCRP))
    call = peer.hear_a(OCRQ)
    peer.say(good(OCRP, peer_call_id=call.call_id, result_code=4))
    clear_end(peer, "StopRQ")


def collision(host, address, caller_wins, namespace, directory):
    """pppd on pptpmuxd's host @host dials us at @address"""
    with listen(address) as listener:
        dialler = Dialler(address, namespace, directory, 1)
        with meet(listener, dialler) as peer, Client(host, source=address) as caller:
            wrong = fault_of(collide, peer, caller, caller_wins)
        dialler.end()
        wait_until(dialler.ended, PATIENCE)
    return wrong


def collisions(host, lower, higher, namespace, directory):
    wrong = collision(host, higher, True, namespace, directory)
    point(not wrong, "collision: the higher address's connection is kept", wrong)
    wrong = collision(host, lower, False, namespace, directory)
    point(not wrong, "collision: the lower address's connection is not", wrong)
