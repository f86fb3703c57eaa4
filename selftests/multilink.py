#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What two wires carry, and what comes out of the bundle in the same time.

Usage: multilink.py CLIENT SERVER UNIT OCTETS
           waits until each of CLIENT's wires has carried OCTETS; prints what they have,
           and what SERVER's interface UNIT has received. Ends with 1 if that is not
           half as much again as the busier wire has carried.
"""

import sys

from muxtest import enter, wait_until

WIRES = "to-s", "second"
RECEIVED, SENT = 0, 8  # columns of /proc/net/dev
PATIENCE = 120


def counters(namespace, column):
    enter("/run/netns/" + namespace)
    with open("/proc/thread-self/net/dev", encoding="ascii") as file:
        lines = [line.split(":") for line in file if ":" in line]
    return {name.strip(): int(values.split()[column]) for name, values in lines}


def look(client, server, unit):
    sent = counters(client, SENT)
    return [sent[wire] for wire in WIRES] + [counters(server, RECEIVED)[unit]]


def main(client, server, unit, octets):
    before = look(client, server, unit)
    carried = [0, 0, 0]

    def both_have_carried():
        carried[:] = (now - then for now, then in zip(look(client, server, unit), before))
        return min(carried[:2]) >= int(octets)

    enough = wait_until(both_have_carried, PATIENCE)
    first, second, bundle = carried
    print(f"octets: {first} and {second} on the wires, {bundle} out of the bundle")
    return 0 if enough and bundle > 1.5 * max(first, second) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
