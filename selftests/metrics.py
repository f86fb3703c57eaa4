#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""metrics.py SOCKET PORT: what pptpmuxd tells Prometheus, while one call is up; and who asks
in other ways is sent away and keeps nobody waiting. With Prometheus's own promtool, where
that is installed."""

import errno
import http.client
import os
import shutil
import socket
import subprocess
import sys

PATIENCE = 60  # seconds
CLOSED = (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)
SILENT = 64  # connections that say nothing
HOSTILE = (b"\0" * 4096, b"GET " + b"x" * 100000, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20000,
           b"POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 10000,
           b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n")


class AtSocket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def fetch(connection):
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    assert response.status == 200, response.status
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    return response.read().decode("ascii")


def by_port(port):
    return fetch(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE))


def samples(text):
    lines = text.splitlines()
    assert lines[-1] == "# EOF"
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def families(text):
    return [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]


def is_true(values):
    """One call is up"""
    wanted = {'pptpmux_slots{state="connected"}': 1, "pptpmux_connections": 1,
              "pptpmux_pool_addresses_held": 1, "pptpmux_dial_in_seconds_count": 1,
              "pptpmux_module_answers": 1}
    for name, value in wanted.items():
        assert int(values[name]) == value, (name, values[name])
    assert int(values["pptpmux_rx_bytes_total"]) > 0


def send(port, octets):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        try:
            client.sendall(octets)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
        except OSError as error:
            # closed by the server, whichever call of this end's hears of it first
            if error.errno not in CLOSED:
                raise


def promtool(text):
    if shutil.which("promtool"):
        # it knows Prometheus's older form, which has neither the end nor infos
        old = text.replace("# EOF\n", "").replace("# TYPE pptpmux_build info",
                                                  "# TYPE pptpmux_build gauge")
        subprocess.run(["promtool", "check", "metrics"], input=old, text=True, check=True)


def main():
    path, port = sys.argv[1], int(sys.argv[2])
    at_socket, at_port = fetch(AtSocket(path)), by_port(port)
    assert families(at_socket) == families(at_port)
    assert os.stat(path).st_mode & 0o077 == 0
    is_true(samples(at_port))
    silent = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(SILENT)]
    for octets in HOSTILE:
        send(port, octets)
    is_true(samples(by_port(port)))
    for client in silent:
        client.close()
    promtool(at_port)


if __name__ == "__main__":
    main()
