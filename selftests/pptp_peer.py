# SPDX-License-Identifier: GPL-2.0
"""A PPTP client's control connection (RFC 2637, section 2), octet by octet.

For tests that need a peer which says what no real client would. Numbers are
those of the wire; whatever waits, waits PATIENCE seconds and then fails.
"""

import json
import os
import socket
import struct
import subprocess
import time

PORT = 1723
MAGIC = 0x1a2b3c4d
VERSION = 0x0100
HEADER = struct.Struct("!HHIHxx")
# With every checker of the kernel on, seconds are short
PATIENCE = 120 if os.path.exists("/proc/lockdep_stats") else 30

(SCCRQ, SCCRP, STOP_RQ, STOP_RP, ECHO_RQ, ECHO_RP, OCRQ, OCRP, ICRQ, ICRP,
 ICCN, CCRQ, CDN, WEN, SLI) = range(1, 16)

# Octets of each type, with the header
LENGTH = {SCCRQ: 156, SCCRP: 156, STOP_RQ: 16, STOP_RP: 16, ECHO_RQ: 16,
          ECHO_RP: 20, OCRQ: 168, OCRP: 32, ICRQ: 220, ICRP: 24, ICCN: 28,
          CCRQ: 16, CDN: 148, WEN: 40, SLI: 24}

CONNECTED, GENERAL, BUSY, NOT_ACCEPTED = 1, 2, 4, 7
NO_ERROR, BAD_FORMAT, BAD_VALUE, NO_RESOURCE, BAD_CALL_ID = 0, 2, 3, 4, 5


def message(kind, body=b""):
    """A whole message; what body leaves of its length is zero."""
    length = LENGTH[kind]
    head = HEADER.pack(length, 1, MAGIC, kind)
    return (head + body).ljust(length, b"\0")


def sccrq(version=VERSION):
    return message(SCCRQ, struct.pack("!HHIIHH64s64s", version, 0, 3, 3, 0, 1,
                                      b"selftest", b"pptp-mux"))


def stop_rq(reason=1):
    return message(STOP_RQ, struct.pack("!B", reason))


def echo_rq(identifier):
    return message(ECHO_RQ, struct.pack("!I", identifier))


def echo_rp(identifier):
    return message(ECHO_RP, struct.pack("!IBB", identifier, 1, 0))


def ocrq(call_id, low=300, high=100000000, bearer=3, framing=3, phone_len=0):
    return message(OCRQ, struct.pack("!HHIIIIHHH", call_id, call_id, low, high,
                                     bearer, framing, 64, 0, phone_len))


def icrq(call_id):
    return message(ICRQ, struct.pack("!HHII", call_id, call_id, 1, 0))


def ccrq(call_id):
    return message(CCRQ, struct.pack("!H", call_id))


def cdn(call_id):
    return message(CDN, struct.pack("!HBB", call_id, 4, 0))


def sli(peer_call_id, accm=0xffffffff):
    return message(SLI, struct.pack("!HxxII", peer_call_id, accm, accm))


# One good message of each type, for tests that spoil them
EXAMPLE = {kind: message(kind) for kind in LENGTH}
EXAMPLE.update({SCCRQ: sccrq(), STOP_RQ: stop_rq(), ECHO_RQ: echo_rq(1),
                ECHO_RP: echo_rp(1), OCRQ: ocrq(1), CCRQ: ccrq(1),
                CDN: cdn(1), SLI: sli(1)})


class Closed(Exception):
    """The server has closed the connection."""


class Control:
    """A control connection to a server."""

    def __init__(self, server, receive_buffer=0, source=""):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        if source:
            self.sock.bind((source, 0))
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                 receive_buffer)
        self.sock.connect((server, PORT))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            raise Closed from None

    def fill(self):
        try:
            got = self.sock.recv(4096)
        except ConnectionResetError:
            got = b""
        if not got:
            raise Closed
        self.data += got

    def receive(self):
        """The next message: (type, all of its octets)."""
        while len(self.data) < HEADER.size:
            self.fill()
        length, control, magic, kind = HEADER.unpack_from(self.data)
        assert (control, magic) == (1, MAGIC), self.data
        assert length == LENGTH[kind], (kind, length)
        while len(self.data) < length:
            self.fill()
        whole, self.data = self.data[:length], self.data[length:]
        return kind, whole

    def expect(self, wanted):
        """The next message, which must be of this type; echoes are answered."""
        while True:
            kind, whole = self.receive()
            if kind == wanted:
                return whole
            assert kind == ECHO_RQ, "type %d came, not %d" % (kind, wanted)
            self.send(echo_rp(*struct.unpack_from("!I", whole, 12)))

    def expect_end(self):
        """Reads until the server has closed; the types that came before."""
        kinds = []
        try:
            while True:
                kinds.append(self.receive()[0])
        except Closed:
            return kinds

    def start(self):
        self.send(sccrq())
        reply = self.expect(SCCRP)
        assert reply[14] == 1, "result %d of SCCRP" % reply[14]
        return self

    def ask_call(self, call_id, **fields):
        """(result, error, the server's call id) of a call's reply."""
        self.send(ocrq(call_id, **fields))
        reply = self.expect(OCRP)
        theirs, ours, result, error = struct.unpack_from("!HHBB", reply, 12)
        assert ours == call_id, (ours, call_id)
        return result, error, theirs

    def call(self, call_id):
        """A call that must be connected; the server's call id."""
        result, error, theirs = self.ask_call(call_id)
        assert result == CONNECTED, "OCRP result %d, error %d" % (result, error)
        return theirs

    def clear(self, call_id, theirs):
        """Hangs up; the CDN that confirms it must name the call."""
        self.send(ccrq(call_id))
        assert self.expect_cdn() == theirs

    def expect_cdn(self):
        return struct.unpack_from("!H", self.expect(CDN), 12)[0]

    def stop(self):
        """Stops the connection; calls that stand are ended before the reply."""
        self.send(stop_rq())
        kinds = self.expect_end()
        assert kinds.count(STOP_RP) == 1, kinds

    def reset(self):
        """Ends it with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self.sock.close()


def ctl(namespace, *words):
    """pptpmuxctl's JSON in one of the test's namespaces."""
    where = os.environ["NS_PREFIX"] + namespace
    run = subprocess.run(["ip", "netns", "exec", where, os.environ["CTL"],
                          "--json", *words], check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout) if run.stdout else None


def wait_for(condition):
    """Polls until condition() is true, and rests as long as that took; its value."""
    end = time.monotonic() + PATIENCE
    while (asked := time.monotonic()) < end:
        value = condition()
        if value:
            return value
        time.sleep(max(0.05, time.monotonic() - asked))
    raise AssertionError("never came true: " + condition.__name__)
