# SPDX-License-Identifier: GPL-2.0
"""Clients by the thousand, of the program in load/: each command has one answer."""

import contextlib
import ipaddress
import json
import subprocess

import rig
import servers

PROGRAM = rig.PROGRAMS + "/bench/load/load"
NETWORK = ipaddress.IPv4Network("10.50.0.0/16")


@contextlib.contextmanager
def addresses():
    """Theirs, in "far"; "near" knows the way."""
    rig.ip("far", "route", "add", "local", str(NETWORK), "dev", "lo")
    rig.ip("near", "route", "add", str(NETWORK), "via", rig.OUTER[1])
    try:
        yield
    finally:
        rig.ip("near", "route", "del", str(NETWORK))
        rig.ip("far", "route", "del", "local", str(NETWORK), "dev", "lo")


def secrets(clients):
    """Lines of chap-secrets"""
    return [f"user{i} * {servers.PASSWORD} *" for i in range(clients)]


class Load:
    """So many clients, each with a user and an address of its own."""

    def __init__(self, clients):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", rig.NAMES["far"], PROGRAM, "--server", servers.SERVER,
             "--sources", f"{NETWORK[1]}-{NETWORK[clients]}", "--clients", str(clients),
             "--password", servers.PASSWORD, "--mppe"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def resident(self):
        """Octets of its own in memory"""
        return servers.resident(self.process.pid)[1]

    def tell(self, verb, **numbers):
        """What has come of it. It is the program that bounds how long that takes."""
        words = (f"{name.replace('_', '-')}={value}" for name, value in numbers.items())
        self.process.stdin.write(" ".join((verb, *words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"load ended at \"{verb}\"")
        return json.loads(answer)
