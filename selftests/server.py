#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Control connections that pppd's plugin never makes, each a part of server.sh.

Usage: server.py PART SERVER
"""

import os
import socket
import struct
import sys
import time

import pptp_peer as pptp
from pptp_peer import Control

# Of the client, where the server's host can dial it; above the server's
PEER = "10.9.1.2"


def connected():
    """What the server's table says: {the client's call id: the slot's state}."""
    slots = pptp.ctl("s", "slots")["slots"]
    return {slot["call"]["peer_id"]: slot["state"]
            for slot in slots if slot.get("call")}


def connections():
    """What pptpmuxd says of its control connections."""
    return pptp.ctl("s", "--run-directory", os.environ["RUN_DIRECTORY"],
                    "connections")["connections"]


def several_calls(server):
    """Three calls on one connection; the end of one leaves the others."""
    with Control(server).start() as control:
        theirs = {ours: control.call(ours) for ours in (11, 12, 13)}
        assert len(set(theirs.values())) == 3, theirs
        assert connected() == dict.fromkeys(theirs, "connected"), connected()
        control.clear(12, theirs[12])
        pptp.wait_for(lambda: sorted(connected()) == [11, 13])
        again = control.call(12)
        assert again not in theirs.values(), "a call id came back at once"
        control.send(pptp.cdn(12))
        assert control.expect_cdn() == again
        pptp.wait_for(lambda: sorted(connected()) == [11, 13])
        control.stop()


def stop_ends_calls(server):
    """A Stop-Control-Connection-Request ends all calls, each with its CDN."""
    with Control(server).start() as control:
        theirs = {control.call(21), control.call(22)}
        control.send(pptp.stop_rq())
        assert {control.expect_cdn(), control.expect_cdn()} == theirs
        control.expect(pptp.STOP_RP)
        assert control.expect_end() == []


def echo(server):
    """The server answers echoes and asks for them when it hears nothing."""
    with Control(server).start() as control:
        control.send(pptp.echo_rq(0xfeedbeef))
        reply = control.expect(pptp.ECHO_RP)
        assert struct.unpack_from("!IBB", reply, 12) == (0xfeedbeef, 1, 0), reply
        for _ in range(2):
            kind, whole = control.receive()
            assert kind == pptp.ECHO_RQ, kind
            control.send(pptp.echo_rp(*struct.unpack_from("!I", whole, 12)))
        control.call(31)
        # and now no answer: the server gives the connection and the call up
        assert set(control.expect_end()) == {pptp.ECHO_RQ}


def link_info(server):
    """Set-Link-Info and WAN-Error-Notify are kept, are taken for no call too, and
    change nothing."""
    with Control(server).start() as control:
        theirs = control.call(41)
        control.send(pptp.sli(theirs, accm=0x000a0000))
        control.send(pptp.message(pptp.WEN, struct.pack("!HxxII", theirs, 1, 2)))
        control.send(pptp.sli(theirs ^ 0xffff))
        control.send(pptp.EXAMPLE[pptp.WEN])
        control.send(pptp.echo_rq(1))
        control.expect(pptp.ECHO_RP)
        assert connected() == {41: "connected"}, connected()
        call, = connections()[0]["calls"]
        assert (call["send_accm"], call["receive_accm"]) == ("000a0000", "000a0000")
        assert (call["peer_errors"]["crc"], call["peer_errors"]["framing"]) == (1, 2)
        control.clear(41, theirs)
        control.stop()


def wan_errors(server):
    """What is wrong with a call's packets is told, all there ever was of it, and at
    most once in wan-error-interval, which is 1 s here."""
    with Control(server).start() as control, \
            socket.socket(socket.AF_INET, socket.SOCK_RAW, 47) as gre:
        theirs = control.call(71)
        gre.connect((server, 0))
        told = []
        for count in 1, 2:
            # a sequence number, and no payload
            gre.send(struct.pack("!HHHHI", 0x3001, 0x880b, 0, theirs, count))
            wen = control.expect(pptp.WEN)
            told.append(time.monotonic())
            assert struct.unpack_from("!H2xII", wen, 12) == (71, 0, count), wen
        assert told[1] - told[0] > 0.9, told
        control.send(pptp.ccrq(71))
        statistics = control.expect(pptp.CDN)[20:].rstrip(b"\0").decode("ascii")
        assert "malformed 2" in statistics, statistics
        control.stop()


def collision(server):
    """Is dialled by the server's host, and dials it before it answers: this end has
    the higher address, so its own connection is kept, and the other one closed."""
    with socket.create_server((PEER, pptp.PORT)) as listener:
        listener.settimeout(pptp.PATIENCE)
        print("there", flush=True)
        dialled = Control.__new__(Control)
        dialled.sock, dialled.data = listener.accept()[0], b""
    with dialled:
        dialled.sock.settimeout(pptp.PATIENCE)
        dialled.expect(pptp.SCCRQ)
        with Control(server).start() as ours:
            assert dialled.expect_end() == []
            ours.clear(61, ours.call(61))
            ours.stop()


def until_shutdown(server):
    """Tells that a call stands, and waits for the server to hang it up."""
    with Control(server).start() as control:
        theirs = control.call(51)
        print("connected", flush=True)
        assert control.expect_cdn() == theirs
        stop = control.expect(pptp.STOP_RQ)
        assert stop[12] == 3, "reason %d, and not shutdown" % stop[12]
        control.send(pptp.message(pptp.STOP_RP, b"\1"))
        control.expect_end()


PARTS = {part.__name__: part for part in
         (several_calls, stop_ends_calls, echo, link_info, wan_errors,
          collision, until_shutdown)}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2])
