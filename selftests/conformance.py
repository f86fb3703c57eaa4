#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Control connections by RFC 2637, with scapy's PPTP layer as the peer (TAP).

Usage: conformance.py PREFIX SERVER FORGED LOWER HOST HIGHER DIR

It plays in network namespaces, whose names begin with PREFIX: in c1 to pptpmuxd of s,
at SERVER; in f, at FORGED, a server that pppd in c1 dials; and again in c1, at LOWER and
HIGHER, one that pppd in s dials, whose address is HOST and between the two.

What is expected is the RFC's, sections 2 and 3, and not what a program was seen to do.
Where the RFC is silent, on messages that its tables do not have, the connection must
end: without another word, or by a Stop-Control-Connection-Request for reason 2.
"""

import sys

from conformance_dialler import collisions, diallers
from muxtest import done, enter, fault_of, point
from scapy_peer import (CALL, CCRQ, CDN, EchoRP, EchoRQ, GOOD, ICCN, ICRP, ICRQ, LINE,
                        MARK, OCRP, OCRQ, SCCRP, SCCRQ, SHORT, SLI, StopRP, StopRQ, WEN,
                        Client, good, shown)


def attempt(name, function, *args):
    """A point: @function finds nothing wrong."""
    wrong = fault_of(function, *args)
    return point(not wrong, name, wrong)


# ---- what is expected ----

def stays(*replies):
    return False, replies


def ends(*replies):
    return True, replies


def fits(packet, reply):
    kind, fields = reply
    return isinstance(packet, kind) and all(
        getattr(packet, name) == value for name, value in fields.items())


def expect(heard, replies):
    assert len(heard) == len(replies) and all(map(fits, heard, replies)), (
        f"{shown(heard) or 'nothing'} came, expected "
        f"{[(SHORT[kind], fields) for kind, fields in replies] or 'nothing'}")


def forced(packet):
    """What may come before the end of a connection that the server gives up"""
    return (isinstance(packet, StopRQ) and packet.reason == 2) or isinstance(packet, CDN)


def react(peer, packets, expected):
    """Says something, and hears what was expected, until the end or as before."""
    end, replies = expected
    if not end:
        peer.say(*packets, good(EchoRQ, identifier=MARK))
        expect(peer.until_marked(), replies)
        return
    peer.say(*packets)
    heard = peer.until_end()
    assert EchoRQ not in map(type, heard), "the connection stays"
    expect(heard if replies else [p for p in heard if not forced(p)], replies)


# ---- states ----

def idle(server):
    return Client(server)


def established(server):
    return Client(server).establish()


def in_call(server):
    peer = established(server)
    peer.place()
    return peer


def waiting(server):
    """The server is an incoming call's PNS, and waits for the line to be connected."""
    peer = established(server)
    peer.offer()
    return peer


def incoming(server):
    peer = waiting(server)
    peer.say(good(ICCN, peer_call_id=peer.theirs))
    expect(peer.until_mark(), [])
    return peer


BAD_FORMAT, BAD_VALUE, BAD_CALL_ID = (
    (OCRP, {"result_code": 2, "error_code": code, "peer_call_id": CALL})
    for code in (2, 3, 5))
IN_BAD_FORMAT, IN_BAD_VALUE, IN_BAD_CALL_ID = (
    (ICRP, {"result_code": 2, "error_code": code, "peer_call_id": LINE})
    for code in (2, 3, 5))
CONNECTED = OCRP, {"result_code": 1, "error_code": 0, "peer_call_id": CALL}
ACCEPTED = ICRP, {"result_code": 1, "error_code": 0, "peer_call_id": LINE}
STARTED = SCCRP, {"result_code": 1, "error_code": 0, "protocol_version": 0x0100}
EXISTS = SCCRP, {"result_code": 3}
STOPPED = StopRP, {"result_code": 1, "error_code": 0}
CLEARED = CDN, {"result_code": 4, "error_code": 0}

# Section 3.1.3.2, and 3.2.3 and 3.2.4 for the calls: what follows each message, by what
# there is. Of outgoing calls the server is the PAC, of incoming ones the PNS.
EVERY = {kind: ends() for kind in GOOD}
ESTABLISHED = {
    **EVERY, SCCRQ: stays(EXISTS), StopRQ: ends(STOPPED),
    EchoRQ: stays((EchoRP, {"identifier": 1, "result_code": 1})), EchoRP: stays(),
    OCRQ: stays(CONNECTED), ICRQ: stays(ACCEPTED), CCRQ: stays(), CDN: stays(),
    WEN: stays(), SLI: stays()}
STATES = {
    idle: {**EVERY, SCCRQ: stays(STARTED)},
    established: ESTABLISHED,
    in_call: {**ESTABLISHED, OCRQ: stays(BAD_CALL_ID), StopRQ: ends(CLEARED, STOPPED),
              CCRQ: stays(CLEARED), CDN: stays(CLEARED)},
    waiting: {**ESTABLISHED, ICRQ: stays(IN_BAD_CALL_ID), ICCN: stays(), WEN: ends(),
              SLI: ends()},
    incoming: {**ESTABLISHED, ICRQ: stays(IN_BAD_CALL_ID)}}
# After which a connection is no more in the state that it was in
CHANGING = {OCRQ, ICRQ, ICCN, CCRQ, CDN}


def aimed(kind, peer, state):
    """The message of that type that is for the call, if there is one."""
    fields = {}
    if state in (waiting, incoming) and kind is CDN:
        fields["call_id"] = LINE
    if peer.theirs and kind in (OCRP, ICRP, ICCN, WEN, SLI):
        fields["peer_call_id"] = peer.theirs
    return good(kind, **fields)


def play_states(server):
    for state, table in STATES.items():
        peer = None
        for kind, expected in table.items():
            peer = peer or state(server)
            right = attempt(f"{state.__name__}: {SHORT[kind]}", react, peer,
                            [aimed(kind, peer, state)], expected)
            if not right or expected[0] or state is idle or kind in CHANGING:
                peer.close()
                peer = None


def never_connected(server):
    """Section 3.2.3.2: a PNS does not wait for ever for the line."""
    with waiting(server) as peer:
        cleared = peer.hear_a(CCRQ)
        assert cleared.call_id == peer.theirs, cleared
        react(peer, [good(CDN, call_id=LINE)], stays())


def stopping(server, kind):
    """A server that has stopped a connection waits for its reply, and takes no call."""
    with established(server) as peer:
        peer.say(good(OCRP))
        peer.hear_a(StopRQ)
        peer.say(good(kind))
        if kind is not StopRP:
            peer.say(good(StopRP))
        for packet in peer.until_end():
            assert not isinstance(packet, (SCCRP, OCRP, ICRP)) or packet.result_code != 1, (
                shown([packet]))


# ---- fields ----

# Of a header: each means that the stream is out of step, for every type
HEADERS = ({"magic_cookie": 0x1a2b3c4e}, {"magic_cookie": 0x4d3c2b1a}, {"type": 0},
           {"type": 2}, {"ctrl_msg_type": 0}, {"ctrl_msg_type": 16},
           {"ctrl_msg_type": 0x0101})
TEXT = b"%n%s%x\x1b[2J\npptpmuxd: forged\r\t\x7f\xff".ljust(64, b"A")

# Section 3.1.3.2: a later version than its own is the server's to speak to, in its own
STARTS = [
    *((good(SCCRQ, protocol_version=version), ends((SCCRP, {"result_code": 5})))
      for version in (0, 1, 0x00ff)),
    *((good(SCCRQ, protocol_version=version), stays(STARTED))
      for version in (0x0101, 0x0200, 0xffff)),
    *((good(SCCRQ, **{name: value}), stays(STARTED))
      for name, values in (("framing_capabilities", (0, 1, 2, 4, 0xffffffff)),
                           ("bearer_capabilities", (0, 1, 2, 4, 0xffffffff)),
                           ("maximum_channels", (0, 1, 65535)),
                           ("firmware_revision", (0, 65535)),
                           ("host_name", (b"", TEXT)), ("vendor_string", (b"", TEXT)))
      for value in values)]

# Each on a connection that is established and has no call
REQUESTS = [
    *((good(EchoRQ, identifier=value), stays((EchoRP, {"identifier": value})))
      for value in (0, 0x7fffffff, 0x80000000, 0xffffffff)),
    *((good(EchoRP, **fields), stays())
      for fields in ({"identifier": 0xffffffff}, {"result_code": 0}, {"result_code": 2},
                     {"result_code": 255, "error_code": 255})),
    *((good(OCRQ, **fields), stays(reply)) for fields, reply in (
        ({"phone_number_len": 65}, BAD_FORMAT), ({"phone_number_len": 65535}, BAD_FORMAT),
        ({"minimum_bps": 2, "maximum_bps": 1}, BAD_VALUE),
        ({"minimum_bps": 0xffffffff, "maximum_bps": 0}, BAD_VALUE),
        ({"bearer_type": 0}, BAD_VALUE), ({"bearer_type": 4}, BAD_VALUE),
        ({"bearer_type": 0xffffffff}, BAD_VALUE), ({"framing_type": 0}, BAD_VALUE),
        ({"framing_type": 4}, BAD_VALUE), ({"framing_type": 0x80000003}, BAD_VALUE))),
    *((good(ICRQ, **fields), stays(reply)) for fields, reply in (
        ({"bearer_type": 0}, IN_BAD_VALUE), ({"bearer_type": 4}, IN_BAD_VALUE),
        ({"dialed_number_len": 65}, IN_BAD_FORMAT),
        ({"dialing_number_len": 65535}, IN_BAD_FORMAT))),
    *((good(kind, **fields), stays()) for kind, fields in (
        (CCRQ, {"call_id": 0}), (CCRQ, {"call_id": 65535}), (CDN, {"call_id": 0}),
        (CDN, {"result_code": 0}), (CDN, {"result_code": 255, "error_code": 255}),
        (CDN, {"cause_code": 65535, "call_statistic": b"%n\n" * 42 + b"xx"}),
        (WEN, {"peer_call_id": 0}), (WEN, {"crc_errors": 0xffffffff}),
        (WEN, {"framing_errors": 0xffffffff}), (WEN, {"hardware_overruns": 0xffffffff}),
        (WEN, {"buffer_overruns": 0xffffffff}), (WEN, {"time_out_errors": 0xffffffff}),
        (WEN, {"alignment_errors": 0xffffffff}), (SLI, {"peer_call_id": 65535}),
        (SLI, {"send_accm": 0}), (SLI, {"receive_accm": 0x000a0000})))]

# Each of a call of its own: values that an answer may not depend on
CALLS = ({"call_id": 0}, {"call_id": 65535}, {"call_serial_number": 65535},
         {"minimum_bps": 0, "maximum_bps": 0xffffffff}, {"bearer_type": 1},
         {"bearer_type": 2}, {"framing_type": 1}, {"framing_type": 2},
         {"pkt_window_size": 1}, {"pkt_window_size": 65535}, {"pkt_proc_delay": 65535},
         {"phone_number": TEXT, "phone_number_len": 64}, {"subaddress": TEXT})
INCOMING = ({"call_id": 0}, {"call_id": 65535}, {"call_serial_number": 65535},
            {"bearer_type": 1}, {"bearer_type": 2}, {"channel_id": 0xffffffff},
            {"dialed_number": TEXT, "dialed_number_len": 64},
            {"dialing_number": TEXT, "dialing_number_len": 64}, {"subaddress": TEXT})
# What is reserved is for the receiver to pass over
RESERVED = [(kind, name) for kind, packet in GOOD.items()
            for name in packet.default_fields if name.startswith("reserved")
            if kind in (EchoRQ, StopRQ, SCCRQ)]


def header(server, kind):
    """A wrong header closes at once, with nothing said."""
    lengths = [{"len": GOOD[kind].len + more} for more in (-1, 1)]
    for fields in (*HEADERS, *lengths):
        with established(server) as peer:
            peer.say(good(kind, **fields))
            heard = peer.until_end()
            assert not heard, f"{fields}: {shown(heard)}"


def fields_of_starts(server):
    for packet, expected in STARTS:
        with idle(server) as peer:
            react(peer, [packet], expected)


def fields_of_stops(server):
    for reason in (0, 2, 3, 4, 255):
        with established(server) as peer:
            react(peer, [good(StopRQ, reason=reason)], ends(STOPPED))


def fields_of_requests(server, kind):
    with established(server) as peer:
        for packet, expected in REQUESTS:
            if isinstance(packet, kind):
                react(peer, [packet], expected)


def fields_of_calls(server):
    with established(server) as peer:
        for fields in CALLS:
            packet = good(OCRQ, **fields)
            ours = packet.call_id
            peer.say(packet)
            reply = peer.hear_a(OCRP)
            assert (reply.result_code, reply.peer_call_id) == (1, ours), (fields, reply)
            react(peer, [good(CCRQ, call_id=ours)],
                  stays((CDN, {"call_id": reply.call_id})))


def fields_of_incoming(server):
    with established(server) as peer:
        for fields in INCOMING:
            packet = good(ICRQ, **fields)
            peer.say(packet)
            reply = peer.hear_a(ICRP)
            assert (reply.result_code, reply.peer_call_id) == (1, packet.call_id), (
                fields, reply)
            assert reply.call_id and reply.pkt_window_size, reply
            react(peer, [good(CDN, call_id=packet.call_id)], stays())


def fields_of_connected(server):
    """What a PAC tells of its line is for the server to know, and to judge nothing by."""
    for fields in ({"connect_speed": 0}, {"connect_speed": 0xffffffff},
                   {"pkt_window_size": 0}, {"pkt_window_size": 65535},
                   {"pkt_transmit_delay": 65535}, {"framing_type": 2},
                   {"framing_type": 3}):
        with waiting(server) as peer:
            react(peer, [good(ICCN, peer_call_id=peer.theirs, **fields)], stays())


def no_window(server):
    """A window of no packet can carry nothing: refused, or taken for what is meant."""
    with established(server) as peer:
        peer.say(good(OCRQ, pkt_window_size=0))
        reply = peer.hear_a(OCRP)
        assert (reply.result_code, reply.error_code) in ((1, 0), (2, 3)), reply


def reserved(server):
    for kind, name in RESERVED:
        with (idle if kind is SCCRQ else established)(server) as peer:
            react(peer, [good(kind, **{name: 0xff})], STATES[
                idle if kind is SCCRQ else established][kind])


def replies(server):
    """What the server says of itself and of a call is what the RFC has for it."""
    with idle(server) as peer:
        peer.say(good(SCCRQ))
        start = peer.hear_a(SCCRP)
        assert start.protocol_version == 0x0100, start
        assert 1 <= int(start.framing_capabilities) <= 3, start
        assert 1 <= int(start.bearer_capabilities) <= 3, start
        assert start.host_name.rstrip(b"\0") and b"\0" in start.host_name, start
        assert start.vendor_string.rstrip(b"\0"), start
        peer.say(good(OCRQ))
        call = peer.hear_a(OCRP)
        assert call.pkt_window_size > 0 and call.connect_speed > 0, call
        assert call.call_id != 0, call


# ---- orders ----

def pipelined(server, state, packets, expected):
    with state(server) as peer:
        react(peer, packets, expected)


# Requests that do not wait for the reply to the one before
PIPELINES = {
    "a call's whole life in one piece": (
        idle, [good(SCCRQ), good(OCRQ), good(EchoRQ), good(SLI), good(CCRQ)],
        stays(STARTED, CONNECTED, (EchoRP, {"identifier": 1}), CLEARED)),
    "two starts": (idle, [good(SCCRQ), good(SCCRQ)], stays(STARTED, EXISTS)),
    "a call before the start": (idle, [good(OCRQ), good(SCCRQ)], ends()),
    "a start and its end": (idle, [good(SCCRQ), good(StopRQ)], ends(STARTED, STOPPED)),
    "the same call twice": (
        established, [good(OCRQ), good(OCRQ)], stays(CONNECTED, BAD_CALL_ID)),
    "a call is cleared twice": (
        established, [good(OCRQ), good(CCRQ), good(CCRQ), good(CDN)],
        stays(CONNECTED, CLEARED)),
    "a call's id again, when it is cleared": (
        established, [good(OCRQ), good(CCRQ), good(OCRQ), good(CCRQ)],
        stays(CONNECTED, CLEARED, CONNECTED, CLEARED)),
    "a call and the end of all": (
        established, [good(OCRQ), good(StopRQ)], ends(CONNECTED, CLEARED, STOPPED)),
    "a call after the end of all": (
        established, [good(StopRQ), good(OCRQ)], ends(STOPPED)),
    "the end of all, twice": (
        established, [good(StopRQ), good(StopRQ)], ends(STOPPED))}


def foreign(server):
    """The ids of a call are its own connection's: nobody else can clear it, and the
    server's id of it clears nothing."""
    with in_call(server) as peer, in_call(server) as other:
        assert peer.theirs != other.theirs, peer.theirs
        theirs = peer.theirs, other.theirs
        react(other, [good(kind, call_id=call_id) for kind in (CCRQ, CDN)
                      for call_id in theirs if call_id != CALL], stays())
        react(other, [good(kind, peer_call_id=peer.theirs) for kind in (SLI, WEN)], stays())
        expect(peer.until_mark(), [])
        react(other, [good(CCRQ)], stays((CDN, {"call_id": other.theirs})))
        expect(peer.until_mark(), [])
        react(peer, [good(CCRQ)], stays((CDN, {"call_id": peer.theirs})))


# ---- Windows ----
#
# From public captures and from what Microsoft has documented; no Windows was asked.
# NT 4.0 to XP name their build as firmware and say "Microsoft Windows NT", later ones 0
# and "Microsoft". All offer no channels of their own, ask for 300 to 100,000,000 bit/s
# and a window of 64, say twice that no character has to be escaped, and clear their call
# before they stop the connection. Text fields are C strings in memory that was not
# cleared: what is behind the end is no text.

NT = {"framing_capabilities": 1, "bearer_capabilities": 1, "maximum_channels": 0,
      "firmware_revision": 1381, "host_name": b"\0" + b"\xcc" * 63,
      "vendor_string": b"Microsoft Windows NT\0" + b"\xcc" * 43}
VISTA = {"framing_capabilities": 1, "bearer_capabilities": 1, "maximum_channels": 0,
         "firmware_revision": 0, "host_name": b"", "vendor_string": b"Microsoft"}
WINDOWS_CALL = {"call_id": 0x4000, "call_serial_number": 1, "minimum_bps": 300,
                "maximum_bps": 100000000, "bearer_type": 3, "framing_type": 3,
                "pkt_window_size": 64}
WINDOWS = {"NT": (NT, WINDOWS_CALL),
           "Vista": (VISTA, {**WINDOWS_CALL, "call_id": 0xfffe})}


def windows(server, start, call, octets):
    """A call of theirs, hung up by the client; @octets at a time."""
    with idle(server) as peer:
        def say(packet):
            whole = bytes(packet)
            for at in range(0, len(whole), octets):
                peer.send(whole[at:at + octets])

        say(good(SCCRQ, **start))
        expect([peer.hear_a(SCCRP)], [STARTED])
        say(good(OCRQ, **call))
        reply = peer.hear_a(OCRP)
        expect([reply], [(OCRP, {"result_code": 1, "peer_call_id": call["call_id"]})])
        for _ in range(2):
            say(good(SLI, peer_call_id=reply.call_id))
        expect(peer.until_mark(), [])
        say(good(CCRQ, call_id=call["call_id"]))
        expect([peer.hear_a(CDN)], [(CDN, {"call_id": reply.call_id, "result_code": 4})])
        say(good(StopRQ))
        expect(peer.until_end(), [STOPPED])


def windows_by_notify(server):
    """A client that hangs up as if it were the server, and goes without a word."""
    with idle(server) as peer:
        peer.say(good(SCCRQ, **VISTA), good(OCRQ, **WINDOWS_CALL))
        peer.hear_a(SCCRP)
        reply = peer.hear_a(OCRP)
        peer.say(good(CDN, call_id=WINDOWS_CALL["call_id"]))
        expect([peer.hear_a(CDN)], [(CDN, {"call_id": reply.call_id})])


# ---- all of it ----

def play_fields(server):
    for kind in GOOD:
        attempt(f"{SHORT[kind]}: a wrong header", header, server, kind)
    attempt("SCCRQ: fields", fields_of_starts, server)
    attempt("StopRQ: fields", fields_of_stops, server)
    for kind in (EchoRQ, EchoRP, OCRQ, ICRQ, CCRQ, CDN, WEN, SLI):
        attempt(f"{SHORT[kind]}: fields", fields_of_requests, server, kind)
    attempt("OCRQ: fields that make no difference", fields_of_calls, server)
    attempt("ICRQ: fields that make no difference", fields_of_incoming, server)
    attempt("ICCN: fields that make no difference", fields_of_connected, server)
    attempt("OCRQ: a window of 0", no_window, server)
    attempt("what is reserved is passed over", reserved, server)
    attempt("SCCRP and OCRP: what the server says of itself", replies, server)


def play_orders(server):
    for kind in GOOD:
        attempt(f"stopping: {SHORT[kind]}", stopping, server, kind)
    for name, pipeline in PIPELINES.items():
        attempt(f"in one piece: {name}", pipelined, server, *pipeline)
    attempt("a call is its own connection's", foreign, server)
    attempt("an incoming call that is never connected", never_connected, server)


def play_windows(server):
    for name, (start, call) in WINDOWS.items():
        attempt(f"Windows {name}: a call", windows, server, start, call, 999)
        attempt(f"Windows {name}: octet by octet", windows, server, start, call, 1)
    attempt("Windows: hung up by CDN, and gone", windows_by_notify, server)


def servers(server):
    """A bystander's call must have noticed nothing of all this."""
    with in_call(server) as bystander:
        for play in (play_states, play_fields, play_orders, play_windows):
            play(server)
            attempt(f"{play.__name__[5:]}: another client's call stays",
                    lambda: expect(bystander.until_mark(), []))


def forge(server, address):
    """A name that wants to be a line of the log; conformance.sh looks there. From another
    address, as a few lines a second are all that one gets."""
    with Client(server, source=address) as peer:
        react(peer, [good(SCCRQ, host_name=TEXT, vendor_string=TEXT)], stays(STARTED))


def main(prefix, server, forged, lower, host, higher, directory):
    enter(f"/run/netns/{prefix}c1")
    servers(server)
    attempt("a name that is no name", forge, server, lower)
    collisions(host, lower, higher, f"{prefix}s", directory)
    enter(f"/run/netns/{prefix}f")
    diallers(forged, f"{prefix}c1", directory)
    return done()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
