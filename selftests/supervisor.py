#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What systemd is told by a service (sd_notify(3)): supervisor.py SOCKET prints each
datagram that comes there, a line each.
"""

import socket
import sys


def main():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(sys.argv[1])
        print("there", flush=True)
        while True:
            print(sock.recv(4096).decode("ascii"), flush=True)


if __name__ == "__main__":
    main()
