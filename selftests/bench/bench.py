#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What packets and calls cost, beside what they cost others, in one boot.

Costs are times of the clock. With --icount, for a guest whose clock counts
instructions, they are instructions. scripts/bench is the way to run it.
"""

import argparse
import os
import subprocess
import sys

import rig
from calls import Calls
from cpus import Cpus
from dials import dials
from packets import Packets
from processor_time import ProcessorTime
from results import Results
from scale import scale

NS_OF_INSTRUCTION = 2  # scripts/vm --icount: shift=1
COUNTED = ("calls", "packets")
PARTS = COUNTED + ("dials", "scale", "cpus", "time")
# /etc/ppp is its own: no secret is written to this machine's
OWN_MOUNTS = "BENCH_OWN_MOUNTS"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help=f"of {', '.join(PARTS)}; without any {' and '.join(COUNTED)}, "
                        "as the others want machines of their own (scripts/bench)")
    parser.add_argument("--icount", action="store_true",
                        help="the clock counts instructions: print those")
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    parser.add_argument("--path", action="append", default=[],
                        help="packets: only this one, and veth")
    parser.add_argument("--json", action="store_true", help="one object a line")
    args = parser.parse_args()
    args.parts = args.parts or COUNTED
    for part in args.parts:
        if part not in PARTS:
            parser.error(f"no part \"{part}\": choose of {', '.join(PARTS)}")
    return args


def own_mounts():
    """Begins anew, where nobody else sees what is mounted"""
    if os.environ.get(OWN_MOUNTS) != str(os.getpid()):
        os.environ[OWN_MOUNTS] = str(os.getpid())
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private",
                              *sys.orig_argv])


def measure(args, results):
    packets = Packets(results, args.quick, args.path)
    with rig.world():
        # First, for they want memory that nobody has had
        if "calls" in args.parts:
            Calls(results).all()
        if "packets" in args.parts:
            packets.all()
        if "dials" in args.parts:
            dials(results)
        if "scale" in args.parts:
            scale(results, args.quick)
        if "cpus" in args.parts:
            Cpus(results).all()
        if "time" in args.parts:
            ProcessorTime(results).all()


def main():
    args = arguments()
    own_mounts()
    results = Results(args.json, NS_OF_INSTRUCTION if args.icount else 1)
    results.add("about", kernel=os.uname().release,
                unit="instructions" if args.icount else "ns")
    try:
        measure(args, results)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"bench.py: {error}", file=sys.stderr)
        return 1
    results.add("end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
