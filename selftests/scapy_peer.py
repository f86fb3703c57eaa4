# SPDX-License-Identifier: GPL-2.0
"""A peer whose control messages are made and read by scapy's PPTP layer (Debian's
python3-scapy), which shares nothing with this project.

The classes of that layer under RFC 2637's short names, and a control connection in
them, as a server's client (Client) and as a server (Pac).
"""

from scapy.layers.pptp import (
    PPTP, PPTPCallClearRequest as CCRQ, PPTPCallDisconnectNotify as CDN,
    PPTPEchoReply as EchoRP, PPTPEchoRequest as EchoRQ,
    PPTPIncomingCallConnected as ICCN, PPTPIncomingCallReply as ICRP,
    PPTPIncomingCallRequest as ICRQ, PPTPOutgoingCallReply as OCRP,
    PPTPOutgoingCallRequest as OCRQ, PPTPSetLinkInfo as SLI,
    PPTPStartControlConnectionReply as SCCRP,
    PPTPStartControlConnectionRequest as SCCRQ,
    PPTPStopControlConnectionReply as StopRP,
    PPTPStopControlConnectionRequest as StopRQ, PPTPWANErrorNotify as WEN)

from pptp_peer import PATIENCE, Closed, Control

SHORT = {SCCRQ: "SCCRQ", SCCRP: "SCCRP", StopRQ: "StopRQ", StopRP: "StopRP",
         EchoRQ: "EchoRQ", EchoRP: "EchoRP", OCRQ: "OCRQ", OCRP: "OCRP",
         ICRQ: "ICRQ", ICRP: "ICRP", ICCN: "ICCN", CCRQ: "CCRQ", CDN: "CDN",
         WEN: "WEN", SLI: "SLI"}

# Ids of the call that a client asks for, and of that which it hands on; of an echo
CALL, LINE, MARK = 7, 8, 0x5eedface

# One of each type, as its sender means it well. scapy 2.5 has 148 octets for ICRP;
# section 2.10 has 24.
GOOD = {
    SCCRQ: SCCRQ(framing_capabilities=3, bearer_capabilities=3),
    SCCRP: SCCRP(framing_capabilities=3, bearer_capabilities=3),
    StopRQ: StopRQ(), StopRP: StopRP(), EchoRQ: EchoRQ(identifier=1),
    EchoRP: EchoRP(identifier=1), OCRQ: OCRQ(call_id=CALL), OCRP: OCRP(),
    ICRQ: ICRQ(call_id=LINE), ICRP: ICRP(len=24), ICCN: ICCN(), CCRQ: CCRQ(call_id=CALL),
    CDN: CDN(call_id=CALL, result_code=4), WEN: WEN(),
    SLI: SLI(send_accm=0xffffffff, receive_accm=0xffffffff)}


def good(kind, **fields):
    """The good message of a type, with other values in some of its fields."""
    packet = GOOD[kind].copy()
    for name, value in fields.items():
        setattr(packet, name, value)
    return packet


def shown(packets):
    """Messages in a line, without what is usual in them."""
    return ", ".join(f"{SHORT[type(packet)]} {packet.fields}" for packet in packets)


class Peer(Control):
    """A control connection in scapy's messages."""

    def say(self, *packets):
        self.send(b"".join(map(bytes, packets)))

    def hear(self):
        """The next message. What scapy makes of it must be all that there is, and what
        the RFC reserves must be zero."""
        whole = self.receive()[1]
        packet = PPTP(whole)
        packet.clear_cache()
        assert bytes(packet) == whole, (packet, whole)
        for name, value in packet.fields.items():
            assert not name.startswith("reserved") or value == 0, (name, packet)
        return packet

    def hear_a(self, kind):
        """The next message, of this kind; echoes are answered."""
        packet = self.hear()
        while isinstance(packet, EchoRQ):
            self.oblige(packet)
            packet = self.hear()
        assert isinstance(packet, kind), f"{shown([packet])}, not {SHORT[kind]}"
        return packet

    def until_mark(self):
        """What comes up to the answer to an echo that is asked for now."""
        self.say(good(EchoRQ, identifier=MARK))
        return self.until_marked()

    def until_marked(self):
        heard = []
        while True:
            packet = self.hear()
            if isinstance(packet, EchoRP) and packet.identifier == MARK:
                assert (packet.result_code, packet.error_code) == (1, 0), packet
                return heard
            if isinstance(packet, EchoRQ):
                self.oblige(packet)
            else:
                heard.append(packet)

    def until_end(self):
        """What comes up to the end; the other side is helped to hang up."""
        heard = []
        try:
            while True:
                heard.append(self.hear())
                self.oblige(heard[-1])
        except Closed:
            return heard

    def oblige(self, packet):
        """Answers what asks for the end of something, and echoes."""
        try:
            if isinstance(packet, StopRQ):
                self.say(good(StopRP))
            elif isinstance(packet, EchoRQ):
                self.say(good(EchoRP, identifier=packet.identifier))
        except Closed:
            pass  # it did not wait


class Client(Peer):
    """A server's client: a PNS, and a PAC for what it hands on."""

    theirs = 0

    def establish(self):
        self.say(good(SCCRQ))
        reply = self.hear_a(SCCRP)
        assert reply.result_code == 1, reply
        return self

    def place(self, call_id=CALL):
        """A call that must be connected"""
        self.say(good(OCRQ, call_id=call_id))
        reply = self.hear_a(OCRP)
        assert (reply.result_code, reply.peer_call_id) == (1, call_id), reply
        self.theirs = reply.call_id

    def offer(self):
        """An incoming call that must be taken"""
        self.say(good(ICRQ))
        reply = self.hear_a(ICRP)
        assert (reply.result_code, reply.peer_call_id) == (1, LINE), reply
        self.theirs = reply.call_id


class Pac(Peer):
    """A server's end of a connection that was accepted."""

    call_id = 4242

    def __init__(self, sock):  # pylint: disable=super-init-not-called
        self.sock = sock
        self.sock.settimeout(PATIENCE)
        self.data = b""

    def establish(self, **fields):
        """Answers the client's start."""
        self.hear_a(SCCRQ)
        self.say(good(SCCRP, **fields))

    def connect(self, *more):
        """Both replies that make a call, and what is sent with the second one."""
        self.establish()
        self.theirs = self.hear_a(OCRQ).call_id
        self.say(good(OCRP, call_id=self.call_id, peer_call_id=self.theirs), *more)

    def oblige(self, packet):
        if isinstance(packet, CCRQ):
            self.say(good(CDN, call_id=self.call_id))
        super().oblige(packet)
